//! `/api/reencode`, and `vlog jobs reencode`.

use reqwest::Method;
use serde_json::{Value, json};
use vlog::app::pipeline::{self, TranscodeRunner};
use vlog::db::videos::Publication;
use vlog::db::{Conn, jobs, now_ms, tasks, videos};
use vlog::domain::id::JobId;
use vlog::domain::job::{JobKind, JobState, TaskKind};
use vlog::domain::task::{TaskError, TaskOutcome};
use vlog::domain::video::VideoStatus;
use vlog::jobs::{Runner, Verdict};

use crate::support::{At, Server};

async fn send(server: &Server, method: Method, path: &str, body: Value) -> reqwest::Response {
    server.request(At::Admin, method, path).json(&body).send().await.unwrap()
}

async fn queue(server: &Server, ids: &[i64]) -> reqwest::Response {
    send(server, Method::POST, "/api/reencode/queue", json!({ "video_ids": ids })).await
}

#[actix_web::test]
async fn a_video_is_refused_for_a_reason() {
    let server = Server::start().await;
    let ready = server.published("Ready", VideoStatus::Ready).await.id;
    let (pending, gone) = (server.pending("Pending").await.id, server.published("Gone", VideoStatus::Ready).await.id);
    server.app.db().run(move |conn| videos::set_source_dropped(conn, gone)).await.unwrap();
    server.problem(queue(&server, &[pending.0]).await, 409, "not_ready").await;
    server.problem(queue(&server, &[gone.0]).await, 409, "source_gone").await;
    server.problem(queue(&server, &[999]).await, 404, "not_found").await;
    server.problem(queue(&server, &[]).await, 422, "invalid_value").await;
    let several: Value = queue(&server, &[pending.0, ready.0, gone.0]).await.json().await.unwrap();
    assert_eq!((&several["queued"], &several["total_queued"]), (&json!([ready]), &json!(1)), "{several}");
    assert_eq!(
        several["errors"].as_array().unwrap().iter().map(|e| &e["code"]).collect::<Vec<_>>(),
        ["not_ready", "source_gone"]
    );
    server.problem(queue(&server, &[ready.0]).await, 409, "job_active").await;

    // a transcode that was taken up again is work on it, too
    let other = server.published("Other", VideoStatus::Ready).await.id;
    server.job(other).await;
    server.problem(queue(&server, &[other.0]).await, 409, "job_active").await;
    let all: Value = send(&server, Method::POST, "/api/reencode/queue-all", json!({})).await.json().await.unwrap();
    assert_eq!(all["queued_count"], 0, "{all}");
}

#[actix_web::test]
async fn nothing_of_the_video_changes_before_the_end() {
    let server = Server::start().await;
    let video = server.published("Clip", VideoStatus::Ready).await;
    let before = server.json(At::Public, "/api/videos/clip").await;
    let queued: Value = queue(&server, &[video.id.0]).await.json().await.unwrap();
    let job = JobId(queued["jobs"][0].as_i64().unwrap());
    let listed = server.json(At::Admin, "/api/reencode/jobs").await;
    assert_eq!((&listed["jobs"][0]["kind"], &listed["jobs"][0]["state"]), (&json!("reencode"), &json!("waiting")));
    assert_eq!(server.json(At::Admin, "/api/reencode/status").await["queue_stats"]["pending"], 1);
    let claim = |conn: &mut Conn| tasks::claim(conn, TaskKind::LIGHT, "server", now_ms(), 60_000);
    let task = server.app.db().run(claim).await.unwrap().unwrap();
    assert!(task.priority < 0, "after all that is new");
    TranscodeRunner::new(server.app.clone()).begin(&task).await.unwrap();
    assert_eq!(server.json(At::Admin, "/api/reencode/status").await["queue_stats"]["in_progress"], 1);
    assert_eq!(server.json(At::Public, "/api/videos/clip").await, before);
    let row = server.json(At::Admin, "/api/jobs?kind=transcode").await;
    assert_eq!((&row["jobs"], &row["counts"]["active"]), (&json!([]), &json!(0)), "counted by kind");

    let error = TaskError::abort("invalid_media", "no streams");
    let (lease, reason) = (task.lease().unwrap(), error.clone());
    server.app.db().write(move |conn| tasks::fail(conn, &lease, &reason, now_ms())).await.unwrap();
    TranscodeRunner::new(server.app.clone()).on_failed(&task, &error, Verdict::GaveUp).await;
    assert_eq!(server.json(At::Public, "/api/videos/clip").await, before);
    assert_eq!(server.json(At::Admin, &format!("/api/jobs/{job}")).await["state"], "failed");
    let again: Value =
        send(&server, Method::POST, &format!("/api/jobs/{job}/retry"), json!({})).await.json().await.unwrap();
    let next = again["id"].as_i64().unwrap();
    assert!(next != job.0 && again["kind"] == "reencode", "{again}");

    let stopped = send(&server, Method::DELETE, &format!("/api/reencode/jobs/{next}"), Value::Null).await;
    assert_eq!(stopped.status(), 200);
    let stopped = send(&server, Method::DELETE, &format!("/api/reencode/jobs/{next}"), Value::Null).await;
    server.problem(stopped, 409, "not_running").await;
    let transcode = server.job(server.pending("New").await.id).await;
    let other = send(&server, Method::DELETE, &format!("/api/reencode/jobs/{transcode}"), Value::Null).await;
    server.problem(other, 404, "not_found").await;
    let counts = server.json(At::Admin, "/api/reencode/status").await;
    assert_eq!((&counts["queue_stats"]["failed"], &counts["queue_stats"]["cancelled"]), (&json!(1), &json!(1)));
    assert_eq!(server.json(At::Public, "/api/videos/clip").await, before);
}

