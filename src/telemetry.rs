//! The log: one line (or one JSON object) per event on standard error, so that standard output stays clean.
//!
//! `VLOG_LOG` wins over the configured level, for a quick look at a running installation's trouble. Colours only
//! on a terminal; no time stamps under systemd, whose journal writes its own.

mod recent;

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

pub use recent::Recent;

const FILTER_VARIABLE: &str = "VLOG_LOG";
/// Set by systemd for processes whose output goes to the journal, to the device and inode of that stream.
const JOURNAL_VARIABLE: &str = "JOURNAL_STREAM";

/// Form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The log could not be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// Not a filter.
    #[error(
        "the log filter {filter:?} cannot be read: {source}; write a level such as \"info\", or \"info,vlog::jobs=debug\""
    )]
    Filter {
        /// What was given.
        filter: String,
        /// Why not.
        source: tracing_subscriber::filter::ParseError,
    },
    /// Called twice in one process.
    #[error("the log was started twice: {0}")]
    Started(#[from] tracing_subscriber::util::TryInitError),
}

/// Starts the log of this process. `level` is a level or a list of `target=level`. With `recent`, the last lines are also
/// kept there.
pub fn start(level: &str, form: Form, recent: Option<Recent>) -> Result<(), TelemetryError> {
    let filter = std::env::var(FILTER_VARIABLE).ok().filter(|text| !text.is_empty());
    let filter = filter.unwrap_or_else(|| level.to_owned());
    // the web server's own start-up chatter tells nobody anything
    let filter = EnvFilter::builder()
        .parse(format!("actix_server=warn,{filter}"))
        .map_err(|source| TelemetryError::Filter { filter, source })?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let journal = writes_to_journal();
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    match form {
        Form::Json => log.json().flatten_event(true).finish().with(recent).try_init()?,
        Form::Text if journal => log.with_ansi(false).without_time().finish().with(recent).try_init()?,
        Form::Text => log.with_ansi(colours).finish().with(recent).try_init()?,
    }
    Ok(())
}

/// The variable alone is inherited by everything a unit starts, also with its output redirected.
fn writes_to_journal() -> bool {
    let Ok(stream) = std::env::var(JOURNAL_VARIABLE) else { return false };
    rustix::fs::fstat(std::io::stderr()).is_ok_and(|stat| stream == format!("{}:{}", stat.st_dev, stat.st_ino))
}
