//! What operations may answer for reasons that are not their own: nobody is logged in, another site asked, somebody asks too
//! often, the request is malformed. Handlers describe what is theirs; the rest is completed here, and problems get their media type.

use actix_web::http::Method;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Components, Content, OpenApi, Ref, RefOr, Response};

use super::super::access::{self, Need};
use super::super::{Listener, limits};
use crate::http::client::ACCESS_COOKIE;

const PROBLEM: &str = "#/components/schemas/Problem";
const PROBLEM_TYPE: &str = "application/problem+json";
/// Whose bodies have no limit on time.
const UPLOAD: &str = "multipart/form-data";
/// Names of the ways to say who one is.
const BY_KEY: &str = "api_key";
const BY_COOKIE: &str = "session";

/// Completes every operation of a listener.
pub(super) fn complete(document: &mut OpenApi, listener: Listener) {
    let components = document.components.get_or_insert_with(Components::new);
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API key.")).build();
    let cookie = ApiKeyValue::with_description(ACCESS_COOKIE, "The cookie of a login in a browser.");
    components.add_security_scheme(BY_KEY, SecurityScheme::Http(bearer));
    components.add_security_scheme(BY_COOKIE, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    for (path, item) in &mut document.paths.paths {
        let operations = [
            (Method::GET, &mut item.get),
            (Method::POST, &mut item.post),
            (Method::PUT, &mut item.put),
            (Method::PATCH, &mut item.patch),
            (Method::DELETE, &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                complete_one(operation, listener, &method, path);
            }
        }
    }
}

fn complete_one(operation: &mut Operation, listener: Listener, method: &Method, path: &str) {
    let pattern = path.replace("{path}", "{path:.*}"); // as routes have it
    let by = |names: &[&str]| Some(names.iter().map(|name| SecurityRequirement::new(*name, [""; 0])).collect());
    match access::needed(listener, method, &pattern, false) {
        Need::Nobody => {}
        Need::Role(role) => {
            operation.security = by(&[BY_KEY, BY_COOKIE]);
            add(operation, "401", "not_logged_in: log in, or send an API key");
            add(operation, "403", &format!("not_allowed: this is for the role {}", role.as_str()));
        }
        Need::Worker => {
            operation.security = by(&[BY_KEY]);
            add(operation, "401", "worker_key_invalid: send the key of a worker");
            add(operation, "403", "worker_disabled: an admin disabled this worker");
            add(operation, "409", "worker_version: one of both has to be updated");
            if path.starts_with("/api/worker/tasks/") {
                add(operation, "400", "lease_missing: send the token of the claim");
                add(operation, "404", "Not a number");
            }
        }
    }
    if *method != Method::GET {
        add(operation, "403", "csrf_failed: another site asked");
    }
    if limits::is_counted(&pattern) {
        add(operation, "429", "rate_limited, with Retry-After: too many requests");
    }
    if let Some(body) = &operation.request_body {
        let is_upload = matches!(body, RefOr::T(body) if body.content.contains_key(UPLOAD));
        if listener != Listener::Worker && !is_upload {
            add(operation, "408", "request_timeout: the body came too slowly");
        }
        add(operation, "400", "The body cannot be read");
        add(operation, "413", "too_large: the body is larger than the limit");
        add(operation, "415", "unsupported_media_type: the body is of another kind");
    }
    let in_query = |one: &RefOr<Parameter>| matches!(one, RefOr::T(one) if one.parameter_in == ParameterIn::Query);
    if operation.parameters.iter().flatten().any(in_query) {
        add(operation, "400", "The query cannot be read");
    }
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        let is_problem = |content: &&RefOr<Content>| {
            let RefOr::T(content) = content else { return false };
            matches!(&content.schema, Some(RefOr::Ref(to)) if to.ref_location == PROBLEM)
        };
        if let Some(content) = response.content.get("application/json").filter(is_problem).cloned() {
            response.content.clear();
            response.content.insert(PROBLEM_TYPE.to_owned(), content);
        }
    }
}

/// Unless the handler describes it itself.
fn add(operation: &mut Operation, status: &str, description: &str) {
    let problem = || {
        let mut response = Response::new(description);
        response.content.insert(PROBLEM_TYPE.to_owned(), RefOr::T(Content::new(Some(Ref::new(PROBLEM)))));
        RefOr::T(response)
    };
    operation.responses.responses.entry(status.to_owned()).or_insert_with(problem);
}
