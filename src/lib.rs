//! vlog: a self-hosted video platform in one binary. `src/ARCHITECTURE.md` is the map; the modules below
//! stand in reading order.

pub mod cli;
pub mod config;
pub mod db;
pub mod domain;
pub mod media;
pub mod serve;
pub mod storage;
pub mod tasks;
pub mod telemetry;
