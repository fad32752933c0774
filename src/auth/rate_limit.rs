//! Counts requests in memory, by class and by who asks. What is remembered is bounded: when more come than fit, those
//! seen least are forgotten.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota as Allowance, RateLimiter};

use crate::cache::Cache;
use crate::domain::id::UserId;
use crate::domain::rate::{Quota, Rate};

/// Callers remembered.
const MOST: u64 = 50_000;
/// The longest window: after this everything is there again.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asker {
    /// Whoever is there; of IPv6 a whole /64 is one.
    Address(IpAddr),
    /// Somebody who is logged in, or their API key.
    Account(UserId),
}

impl Asker {
    /// Somebody at this address.
    pub fn at(address: IpAddr) -> Self {
        Self::Address(network(address))
    }
}

impl std::fmt::Display for Asker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Address(address) => write!(f, "address:{address}"),
            Self::Account(id) => write!(f, "account:{id}"),
        }
    }
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>;

struct Bucket {
    rate: Rate,
    limiter: Limiter,
}

/// What was counted.
pub struct RateLimits {
    buckets: Cache<(&'static str, Asker), Arc<Bucket>>,
    /// Who is not even looked at, until when.
    closed: Cache<Asker, Instant>,
    clock: DefaultClock,
}

impl Default for RateLimits {
    fn default() -> Self {
        let buckets = Cache::since_used(MOST, LONGEST);
        let closed = Cache::since_written(MOST, LONGEST);
        Self { buckets, closed, clock: DefaultClock::default() }
    }
}

impl RateLimits {
    /// Counts a request of this class. A rate that is another than before begins anew.
    pub fn count(&self, class: &'static str, asker: Asker, rate: Rate) -> Quota {
        let key = (class, asker);
        let known = self.buckets.get(&key).filter(|bucket| bucket.rate == rate);
        let bucket = known.unwrap_or_else(|| {
            let bucket = Arc::new(Bucket { rate, limiter: limiter(rate) });
            self.buckets.insert(key, bucket.clone());
            bucket
        });
        match bucket.limiter.check() {
            Ok(state) => Quota { rate, remaining: state.remaining_burst_capacity(), wait: None },
            Err(until) => Quota { rate, remaining: 0, wait: Some(until.wait_time_from(self.clock.now())) },
        }
    }

    /// Closes the door to somebody for so long.
    pub fn close(&self, asker: Asker, wait: Duration) {
        self.closed.insert(asker, Instant::now() + wait.min(LONGEST));
    }

    /// How long it stays closed to them; none: it is open.
    pub fn closed(&self, asker: Asker) -> Option<Duration> {
        let left = self.closed.get(&asker)?.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// Callers remembered, about.
    pub fn len(&self) -> u64 {
        self.buckets.weight()
    }

    /// True when nobody is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn limiter(rate: Rate) -> Limiter {
    let count = NonZeroU32::new(rate.count).unwrap_or(NonZeroU32::MIN);
    let allowance = Allowance::with_period(rate.interval()).unwrap_or(Allowance::per_second(count));
    RateLimiter::direct(allowance.allow_burst(count)).with_middleware()
}

/// One customer has a whole /64 of IPv6.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { count: 3, window: Duration::from_secs(60) };

    #[test]
    fn each_asker_and_each_class_has_its_own() {
        let limits = RateLimits::default();
        let [one, other] = [1, 2].map(|n| Asker::at(IpAddr::from([10, 0, 0, n])));
        let left: Vec<u32> = (0..3).map(|_| limits.count("a", one, RATE).remaining).collect();
        assert_eq!(left, [2, 1, 0]);
        let refused = limits.count("a", one, RATE);
        assert!(refused.wait.is_some_and(|wait| wait > Duration::from_secs(15) && wait <= RATE.interval()));
        assert_eq!((refused.remaining, refused.reset()), (0, RATE.window));
        assert_eq!(limits.count("a", other, RATE).wait, None);
        assert_eq!(limits.count("b", one, RATE).wait, None);
        assert_eq!(limits.count("a", Asker::Account(UserId::new()), RATE).wait, None);
        let wider = Rate { count: 9, ..RATE };
        assert_eq!(limits.count("a", one, wider).remaining, 8, "a rate that changed begins anew");
    }

    #[test]
    fn one_network_is_one_and_memory_is_bounded() {
        let limits = RateLimits::default();
        let at = |n: u32, host: u16| {
            let [high, low] = [(n >> 16) as u16, n as u16];
            Asker::at(IpAddr::from([0x2001, 0xdb8, high, low, 0, 0, 0, host]))
        };
        for host in 0..3 {
            limits.count("a", at(0, host), RATE);
        }
        assert!(limits.count("a", at(0, 9), RATE).wait.is_some());
        for n in 0..2 * MOST as u32 {
            limits.count("a", at(n, 1), RATE);
        }
        assert!(limits.len() <= MOST);
    }
}
