//! The ladder: which renditions a source deserves.

pub mod encoder;

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
    /// All of them, H.264 first.
    pub const ALL: [Self; 3] = [Self::H264, Self::Hevc, Self::Av1];

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Length of the short side in pixels, which names the rung.
    pub height: u32,
    /// Cap of H.264's rate at up to 30 frames per second, bits per second.
    pub max_rate: u64,
}

/// Steps, highest first, at least one. The default is our own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder(Vec<Step>);

/// Most steps of a ladder.
const MAX_STEPS: usize = 12;
/// Heights that a step may have, pixels: from the shortest side that every encoder takes to 8K.
const HEIGHTS: std::ops::RangeInclusive<u32> = FURTHER_CODEC_MIN_SIDE..=4320;
/// Rates that a step may have, bits per second.
const RATES: std::ops::RangeInclusive<u64> = 50_000..=200_000_000;
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

impl Default for Ladder {
    fn default() -> Self {
        let step = |(height, max_rate)| Step { height, max_rate };
        let steps = [
            (2160, 15_000_000),
            (1440, 8_000_000),
            (1080, 5_000_000),
            (720, 2_500_000),
            (480, 1_000_000),
            (360, 600_000),
        ];
        Self(steps.map(step).to_vec())
    }
}

impl Ladder {
    /// Of these steps. The error says which of them makes no sense, and why.
    pub fn new(steps: Vec<Step>) -> Result<Self, String> {
        if steps.is_empty() || steps.len() > MAX_STEPS {
            return Err(format!("it has {} steps instead of 1 to {MAX_STEPS}", steps.len()));
        }
        for Step { height, max_rate } in &steps {
            if !HEIGHTS.contains(height) {
                let (low, high) = HEIGHTS.into_inner();
                return Err(format!("the height {height} is out of range: {low} to {high} pixels"));
            }
            if !RATES.contains(max_rate) {
                let (low, high) = RATES.into_inner();
                return Err(format!(
                    "the max_rate {max_rate} of {height} is out of range: {low} to {high} bits per second"
                ));
            }
        }
        for (upper, lower) in steps.iter().zip(&steps[1..]) {
            if f64::from(lower.height) > f64::from(upper.height) * NEARLY {
                let (low, high) = (lower.height, upper.height);
                return Err(format!("{low} comes after {high}: heights fall, by 7 % at least from step to step"));
            }
            if lower.max_rate > upper.max_rate {
                return Err(format!("the max_rate of {} is above that of {}", lower.height, upper.height));
            }
        }
        Ok(Self(steps))
    }

    /// Its steps, highest first.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The rungs for a picture shown at `width` x `height`, highest first. Never scales up; a source below the
    /// lowest step gets one rung at its own size. Sides are even.
    pub fn rungs(&self, width: u32, height: u32, frame_rate: f64) -> Vec<Rung> {
        let short = width.min(height);
        let fits = |step: &&Step| f64::from(short) >= f64::from(step.height) * NEARLY;
        let of_step = |step: &Step| {
            let scale = (f64::from(step.height) / f64::from(short)).min(1.0);
            rung(format!("{}p", step.height), width, height, scale, step.max_rate, frame_rate)
        };
        let rungs: Vec<_> = self.0.iter().filter(fits).map(of_step).collect();
        match self.0.last() {
            Some(lowest) if rungs.is_empty() => {
                vec![rung(format!("{}p", short.max(1)), width, height, 1.0, lowest.max_rate, frame_rate)]
            }
            _ => rungs,
        }
    }
}

/// The rungs of our own ladder.
pub fn rungs(width: u32, height: u32, frame_rate: f64) -> Vec<Rung> {
    Ladder::default().rungs(width, height, frame_rate)
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
    fn a_ladder_of_ones_own() {
        let steps = |steps: &[(u32, u64)]| {
            Ladder::new(steps.iter().map(|&(height, max_rate)| Step { height, max_rate }).collect())
        };
        let ladder = steps(&[(1080, 6_000_000), (540, 1_500_000)]);
        let list = |width, height| -> Vec<String> {
            let rungs = ladder.as_ref().map(|ladder| ladder.rungs(width, height, 25.0)).unwrap_or_default();
            rungs.iter().map(|rung| format!("{} {}x{} {}", rung.name, rung.width, rung.height, rung.max_rate)).collect()
        };
        assert_eq!(list(1920, 1080), ["1080p 1920x1080 6000000", "540p 960x540 1500000"]);
        assert_eq!(list(320, 240), ["240p 320x240 1500000"], "below the lowest");
        assert_eq!(
            steps(&Ladder::default().0.iter().map(|step| (step.height, step.max_rate)).collect::<Vec<_>>()),
            Ok(Ladder::default())
        );
        for (bad, because) in [
            (&[][..], "0 steps"),
            (&[(1080, 1_000_000); 13], "13 steps"),
            (&[(32, 1_000_000)], "height 32 is out of range"),
            (&[(1080, 5)], "max_rate 5 of 1080 is out of range"),
            (&[(720, 1_000_000), (1080, 900_000)], "1080 comes after 720"),
            (&[(720, 1_000_000), (720, 900_000)], "720 comes after 720"),
            (&[(1080, 1_000_000), (720, 2_000_000)], "the max_rate of 720 is above that of 1080"),
        ] {
            assert!(steps(bad).is_err_and(|reason| reason.contains(because)), "{bad:?}");
        }
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
