//! HLS: playlists against segments (RFC 8216, Apple's authoring rules) and rungs against each other.

use super::Failures;
use super::package::{Package, Rendition, Variant};
use crate::support::corpus::Expect;

/// EXTINF against the measured duration, seconds (and rounding to microseconds).
const EXTINF_TOLERANCE: f64 = 0.001_001;
/// Starts of one segment in two rungs, seconds.
const BOUNDARY_TOLERANCE: f64 = 0.000_5;
/// Durations of whole presentations, seconds.
const DURATION_TOLERANCE: f64 = 0.1;
/// AVERAGE-BANDWIDTH against the measured rate.
const AVERAGE_TOLERANCE: f64 = 0.02;
/// Encoded pictures may differ from the source's shape by this many pixels of rounding.
const SIZE_TOLERANCE: f64 = 2.01;
/// Short sides of the ladder.
const LADDER: [u64; 6] = [2160, 1440, 1080, 720, 480, 360];
/// H.264 NAL unit type of an IDR slice; HEVC types of IRAP pictures without leading pictures.
const H264_IDR: u8 = 5;
const HEVC_IDR: std::ops::RangeInclusive<u8> = 19..=20;

/// Checks the HLS presentation as a whole.
pub fn check(package: &Package, expect: &Expect, failures: &mut Failures) {
    let rungs = package.rungs();
    failures.check(rungs.is_empty() != expect.video, || format!("{} video rungs", rungs.len()));
    failures.check(package.master.independent_segments, || "no EXT-X-INDEPENDENT-SEGMENTS in the master".to_owned());
    for rendition in &package.renditions {
        check_rendition(rendition, failures);
    }
    check_alignment(package, &rungs, failures);
    check_lengths(package, &rungs, expect, failures);
    check_ladder(package, expect, failures);
    check_tracks(package, expect, failures);
    for variant in &package.variants {
        check_variant(package, variant, expect, failures);
    }
}

fn check_rendition(rendition: &Rendition, failures: &mut Failures) {
    let name = &rendition.name;
    let is_video = rendition.init.nal_length_bytes > 0 || rendition.init.codec.starts_with("av01");
    failures.check(rendition.ended, || format!("{name}: no EXT-X-ENDLIST"));
    let mut previous_end: Option<i64> = None;
    for (number, listed) in rendition.segments.iter().enumerate() {
        let segment = &listed.segment;
        let measured = rendition.measured(listed);
        failures.check((listed.listed_seconds - measured).abs() <= EXTINF_TOLERANCE, || {
            format!("{name} segment {number}: EXTINF {:.6}, measured {measured:.6}", listed.listed_seconds)
        });
        failures.check(listed.listed_seconds.round() as u64 <= rendition.target_seconds, || {
            format!("{name} segment {number}: {:.3} s exceed EXT-X-TARGETDURATION", listed.listed_seconds)
        });
        failures.check(segment.decode_start() >= 0, || {
            format!("{name} segment {number}: tfdt is {} when read as signed; it is unsigned", segment.decode_start())
        });
        if let Some(end) = previous_end {
            let start = segment.decode_start();
            failures.check((start - end).abs() <= 1, || {
                format!("{name} segment {number}: starts at tick {start}, the one before ends at {end}")
            });
        }
        previous_end = Some(segment.decode_end());
        failures.check(segment.samples.iter().all(|sample| sample.duration >= 0), || {
            format!("{name} segment {number}: a sample of negative duration")
        });
        if is_video {
            check_key_frame(rendition, number, failures);
        }
    }
}

fn check_key_frame(rendition: &Rendition, number: usize, failures: &mut Failures) {
    let name = &rendition.name;
    let segment = &rendition.segments[number].segment;
    failures.check(segment.first_is_sync(), || format!("{name} segment {number}: first sample is not flagged sync"));
    failures.check(segment.first_is_shown_first(), || {
        format!("{name} segment {number}: a picture is shown before the first one (open GOP)")
    });
    let types = &segment.first_nal_types;
    let is_key = match rendition.init.codec.get(..3) {
        Some("avc") => types.contains(&H264_IDR),
        Some("hvc" | "hev") => types.iter().any(|kind| HEVC_IDR.contains(kind)),
        _ => true,
    };
    failures.check(is_key, || format!("{name} segment {number}: no IDR picture first (NAL types {types:?})"));
}

fn check_alignment(package: &Package, rungs: &[usize], failures: &mut Failures) {
    let Some((first, others)) = rungs.split_first() else { return };
    let first = &package.renditions[*first];
    let wanted = first.starts();
    for other in others {
        let other = &package.renditions[*other];
        let starts = other.starts();
        failures.check(starts.len() == wanted.len(), || {
            format!("{} has {} segments, {} has {}", other.name, starts.len(), first.name, wanted.len())
        });
        let pairs = starts.iter().zip(&wanted).enumerate();
        let worst = pairs.map(|(number, (a, b))| ((a - b).abs(), number)).max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((apart, number)) = worst {
            failures.check(apart <= BOUNDARY_TOLERANCE, || {
                format!("{} segment {number} starts {apart:.4} s apart from {}'s (misaligned)", other.name, first.name)
            });
        }
        failures.check((other.end() - first.end()).abs() <= DURATION_TOLERANCE, || {
            format!("{} ends at {:.3} s, {} at {:.3} s", other.name, other.end(), first.name, first.end())
        });
    }
}

