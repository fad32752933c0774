//! A fault at the very end of a job, when no task is left that could fail: the files are spoilt from outside while the
//! encoder still runs. The job must not look busy for ever, and an admin must be able to take it up again.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;

use super::output;
use super::rig::{JOB_LIMIT, Rig, TaskRow, clips, until, write_program};
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

/// A server with a job of which only the pictures are missing, its video, and the file that holds them up.
async fn all_but_pictures() -> (Rig, Server, i64, PathBuf) {
    let mut rig = Rig::new(&[]);
    let (script, hold) = (rig.directory.path().join("ffmpeg"), rig.directory.path().join("hold"));
    std::fs::write(&hold, "").unwrap();
    let text =
        "#!/bin/sh\ncase \"$*\" in *image2pipe*) while [ -e HOLD ]; do sleep 0.05; done;; esac\nexec ffmpeg \"$@\"\n";
    write_program(&script, &text.replace("HOLD", &hold.display().to_string()));
    rig.set("VLOG_FFMPEG_PATH", &script.display().to_string());
    let server = rig.start();
    let video = rig.upload(&server, &clips().copied).await;
    let begun = Instant::now();
    loop {
        let tasks = rig.tasks().await;
        let is_left = |task: &&TaskRow| task.kind != "thumbnail" && !task.is("succeeded");
        if tasks.iter().any(|task| task.kind == "encode") && tasks.iter().find(is_left).is_none() {
            return (rig, server, video, hold);
        }
        assert!(begun.elapsed() < JOB_LIMIT, "{tasks:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
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
    let (rig, server, video, hold) = all_but_pictures().await;
    let manifest = rig.files().into_keys().find(|path| path.ends_with("manifest.mpd")).unwrap();
    let obstacle = rig.storage.join(manifest);
    // it grew until now; what was made last is in it when it changes no more
    let rests = || obstacle.metadata().unwrap().modified().unwrap().elapsed().is_ok_and(|age| age.as_secs() >= 1);
    until(JOB_LIMIT, rests, || "the manifest does not come to rest".to_owned()).await;
    std::fs::remove_file(&obstacle).unwrap();
    std::fs::create_dir_all(obstacle.join("in the way")).unwrap();
    std::fs::remove_file(hold).unwrap();
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

/// A segment is gone while the server runs: it is not published as whole, and what made it runs again.
#[tokio::test]
async fn a_lost_segment_is_made_again() {
    let (rig, server, video, generation) = half_way().await;
    let lost = rig.storage.join(&generation).join("360p/seg_00000.m4s");
    std::fs::remove_file(&lost).unwrap();
    let ready = rig.until_status(&server, video, "ready").await;
    output::fetch_all(&rig, &server, ready["slug"].as_str().unwrap()).await;
    assert!(lost.is_file(), "the generation that viewers have goes on");
    let again: Vec<_> = rig.tasks().await.into_iter().filter(|task| task.attempt > 1).collect();
    assert!(again.len() == 1 && again[0].kind == "encode", "{again:#?}");
}

/// What a power cut leaves of files that were not on the disk yet: empty ones, and none. Only what made them runs again.
#[tokio::test]
async fn damage_found_at_the_start_is_made_again() {
    let calm = Rig::new(&[]);
    let server = calm.start();
    let video = calm.upload(&server, &clips().copied).await;
    calm.until_status(&server, video, "ready").await;
    drop(server);

    let (rig, server, video, generation) = half_way().await;
    let is_done = |tasks: &[TaskRow], kind: &str| tasks.iter().any(|task| task.kind == kind && task.is("succeeded"));
    let begun = Instant::now();
    loop {
        let tasks = rig.tasks().await;
        if ["copy", "audio", "encode"].iter().all(|kind| is_done(&tasks, kind)) {
            assert!(tasks.iter().any(|task| !task.is("succeeded")), "too late: {tasks:#?}");
            break;
        }
        assert!(begun.elapsed() < JOB_LIMIT, "{tasks:#?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    server.kill9();
    rig.until_no_children().await;
    let file = |name: &str| rig.storage.join(&generation).join(name);
    for empty in ["360p/seg_00000.m4s", "360p/stream.m3u8", "480p/init.mp4", "master.m3u8", "manifest.mpd"] {
        std::fs::write(file(empty), "").unwrap();
    }
    std::fs::remove_file(file("audio-0/seg_00002.m4s")).unwrap();

    let server = rig.start();
    rig.until_status(&server, video, "ready").await;
    assert_eq!(tries(&server), 0, "{}", server.log());
    let again = rig.tasks().await.into_iter().filter(|task| task.attempt > 1).map(|task| task.kind);
    assert_eq!(again.collect::<Vec<_>>(), ["audio", "copy", "encode"]);
    output::compare(&output::read(&rig), &output::read(&calm));
}

/// One chunk breaks ffmpeg each time. The others are made all the same, and once whatever was wrong is mended, only that
/// chunk is made anew.
#[tokio::test]
async fn a_bad_chunk_is_set_aside() {
    let mut rig = Rig::new(&[]);
    let (script, bad) = (rig.directory.path().join("ffmpeg"), rig.directory.path().join("bad"));
    std::fs::write(&bad, "").unwrap();
    let text = "#!/bin/sh\n[ -e BAD ] && case \"$*\" in *\"-start_number 2 \"*) echo 'no such picture' >&2; exit 1;; esac\n\
                exec ffmpeg \"$@\"\n";
    write_program(&script, &text.replace("BAD", &bad.display().to_string()));
    rig.set("VLOG_FFMPEG_PATH", &script.display().to_string());
    let server = rig.start();
    let video = rig.upload(&server, &clips().copied).await;
    let failed = rig.until_status(&server, video, "failed").await;
    assert!(failed["error_message"].as_str().unwrap().contains("All but one part"), "{failed:#}");
    let tasks = rig.tasks().await;
    let (broken, rest): (Vec<_>, Vec<_>) = tasks.into_iter().partition(|task| task.is("failed"));
    assert!(broken.len() == 1 && broken[0].attempt == 5, "{broken:#?}");
    assert!(rest.len() > 4 && rest.iter().all(|task| task.is("succeeded")), "{rest:#?}");
    watched_as_far_as_it_got(&server, &failed).await;

    std::fs::remove_file(&bad).unwrap();
    rig.order(&server, Method::POST, &format!("/api/videos/{video}/retry")).await;
    rig.until_status(&server, video, "ready").await;
    let after = rig.tasks().await;
    assert!(rest.iter().all(|task| after.contains(task)), "nothing else is made twice");
    output::check_playlists(&rig);
}

/// Viewers keep what there is: they find it, nobody tells them what broke, and no player waits for more.
pub async fn watched_as_far_as_it_got(server: &Server, failed: &Value) {
    let slug = failed["slug"].as_str().unwrap();
    let get = async |path: &str| {
        let response = reqwest::Client::new().get(format!("{}{path}", server.public_url)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.unwrap()
    };
    let list: Value = serde_json::from_str(&get("/api/videos").await).unwrap();
    assert_eq!(list["videos"][0]["slug"], slug, "{list:#}");
    let video: Value = serde_json::from_str(&get(&format!("/api/videos/{slug}")).await).unwrap();
    assert_eq!((&video["status"], &video["error_message"]), (&Value::from("failed"), &Value::Null), "{video:#}");
    let mpd = get(video["dash_url"].as_str().unwrap()).await;
    assert!(mpd.contains("type=\"static\"") && !mpd.contains("minimumUpdatePeriod"), "{mpd}");
    assert_eq!(mpd.matches("<Representation ").count(), mpd.matches("<SegmentTimeline>").count(), "{mpd}");
    let master = get(video["stream_url"].as_str().unwrap()).await;
    let variants: Vec<_> = master.lines().filter(|line| line.ends_with("/stream.m3u8")).collect();
    assert!(
        !variants.is_empty() && variants.len() == video["qualities"].as_array().unwrap().len(),
        "{master}\n{video:#}"
    );
    for variant in &variants {
        let playlist = get(&format!("/videos/{slug}/{variant}")).await;
        assert!(playlist.trim_end().ends_with("#EXT-X-ENDLIST"), "{variant}: {playlist}");
        let last = playlist.lines().rfind(|line| line.ends_with(".m4s")).unwrap();
        let directory = variant.trim_end_matches("stream.m3u8");
        let file = reqwest::get(format!("{}/videos/{slug}/{directory}{last}", server.public_url)).await.unwrap();
        assert_eq!(file.status(), 200, "{variant}: {last}");
    }
}
