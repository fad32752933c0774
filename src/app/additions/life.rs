//! The life of an addition's job, as far as it differs from that of a transcode. Everything here may run twice: after a
//! crash it does.

use super::{add, current, files, plan, possible, task};
use crate::app::pipeline::{announce, settle_source, show_beside};
use crate::app::{App, AppError, webhooks};
use crate::db::{Conn, DbError, audit, jobs, now_ms, tasks, videos};
use crate::domain::audit::{Actor, NewEntry};
use crate::domain::id::{TaskId, VideoId};
use crate::domain::job::{Job, JobKind, JobState, Lease, Task, TaskState};
use crate::domain::task::{TaskError, TaskOutcome};
use crate::domain::video::Failure;
use crate::jobs::ApplyError;

/// True while something is added to a video, for which its source is needed.
pub fn is_under_way(conn: &mut Conn, video: VideoId) -> Result<bool, DbError> {
    for kind in JobKind::ADDITIONS {
        if super::under_way(conn, kind, video)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes an outcome true, in one transaction with the end of the task and of the job.
pub async fn apply(app: &App, task: &Task, lease: &Lease, outcome: TaskOutcome) -> Result<(), ApplyError> {
    let (id, task_id, held) = (task.job_id, task.id, lease.clone());
    let read = move |conn: &mut Conn| {
        if tasks::get(conn, task_id)?.lease().is_none_or(|lease| lease != held) {
            return Err(DbError::NotFound);
        }
        let job = jobs::get(conn, id)?;
        let before = current(conn, job.kind, job.video_id)?;
        Ok((job, before))
    };
    let (job, before) = match app.db().run(read).await {
        Err(DbError::NotFound) => return Err(ApplyError::LeaseLost), // it is somebody else's, or went with its video
        other => other.map_err(|error| fault(&error))?,
    };
    let number = files::new_number(before);
    let kept = files::keep(app, task, job.kind, number).await?;
    let (lease, video, kind, outbox) = (lease.clone(), job.video_id, job.kind, webhooks::outbox(app));
    let succeed = move |conn: &mut Conn| {
        let now = now_ms();
        if !tasks::succeed(conn, &lease, &outcome, now)? {
            return Ok(false);
        }
        add(conn, &outbox, &job, number, outcome)?;
        jobs::finish(conn, id, JobState::Succeeded, None, now)
    };
    let held = app.db().write_durably(succeed).await;
    if !matches!(held, Ok(true)) && kept {
        files::discard(app, video, kind, number).await;
    }
    if !held.map_err(|error| fault(&error))? {
        return Err(ApplyError::LeaseLost);
    }
    tracing::info!(%video, kind = kind.as_str(), number, "added");
    webhooks::told(app);
    // its files are served from when that is announced: manifests must not name them sooner
    ended(app, video).await;
    if let Err(error) = show_beside(app, video).await {
        tracing::error!(%video, %error, "manifests do not name it yet; the reconciler tries again");
    }
    Ok(())
}

fn fault(error: &dyn std::fmt::Display) -> ApplyError {
    ApplyError::Failed(TaskError::retry("server_fault", format!("applying the result: {error}")))
}

/// Ends a job for good, with the reason. The video is as it was.
pub async fn fail(app: &App, job: &Job, failure: Failure) -> Result<(), AppError> {
    let id = job.id;
    let fail = move |conn: &mut Conn| {
        if jobs::finish(conn, id, JobState::Failed, Some(&failure), now_ms())? {
            tasks::cancel_for_job(conn, id, now_ms())?;
        }
        Ok(())
    };
    app.db().write(fail).await?;
    app.pipeline().queue().leases_were_ended();
    ended(app, job.video_id).await;
    Ok(())
}

/// Ends or takes up a job that nothing drives any more. True when there was need.
pub async fn mend(app: &App, job: &Job) -> Result<bool, AppError> {
    let id = job.id;
    let list = app.db().run(move |conn| tasks::list_for_job(conn, id)).await?;
    let Some(last) = list.last() else { return begin_anew(app, job).await.map(|()| true) };
    let end = match last.state {
        TaskState::Queued | TaskState::Leased => return Ok(false),
        TaskState::Failed => {
            let unknown = || Failure { code: "task_failed".to_owned(), message: "It failed.".to_owned() };
            fail(app, job, last.error.clone().unwrap_or_else(unknown)).await?;
            return Ok(true);
        }
        TaskState::Succeeded => JobState::Succeeded,
        TaskState::Cancelled => JobState::Cancelled,
    };
    app.db().write(move |conn| jobs::finish(conn, id, end, None, now_ms())).await?;
    ended(app, job.video_id).await;
    Ok(true)
}

/// Gives a job a task that has none.
async fn begin_anew(app: &App, job: &Job) -> Result<(), AppError> {
    let (id, config) = (job.id, app.config());
    let queue = move |conn: &mut Conn| {
        let job = jobs::get(conn, id)?;
        let video = videos::get(conn, job.video_id)?;
        Ok(match possible(&video).and_then(|()| plan(&config, job.kind, &video)) {
            Ok(spec) => tasks::insert_many(conn, &job, &[task(spec)], now_ms()).map(|()| None)?,
            Err(refusal) => Some(Failure { code: refusal.code().to_owned(), message: refusal.to_string() }),
        })
    };
    match app.db().write(queue).await? {
        Some(refused) => fail(app, job, refused).await,
        None => {
            app.pipeline().queue().tasks_were_queued();
            Ok(())
        }
    }
}

/// Stops a job. False when it is over.
pub async fn stop(app: &App, actor: &Actor, job: &Job) -> Result<bool, AppError> {
    let entry = NewEntry::done(actor, "job_cancelled", format!("job:{}", job.id));
    let also = move |conn: &mut Conn| audit::insert(conn, &entry, now_ms());
    let stopped = app.pipeline().queue().cancel_job(job.id, also).await?;
    if stopped {
        ended(app, job.video_id).await;
    }
    Ok(stopped)
}

/// Takes a job up again that failed or was stopped, or that rests after a failure; with `only`, if that is its task.
pub fn take_up(
    conn: &mut Conn,
    job: &Job,
    entry: &NewEntry,
    only: Option<TaskId>,
) -> Result<Result<Job, AppError>, DbError> {
    let refuse = |code, message: &str| Ok(Err(AppError::conflict(code, message)));
    let list = tasks::list_for_job(conn, job.id)?;
    if only.is_some_and(|id| list.iter().all(|task| task.id != id)) {
        return Ok(Err(AppError::NotFound));
    }
    let rests = |task: &Task| task.state == TaskState::Queued && task.error.is_some() && task.run_at_ms > now_ms();
    let ended = matches!(job.state, JobState::Failed | JobState::Cancelled);
    if !ended && !list.iter().any(rests) {
        return refuse("not_failed", "Nothing of this failed or was stopped, so there is nothing to try again.");
    }
    if jobs::latest_of_kind(conn, job.video_id, job.kind)?.is_some_and(|latest| latest.id != job.id) {
        return refuse("job_superseded", "A later job took over this video; look at that one.");
    }
    let video = videos::get(conn, job.video_id)?;
    if let Err(refusal) = possible(&video) {
        return Ok(Err(refusal));
    }
    audit::insert(conn, entry, now_ms())?;
    if ended {
        jobs::reopen(conn, job.id)?;
    }
    let ids: Vec<TaskId> = list.iter().map(|task| task.id).collect();
    tasks::queue_again(conn, job.id, &ids, now_ms())?;
    jobs::get(conn, job.id).map(Ok)
}

/// What follows from an addition's end, however it ended.
async fn ended(app: &App, video: VideoId) {
    if let Err(error) = settle_source(app, video).await {
        tracing::error!(%video, %error, "the source was not removed");
    }
    announce(app, video, true).await;
}
