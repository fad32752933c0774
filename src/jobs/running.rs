//! One claimed task from its start to its end: the work, the heartbeats beside it, and what the end means.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

use super::pool::Phase;
use super::queue::Queue;
use super::runner::{ApplyError, Runner, Verdict};
use super::{CANCEL_GRACE, HEARTBEAT, LEASE};
use crate::db::tasks::Retry as RetryAt;
use crate::db::{DbError, now_ms};
use crate::domain::job::{Lease, Task, retry_delay_ms};
use crate::domain::task::{Retry, TaskError, TaskEvent};
use crate::tasks::Cancel;

/// Events that may wait to be handled.
const EVENTS_MAX: usize = 64;
/// A try that does not count is made again after this time at the earliest, milliseconds.
const FREE_RETRY_MS: i64 = 10_000;
/// And within this time after that, milliseconds.
const FREE_RETRY_SPREAD_MS: i64 = 20_000;

/// The latest report, carried by the next heartbeat.
#[derive(Clone, Copy, Default)]
struct Progress {
    fraction: f64,
    speed: Option<f64>,
}

/// Why the work is not waited for any longer.
enum End {
    Finished(Result<(), ApplyError>),
    LeaseLost,
    Stopping,
}

/// What one run of a task came to, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Succeeded,
    Retried,
    Failed,
    /// The lease was lost, or the pool stops: nothing of it counts.
    Stopped,
}

impl Ended {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Retried => "retried",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }
}

/// Runs a claimed task to whatever end.
pub(super) async fn supervise(
    queue: &Queue,
    runner: &Arc<dyn Runner>,
    task: &Task,
    mut phase: watch::Receiver<Phase>,
) -> Ended {
    let Some(lease) = task.lease() else { return Ended::Stopped };
    tracing::debug!(task = %task.id, kind = task.kind.as_str(), attempt = task.attempt, "task started");
    let cancel = Cancel::new();
    let progress = watch::Sender::new(Progress::default());
    let reported = progress.subscribe();
    let mut work = tokio::spawn(work(Arc::clone(runner), task.clone(), lease.clone(), cancel.clone(), progress));
    let end = tokio::select! {
        result = &mut work => End::Finished(flatten(result)),
        () = lease_lost(queue, &lease, &reported) => End::LeaseLost,
        _ = phase.wait_for(|phase| *phase == Phase::Stopping) => End::Stopping,
    };
    let ended = match end {
        End::Finished(Ok(())) => Ok(Ended::Succeeded),
        End::Finished(Err(ApplyError::LeaseLost)) => Ok(Ended::Stopped),
        End::Finished(Err(ApplyError::Failed(error))) => settle(queue, runner, task, &lease, &error).await,
        End::LeaseLost => {
            tracing::info!(task = %task.id, "the task was stopped or given to someone else; its work is discarded");
            cancel_work(&cancel, work).await;
            runner.on_stopped(task).await;
            Ok(Ended::Stopped)
        }
        End::Stopping => {
            cancel_work(&cancel, work).await;
            runner.on_stopped(task).await;
            queue.release(&lease).await.map(|_| Ended::Stopped)
        }
    };
    ended.unwrap_or_else(|error| {
        tracing::warn!(task = %task.id, %error, "the end of a task was not recorded; its lease will expire");
        Ended::Stopped
    })
}

/// The task itself: run, handle what it reports, apply.
async fn work(
    runner: Arc<dyn Runner>,
    task: Task,
    lease: Lease,
    cancel: Cancel,
    progress: watch::Sender<Progress>,
) -> Result<(), ApplyError> {
    let (sink, events) = mpsc::channel(EVENTS_MAX);
    let ended = Notify::new();
    let run = async {
        let outcome = runner.run(task.clone(), sink, cancel.clone()).await;
        ended.notify_one();
        outcome
    };
    let handle = async {
        let handled = handle_events(&*runner, &task, events, &ended, &progress).await;
        if handled.is_err() {
            cancel.cancel();
        }
        handled
    };
    let (outcome, handled) = tokio::join!(run, handle);
    handled?; // first: the run failed because of it
    runner.apply(&task, &lease, outcome?).await
}

