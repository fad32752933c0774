//! `/api/audit`: who did what.

use reqwest::Method;
use serde_json::{Value, json};
use vlog::app::accounts::{self, audit_files};
use vlog::config::Bytes;
use vlog::db::{audit as rows, now_ms};
use vlog::domain::audit::{Actor, Entry, NewEntry};
use vlog::http::views::accounts::AuditEntry;

use crate::support::{At, Server};

#[actix_web::test]
async fn changes_say_who_from_where_and_what() {
    let server = Server::start().await;
    let video = server.pending("Holiday").await;
    let body = json!({ "username": "anna", "role": "viewer", "password": "correct horse" });
    let response = server.request(At::Admin, Method::POST, "/api/users").json(&body).send().await.unwrap();
    let id = response.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/users/{id}");
    let edit = json!({ "role": "editor", "password": "another horse" });
    server.request(At::Admin, Method::PATCH, &path).json(&edit).send().await.unwrap();
    server.request(At::Admin, Method::DELETE, &format!("/api/videos/{}", video.id)).send().await.unwrap();

    let page = server.json(At::Admin, "/api/audit").await;
    let entries = page["entries"].as_array().unwrap();
    let actions: Vec<_> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    let newest = ["video_deleted", "user_changed", "password_reset", "user_created", "api_key_created", "user_created"];
    assert_eq!(actions, newest);
    assert_eq!(entries[0]["before"]["title"], "Holiday");
    assert_eq!(entries[0]["target"], format!("video:{}", video.id));
    let changed = &entries[1];
    assert_eq!((&changed["actor"], &changed["actor_kind"]), (&json!("root"), &json!("api_key")));
    assert_eq!((&changed["address"], &changed["target"]), (&json!("127.0.0.1"), &json!("user:anna")));
    assert_eq!((&changed["before"]["role"], &changed["after"]["role"]), (&json!("viewer"), &json!("editor")));
    assert_eq!(entries[5]["actor_kind"], "cli");
    let text = page.to_string();
    assert!(!text.contains("horse") && !text.contains("argon2") && !text.contains(&server.key), "{text}");
}

#[actix_web::test]
async fn filters_pages_and_export() {
    let server = Server::start().await;
    for n in 0..5 {
        let body = json!({ "username": format!("user{n}"), "role": "viewer" });
        server.request(At::Admin, Method::POST, "/api/users").json(&body).send().await.unwrap();
    }
    let get = async |query: &str| server.json(At::Admin, &format!("/api/audit?{query}")).await;
    let count = |page: &Value| page["entries"].as_array().unwrap().len();
    assert_eq!(count(&get("action=user_created").await), 6);
    assert_eq!(count(&get("action=user_created&actor=root").await), 5);
    assert_eq!(count(&get("actor=nobody").await), 0);
    assert_eq!(count(&get("target=user:user3").await), 1);
    assert_eq!(count(&get("target=user:nobody").await), 0);
    assert_eq!(count(&get("address=127.0.0.1").await), 5);
    assert_eq!(count(&get("address=127.0.0.2").await), 0);
    assert_eq!(count(&get("result=refused").await), 0);
    assert_eq!(count(&get("from=2020-01-01T00:00:00Z").await), 7);
    assert_eq!(count(&get("to=2020-01-01T00:00:00Z").await), 0);
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let page = get(&format!("limit=3&cursor={cursor}")).await;
        seen.extend(page["entries"].as_array().unwrap().iter().map(|entry| entry["id"].as_i64().unwrap()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen.len(), 7);
    assert!(seen.is_sorted_by(|a, b| a > b), "{seen:?}");
    for (query, code) in [
        ("limit=0", "invalid_value"),
        ("result=x", "invalid_value"),
        ("from=x", "invalid_value"),
        ("cursor=x", "invalid_cursor"),
    ] {
        server.problem(server.get(At::Admin, &format!("/api/audit?{query}")).await, 422, code).await;
    }
    let export = server.get(At::Admin, "/api/audit/export?actor=root").await;
    assert_eq!(export.headers()["content-type"], "application/x-ndjson");
    let lines: Vec<Value> =
        export.text().await.unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 5);
    assert_eq!(lines[0]["target"], "user:user4");
}

fn line(entry: Entry) -> String {
    AuditEntry::from(entry).line()
}

