//! Videos that are encoded again while they are watched: nobody notices before the new version is whole, whatever happens.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::postgres;
use crate::rig::{JOB_LIMIT, Rig, clips, until};
use crate::server::Server;

/// Smaller pictures than the first time, and a codec more.
fn other() -> Value {
    json!({
        "transcoding.ladder": [{ "height": 240, "max_rate": 400_000 }, { "height": 120, "max_rate": 150_000 }],
        "transcoding.codecs": ["h264", "hevc"],
        "transcoding.copy": false,
        "transcoding.preset": "ultrafast",
    })
}

pub async fn change(rig: &Rig, server: &Server, changes: &Value) {
    let answer = rig.client.patch(format!("{}/api/settings", server.admin_url)).json(changes).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
}

async fn ask(rig: &Rig, server: &Server, video: i64) -> (u16, Value) {
    let body = json!({ "video_ids": [video] });
    let url = format!("{}/api/reencode/queue", server.admin_url);
    let answer = rig.client.post(url).json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// Encodes a video again; the number of its job.
pub async fn again(rig: &Rig, server: &Server, video: i64) -> i64 {
    let (status, body) = ask(rig, server, video).await;
    assert_eq!(status, 200, "{body}");
    body["jobs"][0].as_i64().unwrap()
}

/// Waits until the job has ended like this; the video is complete all the time.
pub async fn until_job(rig: &Rig, server: &Server, (job, video): (i64, i64), wanted: &str) -> Value {
    let begun = Instant::now();
    loop {
        let found = rig.json(server, &format!("/api/jobs/{job}")).await;
        let seen = rig.json(server, &format!("/api/videos/{video}")).await;
        assert!(seen["status"] == "ready" && seen["error_code"].is_null(), "{seen:#}");
        if found["state"] == wanted {
            return found;
        }
        let is_over = ["failed", "cancelled", "succeeded"].iter().any(|state| found["state"] == *state);
        assert!(!is_over && begun.elapsed() < JOB_LIMIT, "{found:#}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn qualities(video: &Value) -> Vec<String> {
    let names = video["qualities"].as_array().unwrap().iter();
    names.map(|quality| quality["name"].as_str().unwrap().to_owned()).collect()
}

/// Directories of the generations of a video.
fn generations(rig: &Rig, video: i64) -> BTreeSet<String> {
    rig.names(&format!("videos/{video}")).into_iter().filter(|name| name.starts_with('g')).collect()
}

/// What is listed in a playlist, and in those that it lists.
pub async fn listed(rig: &Rig, url: url::Url) -> Vec<url::Url> {
    let (mut found, mut lists) = (Vec::new(), vec![url]);
    while let Some(list) = lists.pop() {
        let text = fetch(rig, &list).await;
        let named = text.lines().filter_map(|line| match line.strip_prefix('#') {
            None => Some(line).filter(|line| !line.is_empty()),
            Some(tag) => tag.split_once("URI=\"").and_then(|(_, rest)| rest.split('"').next()),
        });
        for name in named {
            let address = list.join(name).unwrap();
            if name.ends_with(".m3u8") { lists.push(address) } else { found.push(address) }
        }
    }
    found
}

async fn fetch(rig: &Rig, url: &url::Url) -> String {
    let answer = rig.client.get(url.clone()).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{url}");
    String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned()
}

fn master(server: &Server, video: &Value) -> url::Url {
    let url = format!("{}/videos/{}/master.m3u8", server.public_url, video["slug"].as_str().unwrap());
    url.parse().unwrap()
}

async fn is_changed_under_viewers(rig: Rig) {
    let server = rig.start();
    let id = rig.upload(&server, &clips().copied).await;
    let before = rig.until_status(&server, id, "ready").await;
    let (old, old_files) = (generations(&rig, id), listed(&rig, master(&server, &before)).await);
    let watched = Arc::new((AtomicBool::new(true), AtomicUsize::new(0)));
    let watching = tokio::spawn({
        let (client, files, watched) = (rig.client.clone(), old_files.clone(), Arc::clone(&watched));
        async move {
            while watched.0.load(Ordering::SeqCst) {
                for url in &files {
                    let answer = client.get(url.clone()).send().await.unwrap();
                    assert_eq!(answer.status(), 200, "{url}");
                    assert!(!answer.bytes().await.unwrap().is_empty());
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
                watched.1.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    let hook =
        json!({ "name": "n", "url": "https://1.1.1.1/", "events": ["video.ready", "video.playable", "video.failed"] });
    rig.client.post(format!("{}/api/webhooks", server.admin_url)).json(&hook).send().await.unwrap();
    change(&rig, &server, &other()).await;
    let job = again(&rig, &server, id).await;
    assert_eq!(ask(&rig, &server, id).await.1["code"], "job_active");
    let (mut seen, begun) = (BTreeSet::new(), Instant::now());
    loop {
        let video = rig.json(&server, &format!("/api/videos/{id}")).await;
        seen.insert((qualities(&video), video["status"].as_str().unwrap().to_owned()));
        if rig.json(&server, &format!("/api/jobs/{job}")).await["state"] == "succeeded" {
            break;
        }
        assert!(begun.elapsed() < JOB_LIMIT, "{:#?}", rig.tasks().await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let rounds = watched.1.load(Ordering::SeqCst);
    until(JOB_LIMIT, || watched.1.load(Ordering::SeqCst) > rounds, || "nothing is fetched any more".to_owned()).await;
    watched.0.store(false, Ordering::SeqCst);
    watching.await.unwrap();
    let now = rig.json(&server, &format!("/api/videos/{id}")).await;
    assert_eq!(qualities(&now), ["240p", "240p-hevc", "120p", "120p-hevc"]);
    let states = [qualities(&before), qualities(&now)].map(|names| (names, "ready".to_owned()));
    assert!(seen.iter().all(|state| states.contains(state)), "all of one or all of the other: {seen:?}");
    for url in listed(&rig, master(&server, &now)).await {
        assert!(!old_files.contains(&url));
        fetch(&rig, &url).await;
    }
    for field in ["title", "slug", "published_at", "visibility", "duration"] {
        assert_eq!(before[field], now[field], "{field}");
    }
    fetch(
        &rig,
        &now["thumbnail_url"]
            .as_str()
            .map(|url| server.public_url.parse::<url::Url>().unwrap().join(url).unwrap())
            .unwrap(),
    )
    .await;
    let told = rig.json(&server, "/api/webhooks").await["webhooks"][0].clone();
    let counts = ["pending_deliveries", "successful_deliveries", "failed_deliveries"].map(|count| told[count].clone());
    assert_eq!(counts, [0, 0, 0].map(|count| json!(count)), "it was ready before: {told:#}");
    let kinds: BTreeSet<String> = rig.tasks().await.into_iter().map(|task| task.kind).collect();
    assert!(kinds.contains("reencode") && kinds.contains("analyse"), "{kinds:?}");
    assert!(
        generations(&rig, id).is_superset(&old) && generations(&rig, id).len() == 2,
        "for those who still watch it"
    );
    change(&rig, &server, &json!({ "storage.generation_grace": "0s" })).await;
    server.kill9();
    let server = rig.start();
    assert!(generations(&rig, id).is_disjoint(&old), "nobody watches it any more");
    fetch(&rig, &master(&server, &now)).await;
}

#[tokio::test]
async fn a_video_is_encoded_again_while_it_is_watched() {
    is_changed_under_viewers(Rig::new(&[])).await;
}

#[tokio::test]
async fn a_video_is_encoded_again_while_it_is_watched_on_postgres() {
    let url = postgres::new_database();
    is_changed_under_viewers(Rig::new(&[("VLOG_DATABASE_URL", &url)])).await;
}

/// A video that is complete, and all its files; then an encoder of its second version that takes its time.
async fn complete(rig: &mut Rig) -> (Server, i64, Value, BTreeSet<String>) {
    rig.pace(0);
    let server = rig.start();
    let id = rig.upload(&server, &clips().encoded).await;
    let video = rig.until_status(&server, id, "ready").await;
    change(rig, &server, &other()).await;
    let files = rig.files().into_keys().filter(|path| path.starts_with("videos/")).collect();
    rig.pace(2);
    (server, id, video, files)
}

/// Waits until the second version has a segment.
async fn until_begun(rig: &Rig, before: &BTreeSet<String>) {
    rig.until_encoding().await;
    let segment = || rig.files().keys().any(|path| !before.contains(path) && path.ends_with("p/seg_00000.m4s"));
    until(JOB_LIMIT, segment, || "no segment".to_owned()).await;
}

#[tokio::test]
async fn a_kill_half_way_takes_nothing_from_viewers_and_the_work_goes_on() {
    let mut rig = Rig::new(&[]);
    let (server, id, before, files) = complete(&mut rig).await;
    let job = again(&rig, &server, id).await;
    until_begun(&rig, &files).await;
    server.kill9();
    let server = rig.start();
    let now = rig.json(&server, &format!("/api/videos/{id}")).await;
    assert_eq!((qualities(&now), &now["status"]), (qualities(&before), &json!("ready")));
    for url in listed(&rig, master(&server, &before)).await {
        fetch(&rig, &url).await;
    }
    rig.pace(0);
    rig.kill_encoders(); // those that read the old pace
    until_job(&rig, &server, (job, id), "succeeded").await;
    let now = rig.json(&server, &format!("/api/videos/{id}")).await;
    assert_eq!(qualities(&now), ["240p", "240p-hevc", "120p", "120p-hevc"]);
    assert_eq!(rig.json(&server, "/api/reencode/status").await["queue_stats"]["completed"], 1);
}

#[tokio::test]
async fn what_is_stopped_or_fails_leaves_the_old_version_and_nothing_else() {
    let mut rig = Rig::new(&[]);
    let (server, id, before, files) = complete(&mut rig).await;
    let old = || -> BTreeSet<String> { rig.files().into_keys().filter(|path| path.starts_with("videos/")).collect() };
    let job = again(&rig, &server, id).await;
    until_begun(&rig, &files).await;
    rig.order(&server, Method::DELETE, &format!("/api/reencode/jobs/{job}")).await;
    until_job(&rig, &server, (job, id), "cancelled").await;
    rig.until_no_children().await;
    assert_eq!(old(), files, "what was half made is gone");

    let uploads = rig.storage.join("uploads");
    let source: PathBuf = std::fs::read_dir(&uploads).unwrap().next().unwrap().unwrap().path();
    let away = rig.directory.path().join("away");
    std::fs::rename(&source, &away).unwrap();
    let job = again(&rig, &server, id).await;
    let failed = until_job(&rig, &server, (job, id), "failed").await;
    assert_eq!(failed["error"]["code"], "source_missing", "{failed:#}");
    assert_eq!(old(), files);
    let now = rig.json(&server, &format!("/api/videos/{id}")).await;
    assert_eq!(qualities(&now), qualities(&before));

    std::fs::rename(&away, &source).unwrap();
    rig.pace(0);
    let answer = rig.client.post(format!("{}/api/jobs/{job}/retry", server.admin_url)).send().await.unwrap();
    let next: Value = answer.json().await.unwrap();
    assert_eq!((next["kind"].as_str(), next["id"] == job), (Some("reencode"), false), "another job: {next}");
    until_job(&rig, &server, (next["id"].as_i64().unwrap(), id), "succeeded").await;
    let now = rig.json(&server, &format!("/api/videos/{id}")).await;
    assert_eq!(qualities(&now)[0], "240p");
}

/// Files that a server left behind that was killed before it could remove them.
#[tokio::test]
async fn half_of_a_generation_is_removed_at_the_next_start() {
    let mut rig = Rig::new(&[]);
    let (server, id, _, files) = complete(&mut rig).await;
    let job = again(&rig, &server, id).await;
    until_begun(&rig, &files).await;
    let [_, new] = &generations(&rig, id).into_iter().collect::<Vec<_>>()[..] else { panic!() };
    rig.order(&server, Method::POST, &format!("/api/jobs/{job}/cancel")).await;
    server.kill9();
    let left = rig.storage.join(format!("videos/{id}/{new}/240p"));
    std::fs::create_dir_all(&left).unwrap();
    std::fs::write(left.join("init.mp4"), "half").unwrap();
    drop(rig.start());
    assert_eq!(rig.files().into_keys().filter(|path| path.starts_with("videos/")).collect::<BTreeSet<_>>(), files);
}
