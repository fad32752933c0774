//! Another generation beside the one that is watched: asked for, begun in turn, and thrown away when it does not come to its
//! end. Viewers see nothing of it before it is whole.

use std::collections::HashSet;

use serde_json::json;

use super::{locked, schedule, segment_seconds};
use crate::app::{App, AppError};
use crate::db::{Conn, DbError, audit, jobs, now_ms, tasks, videos};
use crate::domain::audit::{Actor, NewEntry};
use crate::domain::id::{JobId, VideoId};
use crate::domain::job::{Job, JobKind, JobState, Priority};
use crate::domain::task::TaskOutcome;
use crate::domain::video::{Video, VideoStatus};
use crate::storage::{Storage, StorageError, keys};

/// Videos of one transaction.
const TOGETHER: usize = 100;
/// What a thumbnail is stored as.
const PICTURES: [&str; 2] = ["jpg", "webp"];

/// True for a generation that viewers have nothing of, because they have another.
pub(super) fn is_kept_back(video: &Video, job: &Job) -> bool {
    job.kind == JobKind::Reencode && video.generation != Some(job.generation)
}

/// Asks for another generation of a video.
pub async fn queue(app: &App, actor: &Actor, id: VideoId, priority: Priority) -> Result<JobId, AppError> {
    let actor = actor.clone();
    let ask = move |conn: &mut Conn| {
        let video = videos::get(conn, id)?;
        if let Some(refusal) = refusal(conn, &video)? {
            return Ok(Err(refusal));
        }
        insert(conn, &actor, &video, priority).map(Ok)
    };
    let job = app.db().write(ask).await??;
    begin_next(app).await?;
    super::announce(app, id, true).await;
    Ok(job.id)
}

/// Asks for another generation of every video that can have one. Returns how many.
pub async fn queue_all(app: &App, actor: &Actor, priority: Priority) -> Result<usize, AppError> {
    let all = app.db().run(videos::list_ready).await?;
    let mut queued = 0;
    for some in all.chunks(TOGETHER).map(<[VideoId]>::to_vec) {
        let actor = actor.clone();
        let ask = move |conn: &mut Conn| {
            let mut queued = 0;
            for id in some {
                let video = match videos::get(conn, id) {
                    Err(DbError::NotFound) => continue,
                    other => other?,
                };
                if refusal(conn, &video)?.is_none() {
                    insert(conn, &actor, &video, priority)?;
                    queued += 1;
                }
            }
            Ok::<usize, DbError>(queued)
        };
        queued += app.db().write(ask).await?;
    }
    begin_next(app).await?;
    Ok(queued)
}

fn refusal(conn: &mut Conn, video: &Video) -> Result<Option<AppError>, DbError> {
    let refuse = |code, message: &str| Ok(Some(AppError::conflict(code, message)));
    if video.status != VideoStatus::Ready {
        return refuse("not_ready", "Only a video that is complete can be encoded again; retry one that failed.");
    }
    if !video.source.kept {
        return Ok(Some(super::again::source_gone()));
    }
    if jobs::active_for_video(conn, video.id)?.is_some_and(|job| JobKind::GENERATION.contains(&job.kind)) {
        return refuse("job_active", "This video is being worked on; wait for that, or stop it first.");
    }
    Ok(None)
}

fn insert(conn: &mut Conn, actor: &Actor, video: &Video, priority: Priority) -> Result<Job, DbError> {
    let latest = jobs::latest_for_video(conn, video.id)?.map(|job| job.generation);
    let job = super::insert(conn, (video.id, JobKind::Reencode), video.generation.max(latest), priority)?;
    let entry = NewEntry::done(actor, "video_reencode_queued", format!("video:{}", video.id));
    audit::insert(
        conn,
        &entry.changing(None, Some(json!({ "job": job.id, "priority": priority.as_str() }))),
        now_ms(),
    )?;
    Ok(job)
}

