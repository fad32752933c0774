//! `/api/system`: how the server is.

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};

use crate::app::{App, AppError, system};
use crate::http::views::system::System;

/// Versions, the database, the disk, encoders, and whether each part works. The first request in ten minutes tries the
/// encoders in software, which takes a second or two; hardware is tried at the start.
#[utoipa::path(tag = "about", responses((status = 200, body = System)))]
#[get("/api/system")]
pub async fn get_system(app: web::Data<App>) -> Result<HttpResponse, AppError> {
    let report = system::report(&app).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(System::from(report)))
}
