//! `transcoding.loudness`: how loud every video is made, if at all.

use super::super::value::{Given, Kind, Refusal, Shape, Value};

/// Programme loudness that sound is brought to, LUFS (EBU R128); none leaves it as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Loudness(pub Option<f64>);

const OFF: &str = "off";
/// Quieter, and noise would be all there is; louder, and there would be nothing but peaks.
const SENSIBLE: std::ops::RangeInclusive<f64> = -31.0..=-9.0;

impl Value for Loudness {
    const KIND: Kind = Kind::Float;
    const CHOICES: &'static [&'static str] = &[OFF];
    const SHAPE: Option<Shape> =
        Some(Shape { pattern: r"off|-?[0-9]+(?:\.[0-9]+)?(?: ?LUFS)?", examples: &["-16", "-23 LUFS", OFF] });

    fn bounds() -> Option<(String, String)> {
        Some((SENSIBLE.start().to_string(), SENSIBLE.end().to_string()))
    }

    fn read(given: &Given) -> Result<Self, Refusal> {
        let fix = format!(
            "write \"{OFF}\", or a number of LUFS from {} to {}, such as -16",
            SENSIBLE.start(),
            SENSIBLE.end()
        );
        let Given::Text(text) = given else {
            return Err(Refusal::new("a list stands where one value is wanted", fix));
        };
        let text = text.trim();
        if text.eq_ignore_ascii_case(OFF) {
            return Ok(Self(None));
        }
        let number = text.strip_suffix("LUFS").unwrap_or(text).trim();
        match number.parse::<f64>() {
            Ok(target) if SENSIBLE.contains(&target) => Ok(Self(Some(target))),
            Ok(_) => Err(Refusal::new(format!("{text} is out of range"), fix)),
            Err(_) => Err(Refusal::new(format!("{text:?} is no loudness"), fix)),
        }
    }

    fn show(&self) -> String {
        self.0.map_or_else(|| format!("{OFF:?}"), |target| target.to_string())
    }
}
