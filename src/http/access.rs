//! Who may do what: [`needed`] is the one table, [`admit`] asks it before anything of a body is read. Whoever shows
//! cookies must also come from a page of ours, because browsers send cookies along with what other sites make them ask.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};

use super::client::{ACCESS_COOKIE, REFRESH_COOKIE, named_by_proxy};
use super::methods::is_for_a_person;
use super::routes::MEDIA;
use super::{Listener, base_path};
use crate::app::accounts::{self, Credentials};
use crate::app::audience::Audience;
use crate::app::{App, AppError, workers};
use crate::auth;
use crate::domain::account::Role;
use crate::domain::worker::Worker;
use crate::worker::protocol;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Pages, which show nothing to strangers but the way to log in; what they are made of; what machines ask for.
const OPEN_TO_ALL: [&str; 18] = [
    "/",
    "/api/docs",
    "/api/openapi.json",
    "/assets/{name}",
    "/audit",
    "/favicon.svg",
    "/health",
    "/jobs",
    "/login",
    "/profile",
    "/ready",
    "/robots.txt",
    "/settings",
    "/setup",
    "/system",
    "/users",
    "/webhooks",
    "/workers",
];

/// What strangers get of a site that is private: the way to log in, and what machines ask for.
const OPEN_OF_PRIVATE: [&str; 6] = ["/assets/{name}", "/favicon.svg", "/health", "/login", "/ready", "/robots.txt"];

/// Pages of the public listener: who must log in first is sent there.
const PAGES: [&str; 4] = ["/", "/api/docs", "/profile", "/watch/{slug}"];

/// What nobody is asked for their name for, because it is the same for all.
const SAME_FOR_ALL: [&str; 6] = ["/assets/{name}", "/favicon.svg", "/health", "/metrics", "/ready", "/robots.txt"];

/// For admins, and for what collects numbers on this machine.
const METRICS: &str = "/metrics";

/// What proxies add to a request.
const FORWARDED: [&str; 4] = ["forwarded", "via", "x-forwarded-for", "x-real-ip"];

/// What a request needs its caller to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Anyone may.
    Nobody,
    /// Somebody with this role or a higher one.
    Role(Role),
    /// A machine that lends its CPU.
    Worker,
}

/// What a request needs. `pattern` is that of the route; a route that is not here is for admins on the admin listener, for
/// workers on theirs, and for anyone on the public one unless the site is `private`.
pub fn needed(listener: Listener, method: &Method, pattern: &str, private: bool) -> Need {
    let auth = match (method.as_str(), pattern) {
        ("GET", "/api/auth/setup" | "/api/auth/methods" | "/api/auth/oidc/start" | "/api/auth/oidc/callback") => {
            return Need::Nobody;
        }
        ("POST", "/api/auth/setup" | "/api/auth/login" | "/api/auth/refresh" | "/api/auth/logout") => {
            return Need::Nobody;
        }
        ("POST", "/api/auth/login/code" | "/api/auth/login/passkey" | "/api/auth/login/passkey/begin") => {
            return Need::Nobody;
        }
        (_, pattern) => pattern.starts_with("/api/auth/"),
    };
    match listener {
        Listener::Worker => match pattern {
            "/health" | "/ready" => Need::Nobody,
            _ => Need::Worker,
        },
        _ if auth => Need::Role(Role::Viewer),
        Listener::Public => match pattern {
            _ if !private => Need::Nobody,
            open if *method == Method::GET && OPEN_OF_PRIVATE.contains(&open) => Need::Nobody,
            MEDIA if *method == Method::OPTIONS => Need::Nobody,
            _ => Need::Role(Role::Viewer),
        },
        Listener::Admin if *method == Method::POST && pattern == "/api/reencode/queue" => Need::Role(Role::Editor),
        Listener::Admin => match pattern {
            open if *method == Method::GET && OPEN_TO_ALL.contains(&open) => Need::Nobody,
            "/api/events/progress" | "/api/people" | MEDIA => Need::Role(Role::Editor),
            videos if videos == "/api/videos" || videos.starts_with("/api/videos/") => Need::Role(Role::Editor),
            _ => Need::Role(Role::Admin),
        },
    }
}

/// Lets a request to a route of this pattern in, and notes who came, or says why not.
pub async fn admit(app: &App, listener: Listener, request: &ServiceRequest, pattern: &str) -> Result<(), AppError> {
    let request = request.request();
    refuse_other_sites(app, request)?;
    let is_media = pattern == MEDIA;
    let role = match needed(listener, request.method(), pattern, app.config().access.private) {
        Need::Worker => return admit_worker(app, request).await,
        // whoever has a link to the files of a video needs nothing else
        _ if is_media && listener == Listener::Public && is_signed(request) => None,
        _ if pattern == METRICS && listener == Listener::Admin && is_of_this_machine(request) => None,
        Need::Nobody => None,
        Need::Role(role) => Some(role),
    };
    if role.is_none() && (is_media || SAME_FOR_ALL.contains(&pattern)) {
        return Ok(());
    }
    let caller = identify(app, request).await?;
    let refused = match (role, &caller) {
        (None, _) => None,
        (Some(_), None) => Some(AppError::unauthorized("not_logged_in", "Log in, or send an API key.")),
        (Some(role), Some(caller)) if caller.role < role => {
            let message = format!("This needs the role {}, and yours is {}.", role.as_str(), caller.role.as_str());
            Some(AppError::Forbidden { code: "not_allowed", message })
        }
        (Some(_), Some(_)) => None,
    };
    if let Some(caller) = caller {
        request.extensions_mut().insert(Caller(caller));
    }
    refused.map_or(Ok(()), Err)
}

