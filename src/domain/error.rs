//! The error of a text that should have been one of a known set.

/// A text from the database, the wire or a file that is not one of the known values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what}: {text:?}")]
pub struct UnknownText {
    what: &'static str,
    text: String,
}

impl UnknownText {
    /// `what` names the set ("video status"), `text` is what was found.
    pub fn new(what: &'static str, text: &str) -> Self {
        Self { what, text: text.to_owned() }
    }
}
