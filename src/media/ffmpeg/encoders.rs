//! How each codec is encoded in software: constant quality below a cap, 8-bit 4:2:0, closed GOPs, and key frames at the
//! planned times and nowhere else. Pure: from a rung to ffmpeg's options.
//!
//! SVT-AV1 cannot be told where to put a key frame (`-force_key_frames` is ignored, measured with ffmpeg 5.1.9 and
//! SVT-AV1 1.4.1), so its chunks are one segment long: an encode always begins with a key frame.

use crate::domain::ladder::{Codec, Rung};

/// Constant rate factor of H.264; the cap of a rung limits it.
const CRF: &str = "23";
/// The preset of vlog's own: x264's `veryfast` where effort gains nothing, more of it where it does. Measured with
/// `make bench` on a 1080p source: the ladder has the SSIM and size of one `medium` ffmpeg a rung, for 0.6 of the CPU.
const BALANCED: &str = "balanced";
/// Its rate factor: as large as `medium` at 23.
const BALANCED_CRF: &str = "22.65";
/// Of a large picture.
const BALANCED_LARGE: &str = "subme=3:aq-mode=2:weightp=2:rc-lookahead=30";
/// Of a small one, where effort is cheap and the cap is felt.
const BALANCED_SMALL: &str = "subme=6:psy-rd=0:aq-mode=2:weightp=2:rc-lookahead=40:ref=3:mixed-refs=1:trellis=1";
/// Longest short side of a small picture, pixels.
const SMALL_SIDE: u32 = 480;
/// The x265 preset that goes with vlog's own of H.264: what is slower gains little for its time.
const BALANCED_HEVC: &str = "fast";
/// Measured on Big Buck Bunny in 720p, where H.264 has an SSIM of 0.988: 0.984 in 72 % of the bytes. (26: 0.981, 54 %.)
const HEVC_CRF: &str = "24";
/// Parameter sets belong into hvcC alone, as the tag `hvc1` promises; the note about x265's options would make init
/// segments differ between machines.
const HEVC_PARAMS: &str = "keyint=-1:min-keyint=1:scenecut=0:open-gop=0:repeat-headers=0:info=0:log-level=error";
/// Of 63. On the same footage 0.986 in 67 % of the bytes; in 360p the cap decides: 0.981 for 0.982, in 55 %.
const AV1_CRF: &str = "30";
/// Without a limit SVT-AV1 starts threads by the hundred on a large machine, and needs the memory for them.
const AV1_PARAMS: &str = "scd=0:lp=4";
/// No key frame comes by itself.
const ENDLESS_GOP: &str = "1000000";

/// The number that parameter sets have when software stands in for hardware, whose own are 0: one rendition can hold
/// both, see [`super::super::parameter_sets`].
const BESIDE: &str = "sps-id=1";

/// ffmpeg's options for the software encoder of one rung.
pub fn settings(encoder: &str, preset: &str, rung: &Rung) -> Vec<String> {
    match rung.codec {
        Codec::H264 => h264_settings(encoder, preset, rung),
        Codec::Hevc => hevc_settings(encoder, preset, rung),
        Codec::Av1 => av1_settings(encoder, preset, rung),
    }
}

/// H.264.
pub fn h264_settings(encoder: &str, preset: &str, rung: &Rung) -> Vec<String> {
    let quality = match preset {
        BALANCED => {
            let small = rung.width.min(rung.height) <= SMALL_SIDE;
            let tuning = if small { BALANCED_SMALL } else { BALANCED_LARGE };
            vec!["-preset", "veryfast", "-x264-params", tuning, "-crf", BALANCED_CRF]
        }
        preset => vec!["-preset", preset, "-crf", CRF],
    };
    let gop = ["-profile:v", "high", "-g", ENDLESS_GOP, "-sc_threshold", "0"];
    joined(encoder, &quality, rung, &gop)
}

