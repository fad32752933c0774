//! vlog: a self-hosted video platform in one binary. `src/ARCHITECTURE.md` is the map; the modules below
//! stand in reading order.

pub mod db;
pub mod domain;
pub mod events;
pub mod metrics;
pub mod serve;
pub mod storage;
pub mod telemetry;
