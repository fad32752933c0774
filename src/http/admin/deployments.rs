//! What machines are told to do with their programs, and `/api/deployments`, the record of it.

use actix_web::{HttpRequest, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::workers::id;
use crate::app::workers::{self, Filter};
use crate::app::{App, AppError};
use crate::domain::worker::Command;
use crate::http::access::Caller;
use crate::http::client::sender;
use crate::http::error::Problem;
use crate::http::query::{cursor, given, page_size};
use crate::http::views::workers::{Deployment, DeploymentPage};

/// Events on a page: by default, at most.
const PAGE: (u32, u32) = (50, 200);

/// Tells a machine to finish or give back what it has, and to begin anew. It hears of it within seconds.
#[utoipa::path(tag = "workers", params(("id" = String, Path, description = "Id of the worker")), responses(
    (status = 200, body = Deployment, description = "It will be told"),
    (status = 404, description = "No such worker", body = Problem),
    (status = 409, description = "worker_offline; command_pending: it has another command", body = Problem)))]
#[post("/api/workers/{id}/restart")]
pub async fn restart_worker(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<web::Json<Deployment>, AppError> {
    command(&request, &app, &caller, &path, Command::Restart).await
}

/// Tells a machine to finish or give back what it has, and to end. Somebody has to start it again there.
#[utoipa::path(tag = "workers", params(("id" = String, Path, description = "Id of the worker")), responses(
    (status = 200, body = Deployment, description = "It will be told"),
    (status = 404, description = "No such worker", body = Problem),
    (status = 409, description = "worker_offline; command_pending: it has another command", body = Problem)))]
#[post("/api/workers/{id}/stop")]
pub async fn stop_worker(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<web::Json<Deployment>, AppError> {
    command(&request, &app, &caller, &path, Command::Stop).await
}

/// Tells a machine to take the server's program and to begin anew with that. It says why when it cannot.
#[utoipa::path(tag = "workers", params(("id" = String, Path, description = "Id of the worker")), responses(
    (status = 200, body = Deployment, description = "It will be told"),
    (status = 404, description = "No such worker", body = Problem),
    (status = 409, description = "worker_offline; command_pending: it has another command", body = Problem)))]
#[post("/api/workers/{id}/update")]
pub async fn update_worker(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<web::Json<Deployment>, AppError> {
    command(&request, &app, &caller, &path, Command::Update).await
}

async fn command(
    request: &HttpRequest,
    app: &App,
    caller: &Caller,
    path: &web::Path<String>,
    command: Command,
) -> Result<web::Json<Deployment>, AppError> {
    let actor = caller.0.actor(sender(request, app));
    Ok(web::Json(workers::command(app, &actor, id(path)?, command).await?.into()))
}

/// Which events.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeploymentParams {
    /// Only of this worker, by its id.
    pub worker_id: Option<String>,
    /// Only `restart`, `stop`, `update` or `version_change`.
    pub event_type: Option<String>,
    /// Events on a page, 1 to 200, 50 by default.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// What was restarted, stopped or updated, from which version to which and by whom, newest first; also versions that came
/// up by themselves, the server's among them.
#[utoipa::path(tag = "workers", params(DeploymentParams), responses((status = 200, body = DeploymentPage),
    (status = 422, description = "A bad value", body = Problem)))]
#[get("/api/deployments")]
pub async fn list_deployments(
    app: web::Data<App>,
    params: web::Query<DeploymentParams>,
) -> Result<web::Json<DeploymentPage>, AppError> {
    let limit = page_size(params.limit, PAGE)?;
    let worker_id = given(&params.worker_id).map(str::parse).transpose();
    let kind = given(&params.event_type).map(str::parse).transpose();
    let filter = Filter {
        worker_id: worker_id.map_err(|_| AppError::invalid_field("worker_id", "This is no id of a worker."))?,
        kind: kind.map_err(|_| {
            AppError::invalid_field("event_type", "event_type must be restart, stop, update or version_change.")
        })?,
        before_id: cursor(&params.cursor)?,
    };
    let events = workers::list_deployments(&app, filter, limit).await?;
    Ok(web::Json(DeploymentPage::of(events, limit)))
}
