//! What a worker does, counted: bytes there and back, tasks that run, how fast they go.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::id::TaskId;
use crate::domain::job::Task;
use crate::domain::worker::Load;

/// Share that a new measurement has in the smoothed speed.
const NEW_SHARE: f64 = 0.2;

/// Cheap to clone.
#[derive(Clone, Default)]
pub struct Meter(Arc<Inner>);

#[derive(Default)]
struct Inner {
    read: AtomicU64,
    sent: AtomicU64,
    tasks: Mutex<HashMap<TaskId, f64>>,
    speeds: Mutex<BTreeMap<String, f64>>,
}

/// A task that runs, until this is dropped.
pub struct Running(Meter, TaskId);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.tasks.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

impl Meter {
    /// Bytes came from the server.
    pub fn read(&self, bytes: u64) {
        self.0.read.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Bytes went there.
    pub fn sent(&self, bytes: u64) {
        self.0.sent.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A task begins.
    pub fn begin(&self, task: &Task) -> Running {
        self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner).insert(task.id, 0.0);
        Running(self.clone(), task.id)
    }

    /// A task goes so fast, against real time.
    pub fn goes(&self, task: &Task, speed: f64) {
        if let Some(known) = self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&task.id) {
            *known = speed;
        }
        if let Some(encoder) = task.spec.encoder() {
            let mut speeds = self.0.speeds.lock().unwrap_or_else(PoisonError::into_inner);
            let known = speeds.entry(encoder.to_owned()).or_insert(speed);
            *known += (speed - *known) * NEW_SHARE;
        }
    }

    /// Adds what was counted.
    pub fn fill(&self, load: &mut Load) {
        {
            let tasks = self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            load.tasks = u32::try_from(tasks.len()).unwrap_or(u32::MAX);
            load.speed = tasks.values().sum();
        }
        load.speeds.clone_from(&self.0.speeds.lock().unwrap_or_else(PoisonError::into_inner));
        load.bytes_read = self.0.read.load(Ordering::Relaxed);
        load.bytes_sent = self.0.sent.load(Ordering::Relaxed);
    }
}
