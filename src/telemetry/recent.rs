//! The last lines of the log, kept for whoever shows them elsewhere.

use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::domain::worker::LogLine;

/// Lines kept.
const LINES: usize = 200;

/// Warnings, errors and what is told in between, but no details for developers. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Recent(Arc<Mutex<Lines>>);

#[derive(Debug)]
struct Lines {
    next: i64,
    kept: VecDeque<LogLine>,
}

impl Default for Recent {
    fn default() -> Self {
        Self::new()
    }
}

impl Recent {
    /// Nothing yet. Numbers go on from the time of day, so that they also grow over a restart.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Lines { next: now_ms(), kept: VecDeque::with_capacity(LINES) })))
    }

    /// Lines from this number on, oldest first, as long as their texts are not more than so many bytes together.
    pub fn since(&self, number: i64, mut bytes: usize) -> Vec<LogLine> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = lines.kept.iter().filter(|line| line.number >= number);
        let fit = new.take_while(|line| {
            let fits = line.text.len() <= bytes;
            bytes = bytes.saturating_sub(line.text.len());
            fits
        });
        fit.cloned().collect()
    }

    fn push(&self, level: &str, text: String) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.kept.len() == LINES {
            lines.kept.pop_front();
        }
        let line = LogLine { number: lines.next, at_ms: now_ms(), level: level.to_owned(), text };
        lines.next += 1;
        lines.kept.push_back(line.bounded());
    }
}

impl<S: Subscriber> Layer<S> for Recent {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let level = match *event.metadata().level() {
            Level::ERROR => "error",
            Level::WARN => "warn",
            Level::INFO => "info",
            _ => return,
        };
        let mut text = Text::default();
        event.record(&mut text);
        self.push(level, text.message + &text.fields);
    }
}

/// An event as one line: the message, then `name=value` of the rest.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.message.push_str(value),
            name => drop(write!(self.fields, " {name}={value}")),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // writing to a text never fails
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}

fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[test]
    fn what_is_told_is_kept_in_one_line_each_and_bounded() {
        let recent = Recent::new();
        let log = tracing_subscriber::registry().with(recent.clone());
        tracing::subscriber::with_default(log, || {
            tracing::debug!("for developers");
            tracing::warn!(task = 7, name = "x", "it\nfailed {}", 1);
            for number in 0..LINES {
                tracing::info!("line {number}");
            }
        });
        let lines = recent.since(0, usize::MAX);
        assert_eq!((lines.len(), lines[0].text.as_str(), lines[0].level.as_str()), (LINES, "line 0", "info"));
        assert!(recent.since(lines[LINES - 1].number + 1, usize::MAX).is_empty());
        assert_eq!(recent.since(lines[LINES - 2].number, usize::MAX).len(), 2);
        assert_eq!(recent.since(0, "line 0line 1".len()).len(), 2, "no more than there is room for");
    }

    #[test]
    fn fields_follow_the_message() {
        let recent = Recent::new();
        let log = tracing_subscriber::registry().with(recent.clone());
        tracing::subscriber::with_default(log, || tracing::warn!(task = 7, name = "x", "it\nfailed {}", 1));
        let lines = recent.since(0, usize::MAX);
        assert_eq!((lines[0].text.as_str(), lines[0].level.as_str()), ("it failed 1 task=7 name=x", "warn"));
    }
}
