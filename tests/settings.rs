//! Settings of a running server: every one that a job reads steers ffmpeg or what becomes of its files, and changes of
//! other processes are seen. (`tests/api/settings.rs` has those that requests read.)
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test may fail by panicking")]

#[path = "support/postgres.rs"]
mod postgres;
#[allow(dead_code, reason = "shared by test programs that use different parts")]
#[path = "support/receiver.rs"]
mod receiver;
#[allow(dead_code, reason = "shared by test programs that use different parts")]
#[path = "support/server.rs"]
mod server;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use receiver::{Receiver, Reply};
use server::Server;

const PATIENCE: Duration = Duration::from_secs(90);

/// Writes down how it was called, from when to when, and may hang, once.
const SPY: &str = r#"#!/bin/sh
dir=DIRECTORY
case "$*" in *libx264*)
    if [ -e "$dir/hang" ]; then rm "$dir/hang"; exec sleep 300; fi
esac
begun=$(date +%s%N)
if [ -e "$dir/rest" ]; then sleep 0.7; fi
ffmpeg "$@"
code=$?
echo "$begun $(date +%s%N) nice=$(nice) as=$(ulimit -v) fsize=$(ulimit -f) cpu=$(ulimit -t) $*" >> "$dir/calls"
exit $code
"#;

struct Rig {
    directory: tempfile::TempDir,
    client: reqwest::Client,
    env: Vec<(String, String)>,
}

