//! Taking work up again, and stopping it. What a job finished is kept, unless it turned out bad.

use serde_json::json;

use super::{announce, ended, finish, is_published_whole, locked, runner, segment_seconds, start};
use crate::app::{App, AppError, additions};
use crate::db::{Conn, DbError, audit, jobs, now_ms, tasks, videos};
use crate::domain::audit::{Actor, NewEntry};
use crate::domain::id::{JobId, TaskId, VideoId};
use crate::domain::job::{Job, JobState, Task, TaskState};
use crate::domain::video::{Failure, Video, VideoStatus};

/// What of a job is taken up again. A job that failed or was stopped goes on with all that it cannot do without and all
/// that was stopped with it; of what it can do without and failed, with what was chosen.
#[derive(Debug, Clone)]
pub enum Chosen {
    /// All that failed.
    All,
    /// One rendition.
    Rendition(String),
    /// One task.
    Task(TaskId),
}

impl Chosen {
    fn fits(&self, task: &Task) -> bool {
        match self {
            Self::All => true,
            Self::Rendition(name) => task.spec.renditions().contains(&name.as_str()),
            Self::Task(id) => task.id == *id,
        }
    }

    /// What the audit log says.
    fn entry(&self, actor: &Actor, job: JobId) -> NewEntry {
        let of = |what, after| NewEntry::done(actor, what, format!("job:{job}")).changing(None, after);
        match self {
            Self::All => of("job_retried", None),
            Self::Rendition(name) => of("rendition_retried", Some(json!({ "rendition": name }))),
            Self::Task(id) => of("task_retried", Some(json!({ "task": id }))),
        }
    }
}

/// Takes a failed video up again. Conflict unless it failed.
pub async fn retry(app: &App, actor: &Actor, id: VideoId) -> Result<(), AppError> {
    let (actor, segment_seconds) = (actor.clone(), segment_seconds(app));
    let again = move |conn: &mut Conn| {
        let video = videos::get(conn, id)?;
        if video.status != VideoStatus::Failed {
            return Ok(Err(AppError::conflict("not_failed", "Only a failed video can be tried again.")));
        }
        match jobs::latest_for_video(conn, id)? {
            Some(job) => take_up_in(conn, &actor, &job, &Chosen::All, segment_seconds),
            None if !video.source.kept => Ok(Err(source_gone())),
            None => begin_anew(conn, &video, None, segment_seconds).map(Ok),
        }
    };
    let job = app.db().write(again).await??;
    taken_up(app, &job).await;
    Ok(())
}

/// Takes a job up again, or a part of it. Returns the job that goes on: another one where what this one made is no good.
pub async fn take_up(app: &App, actor: &Actor, id: JobId, chosen: Chosen) -> Result<JobId, AppError> {
    let (actor, segment_seconds) = (actor.clone(), segment_seconds(app));
    let again = move |conn: &mut Conn| {
        let job = jobs::get(conn, id)?;
        take_up_in(conn, &actor, &job, &chosen, segment_seconds)
    };
    let job = app.db().write(again).await??;
    taken_up(app, &job).await;
    Ok(job.id)
}

async fn taken_up(app: &App, job: &Job) {
    if job.kind.builds_generation() {
        // as it ended; from now on it grows
        locked(&app.pipeline().generations).remove(&job.video_id);
    }
    app.pipeline().queue.tasks_were_queued();
    app.pipeline().look_again(job.id); // all that is left may be to complete it
    announce(app, job.video_id, true).await;
}

fn take_up_in(
    conn: &mut Conn,
    actor: &Actor,
    job: &Job,
    chosen: &Chosen,
    segment_seconds: f64,
) -> Result<Result<Job, AppError>, DbError> {
    if !job.kind.builds_generation() {
        let only = match chosen {
            Chosen::All => None,
            Chosen::Task(id) => Some(*id),
            Chosen::Rendition(_) => return Ok(Err(AppError::NotFound)),
        };
        return additions::take_up(conn, job, &chosen.entry(actor, job.id), only);
    }
    let (video, list) = (videos::get(conn, job.video_id)?, tasks::list_for_job(conn, job.id)?);
    let again: Vec<&Task> = list.iter().filter(|task| chosen.fits(task) && can_run_again(task, now_ms())).collect();
    if let Err(refusal) = may_take_up(conn, &video, job, chosen, (&list, again.is_empty()))? {
        return Ok(Err(refusal));
    }
    audit::insert(conn, &chosen.entry(actor, job.id), now_ms())?;
    if finish::must_begin_anew(job) {
        return begin_anew(conn, &video, Some(job), segment_seconds).map(Ok);
    }
    let ended = matches!(job.state, JobState::Failed | JobState::Cancelled);
    let with_it = |task: &&Task| {
        ended && (task.state == TaskState::Cancelled || (task.state == TaskState::Failed && !task.spec.is_optional()))
    };
    let ids: Vec<TaskId> = again.iter().copied().chain(list.iter().filter(with_it)).map(|task| task.id).collect();
    if job.state.is_final() {
        jobs::reopen(conn, job.id)?;
        videos::set_status(conn, video.id, VideoStatus::Processing)?;
    }
    tasks::queue_again(conn, job.id, &ids, now_ms())?;
    note_missing(conn, &video, &list, |task| ids.contains(&task.id))?;
    jobs::get(conn, job.id).map(Ok)
}

