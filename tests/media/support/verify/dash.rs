//! DASH: the MPD (ISO/IEC 23009-1) against the HLS presentation of the same files.

use anyhow::{Context, Result, ensure};
use dash_mpd_core::{AdaptationSet, MPD, Representation, SegmentTemplate};
use reqwest::Url;

use super::Failures;
use super::package::{Package, Rendition, get};
use crate::support::corpus::Expect;

/// Segment times of the two manifests, seconds.
const TIME_TOLERANCE: f64 = 0.001;
/// Whole durations, seconds.
const DURATION_TOLERANCE: f64 = 0.1;

/// Checks the MPD.
pub async fn check(
    client: &reqwest::Client,
    xml: &[u8],
    url: &Url,
    package: &Package,
    expect: &Expect,
    failures: &mut Failures,
) {
    let text = String::from_utf8_lossy(xml);
    let parsed = dash_mpd_core::parse(&text).map_err(|error| anyhow::anyhow!("does not parse: {error}"));
    let Some(mpd) = failures.note("manifest.mpd", parsed) else { return };
    for text in dash_mpd_core::check_conformity(&mpd) {
        failures.0.push(format!("manifest.mpd: {text}"));
    }
    failures.check(mpd.mpdtype.as_deref() != Some("dynamic"), || "manifest.mpd is still dynamic".to_owned());
    let stated = mpd.mediaPresentationDuration.map_or(0.0, |duration| duration.as_secs_f64());
    failures.check((stated - expect.duration).abs() <= expect.duration_tolerance.max(DURATION_TOLERANCE), || {
        format!("manifest.mpd lasts {stated:.3} s, should be {:.3} s", expect.duration)
    });
    failures.check(mpd.periods.len() == 1, || format!("manifest.mpd has {} periods", mpd.periods.len()));
    check_sets(&mpd, package, failures);
    for set in mpd.periods.iter().flat_map(|period| &period.adaptations) {
        for representation in
            set.representations.iter().filter(|_| !["text", "image"].iter().any(|kind| is_kind(set, kind)))
        {
            let result = check_representation(client, url, &mpd, set, representation, package, failures).await;
            failures.note("manifest.mpd", result);
        }
    }
}

/// Whether a set is of a content type, said on it or on its first representation.
fn is_kind(set: &AdaptationSet, kind: &str) -> bool {
    let mime = set.mimeType.as_deref().or(set.representations.first().and_then(|first| first.mimeType.as_deref()));
    set.contentType.as_deref() == Some(kind) || mime.is_some_and(|mime| mime.starts_with(kind))
}

fn check_sets(mpd: &MPD, package: &Package, failures: &mut Failures) {
    let sets: Vec<&AdaptationSet> = mpd.periods.iter().flat_map(|period| &period.adaptations).collect();
    let video: Vec<&&AdaptationSet> = sets.iter().filter(|set| is_kind(set, "video")).collect();
    let mut families: Vec<String> =
        package.rungs().iter().map(|place| package.renditions[*place].init.codec[..4].to_owned()).collect();
    families.sort();
    families.dedup();
    failures.check(video.len() == families.len(), || {
        format!("manifest.mpd has {} video sets for codecs {families:?}", video.len())
    });
    let rungs: usize = video.iter().map(|set| set.representations.len()).sum();
    failures.check(rungs == package.rungs().len(), || {
        format!("manifest.mpd has {rungs} video representations, HLS {}", package.rungs().len())
    });
    for set in &video {
        failures.check(set.segmentAlignment == Some(true), || "a video set without segmentAlignment".to_owned());
        let sap = set.startWithSAP.or(set.representations.first().and_then(|first| first.startWithSAP));
        failures.check(sap == Some(1), || format!("a video set with startWithSAP {sap:?}, should be 1"));
    }
    let audio: usize = sets.iter().filter(|set| is_kind(set, "audio")).map(|set| set.representations.len()).sum();
    failures.check(audio == package.sounds().len(), || {
        format!("manifest.mpd has {audio} audio representations, HLS {}", package.sounds().len())
    });
    let text = sets.iter().filter(|set| is_kind(set, "text")).count();
    failures.check(text == package.texts.len(), || {
        format!("manifest.mpd has {text} text sets, HLS {}", package.texts.len())
    });
}

