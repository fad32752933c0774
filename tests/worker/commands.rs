//! What a server tells a worker to do with itself: real processes that begin anew, end, and take another program.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::lent::{lending, start_program, start_worker};
use crate::rig::{Rig, clips};
use crate::server::{PROGRAM, Server};

/// How long a worker may take to hear of a command and to obey.
const LIMIT: Duration = Duration::from_secs(60);
const READY: &str = "ready to take tasks";

/// The newest event, once it is over.
async fn ended(rig: &Rig, server: &Server) -> Value {
    let begun = Instant::now();
    loop {
        let events = rig.json(server, "/api/deployments?limit=1").await;
        let newest = &events["events"][0];
        if newest["completed_at"].is_string() {
            return newest.clone();
        }
        assert!(begun.elapsed() < LIMIT, "{events:#}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn order(rig: &Rig, server: &Server, what: &str) -> Value {
    let list = rig.json(server, "/api/workers").await;
    let id = list["workers"][0]["id"].as_str().unwrap().to_owned();
    rig.order(server, reqwest::Method::POST, &format!("/api/workers/{id}/{what}")).await;
    let event = ended(rig, server).await;
    assert_eq!(
        (event["event_type"].as_str(), event["triggered_by"].as_str()),
        (Some(what), Some("tests")),
        "{event:#}"
    );
    event
}

/// A busy worker begins anew, gives back what it had and takes it again; an idle one ends, and stays so.
#[tokio::test]
async fn a_worker_begins_anew_and_ends_when_it_is_told_to() {
    let mut rig = lending(&[("VLOG_WORKER_DRAIN_GRACE", "0s")]);
    rig.pace(1);
    let server = rig.start();
    let worker = start_worker(&rig, &server, "garage", &[]);
    let video = rig.upload(&server, &clips().encoded).await;
    rig.until_encoding().await;
    let begun = Instant::now();
    let said = rig.vlog(&["worker", "restart", "garage"]);
    assert!(said.contains("garage") && said.contains("restart"), "{said}");
    println!("a busy worker heard of a command from the command line after {:.1} s", begun.elapsed().as_secs_f64());
    let event = ended(&rig, &server).await;
    println!("and was back after {:.1} s", begun.elapsed().as_secs_f64());
    assert_eq!(
        ["event_type", "status", "triggered_by"].map(|name| event[name].as_str().unwrap()),
        ["restart", "completed", "vlog"]
    );
    until_ready(&worker, 2).await;
    std::fs::write(rig.directory.path().join("rate"), "0").unwrap();
    rig.until_status(&server, video, "ready").await;
    let tasks = rig.tasks().await;
    assert!(tasks.iter().any(|task| task.interruptions == 1), "it was given back: {tasks:#?}");
    assert!(tasks.iter().all(|task| task.attempt == 1), "which is no attempt: {tasks:#?}");

    let seen = &rig.json(&server, "/api/workers").await["workers"][0];
    assert!(seen["bytes_read"].as_u64() > Some(0) && seen["bytes_sent"].as_u64() > Some(0), "{seen:#}");
    assert_eq!(seen["speeds"][0]["encoder"], "libx264", "{seen:#}");
    assert!(seen["disk_total_bytes"].as_u64() > Some(0) && !seen["history"].as_array().unwrap().is_empty(), "{seen:#}");
    let log = rig.vlog(&["worker", "logs", "garage"]);
    assert!(log.contains(READY) && log.contains("task done") && !log.contains("vlogw_"), "{log}");

    let event = order(&rig, &server, "stop").await;
    assert_eq!(event["status"], "completed", "{event:#}");
    let (code, log) = worker.ended();
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(rig.json(&server, "/api/workers").await["workers"][0]["state"], "offline");
    let events = rig.vlog(&["worker", "events", "garage"]);
    let kinds: Vec<_> = events.lines().map(|line| line.split_whitespace().nth(4).unwrap()).collect();
    assert_eq!(kinds, ["stop", "restart"], "{events}");
}

/// A way to the server on which somebody changes what the server says its program's SHA-256 is.
struct Liar {
    url: String,
    lies: Arc<AtomicBool>,
}

impl Liar {
    fn before(url: &str) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = format!("http://{}", socket.local_addr().unwrap());
        let (lies, to) = (Arc::new(AtomicBool::new(true)), url.trim_start_matches("http://").to_owned());
        let lying = Arc::clone(&lies);
        std::thread::spawn(move || {
            for client in socket.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(&to) else { continue };
                let honest = Arc::new(AtomicBool::new(false));
                relay(client.try_clone().unwrap(), server.try_clone().unwrap(), honest);
                relay(server, client, Arc::clone(&lying));
            }
        });
        Self { url: own, lies }
    }
}

