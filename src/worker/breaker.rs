//! A circuit breaker: after some failures in a row the server is left alone for a while, then one request tries.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// See the module.
#[derive(Debug)]
pub struct Breaker {
    failures: u32,
    rest: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    /// Requests go through; so many failed one after the other.
    Closed(u32),
    /// None goes through until then.
    Open(Instant),
    /// One is on its way, since then; the others wait for what becomes of it.
    HalfOpen(Instant),
}

impl Breaker {
    /// Opens after so many failures in a row, for so long.
    pub fn new(failures: u32, rest: Duration) -> Self {
        Self { failures: failures.max(1), rest, state: Mutex::new(State::Closed(0)) }
    }

    /// Whether a request may go.
    pub fn may_pass(&self, now: Instant) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match *state {
            State::Closed(_) => true,
            // one whose end nobody told is given up
            State::Open(until) if now < until => false,
            State::HalfOpen(since) if now < since + self.rest => false,
            State::Open(_) | State::HalfOpen(_) => {
                *state = State::HalfOpen(now);
                true
            }
        }
    }

    /// The server answered.
    pub fn succeeded(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(*state, State::Closed(_)) {
            tracing::info!("the server answers again");
        }
        *state = State::Closed(0);
    }

    /// It did not.
    pub fn failed(&self, now: Instant) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = match *state {
            State::Closed(count) if count + 1 < self.failures => State::Closed(count + 1),
            State::Closed(_) => {
                tracing::warn!(rest = ?self.rest, "the server failed {} times in a row; it is left alone for a while", self.failures);
                State::Open(now + self.rest)
            }
            State::HalfOpen(_) => State::Open(now + self.rest),
            State::Open(until) => State::Open(until),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_rests_and_tries_again() {
        let (rest, now) = (Duration::from_secs(10), Instant::now());
        let breaker = Breaker::new(3, rest);
        breaker.failed(now);
        breaker.failed(now);
        breaker.succeeded();
        breaker.failed(now);
        breaker.failed(now);
        assert!(breaker.may_pass(now), "three in a row are needed");
        breaker.failed(now);
        assert!(!breaker.may_pass(now) && !breaker.may_pass(now + rest / 2));
        assert!(breaker.may_pass(now + rest), "one tries");
        assert!(!breaker.may_pass(now + rest), "and only one");
        breaker.failed(now + rest);
        assert!(!breaker.may_pass(now + rest + rest / 2), "it failed: another rest");
        assert!(breaker.may_pass(now + rest * 2));
        breaker.succeeded();
        assert!(breaker.may_pass(now + rest * 2) && breaker.may_pass(now + rest * 2));
    }

    #[test]
    fn a_try_that_never_ends_is_followed_by_another() {
        let (rest, now) = (Duration::from_secs(10), Instant::now());
        let breaker = Breaker::new(1, rest);
        breaker.failed(now);
        assert!(breaker.may_pass(now + rest) && !breaker.may_pass(now + rest));
        assert!(breaker.may_pass(now + rest * 2));
    }
}
