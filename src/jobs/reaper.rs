//! Takes back tasks that nobody works on any more.

use std::sync::Arc;

use super::queue::Queue;
use super::runner::{Runner, Verdict};
use super::{LEASE, REAP};
use crate::db::tasks::Recovered;
use crate::db::{DbError, now_ms};

/// See the module.
pub struct Reaper {
    queue: Queue,
    runner: Arc<dyn Runner>,
}

impl Reaper {
    /// `runner` is told of tasks that failed for good.
    pub fn new(queue: Queue, runner: Arc<dyn Runner>) -> Self {
        Self { queue, runner }
    }

    /// Gives back what this claimer held when its process ended. Call it once, before any pool runs. Returns
    /// how many tasks that were.
    pub async fn recover(&self) -> Result<usize, DbError> {
        let recovered = self.queue.release_own().await?;
        Ok(self.report(recovered).await)
    }

    /// Takes back expired leases of all claimers. Returns how many those were.
    pub async fn sweep(&self) -> Result<usize, DbError> {
        let recovered = self.queue.expire().await?;
        Ok(self.report(recovered).await)
    }

    /// Sweeps for ever. Who was not here for a while (this is the start, the machine was asleep, the database was away)
    /// could not hear heartbeats: then every lease is extended once instead.
    pub async fn run(&self) {
        let mut looked_at = i64::MIN;
        loop {
            let now = now_ms();
            let away = now.saturating_sub(looked_at) > i64::try_from(LEASE.as_millis() / 2).unwrap_or(i64::MAX);
            let looked = if away { self.queue.extend_leases().await } else { self.sweep().await.map(drop) };
            match looked {
                Ok(()) => looked_at = now,
                Err(error) => tracing::warn!(%error, "looking for expired leases failed"),
            }
            tokio::time::sleep(REAP).await;
        }
    }

    async fn report(&self, recovered: Recovered) -> usize {
        let count = recovered.queued.len() + recovered.failed.len();
        if count > 0 {
            tracing::info!(count, failed = recovered.failed.len(), "took back tasks that nobody works on");
            self.queue.tasks_were_queued();
        }
        for (task, error) in &recovered.failed {
            self.runner.on_failed(task, error, Verdict::GaveUp).await;
        }
        if !recovered.queued.is_empty() {
            self.runner.on_given_back(recovered.queued).await;
        }
        count
    }
}
