//! Seek bar pictures: asked for, looked at, stopped. Their jobs are also among all others, at `/api/jobs`.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, delete, get, post, web};
use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, ready};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::additions::{self, sprites};
use crate::app::jobs::{self, Filter, Shown};
use crate::app::{App, AppError, pipeline};
use crate::domain::audit::Actor;
use crate::domain::id::{JobId, VideoId};
use crate::domain::job::{JobKind, JobState, Priority as DomainPriority};
use crate::http::access::Caller;
use crate::http::client::sender;
use crate::http::error::Problem;
use crate::http::query::{given, page_size};
use crate::http::views::Done;
use crate::http::views::sprites::{
    SpriteGenerationRequest, SpriteJob, SpriteJobs, SpriteQueueStatus, SpriteQueued, SpriteRequested, SpriteStatus,
};

/// Jobs in a list: by default, at most.
const PAGE: (u32, u32) = (50, 500);
/// Jobs that may be passed over.
const OFFSET_MAX: u32 = 1_000_000;

/// For which videos pictures are asked for, and how urgently.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct QueueParams {
    /// `high`, `normal` or `low`, which is the default.
    pub priority: Option<String>,
}

/// Which jobs.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SpriteJobParams {
    /// `pending`, `processing`, `completed`, `failed` or `cancelled`.
    pub status: Option<String>,
    /// Jobs in the list, 1 to 500, 50 by default.
    pub limit: Option<u32>,
    /// Jobs that are passed over.
    pub offset: Option<u32>,
}

fn number(text: &str) -> Result<i64, AppError> {
    text.parse().map_err(|_| AppError::NotFound)
}

fn actor(request: &HttpRequest, app: &App, caller: &Caller) -> Actor {
    caller.0.actor(sender(request, app))
}

/// A body that may be left out; one that cannot be read is refused all the same.
pub struct Given(SpriteGenerationRequest);

impl FromRequest for Given {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let empty = headers.get(header::CONTENT_LENGTH).is_none_or(|length| length == "0");
        if empty && !headers.contains_key(header::TRANSFER_ENCODING) {
            return ready(Ok(Self(SpriteGenerationRequest::default()))).boxed_local();
        }
        let body = web::Json::<SpriteGenerationRequest>::from_request(request, payload);
        async { Ok(Self(body.await?.into_inner())) }.boxed_local()
    }
}

/// Seek bar pictures of a video: those in use, and where the job stands that was made last.
#[utoipa::path(tag = "sprites", params(("id" = i64, Path, description = "Id of the video")),
    responses((status = 200, body = SpriteStatus), (status = 404, description = "No such video", body = Problem)))]
#[get("/api/videos/{id}/sprites")]
pub async fn get_sprites(app: web::Data<App>, id: web::Path<String>) -> Result<web::Json<SpriteStatus>, AppError> {
    let id = VideoId(number(&id)?);
    Ok(web::Json(SpriteStatus::of(id.0, sprites::of_video(&app, id).await?)))
}

/// Makes the seek bar pictures of a video, anew if there are some; those are shown until the others are there.
#[utoipa::path(tag = "sprites", params(("id" = i64, Path, description = "Id of the video")),
    request_body = Option<SpriteGenerationRequest>, responses(
    (status = 200, body = SpriteRequested),
    (status = 400, description = "Not JSON, or a value that is not known", body = Problem),
    (status = 404, description = "No such video", body = Problem),
    (status = 409, description = "not_ready, audio_only, source_gone, or sprites_disabled", body = Problem)))]
#[post("/api/videos/{id}/sprites/generate")]
pub async fn generate_sprites(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Given,
) -> Result<web::Json<SpriteRequested>, AppError> {
    let priority = body.0.priority.map_or(DomainPriority::Normal, Into::into);
    let wanted = (JobKind::Sprites, priority);
    let id = VideoId(number(&id)?);
    let (job, is_new) = additions::request(&app, &actor(&request, &app, &caller), id, wanted).await?;
    let (status, message) = if is_new {
        ("queued", "The pictures will be made.")
    } else {
        ("already_queued", "The pictures are being made already.")
    };
    Ok(web::Json(SpriteRequested { status, message, job_id: job.id.0 }))
}

