//! A disk that fills up. The storage is a small file system of its own, the database stays elsewhere.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::output;
use super::rig::{JOB_LIMIT, Rig, TaskRow, clips, until};
use super::server::Server;
use super::small_disk::SmallDisk;

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).unwrap().len()
}

async fn refused(response: reqwest::Result<reqwest::Response>) {
    let response = response.unwrap();
    assert_eq!(response.status(), 507);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let problem: Value = response.json().await.unwrap();
    assert_eq!(problem["code"], "storage_full", "{problem}");
}

async fn progress(rig: &Rig, server: &Server, video: i64) -> Value {
    rig.json(server, &format!("/api/videos/{video}/progress")).await
}

/// Waits until the job says that it waits for space.
async fn until_waiting(rig: &Rig, server: &Server, video: i64) {
    let begun = Instant::now();
    loop {
        let progress = progress(rig, server, video).await;
        if progress["waiting_reason"] == "storage_full" {
            return;
        }
        assert!(begun.elapsed() < JOB_LIMIT, "{progress:#}\n{:#?}", rig.tasks().await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn uploads_that_do_not_fit_are_refused_and_leave_nothing() {
    let mut rig = Rig::new(&[]);
    let clip = &clips().encoded;
    let Some(disk) = SmallDisk::mount(&rig, 24 << 20) else { return };
    let server = rig.start();
    let filler = disk.fill_up_to(size(clip) / 2);
    refused(rig.post(&server, clip).await).await; // the request says how long it is
    refused(post_unannounced(&rig, &server, clip).await).await; // only the disk says it
    until(Duration::from_secs(5), || rig.names("incoming").is_empty(), || "something is left".to_owned()).await;
    assert_eq!(rig.names("uploads"), [""; 0]);
    assert_eq!(rig.json(&server, "/api/videos").await["videos"].as_array().unwrap().len(), 0);

    drop(filler);
    drop(server);
    rig.set("VLOG_STORAGE_FREE_SPACE_FLOOR", "1GiB");
    let server = rig.start();
    refused(rig.post(&server, clip).await).await;
    assert_eq!((rig.names("incoming"), rig.names("uploads")), (Vec::new(), Vec::new()));
}

/// An upload without a length, as of a client that makes the file while it sends.
async fn post_unannounced(rig: &Rig, server: &Server, clip: &Path) -> reqwest::Result<reqwest::Response> {
    let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"clip.mp4\"\r\n\r\n";
    let pieces = [head.as_bytes().to_vec(), std::fs::read(clip).unwrap(), b"\r\n--b--\r\n".to_vec()];
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces.map(Ok::<_, std::io::Error>)));
    let request = rig.client.post(format!("{}/api/videos", server.admin_url)).body(body);
    request.header("content-type", "multipart/form-data; boundary=b").send().await
}

#[tokio::test]
async fn a_job_waits_while_the_disk_is_full() {
    let rig = Rig::new(&[]);
    let clip = &clips().encoded;
    let Some(disk) = SmallDisk::mount(&rig, 64 << 20) else { return };
    let server = rig.start();
    let filler = disk.fill_up_to(size(clip) + (1 << 20));
    let video = rig.upload(&server, clip).await;
    until_waiting(&rig, &server, video).await;
    let told = progress(&rig, &server, video).await;
    assert!(told["last_error"].as_str().unwrap().contains("disk is full"), "{told:#}");
    output::check_playlists(&rig);
    // it is tried again and again, and no try counts
    let first = until_tried(&rig, &server, video, 0).await;
    until_tried(&rig, &server, video, first).await;
    output::check_playlists(&rig);
    output::read(&rig);
    drop(filler);
    let ready = rig.until_status(&server, video, "ready").await;
    output::fetch_all(&rig, &server, ready["slug"].as_str().unwrap()).await;
    let tasks = rig.tasks().await;
    assert!(tasks.iter().all(|task| task.is("succeeded") && task.attempt == 1), "{tasks:#?}");
    rig.until_tidy().await;
}

/// Waits until an encode that was begun after `begun_ms` has found the disk full and is queued, as if it had never been
/// tried. Returns when it was begun.
async fn until_tried(rig: &Rig, server: &Server, video: i64, begun_ms: i64) -> i64 {
    let begun = Instant::now();
    loop {
        let tasks = rig.tasks().await;
        let tried = |task: &&TaskRow| task.is("queued") && task.kind == "encode" && task.error_code == "storage_full";
        if let Some(task) = tasks.iter().find(|task| tried(task) && task.started_at > begun_ms) {
            assert_eq!(task.attempt, 0, "{task:#?}");
            return task.started_at;
        }
        let progress = progress(rig, server, video).await;
        assert!(begun.elapsed() < JOB_LIMIT && progress["status"] != "ready", "{progress:#}\n{tasks:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn queued_jobs_wait_for_the_floor() {
    let mut rig = Rig::new(&[]);
    rig.pace(1);
    let server = rig.start();
    let video = rig.upload(&server, &clips().encoded).await;
    rig.until_encoding().await;
    server.kill9();
    rig.until_no_children().await;

    rig.set("VLOG_STORAGE_FREE_SPACE_FLOOR", "1000000GiB");
    rig.pace(0);
    let server = rig.start();
    refused(rig.post(&server, &clips().copied).await).await;
    until_waiting(&rig, &server, video).await;
    assert_eq!(rig.children(), [""; 0]);
    assert_eq!(server.terminate().status.code(), Some(0));

    rig.set("VLOG_STORAGE_FREE_SPACE_FLOOR", "0");
    let server = rig.start();
    rig.until_status(&server, video, "ready").await;
    assert!(progress(&rig, &server, video).await["waiting_reason"].is_null());
}
