//! What a server takes from whom: requests by hand, with the segments of an undisturbed run.

use std::path::PathBuf;

use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, StatusCode};
use ring::digest;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::lent::lending;
use crate::output;
use crate::rig::{Rig, clips};
use crate::server::Server;

/// Segments that fit, as one server alone makes them.
struct Made {
    _rig: Rig,
    directory: PathBuf,
}

impl Made {
    async fn new() -> Self {
        let rig = Rig::new(&[]);
        let server = rig.start();
        let video = rig.upload(&server, &clips().encoded).await;
        rig.until_status(&server, video, "ready").await;
        drop(server);
        let generation = rig.files().keys().find_map(|path| path.strip_suffix("/master.m3u8").map(str::to_owned));
        let directory = rig.storage.join(generation.unwrap());
        Self { directory, _rig: rig }
    }

    fn read(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.directory.join(path)).unwrap()
    }
}

/// Somebody who speaks for a worker.
pub struct Hand<'a> {
    http: reqwest::Client,
    server: &'a Server,
    key: String,
}

/// A task that was taken.
pub struct Taken {
    id: i64,
    token: Uuid,
    pub spec: Value,
}

impl Taken {
    /// All that it makes, in the order in which ffmpeg does.
    fn files(&self) -> Vec<String> {
        let first = self.spec["chunk"]["first_segment"].as_u64().unwrap();
        let count = self.spec["chunk"]["starts"].as_array().unwrap().len() as u64;
        let rungs = self.spec["rungs"].as_array().unwrap().iter().map(|rung| rung["name"].as_str().unwrap());
        let of = |rung: &str| {
            let segments = (first..first + count).map(|number| format!("{rung}/seg_{number:05}.m4s"));
            [format!("{rung}/init.mp4")].into_iter().chain(segments).collect::<Vec<_>>()
        };
        rungs.flat_map(of).collect()
    }

    fn outcome(&self) -> Value {
        let first = &self.spec["chunk"]["first_segment"];
        let count = self.spec["chunk"]["starts"].as_array().unwrap().len();
        let rungs = self.spec["rungs"].as_array().unwrap().iter();
        let ranges = rungs.map(|rung| json!({ "rendition": rung["name"], "first": first, "count": count }));
        json!({ "outcome": { "kind": "segments", "ranges": ranges.collect::<Vec<_>>(), "speed": 2.0 } })
    }
}

impl<'a> Hand<'a> {
    async fn new(rig: &Rig, server: &'a Server, name: &str) -> Self {
        Self::able(rig, server, name, &["libx264"]).await
    }

    /// Says that it has these encoders.
    pub async fn able(rig: &Rig, server: &'a Server, name: &str, encoders: &[&str]) -> Self {
        let key = rig.vlog(&["worker", "register", "--name", name]);
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let hand = Self { http, server, key };
        assert_eq!(hand.introduce(encoders).await["name"], name);
        hand
    }

    /// Comes, or comes back.
    async fn introduce(&self, encoders: &[&str]) -> Value {
        let able = json!({ "encoders": encoders, "ffmpeg": "5.1", "cores": 1, "memory_bytes": 1, "slots": 1 });
        let body = json!({ "version": "0.1.0", "capabilities": able, "load": {} });
        self.request(Method::POST, "register").json(&body).send().await.unwrap().json().await.unwrap()
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}/api/worker/{path}", self.server.worker_url));
        request.bearer_auth(&self.key).header("x-vlog-protocol", "1")
    }

    pub async fn claim(&self, token: Uuid, wait_seconds: u32) -> Option<Taken> {
        let body = json!({ "token": token, "wait_seconds": wait_seconds });
        let answer = self.request(Method::POST, "claim").json(&body).send().await.unwrap();
        if answer.status() == StatusCode::NO_CONTENT {
            return None;
        }
        assert_eq!(answer.status(), 200);
        let task: Value = answer.json().await.unwrap();
        Some(Taken { id: task["id"].as_i64().unwrap(), token, spec: task["spec"].clone() })
    }

    pub async fn take(&self) -> Taken {
        self.claim(Uuid::now_v7(), 30).await.unwrap()
    }

    pub fn of(&self, task: &Taken, method: Method, path: &str) -> RequestBuilder {
        self.request(method, &format!("tasks/{}/{path}", task.id)).header("x-vlog-lease", task.token.to_string())
    }

    fn put(&self, task: &Taken, path: &str, body: Vec<u8>) -> RequestBuilder {
        let sha256 = hex::encode(digest::digest(&digest::SHA256, &body));
        self.of(task, Method::PUT, path).header("x-vlog-sha256", sha256).body(body)
    }
}

