//! `vlog settings`: reads and changes settings straight in the database, whether a server runs or not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::Value as Json;

use super::options::ConfigOptions;
use super::print;
use crate::app::settings::{self, Changes, Setting, Settings};
use crate::config::{self, Key, Kind};
use crate::domain::audit::Actor;

/// Read and change what may be changed while vlog runs.
///
/// Works on the database: a running server sees a change within database.settings_refresh.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print every setting, its value and where it comes from
    List(ConfigOptions),
    /// Print the value of one key
    Get {
        /// Such as transcoding.preset
        key: String,
        #[command(flatten)]
        options: ConfigOptions,
    },
    /// Change a setting
    Set {
        /// Such as transcoding.preset
        key: String,
        /// As in config.toml; a list with commas; - reads it from standard input, as secrets have to be
        #[arg(allow_hyphen_values = true)]
        value: String,
        #[command(flatten)]
        options: ConfigOptions,
    },
    /// Take a change back: the value of the environment, the file or the default is in force again
    Reset {
        /// Such as transcoding.preset
        key: String,
        #[command(flatten)]
        options: ConfigOptions,
    },
    /// Print what was changed, as JSON, without secrets
    Export(ConfigOptions),
    /// Change every setting that a file from `export` names, or none if one is not taken
    Import {
        /// The file; - for standard input
        file: PathBuf,
        #[command(flatten)]
        options: ConfigOptions,
    },
    /// Store the settings that VLOG_ variables give now, so that the variables can go
    MigrateFromEnv(ConfigOptions),
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("the runtime could not be started")?.block_on(run_here(&arguments.command))
}

async fn run_here(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::List(options) => print(&table(&open(options).await?)),
        Command::Get { key, options } => {
            let setting = settings::get(&open(options).await?, key)?;
            print(&format!("{}\n", plain(setting.key, &setting.value)))
        }
        Command::Set { key, value, options } => {
            let value = value_of(key, value)?;
            let settings = open(options).await?;
            let changes = Changes::from([(key.clone(), Some(Json::String(value)))]);
            settings::change(&settings, changes, &Actor::cli()).await?;
            say(&settings::get(&settings, key)?)
        }
        Command::Reset { key, options } => {
            let settings = open(options).await?;
            settings::change(&settings, Changes::from([(key.clone(), None)]), &Actor::cli()).await?;
            say(&settings::get(&settings, key)?)
        }
        Command::Export(options) => {
            let export = settings::export(&open(options).await?);
            print(&format!("{:#}\n", serde_json::json!({ "settings": export.values, "left_out": export.left_out })))
        }
        Command::Import { file, options } => {
            let values = read(file)?;
            let count = settings::import(&open(options).await?, values, &Actor::cli()).await?;
            print(&format!("{count} settings are taken over.\n"))
        }
        Command::MigrateFromEnv(options) => {
            let settings = open(options).await?;
            let values = settings.values_of_variables();
            let keys: Vec<String> = values.keys().cloned().collect();
            let count = settings::import(&settings, values, &Actor::cli()).await?;
            let lines = keys.iter().map(|key| Ok(line(&settings::get(&settings, key)?).0 + "\n"));
            let lines = lines.collect::<anyhow::Result<String>>()?;
            print(&format!("{lines}{count} settings are stored; their variables can go.\n"))
        }
    }
}

async fn open(options: &ConfigOptions) -> anyhow::Result<Settings> {
    Ok(settings::open(options.load()?).await?)
}

/// The value itself, or what standard input holds. Other people can see arguments, so a secret is none.
fn value_of(key: &str, given: &str) -> anyhow::Result<String> {
    if given == "-" {
        let text = std::io::read_to_string(std::io::stdin()).context("standard input cannot be read")?;
        return Ok(text.trim_end_matches(['\r', '\n']).to_owned());
    }
    if config::find(key).is_ok_and(|key| key.kind == Kind::Secret) && !given.is_empty() {
        bail!("others could see {key} among the arguments; give it by standard input: vlog settings set {key} -");
    }
    Ok(given.to_owned())
}

/// The object below `settings` in a file of ours; other fields say when and how it was made.
fn read(file: &Path) -> anyhow::Result<BTreeMap<String, Json>> {
    #[derive(serde::Deserialize)]
    struct Export {
        settings: BTreeMap<String, Json>,
    }
    let text = match file.as_os_str() == "-" {
        true => std::io::read_to_string(std::io::stdin()),
        false => std::fs::read_to_string(file),
    };
    let text = text.with_context(|| format!("{} cannot be read", file.display()))?;
    let export: Export = serde_json::from_str(&text).with_context(|| format!("{} is no export", file.display()))?;
    Ok(export.settings)
}

fn table(settings: &Settings) -> String {
    let all = settings.list().into_iter().flat_map(|category| category.settings);
    let lines: Vec<_> = all.filter(|setting| setting.key.runtime).map(|setting| line(&setting)).collect();
    let width = lines.iter().map(|(value, _)| value.len()).max().unwrap_or(0);
    lines.iter().map(|(value, source)| format!("{value:width$}  # {source}\n")).collect()
}

fn line(setting: &Setting) -> (String, &'static str) {
    (format!("{} = {}", setting.key.name, plain(setting.key, &setting.value)), setting.source.as_str())
}

fn say(setting: &Setting) -> anyhow::Result<()> {
    let (value, source) = line(setting);
    print(&format!("{value}  # {source}\n"))
}

/// As `set` takes it.
fn plain(key: &Key, value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(items) if key.kind != Kind::Json => {
            items.iter().map(|item| plain(key, item)).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    }
}
