//! Is the server alive, can it work, and what does it count.

use actix_web::{HttpResponse, get, web};

use super::error::Problem;
use super::views::{Checks, Health};
use crate::app::{App, AppError, system, videos};

fn word(works: bool) -> &'static str {
    if works { "ok" } else { "failing" }
}

fn checked(found: &videos::Health) -> HttpResponse {
    let fine = found.database && found.storage;
    let checks = Checks { database: word(found.database), storage: word(found.storage), redis: found.redis.map(word) };
    let body = Health { status: word(fine), checks };
    let mut response = if fine { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    response.insert_header(("cache-control", "no-store")).json(body)
}

/// Do the database and the storage answer?
#[utoipa::path(
    tag = "about",
    responses((status = 200, body = Health), (status = 503, description = "A check fails", body = Health))
)]
#[get("/health")]
pub async fn health(app: web::Data<App>) -> HttpResponse {
    let found = videos::check(&app).await;
    checked(&found)
}

/// May requests be sent here: does the database answer, and can the storage be written? Admins find more at `/api/system`.
#[utoipa::path(
    tag = "about",
    responses((status = 200, body = Health), (status = 503, description = "Not now", body = Health))
)]
#[get("/ready")]
pub async fn ready(app: web::Data<App>) -> HttpResponse {
    let found = system::is_ready(&app).await;
    checked(&found)
}

/// Numbers for Prometheus. Without a key for what connects from this machine itself, by no proxy; else for admins.
#[utoipa::path(
    tag = "about",
    responses((status = 200, description = "OpenMetrics text", content_type = "application/openmetrics-text"),
        (status = 401, description = "not_logged_in", body = Problem),
        (status = 403, description = "not_allowed: an admin's key is needed", body = Problem))
)]
#[get("/metrics")]
pub async fn metrics(app: web::Data<App>) -> Result<HttpResponse, AppError> {
    let text = app.metrics().render(videos::gauges(&app).await?).map_err(AppError::internal)?;
    Ok(HttpResponse::Ok().content_type("application/openmetrics-text; version=1.0.0; charset=utf-8").body(text))
}
