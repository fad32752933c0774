//! vlog: a self-hosted video platform in one binary. `src/ARCHITECTURE.md` is the map; the modules below
//! stand in reading order.

pub mod domain;

pub mod config;
pub mod telemetry;

pub mod auth;
pub mod cache;
pub mod db;
pub mod egress;
pub mod events;
pub mod media;
pub mod metrics;
pub mod oidc;
pub mod storage;

pub mod speech;

pub mod jobs;
pub mod tasks;

pub mod settings;
pub mod shared;

pub mod app;

pub mod http;
pub mod ui;
pub mod watch;
pub mod worker;

pub mod cli;
pub mod serve;
