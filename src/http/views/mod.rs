//! Wire types of the API, and how domain values become them. Field names are a contract with clients.

pub mod accounts;
pub mod factors;
mod from;
pub mod jobs;
pub mod passkeys;
pub mod pools;
pub mod reencode;
mod settings;
pub mod sprites;
pub mod system;
pub mod transcripts;
pub mod webhooks;
pub mod workers;

pub use settings::{
    Imported, Setting, SettingCategory, SettingList, SettingValue, SettingValues, SettingsExport, SettingsImport,
};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::accounts::Role;

/// A video as lists show it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VideoListItem {
    /// Id of the video.
    pub id: i64,
    /// Shown title.
    pub title: String,
    /// Name in URLs.
    pub slug: String,
    /// Free text.
    pub description: String,
    /// Seconds; 0 until known.
    pub duration: f64,
    /// Where it stands.
    pub status: Status,
    /// Display width in pixels; 0 until known and for sound alone.
    pub width: u32,
    /// Display height in pixels; 0 until known and for sound alone.
    pub height: u32,
    /// ISO 8601, UTC.
    pub created_at: String,
    /// ISO 8601, UTC; null while unpublished.
    #[schema(required)]
    pub published_at: Option<String>,
    /// The thumbnail of 640 pixels, or the nearest there is.
    #[schema(required)]
    pub thumbnail_url: Option<String>,
    /// Every thumbnail, smallest first.
    pub thumbnails: Vec<Thumbnail>,
    /// A tiny `data:` picture, shown blurred until the thumbnail is there.
    #[schema(required)]
    pub placeholder: Option<String>,
    /// Always `cmaf`.
    pub streaming_format: &'static str,
    /// Always `h264`.
    pub primary_codec: &'static str,
    /// `1080p`.
    #[schema(required)]
    pub max_quality: Option<String>,
    /// True when there is no picture.
    pub audio_only: bool,
    /// Share of the work done, 0 to 100.
    pub progress_percent: u8,
    /// Stable code of why it failed.
    #[schema(required)]
    pub error_code: Option<String>,
    /// Why it failed, for people.
    #[schema(required)]
    pub error_message: Option<String>,
    /// Always null for now.
    #[schema(required)]
    pub category_id: Option<i64>,
    /// Always null for now.
    #[schema(required)]
    pub category_name: Option<String>,
    /// Always empty for now.
    pub tags: Vec<String>,
    /// Always 0 for now.
    pub view_count: u64,
    /// Who may see it.
    pub visibility: Visibility,
}

/// Who may see a video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Whoever knows its address; it is in no list.
    Unlisted,
    /// Those it is shared with, editors and admins.
    Private,
}

/// Whom a private video is shared with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SharedWith {
    /// Names of accounts, at most 200.
    #[serde(default)]
    pub users: Vec<String>,
    /// Everybody with one of these roles, or a higher one: `viewer` is everybody who is logged in.
    #[serde(default)]
    pub roles: Vec<Role>,
}

/// Where a video stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = VideoStatus)]
pub enum Status {
    /// Stored, waiting.
    Pending,
    /// Being worked on.
    Processing,
    /// Can be watched while the rest is still being made.
    Playable,
    /// Everything is made.
    Ready,
    /// Gave up.
    Failed,
}

/// Where one quality stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QualityStatus {
    /// Not begun.
    Pending,
    /// Being made.
    InProgress,
    /// Complete.
    Completed,
    /// Gave up.
    Failed,
}

/// A still picture of a video in one size.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Thumbnail {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// As JPEG.
    pub url: String,
    /// As WebP.
    pub webp_url: String,
}

/// A page of videos.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct VideoPage {
    /// The videos.
    pub videos: Vec<VideoListItem>,
    /// Pass it as `cursor` to get the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// True when there is a next page.
    pub has_more: bool,
    /// Videos on all pages; null unless `include_total` was asked for.
    #[schema(required)]
    pub total_count: Option<u64>,
}

/// Everything about one video.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Video {
    /// What lists show too.
    #[serde(flatten)]
    pub item: VideoListItem,
    /// Width of the uploaded picture, pixels.
    pub source_width: u32,
    /// Height of the uploaded picture, pixels.
    pub source_height: u32,
    /// Name of the uploaded file; admins only.
    #[schema(required)]
    pub source_name: Option<String>,
    /// Size of the uploaded file; admins only.
    #[schema(required)]
    pub source_size_bytes: Option<u64>,
    /// HLS master playlist, as soon as something can be played.
    #[schema(required)]
    pub stream_url: Option<String>,
    /// DASH manifest, as soon as something can be played.
    #[schema(required)]
    pub dash_url: Option<String>,
    /// WebVTT of the first text track.
    #[schema(required)]
    pub captions_url: Option<String>,
    /// WebVTT whose cues are places on sheets of seek bar pictures, once there are some.
    #[schema(required)]
    pub sprites_url: Option<String>,
    /// Picture sizes, highest first.
    pub qualities: Vec<Quality>,
    /// Sound tracks.
    pub audio_tracks: Vec<AudioTrack>,
    /// Subtitles and captions.
    pub text_tracks: Vec<TextTrack>,
    /// Chapters, in time order.
    pub chapters: Vec<Chapter>,
    /// Things that went less than perfectly.
    pub warnings: Vec<String>,
    /// When the addresses of its files lead nowhere any more, ISO 8601, UTC; ask for the video again before. Null: never.
    #[schema(required)]
    pub media_expires_at: Option<String>,
    /// Whom it is shared with while it is private; editors only.
    #[schema(required)]
    pub shared_with: Option<SharedWith>,
}

