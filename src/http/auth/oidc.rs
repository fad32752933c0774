//! Logging in with an account elsewhere: the browser goes to the provider and comes back.
//!
//! What it brings back lies in a cookie that is `SameSite=Lax`, the only one of ours: it has to come along when the
//! provider sends the browser here, and it is good for nothing else. The cookies of the login are `Strict`, so a
//! redirect right after the provider's would not carry them; a page of our own leads on instead.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::accounts::oidc::{self, FLOW_LIFE, Refused, Returned};
use crate::app::{App, AppError};
use crate::http::access::Caller;
use crate::http::base_path;
use crate::http::client::{client, is_secure, local_path, origin_text, set_cookies};
use crate::http::error::Problem;
use crate::http::views::Done;
use crate::http::views::factors::{LoginMethods, PasswordAgainBody, SendTo};

const COOKIE: &str = "vlog_oidc";
const PATH: &str = "/api/auth/oidc";
/// The provider shows it in addresses; ours take no more.
const LONGEST: usize = 4096;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StartQuery {
    /// Path on this site to go to afterwards.
    next: Option<String>,
}

/// What the provider sends the browser back with (OpenID Connect Core 1.0, sections 3.1.2.5 and 3.1.2.6).
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReturnQuery {
    /// As it was sent.
    state: Option<String>,
    /// Good once, for us.
    code: Option<String>,
}

/// Ways to log in besides a password.
#[utoipa::path(tag = "accounts", responses((status = 200, body = LoginMethods)))]
#[get("/api/auth/methods")]
pub async fn login_methods(app: web::Data<App>) -> web::Json<LoginMethods> {
    web::Json(LoginMethods { oidc: oidc::button(&app) })
}

/// Sends the browser to the provider. When that does not work, it goes to `/login?error=CODE`.
#[utoipa::path(tag = "accounts", params(StartQuery), responses(
    (status = 303, description = "To the provider, or to /login?error=oidc_unavailable"),
    (status = 404, description = "There is no provider", body = Problem)))]
#[get("/api/auth/oidc/start")]
pub async fn start_oidc(
    request: HttpRequest,
    app: web::Data<App>,
    query: web::Query<StartQuery>,
) -> Result<HttpResponse, AppError> {
    let base = base_path::of_request(&request, &app);
    let next = local_path(query.next.as_deref().unwrap_or_default());
    let next = if next.starts_with(&format!("{base}/")) { next } else { format!("{base}/") };
    match oidc::begin(&app, redirect(&request, &app), next).await {
        Ok(begun) => {
            let mut response = HttpResponse::SeeOther();
            keep(&mut response, &request, &app, &begun.flow);
            Ok(go(response, &begun.url))
        }
        Err(AppError::Unavailable { .. }) => {
            Ok(go(HttpResponse::SeeOther(), &format!("{base}/login?error=oidc_unavailable")))
        }
        Err(error) => Err(error),
    }
}

/// Where the provider sends the browser back to. It is logged in, or goes to `/login?error=CODE`.
#[utoipa::path(tag = "accounts", params(ReturnQuery), responses(
    (status = 200, description = "A page that leads on", content_type = "text/html"),
    (status = 303, description = "To /login or /profile, with `error=CODE`"),
    (status = 404, description = "There is no provider", body = Problem)))]
#[get("/api/auth/oidc/callback")]
pub async fn return_from_oidc(
    request: HttpRequest,
    app: web::Data<App>,
    query: web::Query<ReturnQuery>,
) -> Result<HttpResponse, AppError> {
    if oidc::button(&app).is_none() {
        return Err(AppError::NotFound);
    }
    let ReturnQuery { state, code } = query.into_inner();
    let fits = |text: &Option<String>| text.as_ref().is_none_or(|text| text.len() <= LONGEST);
    let flow = request.cookie(COOKIE).filter(|_| fits(&state) && fits(&code));
    let flow = flow.as_ref().map(|cookie| cookie.value()).unwrap_or_default();
    let state = state.unwrap_or_default();
    let base = base_path::of_request(&request, &app);
    let mut response = HttpResponse::Ok();
    response.cookie(
        Cookie::build(COOKIE, "").path(format!("{base}{PATH}")).max_age(Duration::ZERO).http_only(true).finish(),
    );
    Ok(match oidc::finish(&app, flow, &state, code, client(&request, &app)).await {
        Ok(Returned::LoggedIn { signed_in, next }) => {
            set_cookies(&mut response, &request, &app, &signed_in);
            lead_on(response, &next)
        }
        Ok(Returned::Linked) => lead_on(response, &format!("{base}/profile")),
        Err(Refused { code, linking }) => {
            let page = if linking { "profile" } else { "login" };
            lead_on(response, &format!("{base}/{page}?error={code}"))
        }
    })
}

