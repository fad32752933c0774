//! `/api/system`: how the server is.

use serde_json::Value;
use vlog::config::Bytes;
use vlog::domain::video::VideoStatus;

use crate::support::{At, Server};

fn check<'a>(system: &'a Value, part: &str) -> &'a Value {
    system["checks"].as_array().unwrap().iter().find(|check| check["part"] == part).unwrap()
}

#[actix_web::test]
async fn a_server_that_works_says_what_it_runs_with() {
    let server = Server::start().await;
    server.published("Holiday", VideoStatus::Ready).await;
    let system = server.json(At::Admin, "/api/system").await;
    assert_eq!(system["health"], "ok", "{system}");
    assert_eq!(system["version"], env!("CARGO_PKG_VERSION"));
    assert!(system["memory_bytes"].as_u64().unwrap() > 1 << 20);
    assert!(system["ffmpeg_version"].as_str().unwrap().contains('.'), "{system}");
    assert_eq!(system["database"]["kind"], "sqlite");
    assert!(system["database"]["latency_ms"].as_f64().unwrap() > 0.0);
    assert!(system["disk"]["free_bytes"].as_u64().unwrap() <= system["disk"]["total_bytes"].as_u64().unwrap());
    assert!(system["disk"]["videos_bytes"].as_u64().unwrap() > 1000);
    let encoders = system["encoders"].as_array().unwrap();
    assert_eq!(encoders.len(), 12);
    assert!(encoders.iter().any(|encoder| encoder["name"] == "libx264" && encoder["works"] == true));
    for part in ["database", "storage", "disk", "ffmpeg", "passwords", "audit files"] {
        assert_eq!(check(&system, part)["health"], "ok");
    }
    let text = system.to_string();
    assert!(!text.contains(&server.key) && !text.contains("postgres://"), "{text}");
}

#[actix_web::test]
async fn what_does_not_work_says_how_to_mend_it() {
    let server = Server::with(|config| {
        config.watch.folders = vec!["/nowhere/incoming".into()];
        config.storage.free_space_floor = Bytes(u64::MAX >> 1);
        config.ffmpeg.path = "/nowhere/ffmpeg".into();
    })
    .await;
    assert_eq!(server.get(At::Public, "/ready").await.status(), 200);
    std::fs::remove_dir_all(server.path("")).unwrap();
    let system = server.json(At::Admin, "/api/system").await;
    assert_eq!(system["health"], "failing");
    for (part, words, fix) in [
        ("watch folder /nowhere/incoming", "not there", "mkdir -p /nowhere/incoming"),
        ("ffmpeg", "/nowhere/ffmpeg was not found", "ffmpeg.path"),
        ("storage", "is not there", "mkdir -p"),
    ] {
        let check = check(&system, part);
        assert_eq!(check["health"], "failing", "{part}");
        assert!(check["detail"].as_str().unwrap().contains(words), "{check}");
        assert!(check["fix"].as_str().unwrap().contains(fix), "{check}");
    }
    assert_eq!(system["ffmpeg_version"], Value::Null);
    assert!(system["encoders"].as_array().unwrap().iter().all(|encoder| encoder["reason"].is_string()));
    let ready = server.get(At::Public, "/ready").await;
    assert_eq!(ready.status(), 503);
    assert_eq!(ready.json::<Value>().await.unwrap()["checks"]["storage"], "failing");
}

#[actix_web::test]
async fn a_disk_that_is_nearly_full() {
    let server = Server::with(|config| config.storage.free_space_floor = Bytes(u64::MAX >> 1)).await;
    let system = server.json(At::Admin, "/api/system").await;
    let disk = check(&system, "disk");
    assert_eq!(disk["health"], "failing");
    assert!(disk["fix"].as_str().unwrap().contains("storage.free_space_floor"), "{disk}");
}

/// Limits are of no use behind a proxy that the configuration does not know.
#[actix_web::test]
async fn a_forgotten_proxy_is_told() {
    for (trusted, told) in [(vec![], true), (vec!["127.0.0.1/32".parse().unwrap()], false)] {
        let server = Server::with(|config| config.http.trusted_proxies = trusted).await;
        let ask = server.anonymous(At::Public, reqwest::Method::GET, "/api/videos");
        ask.header("x-forwarded-for", "203.0.113.7").send().await.unwrap();
        let system = server.json(At::Admin, "/api/system").await;
        let found = system["checks"].as_array().unwrap().iter().find(|check| check["part"] == "proxy");
        assert_eq!(found.is_some(), told, "{system}");
        if let Some(found) = found {
            assert_eq!(found["health"], "warning");
            assert!(found["fix"].as_str().unwrap().contains("VLOG_TRUSTED_PROXIES=127.0.0.1"), "{found}");
        }
    }
}
