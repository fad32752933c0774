//! The files of a worker's task: the source it reads, the segments it brings.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use ring::digest;
use uuid::Uuid;

use super::tasks::held;
use crate::app::pipeline::TranscodeRunner;
use crate::app::{App, AppError};
use crate::db::videos;
use crate::domain::id::TaskId;
use crate::domain::task::{TaskError, TaskSpec};
use crate::domain::worker::{BODY_MAX_BYTES, Worker};
use crate::media::presentation::names;
use crate::storage::keys;

/// A worker that is silent for this long is gone.
const SILENCE: Duration = Duration::from_secs(60);
/// Bytes gathered before they are written.
const BLOCK_BYTES: usize = 1 << 20;

/// The source of a task that the worker holds, open for reading, and its size in bytes.
pub async fn open_source(app: &App, worker: &Worker, id: TaskId, token: Uuid) -> Result<(File, u64), AppError> {
    let (task, _) = held(app, worker, id, token).await?;
    let video = app.db().run(move |conn| videos::get(conn, task.video_id)).await?;
    let storage = app.storage().clone();
    let open = tokio::task::spawn_blocking(move || storage.open(&keys::source(&video.source.key)));
    let stored = open.await.map_err(AppError::internal)??;
    Ok((stored.file, stored.size_bytes))
}

/// Takes one file of a task that the worker holds: of a name that the task makes, with this SHA-256, whole or not at all.
/// Taking it twice changes nothing.
pub async fn receive<E: std::error::Error + Send + Sync + 'static>(
    app: &App,
    worker: &Worker,
    lease: (TaskId, Uuid),
    path: &str,
    sha256: &[u8],
    body: impl Stream<Item = Result<Bytes, E>>,
) -> Result<(), AppError> {
    let (task, _) = held(app, worker, lease.0, lease.1).await?;
    if !is_made_by(&task.spec, path) {
        return Err(unexpected());
    }
    in_scratch(app, async |directory| {
        write(&directory.join(path), sha256, body, SILENCE).await?;
        take(app, worker, lease, directory, vec![path.to_owned()]).await
    })
    .await
}

/// Takes several files in a tar, each as [`receive`] does.
pub async fn receive_archive<E: std::error::Error + Send + Sync + 'static>(
    app: &App,
    worker: &Worker,
    lease: (TaskId, Uuid),
    sha256: &[u8],
    body: impl Stream<Item = Result<Bytes, E>>,
) -> Result<(), AppError> {
    let (task, _) = held(app, worker, lease.0, lease.1).await?;
    in_scratch(app, async |directory| {
        let archive = directory.join("archive.tar");
        write(&archive, sha256, body, SILENCE).await?;
        let to = directory.to_owned();
        let unpacked = tokio::task::spawn_blocking(move || unpack(&archive, &to, &task.spec));
        let files = unpacked.await.map_err(AppError::internal)??;
        take(app, worker, lease, directory, files).await
    })
    .await
}

/// Works in a new directory, which is gone afterwards.
async fn in_scratch(app: &App, work: impl AsyncFnOnce(&Path) -> Result<(), AppError>) -> Result<(), AppError> {
    let parent = app.storage().path(&keys::all_work());
    let made = tokio::task::spawn_blocking(move || tempfile::tempdir_in(parent));
    let directory = made.await.map_err(AppError::internal)?.map_err(disk)?;
    let done = work(directory.path()).await;
    let removed = tokio::task::spawn_blocking(move || directory.close());
    if let Ok(Err(error)) = removed.await {
        tracing::warn!(%error, "a directory was left behind");
    }
    done
}

/// Hands files to the pipeline, if the worker still holds the task: receiving them took a while.
async fn take(
    app: &App,
    worker: &Worker,
    lease: (TaskId, Uuid),
    directory: &Path,
    files: Vec<String>,
) -> Result<(), AppError> {
    let (task, _) = held(app, worker, lease.0, lease.1).await?;
    let runner = TranscodeRunner::new(app.clone());
    for file in files {
        runner.take(&task, directory.to_owned(), file).await.map_err(refused)?;
    }
    Ok(())
}

/// Unpacks the task's files below `to` and returns their names, in order. Anything else in the archive refuses it.
fn unpack(archive: &Path, to: &Path, spec: &TaskSpec) -> Result<Vec<String>, AppError> {
    let broken = |e: io::Error| AppError::invalid("archive_broken", format!("This is no whole tar: {e}"));
    let mut files = Vec::new();
    for entry in tar::Archive::new(File::open(archive).map_err(disk)?).entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if !entry.header().entry_type().is_file() || !is_made_by(spec, &path) || files.contains(&path) {
            return Err(unexpected());
        }
        let target = to.join(&path);
        target.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(disk)?;
        let mut file = File::create_new(&target).map_err(disk)?;
        io::copy(&mut entry, &mut file).map_err(disk)?;
        files.push(path);
    }
    Ok(files)
}

fn unexpected() -> AppError {
    AppError::invalid_field("path", "The task makes no file of that name.")
}

