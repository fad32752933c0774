//! The operating system's notices. They only make things quicker: whatever they miss, the next scan sees.

use std::collections::HashMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use notify::event::{AccessKind, AccessMode};
use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

/// More than this while nobody listens, and a scan takes their place.
const WAITING_EVENTS: usize = 1024;

pub(super) struct Notices {
    watcher: Option<RecommendedWatcher>,
    events: mpsc::Receiver<Vec<PathBuf>>,
    lost: Arc<AtomicBool>,
    /// Device and inode of each folder that is watched, or that could not be.
    folders: HashMap<PathBuf, (u64, u64)>,
}

impl Notices {
    pub(super) fn start() -> Self {
        let (sender, events) = mpsc::channel(WAITING_EVENTS);
        let lost = Arc::new(AtomicBool::new(false));
        let lost_by_handler = lost.clone();
        let handler = move |event: notify::Result<Event>| match event {
            Ok(event) if !event.need_rescan() => {
                if matters(event.kind) && sender.try_send(event.paths).is_err() {
                    lost_by_handler.store(true, Ordering::Relaxed);
                }
            }
            _ => lost_by_handler.store(true, Ordering::Relaxed),
        };
        let watcher = RecommendedWatcher::new(handler, Config::default().with_follow_symlinks(false));
        let watcher = watcher
            .inspect_err(|error| tracing::warn!(%error, "no notices about watched folders; they are scanned instead"))
            .ok();
        Self { watcher, events, lost, folders: HashMap::new() }
    }

    /// Watches those that are there; again those that were mounted, or made anew, in the mean time.
    pub(super) fn watch(&mut self, folders: &[PathBuf]) {
        let Some(watcher) = &mut self.watcher else { return };
        for folder in folders {
            let Ok(metadata) = folder.metadata() else {
                if self.folders.insert(folder.clone(), (0, 0)) != Some((0, 0)) {
                    tracing::warn!(folder = %folder.display(), "a watched folder is not there; it is waited for");
                }
                continue;
            };
            let identity = (metadata.dev(), metadata.ino());
            if self.folders.insert(folder.clone(), identity) == Some(identity) {
                continue;
            }
            // It may have been watched in its earlier life.
            let _ = watcher.unwatch(folder);
            match watcher.watch(folder, RecursiveMode::Recursive) {
                Ok(()) => tracing::info!(folder = %folder.display(), "watching"),
                Err(error) => warn_slow(folder, &error),
            }
        }
    }

    /// Paths something happened to.
    pub(super) async fn next(&mut self) -> Vec<PathBuf> {
        match self.events.recv().await {
            Some(paths) => paths,
            // Without a watcher nobody sends; the scans go on.
            None => std::future::pending().await,
        }
    }

    /// Adds those that came in the mean time.
    pub(super) fn add_waiting(&mut self, paths: &mut Vec<PathBuf>) {
        while let Ok(more) = self.events.try_recv() {
            paths.extend(more);
        }
        paths.sort();
        paths.dedup();
    }

    /// True once after notices were lost.
    pub(super) fn were_lost(&self) -> bool {
        self.lost.swap(false, Ordering::Relaxed)
    }
}

fn matters(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
        EventKind::Remove(_) => false,
        _ => true,
    }
}

fn warn_slow(folder: &Path, error: &notify::Error) {
    tracing::warn!(
        folder = %folder.display(), %error,
        "no notices about this folder (raise fs.inotify.max_user_watches if it is large); it is scanned instead"
    );
}