/// Makes the seek bar pictures of every video that has none, is ready and has a source.
#[utoipa::path(tag = "sprites", params(QueueParams), responses(
    (status = 200, body = SpriteQueued),
    (status = 409, description = "sprites_disabled", body = Problem),
    (status = 422, description = "A bad value", body = Problem)))]
#[post("/api/sprites/queue-all")]
pub async fn queue_all_sprites(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    params: web::Query<QueueParams>,
) -> Result<web::Json<SpriteQueued>, AppError> {
    let bad = |_| AppError::invalid_field("priority", "priority must be high, normal or low.");
    let priority = given(&params.priority).map(str::parse).transpose().map_err(bad)?.unwrap_or(DomainPriority::Low);
    let queued = sprites::request_all(&app, &actor(&request, &app, &caller), priority).await?;
    Ok(web::Json(SpriteQueued { status: "ok", message: format!("Queued for {queued} videos."), queued }))
}

/// How many jobs that make seek bar pictures stand where.
#[utoipa::path(tag = "sprites", responses((status = 200, body = SpriteQueueStatus)))]
#[get("/api/sprites/status")]
pub async fn sprites_status(app: web::Data<App>) -> Result<web::Json<SpriteQueueStatus>, AppError> {
    Ok(web::Json(sprites::counts(&app).await?.into()))
}

/// Jobs that make seek bar pictures, newest first.
#[utoipa::path(tag = "sprites", params(SpriteJobParams), responses(
    (status = 200, body = SpriteJobs), (status = 422, description = "A bad value", body = Problem)))]
#[get("/api/sprites/jobs")]
pub async fn list_sprite_jobs(
    app: web::Data<App>,
    params: web::Query<SpriteJobParams>,
) -> Result<web::Json<SpriteJobs>, AppError> {
    let limit = page_size(params.limit, PAGE)?;
    let offset = params.offset.unwrap_or(0);
    if offset > OFFSET_MAX {
        return Err(AppError::invalid_field("offset", format!("offset must be at most {OFFSET_MAX}.")));
    }
    let shown = given(&params.status).map(shown).transpose()?;
    let filter = Filter { shown, kind: Some(JobKind::Sprites), offset, ..Filter::default() };
    let page = jobs::list(&app, filter, limit).await?;
    let counts = SpriteQueueStatus::from(page.counts);
    let total = match shown {
        None => counts.total,
        Some(Shown::Waiting) => counts.pending,
        Some(Shown::Running) => counts.processing,
        Some(Shown::State(JobState::Succeeded)) => counts.completed,
        Some(Shown::State(JobState::Failed)) => counts.failed,
        Some(Shown::State(_)) => counts.cancelled,
    };
    let jobs: Vec<SpriteJob> = page.jobs.into_iter().map(SpriteJob::from).collect();
    Ok(web::Json(SpriteJobs { count: jobs.len(), jobs, total }))
}

fn shown(text: &str) -> Result<Shown, AppError> {
    match text {
        "pending" => Ok(Shown::Waiting),
        "processing" => Ok(Shown::Running),
        "completed" => Ok(Shown::State(JobState::Succeeded)),
        "failed" => Ok(Shown::State(JobState::Failed)),
        "cancelled" => Ok(Shown::State(JobState::Cancelled)),
        _ => {
            let states = "pending, processing, completed, failed or cancelled";
            Err(AppError::invalid_field("status", format!("status must be {states}.")))
        }
    }
}

/// Stops a job that makes seek bar pictures. Those there are stay.
#[utoipa::path(tag = "sprites", params(("id" = i64, Path, description = "Number of the job")), responses(
    (status = 200, body = Done),
    (status = 404, description = "No such job, or one of another kind", body = Problem),
    (status = 409, description = "not_running: it is over", body = Problem)))]
#[delete("/api/sprites/jobs/{id}")]
pub async fn cancel_sprite_job(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<web::Json<Done>, AppError> {
    let id = JobId(number(&id)?);
    if jobs::status(&app, id).await?.job.kind != JobKind::Sprites {
        return Err(AppError::NotFound);
    }
    pipeline::cancel_job(&app, &actor(&request, &app, &caller), id).await?;
    Ok(web::Json(Done::new("The job was stopped.")))
}
