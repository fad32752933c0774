//! Ends that somebody asked for: of the server, of a job, of a video. And starts that must be refused.

use std::time::{Duration, Instant};

use reqwest::Method;

use super::output;
use super::rig::{CHILD_LIMIT, Rig, clips, until, write_program};

/// What a stop may take beside the grace period.
const STOP_LIMIT: Duration = Duration::from_secs(5);

#[tokio::test]
async fn sigterm_lets_a_chunk_end_or_gives_it_back() {
    let mut rig = Rig::new(&[("VLOG_TRANSCODING_DRAIN_GRACE", "60s"), ("VLOG_TRANSCODING_SLOTS", "1")]);
    rig.pace(4); // the first chunk is 4 seconds long
    let server = rig.start();
    let video = rig.upload(&server, &clips().encoded).await;
    rig.until_encoding().await;
    let asked_ms = vlog::db::now_ms();
    let stopped = tokio::task::spawn_blocking(move || server.terminate()).await.unwrap();
    assert_eq!(stopped.status.code(), Some(0));
    assert!(stopped.took < Duration::from_secs(15), "{stopped:?}");
    let tasks = rig.tasks().await;
    assert!(tasks.iter().all(|task| task.is("succeeded") || task.is("queued")), "{tasks:#?}");
    assert!(tasks.iter().any(|task| task.kind == "encode" && task.is("succeeded") && task.finished_at > asked_ms));
    assert!(tasks.iter().all(|task| task.started_at <= asked_ms + 50), "something was begun: {tasks:#?}");
    assert_eq!(rig.children(), [""; 0]);
    rig.until_tidy().await;

    rig.set("VLOG_TRANSCODING_DRAIN_GRACE", "1s");
    rig.pace(1);
    let server = rig.start();
    rig.until_encoding().await;
    let stopped = tokio::task::spawn_blocking(move || server.terminate()).await.unwrap();
    assert_eq!(stopped.status.code(), Some(0));
    let (least, most) = (Duration::from_secs(1), Duration::from_secs(1) + STOP_LIMIT);
    assert!((least..most).contains(&stopped.took), "{stopped:?}");
    assert_eq!(rig.children(), [""; 0]);
    let tasks = rig.tasks().await;
    assert!(tasks.iter().all(|task| task.is("succeeded") || task.is("queued") && task.attempt == 0), "{tasks:#?}");
    assert!(tasks.iter().any(|task| task.kind == "encode" && task.is("queued") && task.started_at > 0), "{tasks:#?}");
    rig.until_tidy().await;
    output::check_playlists(&rig);

    rig.pace(0);
    let server = rig.start();
    rig.until_status(&server, video, "ready").await;
    let tasks = rig.tasks().await;
    assert!(tasks.iter().all(|task| task.is("succeeded") && task.attempt == 1), "{tasks:#?}");
}

#[tokio::test]
async fn a_cancelled_job_ends_at_once_and_can_be_taken_up_again() {
    let mut rig = Rig::new(&[]);
    rig.pace(1);
    let server = rig.start();
    let video = rig.upload(&server, &clips().encoded).await;
    rig.until_encoding().await;
    rig.until_status(&server, video, "playable").await;
    let done = finished_encodes(&rig).await;
    rig.order(&server, Method::POST, &format!("/api/videos/{video}/cancel")).await;
    rig.until_no_children().await;
    let found = rig.json(&server, &format!("/api/videos/{video}")).await;
    assert_eq!((found["status"].as_str(), found["error_code"].as_str()), (Some("failed"), Some("cancelled")));
    let cancel = rig.client.post(format!("{}/api/videos/{video}/cancel", server.admin_url)).send().await.unwrap();
    assert_eq!(cancel.status(), 409);
    rig.until_tidy().await;
    super::faults::watched_as_far_as_it_got(&server, &found).await;

    rig.order(&server, Method::POST, &format!("/api/videos/{video}/retry")).await;
    assert_eq!(rig.json(&server, &format!("/api/videos/{video}")).await["status"], "playable");
    rig.until_encoding().await;
    // at once after another: the new attempt must not meet what is left of the old one
    rig.order(&server, Method::POST, &format!("/api/videos/{video}/cancel")).await;
    rig.pace(0);
    rig.order(&server, Method::POST, &format!("/api/videos/{video}/retry")).await;
    let ready = rig.until_status(&server, video, "ready").await;
    output::fetch_all(&rig, &server, ready["slug"].as_str().unwrap()).await;
    let tasks = rig.tasks().await;
    assert!(tasks.iter().all(|task| task.is("succeeded") && task.attempt == 1), "{tasks:#?}");
    assert!(finished_encodes(&rig).await.starts_with(&done), "finished chunks were encoded again");
    rig.until_tidy().await;
}

