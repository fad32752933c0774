//! The queue as async code sees it: the task queries of one claimer, and the wake-ups that go with them.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::watch;

use super::LEASE;
use super::kept_off::KeptOff;
use super::runner::Verdict;
use super::speed::Speeds;
use crate::db::tasks::{Claimer, Counts, Recovered, Retry as RetryAt};
use crate::db::{Conn, Db, DbError, jobs, now_ms, tasks};
use crate::domain::id::{JobId, TaskId};
use crate::domain::job::{JobState, Lease, Task, TaskKind, retry_delay_ms};
use crate::domain::task::{Retry, TaskError};

/// A try that does not count as one is made again after this time at the earliest, milliseconds.
const FREE_RETRY_MS: i64 = 10_000;
/// And within this time after that, milliseconds.
const FREE_RETRY_SPREAD_MS: i64 = 20_000;
/// When more wait, everybody helps.
const LAST_TASKS: usize = 16;
/// Who leaves tasks to others looks again after this time, milliseconds.
const REST_MS: i64 = 2_000;

/// Cheap to clone; all clones share the wake-ups.
#[derive(Clone)]
pub struct Queue {
    db: Db,
    owner: Arc<str>,
    queued: watch::Sender<()>,
    /// How often leases were ended by others than their holders.
    leases: watch::Sender<u64>,
    speeds: Arc<Speeds>,
    kept_off: Arc<KeptOff>,
    /// What its claimer can do; none until somebody says so: everything.
    encoders: Arc<RwLock<Option<Vec<&'static str>>>>,
}

impl Queue {
    /// `owner` names the claimer in every lease. Only one process may use a name at a time, because a new one
    /// of that name takes back what the old one held.
    pub fn new(db: Db, owner: &str) -> Self {
        let (queued, leases) = (watch::Sender::new(()), watch::Sender::new(0));
        let (speeds, kept_off, encoders) = Default::default();
        Self { db, owner: owner.into(), queued, leases, speeds, kept_off, encoders }
    }

    /// From now on only tasks are claimed that need one of these encoders, or none.
    pub fn set_encoders(&self, encoders: Vec<&'static str>) {
        *self.encoders.write().unwrap_or_else(PoisonError::into_inner) = Some(encoders);
    }

    fn encoders(&self) -> Option<Vec<&'static str>> {
        self.encoders.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The database behind it.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Call it after committing tasks: idle pools look at once.
    pub fn tasks_were_queued(&self) {
        self.queued.send_replace(());
    }

    /// Call it after ending leases of others (a job was stopped, a video deleted): every running task checks
    /// its lease at once, and stops when it is gone.
    pub fn leases_were_ended(&self) {
        self.leases.send_modify(|count| *count += 1);
    }

    /// Stops a job: its open tasks end, running ones at once. `also` is what else becomes true with that, in the
    /// same transaction. False, and nothing changed, when the job had ended already.
    pub async fn cancel_job(
        &self,
        job: JobId,
        also: impl FnOnce(&mut Conn) -> Result<(), DbError> + Send + 'static,
    ) -> Result<bool, DbError> {
        let stopped = self.db.write(move |conn| {
            let now_ms = now_ms();
            let stopped = jobs::finish(conn, job, JobState::Cancelled, None, now_ms)?;
            if stopped {
                tasks::cancel_for_job(conn, job, now_ms)?;
                also(conn)?;
            }
            Ok(stopped)
        });
        let stopped = stopped.await?;
        self.leases_were_ended();
        Ok(stopped)
    }

    /// Wakes when tasks were queued.
    pub fn watch_queued(&self) -> watch::Receiver<()> {
        self.queued.subscribe()
    }

    /// How often leases of others were ended; wakes when that happens.
    pub fn watch_leases(&self) -> watch::Receiver<u64> {
        self.leases.subscribe()
    }

    /// What is light is done by nobody else.
    fn except_jobs(&self, kinds: &[TaskKind]) -> Vec<JobId> {
        if kinds.iter().any(is_lent) { self.kept_off.jobs(&self.owner) } else { Vec::new() }
    }

    pub(super) async fn next_run_at(&self, kinds: &'static [TaskKind]) -> Result<Option<i64>, DbError> {
        let (queue, encoders) = (self.clone(), self.encoders());
        let look = move |conn: &mut Conn| {
            let except_jobs = queue.except_jobs(kinds);
            let encoders = encoders.as_deref();
            queue.next_for(conn, &Claimer { owner: &queue.owner, kinds, encoders, except_jobs: &except_jobs })
        };
        self.db.run(look).await
    }

