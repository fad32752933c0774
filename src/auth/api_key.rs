//! API keys: `vlog_{prefix}_{secret}`. The prefix finds the row, the whole key is compared with its hash. A key has 256
//! random bits, so a fast hash keeps it as well as a slow one would.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::hmac;

use super::{Secret, hex, random};

const MARK: &str = "vlog";
const PREFIX_BYTES: usize = 6;
const SECRET_BYTES: usize = 32;

/// Hashes and compares API keys.
#[derive(Debug)]
pub struct ApiKeys(hmac::Key);

/// A key that was just made; this is the only time it is known.
pub struct NewKey {
    /// The whole key, for its owner.
    pub key: String,
    /// Finds it.
    pub prefix: String,
    /// For the database.
    pub hash: String,
}

impl ApiKeys {
    /// With the server's secret, so that a copy of the database alone is good for nothing.
    pub fn new(secret: &Secret) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &secret.derive("api keys")))
    }

    /// A new key.
    pub fn make(&self) -> Result<NewKey, ring::error::Unspecified> {
        let prefix = hex(&random::<PREFIX_BYTES>()?);
        let key = format!("{MARK}_{prefix}_{}", hex(&random::<SECRET_BYTES>()?));
        let hash = STANDARD_NO_PAD.encode(hmac::sign(&self.0, key.as_bytes()));
        Ok(NewKey { key, prefix, hash })
    }

    /// True when `hash` is of this key; takes as long for every key.
    pub fn verify(&self, key: &str, hash: &str) -> bool {
        STANDARD_NO_PAD.decode(hash).is_ok_and(|tag| hmac::verify(&self.0, key.as_bytes(), &tag).is_ok())
    }
}

/// The prefix of a text that has the form of a key.
pub fn prefix(key: &str) -> Option<&str> {
    let (prefix, secret) = key.strip_prefix(MARK)?.strip_prefix('_')?.split_once('_')?;
    let is_hex = |text: &str, bytes: usize| text.len() == 2 * bytes && text.bytes().all(|b| b.is_ascii_hexdigit());
    (is_hex(prefix, PREFIX_BYTES) && is_hex(secret, SECRET_BYTES)).then_some(prefix)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn keys_fit_their_own_hash_only() {
        let keys = ApiKeys::new(&Secret::from_bytes(&[1; 32]));
        let (one, other) = (keys.make().unwrap(), keys.make().unwrap());
        assert_eq!(prefix(&one.key), Some(one.prefix.as_str()));
        assert!(keys.verify(&one.key, &one.hash));
        assert!(!keys.verify(&other.key, &one.hash));
        assert!(!ApiKeys::new(&Secret::from_bytes(&[2; 32])).verify(&one.key, &one.hash));
        assert!(!keys.verify(&one.key, "") && !keys.verify(&one.key, "?"));
    }

    #[test]
    fn other_texts_are_no_keys() {
        let good = format!("vlog_{}_{}", "ab".repeat(6), "cd".repeat(32));
        assert!(prefix(&good).is_some());
        for bad in ["", "vlog_", "vlog__", "vlog_ab_cd", &good[1..], &good[..good.len() - 1], &good.replace('c', "é")]
        {
            assert_eq!(prefix(bad), None, "{bad}");
        }
    }
}
