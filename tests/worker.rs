//! Machines that lend their CPU: the real server and real workers as processes of their own, on loopback, with real
//! ffmpeg.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test may fail by panicking"
)]
#![allow(dead_code, reason = "shared by test programs that use different parts")]

#[path = "restart/output.rs"]
mod output;
#[path = "support/postgres.rs"]
mod postgres;
#[path = "restart/rig.rs"]
mod rig;
#[path = "support/server.rs"]
mod server;
#[path = "restart/small_disk.rs"]
mod small_disk;

#[path = "worker/commands.rs"]
mod commands;
#[path = "worker/faults.rs"]
mod faults;
#[path = "worker/hardware.rs"]
mod hardware;
#[path = "worker/lent.rs"]
mod lent;
#[path = "worker/network.rs"]
mod network;
#[path = "worker/protocol.rs"]
mod protocol;
#[path = "worker/tls.rs"]
mod tls;
#[path = "worker/work.rs"]
mod work;
