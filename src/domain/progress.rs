//! How far a video is, as admins and viewers see it; also what the event stream carries.

use serde::{Deserialize, Serialize};

use super::id::VideoId;
use super::video::VideoStatus;

/// A snapshot of one video's progress.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VideoProgress {
    /// Which video.
    pub video_id: VideoId,
    /// Where it stands.
    pub status: VideoStatus,
    /// `analyse`, `copy`, `audio`, `encode` or `finalize`; none when no job runs.
    pub current_step: Option<String>,
    /// Share of all work done, 0 to 1.
    pub fraction: f64,
    /// One entry a video rung, highest first.
    pub rungs: Vec<RungProgress>,
    /// Highest attempt among the job's open tasks.
    pub attempt: u32,
    /// Attempts a task has.
    pub max_attempts: u32,
    /// Milliseconds since 1970.
    pub started_at_ms: Option<i64>,
    /// The last error, also one that was retried.
    pub last_error: Option<String>,
    /// Why nothing moves: `paused`, `outside_schedule`, `storage_full`, `storage_unavailable`, `memory_low`, `no_worker` (nobody
    /// is there who encodes) or `no_encoder` (nobody there has the encoder).
    pub waiting_reason: Option<String>,
    /// Against real time.
    pub speed: Option<f64>,
    /// Rough time left, seconds.
    pub eta_seconds: Option<u64>,
}

/// Progress of one rung.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RungProgress {
    /// `1080p`.
    pub name: String,
    /// `pending`, `in_progress`, `completed` or `failed`.
    pub status: String,
    /// 0 to 1.
    pub fraction: f64,
    /// Seconds from the beginning that can be played without a gap.
    pub available_seconds: f64,
}
