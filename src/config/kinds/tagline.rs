//! `display.tagline`: what stands below the heading of the home page.

use super::super::value::{Given, Kind, Refusal, Value};

/// One line of text, without spaces at its ends; empty for none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tagline(pub String);

const MAX_CHARS: u32 = 100;

impl Value for Tagline {
    const KIND: Kind = Kind::Text;
    const MAX_LENGTH: Option<u32> = Some(MAX_CHARS);

    fn read(given: &Given) -> Result<Self, Refusal> {
        let fix = format!("write one line of at most {MAX_CHARS} characters");
        let Given::Text(text) = given else {
            return Err(Refusal::new("a list stands where one value is wanted", fix));
        };
        let text = text.trim();
        if text.contains(char::is_control) {
            return Err(Refusal::new("it is more than one line", fix));
        }
        match text.chars().count() {
            count if count > MAX_CHARS as usize => Err(Refusal::new(format!("it has {count} characters"), fix)),
            _ => Ok(Self(text.to_owned())),
        }
    }

    fn show(&self) -> String {
        self.0.show()
    }
}
