//! Comparing rows and files, and mending: at the start, and every minute. Nothing is stuck for good.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use super::finish::{self, caught};
use super::{apply, beside, generation_of, reencode, schedule, segment_seconds};
use crate::app::{App, AppError, additions};
use crate::db::{Conn, jobs, now_ms, tasks, videos};
use crate::domain::id::{TaskId, VideoId};
use crate::domain::job::{Job, JobKind, TaskState};
use crate::domain::video::Failure;
use crate::storage::keys::{self, Key};
use crate::storage::{Storage, StorageError};

/// A generation of a video.
type Numbered = (VideoId, u32);

/// Days for which files are kept that no row names.
const LOST_DAYS: i32 = 30;

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
    reencode::begin_next(app).await?;
    retire_generations(app).await?;
    additions::retire(app).await?;
    beside::show_missing(app).await?;
    let storage = app.storage().clone();
    tokio::task::spawn_blocking(move || remove_lost(&storage)).await.map_err(AppError::internal)??;
    Ok(mended)
}

/// True when something was done; none when the job was left to [`finish::finish`], which notes its own faults.
async fn mend(app: &App, job: &Job) -> Result<Option<bool>, AppError> {
    if !job.kind.builds_generation() {
        return additions::mend(app, job).await.map(Some);
    }
    let id = job.id;
    let list = app.db().run(move |conn| tasks::list_for_job(conn, id)).await?;
    if list.is_empty() && job.kind == JobKind::Reencode {
        return Ok(Some(false)); // it waits for its turn
    }
    if list.is_empty() {
        let seconds = segment_seconds(app);
        let queue = move |conn: &mut Conn| {
            let job = jobs::get(conn, id)?;
            let video = videos::get(conn, job.video_id)?;
            tasks::insert_many(conn, &job, &[schedule::analyse(&video.media, seconds)], now_ms())
        };
        app.db().write(queue).await?;
        app.pipeline().queue().tasks_were_queued();
        return Ok(Some(true));
    }
    if let Some(failed) = list.iter().find(|t| t.state == TaskState::Failed && !t.spec.is_optional()) {
        let unknown = || Failure { code: "task_failed".to_owned(), message: "A step failed.".to_owned() };
        let told = apply::fail_or_go_on(app, failed, failed.error.clone().unwrap_or_else(unknown)).await?;
        return Ok(Some(told));
    }
    if list.iter().all(|t| t.state.is_final()) {
        finish::finish(app, job).await;
        return Ok(None);
    }
    Ok(Some(false))
}

/// Queues tasks again whose files are gone or damaged. Those that have had all their attempts stay as they are: the job
/// then fails at its end instead of making the same thing for ever.
pub(super) async fn make_anew(app: &App, job: &Job, lost: Vec<TaskId>) -> Result<(), AppError> {
    if lost.is_empty() {
        return Ok(());
    }
    let (id, count) = (job.id, lost.len());
    let queue = move |conn: &mut Conn| {
        let active = !jobs::get(conn, id)?.state.is_final();
        if active { tasks::make_anew(conn, id, &lost, now_ms()) } else { Ok(0) }
    };
    let queued = app.db().write(queue).await?;
    tracing::warn!(job = %id, lost = count, queued, "files that were made are gone; their tasks run again");
    app.pipeline().queue().tasks_were_queued();
    Ok(())
}

/// Compares the files of running jobs with their rows once, without waiting for somebody to need them.
pub async fn measure_generations(app: &App) {
    let Ok(active) = app.db().run(jobs::list_active).await else { return };
    for job in active.iter().filter(|job| job.plan.is_some()) {
        if let Err(error) = generation_of(app, job).await {
            tracing::error!(job = %job.id, %error, "what a job has made was not measured; its next task will");
        }
    }
}

/// Removes generations that viewers have left: older than the published one for longer than the grace period, and not asked
/// for of late.
async fn retire_generations(app: &App) -> Result<(), AppError> {
    let grace = app.config().storage.generation_grace;
    let storage = app.storage().clone();
    let (candidates, newest) =
        tokio::task::spawn_blocking(move || superseded(&storage, grace)).await.map_err(AppError::internal)??;
    reencode::remove_abandoned(app, newest).await?;
    for (video, number) in candidates {
        let current = app.db().run(move |conn| Ok(videos::get(conn, video).ok().and_then(|v| v.generation))).await?;
        if current.is_some_and(|current| number < current) && !app.media().is_watched(video, number) {
            let storage = app.storage().clone();
            let removed =
                tokio::task::spawn_blocking(move || storage.remove_directory(&keys::generation(video, number)));
            removed.await.map_err(AppError::internal)??;
        }
    }
    Ok(())
}

