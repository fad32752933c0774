//! A directory with all of a server's state, and what the tests ask about it: over HTTP, in the database, on the
//! disk, and in the list of processes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Text};
use reqwest::header::AUTHORIZATION;
use serde_json::Value;
use vlog::db::{Conn, Db};

use super::server::Server;

/// How long a job may take on a busy machine.
pub const JOB_LIMIT: Duration = Duration::from_secs(120);
/// How long children of a server that is gone, or of a task that was stopped, may live on.
pub const CHILD_LIMIT: Duration = Duration::from_secs(2);
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// See the module.
pub struct Rig {
    pub storage: PathBuf,
    pub directory: tempfile::TempDir,
    /// Sends an admin's API key along.
    pub client: reqwest::Client,
    env: Vec<(String, String)>,
    database: OnceLock<Db>,
}

/// A task row, as far as these tests care.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
pub struct TaskRow {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = BigInt)]
    pub attempt: i64,
    #[diesel(sql_type = BigInt)]
    pub machine_faults: i64,
    #[diesel(sql_type = BigInt)]
    pub interruptions: i64,
    #[diesel(sql_type = BigInt)]
    pub started_at: i64,
    #[diesel(sql_type = BigInt)]
    pub finished_at: i64,
    #[diesel(sql_type = Text)]
    pub error_code: String,
    #[diesel(sql_type = Text)]
    pub outcome: String,
}

impl TaskRow {
    pub fn is(&self, state: &str) -> bool {
        self.state == state
    }
}

impl Rig {
    /// Segments of two seconds, the rest as delivered, over that `env`.
    pub fn new(env: &[(&str, &str)]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default(); // again is no harm
        let directory = tempfile::Builder::new().prefix("vlog-restart-").tempdir().unwrap();
        let mut rig = Self {
            storage: directory.path().join("storage"),
            directory,
            client: reqwest::Client::new(),
            env: Vec::new(),
            database: OnceLock::new(),
        };
        rig.set("VLOG_STREAMING_SEGMENT_DURATION", "2");
        env.iter().for_each(|(name, value)| rig.set(name, value));
        let key = super::server::make_key(rig.directory.path(), &rig.env);
        let headers = [(AUTHORIZATION, format!("Bearer {key}").parse().unwrap())].into_iter().collect();
        rig.client = reqwest::Client::builder().no_proxy().default_headers(headers).build().unwrap();
        rig
    }

