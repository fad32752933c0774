//! The tasks of a worker: taking one, keeping it, bringing it back. Whoever does not hold the task any more, or never
//! did, is told `lease_lost` and nothing else.

use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use uuid::Uuid;

use super::announce;
use super::files::refused;
use crate::app::pipeline::TranscodeRunner;
use crate::app::{App, AppError};
use crate::db::tasks::{Claimer, find_held};
use crate::db::{Conn, now_ms, workers};
use crate::domain::id::TaskId;
use crate::domain::job::{Lease, Task, TaskKind};
use crate::domain::task::{TaskError, TaskEvent, TaskOutcome};
use crate::domain::worker::Worker;
use crate::jobs::{ApplyError, POLL, Runner};

/// What is given to other machines: work that is worth sending the source for.
const LENT: &[TaskKind] = TaskKind::ENCODING;

/// Takes a task for a worker, waiting for one until `wait` is over. The worker chooses the fencing token: asking again
/// with the same one gives the same task, should the answer have been lost.
pub async fn claim(app: &App, worker: &Worker, token: Uuid, wait: Duration) -> Result<Option<Task>, AppError> {
    let until = Instant::now() + wait;
    let (id, queue) = (worker.id, app.pipeline().queue());
    app.db().write(move |conn| workers::seen(conn, id, None, now_ms())).await?;
    let (mut queued, mut changed) = (queue.watch_queued(), app.workers().changed.subscribe());
    loop {
        queued.mark_unchanged(); // before looking: what is queued from here on wakes us
        changed.mark_unchanged();
        let due = match look(app, worker, token).await? {
            Look::Task(task) => return begin(app, worker, *task).await.map(Some),
            Look::Gone => return Ok(None),
            Look::Nothing(due) => due,
        };
        let rest = Instant::now() + due.map_or(POLL, |ms| POLL.min(Duration::from_millis(ms)));
        let woken = async {
            tokio::select! {
                _ = queued.changed() => true,
                _ = changed.changed() => true,
                () = sleep_until(rest) => true,
                () = app.events().closed() => false, // the server stops, and waits for its requests
            }
        };
        if !timeout_at(until, woken).await.unwrap_or(false) {
            return Ok(None);
        }
    }
}

enum Look {
    Task(Box<Task>),
    /// Nothing that may be done now; milliseconds until something may.
    Nothing(Option<u64>),
    /// The worker gets nothing any more, or went.
    Gone,
}

/// A cheap read first: who waits never takes the database's write lock.
async fn look(app: &App, worker: &Worker, token: Uuid) -> Result<Look, AppError> {
    let able = worker.capabilities.iter().flat_map(|able| &able.encoders);
    let encoders = app.encoders().met_by(able.map(String::as_str));
    let except = app.pipeline().queue().kept_off().jobs(&worker.owner());
    let runner = TranscodeRunner::new(app.clone());
    let kinds: Vec<TaskKind> = LENT.iter().copied().filter(|kind| runner.may_lend(*kind).is_none()).collect();
    let (id, owner, token, queue) = (worker.id, worker.owner(), token.to_string(), app.pipeline().queue().clone());
    let read = move |conn: &mut Conn| {
        if let Some(task) = find_held(conn, &owner, &token)? {
            return Ok(Look::Task(Box::new(task)));
        }
        let worker = workers::get(conn, id)?;
        if worker.left_at_ms.is_some() || worker.disabled_at_ms.is_some() || worker.revoked_at_ms.is_some() {
            return Ok(Look::Gone);
        }
        if worker.draining || kinds.is_empty() {
            return Ok(Look::Nothing(None));
        }
        let claimer = Claimer { owner: &owner, kinds: &kinds, encoders: Some(&encoders), except_jobs: &except };
        let now = now_ms();
        match queue.next_for(conn, &claimer)? {
            Some(at) if at <= now => {}
            later => return Ok(Look::Nothing(later.map(|at| u64::try_from(at - now).unwrap_or(0)))),
        }
        let task = queue.claim_for(conn, &claimer, &token)?;
        Ok(task.map_or(Look::Nothing(None), |task| Look::Task(Box::new(task))))
    };
    Ok(app.db().run(read).await?)
}

async fn begin(app: &App, worker: &Worker, task: Task) -> Result<Task, AppError> {
    TranscodeRunner::new(app.clone()).begin(&task).await?;
    tracing::debug!(task = %task.id, worker = worker.name, attempt = task.attempt, "task given to a worker");
    announce(app, worker.id);
    Ok(task)
}

