//! Secrets that must be read again, such as those of second factors: encrypted before they go into the database
//! (AES-256-GCM, RFC 5116), so that a copy of it alone is good for nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::error::Unspecified;

use super::{Secret, random};

/// Encrypts and decrypts.
pub struct Seal([u8; 32]);

impl Seal {
    /// With a key of its own from the server's secret.
    pub fn new(secret: &Secret, purpose: &str) -> Self {
        Self(secret.derive(purpose))
    }

    /// Encrypts. `owner` says whose it is: put into another one's row it does not open.
    pub fn close(&self, plain: &[u8], owner: &str) -> Result<String, Unspecified> {
        let nonce: [u8; NONCE_LEN] = random()?;
        let mut sealed = plain.to_vec();
        let aad = Aad::from(owner.as_bytes());
        self.key()?.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed)?;
        Ok(STANDARD_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// Decrypts what [`Seal::close`] made for this owner. Fails for anything else, also with another server's secret.
    pub fn open(&self, text: &str, owner: &str) -> Result<Vec<u8>, Unspecified> {
        let bytes = STANDARD_NO_PAD.decode(text).map_err(|_| Unspecified)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN).ok_or(Unspecified)?;
        let mut sealed = sealed.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(nonce)?;
        self.key()?.open_in_place(nonce, Aad::from(owner.as_bytes()), &mut sealed).map(|plain| plain.to_vec())
    }

    fn key(&self) -> Result<LessSafeKey, Unspecified> {
        UnboundKey::new(&AES_256_GCM, &self.0).map(LessSafeKey::new)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn seal(n: u8) -> Seal {
        Seal::new(&Secret::from_bytes(&[n; 32]), "tests")
    }

    #[test]
    fn only_its_owner_on_its_server_opens_it() {
        let closed = seal(1).close(b"a secret", "anna").unwrap();
        assert_ne!(closed, seal(1).close(b"a secret", "anna").unwrap(), "never the same twice");
        assert_eq!(seal(1).open(&closed, "anna").unwrap(), b"a secret");
        assert!(seal(1).open(&closed, "bert").is_err());
        assert!(seal(2).open(&closed, "anna").is_err());
        let mut forged = STANDARD_NO_PAD.decode(&closed).unwrap();
        *forged.last_mut().unwrap() ^= 1;
        for bad in [STANDARD_NO_PAD.encode(forged), String::new(), "AAAA".to_owned(), "?".to_owned()] {
            assert!(seal(1).open(&bad, "anna").is_err(), "{bad}");
        }
    }
}