/// Encodes that succeeded, and when.
async fn finished_encodes(rig: &Rig) -> Vec<(i64, i64)> {
    let tasks = rig.tasks().await;
    let finished = tasks.iter().filter(|task| task.kind == "encode" && task.is("succeeded"));
    finished.map(|task| (task.id, task.finished_at)).collect()
}

#[tokio::test]
async fn deleting_a_video_that_is_encoded_leaves_nothing() {
    let mut rig = Rig::new(&[]);
    rig.pace(1);
    let server = rig.start();
    let video = rig.upload(&server, &clips().encoded).await;
    rig.until_encoding().await;
    let made = || rig.files().keys().any(|path| path.starts_with("videos/") && path.ends_with(".m4s"));
    until(Duration::from_secs(30), made, || "no segment came".to_owned()).await;
    rig.order(&server, Method::DELETE, &format!("/api/videos/{video}")).await;
    rig.until_no_children().await;
    rig.until_tidy().await;
    let is_ours = |path: &String| path == ".lock" || path.starts_with("audit/");
    let left = || rig.files().into_keys().filter(|path| !is_ours(path)).collect::<Vec<_>>();
    until(CHILD_LIMIT, || left().is_empty(), || format!("left behind: {:?}", left())).await;
    // nothing comes back
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(1) {
        assert_eq!((left(), rig.children()), (Vec::new(), Vec::new()));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(rig.tasks().await, []);
    assert!(rig.names("videos").is_empty(), "{:?}", rig.names("videos"));
}

#[tokio::test]
async fn a_start_without_a_usable_ffmpeg_is_refused() {
    let mut rig = Rig::new(&[("VLOG_FFMPEG_PATH", "/nonexistent/ffmpeg")]);
    let refused = rig.try_start().err().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.output.contains("/nonexistent/ffmpeg was not found"), "{}", refused.output);
    assert!(refused.output.contains("apt install ffmpeg") && refused.output.contains("ffmpeg.path"));

    let old = rig.directory.path().join("old-ffmpeg");
    write_program(&old, "#!/bin/sh\necho 'ffmpeg version 4.4.2-0ubuntu0.22.04.1 Copyright (c) 2000-2021'\n");
    rig.set("VLOG_FFMPEG_PATH", &old.display().to_string());
    let refused = rig.try_start().err().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.output.contains("ffmpeg 4.4.2-0ubuntu0.22.04.1 is too old"), "{}", refused.output);
    assert!(refused.output.contains("5.1 or newer"), "{}", refused.output);

    rig.set("VLOG_FFMPEG_PATH", "ffmpeg");
    rig.set("VLOG_FFPROBE_PATH", "/nonexistent/ffprobe");
    let refused = rig.try_start().err().unwrap();
    assert!(refused.output.contains("/nonexistent/ffprobe was not found"), "{}", refused.output);
}

#[tokio::test]
async fn a_start_sets_aside_what_no_video_has_and_trusts_no_empty_database() {
    let mut rig = Rig::new(&[]);
    let server = rig.start();
    let video = rig.upload(&server, &clips().copied).await;
    rig.until_status(&server, video, "ready").await;
    rig.until_tidy().await;
    server.kill9();
    let before: Vec<String> = rig.files().into_keys().collect();
    for orphan in ["uploads/orphan", "incoming/half", "work/7-old/480p/seg_00000.m4s", "videos/99/g1/init.mp4"] {
        let path = rig.storage.join(orphan);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x").unwrap();
    }
    let old = ["lost/2026-01-01T000000Z/uploads/old", "lost/by-hand/uploads/old"].map(|path| rig.storage.join(path));
    for path in &old {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x").unwrap();
    }
    let server = rig.start();
    assert!(server.log().contains("count=2"), "{}", server.log());
    server.kill9();
    assert!(!old[0].exists() && old[1].exists(), "only what is old and ours is removed");
    std::fs::remove_dir_all(rig.storage.join("lost/by-hand")).unwrap();
    let (lost, kept): (Vec<_>, Vec<_>) = rig.files().into_keys().partition(|path| path.starts_with("lost/"));
    assert_eq!(kept, before);
    let lost: Vec<&str> = lost.iter().map(|path| path.splitn(3, '/').nth(2).unwrap()).collect();
    assert_eq!(lost, ["uploads/orphan", "videos/99/g1/init.mp4"]);

    let before: Vec<String> = rig.files().into_keys().collect();
    let empty = format!("sqlite://{}", rig.directory.path().join("other.db").display());
    rig.set("VLOG_DATABASE_URL", &empty);
    let server = rig.start();
    assert!(server.log().contains("Is database.url right?"), "{}", server.log());
    assert_eq!(rig.files().into_keys().collect::<Vec<_>>(), before);
}

#[tokio::test]
async fn a_second_server_on_the_same_storage_is_refused() {
    let rig = Rig::new(&[]);
    let server = rig.start();
    let refused = rig.try_start().err().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.output.contains("another vlog server uses the storage"), "{}", refused.output);
    server.kill9();
    drop(rig.start()); // a crash leaves no lock behind
}
