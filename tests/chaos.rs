//! Everything goes wrong, again and again, while a server and three workers encode: kill -9 and SIGSTOP of server, workers
//! and ffmpeg, networks that break and stall, full disks at either end. Nothing is lost, nothing is stuck, and what viewers get is what
//! an undisturbed run makes.
//!
//! `make chaos` runs it at length; `VLOG_TEST_SEED=…` repeats the choice of faults.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test may fail by panicking"
)]
#![allow(dead_code, reason = "shared by test programs that use different parts")]

#[path = "worker/lent.rs"]
mod lent;
#[path = "restart/output.rs"]
mod output;
#[path = "support/postgres.rs"]
mod postgres;
#[path = "support/random.rs"]
mod random;
#[path = "restart/rig.rs"]
mod rig;
#[path = "support/server.rs"]
mod server;
#[path = "restart/small_disk.rs"]
mod small_disk;

#[path = "chaos/house.rs"]
mod house;
#[path = "chaos/link.rs"]
mod link;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use vlog::db::{Conn, now_ms};

use house::{House, rest};
use random::Random;
use rig::Rig;

/// Whoever dies is found out by then: a lease of 20 seconds, and a look every 5.
const FOUND_OUT: Duration = Duration::from_secs(30);
const LEASE: Duration = Duration::from_secs(20);
/// Longest time to the end once nothing is broken any more.
const MEND_LIMIT: Duration = Duration::from_secs(400);
const DISK_BYTES: u64 = 3 << 30;
/// Encoders read so many times faster than real time: a chunk takes some seconds.
const PACE: u32 = 6;

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// A film, everything of which has to be encoded.
fn clip(directory: &Path, seconds: usize) -> std::path::PathBuf {
    let path = directory.join("clip.mp4");
    let args = format!(
        "-v error -nostdin -f lavfi -i testsrc2=s=320x180:r=25:d={seconds} -f lavfi -i sine=d={seconds} -c:v mpeg4 -q:v 6 \
         -c:a ac3"
    );
    assert!(Command::new("ffmpeg").args(args.split_whitespace()).arg(&path).status().unwrap().success());
    path
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_whatever_is_killed() {
    let (faults, videos) = (setting("VLOG_CHAOS_FAULTS", 20), setting("VLOG_CHAOS_VIDEOS", 2));
    let mut random = Random::new();
    let files = tempfile::tempdir().unwrap();
    let seconds = (faults * 6).clamp(60, 400);
    let clip = clip(files.path(), seconds);
    let wanted = {
        let rig = Rig::new(&[]);
        let server = rig.start();
        let video = rig.upload(&server, &clip).await;
        rig.until_status(&server, video, "ready").await;
        assert_eq!(server.terminate().status.code(), Some(0));
        output::read(&rig)
    };

    let url = std::env::var("VLOG_CHAOS_DATABASE").is_ok_and(|kind| kind == "postgres").then(postgres::new_database);
    let env: Vec<(&str, &str)> = url.iter().map(|url| ("VLOG_DATABASE_URL", url.as_str())).collect();
    let mut rig = Rig::new(&env);
    rig.pace(PACE); // work for as long as there are faults
    let mut house = House::new(rig, DISK_BYTES);
    let mut ids = Vec::new();
    for _ in 0..videos {
        ids.push(house.rig.upload(house.server(), &clip).await);
    }
    let begun = Instant::now();
    let (mut done, mut latest) = (BTreeMap::new(), Duration::ZERO);
    while done.values().sum::<usize>() < faults {
        if let Some(fault) = house.break_something(&mut random) {
            *done.entry(fault).or_default() += 1;
        }
        let until = Instant::now() + rest(&mut random);
        while Instant::now() < until {
            house.heal();
            latest = latest.max(overdue(&house).await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    println!("{faults} faults in {:.0} s: {done:?}", begun.elapsed().as_secs_f64());
    std::fs::write(house.rig.directory.path().join("rate"), "0").unwrap();
    house.heal_all();
    let mended = Instant::now();
    for id in &ids {
        while house.rig.json(house.server(), &format!("/api/videos/{id}")).await["status"] != "ready" {
            let tasks = house.rig.tasks().await;
            let open: Vec<_> = tasks.iter().filter(|task| !task.is("succeeded")).collect();
            let log = house.server().log();
            assert!(mended.elapsed() < MEND_LIMIT, "video {id} is stuck: {open:#?}\n{log}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    println!("all are ready {:.1} s after the last fault", mended.elapsed().as_secs_f64());
    judge(&mut house, &ids, &wanted, faults).await;
    println!("the latest lease was taken back {:.1} s after its last heartbeat", (LEASE + latest).as_secs_f64());
    assert!(LEASE + latest < FOUND_OUT, "{latest:?}");
}

/// What there is in the end.
async fn judge(house: &mut House, ids: &[i64], wanted: &BTreeMap<String, output::Rendition>, faults: usize) {
    let tasks = house.rig.tasks().await;
    assert!(tasks.iter().all(|task| task.is("succeeded")), "{tasks:#?}");
    let encodes: Vec<_> = tasks.iter().filter(|task| task.kind == "encode").collect();
    let redone: i64 = encodes.iter().map(|task| task.attempt - 1 + task.interruptions).sum();
    println!("{} chunks, {redone} of them begun again", encodes.len());
    assert!(redone <= faults as i64, "{redone} chunks were begun again after {faults} faults");
    let mut other_bytes = 0;
    for id in ids {
        let made = output::read_video(&house.rig.storage.join(format!("videos/{id}")));
        other_bytes += output::compare(&made, wanted).len();
    }
    println!("{other_bytes} renditions of {} are not the same to the byte", ids.len() * wanted.len());
    house.rig.until_tidy().await;
    let names = house.terminate();
    house.rig.until_no_children().await;
    for name in names {
        assert_eq!(lent::left_behind(&house.rig, name), [""; 0].map(std::path::PathBuf::from), "{name}");
    }
}

/// For how long some lease has been over without being taken back, while the server could have.
async fn overdue(house: &House) -> Duration {
    if !house.is_up() {
        return Duration::ZERO;
    }
    let oldest = house.rig.run(oldest_lease).await;
    let over = Duration::from_millis(oldest.map_or(0, |until| u64::try_from(now_ms() - until).unwrap_or(0)));
    over.min(house.up_since.elapsed())
}

#[derive(diesel::QueryableByName)]
struct Oldest {
    #[diesel(sql_type = diesel::sql_types::Nullable<BigInt>)]
    until: Option<i64>,
}

fn oldest_lease(conn: &mut Conn) -> Option<i64> {
    let query = diesel::sql_query("SELECT MIN(lease_until) AS until FROM tasks WHERE state = 'leased'");
    let row: Oldest = match conn {
        Conn::Sqlite(conn) => query.get_result(conn).unwrap(),
        Conn::Postgres(conn) => query.get_result(conn).unwrap(),
    };
    row.until
}
