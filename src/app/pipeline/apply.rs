//! What an outcome changes. Everything here may run twice: after a crash it does.

use std::sync::{Arc, Mutex};

use super::finish::{caught, finish};
use super::schedule::{self, Effort};
use super::{Generation, announce, generation_of, locked, runner};
use crate::app::{App, AppError};
use crate::db::videos::Publication;
use crate::db::{Conn, DbError, jobs, now_ms, tasks, videos};
use crate::domain::id::{JobId, VideoId};
use crate::domain::job::{Job, JobState, Lease, NewTask, Task};
use crate::domain::media::Analysis;
use crate::domain::task::{TaskError, TaskOutcome, TaskSpec};
use crate::domain::transcode::TranscodePlan;
use crate::domain::video::{Failure, Video, VideoStatus};
use crate::jobs::ApplyError;
use crate::media::plan::{self, PlanOptions};

/// A task begins: its job and its video show that something happens.
pub async fn started(app: &App, task: &Task) -> Result<(), DbError> {
    let (job, video) = (task.job_id, task.video_id);
    let changed = app.db().write(move |conn| {
        let first = jobs::set_started(conn, job, now_ms())?;
        if first {
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
    let follow_up = follow_up(app, task, &outcome).await.map_err(fault)?;
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
    app.pipeline().queue().tasks_were_queued();
    if let Err(error) = caught(after(app, task, &outcome)).await {
        // the outcome is recorded; the reconciler finishes what follows from it
        tracing::error!(task = %task.id, %error, "an outcome was not followed up");
        app.pipeline().look_again(task.job_id);
    }
    announce(app, task.video_id, true).await;
    Ok(())
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
        if let Some((plan, warnings)) = &self.plan {
            let text = serde_json::to_string(plan).map_err(|source| DbError::Json { what: "plan", source })?;
            jobs::set_plan(conn, job.id, &text)?;
            videos::set_media_result(conn, task.video_id, plan.duration_seconds, warnings)?;
        }
        if let Some((widths, placeholder)) = &self.thumbnails {
            videos::set_thumbnails(conn, task.video_id, widths, placeholder.as_deref())?;
        }
        tasks::insert_many(conn, &job, &self.tasks, now_ms())
    }
}

async fn follow_up(app: &App, task: &Task, outcome: &TaskOutcome) -> Result<FollowUp, AppError> {
    match outcome {
        TaskOutcome::Analysis(analysis) => {
            let config = app.config();
            let transcoding = &config.transcoding;
            let effort = Effort { preset: transcoding.preset.as_str().to_owned() };
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
                loudness_lufs: transcoding.loudness.0,
            };
            let plan = plan::plan(&video.media, analysis, &options);
            let tasks = schedule::first_tasks(&plan, &video.media, analysis, &effort);
            let warnings = warnings(&video);
            Ok(FollowUp { plan: Some((plan, warnings)), tasks, thumbnails: None })
        }
        TaskOutcome::Segments { speed, .. } => {
            let Some((video, plan, analysis)) = planned(app, task).await? else { return Ok(FollowUp::default()) };
            let TaskSpec::Encode(first) = &task.spec else { return Ok(FollowUp::default()) };
            if !schedule::decides_the_rest(&task.spec, &plan) {
                return Ok(FollowUp::default());
            }
            // as the first chunk was made: those of another preset would not fit its init segment
            let effort = Effort { preset: first.preset.clone() };
            let tasks = schedule::further_tasks(&plan, &video.media, &analysis, &effort, *speed);
            Ok(FollowUp { tasks, ..FollowUp::default() })
        }
        TaskOutcome::Thumbnail { widths, placeholder } => {
            Ok(FollowUp { thumbnails: Some((widths.clone(), placeholder.clone())), ..FollowUp::default() })
        }
        TaskOutcome::Text { .. } => Ok(FollowUp::default()),
    }
}

/// What the schedule of further chunks needs; none for tasks that cannot decide it.
async fn planned(app: &App, task: &Task) -> Result<Option<(Video, TranscodePlan, Analysis)>, AppError> {
    if !matches!(&task.spec, TaskSpec::Encode(spec) if spec.chunk.index == 0) {
        return Ok(None);
    }
    let (video, job) = (task.video_id, task.job_id);
    let read = move |conn: &mut Conn| {
        let outcomes = tasks::list_outcomes(conn, job)?;
        let analysis =
            outcomes.into_iter().find_map(|(_, o)| if let TaskOutcome::Analysis(a) = o { Some(a) } else { None });
        Ok((videos::get(conn, video)?, jobs::get(conn, job)?.plan, analysis))
    };
    let (video, plan, analysis) = app.db().run(read).await?;
    let plan = plan.and_then(|text| serde_json::from_str(&text).ok());
    Ok(plan.zip(analysis).map(|(plan, analysis)| (video, plan, analysis)))
}

/// What a viewer may miss.
fn warnings(video: &Video) -> Vec<String> {
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
        TaskOutcome::Analysis(_) | TaskOutcome::Thumbnail { .. } => Vec::new(),
    };
    if !finished.is_empty() {
        let generation = generation_of(app, &job).await?;
        let (storage, shared) = (app.storage().clone(), Arc::clone(&generation));
        let whole = !matches!(task.spec, TaskSpec::Encode(_));
        let written = tokio::task::spawn_blocking(move || {
            let mut generation = locked(&shared);
            finished
                .iter()
                .try_for_each(|r| if whole { generation.finish(&storage, r) } else { generation.refresh(&storage, r) })
        });
        written.await.map_err(AppError::internal)?.map_err(AppError::internal)?;
        publish_if_playable(app, &job, &generation).await?;
    }
    finish(app, &job).await;
    Ok(())
}

