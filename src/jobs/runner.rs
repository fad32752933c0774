//! What the engine asks of whoever knows the tasks.

use std::pin::Pin;

use tokio::sync::mpsc;

use crate::domain::id::TaskId;
use crate::domain::job::{Lease, Task, TaskKind};
use crate::domain::task::{TaskError, TaskEvent, TaskOutcome};
use crate::tasks::Cancel;

/// A future that can be kept behind a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Runs tasks and applies what they made. Any of these may be cut off at an await once the lease is lost, and
/// a panic in one of them counts as a failed attempt.
pub trait Runner: Send + Sync + 'static {
    /// Why no task of these kinds may be started now; asked before each claim, so it must be quick.
    fn may_claim(&self, kinds: &[TaskKind]) -> Option<WaitReason>;

    /// Does the work. `events` is bounded: sending waits while earlier events are handled. Once `cancel` is
    /// raised it must end within [`super::CANCEL_GRACE`]; what it then returns does not matter.
    fn run(
        &self,
        task: Task,
        events: mpsc::Sender<TaskEvent>,
        cancel: Cancel,
    ) -> BoxFuture<'_, Result<TaskOutcome, TaskError>>;

    /// Takes note of progress, takes finished files away. One at a time and in order, while the task goes on;
    /// all of them before [`Runner::apply`]. An error stops the task.
    fn on_event<'a>(&'a self, task: &'a Task, event: TaskEvent) -> BoxFuture<'a, Result<(), TaskError>>;

    /// Makes the outcome true, in one transaction with `db::tasks::succeed`, and what follows from it quick.
    fn apply<'a>(
        &'a self,
        task: &'a Task,
        lease: &'a Lease,
        outcome: TaskOutcome,
    ) -> BoxFuture<'a, Result<(), ApplyError>>;

    /// An attempt failed, and the task's row says so already. A crash just before this call loses it, so
    /// whoever needs to know looks at the rows too.
    fn on_failed<'a>(&'a self, task: &'a Task, error: &'a TaskError, verdict: Verdict) -> BoxFuture<'a, ()>;

    /// The work was stopped half way: the lease was lost, or the pool stops. Nothing of it counts.
    fn on_stopped<'a>(&'a self, task: &'a Task) -> BoxFuture<'a, ()>;

    /// These were left behind by whoever worked on them, and are queued again.
    fn on_given_back(&self, _tasks: Vec<TaskId>) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// What becomes of a task after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It will be tried again.
    Retried,
    /// It failed for good.
    GaveUp,
}

/// Why an outcome was not applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The task belongs to someone else by now, or was stopped: the outcome is void.
    #[error("the lease was lost")]
    LeaseLost,
    /// It went wrong, like the task itself may.
    #[error(transparent)]
    Failed(#[from] TaskError),
}

/// Why nothing is started although tasks are due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitReason {
    /// Stable code, e.g. `storage_full`.
    pub code: &'static str,
    /// For people.
    pub message: String,
}