/// One picture size.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Quality {
    /// `1080p`.
    pub name: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Bits per second; the cap until it is measured.
    pub bitrate: u64,
    /// Frames per second.
    pub frame_rate: f64,
    /// `h264`.
    pub codec: String,
    /// RFC 6381; empty until known.
    pub codecs: String,
    /// True when it is the uploaded stream itself.
    pub copied: bool,
    /// Where it stands.
    pub status: QualityStatus,
    /// 0 to 100.
    pub progress: u8,
    /// Seconds from the beginning that can be played.
    pub available_seconds: f64,
    /// Bytes of its files.
    pub size_bytes: u64,
}

/// One sound track.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AudioTrack {
    /// `audio-0`.
    pub name: String,
    /// ISO 639.
    #[schema(required)]
    pub language: Option<String>,
    /// Shown in menus.
    pub label: String,
    /// Number of channels.
    pub channels: u32,
    /// True for the one a player starts with.
    pub default: bool,
    /// RFC 6381.
    pub codecs: String,
}

/// Subtitles or captions.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TextTrack {
    /// `text-0`.
    pub name: String,
    /// ISO 639.
    #[schema(required)]
    pub language: Option<String>,
    /// Shown in menus.
    pub label: String,
    /// WebVTT.
    pub url: String,
}

/// A chapter mark.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Chapter {
    /// Counted from 1.
    pub id: u32,
    /// As it stands in the file.
    pub title: String,
    /// Seconds.
    pub start_time: f64,
    /// Seconds.
    #[schema(required)]
    pub end_time: Option<f64>,
    /// Counted from 0.
    pub position: u32,
}

/// How far a video is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Progress {
    /// Where it stands.
    pub status: Status,
    /// `analyse`, `copy`, `encode`, `audio` or `finalize`; null when nothing runs.
    #[schema(required)]
    pub current_step: Option<String>,
    /// Share of all work done, 0 to 100.
    pub progress_percent: u8,
    /// Picture sizes, highest first.
    pub qualities: Vec<QualityProgress>,
    /// Highest attempt among what is open.
    pub attempt: u32,
    /// Attempts there are.
    pub max_attempts: u32,
    /// ISO 8601, UTC.
    #[schema(required)]
    pub started_at: Option<String>,
    /// The last error, also one that was tried again.
    #[schema(required)]
    pub last_error: Option<String>,
    /// Why nothing moves: `paused`, `outside_schedule`, `storage_full`, `storage_unavailable`, `memory_low`, `no_worker` (nobody
    /// is there who encodes) or `no_encoder` (nobody there has the encoder).
    #[schema(required)]
    pub waiting_reason: Option<String>,
    /// Times real time.
    #[schema(required)]
    pub speed: Option<f64>,
    /// Rough time left, seconds.
    #[schema(required)]
    pub eta_seconds: Option<u64>,
}

/// How far one picture size is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QualityProgress {
    /// `1080p`.
    pub name: String,
    /// Where it stands.
    pub status: QualityStatus,
    /// 0 to 100.
    pub progress: u8,
    /// Seconds from the beginning that can be played.
    pub available_seconds: f64,
}

/// Data of a `progress` event.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProgressEvent {
    /// Which video.
    pub video_id: i64,
    /// Name in URLs.
    pub slug: String,
    /// Shown title.
    pub title: String,
    /// True when it can be watched.
    pub playable: bool,
    /// Seconds; 0 until known.
    pub duration: f64,
    /// HLS master playlist.
    #[schema(required)]
    pub stream_url: Option<String>,
    /// DASH manifest.
    #[schema(required)]
    pub dash_url: Option<String>,
    /// The thumbnail of 640 pixels.
    #[schema(required)]
    pub thumbnail_url: Option<String>,
    /// How far it is.
    #[serde(flatten)]
    pub progress: Progress,
}

/// Data of a `removed` event.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RemovedEvent {
    /// Which video is gone.
    pub video_id: i64,
}

/// Answer to an upload.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UploadResult {
    /// Always `ok`.
    pub status: &'static str,
    /// Id of the new video.
    pub video_id: i64,
    /// Its name in URLs.
    pub slug: String,
    /// For people.
    pub message: String,
}

/// What an admin changes about a video. Fields that are missing or null stay as they are.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VideoEdit {
    /// 1 to 255 characters.
    #[schema(min_length = 1, max_length = 255)]
    pub title: Option<String>,
    /// At most 5000 characters.
    #[schema(max_length = 5000)]
    pub description: Option<String>,
    /// Who may see it.
    pub visibility: Option<Visibility>,
    /// Replaces those a private video is shared with. It is shared with nobody once it is not private.
    pub shared_with: Option<SharedWith>,
}

/// Answer to something that was done.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Done {
    /// Always `ok`.
    pub status: &'static str,
    /// For people.
    pub message: String,
}

impl Done {
    /// It was done.
    pub fn new(message: &str) -> Self {
        Self { status: "ok", message: message.to_owned() }
    }
}

/// What works.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Health {
    /// `ok`, or `failing` when a check fails.
    pub status: &'static str,
    /// One entry a check.
    pub checks: Checks,
}

/// The checks, each `ok` or `failing`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Checks {
    /// The database answers.
    pub database: &'static str,
    /// The storage can be reached.
    pub storage: &'static str,
    /// Redis answers; missing when there is none. Everything goes on without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub redis: Option<&'static str>,
}
