//! A server with a model that hears English, clips of people who speak, and what listens as the system sees it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use reqwest::header::AUTHORIZATION;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::server::{Server, make_key};

/// How long anything may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// People who read aloud, and what they read.
const READERS: &str = "/usr/share/pocketsphinx/test/data/librivox";
/// Holds the sound back as long as a file is there.
const SLOW: &str =
    "#!/bin/sh\ncase \"$*\" in *f32le*) while [ -e HOLD ]; do sleep 0.05; done ;; esac\nexec ffmpeg \"$@\"\n";

/// Where the models are that the tests listen with.
pub fn models() -> &'static Path {
    static MODELS: OnceLock<PathBuf> = OnceLock::new();
    MODELS.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(Command::new(root.join(".ci/speech")).status().unwrap().success(), "there is no model to listen with");
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        target.join("speech")
    })
}

/// What the readers say, in lower case without punctuation.
pub fn read_aloud() -> Vec<String> {
    let text = std::fs::read_to_string(Path::new(READERS).join("transcription"));
    let text = text.expect("apt-get install pocketsphinx-testdata");
    let said = |line: &str| line.split("</s>").next().unwrap().replace("<s>", "").replace("mister", "mr");
    let words: Vec<String> = text.lines().flat_map(|line| words(&said(line))).collect();
    // the transcript has a slip of the tongue that nobody hears
    assert!(words.len() > 60, "{words:?}");
    words
}

/// As they are compared.
pub fn words(text: &str) -> Vec<String> {
    let plain = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    text.replace('-', " ").split_whitespace().map(plain).filter(|word: &String| !word.is_empty()).collect()
}

/// Words that have to be changed, added or removed, against all.
pub fn error_rate(said: &[String], heard: &[String]) -> f64 {
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (i, word) in said.iter().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, other) in heard.iter().enumerate() {
            let exchanged = before + usize::from(word != other);
            before = row[j + 1];
            row[j + 1] = exchanged.min(row[j] + 1).min(before + 1);
        }
    }
    row[heard.len()] as f64 / said.len() as f64
}

pub struct Rig {
    pub directory: tempfile::TempDir,
    client: reqwest::Client,
    env: Vec<(String, String)>,
}

impl Rig {
    /// With the model of the tests.
    pub fn new() -> Self {
        let model = models().join("ggml-tiny.en-q8_0.bin");
        Self::with(&[("VLOG_TRANSCRIPTION_MODEL_PATH", model.to_str().unwrap())])
    }

