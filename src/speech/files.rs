//! The files of a transcript: captions for players, a playlist that HLS wants around them, and every word. Pure.

use super::cues;
use crate::domain::speech::Word;
use crate::media::hls;
use crate::media::presentation::names;

/// Names and contents.
pub fn of(words: &[Word], duration_seconds: f64) -> [(&'static str, Vec<u8>); 3] {
    let captions = cues::webvtt(&cues::of(words)).into_bytes();
    // times and texts are numbers and strings, which JSON has
    let every_word = serde_json::to_vec(words).unwrap_or_default();
    [
        (names::CAPTIONS, captions),
        (names::PLAYLIST, hls::captions(duration_seconds).into_bytes()),
        (names::WORDS, every_word),
    ]
}
