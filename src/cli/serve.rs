//! `vlog serve`: the whole platform on this machine.

use anyhow::Context;
use clap::Args;

use super::options::ConfigOptions;

/// Start the server: web pages, API, queue and transcoding in one process.
///
/// Stops on SIGTERM or Ctrl-C: nothing new is begun, running work gets transcoding.drain_grace to end, and what is
/// left goes on from there at the next start.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    options: ConfigOptions,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let boot = arguments.options.load()?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("the runtime could not be started")?;
    runtime.block_on(crate::serve::run(boot))
}
