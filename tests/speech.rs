//! Writing down what is said, with a real model, people who really speak, and a server that really runs.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test may fail by panicking")]

#[path = "speech/captions.rs"]
mod captions;
#[path = "speech/ends.rs"]
mod ends;
#[path = "speech/pull.rs"]
mod pull;
#[allow(dead_code, reason = "shared by test programs that use different parts")]
#[path = "support/receiver.rs"]
mod receiver;
#[path = "speech/rig.rs"]
mod rig;
#[allow(dead_code, reason = "shared by test programs that use different parts")]
#[path = "support/server.rs"]
mod server;
