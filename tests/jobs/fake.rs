//! A runner whose work is a closure, and a pool around it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use vlog::db::{Conn, Db, DbError, now_ms, tasks};
use vlog::domain::job::{Job, Lease, NewTask, Task, TaskKind};
use vlog::domain::task::{TaskError, TaskEvent, TaskOutcome};
use vlog::jobs::{
    ApplyError, BoxFuture, Cancel, Pool, PoolOptions, Queue, Runner, Source, SourceError, Verdict, WaitReason,
};
use vlog::metrics::{Gauges, Metrics};

use crate::database::{job, on, video};

/// Longest time a test waits for anything.
const PATIENCE: Duration = Duration::from_secs(20);

type Work =
    dyn Fn(Task, mpsc::Sender<TaskEvent>, Cancel) -> BoxFuture<'static, Result<TaskOutcome, TaskError>> + Send + Sync;

/// One start of a task.
#[derive(Clone)]
pub struct Run {
    pub at: Instant,
    cancel: Cancel,
}

pub struct Fake {
    work: Box<Work>,
    db: Mutex<Option<Db>>,
    runs: Mutex<Vec<Run>>,
    events: Mutex<Vec<TaskEvent>>,
    failures: Mutex<Vec<(&'static str, Verdict)>>,
    waiting: Mutex<Option<WaitReason>>,
}

impl Fake {
    pub fn new(
        work: impl Fn(Task, mpsc::Sender<TaskEvent>, Cancel) -> BoxFuture<'static, Result<TaskOutcome, TaskError>>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self {
            work: Box::new(work),
            db: Mutex::default(),
            runs: Mutex::default(),
            events: Mutex::default(),
            failures: Mutex::default(),
            waiting: Mutex::default(),
        }
    }

    pub fn runs(&self) -> Vec<Run> {
        self.runs.lock().unwrap().clone()
    }

    pub fn cancelled(&self) -> usize {
        self.runs().iter().filter(|run| run.cancel.is_cancelled()).count()
    }

    pub fn events(&self) -> Vec<TaskEvent> {
        self.events.lock().unwrap().clone()
    }

    pub fn failures(&self) -> Vec<(&'static str, Verdict)> {
        self.failures.lock().unwrap().clone()
    }

    pub fn set_waiting(&self, reason: Option<WaitReason>) {
        *self.waiting.lock().unwrap() = reason;
    }
}

pub fn done() -> TaskOutcome {
    TaskOutcome::Text { tracks: Vec::new() }
}

impl Runner for Fake {
    fn may_claim(&self, _: &[TaskKind]) -> Option<WaitReason> {
        self.waiting.lock().unwrap().clone()
    }

    fn run(
        &self,
        task: Task,
        events: mpsc::Sender<TaskEvent>,
        cancel: Cancel,
    ) -> BoxFuture<'_, Result<TaskOutcome, TaskError>> {
        self.runs.lock().unwrap().push(Run { at: Instant::now(), cancel: cancel.clone() });
        (self.work)(task, events, cancel)
    }

    fn on_event<'a>(&'a self, _: &'a Task, event: TaskEvent) -> BoxFuture<'a, Result<(), TaskError>> {
        Box::pin(async move {
            if event == TaskEvent::File("refused".to_owned()) {
                return Err(TaskError::abort("refused", "cannot take this file"));
            }
            self.events.lock().unwrap().push(event);
            Ok(())
        })
    }

    fn apply<'a>(
        &'a self,
        _: &'a Task,
        lease: &'a Lease,
        outcome: TaskOutcome,
    ) -> BoxFuture<'a, Result<(), ApplyError>> {
        let lease = lease.clone();
        let db = self.db.lock().unwrap().clone().unwrap();
        Box::pin(async move {
            let held = db.write(move |conn| tasks::succeed(conn, &lease, &outcome, now_ms())).await.unwrap();
            if held { Ok(()) } else { Err(ApplyError::LeaseLost) }
        })
    }

    fn on_failed<'a>(&'a self, _: &'a Task, error: &'a TaskError, verdict: Verdict) -> BoxFuture<'a, ()> {
        self.failures.lock().unwrap().push((error.code, verdict));
        Box::pin(async {})
    }

    fn on_stopped<'a>(&'a self, _: &'a Task) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}

/// A job without tasks, and a pool that may run them.
pub struct Rig {
    pub db: Db,
    pub job: Job,
    pub queue: Queue,
    pub pool: Arc<Pool>,
    pub fake: Arc<Fake>,
    pub metrics: Metrics,
}

impl Rig {
    pub async fn start(db: Db, slots: u32, fake: Fake) -> Self {
        let rig = Self::stopped(db, slots, fake).await;
        rig.run();
        rig
    }

