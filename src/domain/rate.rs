//! How often somebody may ask.

use std::time::Duration;

/// So many requests in a time. All of them may come at once; then they come back evenly, one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    /// Requests; at least 1.
    pub count: u32,
    /// In this time.
    pub window: Duration,
}

impl Rate {
    /// The time until there is one more.
    pub fn interval(self) -> Duration {
        self.window / self.count.max(1)
    }
}

/// What is left of a rate for somebody, after a request was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// The whole.
    pub rate: Rate,
    /// Requests that may come at once now.
    pub remaining: u32,
    /// The request was one too many: come again after this.
    pub wait: Option<Duration>,
}

impl Quota {
    /// The time until all of it is there again, about.
    pub fn reset(self) -> Duration {
        self.rate.interval() * self.rate.count.saturating_sub(self.remaining)
    }
}
