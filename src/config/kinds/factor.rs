//! `webhooks.retry_backoff_multiplier`: how many times longer something gets.

use super::super::value::{Given, Kind, Refusal, Value};

/// A number from 1 to 5.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Factor(pub f64);

const SENSIBLE: std::ops::RangeInclusive<f64> = 1.0..=5.0;

impl Value for Factor {
    const KIND: Kind = Kind::Float;

    fn bounds() -> Option<(String, String)> {
        Some((SENSIBLE.start().to_string(), SENSIBLE.end().to_string()))
    }

    fn read(given: &Given) -> Result<Self, Refusal> {
        let fix = format!("write a number from {} to {}, such as 2 or 1.5", SENSIBLE.start(), SENSIBLE.end());
        let Given::Text(text) = given else {
            return Err(Refusal::new("a list stands where one value is wanted", fix));
        };
        match text.trim().parse::<f64>() {
            Ok(factor) if SENSIBLE.contains(&factor) => Ok(Self(factor)),
            Ok(_) => Err(Refusal::new(format!("{text} is out of range"), fix)),
            Err(_) => Err(Refusal::new(format!("{text:?} is no number"), fix)),
        }
    }

    fn show(&self) -> String {
        self.0.to_string()
    }
}
