//! One's own account: who one is, the password, the sessions.

use actix_web::{HttpRequest, delete, get, post, web};

use crate::app::accounts::{login, sessions};
use crate::app::{App, AppError};
use crate::http::access::Caller;
use crate::http::client::client;
use crate::http::error::Problem;
use crate::http::views::Done;
use crate::http::views::accounts::{Me, PasswordBody, SessionList};

/// Who is logged in, or whose API key it is.
#[utoipa::path(tag = "accounts", responses((status = 200, body = Me),
    (status = 401, description = "not_logged_in", body = Problem)))]
#[get("/api/auth/me")]
pub async fn me(caller: Caller) -> web::Json<Me> {
    web::Json(Me::from(&*caller.0))
}

/// Changes one's password and ends all other sessions.
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
    login::change_password(&app, &caller.0, &body.current, &body.new, client(&request, &app)).await?;
    Ok(web::Json(Done::new("The password was changed.")))
}

/// One's sessions, the one used last first.
#[utoipa::path(tag = "accounts", responses((status = 200, body = SessionList),
    (status = 401, description = "not_logged_in", body = Problem)))]
#[get("/api/auth/sessions")]
pub async fn list_sessions(app: web::Data<App>, caller: Caller) -> Result<web::Json<SessionList>, AppError> {
    Ok(web::Json(SessionList::of(sessions::list(&app, &caller.0).await?, caller.0.session)))
}

/// Ends one of one's sessions.
#[utoipa::path(tag = "accounts", params(("id" = String, Path, description = "Id of the session")), responses(
    (status = 200, body = Done),
    (status = 401, description = "not_logged_in", body = Problem),
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
    (status = 401, description = "not_logged_in", body = Problem)))]
#[delete("/api/auth/sessions")]
pub async fn end_other_sessions(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
) -> Result<web::Json<Done>, AppError> {
    let ended = sessions::end_others(&app, &caller.0, client(&request, &app)).await?;
    Ok(web::Json(Done::new(&format!("{ended} other sessions were ended."))))
}