fn check_lengths(package: &Package, rungs: &[usize], expect: &Expect, failures: &mut Failures) {
    let longest = package.renditions.iter().map(Rendition::end).fold(0.0, f64::max);
    failures.check((longest - expect.duration).abs() <= expect.duration_tolerance, || {
        format!("HLS lasts {longest:.3} s, should be {:.3} s", expect.duration)
    });
    for place in rungs.iter().copied().chain(package.sounds()) {
        let rendition = &package.renditions[place];
        let start = rendition.starts().first().copied().unwrap_or(0.0);
        failures.check(start.abs() <= DURATION_TOLERANCE, || {
            format!("{} starts at {start:.3} s: the start must be padded", rendition.name)
        });
    }
}

fn check_ladder(package: &Package, expect: &Expect, failures: &mut Failures) {
    if !expect.video {
        return;
    }
    let source_short = u64::from(expect.size.0.min(expect.size.1));
    let shorts: Vec<u64> = package
        .variants
        .iter()
        .filter_map(|variant| variant.stream.resolution)
        .map(|size| size.width.min(size.height))
        .collect();
    for short in &shorts {
        failures.check(*short <= source_short + 1, || format!("a rung of {short} upscales {source_short}"));
    }
    for wanted in LADDER.into_iter().filter(|step| *step <= source_short) {
        failures.check(shorts.iter().any(|short| short.abs_diff(wanted) <= 2), || {
            format!("no rung of {wanted}, only {shorts:?}")
        });
    }
    let names: Vec<&str> = package.rungs().iter().map(|place| &package.renditions[*place].init.codec[..4]).collect();
    let repeated = names.iter().enumerate().any(|(at, name)| names[..at].contains(name));
    failures.check(source_short >= 360 || !repeated, || format!("{} rungs for a small source", names.len()));
}

fn check_tracks(package: &Package, expect: &Expect, failures: &mut Failures) {
    let sounds = package.sounds();
    failures.check(sounds.is_empty() == expect.audio.is_empty(), || {
        format!("{} audio renditions for {} source tracks", sounds.len(), expect.audio.len())
    });
    let stereo = |channels: &Option<String>| !matches!(channels.as_deref(), Some("6" | "8"));
    let mut places: Vec<usize> = Vec::new();
    for track in package.tracks.iter().filter(|track| stereo(&track.media.channels)) {
        if !places.contains(&track.rendition) {
            places.push(track.rendition);
        }
    }
    if expect.video && !expect.audio.is_empty() {
        failures.check(places.len() == expect.audio.len(), || {
            format!("{} stereo renditions, should be {}", places.len(), expect.audio.len())
        });
    }
    for sound in expect.audio.iter().filter(|sound| sound.channels > 2) {
        let has = package.tracks.iter().any(|track| !stereo(&track.media.channels));
        failures.check(has, || format!("no surround rendition for a source of {} channels", sound.channels));
    }
    if let (Some(default), Some(track)) = (expect.audio.first().and_then(|sound| sound.language), {
        package.tracks.iter().find(|track| track.media.default)
    }) {
        let seen = track.media.language.clone().unwrap_or_default();
        failures.check(same_language(&seen, default), || format!("default audio is {seen:?}, should be {default:?}"));
    }
    let languages: Vec<String> =
        package.texts.iter().map(|(media, _)| media.language.clone().unwrap_or_default()).collect();
    let same = languages.len() == expect.text.len()
        && languages.iter().zip(&expect.text).all(|(seen, wanted)| same_language(seen, wanted));
    failures.check(same, || format!("text tracks {languages:?}, should be {:?}", expect.text));
    for (media, text) in &package.texts {
        failures.check(text.contains("-->"), || format!("text track {} has no cue", media.name));
    }
    for group in ["AUDIO", "SUBTITLES"] {
        let names: Vec<(&str, &str)> = package
            .master
            .alternatives
            .iter()
            .filter(|media| media.media_type.to_string() == group)
            .map(|media| (media.group_id.as_str(), media.name.as_str()))
            .collect();
        let repeated = names.iter().enumerate().any(|(at, name)| names[..at].contains(name));
        failures.check(!repeated, || format!("two {group} renditions of a group share a NAME: {names:?}"));
    }
}

/// ISO 639-2 against BCP 47.
pub fn same_language(seen: &str, wanted: &str) -> bool {
    const PAIRS: [(&str, &[&str]); 5] =
        [("eng", &["en"]), ("ger", &["de", "deu"]), ("fre", &["fr", "fra"]), ("spa", &["es"]), ("jpn", &["ja"])];
    seen == wanted || PAIRS.iter().any(|(long, short)| *long == wanted && short.contains(&seen))
}

