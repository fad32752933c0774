//! How many pages follow events at once: nobody's may take those of the others. Each listener has its own, and where anybody
//! may come, each address has a share.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Streams of one listener.
const MAX_STREAMS: usize = 500;
/// Of them, those of one address on the public listener.
const MAX_OF_ADDRESS: usize = 20;

/// Who follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Follower {
    /// On the admin listener.
    Admin,
    /// On the public listener, from there.
    Public(IpAddr),
}

impl Follower {
    /// Whoever has one address of IPv6 has a whole network of them.
    fn of_network(self) -> Self {
        match self {
            Self::Public(IpAddr::V6(address)) => {
                Self::Public(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into())
            }
            other => other,
        }
    }
}

/// Those that are open.
#[derive(Debug, Clone, Default)]
pub struct Streams(Arc<Mutex<HashMap<Follower, usize>>>);

impl Streams {
    /// Counts one more until the seat goes; none where there are enough.
    pub fn take(&self, follower: Follower) -> Option<Seat> {
        let follower = follower.of_network();
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let listener = |other: &Follower| (*other == Follower::Admin) == (follower == Follower::Admin);
        let all: usize = open.iter().filter(|(other, _)| listener(other)).map(|(_, count)| count).sum();
        let own = open.get(&follower).copied().unwrap_or_default();
        if all >= MAX_STREAMS || (follower != Follower::Admin && own >= MAX_OF_ADDRESS) {
            return None;
        }
        open.insert(follower, own + 1);
        Some(Seat { streams: self.clone(), follower })
    }
}

/// An open stream.
#[derive(Debug)]
pub struct Seat {
    streams: Streams,
    follower: Follower,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.follower) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.follower);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_leaves_room_and_the_public_leaves_the_admins_theirs() {
        let streams = Streams::default();
        let from = |network: u32, host: u32| {
            let bits = u128::from(network) << 64 | u128::from(host);
            Follower::Public(Ipv6Addr::from_bits(bits).into())
        };
        let mut first: Vec<_> = (0..20).filter_map(|host| streams.take(from(1, host))).collect();
        assert_eq!(first.len(), 20);
        assert!(streams.take(from(1, 99)).is_none(), "another address of the same network");
        let others: Vec<_> = (0..480).filter_map(|n| streams.take(from(2 + n / 20, n))).collect();
        assert_eq!(others.len(), 480);
        assert!(streams.take(from(99, 1)).is_none(), "the listener is full");
        assert!(streams.take(Follower::Admin).is_some());
        first.pop();
        assert!(streams.take(from(99, 1)).is_some());
    }
}
