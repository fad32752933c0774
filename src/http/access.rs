//! Who may do what: [`needed`] is the one table, [`admit`] asks it before anything of a body is read. Whoever shows
//! cookies must also come from a page of ours, because browsers send cookies along with what other sites make them ask.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use super::Listener;
use super::client::{ACCESS_COOKIE, REFRESH_COOKIE};
use crate::app::accounts::{self, Credentials};
use crate::app::{App, AppError};
use crate::auth;
use crate::domain::account::Role;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Pages, which show nothing to strangers but the way to log in; what they are made of; what machines ask for.
const OPEN_TO_ALL: [&str; 15] = [
    "/",
    "/api/docs",
    "/api/openapi.json",
    "/assets/{name}",
    "/audit",
    "/favicon.svg",
    "/health",
    "/login",
    "/metrics",
    "/profile",
    "/ready",
    "/robots.txt",
    "/settings",
    "/setup",
    "/users",
];

/// What a request needs its caller to be; none: anyone may. `pattern` is that of the route; a route that is not here
/// is for admins on the admin listener and for anyone on the others.
pub fn needed(listener: Listener, method: &Method, pattern: &str) -> Option<Role> {
    let auth = match (method.as_str(), pattern) {
        ("GET", "/api/auth/setup") => return None,
        ("POST", "/api/auth/setup" | "/api/auth/login" | "/api/auth/refresh" | "/api/auth/logout") => return None,
        (_, pattern) => pattern.starts_with("/api/auth/"),
    };
    match listener {
        _ if auth => Some(Role::Viewer),
        Listener::Public | Listener::Worker => None,
        Listener::Admin => match pattern {
            open if *method == Method::GET && OPEN_TO_ALL.contains(&open) => None,
            "/api/events/progress" | "/videos/{slug}/{path:.*}" => Some(Role::Editor),
            videos if videos == "/api/videos" || videos.starts_with("/api/videos/") => Some(Role::Editor),
            _ => Some(Role::Admin),
        },
    }
}

/// Lets a request in, and notes who came, or says why not.
pub async fn admit(app: &App, listener: Listener, request: &ServiceRequest) -> Result<(), AppError> {
    let request = request.request();
    refuse_other_sites(request)?;
    let pattern = request.match_pattern().unwrap_or_default();
    let Some(role) = needed(listener, request.method(), &pattern) else { return Ok(()) };
    let Some(caller) = identify(app, request).await? else {
        return Err(AppError::unauthorized("not_logged_in", "Log in, or send an API key."));
    };
    if caller.role < role {
        let message = format!("This needs the role {}, and yours is {}.", role.as_str(), caller.role.as_str());
        return Err(AppError::Forbidden { code: "not_allowed", message });
    }
    request.extensions_mut().insert(Caller(caller));
    Ok(())
}

/// Who sends this, for pages that are open to all and show more to some.
pub async fn identify(app: &App, request: &HttpRequest) -> Result<Option<Arc<auth::Caller>>, AppError> {
    if let Some(key) = bearer(request.headers()) {
        return accounts::identify(app, Credentials::ApiKey(key)).await;
    }
    match request.cookie(ACCESS_COOKIE) {
        Some(cookie) => accounts::identify(app, Credentials::Access(cookie.value())).await,
        None => Ok(None),
    }
}

/// Whoever was let in. Only for routes that need somebody.
#[derive(Debug, Clone)]
pub struct Caller(pub Arc<auth::Caller>);

impl FromRequest for Caller {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = request.extensions().get::<Self>().cloned();
        ready(caller.ok_or_else(|| AppError::internal("a route that needs nobody asks who calls")))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// A request that changes something must not be another site's doing. Programs without a browser send neither header,
/// and no cookies; an API key is nothing a browser sends by itself.
fn refuse_other_sites(request: &HttpRequest) -> Result<(), AppError> {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) || bearer(request.headers()).is_some()
    {
        return Ok(());
    }
    let text = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    let has_cookies = || [ACCESS_COOKIE, REFRESH_COOKIE].iter().any(|name| request.cookie(name).is_some());
    let own = match (text(SEC_FETCH_SITE), text(header::ORIGIN)) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = text(header::HOST).unwrap_or_default();
            origin.split_once("://").is_some_and(|(_, of)| of.eq_ignore_ascii_case(host))
        }
        (None, None) => !has_cookies(),
    };
    if own {
        return Ok(());
    }
    let message = "Another site may have asked for this, so it was not done.";
    Err(AppError::Forbidden { code: "csrf_failed", message: message.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_thought_of_is_for_admins() {
        assert_eq!(needed(Listener::Admin, &Method::GET, ""), Some(Role::Admin));
        assert_eq!(needed(Listener::Admin, &Method::POST, "/api/something/new"), Some(Role::Admin));
        assert_eq!(needed(Listener::Admin, &Method::POST, "/health"), Some(Role::Admin));
        assert_eq!(needed(Listener::Admin, &Method::GET, "/api/videos-of-others"), Some(Role::Admin));
        assert_eq!(needed(Listener::Public, &Method::GET, "/api/auth/something/new"), Some(Role::Viewer));
    }
}
