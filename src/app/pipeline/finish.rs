//! The end of a job: final manifests, publication, the source's fate.
//!
//! No task drives this any more, so nothing else would notice when it goes wrong: a fault is tried again a few times,
//! then the job fails with its reason. Tries are counted in memory; a restart begins anew.

use std::any::Any;
use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use serde_json::json;

use super::generation::TakeError;
use super::{State, announce, apply, beside, generation_of, locked, reencode, runner};
use crate::app::{App, AppError, additions, webhooks};
use crate::config::KeepSource;
use crate::db::videos::Publication;
use crate::db::{Conn, DbError, jobs, now_ms, tasks, videos};
use crate::domain::id::{JobId, TaskId, VideoId};
use crate::domain::job::{Job, JobKind, JobState, Task, TaskState, retry_delay_ms};
use crate::domain::task::{SegmentRange, TaskOutcome};
use crate::domain::transcode::TranscodePlan;
use crate::domain::video::{Failure, RenditionKind, RenditionSummary, Video, VideoStatus};
use crate::domain::webhook::WebhookEvent;
use crate::media::plan;
use crate::storage::keys;

/// Tries to complete a job before it fails.
const TRIES_MAX: u32 = 4;
/// Between tries that do not count, because the disk is full.
const FULL_REST: Duration = Duration::from_secs(30);
/// Rest between two looks whatever is due, so that a database that is away is not asked without a pause.
const REST_MIN: Duration = Duration::from_millis(500);
/// What the job made does not stand on disk as it was made.
const DAMAGED: &str = "generation_damaged";
/// Anything else of ours, a panic included.
const BROKEN: &str = "completion_failed";

/// What went wrong with a job that no task drives.
pub(super) struct Fault {
    tries: u32,
    again_at: Instant,
}

impl State {
    /// The reconciler looks at this job at once.
    pub(super) fn look_again(&self, job: JobId) {
        locked(&self.faults).entry(job).or_insert(Fault { tries: 0, again_at: Instant::now() });
        self.look.notify_one();
    }

    pub(super) fn is_resting(&self, job: JobId) -> bool {
        locked(&self.faults).get(&job).is_some_and(|fault| fault.again_at > Instant::now())
    }

    pub(super) fn forget_fault(&self, job: JobId) {
        locked(&self.faults).remove(&job);
    }

    /// Forgets what jobs had that are not active any more.
    pub(super) fn forget_other_faults(&self, active: &[Job]) {
        let active: HashSet<JobId> = active.iter().map(|job| job.id).collect();
        locked(&self.faults).retain(|job, _| active.contains(job));
    }

    /// Counts a fault. None while it is worth another try.
    fn count_fault(&self, job: JobId, full: bool) -> Option<u32> {
        let mut faults = locked(&self.faults);
        let fault = faults.entry(job).or_insert(Fault { tries: 0, again_at: Instant::now() });
        fault.tries += u32::from(!full);
        let delay_ms = u64::try_from(retry_delay_ms(fault.tries)).unwrap_or_default();
        fault.again_at = Instant::now() + if full { FULL_REST } else { Duration::from_millis(delay_ms) };
        self.look.notify_one();
        (fault.tries >= TRIES_MAX).then_some(fault.tries)
    }
}

/// Waits until rows and files should be compared again: after `longest`, or sooner when a job is due for another try.
pub async fn rest(app: &App, longest: Duration) {
    let state = app.pipeline();
    let latest = Instant::now() + longest;
    loop {
        let due = locked(&state.faults).values().map(|fault| fault.again_at).min();
        let wake_at = due.map_or(latest, |due| due.min(latest)).max(Instant::now() + REST_MIN);
        tokio::select! {
            () = tokio::time::sleep_until(wake_at.into()) => return,
            () = state.look.notified() => {}
        }
    }
}