    /// With what is named, and without a model.
    pub fn with(env: &[(&str, &str)]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default(); // again is no harm
        let directory = tempfile::Builder::new().prefix("vlog-speech-").tempdir().unwrap();
        let slow = directory.path().join("ffmpeg");
        let script = SLOW.replace("HOLD", directory.path().join("hold").to_str().unwrap());
        std::fs::write(&slow, script).unwrap();
        std::fs::set_permissions(&slow, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let always = [
            ("VLOG_FFMPEG_PATH", slow.to_str().unwrap()),
            ("VLOG_TRANSCODING_PRESET", "ultrafast"),
            ("VLOG_DATABASE_SETTINGS_REFRESH", "200ms"),
        ];
        let env: Vec<_> =
            always.iter().chain(env).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let key = make_key(directory.path(), &env);
        let headers = [(AUTHORIZATION, format!("Bearer {key}").parse().unwrap())].into_iter().collect();
        let client = reqwest::Client::builder().no_proxy().default_headers(headers).build().unwrap();
        Self { directory, client, env }
    }

    pub fn start(&self) -> Server {
        Server::start(self.directory.path(), &self.env)
    }

    /// What listens gets no sound, until it is let go on.
    pub fn hold(&self) {
        std::fs::write(self.directory.path().join("hold"), "").unwrap();
    }

    pub fn go_on(&self) {
        std::fs::remove_file(self.directory.path().join("hold")).unwrap();
    }

    /// A clip with this sound (ffmpeg's arguments), as long as that.
    pub fn clip(&self, sound: &[&str]) -> PathBuf {
        let path = self.directory.path().join("clip.mp4");
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=10"]).args(sound);
        command.args("-c:v libx264 -preset ultrafast -g 20 -pix_fmt yuv420p -c:a aac -shortest".split(' '));
        assert!(command.arg(&path).status().unwrap().success());
        path
    }

    /// Five people who read aloud.
    pub fn people(&self) -> PathBuf {
        let list = self.directory.path().join("list.txt");
        let ids = std::fs::read_to_string(Path::new(READERS).join("fileids")).unwrap();
        let lines: String = ids.lines().map(|id| format!("file '{READERS}/{id}.wav'\n")).collect();
        std::fs::write(&list, lines).unwrap();
        self.clip(&["-f", "concat", "-safe", "0", "-i", list.to_str().unwrap()])
    }

    pub fn silence(&self) -> PathBuf {
        self.clip(&["-f", "lavfi", "-t", "6", "-i", "anullsrc=r=48000:cl=stereo"])
    }

    pub async fn upload(&self, server: &Server, file: &Path) -> i64 {
        let part = reqwest::multipart::Part::bytes(std::fs::read(file).unwrap()).file_name("clip.mp4");
        let form = reqwest::multipart::Form::new().text("title", "Clip").part("file", part);
        let response = self.client.post(format!("{}/api/videos", server.admin_url)).multipart(form).send().await;
        let body: Value = response.unwrap().json().await.unwrap();
        body["video_id"].as_i64().unwrap_or_else(|| panic!("{body}"))
    }

    /// Of the admin listener.
    pub async fn call(&self, server: &Server, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let request = self.client.request(method, format!("{}{path}", server.admin_url));
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let response = request.send().await.unwrap();
        (response.status(), response.json().await.unwrap_or(Value::Null))
    }

    pub async fn get(&self, server: &Server, path: &str) -> Value {
        let (status, body) = self.call(server, Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub async fn set(&self, server: &Server, key: &str, value: Value) {
        let body = serde_json::json!({ "value": value });
        let (status, answer) = self.call(server, Method::PUT, &format!("/api/settings/{key}"), Some(body)).await;
        assert_eq!(status, 200, "{key}: {answer}");
    }

    /// A file of the public listener; none where there is none.
    pub async fn public(&self, server: &Server, path: &str) -> Option<String> {
        let response = reqwest::get(format!("{}{path}", server.public_url)).await.unwrap();
        if response.status() == 200 { Some(response.text().await.unwrap()) } else { None }
    }

    /// Waits until a field of an answer is as wanted.
    pub async fn until(&self, server: &Server, path: &str, field: &str, wanted: &str) -> Value {
        let begun = Instant::now();
        loop {
            let body = self.get(server, path).await;
            if body[field] == wanted {
                return body;
            }
            assert!(begun.elapsed() < PATIENCE, "{path}: {field} is not {wanted}: {body}");
            assert!(wanted == "failed" || body["status"] != "failed", "{path}: {body}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    pub async fn ready(&self, server: &Server, id: i64) -> Value {
        self.until(server, &format!("/api/videos/{id}"), "status", "ready").await
    }

    pub async fn transcript(&self, server: &Server, id: i64, status: &str) -> Value {
        self.until(server, &format!("/api/videos/{id}/transcript"), "status", status).await
    }

    /// Waits until so many listen, and gives their process ids and command lines.
    pub async fn listeners(&self, count: usize) -> Vec<(i32, String)> {
        let begun = Instant::now();
        loop {
            let found = listeners(self.directory.path());
            if found.len() == count {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "{count} should listen: {found:?}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// Processes that listen for a server of this directory; those that only become one do not count.
fn listeners(directory: &Path) -> Vec<(i32, String)> {
    let mark = directory.join("ffmpeg").display().to_string();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<i32>() else { continue };
        let Ok(line) = std::fs::read(entry.path().join("cmdline")) else { continue };
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        if line.contains(&mark) && line.split(' ').nth(1) == Some("listen") {
            found.push((pid, line));
        }
    }
    found
}

/// Ends a process as the system does when it lacks memory.
pub fn kill9(pid: i32) {
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

impl Rig {
    /// Waits until a file of the public listener is as wanted.
    pub async fn until_public(&self, server: &Server, path: &str, is_so: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let text = self.public(server, path).await.unwrap_or_default();
            if is_so(&text) {
                return text;
            }
            assert!(begun.elapsed() < PATIENCE, "{path}: {text}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}
