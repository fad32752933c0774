//! HLS playlists (RFC 8216bis) from a measured presentation.

use std::collections::HashMap;

use m3u8_rs::{
    AlternativeMedia, AlternativeMediaType, ClosedCaptionGroupId, ExtTag, InstreamId, Map, MasterPlaylist,
    MediaPlaylist, MediaPlaylistType, MediaSegment, QuotedOrUnquoted, Resolution, Start, VariantStream,
};

use super::presentation::{AudioTrack, Images, Media, Presentation, VideoTrack, names};
use super::sprites;
use crate::domain::speech::Captions;
use crate::domain::transcode::TextTrack;

const AUDIO_GROUP: &str = "audio";
const SURROUND_GROUP: &str = "surround";
const TEXT_GROUP: &str = "text";
const CLOSED_CAPTIONS_GROUP: &str = "cc";
const VERSION: usize = 7;

/// The multivariant playlist.
pub fn master(presentation: &Presentation) -> String {
    let stereo: Vec<_> = presentation.audio.iter().filter(|a| a.rendition.channels <= 2).collect();
    let surround: Vec<_> = presentation.audio.iter().filter(|a| a.rendition.channels > 2).collect();
    let mut variants = Vec::new();
    for video in &presentation.video {
        if !stereo.is_empty() || presentation.audio.is_empty() {
            variants.push(variant(presentation, video, &stereo, AUDIO_GROUP));
        }
        if !surround.is_empty() {
            variants.push(variant(presentation, video, &surround, SURROUND_GROUP));
        }
    }
    if presentation.video.is_empty() {
        variants.extend(
            presentation
                .audio
                .iter()
                .filter(|a| a.rendition.default || presentation.audio.len() == 1)
                .map(|a| sound_only(presentation, a)),
        );
    }
    let alternatives = (presentation.audio.iter().map(|a| audio(presentation, a)))
        .chain(presentation.text.iter().map(|t| text(presentation, t)))
        .chain(presentation.captions.as_ref().map(captions_beside))
        .chain(presentation.closed_captions.then(closed_captions))
        .collect();
    let start = (!presentation.complete).then(from_the_beginning);
    render(|out| {
        MasterPlaylist {
            version: Some(VERSION),
            variants,
            alternatives,
            independent_segments: true,
            start,
            unknown_tags: presentation.images.iter().map(|images| image_stream(presentation, images)).collect(),
            ..Default::default()
        }
        .write_to(out)
    })
}

/// The media playlist of a rendition whose segments stand beside it. `longest_seconds` is the longest segment it
/// will ever have: EXT-X-TARGETDURATION of a growing playlist must not change, and players come back that often.
pub fn media(media: &Media, complete: bool, longest_seconds: f64) -> String {
    let segment = |(number, s): (usize, &super::segments::Segment)| MediaSegment {
        uri: names::segment(number as u32),
        duration: media.seconds(s) as f32,
        map: (number == 0).then(|| Map { uri: names::INIT.to_owned(), ..Default::default() }),
        ..Default::default()
    };
    let playlist = MediaPlaylist {
        version: Some(VERSION),
        target_duration: media.longest_seconds().max(longest_seconds).round().max(1.0) as u64,
        segments: media.segments.iter().enumerate().map(segment).collect(),
        end_list: complete,
        playlist_type: Some(if complete { MediaPlaylistType::Vod } else { MediaPlaylistType::Event }),
        independent_segments: true,
        start: (!complete).then(from_the_beginning),
        ..Default::default()
    };
    render(|out| playlist.write_to(out))
}

/// The media playlist of a text track: one segment, the whole text.
pub fn captions(duration_seconds: f64) -> String {
    let playlist = MediaPlaylist {
        version: Some(VERSION),
        target_duration: duration_seconds.ceil().max(1.0) as u64,
        segments: vec![MediaSegment {
            uri: names::CAPTIONS.to_owned(),
            duration: duration_seconds as f32,
            ..Default::default()
        }],
        end_list: true,
        playlist_type: Some(MediaPlaylistType::Vod),
        ..Default::default()
    };
    render(|out| playlist.write_to(out))
}

