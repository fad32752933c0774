//! Flags that several commands share: those that change the configuration, and those of commands that talk to a running
//! server.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde_json::Value;

use super::client::Client;
use super::{credentials, print};
use crate::config::{self, ConfigError, Flag, Loaded, Sources};

/// What is said of an answer that makes no sense.
pub(super) const NOT_OURS: &str = "the server does not answer as this version of vlog does";

/// Where the server is, and how its answers are printed.
#[derive(Debug, Args)]
pub(super) struct ServerOptions {
    /// Address of the admin listener
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "VLOG_ADMIN_API_URL",
        default_value = "http://localhost:9001"
    )]
    server: url::Url,
    /// Print the API's answer instead of a table
    #[arg(long, global = true)]
    pub(super) json: bool,
}

impl ServerOptions {
    /// Does it with a server that answers, as whoever has logged in.
    pub(super) fn talk(&self, ask: impl AsyncFnOnce(Client) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("the runtime could not be started")?;
        let key = credentials::find(&self.server)?;
        runtime.block_on(async {
            let client = Client::new(&self.server, key.as_deref())?;
            client.check().await?;
            ask(client).await
        })
    }

    /// Prints an answer.
    pub(super) fn show(&self, answer: &Value, text: impl Fn(&Value) -> anyhow::Result<String>) -> anyhow::Result<()> {
        print(&if self.json { format!("{answer:#}\n") } else { text(answer).context(NOT_OURS)? })
    }
}

/// Flags win over the environment and the file.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub(super) struct ConfigOptions {
    /// Configuration file [default: ./config.toml, ~/.config/vlog/config.toml or /etc/vlog/config.toml]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Set any key, such as --set log.level=debug; may be repeated
    #[arg(long = "set", global = true, value_name = "KEY=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
    /// Directory of videos [key: storage.path]
    #[arg(long, global = true, value_name = "DIR")]
    storage_path: Option<String>,
    /// Database, sqlite://PATH or postgres://... [key: database.url]
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// Port for viewers [key: http.public_port]
    #[arg(long, global = true, value_name = "PORT")]
    public_port: Option<String>,
    /// Port of the dashboard [key: http.admin_port]
    #[arg(long, global = true, value_name = "PORT")]
    admin_port: Option<String>,
    /// Port for workers [key: http.worker_api_port]
    #[arg(long, global = true, value_name = "PORT")]
    worker_api_port: Option<String>,
}

impl ConfigOptions {
    /// Reads the configuration from all sources.
    pub(super) fn load(&self) -> Result<Loaded, ConfigError> {
        self.load_with(Vec::new())
    }

    /// With flags of a command's own, which win over all.
    pub(super) fn load_with(&self, own: Vec<Flag>) -> Result<Loaded, ConfigError> {
        let flags = self.flags().into_iter().chain(own).collect();
        config::load(&Sources::of_process(self.config.clone(), flags))
    }

    fn flags(&self) -> Vec<Flag> {
        let set = self.set.iter().map(|(key, value)| flag("--set", key, value));
        let named = [
            ("--storage-path", "storage.path", &self.storage_path),
            ("--database-url", "database.url", &self.database_url),
            ("--public-port", "http.public_port", &self.public_port),
            ("--admin-port", "http.admin_port", &self.admin_port),
            ("--worker-api-port", "http.worker_api_port", &self.worker_api_port),
        ];
        set.chain(named.iter().filter_map(|(name, key, value)| Some(flag(name, key, value.as_ref()?)))).collect()
    }
}

/// A value that a flag gives a key.
pub(super) fn flag(name: &str, key: &str, value: &str) -> Flag {
    Flag { name: name.to_owned(), key: key.to_owned(), value: value.to_owned() }
}

fn assignment(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
        _ => Err("write KEY=VALUE, such as log.level=debug"),
    }
}
