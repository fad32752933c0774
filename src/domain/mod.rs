//! Pure types and rules: no IO, no async, no database, no web.
//!
//! Everything the rest of the program talks about is named here once: ids, videos, what a probe found
//! ([`media::MediaInfo`]), the ladder of renditions, jobs and tasks and their one state machine, and the
//! contract of a task ([`task::TaskSpec`] in, [`task::TaskOutcome`] out).

pub mod account;
pub mod audit;
pub mod error;
pub mod id;
pub mod job;
pub mod ladder;
pub mod media;
pub mod progress;
pub mod rate;
pub mod task;
pub mod title;
pub mod transcode;
pub mod video;
pub mod visibility;
pub mod webhook;
pub mod worker;

pub use media::speech;
