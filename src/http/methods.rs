//! Which methods an address takes. HEAD is answered like GET, without the body, on every GET route; a method that an
//! address does not take gets 405 and the list of those it does.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use bytes::Bytes;
use utoipa::openapi::OpenApi;

use super::error::MethodNotAllowed;
use crate::app::AppError;

/// Marks a request that came as HEAD.
#[derive(Debug, Clone, Copy)]
struct CameAsHead;

/// Routes a HEAD request as GET; true when it was one. The answer's body is for [`NoBody`] to replace.
pub fn head_as_get(request: &mut ServiceRequest) -> bool {
    let is_head = request.method() == Method::HEAD;
    if is_head {
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(CameAsHead);
    }
    is_head
}

/// True when nobody will see the body.
pub fn came_as_head(request: &HttpRequest) -> bool {
    request.extensions().contains::<CameAsHead>()
}

/// As long as another body, and empty. The other one is never read: an event stream has no end.
pub struct NoBody(BodySize);

impl NoBody {
    /// In place of `body`.
    pub fn instead_of(body: &impl MessageBody) -> Self {
        Self(body.size())
    }
}

impl MessageBody for NoBody {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        self.0
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Ready(None)
    }
}

/// The methods of every route, by its pattern.
pub struct Routes(HashMap<String, String>);

impl Routes {
    /// Of everything that a listener describes, which is everything that it routes.
    pub fn of(described: &OpenApi) -> Self {
        Self(
            described
                .paths
                .paths
                .iter()
                .map(|(pattern, item)| {
                    let methods = [
                        ("GET, HEAD", &item.get),
                        ("POST", &item.post),
                        ("PUT", &item.put),
                        ("PATCH", &item.patch),
                        ("DELETE", &item.delete),
                        ("OPTIONS", &item.options),
                    ];
                    let taken = methods.into_iter().filter(|(_, operation)| operation.is_some()).map(|(name, _)| name);
                    (pattern.clone(), taken.collect::<Vec<_>>().join(", "))
                })
                .collect(),
        )
    }
}

/// What no route takes: the address is unknown, or it is not for this method.
pub async fn unrouted(request: HttpRequest, routes: web::Data<Routes>) -> Result<HttpResponse, actix_web::Error> {
    // the framework's pattern of a path with slashes in it is `{path:.*}`, that of the description `{path}`
    let pattern = request.match_pattern().map(|pattern| pattern.replace(":.*}", "}"));
    match pattern.and_then(|pattern| routes.0.get(&pattern)) {
        Some(allow) => Err(MethodNotAllowed { allow: allow.clone() }.into()),
        None => Err(AppError::NotFound.into()),
    }
}
