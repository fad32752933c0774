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

mod access;
mod check;
mod codecs;
mod keys;
mod load;
mod loudness;
mod origin;
mod registry;
mod show;
mod source;
mod tagline;
mod units;
mod value;

pub use access::{SecretKey, SecureCookies};
pub use codecs::Codecs;
pub use keys::{
    Accounts, Config, Database, Display, Ffmpeg, Http, KEYS, Limits, Log, SECTIONS, Sse, Storage, Streaming,
    Transcoding, Watch,
};
pub use load::{Loaded, load};
pub use loudness::Loudness;
pub use origin::{ConfigError, Origin, Problem};
pub use registry::{Key, Section, find};
pub use show::{example, show};
pub use source::{Flag, OTHER_VARIABLES, Sources};
pub use tagline::Tagline;
pub use units::Bytes;
pub use value::{AfterImport, DatabaseUrl, KeepSource, Kind, LogFormat, Preset, Refusal};