/// The image media playlist of the seek bar pictures, which stands in a generation: a segment a sheet. It is never shorter
/// than the film, because players take the shortest list for all there is.
pub fn images(images: &Images, duration_seconds: f64) -> String {
    let sheets = &images.sheets;
    let tiles = format!(
        "RESOLUTION={}x{},LAYOUT={}x{},DURATION={}",
        sheets.width, sheets.height, sheets.columns, sheets.rows, sheets.interval_seconds
    );
    let seconds: Vec<u32> = images.seconds().collect();
    let rest = duration_seconds - f64::from(images.sheet_seconds()) * seconds.len().saturating_sub(1) as f64;
    let segment = |(number, seconds): (usize, &u32)| {
        let is_last = number + 1 == sheets.sheets() as usize;
        // m3u8-rs writes what it does not know before a segment only
        let images_only = (number == 0).then(|| tag("X-IMAGES-ONLY", None));
        MediaSegment {
            uri: format!("../{}/{}", names::images_directory(images.number), sprites::sheet(number as u32)),
            duration: (if is_last { f64::from(*seconds).max(rest.ceil()) } else { f64::from(*seconds) }) as f32,
            unknown_tags: images_only.into_iter().chain([tag("X-TILES", Some(tiles.clone()))]).collect(),
            ..Default::default()
        }
    };
    let segments: Vec<MediaSegment> = seconds.iter().enumerate().map(segment).collect();
    let longest = segments.iter().map(|segment| segment.duration).fold(1.0, f32::max);
    let playlist = MediaPlaylist {
        version: Some(VERSION),
        target_duration: longest as u64,
        segments,
        end_list: true,
        playlist_type: Some(MediaPlaylistType::Vod),
        ..Default::default()
    };
    render(|out| playlist.write_to(out))
}

fn image_stream(presentation: &Presentation, images: &Images) -> ExtTag {
    let attributes = format!(
        "BANDWIDTH={},RESOLUTION={}x{},CODECS=\"jpeg\",URI=\"{}{}\"",
        images.peak_bits(),
        images.sheets.width,
        images.sheets.height,
        presentation.prefix,
        names::IMAGES
    );
    tag("X-IMAGE-STREAM-INF", Some(attributes))
}

fn tag(name: &str, rest: Option<String>) -> ExtTag {
    ExtTag { tag: name.to_owned(), rest }
}

fn variant(presentation: &Presentation, video: &VideoTrack, audio: &[&AudioTrack], group: &str) -> VariantStream {
    let with_audio = |rate: fn(&Media) -> u64| {
        let loudest = audio.iter().map(|a| rate(&a.media)).max().unwrap_or(0);
        let own = rate(&video.media);
        // a rung without segments has nothing to measure yet: its cap stands in until it has
        if video.media.segments.is_empty() { video.rung.max_rate + loudest } else { own + loudest }
    };
    let mut codecs = vec![if video.media.codecs.is_empty() { EXPECTED_CODECS } else { &video.media.codecs }];
    codecs.extend(audio.first().map(|a| a.media.codecs.as_str()));
    VariantStream {
        uri: format!("{}{}/{}", presentation.prefix, video.rung.name, names::PLAYLIST),
        bandwidth: with_audio(Media::peak_bits),
        average_bandwidth: Some(with_audio(Media::average_bits)),
        codecs: Some(codecs.join(",")),
        resolution: Some(Resolution { width: video.rung.width.into(), height: video.rung.height.into() }),
        frame_rate: Some((video.rung.frame_rate * 1000.0).round() / 1000.0),
        audio: (!audio.is_empty()).then(|| group.to_owned()),
        subtitles: presentation.has_text().then(|| TEXT_GROUP.to_owned()),
        // said either way: left to find out, Shaka fetches three segments before it plays
        closed_captions: Some(match presentation.closed_captions {
            true => ClosedCaptionGroupId::GroupId(CLOSED_CAPTIONS_GROUP.to_owned()),
            false => ClosedCaptionGroupId::None,
        }),
        other_attributes: Some(HashMap::from([(
            "VIDEO-RANGE".to_owned(),
            QuotedOrUnquoted::Unquoted("SDR".to_owned()),
        )])),
        ..Default::default()
    }
}

/// H.264, which alone is listed while it grows: High profile at the level players of the last ten years accept;
/// replaced by what avcC says.
const EXPECTED_CODECS: &str = "avc1.640028";

