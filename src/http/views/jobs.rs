//! Wire types of jobs and tasks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::from::{percent, seconds, thumbnail_url, thumbnails, time};
use crate::app::jobs::{self, Detail, Page, Running, Status, Step, Trouble};
use crate::domain::job::{JobState, Priority as DomainPriority, TaskState};
use crate::domain::task::TaskSpec;

/// How urgent a job is. The first parts of a new upload come before the rest of all others, however urgent those are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Before the others.
    High,
    /// As any.
    Normal,
    /// After the others.
    Low,
}

/// Where a job or a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkState {
    /// Nobody works on it yet.
    Waiting,
    /// Somebody works on it.
    Running,
    /// Done.
    Succeeded,
    /// Given up.
    Failed,
    /// Stopped by somebody, or with its job.
    Cancelled,
}

/// Jobs, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobPage {
    /// The jobs.
    pub jobs: Vec<Job>,
    /// Pass it as `cursor` to get the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// True when there is a next page.
    pub has_more: bool,
    /// Of all pages, whatever the state.
    pub counts: JobCounts,
}

/// How many jobs stand where.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobCounts {
    /// Waiting and running.
    pub active: u64,
    /// Active, and nobody works on it.
    pub waiting: u64,
    /// Active, and somebody works on it.
    pub running: u64,
    /// Failed.
    pub failed: u64,
    /// Stopped.
    pub cancelled: u64,
    /// Done.
    pub succeeded: u64,
}

/// A job at a glance; also the data of a `job` event.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Job {
    /// Number of the job.
    pub id: i64,
    /// `transcode`, `reencode`, `sprites` or `transcription`.
    pub kind: &'static str,
    /// Of which video.
    pub video_id: i64,
    /// The video's name in URLs.
    pub video_slug: String,
    /// The video's title.
    pub video_title: String,
    /// The thumbnail of 640 pixels.
    #[schema(required)]
    pub thumbnail_url: Option<String>,
    /// A tiny picture as a `data:` URL.
    #[schema(required)]
    pub placeholder: Option<String>,
    /// Where it stands.
    pub state: WorkState,
    /// How urgent it is.
    pub priority: Priority,
    /// `analyse`, `copy`, `encode`, `audio`, `subtitles`, `thumbnail`, `sprites`, `transcribe` or `finalize`; null when it is
    /// over.
    #[schema(required)]
    pub current_step: Option<String>,
    /// Share of all work done, 0 to 100.
    pub progress_percent: u8,
    /// Seconds of the video made each second, by all who work on it.
    #[schema(required)]
    pub speed: Option<f64>,
    /// Rough time left, seconds.
    #[schema(required)]
    pub eta_seconds: Option<u64>,
    /// Why nothing moves: `paused`, `outside_schedule`, `storage_full`, `storage_unavailable`, `memory_low`, `no_worker` (nobody
    /// is there who encodes) or `no_encoder` (nobody there has the encoder).
    #[schema(required)]
    pub waiting_reason: Option<String>,
    /// How many of its tasks stand where.
    pub task_counts: TaskCounts,
    /// What somebody works on now.
    pub running: Vec<RunningTask>,
    /// Why it failed. Of an active job the last failure, which is tried again; of one that succeeded, what it did
    /// without.
    #[schema(required)]
    pub error: Option<WorkError>,
    /// ISO 8601, UTC.
    pub created_at: String,
    /// When the first task was begun.
    #[schema(required)]
    pub started_at: Option<String>,
    /// When it ended.
    #[schema(required)]
    pub completed_at: Option<String>,
}

/// How many tasks stand where.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct TaskCounts {
    /// Nobody works on it yet.
    pub waiting: u64,
    /// Somebody works on it.
    pub running: u64,
    /// Done.
    pub succeeded: u64,
    /// Given up.
    pub failed: u64,
    /// Stopped.
    pub cancelled: u64,
}

/// A task that somebody works on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunningTask {
    /// Number of the task.
    pub id: i64,
    /// Share done, 0 to 100.
    pub progress_percent: u8,
    /// Against real time.
    #[schema(required)]
    pub speed: Option<f64>,
    /// Who works on it: `server`, or the name of a worker.
    #[schema(required)]
    pub held_by: Option<String>,
    /// Times it was begun.
    pub attempt: u32,
}

/// Why something failed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WorkError {
    /// Stable code.
    pub code: String,
    /// What failed, in the words of the program.
    pub message: String,
    /// In plain words.
    pub cause: String,
    /// What helps.
    pub fix: String,
    /// The command that was run.
    #[schema(required)]
    pub command: Option<String>,
    /// The last 50 lines of its error output.
    #[schema(required)]
    pub stderr: Option<String>,
}

