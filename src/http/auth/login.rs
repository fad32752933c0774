//! Logging in and out, going on, and the first account. Tokens go into cookies and nowhere else.

use actix_web::{HttpRequest, HttpResponse, get, post, web};

use crate::app::accounts::login::{self, SignedIn};
use crate::app::accounts::setup;
use crate::app::{App, AppError};
use crate::http::client::{ACCESS_COOKIE, REFRESH_COOKIE, client, remove_cookies, set_cookies};
use crate::http::error::Problem;
use crate::http::views::Done;
use crate::http::views::accounts::{LoginBody, Me, SetupBody, SetupState};

/// Logs in: sets the cookies `vlog_access` and `vlog_refresh`.
#[utoipa::path(tag = "accounts", request_body = LoginBody, responses(
    (status = 200, body = Me),
    (status = 400, description = "Not JSON, or a field that is not known", body = Problem),
    (status = 401, description = "login_failed: unknown name, wrong password or a disabled account; \
        second_factor_needed: the password is right, go on with `login_token`", body = Problem),
    (status = 403, description = "csrf_failed: another site asked", body = Problem),
    (status = 429, description = "too_many_attempts, with Retry-After", body = Problem)))]
#[post("/api/auth/login")]
pub async fn log_in(
    request: HttpRequest,
    app: web::Data<App>,
    body: web::Json<LoginBody>,
) -> Result<HttpResponse, AppError> {
    let signed_in = login::log_in(&app, &body.username, &body.password, client(&request, &app)).await?;
    Ok(welcome(&request, &app, &signed_in))
}

/// Ends the session and takes the cookies back. Without a session it does nothing.
#[utoipa::path(tag = "accounts", responses((status = 200, body = Done),
    (status = 403, description = "csrf_failed: another site asked", body = Problem)))]
#[post("/api/auth/logout")]
pub async fn log_out(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse, AppError> {
    let [access, again] = [ACCESS_COOKIE, REFRESH_COOKIE].map(|name| request.cookie(name));
    let [access, again] = [&access, &again].map(|cookie| cookie.as_ref().map(|cookie| cookie.value()));
    login::log_out(&app, access, again, client(&request, &app)).await?;
    let mut response = HttpResponse::Ok();
    remove_cookies(&mut response, &request, &app);
    Ok(response.json(Done::new("You are logged out.")))
}

/// New cookies for the refresh cookie, which is good once: using it again ends the session. Access lasts ten minutes.
#[utoipa::path(tag = "accounts", responses(
    (status = 200, body = Me),
    (status = 401, description = "not_logged_in: no session, or it is over", body = Problem),
    (status = 403, description = "csrf_failed: another site asked", body = Problem)))]
#[post("/api/auth/refresh")]
pub async fn refresh_session(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse, AppError> {
    let token = request.cookie(REFRESH_COOKIE);
    let token = token.as_ref().map(|cookie| cookie.value()).unwrap_or_default();
    let signed_in = login::refresh(&app, token, client(&request, &app)).await?;
    Ok(welcome(&request, &app, &signed_in))
}

/// Whether the first account is still to be made.
#[utoipa::path(tag = "accounts", responses((status = 200, body = SetupState)))]
#[get("/api/auth/setup")]
pub async fn setup_state(app: web::Data<App>) -> Result<web::Json<SetupState>, AppError> {
    Ok(web::Json(SetupState { needed: setup::is_needed(&app).await? }))
}

/// Makes the first account, an admin, and logs it in. The token is in the link that the server prints at its start.
#[utoipa::path(tag = "accounts", request_body = SetupBody, responses(
    (status = 200, body = Me),
    (status = 400, description = "Not JSON, or a field that is not known", body = Problem),
    (status = 403, description = "wrong_setup_token, csrf_failed", body = Problem),
    (status = 409, description = "setup_done: there is an account", body = Problem),
    (status = 422, description = "A name or a password that will not do", body = Problem),
    (status = 429, description = "too_many_attempts, with Retry-After", body = Problem)))]
#[post("/api/auth/setup")]
pub async fn set_up(
    request: HttpRequest,
    app: web::Data<App>,
    body: web::Json<SetupBody>,
) -> Result<HttpResponse, AppError> {
    let by = client(&request, &app);
    let signed_in = setup::finish(&app, &body.token, &body.username, &body.password, by).await?;
    Ok(welcome(&request, &app, &signed_in))
}

/// The answer to whoever is in: cookies, and who it is.
pub(super) fn welcome(request: &HttpRequest, app: &App, signed_in: &SignedIn) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    set_cookies(&mut response, request, app, signed_in);
    response.json(Me::from(&signed_in.caller))
}
