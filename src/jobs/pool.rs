//! A pool: a number of slots that claim and run tasks of some kinds.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;

use super::queue::Queue;
use super::runner::{Runner, WaitReason};
use super::running::supervise;
use super::{CANCEL_GRACE, POLL};
use crate::db::{DbError, now_ms};
use crate::domain::job::{Task, TaskKind};
use crate::metrics::Metrics;

/// Rest after another claimer was faster.
const BEATEN: Duration = Duration::from_millis(100);
/// Time to give tasks back when draining ran out of patience, beyond [`CANCEL_GRACE`].
const RELEASE_LIMIT: Duration = Duration::from_secs(5);

/// What a pool is.
#[derive(Debug, Clone, Copy)]
pub struct PoolOptions {
    /// For logs and the dashboard.
    pub name: &'static str,
    /// What it runs.
    pub kinds: &'static [TaskKind],
    /// Tasks it runs at once, 1 at least.
    pub slots: u32,
}

/// What a pool is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolStatus {
    /// Its name.
    pub name: &'static str,
    /// Tasks it can run at once.
    pub slots: u32,
    /// Tasks it is running.
    pub busy: u32,
    /// Why it starts nothing although tasks are due.
    pub waiting: Option<WaitReason>,
}

/// How far a pool is on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Claims tasks.
    Running,
    /// Claims nothing more.
    Draining,
    /// Gives back what still runs.
    Stopping,
}

/// See the module.
pub struct Pool {
    options: PoolOptions,
    queue: Queue,
    runner: Arc<dyn Runner>,
    metrics: Metrics,
    slots: Arc<Semaphore>,
    phase: watch::Sender<Phase>,
    waiting: Mutex<Option<WaitReason>>,
}

/// What a look at the queue gave.
enum Next {
    Task(Box<Task>),
    Rest(Duration),
}

impl Pool {
    /// A pool that does nothing until [`Pool::run`]. `metrics` counts the tasks that ended in it.
    pub fn new(options: PoolOptions, queue: Queue, runner: Arc<dyn Runner>, metrics: Metrics) -> Self {
        let options = PoolOptions { slots: options.slots.max(1), ..options };
        Self {
            slots: Arc::new(Semaphore::new(options.slots as usize)),
            options,
            queue,
            runner,
            metrics,
            phase: watch::Sender::new(Phase::Running),
            waiting: Mutex::default(),
        }
    }

    /// Claims and runs tasks until [`Pool::drain`]. Must not be dropped half way: it may just have claimed.
    pub async fn run(&self) {
        let mut queued = self.queue.watch_queued();
        let mut phase = self.phase.subscribe();
        while let Some(slot) = self.free_slot(&mut phase).await {
            queued.mark_unchanged(); // before looking: what is queued from here on wakes us
            match self.next().await {
                Next::Task(task) => self.start(*task, slot),
                Next::Rest(rest) => {
                    drop(slot);
                    tokio::select! {
                        _ = queued.changed() => {}
                        _ = phase.changed() => {}
                        () = tokio::time::sleep(rest) => {}
                    }
                }
            }
        }
    }

    /// Claims nothing more, lets running tasks go on for `grace`, then stops them and gives them back; that
    /// does not count as an attempt. Returns when nothing runs any more.
    pub async fn drain(&self, grace: Duration) {
        self.phase.send_replace(Phase::Draining);
        if timeout(grace, self.idle()).await.is_ok() {
            return;
        }
        self.phase.send_replace(Phase::Stopping);
        if timeout(CANCEL_GRACE + RELEASE_LIMIT, self.idle()).await.is_err() {
            tracing::warn!(pool = self.options.name, "tasks could not be given back; the next start will");
        }
    }

    /// For the dashboard.
    pub fn status(&self) -> PoolStatus {
        let free = u32::try_from(self.slots.available_permits()).unwrap_or(u32::MAX);
        PoolStatus {
            name: self.options.name,
            slots: self.options.slots,
            busy: self.options.slots.saturating_sub(free),
            waiting: self.waiting.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// None once the pool drains.
    async fn free_slot(&self, phase: &mut watch::Receiver<Phase>) -> Option<OwnedSemaphorePermit> {
        tokio::select! {
            biased;
            _ = phase.wait_for(|phase| *phase != Phase::Running) => None,
            slot = Arc::clone(&self.slots).acquire_owned() => slot.ok(),
        }
    }

    async fn idle(&self) {
        // the semaphore is never closed
        let _ = self.slots.acquire_many(self.options.slots).await;
    }

    async fn next(&self) -> Next {
        match self.look().await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(pool = self.options.name, %error, "claiming a task failed");
                Next::Rest(POLL)
            }
        }
    }

    /// A cheap read first: an idle pool never takes the database's write lock.
    async fn look(&self) -> Result<Next, DbError> {
        let next_run_at = self.queue.next_run_at(self.options.kinds).await?;
        let rest_ms = next_run_at.map(|run_at| u64::try_from(run_at - now_ms()).unwrap_or(0));
        let waiting = if rest_ms == Some(0) { self.runner.may_claim() } else { None };
        let blocked = waiting.is_some();
        self.note_waiting(waiting);
        match rest_ms {
            None => Ok(Next::Rest(POLL)),
            Some(0) if blocked => Ok(Next::Rest(POLL)),
            Some(0) => {
                let task = self.queue.claim(self.options.kinds).await?;
                Ok(task.map_or(Next::Rest(BEATEN), |task| Next::Task(Box::new(task))))
            }
            Some(rest_ms) => Ok(Next::Rest(POLL.min(Duration::from_millis(rest_ms)))),
        }
    }

    fn note_waiting(&self, reason: Option<WaitReason>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reason) = reason.as_ref().filter(|_| *waiting != reason) {
            tracing::warn!(pool = self.options.name, code = reason.code, "tasks wait: {}", reason.message);
        }
        *waiting = reason;
    }

    fn start(&self, task: Task, slot: OwnedSemaphorePermit) {
        let (queue, runner, phase) = (self.queue.clone(), Arc::clone(&self.runner), self.phase.subscribe());
        let metrics = self.metrics.clone();
        tokio::spawn(async move {
            let begun = Instant::now();
            let end = supervise(&queue, &runner, &task, phase).await;
            metrics.task_ended(task.kind.as_str(), end.as_str(), begun.elapsed());
            drop(slot);
        });
    }
}
