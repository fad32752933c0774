//! Loudness after EBU R128: how loud a track is, and what brings it to a target.
//!
//! Two passes: the whole track is measured, then all of it is made louder or quieter by one factor. Dynamics stay as
//! they were mixed, and time stamps and length are exact, which ffmpeg's one-pass `loudnorm` cannot promise. Peaks
//! that a louder track would clip are held down by a limiter.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::time::Duration;

use super::ffmpeg::cancel::Cancel;
use super::ffmpeg::process::{ProcessError, Tools, read_output};

/// Decoding the longest allowed file on a slow machine.
const TIMEOUT: Duration = Duration::from_secs(12 * 3600);
/// What the meter calls silence (BS.1770: its absolute gate), LUFS.
const SILENCE_LUFS: f64 = -69.0;
/// A track that is quieter than that by nature is not blown up into noise, decibels.
const GAIN_MAX_DB: f64 = 20.0;
/// Not worth a change, decibels.
const GAIN_MIN_DB: f64 = 0.05;
/// What the meter calls its reading of the whole.
const INTEGRATED: &str = "lavfi.r128.I=";

/// What is done to a track's samples.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Gain {
    /// Decibels, positive for louder.
    pub decibels: f64,
}

impl Gain {
    /// From what was measured to the target, both in LUFS; nothing for silence.
    pub fn between(measured: Option<f64>, target: f64) -> Self {
        let decibels = match measured {
            Some(measured) if measured > SILENCE_LUFS => (target - measured).min(GAIN_MAX_DB),
            _ => 0.0,
        };
        Self { decibels }
    }

    /// As filters to put behind others; empty when there is nothing to do.
    pub fn filters(self) -> String {
        let volume = format!(",volume={:.2}dB", self.decibels);
        match self.decibels {
            louder if louder >= GAIN_MIN_DB => volume + LIMITER,
            quieter if quieter <= -GAIN_MIN_DB => volume,
            _ => String::new(),
        }
    }
}

/// Peaks stay 1.5 dB below full scale, because AAC and resampling add to them. It looks 5 ms ahead, and `latency` takes
/// that off again.
const LIMITER: &str = ",alimiter=limit=0.841:level=0:attack=5:release=50:latency=1";

/// How loud a track is as a whole, LUFS; none when it holds no sound. `args` are those of
/// [`super::ffmpeg::command::loudness`].
pub async fn measure(tools: &Tools, args: Vec<OsString>, cancel: &Cancel) -> Result<Option<f64>, ProcessError> {
    let read = |stdout: &mut dyn Read| last_reading(BufReader::new(stdout));
    read_output(tools, &tools.ffmpeg, args, TIMEOUT, cancel, read).await
}

/// The meter reports ten times a second what the whole has been until then.
fn last_reading(lines: impl BufRead) -> std::io::Result<Option<f64>> {
    let mut last = None;
    for line in lines.lines() {
        last = line?.strip_prefix(INTEGRATED).and_then(|value| value.parse().ok()).or(last);
    }
    Ok(last.filter(|lufs: &f64| lufs.is_finite()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_louder_tracks_need_a_limiter() {
        let check = |measured, want: &str| assert_eq!(Gain::between(measured, -16.0).filters(), want, "{measured:?}");
        check(Some(-10.0), ",volume=-6.00dB");
        check(Some(-22.5), &format!(",volume=6.50dB{LIMITER}"));
        check(Some(-60.0), &format!(",volume=20.00dB{LIMITER}"));
        check(Some(-16.01), "");
        check(Some(-70.0), "");
        check(None, "");
    }

    #[test]
    fn the_last_reading_counts() {
        let output = "frame:0 pts:0\nlavfi.r128.I=-70.000\nframe:1 pts:4800\nlavfi.r128.I=-21.500\n";
        let check = |output: &str, want| assert_eq!(last_reading(output.as_bytes()).ok(), Some(want), "{output}");
        check(output, Some(-21.5));
        check("frame:0\nlavfi.r128.I=nan\n", None);
        check("", None);
    }
}
