//! Choosing the frame that stands for a video: of several moments the one with most to see.

use std::time::Duration;

use super::ffmpeg::cancel::Cancel;
use super::ffmpeg::command;
use super::ffmpeg::input::Input;
use super::ffmpeg::process::{ProcessError, ProcessErrorKind, Tools, output};
use super::still::GREY;
use crate::domain::task::Picture;

/// Shares of the duration that are looked at.
const MOMENTS: [f64; 7] = [0.08, 0.2, 0.32, 0.44, 0.56, 0.68, 0.8];
/// Size of the small grey pictures that are judged.
const JUDGED: (u32, u32) = (160, 90);
const TIMEOUT: Duration = Duration::from_secs(600);

/// The moment, in seconds, whose frame tells most. A moment that cannot be read is passed over.
pub async fn best_moment(
    tools: &Tools,
    source: &Input,
    stream: u32,
    duration: f64,
    picture: &Picture,
    cancel: &Cancel,
) -> Result<f64, ProcessError> {
    let mut best = (f64::MIN, 0.0);
    let mut failure = None;
    for share in MOMENTS {
        let seconds = duration * share;
        let args = command::frame(source, stream, Some(seconds), picture, JUDGED, &GREY);
        match output(tools, &tools.ffmpeg, args, TIMEOUT, cancel).await {
            Ok(pixels) if pixels.len() == (JUDGED.0 * JUDGED.1) as usize => {
                let score = telling(&pixels);
                if score > best.0 {
                    best = (score, seconds);
                }
            }
            Ok(_) => {}
            Err(error) if error.kind == ProcessErrorKind::Cancelled => return Err(error),
            Err(error) => failure = Some(error),
        }
    }
    match failure {
        Some(error) if best.0 == f64::MIN => Err(error),
        _ => Ok(best.1),
    }
}

/// Makes one picture file's bytes, e.g. WebP on the standard output.
pub async fn render(tools: &Tools, args: Vec<std::ffi::OsString>, cancel: &Cancel) -> Result<Vec<u8>, ProcessError> {
    output(tools, &tools.ffmpeg, args, TIMEOUT, cancel).await
}

/// How much there is to see in a grey picture: many different tones and sharp edges, and neither black nor white.
fn telling(pixels: &[u8]) -> f64 {
    let mut histogram = [0u32; 32];
    for &p in pixels {
        histogram[usize::from(p >> 3)] += 1;
    }
    let total = pixels.len() as f64;
    let entropy: f64 = histogram.iter().filter(|&&n| n > 0).map(|&n| f64::from(n) / total).map(|p| -p * p.log2()).sum();
    let width = JUDGED.0 as usize;
    let edges: f64 =
        pixels.chunks_exact(width).flat_map(|row| row.windows(2)).map(|p| f64::from(p[0].abs_diff(p[1]))).sum::<f64>()
            / total;
    let mean = pixels.iter().map(|&p| f64::from(p)).sum::<f64>() / total;
    let exposure = if (30.0..=225.0).contains(&mean) { 0.0 } else { -3.0 };
    entropy + (1.0 + edges).ln() + exposure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detailed_picture_tells_more_than_a_flat_one() {
        let size = (JUDGED.0 * JUDGED.1) as usize;
        let black = vec![0u8; size];
        let grey = vec![128u8; size];
        let detailed: Vec<u8> = (0..size).map(|i| ((i * 37) % 256) as u8).collect();
        assert!(telling(&black) < telling(&grey));
        assert!(telling(&grey) < telling(&detailed));
    }
}
