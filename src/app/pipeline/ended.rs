//! What viewers keep of a job that failed or was stopped: all that was made, as a film that ends there.

use super::finish::caught;
use super::generation_of;
use crate::app::{App, AppError};
use crate::db::videos::Publication;
use crate::db::{Conn, DbError, now_ms, videos};
use crate::domain::job::Job;
use crate::domain::video::{Failure, RenditionSummary, VideoStatus};

/// Players are told that nothing more comes, before the rows say so: a crash between the two leaves a job that is still to
/// end, which then does this again. Gives what there is; none where viewers have nothing of this job, or all of it.
pub(super) async fn end_manifests(app: &App, job: &Job) -> Option<Vec<RenditionSummary>> {
    let ended = caught(async {
        let video = job.video_id;
        let video = app.db().run(move |conn| videos::get(conn, video)).await?;
        if video.generation != Some(job.generation) || video.status == VideoStatus::Ready || job.state.is_final() {
            return Ok(None);
        }
        let (generation, storage) = (generation_of(app, job).await?, app.storage().clone());
        generation.with(move |generation| generation.end(&storage)).await?.map_err(AppError::internal)
    });
    ended.await.unwrap_or_else(|error| {
        tracing::error!(job = %job.id, video = %job.video_id, %error, "what was made is not told to be all");
        None
    })
}

/// The job's end, on its video. To be called in the transaction that ends the job.
pub(super) fn set_failed(
    conn: &mut Conn,
    job: &Job,
    failure: &Failure,
    kept: Option<&[RenditionSummary]>,
) -> Result<(), DbError> {
    if let Some(renditions) = kept {
        let publication = Publication { generation: job.generation, status: VideoStatus::Playable, renditions };
        videos::publish(conn, job.video_id, &publication, now_ms())?;
    }
    videos::set_failed(conn, job.video_id, failure).map(|_| ())
}
