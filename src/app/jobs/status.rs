//! Where a job stands, at a glance: what is shown in lists and told to those who follow.

use super::causes::{self, Cause};
use crate::app::App;
use crate::app::audience::{Audience, MediaBase};
use crate::app::progress::{done, fraction_of, pace, step, waiting_reason};
use crate::db::tasks::{ErrorDetail, TaskCounts};
use crate::db::{Conn, DbError, jobs, now_ms, tasks, videos};
use crate::domain::job::{Job, JobKind, JobState, Task, TaskState};
use crate::domain::ladder::Rung;
use crate::domain::task::TaskSpec;
use crate::domain::transcode::TranscodePlan;
use crate::domain::video::{Failure, Video};

/// The end of what was added is told with every event of its video for so long, milliseconds.
const TOLD_FOR_MS: i64 = 30_000;

/// A job and how far it is.
#[derive(Debug, Clone)]
pub struct Status {
    /// The row.
    pub job: Job,
    /// Its video.
    pub video: Video,
    /// Where the video's pictures are.
    pub base: MediaBase,
    /// How many of its tasks are in each state.
    pub counts: TaskCounts,
    /// What somebody works on.
    pub running: Vec<Running>,
    /// Share of all work done, 0 to 1.
    pub fraction: f64,
    /// `analyse`, `copy`, `encode`, `audio`, `subtitles`, `thumbnail`, `sprites`, `transcribe` or `finalize`; none when it is
    /// over.
    pub step: Option<String>,
    /// Seconds of the video made each second, by all who work on it.
    pub speed: Option<f64>,
    /// Rough time left, seconds.
    pub eta_seconds: Option<u64>,
    /// Why nothing moves, such as `storage_full`.
    pub waiting_reason: Option<String>,
    /// Why it failed; of an active one the last failure, which is tried again.
    pub trouble: Option<Trouble>,
}

/// A task that somebody works on.
#[derive(Debug, Clone)]
pub struct Running {
    /// The row.
    pub task: Task,
    /// Share done, 0 to 1.
    pub fraction: f64,
    /// Against real time.
    pub speed: Option<f64>,
}

/// Why something failed.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// Code and message.
    pub failure: Failure,
    /// In plain words.
    pub cause: Cause,
    /// The command that was run.
    pub command: Option<String>,
    /// The last lines of its error output.
    pub stderr: Option<String>,
}

impl Trouble {
    pub(super) fn of(failure: Failure, detail: ErrorDetail) -> Self {
        let cause = causes::explain(&failure.code, &failure.message, detail.stderr.as_deref());
        Self { failure, cause, command: detail.command, stderr: detail.stderr }
    }
}

impl Running {
    pub(super) fn of(app: &App, task: &Task) -> Self {
        let live = app.pipeline().live(task.id);
        Self { fraction: done(app, task), speed: live.and_then(|live| live.speed).or(task.speed), task: task.clone() }
    }
}

/// Reads where a job stands.
pub(super) fn read(app: &App, conn: &mut Conn, job: Job) -> Result<Status, DbError> {
    let video = videos::get(conn, job.video_id)?;
    let mut status = Status {
        base: MediaBase::of(app, Audience::Admin, &video),
        counts: tasks::count_by_state(conn, job.id)?,
        running: Vec::new(),
        fraction: 0.0,
        step: None,
        speed: None,
        eta_seconds: None,
        waiting_reason: None,
        trouble: trouble(conn, &job)?,
        video,
        job,
    };
    if status.job.state != JobState::Active {
        let TaskCounts { succeeded, failed, cancelled, .. } = status.counts;
        let share = succeeded as f64 / (succeeded + failed + cancelled).max(1) as f64;
        status.fraction = if status.job.state == JobState::Succeeded { 1.0 } else { share };
        return Ok(status);
    }
    follow(app, conn, &mut status)?;
    Ok(status)
}