/// The task, as long as the worker holds it under this token.
pub async fn held(app: &App, worker: &Worker, id: TaskId, token: Uuid) -> Result<(Task, Lease), AppError> {
    let (owner, token) = (worker.owner(), token.to_string());
    let lease = Lease { task_id: id, token: token.clone() };
    let found = app.db().run(move |conn| find_held(conn, &owner, &token)).await?;
    found.filter(|task| task.id == id).map(|task| (task, lease)).ok_or_else(lost)
}

/// The task belongs to someone else by now, was stopped, or never was the worker's.
fn lost() -> AppError {
    AppError::conflict("lease_lost", "This task is not yours, or not any more; drop it and ask for another.")
}

/// How often leases of whomever were ended. When that is still what the worker knows, waits for another, until `wait` is
/// over or the server stops.
pub async fn leases_ended(app: &App, known: Option<u64>, wait: Duration) -> u64 {
    let mut ended = app.pipeline().queue().watch_leases();
    if let Some(known) = known {
        tokio::select! {
            _ = timeout(wait, ended.wait_for(|count| *count != known)) => {}
            () = app.events().closed() => {}
        }
    }
    *ended.borrow()
}

/// Keeps a task, and notes how far it is. False when it is lost.
pub async fn heartbeat(
    app: &App,
    worker: &Worker,
    (id, token): (TaskId, Uuid),
    (fraction, speed): (f64, Option<f64>),
) -> Result<bool, AppError> {
    let (task, lease) = match held(app, worker, id, token).await {
        Err(AppError::Conflict { .. }) => return Ok(false),
        other => other?,
    };
    let fraction = fraction.clamp(0.0, 1.0);
    if !app.pipeline().queue().heartbeat(&lease, fraction, speed).await? {
        return Ok(false);
    }
    let runner = TranscodeRunner::new(app.clone());
    runner.on_event(&task, TaskEvent::Progress { fraction, speed }).await.map_err(AppError::internal)?;
    Ok(true)
}

/// The task is done: its outcome is applied, once, and only when all that it speaks of was received.
pub async fn finish(app: &App, worker: &Worker, id: TaskId, token: Uuid, outcome: TaskOutcome) -> Result<(), AppError> {
    let finished = &app.workers().finished;
    let (task, lease) = match held(app, worker, id, token).await {
        Err(AppError::Conflict { .. }) if finished.get(&token).is_some() => return Ok(()),
        other => other?,
    };
    let ranges = match (task.spec.encode(), &outcome) {
        (Some(spec), TaskOutcome::Segments { ranges, .. }) if *ranges == spec.ranges() => ranges.clone(),
        _ => return Err(AppError::invalid_field("outcome", "This is not what the task makes.")),
    };
    let runner = TranscodeRunner::new(app.clone());
    runner.check(&task, ranges).await.map_err(|error| match error.code {
        "invalid_segment" => AppError::conflict("segments_missing", error.message),
        _ => refused(error), // a fault of ours: the worker says it again
    })?;
    match runner.apply(&task, &lease, outcome).await {
        Ok(()) => {}
        Err(ApplyError::LeaseLost) => return Err(lost()),
        Err(ApplyError::Failed(error)) => return Err(AppError::internal(error)),
    }
    finished.insert(token, ());
    announce(app, worker.id);
    Ok(())
}

/// The task did not make it.
pub async fn fail(app: &App, worker: &Worker, id: TaskId, token: Uuid, error: &TaskError) -> Result<(), AppError> {
    let (task, lease) = held(app, worker, id, token).await?;
    let verdict = app.pipeline().queue().settle(&task, &lease, error).await?.ok_or_else(lost)?;
    TranscodeRunner::new(app.clone()).on_failed(&task, error, verdict).await;
    announce(app, worker.id);
    Ok(())
}

/// The task is given back unfinished: the worker stops.
pub async fn release(app: &App, worker: &Worker, id: TaskId, token: Uuid) -> Result<(), AppError> {
    let (task, lease) = held(app, worker, id, token).await?;
    if !app.pipeline().queue().release(&lease).await? {
        return Err(lost());
    }
    TranscodeRunner::new(app.clone()).on_stopped(&task).await;
    announce(app, worker.id);
    Ok(())
}
