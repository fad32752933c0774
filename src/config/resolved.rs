//! Keys whose default depends on the machine, or on other keys: what they come to.

use std::path::PathBuf;

use super::keys::{Audit, Limits, Reencode, Storage, Transcoding, Transcription, Worker};
use super::units::Bytes;

/// What an encode of 4K in H.264 takes about, bytes.
const MEMORY_PER_SLOT: u64 = 2 << 30;
/// A task may write this many times the size of its source when `limits.ffmpeg_output` is 0.
const OUTPUT_PER_SOURCE: u64 = 4;
/// And at least this much, because a tiny file can become a long still picture.
const OUTPUT_MINIMUM: Bytes = Bytes::gib(1);

impl Audit {
    /// Where the files are, with that of the storage for none.
    pub fn directory(&self, storage: &Storage) -> PathBuf {
        if self.directory.as_os_str().is_empty() { storage.path.join("audit") } else { self.directory.clone() }
    }
}

impl Transcoding {
    /// Heavy tasks at once, with 0 resolved; `hardware`: some of this machine encodes.
    pub fn slot_count(&self, hardware: bool) -> u32 {
        if self.local { slot_count(self.slots, hardware) } else { 0 }
    }
}

impl Reencode {
    /// Heavy tasks of it at once on this machine, with 0 resolved; `hardware`: some of it encodes.
    pub fn slot_count(&self, transcoding: &Transcoding, hardware: bool) -> u32 {
        match transcoding.slot_count(hardware) {
            like_new if like_new == 0 || self.slots == 0 => like_new,
            _ => self.slots,
        }
    }
}

impl Transcription {
    /// Cores for each film, with 0 resolved.
    pub fn ears(&self) -> u32 {
        let half = || std::thread::available_parallelism().map_or(1, usize::from) / 2;
        if self.threads > 0 { self.threads } else { u32::try_from(half()).unwrap_or(1).max(1) }
    }
}

impl Worker {
    /// Tasks at once, with 0 resolved; `hardware`: some of this machine encodes.
    pub fn slot_count(&self, hardware: bool) -> u32 {
        slot_count(self.slots, hardware)
    }
}

fn slot_count(slots: u32, hardware: bool) -> u32 {
    if slots > 0 {
        return slots;
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = rustix::system::sysinfo();
    automatic_slots(cores as u64, memory.totalram as u64 * u64::from(memory.mem_unit), hardware)
}

/// Beside hardware the processor decodes and scales only.
fn automatic_slots(cores: u64, memory: u64, hardware: bool) -> u32 {
    let by_cores = if hardware { (cores / 2).max(2) } else { cores / 4 };
    u32::try_from(by_cores.min(memory / MEMORY_PER_SLOT)).unwrap_or(1).max(1)
}

impl Limits {
    /// Bytes a task on a source of this size may write.
    pub fn output_limit(&self, source: Bytes) -> Bytes {
        match self.ffmpeg_output {
            Bytes(0) => Bytes(source.0.saturating_mul(OUTPUT_PER_SOURCE)).max(OUTPUT_MINIMUM),
            limit => limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::automatic_slots;

    #[test]
    fn slots_go_by_cores_memory_and_hardware() {
        let gib = |count: u64| count << 30;
        assert_eq!((automatic_slots(2, gib(8), false), automatic_slots(16, gib(64), false)), (1, 4));
        assert_eq!((automatic_slots(4, gib(8), true), automatic_slots(16, gib(64), true)), (2, 8));
        assert_eq!((automatic_slots(16, gib(4), true), automatic_slots(16, gib(1), false)), (2, 1), "memory is short");
    }
}
