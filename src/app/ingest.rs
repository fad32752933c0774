//! Files coming in: received piece by piece, then accepted as a video.
//!
//! A [`Receiver`] writes to `incoming/` block by block on blocking threads, one block while the next arrives, so
//! that an upload of any size needs 2 MiB of memory, holds no thread while it waits, and is slowed down by a slow
//! disk. Dropping it removes the file.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;
use tokio::task::JoinHandle;

use super::{App, AppError, pipeline};
use crate::db::{Conn, audit, imports, now_ms, videos};
use crate::domain::audit::{Actor, NewEntry};
use crate::domain::id::VideoId;
use crate::domain::title;
use crate::domain::video::{NewVideo, Source};
use crate::media::probe::{ProbeError, probe};
use crate::storage::keys::{self, Key};
use crate::storage::{Storage, StorageError};

/// Bytes gathered before they are handed to the writer.
const BLOCK_BYTES: usize = 1 << 20;
/// The free space is looked at again after so many bytes.
const SPACE_CHECK_BYTES: u64 = 64 << 20;

/// What came along with a file.
#[derive(Debug, Clone, Default)]
pub struct UploadForm {
    /// Typed title; empty = made from the file's name.
    pub title: String,
    /// Free text.
    pub description: String,
    /// The file's name at the sender's.
    pub file_name: String,
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
        result.map_err(AppError::internal)?.map_err(|error| match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => AppError::StorageFull,
            _ => AppError::internal(error),
        })
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

fn require_space(storage: &Storage, wanted: u64) -> Result<(), AppError> {
    let free = storage.free_bytes().map_err(|e: StorageError| AppError::internal(e))?;
    if free < wanted { Err(AppError::StorageFull) } else { Ok(()) }
}

/// Takes a copy of a file of this machine. Its fingerprint is remembered together with the video.
pub async fn import_file(app: &App, path: &Path, fingerprint: &str) -> Result<Uploaded, AppError> {
    let key = keys::new_incoming();
    let limit_bytes = app.config().storage.max_upload_size.0;
    let (storage, floor) = (app.storage().clone(), app.config().storage.free_space_floor.0);
    let (from, to) = (path.to_owned(), storage.path(&key));
    let copied = tokio::task::spawn_blocking(move || {
        let size = std::fs::metadata(&from).map_err(AppError::internal)?.len();
        if size > limit_bytes {
            return Err(AppError::TooLarge { limit_bytes });
        }
        require_space(&storage, floor.saturating_add(size))?;
        let copy = || std::fs::copy(&from, &to).and_then(|_| File::open(&to)?.sync_all());
        copy().map_err(|error| match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => AppError::StorageFull,
            _ => AppError::internal(error),
        })
    });
    let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let form = UploadForm { file_name: title::file_name(&file_name), ..UploadForm::default() };
    let accepted = match copied.await.map_err(AppError::internal)? {
        Ok(()) => accept(app, &Actor::system(), &key, form, Some(fingerprint.to_owned())).await,
        Err(error) => Err(error),
    };
    if accepted.is_err() {
        let storage = app.storage().clone();
        let removed = tokio::task::spawn_blocking(move || storage.remove(&key));
        removed.await.map_err(AppError::internal)??;
    }
    accepted
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
    let path = app.storage().path(incoming);
    let media = probe(&app.tools(), &app.probe_limits(), &path).await.map_err(refused)?;
    let (storage, key) = (app.storage().clone(), keys::new_source());
    let stored = key.clone();
    let moved = tokio::task::spawn_blocking(move || {
        let size = std::fs::metadata(&path).map_err(AppError::internal)?.len();
        storage.promote(&path, &key)?;
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
    let actor = actor.clone();
    let create = move |conn: &mut Conn| {
        let video = videos::insert(conn, &new, &slug, now_ms())?;
        pipeline::start(conn, video.id, None, &new.media, segment_seconds)?;
        if let Some(fingerprint) = &fingerprint {
            imports::remember(conn, fingerprint, now_ms())?;
        }
        let after = json!({ "title": video.title, "slug": video.slug, "size_bytes": size_bytes });
        let entry = NewEntry::done(&actor, "video_uploaded", format!("video:{}", video.id));
        audit::insert(conn, &entry.changing(None, Some(after)), now_ms())?;
        Ok(video)
    };
    let video = match app.db().write(create).await {
        Ok(video) => video,
        Err(error) => {
            let storage = app.storage().clone();
            let removed = tokio::task::spawn_blocking(move || storage.remove(&stored)).await;
            if !matches!(removed, Ok(Ok(()))) {
                tracing::warn!("a file that became no video was left behind");
            }
            return Err(error.into());
        }
    };
    app.pipeline().queue().tasks_were_queued();
    tracing::info!(video = %video.id, slug = video.slug, bytes = size_bytes, "received");
    if let Ok(snapshot) = super::progress::snapshot(app, video.id).await {
        app.announce(snapshot);
    }
    Ok(Uploaded { video_id: video.id, slug: video.slug, message: "Uploaded; processing starts now.".to_owned() })
}

fn refused(error: ProbeError) -> AppError {
    let (code, message) = (error.code(), error.to_string());
    match error {
        ProbeError::Empty => AppError::invalid(code, message),
        ProbeError::Tool(_) => AppError::internal(error),
        _ => AppError::UnsupportedMedia { code, message },
    }
}
