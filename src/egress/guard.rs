//! Which addresses may be connected to. Whoever may type in an address must not reach what only this server can: itself,
//! its network, the metadata of a cloud. So only public addresses are let through, and networks that an admin allows.
//!
//! What a name leads to may change between two looks. [`Guard`] is therefore the resolver of the client itself: what it
//! lets through is what is connected to, and nobody looks the name up a second time.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Who saves an address does not wait longer.
const LOOKUP_LIMIT: Duration = Duration::from_secs(5);

/// What a look-up comes to.
pub(super) type Looked<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Looks names up.
pub(super) trait Lookup: Send + Sync {
    /// All addresses of a name.
    fn lookup<'a>(&'a self, name: &'a str) -> Looked<'a>;
}

/// As this machine does it.
struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup<'a>(&'a self, name: &'a str) -> Looked<'a> {
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|found| found.ip()).collect()) })
    }
}

/// An address that may not be connected to.
#[derive(Debug, Clone, thiserror::Error)]
#[error(
    "{host} is an address in a private or special network ({address}). If it is yours, add the network to webhooks.allow_networks."
)]
pub(super) struct Forbidden {
    host: String,
    address: IpAddr,
}

/// See the module. Cheap to clone.
#[derive(Clone)]
pub(super) struct Guard {
    lookup: Arc<dyn Lookup>,
    allowed: Arc<RwLock<Vec<IpNet>>>,
}

impl Default for Guard {
    fn default() -> Self {
        Self::new(Arc::new(SystemLookup))
    }
}

impl Guard {
    /// Lets public addresses through.
    pub(super) fn new(lookup: Arc<dyn Lookup>) -> Self {
        Self { lookup, allowed: Arc::default() }
    }

