//! `transcoding.ladder`: sizes and rates that videos are published in, as JSON.

use super::super::value::{Given, Kind, Refusal, Value};
use crate::domain::ladder::{Ladder, Step};

impl Value for Ladder {
    const KIND: Kind = Kind::Json;

    fn read(given: &Given) -> Result<Self, Refusal> {
        let fix = "write a list such as [{\"height\": 1080, \"max_rate\": 5000000}, {\"height\": 480, \"max_rate\": \
                   1000000}], highest first; an empty one for vlog's own";
        let steps = match given {
            Given::Text(text) if text.trim().is_empty() => Vec::new(),
            Given::Text(text) => serde_json::from_str::<Vec<Step>>(text)
                .map_err(|error| Refusal::new(format!("this is no ladder: {error}"), fix))?,
            Given::List(list) if list.is_empty() => Vec::new(),
            Given::List(_) => return Err(Refusal::new("a list of texts is no ladder", fix)),
        };
        if steps.is_empty() { Ok(Self::default()) } else { Self::new(steps).map_err(|why| Refusal::new(why, fix)) }
    }

    fn show(&self) -> String {
        serde_json::json!(self.steps()).to_string().show()
    }
}
