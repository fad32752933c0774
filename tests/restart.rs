//! A server that is killed, stopped, out of disk, or finds its files spoilt: the real program as a second process, real
//! ffmpeg, real files.
//!
//! `VLOG_TEST_SEED=… cargo test --test restart` repeats a run's random moments; a failure prints the seed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test may fail by panicking"
)]

#[allow(dead_code, reason = "shared by test programs that use different parts")]
#[path = "support/server.rs"]
mod server;

#[path = "support/postgres.rs"]
mod postgres;
#[path = "support/random.rs"]
mod random;
#[allow(dead_code, reason = "shared by test programs that use different parts")]
#[path = "support/receiver.rs"]
mod receiver;

#[path = "restart/additions.rs"]
mod additions;
#[path = "restart/disk.rs"]
mod disk;
#[path = "restart/faults.rs"]
mod faults;
#[path = "restart/images.rs"]
mod images;
#[path = "restart/kills.rs"]
mod kills;
#[path = "restart/output.rs"]
mod output;
#[path = "restart/reencode.rs"]
mod reencode;
#[allow(dead_code, reason = "shared by test programs that use different parts")]
#[path = "restart/rig.rs"]
mod rig;
#[path = "restart/small_disk.rs"]
mod small_disk;
#[path = "restart/sources.rs"]
mod sources;
#[path = "restart/stops.rs"]
mod stops;
#[path = "restart/webhooks.rs"]
mod webhooks;

use rig::{Rig, clips};

/// The tests use little of tokio but much of the processor; one thread is enough for the first.
#[tokio::test]
async fn an_encode_survives_20_kills() {
    kills::survives(Rig::new(&[]), Rig::new(&[]), &clips().encoded, 20).await;
}

#[tokio::test]
async fn a_copy_survives_12_kills() {
    kills::survives(Rig::new(&[]), Rig::new(&[]), &clips().copied, 12).await;
}

#[tokio::test]
async fn a_job_on_postgres_survives_6_kills() {
    let url = postgres::new_database();
    kills::survives(Rig::new(&[("VLOG_DATABASE_URL", &url)]), Rig::new(&[]), &clips().copied, 6).await;
}
