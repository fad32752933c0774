//! Files coming in: received piece by piece, then accepted as a video.
//!
//! A [`Receiver`] writes to `incoming/` block by block on blocking threads, one block while the next arrives, so
//! that an upload of any size needs 2 MiB of memory, holds no thread while it waits, and is slowed down by a slow
//! disk. Dropping it removes the file.

use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use rustix::fs::{Mode, OFlags};
use serde_json::json;
use tokio::task::JoinHandle;

use super::sharing::{self, SharingEdit};
use super::{App, AppError, pipeline, webhooks};
use crate::db::{Conn, DbError, audit, imports, now_ms, videos};
use crate::domain::audit::{Actor, NewEntry};
use crate::domain::id::VideoId;
use crate::domain::job::Priority;
use crate::domain::title;
use crate::domain::video::{NewVideo, Source, Video};
use crate::domain::visibility::Visibility;
use crate::domain::webhook::WebhookEvent;
use crate::media::probe::{ProbeError, probe};
use crate::storage::keys::{self, Key};
use crate::storage::{Storage, StorageError};

/// Bytes gathered before they are handed to the writer.
const BLOCK_BYTES: usize = 1 << 20;
/// The free space is looked at again after so many bytes.
const SPACE_CHECK_BYTES: u64 = 64 << 20;
/// Bytes of a file of this machine that are copied before somebody may stop it.
const COPY_BYTES: u64 = 64 << 20;

/// What came along with a file.
#[derive(Debug, Clone, Default)]
pub struct UploadForm {
    /// Typed title; empty = made from the file's name.
    pub title: String,
    /// Free text.
    pub description: String,
    /// The file's name at the sender's.
    pub file_name: String,
    /// Who may see the video.
    pub sharing: SharingEdit,
    /// How urgent it is.
    pub priority: Priority,
}

/// What became of an accepted file.
#[derive(Debug, Clone)]
pub struct Uploaded {
    /// The new video.
    pub video_id: VideoId,
    /// Its name in URLs.
    pub slug: String,
    /// For people.
    pub message: String,
}

/// A file being received.
#[derive(Debug)]
pub struct Receiver {
    app: App,
    key: Key,
    block: Vec<u8>,
    file: Arc<File>,
    writing: Option<JoinHandle<io::Result<()>>>,
    received: u64,
    checked: u64,
    accepted: bool,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("App")
    }
}

/// Starts receiving a file, if there is room for it. `declared_length` is what the sender said, in bytes.
pub async fn begin(app: &App, declared_length: Option<u64>) -> Result<Receiver, AppError> {
    let limit_bytes = app.config().storage.max_upload_size.0;
    if declared_length.is_some_and(|length| length > limit_bytes) {
        return Err(AppError::TooLarge { limit_bytes });
    }
    let key = keys::new_incoming();
    let (storage, floor) = (app.storage().clone(), app.config().storage.free_space_floor.0);
    let path = storage.path(&key);
    let opened = tokio::task::spawn_blocking(move || {
        require_space(&storage, floor.saturating_add(declared_length.unwrap_or(0)))?;
        File::create_new(path).map_err(AppError::internal)
    });
    let file = opened.await.map_err(AppError::internal)??;
    Ok(Receiver {
        app: app.clone(),
        key,
        block: Vec::new(),
        file: Arc::new(file),
        writing: None,
        received: 0,
        checked: 0,
        accepted: false,
    })
}

impl Receiver {
    /// Takes the next piece, of any size.
    pub async fn write(&mut self, piece: Bytes) -> Result<(), AppError> {
        let limit_bytes = self.app.config().storage.max_upload_size.0;
        self.received += piece.len() as u64;
        if self.received > limit_bytes {
            return Err(AppError::TooLarge { limit_bytes });
        }
        self.app.metrics().upload_bytes(piece.len());
        self.block.extend_from_slice(&piece);
        if self.block.len() >= BLOCK_BYTES {
            self.flush().await?;
        }
        if self.received - self.checked >= SPACE_CHECK_BYTES {
            self.checked = self.received;
            let (storage, floor) = (self.app.storage().clone(), self.app.config().storage.free_space_floor.0);
            tokio::task::spawn_blocking(move || require_space(&storage, floor)).await.map_err(AppError::internal)??;
        }
        Ok(())
    }

    /// Bytes taken so far.
    pub fn received_bytes(&self) -> u64 {
        self.received
    }

