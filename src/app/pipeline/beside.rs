//! What manifests name beside the segments of a generation: captions that were written down and pictures of the seek bar.
//! Both come after the video is ready, are replaced and go, and stand beside all its generations.

use std::time::{Duration, Instant};

use super::{Generation, finished_renditions};
use crate::app::{App, AppError};
use crate::config::Config;
use crate::db::videos::{self, Sprites};
use crate::db::{Conn, DbError, jobs};
use crate::domain::id::VideoId;
use crate::domain::job::JobKind;
use crate::domain::speech::Transcript;
use crate::domain::transcode::TranscodePlan;
use crate::domain::video::VideoStatus;
use crate::media::presentation::Images;
use crate::media::sprites;
use crate::storage::{Storage, keys};

/// How long the reconciler writes manifests before it does something else, and how much later a start may be for it. After an
/// update, or when pictures are switched on or off, those of all videos are due.
const AT_ONCE: Duration = Duration::from_secs(3);

/// What there is of a video.
pub(super) struct Beside {
    video: VideoId,
    transcript: Option<Transcript>,
    sprites: Option<Sprites>,
}

impl Beside {
    pub(super) fn read(conn: &mut Conn, config: &Config, video: VideoId) -> Result<Self, DbError> {
        Ok(Self {
            video,
            transcript: videos::transcripts::find(conn, video)?,
            sprites: videos::find_sprites(conn, video)?.filter(|_| config.sprites.enabled),
        })
    }

    /// Lets a generation know it. Blocks.
    pub(super) fn tell(&self, generation: &mut Generation, storage: &Storage) {
        generation.set_beside(self.transcript.as_ref().and_then(Transcript::captions), self.images(storage));
    }

    /// As measured; none where a sheet is gone, because manifests name what is there.
    fn images(&self, storage: &Storage) -> Option<Images> {
        let Sprites { number, sheets, .. } = self.sprites?;
        let place = keys::addition(self.video, JobKind::Sprites, number);
        let measure = |sheet| std::fs::metadata(storage.path(&keys::below(&place, &sprites::sheet(sheet))));
        let sizes = (0..sheets.sheets()).map(|sheet| measure(sheet).map(|file| file.len())).collect();
        match sizes {
            Ok(sizes) => Some(Images { number, sheets, sizes }),
            Err(error) => {
                tracing::warn!(video = %self.video, number, %error, "a sheet of seek bar pictures is gone; none are named");
                None
            }
        }
    }

    /// Manifests name it now, or are about to be published with it in the same transaction.
    pub(super) fn note_shown(&self, conn: &mut Conn) -> Result<(), DbError> {
        if let Some(transcript) = &self.transcript {
            videos::transcripts::set_shown(conn, self.video, transcript.number)?;
        }
        videos::set_sprites_shown(conn, self.video, self.sprites.map(|made| made.number))
    }
}

/// Brings the manifests of what is published up to date with what stands beside it. What is still being made is told when it
/// is complete.
pub async fn show_beside(app: &App, id: VideoId) -> Result<(), AppError> {
    // nobody writes other manifests, nor publishes a generation, meanwhile
    let _alone = app.pipeline().manifests.lock().await;
    let config = app.config();
    let read = move |conn: &mut Conn| {
        let video = videos::get(conn, id)?;
        let Some(number) = video.generation.filter(|_| video.status == VideoStatus::Ready) else { return Ok(None) };
        let Some(job) = jobs::of_generation(conn, id, number)? else { return Ok(None) };
        let finished = finished_renditions(conn, job.id)?;
        Ok(Some((number, job.plan, finished, Beside::read(conn, &config, id)?)))
    };
    let Some((number, plan, finished, beside)) = app.db().run(read).await? else { return Ok(()) };
    let plan: TranscodePlan = plan
        .and_then(|text| serde_json::from_str(&text).ok())
        .ok_or_else(|| AppError::internal(format!("generation {number} of video {id} has no plan")))?;
    let storage = app.storage().clone();
    let write = move || {
        let mut generation = Generation::open(&storage, id, number, plan)?;
        generation.note_finished(finished);
        beside.tell(&mut generation, &storage);
        generation.show_beside(&storage).map(|()| beside)
    };
    let written = tokio::task::spawn_blocking(write).await.map_err(AppError::internal)?;
    let beside = written.map_err(AppError::internal)?;
    app.db().write(move |conn| beside.note_shown(conn)).await?;
    Ok(())
}

/// Takes up what a crash cut off, what was made before manifests named it, and what was switched on or off.
pub(super) async fn show_missing(app: &App) -> Result<(), AppError> {
    let (begun, pictures) = (Instant::now(), app.config().sprites.enabled);
    let missing = move |conn: &mut Conn| {
        let mut ids = videos::transcripts::list_not_shown(conn)?;
        ids.extend(videos::list_sprites_not_shown(conn, pictures)?);
        ids.sort();
        ids.dedup();
        Ok(ids)
    };
    for id in app.db().run(missing).await? {
        match show_beside(app, id).await {
            Ok(()) | Err(AppError::NotFound) => {}
            Err(error) => tracing::error!(video = %id, %error, "manifests are not up to date; this is tried again"),
        }
        if begun.elapsed() > AT_ONCE {
            break; // the next time
        }
    }
    Ok(())
}
