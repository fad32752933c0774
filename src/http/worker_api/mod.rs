//! The worker listener: for machines that lend their CPU. All its routes stand here, and who may use them in
//! `http/access.rs`; what is said is [`crate::worker::protocol`].

mod files;
mod machine;
mod tasks;

use std::time::Duration;

use actix_web::{HttpResponse, post, web};

use super::access::Lender;
use super::error::Problem;
use super::health;
use super::routes::Router;
use crate::app::{App, AppError, workers};
use crate::worker::protocol::{Claim, Claimed, Register, Registered, WAIT_MAX_SECONDS};

/// Every route of the listener.
pub fn routes(router: &mut impl Router) {
    router
        .service(register)
        .service(claim)
        .service(leave)
        .service(machine::heartbeat)
        .service(machine::acknowledge)
        .service(machine::program)
        .service(files::source)
        .service(files::put_file)
        .service(files::put_archive)
        .service(tasks::watch)
        .service(tasks::heartbeat)
        .service(tasks::finish)
        .service(tasks::fail)
        .service(tasks::release)
        .service(health::health)
        .service(health::ready)
        .service(health::metrics);
}

/// A worker says what it is and what it can do.
#[utoipa::path(tag = "worker", request_body = Register, responses(
    (status = 200, body = Registered),
    (status = 401, description = "worker_key_invalid", body = Problem),
    (status = 403, description = "worker_disabled", body = Problem),
    (status = 409, description = "worker_version: one of both has to be updated", body = Problem)))]
#[post("/api/worker/register")]
pub async fn register(
    app: web::Data<App>,
    worker: Lender,
    body: web::Json<Register>,
) -> Result<web::Json<Registered>, AppError> {
    let Register { version, capabilities, load } = body.into_inner();
    workers::introduce(&app, &worker.0, version, capabilities, load).await?;
    let server_version = env!("CARGO_PKG_VERSION").to_owned();
    Ok(web::Json(Registered { name: worker.0.name.clone(), server_version }))
}

/// Takes a task, waiting for one.
#[utoipa::path(tag = "worker", request_body = Claim, responses(
    (status = 200, body = Claimed),
    (status = 204, description = "There was none; ask again")))]
#[post("/api/worker/claim")]
pub async fn claim(app: web::Data<App>, worker: Lender, body: web::Json<Claim>) -> Result<HttpResponse, AppError> {
    let wait = Duration::from_secs(body.wait_seconds.min(WAIT_MAX_SECONDS).into());
    let Some(task) = workers::tasks::claim(&app, &worker.0, body.token, wait).await? else {
        return Ok(HttpResponse::NoContent().finish());
    };
    Ok(HttpResponse::Ok().json(Claimed {
        id: task.id.0,
        job_id: task.job_id.0,
        video_id: task.video_id.0,
        attempt: task.attempt,
        max_attempts: task.max_attempts,
        spec: task.spec,
    }))
}

/// A worker goes; its claims that wait end at once.
#[utoipa::path(tag = "worker", responses((status = 204, description = "Noted")))]
#[post("/api/worker/leave")]
pub async fn leave(app: web::Data<App>, worker: Lender) -> Result<HttpResponse, AppError> {
    workers::leave(&app, &worker.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
