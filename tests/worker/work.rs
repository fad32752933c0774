//! Encoding with borrowed machines.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;

use crate::lent::{free_port, left_behind, lending, start_worker, undisturbed};
use crate::output;
use crate::postgres;
use crate::rig::{CHILD_LIMIT, Rig, clips, until};

/// Two machines make what one server alone makes.
async fn two_machines_encode(rig: Rig) {
    let server = rig.start();
    let workers = ["attic", "garage"].map(|name| (name, start_worker(&rig, &server, name, &[])));
    let video = rig.upload(&server, &clips().encoded).await;
    let ready = rig.until_status(&server, video, "ready").await;
    let given = crate::lent::given(&server);
    assert!(given.len() >= 3 && workers.iter().all(|(name, _)| given.iter().any(|g| g == name)), "{given:?}");
    output::compare(&output::read(&rig), undisturbed().await);
    output::fetch_all(&rig, &server, ready["slug"].as_str().unwrap()).await;
    let tasks = rig.tasks().await;
    assert!(tasks.iter().all(|task| task.is("succeeded") && task.attempt == 1), "{tasks:#?}");
    rig.until_tidy().await;
    for (name, worker) in workers {
        until(
            Duration::from_secs(5),
            || left_behind(&rig, name).is_empty(),
            || format!("{:?}", left_behind(&rig, name)),
        )
        .await;
        let stopped = worker.terminate();
        assert_eq!(stopped.status.code(), Some(0));
        assert!(stopped.took < Duration::from_secs(4), "an idle worker went after {:?}", stopped.took);
    }
    let list: Value = rig.json(&server, "/api/workers").await;
    assert!(list["workers"].as_array().unwrap().iter().all(|worker| worker["state"] == "offline"), "{list:#}");
    assert_eq!(server.terminate().status.code(), Some(0));
}

#[tokio::test]
async fn two_machines_encode_on_sqlite() {
    two_machines_encode(lending(&[])).await;
}

#[tokio::test]
async fn two_machines_encode_on_postgres() {
    two_machines_encode(lending(&[("VLOG_DATABASE_URL", &postgres::new_database())])).await;
}

