//! One's own account: who one is, the password, the sessions.

use actix_web::{HttpRequest, delete, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::accounts::{login, sessions};
use crate::app::{App, AppError};
use crate::domain::id::SessionId;
use crate::http::access::Caller;
use crate::http::client::client;
use crate::http::error::Problem;
use crate::http::query::{given, page_size};
use crate::http::views::Done;
use crate::http::views::accounts::{Me, PasswordBody, SessionList};

/// Sessions on a page: by default, at most.
const PAGE: (u32, u32) = (100, 500);

/// Who is logged in, or whose API key it is.
#[utoipa::path(tag = "accounts", responses((status = 200, body = Me),
    (status = 401, description = "not_logged_in", body = Problem)))]
#[get("/api/auth/me")]
pub async fn me(caller: Caller) -> web::Json<Me> {
    web::Json(Me::from(&*caller.0))
}

/// Changes one's password and ends all other sessions, and API keys if wanted.
#[utoipa::path(tag = "accounts", request_body = PasswordBody, responses(
    (status = 200, body = Done),
    (status = 401, description = "not_logged_in", body = Problem),
    (status = 422, description = "The present password is wrong, or the new one will not do", body = Problem),
    (status = 429, description = "too_many_attempts, with Retry-After", body = Problem)))]
#[post("/api/auth/password")]
pub async fn change_password(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<PasswordBody>,
) -> Result<web::Json<Done>, AppError> {
    let by = client(&request, &app);
    login::change_password(&app, &caller.0, &body.current, &body.new, body.revoke_api_keys, by).await?;
    Ok(web::Json(Done::new("The password was changed.")))
}

/// Which page of the sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SessionParams {
    /// Sessions on a page, 1 to 500, 100 by default.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// One's sessions, the one used last first.
#[utoipa::path(tag = "accounts", params(SessionParams), responses((status = 200, body = SessionList),
    (status = 401, description = "not_logged_in", body = Problem),
    (status = 422, description = "A bad value", body = Problem)))]
#[get("/api/auth/sessions")]
pub async fn list_sessions(
    app: web::Data<App>,
    caller: Caller,
    params: web::Query<SessionParams>,
) -> Result<web::Json<SessionList>, AppError> {
    let limit = page_size(params.limit, PAGE)?;
    let after =
        given(&params.cursor).map(|text| session_cursor(text).ok_or_else(AppError::invalid_cursor)).transpose()?;
    let found = sessions::list(&app, &caller.0, after, limit).await?;
    Ok(web::Json(SessionList::of(found, caller.0.session, limit)))
}

/// As `SessionList` makes it: last use and id.
fn session_cursor(text: &str) -> Option<(i64, SessionId)> {
    let (at, id) = text.split_once('.')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

/// Ends one of one's sessions.
#[utoipa::path(tag = "accounts", params(("id" = String, Path, description = "Id of the session")), responses(
    (status = 200, body = Done),
    (status = 401, description = "not_logged_in", body = Problem),
    (status = 403, description = "session_needed: a key ends no sessions", body = Problem),
    (status = 404, description = "No such session", body = Problem)))]
#[delete("/api/auth/sessions/{id}")]
pub async fn end_session(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<web::Json<Done>, AppError> {
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    sessions::end(&app, &caller.0, id, client(&request, &app)).await?;
    Ok(web::Json(Done::new("The session was ended.")))
}

/// Ends all of one's sessions but this one.
#[utoipa::path(tag = "accounts", responses((status = 200, body = Done),
    (status = 401, description = "not_logged_in", body = Problem),
    (status = 403, description = "session_needed: a key ends no sessions", body = Problem)))]
#[delete("/api/auth/sessions")]
pub async fn end_other_sessions(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
) -> Result<web::Json<Done>, AppError> {
    let ended = sessions::end_others(&app, &caller.0, client(&request, &app)).await?;
    Ok(web::Json(Done::new(&format!("{ended} other sessions were ended."))))
}
