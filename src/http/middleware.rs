//! What happens to every request and response of a listener, from the outside in: an id, HEAD as GET, who may do this,
//! problems in one shape, security headers, metrics, one log line for what failed.

use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, web};
use futures_util::{FutureExt, StreamExt};
use uuid::Uuid;

use super::base_path::{self, Place};
use super::error::{Failed, Problem};
use super::methods::{self, NoBody};
use super::{Listener, access, deadline, limits, routes};
use crate::app::{App, AppError};

const PAGE_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
    media-src 'self' blob:; connect-src 'self'; worker-src 'self' blob:; font-src 'self' data:; object-src 'none'; \
    base-uri 'self'; form-action 'self'; frame-ancestors 'self'";
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A longer id of a client is replaced.
const REQUEST_ID_MAX_BYTES: usize = 64;

/// How long the body of a refused request is read and thrown away: a connection that is closed while the client still
/// sends is reset, and the client never sees why.
const LINGER: Duration = Duration::from_secs(5);

type Answer<B> = Result<ServiceResponse<EitherBody<B, BoxBody>>, Error>;

/// The outermost layer.
pub async fn edge<B: MessageBody + 'static>(mut req: ServiceRequest, next: Next<B>) -> Answer<B> {
    let begun = Instant::now();
    let id = request_id(req.headers());
    let (app, listener) = match (req.app_data::<web::Data<App>>(), req.app_data::<web::Data<Listener>>()) {
        (Some(app), Some(listener)) => (app.clone(), *listener.get_ref()),
        _ => return Err(Failed(Problem::from(&AppError::internal("the listener was put together wrongly"))).into()),
    };
    let place = base_path::enter(&mut req, &base_path::of(&app, listener));
    let in_progress = app.metrics().request_in_progress(listener.as_str());
    let (method, path) = (req.method().clone(), loggable(req.path()).into_owned());
    let is_head = methods::head_as_get(&mut req);
    if listener != Listener::Worker {
        deadline::set(&mut req); // workers send segments over lines as slow as they come, and have keys
    }
    let pattern = routes::pattern(req.request()).unwrap_or_default();
    let admitted = match place {
        Place::Elsewhere => Err(AppError::NotFound),
        Place::Root(home) => return Ok(base_path::redirect(req, &home).map_into_right_body()),
        Place::Inside => pass(&app, listener, &req, &pattern).await,
    };
    let answer = match admitted {
        Err(error) => {
            drain(req.take_payload()).await;
            match access::way_in(listener, req.request(), &pattern, &error) {
                Some(to) => {
                    let sent = HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish();
                    Ok(req.into_response(sent).map_into_right_body())
                }
                None => Ok(req.error_response(error).map_into_boxed_body().map_into_right_body()),
            }
        }
        Ok(()) => match AssertUnwindSafe(next.call(req)).catch_unwind().await {
            Ok(answer) => answer.map(ServiceResponse::map_into_left_body),
            Err(_) => Err(AppError::internal("a handler panicked").into()),
        },
    };
    drop(in_progress);
    let mut response = match answer {
        Ok(response) => problem(response, &id, &method, &path),
        Err(error) => {
            log(&error, &id, &method, &path);
            return Err(Failed(Problem::of(&error, &id)).into());
        }
    };
    let endpoint = if pattern.is_empty() { "unmatched" } else { &pattern };
    let status = response.status().as_u16();
    let somebody = access::is_somebody(response.request());
    let counted = response.request().extensions().get::<limits::Counted>().copied();
    limits::add_headers(response.headers_mut(), counted);
    add_headers(response.headers_mut(), listener, &path, &id, somebody);
    app.metrics().request(listener.as_str(), method.as_str(), endpoint, status, begun.elapsed());
    Ok(if is_head { without_body(response) } else { response })
}

/// Whether a request may go on, from what is cheap to find out to what is not.
async fn pass(app: &App, listener: Listener, req: &ServiceRequest, pattern: &str) -> Result<(), AppError> {
    limits::count_address(app, listener, req, pattern).await?;
    if let Err(error) = access::admit(app, listener, req, pattern).await {
        limits::count_refused(app, listener, req, &error).await;
        return Err(error);
    }
    limits::count_account(app, listener, req, pattern).await
}

async fn drain(mut body: Payload) {
    let read = async { while let Some(Ok(_)) = body.next().await {} };
    let _ = tokio::time::timeout(LINGER, read).await;
}

fn without_body<B: MessageBody + 'static>(
    response: ServiceResponse<EitherBody<B, BoxBody>>,
) -> ServiceResponse<EitherBody<B, BoxBody>> {
    response.map_body(|_, body| EitherBody::right(BoxBody::new(NoBody::instead_of(&body))))
}

/// Errors become problems here and nowhere else.
fn problem<B>(
    response: ServiceResponse<EitherBody<B, BoxBody>>,
    id: &str,
    method: &Method,
    path: &str,
) -> ServiceResponse<EitherBody<B, BoxBody>> {
    let Some(error) = response.response().error() else { return response };
    log(error, id, method, path);
    let problem = Problem::of(error, id);
    response.into_response(problem.response().map_into_right_body())
}

fn log(error: &Error, id: &str, method: &Method, path: &str) {
    if !error.as_response_error().status_code().is_server_error() {
        return;
    }
    match error.as_error::<AppError>() {
        Some(AppError::Internal(source)) => {
            tracing::error!(request_id = id, %method, path, error = %chain(source.as_ref()), "request failed");
        }
        _ => tracing::warn!(request_id = id, %method, path, %error, "request refused"),
    }
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

/// The path without the link that it may hold: whoever has that has the files.
fn loggable(path: &str) -> Cow<'_, str> {
    let signed = || {
        let (slug, rest) = path.strip_prefix("/videos/")?.split_once("/s/")?;
        let (_, file) = rest.split_once('/')?;
        Some(Cow::Owned(format!("/videos/{slug}/s/***/{file}")))
    };
    signed().unwrap_or(Cow::Borrowed(path))
}

/// The client's id when it is plain, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let plain = |id: &&str| {
        (1..=REQUEST_ID_MAX_BYTES).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    let sent = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(plain);
    sent.map_or_else(|| Uuid::now_v7().simple().to_string(), str::to_owned)
}

fn add_headers(headers: &mut HeaderMap, listener: Listener, path: &str, id: &str, somebody: bool) {
    let page = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let film = path.starts_with("/videos/");
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_SECURITY_POLICY, if page { PAGE_POLICY } else { DATA_POLICY });
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Both are about what a document does. Files of films are none, are many, and a client reads every byte.
    if !film {
        set(header::REFERRER_POLICY, "strict-origin-when-cross-origin");
        set(
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
        );
    }
    // Any site may play what is published; the private listeners are for their own pages.
    if listener == Listener::Public && film {
        set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        // beside those that scripts may read anyway
        set(header::ACCESS_CONTROL_EXPOSE_HEADERS, "Accept-Ranges, Content-Range, ETag, X-Request-ID");
        set(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    } else {
        set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        let keep = match path.starts_with("/api/auth/") {
            true => "no-store",
            false if somebody => "private, no-cache",
            false => "no-cache",
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_not_logged() {
        assert_eq!(loggable("/videos/clip/s/17.0.abc/g1/720p/x.m4s"), "/videos/clip/s/***/g1/720p/x.m4s");
        for plain in ["/videos/clip/g1/720p/x.m4s", "/watch/s/x", "/"] {
            assert_eq!(loggable(plain), plain);
        }
    }
}
