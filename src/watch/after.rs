//! What happens to a file in a watched folder after it was taken.

use std::path::{Path, PathBuf};

use super::scan;
use super::tracker::Stamp;

/// Beside the file. Hidden, so that it is not watched.
const DONE_FOLDER: &str = ".imported";
const MOST_NAMES: u32 = 10_000;

/// What happens to a file after it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterImport {
    /// It stays.
    Keep,
    /// It goes.
    Delete,
    /// It goes into `.imported` beside it.
    Move,
}

/// Does it, unless the file has changed since: then it is not the one that was taken.
pub(super) async fn apply(after: AfterImport, path: &Path, stamp: Stamp) {
    if after == AfterImport::Keep {
        return;
    }
    let owned = path.to_owned();
    let work = move || -> std::io::Result<()> {
        if scan::stamp(&owned.symlink_metadata()?) != stamp {
            return Err(std::io::Error::other("it changed while it was imported"));
        }
        match after {
            AfterImport::Keep => Ok(()),
            AfterImport::Delete => std::fs::remove_file(&owned),
            AfterImport::Move => put_away(&owned),
        }
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(path = %path.display(), %error, "an imported file stays where it is"),
        Err(error) => tracing::error!(path = %path.display(), %error, "an imported file stays where it is"),
    }
}

fn put_away(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("/")).join(DONE_FOLDER);
    std::fs::create_dir_all(&folder)?;
    std::fs::rename(path, free_name(&folder, path)?)
}

/// The file's name, or with a number when it is taken: nothing is overwritten.
fn free_name(folder: &Path, path: &Path) -> std::io::Result<PathBuf> {
    let name = path.file_name().unwrap_or_default();
    let numbered = (2..MOST_NAMES).map(|number| {
        let mut numbered = path.file_stem().unwrap_or_default().to_owned();
        numbered.push(format!(" ({number})"));
        if let Some(extension) = path.extension() {
            numbered.push(".");
            numbered.push(extension);
        }
        numbered
    });
    let mut names = std::iter::once(name.to_owned()).chain(numbered).map(|name| folder.join(name));
    names
        .find(|candidate| candidate.symlink_metadata().is_err())
        .ok_or_else(|| std::io::Error::other("there are too many files of this name"))
}
