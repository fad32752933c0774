//! `vlog serve`: the whole platform on this machine.

use std::time::Duration;

use anyhow::Context;
use clap::Args;

use super::options::ConfigOptions;

/// How long work on files that nobody waits for any more may go on.
const LEFT_OVER: Duration = Duration::from_secs(5);

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
    let result = runtime.block_on(crate::serve::run(boot));
    // a disk that hangs, or a share that is away, must not hold up the end
    runtime.shutdown_timeout(LEFT_OVER);
    result
}