/// Sends it and checks what becomes of it; `""`: it is taken.
async fn check(request: RequestBuilder, status: u16, code: &str) {
    let answer = request.send().await.unwrap();
    let (found, text) = (answer.status().as_u16(), answer.text().await.unwrap());
    assert_eq!(found, status, "{code}: {text}");
    if !code.is_empty() {
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["code"], code, "{text}");
    }
}

#[tokio::test]
async fn a_key_opens_its_own_tasks_and_nothing_else() {
    let (rig, made) = (lending(&[]), Made::new().await);
    let server = rig.start();
    let (one, other) = (Hand::new(&rig, &server, "one").await, Hand::new(&rig, &server, "other").await);
    let video = rig.upload(&server, &clips().encoded).await;
    let token = Uuid::now_v7();
    let task = one.claim(token, 30).await.unwrap();
    assert_eq!(one.claim(token, 0).await.unwrap().id, task.id, "an answer that was lost is given again");
    let files = task.files();
    let address = |file: &str| format!("files/{file}");

    // others, and those whose key is none
    let stranger = Taken { id: task.id, token: Uuid::now_v7(), spec: task.spec.clone() };
    for request in [
        other.of(&task, Method::GET, "source"),
        one.of(&stranger, Method::GET, "source"),
        other.put(&task, &address(&files[0]), made.read(&files[0])),
        other.of(&task, Method::POST, "finish").json(&task.outcome()),
        other.of(&task, Method::POST, "release"),
    ] {
        check(request, 409, "lease_lost").await;
    }
    let held = other.of(&task, Method::POST, "heartbeat").json(&json!({ "progress": 0.5, "speed": null, "load": {} }));
    assert_eq!(held.send().await.unwrap().json::<Value>().await.unwrap(), json!({ "held": false }));
    check(one.request(Method::GET, &format!("tasks/{}/source", task.id)), 400, "lease_missing").await;
    let bad_key = one.http.get(format!("{}/api/worker/tasks/{}/source", server.worker_url, task.id));
    let (begin, end) = one.key.split_at(one.key.len() - 1);
    let wrong = format!("{begin}{}", if end == "0" { "1" } else { "0" });
    check(bad_key.bearer_auth(wrong), 401, "worker_key_invalid").await;
    let admin = rig.client.get(format!("{}/api/worker/tasks/{}/source", server.worker_url, task.id));
    check(admin, 401, "worker_key_invalid").await;
    for (version, fix) in [("2", "update the server"), ("0", "update the worker")] {
        let request = one.http.post(format!("{}/api/worker/leave", server.worker_url)).bearer_auth(&one.key);
        let answer = request.header("x-vlog-protocol", version).send().await.unwrap();
        assert_eq!(answer.status(), 409);
        assert!(answer.text().await.unwrap().contains(fix));
    }

    // the source, with ranges
    let source = std::fs::read(&clips().encoded).unwrap();
    let range = one.of(&task, Method::GET, "source").header("range", "bytes=100-199").send().await.unwrap();
    assert_eq!((range.status().as_u16(), range.bytes().await.unwrap().to_vec()), (206, source[100..200].to_vec()));
    let beyond = one.of(&task, Method::GET, "source").header("range", format!("bytes={}-", source.len()));
    assert_eq!(beyond.send().await.unwrap().status(), 416);

    // files that are not the task's, or not what they say
    for name in
        ["../x/init.mp4", "%2e%2e/x", "480p/../480p/init.mp4", "4320p/init.mp4", "480p/seg_09999.m4s", "master.m3u8"]
    {
        let request = one.put(&task, &address(name), made.read(&files[0]));
        let status = request.send().await.unwrap().status().as_u16();
        assert!(matches!(status, 404 | 422), "{name}: {status}");
    }
    let segment = made.read(&files[1]);
    let wrong = one.of(&task, Method::PUT, &address(&files[1])).header("x-vlog-sha256", "00".repeat(32));
    check(wrong.body(segment.clone()), 422, "digest_mismatch").await;
    check(one.of(&task, Method::PUT, &address(&files[1])).body(segment.clone()), 400, "digest_missing").await;
    check(one.put(&task, &address(&files[1]), b"no segment".to_vec()), 422, "invalid_segment").await;
    check(one.put(&task, &address(&files[1]), vec![0; 50_000_001]), 413, "too_large").await;

    // not all of it
    check(one.of(&task, Method::POST, "finish").json(&task.outcome()), 409, "segments_missing").await;
    let less = json!({ "outcome": { "kind": "segments", "ranges": [], "speed": null } });
    check(one.of(&task, Method::POST, "finish").json(&less), 422, "invalid_value").await;

    // whole, but not what was planned: another picture, another time, a middle that is no beginning
    let mut smaller = made.read(&files[0]);
    let width = smaller.windows(4).rposition(|name| name == b"avc1").unwrap() + 28;
    smaller[width..width + 2].copy_from_slice(&100_u16.to_be_bytes());
    check(one.put(&task, &address(&files[0]), smaller), 422, "invalid_segment").await;
    check(one.put(&task, &address(&files[0]), made.read(&files[0])), 204, "").await;
    check(one.put(&task, &address(&files[1]), made.read(&files[2])), 422, "invalid_segment").await;
    check(one.put(&task, &address(&files[1]), without_key_frame(segment.clone())), 422, "invalid_segment").await;

    // out of order, some twice; init first, because segments are measured by it
    let (inits, segments): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.ends_with("init.mp4"));
    for file in inits.iter().chain(segments.iter().rev()).chain(segments.iter().take(1)) {
        check(one.put(&task, &address(file), made.read(file)), 204, "").await;
    }
    let mut other_init = made.read(&files[0]);
    let parameters = other_init.windows(4).position(|name| name == b"avcC").unwrap();
    other_init[parameters + 18] ^= 1; // in the picture's description
    check(one.put(&task, &address(&files[0]), other_init), 409, "init_mismatch").await;
    for _ in 0..2 {
        check(one.of(&task, Method::POST, "finish").json(&task.outcome()), 204, "").await;
    }
    check(one.put(&task, &address(&files[1]), segment), 409, "lease_lost").await;
    finish_the_rest(&rig, &one, &made, video).await;
}

