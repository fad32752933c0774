//! Where a pool has its tasks from: the queue of this process, or a server elsewhere.

use std::error::Error;

use tokio::sync::watch;

use super::queue::Queue;
use super::runner::{BoxFuture, Verdict};
use crate::domain::job::{Lease, Task, TaskKind};
use crate::domain::task::TaskError;

/// Why a source did not answer. For the log: whoever asked goes on and asks again.
pub type SourceError = Box<dyn Error + Send + Sync>;

/// See the module. Answers about a lease are false or none when it is lost.
pub trait Source: Send + Sync + 'static {
    /// Wakes when tasks may have been queued.
    fn watch_queued(&self) -> watch::Receiver<()>;

    /// How often leases of others were ended; wakes when that happens.
    fn watch_leases(&self) -> watch::Receiver<u64>;

    /// When the next task of these kinds may run (perhaps in the past); none when nothing is queued.
    fn next_run_at(&self, kinds: &'static [TaskKind]) -> BoxFuture<'_, Result<Option<i64>, SourceError>>;

    /// Takes a task.
    fn claim(&self, kinds: &'static [TaskKind]) -> BoxFuture<'_, Result<Option<Task>, SourceError>>;

    /// Keeps it.
    fn heartbeat<'a>(
        &'a self,
        lease: &'a Lease,
        progress: f64,
        speed: Option<f64>,
    ) -> BoxFuture<'a, Result<bool, SourceError>>;

    /// An attempt failed: the task is tried again, or given up.
    fn settle<'a>(
        &'a self,
        task: &'a Task,
        lease: &'a Lease,
        error: &'a TaskError,
    ) -> BoxFuture<'a, Result<Option<Verdict>, SourceError>>;

    /// Gives it back unfinished.
    fn release<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<bool, SourceError>>;
}

impl Source for Queue {
    fn watch_queued(&self) -> watch::Receiver<()> {
        Queue::watch_queued(self)
    }

    fn watch_leases(&self) -> watch::Receiver<u64> {
        Queue::watch_leases(self)
    }

    fn next_run_at(&self, kinds: &'static [TaskKind]) -> BoxFuture<'_, Result<Option<i64>, SourceError>> {
        Box::pin(async move { Ok(Queue::next_run_at(self, kinds).await?) })
    }

    fn claim(&self, kinds: &'static [TaskKind]) -> BoxFuture<'_, Result<Option<Task>, SourceError>> {
        Box::pin(async move { Ok(Queue::claim(self, kinds).await?) })
    }

    fn heartbeat<'a>(
        &'a self,
        lease: &'a Lease,
        progress: f64,
        speed: Option<f64>,
    ) -> BoxFuture<'a, Result<bool, SourceError>> {
        Box::pin(async move { Ok(Queue::heartbeat(self, lease, progress, speed).await?) })
    }

    fn settle<'a>(
        &'a self,
        task: &'a Task,
        lease: &'a Lease,
        error: &'a TaskError,
    ) -> BoxFuture<'a, Result<Option<Verdict>, SourceError>> {
        Box::pin(async move { Ok(Queue::settle(self, task, lease, error).await?) })
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<bool, SourceError>> {
        Box::pin(async move { Ok(Queue::release(self, lease).await?) })
    }
}