    pub(super) async fn claim(&self, kinds: &'static [TaskKind]) -> Result<Option<Task>, DbError> {
        let (queue, encoders, token) = (self.clone(), self.encoders(), uuid::Uuid::now_v7().to_string());
        let claim = move |conn: &mut Conn| {
            let except_jobs = queue.except_jobs(kinds);
            let encoders = encoders.as_deref();
            queue.claim_for(conn, &Claimer { owner: &queue.owner, kinds, encoders, except_jobs: &except_jobs }, &token)
        };
        self.db.run(claim).await
    }

    /// When there is something to do for a claimer (perhaps in the past): the next queued task, or one that somebody else
    /// is slow with. Who would only hold up the end of the work is asked to look again later.
    pub fn next_for(&self, conn: &mut Conn, claimer: &Claimer<'_>) -> Result<Option<i64>, DbError> {
        let (mut next, now) = (None, now_ms());
        for kinds in ranks(claimer.kinds) {
            let claimer = Claimer { kinds, ..*claimer };
            let due = match tasks::next_run_at(conn, &claimer)? {
                Some(at) if at <= now && self.leaves_to_others(conn, &claimer, now)? => Some(now + REST_MS),
                Some(at) if at <= now => return Ok(Some(at)),
                later => self.straggler(conn, &claimer)?.map(|_| now).or(later),
            };
            if due.is_some_and(|at| at <= now) {
                return Ok(due);
            }
            next = [next, due].into_iter().flatten().min();
        }
        Ok(next)
    }

    /// Takes a task: a queued one, or a second run of one that somebody else is slow with.
    pub fn claim_for(&self, conn: &mut Conn, claimer: &Claimer<'_>, token: &str) -> Result<Option<Task>, DbError> {
        let (now, ranks) = (now_ms(), ranks(claimer.kinds));
        for kinds in &ranks {
            let claimer = Claimer { kinds, ..*claimer };
            // who leaves these to others may do what comes after them
            if ranks.len() > 1 && self.leaves_to_others(conn, &claimer, now)? {
                continue;
            }
            if let Some(task) = tasks::claim_as(conn, &claimer, token, now, lease_ms())? {
                return Ok(Some(task));
            }
            let Some(slow) = self.straggler(conn, &claimer)? else { continue };
            if let Some(task) = tasks::claim_twin(conn, slow, claimer.owner, token, now, lease_ms())? {
                tracing::info!(task = %slow, by = claimer.owner, "a task is slow where it is; it is run a second time");
                return Ok(Some(task));
            }
        }
        Ok(None)
    }

    fn leaves_to_others(&self, conn: &mut Conn, claimer: &Claimer<'_>, now: i64) -> Result<bool, DbError> {
        let Some(&kind) = claimer.kinds.iter().find(|kind| is_lent(kind)) else { return Ok(false) };
        if !self.speeds.is_slower(claimer.owner) {
            return Ok(false);
        }
        let mut waiting = tasks::list_waiting(conn, kind, now, LAST_TASKS + 1)?;
        if waiting.len() > LAST_TASKS {
            return Ok(false);
        }
        waiting.retain(|task| claimer.may_run(task));
        let running = tasks::list_running(conn, TaskKind::ENCODING)?;
        let may_run = |owner: &str, task: &Task| !self.kept_off.jobs(owner).contains(&task.job_id);
        Ok(self.speeds.leaves_to_others(&waiting, &running, claimer.owner, may_run, now))
    }

    fn straggler(&self, conn: &mut Conn, claimer: &Claimer<'_>) -> Result<Option<TaskId>, DbError> {
        if !claimer.kinds.iter().any(is_lent) {
            return Ok(None);
        }
        let running = tasks::list_running(conn, TaskKind::ENCODING)?;
        Ok(self.speeds.straggler(&running, claimer.owner, |task| claimer.may_run(task), now_ms()))
    }

    /// Its name in leases.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Who gets nothing of which job.
    pub fn kept_off(&self) -> &KeptOff {
        &self.kept_off
    }

    /// How fast each claimer has been.
    pub fn speeds(&self) -> &Speeds {
        &self.speeds
    }

    /// Keeps a task, and notes how far it is. False when the lease is lost.
    pub async fn heartbeat(&self, lease: &Lease, progress: f64, speed: Option<f64>) -> Result<bool, DbError> {
        let lease = lease.clone();
        self.db.run(move |conn| tasks::heartbeat(conn, &lease, progress, speed, now_ms() + lease_ms())).await
    }

