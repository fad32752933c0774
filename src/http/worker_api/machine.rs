//! A worker's machine and program: how it is, what it is told to do with itself, and the program it may take.

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::files::ranged;
use crate::app::workers::{self, Progress};
use crate::app::{App, AppError};
use crate::http::access::Lender;
use crate::http::error::Problem;
use crate::worker::protocol::{Acknowledge, Commanded, DIGEST_HEADER, Report, Reported};

const DIGEST: HeaderName = HeaderName::from_static(DIGEST_HEADER);

/// Says how the machine is, also when it has nothing to do; the answer has what it is to do with itself.
#[utoipa::path(tag = "worker", request_body = Report, responses((status = 200, body = Reported)))]
#[post("/api/worker/heartbeat")]
pub async fn heartbeat(
    app: web::Data<App>,
    worker: Lender,
    body: web::Json<Report>,
) -> Result<web::Json<Reported>, AppError> {
    let Report { load, log } = body.into_inner();
    let answer = workers::report(&app, &worker.0, load, log).await?;
    let commands = answer.commands.into_iter().map(|(id, command)| Commanded { id, command }).collect();
    Ok(web::Json(Reported { commands, next_line: answer.next_line }))
}

/// Says how far a worker is with a command.
#[utoipa::path(tag = "worker", params(("id" = i64, Path, description = "The command")), request_body = Acknowledge,
    responses((status = 204, description = "Noted"),
        (status = 404, description = "Not a number", body = Problem),
        (status = 409, description = "command_over: drop it", body = Problem)))]
#[post("/api/worker/commands/{id}")]
pub async fn acknowledge(
    app: web::Data<App>,
    worker: Lender,
    path: web::Path<String>,
    body: web::Json<Acknowledge>,
) -> Result<HttpResponse, AppError> {
    let id = path.parse().map_err(|_| AppError::NotFound)?;
    let progress = match body.into_inner() {
        Acknowledge::Begun => Progress::Begun,
        Acknowledge::Done { details } => Progress::Done(details),
        Acknowledge::Failed { details } => Progress::Failed(details),
    };
    workers::acknowledge(&app, &worker.0, id, progress).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// For which platform.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProgramParams {
    /// The platform the worker runs on, such as `x86_64-unknown-linux-gnu`; without it, whatever the server has.
    pub target: Option<String>,
}

/// The server's program, or one range of it; its SHA-256 stands in the header `x-vlog-sha256`.
#[utoipa::path(tag = "worker", params(ProgramParams), responses(
    (status = 200, description = "The program"),
    (status = 206, description = "The range asked for"),
    (status = 409, description = "program_other_target: the server runs on another platform", body = Problem),
    (status = 416, description = "The range lies beyond the file")))]
#[get("/api/worker/program")]
pub async fn program(
    request: HttpRequest,
    app: web::Data<App>,
    _worker: Lender,
    params: web::Query<ProgramParams>,
) -> Result<HttpResponse, AppError> {
    let program = workers::program(&app, params.target.as_deref()).await?;
    let mut response = ranged(&request, program.file, program.size);
    if let Ok(digest) = HeaderValue::from_str(&program.sha256) {
        response.headers_mut().insert(DIGEST, digest);
    }
    Ok(response)
}
