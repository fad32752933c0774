//! `/api/jobs` and `/api/tasks`: what is being made, for admins.

use actix_web::{HttpRequest, get, patch, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::jobs::{self, Action, Filter, Shown};
use crate::app::{App, AppError};
use crate::domain::audit::Actor;
use crate::domain::id::{JobId, TaskId, VideoId};
use crate::domain::job::JobState;
use crate::http::Listener;
use crate::http::access::Caller;
use crate::http::base_path::placed;
use crate::http::client::sender;
use crate::http::error::Problem;
use crate::http::query::{cursor, given, page_size};
use crate::http::views::jobs::{BulkAction, Job, JobBulk, JobBulkResult, JobDetail, JobEdit, JobPage, JobResult};

/// Jobs on a page: by default, at most.
const PAGE: (u32, u32) = (50, 200);
/// Jobs of one bulk request.
const BULK_MAX: usize = 200;

/// Which jobs.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct JobParams {
    /// `active` (`waiting` and `running` together), `waiting`, `running`, `failed`, `cancelled` or `succeeded`.
    pub state: Option<String>,
    /// Only of this video.
    pub video_id: Option<i64>,
    /// Only this kind: `transcode`, `reencode`, `sprites` or `transcription`.
    pub kind: Option<String>,
    /// Jobs on a page, 1 to 200, 50 by default.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl JobParams {
    fn filter(&self) -> Result<Filter, AppError> {
        let shown = |text| match text {
            "waiting" => Ok(Shown::Waiting),
            "running" => Ok(Shown::Running),
            other => other.parse::<JobState>().map(Shown::State),
        };
        let states = "active, waiting, running, failed, cancelled or succeeded";
        let bad_state = |_| AppError::invalid_field("state", format!("state must be {states}."));
        let kinds = "transcode, reencode, sprites or transcription";
        let bad_kind = |_| AppError::invalid_field("kind", format!("kind must be {kinds}."));
        Ok(Filter {
            shown: given(&self.state).map(shown).transpose().map_err(bad_state)?,
            video_id: self.video_id.map(VideoId),
            kind: given(&self.kind).map(str::parse).transpose().map_err(bad_kind)?,
            before_id: cursor(&self.cursor)?.map(JobId),
        })
    }
}

fn number(text: &str) -> Result<i64, AppError> {
    text.parse().map_err(|_| AppError::NotFound)
}

/// Jobs, newest first, and how many there are in each state.
#[utoipa::path(tag = "jobs", params(JobParams), responses((status = 200, body = JobPage),
    (status = 422, description = "A bad value", body = Problem)))]
#[get("/api/jobs")]
pub async fn list_jobs(app: web::Data<App>, params: web::Query<JobParams>) -> Result<web::Json<JobPage>, AppError> {
    let limit = page_size(params.limit, PAGE)?;
    let page = JobPage::from(jobs::list(&app, params.filter()?, limit).await?);
    Ok(web::Json(placed(&app, Listener::Admin, page)))
}

/// One job with all its tasks: who works on them, how far they are, and why they failed.
#[utoipa::path(tag = "jobs", params(("id" = i64, Path, description = "Number of the job")), responses(
    (status = 200, body = JobDetail), (status = 404, description = "No such job", body = Problem)))]
#[get("/api/jobs/{id}")]
pub async fn get_job(app: web::Data<App>, id: web::Path<String>) -> Result<web::Json<JobDetail>, AppError> {
    let detail = JobDetail::from(jobs::get(&app, JobId(number(&id)?)).await?);
    Ok(web::Json(placed(&app, Listener::Admin, detail)))
}

/// Takes up again all that failed or was stopped of a job; what is done is kept. The answer is the job that goes on:
/// another one where what this one had made is no good any more.
#[utoipa::path(tag = "jobs", params(("id" = i64, Path, description = "Number of the job")), responses(
    (status = 200, body = Job),
    (status = 404, description = "No such job", body = Problem),
    (status = 409, description = "not_failed, not_ready, source_gone, or job_superseded: a later job took over the video",
     body = Problem)))]
#[post("/api/jobs/{id}/retry")]
pub async fn retry_job(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<web::Json<Job>, AppError> {
    let id = JobId(number(&id)?);
    answer(&app, jobs::act(&app, &actor(&request, &app, &caller), id, Action::Retry).await?).await
}

/// Stops a job: whatever runs for it ends within two seconds, here and on other machines (on one that cannot be reached,
/// with its next heartbeat). It can be taken up again. Viewers keep what is complete.
#[utoipa::path(tag = "jobs", params(("id" = i64, Path, description = "Number of the job")), responses(
    (status = 200, body = Job),
    (status = 404, description = "No such job", body = Problem),
    (status = 409, description = "not_running: it is over", body = Problem)))]
