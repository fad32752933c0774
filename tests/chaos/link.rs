//! A way from a worker to its server that can be cut, and made to stall.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What a link does with bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Open = 0,
    /// Connections break, and none is made.
    Cut = 1,
    /// Nothing comes through, and nothing breaks.
    Stalled = 2,
}

/// See the module.
pub struct Link {
    pub url: String,
    state: Arc<AtomicU8>,
}

impl Link {
    /// A link to this address.
    pub fn before(url: &str) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = format!("http://{}", socket.local_addr().unwrap());
        let state = Arc::new(AtomicU8::new(State::Open as u8));
        let (to, shared) = (url.trim_start_matches("http://").to_owned(), Arc::clone(&state));
        std::thread::spawn(move || {
            for client in socket.incoming().map_while(Result::ok) {
                if is(&shared, State::Cut) {
                    continue; // dropped
                }
                let Ok(server) = TcpStream::connect(&to) else { continue };
                relay(client.try_clone().unwrap(), server.try_clone().unwrap(), Arc::clone(&shared));
                relay(server, client, Arc::clone(&shared));
            }
        });
        Self { url: own, state }
    }

    pub fn set(&self, state: State) {
        self.state.store(state as u8, Ordering::Relaxed);
    }
}

fn is(state: &AtomicU8, wanted: State) -> bool {
    state.load(Ordering::Relaxed) == wanted as u8
}

fn relay(mut from: TcpStream, mut to: TcpStream, state: Arc<AtomicU8>) {
    std::thread::spawn(move || {
        from.set_read_timeout(Some(LOOK_EVERY)).unwrap();
        let mut piece = vec![0; 16 << 10];
        while !is(&state, State::Cut) {
            let count = match from.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                    continue;
                }
                Err(_) => break,
            };
            while is(&state, State::Stalled) {
                std::thread::sleep(LOOK_EVERY);
            }
            if is(&state, State::Cut) || to.write_all(&piece[..count]).is_err() {
                break;
            }
        }
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    });
}
