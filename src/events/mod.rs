//! The in-process bus: what changed, for whoever listens (today the event streams of browsers).
//!
//! Nothing waits for a listener. One that falls behind is told so ([`Update::Lagged`]) and starts again from
//! the database, as does one that connects: subscribe first, then read the present state, then follow.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{broadcast, watch};

use crate::domain::id::{VideoId, WebhookId, WorkerId};
use crate::domain::progress::VideoProgress;
use crate::domain::video::Video;
use crate::domain::worker::{Deployment, LogLine};

/// Events kept for a listener that is busy; more and it has to start again.
const CAPACITY: usize = 256;

/// A video and how far it is, read at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The row.
    pub video: Arc<Video>,
    /// How far its job is.
    pub progress: Arc<VideoProgress>,
    /// Whether DASH is offered beside HLS.
    pub dash: bool,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A video was created, moved on or was changed by an admin.
    VideoChanged(Snapshot),
    /// A video is gone.
    VideoRemoved {
        /// Which one.
        video_id: VideoId,
    },
    /// A worker came, went, reported, took or ended a task, or an admin changed it.
    WorkerChanged {
        /// Which one.
        worker_id: WorkerId,
    },
    /// A worker sent lines of its log.
    WorkerLogged {
        /// Which one.
        worker_id: WorkerId,
        /// Its name.
        worker_name: String,
        /// Oldest first.
        lines: Arc<[LogLine]>,
    },
    /// A program was told to do something, or did it.
    DeploymentChanged(Arc<Deployment>),
    /// The server's own part in the work changed.
    ServerChanged,
    /// A pool was paused or goes on, or waits for something else than before.
    PoolsChanged,
    /// Webhooks were added, changed or removed, or messages to them written down.
    WebhooksChanged,
    /// A message to a webhook began its way, or ended it.
    DeliveryChanged {
        /// To whom.
        webhook_id: WebhookId,
        /// Which one.
        delivery_id: i64,
    },
}

/// What a subscriber gets.
#[derive(Debug, Clone)]
pub enum Update {
    /// One event, with its number on the bus.
    Event(u64, Event),
    /// Some events were missed: read the present state again.
    Lagged,
}

/// The bus. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Events {
    sender: broadcast::Sender<(u64, Event)>,
    sequence: Arc<AtomicU64>,
    closed: watch::Sender<bool>,
}

impl Events {
    /// A bus whose numbers go on from `now_ms`, so that they also grow over a restart.
    pub fn new(now_ms: i64) -> Self {
        Self {
            sender: broadcast::Sender::new(CAPACITY),
            sequence: Arc::new(AtomicU64::new(u64::try_from(now_ms).unwrap_or(0))),
            closed: watch::Sender::new(false),
        }
    }

    /// Tells everyone who listens.
    pub fn publish(&self, event: Event) {
        let number = self.sequence.fetch_add(1, Ordering::Relaxed) + 1;
        let _ = self.sender.send((number, event)); // an error means that nobody listens
    }

    /// Everything published from now on.
    pub fn subscribe(&self) -> Subscription {
        Subscription { receiver: self.sender.subscribe(), closed: self.closed.subscribe() }
    }

    /// The number of the latest event.
    pub fn latest(&self) -> u64 {
        self.sequence.load(Ordering::Relaxed)
    }

    /// Waits until the bus is closed.
    pub async fn closed(&self) {
        let _ = self.closed.subscribe().wait_for(|closed| *closed).await; // the sender is ours
    }

    /// Ends every subscription, present and future: the server stops.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }
}

/// One listener's place on the bus.
#[derive(Debug)]
pub struct Subscription {
    receiver: broadcast::Receiver<(u64, Event)>,
    closed: watch::Receiver<bool>,
}

impl Subscription {
    /// The next update; none once the bus is closed. Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Update> {
        tokio::select! {
            biased;
            _ = self.closed.wait_for(|closed| *closed) => None,
            received = self.receiver.recv() => match received {
                Ok((number, event)) => Some(Update::Event(number, event)),
                Err(broadcast::error::RecvError::Lagged(_)) => Some(Update::Lagged),
                Err(broadcast::error::RecvError::Closed) => None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn removed(id: i64) -> Event {
        Event::VideoRemoved { video_id: VideoId(id) }
    }

    #[tokio::test]
    async fn numbers_grow_and_a_slow_listener_is_told() {
        let events = Events::new(1000);
        let mut subscription = events.subscribe();
        events.publish(removed(1));
        assert!(matches!(subscription.next().await, Some(Update::Event(1001, _))));
        for id in 0..=CAPACITY as i64 {
            events.publish(removed(id));
        }
        assert!(matches!(subscription.next().await, Some(Update::Lagged)));
        assert!(matches!(subscription.next().await, Some(Update::Event(..))));
    }

    #[tokio::test]
    async fn closing_ends_present_and_future_subscriptions() {
        let events = Events::new(0);
        let mut before = events.subscribe();
        events.close();
        assert!(before.next().await.is_none());
        assert!(events.subscribe().next().await.is_none());
    }
}