/// A job looked into.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobDetail {
    /// The job at a glance.
    #[serde(flatten)]
    pub job: Job,
    /// What it makes: pictures highest first, then sound, then text. Empty until the file was looked at.
    pub renditions: Vec<JobRendition>,
    /// Every task, in the order in which they were queued.
    pub tasks: Vec<JobTask>,
}

/// A rendition of a job.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobRendition {
    /// `1080p`, `audio-0`.
    pub name: String,
    /// `video`, `audio` or `text`.
    pub kind: &'static str,
    /// Of a picture: `h264`, `hevc` or `av1`.
    #[schema(required)]
    pub codec: Option<&'static str>,
    /// Where it stands.
    pub state: WorkState,
    /// Share done, 0 to 100.
    pub progress_percent: u8,
    /// Numbers of the tasks that make it, along the time line. One task may make several renditions.
    pub task_ids: Vec<i64>,
}

/// A task of a job.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobTask {
    /// Number of the task.
    pub id: i64,
    /// `analyse`, `copy`, `encode`, `audio`, `subtitles`, `thumbnail`, `sprites` or `transcribe`.
    pub kind: &'static str,
    /// The renditions it makes, or a part of.
    pub renditions: Vec<String>,
    /// The stretch of the time line it makes; null when it makes all of it.
    #[schema(required)]
    pub chunk: Option<JobChunk>,
    /// Where it stands.
    pub state: WorkState,
    /// The video is worth watching without it.
    pub optional: bool,
    /// Times it was begun.
    pub attempt: u32,
    /// Times it may be begun.
    pub max_attempts: u32,
    /// Share done, 0 to 100.
    pub progress_percent: u8,
    /// Against real time.
    #[schema(required)]
    pub speed: Option<f64>,
    /// Rough time left, seconds.
    #[schema(required)]
    pub eta_seconds: Option<u64>,
    /// Who works on it: `server`, or the name of a worker.
    #[schema(required)]
    pub held_by: Option<String>,
    /// Who does it a second time, because whoever has it is slow: the first to be done wins.
    #[schema(required)]
    pub also_held_by: Option<String>,
    /// Since when somebody works on it, or when its last try began.
    #[schema(required)]
    pub started_at: Option<String>,
    /// When it ended.
    #[schema(required)]
    pub completed_at: Option<String>,
    /// When it is tried again; null when it waits for nothing but its turn.
    #[schema(required)]
    pub next_try_at: Option<String>,
    /// Its last failure, also one that was tried again since. Of more than 50, the rest come without command and output.
    #[schema(required)]
    pub error: Option<WorkError>,
    /// Why software made it although a device was to: the encoder, and what it failed of. Null when nothing was amiss.
    #[schema(required)]
    pub fallback: Option<String>,
}

/// A stretch of the time line.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobChunk {
    /// Counted from 0.
    pub index: u32,
    /// Seconds.
    pub start: f64,
    /// Seconds; null: to the end.
    #[schema(required)]
    pub end: Option<f64>,
}

/// What an admin changes about a job.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobEdit {
    /// How urgent it is from now on.
    pub priority: Priority,
}

/// What is done with several jobs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobBulk {
    /// Numbers of 1 to 200 jobs.
    #[schema(min_items = 1, max_items = 200)]
    pub ids: Vec<i64>,
    /// What.
    pub action: BulkAction,
    /// For `prioritise`.
    pub priority: Option<Priority>,
}

/// What is done with several jobs.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BulkAction {
    /// Take them up again.
    Retry,
    /// Stop them.
    Cancel,
    /// Make them more or less urgent.
    Prioritise,
}

/// What became of several jobs.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobBulkResult {
    /// For how many it was done.
    pub processed: u32,
    /// For how many it was not.
    pub failed: u32,
    /// One for each id, in the order of the request.
    pub results: Vec<JobResult>,
}

/// What became of one of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobResult {
    /// Number of the job.
    pub id: i64,
    /// Whether it was done.
    pub success: bool,
    /// Why not: a stable code.
    #[schema(required)]
    pub code: Option<&'static str>,
    /// Why not, for people.
    #[schema(required)]
    pub error: Option<String>,
}

impl From<DomainPriority> for Priority {
    fn from(priority: DomainPriority) -> Self {
        match priority {
            DomainPriority::High => Self::High,
            DomainPriority::Normal => Self::Normal,
            DomainPriority::Low => Self::Low,
        }
    }
}

impl From<Priority> for DomainPriority {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::High => Self::High,
            Priority::Normal => Self::Normal,
            Priority::Low => Self::Low,
        }
    }
}

impl From<TaskState> for WorkState {
    fn from(state: TaskState) -> Self {
        match state {
            TaskState::Queued => Self::Waiting,
            TaskState::Leased => Self::Running,
            TaskState::Succeeded => Self::Succeeded,
            TaskState::Failed => Self::Failed,
            TaskState::Cancelled => Self::Cancelled,
        }
    }
}

