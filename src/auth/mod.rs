//! Who is calling: passwords, second factors, tokens, API keys, limits on guessing, and where a request came from.
//! Pure: what is known about accounts is the application's, what a request carries is the edge's.

pub mod address;
pub mod api_key;
pub mod media_link;
pub mod passkey;
pub mod password;
pub mod rate_limit;
pub mod seal;
pub mod secret;
pub mod throttle;
pub mod token;
pub mod totp;

use std::net::IpAddr;

use crate::domain::account::Role;
use crate::domain::audit::{Actor, ActorKind};
use crate::domain::id::{SessionId, UserId};

pub use secret::Secret;

/// Somebody known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account.
    pub user_id: UserId,
    /// Its name.
    pub username: String,
    /// The name that is shown.
    pub display_name: String,
    /// What the caller may do; with an API key that may be less than the account may.
    pub role: Role,
    /// The session; none for an API key, and for whom a proxy names.
    pub session: Option<SessionId>,
    /// Prefix of the API key; none for others.
    pub key: Option<String>,
    /// By which way they came.
    pub way: ActorKind,
}

impl Caller {
    /// For the audit log.
    pub fn actor(&self, address: Option<IpAddr>) -> Actor {
        Actor { id: Some(self.user_id), name: self.username.clone(), kind: self.way, address }
    }
}

/// Bytes that nobody can guess.
fn random<const N: usize>() -> Result<[u8; N], ring::error::Unspecified> {
    let mut bytes = [0; N];
    ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes)?;
    Ok(bytes)
}

/// 256 random bits as text.
pub fn random_text() -> Result<String, ring::error::Unspecified> {
    random::<32>().map(|bytes| hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
