//! Limits on how often one may ask, for each class of requests.

use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::json;
use vlog::config::{Config, RateLimit};
use vlog::domain::account::Role;
use vlog::domain::rate::Rate;
use vlog::domain::video::VideoStatus;

use crate::support::{At, Server, key};

fn limit(count: u32) -> RateLimit {
    RateLimit(Some(Rate { count, window: Duration::from_secs(60) }))
}

/// Behind a proxy, so that requests come from elsewhere.
fn behind_a_proxy(config: &mut Config) {
    config.http.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
}

fn from(address: &str, request: RequestBuilder) -> RequestBuilder {
    request.header("x-forwarded-for", address)
}

async fn get(server: &Server, at: At, path: &str, address: &str) -> Response {
    from(address, server.anonymous(at, Method::GET, path)).send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[actix_web::test]
async fn each_class_has_its_own_limit_for_each_address() {
    let server = Server::with(|config| {
        behind_a_proxy(config);
        config.rate_limiting.public_videos_list = limit(2);
        config.rate_limiting.public_default = limit(3);
        config.rate_limiting.admin_default = limit(4);
        config.rate_limiting.admin_upload = limit(1);
        config.rate_limiting.worker_default = limit(2);
    })
    .await;
    let classes = [
        (At::Public, Method::GET, "/api/videos?search=x", 2, "public_videos_list"),
        (At::Public, Method::GET, "/api/videos/nothing", 3, "public_default"),
        (At::Admin, Method::GET, "/api/settings", 4, "admin_default"),
        (At::Admin, Method::POST, "/api/videos", 1, "admin_upload"),
        (At::Worker, Method::GET, "/api/openapi.json", 2, "worker_default"),
    ];
    for (at, method, path, count, class) in classes {
        for address in ["203.0.113.7", "203.0.113.8", "2001:db8::1"] {
            for n in 1..=count {
                let answer = from(address, server.anonymous(at, method.clone(), path)).send().await.unwrap();
                assert_ne!(answer.status(), 429, "{class}, {n} of {count}");
                assert_eq!(header(&answer, "ratelimit-policy"), format!("\"{class}\";q={count};w=60"));
                let left = format!("\"{class}\";r={};t=", count - n);
                assert!(header(&answer, "ratelimit").starts_with(&left), "{}", header(&answer, "ratelimit"));
            }
            let answer = from(address, server.anonymous(at, method.clone(), path)).send().await.unwrap();
            let wait: u64 = header(&answer, "retry-after").parse().unwrap();
            assert!(wait >= 1 && wait <= 60 / count, "{class}: {wait}");
            assert_eq!(header(&answer, "ratelimit"), format!("\"{class}\";r=0;t=60"));
            server.problem(answer, 429, "rate_limited").await;
        }
    }
    assert_eq!(get(&server, At::Public, "/api/videos", "2001:db8::2").await.status(), 429, "one network is one");
    assert_eq!(get(&server, At::Public, "/api/videos", "2001:db8:0:1::2").await.status(), 200);
}

#[actix_web::test]
async fn watching_is_never_limited_nor_this_machine() {
    let server = Server::with(|config| {
        behind_a_proxy(config);
        config.rate_limiting.public_default = limit(1);
        config.rate_limiting.public_videos_list = limit(1);
    })
    .await;
    server.published("Clip", VideoStatus::Ready).await;
    for path in ["/videos/clip/master.m3u8", "/videos/clip/g1/720p/init.mp4", "/health", "/robots.txt"] {
        for _ in 0..20 {
            let answer = get(&server, At::Public, path, "203.0.113.7").await;
            assert_eq!((answer.status().as_u16(), header(&answer, "ratelimit")), (200, ""), "{path}");
        }
    }
    for _ in 0..5 {
        assert_eq!(get(&server, At::Public, "/api/videos", "127.0.0.1").await.status(), 200, "this machine");
    }
    assert_eq!(get(&server, At::Public, "/api/videos", "203.0.113.7").await.status(), 200);
    assert_eq!(get(&server, At::Public, "/api/videos", "203.0.113.7").await.status(), 429);
    let spoofed = "198.51.100.1, 203.0.113.7";
    assert_eq!(get(&server, At::Public, "/api/videos", spoofed).await.status(), 429, "the last hop counts");
    // what a proxy makes of a header whose bytes are no text, in one line
    let bytes = HeaderValue::from_bytes(b"\xff, 203.0.113.7").unwrap();
    let request = server.anonymous(At::Public, Method::GET, "/api/videos").header("x-forwarded-for", bytes);
    assert_eq!(request.send().await.unwrap().status(), 429, "the last hop counts");
}

/// From wherever an account asks, it is one; and its neighbours at one address are others.
#[actix_web::test]
async fn an_account_has_one_limit_everywhere() {
    let server = Server::with(|config| {
        behind_a_proxy(config);
        config.rate_limiting.admin_default = limit(3);
    })
    .await;
    let editor = key(&server.app, "editor", Role::Editor).await;
    let ask = async |key: &str, address: &str| {
        let request = server.anonymous(At::Admin, Method::GET, "/api/people").bearer_auth(key);
        from(address, request).send().await.unwrap()
    };
    for n in 1..=3 {
        assert_eq!(ask(&editor, &format!("203.0.113.{n}")).await.status(), 200);
    }
    server.problem(ask(&editor, "203.0.113.9").await, 429, "rate_limited").await;
    assert_eq!(ask(&server.key, "203.0.113.9").await.status(), 200, "somebody else");
}

#[actix_web::test]
async fn limits_are_settings() {
    let server = Server::with(behind_a_proxy).await;
    let set = async |values: serde_json::Value| {
        let request = server.request(At::Admin, Method::PATCH, "/api/settings").json(&values);
        request.send().await.unwrap().status().as_u16()
    };
    let ask = async |path| get(&server, At::Public, path, "203.0.113.7").await.status().as_u16();
    assert_eq!(set(json!({ "rate_limiting.public_videos_list": "1/hour" })).await, 200);
    assert_eq!((ask("/api/videos").await, ask("/api/videos").await), (200, 429));
    assert_eq!(set(json!({ "rate_limiting.public_videos_list": "off" })).await, 200);
    assert_eq!((ask("/api/videos").await, ask("/api/videos").await), (200, 200));
    assert_eq!(set(json!({ "rate_limiting.public_default": "1/day" })).await, 200);
    assert_eq!((ask("/api/videos/x").await, ask("/api/videos/x").await), (404, 429));
    assert_eq!(set(json!({ "rate_limiting.enabled": false })).await, 200);
    assert_eq!((ask("/api/videos/x").await, ask("/api/videos/x").await), (404, 404));
    for bad in ["0/minute", "many", "5", "5/week", "-1/minute", "9999999/second"] {
        assert_eq!(set(json!({ "rate_limiting.public_default": bad })).await, 422, "{bad}");
    }
}

/// What workers do all the time is not counted, but keys that are none are, before the next one is even looked at.
#[actix_web::test]
async fn keys_of_workers_are_not_guessed_without_limit() {
    let server = Server::with(behind_a_proxy).await;
    server.lend().await;
    let paths = ["/api/worker/heartbeat", "/api/worker/tasks/1/heartbeat", "/api/worker/leases", "/metrics"];
    let guess = async |n: usize, address: &str| {
        let method = if n % 4 < 2 { Method::POST } else { Method::GET };
        let request = server.anonymous(At::Worker, method, paths[n % 4]).bearer_auth(format!("vlogw_{n}"));
        from(address, request).send().await.unwrap()
    };
    let good = async |address: &str| {
        let request = server.request(At::Worker, Method::GET, "/api/worker/leases");
        from(address, request).send().await.unwrap()
    };
    let mut refused = None;
    for n in 0..100 {
        let answer = guess(n, "203.0.113.7").await;
        if answer.status() == 429 {
            refused = Some((n, answer));
            break;
        }
        server.problem(answer, 401, "worker_key_invalid").await;
    }
    let (tries, answer) = refused.expect("one may guess as long as one likes");
    assert!((30..40).contains(&tries), "{tries}");
    assert!((1..=2).contains(&header(&answer, "retry-after").parse::<u64>().unwrap()));
    server.problem(answer, 429, "too_many_attempts").await;
    server.problem(good("203.0.113.7").await, 429, "too_many_attempts").await;
    assert_eq!(get(&server, At::Worker, "/health", "203.0.113.7").await.status(), 200, "which needs no key");
    assert_eq!(good("203.0.113.8").await.status(), 200, "somebody else");
    for n in 0..60 {
        assert_eq!(guess(n, "127.0.0.1").await.status(), 401, "this machine");
    }
    let report = serde_json::json!({ "load": {} });
    for _ in 0..50 {
        let request = server.request(At::Worker, Method::POST, "/api/worker/heartbeat").json(&report);
        assert_eq!(from("203.0.113.9", request).send().await.unwrap().status(), 200, "a good key as often as it likes");
    }
}