    /// From now on also lets these through.
    pub(super) fn allow(&self, networks: &[IpNet]) {
        networks.clone_into(&mut self.allowed.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Checks an address that is written in numbers; of a name nothing is known yet.
    pub(super) fn check_literal(&self, url: &Url) -> Result<(), Forbidden> {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::from(address),
            Some(Host::Ipv6(address)) => IpAddr::from(address),
            _ => return Ok(()),
        };
        self.filter(&address.to_string(), vec![address]).map(|_| ())
    }

    /// Also looks a name up. One that leads nowhere now may lead somewhere later.
    pub(super) async fn check(&self, url: &Url) -> Result<(), Forbidden> {
        self.check_literal(url)?;
        let Some(Host::Domain(name)) = url.host() else { return Ok(()) };
        match tokio::time::timeout(LOOKUP_LIMIT, self.lookup.lookup(name)).await {
            Ok(Ok(found)) => self.filter(name, found).map(|_| ()),
            Ok(Err(_)) | Err(_) => Ok(()),
        }
    }

    /// Those that may be connected to; an error when there are others only.
    fn filter(&self, host: &str, found: Vec<IpAddr>) -> Result<Vec<IpAddr>, Forbidden> {
        let allowed = self.allowed.read().unwrap_or_else(PoisonError::into_inner);
        let may = |address: &IpAddr| {
            let meant = address.to_canonical();
            is_public(meant) || allowed.iter().any(|network| network.contains(&meant))
        };
        let (good, bad): (Vec<_>, Vec<_>) = found.into_iter().partition(may);
        match bad.first() {
            Some(address) if good.is_empty() => Err(Forbidden { host: host.to_owned(), address: *address }),
            _ => Ok(good),
        }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found = guard.lookup.lookup(name.as_str()).await?;
            let good = guard.filter(name.as_str(), found)?;
            Ok(Box::new(good.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

/// True for an address that means the same machine from everywhere (the special ones are those of the IANA's registries).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    const SPECIAL: [([u8; 4], u8); 15] = [
        ([0, 0, 0, 0], 8),
        ([10, 0, 0, 0], 8),
        ([100, 64, 0, 0], 10),
        ([127, 0, 0, 0], 8),
        ([169, 254, 0, 0], 16),
        ([172, 16, 0, 0], 12),
        ([192, 0, 0, 0], 24),
        ([192, 0, 2, 0], 24),
        ([192, 88, 99, 0], 24),
        ([192, 168, 0, 0], 16),
        ([198, 18, 0, 0], 15),
        ([198, 51, 100, 0], 24),
        ([203, 0, 113, 0], 24),
        ([224, 0, 0, 0], 4),
        ([240, 0, 0, 0], 4),
    ];
    !SPECIAL.iter().any(|(network, bits)| Ipv4Net::new_assert((*network).into(), *bits).contains(&address))
}

/// Of what is given out to networks (2000::/3), all but what is not for machines, or stands for an address of the other kind.
fn is_public_v6(address: Ipv6Addr) -> bool {
    const GIVEN_OUT: Ipv6Net = net(0x2000, 0, 3);
    const SPECIAL: [Ipv6Net; 4] = [net(0x2001, 0, 23), net(0x2001, 0xdb8, 32), net(0x2002, 0, 16), net(0x3fff, 0, 20)];
    /// An address of the old kind, through a translator (RFC 6052).
    const TRANSLATED: Ipv6Net = net(0x64, 0xff9b, 96);
    if TRANSLATED.contains(&address) {
        let [.., a, b, c, d] = address.octets();
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    GIVEN_OUT.contains(&address) && !SPECIAL.iter().any(|network| network.contains(&address))
}

const fn net(first: u16, second: u16, bits: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0), bits)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    struct Fixed(Vec<IpAddr>);

    impl Lookup for Fixed {
        fn lookup<'a>(&'a self, _: &'a str) -> Looked<'a> {
            Box::pin(async { Ok(self.0.clone()) })
        }
    }

    fn guard(found: &[&str]) -> Guard {
        Guard::new(Arc::new(Fixed(found.iter().map(|text| text.parse().unwrap()).collect())))
    }

    #[test]
    fn what_is_not_public_is_refused_however_it_is_written() {
        let guard = guard(&[]);
        for bad in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://0.0.0.0/",
            "http://10.1.2.3/",
            "http://100.64.0.1/",
            "http://100.127.255.255/",
            "http://169.254.169.254/latest",
            "http://172.16.0.1/",
            "http://172.31.255.255/",
            "http://192.168.1.1/",
            "http://192.0.0.8/",
            "http://198.18.0.1/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:a00:1]/",
            "http://[::127.0.0.1]/",
            "http://[fe80::1]/",
            "http://[fc00::1]/",
            "http://[fd12:3456::1]/",
            "http://[fec0::1]/",
            "http://[ff02::1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[64:ff9b::a9fe:a9fe]/",
            "http://[2002:7f00:1::]/",
            "http://[2001:db8::1]/",
            "http://[2001::1]/",
            "http://[100::1]/",
        ] {
            assert!(guard.check_literal(&bad.parse().unwrap()).is_err(), "{bad}");
        }
        for good in [
            "http://1.1.1.1/",
            "http://100.63.0.1/",
            "http://100.128.0.1/",
            "http://172.32.0.1/",
            "http://192.169.0.1/",
            "http://[2606:4700:4700::1111]/",
            "http://[64:ff9b::101:101]/",
            "http://[::ffff:1.1.1.1]/",
        ] {
            assert!(guard.check_literal(&good.parse().unwrap()).is_ok(), "{good}");
        }
    }

    #[tokio::test]
    async fn names_are_good_for_the_addresses_that_are() {
        let url = "http://receiver.example/".parse().unwrap();
        let both = guard(&["192.168.1.5", "1.1.1.1"]);
        assert!(both.check(&url).await.is_ok());
        let resolved: Vec<_> = both.resolve("receiver.example".parse().unwrap()).await.unwrap().collect();
        assert_eq!(resolved, ["1.1.1.1:0".parse().unwrap()], "the other one is never connected to");
        let home = guard(&["::ffff:192.168.1.5"]);
        assert!(home.check(&url).await.is_err());
        assert!(home.resolve("receiver.example".parse().unwrap()).await.is_err());
        home.allow(&["192.168.1.0/24".parse().unwrap()]);
        assert!(home.check(&url).await.is_ok() && home.resolve("receiver.example".parse().unwrap()).await.is_ok());
        home.allow(&[]);
        assert!(home.check(&url).await.is_err(), "and it can be taken back");
    }
}
