//! The API through the front door: every test has its own server, database and storage. Modules mirror URLs.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test may fail by panicking")]

mod access;
mod accounts;
mod admin_videos;
mod audit;
mod cli;
mod events;
mod health;
mod media;
mod methods;
mod openapi;
mod pages;
mod security;
mod settings;
mod support;
mod upload;
mod videos;
