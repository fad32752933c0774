//! Memory of this machine: heavy work that would make it swap, or a container be killed, waits.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::runner::WaitReason;
use crate::domain::ladder::Codec;
use crate::domain::task::TaskSpec;

/// What the next task is thought to take while none has told, bytes: about a 4K ladder in H.264.
const UNKNOWN_BYTES: u64 = 1 << 30;
/// What any encode takes, bytes.
const LEAST_BYTES: u64 = 128 << 20;
/// Until then a task's encoders have taken what they need, and the system shows it.
const SHOWN_AFTER: Duration = Duration::from_secs(10);
const CGROUPS: &str = "/sys/fs/cgroup";

/// What the heavy tasks of this machine take, for all pools that run some.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Those that began lately, with what they will take.
    begun: Mutex<VecDeque<(Instant, u64)>>,
    running: AtomicUsize,
}

impl Memory {
    /// A task begins.
    pub fn begin(&self, spec: &TaskSpec, now: Instant) {
        self.running.fetch_add(1, Ordering::Relaxed);
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.push_back((now, needed(spec)));
        while begun.len() > 1 && begun.front().is_some_and(|(at, _)| now.duration_since(*at) > SHOWN_AFTER) {
            begun.pop_front();
        }
    }

    /// A task ended.
    pub fn end(&self) {
        self.running.fetch_sub(1, Ordering::Relaxed);
    }

    /// Tasks that run.
    pub fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }

    /// Why nothing is begun beside what runs already, with so many bytes `free`. The next task is thought to be like the
    /// last one.
    pub fn shortage(&self, free: u64, now: Instant) -> Option<WaitReason> {
        let begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let next = begun.back().map_or(UNKNOWN_BYTES, |(_, bytes)| *bytes);
        let hidden = begun.iter().filter(|(at, _)| now.duration_since(*at) <= SHOWN_AFTER);
        let free = free.saturating_sub(hidden.map(|(_, bytes)| bytes).sum());
        (free < next).then(|| WaitReason {
            code: "memory_low",
            message: format!("Only {} MiB of memory are free. The next encode waits for the running ones.", free >> 20),
        })
    }
}

/// What an encode takes, bytes, as measured: all pictures of an H.264 task at once, one of 4K in AV1 2 GiB.
fn needed(spec: &TaskSpec) -> u64 {
    let Some(spec) = spec.encode() else { return 0 };
    let of = |codec| match codec {
        Codec::H264 => 70,
        Codec::Hevc => 130,
        Codec::Av1 => 260,
    };
    let pictures = spec.rungs.iter().map(|rung| u64::from(rung.width) * u64::from(rung.height) * of(rung.codec));
    LEAST_BYTES + pictures.sum::<u64>()
}

/// Bytes that programs may still take, here and in the group of processes (container, unit) that this one is in; none
/// where the system does not tell.
pub fn available_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?; // `MemAvailable:   19043344 kB`
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let free = line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib << 10)?;
    let own = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let group = own.lines().find_map(|line| line.strip_prefix("0::/")); // version 2
    let limited = group.and_then(|group| left_in_groups(Path::new(CGROUPS), &Path::new(CGROUPS).join(group)));
    Some(limited.map_or(free, |limited| limited.min(free)))
}

/// What a group and those that it is in leave; none where nothing is limited. Files that the kernel keeps in memory as long
/// as nobody wants it count as free.
fn left_in_groups(root: &Path, group: &Path) -> Option<u64> {
    let left = |group: &Path| {
        let number = |name: &str| std::fs::read_to_string(group.join(name)).ok()?.trim().parse::<u64>().ok();
        let statistics = std::fs::read_to_string(group.join("memory.stat")).unwrap_or_default();
        let cache = statistics.lines().find_map(|line| line.strip_prefix("inactive_file ")?.parse().ok());
        let used = number("memory.current")?.saturating_sub(cache.unwrap_or(0));
        Some(number("memory.max")?.saturating_sub(used)) // `max`: not limited
    };
    group.ancestors().take_while(|group| group.starts_with(root)).filter_map(left).min()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::domain::ladder;
    use crate::jobs::speed::tests::task;

    const GIB: u64 = 1 << 30;

    fn spec(codec: Codec, width: u32, height: u32) -> TaskSpec {
        let TaskSpec::Encode(mut spec) = task(1, "here", 0.0).spec else { unreachable!() };
        spec.rungs = ladder::rungs(width, height, 25.0);
        spec.rungs.iter_mut().for_each(|rung| rung.codec = codec);
        if codec == Codec::Av1 {
            spec.rungs.sort_by_key(|rung| std::cmp::Reverse(rung.width));
            spec.rungs.truncate(1); // they do not share a task
        }
        TaskSpec::Encode(spec)
    }

    #[test]
    fn what_has_just_begun_is_counted_before_it_shows() {
        let (memory, now) = (Memory::default(), Instant::now());
        assert!(memory.shortage(GIB - 1, now).is_some() && memory.shortage(GIB, now).is_none(), "nothing is known");
        memory.begin(&spec(Codec::Av1, 3840, 2160), now);
        assert!(memory.shortage(4 * GIB, now).is_some(), "this one, and the next");
        assert!(memory.shortage(5 * GIB, now).is_none());
        let later = now + SHOWN_AFTER * 2;
        assert!(memory.shortage(2 * GIB, later).is_some() && memory.shortage(3 * GIB, later).is_none());
        memory.begin(&spec(Codec::H264, 1280, 720), later);
        assert!(memory.shortage(GIB, later).is_none(), "two small ones");
        assert_eq!(memory.begun.lock().unwrap().len(), 1, "what shows is forgotten");
    }

    #[test]
    fn the_tightest_group_decides() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("machine/vlog");
        std::fs::create_dir_all(&inner).unwrap();
        let write = |folder: &Path, max: &str, current: &str, cache: &str| {
            std::fs::write(folder.join("memory.max"), max).unwrap();
            std::fs::write(folder.join("memory.current"), current).unwrap();
            std::fs::write(folder.join("memory.stat"), format!("anon 5\ninactive_file {cache}\n")).unwrap();
        };
        assert_eq!(left_in_groups(root.path(), &inner), None);
        write(&inner, "max\n", "700\n", "0");
        assert_eq!(left_in_groups(root.path(), &inner), None, "no limit");
        write(inner.parent().unwrap(), "1000\n", "900\n", "300");
        assert_eq!(left_in_groups(root.path(), &inner), Some(400));
        write(&inner, "800\n", "700\n", "0");
        assert_eq!(left_in_groups(root.path(), &inner), Some(100));
    }
}
