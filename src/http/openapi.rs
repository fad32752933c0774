//! The OpenAPI 3.1 document of a listener, made from the very routes it serves.

use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, get, web};
use utoipa::OpenApi;
use utoipa_actix_web::AppExt;

use super::Listener;
use super::error::Problem;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "vlog",
        description = "A self-hosted video platform. Errors are RFC 9457 problem details; times are ISO 8601, UTC.",
        license(name = "MIT OR Apache-2.0")
    ),
    components(schemas(Problem, super::views::ProgressEvent, super::views::RemovedEvent))
)]
struct Base;

/// The document of a listener, as JSON.
pub fn openapi_json(listener: Listener) -> String {
    let (_, mut described) =
        actix_web::App::new().into_utoipa_app().openapi(Base::openapi()).configure(listener.routes()).split_for_parts();
    described.info.title = format!("vlog, {} API", listener.as_str());
    // a route for GET and HEAD is one operation in the code, but every operation needs an id of its own
    for operation in described.paths.paths.values_mut().filter_map(|path| path.head.as_mut()) {
        operation.operation_id = operation.operation_id.take().map(|id| format!("{id}_head"));
    }
    described.to_pretty_json().unwrap_or_default() // strings and maps of ours always become JSON
}

/// This document.
#[utoipa::path(tag = "about", responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")))]
#[get("/api/openapi.json")]
pub async fn document(listener: web::Data<Listener>) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(openapi_json(*listener.get_ref()))
}