    /// For servers started from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.to_owned()));
    }

    /// Makes ffmpeg's encoders run at `rate` times real time (0: as fast as they can), so that a test finds them
    /// running without burning the machine. May be changed while a server runs.
    pub fn pace(&mut self, rate: u32) {
        let (script, file) = (self.directory.path().join("ffmpeg"), self.directory.path().join("rate"));
        std::fs::write(&file, rate.to_string()).unwrap();
        write_program(&script, &PACED.replace("RATE", &file.display().to_string()));
        self.set("VLOG_FFMPEG_PATH", &script.display().to_string());
    }

    pub fn start(&self) -> Server {
        Server::start(self.directory.path(), &self.env)
    }

    /// Runs a command on this rig's database and storage, and returns what it printed.
    pub fn vlog(&self, arguments: &[&str]) -> String {
        super::server::vlog(self.directory.path(), &self.env, arguments)
    }

    /// What servers get.
    pub fn env(&self) -> &[(String, String)] {
        &self.env
    }

    pub fn try_start(&self) -> Result<Server, super::server::Refused> {
        Server::try_start(self.directory.path(), &self.env)
    }

    /// Uploads a file; the answer, whatever it is.
    pub async fn post(&self, server: &Server, file: &Path) -> reqwest::Result<reqwest::Response> {
        let part = reqwest::multipart::Part::bytes(std::fs::read(file).unwrap()).file_name("clip.mp4");
        let form = reqwest::multipart::Form::new().text("title", "Clip").part("file", part);
        self.client.post(format!("{}/api/videos", server.admin_url)).multipart(form).send().await
    }

    /// Uploads a file and returns the video's id.
    pub async fn upload(&self, server: &Server, file: &Path) -> i64 {
        let response = self.post(server, file).await.unwrap();
        let status = response.status();
        let body: Value = response.json().await.unwrap();
        assert_eq!(status, 200, "{body}");
        body["video_id"].as_i64().unwrap()
    }

    /// The JSON of a 200 from the admin listener.
    pub async fn json(&self, server: &Server, path: &str) -> Value {
        let response = self.client.get(format!("{}{path}", server.admin_url)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.unwrap()
    }

    /// An order to the admin listener that must be obeyed.
    pub async fn order(&self, server: &Server, method: reqwest::Method, path: &str) {
        let response = self.client.request(method, format!("{}{path}", server.admin_url)).send().await.unwrap();
        let status = response.status();
        assert_eq!(status, 200, "{path}: {}", response.text().await.unwrap());
    }

    /// Waits until the video has this status. Failing is final.
    pub async fn until_status(&self, server: &Server, video: i64, wanted: &str) -> Value {
        let begun = Instant::now();
        loop {
            let found = self.json(server, &format!("/api/videos/{video}")).await;
            if found["status"] == wanted {
                return found;
            }
            assert!(found["status"] != "failed", "{found:#}");
            if begun.elapsed() > JOB_LIMIT {
                let progress = self.json(server, &format!("/api/videos/{video}/progress")).await;
                panic!("not {wanted} in time: {found:#}\n{progress:#}\n{:#?}", self.tasks().await);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Asks the database.
    pub async fn run<T: Send + 'static>(&self, f: impl FnOnce(&mut Conn) -> T + Send + 'static) -> T {
        let db = self.database.get_or_init(|| {
            let here = format!("sqlite://{}", self.directory.path().join("vlog.db").display());
            let given = self.env.iter().find(|(name, _)| name == "VLOG_DATABASE_URL");
            Db::open(given.map_or(&here, |(_, url)| url), 1).unwrap()
        });
        db.run(|conn| Ok(f(conn))).await.unwrap()
    }

    /// Every task, oldest first.
    pub async fn tasks(&self) -> Vec<TaskRow> {
        let read = |conn: &mut Conn| {
            let query = diesel::sql_query(
                "SELECT id, kind, state, attempt, machine_faults, interruptions, COALESCE(started_at, 0) AS started_at, \
                 COALESCE(finished_at, 0) AS finished_at, COALESCE(error_code, '') AS error_code, \
                 COALESCE(outcome, '') AS outcome FROM tasks ORDER BY id",
            );
            let rows = match conn {
                Conn::Sqlite(conn) => query.load(conn),
                Conn::Postgres(conn) => query.load(conn),
            };
            rows.unwrap()
        };
        self.run(read).await
    }

    /// Files below the storage, by their path there.
    pub fn files(&self) -> BTreeMap<String, std::fs::Metadata> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.storage.clone()];
        while let Some(folder) = folders.pop() {
            // a folder may be removed while we look
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                let Ok(metadata) = entry.metadata() else { continue };
                if metadata.is_dir() {
                    folders.push(entry.path());
                } else {
                    let below = entry.path().strip_prefix(&self.storage).unwrap().display().to_string();
                    found.insert(below, metadata);
                }
            }
        }
        found
    }

    /// Names directly below a directory of the storage.
    pub fn names(&self, directory: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.storage.join(directory)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }

    /// Waits until nothing that was received or made by half lies about.
    pub async fn until_tidy(&self) {
        let left = || [self.names("incoming"), self.names("work")].concat();
        until(Duration::from_secs(5), || left().is_empty(), || format!("left behind: {:?}", left())).await;
    }

    /// Their command lines.
    pub fn children(&self) -> Vec<String> {
        self.processes().into_iter().map(|(_, line)| line).collect()
    }

    /// Ends all encoders as the system does when there is no memory left.
    pub fn kill_encoders(&self) {
        for pid in self.encoders() {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL); // it may have ended
        }
    }

    /// Processes that encode films. Encoders are also tried, on generated pictures, before a server or a worker begins.
    pub fn encoders(&self) -> Vec<rustix::process::Pid> {
        let encodes = |line: &str| line.contains("libx264") && !line.contains("lavfi");
        self.processes().into_iter().filter(|(_, line)| encodes(line)).map(|(pid, _)| pid).collect()
    }

    /// Processes about this rig's files, with their command lines.
    pub fn processes(&self) -> Vec<(rustix::process::Pid, String)> {
        let here = self.directory.path();
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let lines = processes.filter_map(|entry| {
            let pid = rustix::process::Pid::from_raw(entry.file_name().to_string_lossy().parse().ok()?)?;
            let line = std::fs::read(entry.path().join("cmdline")).ok()?;
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            // one that reads over HTTP is only known by where it works
            let below =
                std::fs::read_link(entry.path().join("cwd")).is_ok_and(|path| path.starts_with(here) && path != here);
            (below || line.contains(&here.display().to_string())).then_some((pid, line))
        });
        lines.collect()
    }

    /// Waits until no process works on this rig's files.
    pub async fn until_no_children(&self) {
        until(CHILD_LIMIT, || self.children().is_empty(), || format!("still alive: {:#?}", self.children())).await;
    }

    /// Waits until an encoder runs and has handed over a segment of a chunk it has not finished.
    pub async fn until_encoding(&self) {
        until(JOB_LIMIT, || !self.encoders().is_empty(), || format!("no encoder runs: {:#?}", self.children())).await;
    }
}

