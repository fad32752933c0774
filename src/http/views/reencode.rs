//! Wire types of `/api/reencode`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::jobs::Priority;
use crate::app::jobs::JobCounts;

/// How many jobs that encode videos again stand where.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReencodeStatus {
    /// By where they stand.
    pub queue_stats: ReencodeCounts,
    /// Waiting and running.
    pub total_in_queue: u64,
}

/// See [`ReencodeStatus`].
#[derive(Debug, Serialize, ToSchema)]
pub struct ReencodeCounts {
    /// Nobody works on it yet.
    pub pending: u64,
    /// Somebody works on it.
    pub in_progress: u64,
    /// Done.
    pub completed: u64,
    /// Failed.
    pub failed: u64,
    /// Stopped.
    pub cancelled: u64,
}

impl From<JobCounts> for ReencodeStatus {
    fn from(counts: JobCounts) -> Self {
        let queue_stats = ReencodeCounts {
            pending: counts.active.saturating_sub(counts.running),
            in_progress: counts.running,
            completed: counts.succeeded,
            failed: counts.failed,
            cancelled: counts.cancelled,
        };
        Self { queue_stats, total_in_queue: counts.active }
    }
}

/// Which videos to encode again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReencodeOrder {
    /// 1 to 200 of them.
    pub video_ids: Vec<i64>,
    /// `normal` when it is left out.
    #[serde(default = "normal")]
    pub priority: Priority,
}

fn normal() -> Priority {
    Priority::Normal
}

/// How urgent it is to encode all videos again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReencodeAll {
    /// `low` when it is left out.
    #[serde(default = "low")]
    pub priority: Priority,
}

fn low() -> Priority {
    Priority::Low
}

/// What was asked for, and refused.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ReencodeQueued {
    /// Ids of the videos that will be encoded again.
    pub queued: Vec<i64>,
    /// Numbers of their jobs.
    pub jobs: Vec<i64>,
    /// Those that will not.
    pub errors: Vec<ReencodeRefusal>,
    /// How many will.
    pub total_queued: usize,
}

/// Why a video is not encoded again.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReencodeRefusal {
    /// Id of the video.
    pub video_id: i64,
    /// `not_found`, `not_ready`, `source_gone` or `job_active`.
    pub code: &'static str,
    /// For people.
    pub error: String,
}

/// How many videos will be encoded again.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReencodeAllQueued {
    /// How many.
    pub queued_count: usize,
    /// For people.
    pub message: String,
}
