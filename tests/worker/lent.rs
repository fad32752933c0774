//! A server that encodes nothing itself, and machines that lend it their CPU.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tokio::sync::OnceCell;

use crate::output::{self, Rendition};
use crate::rig::{Rig, clips};
use crate::server::{PROGRAM, Server, Worker};

/// What nobody disturbed: one server alone.
pub async fn undisturbed() -> &'static BTreeMap<String, Rendition> {
    static CALM: OnceCell<BTreeMap<String, Rendition>> = OnceCell::const_new();
    let make = || async {
        let rig = Rig::new(&[]);
        let server = rig.start();
        let video = rig.upload(&server, &clips().encoded).await;
        rig.until_status(&server, video, "ready").await;
        drop(server);
        output::read(&rig)
    };
    CALM.get_or_init(make).await
}

/// A rig whose server leaves encoding to others, and listens to them on a port that outlives it.
pub fn lending(env: &[(&str, &str)]) -> Rig {
    let port = free_port().to_string();
    Rig::new(&[&[("VLOG_TRANSCODING_LOCAL", "false"), ("VLOG_WORKER_API_PORT", &port)], env].concat())
}

pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Where a worker works.
pub fn work_dir(rig: &Rig, name: &str) -> PathBuf {
    rig.directory.path().join("work").join(name)
}

/// Makes a key for a machine of this name and starts it, against the server itself.
pub fn start_worker(rig: &Rig, server: &Server, name: &str, env: &[(&str, &str)]) -> Worker {
    let key = rig.vlog(&["worker", "register", "--name", name]);
    assert!(key.starts_with("vlogw_"), "{key}");
    start_with_key(rig, &server.worker_url, name, &key, env)
}

/// Starts a machine that has a key.
pub fn start_with_key(rig: &Rig, url: &str, name: &str, key: &str, env: &[(&str, &str)]) -> Worker {
    start_program(Path::new(PROGRAM), rig, url, name, key, env)
}

/// Starts a program of its own on a machine that has a key.
pub fn start_program(program: &Path, rig: &Rig, url: &str, name: &str, key: &str, env: &[(&str, &str)]) -> Worker {
    let own = work_dir(rig, name).display().to_string();
    let mut all = rig.env().to_vec();
    let defaults = [
        ("VLOG_WORKER_API_URL", url),
        ("VLOG_WORKER_API_KEY", key),
        ("VLOG_WORKER_WORK_DIR", &own),
        ("VLOG_WORKER_FREE_SPACE_FLOOR", "0"),
        ("VLOG_WORKER_CIRCUIT_BREAKER_REST", "500ms"),
    ];
    for (name, value) in defaults.iter().chain(env) {
        all.push(((*name).to_owned(), (*value).to_owned()));
    }
    Worker::start_program(program, rig.directory.path(), &all)
}

/// What a worker left where it works.
pub fn left_behind(rig: &Rig, name: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(work_dir(rig, name).join("tasks")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Names of those who were given tasks, one for each task, as the server's log has them.
pub fn given(server: &Server) -> Vec<String> {
    let log = server.log();
    let lines = log.lines().filter(|line| line.contains("task given to a worker"));
    let name = |line: &str| line.split("worker=\"").nth(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    lines.map(|line| name(line).unwrap_or_else(|| panic!("{line}"))).collect()
}