/// Init and segments of its renditions, and nothing else.
fn is_made_by(spec: &TaskSpec, path: &str) -> bool {
    let Some(spec) = spec.encode() else { return false };
    let Some((rendition, file)) = path.split_once('/') else { return false };
    spec.ranges().iter().filter(|range| range.rendition == rendition).any(|range| {
        file == names::INIT || (range.first..range.first + range.count).any(|number| names::segment(number) == file)
    })
}

/// Writes a body to a new file, which is good for nothing unless its SHA-256 is this one. A sender that is silent for that
/// long is not waited for.
async fn write<E: std::error::Error + Send + Sync + 'static>(
    path: &Path,
    sha256: &[u8],
    body: impl Stream<Item = Result<Bytes, E>>,
    silence: Duration,
) -> Result<(), AppError> {
    let path = path.to_owned();
    let create = move || {
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        File::create_new(&path)
    };
    let mut file = tokio::task::spawn_blocking(create).await.map_err(AppError::internal)?.map_err(disk)?;
    let (mut hash, mut block, mut received) = (digest::Context::new(&digest::SHA256), Vec::new(), 0);
    let mut body = std::pin::pin!(body);
    loop {
        let broken = |why: String| AppError::invalid("body_broken", format!("The file did not come whole: {why}"));
        let next = tokio::time::timeout(silence, body.next()).await;
        let piece = next.map_err(|_| broken("nothing came any more".to_owned()))?.transpose();
        let piece = piece.map_err(|error| broken(error.to_string()))?;
        let last = piece.is_none();
        let piece = piece.unwrap_or_default();
        received += piece.len() as u64;
        if received > BODY_MAX_BYTES {
            return Err(AppError::TooLarge { limit_bytes: BODY_MAX_BYTES });
        }
        block.extend_from_slice(&piece);
        if block.len() < BLOCK_BYTES && !last {
            continue;
        }
        let full = std::mem::take(&mut block);
        let write = move || -> io::Result<_> {
            file.write_all(&full)?;
            hash.update(&full);
            Ok((file, hash))
        };
        (file, hash) = tokio::task::spawn_blocking(write).await.map_err(AppError::internal)?.map_err(disk)?;
        if last {
            break;
        }
    }
    if hash.finish().as_ref() == sha256 {
        return Ok(());
    }
    let message = "The file is not what was sent: its SHA-256 is another. Send it again.".to_owned();
    Err(AppError::InvalidInput { code: "digest_mismatch", message, field: Some("body") })
}

fn disk(error: io::Error) -> AppError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => AppError::StorageFull,
        _ => AppError::internal(error),
    }
}

/// Why the pipeline did not take it.
pub(super) fn refused(error: TaskError) -> AppError {
    match error.code {
        "storage_full" => AppError::StorageFull,
        "init_mismatch" => AppError::conflict("init_mismatch", error.message),
        "invalid_segment" => {
            AppError::InvalidInput { code: "invalid_segment", message: error.message, field: Some("body") }
        }
        _ => AppError::internal(error),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::domain::ladder;
    use crate::domain::task::{EncodeSpec, Picture};
    use crate::domain::transcode::Chunk;

    #[tokio::test]
    async fn a_file_that_does_not_go_on_is_given_up() {
        let directory = tempfile::tempdir().unwrap();
        let begin = futures_util::stream::iter([Ok::<_, io::Error>(Bytes::from_static(b"half"))]);
        let body = begin.chain(futures_util::stream::pending());
        let written = write(&directory.path().join("file"), &[], body, Duration::from_millis(10)).await;
        assert!(matches!(written, Err(AppError::InvalidInput { code: "body_broken", .. })), "{written:?}");
    }

    #[test]
    fn names_are_those_of_the_task() {
        let chunk = Chunk {
            index: 1,
            first_segment: 10,
            starts: vec![60.0, 66.0],
            end: None,
            last_frame: None,
            quarter_frame: 0.01,
            seek: None,
        };
        let spec = TaskSpec::Encode(EncodeSpec {
            start_seconds: 0.0,
            stream_index: 0,
            chunk,
            duration_seconds: 12.0,
            rungs: ladder::rungs(1280, 720, 25.0),
            picture: Picture::default(),
            encoder: "libx264".to_owned(),
            preset: "fast".to_owned(),
            frames_on_device: None,
            beside_hardware: false,
        });
        for good in ["720p/init.mp4", "360p/seg_00010.m4s", "720p/seg_00011.m4s"] {
            assert!(is_made_by(&spec, good), "{good}");
        }
        for bad in [
            "720p/seg_00009.m4s",
            "720p/seg_00012.m4s",
            "720p/seg_+0010.m4s",
            "720p/seg_10.m4s",
            "1080p/init.mp4",
            "720p/stream.m3u8",
            "init.mp4",
            "../720p/init.mp4",
            "720p/../init.mp4",
            "/720p/init.mp4",
            "720p/init.mp4/",
            "",
        ] {
            assert!(!is_made_by(&spec, bad), "{bad}");
        }
    }
}
