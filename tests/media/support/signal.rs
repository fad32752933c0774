//! Reads what a viewer sees and hears: small RGB grids with times, beep onsets, colour patches.
//!
//! Everything goes through an ffmpeg child process, so the judge shares no code with the product.
//! Times are seconds. *Absolute* times are those in the file (edit list honoured); otherwise the
//! earliest stream's start is 0, as a player shows it.
#![allow(dead_code)]

use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::corpus::Colour;
use super::corpus::scene::{BLUE, GREEN, RED};

/// Frames are judged on a grid of this many cells a side.
pub const GRID: usize = 48;
const GRID_BYTES: usize = GRID * GRID * 3;
/// Sample rate at which sound is judged, Hz.
const SOUND_RATE: u32 = 16_000;
/// A frame is a flash when its mean brightness is above, and its mean saturation below, these.
const FLASH_LUMA: f64 = 110.0;
const FLASH_SATURATION: f64 = 40.0;
/// A beep is a sample above this share of the loudest one...
const BEEP_SHARE: f64 = 0.5;
/// ...when the loudest one is above this share of full scale.
const AUDIBLE: f64 = 0.05;
/// Two onsets closer than this are one beep, seconds.
const BEEP_REST_SECONDS: f64 = 0.3;
/// Half the width of a judged patch, in cells.
const PATCH_RADIUS: usize = 2;
/// What ffmpeg may open.
const PROTOCOLS: &str = "http,tcp,file,pipe,crypto,data";

/// Patches: name, cell, colour.
const PATCHES: [(&str, (usize, usize), [u8; 3]); 5] = [
    ("top left corner", (6, 6), GREEN),
    ("top, right of the corner", (18, 6), RED),
    ("left half", (12, 27), RED),
    ("right half", (36, 27), BLUE),
    ("top right", (42, 6), BLUE),
];

/// One decoded frame.
#[derive(Debug, Clone)]
pub struct Frame {
    pub time: f64,
    pub grid: Vec<u8>,
}

/// What to decode.
#[derive(Debug, Clone)]
pub struct Input<'a> {
    /// Path or URL.
    pub source: &'a str,
    /// Stream, as ffmpeg names it (`0:v:0`).
    pub stream: &'a str,
    /// Keep the times of the file.
    pub absolute: bool,
}

/// A decoded picture track.
#[derive(Debug, Clone, Default)]
pub struct Picture {
    pub frames: Vec<Frame>,
    /// What ffmpeg complained about.
    pub complaints: String,
}

/// Runs ffmpeg or ffprobe at low priority.
pub fn run_tool(tool: &str, arguments: &[&str]) -> Result<Output> {
    Command::new("nice")
        .args(["-n", "5", "timeout", "-k", "2", "120", tool, "-v", "error", "-hide_banner"])
        .args(arguments)
        .output()
        .with_context(|| format!("starting {tool}"))
}

/// ffprobe's JSON for `source`, with `sections` such as `-show_streams`.
pub fn probe(source: &str, sections: &[&str]) -> Result<Value> {
    let mut arguments = vec!["-protocol_whitelist", PROTOCOLS, "-of", "json"];
    if source.ends_with(".m3u8") {
        arguments.extend(["-allowed_extensions", "ALL"]);
    }
    arguments.extend(sections);
    arguments.push(source);
    let output = run_tool("ffprobe", &arguments)?;
    let text = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "ffprobe {source}: {}", text.trim());
    serde_json::from_slice(&output.stdout).with_context(|| format!("ffprobe's answer for {source}"))
}

/// Decodes one picture track into small RGB frames with their times.
pub fn decode_picture(input: &Input) -> Result<Picture> {
    let directory = tempfile::tempdir().context("scratch directory")?;
    let times = directory.path().join("times");
    let times_text = times.to_string_lossy().into_owned();
    let graph = format!("[{}]scale={GRID}:{GRID}:flags=area,format=rgb24,split[a][b]", input.stream);
    let mut arguments = vec!["-nostdin", "-y", "-protocol_whitelist", PROTOCOLS];
    if input.absolute {
        arguments.push("-copyts");
    }
    arguments.extend(["-i", input.source, "-filter_complex", &graph]);
    for (label, format, target) in [("[a]", "rawvideo", "pipe:1"), ("[b]", "framecrc", times_text.as_str())] {
        arguments.extend(["-map", label, "-fps_mode", "passthrough", "-enc_time_base", "-1"]);
        arguments.extend(["-f", format, target]);
    }
    let output = run_tool("ffmpeg", &arguments)?;
    let complaints = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    ensure!(output.status.success(), "decoding {} of {}: {complaints}", input.stream, input.source);
    let listing = std::fs::read_to_string(&times).context("reading frame times")?;
    let times = frame_times(&listing)?;
    let grids = output.stdout.chunks_exact(GRID_BYTES);
    ensure!(times.len() == grids.len(), "{} times for {} frames", times.len(), grids.len());
    let frames = times.into_iter().zip(grids).map(|(time, grid)| Frame { time, grid: grid.to_vec() });
    Ok(Picture { frames: frames.collect(), complaints })
}

/// Parses framecrc: a `#tb 0: 1/25` line, then `stream, dts, pts, ...`.
fn frame_times(listing: &str) -> Result<Vec<f64>> {
    let mut base = None;
    let mut times = Vec::new();
    for line in listing.lines() {
        if let Some(fraction) = line.strip_prefix("#tb 0:") {
            base = fraction_value(fraction.trim());
        } else if !line.starts_with('#') {
            let pts = line.split(',').nth(2).context("framecrc without pts")?;
            let pts: f64 = pts.trim().parse().with_context(|| format!("pts {pts}"))?;
            times.push(pts * base.context("framecrc without a time base")?);
        }
    }
    Ok(times)
}

