//! `vlog listen`: what the server starts to write down what is said. Not for people.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use rustix::process::{Resource, getrlimit};

use crate::media::ffmpeg::process::Tools;
use crate::speech::listen;

/// A limit that none is.
const MOST_CPU_SECONDS: u64 = 1 << 40;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[arg(long)]
    model: PathBuf,
    #[arg(long)]
    voice: PathBuf,
    #[arg(long)]
    language: Option<String>,
    #[arg(long, default_value_t = 1)]
    ears: usize,
    #[arg(long)]
    seconds: f64,
    /// Prints the sound
    #[arg(long)]
    ffmpeg: PathBuf,
    /// What it is told
    #[arg(last = true)]
    args: Vec<OsString>,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { model, voice, language, ears, seconds, ffmpeg, args } = arguments;
    let tools = Tools {
        nice: 0, // as nice as this process is already
        memory_bytes: limit(Resource::As),
        file_bytes: limit(Resource::Fsize),
        cpu: Duration::from_secs(limit(Resource::Cpu).min(MOST_CPU_SECONDS)),
        ..Tools::default()
    };
    let options = listen::Options { model, voice, language, ears, seconds, ffmpeg: (ffmpeg, args) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match runtime.block_on(listen::run(options, &tools)) {
        Ok(()) => Ok(()),
        Err(error) if error.stderr.is_empty() => bail!("{error}"),
        Err(error) => bail!("ffmpeg {error}"),
    }
}

/// What this process may use, which is what its child may.
fn limit(resource: Resource) -> u64 {
    getrlimit(resource).maximum.unwrap_or(u64::MAX)
}
