//! `/api/videos` on the public listener.

use serde_json::json;
use vlog::domain::video::VideoStatus;

use crate::support::{At, Server};

#[actix_web::test]
async fn a_video_as_viewers_see_it() {
    let server = Server::start().await;
    server.published("My Holiday", VideoStatus::Ready).await;
    let mut video = server.json(At::Public, "/api/videos/my-holiday").await;
    for time in ["created_at", "published_at"] {
        let text = video[time].take();
        assert!(text.as_str().unwrap().ends_with('Z'), "{time}: {text}");
    }
    insta::assert_json_snapshot!(video);
    let progress = server.json(At::Public, "/api/videos/my-holiday/progress").await;
    assert_eq!(progress["status"], "ready");
    assert_eq!(progress["progress_percent"], 100);
}

#[actix_web::test]
async fn viewers_see_only_what_is_published_and_plays() {
    let server = Server::start().await;
    server.pending("Hidden").await;
    server.published("Shown", VideoStatus::Playable).await;
    let list = server.json(At::Public, "/api/videos?include_total=true").await;
    assert_eq!(list["total_count"], 1);
    assert_eq!(list["videos"][0]["slug"], "shown");
    assert_eq!(list["next_cursor"], json!(null));
    for path in ["/api/videos/hidden", "/api/videos/hidden/progress", "/api/videos/nothing"] {
        let response = server.get(At::Public, path).await;
        server.problem(response, 404, "not_found").await;
    }
    let shown = server.json(At::Public, "/api/videos/shown").await;
    assert_eq!(shown["stream_url"], "/videos/shown/master.m3u8");
    assert_eq!(shown["dash_url"], "/videos/shown/manifest.mpd", "both grow");
    assert_eq!(shown["source_name"], json!(null), "the file's name is for admins");
}

#[actix_web::test]
async fn pages_are_complete_and_without_doubles() {
    let server = Server::start().await;
    for n in 0..7 {
        server.published(&format!("Video {n}"), VideoStatus::Ready).await;
    }
    for order in ["date&order=desc", "date&order=asc", "title&order=asc", "duration&order=desc"] {
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/api/videos?limit=3&sort={order}&cursor={cursor}");
            let page = server.json(At::Public, &path).await;
            let videos = page["videos"].as_array().unwrap();
            seen.extend(videos.iter().map(|video| video["id"].as_i64().unwrap()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
            assert_eq!(page["has_more"], true);
        }
        seen.sort_unstable();
        assert_eq!(seen, (1..=7).collect::<Vec<_>>(), "{order}");
    }
}

#[actix_web::test]
async fn bad_values_are_named() {
    let server = Server::start().await;
    for (query, status, code) in [
        ("limit=0", 422, "invalid_value"),
        ("limit=101", 422, "invalid_value"),
        ("sort=colour", 422, "invalid_value"),
        ("order=up", 422, "invalid_value"),
        ("cursor=xyz", 422, "invalid_cursor"),
        ("limit=many", 400, "invalid_request"),
    ] {
        let response = server.get(At::Public, &format!("/api/videos?{query}")).await;
        server.problem(response, status, code).await;
    }
    let found = server.json(At::Public, "/api/videos?search=%22%27)%20OR%201%3D1%20--").await;
    assert_eq!(found["videos"], json!([]));
}
