//! The DASH manifest (ISO/IEC 23009-1) from a measured presentation: one switchable video adaptation set a codec,
//! one set an audio rendition and a text track, timelines with real durations. Static, or growing.

use std::time::{Duration, SystemTime};

use dash_mpd_core::{
    AdaptationSet, AudioChannelConfiguration, BaseURL, EssentialProperty, Label, MPD, Period, Representation, Role, S,
    SegmentTemplate, SegmentTimeline,
};

use super::presentation::{AudioTrack, Images, Media, Presentation, VideoTrack, names};
use super::sprites;
use crate::domain::ladder::Codec;
use crate::domain::speech::Captions;
use crate::domain::transcode::TextTrack;

/// In the order of their sets: players without an opinion take the first.
const CODECS: [Codec; 3] = [Codec::H264, Codec::Hevc, Codec::Av1];
const ROLES: &str = "urn:mpeg:dash:role:2011";
const CHANNELS: &str = "urn:mpeg:mpegB:cicp:ChannelConfiguration";
/// DASH-IF IOP, 6.2.6.
const TILES: &str = "http://dashif.org/guidelines/thumbnail_tile";
const CMAF_PROFILES: &str = "urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019";

/// Shortest and longest time after which players look again whether there is more.
const UPDATE_SECONDS: (f64, f64) = (1.0, 3.0);

/// The manifest of a complete presentation.
pub fn manifest(presentation: &Presentation) -> String {
    let duration = Duration::from_secs_f64(presentation.duration_seconds());
    let period = Period { duration: Some(duration), ..period(presentation) };
    render(&MPD {
        mpdtype: Some("static".to_owned()),
        mediaPresentationDuration: Some(duration),
        periods: vec![period],
        ..mpd(presentation)
    })
}

/// The manifest of a presentation that grows: what is there is listed, from the first segment on, and can be played at
/// once. Players that begin at the live edge where nobody tells them otherwise find it two segments before the end.
pub fn growing(presentation: &Presentation, now: SystemTime) -> String {
    let seconds = presentation.segment_seconds;
    let (shortest, longest) = UPDATE_SECONDS;
    render(&MPD {
        mpdtype: Some("dynamic".to_owned()),
        // long ago: a file is encoded faster than it plays, and what is listed is there, whatever the clock says. No
        // timeShiftBufferDepth: nothing goes away
        availabilityStartTime: Some(SystemTime::UNIX_EPOCH.into()),
        publishTime: Some(now.into()),
        minimumUpdatePeriod: Some(Duration::from_secs_f64((seconds / 2.0).clamp(shortest, longest))),
        suggestedPresentationDelay: Some(Duration::from_secs_f64(seconds * 2.0)),
        periods: vec![period(presentation)],
        ..mpd(presentation)
    })
}

fn mpd(presentation: &Presentation) -> MPD {
    MPD {
        xmlns: Some("urn:mpeg:dash:schema:mpd:2011".to_owned()),
        profiles: Some(CMAF_PROFILES.to_owned()),
        minBufferTime: Some(Duration::from_secs_f64(presentation.segment_seconds)),
        ..Default::default()
    }
}

fn render(mpd: &MPD) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{mpd}")
}

fn period(presentation: &Presentation) -> Period {
    let mut sets = Vec::new();
    // players do not switch from one codec to another, so each has a set of its own
    for codec in CODECS {
        let rungs: Vec<&VideoTrack> = presentation.video.iter().filter(|v| v.rung.codec == codec).collect();
        if !rungs.is_empty() {
            sets.push(video_set(presentation, &rungs));
        }
    }
    sets.extend(presentation.audio.iter().map(|a| audio_set(presentation, a)));
    sets.extend(presentation.text.iter().map(|t| text_set(presentation, t)));
    sets.extend(presentation.captions.as_ref().map(captions_set));
    sets.extend(presentation.images.as_ref().map(images_set));
    for (id, set) in sets.iter_mut().enumerate() {
        set.id = Some(id.to_string());
    }
    Period { id: Some("0".to_owned()), start: Some(Duration::ZERO), adaptations: sets, ..Default::default() }
}

fn video_set(presentation: &Presentation, rungs: &[&VideoTrack]) -> AdaptationSet {
    AdaptationSet {
        contentType: Some("video".to_owned()),
        mimeType: Some("video/mp4".to_owned()),
        segmentAlignment: Some(true),
        startWithSAP: Some(1),
        representations: rungs.iter().map(|v| picture(presentation, v)).collect(),
        ..Default::default()
    }
}

fn picture(presentation: &Presentation, video: &VideoTrack) -> Representation {
    Representation {
        id: Some(video.rung.name.clone()),
        bandwidth: Some(video.media.peak_bits()),
        codecs: Some(video.media.codecs.clone()),
        width: Some(video.rung.width.into()),
        height: Some(video.rung.height.into()),
        frameRate: Some(frame_rate(video.rung.frame_rate)),
        sar: Some("1:1".to_owned()),
        SegmentTemplate: Some(template(presentation, &video.rung.name, &video.media)),
        ..Default::default()
    }
}