/// Who began a long film before goes on to its end.
#[actix_web::test]
async fn an_old_generation_stays_as_long_as_it_is_watched() {
    let server = Server::with(|config| config.storage.generation_grace = std::time::Duration::ZERO).await;
    let videos = [server.published("One", VideoStatus::Ready).await, server.published("Two", VideoStatus::Ready).await];
    for video in &videos {
        let id = video.id;
        std::fs::create_dir_all(server.path(&format!("videos/{id}/g2"))).unwrap();
        let publication = Publication { generation: 2, status: VideoStatus::Ready, renditions: &[] };
        server.app.db().run(move |conn| videos::publish(conn, id, &publication, now_ms())).await.unwrap();
        server.app.forget_slug(&video.slug);
    }
    let segment = "/videos/one/g1/720p/seg_00000.m4s";
    assert_eq!(server.get(At::Public, segment).await.status(), 200);
    pipeline::reconcile(&server.app).await.unwrap();
    assert_eq!(server.get(At::Public, segment).await.status(), 200);
    assert!(!server.path(&format!("videos/{}/g1", videos[1].id)).exists(), "nobody watches the other");
}

/// Of many that wait, a few are begun: the most urgent first, then the oldest.
#[actix_web::test]
async fn jobs_begin_in_turn() {
    let server = Server::start().await;
    let mut ids = Vec::new();
    for name in ["One", "Two", "Three", "Four"] {
        ids.push(server.published(name, VideoStatus::Ready).await.id.0);
    }
    queue(&server, &ids[..3]).await;
    let urgent = json!({ "video_ids": [ids[3]], "priority": "high" });
    send(&server, Method::POST, "/api/reencode/queue", urgent).await;
    let begun = |conn: &mut Conn| {
        let begun = jobs::list_in_turn(conn, JobKind::Reencode, true)?;
        Ok(begun.into_iter().map(|job| (job.id, job.video_id.0)).collect::<Vec<_>>())
    };
    let first = server.app.db().run(begun).await.unwrap();
    assert_eq!(first.iter().map(|(_, video)| *video).collect::<Vec<_>>(), ids[..2]);
    let ended = first[0].0;
    server.app.db().write(move |conn| jobs::finish(conn, ended, JobState::Succeeded, None, 1)).await.unwrap();
    pipeline::begin_next(&server.app).await.unwrap();
    let now = server.app.db().run(begun).await.unwrap();
    assert_eq!(
        now.iter().map(|(_, video)| *video).collect::<Vec<_>>(),
        [ids[3], ids[1]],
        "the urgent one before the third"
    );
    pipeline::reconcile(&server.app).await.unwrap();
    assert_eq!(server.app.db().run(begun).await.unwrap(), now, "waiting is no fault");
}

/// Viewers get nothing of what is half made, even when the optional parts of it fail or succeed.
#[actix_web::test]
async fn thumbnails_change_with_the_generation() {
    let server = Server::start().await;
    let video = server.published("Clip", VideoStatus::Ready).await;
    queue(&server, &[video.id.0]).await;
    let claim = |conn: &mut Conn| tasks::claim(conn, TaskKind::LIGHT, "server", now_ms(), 60_000);
    let task = server.app.db().run(claim).await.unwrap().unwrap();
    let outcome = TaskOutcome::Thumbnail { widths: vec![1280], placeholder: None };
    let runner = TranscodeRunner::new(server.app.clone());
    let _ = runner.apply(&task, &task.lease().unwrap(), outcome).await;
    let now = server.app.db().run(move |conn| videos::get(conn, video.id)).await.unwrap();
    assert_eq!(now.thumbnail_widths, [320, 640]);
}

#[actix_web::test]
async fn from_the_command_line() {
    let server = Server::start().await;
    let (one, two) = (server.published("One", VideoStatus::Ready).await.id, server.pending("Two").await.id);
    server.published("Three", VideoStatus::Ready).await;
    let run = async |arguments: &[&str]| {
        let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_vlog"))
            .arg("jobs")
            .args(arguments)
            .env_clear()
            .env("VLOG_API_KEY", &server.key)
            .env("VLOG_ADMIN_API_URL", format!("http://{}", server.address(At::Admin)))
            .output()
            .await
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, lines, error) = run(&["reencode", &one.to_string(), &two.to_string()]).await;
    assert_eq!(code, Some(1), "{lines}{error}");
    assert!(lines.starts_with("video 1: encoded again by job 1\nvideo 2: Only a video that is complete"), "{lines}");
    assert!(error.contains("1 of 2 videos are not encoded again"), "{error}");
    assert_eq!(run(&["reencode", "--all"]).await.1, "1 video is encoded again.\n");
    let (_, list, _) = run(&["list", "--kind", "reencode"]).await;
    assert!(list.contains("One") && list.contains("Three"), "{list}");
    assert!(run(&["list", "--kind", "transcode"]).await.1.contains("no such jobs"));
    assert_eq!(run(&["reencode"]).await.0, Some(2), "which?");
}
