//! Watched folders: a file that somebody puts there becomes a video, once.
//!
//! A file is taken when it has stopped changing for [`Options::settle`], is regular (links are not followed), not
//! empty, and not named like a partial copy. The operating system's notices make it quick; a regular scan makes it
//! sure, also on network shares, where there are no notices. What was taken is remembered by path, size and time of
//! change, and while the program runs by the file itself, so that renaming it does not import it again.
//!
//! This module decides *when*; what importing means is the [`Importer`]'s business.

mod after;
mod importer;
mod notices;
mod scan;
mod tracker;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::Instant;

pub use after::AfterImport;
pub use importer::FolderImporter;
use notices::Notices;
use scan::Found;
pub use tracker::Stamp;
use tracker::Tracker;

/// How often everything is looked at.
pub const RESCAN_INTERVAL: Duration = Duration::from_secs(30);
/// Notices are gathered for this long: a copy causes thousands a second.
const GATHER: Duration = Duration::from_millis(50);
/// After an error that may pass, such as a full disk.
const RETRY_DELAY: Duration = Duration::from_secs(60);

/// What to watch and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folders, with everything below them. One that is missing is waited for.
    pub folders: Vec<PathBuf>,
    /// A file is taken once it has not changed for this long.
    pub settle: Duration,
    /// How often everything is looked at; [`RESCAN_INTERVAL`] but in tests.
    pub rescan: Duration,
    /// What happens to a file after it was taken.
    pub after_import: AfterImport,
}

/// Takes files in.
pub trait Importer: Send + Sync {
    /// Takes the file. The fingerprint is remembered in the same transaction as the video, so that a crash in between
    /// can neither lose nor double it. The file is read, never changed; one that has another stamp, or gets one while it
    /// is read, is not taken.
    fn import(
        &self,
        path: &Path,
        fingerprint: &str,
        stamp: Stamp,
    ) -> impl Future<Output = Result<Imported, ImportError>> + Send;

    /// True when a file with this fingerprint was imported or remembered before. An error counts as one of the import.
    fn already_imported(&self, fingerprint: &str) -> impl Future<Output = Result<bool, ImportError>> + Send;

    /// Remembers one more fingerprint of a file that was imported: it has a new name.
    fn remember(&self, fingerprint: &str) -> impl Future<Output = Result<(), ImportError>> + Send;
}

/// A file became a video.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Which, for the log.
    pub video: String,
}

/// A file did not become a video.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ImportError {
    /// Why, for people.
    pub message: String,
    /// True when the circumstances are at fault and not the file: it is tried again. Otherwise it is left alone until
    /// it changes.
    pub retry: bool,
}

/// Watches until it is dropped, which is safe at any moment when the importer's futures are.
pub async fn run(mut options: Options, importer: impl Importer) {
    for folder in &mut options.folders {
        // Notices carry absolute paths, and a folder that is itself a link is meant to be watched.
        *folder = folder.canonicalize().or_else(|_| std::path::absolute(&*folder)).unwrap_or_else(|_| folder.clone());
    }
    let mut watch = Watch { tracker: Tracker::new(options.settle), options, importer };
    let mut notices = Notices::start();
    let mut next_scan = Instant::now();
    loop {
        if notices.were_lost() || Instant::now() >= next_scan {
            notices.watch(&watch.options.folders);
            watch.scan().await;
            next_scan = Instant::now() + watch.options.rescan;
        }
        watch.take_settled().await;
        let wake = watch.tracker.next_deadline().map_or(next_scan, |deadline| deadline.min(next_scan));
        tokio::select! {
            mut paths = notices.next() => {
                tokio::time::sleep(GATHER).await;
                notices.add_waiting(&mut paths);
                let found = scan::look(watch.options.folders.clone(), paths).await;
                watch.track(found).await;
            }
            () = tokio::time::sleep_until(wake) => {}
        }
    }
}

struct Watch<I> {
    options: Options,
    importer: I,
    tracker: Tracker,
}

impl<I: Importer> Watch<I> {
    async fn scan(&mut self) {
        let scan = scan::everything(self.options.folders.clone()).await;
        let paths: Vec<PathBuf> = scan.found.iter().map(|found| found.path.clone()).collect();
        self.track(scan.found).await;
        self.tracker.prune(&paths, &scan.unreadable);
    }

    async fn track(&mut self, found: Vec<Found>) {
        let now = Instant::now();
        for Found { path, stamp } in found {
            if self.tracker.seen(&path, stamp, now) == tracker::Seen::Renamed {
                let fingerprint = stamp.fingerprint(&path);
                match self.importer.remember(&fingerprint).await {
                    Ok(()) => tracing::debug!(path = %path.display(), "an imported file has a new name"),
                    Err(error) => tracing::warn!(path = %path.display(), %error, "a new name was not remembered"),
                }
            }
        }
    }

    async fn take_settled(&mut self) {
        while let Some((path, stamp)) = self.tracker.settled(Instant::now()) {
            // Where there are no notices this look is the one that sees a file grow.
            match scan::look(self.options.folders.clone(), vec![path.clone()]).await.pop() {
                Some(found) if found.stamp == stamp => self.take(&path, stamp).await,
                Some(found) => {
                    self.tracker.seen(&path, found.stamp, Instant::now());
                }
                None => self.tracker.gone(&path),
            }
        }
    }

    async fn take(&mut self, path: &Path, stamp: Stamp) {
        match self.import(path, stamp).await {
            Ok(None) => self.tracker.taken(path, stamp),
            Ok(Some(imported)) => {
                tracing::info!(path = %path.display(), video = imported.video, "imported from a watched folder");
                self.tracker.taken(path, stamp);
                after::apply(self.options.after_import, path, stamp).await;
            }
            Err(error) if error.retry => {
                tracing::warn!(path = %path.display(), %error, "not imported yet, will be tried again");
                self.tracker.postpone(path, Instant::now() + RETRY_DELAY);
            }
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "not imported, left alone until it changes");
                self.tracker.refused(path, stamp);
            }
        }
    }

    /// None when it was imported before.
    async fn import(&self, path: &Path, stamp: Stamp) -> Result<Option<Imported>, ImportError> {
        let fingerprint = stamp.fingerprint(path);
        if self.importer.already_imported(&fingerprint).await? {
            return Ok(None);
        }
        self.importer.import(path, &fingerprint, stamp).await.map(Some)
    }
}

#[cfg(test)]
mod tests;