/// Failed, stopped, or resting after a failure.
fn can_run_again(task: &Task, now_ms: i64) -> bool {
    match task.state {
        TaskState::Failed | TaskState::Cancelled => true,
        TaskState::Queued => task.error.is_some() && task.run_at_ms > now_ms,
        TaskState::Leased | TaskState::Succeeded => false,
    }
}

fn may_take_up(
    conn: &mut Conn,
    video: &Video,
    job: &Job,
    chosen: &Chosen,
    (list, nothing): (&[Task], bool),
) -> Result<Result<(), AppError>, DbError> {
    let refuse = |code, message: &str| Ok(Err(AppError::conflict(code, message)));
    let whole = matches!(chosen, Chosen::All);
    let ended = matches!(job.state, JobState::Failed | JobState::Cancelled);
    if !whole && !list.iter().any(|task| chosen.fits(task)) {
        return Ok(Err(AppError::NotFound));
    }
    if nothing && !(whole && ended) {
        return refuse("not_failed", "Nothing of this failed or was stopped, so there is nothing to try again.");
    }
    if jobs::latest_for_video(conn, video.id)?.is_some_and(|latest| latest.id != job.id) {
        return refuse("job_superseded", "A later job took over this video; look at that one.");
    }
    if !video.source.kept {
        return Ok(Err(source_gone()));
    }
    if !whole && finish::must_begin_anew(job) {
        return refuse("job_damaged", "What this job made is no good any more; try the whole job again.");
    }
    Ok(Ok(()))
}

fn source_gone() -> AppError {
    AppError::conflict("source_gone", "The uploaded file is not kept any more; upload it again.")
}

fn begin_anew(conn: &mut Conn, video: &Video, job: Option<&Job>, segment_seconds: f64) -> Result<Job, DbError> {
    let priority = job.map(|job| job.priority).unwrap_or_default();
    let previous = video.generation.max(job.map(|job| job.generation));
    videos::set_status(conn, video.id, VideoStatus::Processing)?;
    start(conn, video.id, previous, &video.media, (segment_seconds, priority))
}

/// Viewers are told what they miss: not what is made now.
fn note_missing(
    conn: &mut Conn,
    video: &Video,
    list: &[Task],
    is_made_now: impl Fn(&Task) -> bool,
) -> Result<(), DbError> {
    let message = |task: &Task| task.error.as_ref().map_or("it was stopped", |error| &error.message).to_owned();
    let note = |task: &Task| runner::warning(&task.spec, &message(task));
    let optional = || list.iter().filter(|task| task.spec.is_optional());
    let is_missing =
        |task: &&Task| matches!(task.state, TaskState::Failed | TaskState::Cancelled) && !is_made_now(task);
    let missing: Vec<String> = optional().filter(is_missing).map(note).collect();
    let known: Vec<String> = optional().map(note).collect();
    let others = video.warnings.iter().filter(|warning| !known.contains(warning)).cloned();
    let mut warnings: Vec<String> = others.collect();
    for note in missing {
        if !warnings.contains(&note) {
            warnings.push(note);
        }
    }
    videos::set_media_result(conn, video.id, video.duration_seconds, &warnings)
}

/// Stops the running job of a video. Conflict when none runs.
pub async fn cancel(app: &App, actor: &Actor, id: VideoId) -> Result<(), AppError> {
    let read = move |conn: &mut Conn| {
        videos::get(conn, id)?;
        jobs::active_for_video(conn, id)
    };
    let job = app.db().run(read).await?.ok_or_else(not_running)?;
    stop(app, actor, job).await
}

/// Stops a job. Conflict when it is over.
pub async fn cancel_job(app: &App, actor: &Actor, id: JobId) -> Result<(), AppError> {
    let job = app.db().run(move |conn| jobs::get(conn, id)).await?;
    stop(app, actor, job).await
}

fn not_running() -> AppError {
    AppError::conflict("not_running", "Nothing is being done for this video.")
}

async fn stop(app: &App, actor: &Actor, job: Job) -> Result<(), AppError> {
    if !job.kind.builds_generation() {
        return if additions::stop(app, actor, &job).await? { Ok(()) } else { Err(not_running()) };
    }
    let (id, video_id) = (job.id, job.video_id);
    let entry = NewEntry::done(actor, "job_cancelled", format!("job:{id}"));
    let failure = Failure {
        code: "cancelled".to_owned(),
        message: "The work was cancelled. It can be taken up again.".to_owned(),
    };
    let kept = ended::end_manifests(app, &job).await;
    // together: a video that does not know that its job has ended could never be taken up again
    let also = move |conn: &mut Conn| {
        let video = videos::get(conn, video_id)?;
        if is_published_whole(&video, &job) {
            let list = tasks::list_for_job(conn, id)?;
            note_missing(conn, &video, &list, |_| false)?;
        }
        ended::set_failed(conn, &job, &failure, kept.as_deref())?;
        audit::insert(conn, &entry, now_ms())
    };
    let cancelled = app.pipeline().queue.cancel_job(id, also).await;
    locked(&app.pipeline().generations).remove(&video_id);
    if !cancelled? {
        return Err(not_running());
    }
    announce(app, video_id, true).await;
    Ok(())
}
