//! Which files are still changing, which are done with. Pure: told what was seen and when, touches no file.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// A file that was renamed while a scan ran may be seen under neither name; it is forgotten after this many scans.
const SCANS_TO_FORGET: u8 = 2;

/// What tells one state of a file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stamp {
    pub(super) size: u64,
    pub(super) modified: SystemTime,
    /// Device and inode.
    pub(super) identity: (u64, u64),
}

impl Stamp {
    /// Lasts beyond a restart: device numbers do not, so the path stands in their place.
    pub(super) fn fingerprint(&self, path: &Path) -> String {
        let modified = match self.modified.duration_since(UNIX_EPOCH) {
            Ok(after) => i128::try_from(after.as_nanos()).unwrap_or(i128::MAX),
            Err(before) => -i128::try_from(before.duration().as_nanos()).unwrap_or(i128::MAX),
        };
        format!("{}:{modified}:{path:?}", self.size)
    }
}

/// What to make of a file that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// Nothing to do now.
    Known,
    /// Taken before, under another name.
    Renamed,
}

#[derive(Debug)]
struct Waiting {
    stamp: Stamp,
    ready_at: Instant,
}

#[derive(Debug)]
struct Done {
    stamp: Stamp,
    was_taken: bool,
    scans_missed: u8,
}

#[derive(Debug)]
pub(super) struct Tracker {
    settle: Duration,
    waiting: BTreeMap<PathBuf, Waiting>,
    done: HashMap<PathBuf, Done>,
    /// Of those in `done` that were taken.
    stamps: HashSet<Stamp>,
}

impl Tracker {
    pub(super) fn new(settle: Duration) -> Self {
        Self { settle, waiting: BTreeMap::new(), done: HashMap::new(), stamps: HashSet::new() }
    }

    pub(super) fn seen(&mut self, path: &Path, stamp: Stamp, now: Instant) -> Seen {
        if self.done.get(path).is_some_and(|done| done.stamp == stamp) {
            return Seen::Known;
        }
        if self.stamps.contains(&stamp) {
            self.taken(path, stamp);
            return Seen::Renamed;
        }
        let ready_at = now + self.settle;
        match self.waiting.get_mut(path) {
            Some(waiting) if waiting.stamp == stamp => {}
            Some(waiting) => *waiting = Waiting { stamp, ready_at },
            // Many programs create a file before they fill it.
            None if stamp.size == 0 => {}
            None => {
                self.waiting.insert(path.to_owned(), Waiting { stamp, ready_at });
            }
        }
        Seen::Known
    }

    /// A file that has not changed for long enough, in the order of their names.
    pub(super) fn settled(&self, now: Instant) -> Option<(PathBuf, Stamp)> {
        let settled = |waiting: &&Waiting| waiting.ready_at <= now && waiting.stamp.size > 0;
        let (path, waiting) = self.waiting.iter().find(|(_, waiting)| settled(waiting))?;
        Some((path.clone(), waiting.stamp))
    }

    /// When [`Tracker::settled`] may have one.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.waiting.values().filter(|waiting| waiting.stamp.size > 0).map(|waiting| waiting.ready_at).min()
    }

    /// It is a video now, or was one before.
    pub(super) fn taken(&mut self, path: &Path, stamp: Stamp) {
        self.stamps.insert(stamp);
        self.finish(path, stamp, true);
    }

    /// It is none and will be none as it is.
    pub(super) fn refused(&mut self, path: &Path, stamp: Stamp) {
        self.finish(path, stamp, false);
    }

    pub(super) fn postpone(&mut self, path: &Path, until: Instant) {
        if let Some(waiting) = self.waiting.get_mut(path) {
            waiting.ready_at = until;
        }
    }

    /// It is not there any more, at least not under this name. What is done is kept: a new name may follow.
    pub(super) fn gone(&mut self, path: &Path) {
        self.waiting.remove(path);
    }

    /// Forgets what a whole scan did not find, except below folders it could not read.
    pub(super) fn prune(&mut self, found: &[PathBuf], unreadable: &[PathBuf]) {
        let found: HashSet<&Path> = found.iter().map(PathBuf::as_path).collect();
        let is_there = |path: &Path| found.contains(path) || unreadable.iter().any(|folder| path.starts_with(folder));
        self.waiting.retain(|path, _| is_there(path));
        self.done.retain(|path, done| {
            done.scans_missed = if is_there(path) { 0 } else { done.scans_missed + 1 };
            done.scans_missed < SCANS_TO_FORGET
        });
        self.stamps = self.done.values().filter(|done| done.was_taken).map(|done| done.stamp).collect();
    }

    fn finish(&mut self, path: &Path, stamp: Stamp, was_taken: bool) {
        self.waiting.remove(path);
        self.done.insert(path.to_owned(), Done { stamp, was_taken, scans_missed: 0 });
    }
}