    /// The file is complete: it is on the disk when this returns, and a video was made of it.
    pub async fn finish(mut self, form: UploadForm, actor: &Actor) -> Result<Uploaded, AppError> {
        if self.received == 0 {
            return Err(AppError::invalid("empty_file", "The file is empty."));
        }
        self.flush().await?;
        let file = self.file.clone();
        self.spawn(move || file.sync_all()).await?;
        self.written().await?;
        let form = UploadForm { file_name: title::file_name(&form.file_name), ..form };
        let uploaded = accept(&self.app, actor, &self.key, form, None).await?;
        self.accepted = true;
        Ok(uploaded)
    }

    async fn flush(&mut self) -> Result<(), AppError> {
        let (file, block) = (self.file.clone(), std::mem::take(&mut self.block));
        self.spawn(move || (&*file).write_all(&block)).await
    }

    /// Starts work on the file once the work before it is done.
    async fn spawn(&mut self, work: impl FnOnce() -> io::Result<()> + Send + 'static) -> Result<(), AppError> {
        self.written().await?;
        self.writing = Some(tokio::task::spawn_blocking(work));
        Ok(())
    }

    /// Waits for the work on the file. It stays ours until it is done, also when this future is dropped.
    async fn written(&mut self) -> Result<(), AppError> {
        let Some(writing) = &mut self.writing else { return Ok(()) };
        let result = writing.await;
        self.writing = None;
        result.map_err(AppError::internal)?.map_err(disk)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if self.accepted {
            return;
        }
        let (storage, key, writing) = (self.app.storage().clone(), self.key.clone(), self.writing.take());
        let remove = move || {
            if let Err(error) = storage.remove(&key) {
                tracing::warn!(%error, "a broken upload was left behind");
            }
        };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(async move {
                if let Some(writing) = writing {
                    let _ = writing.await;
                }
                let _ = tokio::task::spawn_blocking(remove).await;
            })),
            Err(_) => remove(),
        }
    }
}

fn disk(error: io::Error) -> AppError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => AppError::StorageFull,
        _ => AppError::internal(error),
    }
}

fn require_space(storage: &Storage, wanted: u64) -> Result<(), AppError> {
    let free = storage.free_bytes().map_err(|e: StorageError| AppError::internal(e))?;
    if free < wanted { Err(AppError::StorageFull) } else { Ok(()) }
}

/// Takes a copy of a file of this machine. Its fingerprint is remembered together with the video. `is_the_same` tells
/// whether this is the file that was meant, and unchanged: it is asked before the file is read and afterwards, and what
/// changes meanwhile is not taken, but may be later.
pub async fn import_file(
    app: &App,
    path: &Path,
    fingerprint: &str,
    is_the_same: impl Fn(&Metadata) -> bool + Send + 'static,
) -> Result<Uploaded, AppError> {
    let key = keys::new_incoming();
    let limit_bytes = app.config().storage.max_upload_size.0;
    let (storage, floor) = (app.storage().clone(), app.config().storage.free_space_floor.0);
    let (from, to) = (path.to_owned(), storage.path(&key));
    let dropped = Arc::new(AtomicBool::new(false));
    let _told = DropFlag(dropped.clone());
    let copied = tokio::task::spawn_blocking(move || {
        let file = open_plain(&from).map_err(disk)?;
        let unchanged = || {
            let now = [file.metadata().map_err(disk)?, from.symlink_metadata().map_err(disk)?];
            let size = now[0].len();
            if now.iter().all(|now| now.is_file() && is_the_same(now)) { Ok(size) } else { Err(changed()) }
        };
        let size = unchanged()?;
        if size > limit_bytes {
            return Err(AppError::TooLarge { limit_bytes });
        }
        require_space(&storage, floor.saturating_add(size))?;
        let copied = copy(&file, &to, size, &dropped).map_err(disk).and_then(|()| unchanged());
        if copied.is_err() {
            storage.remove(&key)?; // nobody may be left to do it
        }
        copied.map(|_| key)
    });
    let key = copied.await.map_err(AppError::internal)??;
    let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let form = UploadForm { file_name: title::file_name(&file_name), ..UploadForm::default() };
    let accepted = accept(app, &Actor::system(), &key, form, Some(fingerprint.to_owned())).await;
    if accepted.is_err() {
        let storage = app.storage().clone();
        let removed = tokio::task::spawn_blocking(move || storage.remove(&key));
        removed.await.map_err(AppError::internal)??;
    }
    accepted
}

/// Set when whoever waits for the work does not any more.
struct DropFlag(Arc<AtomicBool>);

