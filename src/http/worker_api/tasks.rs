//! A task that a worker holds: keeping it, and how it ended.

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, get, post, web};
use uuid::Uuid;

use crate::app::{App, AppError, workers};
use crate::domain::id::TaskId;
use crate::domain::task::TaskError;
use crate::http::access::Lender;
use crate::http::error::Problem;
use crate::worker::protocol::{Failure, Finish, Heartbeat, Held, LEASE_HEADER, WAIT_MAX_SECONDS, Watch, Watched};

/// The task in the address and the token in the header: which task, and the right to it.
pub struct Lease(pub TaskId, pub Uuid);

impl FromRequest for Lease {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let token = request.headers().get(LEASE_HEADER).and_then(|value| Uuid::try_parse_ascii(value.as_bytes()).ok());
        let id = request.match_info().get("id").and_then(|id| id.parse().ok()).map(TaskId);
        let missing = || AppError::invalid("lease_missing", format!("Send the token of the claim as {LEASE_HEADER}."));
        ready(match (id, token) {
            (Some(id), Some(token)) => Ok(Self(id, token)),
            (None, _) => Err(AppError::NotFound),
            (_, None) => Err(missing()),
        })
    }
}

/// Waits until leases may have ended: a job was cancelled, or somebody else was faster.
#[utoipa::path(tag = "worker", params(Watch), responses((status = 200, body = Watched)))]
#[get("/api/worker/leases")]
pub async fn watch(app: web::Data<App>, _: Lender, query: web::Query<Watch>) -> web::Json<Watched> {
    let wait = Duration::from_secs(query.wait_seconds.min(WAIT_MAX_SECONDS).into());
    web::Json(Watched { ended: workers::tasks::leases_ended(&app, query.after, wait).await })
}

/// Keeps a task, and says how far it is.
#[utoipa::path(tag = "worker", params(("id" = i64, Path, description = "The task")), request_body = Heartbeat,
    responses((status = 200, body = Held)))]
#[post("/api/worker/tasks/{id}/heartbeat")]
pub async fn heartbeat(
    app: web::Data<App>,
    worker: Lender,
    lease: Lease,
    body: web::Json<Heartbeat>,
) -> Result<web::Json<Held>, AppError> {
    let far = (body.progress, body.speed);
    let held = workers::tasks::heartbeat(&app, &worker.0, (lease.0, lease.1), far).await?;
    Ok(web::Json(Held { held }))
}

/// A task is done. Saying so twice is no harm.
#[utoipa::path(tag = "worker", params(("id" = i64, Path, description = "The task")), request_body = Finish, responses(
    (status = 204, description = "Applied"),
    (status = 409, description = "lease_lost; segments_missing: not all was sent", body = Problem),
    (status = 422, description = "Not what this task makes", body = Problem)))]
#[post("/api/worker/tasks/{id}/finish")]
pub async fn finish(
    app: web::Data<App>,
    worker: Lender,
    lease: Lease,
    body: web::Json<Finish>,
) -> Result<HttpResponse, AppError> {
    workers::tasks::finish(&app, &worker.0, lease.0, lease.1, body.into_inner().outcome).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A task did not make it; it is tried again, or given up.
#[utoipa::path(tag = "worker", params(("id" = i64, Path, description = "The task")), request_body = Failure, responses(
    (status = 204, description = "Noted"), (status = 409, description = "lease_lost", body = Problem)))]
#[post("/api/worker/tasks/{id}/fail")]
pub async fn fail(
    app: web::Data<App>,
    worker: Lender,
    lease: Lease,
    body: web::Json<Failure>,
) -> Result<HttpResponse, AppError> {
    let error = TaskError::from(body.into_inner());
    workers::tasks::fail(&app, &worker.0, lease.0, lease.1, &error).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Gives a task back unfinished.
#[utoipa::path(tag = "worker", params(("id" = i64, Path, description = "The task")), responses(
    (status = 204, description = "Noted"), (status = 409, description = "lease_lost", body = Problem)))]
#[post("/api/worker/tasks/{id}/release")]
pub async fn release(app: web::Data<App>, worker: Lender, lease: Lease) -> Result<HttpResponse, AppError> {
    workers::tasks::release(&app, &worker.0, lease.0, lease.1).await?;
    Ok(HttpResponse::NoContent().finish())
}
