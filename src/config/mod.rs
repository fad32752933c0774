//! Boot-time configuration: defaults < `config.toml` < `VLOG_` environment < flags.
//!
//! [`Config`] is read once and passed down; nothing here is global. Keys marked `runtime` are *settings*: the database
//! may overlay them while the program runs (see `settings`), and all others stay as they are until the next start. An
//! unknown key or a bad value stops the start, and every problem is reported in one go with where it came from and how
//! to fix it.
//!
//! To add a key: one entry in `keys.rs`. The struct, the environment variable, `vlog config show`,
//! `vlog config example`, the checks and, for a setting, the form in the dashboard follow from it; then run
//! `vlog config example > config.example.toml`. A setting must be read through `App::config` at the time it is needed
//! and never be kept; `tests/settings.rs` proves each by what it steers.

mod check;
mod keys;
mod kinds;
mod load;
mod origin;
mod registry;
mod resolved;
mod show;
mod source;
mod units;
mod value;

use kinds::{
    access, base_path, codecs, factor, loudness, pool_names, rate_limit, redis_url, schedule, speech, tagline,
};

pub use access::{NewcomerRole, SecretKey, SecretText, SecureCookies, WorkerKey};
pub use base_path::BasePath;
pub use codecs::Codecs;
pub use factor::Factor;
pub use keys::{
    Access, Accounts, Alerts, Audit, Config, Database, Display, Ffmpeg, Http, KEYS, Limits, Log, Oidc, RateLimiting,
    Redis, Reencode, SECTIONS, Sprites, Sse, Storage, Streaming, Transcoding, Transcription, Watch, Webhooks, Worker,
};
pub use load::{Loaded, load};
pub use loudness::Loudness;
pub use origin::{ConfigError, Origin, Problem};
pub use pool_names::PoolNames;
pub use rate_limit::RateLimit;
pub use redis_url::RedisUrl;
pub use registry::{Key, Section, find};
pub use schedule::Schedule;
pub use show::{example, show};
pub use source::{Flag, OTHER_VARIABLES, Sources};
pub use speech::{SpeechModel, SpokenLanguage};
pub use tagline::Tagline;
pub use units::Bytes;
pub use value::{AfterImport, DatabaseUrl, Hardware, KeepSource, Kind, LogFormat, Preset, Refusal, Shape};
