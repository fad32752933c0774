//! Stops asking what does not answer, so that nobody waits for it, and tries again now and then.

use std::fmt::Display;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Failures in a row that are enough.
const ENOUGH: u32 = 3;
/// How long it is left alone then.
const REST: Duration = Duration::from_secs(10);

/// Whether to ask.
#[derive(Debug, Default)]
pub struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// When to try again; none: it works, as far as is known.
    rests_until: Option<Instant>,
}

impl Breaker {
    /// True when it works, or may work again; of those who ask at that moment one tries.
    pub fn may_try(&self) -> bool {
        let mut state = self.lock();
        match state.rests_until {
            Some(until) if Instant::now() < until => false,
            Some(_) => {
                state.rests_until = Some(Instant::now() + REST);
                true
            }
            None => true,
        }
    }

    /// It answered.
    pub fn worked(&self) {
        let mut state = self.lock();
        if state.rests_until.is_some() {
            tracing::info!("Redis answers again");
        }
        *state = State::default();
    }

    /// It did not. Said once.
    pub fn failed(&self, error: &impl Display) {
        let mut state = self.lock();
        state.failures = state.failures.saturating_add(1);
        if state.failures == ENOUGH {
            tracing::warn!(%error, "Redis does not answer; everything goes on without it, and it is tried again");
        }
        if state.failures >= ENOUGH {
            state.rests_until = Some(Instant::now() + REST);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rests_after_some_failures_and_forgets_them() {
        let breaker = Breaker::default();
        breaker.failed(&"x");
        breaker.failed(&"x");
        breaker.worked();
        breaker.failed(&"x");
        breaker.failed(&"x");
        assert!(breaker.may_try(), "not in a row");
        breaker.failed(&"x");
        assert!(!breaker.may_try());
        breaker.lock().rests_until = Some(Instant::now());
        assert!(breaker.may_try(), "one tries");
        assert!(!breaker.may_try(), "and the others wait for what comes of it");
        breaker.worked();
        assert!(breaker.may_try() && breaker.may_try());
    }
}
