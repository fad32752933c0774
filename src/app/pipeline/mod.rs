//! The way of a video from its source to what viewers watch: plan, run elsewhere, apply.
//!
//! [`start`] queues a job with its first task. Each outcome is applied by `apply`, in one transaction with the task's
//! success, and leads to the next tasks; the last one completes the generation. `finish` ends a job, and `reconcile`
//! compares rows and files at start and every minute, so that whatever a crash cut off goes on. `runner` is the
//! engine's side.

mod apply;
mod finish;
mod generation;
mod reconcile;
mod runner;
mod schedule;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub use finish::rest;
pub use generation::Generation;
pub use reconcile::{reconcile, recover_files};
pub use runner::TranscodeRunner;

use serde_json::json;
use tokio::sync::Notify;

use super::{App, AppError};
use crate::db::{Conn, DbError, audit, jobs, now_ms, tasks, videos};
use crate::domain::audit::{Actor, NewEntry};
use crate::domain::id::{JobId, TaskId, VideoId};
use crate::domain::job::{Job, JobKind};
use crate::domain::media::MediaInfo;
use crate::domain::task::TaskOutcome;
use crate::domain::transcode::TranscodePlan;
use crate::domain::video::VideoStatus;
use crate::jobs::{Queue, WaitReason};
use crate::storage::keys;

/// Progress of a video is announced at most this often, unless it moved on a step.
const ANNOUNCE_EVERY: Duration = Duration::from_millis(700);

/// What the pipeline keeps in memory. Nothing in it is missed after a restart.
pub struct State {
    queue: Queue,
    generations: Mutex<HashMap<VideoId, Arc<Mutex<Generation>>>>,
    live: Mutex<HashMap<TaskId, Live>>,
    announced: Mutex<HashMap<VideoId, Instant>>,
    waiting: Mutex<Option<WaitReason>>,
    /// Jobs that no task drives any more and that could not be completed.
    faults: Mutex<HashMap<JobId, finish::Fault>>,
    look: Notify,
}

/// The latest report of a running task.
#[derive(Debug, Clone, Copy)]
pub struct Live {
    /// 0 to 1.
    pub fraction: f64,
    /// Against real time.
    pub speed: Option<f64>,
}

impl State {
    /// An empty state over a queue.
    pub fn new(queue: Queue) -> Self {
        Self {
            queue,
            generations: Mutex::default(),
            live: Mutex::default(),
            announced: Mutex::default(),
            waiting: Mutex::default(),
            faults: Mutex::default(),
            look: Notify::new(),
        }
    }

    /// The queue of this process's pools.
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    /// The latest report of a running task.
    pub fn live(&self, task: TaskId) -> Option<Live> {
        locked(&self.live).get(&task).copied()
    }

    /// The generation that is being made for a video, if one was touched since the start.
    pub fn generation(&self, video: VideoId) -> Option<Arc<Mutex<Generation>>> {
        locked(&self.generations).get(&video).cloned()
    }

    /// Why nothing is started at present.
    pub fn waiting(&self) -> Option<WaitReason> {
        locked(&self.waiting).clone()
    }
}

/// A lock whose holder cannot have left anything half done.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Queues the transcode of a video, in the caller's transaction. Wake the queue after committing.
///
/// Generations are numbered by the second they were begun in, so that a number never comes back, not even when a
/// deleted video's slug does: segments are cached for good by their address.
pub fn start(
    conn: &mut Conn,
    video: VideoId,
    previous: Option<u32>,
    info: &MediaInfo,
    segment_seconds: f64,
) -> Result<Job, DbError> {
    let now = now_ms();
    let second = u32::try_from(now / 1000).unwrap_or(u32::MAX);
    let generation = second.max(previous.map_or(0, |p| p.saturating_add(1)));
    let id = jobs::insert(conn, video, JobKind::Transcode, generation, now)?;
    let job = jobs::get(conn, id)?;
    tasks::insert_many(conn, &job, &[schedule::analyse(info, segment_seconds)], now)?;
    Ok(job)
}

/// Starts a failed or cancelled job again; what it had finished is kept, unless that turned out bad. Conflict unless the video failed.
pub async fn retry(app: &App, id: VideoId) -> Result<(), AppError> {
    let segment_seconds = segment_seconds(app);
    let again = move |conn: &mut Conn| {
        let video = videos::get(conn, id)?;
        if video.status != VideoStatus::Failed {
            return Ok(Err(AppError::conflict("not_failed", "Only a failed video can be tried again.")));
        }
        if !video.source.kept {
            return Ok(Err(AppError::conflict(
                "source_gone",
                "The uploaded file is not kept any more; upload it again.",
            )));
        }
        let job = match jobs::latest_for_video(conn, id)? {
            Some(job) if !finish::must_begin_anew(&job) && tasks::retry_failed(conn, job.id, now_ms())? => job,
            other => {
                let previous = video.generation.max(other.map(|job| job.generation));
                start(conn, id, previous, &video.media, segment_seconds)?
            }
        };
        videos::set_status(conn, id, VideoStatus::Processing)?;
        Ok(Ok(job.id))
    };
    let job = app.db().write(again).await??;
    app.pipeline().queue.tasks_were_queued();
    app.pipeline().look_again(job); // all that is left may be to complete it
    announce(app, id, true).await;
    Ok(())
}

