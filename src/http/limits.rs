//! How often one may ask: which class a request is of, and the headers that tell what is left
//! (draft-ietf-httpapi-ratelimit-headers). Files of videos and of pages are of none: watching never trips a limit.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use super::Listener;
use super::access::{Need, Visitor, needed};
use super::client::sender;
use super::routes::MEDIA;
use crate::app::rate_limits::{self, Asker};
use crate::app::{App, AppError};
use crate::domain::rate::{Quota, Rate};

const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Whatever is the same for all and costs next to nothing, or would stop a film.
const FREE: [&str; 7] = ["/assets/{name}", "/favicon.svg", "/health", "/metrics", "/ready", "/robots.txt", MEDIA];

/// What workers send and fetch for a task they hold: as much as there is of the film.
const A_TASK: &str = "/api/worker/tasks/";

/// What each of them says every few seconds; many may share one address.
const A_REPORT: &str = "/api/worker/heartbeat";

/// What was counted for a request.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    class: &'static str,
    quota: Quota,
}

/// Counts a request for the address it comes from, before anything is looked up.
pub async fn count_address(
    app: &App,
    listener: Listener,
    request: &ServiceRequest,
    pattern: &str,
) -> Result<(), AppError> {
    let address = sender(request.request(), app);
    if listener == Listener::Worker
        && let Some(wait) = guesser(address).and_then(|asker| app.rate_limits().closed(asker))
        && needed(listener, request.method(), pattern, false) != Need::Nobody
    {
        return Err(AppError::TooManyAttempts { retry_after_seconds: seconds(wait) });
    }
    count(app, listener, request, pattern, address.map(Asker::at)).await
}

/// Counts a request that showed a worker's key which is none, whatever it was for: of what workers do all the time the
/// requests themselves are not counted.
pub async fn count_refused(app: &App, listener: Listener, request: &ServiceRequest, error: &AppError) {
    if listener == Listener::Worker
        && matches!(error, AppError::Unauthorized { .. })
        && let Some(asker) = guesser(sender(request.request(), app))
    {
        rate_limits::count_wrong_key(app, asker).await;
    }
}

/// Who guesses; not this machine itself, and a proxy that nobody named: it must not be all its users in one.
fn guesser(address: Option<IpAddr>) -> Option<Asker> {
    address.filter(|address| !address.is_loopback()).map(Asker::at)
}

/// Counts a request for the account whose it is.
pub async fn count_account(
    app: &App,
    listener: Listener,
    request: &ServiceRequest,
    pattern: &str,
) -> Result<(), AppError> {
    let asker = Visitor::of(request.request()).0.map(|caller| Asker::Account(caller.user_id));
    count(app, listener, request, pattern, asker).await
}

async fn count(
    app: &App,
    listener: Listener,
    request: &ServiceRequest,
    pattern: &str,
    asker: Option<Asker>,
) -> Result<(), AppError> {
    let (Some(asker), Some((class, rate))) = (asker, class(app, listener, request.method(), pattern)) else {
        return Ok(());
    };
    // this machine itself, and a proxy that nobody named: it must not be all its users in one
    if sender(request.request(), app).is_none_or(|address| address.is_loopback()) {
        return Ok(());
    }
    let quota = rate_limits::count(app, class, asker, rate).await;
    let mut extensions = request.request().extensions_mut();
    let tighter = extensions.get::<Counted>().is_none_or(|before| quota.remaining <= before.quota.remaining);
    if tighter {
        extensions.insert(Counted { class, quota });
    }
    match quota.wait {
        Some(wait) => Err(AppError::RateLimited { retry_after_seconds: seconds(wait) }),
        None => Ok(()),
    }
}

/// The name of a request's class and its limit; none: it is not limited.
fn class(app: &App, listener: Listener, method: &Method, pattern: &str) -> Option<(&'static str, Rate)> {
    if !is_counted(pattern) {
        return None;
    }
    let config = app.config();
    let limits = &config.rate_limiting;
    let (name, limit) = match (listener, pattern) {
        (Listener::Public, "/api/videos") => ("public_videos_list", limits.public_videos_list),
        (Listener::Public, _) => ("public_default", limits.public_default),
        (Listener::Admin, "/api/videos") if *method == Method::POST => ("admin_upload", limits.admin_upload),
        (Listener::Admin, _) => ("admin_default", limits.admin_default),
        (Listener::Worker, _) => ("worker_default", limits.worker_default),
    };
    limit.0.filter(|_| limits.enabled).map(|rate| (name, rate))
}

/// Whether requests of this route's pattern are counted at all.
pub fn is_counted(pattern: &str) -> bool {
    !(FREE.contains(&pattern) || pattern.starts_with(A_TASK) || pattern == A_REPORT)
}

/// Tells what is left of the tightest limit that was counted.
pub fn add_headers(headers: &mut HeaderMap, counted: Option<Counted>) {
    let Some(Counted { class, quota }) = counted else { return };
    let (rate, reset) = (quota.rate, seconds(quota.reset()));
    let policy = format!("\"{class}\";q={};w={}", rate.count, rate.window.as_secs());
    let left = format!("\"{class}\";r={};t={reset}", quota.remaining);
    for (name, value) in [(RATELIMIT_POLICY, policy), (RATELIMIT, left)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}

/// Whole seconds, rather too many.
fn seconds(time: Duration) -> u64 {
    time.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)
}
