//! The server's secret: 32 random bytes, from `VLOG_SECRET_KEY` or from `secret.key` in the storage, which is made
//! when it is missing. Nothing is used as it is: each purpose has a key of its own, derived from it.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ring::hmac;

use super::random;

const FILE_NAME: &str = "secret.key";
const BYTES: usize = 32;

/// The secret. Never shown.
#[derive(Clone)]
pub struct Secret(hmac::Key);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file can be neither read nor made.
    #[error("the server's secret {path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    NoRandomness,
}

impl Secret {
    /// The one that was given, or that of the storage in `directory`. Blocks.
    pub fn open(directory: &Path, given: Option<[u8; BYTES]>) -> Result<Self, SecretError> {
        if let Some(bytes) = given {
            return Ok(Self::from_bytes(&bytes));
        }
        let path = directory.join(FILE_NAME);
        let failed = |source| SecretError::File { path: path.clone(), source };
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let bytes: [u8; BYTES] = random().map_err(|_| SecretError::NoRandomness)?;
                create(directory, &path, &bytes).map_err(failed)?;
                fs::read(&path).map_err(failed)? // another process may have been quicker
            }
            other => other.map_err(failed)?,
        };
        let bytes: [u8; BYTES] = bytes.try_into().map_err(|_| {
            failed(io::Error::new(ErrorKind::InvalidData, "it does not hold 32 bytes; put the old file back"))
        })?;
        let mode = fs::metadata(&path).map_err(failed)?.permissions().mode();
        if mode & 0o077 != 0 {
            tracing::warn!(path = %path.display(), "others can read the server's secret; chmod 600 it");
        }
        Ok(Self::from_bytes(&bytes))
    }

    /// As [`Secret::open`], but none where the file is not there yet. Blocks.
    pub fn find(directory: &Path, given: Option<[u8; BYTES]>) -> Result<Option<Self>, SecretError> {
        if given.is_none() && !directory.join(FILE_NAME).exists() {
            Ok(None)
        } else {
            Self::open(directory, given).map(Some)
        }
    }

    /// For tests and for [`Secret::open`].
    pub fn from_bytes(bytes: &[u8; BYTES]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The key for one purpose; those of two purposes tell nothing about each other.
    pub fn derive(&self, purpose: &str) -> [u8; BYTES] {
        let mut key = [0; BYTES];
        key.copy_from_slice(hmac::sign(&self.0, purpose.as_bytes()).as_ref());
        key
    }
}

/// Whole or not at all, for the owner only, and never over one that is there.
fn create(directory: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(directory)?; // mode 0600
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() != ErrorKind::AlreadyExists => return Err(error.error),
        _ => {}
    }
    File::open(directory)?.sync_all()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_once_and_for_the_owner_only() {
        let directory = tempfile::tempdir().unwrap();
        let first = Secret::open(directory.path(), None).unwrap();
        let again = Secret::open(directory.path(), None).unwrap();
        assert_eq!(first.derive("a"), again.derive("a"));
        assert_ne!(first.derive("a"), first.derive("b"));
        let mode = fs::metadata(directory.path().join(FILE_NAME)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let given = Secret::open(directory.path(), Some([7; BYTES])).unwrap();
        assert_ne!(given.derive("a"), first.derive("a"));
        assert!(!format!("{given:?}").contains('7'));
    }

    #[test]
    fn a_broken_file_is_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(FILE_NAME), "short").unwrap();
        let error = Secret::open(directory.path(), None).unwrap_err().to_string();
        assert!(error.contains("32 bytes"), "{error}");
    }
}
