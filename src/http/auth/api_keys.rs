//! One's own API keys.

use actix_web::{HttpRequest, delete, get, post, web};

use crate::app::accounts::api_keys;
use crate::app::{App, AppError};
use crate::http::access::Caller;
use crate::http::client::client;
use crate::http::error::Problem;
use crate::http::views::Done;
use crate::http::views::accounts::{ApiKeyList, CreatedApiKey, NewApiKeyBody};

/// One's keys, newest first, without those that were revoked.
#[utoipa::path(tag = "accounts", responses((status = 200, body = ApiKeyList),
    (status = 401, description = "not_logged_in", body = Problem)))]
#[get("/api/auth/api-keys")]
pub async fn list_api_keys(app: web::Data<App>, caller: Caller) -> Result<web::Json<ApiKeyList>, AppError> {
    Ok(web::Json(api_keys::list(&app, &caller.0).await?.into()))
}

/// Makes a key for programs: `Authorization: Bearer {key}`. The answer is the only time the key is told.
#[utoipa::path(tag = "accounts", request_body = NewApiKeyBody, responses(
    (status = 200, body = CreatedApiKey),
    (status = 401, description = "not_logged_in", body = Problem),
    (status = 403, description = "session_needed: a key makes no keys", body = Problem),
    (status = 409, description = "too_many_keys", body = Problem),
    (status = 422, description = "The password is wrong; no name, a role beyond one's own, a time that is past",
        body = Problem),
    (status = 429, description = "too_many_attempts, with Retry-After", body = Problem)))]
#[post("/api/auth/api-keys")]
pub async fn create_api_key(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<NewApiKeyBody>,
) -> Result<web::Json<CreatedApiKey>, AppError> {
    let (password, new) = body.into_inner().into_new(caller.0.role)?;
    let by = client(&request, &app);
    let (key, text) = api_keys::create_own(&app, &caller.0, &password, by, new).await?;
    Ok(web::Json(CreatedApiKey { api_key: key.into(), key: text }))
}

/// Revokes one of one's keys.
#[utoipa::path(tag = "accounts", params(("id" = String, Path, description = "Id of the key")), responses(
    (status = 200, body = Done),
    (status = 401, description = "not_logged_in", body = Problem),
    (status = 403, description = "session_needed: a key revokes no keys", body = Problem),
    (status = 404, description = "No such key", body = Problem)))]
#[delete("/api/auth/api-keys/{id}")]
pub async fn revoke_api_key(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<web::Json<Done>, AppError> {
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    api_keys::revoke_own(&app, &caller.0, client(&request, &app), id).await?;
    Ok(web::Json(Done::new("The key was revoked.")))
}