fn relay(mut from: TcpStream, mut to: TcpStream, lies: Arc<AtomicBool>) {
    const NAME: &[u8] = b"x-vlog-sha256: ";
    std::thread::spawn(move || {
        let mut piece = vec![0; 64 << 10];
        while let Ok(count @ 1..) = from.read(&mut piece) {
            if lies.load(Ordering::Relaxed)
                && let Some(at) = piece[..count].windows(NAME.len()).position(|bytes| bytes == NAME)
            {
                piece[at + NAME.len()..][..8].copy_from_slice(b"00000000");
            }
            if to.write_all(&piece[..count]).is_err() {
                break;
            }
        }
        let _ = (from.shutdown(std::net::Shutdown::Both), to.shutdown(std::net::Shutdown::Both));
    });
}

/// The server's program takes the place of an older one, but only when it is what the server says.
#[tokio::test]
async fn a_worker_takes_the_program_of_the_server_and_no_other() {
    let rig = lending(&[]);
    let server = rig.start();
    let folder = rig.directory.path().join("bin");
    std::fs::create_dir(&folder).unwrap();
    let program = folder.join("vlog");
    std::fs::copy(PROGRAM, &program).unwrap();
    std::fs::OpenOptions::new().append(true).open(&program).unwrap().write_all(b"older").unwrap();
    let older = std::fs::metadata(&program).unwrap().len();
    let size = || std::fs::metadata(&program).unwrap().len();
    let network = Liar::before(&server.worker_url);
    let key = rig.vlog(&["worker", "register", "--name", "attic"]);
    let worker = start_program(&program, &rig, &network.url, "attic", &key, &[]);
    until_ready(&worker, 1).await;

    let event = order(&rig, &server, "update").await;
    let details = event["details"].as_str().unwrap_or_default();
    assert!(event["status"] == "failed" && details.contains("SHA-256"), "{event:#}");
    assert_eq!((size(), entries(&folder)), (older, 1), "nothing was changed, nothing left behind");

    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o555)).unwrap();
    if tempfile::tempfile_in(&folder).is_err() {
        // not for those who may write everywhere
        let event = order(&rig, &server, "update").await;
        assert!(event["details"].as_str().unwrap().contains("cannot be written"), "{event:#}");
    }
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o755)).unwrap();

    network.lies.store(false, Ordering::Relaxed);
    let event = order(&rig, &server, "update").await;
    assert_eq!(event["status"], "completed", "{event:#}");
    assert!(std::fs::read(&program).unwrap() == std::fs::read(PROGRAM).unwrap(), "it is the server's");
    assert_eq!(entries(&folder), 1);
    until_ready(&worker, 2).await;

    let event = order(&rig, &server, "update").await;
    let details = event["details"].as_str().unwrap_or_default();
    assert!(event["status"] == "completed" && details.contains("already"), "{event:#}");
    assert_eq!(worker.log().matches(READY).count(), 2, "there was no need to begin anew");
    assert_eq!(worker.terminate().status.code(), Some(0));
}

fn entries(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

async fn until_ready(worker: &crate::server::Worker, times: usize) {
    let ready = || worker.log().matches(READY).count() >= times;
    crate::rig::until(LIMIT, ready, || worker.log()).await;
}
