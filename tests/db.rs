//! Every query on a real SQLite and a real PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test may fail by panicking")]

#[allow(dead_code, unused_imports, unused_macros, reason = "shared by test programs that use different parts")]
#[path = "support/database.rs"]
mod database;
#[path = "support/postgres.rs"]
mod postgres;

#[path = "db/accounts.rs"]
mod accounts;
#[path = "db/factors.rs"]
mod factors;
#[path = "db/facts.rs"]
mod facts;
#[path = "db/jobs.rs"]
mod jobs;
#[path = "db/migrations.rs"]
mod migrations;
#[path = "db/plans.rs"]
mod plans;
#[path = "db/settings.rs"]
mod settings;
#[path = "db/tasks.rs"]
mod tasks;
#[path = "db/twins.rs"]
mod twins;
#[path = "db/videos.rs"]
mod videos;
#[path = "db/webhooks.rs"]
mod webhooks;
#[path = "db/workers.rs"]
mod workers;