impl From<Page> for JobPage {
    fn from(page: Page) -> Self {
        let last = page.jobs.last().map(|status| status.job.id.to_string());
        Self {
            next_cursor: last.filter(|_| page.has_more),
            has_more: page.has_more,
            jobs: page.jobs.into_iter().map(Job::from).collect(),
            counts: page.counts.into(),
        }
    }
}

impl From<jobs::JobCounts> for JobCounts {
    fn from(counts: jobs::JobCounts) -> Self {
        let jobs::JobCounts { active, running, succeeded, failed, cancelled } = counts;
        Self { active, running, succeeded, failed, cancelled, waiting: active.saturating_sub(running) }
    }
}

impl From<Status> for Job {
    fn from(status: Status) -> Self {
        let Status { job, video, counts, .. } = status;
        let pictures = thumbnails(&status.base, video.generation, &video.thumbnail_widths, (video.width, video.height));
        Self {
            id: job.id.0,
            kind: job.kind.as_str(),
            video_id: video.id.0,
            thumbnail_url: thumbnail_url(&pictures),
            video_slug: video.slug,
            video_title: video.title,
            placeholder: video.placeholder,
            state: match job.state {
                JobState::Active if status.running.is_empty() => WorkState::Waiting,
                JobState::Active => WorkState::Running,
                JobState::Succeeded => WorkState::Succeeded,
                JobState::Failed => WorkState::Failed,
                JobState::Cancelled => WorkState::Cancelled,
            },
            priority: job.priority.into(),
            current_step: status.step,
            progress_percent: percent(status.fraction),
            speed: status.speed.map(seconds),
            eta_seconds: status.eta_seconds,
            waiting_reason: status.waiting_reason,
            task_counts: TaskCounts {
                waiting: counts.queued,
                running: counts.leased,
                succeeded: counts.succeeded,
                failed: counts.failed,
                cancelled: counts.cancelled,
            },
            running: status.running.iter().map(RunningTask::from).collect(),
            error: status.trouble.map(WorkError::from),
            created_at: time(job.created_at_ms),
            started_at: job.started_at_ms.map(time),
            completed_at: job.finished_at_ms.map(time),
        }
    }
}

impl From<&Running> for RunningTask {
    fn from(running: &Running) -> Self {
        Self {
            id: running.task.id.0,
            progress_percent: percent(running.fraction),
            speed: running.speed.map(seconds),
            held_by: running.task.lease_owner.as_deref().map(holder),
            attempt: running.task.attempt,
        }
    }
}

/// A worker has this before its name in leases.
fn holder(owner: &str) -> String {
    owner.strip_prefix("worker ").unwrap_or(owner).to_owned()
}

impl From<Trouble> for WorkError {
    fn from(Trouble { failure, cause, command, stderr }: Trouble) -> Self {
        let (code, message) = (failure.code, failure.message);
        Self { code, message, cause: cause.text, fix: cause.fix.to_owned(), command, stderr }
    }
}

impl From<Detail> for JobDetail {
    fn from(detail: Detail) -> Self {
        let renditions = detail.renditions.into_iter().map(|rendition| JobRendition {
            name: rendition.name,
            kind: rendition.kind,
            codec: rendition.codec,
            state: rendition.state.into(),
            progress_percent: percent(rendition.fraction),
            task_ids: rendition.tasks.into_iter().map(|id| id.0).collect(),
        });
        Self {
            renditions: renditions.collect(),
            job: detail.status.into(),
            tasks: detail.tasks.into_iter().map(JobTask::from).collect(),
        }
    }
}

impl From<Step> for JobTask {
    fn from(step: Step) -> Self {
        let RunningTask { id, progress_percent, speed, held_by, attempt } = RunningTask::from(&step.running);
        let task = step.running.task;
        let runs = task.state == TaskState::Leased;
        Self {
            id,
            kind: task.kind.as_str(),
            renditions: task.spec.renditions().into_iter().map(str::to_owned).collect(),
            chunk: match &task.spec {
                TaskSpec::Encode(spec) => Some(JobChunk {
                    index: spec.chunk.index,
                    start: seconds(spec.chunk.start()),
                    end: spec.chunk.end.map(seconds),
                }),
                _ => None,
            },
            state: task.state.into(),
            optional: task.spec.is_optional(),
            attempt,
            max_attempts: task.max_attempts,
            progress_percent,
            speed: speed.filter(|_| runs),
            eta_seconds: step.eta_seconds,
            held_by,
            also_held_by: step.also_held_by.as_deref().map(holder),
            started_at: step.started_at_ms.map(time),
            completed_at: step.finished_at_ms.map(time),
            next_try_at: step.next_try_at_ms.map(time),
            error: step.trouble.map(WorkError::from),
            fallback: step.fallback,
        }
    }
}
