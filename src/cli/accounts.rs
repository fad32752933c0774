//! What `vlog user` and `vlog api-key` share: the application without a server, straight on the database.

use anyhow::Context;

use super::options::ConfigOptions;
use crate::app::{App, AppError};

/// Does something with the application of this configuration.
pub(super) fn with_app<T>(
    options: &ConfigOptions,
    work: impl AsyncFnOnce(&App) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let boot = options.load()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the runtime could not be started")?;
    let app = App::open(boot).context("the database or the storage could not be opened")?;
    runtime.block_on(work(&app))
}

/// "There is nothing here by that name" says little on a command line.
pub(super) fn named<T>(found: Result<T, AppError>, what: &str, name: &str) -> anyhow::Result<T> {
    match found {
        Err(AppError::NotFound) => Err(anyhow::anyhow!("there is no {what} {name:?}")),
        other => Ok(other?),
    }
}
