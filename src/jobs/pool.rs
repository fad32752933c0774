//! A pool: a number of slots that claim and run tasks of some kinds.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::timeout;

use super::memory::{self, Memory};
use super::runner::{Runner, WaitReason};
use super::running::supervise;
use super::source::{Source, SourceError};
use super::{CANCEL_GRACE, POLL};
use crate::db::now_ms;
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
    /// Tasks it runs at once; 0: none until it is given some by [`Pool::resize`].
    pub slots: u32,
    /// One of several slots is kept for these, which must not wait until something long is done; none: for all.
    pub kept_for: &'static [TaskKind],
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
    source: Arc<dyn Source>,
    runner: Arc<dyn Runner>,
    metrics: Metrics,
    load: watch::Sender<Load>,
    phase: watch::Sender<Phase>,
    waiting: Mutex<Option<WaitReason>>,
    memory: Arc<Memory>,
    /// Of the pool that goes first.
    first: Option<watch::Receiver<Load>>,
}

/// How many slots there are, and how many run something: more than there are for a while after [`Pool::resize`].
#[derive(Debug, Clone, Copy)]
struct Load {
    slots: u32,
    busy: u32,
    /// Of the busy ones, those that run what no slot is kept for.
    long: u32,
}

/// Free again on drop.
struct Slot {
    load: watch::Sender<Load>,
    long: bool,
}

impl Slot {
    fn runs_something_long(&mut self) {
        self.long = true;
        self.load.send_modify(|load| load.long += 1);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.load.send_modify(|load| {
            load.busy -= 1;
            load.long -= u32::from(self.long);
        });
    }
}

/// What a look at the queue gave.
enum Next {
    Task(Box<Task>),
    Rest(Duration),
}

impl Pool {
    /// A pool that does nothing until [`Pool::run`]. `metrics` counts the tasks that ended in it.
    pub fn new(options: PoolOptions, source: impl Source, runner: Arc<dyn Runner>, metrics: Metrics) -> Self {
        Self {
            load: watch::Sender::new(Load { slots: options.slots, busy: 0, long: 0 }),
            options,
            source: Arc::new(source),
            runner,
            metrics,
            phase: watch::Sender::new(Phase::Running),
            waiting: Mutex::default(),
            memory: Arc::default(),
            first: None,
        }
    }

    /// It shares the machine with another pool, which goes first: while that runs something, both together run no more
    /// than the larger of them has slots.
    #[must_use]
    pub fn after(self, first: &Self) -> Self {
        Self { memory: Arc::clone(&first.memory), first: Some(first.load.subscribe()), ..self }
    }

    /// Claims and runs tasks until [`Pool::drain`]. Must not be dropped half way: it may just have claimed.
    pub async fn run(&self) {
        let mut queued = self.source.watch_queued();
        let mut phase = self.phase.subscribe();
        while let Some(slot) = self.free_slot(&mut phase).await {
            queued.mark_unchanged(); // before looking: what is queued from here on wakes us
            match self.next().await {
                Next::Task(task) => self.start(*task, slot),
                Next::Rest(rest) => {
                    drop(slot);
                    let mut load = self.load.subscribe();
                    tokio::select! {
                        _ = queued.changed() => {}
                        _ = load.changed() => {}
                        _ = phase.changed() => {}
                        () = tokio::time::sleep(rest) => {}
                    }
                }
            }
        }
    }

    /// From now on runs so many tasks at once; what runs beyond that goes on to its end.
    pub fn resize(&self, slots: u32) {
        self.load.send_if_modified(|load| std::mem::replace(&mut load.slots, slots) != slots);
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
        let Load { slots, busy, .. } = *self.load.borrow();
        PoolStatus {
            name: self.options.name,
            slots,
            busy,
            waiting: self.waiting.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// None once the pool drains.
    async fn free_slot(&self, phase: &mut watch::Receiver<Phase>) -> Option<Slot> {
        let mut load = self.load.subscribe();
        tokio::select! {
            biased;
            _ = phase.wait_for(|phase| *phase != Phase::Running) => return None,
            _ = load.wait_for(|load| load.busy < load.slots) => {}
        }
        // nobody else takes slots
        self.load.send_modify(|load| load.busy += 1);
        Some(Slot { load: self.load.clone(), long: false })
    }

    async fn idle(&self) {
        // the sender is ours
        let _ = self.load.subscribe().wait_for(|load| load.busy == 0).await;
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
    async fn look(&self) -> Result<Next, SourceError> {
        let kinds = self.kinds();
        let next_run_at = self.source.next_run_at(kinds).await?;
        let rest_ms = next_run_at.map(|run_at| u64::try_from(run_at - now_ms()).unwrap_or(0));
        let waiting = if rest_ms == Some(0) { self.may_claim() } else { None };
        let blocked = waiting.is_some();
        self.note_waiting(waiting);
        match rest_ms {
            None => Ok(Next::Rest(POLL)),
            Some(0) if blocked => Ok(Next::Rest(POLL)),
            Some(0) => {
                let task = self.source.claim(kinds).await?;
                Ok(task.map_or(Next::Rest(BEATEN), |task| Next::Task(Box::new(task))))
            }
            Some(rest_ms) => Ok(Next::Rest(POLL.min(Duration::from_millis(rest_ms)))),
        }
    }

    /// What the slot that asks may run.
    fn kinds(&self) -> &'static [TaskKind] {
        let (PoolOptions { kinds, kept_for, .. }, Load { slots, long, .. }) = (self.options, *self.load.borrow());
        if slots > 1 && long + 1 >= slots && !kept_for.is_empty() { kept_for } else { kinds }
    }

    fn may_claim(&self) -> Option<WaitReason> {
        let kinds = self.options.kinds;
        // with nothing else running, waiting would help nobody
        let beside_others = self.memory.running() > 0 && kinds.iter().any(|kind| TaskKind::ENCODING.contains(kind));
        let shortage = || self.memory.shortage(memory::available_bytes()?, Instant::now());
        let reason = self.runner.may_claim(kinds).or_else(|| self.comes_after());
        reason.or_else(|| if beside_others { shortage() } else { None })
    }

    fn comes_after(&self) -> Option<WaitReason> {
        let first = self.first.as_ref()?.borrow().slots;
        let Load { slots, busy, .. } = *self.load.borrow();
        let running = self.memory.running();
        // the slot that asks counts as busy
        let of_first = running.saturating_sub(busy.saturating_sub(1) as usize);
        (of_first > 0 && running >= first.max(slots) as usize)
            .then(|| WaitReason { code: "uploads_first", message: "New videos are encoded first.".to_owned() })
    }

    fn note_waiting(&self, reason: Option<WaitReason>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reason) = reason.as_ref().filter(|_| *waiting != reason) {
            tracing::warn!(pool = self.options.name, code = reason.code, "tasks wait: {}", reason.message);
        }
        *waiting = reason;
    }

    fn start(&self, task: Task, mut slot: Slot) {
        if !self.options.kept_for.contains(&task.kind) {
            slot.runs_something_long();
        }
        self.memory.begin(&task.spec, Instant::now());
        let (source, runner, phase) = (Arc::clone(&self.source), Arc::clone(&self.runner), self.phase.subscribe());
        let (metrics, memory) = (self.metrics.clone(), Arc::clone(&self.memory));
        tokio::spawn(async move {
            let begun = Instant::now();
            let end = supervise(&*source, &runner, &task, phase).await;
            metrics.task_ended(task.kind.as_str(), end.as_str(), begun.elapsed());
            memory.end();
            drop(slot);
        });
    }
}
