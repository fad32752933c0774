//! A video and the states it goes through.

use serde::{Deserialize, Serialize};

use super::error::UnknownText;
use super::id::VideoId;
use super::media::MediaInfo;
use super::visibility::{Sharing, Visibility};

/// Where a video stands, as viewers and admins see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VideoStatus {
    /// Stored, waiting for its first task.
    Pending,
    /// Being worked on; nothing can be played yet.
    Processing,
    /// Can be watched while the rest is still being made.
    Playable,
    /// Everything is made.
    Ready,
    /// The job gave up; `error_code` and `error_message` say why. What it had made can be watched.
    Failed,
}

impl VideoStatus {
    /// Every status, in the order a video passes through them.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Processing, Self::Playable, Self::Ready, Self::Failed];

    /// The text stored in the database and shown in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Playable => "playable",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }

    /// True when viewers may watch it, as far as something of it was published: one that failed is there as far as it got.
    pub fn can_be_watched(self) -> bool {
        matches!(self, Self::Playable | Self::Ready | Self::Failed)
    }
}

impl std::str::FromStr for VideoStatus {
    type Err = UnknownText;
    fn from_str(text: &str) -> Result<Self, UnknownText> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| UnknownText::new("video status", text))
    }
}

/// A video row.
#[derive(Debug, Clone)]
pub struct Video {
    /// Row id; names the directory `videos/{id}`.
    pub id: VideoId,
    /// The video's name in URLs; made from the first title, never changed afterwards.
    pub slug: String,
    /// Shown title, 1 to 255 characters.
    pub title: String,
    /// Free text, at most 5000 characters.
    pub description: String,
    /// Where it stands.
    pub status: VideoStatus,
    /// Why it failed: a stable code and a sentence for people.
    pub error: Option<Failure>,
    /// Things that went less than perfectly ("2 picture subtitles were left out").
    pub warnings: Vec<String>,
    /// The uploaded file.
    pub source: Source,
    /// What ffprobe found in the source.
    pub media: MediaInfo,
    /// Duration in seconds as a viewer sees it.
    pub duration_seconds: f64,
    /// Display size in pixels; 0 for audio-only files.
    pub width: u32,
    /// Display height in pixels; 0 for audio-only files.
    pub height: u32,
    /// The generation viewers are given; none until something can be played.
    pub generation: Option<u32>,
    /// Milliseconds since 1970, UTC.
    pub created_at_ms: i64,
    /// When it became visible to viewers; none while unpublished.
    pub published_at_ms: Option<i64>,
    /// A tiny picture as a `data:` URL, shown blurred until the thumbnail is there.
    pub placeholder: Option<String>,
    /// Widths in pixels of the thumbnails that exist.
    pub thumbnail_widths: Vec<u32>,
    /// What the published generation holds; empty until something can be played.
    pub renditions: Vec<RenditionSummary>,
    /// Who may see it.
    pub sharing: Sharing,
}

/// A video as lists show it, without what the probe found.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoSummary {
    /// Row id.
    pub id: VideoId,
    /// Name in URLs.
    pub slug: String,
    /// Shown title.
    pub title: String,
    /// Free text.
    pub description: String,
    /// Where it stands.
    pub status: VideoStatus,
    /// Why it failed.
    pub error: Option<Failure>,
    /// Duration in seconds.
    pub duration_seconds: f64,
    /// Display size in pixels; 0 for audio-only files.
    pub width: u32,
    /// Display height in pixels; 0 for audio-only files.
    pub height: u32,
    /// The generation viewers are given.
    pub generation: Option<u32>,
    /// Name of the highest published video rendition, e.g. `1080p`.
    pub max_quality: Option<String>,
    /// A tiny picture as a `data:` URL.
    pub placeholder: Option<String>,
    /// Widths in pixels of the thumbnails that exist.
    pub thumbnail_widths: Vec<u32>,
    /// Milliseconds since 1970, UTC.
    pub created_at_ms: i64,
    /// When it became visible to viewers; none while unpublished.
    pub published_at_ms: Option<i64>,
    /// To whom it shows itself.
    pub visibility: Visibility,
    /// Grows with each change of who may see it.
    pub sharing_version: i64,
}

/// What kind of track a rendition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenditionKind {
    /// A picture of one size.
    Video,
    /// One sound track.
    Audio,
    /// Subtitles or captions.
    Text,
}

/// A published rendition, as the API and the manifests describe it. Fields that make no sense for its kind
/// are 0, false, empty or none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RenditionSummary {
    /// Picture, sound or text.
    pub kind: RenditionKind,
    /// `1080p`, `audio-0`, `text-0`; also its directory.
    pub name: String,
    /// Codec, e.g. `h264`.
    pub codec: String,
    /// RFC 6381, e.g. `avc1.640028`.
    pub codecs: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Frames per second.
    pub frame_rate: f64,
    /// Rate of the fattest segment, bits per second.
    pub bandwidth: u64,
    /// Mean rate, bits per second.
    pub average_bandwidth: u64,
    /// ISO 639 code.
    pub language: Option<String>,
    /// Shown in menus.
    pub label: String,
    /// Channels of sound.
    pub channels: u32,
    /// True for the track a player starts with.
    pub default: bool,
    /// True when it is the source's own stream.
    pub copied: bool,
    /// Segments it has.
    pub segment_count: u32,
    /// Seconds it lasts.
    pub duration_seconds: f64,
    /// Bytes of all its files.
    pub size_bytes: u64,
}

/// Why something failed: a stable code for machines and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Stable snake_case code, e.g. `invalid_media`.
    pub code: String,
    /// One or two sentences a person can act on.
    pub message: String,
}

/// The uploaded file, never changed after it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Storage key, `uploads/{uuid}`.
    pub key: String,
    /// The name the file had at the uploader's, for display only.
    pub name: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// False once `storage.keep_source` let it be deleted.
    pub kept: bool,
}

/// What is needed to create a video row.
#[derive(Debug, Clone)]
pub struct NewVideo {
    /// Shown title.
    pub title: String,
    /// Free text.
    pub description: String,
    /// The stored file.
    pub source: Source,
    /// What ffprobe found.
    pub media: MediaInfo,
}