    pub async fn stopped(db: Db, slots: u32, fake: Fake) -> Self {
        let job = on(&db, |conn| {
            let video = video(conn, "clip", 1).id;
            Ok(job(conn, video))
        })
        .await;
        *fake.db.lock().unwrap() = Some(db.clone());
        let fake = Arc::new(fake);
        let queue = Queue::new(db.clone(), "server");
        let metrics = Metrics::new();
        let options = PoolOptions { name: "test", kinds: &TaskKind::ALL, slots, kept_for: &[] };
        let pool = Arc::new(Pool::new(options, queue.clone(), fake.clone(), metrics.clone()));
        Self { db, job, queue, pool, fake, metrics }
    }

    pub fn run(&self) {
        let pool = self.pool.clone();
        tokio::spawn(async move { pool.run().await });
    }

    pub async fn queue(&self, new: &[NewTask]) {
        let (job, new) = (self.job.clone(), new.to_vec());
        on(&self.db, move |conn| tasks::insert_many(conn, &job, &new, now_ms())).await;
        self.queue.tasks_were_queued();
    }

    /// Waits until the runner has seen something.
    pub async fn until(&self, seen: impl Fn(&Fake) -> bool) {
        let begun = Instant::now();
        while !seen(&self.fake) {
            assert!(begun.elapsed() < PATIENCE, "runs {}, {:?}", self.fake.runs().len(), self.fake.failures());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until no slot is busy.
    pub async fn until_idle(&self) {
        self.until(|_| self.pool.status().busy == 0).await;
    }

    /// Waits until the rows say something.
    pub async fn until_rows<T: std::fmt::Debug + Send + 'static>(
        &self,
        query: impl Fn(&mut Conn) -> Result<T, DbError> + Copy + Send + 'static,
        wanted: impl Fn(&T) -> bool,
    ) -> T {
        let begun = Instant::now();
        loop {
            let found = on(&self.db, query).await;
            if wanted(&found) {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "{found:?}, {:?}", self.fake.failures());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until the job's task of that index is as wanted.
    pub async fn until_task(&self, index: usize, wanted: impl Fn(&Task) -> bool) -> Task {
        let job = self.job.id;
        let query = move |conn: &mut Conn| Ok(tasks::list_for_job(conn, job)?.remove(index));
        self.until_rows(query, wanted).await
    }

    /// Waits until the metrics say how a task ended, and how often.
    pub async fn until_counted(&self, kind: &str, result: &str, count: u32) {
        let line = format!("vlog_tasks_total{{kind=\"{kind}\",result=\"{result}\"}} {count}");
        let text = || self.metrics.render(Gauges::default()).unwrap();
        self.until(|_| text().lines().any(|l| l == line)).await;
        assert!(text().contains(&format!("vlog_task_duration_seconds_count{{kind=\"{kind}\"}}")), "{}", text());
    }
}

/// A queue that never answers the first heartbeat.
#[derive(Clone)]
pub struct Hanging(Queue, Arc<AtomicUsize>);

impl Hanging {
    pub fn new(queue: Queue) -> Self {
        Self(queue, Arc::default())
    }

    pub fn heartbeats(&self) -> usize {
        self.1.load(Ordering::SeqCst)
    }
}

impl Source for Hanging {
    fn watch_queued(&self) -> watch::Receiver<()> {
        Source::watch_queued(&self.0)
    }

    fn watch_leases(&self) -> watch::Receiver<u64> {
        Source::watch_leases(&self.0)
    }

    fn next_run_at(&self, kinds: &'static [TaskKind]) -> BoxFuture<'_, Result<Option<i64>, SourceError>> {
        Source::next_run_at(&self.0, kinds)
    }

    fn claim(&self, kinds: &'static [TaskKind]) -> BoxFuture<'_, Result<Option<Task>, SourceError>> {
        Source::claim(&self.0, kinds)
    }

    fn heartbeat<'a>(
        &'a self,
        lease: &'a Lease,
        progress: f64,
        speed: Option<f64>,
    ) -> BoxFuture<'a, Result<bool, SourceError>> {
        Box::pin(async move {
            if self.1.fetch_add(1, Ordering::SeqCst) == 0 {
                std::future::pending::<()>().await;
            }
            Source::heartbeat(&self.0, lease, progress, speed).await
        })
    }

    fn settle<'a>(
        &'a self,
        task: &'a Task,
        lease: &'a Lease,
        error: &'a TaskError,
    ) -> BoxFuture<'a, Result<Option<Verdict>, SourceError>> {
        Source::settle(&self.0, task, lease, error)
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<bool, SourceError>> {
        Source::release(&self.0, lease)
    }
}
