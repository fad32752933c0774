//! How a device decodes, scales and encodes: constant quality below a cap, 8-bit 4:2:0, closed GOPs, key frames at the
//! planned times and nowhere else, as `encoders` has it for software. Pure: from a rung to ffmpeg's options.
//!
//! Every option was compared with `ffmpeg -h` of 5.1 (those of the AV1 encoders, which 5.1 lacks, with ffmpeg's source), but
//! **none of this was run on hardware**: neither the machines it was written on nor those it is tested on have any.
//!
//! There are no B-frames: not every card has them, drivers disagree about their decoding times, and without them what
//! software makes beside fits to the tick.

use crate::domain::ladder::encoder::Device;
use crate::domain::ladder::{Codec, Rung};

/// No key frame comes by itself in the longest chunk; Intel's interface counts with 16 bits.
const LONG_GOP: &str = "65535";
/// Frames that filters and encoder may hold beyond those that a decoder keeps for itself.
const EXTRA_FRAMES: &str = "8";
/// What hardware aims at where it must be told, against the cap of a rung.
const TARGET_SHARE: f64 = 0.75;
/// The name of the device within a command.
const NAME: &str = "gpu";

/// Where decoded frames are between decoder and encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frames {
    /// They never leave the device.
    OnDevice,
    /// The device decodes what it can; filters run on the processor.
    InMemory,
}

/// How the encoder is told what to aim at; the self-test finds out which one the driver knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rate {
    /// Constant quality below a cap.
    #[default]
    Quality,
    /// A number of bits, with a cap; easy pictures get more of them than they need.
    Bits,
}

/// A device that works, as a command uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Which kind.
    pub device: Device,
    /// Its file (`/dev/dri/renderD128`), or the number of NVIDIA's card; empty: the first.
    pub node: String,
    /// See [`Rate`].
    pub rate: Rate,
    /// See [`Frames`].
    pub frames: Frames,
}

impl Use {
    /// Opens the device; stands before everything else.
    pub fn init(&self) -> Vec<String> {
        let node = if self.node.is_empty() { String::new() } else { format!(":{}", self.node) };
        let made = match self.device {
            Device::Software => return Vec::new(),
            Device::Nvenc => format!("cuda={NAME}{node}"),
            Device::Vaapi => format!("vaapi={NAME}{node}"),
            Device::Qsv => format!("qsv={NAME}:hw_any,child_device={}", self.node),
        };
        ["-init_hw_device", &made, "-filter_hw_device", NAME].map(str::to_owned).into()
    }

    /// What stands before the input: the device is opened, and decodes what it can.
    pub fn options(&self) -> Vec<String> {
        let decoder = match self.device {
            Device::Nvenc => "cuda",
            Device::Vaapi => "vaapi",
            // Quick Sync's decoders would have to be named one by one, and gain little
            Device::Qsv | Device::Software => return self.init(),
        };
        let mut options = self.init();
        options.extend(["-hwaccel", decoder, "-hwaccel_device", NAME].map(str::to_owned));
        if self.frames == Frames::OnDevice {
            options.extend(["-hwaccel_output_format", decoder, "-extra_hw_frames", EXTRA_FRAMES].map(str::to_owned));
        }
        options
    }

    /// Scales frames that are on the device to 8-bit 4:2:0.
    pub fn scale(&self, (width, height): (u32, u32)) -> String {
        match self.device {
            // a frame that is passed on as it is would be one that the decoder lacks
            Device::Nvenc => format!("scale_cuda=w={width}:h={height}:interp_algo=bicubic:format=nv12:passthrough=0"),
            _ => format!("scale_vaapi=w={width}:h={height}:mode=hq:format=nv12"),
        }
    }