/// Handles events until the run has ended and all it sent is handled. An error drops the receiver, so a run
/// that goes on sending is not held up.
async fn handle_events(
    runner: &dyn Runner,
    task: &Task,
    mut events: mpsc::Receiver<TaskEvent>,
    ended: &Notify,
    progress: &watch::Sender<Progress>,
) -> Result<(), TaskError> {
    loop {
        let event = tokio::select! {
            biased;
            event = events.recv() => event,
            () = ended.notified() => {
                events.close(); // a sender that was left somewhere must not hold us
                continue;
            }
        };
        let Some(event) = event else { return Ok(()) };
        if let TaskEvent::Progress { fraction, speed } = event {
            progress.send_replace(Progress { fraction: fraction.clamp(0.0, 1.0), speed });
        }
        runner.on_event(task, event).await?;
    }
}

/// Keeps the lease alive; returns when it is lost, or may be.
async fn lease_lost(queue: &Queue, lease: &Lease, reported: &watch::Receiver<Progress>) {
    let mut leases = queue.watch_leases();
    let mut good_until = Instant::now() + LEASE;
    loop {
        let _ = timeout(HEARTBEAT, leases.changed()).await;
        let begun = Instant::now();
        let Progress { fraction, speed } = *reported.borrow();
        match timeout_at(good_until, queue.heartbeat(lease, fraction, speed)).await {
            Ok(Ok(true)) => good_until = begun + LEASE,
            Ok(Ok(false)) => return,
            Ok(Err(error)) if begun < good_until => {
                tracing::warn!(task = %lease.task_id, %error, "a heartbeat failed");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Ok(Err(_)) | Err(_) => return,
        }
    }
}

async fn cancel_work(cancel: &Cancel, mut work: JoinHandle<Result<(), ApplyError>>) {
    cancel.cancel();
    if timeout(CANCEL_GRACE, &mut work).await.is_err() {
        work.abort();
        let _ = work.await;
    }
}

/// Records a failed attempt, then tells the runner.
async fn settle(
    queue: &Queue,
    runner: &Arc<dyn Runner>,
    task: &Task,
    lease: &Lease,
    error: &TaskError,
) -> Result<Ended, DbError> {
    let verdict = match error.retry {
        Retry::Never => Verdict::GaveUp,
        Retry::Later if task.is_last_attempt() => Verdict::GaveUp,
        Retry::Later | Retry::Free => Verdict::Retried,
    };
    let held = match verdict {
        Verdict::GaveUp => queue.fail(lease, error).await?,
        Verdict::Retried => queue.retry(lease, error, retry_at(task, error)).await?,
    };
    tracing::warn!(task = %task.id, kind = task.kind.as_str(), attempt = task.attempt, ?verdict, %error, "task failed");
    if held {
        runner.on_failed(task, error, verdict).await;
    }
    Ok(match verdict {
        _ if !held => Ended::Stopped,
        Verdict::GaveUp => Ended::Failed,
        Verdict::Retried => Ended::Retried,
    })
}

fn retry_at(task: &Task, error: &TaskError) -> RetryAt {
    let counts = error.retry != Retry::Free;
    let delay_ms = if counts {
        let delay_ms = retry_delay_ms(task.attempt);
        delay_ms + up_to(delay_ms / 4)
    } else {
        FREE_RETRY_MS + up_to(FREE_RETRY_SPREAD_MS)
    };
    RetryAt { run_at_ms: now_ms() + delay_ms, counts }
}

/// A random number, so that what failed together does not come back together.
fn up_to(limit: i64) -> i64 {
    let random = i64::from(uuid::Uuid::now_v7().as_u64_pair().1 as u32);
    random % (limit + 1)
}

fn flatten(joined: Result<Result<(), ApplyError>, tokio::task::JoinError>) -> Result<(), ApplyError> {
    joined.unwrap_or_else(|error| {
        let message = match error.try_into_panic() {
            Ok(panic) => format!("The task panicked: {}", panic_text(&*panic)),
            Err(error) => error.to_string(),
        };
        Err(TaskError::retry("task_panicked", message).into())
    })
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}
