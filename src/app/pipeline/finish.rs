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
use super::{State, announce, apply, captions, generation_of, locked};
use crate::app::{App, AppError, additions, webhooks};
use crate::config::KeepSource;
use crate::db::videos::Publication;
use crate::db::{Conn, DbError, jobs, now_ms, tasks, videos};
use crate::domain::id::{JobId, VideoId};
use crate::domain::job::{Job, JobState, Task, TaskState, retry_delay_ms};
use crate::domain::speech::Transcript;
use crate::domain::task::SegmentRange;
use crate::domain::transcode::TranscodePlan;
use crate::domain::video::{Failure, RenditionKind, Video, VideoStatus};
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
    let transcript = app.db().run(move |conn| videos::transcripts::find(conn, of)).await?;
    let captions = transcript.as_ref().and_then(Transcript::captions);
    let written = generation.with(move |generation| {
        generation.set_captions(captions);
        generation.check(&storage, &made)?;
        generation.complete(&storage)?;
        Ok::<_, TakeError>((generation.summary(), generation.duration_seconds()))
    });
    let (summary, duration) = written.await?.map_err(AppError::internal)?;
    let (video, number, job_id) = (job.video_id, job.generation, job.id);
    let (outbox, config) = (webhooks::outbox(app), app.config());
    let finish = move |conn: &mut Conn| {
        if !jobs::finish(conn, job_id, JobState::Succeeded, None, now_ms())? {
            return Ok(false); // cancelled meanwhile, or completed by another
        }
        let row = videos::get(conn, video)?;
        videos::set_media_result(conn, video, duration, &row.warnings)?;
        let publication = Publication { generation: number, status: VideoStatus::Ready, renditions: &summary };
        videos::publish(conn, video, &publication, now_ms())?;
        captions::shown(conn, transcript.as_ref())?;
        let pictures = summary.iter().filter(|rendition| rendition.kind == RenditionKind::Video);
        let qualities: Vec<_> = pictures.map(|rendition| &rendition.name).collect();
        let more = json!({ "qualities": qualities, "duration_seconds": duration });
        outbox.record_video(conn, WebhookEvent::VideoReady, &row, more)?;
        let ready = videos::get(conn, video)?;
        additions::queue_due(conn, &config, &ready)?;
        Ok(true)
    };
    let finished = app.db().write(finish).await?;
    drop(manifests);
    if !finished {
        return Ok(());
    }
    locked(&app.pipeline().generations).remove(&video);
    tracing::info!(video = %video, generation = number, seconds = duration, "ready");
    webhooks::told(app);
    app.pipeline().queue().tasks_were_queued();
    announce(app, video, true).await;
    if let Err(error) = settle_source(app, video).await {
        tracing::error!(video = %video, %error, "the source was not removed; the next start will");
    }
    Ok(())
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
            let plan = jobs::latest_for_video(conn, id)?.and_then(|job| job.plan);
            let plan = plan.and_then(|text| serde_json::from_str::<TranscodePlan>(&text).ok());
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