/// Polls until `done`; panics with `why` when it takes longer than `limit`.
pub async fn until(limit: Duration, mut done: impl FnMut() -> bool, why: impl Fn() -> String) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < limit, "{}", why());
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// An executable script. It takes the place of another in one step: one that is just being started cannot be written.
pub fn write_program(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    let new = path.with_extension("new");
    std::fs::write(&new, text).unwrap();
    std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::rename(new, path).unwrap();
}

/// The real ffmpeg; encoders read their input at a multiple of real time.
const PACED: &str = r#"#!/bin/sh
rate=$(cat "RATE")
case "$*" in *libx264*) ;; *) rate=0 ;; esac
[ "$rate" = 0 ] && exec ffmpeg "$@"
n=$#
while [ "$n" -gt 0 ]; do
    arg=$1; shift; n=$((n - 1))
    [ "$arg" = -i ] && set -- "$@" -readrate "$rate"
    set -- "$@" "$arg"
done
exec ffmpeg "$@"
"#;

/// What the test programs share: generated once, kept as long as the process.
pub struct Clips {
    /// 480p MPEG-4 with AC-3: everything is encoded.
    pub encoded: PathBuf,
    /// 480p H.264 with AAC: the top rung and the sound are copies, 360p is encoded.
    pub copied: PathBuf,
    _directory: tempfile::TempDir,
}

pub const CLIP_SECONDS: u32 = 30;

/// See [`Clips`].
pub fn clips() -> &'static Clips {
    static CLIPS: OnceLock<Clips> = OnceLock::new();
    CLIPS.get_or_init(|| {
        let directory = tempfile::Builder::new().prefix("vlog-clips-").tempdir().unwrap();
        let make = |name: &str, codecs: &[&str]| {
            let path = directory.path().join(name);
            let picture = format!("testsrc2=s=854x480:r=25:d={CLIP_SECONDS}");
            let sound = format!("sine=f=440:d={CLIP_SECONDS}");
            let mut command = Command::new("nice");
            command.args(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", &picture, "-f", "lavfi", "-i", &sound]);
            assert!(command.args(codecs).arg(&path).status().unwrap().success());
            path
        };
        let h264 = ["-c:v", "libx264", "-preset", "ultrafast", "-b:v", "700k", "-maxrate", "800k", "-bufsize", "800k"];
        let copied = [&h264[..], &["-g", "50", "-pix_fmt", "yuv420p", "-c:a", "aac"]].concat();
        Clips {
            encoded: make("encoded.mp4", &["-c:v", "mpeg4", "-q:v", "8", "-c:a", "ac3"]),
            copied: make("copied.mp4", &copied),
            _directory: directory,
        }
    })
}
