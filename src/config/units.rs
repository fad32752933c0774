//! Sizes and durations as people write them: `10GiB`, `500MB`, `1h30m`, `500ms`.
//!
//! A bare number is bytes, or seconds. `k`, `M`, `G` and `T` alone are binary, as in systemd and nginx.

use std::fmt;
use std::time::Duration;

const SIZES: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("KB", 1_000),
    ("B", 1),
];
const TIMES: [(&str, u64); 5] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Bytes(pub u64);

impl Bytes {
    /// So many times 2^30 bytes.
    pub const fn gib(count: u64) -> Self {
        Self(count << 30)
    }

    /// Reads `10GiB`, `1.5 GB`, `500M` or `1048576`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(text.len());
        let (number, unit) = (text[..digits].replace('_', ""), text[digits..].trim());
        let factor = match unit {
            "" => 1,
            _ => {
                SIZES
                    .iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case(unit) || name.strip_suffix("iB") == Some(&upper(unit)))?
                    .1
            }
        };
        if let Ok(whole) = number.parse::<u64>() {
            return whole.checked_mul(factor).map(Self);
        }
        let bytes = number.parse::<f64>().ok()? * factor as f64;
        (bytes.fract() == 0.0 && bytes < u64::MAX as f64).then_some(Self(bytes as u64))
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = SIZES.iter().find(|(_, size)| self.0 >= *size && self.0.is_multiple_of(*size));
        match unit {
            Some((name, size)) if *size > 1 => write!(f, "{}{name}", self.0 / size),
            _ => write!(f, "{}", self.0),
        }
    }
}

/// Reads `20s`, `1h30m`, `500ms` or `15` (seconds).
pub(super) fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let mut rest = text;
    let mut milliseconds = 0_u64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number = rest[..digits].parse::<u64>().ok()?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let unit = TIMES.iter().find(|(name, _)| *name == &rest[..letters])?.1;
        milliseconds = milliseconds.checked_add(number.checked_mul(unit)?)?;
        rest = rest[letters..].trim_start();
    }
    (!text.is_empty()).then(|| Duration::from_millis(milliseconds))
}

/// Writes what [`parse_duration`] reads, in hours at most: `168h`, `1h30m`, `500ms`.
pub(super) fn show_duration(duration: Duration) -> String {
    let mut rest = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let mut text = String::new();
    for (name, unit) in TIMES.iter().rev().skip(1) {
        if rest >= *unit {
            text.push_str(&format!("{}{name}", rest / unit));
            rest %= unit;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

fn upper(unit: &str) -> String {
    unit.to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let check = |text: &str, bytes: Option<u64>| assert_eq!(Bytes::parse(text).map(|b| b.0), bytes, "{text}");
        check("0", Some(0));
        check("1048576", Some(1 << 20));
        check("1_000", Some(1000));
        check("10GiB", Some(10 << 30));
        check("10 gib", Some(10 << 30));
        check("2G", Some(2 << 30));
        check("500MB", Some(500_000_000));
        check("1.5kB", Some(1500));
        check("1.5B", None);
        check("GiB", None);
        check("-1", None);
        check("lots", None);
        check("", None);
        check("99999999TiB", None);
    }

    #[test]
    fn sizes_read_back() {
        for (bytes, text) in [(0, "0"), (1, "1"), (2 << 30, "2GiB"), (500_000_000, "500MB"), (100 << 30, "100GiB")] {
            assert_eq!(Bytes(bytes).to_string(), text);
            assert_eq!(Bytes::parse(text), Some(Bytes(bytes)));
        }
    }

    #[test]
    fn durations() {
        let check =
            |text: &str, ms: Option<u64>| assert_eq!(parse_duration(text), ms.map(Duration::from_millis), "{text}");
        check("15", Some(15_000));
        check("500ms", Some(500));
        check("1h30m", Some(5_400_000));
        check("1h 30m", Some(5_400_000));
        check("7d", Some(604_800_000));
        check("soon", None);
        check("5 parsecs", None);
        check("-5s", None);
        check("", None);
    }

    #[test]
    fn durations_read_back() {
        for text in ["0s", "500ms", "20s", "2m", "1h30m", "168h"] {
            assert_eq!(parse_duration(text).map(show_duration).as_deref(), Some(text));
        }
    }
}
