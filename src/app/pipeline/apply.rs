//! What an outcome changes. Everything here may run twice: after a crash it does.

use std::sync::Arc;

use serde_json::json;

use super::ended;
use super::finish::{caught, finish};
use super::schedule::{self, Effort};
use super::{Generation, SharedGeneration, announce, generation_of, locked, reencode, runner};
use crate::app::{App, AppError, additions, encoders, webhooks};
use crate::db::videos::Publication;
use crate::db::{Conn, DbError, jobs, now_ms, tasks, videos};
use crate::domain::id::{JobId, VideoId};
use crate::domain::job::{Job, JobKind, JobState, Lease, NewTask, Task};
use crate::domain::media::Analysis;
use crate::domain::task::{TaskError, TaskOutcome, TaskSpec};
use crate::domain::transcode::TranscodePlan;
use crate::domain::video::{Failure, Video, VideoStatus};
use crate::domain::webhook::{Notice, WebhookEvent};
use crate::jobs::ApplyError;
use crate::media::plan::{self, PlanOptions};
use crate::storage::keys;

/// Chunks that may fail while the others go on. With more it is not the chunk that is bad, and going on is a waste.
const SET_ASIDE_MAX: u64 = 3;

/// A task begins: its job shows that something happens, and so does its video, unless it is merely added to.
pub async fn started(app: &App, task: &Task) -> Result<(), DbError> {
    let (job, video) = (task.job_id, task.video_id);
    let changed = app.db().write(move |conn| {
        let first = jobs::set_started(conn, job, now_ms())?;
        if first && jobs::get(conn, job)?.kind == JobKind::Transcode {
            videos::set_status(conn, video, VideoStatus::Processing)?;
        }
        Ok(first)
    });
    if changed.await? {
        announce(app, video, true).await;
    }
    Ok(())
}

/// Makes an outcome true, in one transaction with the task's success.
pub async fn apply(app: &App, task: &Task, lease: &Lease, outcome: TaskOutcome) -> Result<(), ApplyError> {
    if task.kind.is_addition() {
        return additions::apply(app, task, lease, outcome).await;
    }
    let follow_up = follow_up(app, task, &outcome).await.map_err(fault)?;
    keep(app, task, &outcome).await.map_err(fault)?;
    let (lease, task_row) = (lease.clone(), task.clone());
    let kept = outcome.clone();
    let held = app.db().write(move |conn| {
        if !tasks::succeed(conn, &lease, &kept, now_ms())? {
            return Ok(false);
        }
        follow_up.commit(conn, &task_row)?;
        Ok(true)
    });
    if !held.await.map_err(|e| fault(e.into()))? {
        return Err(ApplyError::LeaseLost);
    }
    app.pipeline().queue().speeds().note(task, &outcome, now_ms());
    app.pipeline().queue().tasks_were_queued();
    if let Err(error) = caught(after(app, task, &outcome)).await {
        // the outcome is recorded; the reconciler finishes what follows from it
        tracing::error!(task = %task.id, %error, "an outcome was not followed up");
        app.pipeline().look_again(task.job_id);
    }
    announce(app, task.video_id, true).await;
    Ok(())
}

/// Nothing says that a task is done before a power cut can take away none of its files.
async fn keep(app: &App, task: &Task, outcome: &TaskOutcome) -> Result<(), AppError> {
    let names: Vec<String> = match outcome {
        TaskOutcome::Segments { ranges, .. } => ranges.iter().map(|range| range.rendition.clone()).collect(),
        TaskOutcome::Text { tracks } => tracks.clone(),
        TaskOutcome::Thumbnail { .. } => Vec::new(),
        TaskOutcome::Analysis(_)
        | TaskOutcome::Sprites(_)
        | TaskOutcome::Transcript { .. }
        | TaskOutcome::Delivered => return Ok(()),
    };
    let (video, id) = (task.video_id, task.job_id);
    let number = app.db().run(move |conn| Ok(jobs::get(conn, id)?.generation)).await?;
    let storage = app.storage().clone();
    let sync = move || {
        names.iter().try_for_each(|name| storage.sync_directory(&keys::generated(video, number, name)))?;
        storage.sync_directory(&keys::generation(video, number))
    };
    Ok(tokio::task::spawn_blocking(sync).await.map_err(AppError::internal)??)
}

