//! `/api/videos` on the admin listener.

use reqwest::Method;
use vlog::domain::video::VideoStatus;

use crate::support::{At, Server};

#[actix_web::test]
async fn admins_see_everything() {
    let server = Server::start().await;
    let pending = server.pending("Waiting").await;
    server.published("Shown", VideoStatus::Ready).await;
    let list = server.json(At::Admin, "/api/videos?include_total=true").await;
    assert_eq!(list["total_count"], 2);
    assert_eq!(list["videos"][0]["slug"], "shown", "newest first");
    let waiting = server.json(At::Admin, "/api/videos?status=pending").await;
    assert_eq!(waiting["videos"].as_array().unwrap().len(), 1);
    let video = server.json(At::Admin, &format!("/api/videos/{}", pending.id)).await;
    assert_eq!(video["source_name"], "holiday.mp4");
    assert_eq!(video["source_size_bytes"], 1000);
    let progress = server.json(At::Admin, &format!("/api/videos/{}/progress", pending.id)).await;
    assert_eq!(progress["status"], "pending");
}

#[actix_web::test]
async fn what_is_not_there_is_404() {
    let server = Server::start().await;
    for path in ["/api/videos/99", "/api/videos/waiting", "/api/videos/99/progress", "/nothing"] {
        let response = server.get(At::Admin, path).await;
        server.problem(response, 404, "not_found").await;
    }
    let response = server.request(At::Admin, Method::DELETE, "/api/videos/99").send().await.unwrap();
    server.problem(response, 404, "not_found").await;
    let response = server.get(At::Admin, "/api/videos?status=lost").await;
    server.problem(response, 422, "invalid_value").await;
}

#[actix_web::test]
async fn deleting_removes_rows_and_files() {
    let server = Server::start().await;
    let kept = server.published("Kept", VideoStatus::Ready).await;
    let video = server.published("Gone", VideoStatus::Ready).await;
    assert_eq!(server.get(At::Public, "/videos/gone/master.m3u8").await.status(), 200);
    let path = format!("/api/videos/{}", video.id);
    let response = server.request(At::Admin, Method::DELETE, &path).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(server.get(At::Admin, &path).await.status(), 404);
    assert_eq!(server.get(At::Public, "/videos/gone/master.m3u8").await.status(), 404);
    assert!(!server.path(&format!("videos/{}", video.id)).exists());
    assert!(server.path(&format!("videos/{}/g1/master.m3u8", kept.id)).exists());
}

#[actix_web::test]
async fn titles_and_descriptions_can_be_changed() {
    let server = Server::start().await;
    let id = server.published("Tpyo", VideoStatus::Ready).await.id;
    let path = format!("/api/videos/{id}");
    let edit = async |body: serde_json::Value| {
        server.request(At::Admin, Method::PATCH, &path).json(&body).send().await.unwrap()
    };
    let changed: serde_json::Value = edit(serde_json::json!({"title": "  Typo \n found "})).await.json().await.unwrap();
    assert_eq!((&changed["title"], &changed["description"]), (&"Typo found".into(), &"Words".into()));
    assert_eq!(changed["slug"], "tpyo", "links go on working");
    let more = serde_json::json!({"title": null, "description": "Line one\nline two"});
    assert_eq!(edit(more).await.status(), 200);
    server.problem(edit(serde_json::json!({"views": 9})).await, 400, "invalid_request").await;
    let seen = server.json(At::Public, "/api/videos/tpyo").await;
    assert_eq!((&seen["title"], &seen["description"]), (&"Typo found".into(), &"Line one\nline two".into()));
    for (search, found) in [("found", 1), ("two", 1), ("tpyo", 0), ("words", 0)] {
        let list = server.json(At::Public, &format!("/api/videos?search={search}")).await;
        assert_eq!(list["videos"].as_array().unwrap().len(), found, "{search}");
    }
    for (field, value) in [("title", String::new()), ("title", " \n".to_owned()), ("title", "x".repeat(256))] {
        server.problem(edit(serde_json::json!({field: value})).await, 422, "invalid_value").await;
    }
    server.problem(edit(serde_json::json!({"description": "x".repeat(5001)})).await, 422, "invalid_value").await;
    server.problem(edit(serde_json::json!({"title": 7})).await, 400, "invalid_request").await;
    assert_eq!(server.json(At::Admin, &path).await["title"], "Typo found", "what was refused changed nothing");
    let nobody = server.request(At::Admin, Method::PATCH, "/api/videos/99").json(&serde_json::json!({})).send();
    server.problem(nobody.await.unwrap(), 404, "not_found").await;
}
