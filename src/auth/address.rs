//! Where a request came from. `X-Forwarded-For` is believed as far as trusted proxies wrote it: it is read from its end,
//! and the first address that is no trusted proxy's is the client's.

use std::net::IpAddr;

use ipnet::IpNet;

/// True for the address of a proxy that we trust.
pub fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    let address = address.to_canonical();
    trusted.iter().any(|network| network.contains(&address))
}

/// The client's address. `forwarded_for` holds the headers' values in the order they came.
pub fn client<'a>(peer: IpAddr, forwarded_for: impl DoubleEndedIterator<Item = &'a str>, trusted: &[IpNet]) -> IpAddr {
    let mut client = peer.to_canonical();
    let hops = forwarded_for.rev().flat_map(|line| line.rsplit(','));
    for hop in hops {
        if !is_trusted(client, trusted) {
            break;
        }
        let Some(address) = parse(hop.trim()) else { break };
        client = address;
    }
    client
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`.
fn parse(hop: &str) -> Option<IpAddr> {
    let address = hop.parse().or_else(|_| hop.parse().map(|at: std::net::SocketAddr| at.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn the_last_hop_that_is_no_proxy_of_ours() {
        let check = |peer: &str, headers: &[&str], expected: &str| {
            let trusted: Vec<IpNet> = ["127.0.0.0/8", "10.0.0.0/8", "2001:db8::/32"].map(|n| n.parse().unwrap()).into();
            let found = client(peer.parse().unwrap(), headers.iter().copied(), &trusted);
            assert_eq!(found, expected.parse::<IpAddr>().unwrap(), "{peer} {headers:?}");
        };
        check("192.0.2.1", &[], "192.0.2.1");
        check("192.0.2.1", &["198.51.100.7"], "192.0.2.1");
        check("127.0.0.1", &["198.51.100.7"], "198.51.100.7");
        check("127.0.0.1", &["203.0.113.9, 198.51.100.7"], "198.51.100.7");
        check("127.0.0.1", &["203.0.113.9, 198.51.100.7, 10.1.1.1"], "198.51.100.7");
        check("127.0.0.1", &["203.0.113.9", "198.51.100.7", "10.1.1.1"], "198.51.100.7");
        check("127.0.0.1", &["198.51.100.7:5000, [2001:db8::1]:80"], "198.51.100.7");
        check("127.0.0.1", &["nonsense"], "127.0.0.1");
        check("127.0.0.1", &["nonsense, 10.0.0.2"], "10.0.0.2");
        check("::ffff:127.0.0.1", &["::ffff:198.51.100.7"], "198.51.100.7");
        check("127.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3");
    }
}
