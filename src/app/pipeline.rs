//! STUB of the pipeline (plan, apply): only what the admin API calls, until the pipeline itself is here.

use super::{App, AppError};
use crate::domain::id::VideoId;

/// Starts a failed job again. Conflict unless the video failed.
pub async fn retry(_app: &App, _id: VideoId) -> Result<(), AppError> {
    Err(AppError::conflict("not_failed", "Only a failed video can be tried again."))
}

/// Stops the running job. Conflict when none runs.
pub async fn cancel(_app: &App, _id: VideoId) -> Result<(), AppError> {
    Err(AppError::conflict("not_running", "Nothing is being done for this video."))
}

/// Removes the video: its job, its rows, its files.
pub async fn delete(app: &App, id: VideoId) -> Result<(), AppError> {
    let video = app.db().run(move |conn| crate::db::videos::get(conn, id)).await?;
    app.db().run(move |conn| crate::db::videos::delete(conn, id)).await?;
    app.announce_removed(id, &video.slug);
    let storage = app.storage().clone();
    let removed = tokio::task::spawn_blocking(move || {
        storage.remove_directory(&crate::storage::keys::video(id))?;
        storage.remove(&crate::storage::keys::source(&video.source.key))
    });
    removed.await.map_err(AppError::internal)?.map_err(AppError::from)
}
