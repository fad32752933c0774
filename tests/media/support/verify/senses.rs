//! What a viewer sees and hears: pictures, colours, orientation, sound, sync; and whether two
//! independent readers (HLS, DASH) find the same streams.

use std::path::Path;

use anyhow::{Context, Result};
use reqwest::Url;
use serde_json::Value;

use super::Failures;
use super::package::{Package, Rendition};
use crate::support::corpus::Expect;
use crate::support::signal::{self, Input};

/// Sound against picture, seconds.
const SYNC_TOLERANCE: f64 = 0.040;
/// A marker against its place on the timeline, seconds; a frame of a slow source comes on top.
const MARK_TOLERANCE: f64 = 0.060;
/// Durations that two readers report, seconds.
const DURATION_TOLERANCE: f64 = 0.1;

/// Decodes every rendition and both manifests.
pub fn check(package: &Package, mpd_url: &Url, expect: &Expect, failures: &mut Failures) {
    let rungs = package.rungs();
    let sounds = package.sounds();
    let mut heard: Vec<(String, Vec<f64>)> = Vec::new();
    for place in sounds {
        let rendition = &package.renditions[place];
        if let Some(beeps) = failures.note(&rendition.name, hear(rendition)) {
            check_marks(&rendition.name, "beeps", &beeps, &expect.beeps, failures);
            heard.push((rendition.name.clone(), beeps));
        }
    }
    for place in rungs {
        let rendition = &package.renditions[place];
        let seen = see(rendition, expect, failures);
        let Some(flashes) = failures.note(&rendition.name, seen) else { continue };
        check_marks(&rendition.name, "flashes", &flashes, &expect.flashes, failures);
        for (sound, beeps) in &heard {
            check_sync(&format!("{} with {sound}", rendition.name), &flashes, beeps, expect, failures);
        }
    }
    if package.renditions.iter().any(|rendition| !rendition.ended) {
        // Reported already; ffmpeg would take it for a live stream and wait for more.
        return;
    }
    let readers = check_readers(package, mpd_url, expect, failures);
    failures.note("reading both manifests", readers);
}

fn hear(rendition: &Rendition) -> Result<Vec<f64>> {
    let path = rendition.path();
    let samples = signal::decode_sound(&Input { source: &path, stream: "0:a:0", absolute: true })?;
    let seconds = signal::sound_seconds(&samples);
    anyhow::ensure!(
        (seconds - rendition.end()).abs() <= DURATION_TOLERANCE,
        "decodes to {seconds:.3} s, segments say {:.3} s",
        rendition.end()
    );
    Ok(signal::beeps(&samples))
}

fn see(rendition: &Rendition, expect: &Expect, failures: &mut Failures) -> Result<Vec<f64>> {
    let name = &rendition.name;
    let path = rendition.path();
    let picture = signal::decode_picture(&Input { source: &path, stream: "0:v:0", absolute: true })?;
    failures.check(picture.complaints.is_empty(), || format!("{name}: ffmpeg complains: {}", picture.complaints));
    failures.check(picture.frames.len() == rendition.samples(), || {
        format!("{name}: {} frames decode of {} samples", picture.frames.len(), rendition.samples())
    });
    let (from, to) = expect.picture;
    for text in signal::colour_failures(&picture.frames, expect.colour, from, to) {
        failures.0.push(format!("{name}: {text}"));
    }
    let view = signal::probe(&path, &["-show_streams"])?;
    let stream = &view["streams"][0];
    check_stream(name, stream, rendition, failures);
    Ok(signal::flashes(&picture.frames))
}

/// Things every browser needs of a video rung.
fn check_stream(name: &str, stream: &Value, rendition: &Rendition, failures: &mut Failures) {
    let text = |key: &str| stream[key].as_str().unwrap_or("unknown").to_owned();
    let ratio = text("sample_aspect_ratio");
    failures.check(matches!(ratio.as_str(), "1:1" | "unknown" | "0:1"), || format!("{name}: pixels are {ratio}"));
    failures.check(matches!(text("pix_fmt").as_str(), "yuv420p" | "yuvj420p"), || {
        format!("{name}: pixel format {}", text("pix_fmt"))
    });
    let order = text("field_order");
    failures.check(matches!(order.as_str(), "progressive" | "unknown"), || format!("{name}: fields {order}"));
    for key in ["color_space", "color_transfer", "color_primaries"] {
        let value = text(key);
        failures.check(value != "unknown", || format!("{name}: no {key} tag"));
        failures.check(!value.contains("2020") && value != "smpte2084" && value != "arib-std-b67", || {
            format!("{name}: {key} is still {value}")
        });
    }
    failures.check(stream["side_data_list"].to_string().find("rotation").is_none(), || {
        format!("{name}: still carries a rotation")
    });
    if rendition.init.codec.starts_with("avc") {
        let level = stream["level"].as_i64().unwrap_or(0);
        let stated = rendition.init.codec.get(9..11).and_then(|hex| i64::from_str_radix(hex, 16).ok());
        failures.check(stated == Some(level), || format!("{name}: avcC level {stated:?}, ffprobe says {level}"));
    }
}

