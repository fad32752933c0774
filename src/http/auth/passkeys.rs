//! Making passkeys, and logging in with one.

use actix_web::{HttpRequest, HttpResponse, get, post, web};

use super::login::welcome;
use crate::app::accounts::passkeys;
use crate::app::{App, AppError};
use crate::http::access::Caller;
use crate::http::client::{client, site};
use crate::http::error::Problem;
use crate::http::views::Done;
use crate::http::views::accounts::Me;
use crate::http::views::factors::PasswordAgainBody;
use crate::http::views::passkeys::{NewPasskeyBody, Passkey, PasskeyList, PasskeyLoginBody, PasskeyRequest};

/// Begins to log in with a passkey.
#[utoipa::path(tag = "accounts", responses(
    (status = 200, body = PasskeyRequest),
    (status = 403, description = "csrf_failed: another site asked", body = Problem),
    (status = 409, description = "no_passkeys_here: the address is no name, or not the configured one", body = Problem)))]
#[post("/api/auth/login/passkey/begin")]
pub async fn begin_passkey_login(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<web::Json<PasskeyRequest>, AppError> {
    Ok(web::Json(passkeys::begin_login(&app, &site(&request, &app)?)?.into()))
}

/// Logs in with a passkey and nothing else. Sets the same cookies as the password does.
#[utoipa::path(tag = "accounts", request_body = PasskeyLoginBody, responses(
    (status = 200, body = Me),
    (status = 400, description = "Not JSON, or a field that is not known", body = Problem),
    (status = 401, description = "passkey_refused: unknown, forged, too late, or of a disabled account", body = Problem),
    (status = 403, description = "csrf_failed: another site asked", body = Problem),
    (status = 409, description = "no_passkeys_here: the address is no name, or not the configured one", body = Problem),
    (status = 429, description = "too_many_attempts, with Retry-After", body = Problem)))]
#[post("/api/auth/login/passkey")]
pub async fn log_in_with_passkey(
    request: HttpRequest,
    app: web::Data<App>,
    body: web::Json<PasskeyLoginBody>,
) -> Result<HttpResponse, AppError> {
    let (site, by) = (site(&request, &app)?, client(&request, &app));
    let signed_in = passkeys::log_in(&app, &body.ceremony, &body.credential, &site, by).await?;
    Ok(welcome(&request, &app, &signed_in))
}

/// One's passkeys, oldest first.
#[utoipa::path(tag = "accounts", responses((status = 200, body = PasskeyList),
    (status = 401, description = "not_logged_in", body = Problem)))]
#[get("/api/auth/passkeys")]
pub async fn list_passkeys(app: web::Data<App>, caller: Caller) -> Result<web::Json<PasskeyList>, AppError> {
    let passkeys = passkeys::list(&app, &caller.0).await?.into_iter().map(Passkey::from).collect();
    Ok(web::Json(PasskeyList { passkeys }))
}

/// Begins to make a passkey.
#[utoipa::path(tag = "accounts", request_body = PasswordAgainBody, responses(
    (status = 200, body = PasskeyRequest),
    (status = 401, description = "not_logged_in", body = Problem),
    (status = 403, description = "session_needed: a key cannot do this", body = Problem),
    (status = 409, description = "no_passkeys_here: the address is no name, or not the configured one", body = Problem),
    (status = 422, description = "The password is wrong", body = Problem),
    (status = 429, description = "too_many_attempts, with Retry-After", body = Problem)))]
#[post("/api/auth/passkeys/begin")]
pub async fn begin_passkey(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<PasswordAgainBody>,
) -> Result<web::Json<PasskeyRequest>, AppError> {
    let (site, by) = (site(&request, &app)?, client(&request, &app));
    Ok(web::Json(passkeys::begin(&app, &caller.0, &body.password, &site, by).await?.into()))
}

/// Keeps the passkey that the browser made.
#[utoipa::path(tag = "accounts", request_body = NewPasskeyBody, responses(
    (status = 200, body = Passkey),
    (status = 401, description = "not_logged_in", body = Problem),
    (status = 403, description = "session_needed: a key cannot do this", body = Problem),
    (status = 409, description = "too_many_passkeys, passkey_known, no_passkeys_here", body = Problem),
    (status = 422, description = "No name, too late, or an answer that is not good", body = Problem)))]
#[post("/api/auth/passkeys")]
pub async fn create_passkey(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<NewPasskeyBody>,
) -> Result<web::Json<Passkey>, AppError> {
    let (site, by) = (site(&request, &app)?, client(&request, &app));
    let made = passkeys::finish(&app, &caller.0, &body.name, &body.ceremony, &body.credential, &site, by).await?;
    Ok(web::Json(made.into()))
}

/// Removes a passkey.
#[utoipa::path(tag = "accounts", params(("id" = String, Path, description = "Id of the passkey")),
    request_body = PasswordAgainBody, responses(
    (status = 200, body = Done),
    (status = 401, description = "not_logged_in", body = Problem),
    (status = 403, description = "session_needed: a key cannot do this", body = Problem),
    (status = 404, description = "No such passkey", body = Problem),
    (status = 409, description = "last_way_in: nothing else would let one in", body = Problem),
    (status = 422, description = "The password is wrong", body = Problem),
    (status = 429, description = "too_many_attempts, with Retry-After", body = Problem)))]
#[post("/api/auth/passkeys/{id}/remove")]
pub async fn remove_passkey(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: web::Json<PasswordAgainBody>,
) -> Result<web::Json<Done>, AppError> {
    passkeys::remove(&app, &caller.0, &body.password, &id, client(&request, &app)).await?;
    Ok(web::Json(Done::new("The passkey was removed.")))
}