#[actix_web::test]
async fn files_follow_the_database() {
    let server = Server::with(|config| config.audit.max_bytes = Bytes(2000)).await;
    let later = now_ms() + 1000;
    let mut written = None;
    audit_files::follow(&server.app, &mut written, later, line).await.unwrap();
    assert_eq!(lines(&server), 2); // the account and the key of these tests
    for n in 0..20 {
        let body = json!({ "username": format!("user{n}"), "role": "viewer" });
        server.request(At::Admin, Method::POST, "/api/users").json(&body).send().await.unwrap();
    }
    audit_files::follow(&server.app, &mut written, 0, line).await.unwrap();
    assert_eq!(lines(&server), 2, "what is too young waits");
    // as after a restart
    audit_files::follow(&server.app, &mut None, now_ms() + 1000, line).await.unwrap();
    let directory = server.path("audit");
    let newest = std::fs::read_to_string(directory.join("audit.jsonl")).unwrap();
    let last: Value = serde_json::from_str(newest.lines().last().unwrap()).unwrap();
    assert_eq!(last["target"], "user:user19");
    assert_eq!((last.get("actor"), last.get("result")), (Some(&json!("root")), Some(&json!("ok"))));
    assert_eq!(lines(&server), 22, "none twice, none lost");
    let files: Vec<_> = std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 3 && files.len() <= 6, "{files:?}");
    assert!(files.iter().all(|file| file.metadata().unwrap().len() <= 2000));
}

#[actix_web::test]
async fn files_are_as_many_as_was_set_and_none_when_switched_off() {
    let server = Server::with(|config| config.audit.max_bytes = Bytes(2000)).await;
    let set = async |values: Value| {
        let request = server.request(At::Admin, Method::PATCH, "/api/settings").json(&values);
        assert_eq!(request.send().await.unwrap().status(), 200);
    };
    set(json!({ "audit.backup_count": 1, "audit.enabled": false })).await;
    for n in 0..20 {
        let entry = NewEntry::refused(&Actor::anonymous(&format!("user{n}"), None), "login");
        server.app.db().write(move |conn| rows::insert(conn, &entry, 1000)).await.unwrap();
    }
    let running = {
        let app = server.app.clone();
        tokio::spawn(async move { audit_files::run(&app, line).await })
    };
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    let directory = server.path("audit");
    assert!(!directory.exists(), "nothing is written");
    set(json!({ "audit.enabled": true })).await;
    for _ in 0..200 {
        if directory.exists() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    running.abort();
    audit_files::follow(&server.app, &mut None, now_ms() + 1000, line).await.unwrap();
    assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 2, "the newest and the one before it");
}

/// In all files together.
fn lines(server: &Server) -> usize {
    let files = std::fs::read_dir(server.path("audit")).unwrap();
    files.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap().lines().count()).sum()
}

#[actix_web::test]
async fn files_that_cannot_be_written_are_no_hindrance() {
    let server = Server::with(|config| config.audit.directory = "/proc/nowhere".into()).await;
    let app = server.app.clone();
    let running = tokio::spawn(async move { audit_files::run(&app, line).await });
    let body = json!({ "username": "anna", "role": "viewer" });
    let created = server.request(At::Admin, Method::POST, "/api/users").json(&body).send().await.unwrap();
    assert_eq!(created.status(), 200);
    for _ in 0..100 {
        if server.app.accounts().audit_files().problem().is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let system = server.json(At::Admin, "/api/system").await;
    let checks = system["checks"].as_array().unwrap();
    let files = checks.iter().find(|check| check["part"] == "audit files").unwrap();
    assert_eq!(files["health"], "warning");
    assert!(files["detail"].as_str().unwrap().contains("/proc/nowhere"), "{files}");
    running.abort();
}

#[actix_web::test]
async fn old_entries_are_forgotten_when_asked_for() {
    let server = Server::start().await;
    let old = now_ms() - 91 * 24 * 60 * 60 * 1000;
    let entry = NewEntry::refused(&Actor::anonymous("long ago", None), "login");
    server.app.db().write(move |conn| rows::insert(conn, &entry, old)).await.unwrap();
    let count = async || server.json(At::Admin, "/api/audit").await["entries"].as_array().unwrap().len();
    accounts::tidy(&server.app).await.unwrap();
    assert_eq!(count().await, 3, "nothing is forgotten by itself");
    let body = json!({ "value": 90 });
    let set = server.request(At::Admin, Method::PUT, "/api/settings/audit.retention_days").json(&body).send().await;
    assert_eq!(set.unwrap().status(), 200);
    accounts::tidy(&server.app).await.unwrap();
    let page = server.json(At::Admin, "/api/audit").await;
    let actions: Vec<_> = page["entries"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["setting_changed", "api_key_created", "user_created"]);
}
