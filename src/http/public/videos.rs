//! `/api/videos` and `/api/events` for viewers.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::{HttpRequest, HttpResponse, get, web};

use crate::app::streams::Follower;
use crate::app::{App, AppError, transcripts, videos};
use crate::http::Listener;
use crate::http::access::Visitor;
use crate::http::base_path::placed;
use crate::http::client::sender;
use crate::http::error::Problem;
use crate::http::query::{EventParams, ListParams};
use crate::http::sse;
use crate::http::views::transcripts::Transcript;
use crate::http::views::{Progress, Video, VideoPage};

/// Videos on a page: by default, at most.
pub const PAGE: (u32, u32) = (50, 100);

/// Published videos that can be watched: public ones, and private ones that are shared with whoever asks.
#[utoipa::path(tag = "videos", params(ListParams),
    responses((status = 200, body = VideoPage), (status = 422, description = "A bad value", body = Problem)))]
#[get("/api/videos")]
pub async fn list(
    app: web::Data<App>,
    visitor: Visitor,
    params: web::Query<ListParams>,
) -> Result<web::Json<VideoPage>, AppError> {
    let mut request = params.into_inner().request(PAGE)?;
    request.status = None;
    let page = VideoPage::from(videos::list(&app, visitor.audience(), request).await?);
    Ok(web::Json(placed(&app, Listener::Public, page)))
}

/// One video.
#[utoipa::path(tag = "videos", params(("slug" = String, Path, description = "The video's name in URLs")),
    responses((status = 200, body = Video),
        (status = 404, description = "No such video, or it is private and not shared with whoever asks", body = Problem)))]
#[get("/api/videos/{slug}")]
pub async fn get(app: web::Data<App>, visitor: Visitor, slug: web::Path<String>) -> Result<web::Json<Video>, AppError> {
    let video = Video::public(videos::get_visible(&app, visitor.audience(), &slug).await?);
    Ok(web::Json(placed(&app, Listener::Public, video)))
}

/// How far a video is.
#[utoipa::path(tag = "videos", params(("slug" = String, Path, description = "The video's name in URLs")),
    responses((status = 200, body = Progress), (status = 404, description = "No such video", body = Problem)))]
#[get("/api/videos/{slug}/progress")]
pub async fn progress(
    app: web::Data<App>,
    visitor: Visitor,
    slug: web::Path<String>,
) -> Result<web::Json<Progress>, AppError> {
    let video = videos::get_visible(&app, visitor.audience(), &slug).await?;
    Ok(web::Json(Progress::from(&video.progress)))
}

/// What is said in a video.
#[utoipa::path(tag = "videos", params(("slug" = String, Path, description = "The video's name in URLs")),
    responses((status = 200, body = Transcript), (status = 404, description = "No such video", body = Problem)))]
#[get("/api/videos/{slug}/transcript")]
pub async fn transcript(
    app: web::Data<App>,
    visitor: Visitor,
    slug: web::Path<String>,
) -> Result<web::Json<Transcript>, AppError> {
    let transcript = Transcript::from(transcripts::get_visible(&app, visitor.audience(), &slug).await?);
    Ok(web::Json(placed(&app, Listener::Public, transcript)))
}

/// Progress as server-sent events: `progress` events with a `ProgressEvent` (first the present state of every
/// video named, then what changes), `removed` events with a `RemovedEvent`.
#[utoipa::path(tag = "videos", params(EventParams),
    responses(
        (status = 200, description = "An event stream", content_type = "text/event-stream"),
        (status = 422, description = "No ids, bad ids, or more than 50", body = Problem),
        (status = 503, description = "Too many streams, or more than 20 of one address", body = Problem)
    ))]
#[get("/api/events/progress")]
pub async fn events(
    app: web::Data<App>,
    visitor: Visitor,
    params: web::Query<EventParams>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let ids = sse::parse_ids(params.video_ids.as_deref().unwrap_or_default())?;
    let follower = Follower::Public(sender(&request, &app).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
    sse::respond(&app, (visitor.audience(), follower), visitor.0, Some(ids), false).await
}