/// Completes the job if nothing of it is left to do, and takes note of what goes wrong.
pub(super) async fn finish(app: &App, job: &Job) {
    if app.pipeline().is_resting(job.id) {
        return;
    }
    match caught(complete_if_done(app, job)).await {
        Ok(()) => app.pipeline().forget_fault(job.id),
        Err(error) => note_fault(app, job, &error).await,
    }
}

/// Whether a job that failed left nothing to go on from: trying it again means to begin anew.
pub(super) fn must_begin_anew(job: &Job) -> bool {
    job.error.as_ref().is_some_and(|error| [DAMAGED, BROKEN, "init_mismatch"].contains(&error.code.as_str()))
}

/// A fault of a job that no task drives: tried again after a rest, a few times, then the job fails.
pub(super) async fn note_fault(app: &App, job: &Job, error: &AppError) {
    if matches!(error, AppError::NotFound) {
        return; // deleted meanwhile
    }
    // the next try measures what stands on disk
    locked(&app.pipeline().generations).remove(&job.video_id);
    let failure = failure(error);
    tracing::error!(job = %job.id, video = %job.video_id, code = failure.code, %error, "a job could not be completed");
    if app.pipeline().count_fault(job.id, failure.code == "storage_full").is_none() {
        return;
    }
    match apply::fail(app, job.video_id, job.id, failure).await {
        Ok(()) => {
            app.pipeline().forget_fault(job.id);
            announce(app, job.video_id, true).await;
        }
        Err(error) => tracing::error!(job = %job.id, %error, "a failure was not recorded"),
    }
}

/// What an admin is told.
fn failure(error: &AppError) -> Failure {
    let (code, message) = match error {
        AppError::StorageFull => ("storage_full", error.to_string()),
        AppError::Internal(source) => match source.downcast_ref::<TakeError>() {
            Some(TakeError::Storage(full)) if full.is_full() => ("storage_full", full.to_string()),
            Some(TakeError::Storage(storage)) => ("storage_failed", reasons(storage)),
            Some(damage) => (DAMAGED, damage.to_string()),
            None if source.is::<DbError>() => ("server_fault", "The database could not be used.".to_owned()),
            None => (BROKEN, source.to_string()),
        },
        other => (BROKEN, other.to_string()),
    };
    Failure { code: code.to_owned(), message: format!("Everything was made, but completing it failed: {message}") }
}