#[post("/api/jobs/{id}/cancel")]
pub async fn cancel_job(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<web::Json<Job>, AppError> {
    let id = JobId(number(&id)?);
    answer(&app, jobs::act(&app, &actor(&request, &app, &caller), id, Action::Cancel).await?).await
}

/// Makes a job more or less urgent, with all that is queued for it.
#[utoipa::path(tag = "jobs", params(("id" = i64, Path, description = "Number of the job")), request_body = JobEdit,
    responses(
    (status = 200, body = Job),
    (status = 400, description = "Not JSON, or a value that is not known", body = Problem),
    (status = 404, description = "No such job", body = Problem),
    (status = 409, description = "job_over, or changed_meanwhile by somebody else", body = Problem)))]
#[patch("/api/jobs/{id}")]
pub async fn edit_job(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: web::Json<JobEdit>,
) -> Result<web::Json<Job>, AppError> {
    let action = Action::Prioritise(body.priority.into());
    answer(&app, jobs::act(&app, &actor(&request, &app, &caller), JobId(number(&id)?), action).await?).await
}

/// Retries, stops or reprioritises up to 200 jobs, each for itself: some may be refused.
#[utoipa::path(tag = "jobs", request_body = JobBulk, responses(
    (status = 200, body = JobBulkResult),
    (status = 400, description = "Not JSON, or a value that is not known", body = Problem),
    (status = 422, description = "No ids, more than 200, or no priority to give", body = Problem)))]
#[post("/api/jobs/bulk")]
pub async fn bulk_jobs(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<JobBulk>,
) -> Result<web::Json<JobBulkResult>, AppError> {
    if !(1..=BULK_MAX).contains(&body.ids.len()) {
        return Err(AppError::invalid_field("ids", format!("Give the numbers of 1 to {BULK_MAX} jobs.")));
    }
    let no_priority = || AppError::invalid_field("priority", "To prioritise, give a priority: high, normal or low.");
    let action = match body.action {
        BulkAction::Retry => Action::Retry,
        BulkAction::Cancel => Action::Cancel,
        BulkAction::Prioritise => Action::Prioritise(body.priority.ok_or_else(no_priority)?.into()),
    };
    let actor = actor(&request, &app, &caller);
    let mut done = JobBulkResult { processed: 0, failed: 0, results: Vec::new() };
    for &id in &body.ids {
        let error = match jobs::act(&app, &actor, JobId(id), action).await {
            Ok(_) => None,
            Err(AppError::Internal(error)) => return Err(AppError::Internal(error)),
            Err(error) => Some(error),
        };
        let (success, code) = (error.is_none(), error.as_ref().map(AppError::code));
        done.processed += u32::from(success);
        done.failed += u32::from(!success);
        done.results.push(JobResult { id, success, code, error: error.map(|error| error.to_string()) });
    }
    Ok(web::Json(done))
}

/// Takes one task up again, such as one chunk: one that failed, was stopped, or rests after a failure. A job that is over
/// goes on: with this, and with all it cannot do without. Also of a job that succeeded without it, whose video then gets
/// what it lacked.
#[utoipa::path(tag = "jobs", params(("id" = i64, Path, description = "Number of the task")), responses(
    (status = 200, body = Job),
    (status = 404, description = "No such task", body = Problem),
    (status = 409, description = "not_failed, source_gone, job_superseded, or job_damaged: only the whole job can be \
     tried again", body = Problem)))]
#[post("/api/tasks/{id}/retry")]
pub async fn retry_task(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<web::Json<Job>, AppError> {
    let id = TaskId(number(&id)?);
    answer(&app, jobs::retry_task(&app, &actor(&request, &app, &caller), id).await?).await
}

/// Takes up again all that failed or was stopped of one rendition, as for one task.
#[utoipa::path(tag = "jobs", params(("id" = i64, Path, description = "Number of the job"),
    ("name" = String, Path, description = "Name of the rendition, such as 1080p")), responses(
    (status = 200, body = Job),
    (status = 404, description = "No such job, or no such rendition of it", body = Problem),
    (status = 409, description = "not_failed, source_gone, job_superseded, or job_damaged: only the whole job can be \
     tried again", body = Problem)))]
#[post("/api/jobs/{id}/renditions/{name}/retry")]
pub async fn retry_rendition(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> Result<web::Json<Job>, AppError> {
    let (id, name) = path.into_inner();
    let id = JobId(number(&id)?);
    answer(&app, jobs::retry_rendition(&app, &actor(&request, &app, &caller), id, name).await?).await
}

fn actor(request: &HttpRequest, app: &App, caller: &Caller) -> Actor {
    caller.0.actor(sender(request, app))
}

/// The job as it is now.
async fn answer(app: &App, id: JobId) -> Result<web::Json<Job>, AppError> {
    Ok(web::Json(placed(app, Listener::Admin, Job::from(jobs::status(app, id).await?))))
}
