//! One claimed task from its start to its end: the work, the heartbeats beside it, and what the end means.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::pool::Phase;
use super::runner::{ApplyError, Runner, Verdict};
use super::source::{Source, SourceError};
use super::{CANCEL_GRACE, HEARTBEAT};
use crate::domain::job::{Lease, Task};
use crate::domain::task::{TaskError, TaskEvent};
use crate::tasks::Cancel;

/// Events that may wait to be handled.
const EVENTS_MAX: usize = 64;
/// How long one heartbeat may take: of those that hang, several fit into a lease.
const HEARTBEAT_LIMIT: Duration = Duration::from_secs(4);
/// After one that came to nothing the next follows this soon.
const HEARTBEAT_AGAIN: Duration = Duration::from_secs(1);
/// Work goes on for so long without an answer. A server that was away for less gets what was made meanwhile, if nobody
/// else has the task by then: that is decided by the token, not here.
const SILENCE_MAX: Duration = Duration::from_secs(10 * 60);

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
    source: &dyn Source,
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
        () = lease_lost(source, &lease, &reported) => End::LeaseLost,
        _ = phase.wait_for(|phase| *phase == Phase::Stopping) => End::Stopping,
    };
    let ended = match end {
        End::Finished(Ok(())) => Ok(Ended::Succeeded),
        End::Finished(Err(ApplyError::LeaseLost)) => Ok(Ended::Stopped),
        End::Finished(Err(ApplyError::Failed(error))) => settle(source, runner, task, &lease, &error).await,
        End::LeaseLost => {
            tracing::info!(task = %task.id, "the task was stopped or given to someone else; its work is discarded");
            cancel_work(&cancel, work).await;
            runner.on_stopped(task).await;
            Ok(Ended::Stopped)
        }
        End::Stopping => {
            cancel_work(&cancel, work).await;
            runner.on_stopped(task).await;
            source.release(&lease).await.map(|_| Ended::Stopped)
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

/// Keeps the lease alive; returns when it is lost, or nothing was heard of the source for [`SILENCE_MAX`].
async fn lease_lost(source: &dyn Source, lease: &Lease, reported: &watch::Receiver<Progress>) {
    let mut leases = source.watch_leases();
    let (mut heard, mut rest) = (Instant::now(), HEARTBEAT);
    loop {
        let _ = timeout(rest, leases.changed()).await;
        let Progress { fraction, speed } = *reported.borrow();
        let failed = match timeout(HEARTBEAT_LIMIT, source.heartbeat(lease, fraction, speed)).await {
            Ok(Ok(true)) => {
                (heard, rest) = (Instant::now(), HEARTBEAT);
                continue;
            }
            Ok(Ok(false)) => return,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer came in time".to_owned(),
        };
        if rest == HEARTBEAT {
            tracing::warn!(task = %lease.task_id, error = failed, "a heartbeat failed; the work goes on meanwhile");
        }
        if heard.elapsed() > SILENCE_MAX {
            return;
        }
        rest = HEARTBEAT_AGAIN;
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
    source: &dyn Source,
    runner: &Arc<dyn Runner>,
    task: &Task,
    lease: &Lease,
    error: &TaskError,
) -> Result<Ended, SourceError> {
    let verdict = source.settle(task, lease, error).await;
    match verdict {
        Ok(Some(verdict)) => runner.on_failed(task, error, verdict).await,
        // somebody else's by now, or nobody knows
        Ok(None) | Err(_) => runner.on_stopped(task).await,
    }
    Ok(match verdict? {
        None => Ended::Stopped,
        Some(Verdict::GaveUp) => Ended::Failed,
        Some(Verdict::Retried) => Ended::Retried,
    })
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