/// What can be watched already is encoded again by others, too.
#[tokio::test]
async fn a_machine_encodes_again() {
    let rig = lending(&[]);
    let server = rig.start();
    let _worker = start_worker(&rig, &server, "attic", &[]);
    let video = rig.upload(&server, &clips().encoded).await;
    rig.until_status(&server, video, "ready").await;
    let given = crate::lent::given(&server).len();
    let post = async |path: &str, body: Value| -> Value {
        let answer = rig.client.post(format!("{}{path}", server.admin_url)).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    };
    let job = post("/api/reencode/queue", serde_json::json!({ "video_ids": [video] })).await["jobs"][0].clone();
    let begun = Instant::now();
    loop {
        let found = rig.json(&server, &format!("/api/jobs/{job}")).await;
        if found["state"] == "succeeded" {
            break;
        }
        assert!(begun.elapsed() < crate::rig::JOB_LIMIT && found["state"] != "failed", "{found:#}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let tasks = rig.tasks().await;
    let again = tasks.iter().filter(|task| task.kind == "reencode").count();
    assert!(again >= 3 && crate::lent::given(&server).len() == given + again, "{tasks:#?}");
    let now = rig.until_status(&server, video, "ready").await;
    output::fetch_all(&rig, &server, now["slug"].as_str().unwrap()).await;
    rig.until_tidy().await;
}

#[tokio::test]
async fn segments_can_be_sent_together() {
    let rig = lending(&[]);
    let server = rig.start();
    let _worker = start_worker(&rig, &server, "slow-link", &[("VLOG_WORKER_STREAMING_UPLOAD", "false")]);
    let video = rig.upload(&server, &clips().encoded).await;
    rig.until_status(&server, video, "ready").await;
    output::compare(&output::read(&rig), undisturbed().await);
    rig.until_tidy().await;
}

/// The pool of the server helps, and both give back what they cannot finish.
#[tokio::test]
async fn a_worker_that_is_stopped_gives_its_task_back() {
    let mut rig = lending(&[("VLOG_WORKER_DRAIN_GRACE", "0s")]);
    rig.pace(1);
    let server = rig.start();
    let port = free_port().to_string();
    let first = start_worker(&rig, &server, "first", &[("VLOG_WORKER_HEALTH_PORT", &port)]);
    let video = rig.upload(&server, &clips().encoded).await;
    rig.until_encoding().await;
    for path in ["health", "ready"] {
        let response = rig.client.get(format!("http://127.0.0.1:{port}/{path}")).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
    }
    let list = rig.json(&server, "/api/workers").await;
    let seen = &list["workers"][0];
    assert_eq!((seen["state"].as_str(), seen["tasks"][0]["kind"].as_str()), (Some("busy"), Some("encode")), "{list:#}");
    assert!(seen["cores"].as_u64() > Some(0) && seen["encoders"][0] == "libx264", "{list:#}");
    let status = rig.vlog(&["worker", "status", "first"]);
    assert!(status.contains("busy") && status.contains("encode of video"), "{status}");
    assert_eq!(first.terminate().status.code(), Some(0));
    until(CHILD_LIMIT, || rig.encoders().is_empty(), || format!("still alive: {:#?}", rig.children())).await;
    let tasks = rig.tasks().await;
    let given_back = |task: &&crate::rig::TaskRow| task.is("queued") && task.attempt == 0 && task.interruptions == 1;
    assert!(tasks.iter().any(|task| given_back(&task)), "{tasks:#?}");
    std::fs::write(rig.directory.path().join("rate"), "0").unwrap();
    let _second = start_worker(&rig, &server, "second", &[]);
    rig.until_status(&server, video, "ready").await;
    output::compare(&output::read(&rig), undisturbed().await);
}

/// Nobody polls: a task is taken as soon as it is queued. The median of three, for the machine may be busy.
#[tokio::test]
async fn a_waiting_worker_is_given_a_task_at_once() {
    let rig = lending(&[]);
    let server = rig.start();
    let _worker = start_worker(&rig, &server, "eager", &[]);
    let mut waits = Vec::new();
    let mut seen = 0;
    for _ in 0..3 {
        let video = rig.upload(&server, &clips().encoded).await;
        rig.until_encoding().await;
        rig.order(&server, Method::POST, &format!("/api/videos/{video}/cancel")).await;
        until(CHILD_LIMIT, || rig.encoders().is_empty(), || format!("still alive: {:#?}", rig.children())).await;
        let tasks: Vec<_> = rig.tasks().await.into_iter().filter(|task| task.id > seen).collect();
        seen = tasks.iter().map(|task| task.id).max().unwrap();
        // the first encode is queued when the analysis is applied
        let analysed = tasks.iter().find(|task| task.kind == "analyse").unwrap().finished_at;
        let claims = tasks.iter().filter(|task| task.kind == "encode" && task.started_at > 0);
        waits.push(claims.map(|task| task.started_at).min().unwrap() - analysed);
    }
    println!("queued tasks were claimed after {waits:?} ms");
    waits.sort_unstable();
    // whoever polled would need seconds
    assert!(waits[1] < 100, "{waits:?} ms");
}

/// An ffmpeg that the system ends is not held against the chunk, and a worker stops what nobody wants any more.
#[tokio::test]
async fn a_worker_loses_its_ffmpeg_and_then_the_job() {
    let mut rig = lending(&[]);
    rig.pace(1);
    let server = rig.start();
    let _worker = start_worker(&rig, &server, "unlucky", &[]);
    let video = rig.upload(&server, &clips().encoded).await;
    rig.until_encoding().await;
    rig.kill_encoders();
    let killed = async || {
        let tasks = rig.tasks().await;
        tasks.into_iter().find(|task| task.error_code == "ffmpeg_killed")
    };
    let begun = Instant::now();
    let task = loop {
        if let Some(task) = killed().await {
            break task;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{:#?}", rig.tasks().await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(task.machine_faults, 1, "{task:#?}");
    rig.until_encoding().await;
    let begun = Instant::now();
    rig.order(&server, Method::POST, &format!("/api/videos/{video}/cancel")).await;
    until(CHILD_LIMIT, || rig.encoders().is_empty(), || format!("still alive: {:#?}", rig.children())).await;
    println!("an encoder of a cancelled job was gone after {:?}", begun.elapsed());
    rig.pace(0);
    rig.order(&server, Method::POST, &format!("/api/videos/{video}/retry")).await;
    rig.until_status(&server, video, "ready").await;
    output::compare(&output::read(&rig), undisturbed().await);
}

/// A key that was revoked, by another process, is good for nothing at once.
#[tokio::test]
async fn a_revoked_worker_stops_at_once() {
    let mut rig = lending(&[]);
    rig.pace(1);
    let server = rig.start();
    let worker = start_worker(&rig, &server, "lost", &[]);
    let video = rig.upload(&server, &clips().encoded).await;
    rig.until_encoding().await;
    let begun = Instant::now();
    rig.vlog(&["worker", "revoke", "lost"]);
    until(Duration::from_secs(10), || rig.encoders().is_empty(), || "it goes on".into()).await;
    println!("an encoder of a revoked worker was gone after {:?}", begun.elapsed());
    assert!(!worker.log().contains("vlogw_"), "{}", worker.log());
    drop(worker);
    std::fs::write(rig.directory.path().join("rate"), "0").unwrap();
    let _other = start_worker(&rig, &server, "lost", &[]); // the name is free again
    rig.until_status(&server, video, "ready").await;
    output::compare(&output::read(&rig), undisturbed().await);
}

#[tokio::test]
async fn a_worker_without_a_good_key_says_so_and_ends() {
    let rig = lending(&[]);
    let server = rig.start();
    let bad = format!("vlogw_{}_{}", "ab".repeat(6), "cd".repeat(32));
    let (code, log) = crate::lent::start_with_key(&rig, &server.worker_url, "x", &bad, &[]).ended();
    assert!(code == Some(1) && log.contains("vlog worker register") && !log.contains(&bad), "{code:?} {log}");
    let (code, log) = crate::lent::start_with_key(&rig, &server.worker_url, "x", "", &[]).ended();
    assert!(code == Some(1) && log.contains("there is no key"), "{code:?} {log}");
}
