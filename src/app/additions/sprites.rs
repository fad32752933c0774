//! Pictures for the seek bar.

use super::{request, under_way};
use crate::app::{App, AppError};
use crate::config::Config;
use crate::db::jobs::{self, Filter, JobCounts};
use crate::db::videos::{self, Sprites};
use crate::db::{Conn, DbError, now_ms, tasks};
use crate::domain::audit::Actor;
use crate::domain::id::VideoId;
use crate::domain::job::{Job, JobKind, Priority};
use crate::domain::media::MediaInfo;
use crate::domain::task::{Picture, SpritesSpec, TaskOutcome, TaskSpec};
use crate::domain::transcode::TranscodePlan;
use crate::domain::video::Video;
use crate::media::{plan, sprites};

/// Videos that are looked at in one go.
const PORTION: u32 = 100;

pub(super) fn plan(config: &Config, video: &Video) -> Result<TaskSpec, AppError> {
    if !config.sprites.enabled {
        return Err(AppError::conflict("sprites_disabled", "Seek bar pictures are switched off (sprites.enabled)."));
    }
    let MediaInfo { video: picture, start_seconds, .. } = &video.media;
    let stream = picture.as_ref().filter(|_| video.width > 0).ok_or_else(|| {
        AppError::conflict("audio_only", "This has no picture, so there is nothing to show on the seek bar.")
    })?;
    let (width, height) = sprites::tile(config.sprites.tile_width, (stream.display_width, stream.display_height));
    let shown = plan::picture(stream, &TranscodePlan::default());
    Ok(TaskSpec::Sprites(SpritesSpec {
        start_seconds: *start_seconds,
        stream_index: stream.index,
        duration_seconds: video.duration_seconds,
        interval_seconds: sprites::interval(video.duration_seconds, config.sprites.interval),
        width,
        height,
        // key frames are far apart, and what is interlaced is gone at this size
        picture: Picture { deinterlace: false, ..shown },
    }))
}

pub(super) fn is_due(config: &Config) -> bool {
    config.sprites.on_upload
}

pub(super) fn add(conn: &mut Conn, video: VideoId, number: u32, outcome: TaskOutcome) -> Result<(), DbError> {
    let TaskOutcome::Sprites(sheets) = outcome else { return Ok(()) };
    videos::set_sprites(conn, video, &Sprites { number, sheets, made_at_ms: now_ms() })
}

pub(super) fn current(conn: &mut Conn, video: VideoId) -> Result<Option<u32>, DbError> {
    Ok(videos::find_sprites(conn, video)?.map(|made| made.number))
}

/// What is known of a video's seek bar pictures.
#[derive(Debug, Clone)]
pub struct Known {
    /// Those in use.
    pub made: Option<Sprites>,
    /// The job that was made last.
    pub latest: Option<Job>,
    /// Somebody works on that.
    pub is_running: bool,
}

/// What is known of a video's seek bar pictures.
pub async fn of_video(app: &App, id: VideoId) -> Result<Known, AppError> {
    let read = move |conn: &mut Conn| {
        videos::get(conn, id)?;
        let latest = jobs::latest_of_kind(conn, id, JobKind::Sprites)?;
        let is_running = match &latest {
            Some(job) => tasks::count_by_state(conn, job.id)?.leased > 0,
            None => false,
        };
        Ok(Known { made: videos::find_sprites(conn, id)?, latest, is_running })
    };
    Ok(app.db().run(read).await?)
}

/// How many jobs that make them stand where.
pub async fn counts(app: &App) -> Result<JobCounts, AppError> {
    let of = Filter { kind: Some(JobKind::Sprites), ..Filter::default() };
    Ok(app.db().run(move |conn| jobs::count(conn, &of)).await?)
}

/// Queues them for every video that has none and can have them. Returns for how many.
pub async fn request_all(app: &App, actor: &Actor, priority: Priority) -> Result<u64, AppError> {
    let (mut queued, mut after) = (0, VideoId(0));
    loop {
        let next = move |conn: &mut Conn| {
            let ids = videos::list_without_sprites(conn, after, PORTION)?;
            let last = ids.last().copied();
            let mut idle = Vec::new();
            for id in ids {
                if under_way(conn, JobKind::Sprites, id)?.is_none() {
                    idle.push(id);
                }
            }
            Ok((idle, last))
        };
        let (idle, last) = app.db().run(next).await?;
        for id in idle {
            match request(app, actor, id, (JobKind::Sprites, priority)).await {
                Ok((_, is_new)) => queued += u64::from(is_new),
                Err(AppError::NotFound) => {} // deleted meanwhile
                Err(AppError::Conflict { code: "not_ready" | "source_gone" | "audio_only", .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let Some(last) = last else { return Ok(queued) };
        after = last;
    }
}
