//! `vlog doctor`: is everything there that a server needs?

use std::fmt::Write;

use anyhow::bail;
use clap::Args;

use super::options::ConfigOptions;
use crate::app::system::Encoder;
use crate::app::system::checks::{Check, Health};
use crate::app::system::doctor;

/// Check everything that a server needs, and say how to mend it.
///
/// Looks at the configuration, the database, the storage and its disk, ffmpeg and its encoders, watched folders and
/// ports, whether a server runs or not. Changes nothing. Exit status 1 when something does not work.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    options: ConfigOptions,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let boot = match arguments.options.load() {
        Ok(boot) => boot,
        Err(error) => bail!("{error}"), // not as wrong usage: here it is a finding
    };
    let checks = doctor::examine(&boot.config);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let encoders = runtime.block_on(doctor::encoders(&boot.config));
    super::print(&table(&checks, &encoders))?;
    match checks.iter().filter(|check| check.health == Health::Failing).count() {
        0 => Ok(()),
        1 => bail!("1 part does not work"),
        count => bail!("{count} parts do not work"),
    }
}

fn table(checks: &[Check], encoders: &[Encoder]) -> String {
    let mut text = format!("vlog {}\n\n", env!("CARGO_PKG_VERSION"));
    let width = checks.iter().map(|check| check.part.chars().count()).max().unwrap_or(0);
    for Check { part, health, detail, fix } in checks {
        let _ = writeln!(text, "{:8} {part:width$}  {detail}", health.as_str());
        if let Some(fix) = fix {
            let _ = writeln!(text, "{:8} {:width$}  Fix: {fix}", "", "");
        }
    }
    text.push_str("\nEncoders\n");
    for encoder in encoders {
        let state = if encoder.missing.is_none() { "works" } else { "missing" };
        let _ =
            write!(text, "{state:8} {:5} {:9} {:10}", encoder.codec.as_str(), encoder.device.as_str(), encoder.name);
        let fault = encoder.missing.as_ref();
        let _ = writeln!(text, "  {}", fault.map_or("", |fault| fault.reason.as_str()));
        if let Some(fix) = fault.and_then(|fault| fault.fix.as_deref()) {
            let _ = writeln!(text, "{:37}Fix: {fix}", "");
        }
    }
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}
