//! The flags that change the configuration, shared by the commands that read it.

use std::path::PathBuf;

use clap::Args;

use crate::config::{self, ConfigError, Flag, Loaded, Sources};

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
