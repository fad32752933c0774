//! `/health`, `/ready` and `/metrics`.

use reqwest::Method;

use vlog::domain::account::Role;

use crate::support::{At, Server, key};

/// On a plain tokio runtime, as the program runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_listener_tells_its_health() {
    let server = Server::start().await;
    for at in [At::Public, At::Admin, At::Worker] {
        for path in ["/health", "/ready"] {
            let health = server.json(at, path).await;
            assert_eq!(health, serde_json::json!({"status": "ok", "checks": {"database": "ok", "storage": "ok"}}));
            let head = server.request(at, Method::HEAD, path).send().await.unwrap();
            assert_eq!(head.status(), 200);
        }
    }
    server.stop().await;
}

#[actix_web::test]
async fn lost_storage_is_noticed() {
    let server = Server::start().await;
    std::fs::remove_dir_all(server.path("")).unwrap();
    let response = server.get(At::Public, "/health").await;
    assert_eq!(response.status(), 503);
    let health: serde_json::Value = response.json().await.unwrap();
    assert_eq!(health["checks"]["storage"], "failing");
}

/// Numbers tell who uses what: they are for admins, and for this machine, but not for what a proxy on it hands on.
#[actix_web::test]
async fn metrics_are_not_for_everybody() {
    let server = Server::start().await;
    let ask = || server.anonymous(At::Admin, Method::GET, "/metrics");
    assert_eq!(ask().send().await.unwrap().status(), 200, "this machine");
    for header in ["x-forwarded-for", "x-real-ip", "forwarded", "via"] {
        server.problem(ask().header(header, "127.0.0.1").send().await.unwrap(), 401, "not_logged_in").await;
    }
    let editor = key(&server.app, "editor", Role::Editor).await;
    let forwarded = |key: &str| ask().header("x-forwarded-for", "203.0.113.7").bearer_auth(key);
    server.problem(forwarded(&editor).send().await.unwrap(), 403, "not_allowed").await;
    assert_eq!(forwarded(&server.key).send().await.unwrap().status(), 200);
}

#[actix_web::test]
async fn metrics_count_by_pattern() {
    let server = Server::start().await;
    server.pending("One").await;
    server.lend().await;
    server.get(At::Public, "/api/videos/some-slug").await;
    server.get(At::Public, "/no/such/place").await;
    assert_eq!(server.get(At::Public, "/metrics").await.status(), 404, "viewers get no metrics");
    for at in [At::Admin, At::Worker] {
        let text = server.get(at, "/metrics").await.text().await.unwrap();
        assert!(text.contains(r#"endpoint="/api/videos/{slug}",status_code="404",api="public"} 1"#), "{text}");
        assert!(text.contains(r#"endpoint="unmatched""#), "{text}");
        assert!(!text.contains("some-slug"), "{text}");
        assert!(text.contains(r#"vlog_videos{status="pending"} 1"#), "{text}");
    }
}
