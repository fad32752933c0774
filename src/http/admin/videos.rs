//! `/api/videos` and `/api/events` for admins.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};

use crate::app::audience::Audience;
use crate::app::streams::Follower;
use crate::app::{App, AppError, pipeline, videos};
use crate::domain::id::VideoId;
use crate::http::Listener;
use crate::http::access::Caller;
use crate::http::base_path::placed;
use crate::http::client::sender;
use crate::http::error::Problem;
use crate::http::query::{AdminEventParams, ListParams};
use crate::http::sse;
use crate::http::views::{Done, Progress, Video, VideoEdit, VideoPage};

/// Videos on a page: by default, at most.
pub const PAGE: (u32, u32) = (100, 500);

fn id(path: &web::Path<String>) -> Result<VideoId, AppError> {
    path.parse().map(VideoId).map_err(|_| AppError::NotFound)
}

/// All videos, newest first.
#[utoipa::path(tag = "videos", params(ListParams),
    responses((status = 200, body = VideoPage), (status = 422, description = "A bad value", body = Problem)))]
#[get("/api/videos")]
pub async fn list(app: web::Data<App>, params: web::Query<ListParams>) -> Result<web::Json<VideoPage>, AppError> {
    let request = params.into_inner().request(PAGE)?;
    let page = VideoPage::from(videos::list(&app, Audience::Admin, request).await?);
    Ok(web::Json(placed(&app, Listener::Admin, page)))
}

/// One video.
#[utoipa::path(tag = "videos", params(("id" = i64, Path, description = "Id of the video")),
    responses((status = 200, body = Video), (status = 404, description = "No such video", body = Problem)))]
#[get("/api/videos/{id}")]
pub async fn get(app: web::Data<App>, path: web::Path<String>) -> Result<web::Json<Video>, AppError> {
    Ok(web::Json(placed(&app, Listener::Admin, Video::admin(videos::get(&app, id(&path)?).await?))))
}

/// How far a video is.
#[utoipa::path(tag = "videos", params(("id" = i64, Path, description = "Id of the video")),
    responses((status = 200, body = Progress), (status = 404, description = "No such video", body = Problem)))]
#[get("/api/videos/{id}/progress")]
pub async fn progress(app: web::Data<App>, path: web::Path<String>) -> Result<web::Json<Progress>, AppError> {
    Ok(web::Json(Progress::from(&videos::get(&app, id(&path)?).await?.progress)))
}

/// Changes title, description or who may see it; what is not sent stays. The video's name in URLs stays too, so that
/// links go on working. Links to its files that were handed out while it was private end when that changes.
#[utoipa::path(tag = "videos", params(("id" = i64, Path, description = "Id of the video")), request_body = VideoEdit,
    responses(
        (status = 200, body = Video),
        (status = 400, description = "Not JSON", body = Problem),
        (status = 404, description = "No such video", body = Problem),
        (status = 422, description = "A title that is empty or too long, a description that is too long, an unknown \
         account to share with", body = Problem)
    ))]
#[patch("/api/videos/{id}")]
pub async fn edit(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    edit: web::Json<VideoEdit>,
) -> Result<web::Json<Video>, AppError> {
    let actor = caller.0.actor(sender(&request, &app));
    let edited = Video::admin(videos::edit(&app, &actor, id(&path)?, edit.into_inner().into()).await?);
    Ok(web::Json(placed(&app, Listener::Admin, edited)))
}

/// Removes a video, its job and its files. This cannot be undone.
#[utoipa::path(tag = "videos", params(("id" = i64, Path, description = "Id of the video")),
    responses((status = 200, body = Done), (status = 404, description = "No such video", body = Problem)))]
#[delete("/api/videos/{id}")]
pub async fn delete(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<web::Json<Done>, AppError> {
    pipeline::delete(&app, &caller.0.actor(sender(&request, &app)), id(&path)?).await?;
    Ok(web::Json(Done::new("The video was deleted.")))
}

/// Tries a failed video again; what is done already is kept.
#[utoipa::path(tag = "videos", params(("id" = i64, Path, description = "Id of the video")),
    responses(
        (status = 200, body = Done),
        (status = 404, description = "No such video", body = Problem),
        (status = 409, description = "It did not fail", body = Problem)
    ))]
#[post("/api/videos/{id}/retry")]
pub async fn retry(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<web::Json<Done>, AppError> {
    pipeline::retry(&app, &caller.0.actor(sender(&request, &app)), id(&path)?).await?;
    Ok(web::Json(Done::new("The video is tried again.")))
}

/// Stops the work on a video.
#[utoipa::path(tag = "videos", params(("id" = i64, Path, description = "Id of the video")),
    responses(
        (status = 200, body = Done),
        (status = 404, description = "No such video", body = Problem),
        (status = 409, description = "Nothing is being done", body = Problem)
    ))]
#[post("/api/videos/{id}/cancel")]
pub async fn cancel(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<web::Json<Done>, AppError> {
    pipeline::cancel(&app, &caller.0.actor(sender(&request, &app)), id(&path)?).await?;
    Ok(web::Json(Done::new("The work was stopped.")))
}

/// Progress as server-sent events: `progress` events with a `ProgressEvent` (first the present state, then what
/// changes), `removed` events with a `RemovedEvent`. Without ids: every video that is being worked on. With `jobs`, each
/// is followed by a `job` event with the `Job` that was made last for the video, if it has one, and `pools` events with
/// a `PoolList` tell when a pool is paused, goes on, or waits for something else.
#[utoipa::path(tag = "videos", params(AdminEventParams),
    responses(
        (status = 200, description = "An event stream", content_type = "text/event-stream"),
        (status = 422, description = "Bad ids, or more than 50", body = Problem),
        (status = 503, description = "Too many streams", body = Problem)
    ))]
#[get("/api/events/progress")]
pub async fn events(
    app: web::Data<App>,
    caller: Caller,
    params: web::Query<AdminEventParams>,
) -> Result<HttpResponse, AppError> {
    let ids = params.video_ids.as_deref().filter(|ids| !ids.is_empty()).map(sse::parse_ids).transpose()?;
    sse::respond(&app, (Audience::Admin, Follower::Admin), Some(caller.0), ids, params.jobs).await
}
