//! The OpenAPI 3.1 document of a listener, made from the very routes it serves.

mod refusals;

use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, get, web};
use utoipa::OpenApi;
use utoipa::openapi::Server;
use utoipa::openapi::path::Operation;

use super::error::Problem;
use super::{Listener, base_path};
use crate::app::App;

/// The tag of routes that are no API.
pub const PAGES: &str = "pages";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "vlog",
        description = "A self-hosted video platform. Errors are RFC 9457 problem details; times are ISO 8601, UTC.",
        license(name = "MIT OR Apache-2.0")
    ),
    components(schemas(
        Problem,
        super::views::ProgressEvent,
        super::views::RemovedEvent,
        super::views::jobs::Job,
        super::views::accounts::AuditEntry
    ))
)]
struct Base;

/// The document of a listener, as JSON: its API, without the pages and what they are made of. HEAD goes without saying.
pub fn openapi_json(listener: Listener) -> String {
    json(&described(listener))
}

fn described(listener: Listener) -> utoipa::openapi::OpenApi {
    let mut described = listener.describe(Base::openapi());
    described.info.title = format!("vlog, {} API", listener.as_str());
    refusals::complete(&mut described, listener);
    described.paths.paths.retain(|_, item| {
        item.options = None; // for browsers, not for people
        let is_page = |get: &Operation| get.tags.iter().flatten().any(|tag| tag == PAGES);
        !item.get.as_ref().is_some_and(is_page)
    });
    described
}

fn json(described: &utoipa::openapi::OpenApi) -> String {
    described.to_pretty_json().unwrap_or_default() // strings and maps of ours always become JSON
}

/// This document.
#[utoipa::path(tag = "about", responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")))]
#[get("/api/openapi.json")]
pub async fn document(listener: web::Data<Listener>, app: web::Data<App>) -> HttpResponse {
    let mut described = described(*listener.get_ref());
    let base = base_path::of(&app, *listener.get_ref());
    described.servers = (!base.is_empty()).then(|| vec![Server::new(base)]);
    HttpResponse::Ok().content_type(ContentType::json()).body(json(&described))
}