    /// Takes scaled frames from memory to the encoder; begins with a comma unless it is empty.
    pub fn upload(&self) -> &'static str {
        match self.device {
            Device::Software | Device::Nvenc => "",
            Device::Vaapi => ",format=nv12,hwupload",
            Device::Qsv => ",format=nv12",
        }
    }

    /// What the encoder of one rung is told.
    pub fn settings(&self, encoder: &str, preset: &str, rung: &Rung) -> Vec<String> {
        let (cap, buffer) = (rung.max_rate.to_string(), (rung.max_rate * 2).to_string());
        let target = ((rung.max_rate as f64 * TARGET_SHARE) as u64).to_string();
        let quality = quality(self.device, rung.codec);
        let mut settings = vec!["-c:v", encoder];
        match self.device {
            Device::Software => {}
            Device::Nvenc => {
                settings.extend([
                    "-preset",
                    nvenc_preset(preset),
                    "-tune",
                    "hq",
                    "-rc",
                    "vbr",
                    "-cq",
                    quality,
                    "-b:v",
                    "0",
                ]);
            }
            Device::Vaapi if self.rate == Rate::Quality => {
                settings.extend(["-rc_mode", "QVBR", "-global_quality", quality, "-b:v", &target]);
            }
            Device::Vaapi => settings.extend(["-rc_mode", "VBR", "-b:v", &target]),
            Device::Qsv => {
                settings.extend(["-preset", qsv_preset(preset)]);
                if self.rate == Rate::Quality {
                    settings.extend(["-global_quality", quality]);
                }
                settings.extend(["-b:v", &target]);
            }
        }
        settings.extend(["-maxrate", &cap, "-bufsize", &buffer]);
        settings.extend(match rung.codec {
            Codec::H264 => &["-profile:v", "high"][..],
            Codec::Hevc => &["-profile:v", "main", "-tag:v", "hvc1"],
            Codec::Av1 => &[],
        });
        settings.extend(["-bf", "0", "-g", LONG_GOP]);
        settings.extend(match (self.device, rung.codec) {
            (Device::Nvenc, _) => {
                &["-forced-idr", "1", "-rc-lookahead", "20", "-no-scenecut", "1", "-spatial-aq", "1"][..]
            }
            (Device::Qsv, Codec::H264 | Codec::Av1) => &["-forced_idr", "1", "-adaptive_i", "0", "-adaptive_b", "0"],
            (Device::Qsv, Codec::Hevc) => &["-forced_idr", "1"],
            // a forced key frame is an IDR frame as it is
            (Device::Vaapi | Device::Software, _) => &[],
        });
        settings.into_iter().map(str::to_owned).collect()
    }

    /// A filter of packets that leaves parameter sets to the init segment, as the tags `avc1` and `hvc1` promise: drivers
    /// of Intel's and AMD's devices repeat them in every key frame. Ends with a comma unless it is empty.
    pub fn strip(&self, codec: Codec) -> &'static str {
        match (self.device, codec) {
            (Device::Vaapi | Device::Qsv, Codec::H264) => "filter_units=remove_types=7-8,",
            (Device::Vaapi | Device::Qsv, Codec::Hevc) => "filter_units=remove_types=32-34,",
            _ => "",
        }
    }
}

/// About what software aims at, on the scale of each encoder.
fn quality(device: Device, codec: Codec) -> &'static str {
    match (device, codec) {
        (_, Codec::H264) => "24",
        (_, Codec::Hevc) => "26",
        (Device::Nvenc, Codec::Av1) => "32",
        (_, Codec::Av1) => "28",
    }
}

/// NVIDIA's presets are p1, the fastest, to p7.
fn nvenc_preset(preset: &str) -> &'static str {
    match preset {
        "ultrafast" => "p1",
        "superfast" => "p2",
        "veryfast" => "p3",
        "faster" | "fast" => "p4",
        "slow" => "p6",
        "slower" | "veryslow" | "placebo" => "p7",
        _ => "p5",
    }
}

/// Intel's have x264's names, from `veryfast` to `veryslow`.
fn qsv_preset(preset: &str) -> &'static str {
    match preset {
        "ultrafast" | "superfast" | "veryfast" => "veryfast",
        "faster" => "faster",
        "fast" => "fast",
        "slow" => "slow",
        "slower" => "slower",
        "veryslow" | "placebo" => "veryslow",
        _ => "medium",
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::collections::BTreeSet;
    use std::process::Command;

    use super::*;
    use crate::domain::ladder;

    /// Options that every encoder has.
    const COMMON: [&str; 9] =
        ["-c:v", "-b:v", "-maxrate", "-bufsize", "-g", "-bf", "-tag:v", "-global_quality", "-profile:v"];

    fn options_of(encoder: &str) -> Option<BTreeSet<String>> {
        let output =
            Command::new("ffmpeg").args(["-hide_banner", "-h", &format!("encoder={encoder}")]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let first =
            |line: &str| line.strip_prefix("  -").and_then(|rest| rest.split(' ').next()).map(|o| format!("-{o}"));
        Some(text.lines().filter_map(first).collect()).filter(|options: &BTreeSet<String>| !options.is_empty())
    }

    /// Without a card this shows at least that nothing is misspelt.
    #[test]
    fn the_encoders_know_their_options() {
        let mut known = 0;
        for device in Device::HARDWARE {
            for (codec, rate) in Codec::ALL.into_iter().flat_map(|c| [(c, Rate::Quality), (c, Rate::Bits)]) {
                let encoder = device.encoder(codec);
                let Some(options) = options_of(encoder) else { continue };
                known += 1;
                let rung = Rung { codec, ..ladder::rungs(1280, 720, 25.0)[0].clone() };
                let with = Use { device, node: String::new(), rate, frames: Frames::InMemory };
                for option in with.settings(encoder, "balanced", &rung).iter().filter(|text| text.starts_with('-')) {
                    let found = options.contains(option) || COMMON.contains(&option.as_str());
                    assert!(found, "{encoder} has no {option}: {options:?}");
                }
            }
        }
        assert!(known > 0, "this ffmpeg has no hardware encoder at all");
    }
}
