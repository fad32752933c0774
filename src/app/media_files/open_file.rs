//! Files that stay open, and whether their bytes are at hand.

use std::fs::File;
use std::io::{self, IoSliceMut};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use rustix::buffer::spare_capacity;
use rustix::io::ReadWriteFlags;

/// How close to each other one looks whether a file is in memory.
const LOOK_BYTES: usize = 64 << 10;
/// A file that was in the kernel's cache is still there after this: what is asked for often is the last to go.
const SEEN: Duration = Duration::from_millis(250);
static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// A file that may be asked for again.
#[derive(Debug)]
pub struct OpenFile {
    file: File,
    size_bytes: u64,
    /// When all of it was seen in the kernel's cache, milliseconds since [`BEGIN`].
    seen_in_memory: AtomicU64,
}

impl OpenFile {
    /// Of this size.
    pub fn new(file: File, size_bytes: u64) -> Self {
        Self { file, size_bytes, seen_in_memory: AtomicU64::new(0) }
    }

    /// True when a stretch of it is in the kernel's cache, and can be sent without waiting for a disk. False also where the
    /// file system cannot tell.
    pub fn is_in_memory(&self, start: u64, end: u64) -> bool {
        self.is_in_memory_at(BEGIN.elapsed(), start, end)
    }

    fn is_in_memory_at(&self, now: Duration, start: u64, end: u64) -> bool {
        let is_whole = (start, end) == (0, self.size_bytes);
        let seen = Duration::from_millis(self.seen_in_memory.load(Ordering::Relaxed));
        if is_whole && !seen.is_zero() && now < seen + SEEN {
            return true;
        }
        let is_there = self.look(start, end);
        if is_whole && is_there {
            self.seen_in_memory.store(now.as_millis() as u64, Ordering::Relaxed);
        }
        is_there
    }

    /// Looks at one byte of each [`LOOK_BYTES`].
    fn look(&self, start: u64, end: u64) -> bool {
        let there = |at| {
            let mut byte = [0];
            rustix::io::preadv2(self, &mut [IoSliceMut::new(&mut byte)], at, ReadWriteFlags::NOWAIT) == Ok(1)
        };
        (start..end).step_by(LOOK_BYTES).all(there) && end.checked_sub(1).is_none_or(there)
    }
}

impl AsFd for OpenFile {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

/// `length` bytes at `position`. Blocks.
pub fn read_at(file: impl AsFd, position: u64, length: usize) -> io::Result<Bytes> {
    let mut bytes = Vec::with_capacity(length); // not zeroed first
    while bytes.len() < length {
        let at = position + bytes.len() as u64;
        if rustix::io::pread(&file, spare_capacity(&mut bytes), at)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    bytes.truncate(length); // the capacity may be larger than asked for
    Ok(bytes.into())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_whole_file_that_was_there_is_not_looked_at_again_at_once() {
        const LENGTH: u64 = 3 * LOOK_BYTES as u64;
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&[1; LENGTH as usize]).unwrap();
        let open = OpenFile::new(file.try_clone().unwrap(), LENGTH);
        let now = Duration::from_secs(9);
        assert!(!open.is_in_memory_at(now, 1, LENGTH + 1), "beyond the end");
        assert!(open.is_in_memory_at(now, 1, LENGTH));
        assert!(open.is_in_memory_at(now, 0, LENGTH));
        file.set_len(1).unwrap(); // as if the rest had left the cache
        assert!(open.is_in_memory_at(now + SEEN / 2, 0, LENGTH));
        assert!(!open.is_in_memory_at(now + SEEN / 2, 1, LENGTH), "a part is looked at each time");
        assert!(!open.is_in_memory_at(now + SEEN, 0, LENGTH));
    }
}
