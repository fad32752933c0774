//! The video's JSON against the package and the expectation.

use reqwest::Url;
use serde_json::Value;

use super::Failures;
use super::hls::same_language;
use super::package::{Package, get};
use crate::support::corpus::{Expect, Outcome};

/// Display sizes may be rounded to even, pixels.
const SIZE_TOLERANCE: u64 = 2;
/// Largest blurred preview, bytes.
const PLACEHOLDER_BYTES: usize = 1024;

/// Name of the quality that says that it is the source stream itself, if it is the largest of its codec.
pub fn copied_top(detail: &Value) -> Option<&str> {
    let pixels = |quality: &Value| number(&quality["width"]) * number(&quality["height"]);
    let qualities = list(&detail["qualities"]);
    let copied = qualities.iter().find(|quality| quality["copied"] == true)?;
    let rivals = qualities.iter().filter(|other| other["codec"] == copied["codec"]);
    rivals.into_iter().all(|other| pixels(other) <= pixels(copied)).then(|| copied["name"].as_str())?
}

/// Checks the JSON and what it links to.
pub async fn check(
    client: &reqwest::Client,
    base: &Url,
    detail: &Value,
    package: &Package,
    expect: &Expect,
    failures: &mut Failures,
) {
    failures.check(detail["status"] == "ready", || format!("status is {}", detail["status"]));
    let duration = detail["duration"].as_f64().unwrap_or(0.0);
    failures.check((duration - expect.duration).abs() <= expect.duration_tolerance, || {
        format!("JSON duration {duration:.3}, should be {:.3}", expect.duration)
    });
    failures.check(detail["audio_only"] == !expect.video, || format!("audio_only is {}", detail["audio_only"]));
    if expect.video {
        let (width, height) = (number(&detail["width"]), number(&detail["height"]));
        let near = |seen: u64, wanted: u32| seen.abs_diff(u64::from(wanted)) <= SIZE_TOLERANCE;
        failures.check(near(width, expect.size.0) && near(height, expect.size.1), || {
            format!("JSON size {width}x{height}, should be {}x{}", expect.size.0, expect.size.1)
        });
    }
    check_qualities(detail, package, expect, failures);
    check_tracks(detail, expect, failures);
    let warnings = list(&detail["warnings"]);
    failures.check(expect.outcome != Outcome::ReadyWithWarning || !warnings.is_empty(), || {
        "no warning about what is wrong with the file".to_owned()
    });
    let placeholder = detail["placeholder"].as_str().unwrap_or_default();
    failures.check(placeholder.len() <= PLACEHOLDER_BYTES, || format!("placeholder of {} bytes", placeholder.len()));
    let mut links: Vec<&Value> = vec![&detail["thumbnail_url"], &detail["stream_url"], &detail["dash_url"]];
    for thumbnail in list(&detail["thumbnails"]) {
        links.extend([&thumbnail["url"], &thumbnail["webp_url"]]);
    }
    links.extend(list(&detail["text_tracks"]).iter().map(|track| &track["url"]));
    for link in links {
        let Some(text) = link.as_str() else {
            failures.check(false, || "a link (thumbnail_url, stream_url, dash_url...) is null".to_owned());
            continue;
        };
        let result = match base.join(text) {
            Ok(url) => get(client, &url).await,
            Err(error) => Err(error.into()),
        };
        failures.note("a link in the JSON", result);
    }
}

fn check_qualities(detail: &Value, package: &Package, expect: &Expect, failures: &mut Failures) {
    let qualities = list(&detail["qualities"]);
    let rungs = package.rungs().len();
    failures.check(qualities.len() == rungs, || format!("{} qualities in JSON, {rungs} rungs in HLS", qualities.len()));
    for quality in qualities {
        let name = &quality["name"];
        failures.check(quality["status"] == "completed", || format!("quality {name} is {}", quality["status"]));
        let (width, height) = (number(&quality["width"]), number(&quality["height"]));
        let codecs = quality["codecs"].as_str().unwrap_or_default();
        let listed = package.variants.iter().any(|variant| {
            let same_size = variant.stream.resolution.is_some_and(|size| size.width == width && size.height == height);
            same_size && variant.stream.codecs.as_deref().unwrap_or_default().contains(codecs)
        });
        failures.check(listed, || format!("quality {name} ({width}x{height} {codecs}) is not in master.m3u8"));
    }
    if let Some(copied) = expect.copied {
        failures.check(copied_top(detail).is_some() == copied, || {
            format!("the best rung {} the source stream", if copied { "is not" } else { "claims to be" })
        });
    }
}

fn check_tracks(detail: &Value, expect: &Expect, failures: &mut Failures) {
    let tracks = list(&detail["audio_tracks"]);
    for sound in &expect.audio {
        let fits = tracks.iter().any(|track| {
            let language = sound
                .language
                .is_none_or(|wanted| same_language(track["language"].as_str().unwrap_or_default(), wanted));
            let title = sound.title.is_none_or(|wanted| track["label"].as_str().unwrap_or_default().contains(wanted));
            language && title
        });
        failures.check(fits, || format!("no audio track for {sound:?} among {}", detail["audio_tracks"]));
    }
    failures.check(tracks.is_empty() == expect.audio.is_empty(), || format!("{} audio tracks in JSON", tracks.len()));
    let texts = list(&detail["text_tracks"]).len();
    failures
        .check(texts == expect.text.len(), || format!("{texts} text tracks in JSON, should be {}", expect.text.len()));
    let chapters = list(&detail["chapters"]).len();
    failures
        .check(chapters == expect.chapters, || format!("{chapters} chapters in JSON, should be {}", expect.chapters));
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}
