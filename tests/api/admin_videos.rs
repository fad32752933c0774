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