/// Begins to link an account elsewhere to one's own: the browser is to go to `url`.
#[utoipa::path(tag = "accounts", request_body = PasswordAgainBody, responses(
    (status = 200, body = SendTo),
    (status = 401, description = "not_logged_in", body = Problem),
    (status = 403, description = "session_needed: a key cannot do this", body = Problem),
    (status = 404, description = "There is no provider", body = Problem),
    (status = 422, description = "The password is wrong", body = Problem),
    (status = 429, description = "too_many_attempts, with Retry-After", body = Problem),
    (status = 503, description = "unavailable: the provider does not answer", body = Problem)))]
#[post("/api/auth/oidc/link")]
pub async fn link_oidc(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<PasswordAgainBody>,
) -> Result<HttpResponse, AppError> {
    let (redirect, by) = (redirect(&request, &app), client(&request, &app));
    let begun = oidc::begin_link(&app, &caller.0, &body.password, redirect, by).await?;
    let mut response = HttpResponse::Ok();
    keep(&mut response, &request, &app, &begun.flow);
    Ok(response.json(SendTo { url: begun.url }))
}

/// Unlinks it.
#[utoipa::path(tag = "accounts", request_body = PasswordAgainBody, responses(
    (status = 200, body = Done),
    (status = 401, description = "not_logged_in", body = Problem),
    (status = 403, description = "session_needed: a key cannot do this", body = Problem),
    (status = 404, description = "Nothing is linked", body = Problem),
    (status = 409, description = "last_way_in: there is neither a password nor a passkey", body = Problem),
    (status = 422, description = "The password is wrong", body = Problem),
    (status = 429, description = "too_many_attempts, with Retry-After", body = Problem)))]
#[post("/api/auth/oidc/unlink")]
pub async fn unlink_oidc(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<PasswordAgainBody>,
) -> Result<web::Json<Done>, AppError> {
    oidc::unlink(&app, &caller.0, &body.password, client(&request, &app)).await?;
    Ok(web::Json(Done::new("The account is no longer linked.")))
}

fn redirect(request: &HttpRequest, app: &App) -> String {
    format!("{}{}{PATH}/callback", origin_text(request, app), base_path::of_request(request, app))
}

fn keep(response: &mut HttpResponseBuilder, request: &HttpRequest, app: &App, flow: &str) {
    let life = Duration::seconds(i64::try_from(FLOW_LIFE.as_secs()).unwrap_or(0));
    let path = format!("{}{PATH}", base_path::of_request(request, app));
    let cookie = Cookie::build(COOKIE, flow).path(path).max_age(life).http_only(true).same_site(SameSite::Lax);
    response.cookie(cookie.secure(is_secure(request, app)).finish());
}

fn go(mut response: HttpResponseBuilder, to: &str) -> HttpResponse {
    response.insert_header((header::LOCATION, to)).content_type("text/plain; charset=utf-8").body("See elsewhere.\n")
}

/// A page of ours, so that the next request comes from this site.
fn lead_on(mut response: HttpResponseBuilder, to: &str) -> HttpResponse {
    let to = to.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    response.content_type("text/html; charset=utf-8").body(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"robots\" content=\"noindex\">\
         <link rel=\"icon\" href=\"data:,\"><meta http-equiv=\"refresh\" content=\"0;url={to}\"><title>vlog</title><p><a href=\"{to}\">Go on</a></p>"
    ))
}
