//! Bodies that never come: a request that is not a file has to be here as a whole within [`BODY_TIMEOUT`], so that
//! nobody holds a connection open by sending next to nothing. Uploads have a limit on silence instead.

use std::io;
use std::time::Duration;

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::{JsonPayloadError, PayloadError};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use actix_web::{HttpMessage, HttpRequest, ResponseError};
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};

/// From the end of the head to that of the body.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);

/// Lets the body of a request end with an error when it is too slow.
pub fn set(request: &mut ServiceRequest) {
    let headers = request.headers();
    let has_body = headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING);
    let is_upload = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/"));
    if !has_body || is_upload {
        return;
    }
    let deadline = Instant::now() + BODY_TIMEOUT;
    let body = stream::unfold(request.take_payload(), move |mut body| async move {
        match timeout_at(deadline, body.next()).await {
            Ok(piece) => Some((piece?, body)),
            Err(_) => Some((Err(PayloadError::Io(io::ErrorKind::TimedOut.into())), body)),
        }
    });
    request.set_payload(Payload::Stream { payload: Box::pin(body) });
}

/// What a JSON body that cannot be read is answered with.
pub fn json_error(error: JsonPayloadError, _: &HttpRequest) -> actix_web::Error {
    match error {
        JsonPayloadError::Payload(PayloadError::Io(error)) if error.kind() == io::ErrorKind::TimedOut => TooSlow.into(),
        other => other.into(),
    }
}

/// The body did not come in time.
#[derive(Debug, thiserror::Error)]
#[error("The rest of the request did not come within {} seconds.", BODY_TIMEOUT.as_secs())]
struct TooSlow;

impl ResponseError for TooSlow {
    fn status_code(&self) -> StatusCode {
        StatusCode::REQUEST_TIMEOUT
    }
}
