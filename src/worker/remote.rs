//! A server elsewhere as the source of a pool's tasks. Waiting for a task is one request that the server holds until there
//! is one, so nothing polls.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::client::{Client, ClientError, persist};
use super::protocol::Heartbeat;
use crate::domain::job::{Lease, Task, TaskKind};
use crate::domain::task::{Retry, TaskError};
use crate::jobs::{BoxFuture, Source, SourceError, Verdict};

/// Rest after the server could not be asked.
const AGAIN: Duration = Duration::from_secs(2);
/// Rest after it said no; an admin has to do something.
const REFUSED_AGAIN: Duration = Duration::from_secs(15);
/// How long the end of a task is told to a server that does not answer. Its lease runs out by then.
const TELL_LIMIT: Duration = Duration::from_secs(30);
/// How long going away may take.
const LEAVE_LIMIT: Duration = Duration::from_secs(3);

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct RemoteSource(Arc<Inner>);

struct Inner {
    client: Client,
    /// The token of a claim whose answer did not come: asked again, it gives what was given then.
    unanswered: Mutex<Option<Uuid>>,
    /// Said once, not every few seconds.
    complained: Mutex<Option<String>>,
    leaving: watch::Sender<bool>,
    /// As the server counts them.
    leases: watch::Sender<u64>,
    /// The server wakes us by answering.
    never: watch::Sender<()>,
}

impl RemoteSource {
    /// Asks nothing yet.
    pub fn new(client: Client) -> Self {
        let (unanswered, complained) = (Mutex::default(), Mutex::default());
        let (leaving, leases, never) = (watch::Sender::new(false), watch::Sender::new(0), watch::Sender::new(()));
        Self(Arc::new(Inner { client, unanswered, complained, leaving, leases, never }))
    }

    /// Learns without delay that leases may have ended, for as long as it is polled. What is missed while the server does
    /// not answer, the heartbeats tell.
    pub async fn watch_ends(&self) {
        let mut known = None;
        loop {
            let begun = Instant::now();
            let rest = match self.0.client.leases(known).await {
                Ok(ended) => match known.replace(ended) {
                    Some(before) if before != ended => {
                        self.0.leases.send_replace(ended);
                        continue;
                    }
                    // a server that stops answers at once, and must not be kept busy with that
                    Some(_) => AGAIN,
                    None => continue,
                },
                Err(error) if error.may_pass() => AGAIN,
                Err(_) => REFUSED_AGAIN,
            };
            // whoever waited for the answer has rested
            tokio::time::sleep_until(begun + rest).await;
        }
    }

    /// Tells the server that we go, so that it ends a claim that waits.
    pub async fn leave(&self) {
        self.0.leaving.send_replace(true);
        let _ = timeout(LEAVE_LIMIT, self.0.client.leave()).await;
    }

    fn token(&self) -> Uuid {
        *self.0.unanswered.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(Uuid::now_v7)
    }

    fn answered(&self) {
        *self.0.unanswered.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if self.0.complained.lock().unwrap_or_else(PoisonError::into_inner).take().is_some() {
            tracing::info!("the server gives tasks again");
        }
    }

    /// Says why there is nothing, once, and rests, unless we go.
    async fn complain(&self, error: &ClientError) {
        let text = error.to_string();
        {
            let mut complained = self.0.complained.lock().unwrap_or_else(PoisonError::into_inner);
            if complained.as_ref() != Some(&text) && !matches!(error, ClientError::Resting) {
                tracing::warn!(error = text, "no task could be asked for");
                *complained = Some(text);
            }
        }
        let rest = if error.may_pass() { AGAIN } else { REFUSED_AGAIN };
        let mut leaving = self.0.leaving.subscribe();
        let _ = timeout(rest, leaving.wait_for(|leaving| *leaving)).await;
    }
}

impl Source for RemoteSource {
    fn watch_queued(&self) -> watch::Receiver<()> {
        self.0.never.subscribe()
    }

    fn watch_leases(&self) -> watch::Receiver<u64> {
        self.0.leases.subscribe()
    }

    /// Only the server knows; asking for a task is how one waits for it.
    fn next_run_at(&self, _: &'static [TaskKind]) -> BoxFuture<'_, Result<Option<i64>, SourceError>> {
        Box::pin(async { Ok((!*self.0.leaving.borrow()).then_some(0)) })
    }

    fn claim(&self, _: &'static [TaskKind]) -> BoxFuture<'_, Result<Option<Task>, SourceError>> {
        Box::pin(async {
            let token = self.token();
            match self.0.client.claim(token).await {
                Ok(claimed) => {
                    self.answered();
                    Ok(claimed.map(|claimed| claimed.into_task(token)))
                }
                Err(error) => {
                    self.complain(&error).await;
                    Ok(None)
                }
            }
        })
    }

    fn heartbeat<'a>(
        &'a self,
        lease: &'a Lease,
        progress: f64,
        speed: Option<f64>,
    ) -> BoxFuture<'a, Result<bool, SourceError>> {
        Box::pin(async move {
            let body = Heartbeat { progress, speed };
            match self.0.client.heartbeat(lease, &body).await {
                // the key is good for nothing any more, so is the lease
                Err(ClientError::Refused { status: 401 | 403, .. }) => Ok(false),
                other => Ok(other?),
            }
        })
    }

    fn settle<'a>(
        &'a self,
        task: &'a Task,
        lease: &'a Lease,
        error: &'a TaskError,
    ) -> BoxFuture<'a, Result<Option<Verdict>, SourceError>> {
        Box::pin(async move {
            tracing::warn!(task = %task.id, attempt = task.attempt, %error, "task failed");
            let tell = persist("telling of a failure", || self.0.client.fail(lease, error));
            match timeout(TELL_LIMIT, tell).await? {
                Ok(()) if error.retry == Retry::Never => Ok(Some(Verdict::GaveUp)),
                Ok(()) => Ok(Some(Verdict::Retried)),
                Err(refused) if refused.is("lease_lost") => Ok(None),
                Err(other) => Err(other.into()),
            }
        })
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<bool, SourceError>> {
        Box::pin(async move {
            match self.0.client.release(lease).await {
                Ok(()) => Ok(true),
                Err(refused) if refused.is("lease_lost") => Ok(false),
                Err(other) => Err(other.into()),
            }
        })
    }
}
