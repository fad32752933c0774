//! One's authenticator app and recovery codes, and the second step of a login.

use actix_web::{HttpRequest, HttpResponse, get, post, web};

use super::login::welcome;
use crate::app::accounts::{factors, oidc};
use crate::app::{App, AppError};
use crate::http::access::Caller;
use crate::http::client::client;
use crate::http::error::Problem;
use crate::http::views::Done;
use crate::http::views::accounts::Me;
use crate::http::views::factors::{
    CodeBody, Factors, LoginCodeBody, PasswordAgainBody, PasswordAndCodeBody, RecoveryCodes, TotpEnrolment,
};

/// The second step of a login: a code of the app, or a recovery code. Sets the same cookies.
#[utoipa::path(tag = "accounts", request_body = LoginCodeBody, responses(
    (status = 200, body = Me),
    (status = 400, description = "Not JSON, or a field that is not known", body = Problem),
    (status = 401, description = "wrong_code; login_expired: begin again with the password", body = Problem),
    (status = 403, description = "csrf_failed: another site asked", body = Problem),
    (status = 429, description = "too_many_attempts, with Retry-After", body = Problem)))]
#[post("/api/auth/login/code")]
pub async fn log_in_with_code(
    request: HttpRequest,
    app: web::Data<App>,
    body: web::Json<LoginCodeBody>,
) -> Result<HttpResponse, AppError> {
    let signed_in = factors::log_in(&app, &body.login_token, &body.code, client(&request, &app)).await?;
    Ok(welcome(&request, &app, &signed_in))
}

/// How one logs in.
#[utoipa::path(tag = "accounts", responses((status = 200, body = Factors),
    (status = 401, description = "not_logged_in", body = Problem)))]
#[get("/api/auth/factors")]
pub async fn get_factors(app: web::Data<App>, caller: Caller) -> Result<web::Json<Factors>, AppError> {
    let (factors, oidc) = (factors::get(&app, &caller.0).await?, oidc::linked(&app, &caller.0).await?);
    Ok(web::Json(Factors::of(factors, oidc)))
}

/// Begins to set up an authenticator app. Nothing is asked for until a code of it was shown.
#[utoipa::path(tag = "accounts", request_body = PasswordAgainBody, responses(
    (status = 200, body = TotpEnrolment),
    (status = 401, description = "not_logged_in", body = Problem),
    (status = 403, description = "session_needed: a key cannot do this", body = Problem),
    (status = 409, description = "totp_enabled: there is one", body = Problem),
    (status = 422, description = "The password is wrong", body = Problem),
    (status = 429, description = "too_many_attempts, with Retry-After", body = Problem)))]
#[post("/api/auth/totp")]
pub async fn begin_totp(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<PasswordAgainBody>,
) -> Result<web::Json<TotpEnrolment>, AppError> {
    Ok(web::Json(factors::begin(&app, &caller.0, &body.password, client(&request, &app)).await?.into()))
}

/// Shows a code of the new app: from now on one is asked for. The answer is the only time the recovery codes are told.
#[utoipa::path(tag = "accounts", request_body = CodeBody, responses(
    (status = 200, body = RecoveryCodes),
    (status = 401, description = "not_logged_in", body = Problem),
    (status = 403, description = "session_needed: a key cannot do this", body = Problem),
    (status = 409, description = "totp_not_begun", body = Problem),
    (status = 422, description = "The code is wrong", body = Problem),
    (status = 429, description = "too_many_attempts, with Retry-After", body = Problem)))]
#[post("/api/auth/totp/confirm")]
pub async fn confirm_totp(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<CodeBody>,
) -> Result<web::Json<RecoveryCodes>, AppError> {
    let recovery_codes = factors::confirm(&app, &caller.0, &body.code, client(&request, &app)).await?;
    Ok(web::Json(RecoveryCodes { recovery_codes }))
}

/// Makes new recovery codes; the old ones are good no longer.
#[utoipa::path(tag = "accounts", request_body = PasswordAndCodeBody, responses(
    (status = 200, body = RecoveryCodes),
    (status = 401, description = "not_logged_in", body = Problem),
    (status = 403, description = "session_needed: a key cannot do this", body = Problem),
    (status = 422, description = "The password or the code is wrong, or there is no app", body = Problem),
    (status = 429, description = "too_many_attempts, with Retry-After", body = Problem)))]
#[post("/api/auth/totp/recovery-codes")]
pub async fn renew_recovery_codes(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<PasswordAndCodeBody>,
) -> Result<web::Json<RecoveryCodes>, AppError> {
    let by = client(&request, &app);
    let recovery_codes = factors::renew(&app, &caller.0, &body.password, &body.code, by).await?;
    Ok(web::Json(RecoveryCodes { recovery_codes }))
}

/// Turns the app off: the password alone is enough again.
#[utoipa::path(tag = "accounts", request_body = PasswordAndCodeBody, responses(
    (status = 200, body = Done),
    (status = 401, description = "not_logged_in", body = Problem),
    (status = 403, description = "session_needed: a key cannot do this", body = Problem),
    (status = 422, description = "The password or the code is wrong, or there is no app", body = Problem),
    (status = 429, description = "too_many_attempts, with Retry-After", body = Problem)))]
#[post("/api/auth/totp/disable")]
pub async fn disable_totp(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<PasswordAndCodeBody>,
) -> Result<web::Json<Done>, AppError> {
    factors::disable(&app, &caller.0, &body.password, &body.code, client(&request, &app)).await?;
    Ok(web::Json(Done::new("No code is asked for any longer.")))
}