/// Each expected marker is there, where it should be, and there are no others.
fn check_marks(name: &str, what: &str, seen: &[f64], wanted: &[f64], failures: &mut Failures) {
    let fits = seen.len() == wanted.len()
        && seen.iter().zip(wanted).all(|(seen, wanted)| (seen - wanted).abs() <= MARK_TOLERANCE);
    failures.check(fits, || format!("{name}: {what} at {seen:.3?}, should be at {wanted:.3?}"));
}

/// The distance of flash and beep is that of the source, at both ends.
fn check_sync(name: &str, flashes: &[f64], beeps: &[f64], expect: &Expect, failures: &mut Failures) {
    let wanted = expect.flashes.iter().zip(&expect.beeps);
    for ((flash, beep), (wanted_flash, wanted_beep)) in flashes.iter().zip(beeps).zip(wanted) {
        let apart = (beep - flash) - (wanted_beep - wanted_flash);
        failures.check(apart.abs() < SYNC_TOLERANCE, || {
            format!("{name}: sound is {:+.0} ms off the picture at {flash:.3} s", apart * 1000.0)
        });
    }
}

/// ffprobe reads HLS and DASH alike; sync holds when played through either manifest.
fn check_readers(package: &Package, mpd_url: &Url, expect: &Expect, failures: &mut Failures) -> Result<()> {
    let sections = ["-show_streams", "-show_format"];
    let mut views = Vec::new();
    for url in [package.master_url.as_str(), mpd_url.as_str()] {
        let view = signal::probe(url, &sections)?;
        let mut streams: Vec<String> = view["streams"]
            .as_array()
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .filter(|stream| stream["codec_type"] == "video" || stream["codec_type"] == "audio")
            .map(|stream| {
                format!("{} {}x{} {}", stream["codec_name"], stream["width"], stream["height"], stream["channels"])
            })
            .collect();
        streams.sort();
        streams.dedup();
        let seconds: f64 = view["format"]["duration"].as_str().unwrap_or("0").parse().unwrap_or(0.0);
        views.push((streams, seconds));
    }
    let [(hls, hls_seconds), (dash, dash_seconds)] = &views[..] else { return Ok(()) };
    failures.check(hls == dash, || format!("ffprobe finds {hls:?} in HLS, {dash:?} in DASH"));
    // ffmpeg 5.1 cuts the MPD's duration to whole seconds; its exact value is judged in `dash`.
    let cut = hls_seconds - 1.0 - DURATION_TOLERANCE..=hls_seconds + DURATION_TOLERANCE;
    failures.check(cut.contains(dash_seconds), || {
        format!("ffprobe reads {hls_seconds:.3} s from HLS, {dash_seconds:.3} s from DASH")
    });
    failures.check((hls_seconds - expect.duration).abs() <= expect.duration_tolerance.max(DURATION_TOLERANCE), || {
        format!("ffprobe reads {hls_seconds:.3} s from HLS, should be {:.3} s", expect.duration)
    });
    if expect.video && !expect.audio.is_empty() {
        for url in [package.master_url.as_str(), mpd_url.as_str()] {
            let picture = signal::decode_picture(&Input { source: url, stream: "0:v:0", absolute: false })?;
            let sound = signal::decode_sound(&Input { source: url, stream: "0:a:0", absolute: false })?;
            let name = url.rsplit('/').next().unwrap_or(url);
            check_sync(name, &signal::flashes(&picture.frames), &signal::beeps(&sound), expect, failures);
        }
    }
    Ok(())
}

/// The copied rung decodes to exactly the source's pictures.
pub fn check_copy(package: &Package, name: &str, source: &Path, failures: &mut Failures) -> Result<()> {
    let mut rungs = package.rungs().into_iter().map(|place| &package.renditions[place]);
    let rung = rungs.find(|rung| rung.name.split('/').next() == Some(name)).context("no copied rung")?;
    let of_source = picture_hash(&source.to_string_lossy())?;
    let of_rung = picture_hash(&rung.path())?;
    failures
        .check(of_source == of_rung, || format!("{}: called a copy, but its pictures are not the source's", rung.name));
    Ok(())
}

fn picture_hash(path: &str) -> Result<String> {
    let arguments = ["-nostdin", "-noautorotate", "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough"];
    let arguments = [&arguments[..], &["-c:v", "rawvideo", "-f", "md5", "pipe:1"]].concat();
    let output = signal::run_tool("ffmpeg", &arguments)?;
    anyhow::ensure!(output.status.success(), "hashing {path}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