/// Of the jobs of this video that somebody may follow: the newest that builds a generation, and what is being added or was
/// just now.
pub(super) fn read_latest(app: &App, conn: &mut Conn, video: &Video) -> Result<Vec<Status>, DbError> {
    let mut latest: Vec<Job> = jobs::latest_for_video(conn, video.id)?.into_iter().collect();
    let since = now_ms() - TOLD_FOR_MS;
    for kind in JobKind::ADDITIONS {
        let is_told = |job: &Job| job.finished_at_ms.is_none_or(|at| at > since);
        latest.extend(jobs::latest_of_kind(conn, video.id, kind)?.filter(is_told));
    }
    latest.into_iter().map(|job| read(app, conn, job)).collect()
}

/// What moves while a job is active.
fn follow(app: &App, conn: &mut Conn, status: &mut Status) -> Result<(), DbError> {
    let plan: Option<TranscodePlan> = status.job.plan.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let list = tasks::list_for_job(conn, status.job.id)?;
    let open: Vec<&Task> = list.iter().filter(|task| !task.state.is_final()).collect();
    let leased = open.iter().filter(|task| task.state == TaskState::Leased && task.twin_of.is_none());
    status.running = leased.map(|task| Running::of(app, task)).collect();
    status.step = step(&status.job, &open);
    status.waiting_reason = waiting_reason(app, &open);
    status.fraction = fraction_of(app, &status.job, plan.as_ref(), &list);
    if let Some(plan) = plan {
        let whole = pixel_seconds(&plan.rungs, plan.duration_seconds);
        let rate: f64 = status.running.iter().map(rate).sum();
        if rate > 0.0 && whole > 0.0 {
            status.speed = Some(rate / whole * plan.duration_seconds);
            status.eta_seconds = Some(((1.0 - status.fraction) * whole / rate).round() as u64);
        }
    }
    if !status.job.kind.builds_generation() {
        let begun = open.iter().filter(|task| task.state == TaskState::Leased).find_map(|task| task.started_at_ms);
        status.eta_seconds = pace(begun, status.fraction);
    }
    if status.speed.is_none() {
        status.speed = status.running.iter().filter_map(|running| running.speed).reduce(f64::max);
    }
    if status.trouble.is_none() {
        let retried = open.iter().rev().find(|task| task.error.is_some());
        if let Some((task, failure)) = retried.and_then(|task| Some((task.id, task.error.clone()?))) {
            status.trouble = Some(Trouble::of(failure, tasks::get_error_detail(conn, task)?));
        }
    }
    Ok(())
}

/// What encoding costs, as [`fraction_of`] weighs it.
fn pixel_seconds(rungs: &[Rung], seconds: f64) -> f64 {
    let encoded = rungs.iter().filter(|rung| !rung.copied);
    encoded.map(|rung| f64::from(rung.width) * f64::from(rung.height)).sum::<f64>() * seconds
}

fn rate(running: &Running) -> f64 {
    let TaskSpec::Encode(spec) = &running.task.spec else { return 0.0 };
    running.speed.map_or(0.0, |speed| pixel_seconds(&spec.rungs, speed))
}

/// Why a job failed: what its task says, or it itself where no task did. A job that goes on, or succeeded, may have done
/// without something.
fn trouble(conn: &mut Conn, job: &Job) -> Result<Option<Trouble>, DbError> {
    if job.state == JobState::Cancelled {
        let none = ErrorDetail { command: None, stderr: None };
        let stopped = Failure { code: "cancelled".to_owned(), message: "The work was cancelled.".to_owned() };
        return Ok(Some(Trouble::of(job.error.clone().unwrap_or(stopped), none)));
    }
    let task = tasks::first_failed(conn, job.id)?;
    let fits = |failure: &Failure| job.error.as_ref().is_none_or(|of_job| of_job.code == failure.code);
    if let Some(detail) = task
        && let Some(failure) = detail.task.error.filter(fits)
    {
        return Ok(Some(Trouble::of(failure, detail.error)));
    }
    Ok(job.error.clone().map(|failure| Trouble::of(failure, ErrorDetail { command: None, stderr: None })))
}