/// The same, and its first picture says that it needs others.
fn without_key_frame(mut segment: Vec<u8>) -> Vec<u8> {
    let run = segment.windows(4).position(|name| name == b"trun").unwrap();
    let flags = u32::from_be_bytes(segment[run + 4..run + 8].try_into().unwrap());
    assert_eq!(flags & 1, 1, "a data offset comes first");
    // 14496-12, 8.8.8: flags of the first sample, or those of each after its duration and size
    let at = match flags {
        flags if flags & 4 != 0 => run + 16,
        flags if flags & 0x400 != 0 => run + 16 + 4 * (flags & 0x300).count_ones() as usize,
        _ => panic!("no flags: {flags:x}"),
    };
    segment[at + 1] |= 1;
    segment
}

/// The other tasks, as archives.
async fn finish_the_rest(rig: &Rig, hand: &Hand<'_>, made: &Made, video: i64) {
    while let Some(task) = hand.claim(Uuid::now_v7(), 3).await {
        let mut archive = tar::Builder::new(Vec::new());
        for file in task.files() {
            archive.append_path_with_name(made.directory.join(&file), &file).unwrap();
        }
        let archive = archive.into_inner().unwrap();
        let mut evil = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..9].copy_from_slice(b"../../bad");
        header.set_size(3);
        header.set_cksum();
        evil.append(&header, &b"bad"[..]).unwrap();
        check(hand.put(&task, "archive", evil.into_inner().unwrap()), 422, "invalid_value").await;
        check(hand.put(&task, "archive", archive[..archive.len() / 2].to_vec()), 400, "archive_broken").await;
        check(hand.put(&task, "archive", archive), 204, "").await;
        check(hand.of(&task, Method::POST, "finish").json(&task.outcome()), 204, "").await;
    }
    rig.until_status(hand.server, video, "ready").await;
    rig.until_tidy().await;
    output::compare(&output::read(rig), crate::lent::undisturbed().await);
}

