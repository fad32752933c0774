//! Routes are put into the document by the very call that registers them; these tests keep it so.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;
use vlog::http::{Listener, openapi_json};

use crate::support::{At, Server};

fn document(listener: Listener) -> Value {
    serde_json::from_str(&openapi_json(listener)).unwrap()
}

#[actix_web::test]
async fn every_described_route_answers() {
    let server = Server::start().await;
    for (listener, at) in [(Listener::Public, At::Public), (Listener::Admin, At::Admin), (Listener::Worker, At::Worker)]
    {
        let mut patterns = BTreeSet::new();
        for (path, methods) in document(listener)["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                let address =
                    path.replace("{id}", "7").replace("{slug}", "x").replace("{name}", "x").replace("{path}", "x");
                let mut response = server.request(at, method.clone(), &address).send().await.unwrap();
                // an unknown route says so with its own status, but a known one may say 404 for its own reasons
                assert_ne!(response.status(), 405, "{method} {path}");
                let _ = response.chunk().await;
                patterns.insert((method.to_string(), path.replace("{path}", "{path:.*}")));
            }
        }
        let metrics = server.get(At::Admin, "/metrics").await.text().await.unwrap();
        for (method, path) in patterns {
            let api = listener.as_str();
            let line = format!("vlog_http_requests_total{{method=\"{method}\",endpoint=\"{path}\"");
            let found = metrics.lines().any(|l| l.starts_with(&line) && l.contains(&format!("api=\"{api}\"")));
            assert!(found, "{api} {method} {path} is described and not routed\n{metrics}");
        }
    }
}

#[test]
fn routes_are_registered_in_one_way() {
    for file in ["public", "admin", "worker_api"] {
        let source = std::fs::read_to_string(format!("src/http/{file}/mod.rs")).unwrap();
        for way in [".route(", ".map(", "web::resource", "web::scope"] {
            assert!(!source.contains(way), "{file}: {way} would leave the route out of the document");
        }
    }
}

/// Whoever looks for the API finds nothing else: no pages, no files of theirs, no doubles for HEAD and OPTIONS.
#[test]
fn only_the_api_is_described() {
    for listener in [Listener::Public, Listener::Admin, Listener::Worker] {
        for (path, methods) in document(listener)["paths"].as_object().unwrap() {
            let known = ["/api/", "/videos/{slug}/", "/health", "/ready", "/metrics"];
            assert!(known.iter().any(|prefix| path.starts_with(prefix)) && path != "/api/docs", "{path}");
            for (method, operation) in methods.as_object().unwrap() {
                assert!(["get", "post", "put", "patch", "delete"].contains(&method.as_str()), "{method} {path}");
                assert_ne!(operation["tags"][0], "pages", "{path}");
            }
        }
    }
}

#[test]
fn documents_are_whole() {
    for listener in [Listener::Public, Listener::Admin, Listener::Worker] {
        let text = openapi_json(listener);
        let document: Value = serde_json::from_str(&text).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        assert!(document["components"]["schemas"]["Problem"].is_object());
        for reference in text.split("\"#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(document["components"]["schemas"][name].is_object(), "{name} is missing");
        }
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                assert!(operation["summary"].is_string() || operation["description"].is_string(), "{method} {path}");
                assert!(!operation["responses"].as_object().unwrap().is_empty(), "{method} {path}");
            }
        }
    }
    let names = document(Listener::Admin);
    for name in [
        "Video",
        "VideoListItem",
        "VideoPage",
        "Quality",
        "QualityProgress",
        "Chapter",
        "ProgressEvent",
        "UploadResult",
    ] {
        assert!(names["components"]["schemas"][name].is_object(), "{name}");
    }
}

/// What an operation answers whatever it is about: asked too often, by a body that never ends, for the role it needs.
#[test]
fn refusals_of_all_are_described() {
    for listener in [Listener::Public, Listener::Admin, Listener::Worker] {
        let document = document(listener);
        for (path, methods) in document["paths"].as_object().unwrap() {
            let free =
                ["/health", "/ready", "/metrics", "/videos/{slug}/", "/api/worker/tasks/", "/api/worker/heartbeat"];
            let free = free.iter().any(|prefix| path.starts_with(prefix));
            for (method, operation) in methods.as_object().unwrap() {
                let responses = operation["responses"].as_object().unwrap();
                assert_eq!(responses.contains_key("429"), !free, "{method} {path}");
                let body = &operation["requestBody"]["content"];
                let timed = body.is_object() && body["multipart/form-data"].is_null() && listener != Listener::Worker;
                assert_eq!(responses.contains_key("408"), timed, "{method} {path}");
            }
        }
    }
    let media = &document(Listener::Admin)["paths"]["/videos/{slug}/{path}"]["get"]["responses"]["403"]["description"];
    assert!(media.as_str().unwrap().contains("role editor"), "{media}");
}

#[actix_web::test]
async fn it_is_served() {
    let server = Server::start().await;
    assert_eq!(server.json(At::Public, "/api/openapi.json").await["info"]["title"], "vlog, public API");
    assert_eq!(server.json(At::Admin, "/api/openapi.json").await["info"]["title"], "vlog, admin API");
    assert_eq!(server.get(At::Public, "/api/docs").await.headers()["content-type"], "text/html; charset=utf-8");
}

/// The pages' types are made from the committed copy: `vlog openapi admin > assets/openapi.json` brings it up to date.
#[test]
fn the_copy_for_the_web_pages_is_up_to_date() {
    let copy = std::fs::read_to_string("assets/openapi.json").expect("assets/openapi.json is there");
    assert_eq!(copy.trim(), openapi_json(Listener::Admin).trim(), "run: vlog openapi admin > assets/openapi.json");
}
