//! What is added to a video beside the generation that is watched: pictures for the seek bar, what is said in it.
//!
//! An addition is a job with one task. It begins once the video is ready, reads the source, and changes neither the video's
//! status nor its generation: when it fails, that is its own matter. Its states, retries, priorities and progress are
//! those of every job; `pipeline` hands to this module what differs from a transcode. Each kind has a file here, with
//!
//! - `plan`: the task that makes it, or why it cannot be made;
//! - `is_due`: whether every video that becomes ready gets one;
//! - `add`: the rows that say what was made, in the transaction that ends the task and the job;
//! - `current`: the number of the files in use.
//!
//! What the task leaves in [`tasks::ADDED`](crate::tasks::ADDED) below its work directory becomes the directory of a new
//! number, which is never used again, so that its files may be kept for ever by whoever got them.

mod files;
mod life;
pub mod sprites;
mod transcription;

pub(super) use files::{new_number, retire};
pub(super) use life::{apply, fail, is_under_way, mend, stop, take_up};

use std::sync::Arc;

use serde_json::json;

use super::pipeline::announce;
use super::webhooks::Outbox;
use super::{App, AppError};
use crate::config::Config;
use crate::db::{Conn, DbError, audit, jobs, now_ms, tasks, videos};
use crate::domain::audit::{Actor, NewEntry};
use crate::domain::id::VideoId;
use crate::domain::job::{Job, JobKind, JobState, NewTask, Priority};
use crate::domain::task::{TaskOutcome, TaskSpec};
use crate::domain::video::{Video, VideoStatus};

/// The task of a new addition to a video, or why there can be none. The source must be there.
fn plan(config: &Config, kind: JobKind, video: &Video) -> Result<TaskSpec, AppError> {
    match kind {
        JobKind::Sprites => sprites::plan(config, video),
        JobKind::Transcription => transcription::plan(config, video),
        JobKind::Transcode | JobKind::Reencode => Err(AppError::internal("this job builds a generation")),
    }
}

fn is_due(config: &Config, kind: JobKind) -> bool {
    match kind {
        JobKind::Sprites => sprites::is_due(config),
        JobKind::Transcription => transcription::is_due(config),
        JobKind::Transcode | JobKind::Reencode => false,
    }
}

/// What becomes true with the success of a task whose files have this number.
fn add(conn: &mut Conn, outbox: &Outbox, job: &Job, number: u32, outcome: TaskOutcome) -> Result<(), DbError> {
    match job.kind {
        JobKind::Sprites => sprites::add(conn, job.video_id, number, outcome),
        JobKind::Transcription => transcription::add(conn, outbox, job.video_id, number, outcome),
        JobKind::Transcode | JobKind::Reencode => Ok(()),
    }
}

/// The number of the files in use; none where there are none.
fn current(conn: &mut Conn, kind: JobKind, video: VideoId) -> Result<Option<u32>, DbError> {
    match kind {
        JobKind::Sprites => sprites::current(conn, video),
        JobKind::Transcription => transcription::current(conn, video),
        JobKind::Transcode | JobKind::Reencode => Ok(None),
    }
}

/// True for what somebody removed, so that it is not made again unless somebody asks for it.
fn was_deleted(conn: &mut Conn, kind: JobKind, video: VideoId) -> Result<bool, DbError> {
    Ok(kind == JobKind::Transcription && transcription::was_deleted(conn, video)?)
}

/// Queues an addition to a video. Gives the one that is under way, and false, where there is one.
pub async fn request(
    app: &App,
    actor: &Actor,
    id: VideoId,
    what: (JobKind, Priority),
) -> Result<(Job, bool), AppError> {
    request_with(app, actor, id, what, app.config()).await
}

/// As [`request`], with settings that hold for this one.
pub async fn request_with(
    app: &App,
    actor: &Actor,
    id: VideoId,
    (kind, priority): (JobKind, Priority),
    config: Arc<Config>,
) -> Result<(Job, bool), AppError> {
    let entry = NewEntry::done(actor, "job_queued", format!("video:{id}"))
        .changing(None, Some(json!({ "kind": kind.as_str(), "priority": priority.as_str() })));
    let queue = move |conn: &mut Conn| {
        let video = videos::get(conn, id)?;
        if let Some(job) = under_way(conn, kind, id)? {
            return Ok(Ok((job, false)));
        }
        let spec = match possible(&video).and_then(|()| plan(&config, kind, &video)) {
            Ok(spec) => spec,
            Err(refusal) => return Ok(Err(refusal)),
        };
        audit::insert(conn, &entry, now_ms())?;
        Ok(Ok((insert(conn, &video, (kind, priority), spec)?, true)))
    };
    let (job, is_new) = app.db().write(queue).await??;
    if is_new {
        app.pipeline().queue().tasks_were_queued();
        announce(app, id, true).await;
    }
    Ok((job, is_new))
}

/// Queues what every video gets that becomes ready, in the transaction that makes it so. Wake the queue afterwards.
pub(super) fn queue_due(conn: &mut Conn, config: &Config, video: &Video) -> Result<(), DbError> {
    for kind in JobKind::ADDITIONS.into_iter().filter(|kind| is_due(config, *kind)) {
        if current(conn, kind, video.id)?.is_some() || under_way(conn, kind, video.id)?.is_some() {
            continue; // it was ready before
        }
        if was_deleted(conn, kind, video.id)? {
            continue;
        }
        if let Ok(spec) = plan(config, kind, video) {
            insert(conn, video, (kind, Priority::Low), spec)?;
        }
    }
    Ok(())
}

/// Whether anything can be added to a video.
fn possible(video: &Video) -> Result<(), AppError> {
    if video.status != VideoStatus::Ready {
        return Err(AppError::conflict("not_ready", "The video is not ready yet; try again when all of it is made."));
    }
    if !video.source.kept {
        return Err(AppError::conflict("source_gone", "The uploaded file is not kept any more; upload it again."));
    }
    Ok(())
}

fn under_way(conn: &mut Conn, kind: JobKind, video: VideoId) -> Result<Option<Job>, DbError> {
    Ok(jobs::latest_of_kind(conn, video, kind)?.filter(|job| job.state == JobState::Active))
}

fn insert(
    conn: &mut Conn,
    video: &Video,
    (kind, priority): (JobKind, Priority),
    spec: TaskSpec,
) -> Result<Job, DbError> {
    let now = now_ms();
    let id = jobs::insert(conn, video.id, kind, 0, now)?;
    let job = jobs::get(conn, id)?;
    jobs::set_priority(conn, &job, priority)?;
    let job = Job { priority, ..job };
    tasks::insert_many(conn, &job, &[task(spec)], now)?;
    Ok(job)
}

/// Additions have pools of their own: nothing else waits behind them.
fn task(spec: TaskSpec) -> NewTask {
    NewTask { spec, priority: 0 }
}
