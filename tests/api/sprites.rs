//! Seek bar pictures: `/api/sprites` and `/api/videos/{id}/sprites`, and their files.

use reqwest::Method;
use serde_json::{Value, json};
use vlog::app::pipeline::{self, TranscodeRunner};
use vlog::db::{Conn, videos};
use vlog::domain::video::VideoStatus;
use vlog::jobs::Runner;

use crate::additions::{claim, made};
use crate::support::{At, Server};

async fn post(server: &Server, path: &str) -> reqwest::Response {
    server.request(At::Admin, Method::POST, path).send().await.unwrap()
}

/// Does what is queued.
async fn make(server: &Server, content: &str) {
    let runner = TranscodeRunner::new(server.app.clone());
    let task = claim(server, &runner).await;
    let lease = task.lease().unwrap();
    let work = server.path(&format!("work/{}-{}/added", task.id, lease.token));
    std::fs::create_dir_all(&work).unwrap();
    std::fs::write(work.join("sprites.vtt"), format!("WEBVTT {content}")).unwrap();
    std::fs::write(work.join("sheet-000.jpg"), content).unwrap();
    runner.apply(&task, &lease, made()).await.unwrap();
}

#[actix_web::test]
async fn pictures_are_asked_for_made_and_served() {
    let server = Server::start().await;
    let id = server.published("Clip", VideoStatus::Ready).await.id;
    let nothing = json!({ "video_id": 1, "status": null, "job_id": null, "error": null, "sheets": null });
    assert_eq!(server.json(At::Admin, "/api/videos/1/sprites").await, nothing);
    assert_eq!(server.json(At::Public, "/api/videos/clip").await["sprites_url"], Value::Null);
    let asked: Value = post(&server, "/api/videos/1/sprites/generate").await.json().await.unwrap();
    assert_eq!((&asked["status"], &asked["job_id"]), (&json!("queued"), &json!(1)));
    let again = server.request(At::Admin, Method::POST, "/api/videos/1/sprites/generate");
    let again: Value = again.json(&json!({ "priority": "high" })).send().await.unwrap().json().await.unwrap();
    assert_eq!((&again["status"], &again["job_id"]), (&json!("already_queued"), &json!(1)));
    assert_eq!(server.json(At::Admin, "/api/videos/1/sprites").await["status"], "pending");
    make(&server, "one").await;
    let known = server.json(At::Admin, "/api/videos/1/sprites").await;
    assert_eq!((&known["status"], &known["sheets"]["count"]), (&json!("completed"), &json!(1)));
    assert_eq!((&known["sheets"]["tiles"], &known["sheets"]["tile_size"]), (&json!(13), &json!(10)));

    let url = async || server.json(At::Public, "/api/videos/clip").await["sprites_url"].as_str().unwrap().to_owned();
    let first = url().await;
    let sheet = first.replace("sprites.vtt", "sheet-000.jpg");
    for (path, kind, body) in [(&first, "text/vtt; charset=utf-8", "WEBVTT one"), (&sheet, "image/jpeg", "one")] {
        let answer = server.get(At::Public, path).await;
        assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (200, &kind.parse().unwrap()));
        assert!(answer.headers()["cache-control"].to_str().unwrap().contains("immutable"));
        assert_eq!(answer.text().await.unwrap(), body);
    }

    // new ones have another address; the old ones stay for those who have it, for a while
    post(&server, "/api/videos/1/sprites/generate").await;
    make(&server, "two").await;
    let second = url().await;
    assert_ne!(first, second);
    assert_eq!(server.get(At::Public, &second).await.text().await.unwrap(), "WEBVTT two");
    pipeline::reconcile(&server.app).await.unwrap();
    assert_eq!(server.get(At::Public, &first).await.status(), 200);
    let body = json!({ "storage.generation_grace": "0s" });
    let changed = server.request(At::Admin, Method::PATCH, "/api/settings").json(&body).send().await.unwrap();
    assert_eq!(changed.status(), 200, "{}", changed.text().await.unwrap());
    pipeline::reconcile(&server.app).await.unwrap();
    let places = std::fs::read_dir(server.path("videos/1/sprites")).unwrap();
    let left: Vec<_> = places.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(second.contains(&left[0]), "{left:?}");

    // whoever may not see the video gets none of it
    let private = json!({ "visibility": "private" });
    server.request(At::Admin, Method::PATCH, "/api/videos/1").json(&private).send().await.unwrap();
    server.problem(server.get(At::Public, &second).await, 404, "not_found").await;
    assert_eq!(server.get(At::Admin, &second).await.status(), 200);
    pipeline::delete(&server.app, &vlog::domain::audit::Actor::cli(), id).await.unwrap();
    server.problem(server.get(At::Admin, &second).await, 404, "not_found").await;
}

