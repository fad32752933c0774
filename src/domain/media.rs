//! What a probe found in a file, as one struct that every later decision reads.
//!
//! Two time lines: ffprobe reports the file's own time stamps; everything here and later is on the *output*
//! time line, which starts at 0 with the file's earliest stream.

pub mod speech;

use serde::{Deserialize, Serialize};

/// A file's streams and how they must be shown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MediaInfo {
    /// ffprobe's format name, e.g. `mov,mp4,m4a,3gp,3g2,mj2`.
    pub container: String,
    /// Seconds from the first to the end of the last stream.
    pub duration_seconds: f64,
    /// The file's own time stamp of output time 0, in seconds.
    pub start_seconds: f64,
    /// The picture, if there is one that moves.
    pub video: Option<VideoStream>,
    /// Every audio track that can be decoded, in file order.
    pub audio: Vec<AudioStream>,
    /// Every subtitle track, in file order.
    pub subtitles: Vec<SubtitleStream>,
    /// Chapters, in time order.
    pub chapters: Vec<Chapter>,
    /// Stream index of a cover picture.
    pub artwork: Option<u32>,
    /// How many streams the file has beside all these: further pictures, time codes, positions, attachments. None for files that
    /// were looked at before this was counted.
    #[serde(default)]
    pub other_streams: Option<u32>,
}

/// The video stream that is shown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct VideoStream {
    /// ffmpeg's stream index.
    pub index: u32,
    /// ffmpeg's codec name, e.g. `h264`.
    pub codec: String,
    /// ffmpeg's profile name, e.g. `High`.
    pub profile: String,
    /// ffmpeg's pixel format, e.g. `yuv420p10le`.
    pub pixel_format: String,
    /// Bits per component.
    pub bit_depth: u32,
    /// Coded width in pixels.
    pub coded_width: u32,
    /// Coded height in pixels.
    pub coded_height: u32,
    /// Width in square pixels after rotation.
    pub display_width: u32,
    /// Height in square pixels after rotation.
    pub display_height: u32,
    /// Clockwise rotation that makes it upright: 0, 90, 180 or 270 degrees.
    pub rotation_degrees: u32,
    /// True when the display matrix also mirrors.
    pub mirrored: bool,
    /// True when pixels are not square.
    pub anamorphic: bool,
    /// Average frames per second.
    pub frame_rate: f64,
    /// True for interlaced material.
    pub interlaced: bool,
    /// Colour as tagged; ffmpeg's names, empty when untagged.
    pub color: Color,
    /// Bits per second; 0 when unknown.
    pub bit_rate: u64,
    /// Start on the output time line, seconds.
    pub start_seconds: f64,
    /// True when captions travel inside the picture (CEA-608 or CEA-708).
    #[serde(default)]
    pub closed_captions: bool,
    /// Dolby Vision profile, when there is one.
    pub dolby_vision_profile: Option<u8>,
}

/// Colour tags of a stream, in ffmpeg's names; an empty text means untagged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Color {
    /// `bt709`, `bt2020`, `smpte170m`, ...
    pub primaries: String,
    /// `bt709`, `smpte2084` (PQ), `arib-std-b67` (HLG), ...
    pub transfer: String,
    /// `bt709`, `smpte170m`, `bt2020nc`, ...
    pub matrix: String,
    /// `tv` (limited) or `pc` (full).
    pub range: String,
}

impl Color {
    /// True for PQ and HLG, which a standard display cannot show as they are.
    pub fn is_hdr(&self) -> bool {
        matches!(self.transfer.as_str(), "smpte2084" | "arib-std-b67")
    }
}

/// An audio track.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AudioStream {
    /// ffmpeg's stream index.
    pub index: u32,
    /// ffmpeg's codec name.
    pub codec: String,
    /// ffmpeg's profile name, e.g. `LC`.
    pub profile: String,
    /// Number of channels.
    pub channels: u32,
    /// Samples per second.
    pub sample_rate: u32,
    /// Bits per second; 0 when unknown.
    pub bit_rate: u64,
    /// ISO 639 code as tagged; none when untagged or `und`.
    pub language: Option<String>,
    /// Title as tagged.
    pub title: Option<String>,
    /// True when the file marks it as the default.
    pub default: bool,
    /// Start on the output time line, seconds; negative for priming samples.
    pub start_seconds: f64,
    /// Seconds; 0 when unknown.
    pub duration_seconds: f64,
}

/// A subtitle track.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubtitleStream {
    /// ffmpeg's stream index.
    pub index: u32,
    /// ffmpeg's codec name.
    pub codec: String,
    /// ISO 639 code as tagged.
    pub language: Option<String>,
    /// Title as tagged.
    pub title: Option<String>,
    /// True when the file marks it as the default.
    pub default: bool,
    /// True when only foreign passages are translated.
    pub forced: bool,
    /// True for text, false for pictures (DVD, Blu-ray).
    pub is_text: bool,
}

/// A chapter mark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chapter {
    /// Seconds on the output time line.
    pub start_seconds: f64,
    /// Seconds on the output time line.
    pub end_seconds: f64,
    /// Title, as it stands in the file.
    pub title: String,
}

/// What reading every packet of the video stream showed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// Presentation time of every key frame, seconds on the output time line, ascending.
    pub key_frames: Vec<f64>,
    /// The first frame at or after each multiple of the segment duration.
    pub grid: Vec<f64>,
    /// Time of the first frame.
    pub first_frame: f64,
    /// Time of the last frame.
    pub last_frame: f64,
    /// Frames seen.
    pub frame_count: u64,
    /// Smallest distance between two frames, seconds.
    pub shortest_frame: f64,
    /// Pictures that follow a key frame but are shown before it: the stream cannot be cut there.
    pub open_gops: bool,
    /// Time stamps are missing or double, or an edit list hides frames: the stream cannot be copied.
    pub broken_time_stamps: bool,
    /// Frames are not evenly spaced.
    pub variable: bool,
    /// Longest distance between two frames, seconds.
    pub longest_frame: f64,
    /// A constant rate that loses no frame to speak of, frames per second.
    pub steady_rate: f64,
    /// Bytes of video.
    pub video_bytes: u64,
}

impl Analysis {
    /// Bits per second of the video stream.
    pub fn bit_rate(&self) -> f64 {
        let seconds = self.last_frame - self.first_frame + self.shortest_frame;
        if seconds > 0.0 { self.video_bytes as f64 * 8.0 / seconds } else { 0.0 }
    }

    /// The longest stretch without a key frame, seconds.
    pub fn longest_gop_seconds(&self) -> f64 {
        let ends = self.key_frames.iter().skip(1).copied().chain([self.last_frame]);
        self.key_frames.iter().zip(ends).map(|(start, end)| end - start).fold(0.0, f64::max)
    }
}
