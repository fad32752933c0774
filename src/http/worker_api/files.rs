//! The files of a task that a worker holds: its source, and what it makes.

use std::fs::File;
use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, put, web};
use bytes::Bytes;
use http_range::HttpRange;

use super::tasks::Lease;
use crate::app::media_files::OpenFile;
use crate::app::{App, AppError, workers};
use crate::http::access::Lender;
use crate::http::error::Problem;
use crate::http::media::FileBody;
use crate::worker::protocol::DIGEST_HEADER;

/// The source, or one range of it.
#[utoipa::path(tag = "worker", params(("id" = i64, Path, description = "The task")), responses(
    (status = 200, description = "The file"),
    (status = 206, description = "The range asked for"),
    (status = 409, description = "lease_lost", body = Problem),
    (status = 416, description = "The range lies beyond the file")))]
#[get("/api/worker/tasks/{id}/source")]
pub async fn source(
    request: HttpRequest,
    app: web::Data<App>,
    worker: Lender,
    lease: Lease,
) -> Result<HttpResponse, AppError> {
    let (file, size) = workers::open_source(&app, &worker.0, lease.0, lease.1).await?;
    Ok(ranged(&request, file, size))
}

/// A file, or the range of it that is asked for.
pub(super) fn ranged(request: &HttpRequest, file: File, size: u64) -> HttpResponse {
    let range = request.headers().get(header::RANGE).map(|range| HttpRange::parse_bytes(range.as_bytes(), size));
    let mut response = match range {
        None => HttpResponse::Ok(),
        Some(Ok(ref ranges)) if ranges.len() == 1 => HttpResponse::PartialContent(),
        Some(_) => {
            let unsatisfied = format!("bytes */{size}");
            return HttpResponse::RangeNotSatisfiable().insert_header((header::CONTENT_RANGE, unsatisfied)).finish();
        }
    };
    response
        .insert_header((header::CONTENT_TYPE, "application/octet-stream"))
        .insert_header((header::CONTENT_ENCODING, "identity")) // bytes are counted: nothing may compress them
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    let (start, end) = match range.and_then(Result::ok).as_deref() {
        Some([one]) => {
            let (start, end) = (one.start, one.start + one.length);
            response.insert_header((header::CONTENT_RANGE, format!("bytes {start}-{}/{size}", end - 1)));
            (start, end)
        }
        _ => (0, size),
    };
    response.body(FileBody::new(Arc::new(OpenFile::new(file, size)), Bytes::new(), start, end))
}

/// Takes a finished file. Sending it twice is no harm.
#[utoipa::path(tag = "worker", params(("id" = i64, Path, description = "The task"),
        ("path" = String, Path, description = "Below the generation: `720p/seg_00003.m4s`"),
        ("x-vlog-sha256" = String, Header, description = "SHA-256 of the body, hexadecimal")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 204, description = "It is there"),
    (status = 409, description = "lease_lost; init_mismatch: another build of the encoder made it", body = Problem),
    (status = 413, description = "More than 50 MB", body = Problem),
    (status = 422, description = "A name the task does not make, digest_mismatch, or no segment", body = Problem),
    (status = 507, description = "The server's disk is full; try again later", body = Problem)))]
#[put("/api/worker/tasks/{id}/files/{path:.*}")]
pub async fn put_file(
    request: HttpRequest,
    app: web::Data<App>,
    worker: Lender,
    lease: Lease,
    path: web::Path<(String, String)>,
    body: web::Payload,
) -> Result<HttpResponse, AppError> {
    let digest = digest(&request)?;
    workers::receive(&app, &worker.0, (lease.0, lease.1), &path.1, &digest, body).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes several finished files as a tar. Sending it twice is no harm.
#[utoipa::path(tag = "worker", params(("id" = i64, Path, description = "The task"),
        ("x-vlog-sha256" = String, Header, description = "SHA-256 of the body, hexadecimal")),
    request_body(content = Vec<u8>, content_type = "application/x-tar"), responses(
    (status = 204, description = "They are there"),
    (status = 409, description = "lease_lost; init_mismatch", body = Problem),
    (status = 413, description = "More than 50 MB", body = Problem),
    (status = 422, description = "As for a single file", body = Problem),
    (status = 507, description = "The server's disk is full; try again later", body = Problem)))]
#[put("/api/worker/tasks/{id}/archive")]
pub async fn put_archive(
    request: HttpRequest,
    app: web::Data<App>,
    worker: Lender,
    lease: Lease,
    body: web::Payload,
) -> Result<HttpResponse, AppError> {
    let digest = digest(&request)?;
    workers::receive_archive(&app, &worker.0, (lease.0, lease.1), &digest, body).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn digest(request: &HttpRequest) -> Result<[u8; 32], AppError> {
    let mut digest = [0; 32];
    let text = request.headers().get(DIGEST_HEADER).map(|value| value.as_bytes()).unwrap_or_default();
    hex::decode_to_slice(text, &mut digest).map(|()| digest).map_err(|_| {
        AppError::invalid(
            "digest_missing",
            format!("Send the SHA-256 of the body, in hexadecimal, as {DIGEST_HEADER}."),
        )
    })
}