#[actix_web::test]
async fn what_cannot_have_pictures_says_why() {
    let server = Server::start().await;
    let silent = server.published("Sound", VideoStatus::Ready).await.id;
    let deaf = move |conn: &mut Conn| {
        let sql = "UPDATE videos SET width = 0, height = 0, media = replace(media, '\"video\":{', '\"film\":{')";
        let statement = diesel::sql_query(sql);
        let Conn::Sqlite(conn) = conn else { panic!("not SQLite") };
        diesel::RunQueryDsl::execute(statement, conn).map_err(Into::into)
    };
    assert_eq!(server.app.db().run(deaf).await.unwrap(), 1);
    let growing = server.published("Growing", VideoStatus::Playable).await.id;
    let gone = server.published("Gone", VideoStatus::Ready).await.id;
    server.app.db().run(move |conn| videos::set_source_dropped(conn, gone)).await.unwrap();
    for (id, code) in [(silent, "audio_only"), (growing, "not_ready"), (gone, "source_gone")] {
        server.problem(post(&server, &format!("/api/videos/{id}/sprites/generate")).await, 409, code).await;
    }
    for missing in ["/api/videos/99/sprites", "/api/videos/x/sprites"] {
        server.problem(server.get(At::Admin, missing).await, 404, "not_found").await;
        server.problem(post(&server, &format!("{missing}/generate")).await, 404, "not_found").await;
    }
    let bad = server.request(At::Admin, Method::POST, "/api/videos/1/sprites/generate");
    assert_eq!(bad.json(&json!({ "priority": "urgent" })).send().await.unwrap().status(), 400);
    let queued: Value = post(&server, "/api/sprites/queue-all").await.json().await.unwrap();
    assert_eq!(queued["queued"], 0);
}

#[actix_web::test]
async fn all_that_have_none_are_queued_listed_and_stopped() {
    let server = Server::start().await;
    for title in ["one", "two", "three"] {
        server.published(title, VideoStatus::Ready).await;
    }
    post(&server, "/api/videos/1/sprites/generate").await;
    make(&server, "one").await;
    post(&server, "/api/videos/2/sprites/generate").await;
    let queued: Value = post(&server, "/api/sprites/queue-all?priority=high").await.json().await.unwrap();
    assert_eq!((&queued["status"], &queued["queued"]), (&json!("ok"), &json!(1)));
    server.problem(post(&server, "/api/sprites/queue-all?priority=soon").await, 422, "invalid_value").await;
    let list = async |query: &str| {
        let found = server.json(At::Admin, &format!("/api/sprites/jobs{query}")).await;
        let titles: Vec<_> = found["jobs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|job| job["video_title"].as_str().unwrap().to_owned())
            .collect();
        (titles, found["total"].as_u64().unwrap())
    };
    assert_eq!(list("").await, (vec!["three".to_owned(), "two".to_owned(), "one".to_owned()], 3));
    assert_eq!(list("?status=pending&limit=1").await, (vec!["three".to_owned()], 2));
    assert_eq!(list("?status=pending&limit=1&offset=1").await, (vec!["two".to_owned()], 2));
    assert_eq!(list("?status=completed").await, (vec!["one".to_owned()], 1));
    for bad in ["?status=odd", "?limit=501", "?limit=0", "?offset=1000001"] {
        server.problem(server.get(At::Admin, &format!("/api/sprites/jobs{bad}")).await, 422, "invalid_value").await;
    }
    let delete = async |id: i64| {
        server.request(At::Admin, Method::DELETE, &format!("/api/sprites/jobs/{id}")).send().await.unwrap()
    };
    assert_eq!(delete(2).await.status(), 200);
    server.problem(delete(2).await, 409, "not_running").await;
    server.problem(delete(99).await, 404, "not_found").await;
    let other = server.pending("four").await.id;
    let transcode = server.job(other).await;
    server.problem(delete(transcode.0).await, 404, "not_found").await;
    let counts = json!({ "pending": 1, "processing": 0, "completed": 1, "failed": 0, "cancelled": 1, "total": 3 });
    assert_eq!(server.json(At::Admin, "/api/sprites/status").await, counts);
}

/// Whatever is compressed goes through the compressor, also when the file is asked for often and is kept open.
#[actix_web::test]
async fn a_long_index_is_compressed_whenever_it_is_asked_for() {
    let server = Server::start().await;
    server.published("Clip", VideoStatus::Ready).await;
    post(&server, "/api/videos/1/sprites/generate").await;
    let cues = "00:00.000 --> 00:01.000\nsheet-000.jpg#xywh=0,0,160,90\n\n".repeat(3000);
    make(&server, &cues).await;
    let path = server.json(At::Public, "/api/videos/clip").await["sprites_url"].as_str().unwrap().to_owned();
    for round in 0..4 {
        let asked = server.request(At::Public, Method::GET, &path).header("accept-encoding", "gzip");
        let answer = asked.send().await.unwrap();
        assert_eq!((answer.status().as_u16(), &answer.headers()["content-encoding"]), (200, &"gzip".parse().unwrap()));
        let packed = answer.bytes().await.unwrap();
        let unpacked_bytes = u32::from_le_bytes(packed[packed.len() - 4..].try_into().unwrap()) as usize;
        assert_eq!(unpacked_bytes, cues.len() + "WEBVTT ".len(), "round {round}");
    }
}
