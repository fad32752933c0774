//! Boot-time configuration: defaults < `config.toml` < `VLOG_` environment < flags.
//!
//! [`Config`] is read once and passed down; nothing here is global and nothing changes while the program runs
//! (what an admin changes from the dashboard is a *setting* and lives in the database). An unknown key or a bad
//! value stops the start, and every problem is reported in one go with where it came from and how to fix it.
//!
//! To add a key: one entry in `keys.rs`. The struct, the environment variable, `vlog config show`,
//! `vlog config example` and the checks follow from it; then run `vlog config example > config.example.toml`.

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
mod units;
mod value;

pub use access::{SecretKey, SecureCookies};
pub use codecs::Codecs;
pub use keys::{
    Accounts, Config, Database, Ffmpeg, Http, KEYS, Limits, Log, Sse, Storage, Streaming, Transcoding, Watch,
};
pub use load::{Loaded, load};
pub use loudness::Loudness;
pub use origin::{ConfigError, Origin, Problem};
pub use registry::Key;
pub use show::{example, show};
pub use source::{Flag, OTHER_VARIABLES, Sources};
pub use units::Bytes;
pub use value::{AfterImport, DatabaseUrl, KeepSource, LogFormat, Preset};