fn check_variant(package: &Package, variant: &Variant, expect: &Expect, failures: &mut Failures) {
    let rendition = &package.renditions[variant.rendition];
    let name = &rendition.name;
    let stream = &variant.stream;
    let sounds: Vec<&Rendition> = package
        .tracks
        .iter()
        .filter(|track| Some(&track.media.group_id) == stream.audio.as_ref())
        .map(|track| &package.renditions[track.rendition])
        .filter(|sound| sound.url != rendition.url)
        .collect();
    check_codecs(variant, rendition, &sounds, failures);
    check_rates(variant, rendition, &sounds, failures);
    let Some(size) = stream.resolution else { return };
    let (wide, high) = (f64::from(expect.size.0), f64::from(expect.size.1));
    let (width, height) = (size.width as f64, size.height as f64);
    let fits = (width - height * wide / high).abs() <= SIZE_TOLERANCE * (wide / high).max(1.0)
        || (height - width * high / wide).abs() <= SIZE_TOLERANCE;
    failures.check(fits, || format!("{name}: {width}x{height} is not the shape of {wide}x{high}"));
    let measured = rendition.samples() as f64 / rendition.seconds();
    let shortest = rendition.segments.iter().flat_map(|listed| &listed.segment.samples);
    let shortest = shortest.map(|sample| sample.duration).filter(|ticks| *ticks > 0).min().unwrap_or(1);
    let fastest = 1.0 / rendition.init.seconds(shortest);
    match stream.frame_rate {
        None => failures.check(false, || format!("{name}: no FRAME-RATE")),
        Some(rate) => failures.check(rate >= measured * 0.99 && rate <= fastest * 1.01, || {
            format!("{name}: FRAME-RATE {rate}, measured {measured:.3} (fastest {fastest:.3})")
        }),
    }
    if let Some(wanted) = expect.frame_rate {
        failures.check((measured - wanted).abs() <= wanted * 0.01, || {
            format!("{name}: {measured:.3} frames per second, should be {wanted:.3}")
        });
    }
}

fn check_codecs(variant: &Variant, rendition: &Rendition, sounds: &[&Rendition], failures: &mut Failures) {
    let listed = variant.stream.codecs.clone().unwrap_or_default();
    let mut listed: Vec<String> = listed.split(',').map(|codec| codec.trim().to_lowercase()).collect();
    listed.sort();
    listed.dedup();
    let mut real: Vec<String> = sounds.iter().map(|sound| sound.init.codec.to_lowercase()).collect();
    real.push(rendition.init.codec.to_lowercase());
    real.sort();
    real.dedup();
    listed.retain(|codec| codec != "wvtt" && codec != "stpp");
    failures.check(listed == real, || format!("{}: CODECS {listed:?}, in the files {real:?}", rendition.name));
}

/// RFC 8216 4.3.4.2: the peak is over contiguous segments of 0.5 to 1.5 target durations.
fn check_rates(variant: &Variant, rendition: &Rendition, sounds: &[&Rendition], failures: &mut Failures) {
    let name = &rendition.name;
    let average = |rendition: &Rendition| rendition.bytes() as f64 * 8.0 / rendition.seconds();
    let sound_average = sounds.iter().map(|sound| average(sound)).fold(0.0, f64::max);
    let sound_peak = sounds.iter().map(|sound| peak(sound)).fold(0.0, f64::max);
    let measured = average(rendition) + sound_average;
    let stated = variant.stream.bandwidth as f64;
    let least = peak(rendition) + sound_average;
    failures.check(stated >= least * 0.999, || format!("{name}: BANDWIDTH {stated}, peak is {least:.0}"));
    let most = 2.0 * (highest(rendition) + sound_peak.max(sound_average));
    failures.check(stated <= most, || format!("{name}: BANDWIDTH {stated} is far above the peak of {least:.0}"));
    match variant.stream.average_bandwidth {
        None => failures.check(false, || format!("{name}: no AVERAGE-BANDWIDTH")),
        Some(stated) => {
            let apart = (stated as f64 - measured).abs();
            failures.check(apart <= AVERAGE_TOLERANCE * measured, || {
                format!("{name}: AVERAGE-BANDWIDTH {stated}, measured {measured:.0}")
            });
        }
    }
}

fn highest(rendition: &Rendition) -> f64 {
    let rates = rendition.segments.iter().map(|listed| listed.bytes as f64 * 8.0 / listed.listed_seconds.max(0.001));
    rates.fold(0.0, f64::max)
}

fn peak(rendition: &Rendition) -> f64 {
    let target = rendition.target_seconds as f64;
    let mut highest = rendition.bytes() as f64 * 8.0 / rendition.seconds();
    for first in 0..rendition.segments.len() {
        let (mut bytes, mut seconds) = (0, 0.0);
        for listed in &rendition.segments[first..] {
            bytes += listed.bytes;
            seconds += listed.listed_seconds;
            if seconds > 1.5 * target {
                break;
            }
            if seconds >= 0.5 * target {
                highest = highest.max(bytes as f64 * 8.0 / seconds);
            }
        }
    }
    highest
}
