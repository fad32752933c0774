//! Is the server alive, can it work, and what does it count.

use actix_web::{HttpResponse, get, web};

use super::views::{Checks, Health};
use crate::app::{App, AppError, videos};

fn word(works: bool) -> &'static str {
    if works { "ok" } else { "failing" }
}

async fn checked(app: &App) -> HttpResponse {
    let found = videos::check(app).await;
    let fine = found.database && found.storage;
    let body =
        Health { status: word(fine), checks: Checks { database: word(found.database), storage: word(found.storage) } };
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
    checked(&app).await
}

/// May requests be sent here?
#[utoipa::path(
    tag = "about",
    responses((status = 200, body = Health), (status = 503, description = "Not now", body = Health))
)]
#[get("/ready")]
pub async fn ready(app: web::Data<App>) -> HttpResponse {
    checked(&app).await
}

/// Numbers for Prometheus.
#[utoipa::path(
    tag = "about",
    responses((status = 200, description = "OpenMetrics text", content_type = "application/openmetrics-text"))
)]
#[get("/metrics")]
pub async fn metrics(app: web::Data<App>) -> Result<HttpResponse, AppError> {
    let text = app.metrics().render(videos::gauges(&app).await?).map_err(AppError::internal)?;
    Ok(HttpResponse::Ok().content_type("application/openmetrics-text; version=1.0.0; charset=utf-8").body(text))
}
