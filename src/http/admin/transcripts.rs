//! `/api/videos/{id}/transcript`: what is said, for those who may change it.

use actix_web::{HttpRequest, delete, get, post, put, web};

use crate::app::{App, AppError, transcripts};
use crate::domain::id::VideoId;
use crate::http::Listener;
use crate::http::access::Caller;
use crate::http::base_path::placed;
use crate::http::client::sender;
use crate::http::error::Problem;
use crate::http::views::Done;
use crate::http::views::transcripts::{Transcript, TranscriptEdit, TranscriptQueued, TranscriptRequest};

fn id(path: &web::Path<String>) -> Result<VideoId, AppError> {
    path.parse().map(VideoId).map_err(|_| AppError::NotFound)
}

/// What is said in a video.
#[utoipa::path(tag = "transcripts", params(("id" = i64, Path, description = "Id of the video")),
    responses((status = 200, body = Transcript), (status = 404, description = "No such video", body = Problem)))]
#[get("/api/videos/{id}/transcript")]
pub async fn get_transcript(app: web::Data<App>, path: web::Path<String>) -> Result<web::Json<Transcript>, AppError> {
    let transcript = Transcript::from(transcripts::get(&app, id(&path)?).await?);
    Ok(web::Json(placed(&app, Listener::Admin, transcript)))
}

/// Changes what was heard: the text, with captions that follow it, or the language.
#[utoipa::path(tag = "transcripts", params(("id" = i64, Path, description = "Id of the video")),
    request_body = TranscriptEdit,
    responses(
        (status = 200, body = Transcript),
        (status = 400, description = "Not JSON", body = Problem),
        (status = 404, description = "No such video, or nothing was written down", body = Problem),
        (status = 409, description = "transcript_changed: somebody else was quicker", body = Problem),
        (status = 422, description = "A text that is empty or too long, an unknown language", body = Problem)
    ))]
#[put("/api/videos/{id}/transcript")]
pub async fn edit_transcript(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    edit: web::Json<TranscriptEdit>,
) -> Result<web::Json<Transcript>, AppError> {
    let actor = caller.0.actor(sender(&request, &app));
    let edited = transcripts::edit(&app, &actor, id(&path)?, edit.into_inner().into()).await?;
    Ok(web::Json(placed(&app, Listener::Admin, Transcript::from(edited))))
}

/// Removes what was written down, and the captions. It does not come back by itself.
#[utoipa::path(tag = "transcripts", params(("id" = i64, Path, description = "Id of the video")),
    responses(
        (status = 200, body = Done),
        (status = 404, description = "No such video, or nothing was written down", body = Problem)
    ))]
#[delete("/api/videos/{id}/transcript")]
pub async fn delete_transcript(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<web::Json<Done>, AppError> {
    transcripts::delete(&app, &caller.0.actor(sender(&request, &app)), id(&path)?).await?;
    Ok(web::Json(Done::new("The transcript was deleted.")))
}

/// Has what is said written down, again where it was. The job is among `/api/jobs`.
#[utoipa::path(tag = "transcripts", params(("id" = i64, Path, description = "Id of the video")),
    request_body(content = Option<TranscriptRequest>, description = "May be left out"),
    responses(
        (status = 202, body = TranscriptQueued),
        (status = 400, description = "Not JSON", body = Problem),
        (status = 404, description = "No such video", body = Problem),
        (status = 409, description = "already_running, not_ready, no_audio, source_gone, transcription_disabled, or \
         model_missing with the way to get one", body = Problem),
        (status = 422, description = "An unknown language", body = Problem)
    ))]
#[post("/api/videos/{id}/transcribe")]
pub async fn transcribe(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    body: Option<web::Json<TranscriptRequest>>,
) -> Result<(web::Json<TranscriptQueued>, actix_web::http::StatusCode), AppError> {
    let language = body.and_then(|body| body.into_inner().language);
    let actor = caller.0.actor(sender(&request, &app));
    let (job, is_new) = transcripts::request(&app, &actor, id(&path)?, language.as_deref()).await?;
    if !is_new {
        return Err(AppError::conflict("already_running", format!("Job {job} is at it already.")));
    }
    let queued = TranscriptQueued { message: "It is being written down.", job_id: job.0 };
    Ok((web::Json(queued), actix_web::http::StatusCode::ACCEPTED))
}