/// Stops the running job. Conflict when none runs.
pub async fn cancel(app: &App, id: VideoId) -> Result<(), AppError> {
    let job = app.db().run(move |conn| {
        videos::get(conn, id)?;
        jobs::active_for_video(conn, id)
    });
    let not_running = || AppError::conflict("not_running", "Nothing is being done for this video.");
    let job = job.await?.ok_or_else(not_running)?;
    let failure = crate::domain::video::Failure {
        code: "cancelled".to_owned(),
        message: "The work was cancelled. It can be taken up again.".to_owned(),
    };
    // together: a video that does not know that its job has ended could never be taken up again
    if !app.pipeline().queue.cancel_job(job.id, move |conn| videos::set_failed(conn, id, &failure)).await? {
        return Err(not_running());
    }
    locked(&app.pipeline().generations).remove(&id);
    announce(app, id, true).await;
    Ok(())
}

/// Removes the video: its job, its rows, its files.
pub async fn delete(app: &App, actor: &Actor, id: VideoId) -> Result<(), AppError> {
    let deleted = NewEntry::done(actor, "video_deleted", format!("video:{id}"));
    let take = move |conn: &mut Conn| {
        let video = videos::get(conn, id)?;
        videos::delete(conn, id)?;
        let before = json!({ "title": video.title, "slug": video.slug });
        audit::insert(conn, &deleted.changing(Some(before), None), now_ms())?;
        Ok(video)
    };
    let video = app.db().write(take).await?;
    // its tasks went with it: whoever runs one stops now
    app.pipeline().queue.leases_were_ended();
    locked(&app.pipeline().generations).remove(&id);
    app.announce_removed(id, &video.slug);
    let storage = app.storage().clone();
    let removed = tokio::task::spawn_blocking(move || {
        storage.remove_directory(&keys::video(id))?;
        storage.remove(&keys::source(&video.source.key))
    });
    // what cannot be removed now is found by the reconciler: no row points to it any more
    if let Err(error) = removed.await.map_err(AppError::internal)? {
        tracing::warn!(video = %id, %error, "files of a deleted video were left behind");
    }
    Ok(())
}

/// Tells listeners how far a video is. Reports that merely count up are thinned out.
async fn announce(app: &App, id: VideoId, moved_on: bool) {
    {
        let mut announced = locked(&app.pipeline().announced);
        let now = Instant::now();
        if !moved_on && announced.get(&id).is_some_and(|at| now.duration_since(*at) < ANNOUNCE_EVERY) {
            return;
        }
        announced.retain(|_, at| now.duration_since(*at) < ANNOUNCE_EVERY);
        announced.insert(id, now);
    }
    match super::progress::snapshot(app, id).await {
        Ok(snapshot) => app.announce(snapshot),
        Err(AppError::NotFound) => {}
        Err(error) => tracing::warn!(video = %id, %error, "progress was not announced"),
    }
}

/// The generation a job builds, measured from disk when this process has not touched it yet.
async fn generation_of(app: &App, job: &Job) -> Result<Arc<Mutex<Generation>>, AppError> {
    if let Some(known) = app.pipeline().generation(job.video_id)
        && locked(&known).number() == job.generation
    {
        return Ok(known);
    }
    let (plan, finished) = {
        let id = job.id;
        app.db().run(move |conn| Ok((jobs::get(conn, id)?.plan, finished_renditions(conn, id)?))).await?
    };
    let plan: TranscodePlan = plan
        .and_then(|text| serde_json::from_str(&text).ok())
        .ok_or_else(|| AppError::internal(format!("job {} has no plan", job.id)))?;
    let (storage, video, number) = (app.storage().clone(), job.video_id, job.generation);
    let opened = tokio::task::spawn_blocking(move || Generation::open(&storage, video, number, plan, finished));
    let opened = Arc::new(Mutex::new(opened.await.map_err(AppError::internal)?.map_err(AppError::internal)?));
    // two may have measured at once; they must share one
    let mut generations = locked(&app.pipeline().generations);
    match generations.get(&video).filter(|other| locked(other).number() == number) {
        Some(other) => Ok(Arc::clone(other)),
        None => {
            generations.insert(video, Arc::clone(&opened));
            Ok(opened)
        }
    }
}

/// Sound that is complete and text that was found, by the outcomes of the job's tasks.
fn finished_renditions(conn: &mut Conn, job: JobId) -> Result<HashSet<String>, DbError> {
    let mut finished = HashSet::new();
    for (task, outcome) in tasks::list_outcomes(conn, job)? {
        match outcome {
            TaskOutcome::Text { tracks } => finished.extend(tracks),
            TaskOutcome::Segments { ranges, .. } => {
                if tasks::get(conn, task)?.kind == crate::domain::job::TaskKind::Audio {
                    finished.extend(ranges.into_iter().map(|r| r.rendition));
                }
            }
            TaskOutcome::Analysis(_) | TaskOutcome::Thumbnail { .. } => {}
        }
    }
    Ok(finished)
}

pub(super) fn segment_seconds(app: &App) -> f64 {
    f64::from(app.config().streaming.segment_duration)
}