/// What comes after the lease is lost, or the worker is disabled, changes nothing.
#[tokio::test]
async fn what_comes_too_late_is_refused() {
    let (rig, made) = (lending(&[]), Made::new().await);
    let server = rig.start();
    let (late, other) = (Hand::new(&rig, &server, "late").await, Hand::new(&rig, &server, "other").await);
    rig.upload(&server, &clips().encoded).await;
    let task = late.take().await;
    let files = task.files();
    check(late.put(&task, &format!("files/{}", files[0]), made.read(&files[0])), 204, "").await;
    rig.vlog(&["worker", "disable", "late"]);
    check(late.put(&task, &format!("files/{}", files[1]), made.read(&files[1])), 403, "worker_disabled").await;
    let again = other.take().await;
    assert_eq!(again.id, task.id, "others have it at once");
    rig.vlog(&["worker", "enable", "late"]);
    check(late.put(&task, &format!("files/{}", files[1]), made.read(&files[1])), 409, "lease_lost").await;
    check(late.of(&task, Method::POST, "finish").json(&task.outcome()), 409, "lease_lost").await;
    let failure = json!({ "retry": "never", "code": "ffmpeg_failed", "message": "x", "command": null, "stderr": null });
    check(late.of(&task, Method::POST, "fail").json(&failure), 409, "lease_lost").await;
    check(other.of(&again, Method::POST, "release"), 204, "").await;

    rig.vlog(&["worker", "drain", "late"]);
    assert!(late.claim(Uuid::now_v7(), 1).await.is_none(), "who drains gets nothing");
    let third = Hand::new(&rig, &server, "third").await;
    let given = other.take().await;
    let failure = json!({ "retry": "later", "code": "init_mismatch", "message": "x", "command": null, "stderr": null });
    check(other.of(&given, Method::POST, "fail").json(&failure), 204, "").await;
    let free = third.take().await;
    check(third.of(&free, Method::POST, "release"), 204, "").await;
    assert!(other.claim(Uuid::now_v7(), 1).await.is_none(), "whose encoder is another build gets no more of this job");
    other.introduce(&["libx264"]).await;
    let back = other.take().await; // it may have the right one by now
    check(other.of(&back, Method::POST, "release"), 204, "").await;
    rig.vlog(&["worker", "revoke", "other"]);
    check(other.request(Method::POST, "leave"), 401, "worker_key_invalid").await;
    rig.until_tidy().await;
}

/// What is not wanted any more is known at once, and not with the next heartbeat.
#[tokio::test]
async fn a_worker_hears_at_once_that_a_job_was_cancelled() {
    let rig = lending(&[]);
    let server = rig.start();
    let video = rig.upload(&server, &clips().encoded).await;
    let waits_for = async |reason: &str| {
        let begun = Instant::now();
        let path = format!("/api/videos/{video}/progress");
        while rig.json(&server, &path).await["waiting_reason"] != reason {
            assert!(begun.elapsed() < Duration::from_secs(60), "{}", rig.json(&server, &path).await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    waits_for("no_worker").await;
    let _other = Hand::able(&rig, &server, "another-kind", &["libx265"]).await;
    waits_for("no_encoder").await;
    let hand = Hand::new(&rig, &server, "listening").await;
    let task = hand.take().await;
    let heartbeat = async || {
        let body = json!({ "progress": 0.1, "speed": null });
        hand.of(&task, Method::POST, "heartbeat").json(&body).send().await.unwrap().json::<Value>().await.unwrap()
    };
    let ended = async |query: &str| {
        let answer = hand.request(Method::GET, &format!("leases{query}")).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["ended"].as_u64().unwrap()
    };
    let known = ended("").await;
    assert_eq!(ended(&format!("?after={known}&wait_seconds=1")).await, known, "there was nothing to tell");
    assert_eq!(heartbeat().await["held"], true);
    let cancel = format!("/api/videos/{video}/cancel");
    let query = format!("?after={known}&wait_seconds=30");
    let news = tokio::time::timeout(Duration::from_secs(20), async {
        tokio::join!(ended(&query), rig.order(&server, Method::POST, &cancel)).0
    });
    assert!(news.await.expect("it waited for nothing") > known);
    assert_eq!(heartbeat().await["held"], false);
}
