//! The plan of a transcode: boundaries, renditions and chunks. Made once after the analysis, kept with the
//! job, and read by everything that applies results.

use serde::{Deserialize, Serialize};

use super::ladder::encoder;
use super::ladder::{Codec, Rung};

/// What a transcode job will make.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TranscodePlan {
    /// Seconds a viewer sees.
    pub duration_seconds: f64,
    /// Target segment duration, seconds.
    pub segment_seconds: f64,
    /// Presentation time of the first frame of every video segment, seconds. Shared by all rungs.
    pub boundaries: Vec<f64>,
    /// Frames a second that an uneven picture is brought to; none keeps every frame's own time.
    pub steady_rate: Option<f64>,
    /// Seconds that the last frame is held, because sound goes on after it.
    pub hold_last_seconds: f64,
    /// Video renditions: those of H.264 first, then codec by codec, highest first in each. Empty for audio-only files.
    pub rungs: Vec<Rung>,
    /// True when the picture carries captions (CEA-608 or CEA-708), which the rungs of H.264 keep.
    #[serde(default)]
    pub closed_captions: bool,
    /// Audio renditions; the stereo of the default track first.
    pub audio: Vec<AudioRendition>,
    /// Loudness that all sound is brought to, LUFS; none leaves it as it is.
    #[serde(default)]
    pub loudness_lufs: Option<f64>,
    /// Text tracks.
    pub text: Vec<TextTrack>,
    /// Hardware encoders, by ffmpeg's names, one for a codec at most; every other codec is encoded in software.
    #[serde(default)]
    pub hardware: Vec<String>,
}

impl TranscodePlan {
    /// How many segments each video rung has when it is complete.
    pub fn segment_count(&self) -> usize {
        self.boundaries.len()
    }

    /// The rungs of one codec, highest first.
    pub fn rungs_of(&self, codec: Codec) -> impl Iterator<Item = &Rung> {
        self.rungs.iter().filter(move |rung| rung.codec == codec)
    }

    /// ffmpeg's name of the encoder of a codec.
    pub fn encoder(&self, codec: Codec) -> &str {
        let of_codec = |name: &&String| encoder::find(name).is_some_and(|(_, made)| made == codec);
        self.hardware.iter().find(of_codec).map_or(codec.encoder(), String::as_str)
    }

    /// True when a highest rung is the source's own stream.
    pub fn has_copy(&self) -> bool {
        self.rungs.iter().any(|rung| rung.copied)
    }

    /// True when the source has no moving picture.
    pub fn audio_only(&self) -> bool {
        self.rungs.is_empty()
    }
}

/// An audio rendition, demuxed from the picture and shared by all rungs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AudioRendition {
    /// `audio-0`; also its directory.
    pub name: String,
    /// ffmpeg's stream index in the source.
    pub stream_index: u32,
    /// ISO 639 code.
    pub language: Option<String>,
    /// Shown in menus.
    pub label: String,
    /// Channels of the rendition.
    pub channels: u32,
    /// True for the one a player starts with.
    pub default: bool,
    /// Bits per second to encode with; none when the source's packets are copied.
    pub encode_rate: Option<u64>,
}

/// A text track made from the file's own subtitles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextTrack {
    /// `text-0`; also its directory.
    pub name: String,
    /// ffmpeg's stream index in the source.
    pub stream_index: u32,
    /// ISO 639 code.
    pub language: Option<String>,
    /// Shown in menus.
    pub label: String,
    /// True when the file marks it as the default.
    pub default: bool,
    /// True when only foreign passages are translated.
    pub forced: bool,
}

/// A stretch of the time line that one task encodes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chunk {
    /// Counted from 0.
    pub index: u32,
    /// Number of its first segment.
    pub first_segment: u32,
    /// Presentation time of the first frame of each of its segments, seconds.
    pub starts: Vec<f64>,
    /// Presentation time of the first frame after it; none for the last chunk.
    pub end: Option<f64>,
    /// Its last frame is shown then or later, seconds: a result that ends before was cut off. None when nobody knows.
    #[serde(default)]
    pub last_frame: Option<f64>,
    /// A quarter of the shortest frame, seconds: a cut this much before a frame falls between frames. Half of it would
    /// not: a filter that counts time in frames rounds it to the frame before.
    pub quarter_frame: f64,
    /// Where to seek in the source, so that the decoder starts at or before the first frame; none = from the
    /// file's beginning.
    pub seek: Option<f64>,
}

impl Chunk {
    /// Time of its first frame, seconds.
    pub fn start(&self) -> f64 {
        self.starts.first().copied().unwrap_or(0.0)
    }

    /// Just before its first frame; none for the first chunk, which takes whatever comes first.
    pub fn trim_start(&self) -> Option<f64> {
        (self.index > 0).then(|| self.start() - self.quarter_frame)
    }

    /// Just before the first frame after it.
    pub fn trim_end(&self) -> Option<f64> {
        self.end.map(|end| end - self.quarter_frame)
    }

    /// Just before each further segment's first frame: the encoder puts key frames there.
    pub fn key_frames(&self) -> impl Iterator<Item = f64> {
        self.starts.iter().skip(1).map(|start| start - self.quarter_frame)
    }
}
