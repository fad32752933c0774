//! Uploads to a small server that answers as the admin listener does.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::web::{Bytes, Data, Path};
use actix_web::{App, HttpResponse, HttpServer, get, post, web};
use serde_json::json;

use super::{Arguments, upload_all};

#[derive(Default)]
struct Server {
    bodies: Mutex<Vec<Vec<u8>>>,
    polls: AtomicUsize,
}

#[post("/base/api/videos")]
async fn take(body: Bytes, server: Data<Server>) -> HttpResponse {
    if body.windows(6).any(|window| window == b"REFUSE") {
        let problem = json!({"title": "Bad file", "status": 422, "detail": "This is text.", "code": "not_a_video"});
        return HttpResponse::UnprocessableEntity().content_type("application/problem+json").json(problem);
    }
    server.bodies.lock().unwrap().push(body.to_vec());
    HttpResponse::Ok().json(json!({"status": "ok", "video_id": 7, "slug": "x", "message": ""}))
}

#[get("/base/api/videos/{id}/progress")]
async fn progress(id: Path<i64>, server: Data<Server>) -> HttpResponse {
    assert_eq!(*id, 7);
    let status = ["pending", "playable", "failed"][server.polls.fetch_add(1, Ordering::SeqCst).min(2)];
    HttpResponse::Ok().json(json!({"status": status, "progress_percent": 5, "last_error": "ffmpeg gave up"}))
}

struct Case {
    directory: tempfile::TempDir,
    arguments: Arguments,
    server: Data<Server>,
}

impl Case {
    fn new(files: &[(&str, &str)]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let directory = tempfile::tempdir().unwrap();
        let server = Data::new(Server::default());
        let for_app = server.clone();
        let listening = HttpServer::new(move || {
            let payload = web::PayloadConfig::new(16 << 20);
            App::new().app_data(for_app.clone()).app_data(payload).service(take).service(progress)
        });
        let listening = listening.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
        let address = format!("http://{}/base", listening.addrs()[0]);
        actix_web::rt::spawn(listening.run());
        let files = files.iter().map(|(name, text)| {
            let path = directory.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        });
        let arguments = Arguments {
            files: files.collect(),
            title: None,
            visibility: None,
            priority: None,
            share_with: Vec::new(),
            description: None,
            wait: false,
            server: address.parse().unwrap(),
        };
        Self { directory, arguments, server }
    }

    async fn error(&self) -> String {
        let error = upload_all(&self.arguments, None).await.unwrap_err();
        format!("{error:#}").replace(&format!("{}/", self.directory.path().display()), "")
    }
}

#[actix_web::test]
async fn text_fields_go_first_and_names_are_plain() {
    let mut case = Case::new(&[("Größe \"1\".mp4", "picture and sound")]);
    case.arguments.title = Some("Größe".into());
    case.arguments.visibility = Some("private".into());
    case.arguments.priority = Some("high".into());
    case.arguments.share_with = vec!["anna".into(), "bert".into()];
    case.arguments.description = Some("two\nlines".into());
    upload_all(&case.arguments, None).await.unwrap();
    let bodies = case.server.bodies.lock().unwrap();
    let body = String::from_utf8(bodies[0].clone()).unwrap();
    let at = |text: &str| body.find(text).unwrap_or_else(|| panic!("{text} is not in {body}"));
    assert!(at("name=\"title\"") < at("name=\"description\""));
    assert!(at("private") < at("anna,bert") && at("anna,bert") < at("name=\"file\""));
    assert!(at("name=\"priority\"") < at("name=\"file\""));
    assert!(at("two\nlines") < at("name=\"file\"; filename=\"Größe "));
    assert!(at("filename=") < at("picture and sound"));
}

#[actix_web::test]
async fn large_files_arrive_whole() {
    let text = "0123456789abcdef".repeat(1 << 16) + "!";
    let case = Case::new(&[("a.mp4", &text), ("b.mp4", "small")]);
    upload_all(&case.arguments, None).await.unwrap();
    let bodies = case.server.bodies.lock().unwrap();
    assert_eq!(bodies.len(), 2);
    assert!(String::from_utf8_lossy(&bodies[0]).contains(&text));
}

#[actix_web::test]
async fn a_refusal_shows_reason_and_code() {
    let case = Case::new(&[("a.mp4", "REFUSE")]);
    assert_eq!(case.error().await, "a.mp4: This is text. [not_a_video, HTTP 422]");
}

#[actix_web::test]
async fn one_bad_file_does_not_stop_the_others() {
    let mut case = Case::new(&[("a.mp4", "REFUSE"), ("b.mp4", "good")]);
    case.arguments.files.push(PathBuf::from("missing.mp4"));
    assert_eq!(case.error().await, "2 of 3 files failed");
    assert_eq!(case.server.bodies.lock().unwrap().len(), 1);
}

#[actix_web::test]
async fn waiting_ends_with_the_reason_of_a_failure() {
    let mut case = Case::new(&[("a.mp4", "good")]);
    case.arguments.wait = true;
    assert_eq!(case.error().await, "a.mp4: video 7 failed: ffmpeg gave up");
}

#[actix_web::test]
async fn clear_errors_before_anything_is_sent() {
    let mut case = Case::new(&[("a.mp4", "good")]);
    case.arguments.files = vec![case.directory.path().join("none.mp4")];
    assert!(case.error().await.starts_with("none.mp4: the file cannot be read: No such file"));
    case.arguments.files = vec![case.directory.path().join("")];
    assert!(case.error().await.contains("not a regular file"));
    case.arguments.files = vec![PathBuf::from("a"), PathBuf::from("b")];
    case.arguments.title = Some("One".into());
    assert!(case.error().await.contains("--title is for one file"));
}

#[actix_web::test]
async fn a_server_that_is_not_there_is_named() {
    let mut case = Case::new(&[("a.mp4", "good")]);
    case.arguments.server = "http://127.0.0.1:1".parse().unwrap();
    let error = case.error().await;
    assert!(error.contains("no vlog answers at http://127.0.0.1:1/") && error.contains("--server"), "{error}");
}