/// Rows that change together with a task's success.
#[derive(Default)]
struct FollowUp {
    plan: Option<(TranscodePlan, Vec<String>)>,
    tasks: Vec<NewTask>,
    thumbnails: Option<(Vec<u32>, Option<String>)>,
}

impl FollowUp {
    fn commit(&self, conn: &mut Conn, task: &Task) -> Result<(), DbError> {
        let job = jobs::get(conn, task.job_id)?;
        let kept_back = reencode::is_kept_back(&videos::get(conn, task.video_id)?, &job);
        if let Some((plan, warnings)) = &self.plan {
            let text = serde_json::to_string(plan).map_err(|source| DbError::Json { what: "plan", source })?;
            jobs::set_plan(conn, job.id, &text)?;
            if !kept_back {
                videos::set_media_result(conn, task.video_id, plan.duration_seconds, warnings)?;
            }
        }
        if let Some((widths, placeholder)) = self.thumbnails.as_ref().filter(|_| !kept_back) {
            videos::set_thumbnails(conn, task.video_id, widths, placeholder.as_deref())?;
        }
        let tasks: Vec<NewTask> = self.tasks.iter().map(|task| schedule::of_job(&job, task.clone())).collect();
        tasks::insert_many(conn, &job, &tasks, now_ms())
    }
}

async fn follow_up(app: &App, task: &Task, outcome: &TaskOutcome) -> Result<FollowUp, AppError> {
    match outcome {
        TaskOutcome::Analysis(analysis) => {
            let config = app.config();
            let transcoding = &config.transcoding;
            let preset = transcoding.preset.as_str().to_owned();
            let chunk_segments = plan::chunk_segments(None);
            let effort = Effort { preset, chunk_segments, beside_hardware: false };
            // as the source was looked at: the setting may have been changed since
            let segment_seconds = match &task.spec {
                TaskSpec::Analyse(spec) => spec.segment_seconds,
                _ => super::segment_seconds(app),
            };
            let id = task.video_id;
            let video = app.db().run(move |conn| videos::get(conn, id)).await?;
            let options = PlanOptions {
                segment_seconds,
                copy: transcoding.copy,
                codecs: transcoding.codecs.0.clone(),
                ladder: transcoding.ladder.clone(),
                loudness_lufs: transcoding.loudness.0,
            };
            let mut plan = plan::plan(&video.media, analysis, &options);
            plan.hardware = encoders::choose(app, &plan).await?;
            let tasks = schedule::first_tasks(&plan, &video.media, analysis, &effort);
            let warnings = warnings(&video);
            Ok(FollowUp { plan: Some((plan, warnings)), tasks, thumbnails: None })
        }
        TaskOutcome::Segments { speed, fallback, .. } => {
            let Some(planned) = planned(app, task).await? else { return Ok(FollowUp::default()) };
            let Some(first) = task.spec.encode() else { return Ok(FollowUp::default()) };
            let Planned { video, plan, analysis, fell_back } = planned;
            if !schedule::decides_the_rest(&task.spec, &plan) {
                return Ok(FollowUp::default());
            }
            // as the first chunk was made: those of another preset would not fit its init segment
            let (preset, chunk_segments) = (first.preset.clone(), plan::chunk_segments(*speed));
            let effort = Effort { preset, chunk_segments, beside_hardware: fell_back || fallback.is_some() };
            let tasks = schedule::further_tasks(&plan, &video.media, &analysis, &effort, *speed);
            Ok(FollowUp { tasks, ..FollowUp::default() })
        }
        TaskOutcome::Thumbnail { widths, placeholder } => {
            Ok(FollowUp { thumbnails: Some((widths.clone(), placeholder.clone())), ..FollowUp::default() })
        }
        TaskOutcome::Text { .. }
        | TaskOutcome::Sprites(_)
        | TaskOutcome::Transcript { .. }
        | TaskOutcome::Delivered => Ok(FollowUp::default()),
    }
}

/// What the schedule of further chunks needs.
struct Planned {
    video: Video,
    plan: TranscodePlan,
    analysis: Analysis,
    /// Software made a part that was meant for hardware.
    fell_back: bool,
}

