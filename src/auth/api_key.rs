//! API keys, `vlog_{prefix}_{secret}`, and keys of workers, `vlogw_{prefix}_{secret}`. The prefix finds the row, the whole
//! key is compared with its hash. A key has 256 random bits, so a fast hash keeps it as well as a slow one would; those of
//! workers are stored under a slow one all the same, and the fast one is kept in memory.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::hmac;

use super::{Secret, hex, random};

const PREFIX_BYTES: usize = 6;
const SECRET_BYTES: usize = 32;

/// Hashes and compares keys of one kind.
#[derive(Debug)]
pub struct ApiKeys {
    hash: hmac::Key,
    mark: &'static str,
}

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
    /// Those of people. With the server's secret, so that a copy of the database alone is good for nothing.
    pub fn new(secret: &Secret) -> Self {
        Self { hash: hmac::Key::new(hmac::HMAC_SHA256, &secret.derive("api keys")), mark: "vlog" }
    }

    /// Those of workers.
    pub fn of_workers(secret: &Secret) -> Self {
        Self { hash: hmac::Key::new(hmac::HMAC_SHA256, &secret.derive("worker keys")), mark: "vlogw" }
    }

    /// A new key.
    pub fn make(&self) -> Result<NewKey, ring::error::Unspecified> {
        let prefix = hex(&random::<PREFIX_BYTES>()?);
        let key = format!("{}_{prefix}_{}", self.mark, hex(&random::<SECRET_BYTES>()?));
        let hash = self.hash(&key);
        Ok(NewKey { key, prefix, hash })
    }

    /// What [`ApiKeys::verify`] compares a key with.
    pub fn hash(&self, key: &str) -> String {
        STANDARD_NO_PAD.encode(hmac::sign(&self.hash, key.as_bytes()))
    }

    /// True when `hash` is of this key; takes as long for every key.
    pub fn verify(&self, key: &str, hash: &str) -> bool {
        STANDARD_NO_PAD.decode(hash).is_ok_and(|tag| hmac::verify(&self.hash, key.as_bytes(), &tag).is_ok())
    }

    /// The prefix of a text that has the form of a key.
    pub fn prefix<'a>(&self, key: &'a str) -> Option<&'a str> {
        let (prefix, secret) = key.strip_prefix(self.mark)?.strip_prefix('_')?.split_once('_')?;
        let is_hex = |text: &str, bytes: usize| text.len() == 2 * bytes && text.bytes().all(|b| b.is_ascii_hexdigit());
        (is_hex(prefix, PREFIX_BYTES) && is_hex(secret, SECRET_BYTES)).then_some(prefix)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn keys_fit_their_own_hash_only() {
        let keys = ApiKeys::new(&Secret::from_bytes(&[1; 32]));
        let (one, other) = (keys.make().unwrap(), keys.make().unwrap());
        assert_eq!(keys.prefix(&one.key), Some(one.prefix.as_str()));
        assert!(keys.verify(&one.key, &one.hash));
        let worker = ApiKeys::of_workers(&Secret::from_bytes(&[1; 32])).make().unwrap();
        assert!(worker.key.starts_with("vlogw_") && keys.prefix(&worker.key).is_none());
        assert!(!keys.verify(&other.key, &one.hash));
        assert!(!ApiKeys::new(&Secret::from_bytes(&[2; 32])).verify(&one.key, &one.hash));
        assert!(!keys.verify(&one.key, "") && !keys.verify(&one.key, "?"));
    }

    #[test]
    fn other_texts_are_no_keys() {
        let keys = ApiKeys::new(&Secret::from_bytes(&[1; 32]));
        let good = format!("vlog_{}_{}", "ab".repeat(6), "cd".repeat(32));
        assert!(keys.prefix(&good).is_some());
        for bad in ["", "vlog_", "vlog__", "vlog_ab_cd", &good[1..], &good[..good.len() - 1], &good.replace('c', "é")]
        {
            assert_eq!(keys.prefix(bad), None, "{bad}");
        }
    }
}
