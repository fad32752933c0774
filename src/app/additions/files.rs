//! The files of additions: taken over from a task, and removed when nobody needs them any more.

use std::time::{Duration, SystemTime};

use super::current;
use crate::app::pipeline::work_key;
use crate::app::{App, AppError};
use crate::db::{DbError, now_ms};
use crate::domain::id::VideoId;
use crate::domain::job::{JobKind, Task};
use crate::domain::task::TaskError;
use crate::storage::keys::{self, Key};
use crate::storage::{Storage, StorageError};
use crate::tasks::ADDED;

/// A number that no files had before, and that comes back for no other video of the same name: seconds since 1970.
pub(in crate::app) fn new_number(before: Option<u32>) -> u32 {
    let second = u32::try_from(now_ms() / 1000).unwrap_or(u32::MAX);
    second.max(before.map_or(0, |before| before.saturating_add(1)))
}

/// Gives what a task made its place, whole and safe from a power cut. False when it made no files.
pub(super) async fn keep(app: &App, task: &Task, kind: JobKind, number: u32) -> Result<bool, TaskError> {
    let (storage, made) = (app.storage().clone(), keys::below(&work_key(task), ADDED));
    let place = keys::addition(task.video_id, kind, number);
    let keep = move || {
        let names = storage.names(&made)?;
        if names.is_empty() {
            return Ok(false);
        }
        names.iter().try_for_each(|name| storage.sync(&keys::below(&made, name)))?;
        storage.rename(&made, &place)?;
        storage.sync_directory(&place)?;
        Ok(true)
    };
    let kept = tokio::task::spawn_blocking(keep).await;
    let failed = |message: String| TaskError::retry("storage_failed", message);
    kept.map_err(|error| failed(error.to_string()))?.map_err(|error: StorageError| {
        if error.is_full() {
            TaskError::free("storage_full", "The disk is full; the work goes on when there is room.")
        } else {
            failed(error.to_string())
        }
    })
}

/// Removes files that came to nothing: of a task that was not ours any more, perhaps because its video is gone.
pub(super) async fn discard(app: &App, video: VideoId, kind: JobKind, number: u32) {
    let gone =
        app.db().run(move |conn| Ok(matches!(crate::db::videos::get(conn, video), Err(DbError::NotFound)))).await;
    let whole = matches!(gone, Ok(true));
    let key = if whole { keys::video(video) } else { keys::addition(video, kind, number) };
    remove(app, key).await.unwrap_or_else(|error| tracing::warn!(%video, %error, "files were left behind"));
}

/// Removes files that were replaced, and those that a crash left, once they have stood for the grace period.
pub async fn retire(app: &App) -> Result<(), AppError> {
    let (storage, grace) = (app.storage().clone(), app.config().storage.generation_grace);
    let candidates = tokio::task::spawn_blocking(move || with_some(&storage)).await.map_err(AppError::internal)??;
    for (video, kind, numbers) in candidates {
        let in_use = app.db().run(move |conn| current(conn, kind, video)).await?;
        let age = |number: u32| age(app.storage(), &keys::addition(video, kind, number));
        // replaced by what is in use, which tells since when
        let settled = in_use.is_none_or(|number| age(number) >= grace);
        for number in numbers.into_iter().filter(|number| Some(*number) != in_use && settled && age(*number) >= grace) {
            remove(app, keys::addition(video, kind, number)).await?;
        }
    }
    Ok(())
}

async fn remove(app: &App, key: Key) -> Result<(), AppError> {
    let storage = app.storage().clone();
    Ok(tokio::task::spawn_blocking(move || storage.remove_directory(&key)).await.map_err(AppError::internal)??)
}

/// The numbers there are of each kind of each video that has any.
fn with_some(storage: &Storage) -> Result<Vec<(VideoId, JobKind, Vec<u32>)>, StorageError> {
    let mut found = Vec::new();
    for id in storage.names(&keys::videos())?.iter().filter_map(|name| name.parse().ok().map(VideoId)) {
        for kind in JobKind::ADDITIONS {
            let names = storage.names(&keys::additions(id, kind))?;
            let numbers: Vec<u32> = names.iter().filter_map(|name| name.parse().ok()).collect();
            if !numbers.is_empty() {
                found.push((id, kind, numbers));
            }
        }
    }
    Ok(found)
}

fn age(storage: &Storage, key: &Key) -> Duration {
    let modified = std::fs::metadata(storage.path(key)).and_then(|metadata| metadata.modified());
    modified.ok().and_then(|modified| SystemTime::now().duration_since(modified).ok()).unwrap_or_default()
}
