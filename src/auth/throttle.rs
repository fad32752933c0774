//! Limits on guessing passwords: by account, wherever the guesses come from, and by address, whomever they are about.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

/// For one account: tries at once, and the time until there is one more.
const ACCOUNT: (u32, Duration) = (10, Duration::from_secs(15));
/// For one address.
const ADDRESS: (u32, Duration) = (30, Duration::from_secs(6));
/// What is remembered before what is forgiven is forgotten.
const MOST_KEYS: usize = 10_000;

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
    /// Counts a try; refused with the time to wait.
    pub fn check(&self, account: &str, address: Option<IpAddr>) -> Result<(), Duration> {
        let wait = |until: governor::NotUntil<_>| until.wait_time_from(self.clock.now());
        if let Some(address) = address {
            self.addresses.check_key(&network(address)).map_err(wait)?;
        }
        if self.accounts.len() + self.addresses.len() > MOST_KEYS {
            self.accounts.retain_recent();
            self.addresses.retain_recent();
        }
        self.accounts.check_key(&account.to_owned()).map_err(wait)
    }
}

fn quota((at_once, each): (u32, Duration)) -> Quota {
    let at_once = NonZeroU32::new(at_once).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(each).unwrap_or(Quota::per_minute(at_once)).allow_burst(at_once)
}

/// One customer has a whole /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
        v4 => v4,
    }
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
        let wait = throttle.check("anna", Some(IpAddr::from([10, 0, 1, 1]))).unwrap_err();
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