/// A representation's segments are those of an HLS rendition, at the same times.
async fn check_representation(
    client: &reqwest::Client,
    url: &Url,
    mpd: &MPD,
    set: &AdaptationSet,
    representation: &Representation,
    package: &Package,
    failures: &mut Failures,
) -> Result<()> {
    let id = representation.id.clone().context("a representation without id")?;
    let template = representation.SegmentTemplate.as_ref().or(set.SegmentTemplate.as_ref());
    let template = template.with_context(|| format!("{id} has no SegmentTemplate"))?;
    let mut base = url.clone();
    let bases = [
        mpd.base_url.first(),
        mpd.periods.first().and_then(|period| period.BaseURL.first()),
        set.BaseURL.first(),
        representation.BaseURL.first(),
    ];
    for part in bases.into_iter().flatten() {
        base = base.join(&part.base)?;
    }
    let init = template.initialization.clone().with_context(|| format!("{id} has no initialization"))?;
    let init = base.join(&init.replace("$RepresentationID$", &id))?;
    get(client, &init).await?;
    let directory = init.path().rsplit_once('/').map_or("", |(directory, _)| directory);
    let rendition = package
        .renditions
        .iter()
        .find(|rendition| rendition.url.path().rsplit_once('/').is_some_and(|(other, _)| other == directory));
    let rendition = rendition.with_context(|| format!("{id} is at {directory}, unknown to HLS"))?;
    check_timeline(&id, template, rendition, failures)?;
    let number = template.startNumber.unwrap_or(1);
    let media = template.media.clone().with_context(|| format!("{id} has no media template"))?;
    let first = expand(&media.replace("$RepresentationID$", &id), number);
    if !first.contains('$') {
        get(client, &base.join(&first)?).await?;
        let last = number + rendition.segments.len() as u64 - 1;
        get(client, &base.join(&expand(&media.replace("$RepresentationID$", &id), last))?).await?;
    }
    let codecs = representation.codecs.clone().or(set.codecs.clone()).unwrap_or_default();
    failures.check(codecs.eq_ignore_ascii_case(&rendition.init.codec), || {
        format!("manifest.mpd {id}: codecs {codecs:?}, in the file {:?}", rendition.init.codec)
    });
    let average = rendition.bytes() as f64 * 8.0 / rendition.seconds();
    let stated = representation.bandwidth.unwrap_or(0) as f64;
    failures.check(stated >= average * 0.99, || {
        format!("manifest.mpd {id}: bandwidth {stated}, measured average {average:.0}")
    });
    Ok(())
}

/// `$Number$` and `$Number%05d$`.
fn expand(template: &str, number: u64) -> String {
    let Some((before, rest)) = template.split_once("$Number") else { return template.to_owned() };
    let Some((format, after)) = rest.split_once('$') else { return template.to_owned() };
    let width: usize = format.trim_start_matches("%0").trim_end_matches('d').parse().unwrap_or(1);
    format!("{before}{number:0width$}{after}")
}

fn check_timeline(id: &str, template: &SegmentTemplate, rendition: &Rendition, failures: &mut Failures) -> Result<()> {
    let timescale = template.timescale.unwrap_or(1) as f64;
    let timeline = template.SegmentTimeline.as_ref().with_context(|| format!("{id} has no SegmentTimeline"))?;
    let offset = template.presentationTimeOffset.unwrap_or(0) as f64;
    let mut listed: Vec<(f64, f64)> = Vec::new();
    let mut time = 0.0;
    for entry in &timeline.segments {
        time = entry.t.map_or(time, |start| start as f64);
        let repeats = entry.r.unwrap_or(0);
        ensure!(repeats >= 0, "{id}: an open-ended repeat in a finished presentation");
        for _ in 0..=repeats {
            listed.push(((time - offset) / timescale, entry.d as f64 / timescale));
            time += entry.d as f64;
        }
    }
    failures.check(listed.len() == rendition.segments.len(), || {
        format!("manifest.mpd {id}: {} segments, HLS {}", listed.len(), rendition.segments.len())
    });
    let worst = listed.iter().zip(&rendition.segments).enumerate().find(|(_, ((start, duration), real))| {
        let decode = rendition.init.seconds(real.segment.decode_start());
        let shown = real.segment.presentation_start(&rendition.init);
        let apart = (start - decode).abs().min((start - shown).abs());
        apart > TIME_TOLERANCE || (duration - rendition.measured(real)).abs() > TIME_TOLERANCE
    });
    if let Some((number, ((start, duration), real))) = worst {
        failures.0.push(format!(
            "manifest.mpd {id} segment {number}: {start:.4} s + {duration:.4} s, in the file {:.4} s + {:.4} s",
            rendition.init.seconds(real.segment.decode_start()),
            rendition.measured(real)
        ));
    }
    Ok(())
}
