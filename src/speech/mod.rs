//! What is said in a film: the one place that knows whisper. It knows sound and words, not videos.
//!
//! The model runs in a process of its own, `vlog listen` ([`listen`]), so that its memory and its faults are not the
//! server's: `pieces` finds where somebody speaks, `chunks` packs that for the model, `engine` hears words. The server
//! reads what it prints, [`Line`]s, and makes captions of it ([`cues`]). [`models`] knows the files, [`pull`] fetches them.

mod chunks;
pub mod cues;
pub mod edit;
mod engine;
pub mod files;
pub mod listen;
pub mod models;
mod pieces;
pub mod pull;

use serde::{Deserialize, Serialize};

use crate::domain::speech::Word;

/// Samples a second that the models hear.
pub const RATE: usize = 16_000;

/// What `vlog listen` prints, one JSON a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The language, found or set; before any words.
    Language {
        /// ISO 639 code.
        code: String,
        /// How sure that is, 0 to 1; none where it was set.
        probability: Option<f64>,
    },
    /// Of one stretch; the stretches come in any order.
    Words(Vec<Word>),
    /// Share done, 0 to 1.
    Progress(f64),
    /// Nothing more comes. Seconds of sound that there were.
    Done(f64),
}
