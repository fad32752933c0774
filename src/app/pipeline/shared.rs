//! A generation as many use it: who changes it waits for the disk, on a thread that may block; who only wants to know how far
//! it is never waits for them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::{Generation, locked};
use crate::app::AppError;

/// See the module.
pub struct SharedGeneration {
    number: u32,
    generation: Mutex<Generation>,
    /// By rung, as the last change left it.
    reach: Mutex<HashMap<String, Reach>>,
    published: AtomicBool,
    /// Its video was deleted: nothing is written any more.
    gone: AtomicBool,
}

/// How far a rung is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reach {
    /// Its last segment is there.
    pub complete: bool,
    /// Seconds from the beginning that can be played.
    pub seconds: f64,
}

impl SharedGeneration {
    pub(super) fn new(generation: Generation) -> Self {
        Self {
            number: generation.number(),
            reach: Mutex::new(generation.reach()),
            published: AtomicBool::new(generation.published),
            generation: Mutex::new(generation),
            gone: AtomicBool::new(false),
        }
    }

    /// Its number.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// How far a rung is.
    pub fn reach(&self, rung: &str) -> Reach {
        locked(&self.reach).get(rung).copied().unwrap_or_default()
    }

    /// True once the database says that it can be played.
    pub fn is_published(&self) -> bool {
        self.published.load(Ordering::Acquire)
    }

    /// Works on it, or looks into it, one at a time. Not found once it is gone.
    pub(super) async fn with<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&mut Generation) -> T + Send + 'static,
    ) -> Result<T, AppError> {
        let shared = Arc::clone(self);
        let work = move || {
            let mut generation = locked(&shared.generation);
            if shared.gone.load(Ordering::Acquire) {
                return Err(AppError::NotFound);
            }
            let result = work(&mut generation);
            *locked(&shared.reach) = generation.reach();
            shared.published.store(generation.published, Ordering::Release);
            Ok(result)
        };
        tokio::task::spawn_blocking(work).await.map_err(AppError::internal)?
    }

    /// Removes its files when nobody is writing one, and lets nobody write another.
    pub(super) fn discard<T>(&self, remove: impl FnOnce() -> T) -> T {
        let _alone = locked(&self.generation);
        self.gone.store(true, Ordering::Release);
        remove()
    }
}