/// `30000/1001` as a number; `None` for `0/0`.
pub fn fraction_value(text: &str) -> Option<f64> {
    let (above, below) = text.split_once('/').unwrap_or((text, "1"));
    let (above, below): (f64, f64) = (above.parse().ok()?, below.parse().ok()?);
    (below != 0.0).then(|| above / below)
}

/// Decodes one audio track to mono, silence filled in so that sample 0 is time 0.
pub fn decode_sound(input: &Input) -> Result<Vec<i16>> {
    let rate = SOUND_RATE.to_string();
    let mut arguments = vec!["-nostdin", "-protocol_whitelist", PROTOCOLS];
    if input.absolute {
        arguments.push("-copyts");
    }
    arguments.extend(["-i", input.source, "-map", input.stream]);
    arguments.extend(["-af", "aresample=async=1:first_pts=0", "-ac", "1", "-ar", &rate]);
    arguments.extend(["-f", "s16le", "pipe:1"]);
    let output = run_tool("ffmpeg", &arguments)?;
    let complaints = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "decoding {} of {}: {complaints}", input.stream, input.source);
    Ok(output.stdout.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect())
}

/// Seconds of sound.
pub fn sound_seconds(samples: &[i16]) -> f64 {
    samples.len() as f64 / f64::from(SOUND_RATE)
}

/// Times at which beeps start.
pub fn beeps(samples: &[i16]) -> Vec<f64> {
    let loudest = samples.iter().map(|sample| f64::from(*sample).abs()).fold(0.0, f64::max);
    if loudest < AUDIBLE * f64::from(i16::MAX) {
        return Vec::new();
    }
    let mut onsets: Vec<f64> = Vec::new();
    let mut last_loud = f64::NEG_INFINITY;
    for (index, sample) in samples.iter().enumerate() {
        if f64::from(*sample).abs() > BEEP_SHARE * loudest {
            let time = index as f64 / f64::from(SOUND_RATE);
            if time - last_loud > BEEP_REST_SECONDS {
                onsets.push(time);
            }
            last_loud = time;
        }
    }
    onsets
}

/// Times at which white flashes start.
pub fn flashes(frames: &[Frame]) -> Vec<f64> {
    let mut onsets = Vec::new();
    let mut was_flash = false;
    for frame in frames {
        let flash = is_flash(frame);
        if flash && !was_flash {
            onsets.push(frame.time);
        }
        was_flash = flash;
    }
    onsets
}

/// A flash is bright and without colour; the scene itself is full of colour. So a flash is found
/// whatever the tone mapping made of white.
fn is_flash(frame: &Frame) -> bool {
    let cells = frame.grid.chunks_exact(3);
    let (mut luma, mut saturation) = (0u64, 0u64);
    for cell in cells {
        luma += cell.iter().map(|value| u64::from(*value)).sum::<u64>();
        let (low, high) = (cell.iter().min(), cell.iter().max());
        saturation += u64::from(high.copied().unwrap_or(0) - low.copied().unwrap_or(0));
    }
    let count = (GRID * GRID) as f64;
    luma as f64 / (3.0 * count) > FLASH_LUMA && (saturation as f64) / count < FLASH_SATURATION
}

/// Judges the patches of the frames within `from..to` seconds; the worst frame is described.
pub fn colour_failures(frames: &[Frame], colour: Colour, from: f64, to: f64) -> Vec<String> {
    let mut worst: Option<(f64, String)> = None;
    let calm = frames.iter().filter(|frame| (from..to).contains(&frame.time) && !is_flash(frame));
    for frame in calm {
        for (name, cell, wanted) in PATCHES {
            let seen = patch(frame, cell);
            let badness = match colour {
                Colour::Any => 0.0,
                Colour::Within(limit) => distance(seen, wanted) - f64::from(limit),
                Colour::Hue => hue_fault(seen, wanted),
            };
            if badness > worst.as_ref().map_or(0.0, |(worst, _)| *worst) {
                let text = format!(
                    "{name} is {:.0},{:.0},{:.0} at {:.3} s, should be {wanted:?} ({colour:?})",
                    seen[0], seen[1], seen[2], frame.time
                );
                worst = Some((badness, text));
            }
        }
    }
    worst.into_iter().map(|(_, text)| text).collect()
}

/// Mean colour around a cell.
fn patch(frame: &Frame, cell: (usize, usize)) -> [f64; 3] {
    let mut sum = [0.0; 3];
    let side = 2 * PATCH_RADIUS + 1;
    for y in cell.1 - PATCH_RADIUS..=cell.1 + PATCH_RADIUS {
        for x in cell.0 - PATCH_RADIUS..=cell.0 + PATCH_RADIUS {
            for (channel, total) in sum.iter_mut().enumerate() {
                *total += f64::from(frame.grid[(y * GRID + x) * 3 + channel]);
            }
        }
    }
    sum.map(|total| total / (side * side) as f64)
}

fn distance(seen: [f64; 3], wanted: [u8; 3]) -> f64 {
    seen.iter().zip(wanted).map(|(seen, wanted)| (seen - f64::from(wanted)).abs()).fold(0.0, f64::max)
}

/// How far a tone-mapped patch is from "bright, saturated, of the right hue"; 0 is right.
fn hue_fault(seen: [f64; 3], wanted: [u8; 3]) -> f64 {
    const BRIGHT: f64 = 110.0;
    const LEAD: f64 = 100.0;
    let mut leading = 0.0;
    let mut rest: f64 = 0.0;
    for (seen, wanted) in seen.iter().zip(wanted) {
        if wanted > 128 { leading = *seen } else { rest = rest.max(*seen) }
    }
    (BRIGHT - leading).max(LEAD - (leading - rest)).max(0.0)
}
