//! Captions in manifests: those that were written down of a video, beside all its generations.

use super::{Generation, finished_renditions};
use crate::app::{App, AppError};
use crate::db::{Conn, DbError, jobs, videos};
use crate::domain::id::VideoId;
use crate::domain::speech::Transcript;
use crate::domain::transcode::TranscodePlan;
use crate::domain::video::VideoStatus;

/// Brings the manifests of what is published up to date with what was written down. What is still being made is told when it
/// is complete.
pub async fn show_captions(app: &App, id: VideoId) -> Result<(), AppError> {
    // nobody writes other captions, nor publishes a generation, meanwhile
    let _alone = app.pipeline().manifests.lock().await;
    let read = move |conn: &mut Conn| {
        let video = videos::get(conn, id)?;
        let Some(number) = video.generation.filter(|_| video.status == VideoStatus::Ready) else { return Ok(None) };
        let Some(job) = jobs::of_generation(conn, id, number)? else { return Ok(None) };
        let finished = finished_renditions(conn, job.id)?;
        Ok(Some((number, job.plan, finished, videos::transcripts::find(conn, id)?)))
    };
    let Some((number, plan, finished, transcript)) = app.db().run(read).await? else { return Ok(()) };
    let plan: TranscodePlan = plan
        .and_then(|text| serde_json::from_str(&text).ok())
        .ok_or_else(|| AppError::internal(format!("generation {number} of video {id} has no plan")))?;
    let (storage, captions) = (app.storage().clone(), transcript.as_ref().and_then(Transcript::captions));
    let write = move || {
        let mut generation = Generation::open(&storage, id, number, plan)?;
        generation.note_finished(finished);
        generation.set_captions(captions);
        generation.show_captions(&storage, true)
    };
    tokio::task::spawn_blocking(write).await.map_err(AppError::internal)?.map_err(AppError::internal)?;
    let shown = transcript.and_then(|transcript| transcript.number);
    app.db().write(move |conn| videos::transcripts::set_shown(conn, id, shown)).await?;
    Ok(())
}

/// Takes up what a crash cut off.
pub(super) async fn show_missing(app: &App) -> Result<(), AppError> {
    for id in app.db().run(videos::transcripts::list_not_shown).await? {
        match show_captions(app, id).await {
            Ok(()) | Err(AppError::NotFound) => {}
            Err(error) => tracing::error!(video = %id, %error, "captions are not shown; this is tried again"),
        }
    }
    Ok(())
}

/// Its generation is about to be completed with these; to be called in the transaction that publishes it.
pub(super) fn shown(conn: &mut Conn, transcript: Option<&Transcript>) -> Result<(), DbError> {
    let Some(transcript) = transcript else { return Ok(()) };
    videos::transcripts::set_shown(conn, transcript.video_id, transcript.number)
}
