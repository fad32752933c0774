//! The way of a video from its source to what viewers watch: plan, run elsewhere, apply.
//!
//! [`start`] queues a job with its first task. Each outcome is applied by `apply`, in one transaction with the task's
//! success, and leads to the next tasks; the last one completes the generation. `finish` ends a job, `ended` is what stays of
//! one that failed, and `reconcile`
//! compares rows and files at start and every minute, so that whatever a crash cut off goes on. `runner` is the
//! engine's side.

mod again;
mod apply;
mod beside;
mod disk;
mod ended;
mod finish;
mod generation;
mod give_way;
mod reconcile;
mod reencode;
mod runner;
mod schedule;
mod shared;
mod summary;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub use again::{Chosen, cancel, cancel_job, retry, take_up};
pub use beside::show_beside;
pub use finish::rest;
pub(super) use finish::settle_source;
pub use generation::Generation;
pub use reconcile::{measure_generations, reconcile, recover_files};
pub use reencode::{begin_next, queue, queue_all};
pub use runner::TranscodeRunner;
pub(super) use runner::work_key;
pub use shared::SharedGeneration;

use serde_json::json;
use tokio::sync::Notify;

use super::{App, AppError, webhooks};
use crate::db::{Conn, DbError, audit, jobs, now_ms, tasks, videos};
use crate::domain::audit::{Actor, NewEntry};
use crate::domain::id::{JobId, TaskId, VideoId};
use crate::domain::job::{Job, JobKind, Priority};
use crate::domain::media::MediaInfo;
use crate::domain::task::TaskOutcome;
use crate::domain::transcode::TranscodePlan;
use crate::domain::video::{Video, VideoStatus};
use crate::domain::webhook::WebhookEvent;
use crate::jobs::{Queue, WaitReason};
use crate::storage::{Storage, keys};

/// Progress of a video is announced at most this often, unless it moved on a step.
const ANNOUNCE_EVERY: Duration = Duration::from_millis(700);

