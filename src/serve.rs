//! The composition root. This is a place holder that only starts the log, until the listeners are joined here.

use crate::config::{Config, LogFormat};
use crate::telemetry::{self, Form};

/// Runs until it is told to stop.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let form = match config.log.format {
        LogFormat::Text => Form::Text,
        LogFormat::Json => Form::Json,
    };
    telemetry::start(&config.log.level, form)?;
    anyhow::bail!("this build has no listeners")
}
