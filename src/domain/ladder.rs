//! The ladder: which renditions a source deserves.

use serde::{Deserialize, Serialize};

/// A video codec we publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Codec {
    /// AVC; always there, every device plays it.
    H264,
    /// H.265; Apple's devices, and most others with a decoder in hardware.
    Hevc,
    /// AOMedia Video 1; browsers and newer devices.
    Av1,
}

impl Codec {
    /// The text used in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::H264 => "h264",
            Self::Hevc => "hevc",
            Self::Av1 => "av1",
        }
    }

    /// ffmpeg's software encoder of it.
    pub fn encoder(self) -> &'static str {
        match self {
            Self::H264 => "libx264",
            Self::Hevc => "libx265",
            Self::Av1 => "libsvtav1",
        }
    }

    /// Cap of its rate against H.264's at the same size. Published comparisons agree on 35 to 50 % less for the same
    /// quality at slow settings; at the speeds used here a little of that is lost.
    fn rate_share(self) -> f64 {
        match self {
            Self::H264 => 1.0,
            Self::Hevc => 0.65,
            Self::Av1 => 0.55,
        }
    }
}

/// One step of the ladder before it meets a source.
struct Step {
    /// Length of the short side in pixels, which names the rung.
    short_side: u32,
    /// Cap of the video rate at up to 30 frames per second, bits per second.
    max_rate: u64,
}

const STEPS: [Step; 6] = [
    Step { short_side: 2160, max_rate: 15_000_000 },
    Step { short_side: 1440, max_rate: 8_000_000 },
    Step { short_side: 1080, max_rate: 5_000_000 },
    Step { short_side: 720, max_rate: 2_500_000 },
    Step { short_side: 480, max_rate: 1_000_000 },
    Step { short_side: 360, max_rate: 600_000 },
];
/// Above this frame rate caps grow.
const BASE_FRAME_RATE: f64 = 30.0;
/// A source this much short of a step still gets that step's name and cap (1920x1072 is "1080p").
const NEARLY: f64 = 0.93;
/// Shortest side that SVT-AV1 takes, and one coding tree unit of x265, pixels.
const FURTHER_CODEC_MIN_SIDE: u32 = 64;

/// One video rendition of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rung {
    /// `1080p`, or `1080p-hevc` for codecs beside H.264; also its directory and its name in URLs.
    pub name: String,
    /// Pixels, even.
    pub width: u32,
    /// Pixels, even.
    pub height: u32,
    /// Codec of the rendition.
    pub codec: Codec,
    /// Cap of its rate, bits per second.
    pub max_rate: u64,
    /// Frames per second.
    pub frame_rate: f64,
    /// True when it is the source's own stream.
    pub copied: bool,
}

/// The rungs for a picture shown at `width` x `height`, highest first. Never scales up; a source below the
/// lowest step gets one rung at its own size. Sides are even.
pub fn rungs(width: u32, height: u32, frame_rate: f64) -> Vec<Rung> {
    let short = width.min(height);
    let mut rungs = Vec::new();
    for step in &STEPS {
        if f64::from(short) < f64::from(step.short_side) * NEARLY {
            continue;
        }
        let scale = (f64::from(step.short_side) / f64::from(short)).min(1.0);
        rungs.push(rung(format!("{}p", step.short_side), width, height, scale, step.max_rate, frame_rate));
    }
    if rungs.is_empty() {
        let lowest = &STEPS[STEPS.len() - 1];
        rungs.push(rung(format!("{}p", short.max(1)), width, height, 1.0, lowest.max_rate, frame_rate));
    }
    rungs
}

/// H.264 rungs once more in another codec, for players that know it; none where its encoder takes no picture so small.
pub fn in_codec(rungs: &[Rung], codec: Codec) -> Vec<Rung> {
    let large_enough = |rung: &&Rung| rung.width.min(rung.height) >= FURTHER_CODEC_MIN_SIDE;
    let other = |rung: &Rung| Rung {
        name: format!("{}-{}", rung.name, codec.as_str()),
        codec,
        max_rate: (rung.max_rate as f64 * codec.rate_share()) as u64,
        copied: false,
        ..rung.clone()
    };
    rungs.iter().filter(large_enough).map(other).collect()
}

fn rung(name: String, width: u32, height: u32, scale: f64, base_rate: u64, frame_rate: f64) -> Rung {
    Rung {
        name,
        width: even(width, scale),
        height: even(height, scale),
        codec: Codec::H264,
        max_rate: scaled_rate(base_rate, frame_rate),
        frame_rate,
        copied: false,
    }
}

/// Caps grow with the frame rate, but not in proportion: neighbouring frames resemble each other more.
fn scaled_rate(base: u64, frame_rate: f64) -> u64 {
    let factor = (frame_rate / BASE_FRAME_RATE).max(1.0).sqrt();
    (base as f64 * factor) as u64
}

/// The even number nearest to the scaled side, but never above the side itself.
fn even(side: u32, scale: f64) -> u32 {
    let scaled = (f64::from(side) * scale / 2.0).round() as u32 * 2;
    scaled.min(side / 2 * 2).max(2)
}

/// Cap of the stereo audio rendition that goes with a highest rung, bits per second.
pub fn audio_rate(short_side: u32) -> u64 {
    match short_side {
        1440.. => 192_000,
        720.. => 128_000,
        _ => 96_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(width: u32, height: u32, want: &str) {
        let got: Vec<_> =
            rungs(width, height, 30.0).iter().map(|r| format!("{}={}x{}", r.name, r.width, r.height)).collect();
        assert_eq!(got.join(" "), want, "{width}x{height}");
    }

    #[test]
    fn ladder_follows_the_short_side() {
        check(1920, 1080, "1080p=1920x1080 720p=1280x720 480p=854x480 360p=640x360");
        check(1080, 1920, "1080p=1080x1920 720p=720x1280 480p=480x854 360p=360x640");
        check(1920, 804, "720p=1720x720 480p=1146x480 360p=860x360");
        check(320, 240, "240p=320x240");
        check(321, 241, "241p=320x240");
        check(16, 16, "16p=16x16");
        check(1, 1, "1p=2x2");
    }

    #[test]
    fn other_codecs_get_the_same_sizes_at_lower_rates() {
        let h264 = rungs(1280, 720, 30.0);
        let list = |codec| -> Vec<String> {
            in_codec(&h264, codec)
                .iter()
                .map(|r| format!("{} {}x{} {}", r.name, r.width, r.height, r.max_rate))
                .collect()
        };
        assert_eq!(
            list(Codec::Hevc),
            ["720p-hevc 1280x720 1625000", "480p-hevc 854x480 650000", "360p-hevc 640x360 390000"]
        );
        assert_eq!(list(Codec::Av1)[0], "720p-av1 1280x720 1375000");
        assert!(in_codec(&rungs(320, 62, 30.0), Codec::Av1).is_empty(), "SVT-AV1 would refuse it");
    }

    #[test]
    fn caps_grow_with_the_frame_rate() {
        assert_eq!(rungs(1920, 1080, 24.0)[0].max_rate, 5_000_000);
        assert_eq!(rungs(1920, 1080, 60.0)[0].max_rate, 7_071_067);
    }
}