    /// Records a failed attempt: the task is tried again later, or given up. None when the lease is lost.
    pub async fn settle(&self, task: &Task, lease: &Lease, error: &TaskError) -> Result<Option<Verdict>, DbError> {
        let verdict = match error.retry {
            _ if task.twin_of.is_some() => Verdict::Retried, // the first run goes on
            Retry::Never => Verdict::GaveUp,
            Retry::Later if task.is_last_attempt() => Verdict::GaveUp,
            Retry::Machine if task.is_last_machine_fault() => Verdict::GaveUp,
            Retry::Later | Retry::Machine | Retry::Free => Verdict::Retried,
        };
        self.kept_off.note(task, error);
        let (id, own, reason, retry) = (task.id, lease.clone(), error.clone(), retry_at(task, error));
        let twin = task.twin_of.is_some();
        let settled = move |conn: &mut Conn| {
            let verdict = match verdict {
                // whoever runs it a second time may still make it
                Verdict::GaveUp if tasks::is_doubled(conn, id)? => Verdict::Retried,
                Verdict::Retried
                    if !twin
                        && retry.counts == Counts::Interruption
                        && !tasks::is_doubled(conn, id)?
                        && tasks::interrupted_too_often(conn, id)? =>
                {
                    Verdict::GaveUp
                }
                other => other,
            };
            let held = match verdict {
                Verdict::GaveUp => tasks::fail(conn, &own, &reason, now_ms())?,
                Verdict::Retried => tasks::retry(conn, &own, &reason, retry)?,
            };
            Ok((held, verdict))
        };
        let (held, verdict) = self.db.write(settled).await?;
        self.tasks_were_queued(); // not due yet, but sooner perhaps than a pool would look again
        let (kind, owner) = (task.kind.as_str(), task.lease_owner.as_deref());
        tracing::warn!(task = %task.id, kind, owner, attempt = task.attempt, ?verdict, %error, "task failed");
        Ok(held.then_some(verdict))
    }

    /// Gives a task back unfinished. False when the lease is lost.
    pub async fn release(&self, lease: &Lease) -> Result<bool, DbError> {
        let lease = lease.clone();
        let held = self.db.run(move |conn| tasks::release(conn, &lease, now_ms())).await?;
        self.tasks_were_queued();
        Ok(held)
    }

    pub(super) async fn release_own(&self) -> Result<Recovered, DbError> {
        let owner = Arc::clone(&self.owner);
        self.db.run(move |conn| tasks::release_owner(conn, &owner, now_ms())).await
    }

    pub(super) async fn expire(&self) -> Result<Recovered, DbError> {
        self.db.run(|conn| tasks::expire(conn, now_ms())).await
    }

    pub(super) async fn extend_leases(&self) -> Result<(), DbError> {
        self.db.run(|conn| tasks::extend_leases(conn, now_ms() + lease_ms())).await
    }
}

/// True for what several machines may do, and do at different speeds.
fn is_lent(kind: &TaskKind) -> bool {
    TaskKind::ENCODING.contains(kind)
}

/// Kinds of which nothing of the next is begun, not even a slow one of the first a second time, while something of the first
/// is to be done.
fn ranks(kinds: &[TaskKind]) -> Vec<&[TaskKind]> {
    if kinds == TaskKind::ENCODING { kinds.chunks(1).collect() } else { vec![kinds] }
}

fn retry_at(task: &Task, error: &TaskError) -> RetryAt {
    let counts = match error.retry {
        Retry::Later | Retry::Never => Counts::Failure,
        Retry::Machine => Counts::MachineFault,
        Retry::Free => Counts::Interruption,
    };
    let delay_ms = if counts == Counts::Interruption {
        FREE_RETRY_MS + up_to(FREE_RETRY_SPREAD_MS)
    } else {
        let delay_ms = retry_delay_ms(task.attempt);
        delay_ms + up_to(delay_ms / 4)
    };
    RetryAt { run_at_ms: now_ms() + delay_ms, counts }
}

/// A random number, so that what failed together does not come back together.
fn up_to(limit: i64) -> i64 {
    let random = i64::from(uuid::Uuid::now_v7().as_u64_pair().1 as u32);
    random % (limit + 1)
}

/// [`LEASE`] in milliseconds.
pub fn lease_ms() -> i64 {
    i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX)
}
