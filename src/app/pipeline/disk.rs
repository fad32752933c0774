//! How much room there is. It is looked up in the background, because a disk that hangs must not hold up those who ask.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::locked;
use crate::storage::Storage;

/// What was seen is good for this long; then who asks has it looked up again, and is told what was seen last.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// A disk that does not answer for this long cannot be used.
const PATIENCE: Duration = Duration::from_secs(30);

/// See the module.
pub(super) struct Disk(Arc<Mutex<Seen>>);

struct Seen {
    free_bytes: Result<u64, String>,
    at: Instant,
    /// Since when somebody looks.
    looking: Option<Instant>,
}

impl Disk {
    /// Looks once. Blocks.
    pub(super) fn new(storage: &Storage) -> Self {
        Self(Arc::new(Mutex::new(Seen { free_bytes: look(storage), at: Instant::now(), looking: None })))
    }

    /// Bytes that may still be written, or why that cannot be told.
    pub(super) fn free_bytes(&self, storage: &Storage) -> Result<u64, String> {
        let mut seen = locked(&self.0);
        match seen.looking {
            Some(since) if since.elapsed() > PATIENCE => return Err("The storage does not answer.".to_owned()),
            None if seen.at.elapsed() > GOOD_FOR => {
                seen.looking = Some(Instant::now());
                let (storage, shared) = (storage.clone(), Arc::clone(&self.0));
                tokio::task::spawn_blocking(move || {
                    let free_bytes = look(&storage);
                    *locked(&shared) = Seen { free_bytes, at: Instant::now(), looking: None };
                });
            }
            _ => {}
        }
        seen.free_bytes.clone()
    }
}

fn look(storage: &Storage) -> Result<u64, String> {
    storage.free_bytes().map_err(|error| error.to_string())
}
