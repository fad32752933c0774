//! A `vlog serve` of its own: database and storage in a directory that goes with it, any free ports.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, bail, ensure};
use reqwest::header::AUTHORIZATION;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::process::{Cost, cpu_seconds, until};

const BINARY: &str = env!("CARGO_BIN_EXE_vlog");
/// Bytes of a file sent at once.
const PIECE: usize = 1 << 20;
const BOUNDARY: &str = "vlog-bench-boundary";

/// See the module.
pub struct Server {
    child: Child,
    /// `127.0.0.1:1234`.
    pub public: String,
    /// The same.
    pub admin: String,
    /// The same.
    pub worker: String,
    /// An admin's API key.
    key: String,
    client: reqwest::Client,
}

/// Where a server keeps what it has.
pub struct Home(TempDir);

/// What became of an upload.
pub struct Uploaded {
    /// Row id.
    pub id: i64,
    /// Name in URLs.
    pub slug: String,
    /// When the last byte of the file was sent.
    pub last_byte: SystemTime,
}

impl Home {
    /// An empty one, on the disk that holds `target/`: files move as they do in earnest.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self(tempfile::Builder::new().prefix("home-").tempdir_in(super::bench_directory())?))
    }

    /// Root of the storage.
    pub fn storage(&self) -> PathBuf {
        self.0.path().join("storage")
    }

    /// An admin's API key, made when it is first needed.
    async fn key(&self) -> anyhow::Result<String> {
        let path = self.0.path().join("key");
        if let Ok(key) = std::fs::read_to_string(&path) {
            return Ok(key);
        }
        let run = async |what: &str| {
            let output = command(self, what, &[]).output().await?;
            ensure!(output.status.success(), "vlog {what}: {}", String::from_utf8_lossy(&output.stderr));
            Ok::<_, anyhow::Error>(String::from_utf8(output.stdout)?)
        };
        run("user create bench --role admin").await?;
        let key = run("api-key create bench --user bench").await?.trim_end().to_owned();
        std::fs::write(path, &key)?;
        Ok(key)
    }

    /// `database.url`.
    pub fn database(&self) -> String {
        format!("sqlite://{}", self.0.path().join("vlog.db").display())
    }
}

impl Server {
    /// Starts it and waits until it greets.
    pub async fn start(home: &Home, settings: &[&str]) -> anyhow::Result<Self> {
        let key = home.key().await?;
        let mut command = command(home, "serve", settings);
        command.stdout(Stdio::piped());
        let mut child = command.spawn().context("vlog could not be started")?;
        let stdout = child.stdout.take().context("vlog has no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let (mut public, mut admin, mut worker) = (String::new(), String::new(), String::new());
        while worker.is_empty() {
            let Some(line) = lines.next_line().await? else { bail!("vlog ended at once") };
            let address = || line.rsplit_once("http://").map(|(_, at)| at.trim_end_matches('/').to_owned());
            let address = || address().map(|at| at.replace("localhost", "127.0.0.1")).unwrap_or_default();
            match line.split_whitespace().next() {
                Some("Watch") => public = address(),
                Some("Dashboard") => admin = address(),
                Some("Worker") => worker = address(),
                _ => {}
            }
        }
        let headers = [(AUTHORIZATION, format!("Bearer {key}").parse()?)].into_iter().collect();
        let client = reqwest::Client::builder().no_proxy().default_headers(headers).build()?;
        Ok(Self { child, public, admin, worker, key, client })
    }

    /// Its process.
    pub fn pid(&self) -> anyhow::Result<u32> {
        self.child.id().context("vlog has ended")
    }

    /// Stops it as systemd would, and kills it if that takes long.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let pid = self.pid()?;
        super::process::output("kill", &["-TERM", &pid.to_string()]).await?;
        if tokio::time::timeout(Duration::from_secs(15), self.child.wait()).await.is_err() {
            self.child.kill().await?;
        }
        Ok(())
    }

    /// A new key for a worker.
    pub async fn worker_key(&self, home: &Home, name: &str) -> anyhow::Result<String> {
        let register = command(home, &format!("worker register --name {name}"), &[]).output().await?;
        ensure!(register.status.success(), "no key: {}", String::from_utf8_lossy(&register.stderr));
        Ok(String::from_utf8(register.stdout)?.trim().to_owned())
    }

    /// A worker with one slot, on one core. It ends when it is dropped.
    pub async fn worker(&self, home: &Home, core: usize) -> anyhow::Result<Child> {
        let key = self.worker_key(home, &format!("core-{core}")).await?;
        let mut command = Command::new("taskset");
        command.args(["-c", &core.to_string(), BINARY, "worker", "--server", &format!("http://{}", self.worker)]);
        command.current_dir(home.0.path()).stdin(Stdio::null()).kill_on_drop(true);
        command.env("VLOG_WORKER_API_KEY", key).env("VLOG_WORKER_SLOTS", "1").env("VLOG_LOG_LEVEL", "warn");
        command.env("VLOG_WORKER_WORK_DIR", home.0.path().join(format!("work-{core}")));
        command.spawn().context("taskset could not be started")
    }

    /// The JSON of a 200; none for a 404.
    pub async fn json(&self, address: &str, path: &str) -> anyhow::Result<Option<Value>> {
        let response = self.client.get(format!("http://{address}{path}")).send().await?;
        if response.status() == reqwest::StatusCode::NOT_FOUND {
            return Ok(None);
        }
        Ok(Some(response.error_for_status()?.json().await?))
    }