async fn admit_worker(app: &App, request: &HttpRequest) -> Result<(), AppError> {
    let worker = workers::identify(app, bearer(request.headers())).await?;
    protocol::check_version(text(request.headers(), protocol::VERSION_HEADER))
        .map_err(|message| AppError::conflict("worker_version", message))?;
    request.extensions_mut().insert(Lender(Arc::new(worker)));
    Ok(())
}

/// True for a request that began on this machine; a proxy on it hands on those of others, and says so.
fn is_of_this_machine(request: &HttpRequest) -> bool {
    let is_here = request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    is_here && !FORWARDED.iter().any(|name| request.headers().contains_key(*name))
}

/// True for `/videos/{slug}/s/{link}/...`; whether the link is good is asked where the file is looked up.
fn is_signed(request: &HttpRequest) -> bool {
    let below = request.path().strip_prefix("/videos/").and_then(|path| path.split_once('/'));
    below.is_some_and(|(_, path)| path.starts_with("s/"))
}

/// Where a browser is sent that asks for a page of a private site, or for what the dashboard does not have, without being
/// logged in.
pub fn way_in(listener: Listener, request: &HttpRequest, pattern: &str, error: &AppError) -> Option<String> {
    let is_page = match listener {
        Listener::Public => PAGES.contains(&pattern),
        Listener::Admin => pattern.is_empty() && is_for_a_person(request),
        Listener::Worker => false,
    };
    if !is_page || *request.method() != Method::GET || !matches!(error, AppError::Unauthorized { .. }) {
        return None;
    }
    let base = request.app_data::<web::Data<App>>().map(|app| base_path::of(app, listener)).unwrap_or_default();
    let here = request.uri().path_and_query().map_or("/", |here| here.as_str());
    let next: String = url::form_urlencoded::byte_serialize(format!("{base}{here}").as_bytes()).collect();
    Some(format!("{base}/login?next={next}"))
}

async fn identify(app: &App, request: &HttpRequest) -> Result<Option<Arc<auth::Caller>>, AppError> {
    if let Some(key) = bearer(request.headers()) {
        return accounts::identify(app, Credentials::ApiKey(key)).await;
    }
    if let Some(name) = named_by_proxy(request, app)? {
        return accounts::identify(app, Credentials::Proxy(name)).await;
    }
    match request.cookie(ACCESS_COOKIE) {
        Some(cookie) => accounts::identify(app, Credentials::Access(cookie.value())).await,
        None => Ok(None),
    }
}

/// Whoever comes, for routes that are open to all and show more to some.
#[derive(Debug, Clone)]
pub struct Visitor(pub Option<Arc<auth::Caller>>);

impl Visitor {
    /// Of a request that was let in.
    pub fn of(request: &HttpRequest) -> Self {
        Self(request.extensions().get::<Caller>().map(|caller| caller.0.clone()))
    }

    /// What they see on the public listener.
    pub fn audience(&self) -> Audience {
        Audience::of(self.0.as_deref())
    }
}

impl FromRequest for Visitor {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
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

/// True when an answer may be for this one only, and is not to be kept for others.
pub fn is_somebody(request: &HttpRequest) -> bool {
    let extensions = request.extensions();
    extensions.contains::<Caller>() || extensions.contains::<Lender>()
}

/// The worker that was let in. Only on the worker listener.
#[derive(Debug, Clone)]
pub struct Lender(pub Arc<Worker>);

impl FromRequest for Lender {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let worker = request.extensions().get::<Self>().cloned();
        ready(worker.ok_or_else(|| AppError::internal("a route that needs no worker asks which one calls")))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A request that changes something must not be another site's doing. Programs without a browser send neither header,
/// and no cookies; an API key is nothing a browser sends by itself. Whom a proxy names, it names by a cookie of its own.
fn refuse_other_sites(app: &App, request: &HttpRequest) -> Result<(), AppError> {
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
        (None, None) => !has_cookies() && named_by_proxy(request, app)?.is_none(),
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
        let admin = |method, pattern| needed(Listener::Admin, &method, pattern, false);
        assert_eq!(admin(Method::GET, ""), Need::Role(Role::Admin));
        assert_eq!(admin(Method::POST, "/api/something/new"), Need::Role(Role::Admin));
        assert_eq!(admin(Method::POST, "/health"), Need::Role(Role::Admin));
        assert_eq!(admin(Method::GET, "/api/videos-of-others"), Need::Role(Role::Admin));
        let public = |pattern, private| needed(Listener::Public, &Method::GET, pattern, private);
        let viewer = Need::Role(Role::Viewer);
        assert_eq!(public("/api/auth/something/new", false), viewer);
        assert_eq!((public("/something/new", false), public("/something/new", true)), (Need::Nobody, viewer));
        assert_eq!((public("", true), public("/login", true)), (viewer, Need::Nobody));
        assert_eq!(needed(Listener::Worker, &Method::GET, "/api/auth/setup/new", false), Need::Worker);
    }
}
