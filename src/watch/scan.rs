//! Looks at files: which are candidates, and in what state. Off the async threads, because a share may be slow.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::tracker::Stamp;

/// A folder with more files is no inbox; the rest is left alone.
const MOST_FILES: usize = 200_000;
const MOST_LEVELS: usize = 32;

/// Endings of files that are still being written, by browsers, download managers and copy programs.
const PARTIAL: [&str; 10] =
    ["part", "partial", "tmp", "temp", "crdownload", "download", "opdownload", "filepart", "aria2", "!ut"];
/// Folders of file servers: previews and bins.
const SERVICE_FOLDERS: [&str; 4] = ["@eaDir", "#recycle", "$RECYCLE.BIN", "System Volume Information"];

/// A candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) stamp: Stamp,
}

/// Of a whole scan.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) found: Vec<Found>,
    /// Folders that could not be read this time.
    pub(super) unreadable: Vec<PathBuf>,
}

/// All candidates below these folders.
pub(super) async fn everything(folders: Vec<PathBuf>) -> Scan {
    let walk = move || {
        let mut scan = Scan::default();
        for folder in &folders {
            walk(folder, 0, &mut scan);
        }
        if scan.found.len() >= MOST_FILES {
            tracing::warn!(most = MOST_FILES, "the watched folders hold too many files; some are left alone");
        }
        scan
    };
    tokio::task::spawn_blocking(walk).await.unwrap_or_default()
}

/// The candidates among these paths; of a folder, those below it.
pub(super) async fn look(folders: Vec<PathBuf>, paths: Vec<PathBuf>) -> Vec<Found> {
    let look = move || {
        let mut scan = Scan::default();
        for path in paths.iter().filter(|path| is_inside(&folders, path)) {
            match path.symlink_metadata() {
                Ok(metadata) if metadata.is_dir() => walk(path, 0, &mut scan),
                Ok(metadata) => scan.found.extend(candidate(path, &metadata)),
                Err(_) => {}
            }
        }
        scan.found
    };
    tokio::task::spawn_blocking(look).await.unwrap_or_default()
}

fn walk(folder: &Path, level: usize, scan: &mut Scan) {
    if level > MOST_LEVELS {
        return;
    }
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            tracing::debug!(folder = %folder.display(), %error, "a watched folder cannot be read");
            scan.unreadable.push(folder.to_owned());
            return;
        }
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if scan.found.len() >= MOST_FILES || !is_plain(&path) {
            continue;
        }
        // Of the entry itself: links are not followed.
        match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => walk(&path, level + 1, scan),
            Ok(metadata) => scan.found.extend(candidate(&path, &metadata)),
            Err(_) => {}
        }
    }
}

fn candidate(path: &Path, metadata: &Metadata) -> Option<Found> {
    let is_partial = path.extension().is_some_and(|extension| {
        PARTIAL.iter().any(|partial| extension.to_string_lossy().eq_ignore_ascii_case(partial))
    });
    (metadata.is_file() && !is_partial).then(|| Found { path: path.to_owned(), stamp: stamp(metadata) })
}

pub(super) fn stamp(metadata: &Metadata) -> Stamp {
    Stamp {
        size: metadata.len(),
        modified: metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
        identity: (metadata.dev(), metadata.ino()),
    }
}

/// Neither the path nor a folder on the way to it is hidden, and no folder is a link.
fn is_inside(folders: &[PathBuf], path: &Path) -> bool {
    folders.iter().any(|folder| {
        let Ok(rest) = path.strip_prefix(folder) else { return false };
        let between: Vec<&Path> = rest.ancestors().filter(|part| !part.as_os_str().is_empty()).collect();
        between.iter().all(|part| is_plain(part)) && between.iter().skip(1).all(|part| !folder.join(part).is_symlink())
    })
}

fn is_plain(path: &Path) -> bool {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else { return false };
    !name.starts_with('.') && !name.ends_with('~') && !SERVICE_FOLDERS.contains(&name.as_ref())
}
