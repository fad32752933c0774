//! Which methods an address takes. HEAD is answered like GET, without the body, on every GET route; a method that an
//! address does not take gets 405 and the list of those it does.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::ServiceRequest;
use actix_web::http::{Method, header};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use bytes::Bytes;

use super::access::Visitor;
use super::error::MethodNotAllowed;
use super::routes::{self, Methods};
use super::{Listener, pages};
use crate::app::{App, AppError};

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

/// What no route takes: the address is unknown, or it is not for this method. A browser is shown a page.
pub async fn unrouted(
    request: HttpRequest,
    app: web::Data<App>,
    listener: web::Data<Listener>,
    methods: web::Data<Methods>,
    visitor: Visitor,
) -> Result<HttpResponse, actix_web::Error> {
    // the framework's pattern of a path with slashes in it is `{path:.*}`, that of the description `{path}`
    let pattern = routes::pattern(&request).map(|pattern| pattern.replace(":.*}", "}"));
    match pattern.and_then(|pattern| methods.of(**listener, &pattern)) {
        Some(allow) => Err(MethodNotAllowed { allow: allow.to_owned() }.into()),
        None if is_for_a_person(&request) => match **listener {
            Listener::Public => Ok(pages::missing(&request, &visitor)),
            Listener::Admin => Ok(pages::missing_in_dashboard(&request, &app, &visitor)),
            Listener::Worker => Err(AppError::NotFound.into()),
        },
        None => Err(AppError::NotFound.into()),
    }
}

/// Only browsers that open a page ask for HTML by name.
pub fn is_for_a_person(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    request.method() == Method::GET && accept.is_some_and(|kinds| kinds.contains("text/html"))
}
