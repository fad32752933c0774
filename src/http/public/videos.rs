//! `/api/videos` and `/api/events` for viewers.

use actix_web::{HttpResponse, get, web};

use crate::app::media_files::Audience;
use crate::app::{App, AppError, videos};
use crate::http::error::Problem;
use crate::http::query::{EventParams, ListParams};
use crate::http::sse;
use crate::http::views::{Progress, Video, VideoPage};

/// Videos on a page: by default, at most.
pub const PAGE: (u32, u32) = (50, 100);

/// Published videos that can be watched.
#[utoipa::path(tag = "videos", params(ListParams),
    responses((status = 200, body = VideoPage), (status = 422, description = "A bad value", body = Problem)))]
#[get("/api/videos")]
pub async fn list(app: web::Data<App>, params: web::Query<ListParams>) -> Result<web::Json<VideoPage>, AppError> {
    let mut request = params.into_inner().request(PAGE)?;
    request.status = None;
    Ok(web::Json(videos::list(&app, Audience::Viewer, request).await?.into()))
}

/// One video.
#[utoipa::path(tag = "videos", params(("slug" = String, Path, description = "The video's name in URLs")),
    responses((status = 200, body = Video), (status = 404, description = "No such video", body = Problem)))]
#[get("/api/videos/{slug}")]
pub async fn get(app: web::Data<App>, slug: web::Path<String>) -> Result<web::Json<Video>, AppError> {
    Ok(web::Json(Video::public(videos::get_visible(&app, &slug).await?)))
}

/// How far a video is.
#[utoipa::path(tag = "videos", params(("slug" = String, Path, description = "The video's name in URLs")),
    responses((status = 200, body = Progress), (status = 404, description = "No such video", body = Problem)))]
#[get("/api/videos/{slug}/progress")]
pub async fn progress(app: web::Data<App>, slug: web::Path<String>) -> Result<web::Json<Progress>, AppError> {
    Ok(web::Json(Progress::from(&videos::get_visible(&app, &slug).await?.progress)))
}

/// Progress as server-sent events: `progress` events with a `ProgressEvent` (first the present state of every
/// video named, then what changes), `removed` events with a `RemovedEvent`.
#[utoipa::path(tag = "videos", params(EventParams),
    responses(
        (status = 200, description = "An event stream", content_type = "text/event-stream"),
        (status = 422, description = "No ids, bad ids, or more than 50", body = Problem),
        (status = 503, description = "Too many streams", body = Problem)
    ))]
#[get("/api/events/progress")]
pub async fn events(app: web::Data<App>, params: web::Query<EventParams>) -> Result<HttpResponse, AppError> {
    let ids = sse::parse_ids(params.video_ids.as_deref().unwrap_or_default())?;
    sse::respond(&app, Audience::Viewer, None, Some(ids)).await
}
