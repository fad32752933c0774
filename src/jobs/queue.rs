//! The queue as async code sees it: the task queries of one claimer, and the wake-ups that go with them.

use std::sync::Arc;

use tokio::sync::watch;

use super::LEASE;
use crate::db::tasks::{Recovered, Retry};
use crate::db::{Conn, Db, DbError, jobs, now_ms, tasks};
use crate::domain::id::JobId;
use crate::domain::job::{JobState, Lease, Task, TaskKind};
use crate::domain::task::TaskError;

/// Cheap to clone; all clones share the wake-ups.
#[derive(Clone)]
pub struct Queue {
    db: Db,
    owner: Arc<str>,
    queued: watch::Sender<()>,
    leases: watch::Sender<()>,
}

impl Queue {
    /// `owner` names the claimer in every lease. Only one process may use a name at a time, because a new one
    /// of that name takes back what the old one held.
    pub fn new(db: Db, owner: &str) -> Self {
        Self { db, owner: owner.into(), queued: watch::Sender::new(()), leases: watch::Sender::new(()) }
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
        self.leases.send_replace(());
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
    pub(super) fn watch_queued(&self) -> watch::Receiver<()> {
        self.queued.subscribe()
    }

    /// Wakes when leases may have ended.
    pub(super) fn watch_leases(&self) -> watch::Receiver<()> {
        self.leases.subscribe()
    }

    pub(super) async fn next_run_at(&self, kinds: &'static [TaskKind]) -> Result<Option<i64>, DbError> {
        self.db.run(move |conn| tasks::next_run_at(conn, kinds)).await
    }

    pub(super) async fn claim(&self, kinds: &'static [TaskKind]) -> Result<Option<Task>, DbError> {
        let owner = Arc::clone(&self.owner);
        self.db.run(move |conn| tasks::claim(conn, kinds, &owner, now_ms(), lease_ms())).await
    }

    pub(super) async fn heartbeat(&self, lease: &Lease, progress: f64, speed: Option<f64>) -> Result<bool, DbError> {
        let lease = lease.clone();
        self.db.run(move |conn| tasks::heartbeat(conn, &lease, progress, speed, now_ms() + lease_ms())).await
    }

    pub(super) async fn retry(&self, lease: &Lease, error: &TaskError, retry: Retry) -> Result<bool, DbError> {
        let (lease, error) = (lease.clone(), error.clone());
        let held = self.db.run(move |conn| tasks::retry(conn, &lease, &error, retry)).await?;
        self.tasks_were_queued(); // not due yet, but sooner perhaps than a pool would look again
        Ok(held)
    }

    pub(super) async fn fail(&self, lease: &Lease, error: &TaskError) -> Result<bool, DbError> {
        let (lease, error) = (lease.clone(), error.clone());
        self.db.run(move |conn| tasks::fail(conn, &lease, &error, now_ms())).await
    }

    pub(super) async fn release(&self, lease: &Lease) -> Result<bool, DbError> {
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
}

fn lease_ms() -> i64 {
    i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX)
}