/// Gives viewers the generation once a player can start with it.
pub async fn publish_if_playable(app: &App, job: &Job, generation: &Arc<Mutex<Generation>>) -> Result<(), AppError> {
    let summary = {
        let mut generation = locked(generation);
        if generation.published || !generation.is_playable() {
            return Ok(());
        }
        generation.published = true;
        generation.summary()
    };
    let (video, number) = (job.video_id, job.generation);
    let publish = move |conn: &mut Conn| {
        let publication = Publication { generation: number, status: VideoStatus::Playable, renditions: &summary };
        videos::publish(conn, video, &publication, now_ms())
    };
    let published = app.db().write(publish).await;
    if published.is_err() {
        locked(generation).published = false;
    }
    if published? {
        tracing::info!(video = %video, generation = number, "playable");
        announce(app, video, true).await;
    }
    Ok(())
}

/// A task failed for good: the job goes on without it where that is worth while, else it fails.
pub async fn gave_up(app: &App, task: &Task, error: &TaskError) -> Result<(), AppError> {
    let failure = Failure { code: error.code.to_owned(), message: error.message.clone() };
    fail_or_go_on(app, task, failure).await
}

/// See [`gave_up`]; also for a failure that only the task's row remembers.
pub async fn fail_or_go_on(app: &App, task: &Task, failure: Failure) -> Result<(), AppError> {
    let (video, job) = (task.video_id, task.job_id);
    if task.spec.is_optional() {
        tracing::warn!(video = %video, task = %task.id, "going on without: {}", failure.message);
        let note = runner::warning(&task.spec, &failure.message);
        let noted = move |conn: &mut Conn| {
            let row = videos::get(conn, video)?;
            if row.warnings.contains(&note) {
                return Ok(());
            }
            let warnings: Vec<String> = row.warnings.into_iter().chain([note]).collect();
            videos::set_media_result(conn, video, row.duration_seconds, &warnings)
        };
        app.db().write(noted).await?;
        let job = app.db().run(move |conn| jobs::get(conn, job)).await?;
        finish(app, &job).await;
        return Ok(());
    }
    fail(app, video, job, failure).await
}

/// Ends a job for good, with the reason on the job and on its video.
pub async fn fail(app: &App, video: VideoId, job: JobId, failure: Failure) -> Result<(), AppError> {
    let fail = move |conn: &mut Conn| {
        if jobs::finish(conn, job, JobState::Failed, Some(&failure), now_ms())? {
            tasks::cancel_for_job(conn, job, now_ms())?;
            videos::set_failed(conn, video, &failure)?;
        }
        Ok(())
    };
    app.db().write(fail).await?;
    app.pipeline().queue().leases_were_ended();
    locked(&app.pipeline().generations).remove(&video);
    Ok(())
}

fn fault(error: AppError) -> ApplyError {
    ApplyError::Failed(TaskError::retry("server_fault", format!("applying the result: {error}")))
}