fn sound_only(presentation: &Presentation, audio: &AudioTrack) -> VariantStream {
    VariantStream {
        uri: format!("{}{}/{}", presentation.prefix, audio.rendition.name, names::PLAYLIST),
        bandwidth: audio.media.peak_bits(),
        average_bandwidth: Some(audio.media.average_bits()),
        codecs: Some(audio.media.codecs.clone()),
        audio: Some(AUDIO_GROUP.to_owned()),
        subtitles: presentation.has_text().then(|| TEXT_GROUP.to_owned()),
        ..Default::default()
    }
}

fn audio(presentation: &Presentation, track: &AudioTrack) -> AlternativeMedia {
    let r = &track.rendition;
    AlternativeMedia {
        media_type: AlternativeMediaType::Audio,
        uri: Some(format!("{}{}/{}", presentation.prefix, r.name, names::PLAYLIST)),
        group_id: if r.channels > 2 { SURROUND_GROUP } else { AUDIO_GROUP }.to_owned(),
        language: r.language.clone(),
        name: attribute_text(&r.label),
        default: r.default,
        autoselect: true,
        channels: Some(r.channels.to_string()),
        ..Default::default()
    }
}

fn text(presentation: &Presentation, track: &TextTrack) -> AlternativeMedia {
    AlternativeMedia {
        media_type: AlternativeMediaType::Subtitles,
        uri: Some(format!("{}{}/{}", presentation.prefix, track.name, names::PLAYLIST)),
        group_id: TEXT_GROUP.to_owned(),
        language: track.language.clone(),
        name: attribute_text(&track.label),
        default: track.default,
        autoselect: true,
        forced: track.forced,
        ..Default::default()
    }
}

fn captions_beside(captions: &Captions) -> AlternativeMedia {
    AlternativeMedia {
        media_type: AlternativeMediaType::Subtitles,
        uri: Some(format!("{}/{}", names::captions_directory(captions.number), names::PLAYLIST)),
        group_id: TEXT_GROUP.to_owned(),
        language: captions.language.clone(),
        name: attribute_text(&captions.label),
        autoselect: true,
        characteristics: Some("public.accessibility.transcribes-spoken-dialog".to_owned()),
        ..Default::default()
    }
}

/// The first channel of CEA-608, which is the one that is used.
fn closed_captions() -> AlternativeMedia {
    AlternativeMedia {
        media_type: AlternativeMediaType::ClosedCaptions,
        group_id: CLOSED_CAPTIONS_GROUP.to_owned(),
        name: "CC1".to_owned(),
        instream_id: Some(InstreamId::CC(1)),
        autoselect: true,
        ..Default::default()
    }
}

/// A quoted attribute may hold neither quotes nor line ends (RFC 8216, 4.2).
fn attribute_text(text: &str) -> String {
    text.replace('"', "'").replace(['\r', '\n'], " ")
}

fn from_the_beginning() -> Start {
    Start { time_offset: 0.0, precise: Some(true), other_attributes: HashMap::new() }
}

fn render(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    // writing to memory cannot fail
    let _ = write(&mut out);
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::task::SpriteSheets;

    fn pictures(count: u32) -> Images {
        let (columns, rows) = (count.min(10), count.div_ceil(10).min(10));
        let sheets = SpriteSheets { interval_seconds: 10, count, columns, rows, width: 160, height: 90 };
        Images { number: 1_700_000_000, sheets, sizes: vec![100_000; count.div_ceil(100) as usize] }
    }

    #[test]
    fn sheets_are_listed_and_named() {
        insta::assert_snapshot!("sheets", images(&pictures(205), 2043.5));
        let (prefix, images) = ("g7/".to_owned(), Some(pictures(13)));
        let presentation = Presentation { prefix, images, complete: true, ..Default::default() };
        insta::assert_snapshot!("names_sheets", master(&presentation));
    }

    #[test]
    fn sheets_last_as_long_as_the_film() {
        let seconds = |count: u32, film: f64| {
            let text = images(&pictures(count), film);
            let parts = text.lines().filter_map(|line| line.strip_prefix("#EXTINF:"));
            parts.map(|part| part.trim_end_matches(',').to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(seconds(100, 1000.0), ["1000"]);
        assert_eq!(seconds(101, 1001.0), ["1000", "10"]);
        // encoded again, with a little more sound
        assert_eq!(seconds(100, 1000.04), ["1001"]);
        assert_eq!(seconds(1, 0.5), ["10"]);
    }
}
