//! `transcription.whisper_model` and `transcription.language`: what listens, and what it is to hear.

use super::super::value::{Given, Kind, Refusal, Value};
use crate::domain::speech::{LANGUAGES, MODEL_NAMES};

/// The name of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpeechModel(pub &'static str);

impl Default for SpeechModel {
    fn default() -> Self {
        Self("base")
    }
}

impl Value for SpeechModel {
    const KIND: Kind = Kind::Choice;
    const CHOICES: &'static [&'static str] = &MODEL_NAMES;

    fn read(given: &Given) -> Result<Self, Refusal> {
        let fix = format!("use one of {}", MODEL_NAMES.join(", "));
        let Given::Text(text) = given else {
            return Err(Refusal::new("a list stands where one value is wanted", fix));
        };
        let known = MODEL_NAMES.into_iter().find(|name| name.eq_ignore_ascii_case(text.trim()));
        known.map(Self).ok_or_else(|| Refusal::new(format!("{text:?} is no model"), fix))
    }

    fn show(&self) -> String {
        format!("{:?}", self.0)
    }
}

const AUTO: &str = "auto";

const CODES: [&str; LANGUAGES.len() + 1] = {
    let mut codes = [AUTO; LANGUAGES.len() + 1];
    let mut at = 0;
    while at < LANGUAGES.len() {
        codes[at + 1] = LANGUAGES[at].0;
        at += 1;
    }
    codes
};

/// The code of a language that the models know; none to find out which it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpokenLanguage(pub Option<&'static str>);

impl Value for SpokenLanguage {
    const KIND: Kind = Kind::Choice;
    const CHOICES: &'static [&'static str] = &CODES;

    fn read(given: &Given) -> Result<Self, Refusal> {
        let fix = format!("write a code such as \"en\" or \"de\", or \"{AUTO}\" to find out");
        let Given::Text(text) = given else {
            return Err(Refusal::new("a list stands where one value is wanted", fix));
        };
        let text = text.trim().to_ascii_lowercase();
        if text.is_empty() || text == AUTO {
            return Ok(Self(None));
        }
        let known = LANGUAGES.iter().find(|(code, _)| *code == text);
        known.map(|(code, _)| Self(Some(code))).ok_or_else(|| Refusal::new(format!("{text:?} is no language"), fix))
    }

    fn show(&self) -> String {
        format!("{:?}", self.0.unwrap_or(AUTO))
    }
}
