//! How often somebody may ask: counted together with other instances where there are any, else in memory.

use std::time::Duration;

use super::App;
use crate::domain::rate::{Quota, Rate};

pub use crate::auth::rate_limit::Asker;

/// Counts a request of this class.
pub async fn count(app: &App, class: &'static str, asker: Asker, rate: Rate) -> Quota {
    if let Some(shared) = app.shared()
        && let Some(quota) = shared.count(&format!("{class}:{asker}"), rate).await
    {
        return quota;
    }
    app.rate_limits().count(class, asker, rate)
}

/// Keys of workers that are none, of one address: as many at once, and then one every other second.
const WRONG_KEYS: Rate = Rate { count: 30, window: Duration::from_secs(60) };

/// Counts a key that is none, and closes the door for a while when there were too many.
pub async fn count_wrong_key(app: &App, asker: Asker) {
    if let Some(wait) = count(app, "worker_wrong_key", asker, WRONG_KEYS).await.wait {
        app.rate_limits().close(asker, wait);
    }
}
