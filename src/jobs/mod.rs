//! The engine that gets tasks done: queue, leases, pools, reaper. It knows nothing about video; what a task
//! does and what its outcome means is behind [`Runner`].
//!
//! A [`Pool`] has its tasks from a [`Source`]: the [`Queue`], or a server elsewhere. It claims a task, runs it, keeps its
//! lease alive, and applies the outcome. Everything is at-least-once: a task may run twice (a crash, a lost lease), but
//! only the holder of the present lease gets its outcome applied. Wake-ups make it fast, polling makes it right: a lost
//! wake-up costs [`POLL`], never a task.
//!
//! `serve` makes one [`Queue`], calls [`Reaper::recover`], then spawns [`Reaper::run`] and [`Pool::run`], and
//! stops with [`Pool::drain`].

mod kept_off;
mod memory;
mod pool;
mod queue;
mod reaper;
mod runner;
mod running;
mod source;
mod speed;

use std::time::Duration;

pub use crate::tasks::Cancel;
pub use kept_off::KeptOff;
pub use memory::available_bytes;
pub use pool::{Pool, PoolOptions, PoolStatus};
pub use queue::{Queue, lease_ms};
pub use reaper::Reaper;
pub use runner::{ApplyError, BoxFuture, Runner, Verdict, WaitReason};
pub use source::{Source, SourceError};
pub use speed::Speeds;

/// How long a claim holds without a heartbeat.
pub const LEASE: Duration = Duration::from_secs(20);
/// Time between two heartbeats; a few may get lost before the lease does.
pub const HEARTBEAT: Duration = Duration::from_secs(5);
/// Longest time a task that is due waits for an idle pool that was not woken.
pub const POLL: Duration = Duration::from_secs(2);
/// Time between two looks for expired leases: whoever dies with a task is found out within this and [`LEASE`].
pub const REAP: Duration = Duration::from_secs(5);
/// Time a cancelled task has to end by itself before it is dropped where it stands.
pub const CANCEL_GRACE: Duration = Duration::from_secs(2);