/// What the pipeline keeps in memory. Nothing in it is missed after a restart.
pub struct State {
    queue: Queue,
    generations: Mutex<HashMap<VideoId, Arc<SharedGeneration>>>,
    live: Mutex<HashMap<TaskId, Live>>,
    announced: Mutex<HashMap<VideoId, Instant>>,
    /// By pool.
    waiting: Mutex<HashMap<&'static str, WaitReason>>,
    /// Jobs that no task drives any more and that could not be completed.
    faults: Mutex<HashMap<JobId, finish::Fault>>,
    look: Notify,
    /// Held while a generation is measured.
    opening: tokio::sync::Mutex<()>,
    /// Held while it is decided which re-encode begins.
    beginning: tokio::sync::Mutex<()>,
    /// Held while manifests are written that name what stands beside a generation, and while a generation is published.
    manifests: tokio::sync::Mutex<()>,
    disk: disk::Disk,
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
    /// An empty state over a queue. Blocks.
    pub fn new(queue: Queue, storage: &Storage) -> Self {
        Self {
            queue,
            generations: Mutex::default(),
            live: Mutex::default(),
            announced: Mutex::default(),
            waiting: Mutex::default(),
            faults: Mutex::default(),
            look: Notify::new(),
            opening: tokio::sync::Mutex::default(),
            beginning: tokio::sync::Mutex::default(),
            manifests: tokio::sync::Mutex::default(),
            disk: disk::Disk::new(storage),
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
    pub fn generation(&self, video: VideoId) -> Option<Arc<SharedGeneration>> {
        locked(&self.generations).get(&video).cloned()
    }

    /// Why a pool starts nothing at present although it may.
    pub fn waiting(&self, pool: &str) -> Option<WaitReason> {
        locked(&self.waiting).get(pool).cloned()
    }
}

/// A lock whose holder cannot have left anything half done.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Queues the transcode of a video, in the caller's transaction. Wake the queue after committing.
pub fn start(
    conn: &mut Conn,
    video: VideoId,
    previous: Option<u32>,
    info: &MediaInfo,
    (segment_seconds, priority): (f64, Priority),
) -> Result<Job, DbError> {
    let job = insert(conn, (video, JobKind::Transcode), previous, priority)?;
    tasks::insert_many(conn, &job, &[schedule::analyse(info, segment_seconds)], now_ms())?;
    Ok(job)
}

/// Creates a job without tasks.
///
/// Generations are numbered by the second they were begun in, so that a number never comes back, not even when a
/// deleted video's slug does: segments are cached for good by their address.
fn insert(
    conn: &mut Conn,
    (video, kind): (VideoId, JobKind),
    previous: Option<u32>,
    priority: Priority,
) -> Result<Job, DbError> {
    let now = now_ms();
    let second = u32::try_from(now / 1000).unwrap_or(u32::MAX);
    let generation = second.max(previous.map_or(0, |p| p.saturating_add(1)));
    let id = jobs::insert(conn, video, kind, generation, now)?;
    let job = Job { priority, ..jobs::get(conn, id)? };
    jobs::set_priority(conn, &Job { priority: Priority::Normal, ..job.clone() }, priority)?;
    Ok(job)
}

/// Removes the video: its job, its rows, its files.
pub async fn delete(app: &App, actor: &Actor, id: VideoId) -> Result<(), AppError> {
    let deleted = NewEntry::done(actor, "video_deleted", format!("video:{id}"));
    let outbox = webhooks::outbox(app);
    let take = move |conn: &mut Conn| {
        let video = videos::get(conn, id)?;
        videos::delete(conn, id)?;
        outbox.record_video(conn, WebhookEvent::VideoDeleted, &video, json!({ "permanent": true }))?;
        let before = json!({ "title": video.title, "slug": video.slug });
        audit::insert(conn, &deleted.changing(Some(before), None), now_ms())?;
        Ok(video)
    };
    let video = app.db().write(take).await?;
    // its tasks went with it: whoever runs one stops now
    app.pipeline().queue.leases_were_ended();
    webhooks::told(app);
    let generation = {
        let _alone = app.pipeline().opening.lock().await;
        locked(&app.pipeline().generations).remove(&id)
    };
    app.announce_removed(id, &video.slug);
    let storage = app.storage().clone();
    let removed = tokio::task::spawn_blocking(move || {
        let remove = || {
            storage.remove_directory(&keys::video(id))?;
            storage.remove(&keys::source(&video.source.key))
        };
        match generation {
            Some(generation) => generation.discard(remove),
            None => remove(),
        }
    });
    // what cannot be removed now is found by the reconciler: no row points to it any more
    if let Err(error) = removed.await.map_err(AppError::internal)? {
        tracing::warn!(video = %id, %error, "files of a deleted video were left behind");
    }
    Ok(())
}

/// Tells listeners how far a video is. Reports that merely count up are thinned out.
pub(super) async fn announce(app: &App, id: VideoId, moved_on: bool) {
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

/// Tasks are queued again that were left behind: what was heard of them last is over.
pub async fn given_back(app: &App, tasks: Vec<TaskId>) {
    {
        let mut live = locked(&app.pipeline().live);
        for id in &tasks {
            live.remove(id);
        }
    }
    let of = move |conn: &mut Conn| {
        Ok(tasks.iter().filter_map(|id| tasks::get(conn, *id).ok()).map(|task| task.video_id).collect::<HashSet<_>>())
    };
    match app.db().run(of).await {
        Ok(videos) => {
            for video in videos {
                announce(app, video, true).await;
            }
        }
        Err(error) => tracing::warn!(%error, "that tasks were given back was not announced"),
    }
}

/// The generation a job builds, measured from disk when this process has not touched it yet. What is gone from it is
/// made again.
async fn generation_of(app: &App, job: &Job) -> Result<Arc<SharedGeneration>, AppError> {
    let known = || app.pipeline().generation(job.video_id).filter(|known| known.number() == job.generation);
    if let Some(known) = known() {
        return Ok(known);
    }
    // all must share one, and what is missing must be queued once
    let _alone = app.pipeline().opening.lock().await;
    if let Some(known) = known() {
        return Ok(known);
    }
    let (row, made, video, beside) = {
        let (id, video, config) = (job.id, job.video_id, app.config());
        let read = move |conn: &mut Conn| {
            let beside = beside::Beside::read(conn, &config, video)?;
            Ok((jobs::get(conn, id)?, tasks::list_outcomes(conn, id)?, videos::get(conn, video)?, beside))
        };
        app.db().run(read).await?
    };
    if row.state.is_final() && reencode::is_kept_back(&video, job) {
        return Err(AppError::NotFound); // its files are gone
    }
    // of a job that has ended, a last file may still be on its way
    let stays = is_published_whole(&video, job) || row.state.is_final();
    let plan: TranscodePlan = row
        .plan
        .and_then(|text| serde_json::from_str(&text).ok())
        .ok_or_else(|| AppError::internal(format!("job {} has no plan", job.id)))?;
    let (storage, video, number) = (app.storage().clone(), job.video_id, job.generation);
    let measure = move || {
        let mut opened = Generation::open(&storage, video, number, plan)?;
        beside.tell(&mut opened, &storage);
        let lost = made.into_iter().filter(|(_, made)| opened.check(&storage, made.ranges()).is_err());
        let lost: Vec<TaskId> = lost.map(|(task, _)| task).collect();
        Ok::<_, generation::TakeError>((opened, lost))
    };
    let measured = tokio::task::spawn_blocking(measure).await.map_err(AppError::internal)?;
    let (mut opened, lost) = measured.map_err(AppError::internal)?;
    reconcile::make_anew(app, job, lost).await?;
    let id = job.id;
    opened.note_finished(app.db().run(move |conn| finished_renditions(conn, id)).await?);
    if stays {
        opened.keep_manifests();
    }
    let opened = Arc::new(SharedGeneration::new(opened));
    locked(&app.pipeline().generations).insert(video, Arc::clone(&opened));
    Ok(opened)
}

/// True when viewers have all that the job made, and it was taken up again for what it did without.
fn is_published_whole(video: &Video, job: &Job) -> bool {
    video.status == VideoStatus::Ready && video.generation == Some(job.generation)
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
            TaskOutcome::Analysis(_)
            | TaskOutcome::Thumbnail { .. }
            | TaskOutcome::Sprites(_)
            | TaskOutcome::Transcript { .. }
            | TaskOutcome::Delivered => {}
        }
    }
    Ok(finished)
}

pub(super) fn segment_seconds(app: &App) -> f64 {
    f64::from(app.config().streaming.segment_duration)
}
