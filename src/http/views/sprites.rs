//! Wire types of seek bar pictures.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::from::time;
use super::jobs::Priority;
use crate::app::additions::sprites::Known;
use crate::app::jobs::{JobCounts, Status};
use crate::domain::job::{Job, JobState};

/// Where the making of a video's pictures stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SpriteJobStatus {
    /// Nobody works on it yet.
    Pending,
    /// Somebody works on it.
    Processing,
    /// Done.
    Completed,
    /// Given up.
    Failed,
    /// Stopped.
    Cancelled,
}

/// Seek bar pictures of a video.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpriteStatus {
    /// Id of the video.
    pub video_id: i64,
    /// Of the job that was made last; null when there was none.
    #[schema(required)]
    pub status: Option<SpriteJobStatus>,
    /// Number of that job.
    #[schema(required)]
    pub job_id: Option<i64>,
    /// Why that job failed.
    #[schema(required)]
    pub error: Option<String>,
    /// The pictures in use; null when there are none.
    #[schema(required)]
    pub sheets: Option<SpriteSheetInfo>,
}

/// Pictures in use: sheets of tiles, left to right and top to bottom.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpriteSheetInfo {
    /// Sheets: `sheet-000.jpg` and so on, beside the index that the video names as `sprites_url`.
    pub count: u32,
    /// Pictures in all.
    pub tiles: u32,
    /// Seconds between two pictures.
    pub interval: u32,
    /// Pictures in a row.
    pub tile_size: u32,
    /// Width of a picture, pixels.
    pub frame_width: u32,
    /// Height of a picture, pixels.
    pub frame_height: u32,
    /// ISO 8601, UTC.
    pub made_at: String,
}

/// How pictures are asked for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpriteGenerationRequest {
    /// How urgent it is: `normal` when left out.
    pub priority: Option<Priority>,
}

/// What became of a request for pictures.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpriteRequested {
    /// `queued` or `already_queued`.
    pub status: &'static str,
    /// For people.
    pub message: &'static str,
    /// The job that makes them.
    pub job_id: i64,
}

/// For how many videos pictures were asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpriteQueued {
    /// `ok`.
    pub status: &'static str,
    /// For people.
    pub message: String,
    /// Videos that had none and could have them.
    pub queued: u64,
}

/// How many jobs stand where.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpriteQueueStatus {
    /// Nobody works on it yet.
    pub pending: u64,
    /// Somebody works on it.
    pub processing: u64,
    /// Done.
    pub completed: u64,
    /// Given up.
    pub failed: u64,
    /// Stopped.
    pub cancelled: u64,
    /// All of them.
    pub total: u64,
}

/// Jobs that make pictures, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpriteJobs {
    /// The jobs.
    pub jobs: Vec<SpriteJob>,
    /// How many these are.
    pub count: usize,
    /// How many there are in this state, or in all.
    pub total: u64,
}

/// A job that makes pictures.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpriteJob {
    /// Number of the job; `/api/jobs/{id}` says more.
    pub id: i64,
    /// Of which video.
    pub video_id: i64,
    /// The video's name in URLs.
    pub video_slug: String,
    /// The video's title.
    pub video_title: String,
    /// How urgent it is.
    pub priority: Priority,
    /// Where it stands.
    pub status: SpriteJobStatus,
    /// ISO 8601, UTC.
    pub created_at: String,
    /// When it was begun.
    #[schema(required)]
    pub started_at: Option<String>,
    /// When it ended.
    #[schema(required)]
    pub completed_at: Option<String>,
    /// Why it failed.
    #[schema(required)]
    pub error_message: Option<String>,
}

impl SpriteJobStatus {
    fn of(job: &Job, runs: bool) -> Self {
        match job.state {
            JobState::Active if runs => Self::Processing,
            JobState::Active => Self::Pending,
            JobState::Succeeded => Self::Completed,
            JobState::Failed => Self::Failed,
            JobState::Cancelled => Self::Cancelled,
        }
    }
}

impl SpriteStatus {
    /// Of this video.
    pub fn of(video_id: i64, known: Known) -> Self {
        let latest = known.latest.as_ref();
        Self {
            video_id,
            status: latest.map(|job| SpriteJobStatus::of(job, known.is_running)),
            job_id: latest.map(|job| job.id.0),
            error: latest.and_then(|job| job.error.as_ref()).map(|error| error.message.clone()),
            sheets: known.made.map(|made| SpriteSheetInfo {
                count: made.sheets.sheets(),
                tiles: made.sheets.count,
                interval: made.sheets.interval_seconds,
                tile_size: made.sheets.columns,
                frame_width: made.sheets.width,
                frame_height: made.sheets.height,
                made_at: time(made.made_at_ms),
            }),
        }
    }
}

impl From<JobCounts> for SpriteQueueStatus {
    fn from(JobCounts { active, running, succeeded, failed, cancelled }: JobCounts) -> Self {
        Self {
            pending: active.saturating_sub(running),
            processing: running,
            completed: succeeded,
            failed,
            cancelled,
            total: active + succeeded + failed + cancelled,
        }
    }
}

impl From<Status> for SpriteJob {
    fn from(Status { job, video, running, trouble, .. }: Status) -> Self {
        Self {
            id: job.id.0,
            video_id: video.id.0,
            video_slug: video.slug,
            video_title: video.title,
            priority: job.priority.into(),
            status: SpriteJobStatus::of(&job, !running.is_empty()),
            created_at: time(job.created_at_ms),
            started_at: job.started_at_ms.map(time),
            completed_at: job.finished_at_ms.map(time),
            error_message: trouble.map(|trouble| trouble.failure.message),
        }
    }
}
