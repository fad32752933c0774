//! `vlog models`: the files that are needed to write down what is said.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use super::options::ConfigOptions;
use crate::app::settings;
use crate::config::{Config, Loaded};
use crate::domain::speech::{MODELS, ModelFile, VOICE};
use crate::speech::{models, pull};

const BAR: &str = "{msg} [{bar:30}] {bytes}/{total_bytes} {bytes_per_sec} {eta}";

/// Fetch and check the models that write down what is said.
///
/// They are kept in "models" in the storage. `transcription.whisper_model` says which is used; each needs the voice detector
/// beside it, which is fetched with it.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    options: ConfigOptions,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show which there are, and which are here
    List,
    /// Fetch models, that of the configuration unless you name others; an interrupted download goes on
    Pull {
        /// Names, as `vlog models list` shows them
        names: Vec<String>,
    },
    /// Take a file that came another way, for machines without internet
    Import {
        /// The file; it is copied
        file: PathBuf,
        /// Name of the model that it is, if it is not one of upstream's files
        #[arg(long = "as", value_name = "NAME")]
        name: Option<String>,
    },
    /// Check the files that are here against their hashes
    Verify,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let config = runtime.block_on(in_force(arguments.options.load()?))?;
    let directory = models::directory(&config);
    match &arguments.action {
        Action::List => super::print(&list(&config, &directory)),
        Action::Pull { names } => {
            let mut files = named(names, &config)?;
            if !files.contains(&&VOICE) {
                files.push(&VOICE);
            }
            files.into_iter().try_for_each(|file| runtime.block_on(fetch(&config, &directory, file)))
        }
        Action::Import { file, name } => import(&directory, file, name.as_deref()),
        Action::Verify => verify(&directory),
    }
}

/// With what was set in the database, if there is one yet.
async fn in_force(boot: Loaded) -> anyhow::Result<Arc<Config>> {
    if boot.config.database.url.sqlite_path().is_some_and(|path| !path.is_file()) {
        return Ok(Arc::new(boot.config));
    }
    Ok(settings::open(boot).await?.config())
}

fn named(names: &[String], config: &Config) -> anyhow::Result<Vec<&'static ModelFile>> {
    let set = [config.transcription.whisper_model.0.to_owned()];
    let names = if names.is_empty() { &set } else { names };
    names.iter().map(|name| by_name(name)).collect()
}

fn by_name(name: &str) -> anyhow::Result<&'static ModelFile> {
    models::by_name(name).with_context(|| format!("there is no model {name:?}: vlog models list shows them"))
}

fn list(config: &Config, directory: &Path) -> String {
    let set = config.transcription.whisper_model.0;
    let mut text = String::new();
    for file in MODELS.iter().chain([&VOICE]) {
        let here = if models::check(&directory.join(file.file)).is_ok() { "here" } else { "" };
        let used = if file.name == set { "set" } else { "" };
        let _ = writeln!(text, "{:16} {:>5} MB  {here:4}  {used:3}  {}", file.name, file.megabytes, file.file);
    }
    if let Err(missing) = models::find(config) {
        let _ = writeln!(text, "\nNothing is written down yet: {}.\nFix: {}", missing.what, missing.fix);
    }
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

async fn fetch(config: &Config, directory: &Path, file: &'static ModelFile) -> anyhow::Result<()> {
    let style = ProgressStyle::with_template(BAR).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(0).with_style(style).with_message(file.name);
    let mirror = Some(config.transcription.model_url.as_str()).filter(|url| !url.is_empty());
    let progress = |there, size| {
        bar.set_length(size);
        bar.set_position(there);
    };
    let fetched = tokio::select! {
        fetched = pull::pull(file, directory, mirror, progress) => fetched,
        _ = tokio::signal::ctrl_c() => bail!("stopped; vlog models pull {} goes on from here", file.name),
    };
    bar.finish_and_clear();
    super::print(&format!("{}: {}\n", file.name, fetched?.display()))
}

fn import(directory: &Path, from: &Path, name: Option<&str>) -> anyhow::Result<()> {
    models::check(from).with_context(|| format!("{}", from.display()))?;
    let known = models::by_hash(&models::sha256(from)?);
    let file = match (known, name) {
        (Some(known), None) => known,
        (Some(known), Some(name)) if known.name == name => known,
        (Some(known), Some(name)) => bail!("{} is {}, not {name}", from.display(), known.name),
        (None, Some(name)) => by_name(name)?,
        (None, None) => bail!("{} is none of upstream's files; say which model it is with --as NAME", from.display()),
    };
    std::fs::create_dir_all(directory).with_context(|| format!("{}", directory.display()))?;
    let (target, part) = (directory.join(file.file), directory.join(format!("{}.import", file.file)));
    std::fs::copy(from, &part)
        .and_then(|_| pull::keep(&part, &target))
        .with_context(|| format!("{}", target.display()))?;
    let note = if known.is_some() { "" } else { " (not upstream's file: nothing vouches for it)" };
    super::print(&format!("{}: {}{note}\n", file.name, target.display()))
}

fn verify(directory: &Path) -> anyhow::Result<()> {
    let (mut text, mut wrong, mut seen) = (String::new(), 0, 0);
    for file in MODELS.iter().chain([&VOICE]) {
        let path = directory.join(file.file);
        let Ok(found) = models::sha256(&path) else { continue };
        let told = match found == file.sha256 {
            true => "ok",
            false if models::check(&path).is_ok() => "not upstream's file, or damaged",
            false => "no model of whisper.cpp",
        };
        seen += 1;
        wrong += usize::from(told != "ok");
        let _ = writeln!(text, "{:16} {told}", file.name);
    }
    super::print(&text)?;
    ensure!(seen > 0, "there is no model in {}: vlog models pull", directory.display());
    ensure!(wrong == 0, "{wrong} of {seen} are not as upstream made them; fetch them anew with vlog models pull NAME");
    Ok(())
}
