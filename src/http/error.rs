//! The one place that knows which failure has which status, and how it looks: RFC 9457 problem details.
//!
//! Handlers return [`AppError`]; errors of the framework (bad JSON, a body too large) are put into the same
//! shape by the middleware. What a 5xx was about goes to the log, once, and never to the client.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::AppError;

/// What went wrong: RFC 9457.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// `/problems/{code}`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What is wrong and what would help, for people.
    pub detail: String,
    /// Stable code for machines.
    pub code: String,
    /// The field with the bad value.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub field: Option<String>,
    /// Each value that is not taken, when there may be several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldError>,
    /// With `second_factor_needed`: goes with the code to `/api/auth/login/code`, within five minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub login_token: Option<String>,
    /// Id of the request, also in the server's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub instance: Option<String>,
    /// Goes into the `Allow` header.
    #[serde(skip)]
    pub allow: Option<String>,
    /// Seconds, for the `Retry-After` header.
    #[serde(skip)]
    pub retry_after: Option<u64>,
}

/// A value that is not taken.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldError {
    /// The field.
    pub field: String,
    /// What is wrong.
    pub reason: String,
    /// What to do.
    pub fix: String,
}

impl Problem {
    /// Of any error a handler or the framework came up with.
    pub fn of(error: &actix_web::Error, request_id: &str) -> Self {
        let mut problem = match error.as_error::<AppError>() {
            Some(error) => Self::from(error),
            None => Self::of_framework(error),
        };
        problem.allow = error.as_error::<MethodNotAllowed>().map(|refused| refused.allow.clone());
        problem.instance = Some(request_id.to_owned());
        problem
    }

    fn of_framework(error: &actix_web::Error) -> Self {
        let status = error.as_response_error().status_code();
        if status.is_server_error() {
            return Self::from(&AppError::internal(error.to_string()));
        }
        let code = match status {
            StatusCode::NOT_FOUND => "not_found",
            StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
            StatusCode::REQUEST_TIMEOUT => "request_timeout",
            StatusCode::PAYLOAD_TOO_LARGE => "too_large",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "unsupported_media_type",
            _ => "invalid_request",
        };
        Self::new(status, code, error.to_string())
    }

    fn new(status: StatusCode, code: &str, detail: String) -> Self {
        Self {
            kind: format!("/problems/{code}"),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail,
            code: code.to_owned(),
            field: None,
            errors: Vec::new(),
            login_token: None,
            instance: None,
            allow: None,
            retry_after: None,
        }
    }

    /// As a response.
    pub fn response(&self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(self).unwrap_or_default();
        let mut response = HttpResponse::build(status);
        response
            .insert_header((header::CONTENT_TYPE, "application/problem+json"))
            .insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(allow) = &self.allow {
            response.insert_header((header::ALLOW, allow.as_str()));
        }
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"vlog\"")); // RFC 9110 wants one
        }
        if let Some(id) = &self.instance {
            response.insert_header(("x-request-id", id.as_str()));
        }
        response.body(body)
    }
}

impl From<&AppError> for Problem {
    fn from(error: &AppError) -> Self {
        let detail = match error {
            AppError::Internal(_) => "Something went wrong on the server; its log says more.".to_owned(),
            other => other.to_string(),
        };
        let mut problem = Self::new(error.status_code(), error.code(), detail);
        match error {
            AppError::InvalidInput { field, .. } => problem.field = field.map(str::to_owned),
            AppError::SecondFactorNeeded { login_token } => problem.login_token = Some(login_token.0.clone()),
            AppError::TooManyAttempts { retry_after_seconds } | AppError::RateLimited { retry_after_seconds } => {
                problem.retry_after = Some(*retry_after_seconds);
            }
            _ => {}
        }
        if let AppError::Settings(refused) = error {
            problem.field = refused.first().map(|first| first.key.clone());
            let errors = refused.iter().cloned();
            problem.errors =
                errors.map(|error| FieldError { field: error.key, reason: error.reason, fix: error.fix }).collect();
        }
        problem
    }
}

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            // a request that cannot be understood, or one that can and has a bad value
            Self::InvalidInput { field: None, .. } => StatusCode::BAD_REQUEST,
            Self::InvalidInput { field: Some(_), .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict { .. } => StatusCode::CONFLICT,
            Self::Unauthorized { .. } | Self::SecondFactorNeeded { .. } => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } => StatusCode::FORBIDDEN,
            Self::TooManyAttempts { .. } | Self::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
            Self::UnsupportedMedia { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Settings(_) => match self.code() {
                "setting_unknown" => StatusCode::NOT_FOUND,
                "setting_needs_restart" => StatusCode::CONFLICT,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            },
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        Problem::from(self).response()
    }
}

/// The address is there, but does not take this method.
#[derive(Debug)]
pub struct MethodNotAllowed {
    /// The methods it takes.
    pub allow: String,
}

impl std::fmt::Display for MethodNotAllowed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "This address takes {} only.", self.allow)
    }
}

impl ResponseError for MethodNotAllowed {
    fn status_code(&self) -> StatusCode {
        StatusCode::METHOD_NOT_ALLOWED
    }
}

/// A problem that has its request's id already: what is left when there is no response to fill.
#[derive(Debug)]
pub struct Failed(pub Problem);

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.detail)
    }
}

impl ResponseError for Failed {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        self.0.response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_ours_are_not_told() {
        let error = actix_web::Error::from(AppError::internal("SELECT secret FROM users"));
        let problem = Problem::of(&error, "r1");
        assert_eq!((problem.status, problem.code.as_str()), (500, "internal_error"));
        assert!(!problem.detail.contains("SELECT"));
        assert_eq!(problem.instance.as_deref(), Some("r1"));
    }

    #[test]
    fn statuses() {
        let check = |error: AppError, status: u16| assert_eq!(error.status_code().as_u16(), status, "{error}");
        check(AppError::NotFound, 404);
        check(AppError::invalid("missing_file", "x"), 400);
        check(AppError::invalid_field("limit", "x"), 422);
        check(AppError::conflict("c", "x"), 409);
        check(AppError::TooLarge { limit_bytes: 1 }, 413);
        check(AppError::StorageFull, 507);
        check(AppError::Unavailable { message: "x".to_owned() }, 503);
    }
}
