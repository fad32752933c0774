//! A flag that many can wait for and that is raised once: "stop what you are doing".

use tokio::sync::watch;

/// Cheap to clone; all clones share the flag.
#[derive(Debug, Clone)]
pub struct Cancel {
    flag: watch::Sender<bool>,
}

impl Default for Cancel {
    fn default() -> Self {
        Self::new()
    }
}

impl Cancel {
    /// A flag that is not raised.
    pub fn new() -> Self {
        Self { flag: watch::Sender::new(false) }
    }

    /// Raises the flag, for good.
    pub fn cancel(&self) {
        self.flag.send_replace(true);
    }

    /// True once it was raised.
    pub fn is_cancelled(&self) -> bool {
        *self.flag.borrow()
    }

    /// Waits until it is raised.
    pub async fn cancelled(&self) {
        // the only error is that every sender is gone, and one of them is borrowed here
        let _ = self.flag.subscribe().wait_for(|raised| *raised).await;
    }
}
