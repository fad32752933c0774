//! What a request tells of its sender, and the cookies a browser stays logged in by.

use std::net::IpAddr;

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponseBuilder};

use crate::app::App;
use crate::app::accounts::login::SignedIn;
use crate::app::accounts::{Client, SecureCookies};
use crate::auth::address;
use crate::auth::token::{ACCESS_LIFE, REFRESH_LIFE};

/// Holds the access token.
pub const ACCESS_COOKIE: &str = "vlog_access";
/// Holds the refresh token; goes to where it is needed only.
pub const REFRESH_COOKIE: &str = "vlog_refresh";

const REFRESH_PATH: &str = "/api/auth";
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Where a request came from.
pub fn client(request: &HttpRequest, app: &App) -> Client {
    let agent = request.headers().get(header::USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()));
    Client { address: sender(request, app), user_agent: agent.unwrap_or_default().into_owned() }
}

/// The sender's address; proxies are believed only when they are trusted.
pub fn sender(request: &HttpRequest, app: &App) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    let lines: Vec<&str> = request.headers().get_all(X_FORWARDED_FOR).filter_map(|line| line.to_str().ok()).collect();
    Some(address::client(peer, lines.into_iter(), &app.config().http.trusted_proxies))
}

/// Gives the browser the cookies of a login.
pub fn set_cookies(response: &mut HttpResponseBuilder, request: &HttpRequest, app: &App, signed_in: &SignedIn) {
    let secure = is_secure(request, app);
    let life = |life: std::time::Duration| Duration::seconds(i64::try_from(life.as_secs()).unwrap_or(0));
    let access = Cookie::build(ACCESS_COOKIE, signed_in.access.as_str()).path("/").max_age(life(ACCESS_LIFE));
    let refresh =
        Cookie::build(REFRESH_COOKIE, signed_in.refresh.as_str()).path(REFRESH_PATH).max_age(life(REFRESH_LIFE));
    for cookie in [access, refresh] {
        response.cookie(cookie.http_only(true).same_site(SameSite::Strict).secure(secure).finish());
    }
}

/// Takes them back.
pub fn remove_cookies(response: &mut HttpResponseBuilder) {
    for (name, path) in [(ACCESS_COOKIE, "/"), (REFRESH_COOKIE, REFRESH_PATH)] {
        let gone = Cookie::build(name, "").path(path).max_age(Duration::ZERO);
        response.cookie(gone.http_only(true).same_site(SameSite::Strict).finish());
    }
}

/// Whether the browser shall send the cookies by https only.
fn is_secure(request: &HttpRequest, app: &App) -> bool {
    match app.config().accounts.secure_cookies {
        SecureCookies::Always => true,
        SecureCookies::Never => false,
        SecureCookies::Auto => came_by_https(request, app),
    }
}

fn came_by_https(request: &HttpRequest, app: &App) -> bool {
    let trusted = &app.config().http.trusted_proxies;
    let believed = request.peer_addr().is_some_and(|peer| address::is_trusted(peer.ip(), trusted));
    let scheme = request.headers().get_all(X_FORWARDED_PROTO).last().and_then(|scheme| scheme.to_str().ok());
    let scheme = scheme.and_then(|list| list.rsplit(',').next());
    believed && scheme.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https"))
}
