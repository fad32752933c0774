//! The OpenAPI 3.1 document of a listener, made from the very routes it serves.

use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, get, web};
use utoipa::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa_actix_web::AppExt;

use super::Listener;
use super::error::Problem;

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
        super::views::accounts::AuditEntry
    ))
)]
struct Base;

/// The document of a listener, as JSON: its API, without the pages and what they are made of. HEAD goes without saying.
pub fn openapi_json(listener: Listener) -> String {
    let (_, mut described) =
        actix_web::App::new().into_utoipa_app().openapi(Base::openapi()).configure(listener.routes()).split_for_parts();
    described.info.title = format!("vlog, {} API", listener.as_str());
    described.paths.paths.retain(|_, item| {
        item.options = None; // for browsers, not for people
        let is_page = |get: &Operation| get.tags.iter().flatten().any(|tag| tag == PAGES);
        !item.get.as_ref().is_some_and(is_page)
    });
    described.to_pretty_json().unwrap_or_default() // strings and maps of ours always become JSON
}

/// This document.
#[utoipa::path(tag = "about", responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")))]
#[get("/api/openapi.json")]
pub async fn document(listener: web::Data<Listener>) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(openapi_json(*listener.get_ref()))
}