    /// The admin's API key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The answer to a JSON that is sent; an error unless it is a success.
    pub async fn post(&self, address: &str, path: &str, body: &Value) -> anyhow::Result<reqwest::Response> {
        let request = self.client.post(format!("http://{address}{path}")).json(body);
        let response = request.send().await?;
        ensure!(response.status().is_success(), "{path}: {} {}", response.status(), response.text().await?);
        Ok(response)
    }

    /// Sends a file as a browser does.
    pub async fn upload(&self, file: &Path, title: &str) -> anyhow::Result<Uploaded> {
        let (address, key) = (self.admin.clone(), self.key.clone());
        let (file, title) = (file.to_owned(), title.to_owned());
        tokio::task::spawn_blocking(move || send(&address, &key, &file, &title)).await?
    }

    /// Waits until the video is ready.
    pub async fn ready(&self, id: i64, limit: Duration) -> anyhow::Result<Value> {
        // asked rarely: the answers count as the server's work
        until("ready", limit, Duration::from_millis(200), async || {
            let video = self.json(&self.admin, &format!("/api/videos/{id}")).await?.context("the video is gone")?;
            ensure!(video["status"] != "failed", "the video failed: {}", video["error_message"]);
            Ok((video["status"] == "ready").then_some(video))
        })
        .await
    }

    /// Waits until nothing is done any more, the pictures of the seek bar for example.
    pub async fn idle(&self, limit: Duration) -> anyhow::Result<()> {
        until("idle", limit, Duration::from_millis(200), async || {
            let active = self.json(&self.admin, "/api/jobs?state=active").await?.context("no jobs")?;
            Ok(active["jobs"].as_array().is_some_and(Vec::is_empty).then_some(()))
        })
        .await
    }

    /// Uploads a file; what everything until it is ready costs, the receiving left out.
    pub async fn process(&self, file: &Path, title: &str) -> anyhow::Result<(Value, Cost)> {
        let before = cpu_seconds(self.pid()?, false)?;
        let uploaded = self.upload(file, title).await?;
        let video = self.ready(uploaded.id, Duration::from_secs(900)).await?;
        let wall = uploaded.last_byte.elapsed()?.as_secs_f64();
        // thumbnails may end after the rest
        Ok((video, Cost { cpu: cpu_seconds(self.pid()?, false)? - before, wall }))
    }
}

/// Seconds from starting the program to the first 200 from `/health`.
pub async fn start_seconds(home: &Home) -> anyhow::Result<f64> {
    let free = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let port = format!("http.public_port={}", free.port());
    let begun = Instant::now();
    let mut child = command(home, "serve", &[&port]).stdout(Stdio::null()).spawn()?;
    let answered = tokio::task::spawn_blocking(move || {
        while begun.elapsed() < Duration::from_secs(20) {
            if answers(&free.to_string()).unwrap_or(false) {
                return Some(begun.elapsed().as_secs_f64());
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        None
    });
    let seconds = answered.await?;
    child.kill().await?;
    seconds.context("vlog did not answer")
}

fn answers(address: &str) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(format!("GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut head = [0; 12];
    stream.read_exact(&mut head)?;
    Ok(head == *b"HTTP/1.1 200")
}

/// `what` is the command, words parted by spaces.
fn command(home: &Home, what: &str, settings: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(what.split(' ')).arg("--storage-path").arg(home.storage()).args(["--database-url", &home.database()]);
    for port in ["public", "admin", "worker_api"] {
        command.args(["--set", &format!("http.{port}_port=0")]);
    }
    command.args(["--set", "http.bind_public=127.0.0.1", "--set", "log.level=warn"]);
    for setting in settings {
        command.args(["--set", setting]);
    }
    // neither a file nor a variable of the person who measures
    command.current_dir(home.0.path()).stdin(Stdio::null()).kill_on_drop(true);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("VLOG_")) {
        command.env_remove(name);
    }
    command
}

fn send(address: &str, key: &str, file: &Path, title: &str) -> anyhow::Result<Uploaded> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n{title}\r\n--{BOUNDARY}\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"bench.mp4\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    let tail = format!("\r\n--{BOUNDARY}--\r\n");
    let mut source = std::fs::File::open(file)?;
    let length = head.len() as u64 + source.metadata()?.len() + tail.len() as u64;
    let mut stream = TcpStream::connect(address)?;
    let request = format!(
        "POST /api/videos HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\nConnection: close\r\nContent-Length: {length}\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n{head}"
    );
    stream.write_all(request.as_bytes())?;
    let mut piece = vec![0; PIECE];
    loop {
        let length = source.read(&mut piece)?;
        if length == 0 {
            break;
        }
        stream.write_all(&piece[..length])?;
    }
    stream.write_all(tail.as_bytes())?;
    let last_byte = SystemTime::now();
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("an odd answer")?;
    ensure!(head.starts_with("HTTP/1.1 200"), "the upload was refused: {answer}");
    // the body may come in one chunk
    let json = body.find('{').and_then(|at| Some(&body[at..=body.rfind('}')?])).context("an answer without JSON")?;
    let body: Value = serde_json::from_str(json)?;
    let id = body["video_id"].as_i64().context("no video id")?;
    Ok(Uploaded { id, slug: body["slug"].as_str().unwrap_or_default().to_owned(), last_byte })
}
