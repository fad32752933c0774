//! `/api/reencode`: encoding videos again that can be watched already. Their jobs are like others in `/api/jobs`.

use actix_web::{HttpRequest, delete, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::jobs::JobParams;
use crate::app::jobs::{self, Filter};
use crate::app::{App, AppError, pipeline};
use crate::domain::id::{JobId, VideoId};
use crate::domain::job::JobKind;
use crate::http::Listener;
use crate::http::access::Caller;
use crate::http::base_path::placed;
use crate::http::client::sender;
use crate::http::error::Problem;
use crate::http::query::page_size;
use crate::http::views::Done;
use crate::http::views::jobs::JobPage;
use crate::http::views::reencode::{
    ReencodeAll, ReencodeAllQueued, ReencodeOrder, ReencodeQueued, ReencodeRefusal, ReencodeStatus,
};

/// Jobs on a page: by default, at most.
const PAGE: (u32, u32) = (50, 200);
/// Videos of one request.
const ORDER_MAX: usize = 200;

/// Which jobs.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReencodeParams {
    /// `active` (`waiting` and `running` together), `waiting`, `running`, `failed`, `cancelled` or `succeeded`.
    pub state: Option<String>,
    /// Jobs on a page, 1 to 200, 50 by default.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// How many videos wait to be encoded again, and how many were.
#[utoipa::path(tag = "jobs", responses((status = 200, body = ReencodeStatus)))]
#[get("/api/reencode/status")]
pub async fn reencode_status(app: web::Data<App>) -> Result<web::Json<ReencodeStatus>, AppError> {
    let filter = Filter { kind: Some(JobKind::Reencode), ..Filter::default() };
    Ok(web::Json(jobs::list(&app, filter, 1).await?.counts.into()))
}

/// Encodes videos again from their uploaded files, with the settings of now. Viewers keep what they have until the new
/// version is whole, and when it fails or is stopped. Of one video alone, a refusal is the answer; of several, each is
/// refused for itself.
#[utoipa::path(tag = "jobs", request_body = ReencodeOrder, responses(
    (status = 200, body = ReencodeQueued),
    (status = 400, description = "Not JSON, or a value that is not known", body = Problem),
    (status = 404, description = "No such video", body = Problem),
    (status = 409, description = "not_ready, source_gone: the uploaded file was not kept, or job_active: it is being worked \
     on already", body = Problem),
    (status = 422, description = "No ids, or more than 200", body = Problem)))]
#[post("/api/reencode/queue")]
pub async fn reencode_videos(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<ReencodeOrder>,
) -> Result<web::Json<ReencodeQueued>, AppError> {
    let ReencodeOrder { video_ids, priority } = body.into_inner();
    if !(1..=ORDER_MAX).contains(&video_ids.len()) {
        return Err(AppError::invalid_field("video_ids", format!("Give the ids of 1 to {ORDER_MAX} videos.")));
    }
    let actor = caller.0.actor(sender(&request, &app));
    let mut done = ReencodeQueued::default();
    for &video_id in &video_ids {
        match pipeline::queue(&app, &actor, VideoId(video_id), priority.into()).await {
            Ok(job) => {
                done.queued.push(video_id);
                done.jobs.push(job.0);
            }
            Err(AppError::Internal(error)) => return Err(AppError::Internal(error)),
            Err(error) if video_ids.len() == 1 => return Err(error),
            Err(error) => {
                done.errors.push(ReencodeRefusal { video_id, code: error.code(), error: error.to_string() });
            }
        }
    }
    done.total_queued = done.queued.len();
    Ok(web::Json(done))
}

/// Encodes every video again that is complete, has its uploaded file, and is not being worked on.
#[utoipa::path(tag = "jobs", request_body = ReencodeAll, responses(
    (status = 200, body = ReencodeAllQueued),
    (status = 400, description = "Not JSON, or a value that is not known", body = Problem)))]
#[post("/api/reencode/queue-all")]
pub async fn reencode_all(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<ReencodeAll>,
) -> Result<web::Json<ReencodeAllQueued>, AppError> {
    let actor = caller.0.actor(sender(&request, &app));
    let queued_count = pipeline::queue_all(&app, &actor, body.priority.into()).await?;
    let message = match queued_count {
        0 => "There is no video that can be encoded again.".to_owned(),
        1 => "1 video is encoded again.".to_owned(),
        count => format!("{count} videos are encoded again, some at a time."),
    };
    Ok(web::Json(ReencodeAllQueued { queued_count, message }))
}

/// The jobs that encode videos again, newest first.
#[utoipa::path(tag = "jobs", params(ReencodeParams), responses((status = 200, body = JobPage),
    (status = 422, description = "A bad value", body = Problem)))]
#[get("/api/reencode/jobs")]
pub async fn reencode_jobs(
    app: web::Data<App>,
    params: web::Query<ReencodeParams>,
) -> Result<web::Json<JobPage>, AppError> {
    let ReencodeParams { state, limit, cursor } = params.into_inner();
    let size = page_size(limit, PAGE)?;
    let filter = JobParams { state, cursor, ..JobParams::default() }.filter()?;
    let page = jobs::list(&app, Filter { kind: Some(JobKind::Reencode), ..filter }, size).await?;
    Ok(web::Json(placed(&app, Listener::Admin, JobPage::from(page))))
}

/// Stops such a job. What it made so far goes; viewers keep what they have.
#[utoipa::path(tag = "jobs", params(("id" = i64, Path, description = "Number of the job")), responses(
    (status = 200, body = Done),
    (status = 404, description = "No job of that number encodes a video again", body = Problem),
    (status = 409, description = "not_running: it is over", body = Problem)))]
#[delete("/api/reencode/jobs/{id}")]
pub async fn stop_reencode(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<web::Json<Done>, AppError> {
    let id = id.parse().map(JobId).map_err(|_| AppError::NotFound)?;
    if jobs::status(&app, id).await?.job.kind != JobKind::Reencode {
        return Err(AppError::NotFound);
    }
    pipeline::cancel_job(&app, &caller.0.actor(sender(&request, &app)), id).await?;
    Ok(web::Json(Done::new("The job was stopped. The video stays as it is.")))
}