impl Drop for DropFlag {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Opens a file and nothing that a link leads to; a pipe does not block.
fn open_plain(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

fn changed() -> AppError {
    AppError::Unavailable { message: "The file is another than it was a moment ago.".to_owned() }
}

/// Copies `size` bytes, in blocks for which the kernel may share them or do the work itself.
fn copy(from: &File, to: &Path, size: u64, dropped: &AtomicBool) -> io::Result<()> {
    let (mut to, mut copied) = (File::create_new(to)?, 0);
    while copied < size {
        if dropped.load(Ordering::Relaxed) {
            return Err(io::Error::other("the import was stopped"));
        }
        let block = io::copy(&mut from.take(COPY_BYTES.min(size - copied)), &mut to)?;
        if block == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        copied += block;
    }
    to.sync_all()
}

/// True when a file with this fingerprint became a video before.
pub async fn was_imported(app: &App, fingerprint: &str) -> Result<bool, AppError> {
    let fingerprint = fingerprint.to_owned();
    Ok(app.db().run(move |conn| imports::is_known(conn, &fingerprint)).await?)
}

/// Remembers one more fingerprint of an imported file.
pub async fn remember_import(app: &App, fingerprint: &str) -> Result<(), AppError> {
    let fingerprint = fingerprint.to_owned();
    Ok(app.db().run(move |conn| imports::remember(conn, &fingerprint, now_ms())).await?)
}

/// Makes a video of a received file: looks into it, moves it to its key and queues the job. What is no media file
/// is refused before anything is kept.
async fn accept(
    app: &App,
    actor: &Actor,
    incoming: &Key,
    form: UploadForm,
    fingerprint: Option<String>,
) -> Result<Uploaded, AppError> {
    let described = title::check_description(&form.description);
    let description = described.map_err(|error| AppError::invalid_field("description", error.to_string()))?;
    let shared = sharing::check(app, form.sharing, Visibility::Public).await?;
    let path = app.storage().path(incoming);
    let media = probe(&app.tools(), &app.probe_limits(), &path).await.map_err(refused)?;
    let (storage, key) = (app.storage().clone(), keys::new_source());
    let stored = key.clone();
    let moved = tokio::task::spawn_blocking(move || {
        let size = std::fs::metadata(&path).map_err(AppError::internal)?.len();
        storage.promote(&path, &key)?;
        storage.sync_directory(&keys::sources())?;
        Ok::<_, AppError>(size)
    });
    let size_bytes = moved.await.map_err(AppError::internal)??;
    let title = title::clean_title(&form.title, &form.file_name);
    let new = NewVideo {
        title: title.clone(),
        description,
        source: Source { key: stored.as_str().to_owned(), name: form.file_name, size_bytes, kept: true },
        media,
    };
    let (slug, segment_seconds) = (title::slug(&title), pipeline::segment_seconds(app));
    let (actor, outbox) = (actor.clone(), webhooks::outbox(app));
    let create = move |conn: &mut Conn| {
        let video = videos::insert(conn, &new, &slug, now_ms())?;
        pipeline::start(conn, video.id, None, &new.media, (segment_seconds, form.priority))?;
        if let Some(fingerprint) = &fingerprint {
            imports::remember(conn, fingerprint, now_ms())?;
        }
        let after = json!({ "title": video.title, "slug": video.slug, "size_bytes": size_bytes });
        let entry = NewEntry::done(&actor, "video_uploaded", format!("video:{}", video.id));
        audit::insert(conn, &entry.changing(None, Some(after)), now_ms())?;
        let more = json!({ "filename": video.source.name, "size_bytes": size_bytes });
        outbox.record_video(conn, WebhookEvent::VideoUploaded, &video, more)?;
        if let Some(shared) = &shared {
            sharing::apply(conn, &actor, video.id, shared)?;
        }
        Ok(video)
    };
    let video = match app.db().write_durably(create).await {
        Ok(video) => video,
        Err(error) => after_all(app, stored, error).await?,
    };
    app.pipeline().queue().tasks_were_queued();
    webhooks::told(app);
    tracing::info!(video = %video.id, slug = video.slug, bytes = size_bytes, "received");
    if let Ok(snapshot) = super::progress::snapshot(app, video.id).await {
        app.announce(snapshot);
    }
    Ok(Uploaded { video_id: video.id, slug: video.slug, message: "Uploaded; processing starts now.".to_owned() })
}

/// A transaction that failed may have been committed all the same, when the connection was lost on the way: then there is a
/// video. The file is removed only when there is none for certain; else it stays, and the next start finds out.
async fn after_all(app: &App, stored: Key, error: DbError) -> Result<Video, AppError> {
    let key = stored.as_str().to_owned();
    let find = move |conn: &mut Conn| Ok((videos::find_by_source(conn, &key)?, conn.is_certain(&error), error));
    let (uncertain, error) = match app.db().run(find).await {
        Ok((Some(video), ..)) => return Ok(video),
        Ok((None, certain, error)) => (!certain, error),
        Err(error) => (true, error),
    };
    if uncertain {
        tracing::warn!(file = %stored, "an upload is left where it is: nobody knows whether it became a video");
        return Err(error.into());
    }
    let storage = app.storage().clone();
    let removed = tokio::task::spawn_blocking(move || storage.remove(&stored)).await;
    if !matches!(removed, Ok(Ok(()))) {
        tracing::warn!("a file that became no video was left behind");
    }
    Err(error.into())
}

fn refused(error: ProbeError) -> AppError {
    let (code, message) = (error.code(), error.to_string());
    match error {
        ProbeError::Empty => AppError::invalid(code, message),
        ProbeError::Tool(_) => AppError::internal(error),
        _ => AppError::UnsupportedMedia { code, message },
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]
mod tests {
    use std::sync::atomic::AtomicU32;

    use rustix::fs::FileType;

    use super::*;
    use crate::config::{Config, DatabaseUrl};
    use crate::domain::media::MediaInfo;

    fn names(storage: &Storage, key: &Key) -> Vec<String> {
        storage.names(key).unwrap()
    }

    async fn refusal(app: &App, path: &Path, is_the_same: impl Fn(&Metadata) -> bool + Send + 'static) -> AppError {
        let Err(error) = import_file(app, path, "1", is_the_same).await else { panic!("{} was taken", path.display()) };
        assert_eq!(names(app.storage(), &keys::incoming()), [""; 0]);
        error
    }

    /// All that it has is below this directory.
    async fn app(directory: &Path) -> App {
        let storage = directory.join("storage");
        let mut boot = Config::default();
        boot.storage.path = storage.clone();
        boot.database.url = DatabaseUrl::sqlite(directory.join("vlog.db"));
        tokio::task::spawn_blocking(move || App::open(boot.into()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn what_changes_while_it_is_read_is_not_taken() {
        let directory = tempfile::tempdir().unwrap();
        let app = app(directory.path()).await;
        let path = directory.path().join("film.mp4");
        std::fs::write(&path, vec![1; 3 << 20]).unwrap();
        // after the first look, as somebody who goes on copying
        let (looks, growing) = (AtomicU32::new(0), path.clone());
        let grows = move |metadata: &Metadata| {
            if looks.fetch_add(1, Ordering::Relaxed) == 1 {
                File::options().append(true).open(&growing).unwrap().write_all(b"more").unwrap();
            }
            metadata.len() == 3 << 20
        };
        assert!(matches!(refusal(&app, &path, grows).await, AppError::Unavailable { .. }));

        let link = directory.path().join("link.mp4");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        refusal(&app, &link, |_| true).await;
        let pipe = directory.path().join("pipe.mp4");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, FileType::Fifo, Mode::RUSR, 0).unwrap();
        assert!(
            matches!(refusal(&app, &pipe, |_| true).await, AppError::Unavailable { .. }),
            "and nothing waits for it"
        );

        let (from, to) = (File::open(&path).unwrap(), directory.path().join("copy"));
        assert!(copy(&from, &to, 1, &AtomicBool::new(true)).is_err(), "it goes on though it was stopped");
    }

    #[tokio::test]
    async fn a_file_stays_when_it_may_be_a_videos() {
        let directory = tempfile::tempdir().unwrap();
        let app = app(directory.path()).await;
        let (committed, none) = (keys::new_source(), keys::new_source());
        for key in [&committed, &none] {
            std::fs::write(app.storage().path(key), "film").unwrap();
        }
        let source = Source { key: committed.as_str().to_owned(), name: "a.mp4".to_owned(), size_bytes: 4, kept: true };
        let new = NewVideo { title: "A".to_owned(), description: String::new(), source, media: MediaInfo::default() };
        let video = app.db().write(move |conn| videos::insert(conn, &new, "a", 1)).await.unwrap();
        let lost = || DbError::Stopped;
        assert_eq!(after_all(&app, committed.clone(), lost()).await.unwrap().id, video.id);
        assert!(after_all(&app, none.clone(), lost()).await.is_err());
        assert!(app.storage().exists(&committed) && !app.storage().exists(&none));
    }
}
