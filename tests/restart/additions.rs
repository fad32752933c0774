//! A server that ends while something is added to a video that is watched.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::rig::{JOB_LIMIT, Rig, clips, until, write_program};
use super::server::Server;

/// The real ffmpeg; what makes seek bar pictures hangs as long as there is a file.
const HELD: &str = r#"#!/bin/sh
case "$*" in *tile=*)
    while [ -e "HOLD" ]; do sleep 0.05; done
esac
exec ffmpeg "$@"
"#;

async fn until_job(rig: &Rig, server: &Server, video: i64, wanted: &str) -> Value {
    let begun = Instant::now();
    loop {
        let page = rig.json(server, &format!("/api/jobs?kind=sprites&video_id={video}")).await;
        let job = &page["jobs"][0];
        if job["state"] == wanted {
            return job.clone();
        }
        assert!(job["state"] != "failed" && begun.elapsed() < JOB_LIMIT, "not {wanted}: {page:#}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn pictures_are_made_after_a_crash_and_the_video_is_watched_meanwhile() {
    let mut rig = Rig::new(&[("VLOG_SPRITE_SHEET_AUTO_GENERATE", "true")]);
    let (hold, program) = (rig.directory.path().join("hold"), rig.directory.path().join("ffmpeg"));
    write_program(&program, &HELD.replace("HOLD", &hold.display().to_string()));
    rig.set("VLOG_FFMPEG_PATH", &program.display().to_string());
    std::fs::write(&hold, "").unwrap();
    let mut server = rig.start();
    let video = rig.upload(&server, &clips().copied).await;
    rig.until_status(&server, video, "ready").await;
    for _ in 0..3 {
        until_job(&rig, &server, video, "running").await;
        let makes = || rig.children().iter().any(|line| line.contains("tile="));
        until(JOB_LIMIT, makes, || format!("nobody makes pictures: {:#?}", rig.children())).await;
        server.kill9();
        rig.until_no_children().await;
        server = rig.start();
        assert_eq!(rig.json(&server, &format!("/api/videos/{video}")).await["status"], "ready");
    }
    std::fs::remove_file(&hold).unwrap();
    until_job(&rig, &server, video, "succeeded").await;
    rig.until_tidy().await;
    let places = rig.names(&format!("videos/{video}/sprites"));
    assert_eq!(places.len(), 1, "{places:?}");
    let found = rig.json(&server, &format!("/api/videos/{video}")).await;
    let index = found["sprites_url"].as_str().unwrap();
    let text = rig.client.get(format!("{}{index}", server.public_url)).send().await.unwrap().text().await.unwrap();
    assert_eq!(text.matches("sheet-000.jpg#xywh=").count(), 30, "{text}");
    let sprites: Vec<_> = rig.tasks().await.into_iter().filter(|task| task.kind == "sprites").collect();
    assert!(sprites.len() == 1 && sprites[0].interruptions == 3 && sprites[0].attempt == 1, "{sprites:#?}");
}

#[tokio::test]
async fn what_runs_ends_with_its_video() {
    let mut rig = Rig::new(&[("VLOG_SPRITE_SHEET_AUTO_GENERATE", "true")]);
    let (hold, program) = (rig.directory.path().join("hold"), rig.directory.path().join("ffmpeg"));
    write_program(&program, &HELD.replace("HOLD", &hold.display().to_string()));
    rig.set("VLOG_FFMPEG_PATH", &program.display().to_string());
    std::fs::write(&hold, "").unwrap();
    let server = rig.start();
    let video = rig.upload(&server, &clips().copied).await;
    until_job(&rig, &server, video, "running").await;
    let makes = || rig.children().iter().any(|line| line.contains("tile="));
    until(JOB_LIMIT, makes, || format!("nobody makes pictures: {:#?}", rig.children())).await;
    rig.order(&server, reqwest::Method::DELETE, &format!("/api/videos/{video}")).await;
    until(Duration::from_secs(10), || !makes(), || format!("still made: {:#?}", rig.children())).await;
    rig.until_tidy().await;
    assert_eq!(rig.names("videos"), [""; 0]);
}
