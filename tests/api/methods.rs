//! HEAD and methods that an address does not take, over every route of the OpenAPI documents.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;
use vlog::domain::id::VideoId;
use vlog::domain::video::VideoStatus;
use vlog::http::{Listener, openapi_json};

use crate::support::{At, Server};

const LISTENERS: [(Listener, At); 3] =
    [(Listener::Public, At::Public), (Listener::Admin, At::Admin), (Listener::Worker, At::Worker)];

/// Address and methods of every described route, for a video that is there.
fn routes(listener: Listener, (user, worker, webhook): (&str, &str, &str)) -> Vec<(String, BTreeSet<String>)> {
    let document: Value = serde_json::from_str(&openapi_json(listener)).unwrap();
    let routes = document["paths"].as_object().unwrap().iter().map(|(pattern, item)| {
        let id = match pattern.as_str() {
            users if users.starts_with("/api/users/") => user,
            workers if workers.starts_with("/api/workers/") => worker,
            webhooks if webhooks.starts_with("/api/webhooks/") => webhook,
            _ => "1",
        };
        let address = pattern.replace("{id}", id).replace("{slug}", "clip").replace("{path}", "master.m3u8");
        let address = address.replace("{key}", "transcoding.preset").replace("{delivery}", "1");
        let address = if address.contains("/events/") { format!("{address}?video_ids=1") } else { address };
        (address, item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect())
    });
    routes.collect()
}

#[actix_web::test]
async fn head_is_get_without_the_body() {
    let server = Server::start().await;
    server.published("Clip", VideoStatus::Ready).await;
    server.job(VideoId(1)).await;
    let user = server.json(At::Admin, "/api/users").await["users"][0]["id"].as_str().unwrap().to_owned();
    let (worker, webhook) = (server.lend().await, server.webhook().await);
    let mut asked = 0;
    for (listener, at) in LISTENERS {
        for (address, _) in
            routes(listener, (&user, worker, &webhook)).iter().filter(|(_, methods)| methods.contains("GET"))
        {
            if address.ends_with("/source") {
                continue; // of a task that somebody works on; `tests/worker.rs` asks for one
            }
            let get = server.get(at, address).await;
            let head = server.request(at, Method::HEAD, address).send().await.unwrap();
            // nobody to ask: there is no provider
            let status = if address.starts_with("/api/auth/oidc/") { 404 } else { 200 };
            assert_eq!(get.status(), status, "{address}");
            assert_eq!(head.status(), status, "HEAD {address}");
            for name in ["content-type", "cache-control", "etag", "content-security-policy"] {
                assert_eq!(head.headers().get(name), get.headers().get(name), "{name} of {address}");
            }
            let length = |of: &reqwest::Response| of.headers().get("content-length").cloned();
            // what counts, such as the metrics, may have counted on
            assert_eq!(length(&head).is_some(), length(&get).is_some(), "{address}");
            assert!(head.bytes().await.unwrap().is_empty(), "{address}");
            asked += 1;
        }
    }
    assert!(asked > 15, "only {asked} routes were asked");
    let missing = server.request(At::Public, Method::HEAD, "/api/videos/nothing").send().await.unwrap();
    assert_eq!(missing.status(), 404);
}

#[actix_web::test]
async fn a_method_that_is_not_taken_is_405() {
    let server = Server::start().await;
    server.published("Clip", VideoStatus::Ready).await;
    server.job(VideoId(1)).await;
    let user = server.json(At::Admin, "/api/users").await["users"][0]["id"].as_str().unwrap().to_owned();
    let (worker, webhook) = (server.lend().await, server.webhook().await);
    for (listener, at) in LISTENERS {
        for (address, methods) in routes(listener, (&user, worker, &webhook)) {
            for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "BREW"] {
                let by_get = method == "HEAD" && methods.contains("GET");
                // to these methods, export and import are names like any that a setting could have, begin and bulk ids
                let is_name = match address.as_str() {
                    "/api/settings/export" | "/api/settings/import" => {
                        ["GET", "HEAD", "PUT", "DELETE"].contains(&method)
                    }
                    "/api/webhooks/stats" => ["PATCH", "DELETE"].contains(&method),
                    "/api/jobs/bulk" => ["GET", "HEAD", "PATCH"].contains(&method),
                    _ => false,
                };
                if methods.contains(method) || by_get || is_name {
                    continue;
                }
                let method = Method::from_bytes(method.as_bytes()).unwrap();
                let response = server.request(at, method.clone(), &address).send().await.unwrap();
                let allow = response.headers().get("allow").unwrap_or_else(|| panic!("{method} {address}"));
                let allowed: BTreeSet<_> = allow.to_str().unwrap().split(", ").map(str::to_owned).collect();
                assert!(methods.is_subset(&allowed), "{address}: {allowed:?}");
                assert_eq!(allowed.contains("HEAD"), allowed.contains("GET"), "{address}: {allowed:?}");
                if method == Method::HEAD {
                    assert_eq!(response.status(), 405, "{address}");
                } else {
                    server.problem(response, 405, "method_not_allowed").await;
                }
            }
        }
    }
    assert_eq!(server.get(At::Public, "/api/videos/1").await.status(), 404, "nothing was deleted, it is another name");
    assert_eq!(server.get(At::Admin, "/api/videos/1").await.status(), 200, "nothing was deleted");
}

/// Pages are no API, but they are routes.
#[actix_web::test]
async fn pages_are_like_the_rest() {
    let server = Server::start().await;
    for address in ["/", "/favicon.svg", "/robots.txt", "/api/docs"] {
        let head = server.request(At::Public, Method::HEAD, address).send().await.unwrap();
        assert_eq!(head.status(), 200, "{address}");
        let response = server.request(At::Public, Method::POST, address).send().await.unwrap();
        assert_eq!(response.headers()["allow"], "GET, HEAD", "{address}");
        server.problem(response, 405, "method_not_allowed").await;
    }
    let response = server.request(At::Public, Method::PUT, "/videos/x/g1/720p/init.mp4").send().await.unwrap();
    assert_eq!(response.headers()["allow"], "GET, HEAD, OPTIONS");
    server.problem(response, 405, "method_not_allowed").await;
}