/// Begins jobs whose turn has come: a few at once, so that the disk holds few generations that nobody watches.
pub async fn begin_next(app: &App) -> Result<(), AppError> {
    // two who count at once would begin one twice
    let _alone = app.pipeline().beginning.lock().await;
    let (at_once, seconds) = (app.config().reencode.batch_size as usize, segment_seconds(app));
    let look = |conn: &mut Conn| jobs::list_in_turn(conn, JobKind::Reencode, false);
    if app.db().run(look).await?.is_empty() {
        return Ok(());
    }
    let begin = move |conn: &mut Conn| {
        let begun = jobs::list_in_turn(conn, JobKind::Reencode, true)?.len();
        let next = jobs::list_in_turn(conn, JobKind::Reencode, false)?;
        for job in next.iter().take(at_once.saturating_sub(begun)) {
            let video = videos::get(conn, job.video_id)?;
            let first = schedule::of_job(job, schedule::analyse(&video.media, seconds));
            tasks::insert_many(conn, job, &[first], now_ms())?;
        }
        Ok::<_, DbError>(())
    };
    app.db().write(begin).await?;
    app.pipeline().queue().tasks_were_queued();
    Ok(())
}

/// The files of a job that ended before it was whole go, and the next one begins.
pub(super) async fn ended(app: &App, job: &Job) {
    let ended = async {
        let id = job.video_id;
        let video = app.db().run(move |conn| videos::get(conn, id)).await?;
        if is_kept_back(&video, job) {
            discard(app, id, job.generation).await?;
        }
        begin_next(app).await
    };
    if let Err(error) = ended.await {
        tracing::error!(job = %job.id, %error, "a job that ended was not tidied up after; the reconciler will");
    }
}

/// Removes the files of a generation that nobody sees, and lets nobody write another.
async fn discard(app: &App, video: VideoId, number: u32) -> Result<(), AppError> {
    let generation = {
        let _alone = app.pipeline().opening.lock().await;
        locked(&app.pipeline().generations).remove(&video).filter(|known| known.number() == number)
    };
    let storage = app.storage().clone();
    let removed = tokio::task::spawn_blocking(move || {
        let remove = || storage.remove_directory(&keys::generation(video, number));
        match generation {
            Some(generation) => generation.discard(remove),
            None => remove(),
        }
    });
    Ok(removed.await.map_err(AppError::internal)??)
}

/// Removes what is left of generations that did not come to their end: the server stopped before it could.
pub(super) async fn remove_abandoned(app: &App, newest: Vec<(VideoId, u32)>) -> Result<(), AppError> {
    for (id, number) in newest {
        let look = move |conn: &mut Conn| {
            let Some(job) = jobs::of_generation(conn, id, number)? else { return Ok(false) };
            let ended = matches!(job.state, JobState::Failed | JobState::Cancelled);
            Ok(ended && is_kept_back(&videos::get(conn, id)?, &job))
        };
        if app.db().run(look).await? {
            discard(app, id, number).await?;
        }
    }
    Ok(())
}

/// What becomes true of a video besides its generation when that is whole.
#[derive(Debug)]
pub(super) struct Shown {
    /// Widths of the new thumbnails and a tiny picture; none: the old ones were taken along.
    pub thumbnails: Option<Thumbnails>,
    /// What a viewer may miss.
    pub warnings: Vec<String>,
}

type Thumbnails = (Vec<u32>, Option<String>);

/// Thumbnails of the generation that is about to be shown. Where none could be made, it takes those of the old one along.
pub(super) fn thumbnails(
    storage: &Storage,
    (video, to): (&Video, u32),
    outcomes: impl Iterator<Item = TaskOutcome>,
) -> Result<Option<Thumbnails>, StorageError> {
    let mut made = outcomes.filter_map(|outcome| match outcome {
        TaskOutcome::Thumbnail { widths, placeholder } => Some((widths, placeholder)),
        _ => None,
    });
    let thumbnails = made.next();
    if let (None, Some(from)) = (&thumbnails, video.generation) {
        let widths: HashSet<u32> = video.thumbnail_widths.iter().copied().collect();
        for name in widths.iter().flat_map(|width| PICTURES.map(|format| format!("thumbnail-{width}.{format}"))) {
            let (old, new) = (keys::generated(video.id, from, &name), keys::generated(video.id, to, &name));
            if storage.exists(&old) {
                storage.write(&new, &storage.read(&old)?)?;
                storage.sync(&new)?;
            }
        }
    }
    Ok(thumbnails)
}