/// Generations beside which a newer one has stood for the grace period; and the newest of each video that has several.
fn superseded(storage: &Storage, grace: Duration) -> Result<(Vec<Numbered>, Vec<Numbered>), StorageError> {
    let (mut found, mut several) = (Vec::new(), Vec::new());
    for name in storage.names(&keys::videos())? {
        let Ok(id) = name.parse().map(VideoId) else { continue };
        let mut numbers: Vec<u32> =
            storage.names(&keys::video(id))?.iter().filter_map(|n| n.strip_prefix('g')?.parse().ok()).collect();
        numbers.sort_unstable();
        if let Some((newest, older)) = numbers.split_last()
            && !older.is_empty()
        {
            several.push((id, *newest));
            if age(storage, id, *newest) >= grace {
                found.extend(older.iter().map(|n| (id, *n)));
            }
        }
    }
    Ok((found, several))
}

fn age(storage: &Storage, video: VideoId, number: u32) -> Duration {
    let modified = std::fs::metadata(storage.path(&keys::generation(video, number))).and_then(|m| m.modified());
    modified.ok().and_then(|m| SystemTime::now().duration_since(m).ok()).unwrap_or_default()
}

/// Removes what a crash left lying about, half-received uploads and scratch directories, and sources that their videos do
/// without; sets aside files that no row knows. To be called once, before anything runs. The storage's lock is held, so
/// nothing else is at work.
///
/// That no row knows a file is weak evidence: the database may be an old one from a backup, or the wrong one. So such files
/// are kept for a while where a person can take them back from, and where there is no row at all nothing is touched.
pub async fn recover_files(app: &App) -> Result<(), AppError> {
    let storage = app.storage().clone();
    let names = move || {
        for name in storage.names(&keys::incoming())? {
            storage.remove(&keys::below(&keys::incoming(), &name))?;
        }
        for name in storage.names(&keys::all_work())? {
            storage.remove_directory(&keys::below(&keys::all_work(), &name))?;
        }
        let entries = |parent: &Key| -> Result<Vec<Key>, StorageError> {
            Ok(storage.names(parent)?.iter().map(|name| keys::below(parent, name)).collect())
        };
        Ok::<_, StorageError>((entries(&keys::sources())?, entries(&keys::videos())?))
    };
    let (sources, directories) = tokio::task::spawn_blocking(names).await.map_err(AppError::internal)??;
    let known = app.db().run(videos::list_files).await?;
    if known.is_empty() {
        if sources.len() + directories.len() > 0 {
            tracing::error!(
                uploads = sources.len(),
                videos = directories.len(),
                "the database knows no video, but the storage holds files; nothing is touched. Is database.url right?"
            );
        }
        return Ok(());
    }
    let named: HashSet<Key> =
        known.iter().flat_map(|(id, source, _)| [keys::video(*id), keys::source(source)]).collect();
    let dropped: Vec<Key> =
        known.iter().filter(|(_, _, kept)| !kept).map(|(_, source, _)| keys::source(source)).collect();
    let unknown = sources.into_iter().chain(directories).filter(|key| !named.contains(key)).collect();
    let storage = app.storage().clone();
    let clean = move || {
        dropped.iter().try_for_each(|key| storage.remove(key))?;
        set_aside(&storage, unknown)
    };
    Ok(tokio::task::spawn_blocking(clean).await.map_err(AppError::internal)??)
}

fn set_aside(storage: &Storage, unknown: Vec<Key>) -> Result<(), StorageError> {
    if unknown.is_empty() {
        return Ok(());
    }
    let since = jiff::Timestamp::now().strftime("%Y-%m-%dT%H%M%SZ").to_string();
    for key in &unknown {
        storage.rename(key, &keys::set_aside(&since, key))?;
    }
    let directory = storage.path(&keys::below(&keys::lost(), &since));
    tracing::warn!(
        count = unknown.len(),
        directory = %directory.display(),
        "uploads or videos that the database does not know were set aside, and are removed after {LOST_DAYS} days. Was it \
         restored from a backup, or is database.url another? Then stop vlog, set that right, and move them back"
    );
    Ok(())
}

/// Removes what was set aside long enough ago.
fn remove_lost(storage: &Storage) -> Result<(), StorageError> {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    for name in storage.names(&keys::lost())? {
        let since = name.get(..10).and_then(|date| date.parse::<jiff::civil::Date>().ok());
        if since.is_some_and(|since| (today - since).get_days() > LOST_DAYS) {
            tracing::info!(directory = name, "removing what was set aside {LOST_DAYS} days ago");
            storage.remove_directory(&keys::below(&keys::lost(), &name))?;
        }
    }
    Ok(())
}
