//! `/api/events/progress`.

use std::time::Duration;

use reqwest::Response;
use serde_json::Value;
use vlog::domain::video::VideoStatus;
use vlog::events::Event;

use crate::support::{At, Server};

/// Reads until the text has what is wanted.
pub async fn read_until(response: &mut Response, text: &mut String, wanted: &str) {
    while !text.contains(wanted) {
        let chunk = tokio::time::timeout(Duration::from_secs(5), response.chunk()).await;
        let chunk = chunk.unwrap_or_else(|_| panic!("no {wanted:?} in {text:?}")).unwrap();
        let chunk = chunk.unwrap_or_else(|| panic!("the stream ended without {wanted:?}: {text:?}"));
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
}

/// Name, id and data of every event.
pub fn parse(text: &str) -> Vec<(String, u64, Value)> {
    let field = |block: &str, name: &str| {
        block.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned()).unwrap_or_default()
    };
    let blocks = text.split("\n\n").filter(|block| block.contains("data:"));
    let event = |block| {
        let data = serde_json::from_str(&field(block, "data:")).unwrap();
        (field(block, "event:"), field(block, "id:").parse().unwrap(), data)
    };
    blocks.map(event).collect()
}

#[actix_web::test]
async fn the_present_state_then_what_changes() {
    let server = Server::with(|config| config.sse.heartbeat_interval = Duration::from_secs(1)).await;
    let video = server.published("Clip", VideoStatus::Playable).await;
    let hidden = server.pending("Hidden").await;
    let mut response = server.get(At::Public, "/api/events/progress?video_ids=1,2,77").await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let mut text = String::new();
    read_until(&mut response, &mut text, ": keep-alive").await;
    assert!(text.starts_with("retry: 3000\n\n"), "{text}");
    let events = parse(&text);
    assert_eq!(events.len(), 1, "what is hidden or does not exist is left out: {text}");
    assert_eq!((events[0].0.as_str(), &events[0].2["slug"]), ("progress", &Value::from("clip")));
    assert_eq!(events[0].2["playable"], true);

    server.publish(video.id, VideoStatus::Ready).await;
    let hidden_snapshot = vlog::app::progress::snapshot(&server.app, hidden.id).await.unwrap();
    server.app.announce(hidden_snapshot);
    let snapshot = vlog::app::progress::snapshot(&server.app, video.id).await.unwrap();
    server.app.announce(snapshot);
    read_until(&mut response, &mut text, "\"status\":\"ready\"").await;
    let events = parse(&text);
    assert_eq!(events.len(), 2, "{text}");
    assert!(events[1].1 > events[0].1, "ids grow");
    assert_eq!(events[1].2["dash_url"], "/videos/clip/manifest.mpd");

    server.app.events().publish(Event::VideoRemoved { video_id: video.id });
    read_until(&mut response, &mut text, "event: removed").await;
    assert_eq!(parse(&text)[2].2["video_id"], 1);
}

#[actix_web::test]
async fn a_listener_that_was_away_gets_the_present_state() {
    let server = Server::start().await;
    server.published("Clip", VideoStatus::Ready).await;
    let request = server.request(At::Admin, reqwest::Method::GET, "/api/events/progress?video_ids=1");
    let mut response = request.header("last-event-id", "12").send().await.unwrap();
    let mut text = String::new();
    read_until(&mut response, &mut text, "\"status\":\"ready\"").await;
}

#[actix_web::test]
async fn streams_end_with_the_server() {
    let server = Server::start().await;
    let mut response = server.get(At::Admin, "/api/events/progress").await;
    let mut text = String::new();
    read_until(&mut response, &mut text, "retry").await;
    let begun = std::time::Instant::now();
    server.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(matches!(response.chunk().await, Ok(None) | Err(_)));
}

#[actix_web::test]
async fn ids_are_checked() {
    let server = Server::start().await;
    let many = (1..=51).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
    for ids in ["", "x", "1,,2", many.as_str()] {
        let response = server.get(At::Public, &format!("/api/events/progress?video_ids={ids}")).await;
        server.problem(response, 422, "invalid_value").await;
    }
    let response = server.get(At::Public, "/api/events/progress").await;
    server.problem(response, 422, "invalid_value").await;
}

/// Who opens as many streams as they can has theirs, and nobody else's.
#[actix_web::test]
async fn one_address_has_a_share_of_the_streams() {
    let server = Server::start().await;
    let path = "/api/events/progress?video_ids=1";
    let mut open = Vec::new();
    for _ in 0..20 {
        open.push(server.get(At::Public, path).await);
        assert_eq!(open.last().unwrap().status(), 200);
    }
    server.problem(server.get(At::Public, path).await, 503, "unavailable").await;
    assert_eq!(server.get(At::Admin, "/api/events/progress").await.status(), 200);
}
