//! Type of the keys about how often somebody may ask.

use std::time::Duration;

use super::super::value::{Given, Kind, Refusal, Shape, Value};
use crate::domain::rate::Rate;

/// A limit, or none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RateLimit(pub Option<Rate>);

const OFF: &str = "off";
const WINDOWS: [(&str, u64); 4] = [("second", 1), ("minute", 60), ("hour", 3600), ("day", 86_400)];
/// More is no limit.
const MOST: u32 = 1_000_000;

impl RateLimit {
    pub(in crate::config) const fn per_minute(count: u32) -> Self {
        Self(Some(Rate { count, window: Duration::from_secs(60) }))
    }

    pub(in crate::config) const fn per_hour(count: u32) -> Self {
        Self(Some(Rate { count, window: Duration::from_secs(3600) }))
    }
}

impl Value for RateLimit {
    const KIND: Kind = Kind::Text;
    const SHAPE: Option<Shape> = Some(Shape {
        pattern: r"off|(?:[1-9][0-9]{0,5}|1000000)\/(?:second|minute|hour|day)",
        examples: &["100/minute", "5/second", "off"],
    });

    fn read(given: &Given) -> Result<Self, Refusal> {
        let fix = format!("write \"{OFF}\", or a number for a second, minute, hour or day, such as \"100/minute\"");
        let Given::Text(text) = given else {
            return Err(Refusal::new("a list stands where one value is wanted", fix));
        };
        let text = text.trim();
        if text.eq_ignore_ascii_case(OFF) {
            return Ok(Self(None));
        }
        let window = |name: &str| WINDOWS.iter().find(|(window, _)| window.eq_ignore_ascii_case(name.trim()));
        let parts = text.split_once('/').and_then(|(count, name)| Some((count.trim().parse().ok()?, window(name)?)));
        match parts {
            Some((count @ 1..=MOST, (_, seconds))) => {
                Ok(Self(Some(Rate { count, window: Duration::from_secs(*seconds) })))
            }
            Some(_) => Err(Refusal::new(format!("{text} is out of range: 1 to {MOST}"), fix)),
            None => Err(Refusal::new(format!("{text:?} is no rate"), fix)),
        }
    }

    fn show(&self) -> String {
        let Some(rate) = self.0 else { return format!("{OFF:?}") };
        let window = WINDOWS.iter().find(|(_, seconds)| *seconds == rate.window.as_secs());
        format!("\"{}/{}\"", rate.count, window.map_or("second", |(name, _)| name))
    }
}
