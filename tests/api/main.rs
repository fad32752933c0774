//! The API through the front door: every test has its own server, database and storage. Modules mirror URLs.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test may fail by panicking")]

#[path = "../support/postgres.rs"]
mod postgres;
#[allow(dead_code, reason = "shared by test programs that use different parts")]
#[path = "../support/receiver.rs"]
mod receiver;

mod access;
mod accounts;
mod additions;
mod admin_videos;
mod attacks;
mod audit;
mod base_path;
mod cli;
mod events;
mod factors;
mod health;
mod jobs;
mod keys;
mod limits;
mod media;
mod methods;
mod oidc;
mod openapi;
mod pages;
mod private_site;
mod provider;
mod proxy;
mod redis;
mod security;
mod settings;
mod support;
mod system;
mod upload;
mod videos;
mod visibility;
mod webhooks;
mod workers;
