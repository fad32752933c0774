//! `POST /api/videos`: limits, and that nothing is left of what was not taken.

use std::io::Write;
use std::time::Duration;

use reqwest::multipart::{Form, Part};
use reqwest::{Method, Response};
use vlog::config::Bytes;

use crate::support::{At, Server};

async fn post(server: &Server, form: Form) -> Response {
    server.request(At::Admin, Method::POST, "/api/videos").multipart(form).send().await.unwrap()
}

fn file(bytes: Vec<u8>) -> Part {
    Part::bytes(bytes).file_name("../../My_Holiday.mp4")
}

/// Nothing may be left of an upload that was not taken.
async fn nothing_is_left(server: &Server) {
    for _ in 0..100 {
        if std::fs::read_dir(server.path("incoming")).unwrap().next().is_none() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("something is left in incoming/");
}

#[actix_web::test]
async fn fields_are_checked() {
    let server = Server::start().await;
    let none = Form::new().text("title", "x");
    server.problem(post(&server, none).await, 400, "missing_file").await;
    let empty = Form::new().part("file", file(Vec::new()));
    server.problem(post(&server, empty).await, 400, "empty_file").await;
    let long = Form::new().text("title", "x".repeat(17 << 10)).part("file", file(vec![1]));
    server.problem(post(&server, long).await, 422, "invalid_value").await;
    let response = server.request(At::Admin, Method::POST, "/api/videos").json(&serde_json::json!({})).send().await;
    server.problem(response.unwrap(), 400, "not_a_form").await;
    let response = server.request(At::Admin, Method::POST, "/api/videos").send().await;
    server.problem(response.unwrap(), 400, "not_a_form").await;
    nothing_is_left(&server).await;
}

#[actix_web::test]
async fn too_large_is_refused_before_and_while_it_comes() {
    let server = Server::with(|config| config.storage.max_upload_size = Bytes(3 << 20)).await;
    let declared = Form::new().part("file", file(vec![7; 4 << 20]));
    server.problem(post(&server, declared).await, 413, "too_large").await;
    let pieces = futures_util::stream::iter((0..8).map(|_| Ok::<_, std::io::Error>(vec![7_u8; 512 << 10])));
    let part = Part::stream(reqwest::Body::wrap_stream(pieces)).file_name("x.mp4");
    let undeclared = Form::new().part("file", part);
    server.problem(post(&server, undeclared).await, 413, "too_large").await;
    nothing_is_left(&server).await;
}

#[actix_web::test]
async fn a_full_disk_is_507() {
    let server = Server::with(|config| config.storage.free_space_floor = Bytes(u64::MAX / 2)).await;
    let form = Form::new().part("file", file(vec![7; 100]));
    server.problem(post(&server, form).await, 507, "storage_full").await;
    nothing_is_left(&server).await;
}

#[actix_web::test]
async fn a_broken_upload_leaves_nothing() {
    let server = Server::start().await;
    let head = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.mp4\"\r\n\r\n";
    // the connection breaks off
    let mut stream = std::net::TcpStream::connect(server.address(At::Admin)).unwrap();
    let length = head.len() + (8 << 20);
    write!(stream, "POST /api/videos HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n").unwrap();
    write!(stream, "Authorization: Bearer {}\r\n", server.key).unwrap();
    write!(stream, "Content-Type: multipart/form-data; boundary=B\r\n\r\n{head}").unwrap();
    stream.write_all(&vec![7; 3 << 20]).unwrap();
    let incoming = server.path("incoming");
    while std::fs::read_dir(&incoming).unwrap().next().is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(stream);
    nothing_is_left(&server).await;
    // the form ends without its last boundary
    let request = server.request(At::Admin, Method::POST, "/api/videos");
    let request = request.header("content-type", "multipart/form-data; boundary=B").body(format!("{head}some bytes"));
    server.problem(request.send().await.unwrap(), 400, "broken_upload").await;
    nothing_is_left(&server).await;
    let text = server.get(At::Admin, "/metrics").await.text().await.unwrap();
    assert!(text.contains("vlog_video_uploads_total{result=\"broken\"} 2"), "{text}");
}

#[actix_web::test]
async fn every_byte_arrives() {
    let server = Server::start().await;
    let bytes: Vec<u8> = (0..5_000_001_u32).map(|n| (n % 251) as u8).collect();
    let form = Form::new().text("description", "Sun").text("unknown", "x").part("file", file(bytes.clone()));
    let response = post(&server, form).await;
    if response.status() != 200 {
        // once contents are looked into, these bytes are no video
        assert!(response.status().is_client_error());
        return nothing_is_left(&server).await;
    }
    let result: serde_json::Value = response.json().await.unwrap();
    assert_eq!((result["status"].as_str(), result["slug"].as_str()), (Some("ok"), Some("my-holiday")));
    let video = server.json(At::Admin, &format!("/api/videos/{}", result["video_id"])).await;
    assert_eq!(video["source_name"], "My_Holiday.mp4", "no directories");
    assert_eq!(video["description"], "Sun");
    let stored = std::fs::read_dir(server.path("uploads")).unwrap().next().unwrap().unwrap().path();
    assert!(std::fs::read(stored).unwrap() == bytes);
    nothing_is_left(&server).await;
}
