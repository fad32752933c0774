//! `/api/workers`: machines that lend their CPU, for admins. What happens to their programs stands in `deployments.rs`.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};

use crate::app::workers::{self, Order};
use crate::app::{App, AppError};
use crate::domain::id::WorkerId;
use crate::http::access::Caller;
use crate::http::client::sender;
use crate::http::error::Problem;
use crate::http::sse;
use crate::http::views::Done;
use crate::http::views::workers::{NewWorker, RegisteredWorker, Worker, WorkerList, WorkerLog};

pub(super) fn id(path: &web::Path<String>) -> Result<WorkerId, AppError> {
    path.parse().map_err(|_| AppError::NotFound)
}

/// The machines whose keys are good, by name.
#[utoipa::path(tag = "workers", responses((status = 200, body = WorkerList)))]
#[get("/api/workers")]
pub async fn list_workers(app: web::Data<App>) -> Result<web::Json<WorkerList>, AppError> {
    Ok(web::Json(WorkerList::of(workers::list(&app).await?, workers::here(&app))))
}

/// Makes a key for a machine: `vlog worker` there takes it from VLOG_WORKER_API_KEY. The answer is the only time the key
/// is told.
#[utoipa::path(tag = "workers", request_body = NewWorker, responses(
    (status = 200, body = RegisteredWorker),
    (status = 400, description = "Not JSON, or a field that is not known", body = Problem),
    (status = 409, description = "worker_name_taken", body = Problem),
    (status = 422, description = "A name that will not do", body = Problem)))]
#[post("/api/workers")]
pub async fn register_worker(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<NewWorker>,
) -> Result<web::Json<RegisteredWorker>, AppError> {
    let actor = caller.0.actor(sender(&request, &app));
    let (worker, key) = workers::register(&app, &actor, &body.name).await?;
    let seen = workers::get(&app, worker.id).await?;
    Ok(web::Json(RegisteredWorker { worker: seen.into(), key }))
}

/// One machine, and what it works on.
#[utoipa::path(tag = "workers", params(("id" = String, Path, description = "Id of the worker")), responses(
    (status = 200, body = Worker), (status = 404, description = "No such worker", body = Problem)))]
#[get("/api/workers/{id}")]
pub async fn get_worker(app: web::Data<App>, path: web::Path<String>) -> Result<web::Json<Worker>, AppError> {
    Ok(web::Json(workers::get(&app, id(&path)?).await?.into()))
}

/// Warnings of a machine, and what it says of its tasks: the last lines of its log.
#[utoipa::path(tag = "workers", params(("id" = String, Path, description = "Id of the worker")), responses(
    (status = 200, body = WorkerLog), (status = 404, description = "No such worker", body = Problem)))]
#[get("/api/workers/{id}/logs")]
pub async fn worker_logs(app: web::Data<App>, path: web::Path<String>) -> Result<web::Json<WorkerLog>, AppError> {
    let (worker, lines) = workers::log(&app, id(&path)?).await?;
    Ok(web::Json(WorkerLog::of(&worker, lines)))
}

/// The machines as server-sent events: `initial` with a `WorkerList` (at the start, and whenever events were missed), then
/// what changes: `worker` with a `Worker`, `removed` with a `RemovedWorker`, `server` with a `ServerPart`, `log` with a
/// `WorkerLog` of the new lines, `deployment` with a `Deployment`.
#[utoipa::path(tag = "workers", responses(
    (status = 200, description = "An event stream", content_type = "text/event-stream"),
    (status = 503, description = "Too many streams", body = Problem)))]
#[get("/api/events/workers")]
pub async fn worker_events(app: web::Data<App>, caller: Caller) -> Result<HttpResponse, AppError> {
    sse::workers::respond(&app, caller.0).await
}

/// Lets a machine take tasks again.
#[utoipa::path(tag = "workers", params(("id" = String, Path, description = "Id of the worker")), responses(
    (status = 200, body = Worker), (status = 404, description = "No such worker", body = Problem)))]
#[post("/api/workers/{id}/enable")]
pub async fn enable_worker(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<web::Json<Worker>, AppError> {
    order(&request, &app, &caller, &path, Order::Enable).await
}

/// Stops a machine at once; what it works on is given to others.
#[utoipa::path(tag = "workers", params(("id" = String, Path, description = "Id of the worker")), responses(
    (status = 200, body = Worker), (status = 404, description = "No such worker", body = Problem)))]
#[post("/api/workers/{id}/disable")]
pub async fn disable_worker(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<web::Json<Worker>, AppError> {
    order(&request, &app, &caller, &path, Order::Disable).await
}

/// Lets a machine finish what it has, and gives it nothing more.
#[utoipa::path(tag = "workers", params(("id" = String, Path, description = "Id of the worker")), responses(
    (status = 200, body = Worker), (status = 404, description = "No such worker", body = Problem)))]
#[post("/api/workers/{id}/drain")]
pub async fn drain_worker(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<web::Json<Worker>, AppError> {
    order(&request, &app, &caller, &path, Order::Drain).await
}

async fn order(
    request: &HttpRequest,
    app: &App,
    caller: &Caller,
    path: &web::Path<String>,
    order: Order,
) -> Result<web::Json<Worker>, AppError> {
    let actor = caller.0.actor(sender(request, app));
    Ok(web::Json(workers::order(app, &actor, id(path)?, order).await?.into()))
}

/// Makes a machine's key good for nothing, at once and for good; what it works on is given to others.
#[utoipa::path(tag = "workers", params(("id" = String, Path, description = "Id of the worker")), responses(
    (status = 200, body = Done), (status = 404, description = "No such worker", body = Problem)))]
#[delete("/api/workers/{id}")]
pub async fn revoke_worker(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<web::Json<Done>, AppError> {
    workers::revoke(&app, &caller.0.actor(sender(&request, &app)), id(&path)?).await?;
    Ok(web::Json(Done::new("The key was revoked.")))
}
