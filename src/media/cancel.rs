//! A switch that one side turns and many sides wait for.

use std::sync::Arc;

use tokio::sync::watch;

/// Cloned freely; once cancelled, always cancelled.
#[derive(Debug, Clone)]
pub struct Cancel(Arc<watch::Sender<bool>>);

impl Default for Cancel {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Cancel {
    /// Turns the switch.
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }

    /// True once the switch was turned.
    pub fn is_cancelled(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when the switch is turned.
    pub async fn cancelled(&self) {
        let mut receiver = self.0.subscribe();
        // the sender lives as long as `self`, so waiting can only end by the value
        let _ = receiver.wait_for(|cancelled| *cancelled).await;
    }
}
