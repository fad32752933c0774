//! Passwords: Argon2id (RFC 9106), hashed on blocking threads, few at a time, because each takes memory and a core.

use std::time::Duration;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::random;

/// Memory of one hash, KiB. With [`PASSES`] the least that OWASP's password storage cheat sheet asks for.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Hashes at once.
const AT_ONCE: usize = 2;
/// Whoever waits longer for their turn is sent away.
const WAIT: Duration = Duration::from_secs(10);
/// What passwords of accounts that do not exist are compared with, so that they take as long as others.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many wait.
    #[error("too many passwords are being checked")]
    Busy,
    /// A stored hash that is none, or a fault of the library.
    #[error("hashing a password: {0}")]
    Hash(argon2::password_hash::Error),
    /// The work was cut off, or the system gives no random numbers.
    #[error("hashing a password was cut off")]
    Stopped,
}

/// Hashes passwords.
#[derive(Debug)]
pub struct Passwords {
    turns: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Semaphore::new(AT_ONCE) }
    }
}

impl Passwords {
    /// The hash of a password, in the PHC form, with a salt of its own.
    pub async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        let _turn = self.turn().await?;
        let password = password.to_owned();
        let work = tokio::task::spawn_blocking(move || {
            let salt: [u8; 16] = random().map_err(|_| PasswordError::Stopped)?;
            let salt = SaltString::encode_b64(&salt).map_err(PasswordError::Hash)?;
            let hash = argon2()?.hash_password(password.as_bytes(), &salt).map_err(PasswordError::Hash)?;
            Ok(hash.to_string())
        });
        work.await.map_err(|_| PasswordError::Stopped)?
    }

    /// True when `hash` is of this password. Without a hash it is false, and takes as long.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, PasswordError> {
        let _turn = self.turn().await?;
        let (password, known, hash) = (password.to_owned(), hash.is_some(), hash.unwrap_or(NOBODY).to_owned());
        let work = tokio::task::spawn_blocking(move || {
            let hash = PasswordHash::new(&hash).map_err(PasswordError::Hash)?;
            match argon2()?.verify_password(password.as_bytes(), &hash) {
                Ok(()) => Ok(known),
                Err(argon2::password_hash::Error::Password) => Ok(false),
                Err(error) => Err(PasswordError::Hash(error)),
            }
        });
        work.await.map_err(|_| PasswordError::Stopped)?
    }

    async fn turn(&self) -> Result<SemaphorePermit<'_>, PasswordError> {
        let turn = tokio::time::timeout(WAIT, self.turns.acquire()).await.map_err(|_| PasswordError::Busy)?;
        turn.map_err(|_| PasswordError::Stopped)
    }
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| PasswordError::Hash(error.into()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_same_password_fits() {
        let passwords = Passwords::default();
        let (one, other) =
            (passwords.hash("correct horse").await.unwrap(), passwords.hash("correct horse").await.unwrap());
        assert_ne!(one, other, "each has a salt of its own");
        assert!(passwords.verify("correct horse", Some(&one)).await.unwrap());
        assert!(!passwords.verify("correct horse ", Some(&one)).await.unwrap());
        assert!(!passwords.verify("correct horse", None).await.unwrap());
        assert!(passwords.verify("x", Some("no hash")).await.is_err());
    }

    #[tokio::test]
    async fn nobody_costs_as_much_as_somebody() {
        let parameters = |hash: &str| hash.rsplitn(3, '$').nth(2).unwrap().to_owned();
        assert_eq!(parameters(&Passwords::default().hash("x").await.unwrap()), parameters(NOBODY));
    }
}
