//! Comparing rows and files, and mending: at the start, and every minute. Nothing is stuck for good.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use super::finish::{self, caught};
use super::{apply, schedule, segment_seconds};
use crate::app::{App, AppError};
use crate::db::{Conn, jobs, now_ms, tasks, videos};
use crate::domain::id::VideoId;
use crate::domain::job::{Job, TaskState};
use crate::domain::video::Failure;
use crate::storage::keys;
use crate::storage::{Storage, StorageError};

/// Takes up jobs that nothing drives any more. Returns how many were mended.
pub async fn reconcile(app: &App) -> Result<usize, AppError> {
    let active = app.db().run(jobs::list_active).await?;
    app.pipeline().forget_other_faults(&active);
    let mut mended = 0;
    for job in active.iter().filter(|job| !app.pipeline().is_resting(job.id)) {
        match caught(mend(app, job)).await {
            Ok(Some(acted)) => {
                mended += usize::from(acted);
                app.pipeline().forget_fault(job.id);
            }
            Ok(None) => mended += 1,
            Err(error) => finish::note_fault(app, job, &error).await,
        }
    }
    retire_generations(app).await?;
    Ok(mended)
}

/// True when something was done; none when the job was left to [`finish::finish`], which notes its own faults.
async fn mend(app: &App, job: &Job) -> Result<Option<bool>, AppError> {
    let id = job.id;
    let list = app.db().run(move |conn| tasks::list_for_job(conn, id)).await?;
    if list.is_empty() {
        let (job, seconds) = (job.clone(), segment_seconds(app));
        let queue = move |conn: &mut Conn| {
            let video = videos::get(conn, job.video_id)?;
            tasks::insert_many(conn, &job, &[schedule::analyse(&video.media, seconds)], now_ms())
        };
        app.db().write(queue).await?;
        app.pipeline().queue().tasks_were_queued();
        return Ok(Some(true));
    }
    if let Some(failed) = list.iter().find(|t| t.state == TaskState::Failed && !t.spec.is_optional()) {
        let unknown = || Failure { code: "task_failed".to_owned(), message: "A step failed.".to_owned() };
        apply::fail_or_go_on(app, failed, failed.error.clone().unwrap_or_else(unknown)).await?;
        return Ok(Some(true));
    }
    if list.iter().all(|t| t.state.is_final()) {
        finish::finish(app, job).await;
        return Ok(None);
    }
    Ok(Some(false))
}

/// Removes generations that viewers have left: older than the published one for longer than the grace period.
async fn retire_generations(app: &App) -> Result<(), AppError> {
    let grace = app.config().storage.generation_grace;
    let storage = app.storage().clone();
    let candidates =
        tokio::task::spawn_blocking(move || superseded(&storage, grace)).await.map_err(AppError::internal)??;
    for (video, number) in candidates {
        let current = app.db().run(move |conn| Ok(videos::get(conn, video).ok().and_then(|v| v.generation))).await?;
        if current.is_some_and(|current| number < current) {
            let storage = app.storage().clone();
            let removed =
                tokio::task::spawn_blocking(move || storage.remove_directory(&keys::generation(video, number)));
            removed.await.map_err(AppError::internal)??;
        }
    }
    Ok(())
}

/// Generations beside which a newer one has stood for the grace period.
fn superseded(storage: &Storage, grace: Duration) -> Result<Vec<(VideoId, u32)>, StorageError> {
    let mut found = Vec::new();
    for name in storage.names(&keys::videos())? {
        let Ok(id) = name.parse().map(VideoId) else { continue };
        let mut numbers: Vec<u32> =
            storage.names(&keys::video(id))?.iter().filter_map(|n| n.strip_prefix('g')?.parse().ok()).collect();
        numbers.sort_unstable();
        if let Some((newest, older)) = numbers.split_last()
            && !older.is_empty()
            && age(storage, id, *newest) >= grace
        {
            found.extend(older.iter().map(|n| (id, *n)));
        }
    }
    Ok(found)
}

fn age(storage: &Storage, video: VideoId, number: u32) -> Duration {
    let modified = std::fs::metadata(storage.path(&keys::generation(video, number))).and_then(|m| m.modified());
    modified.ok().and_then(|m| SystemTime::now().duration_since(m).ok()).unwrap_or_default()
}

/// Removes what a crash left lying about. To be called once, before anything runs: half-received uploads,
/// scratch directories, files of videos that no row knows. The storage's lock is held, so nothing else is at work.
///
/// A database without a single video beside a storage full of them is more likely the wrong database than a crash:
/// then nothing of theirs is touched.
pub async fn recover_files(app: &App) -> Result<(), AppError> {
    let storage = app.storage().clone();
    let names = move || {
        for name in storage.names(&keys::incoming())? {
            storage.remove(&keys::below(&keys::incoming(), &name))?;
        }
        for name in storage.names(&keys::all_work())? {
            storage.remove_directory(&keys::below(&keys::all_work(), &name))?;
        }
        Ok::<_, StorageError>((storage.names(&keys::sources())?, storage.names(&keys::videos())?))
    };
    let (sources, directories) = tokio::task::spawn_blocking(names).await.map_err(AppError::internal)??;
    let known = app.db().run(videos::list_files).await?;
    if known.is_empty() && !directories.is_empty() {
        tracing::error!(
            directories = directories.len(),
            "the database knows no video, but the storage holds some; nothing is removed. Is database.url right?"
        );
        return Ok(());
    }
    let ids: HashSet<String> = known.iter().map(|(id, _)| id.to_string()).collect();
    let kept: HashSet<String> = known.into_iter().filter_map(|(_, source)| source).collect();
    let storage = app.storage().clone();
    let clean = move || {
        for name in directories.iter().filter(|name| !ids.contains(*name)) {
            tracing::info!(directory = name, "removing files of a video that is gone");
            storage.remove_directory(&keys::below(&keys::videos(), name))?;
        }
        for name in sources {
            let key = keys::below(&keys::sources(), &name);
            if !kept.contains(key.as_str()) {
                tracing::info!(file = %key, "removing an uploaded file that no video has");
                storage.remove(&key)?;
            }
        }
        Ok::<_, StorageError>(())
    };
    Ok(tokio::task::spawn_blocking(clean).await.map_err(AppError::internal)??)
}
