//! A network that breaks connections: a relay that lets so much through and then hangs up, in the middle of whatever it is.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that a connection lets through in either direction, one after the other.
const BREAKS_AFTER: [usize; 3] = [300_000, 2_000_000, 15_000];

/// See the module.
pub struct Flaky {
    pub url: String,
    connections: Arc<AtomicUsize>,
}

impl Flaky {
    /// A way to this address that cannot be relied on.
    pub fn before(url: &str) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = format!("http://{}", socket.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let (count, to) = (Arc::clone(&connections), url.trim_start_matches("http://").to_owned());
        std::thread::spawn(move || {
            for client in socket.incoming().map_while(Result::ok) {
                let most = BREAKS_AFTER[count.fetch_add(1, Ordering::Relaxed) % BREAKS_AFTER.len()];
                let Ok(server) = TcpStream::connect(&to) else { continue };
                relay(client.try_clone().unwrap(), server.try_clone().unwrap(), most);
                relay(server, client, most);
            }
        });
        Self { url: own, connections }
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

fn relay(mut from: TcpStream, mut to: TcpStream, most: usize) {
    std::thread::spawn(move || {
        let (mut passed, mut piece) = (0, vec![0; 16 << 10]);
        while let Ok(count @ 1..) = from.read(&mut piece) {
            passed += count;
            if passed > most || to.write_all(&piece[..count]).is_err() {
                break;
            }
        }
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    });
}
