//! A presentation as it stands on disk: renditions with their measured segments. Both manifests are written
//! from it, so HLS and DASH always say the same.

use super::segments::Segment;
use crate::domain::ladder::Rung;
use crate::domain::speech::Captions;
use crate::domain::task::SpriteSheets;
use crate::domain::transcode::{AudioRendition, TextTrack};

/// Everything that can be played of one generation.
#[derive(Debug, Clone, Default)]
pub struct Presentation {
    /// What addresses in the manifests begin with, e.g. `g1/`.
    pub prefix: String,
    /// Video renditions, highest first. While the presentation grows, some may have no segment yet.
    pub video: Vec<VideoTrack>,
    /// Audio renditions, the default first.
    pub audio: Vec<AudioTrack>,
    /// Text tracks.
    pub text: Vec<TextTrack>,
    /// What was written down; it stands beside all generations.
    pub captions: Option<Captions>,
    /// Pictures for the seek bar; they stand beside all generations.
    pub images: Option<Images>,
    /// True when the picture carries captions (CEA-608 or CEA-708).
    pub closed_captions: bool,
    /// True when no segment will be added any more.
    pub complete: bool,
    /// Target segment duration, seconds.
    pub segment_seconds: f64,
}

/// A video rendition.
#[derive(Debug, Clone)]
pub struct VideoTrack {
    /// As planned.
    pub rung: Rung,
    /// As measured.
    pub media: Media,
}

/// An audio rendition.
#[derive(Debug, Clone)]
pub struct AudioTrack {
    /// As planned.
    pub rendition: AudioRendition,
    /// As measured.
    pub media: Media,
}

/// Pictures for the seek bar: tiles on sheets, which are as long as what they show.
#[derive(Debug, Clone)]
pub struct Images {
    /// Their directory.
    pub number: u32,
    /// What is on the sheets.
    pub sheets: SpriteSheets,
    /// Bytes of each sheet, as measured.
    pub sizes: Vec<u64>,
}

impl Images {
    /// Seconds of a full sheet.
    pub fn sheet_seconds(&self) -> u32 {
        self.sheets.per_sheet() * self.sheets.interval_seconds
    }

    /// Size of a sheet, pixels. The last one is as large as the others.
    pub fn sheet_size(&self) -> (u32, u32) {
        (self.sheets.columns * self.sheets.width, self.sheets.rows * self.sheets.height)
    }

    /// Seconds that the pictures of each sheet are for; the last one may be partly filled.
    pub fn seconds(&self) -> impl Iterator<Item = u32> {
        let (per_sheet, sheets) = (self.sheets.per_sheet(), self.sheets);
        (0..sheets.sheets())
            .map(move |sheet| (sheets.count - sheet * per_sheet).min(per_sheet) * sheets.interval_seconds)
    }

    /// Highest rate of any sheet, bits per second, rounded up.
    pub fn peak_bits(&self) -> u64 {
        let rates =
            self.sizes.iter().zip(self.seconds()).map(|(size, seconds)| (size * 8).div_ceil(seconds.max(1).into()));
        rates.max().unwrap_or_default()
    }
}

/// The measured segments of a rendition, numbered from 0 without a gap.
#[derive(Debug, Clone, Default)]
pub struct Media {
    /// RFC 6381 codecs parameter; empty until the init segment is there.
    pub codecs: String,
    /// Ticks a second.
    pub timescale: u32,
    /// In order, from number 0.
    pub segments: Vec<Segment>,
}

impl Media {
    /// Seconds of a segment.
    pub fn seconds(&self, segment: &Segment) -> f64 {
        segment.duration as f64 / f64::from(self.timescale.max(1))
    }

    /// Seconds from the presentation's start to the end of the last segment.
    pub fn end_seconds(&self) -> f64 {
        self.segments.last().map_or(0.0, |s| (s.start + s.duration) as f64 / f64::from(self.timescale.max(1)))
    }

    /// Leaves out what begins at `end_seconds` or later.
    pub fn cut(&mut self, end_seconds: f64) {
        let ticks = end_seconds * f64::from(self.timescale.max(1));
        self.segments.retain(|s| (s.start as f64) < ticks - 1.0);
    }

    /// Bytes of all segments.
    pub fn size_bytes(&self) -> u64 {
        self.segments.iter().map(|s| s.size_bytes).sum()
    }

    /// Highest rate of any segment, bits per second, rounded up (RFC 8216, 4.3.4.2: BANDWIDTH).
    pub fn peak_bits(&self) -> u64 {
        let rate = |s: &Segment| s.size_bytes as f64 * 8.0 / self.seconds(s).max(0.001);
        self.segments.iter().map(rate).fold(0.0, f64::max).ceil() as u64
    }

    /// Mean rate, bits per second.
    pub fn average_bits(&self) -> u64 {
        let seconds: f64 = self.segments.iter().map(|s| self.seconds(s)).sum();
        if seconds > 0.0 { (self.size_bytes() as f64 * 8.0 / seconds).ceil() as u64 } else { 0 }
    }

    /// Longest segment, seconds.
    pub fn longest_seconds(&self) -> f64 {
        self.segments.iter().map(|s| self.seconds(s)).fold(0.0, f64::max)
    }
}

impl Presentation {
    /// True when there is text to show.
    pub fn has_text(&self) -> bool {
        !self.text.is_empty() || self.captions.is_some()
    }

    /// Seconds of the longest rendition.
    pub fn duration_seconds(&self) -> f64 {
        let media = self.video.iter().map(|v| &v.media).chain(self.audio.iter().map(|a| &a.media));
        media.map(Media::end_seconds).fold(0.0, f64::max)
    }
}

/// File names below a generation.
pub mod names {
    /// HLS multivariant playlist.
    pub const MASTER: &str = "master.m3u8";
    /// DASH manifest.
    pub const MPD: &str = "manifest.mpd";
    /// Media playlist of a rendition.
    pub const PLAYLIST: &str = "stream.m3u8";
    /// Init segment of a rendition.
    pub const INIT: &str = "init.mp4";
    /// Text of a text track.
    pub const CAPTIONS: &str = "captions.vtt";
    /// What was said, word by word.
    pub const WORDS: &str = "words.json";

    /// HLS playlist of the seek bar pictures.
    pub const IMAGES: &str = "sprites.m3u8";

    /// Where seek bar pictures stand, as manifests name it.
    pub fn images_directory(number: u32) -> String {
        format!("sprites/{number}")
    }

    /// Where captions stand, as manifests name it.
    pub fn captions_directory(number: u32) -> String {
        format!("captions/{number}")
    }

    /// The file name of a segment.
    pub fn segment(number: u32) -> String {
        format!("seg_{number:05}.m4s")
    }

    /// The number in a segment's file name.
    pub fn segment_number(name: &str) -> Option<u32> {
        name.strip_prefix("seg_")?.strip_suffix(".m4s")?.parse().ok()
    }
}