/// None for tasks that cannot decide the further ones, or when these are there.
async fn planned(app: &App, task: &Task) -> Result<Option<Planned>, AppError> {
    if task.spec.encode().is_none_or(|spec| spec.chunk.index > 0) {
        return Ok(None);
    }
    let (video, job) = (task.video_id, task.job_id);
    let read = move |conn: &mut Conn| {
        let outcomes = tasks::list_outcomes(conn, job)?;
        let fallback = |(_, o): &(_, TaskOutcome)| matches!(o, TaskOutcome::Segments { fallback: Some(_), .. });
        let fell_back = outcomes.iter().any(fallback);
        // the first chunk is made again when its files are gone
        let further = |task: &Task| task.spec.encode().map(|spec| spec.chunk.index > 0 || task.spec.is_optional());
        if tasks::list_for_job(conn, job)?.iter().filter_map(further).any(|is_further| is_further) {
            return Ok(None);
        }
        let analysis =
            outcomes.into_iter().find_map(|(_, o)| if let TaskOutcome::Analysis(a) = o { Some(a) } else { None });
        Ok(Some((videos::get(conn, video)?, jobs::get(conn, job)?.plan, analysis, fell_back)))
    };
    let Some((video, plan, analysis, fell_back)) = app.db().run(read).await? else { return Ok(None) };
    let plan = plan.and_then(|text| serde_json::from_str(&text).ok());
    Ok(plan.zip(analysis).map(|(plan, analysis)| Planned { video, plan, analysis, fell_back }))
}

/// What a viewer may miss.
pub(super) fn warnings(video: &Video) -> Vec<String> {
    let pictures = video.media.subtitles.iter().filter(|s| !s.is_text).count();
    let mut warnings = Vec::new();
    if pictures > 0 {
        let what = if pictures == 1 {
            "1 picture subtitle was".to_owned()
        } else {
            format!("{pictures} picture subtitles were")
        };
        warnings.push(format!("{what} left out: only text subtitles can be shown."));
    }
    warnings
}

/// What follows from a recorded outcome: playlists, publication, completion.
async fn after(app: &App, task: &Task, outcome: &TaskOutcome) -> Result<(), AppError> {
    let id = task.job_id;
    let job = app.db().run(move |conn| jobs::get(conn, id)).await?;
    let finished: Vec<String> = match outcome {
        TaskOutcome::Segments { ranges, .. } => ranges.iter().map(|r| r.rendition.clone()).collect(),
        TaskOutcome::Text { tracks } => tracks.clone(),
        TaskOutcome::Analysis(_)
        | TaskOutcome::Thumbnail { .. }
        | TaskOutcome::Sprites(_)
        | TaskOutcome::Transcript { .. }
        | TaskOutcome::Delivered => Vec::new(),
    };
    if !finished.is_empty() {
        let generation = generation_of(app, &job).await?;
        let storage = app.storage().clone();
        let whole = task.spec.encode().is_none();
        let written = generation.with(move |generation| {
            finished
                .iter()
                .try_for_each(|r| if whole { generation.finish(&storage, r) } else { generation.refresh(&storage, r) })
        });
        written.await?.map_err(AppError::internal)?;
        publish_if_playable(app, &job, &generation).await?;
    }
    finish(app, &job).await;
    Ok(())
}

/// Gives viewers the generation once a player can start with it.
pub async fn publish_if_playable(app: &App, job: &Job, generation: &Arc<SharedGeneration>) -> Result<(), AppError> {
    if generation.is_published() || job.kind == JobKind::Reencode {
        return Ok(()); // beside what viewers have, only what is whole is worth having
    }
    let look = |generation: &mut Generation| {
        let publish = !generation.published && generation.is_playable();
        generation.published |= publish;
        publish.then(|| generation.summary())
    };
    let Some(summary) = generation.with(look).await? else { return Ok(()) };
    let (video, number, id) = (job.video_id, job.generation, job.id);
    let outbox = webhooks::outbox(app);
    let publish = move |conn: &mut Conn| {
        if jobs::get(conn, id)?.state.is_final() {
            return Ok(false);
        }
        let publication = Publication { generation: number, status: VideoStatus::Playable, renditions: &summary };
        let published = videos::publish(conn, video, &publication, now_ms())?;
        if published {
            let row = videos::get(conn, video)?;
            outbox.record_video(conn, WebhookEvent::VideoPlayable, &row, json!({}))?;
        }
        Ok(published)
    };
    let published = app.db().write(publish).await;
    if published.is_err() {
        generation.with(|generation| generation.published = false).await?;
    }
    if published? {
        tracing::info!(video = %video, generation = number, "playable");
        webhooks::told(app);
        announce(app, video, true).await;
    }
    Ok(())
}

