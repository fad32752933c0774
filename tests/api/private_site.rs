//! `access.private`: a public listener that asks everybody to log in.

use reqwest::{Method, Response};
use serde_json::{Value, json};
use vlog::domain::account::Role;
use vlog::domain::video::VideoStatus;
use vlog::http::{Listener, openapi_json};

use crate::support::{At, Server, key};

/// What strangers may ask for.
const OPEN: [&str; 3] = ["/health", "/ready", "/robots.txt"];

async fn get(server: &Server, key: &str, path: &str) -> Response {
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let request = client.get(format!("http://{}{path}", server.address(At::Public)));
    let request = if key.is_empty() { request } else { request.bearer_auth(key) };
    request.send().await.unwrap()
}

#[actix_web::test]
async fn strangers_get_the_way_in_and_nothing_else() {
    let server = Server::with(|config| config.access.private = true).await;
    server.published("Clip", VideoStatus::Ready).await;
    let document: Value = serde_json::from_str(&openapi_json(Listener::Public)).unwrap();
    let mut refused = 0;
    for (pattern, methods) in document["paths"].as_object().unwrap() {
        let path = pattern.replace("{slug}", "clip").replace("{path}", "master.m3u8").replace("{id}", "1");
        let way_in = ["/api/auth/methods", "/api/auth/setup"].contains(&pattern.as_str())
            || pattern.starts_with("/api/auth/oidc/");
        if methods.get("get").is_none() || OPEN.contains(&pattern.as_str()) || way_in {
            continue;
        }
        server.problem(get(&server, "", &path).await, 401, "not_logged_in").await;
        refused += 1;
    }
    assert!(refused >= 8, "{refused}");
    for path in OPEN.into_iter().chain(["/login", "/favicon.svg"]) {
        assert_eq!(get(&server, "", path).await.status(), 200, "{path}");
    }
    server.problem(get(&server, "", "/nothing").await, 401, "not_logged_in").await;
    server.problem(get(&server, "", "/videos/nothing/master.m3u8").await, 401, "not_logged_in").await;
    for (path, next) in [
        ("/", "%2F"),
        ("/?search=a&sort=title", "%2F%3Fsearch%3Da%26sort%3Dtitle"),
        ("/watch/clip?t=90", "%2Fwatch%2Fclip%3Ft%3D90"),
        ("/watch/nothing", "%2Fwatch%2Fnothing"),
        ("/api/docs", "%2Fapi%2Fdocs"),
        ("/profile", "%2Fprofile"),
    ] {
        let answer = get(&server, "", path).await;
        assert_eq!(answer.status(), 303, "{path}");
        assert_eq!(answer.headers()["location"], format!("/login?next={next}"), "{path}");
    }
    let preflight = server.anonymous(At::Public, Method::OPTIONS, "/videos/clip/master.m3u8").send().await.unwrap();
    assert_eq!(preflight.status(), 204);
    let refused = server.anonymous(At::Public, Method::POST, "/").send().await.unwrap();
    assert_ne!(refused.status(), 303, "only who reads a page is sent elsewhere");
}

#[actix_web::test]
async fn who_is_logged_in_gets_what_would_be_public() {
    let server = Server::with(|config| config.access.private = true).await;
    let id = server.published("Clip", VideoStatus::Ready).await.id;
    let anna = key(&server.app, "anna", Role::Viewer).await;
    for path in ["/", "/watch/clip", "/api/docs", "/api/videos", "/api/videos/clip", "/videos/clip/master.m3u8"] {
        assert_eq!(get(&server, &anna, path).await.status(), 200, "{path}");
    }
    let file = get(&server, &anna, "/videos/clip/g1/720p/init.mp4").await;
    assert_eq!(file.headers()["cache-control"], "private, max-age=31536000, immutable", "no proxy passes it on");
    let video: Value = get(&server, &anna, "/api/videos/clip").await.json().await.unwrap();
    let stream = video["stream_url"].as_str().unwrap();
    assert!(stream.starts_with("/videos/clip/s/"), "{stream}");
    assert_eq!(get(&server, "", stream).await.status(), 200, "a player needs no cookie");
    assert_eq!(get(&server, "", "/videos/clip/s/1.1.x/master.m3u8").await.status(), 404, "but a link of ours");
    let page = get(&server, &anna, "/watch/clip").await.text().await.unwrap();
    assert!(!page.contains("og:"), "nothing for those who preview links");

    let open = json!({ "access.private": false });
    let set = server.request(At::Admin, Method::PATCH, "/api/settings").json(&open).send().await.unwrap();
    assert_eq!(set.status(), 200);
    assert_eq!(get(&server, "", "/api/videos/clip").await.status(), 200, "at once");
    assert_eq!(get(&server, "", stream).await.status(), 200, "who watches goes on watching");
    let private = json!({ "visibility": "private" });
    let path = format!("/api/videos/{id}");
    let set = server.request(At::Admin, Method::PATCH, &path).json(&private).send().await.unwrap();
    assert_eq!(set.status(), 200);
    server.problem(get(&server, "", stream).await, 403, "link_expired").await;
}