/// An error with what caused it.
fn reasons(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// A panic on the way becomes an error like any other.
pub(super) async fn caught<T>(work: impl Future<Output = Result<T, AppError>>) -> Result<T, AppError> {
    let panicked = |panic: Box<dyn Any + Send>| {
        let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Err(AppError::internal(format!("it panicked: {}", text.unwrap_or("without a message"))))
    };
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(panicked)
}

/// Completes the job when all its tasks are done: final manifests, publication, the source's fate.
async fn complete_if_done(app: &App, job: &Job) -> Result<(), AppError> {
    let id = job.id;
    let read = move |conn: &mut Conn| {
        let counts = tasks::count_by_state(conn, id)?;
        if counts.queued + counts.leased > 0 {
            return Ok(None); // every task of a long film asks this at its end
        }
        Ok(Some((tasks::list_for_job(conn, id)?, tasks::list_outcomes(conn, id)?)))
    };
    let Some((list, outcomes)) = app.db().run(read).await? else { return Ok(()) };
    let done = |t: &Task| t.state == TaskState::Succeeded || (t.state == TaskState::Failed && t.spec.is_optional());
    if job.state.is_final() || list.is_empty() || list.iter().any(|t| !t.state.is_final()) {
        return Ok(());
    }
    let missing: Vec<&Task> = list.iter().filter(|t| !done(t)).collect();
    if let Some(first) = missing.first() {
        apply::fail(app, job.video_id, id, set_aside(first, missing.len())).await?;
        announce(app, job.video_id, true).await;
        return Ok(());
    }
    let generation = generation_of(app, job).await?;
    let open = app.db().run(move |conn| tasks::open_count(conn, id)).await?;
    if open > 0 {
        return Ok(()); // some of it was gone, and is made again
    }
    let made: Vec<SegmentRange> = outcomes.iter().flat_map(|(_, outcome)| outcome.ranges().to_vec()).collect();
    let storage = app.storage().clone();
    let manifests = app.pipeline().manifests.lock().await;
    let of = job.video_id;
    let config = app.config();
    let beside = app.db().run(move |conn| beside::Beside::read(conn, &config, of)).await?;
    let written = generation.with(move |generation| {
        beside.tell(generation, &storage);
        generation.check(&storage, &made)?;
        generation.complete(&storage)?;
        Ok::<_, TakeError>((generation.summary(), generation.duration_seconds(), beside))
    });
    let (summary, duration_seconds, beside) = written.await?.map_err(AppError::internal)?;
    let shown = show(app, job, &list, outcomes).await?;
    let (complete, now) = (Complete { job: job.clone(), summary, duration_seconds, shown }, now_ms());
    let (outbox, config) = (webhooks::outbox(app), app.config());
    let finish = move |conn: &mut Conn| {
        let Some(ready) = complete.record(conn, now)? else { return Ok(false) };
        if complete.job.kind == JobKind::Transcode {
            outbox.record_video(conn, WebhookEvent::VideoReady, &ready, complete.told())?;
            additions::queue_due(conn, &config, &ready)?;
        }
        beside.note_shown(conn)?;
        Ok(true)
    };
    let finished = app.db().write(finish).await?;
    drop(manifests);
    if !finished {
        return Ok(()); // cancelled meanwhile, or completed by another
    }
    let (video, number) = (job.video_id, job.generation);
    locked(&app.pipeline().generations).remove(&video);
    tracing::info!(video = %video, generation = number, seconds = duration_seconds, "ready");
    webhooks::told(app);
    app.pipeline().queue().tasks_were_queued();
    announce(app, video, true).await;
    if job.kind == JobKind::Reencode {
        reencode::ended(app, job).await;
    }
    if let Err(error) = settle_source(app, video).await {
        tracing::error!(video = %video, %error, "the source was not removed; the next start will");
    }
    Ok(())
}

/// What becomes true of the video together with a generation that viewers have had nothing of so far.
async fn show(
    app: &App,
    job: &Job,
    list: &[Task],
    outcomes: Vec<(TaskId, TaskOutcome)>,
) -> Result<Option<reencode::Shown>, AppError> {
    let (id, number, storage) = (job.video_id, job.generation, app.storage().clone());
    let video = app.db().run(move |conn| videos::get(conn, id)).await?;
    if !reencode::is_kept_back(&video, job) {
        return Ok(None);
    }
    let failed = list.iter().filter(|task| task.state == TaskState::Failed);
    let message = |task: &Task| task.error.as_ref().map_or(String::new(), |error| error.message.clone());
    let mut warnings = apply::warnings(&video);
    for note in failed.map(|task| runner::warning(&task.spec, &message(task))) {
        if !warnings.contains(&note) {
            warnings.push(note);
        }
    }
    let outcomes = outcomes.into_iter().map(|(_, outcome)| outcome);
    let thumbnails = move || reencode::thumbnails(&storage, (&video, number), outcomes);
    let thumbnails = tokio::task::spawn_blocking(thumbnails).await.map_err(AppError::internal)??;
    Ok(Some(reencode::Shown { thumbnails, warnings }))
}

/// A generation that is whole.
struct Complete {
    job: Job,
    summary: Vec<RenditionSummary>,
    duration_seconds: f64,
    /// Of a generation that takes the place of another.
    shown: Option<reencode::Shown>,
}

impl Complete {
    /// Ends the job and publishes what it made. The video as it is then; none when the job had ended already.
    fn record(&self, conn: &mut Conn, now_ms: i64) -> Result<Option<Video>, DbError> {
        if !jobs::finish(conn, self.job.id, JobState::Succeeded, None, now_ms)? {
            return Ok(None);
        }
        let id = self.job.video_id;
        let before = videos::get(conn, id)?;
        let warnings = self.shown.as_ref().map_or(&before.warnings, |shown| &shown.warnings);
        videos::set_media_result(conn, id, self.duration_seconds, warnings)?;
        if let Some((widths, placeholder)) = self.shown.as_ref().and_then(|shown| shown.thumbnails.as_ref()) {
            videos::set_thumbnails(conn, id, widths, placeholder.as_deref())?;
        }
        let number = self.job.generation;
        let publication = Publication { generation: number, status: VideoStatus::Ready, renditions: &self.summary };
        videos::publish(conn, id, &publication, now_ms)?;
        videos::get(conn, id).map(Some)
    }

    /// What is told of it.
    fn told(&self) -> serde_json::Value {
        let pictures = self.summary.iter().filter(|rendition| rendition.kind == RenditionKind::Video);
        let qualities: Vec<_> = pictures.map(|rendition| &rendition.name).collect();
        json!({ "qualities": qualities, "duration_seconds": self.duration_seconds })
    }
}

/// All is done but what was set aside.
fn set_aside(first: &Task, count: usize) -> Failure {
    let (code, why) = first.error.clone().map_or_else(
        || ("task_failed".to_owned(), "The reason was lost.".to_owned()),
        |error| (error.code, error.message),
    );
    let parts = if count == 1 { "one part".to_owned() } else { format!("{count} parts") };
    Failure { code, message: format!("All but {parts} of the film is done. {why}") }
}

/// Deletes the source where the admin's policy says so, once everything it is needed for is done.
pub async fn settle_source(app: &App, id: VideoId) -> Result<(), AppError> {
    let keep = app.config().storage.keep_source;
    if keep == KeepSource::Always {
        return Ok(());
    }
    let drop_it = move |conn: &mut Conn| {
        let video = match videos::get(conn, id) {
            Err(DbError::NotFound) => return Ok(None), // deleted meanwhile
            other => other?,
        };
        let is_needed = video.status != VideoStatus::Ready || additions::is_under_way(conn, id)?;
        if !video.source.kept || is_needed || jobs::active_for_video(conn, id)?.is_some() {
            return Ok(None);
        }
        if keep == KeepSource::WhenNotCopied {
            let job = video.generation.map(|number| jobs::of_generation(conn, id, number)).transpose()?.flatten();
            let plan = job.and_then(|job| job.plan).and_then(|text| serde_json::from_str::<TranscodePlan>(&text).ok());
            if !plan.is_some_and(|plan| wholly_copied(&video, &plan)) {
                return Ok(None);
            }
        }
        videos::set_source_dropped(conn, id)?;
        Ok(Some(video.source.key))
    };
    // the row first: a source that is there though no row says so is found by the reconciler
    let Some(key) = app.db().write_durably(drop_it).await? else { return Ok(()) };
    let (storage, key) = (app.storage().clone(), keys::source(&key));
    let removed = tokio::task::spawn_blocking(move || storage.remove(&key));
    Ok(removed.await.map_err(AppError::internal)??)
}

/// True when every stream of the source stands bit for bit in the generation.
fn wholly_copied(video: &Video, plan: &TranscodePlan) -> bool {
    let media = &video.media;
    let untouched = media.video.as_ref().is_some_and(|v| plan::missing_color(v).is_none());
    let picture = plan.has_copy() && untouched;
    let sound =
        media.audio.iter().all(|a| plan.audio.iter().any(|r| r.stream_index == a.index && r.encode_rate.is_none()));
    picture && sound && media.subtitles.is_empty() && media.artwork.is_none() && media.other_streams == Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_told_like_an_error() {
        let panics = async || -> Result<(), AppError> { panic!("no such box") };
        let Err(error) = caught(panics()).await else { panic!("a panic is a success") };
        let Failure { code, message } = failure(&error);
        assert_eq!(code, "completion_failed");
        assert!(message.contains("no such box"), "{message}");
    }
}