fn audio_set(presentation: &Presentation, track: &AudioTrack) -> AdaptationSet {
    let r = &track.rendition;
    AdaptationSet {
        contentType: Some("audio".to_owned()),
        mimeType: Some("audio/mp4".to_owned()),
        lang: r.language.clone(),
        segmentAlignment: Some(true),
        startWithSAP: Some(1),
        Label: vec![label(&r.label)],
        Role: vec![role(if r.default { "main" } else { "alternate" })],
        representations: vec![Representation {
            id: Some(r.name.clone()),
            bandwidth: Some(track.media.peak_bits()),
            codecs: Some(track.media.codecs.clone()),
            audioSamplingRate: Some(track.media.timescale.to_string()),
            AudioChannelConfiguration: vec![AudioChannelConfiguration {
                schemeIdUri: CHANNELS.to_owned(),
                value: Some(channel_configuration(r.channels).to_string()),
                ..Default::default()
            }],
            SegmentTemplate: Some(template(presentation, &r.name, &track.media)),
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn text_set(presentation: &Presentation, track: &TextTrack) -> AdaptationSet {
    AdaptationSet {
        contentType: Some("text".to_owned()),
        mimeType: Some("text/vtt".to_owned()),
        lang: track.language.clone(),
        Label: vec![label(&track.label)],
        Role: vec![role(if track.forced { "forced-subtitle" } else { "subtitle" })],
        representations: vec![Representation {
            id: Some(track.name.clone()),
            bandwidth: Some(TEXT_BITS),
            BaseURL: vec![BaseURL {
                base: format!("{}{}/{}", presentation.prefix, track.name, names::CAPTIONS),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn captions_set(captions: &Captions) -> AdaptationSet {
    let base = format!("{}/{}", names::captions_directory(captions.number), names::CAPTIONS);
    AdaptationSet {
        contentType: Some("text".to_owned()),
        mimeType: Some("text/vtt".to_owned()),
        lang: captions.language.clone(),
        Label: vec![label(&captions.label)],
        Role: vec![role("caption")],
        representations: vec![Representation {
            id: Some("captions".to_owned()),
            bandwidth: Some(TEXT_BITS),
            BaseURL: vec![BaseURL { base, ..Default::default() }],
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// Sheets of tiles, left to right and top to bottom, each as long as a full one. The last is named, so that nobody asks for
/// another where a film turns out to be longer by a frame.
fn images_set(images: &Images) -> AdaptationSet {
    let sheets = &images.sheets;
    let (width, height) = images.sheet_size();
    AdaptationSet {
        contentType: Some("image".to_owned()),
        mimeType: Some("image/jpeg".to_owned()),
        representations: vec![Representation {
            id: Some("sprites".to_owned()),
            bandwidth: Some(images.peak_bits()),
            width: Some(width.into()),
            height: Some(height.into()),
            essential_property: vec![EssentialProperty {
                schemeIdUri: TILES.to_owned(),
                value: Some(format!("{}x{}", sheets.columns, sheets.rows)),
                ..Default::default()
            }],
            SegmentTemplate: Some(SegmentTemplate {
                media: Some(format!("{}/{}", names::images_directory(images.number), sprites::SHEETS)),
                timescale: Some(1),
                duration: Some(images.sheet_seconds().into()),
                startNumber: Some(0),
                endNumber: Some(sheets.sheets().saturating_sub(1).into()),
                ..Default::default()
            }),
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// A number players need but nobody chooses by.
const TEXT_BITS: u64 = 256;

fn template(presentation: &Presentation, name: &str, media: &Media) -> SegmentTemplate {
    SegmentTemplate {
        timescale: Some(media.timescale.into()),
        initialization: Some(format!("{}{name}/{}", presentation.prefix, names::INIT)),
        media: Some(format!("{}{name}/seg_$Number%05d$.m4s", presentation.prefix)),
        startNumber: Some(0),
        SegmentTimeline: Some(SegmentTimeline { segments: timeline(media) }),
        ..Default::default()
    }
}

/// Runs of equal durations are one entry (23009-1, 5.3.9.6); a new start is named only where it does not follow.
fn timeline(media: &Media) -> Vec<S> {
    let mut runs: Vec<S> = Vec::new();
    let mut expected = None;
    for segment in &media.segments {
        let follows = expected == Some(segment.start);
        match runs.last_mut() {
            Some(run) if follows && run.d == segment.duration => run.r = Some(run.r.unwrap_or(0) + 1),
            _ => runs.push(S { t: (!follows).then_some(segment.start), d: segment.duration, ..Default::default() }),
        }
        expected = Some(segment.start + segment.duration);
    }
    runs
}

/// `30`, `30000/1001`: a fraction where that is what the number means.
fn frame_rate(rate: f64) -> String {
    if (rate - rate.round()).abs() < 0.001 {
        return format!("{}", rate.round());
    }
    let ntsc = (rate * 1.001).round();
    if (ntsc / 1.001 - rate).abs() < 0.005 {
        format!("{}000/1001", ntsc)
    } else {
        format!("{}/1000", (rate * 1000.0).round())
    }
}

/// ISO/IEC 23001-8 channel configuration of a plain layout with this many channels.
fn channel_configuration(channels: u32) -> u32 {
    match channels {
        8 => 12,
        7 => 11,
        n => n,
    }
}

fn label(text: &str) -> Label {
    Label { content: text.to_owned(), ..Default::default() }
}

fn role(value: &str) -> Role {
    Role { schemeIdUri: ROLES.to_owned(), value: Some(value.to_owned()), ..Default::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ladder::Rung;
    use crate::domain::task::SpriteSheets;
    use crate::domain::transcode::AudioRendition;
    use crate::media::segments::Segment;

    #[test]
    fn equal_durations_share_an_entry() {
        let segment = |start, duration| Segment { start, duration, size_bytes: 1, starts_with_sync_sample: true };
        let media = Media {
            timescale: 10,
            codecs: String::new(),
            segments: vec![segment(0, 60), segment(60, 60), segment(120, 50), segment(180, 50)],
        };
        let runs: Vec<_> = timeline(&media).iter().map(|s| (s.t, s.d, s.r)).collect();
        assert_eq!(runs, [(Some(0), 60, Some(1)), (None, 50, None), (Some(180), 50, None)]);
    }

    fn presentation(with_picture: bool, segments: u64) -> Presentation {
        let media = |timescale: u32, codecs: &str| {
            let duration = 2 * u64::from(timescale);
            let segment =
                |n| Segment { start: n * duration, duration, size_bytes: 1000, starts_with_sync_sample: true };
            Media { timescale, codecs: codecs.to_owned(), segments: (0..segments).map(segment).collect() }
        };
        let rung = Rung {
            name: "360p".to_owned(),
            width: 640,
            height: 360,
            codec: Codec::H264,
            max_rate: 600_000,
            frame_rate: 25.0,
            copied: false,
        };
        let rendition = AudioRendition {
            name: "audio-0".to_owned(),
            stream_index: 1,
            language: None,
            label: "Default".to_owned(),
            channels: 2,
            default: true,
            encode_rate: None,
        };
        Presentation {
            prefix: "g7/".to_owned(),
            video: Vec::from_iter(with_picture.then(|| VideoTrack { rung, media: media(90_000, "avc1.64001e") })),
            audio: vec![AudioTrack { rendition, media: media(48_000, "mp4a.40.2") }],
            segment_seconds: 2.0,
            ..Default::default()
        }
    }

    #[test]
    fn grows_and_ends_with_what_is_there() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let lines = |text: String| text.replace('>', ">\n");
        insta::assert_snapshot!("growing", lines(growing(&presentation(true, 2), now)));
        insta::assert_snapshot!("ended", lines(manifest(&presentation(true, 3))));
    }

    #[test]
    fn names_the_sheets_of_the_seek_bar() {
        let sheets = SpriteSheets { interval_seconds: 10, count: 205, columns: 10, rows: 10, width: 160, height: 90 };
        let images = Images { number: 1_700_000_000, sheets, sizes: vec![100_000, 250_000, 10_000] };
        let with = Presentation { images: Some(images), ..presentation(true, 3) };
        let (text, plain) = (manifest(&with), manifest(&presentation(true, 3)));
        let (before, rest) = text.split_at(text.find("<AdaptationSet id=\"2\"").unwrap_or_default());
        let (set, after) = rest.split_at(rest.find("</Period>").unwrap_or_default());
        assert_eq!(format!("{before}{after}"), plain, "all else stays");
        insta::assert_snapshot!("sheets", set.replace('>', ">\n"));
    }

    #[test]
    fn sound_alone_grows_as_well() {
        let text = growing(&presentation(false, 3), SystemTime::now());
        assert!(text.contains("type=\"dynamic\"") && text.contains("minimumUpdatePeriod=\"PT1S\""), "{text}");
        assert_eq!(text.matches("<AdaptationSet ").count(), 1, "{text}");
        assert!(text.contains("<S t=\"0\" d=\"96000\" r=\"2\"/>"), "{text}");
        assert!(!text.contains("mediaPresentationDuration") && !text.contains("timeShiftBufferDepth"), "{text}");
    }

    #[test]
    fn frame_rates_are_fractions_where_they_should_be() {
        for (rate, want) in [
            (25.0, "25"),
            (29.97003, "30000/1001"),
            (23.976, "24000/1001"),
            (59.94, "60000/1001"),
            (12.5, "12500/1000"),
        ] {
            assert_eq!(frame_rate(rate), want);
        }
    }
}