/// A task failed for good: the job goes on without it where that is worth while, else it fails.
pub async fn gave_up(app: &App, task: &Task, error: &TaskError) -> Result<(), AppError> {
    let failure = Failure { code: error.code.to_owned(), message: error.message.clone() };
    if !fail_or_go_on(app, task, failure).await? {
        tracing::warn!(video = %task.video_id, task = %task.id, %error, "a chunk is set aside; the rest goes on");
    }
    Ok(())
}

/// See [`gave_up`]; also for a failure that only the task's row remembers. False when that is told when the rest is done.
pub async fn fail_or_go_on(app: &App, task: &Task, failure: Failure) -> Result<bool, AppError> {
    let (video, job) = (task.video_id, task.job_id);
    if task.spec.is_optional() {
        tracing::warn!(video = %video, task = %task.id, "going on without: {}", failure.message);
        let note = runner::warning(&task.spec, &failure.message);
        let noted = move |conn: &mut Conn| {
            let row = videos::get(conn, video)?;
            if row.warnings.contains(&note) || reencode::is_kept_back(&row, &jobs::get(conn, job)?) {
                return Ok(());
            }
            let warnings: Vec<String> = row.warnings.into_iter().chain([note]).collect();
            videos::set_media_result(conn, video, row.duration_seconds, &warnings)
        };
        app.db().write(noted).await?;
        let job = app.db().run(move |conn| jobs::get(conn, job)).await?;
        finish(app, &job).await;
        return Ok(true);
    }
    if task.spec.encode().is_some_and(|spec| spec.chunk.index > 0) {
        let counts = app.db().run(move |conn| tasks::count_by_state(conn, job)).await?;
        if counts.failed < SET_ASIDE_MAX {
            let job = app.db().run(move |conn| jobs::get(conn, job)).await?;
            finish(app, &job).await;
            return Ok(counts.queued + counts.leased == 0);
        }
    }
    fail(app, video, job, failure).await?;
    Ok(true)
}

/// Ends a job for good, with the reason on the job and, if it builds a generation, on its video.
pub async fn fail(app: &App, video: VideoId, job: JobId, failure: Failure) -> Result<(), AppError> {
    let row = app.db().run(move |conn| jobs::get(conn, job)).await?;
    if !row.kind.builds_generation() {
        return additions::fail(app, &row, failure).await;
    }
    let (kept, outbox) = (ended::end_manifests(app, &row).await, webhooks::outbox(app));
    let failing = row.clone();
    let fail = move |conn: &mut Conn| {
        if jobs::finish(conn, job, JobState::Failed, Some(&failure), now_ms())? {
            tasks::cancel_for_job(conn, job, now_ms())?;
            ended::set_failed(conn, &failing, &failure, kept.as_deref())?;
            let Video { slug, title, .. } = videos::get(conn, video)?;
            let told = Notice::failed((video, &slug, &title), job.0, &failure);
            // viewers of what is encoded again miss nothing
            let is_true = |notice: &Notice| failing.kind == JobKind::Transcode || notice.event.is_alert();
            let told: Vec<Notice> = told.into_iter().filter(is_true).collect();
            outbox.record(conn, &told)?;
        }
        Ok(())
    };
    let failed = app.db().write(fail).await;
    if row.kind == JobKind::Reencode && failed.is_ok() {
        reencode::ended(app, &row).await;
    }
    locked(&app.pipeline().generations).remove(&video);
    failed?;
    webhooks::told(app);
    app.pipeline().queue().leases_were_ended();
    Ok(())
}

fn fault(error: AppError) -> ApplyError {
    ApplyError::Failed(TaskError::retry("server_fault", format!("applying the result: {error}")))
}
