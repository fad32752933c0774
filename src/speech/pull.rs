//! Fetching a model's file: from the network or from a place on disk, going on where an earlier try was cut off, and
//! nothing is taken whose hash is not the one that is known.

use std::fs::{File, OpenOptions};
use std::io::{Error, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_RANGE, RANGE};
use rustix::fs::{FlockOperation, flock};

use super::models;
use crate::domain::speech::ModelFile;

/// A server may be silent for so long.
const PATIENCE: Duration = Duration::from_secs(60);
/// Files are not so much larger than they are known to be.
const TOLERANCE: u64 = 2_000_000;

/// Why a file was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// Somebody else fetches.
    #[error("another download into {0} is running")]
    Locked(PathBuf),
    /// It cannot be kept.
    #[error("{path}: {source}")]
    Disk {
        /// Where.
        path: PathBuf,
        /// Why.
        source: Error,
    },
    /// It does not come.
    #[error("{url}: {reason}; what came is kept, and the next try goes on from there")]
    Network {
        /// From where.
        url: String,
        /// Why.
        reason: String,
    },
    /// It is another file.
    #[error("{url} is not {file} as it is known: its SHA-256 is {found}, not {known}; it was not kept")]
    Hash {
        /// From where.
        url: String,
        /// Which was wanted.
        file: &'static str,
        /// Of what came.
        found: String,
        /// Of what was wanted.
        known: &'static str,
    },
    /// It is another file.
    #[error("{url} is larger than {file} can be; it was not kept")]
    TooLarge {
        /// From where.
        url: String,
        /// Which was wanted.
        file: &'static str,
    },
}

/// Fetches `file` into `directory` unless it is there. `mirror` is where it is looked for in place of upstream's hub.
/// `progress` hears how many bytes there are, of how many. Dropping the future stops; the next call goes on from there.
pub async fn pull(
    file: &'static ModelFile,
    directory: &Path,
    mirror: Option<&str>,
    mut progress: impl FnMut(u64, u64),
) -> Result<PathBuf, PullError> {
    let (target, part) = (directory.join(file.file), directory.join(format!("{}.part", file.file)));
    let disk = |source| PullError::Disk { path: part.clone(), source };
    std::fs::create_dir_all(directory).map_err(disk)?;
    let lock = File::create(directory.join(".lock")).map_err(disk)?;
    flock(&lock, FlockOperation::NonBlockingLockExclusive).map_err(|_| PullError::Locked(directory.to_owned()))?;
    if target.is_file() && hash(&target).await.map_err(disk)? == file.sha256 {
        return Ok(target);
    }
    let url = format!("{}/{}", mirror.unwrap_or(file.hub).trim_end_matches('/'), file.file);
    let source = Source { file, url: &url };
    match url.strip_prefix("file://") {
        Some(path) => source.copy(Path::new(path), &part, &mut progress)?,
        None => source.download(&part, &mut progress).await?,
    }
    let found = hash(&part).await.map_err(disk)?;
    if found != file.sha256 {
        std::fs::remove_file(&part).map_err(disk)?;
        return Err(PullError::Hash { url, file: file.file, found, known: file.sha256 });
    }
    keep(&part, &target).map_err(disk)?;
    Ok(target)
}

/// To its name, for good.
pub fn keep(part: &Path, target: &Path) -> std::io::Result<()> {
    File::open(part)?.sync_all()?;
    std::fs::rename(part, target)?;
    target.parent().map_or(Ok(()), |directory| File::open(directory)?.sync_all())
}

async fn hash(path: &Path) -> std::io::Result<String> {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || models::sha256(&path)).await.map_err(Error::other)?
}

struct Source<'a> {
    file: &'static ModelFile,
    url: &'a str,
}

impl Source<'_> {
    fn copy(&self, from: &Path, part: &Path, progress: &mut impl FnMut(u64, u64)) -> Result<(), PullError> {
        let size = std::fs::metadata(from).map_err(|error| self.broken(error))?.len();
        self.fits(size, part)?;
        std::fs::copy(from, part).map_err(|error| self.broken(error))?;
        progress(size, size);
        Ok(())
    }

    async fn download(&self, part: &Path, progress: &mut impl FnMut(u64, u64)) -> Result<(), PullError> {
        let disk = |source| PullError::Disk { path: part.to_owned(), source };
        let mut there = std::fs::metadata(part).map_or(0, |metadata| metadata.len());
        let client = reqwest::Client::builder().connect_timeout(PATIENCE).read_timeout(PATIENCE).build();
        let client = client.map_err(|error| self.broken(error))?;
        let mut request = client.get(self.url);
        if there > 0 {
            request = request.header(RANGE, format!("bytes={there}-"));
        }
        let response = request.send().await.map_err(|error| self.broken(chain(&error)))?;
        match response.status() {
            // all of it came before; whether it is right is seen by its hash
            StatusCode::RANGE_NOT_SATISFIABLE if there > 0 => return Ok(()),
            StatusCode::PARTIAL_CONTENT if goes_on(&response, there) => {}
            StatusCode::OK => there = 0,
            status => return Err(self.broken(format!("it answers {status}"))),
        }
        let size = response.content_length().map_or(0, |rest| there + rest);
        let mut out = OpenOptions::new();
        let mut out = out.create(true).write(true).truncate(there == 0).append(there > 0).open(part).map_err(disk)?;
        let mut body = response.bytes_stream();
        while let Some(bytes) = body.next().await {
            let bytes = bytes.map_err(|error| self.broken(chain(&error)))?;
            out.write_all(&bytes).map_err(disk)?;
            there += bytes.len() as u64;
            self.fits(there, part)?;
            progress(there, size.max(there));
        }
        Ok(())
    }

    /// A server may send what it likes, and for ever.
    fn fits(&self, size: u64, part: &Path) -> Result<(), PullError> {
        if size <= u64::from(self.file.megabytes) * 1_000_000 + TOLERANCE {
            return Ok(());
        }
        let _ = std::fs::remove_file(part);
        Err(PullError::TooLarge { url: self.url.to_owned(), file: self.file.file })
    }

    fn broken(&self, reason: impl ToString) -> PullError {
        PullError::Network { url: self.url.to_owned(), reason: reason.to_string() }
    }
}

/// Whether an answer is the rest of what is there.
fn goes_on(response: &reqwest::Response, there: u64) -> bool {
    let range = response.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
    range.is_some_and(|range| range.starts_with(&format!("bytes {there}-")))
}

/// What went wrong underneath, which is the telling part.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.last().map_or_else(|| error.to_string(), ToString::to_string)
}
