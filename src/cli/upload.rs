//! `vlog upload`: files to a running server.

use clap::Args;

/// Upload video files to a running server
#[derive(Debug, Args)]
pub(super) struct Arguments {}

pub(super) fn run(_arguments: &Arguments) -> anyhow::Result<()> {
    Ok(())
}
