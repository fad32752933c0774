//! A fault at the very end of a job, when no task is left that could fail: the files are spoilt from outside while the
//! encoder still runs. The job must not look busy for ever, and an admin must be able to take it up again.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;

use super::output;
use super::rig::{JOB_LIMIT, Rig, clips, until};
use super::server::Server;

/// Tries and rests between them.
const GIVE_UP_LIMIT: Duration = Duration::from_secs(40);

/// A server with a job whose first segment stands on disk while more are being made, its video, and its generation.
async fn half_way() -> (Rig, Server, i64, PathBuf) {
    let mut rig = Rig::new(&[]);
    rig.pace(3);
    let server = rig.start();
    let video = rig.upload(&server, &clips().copied).await;
    let is_first = |path: &String| path.starts_with("videos/") && path.ends_with("360p/seg_00000.m4s");
    let first = || rig.files().into_keys().find(is_first);
    until(JOB_LIMIT, || first().is_some(), || "no segment comes".to_owned()).await;
    let generation = Path::new(&first().unwrap()).ancestors().nth(2).unwrap().to_owned();
    (rig, server, video, generation)
}

async fn until_failed(rig: &Rig, server: &Server, video: i64) -> Value {
    let begun = Instant::now();
    loop {
        let found = rig.json(server, &format!("/api/videos/{video}")).await;
        if found["status"] == "failed" {
            return found;
        }
        assert!(found["status"] != "ready", "nothing went wrong: {found:#}");
        assert!(begun.elapsed() < GIVE_UP_LIMIT, "{found:#}\n{:#?}", rig.tasks().await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn tries(server: &Server) -> usize {
    server.log().lines().filter(|line| line.contains("a job could not be completed")).count()
}

/// The last manifest cannot be written; when it can, a retry only completes what is there.
#[tokio::test]
async fn an_unwritable_manifest_fails_the_job() {
    let (rig, server, video, generation) = half_way().await;
    let obstacle = rig.storage.join(&generation).join("manifest.mpd");
    std::fs::create_dir_all(obstacle.join("in the way")).unwrap();
    let failed = until_failed(&rig, &server, video).await;
    assert_eq!(failed["error_code"], "storage_failed", "{failed:#}");
    assert!(failed["error_message"].as_str().unwrap().contains("manifest.mpd"), "{failed:#}");
    assert_eq!(tries(&server), 4, "{}", server.log());
    let before = rig.tasks().await;
    assert!(before.iter().all(|task| task.is("succeeded")), "{before:#?}");

    std::fs::remove_dir_all(&obstacle).unwrap();
    rig.order(&server, Method::POST, &format!("/api/videos/{video}/retry")).await;
    rig.until_status(&server, video, "ready").await;
    assert_eq!(rig.tasks().await, before, "nothing is made twice");
    output::check_playlists(&rig);
    assert!(obstacle.is_file());
}

/// A segment is gone: it must not be published as whole, and a retry makes everything anew.
#[tokio::test]
async fn a_lost_segment_fails_the_job() {
    let (rig, server, video, generation) = half_way().await;
    std::fs::remove_file(rig.storage.join(&generation).join("360p/seg_00000.m4s")).unwrap();
    let failed = until_failed(&rig, &server, video).await;
    assert_eq!(failed["error_code"], "generation_damaged", "{failed:#}");
    assert!(failed["error_message"].as_str().unwrap().contains("360p/seg_00000.m4s"), "{failed:#}");

    rig.order(&server, Method::POST, &format!("/api/videos/{video}/retry")).await;
    let ready = rig.until_status(&server, video, "ready").await;
    output::fetch_all(&rig, &server, ready["slug"].as_str().unwrap()).await;
    let made = rig.files().into_keys().filter(|path| path.ends_with("360p/seg_00000.m4s")).collect::<Vec<_>>();
    assert!(made.len() == 1 && !Path::new(&made[0]).starts_with(&generation), "{made:?}");
}