/// H.264 for a chunk of a rendition that hardware makes: told apart by the number of its parameter sets, and without
/// B-frames, as hardware has none.
pub fn beside_hardware(encoder: &str, preset: &str, rung: &Rung) -> Vec<String> {
    let mut settings = h264_settings(encoder, preset, rung);
    match settings.iter().position(|option| option == "-x264-params") {
        Some(at) => settings[at + 1] += &format!(":{BESIDE}"),
        None => settings.extend(["-x264-params", BESIDE].map(str::to_owned)),
    }
    settings.extend(["-bf", "0"].map(str::to_owned));
    settings
}

fn hevc_settings(encoder: &str, preset: &str, rung: &Rung) -> Vec<String> {
    // x265 has the presets of x264
    let preset = if preset == BALANCED { BALANCED_HEVC } else { preset };
    let gop = ["-profile:v", "main", "-tag:v", "hvc1", "-forced-idr", "1", "-x265-params", HEVC_PARAMS];
    joined(encoder, &["-preset", preset, "-crf", HEVC_CRF], rung, &gop)
}

fn av1_settings(encoder: &str, preset: &str, rung: &Rung) -> Vec<String> {
    let gop = ["-g", ENDLESS_GOP, "-svtav1-params", AV1_PARAMS];
    joined(encoder, &["-preset", svt_preset(preset), "-crf", AV1_CRF], rung, &gop)
}

/// SVT-AV1's presets are numbers: 13 is the fastest, and below 3 there is nothing to wait for.
fn svt_preset(preset: &str) -> &'static str {
    match preset {
        "ultrafast" => "12",
        "superfast" => "11",
        "veryfast" => "10",
        "faster" => "9",
        "medium" => "7",
        "slow" => "6",
        "slower" => "5",
        "veryslow" => "4",
        "placebo" => "3",
        _ => "8",
    }
}

fn joined(encoder: &str, quality: &[&str], rung: &Rung, gop: &[&str]) -> Vec<String> {
    let (cap, buffer) = (rung.max_rate.to_string(), (rung.max_rate * 2).to_string());
    let limits = ["-maxrate", &cap, "-bufsize", &buffer];
    let all = ["-c:v", encoder].into_iter().chain(quality.iter().copied()).chain(limits).chain(gop.iter().copied());
    all.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ladder;

    fn check(codec: Codec, preset: &str, want: &str) {
        let h264 = ladder::rungs(1280, 720, 30.0);
        let rung = if codec == Codec::H264 { h264[0].clone() } else { ladder::in_codec(&h264, codec)[0].clone() };
        assert_eq!(settings(codec.encoder(), preset, &rung).join(" "), want);
    }

    #[test]
    fn every_codec_is_capped_and_gets_no_key_frame_of_its_own() {
        check(
            Codec::H264,
            "medium",
            "-c:v libx264 -preset medium -crf 23 -maxrate 2500000 -bufsize 5000000 -profile:v high -g 1000000 \
             -sc_threshold 0",
        );
        check(
            Codec::Hevc,
            "balanced",
            "-c:v libx265 -preset fast -crf 24 -maxrate 1625000 -bufsize 3250000 -profile:v main -tag:v hvc1 \
             -forced-idr 1 -x265-params keyint=-1:min-keyint=1:scenecut=0:open-gop=0:repeat-headers=0:info=0:\
             log-level=error",
        );
        check(
            Codec::Av1,
            "balanced",
            "-c:v libsvtav1 -preset 8 -crf 30 -maxrate 1375000 -bufsize 2750000 -g 1000000 -svtav1-params scd=0:lp=4",
        );
    }

    #[test]
    fn slower_presets_are_slower_in_every_codec() {
        check(
            Codec::Av1,
            "slow",
            "-c:v libsvtav1 -preset 6 -crf 30 -maxrate 1375000 -bufsize 2750000 -g 1000000 -svtav1-params scd=0:lp=4",
        );
    }
}