impl Rig {
    fn new(env: &[(&str, &str)]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default(); // again is no harm
        let directory = tempfile::tempdir().unwrap();
        let spy = directory.path().join("spy");
        std::fs::write(&spy, SPY.replace("DIRECTORY", &directory.path().display().to_string())).unwrap();
        std::fs::set_permissions(&spy, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut env: Vec<_> = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        env.push(("VLOG_FFMPEG_PATH".to_owned(), spy.display().to_string()));
        env.push(("VLOG_STREAMING_SEGMENT_DURATION".to_owned(), "2".to_owned()));
        let bearer = format!("Bearer {}", server::make_key(directory.path(), &env));
        let headers = [(reqwest::header::AUTHORIZATION, bearer.try_into().unwrap())].into_iter().collect();
        let client = reqwest::Client::builder().no_proxy().default_headers(headers).build().unwrap();
        Self { directory, client, env }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn start(&self) -> Server {
        Server::start(self.directory.path(), &self.env)
    }

    /// A clip of six seconds, made once.
    fn clip(&self, codec: &str) -> PathBuf {
        let path = self.path(&format!("{codec}.mp4"));
        let args = format!(
            "-v error -nostdin -y -f lavfi -i testsrc2=s=320x180:r=25:d=6 -f lavfi -i sine=d=6 \
             -c:v {codec} -g 25 -bf 0 -pix_fmt yuv420p -b:v 200k -c:a aac -shortest"
        );
        if !path.exists() {
            assert!(Command::new("ffmpeg").args(args.split_whitespace()).arg(&path).status().unwrap().success());
        }
        path
    }

    async fn upload(&self, server: &Server, file: &Path) -> i64 {
        let part = reqwest::multipart::Part::bytes(std::fs::read(file).unwrap()).file_name("clip.mp4");
        let form = reqwest::multipart::Form::new().part("file", part);
        let url = format!("{}/api/videos", server.admin_url);
        let response = self.client.post(url).multipart(form).send().await.unwrap();
        let body: Value = response.json().await.unwrap();
        body["video_id"].as_i64().unwrap_or_else(|| panic!("{body}"))
    }

    async fn json(&self, url: String) -> Value {
        self.client.get(url).send().await.unwrap().json().await.unwrap()
    }

    async fn ready(&self, server: &Server, id: i64) -> Value {
        let begun = Instant::now();
        loop {
            let video = self.json(format!("{}/api/videos/{id}", server.admin_url)).await;
            if video["status"] == "ready" {
                return video;
            }
            assert!(begun.elapsed() < PATIENCE && video["status"] != "failed", "{video}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Uploads a clip, waits, and gives the calls of ffmpeg that it took.
    async fn transcode(&self, server: &Server, codec: &str) -> (Value, Vec<Call>) {
        let _ = std::fs::remove_file(self.path("calls"));
        let id = self.upload(server, &self.clip(codec)).await;
        let video = self.ready(server, id).await;
        (video, self.calls())
    }

    /// Those that work on a file; a server also asks ffmpeg what it can do.
    fn calls(&self) -> Vec<Call> {
        let text = std::fs::read_to_string(self.path("calls")).unwrap_or_default();
        text.lines().map(Call::read).filter(|call| !call.text.ends_with("-encoders")).collect()
    }

    async fn change(&self, server: &Server, values: Value) {
        let request = self.client.patch(format!("{}/api/settings", server.admin_url)).json(&values);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    }

    /// Files of a rendition's segments.
    fn segments(&self, video: &Value, rendition: &str) -> usize {
        let videos = self.path(&format!("storage/videos/{}", video["id"]));
        let generation = std::fs::read_dir(videos).unwrap().next().unwrap().unwrap().path();
        let names = std::fs::read_dir(generation.join(rendition)).unwrap().map(|file| file.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().ends_with(".m4s")).count()
    }
}

#[derive(Debug)]
struct Call {
    begun: u64,
    ended: u64,
    text: String,
}

impl Call {
    fn read(line: &str) -> Self {
        let mut parts = line.splitn(3, ' ');
        let mut number = || parts.next().unwrap().parse().unwrap();
        let (begun, ended) = (number(), number());
        Self { begun, ended, text: parts.next().unwrap().to_owned() }
    }

    fn encodes(&self) -> bool {
        self.text.contains("libx264") || self.text.contains("libx265")
    }
}

fn any(calls: &[Call], part: &str) -> bool {
    calls.iter().any(|call| call.text.contains(part))
}

/// How many ran at once.
fn together<'a>(calls: impl Iterator<Item = &'a Call> + Clone) -> usize {
    let at = |moment: u64| calls.clone().filter(|call| call.begun <= moment && moment < call.ended).count();
    calls.clone().map(|call| at(call.begun)).max().unwrap_or(0)
}

#[tokio::test]
async fn what_is_changed_steers_the_next_job() {
    let rig = Rig::new(&[]);
    let server = rig.start();
    let (first, calls) = rig.transcode(&server, "libx264").await;
    assert!(!calls.iter().any(Call::encodes), "it is copied: {calls:#?}");
    assert!(!any(&calls, "ebur128"));
    assert_eq!(rig.segments(&first, "180p"), 3);
    let manifest =
        |video: &Value| format!("{}/videos/{}/manifest.mpd", server.public_url, video["slug"].as_str().unwrap());
    assert_eq!(rig.client.get(manifest(&first)).send().await.unwrap().status(), 200);
    let sources = || std::fs::read_dir(rig.path("storage/uploads")).unwrap().count();
    assert_eq!(sources(), 1, "the source is kept");

    let values = json!({
        "transcoding.copy": false,
        "transcoding.preset": "superfast",
        "transcoding.codecs": ["h264", "hevc"],
        "transcoding.ladder": [{ "height": 180, "max_rate": 310_000 }, { "height": 90, "max_rate": 110_000 }],
        "transcoding.loudness": -20,
        "transcoding.nice": 15,
        "limits.ffmpeg_memory": "6GiB",
        "limits.ffmpeg_output": "512MiB",
        "limits.ffmpeg_cpu": "3h",
        "streaming.segment_duration": 3,
        "streaming.enable_dash": false,
        "storage.keep_source": "never",
    });
    rig.change(&server, values).await;
    let (second, calls) = rig.transcode(&server, "libx264").await;
    let encodes: Vec<_> = calls.iter().filter(|call| call.text.contains("libx264")).collect();
    assert!(!encodes.is_empty() && encodes.iter().all(|call| call.text.contains("-preset superfast")), "{calls:#?}");
    assert!(any(&calls, "libx265"), "{calls:#?}");
    assert!(any(&calls, "ebur128"), "{calls:#?}");
    let own = Command::new("nice").output().unwrap();
    let own: i32 = String::from_utf8(own.stdout).unwrap().trim().parse().unwrap();
    let niceness = format!("nice={} ", (own + 15).min(19));
    assert!(encodes.iter().all(|call| call.text.contains(&niceness)), "{niceness}: {calls:#?}");
    // 15 halved, for the sound, which viewers wait for
    let urgent = format!("nice={} ", (own + 7).min(19));
    let sounds = || calls.iter().filter(|call| call.text.contains("ebur128"));
    assert!(sounds().all(|call| call.text.contains(&urgent)), "{urgent}: {calls:#?}");
    assert!(any(&calls, &format!("as={} ", 6 << 20)), "KiB: {calls:#?}");
    assert!(any(&calls, &format!("fsize={} ", 1 << 20)), "blocks of 512 bytes: {calls:#?}");
    assert!(any(&calls, "cpu=10800 "), "seconds: {calls:#?}");
    assert_eq!([rig.segments(&second, "180p"), rig.segments(&second, "90p")], [2, 2]);
    assert!(any(&calls, "310000") && any(&calls, "110000"), "caps of the ladder: {calls:#?}");
    for video in [&first, &second] {
        assert_eq!(rig.client.get(manifest(video)).send().await.unwrap().status(), 404, "no DASH");
    }
    assert_eq!(second["dash_url"], Value::Null);
    assert_eq!(sources(), 1, "that of the first");
    rig.change(&server, json!({ "streaming.enable_dash": true })).await;
    for video in [&first, &second] {
        assert_eq!(rig.client.get(manifest(video)).send().await.unwrap().status(), 200, "DASH again, for all");
    }
}

#[tokio::test]
async fn a_changed_preset_leaves_a_running_job_whole() {
    let rig = Rig::new(&[("VLOG_TRANSCODING_SLOTS", "1")]);
    let server = rig.start();
    std::fs::write(rig.path("rest"), "").unwrap();
    let id = rig.upload(&server, &rig.clip("mpeg4")).await;
    let begun = Instant::now();
    while !rig.calls().iter().any(Call::encodes) && begun.elapsed() < PATIENCE {
        rig.change(&server, json!({ "transcoding.preset": "fast" })).await; // after the plan as a rule
        tokio::time::sleep(Duration::from_millis(20)).await;
        rig.change(&server, json!({ "transcoding.preset": "ultrafast" })).await;
    }
    rig.ready(&server, id).await;
    let calls = rig.calls();
    let preset =
        |call: &Call| call.text.split("-preset ").nth(1).map(|rest| rest.split(' ').next().unwrap().to_owned());
    let mut presets: Vec<_> = calls.iter().filter(|call| call.encodes()).map(preset).collect();
    presets.dedup();
    assert_eq!(presets.len(), 1, "{presets:?}");
}

#[tokio::test]
async fn pools_take_their_new_size() {
    let rig = Rig::new(&[("VLOG_TRANSCODING_SLOTS", "1"), ("VLOG_TRANSCODING_LIGHT_SLOTS", "1")]);
    std::fs::write(rig.path("rest"), "").unwrap();
    let server = rig.start();
    let three = async || {
        let _ = std::fs::remove_file(rig.path("calls"));
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(rig.upload(&server, &rig.clip("mpeg4")).await);
        }
        for id in ids {
            rig.ready(&server, id).await;
        }
        let calls = rig.calls();
        let (heavy, light): (Vec<_>, Vec<_>) = calls.iter().partition(|call| call.encodes());
        (together(heavy.into_iter()), together(light.into_iter()))
    };
    let slots = async |wanted: u32| {
        let begun = Instant::now();
        loop {
            let pools = rig.json(format!("{}/api/pools", server.admin_url)).await;
            if pools["pools"][0]["slots"] == wanted {
                break;
            }
            assert!(begun.elapsed() < PATIENCE, "{pools}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    slots(1).await;
    rig.change(&server, json!({ "transcoding.local": false })).await;
    slots(0).await;
    rig.change(&server, json!({ "transcoding.local": null })).await;
    slots(1).await;
    assert_eq!(three().await, (1, 1));
    rig.change(&server, json!({ "transcoding.slots": 3, "transcoding.light_slots": 3 })).await;
    let (heavy, light) = three().await;
    assert!((2..=3).contains(&heavy) && (2..=3).contains(&light), "{heavy} {light}");
}

#[tokio::test]
async fn videos_are_encoded_again_as_many_at_once_as_set() {
    let rig = Rig::new(&[("VLOG_TRANSCODING_SLOTS", "1")]);
    let server = rig.start();
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(rig.upload(&server, &rig.clip("mpeg4")).await);
    }
    for id in &ids {
        rig.ready(&server, *id).await;
    }
    let slots = async |wanted: u32| {
        let begun = Instant::now();
        loop {
            let pools = rig.json(format!("{}/api/pools", server.admin_url)).await;
            let pool = pools["pools"].as_array().unwrap().iter().find(|pool| pool["name"] == "reencode").unwrap();
            if pool["slots"] == wanted {
                break;
            }
            assert!(begun.elapsed() < PATIENCE, "{pools}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    slots(1).await;
    rig.change(&server, json!({ "reencode.slots": 2, "reencode.batch_size": 1 })).await;
    slots(2).await;
    let paused = rig.client.post(format!("{}/api/pools/light/pause", server.admin_url)).send().await.unwrap();
    assert_eq!(paused.status(), 200);
    let all = rig.client.post(format!("{}/api/reencode/queue-all", server.admin_url)).json(&json!({})).send().await;
    assert_eq!(all.unwrap().json::<Value>().await.unwrap()["queued_count"], 3);
    let begun = async || {
        let list = rig.json(format!("{}/api/reencode/jobs", server.admin_url)).await;
        let jobs = list["jobs"].as_array().unwrap().clone();
        jobs.iter().filter(|job| job["waiting_reason"] != "earlier_jobs").count()
    };
    assert_eq!(begun().await, 1, "one after the other");
    rig.change(&server, json!({ "reencode.batch_size": 2 })).await;
    let waits = Instant::now();
    while begun().await < 2 {
        assert!(waits.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let resumed = rig.client.post(format!("{}/api/pools/light/resume", server.admin_url)).send().await.unwrap();
    assert_eq!(resumed.status(), 200);
    while rig.json(format!("{}/api/reencode/status", server.admin_url)).await["queue_stats"]["completed"] != 3 {
        assert!(waits.elapsed() < PATIENCE, "the last one begins, too");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_stalled_ffmpeg_is_stopped_after_the_new_time() {
    let rig = Rig::new(&[]);
    let server = rig.start();
    rig.change(&server, json!({ "transcoding.stall_timeout": "1s" })).await;
    std::fs::write(rig.path("hang"), "").unwrap();
    let begun = Instant::now();
    rig.transcode(&server, "mpeg4").await;
    assert!(!rig.path("hang").exists());
    assert!(begun.elapsed() < Duration::from_secs(60), "the old time is two minutes");
}

/// The server goes on, the job says what it lacks, and goes on by itself when it has it.
#[tokio::test]
async fn an_ffmpeg_that_wants_too_much_memory_fails_alone() {
    let rig = Rig::new(&[]);
    let server = rig.start();
    let clip = rig.path("large.mp4");
    let args = "-v error -nostdin -f lavfi -i testsrc2=s=1920x1080:r=25:d=2 -c:v mpeg4 -q:v 5";
    assert!(Command::new("ffmpeg").args(args.split_whitespace()).arg(&clip).status().unwrap().success());
    rig.change(&server, json!({ "limits.ffmpeg_memory": "500MiB" })).await;
    let id = rig.upload(&server, &clip).await;
    let begun = Instant::now();
    loop {
        let job = rig.json(format!("{}/api/jobs?video_id={id}", server.admin_url)).await;
        if job.to_string().contains("more memory than it may have") {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{job:#}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    rig.change(&server, json!({ "limits.ffmpeg_memory": null })).await;
    rig.ready(&server, id).await;
}

#[tokio::test]
async fn tasks_wait_while_too_little_space_is_free() {
    let rig = Rig::new(&[]);
    let server = rig.start();
    std::fs::write(rig.path("rest"), "").unwrap();
    let id = rig.upload(&server, &rig.clip("mpeg4")).await;
    rig.change(&server, json!({ "storage.free_space_floor": "900TiB" })).await;
    let begun = Instant::now();
    loop {
        let progress = rig.json(format!("{}/api/videos/{id}/progress", server.admin_url)).await;
        if progress.to_string().contains("storage_full") {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{progress}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    rig.change(&server, json!({ "storage.free_space_floor": null })).await;
    rig.ready(&server, id).await;
}

#[tokio::test]
async fn encoding_waits_while_it_is_paused_and_outside_its_hours() {
    let rig = Rig::new(&[]);
    let server = rig.start();
    let pool = async |order: &str| -> Value {
        let request = rig.client.post(format!("{}/api/pools/encode/{order}", server.admin_url));
        request.send().await.unwrap().json().await.unwrap()
    };
    assert_eq!(pool("pause").await["paused"], true);
    let id = rig.upload(&server, &rig.clip("mpeg4")).await;
    let waits = async |reason: &str| {
        let begun = Instant::now();
        loop {
            let progress = rig.json(format!("{}/api/videos/{id}/progress", server.admin_url)).await;
            let pools = rig.json(format!("{}/api/pools", server.admin_url)).await;
            if progress["waiting_reason"] == reason && pools["pools"][0]["waiting"]["code"] == reason {
                break;
            }
            assert!(begun.elapsed() < PATIENCE && progress["status"] != "ready", "{progress} {pools}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    waits("paused").await;
    let now = jiff::Zoned::now();
    let at = |hours: i64| now.saturating_add(jiff::Span::new().hours(hours)).strftime("%H:%M").to_string();
    rig.change(&server, json!({ "transcoding.schedule": format!("{}-{}", at(2), at(4)) })).await;
    assert_eq!(pool("resume").await["paused"], false);
    waits("outside_schedule").await;
    rig.change(&server, json!({ "transcoding.schedule": format!("{}-{}", at(-1), at(2)) })).await;
    rig.ready(&server, id).await;
    let unknown = rig.client.post(format!("{}/api/pools/nothing/pause", server.admin_url)).send().await.unwrap();
    assert_eq!(unknown.status(), 404);
}

#[tokio::test]
async fn messages_at_once_are_as_many_as_set() {
    let env = [("VLOG_WEBHOOKS_ALLOW_NETWORKS", "127.0.0.0/8"), ("VLOG_WEBHOOKS_MAX_CONCURRENT_DELIVERIES", "1")];
    let rig = Rig::new(&env);
    let server = rig.start();
    let slow = Receiver::answering(|_| Reply { after: Duration::from_millis(700), ..Reply::of(200) });
    for name in ["one", "two", "three"] {
        let body = json!({ "name": name, "url": slow.url("/"), "events": ["video.uploaded", "video.deleted"] });
        let made = rig.client.post(format!("{}/api/webhooks", server.admin_url)).json(&body).send().await.unwrap();
        assert_eq!(made.status(), 200, "{}", made.text().await.unwrap());
    }
    let id = rig.upload(&server, &rig.clip("libx264")).await;
    slow.until(3).await;
    assert_eq!(slow.most.load(Ordering::SeqCst), 1);
    rig.change(&server, json!({ "webhooks.max_concurrent_deliveries": 3 })).await;
    let deleted = rig.client.delete(format!("{}/api/videos/{id}", server.admin_url)).send().await.unwrap();
    assert_eq!(deleted.status(), 200);
    slow.until(6).await;
    assert_eq!(slow.most.load(Ordering::SeqCst), 3, "one for each receiver");
}

#[tokio::test]
async fn seek_bar_pictures_are_as_set() {
    let rig = Rig::new(&[]);
    let server = rig.start();
    let sprites = async |id: i64| rig.json(format!("{}/api/videos/{id}/sprites", server.admin_url)).await;
    let id = rig.upload(&server, &rig.clip("libx264")).await;
    rig.ready(&server, id).await;
    assert_eq!(sprites(id).await["status"], Value::Null, "not asked for");

    let change =
        json!({ "sprites.on_upload": true, "sprites.interval": 1, "sprites.tile_width": 80, "sprites.slots": 3 });
    rig.change(&server, change).await;
    let made = async |id: i64| {
        let begun = Instant::now();
        loop {
            let found = sprites(id).await;
            if found["status"] == "completed" {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE && found["status"] != "failed", "{found}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let id = rig.upload(&server, &rig.clip("libx264")).await;
    rig.ready(&server, id).await;
    let sheets = &made(id).await["sheets"];
    assert_eq!((&sheets["frame_width"], &sheets["frame_height"]), (&json!(80), &json!(46)));
    assert_eq!((&sheets["interval"], &sheets["tiles"]), (&json!(1), &json!(6)));
    let pools = rig.json(format!("{}/api/pools", server.admin_url)).await;
    let pool = pools["pools"].as_array().unwrap().iter().find(|pool| pool["name"] == "sprites").unwrap();
    assert_eq!(pool["slots"], 3);

    let video = async || rig.json(format!("{}/api/videos/{id}", server.admin_url)).await;
    assert!(video().await["sprites_url"].is_string());
    rig.change(&server, json!({ "sprites.enabled": false })).await;
    assert_eq!(video().await["sprites_url"], Value::Null);
    let asked = rig.client.post(format!("{}/api/videos/{id}/sprites/generate", server.admin_url)).send().await.unwrap();
    assert_eq!(asked.status(), 409);
    let body: Value = asked.json().await.unwrap();
    assert_eq!(body["code"], "sprites_disabled");
}

/// Two servers with one database and a storage each, and the command line.
async fn processes_agree(database: &str) {
    let env = [("VLOG_DATABASE_URL", database), ("VLOG_DATABASE_SETTINGS_REFRESH", "300ms")];
    let (rig, elsewhere) = (Rig::new(&env), tempfile::tempdir().unwrap());
    let (one, other) = (rig.start(), Server::start(elsewhere.path(), &rig.env));
    let seen = async |server: &Server, value: &str| {
        let begun = Instant::now();
        loop {
            let found = rig.json(format!("{}/api/settings/display.tagline", server.admin_url)).await;
            if found["value"] == value {
                return (begun.elapsed(), found);
            }
            assert!(begun.elapsed() < Duration::from_secs(5), "{found}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    rig.change(&one, json!({ "display.tagline": "Ours" })).await;
    let (took, _) = seen(&other, "Ours").await;
    println!("the other server saw it after {took:?}");

    let vlog = |arguments: &[&str], variable: Option<(&str, &str)>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vlog"));
        command.arg("settings").args(arguments).args(["--database-url", database]);
        let output = command.envs(variable).current_dir(rig.directory.path()).output().unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    assert_eq!(vlog(&["get", "display.tagline"], None).1, "Ours\n");
    assert_eq!(vlog(&["set", "display.tagline", "Yours"], None).1, "display.tagline = Yours  # database\n");
    for server in [&one, &other] {
        assert_eq!(seen(server, "Yours").await.1["updated_by"], "command line");
    }
    let list = vlog(&["list"], None).1;
    assert!(list.contains("display.tagline = Yours") && list.contains("transcoding.preset = balanced"), "{list}");
    let (code, _, error) = vlog(&["set", "transcoding.nice", "99"], None);
    assert_eq!((code, error.contains("0 to 19")), (1, true), "{error}");
    let (code, _, error) = vlog(&["set", "display.taglin", "x"], None);
    assert_eq!((code, error.contains("did you mean display.tagline?")), (1, true), "{error}");
    let export = vlog(&["export"], None).1;
    std::fs::write(rig.path("export.json"), &export).unwrap();
    assert_eq!(vlog(&["reset", "display.tagline"], None).1, "display.tagline =   # default\n");
    seen(&other, "").await;
    assert_eq!(vlog(&["import", "export.json"], None).1, "1 settings are taken over.\n");
    seen(&one, "Yours").await;
    let moved = vlog(&["migrate-from-env"], Some(("VLOG_TRANSCODING_NICE", "7")));
    assert!(moved.1.contains("transcoding.nice = 7"), "{moved:?}");
    assert_eq!(vlog(&["get", "transcoding.nice"], None).1, "7\n");
    let ladder = r#"[{"height":1080,"max_rate":4000000}]"#;
    let said = vlog(&["set", "transcoding.ladder", ladder], None).1;
    assert_eq!(said, format!("transcoding.ladder = {ladder}  # database\n"));
    assert_eq!(vlog(&["get", "transcoding.ladder"], None).1, format!("{ladder}\n"));
    let (code, _, error) = vlog(&["set", "transcoding.ladder", "[{\"hight\":1}]"], None);
    assert_eq!((code, error.contains("unknown field `hight`")), (1, true), "{error}");
    let (code, _, error) = vlog(&["set", "oidc.client_secret", "between us"], None);
    assert_eq!((code, error.contains("standard input")), (1, true), "{error}");
    std::fs::write(rig.path("secret"), "between us\n").unwrap();
    let from_input = |key: Option<(&str, &str)>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vlog"));
        command.args(["settings", "set", "oidc.client_secret", "-", "--database-url", database]).envs(key);
        let input = std::fs::File::open(rig.path("secret")).unwrap();
        let output = command.stdin(input).current_dir(rig.directory.path()).output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let keyless = from_input(None);
    assert!(keyless.1.contains("The server's secret, which secrets are sealed with, is not there"), "{keyless:?}");
    let stored = from_input(Some(("VLOG_SECRET_KEY", server::SECRET_KEY)));
    assert_eq!(stored.0, "oidc.client_secret = ***  # database\n", "{}", stored.1);
    assert!(vlog(&["export"], None).1.contains("\"left_out\": [\n    \"oidc.client_secret\""));
    assert_eq!(vlog(&["set", "transcoding.loudness", "-16"], None).1, "transcoding.loudness = -16  # database\n");
}

#[tokio::test]
async fn processes_agree_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    processes_agree(&format!("sqlite://{}/vlog.db", directory.path().display())).await;
}

#[tokio::test]
async fn processes_agree_on_postgres() {
    processes_agree(&postgres::new_database()).await;
}

/// A mistyped path must not leave a new database behind.
#[test]
fn the_command_line_makes_no_database() {
    let directory = tempfile::tempdir().unwrap();
    let output =
        Command::new(env!("CARGO_BIN_EXE_vlog")).args(["settings", "list"]).current_dir(directory.path()).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("There is no database at"));
    assert!(!directory.path().join("data").exists());
}

/// That of the configuration before there is a database, then what was set.
#[test]
fn the_command_line_lists_the_model_that_is_set() {
    let directory = tempfile::tempdir().unwrap();
    let vlog = |arguments: &[&str]| server::vlog(directory.path(), &[], arguments);
    let set = || {
        let list = vlog(&["models", "list"]);
        let lines = list.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        lines.filter(|words| words.contains(&"set")).map(|words| words[0].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(set(), ["base"]);
    vlog(&["user", "create", "tests", "--role", "admin"]); // makes the database
    vlog(&["settings", "set", "transcription.whisper_model", "small"]);
    assert_eq!(set(), ["small"]);
}

/// Which test shows what a setting steers: file, test, settings.
#[rustfmt::skip]
const PROOFS: &[(&str, &str, &[&str])] = &[
    ("tests/api/settings.rs", "pages_show_what_was_chosen", &["http.public_url", "display.tagline", "display.show_tagline"]),
    ("tests/api/private_site.rs", "strangers_get_the_way_in_and_nothing_else", &["access.private"]),
    ("tests/api/visibility.rs", "a_link_is_good_for_a_time", &["access.media_link_lifetime"]),
    ("tests/api/oidc.rs", "what_becomes_of_whom_the_provider_knows_is_a_setting", &["oidc.client_id", "oidc.client_secret", "oidc.scopes", "oidc.role_claim", "oidc.admin_values", "oidc.editor_values", "oidc.default_role", "oidc.name"]),
    ("tests/api/accounts.rs", "a_session_ends_for_good", &["accounts.session_lifetime"]),
    ("tests/api/limits.rs", "limits_are_settings", &["rate_limiting.enabled", "rate_limiting.public_default", "rate_limiting.public_videos_list"]),
    ("tests/api/limits.rs", "an_account_has_one_limit_everywhere", &["rate_limiting.admin_default"]),
    ("tests/api/limits.rs", "each_class_has_its_own_limit_for_each_address", &["rate_limiting.admin_upload", "rate_limiting.worker_default"]),
    ("tests/api/audit.rs", "files_are_as_many_as_was_set_and_none_when_switched_off", &["audit.enabled", "audit.backup_count"]),
    ("tests/api/audit.rs", "files_follow_the_database", &["audit.max_bytes"]),
    ("tests/api/audit.rs", "old_entries_are_forgotten_when_asked_for", &["audit.retention_days"]),
    ("tests/settings.rs", "what_is_changed_steers_the_next_job", &["storage.keep_source", "streaming.segment_duration", "streaming.enable_dash", "transcoding.preset", "transcoding.codecs", "transcoding.ladder", "transcoding.loudness", "transcoding.nice", "transcoding.copy", "limits.ffmpeg_memory", "limits.ffmpeg_output", "limits.ffmpeg_cpu"]),
    ("tests/settings.rs", "tasks_wait_while_too_little_space_is_free", &["storage.free_space_floor"]),
    ("tests/api/settings.rs", "limits_hold_for_the_next_upload", &["storage.max_upload_size", "limits.max_duration", "limits.max_pixels", "limits.max_frame_rate", "limits.max_pixel_rate", "limits.max_streams"]),
    ("tests/api/settings.rs", "old_generations_stay_for_the_grace_period", &["storage.generation_grace"]),
    ("tests/settings.rs", "pools_take_their_new_size", &["transcoding.slots", "transcoding.local", "transcoding.light_slots"]),
    ("tests/settings.rs", "videos_are_encoded_again_as_many_at_once_as_set", &["reencode.slots", "reencode.batch_size"]),
    ("tests/settings.rs", "encoding_waits_while_it_is_paused_and_outside_its_hours", &["transcoding.schedule"]),
    ("tests/api/jobs.rs", "a_pause_is_told_live", &["transcoding.paused"]),
    ("tests/worker/hardware.rs", "a_device_that_fails_loses_nothing", &["transcoding.hardware"]),
    ("src/media/ffmpeg/hardware.rs", "the_sessions_of_a_card_are_a_setting", &["transcoding.hardware_sessions"]),
    ("tests/settings.rs", "a_stalled_ffmpeg_is_stopped_after_the_new_time", &["transcoding.stall_timeout"]),
    ("tests/api/webhooks.rs", "nothing_is_told_while_webhooks_are_switched_off", &["webhooks.enabled"]),
    ("tests/api/webhooks.rs", "rests_are_as_set_and_as_asked_for", &["webhooks.max_retries", "webhooks.retry_base_delay", "webhooks.retry_backoff_multiplier"]),
    ("tests/api/webhooks.rs", "answers_mean_what_they_say", &["webhooks.request_timeout"]),
    ("tests/api/webhooks.rs", "an_address_is_checked_at_each_connection", &["webhooks.allow_networks"]),
    ("tests/api/webhooks.rs", "old_messages_are_forgotten", &["webhooks.retention_days"]),
    ("tests/api/webhooks.rs", "alerts_come_to_their_receiver_and_not_too_often", &["alerts.rate_limit", "alerts.webhook_timeout"]),
    ("tests/api/webhooks.rs", "the_receiver_of_alerts_is_a_setting", &["alerts.webhook_url"]),
    ("tests/speech/ends.rs", "what_is_set_holds_for_the_next_film", &["transcription.enabled", "transcription.on_upload", "transcription.whisper_model", "transcription.language", "transcription.timeout", "transcription.slots", "transcription.threads"]),
    ("tests/settings.rs", "messages_at_once_are_as_many_as_set", &["webhooks.max_concurrent_deliveries"]),
    ("tests/settings.rs", "seek_bar_pictures_are_as_set", &["sprites.enabled", "sprites.on_upload", "sprites.interval", "sprites.tile_width", "sprites.slots"]),
    ("tests/api/settings.rs", "event_streams_take_their_rhythm", &["sse.heartbeat_interval", "sse.reconnect_timeout_ms"]),
];

/// A setting that nothing reads, or that nobody tested, is not let in.
#[test]
fn every_setting_has_a_test_that_shows_what_it_steers() {
    let settings: Vec<_> = vlog::config::KEYS.iter().filter(|key| key.runtime).collect();
    assert!(settings.len() > 40);
    for key in &settings {
        let proven = PROOFS.iter().any(|(_, _, keys)| keys.contains(&key.name));
        assert!(proven, "write a test that changes {} and sees what comes of it, and name it in PROOFS", key.name);
    }
    for (file, test, keys) in PROOFS {
        let source = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let body = source.split(&format!("fn {test}(")).nth(1).and_then(|rest| rest.split("#[").next());
        let body = body.unwrap_or_else(|| panic!("{file} has no test {test}"));
        for name in *keys {
            let key = settings.iter().find(|key| key.name == *name);
            let key = key.unwrap_or_else(|| panic!("{name} is no setting any more"));
            let said = [
                format!("\"{name}\""),
                format!("/{name}\""),
                format!("config.{name}"),
                format!("\"{}\"", key.variable),
            ];
            assert!(said.iter().any(|said| body.contains(said)), "{file}: {test} does not speak of {name}");
        }
    }
}
