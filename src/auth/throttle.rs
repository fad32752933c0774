//! Limits on guessing passwords: by account, wherever the guesses come from, and by address, whomever they are about.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

use super::rate_limit::network;
use crate::domain::rate::Rate;

/// For one account: tries at once, and the time until there is one more.
const ACCOUNT: (u32, Duration) = (10, Duration::from_secs(15));
/// For one address.
const ADDRESS: (u32, Duration) = (30, Duration::from_secs(6));
/// What is remembered before what is forgiven is forgotten.
const MOST_KEYS: usize = 10_000;

/// A limit that is used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// Which, such as `account:anna` or `address:203.0.113.7`.
    pub what: String,
    /// Until there is another try.
    pub wait: Duration,
}

/// Counts tries.
pub struct Throttle {
    accounts: DefaultKeyedRateLimiter<String>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Default for Throttle {
    fn default() -> Self {
        Self {
            accounts: DefaultKeyedRateLimiter::keyed(quota(ACCOUNT)),
            addresses: DefaultKeyedRateLimiter::keyed(quota(ADDRESS)),
            clock: DefaultClock::default(),
        }
    }
}

impl Throttle {
    /// Counts a try, unless a limit is used up.
    pub fn check(&self, account: &str, address: Option<IpAddr>) -> Result<(), Closed> {
        let wait = |until: governor::NotUntil<_>| until.wait_time_from(self.clock.now());
        if let Some(network) = address.map(network) {
            let closed = |until| Closed { what: format!("address:{network}"), wait: wait(until) };
            self.addresses.check_key(&network).map_err(closed)?;
        }
        if self.accounts.len() + self.addresses.len() > MOST_KEYS {
            self.accounts.retain_recent();
            self.addresses.retain_recent();
        }
        let closed = |until| Closed { what: format!("account:{account}"), wait: wait(until) };
        self.accounts.check_key(&account.to_owned()).map_err(closed)
    }
}

/// The same limits, for those who count together: what is counted, and how much.
pub fn shared(account: &str, address: Option<IpAddr>) -> Vec<(String, Rate)> {
    let rate = |(count, each): (u32, Duration)| Rate { count, window: each * count };
    let account = (format!("account:{account}"), rate(ACCOUNT));
    let address = address.map(|address| (format!("address:{}", network(address)), rate(ADDRESS)));
    address.into_iter().chain([account]).collect()
}

fn quota((at_once, each): (u32, Duration)) -> Quota {
    let at_once = NonZeroU32::new(at_once).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(each).unwrap_or(Quota::per_minute(at_once)).allow_burst(at_once)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_closed_after_some_tries_from_anywhere() {
        let throttle = Throttle::default();
        for n in 0..ACCOUNT.0 {
            throttle.check("anna", Some(IpAddr::from([10, 0, 0, n as u8]))).unwrap();
        }
        let Closed { what, wait } = throttle.check("anna", Some(IpAddr::from([10, 0, 1, 1]))).unwrap_err();
        assert_eq!(what, "account:anna");
        assert!(wait > Duration::from_secs(10) && wait <= ACCOUNT.1, "{wait:?}");
        throttle.check("bert", None).unwrap();
    }

    #[test]
    fn an_address_is_closed_whomever_it_asks_for() {
        let throttle = Throttle::default();
        let at = |n: u16| Some(IpAddr::from([0x2001, 0xdb8, 0, 0, n, 0, 0, 1]));
        for n in 0..ADDRESS.0 {
            throttle.check(&n.to_string(), at(n as u16)).unwrap();
        }
        assert!(throttle.check("x", at(999)).is_err(), "one /64 is one");
        throttle.check("x", Some(IpAddr::from([10, 0, 0, 1]))).unwrap();
    }
}
