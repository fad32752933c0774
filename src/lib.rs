//! vlog: a self-hosted video platform in one binary. `src/ARCHITECTURE.md` is the map; the modules below
//! stand in reading order.

pub mod domain;

pub mod cli;
pub mod config;
pub mod serve;
pub mod telemetry;
pub mod watch;
