//! Proof that a generated file is as odd as its recipe says: ffprobe's view, and the raw bytes
//! where ffprobe hides the oddity.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::super::signal::{self, Input};
use super::Clip;

/// Markers in the source must be this exact, seconds.
const MARK_TOLERANCE: f64 = 0.045;

/// One provable property.
#[derive(Debug, Clone)]
pub enum Claim {
    /// A field of the first real video stream has this text.
    Video(&'static str, &'static str),
    /// A field of the n-th audio stream has this text.
    Audio(usize, &'static str, &'static str),
    /// A field of the n-th subtitle stream has this text.
    Text(usize, &'static str, &'static str),
    /// The n-th audio stream carries this tag.
    AudioTag(usize, &'static str, &'static str),
    /// The container's name contains this.
    Container(&'static str),
    /// Number of streams of a type (`video`, `audio`, `subtitle`).
    Count(&'static str, usize),
    /// Number of chapters.
    Chapters(usize),
    /// The longest distance between key frames lies in this range, seconds.
    KeyFrameGap(f64, f64),
    /// First packet time of a stream (`v:0`), seconds, and tolerance.
    FirstTime(&'static str, f64, f64),
    /// Frame distances differ by more than a fifth.
    VariableRate,
    /// Decoded frames are flagged interlaced, top field first or not.
    Interlaced(bool),
    /// Some pictures after a key frame are shown before it.
    OpenGop,
    /// No picture after a key frame is shown before it.
    ClosedGop,
    /// Two frames carry one time.
    RepeatedTimes,
    /// The display matrix has this rotation (ffprobe's number).
    Rotation(i64),
    /// Top-level box order (MP4): the first is before the second.
    BoxBefore(&'static str, &'static str),
    /// These bytes occur in the file.
    Bytes(&'static [u8]),
    /// Number of video frames.
    Frames(usize),
    /// At most this many bytes.
    Smaller(u64),
}

/// Every claim that does not hold, in words; also whether the displayed picture and the markers
/// are where the expectation says, judged by the checker's own eyes.
pub fn check_claims(clip: &Clip, file: &Path) -> Result<Vec<String>> {
    let path = file.to_string_lossy();
    let sections = ["-show_streams", "-show_format", "-show_chapters"];
    let view = signal::probe(&path, &sections)?;
    let mut failures = Vec::new();
    for claim in &clip.claims {
        if let Err(error) = check_claim(claim, &view, &path) {
            failures.push(format!("{claim:?}: {error:#}"));
        }
    }
    if !clip.skip_source_markers
        && let Err(error) = check_senses(clip, &path, &mut failures)
    {
        failures.push(format!("{error:#}"));
    }
    Ok(failures)
}

fn check_senses(clip: &Clip, path: &str, failures: &mut Vec<String>) -> Result<()> {
    let expect = &clip.expect;
    if expect.video {
        let picture = signal::decode_picture(&Input { source: path, stream: "0:v:0", absolute: false })?;
        if !matches!(expect.colour, super::Colour::Hue) {
            failures.extend(signal::colour_failures(
                &picture.frames,
                expect.colour,
                expect.picture.0,
                expect.picture.1,
            ));
        }
        compare_times("flashes", &signal::flashes(&picture.frames), &expect.flashes, failures);
    }
    if !expect.audio.is_empty() {
        let sound = signal::decode_sound(&Input { source: path, stream: "0:a:0", absolute: false })?;
        compare_times("beeps", &signal::beeps(&sound), &expect.beeps, failures);
    }
    Ok(())
}

fn compare_times(what: &str, seen: &[f64], wanted: &[f64], failures: &mut Vec<String>) {
    let fits = seen.len() == wanted.len()
        && seen.iter().zip(wanted).all(|(seen, wanted)| (seen - wanted).abs() < MARK_TOLERANCE);
    if !fits {
        failures.push(format!("{what} at {seen:.3?}, should be at {wanted:.3?}"));
    }
}

fn check_claim(claim: &Claim, view: &Value, path: &str) -> Result<()> {
    match claim {
        Claim::Video(key, wanted) => equals(stream(view, "video", 0)?, key, wanted),
        Claim::Audio(index, key, wanted) => equals(stream(view, "audio", *index)?, key, wanted),
        Claim::Text(index, key, wanted) => equals(stream(view, "subtitle", *index)?, key, wanted),
        Claim::AudioTag(index, key, wanted) => equals(&stream(view, "audio", *index)?["tags"], key, wanted),
        Claim::Container(wanted) => {
            let name = text_of(&view["format"]["format_name"]);
            ensure!(name.contains(wanted), "is {name}");
            Ok(())
        }
        Claim::Count(kind, wanted) => {
            let seen = streams(view, kind).count();
            ensure!(seen == *wanted, "has {seen}");
            Ok(())
        }
        Claim::Chapters(wanted) => {
            let seen = view["chapters"].as_array().map_or(0, Vec::len);
            ensure!(seen == *wanted, "has {seen}");
            Ok(())
        }
        Claim::Rotation(wanted) => {
            let seen = stream(view, "video", 0)?["side_data_list"]
                .as_array()
                .and_then(|list| list.iter().find_map(|item| item["rotation"].as_i64()));
            ensure!(seen == Some(*wanted), "is {seen:?}");
            Ok(())
        }
        Claim::BoxBefore(..) | Claim::Bytes(_) | Claim::Smaller(_) => check_bytes(claim, path),
        Claim::Interlaced(top_first) => check_interlaced(path, *top_first),
        _ => check_packets(claim, path),
    }
}

fn check_bytes(claim: &Claim, path: &str) -> Result<()> {
    let bytes = std::fs::read(path).with_context(|| format!("reading {path}"))?;
    match claim {
        Claim::BoxBefore(first, second) => {
            let at = |name: &str| top_level_box(&bytes, name).with_context(|| format!("no {name} box"));
            ensure!(at(first)? < at(second)?, "the order is the other way round");
        }
        Claim::Bytes(wanted) => {
            ensure!(bytes.windows(wanted.len()).any(|window| window == *wanted), "not found");
        }
        Claim::Smaller(limit) => ensure!((bytes.len() as u64) <= *limit, "has {} bytes", bytes.len()),
        _ => {}
    }
    Ok(())
}

fn top_level_box(bytes: &[u8], name: &str) -> Option<usize> {
    let mut at = 0;
    while at + 8 <= bytes.len() {
        if &bytes[at + 4..at + 8] == name.as_bytes() {
            return Some(at);
        }
        let size = u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        at += (size as usize).max(8);
    }
    None
}

fn check_interlaced(path: &str, top_first: bool) -> Result<()> {
    let sections = ["-select_streams", "v:0", "-show_frames", "-read_intervals", "%+2"];
    let view = signal::probe(path, &sections)?;
    let frame = view["frames"].get(5).context("fewer than six frames")?;
    ensure!(frame["interlaced_frame"] == 1, "frames are progressive");
    ensure!((frame["top_field_first"] == 1) == top_first, "the other field is first");
    Ok(())
}

fn check_packets(claim: &Claim, path: &str) -> Result<()> {
    let selection = if let Claim::FirstTime(selection, ..) = claim { *selection } else { "v:0" };
    let view = signal::probe(path, &["-select_streams", selection, "-show_packets"])?;
    let packets = view["packets"].as_array().context("no packets")?;
    let time = |packet: &Value| {
        let text = packet["pts_time"].as_str().or_else(|| packet["dts_time"].as_str())?;
        text.parse::<f64>().ok()
    };
    let is_key = |packet: &Value| text_of(&packet["flags"]).starts_with('K');
    let mut times: Vec<f64> = packets.iter().filter_map(time).collect();
    match claim {
        Claim::FirstTime(_, wanted, tolerance) => {
            let first = times.iter().copied().fold(f64::INFINITY, f64::min);
            ensure!((first - wanted).abs() <= *tolerance, "is {first:.4}");
        }
        Claim::Frames(wanted) => ensure!(packets.len() == *wanted, "has {}", packets.len()),
        Claim::KeyFrameGap(low, high) => {
            times.sort_by(f64::total_cmp);
            let mut keys: Vec<f64> = packets.iter().filter(|packet| is_key(packet)).filter_map(time).collect();
            keys.extend(times.last());
            let gap = keys.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
            ensure!((*low..=*high).contains(&gap), "is {gap:.3}");
        }
        Claim::VariableRate => {
            times.sort_by(f64::total_cmp);
            let gaps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let longest = gaps.iter().copied().fold(0.0, f64::max);
            let shortest = gaps.iter().copied().fold(f64::INFINITY, f64::min);
            ensure!(longest > shortest * 1.2, "distances are {shortest:.4} to {longest:.4}");
        }
        Claim::RepeatedTimes => {
            times.sort_by(f64::total_cmp);
            ensure!(times.windows(2).any(|pair| pair[0] == pair[1]), "every time is new");
        }
        Claim::OpenGop | Claim::ClosedGop => {
            let mut last_key = f64::NEG_INFINITY;
            let mut open = false;
            for packet in packets {
                let at = time(packet).context("packet without time")?;
                if is_key(packet) {
                    last_key = at;
                }
                open |= at < last_key;
            }
            ensure!(open == matches!(claim, Claim::OpenGop), "it is the other kind");
        }
        _ => {}
    }
    Ok(())
}

fn streams<'a>(view: &'a Value, kind: &'a str) -> impl Iterator<Item = &'a Value> {
    let all = view["streams"].as_array().map_or(&[][..], Vec::as_slice);
    all.iter().filter(move |stream| stream["codec_type"] == kind && stream["disposition"]["attached_pic"] != 1)
}

fn stream<'a>(view: &'a Value, kind: &'a str, index: usize) -> Result<&'a Value> {
    streams(view, kind).nth(index).with_context(|| format!("no {kind} stream {index}"))
}

fn equals(value: &Value, key: &str, wanted: &str) -> Result<()> {
    let seen = text_of(&value[key]);
    ensure!(seen == wanted, "{key} is {seen:?}");
    Ok(())
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
