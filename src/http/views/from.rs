//! How domain values become wire types.

use jiff::Timestamp;

use super::*;
use crate::app::audience::MediaBase;
use crate::app::ingest::Uploaded;
use crate::app::sharing::{self, SharingEdit};
use crate::app::videos::{self, Detail, List};
use crate::domain::ladder::Rung;
use crate::domain::media::Chapter as DomainChapter;
use crate::domain::progress::{RungProgress, VideoProgress};
use crate::domain::video::{RenditionKind, RenditionSummary, Video as DomainVideo, VideoStatus, VideoSummary};
use crate::domain::visibility::{Sharing, Visibility as DomainVisibility};
use crate::events::Snapshot;

/// Width in pixels of `thumbnail_url`.
const THUMBNAIL_WIDTH: u32 = 640;

impl From<List> for VideoPage {
    fn from(list: List) -> Self {
        Self {
            videos: list.videos.into_iter().map(|of| VideoListItem::new(of.video, of.fraction, &of.base)).collect(),
            has_more: list.next_cursor.is_some(),
            next_cursor: list.next_cursor,
            total_count: list.total,
        }
    }
}

impl VideoListItem {
    /// `fraction` is the share of the work done, 0 to 1.
    pub fn new(video: VideoSummary, fraction: f64, base: &MediaBase) -> Self {
        let thumbnails = thumbnails(base, video.generation, &video.thumbnail_widths, (video.width, video.height));
        let (error_code, error_message) = video.error.map(|error| (error.code, error.message)).unzip();
        Self {
            id: video.id.0,
            duration: seconds(video.duration_seconds),
            status: video.status.into(),
            created_at: time(video.created_at_ms),
            published_at: video.published_at_ms.map(time),
            thumbnail_url: thumbnail_url(&thumbnails),
            thumbnails,
            streaming_format: "cmaf",
            primary_codec: "h264",
            audio_only: video.width == 0 && video.duration_seconds > 0.0,
            progress_percent: percent(fraction),
            title: video.title,
            slug: video.slug,
            description: video.description,
            width: video.width,
            height: video.height,
            placeholder: video.placeholder,
            max_quality: video.max_quality,
            error_code,
            error_message,
            category_id: None,
            category_name: None,
            tags: Vec::new(),
            view_count: 0,
            visibility: video.visibility.into(),
        }
    }
}

impl Video {
    /// As viewers see it.
    pub fn public(detail: Detail) -> Self {
        Self { source_name: None, source_size_bytes: None, shared_with: None, ..Self::admin(detail) }
    }

    /// As admins see it.
    pub fn admin(detail: Detail) -> Self {
        let Detail { video, progress, plan, dash, base, sprites } = detail;
        let planned = plan.map(|plan| plan.rungs).unwrap_or_default();
        let links = Links::of(&video, &base, dash);
        let picture = video.media.video.as_ref();
        Self {
            source_width: picture.map_or(0, |picture| picture.display_width),
            source_height: picture.map_or(0, |picture| picture.display_height),
            source_name: Some(video.source.name.clone()),
            source_size_bytes: Some(video.source.size_bytes),
            stream_url: links.stream,
            dash_url: links.dash,
            captions_url: links.captions,
            sprites_url: sprites.map(|number| format!("{}/sprites/{number}/sprites.vtt", base.path)),
            qualities: qualities(&video, &planned, &progress.rungs),
            audio_tracks: renditions(&video, RenditionKind::Audio).map(AudioTrack::from).collect(),
            text_tracks: renditions(&video, RenditionKind::Text).map(|text| text_track(&video, &base, text)).collect(),
            chapters: (0..).zip(&video.media.chapters).map(|(position, c)| chapter(position, c)).collect(),
            warnings: video.warnings.clone(),
            media_expires_at: base.expires_at_ms.map(time),
            shared_with: Some((&video.sharing).into()),
            item: VideoListItem::new(summary(video), progress.fraction, &base),
        }
    }
}

impl From<DomainVisibility> for Visibility {
    fn from(visibility: DomainVisibility) -> Self {
        match visibility {
            DomainVisibility::Public => Self::Public,
            DomainVisibility::Unlisted => Self::Unlisted,
            DomainVisibility::Private => Self::Private,
        }
    }
}

impl From<Visibility> for DomainVisibility {
    fn from(visibility: Visibility) -> Self {
        match visibility {
            Visibility::Public => Self::Public,
            Visibility::Unlisted => Self::Unlisted,
            Visibility::Private => Self::Private,
        }
    }
}

impl From<&Sharing> for SharedWith {
    fn from(sharing: &Sharing) -> Self {
        Self {
            users: sharing.users.iter().map(|user| user.username.clone()).collect(),
            roles: sharing.roles.iter().copied().map(Role::from).collect(),
        }
    }
}

impl From<VideoEdit> for videos::VideoEdit {
    fn from(edit: VideoEdit) -> Self {
        let shared_with = edit.shared_with.map(|with| sharing::SharedWith {
            users: with.users,
            roles: with.roles.into_iter().map(Into::into).collect(),
        });
        let sharing = SharingEdit { visibility: edit.visibility.map(Into::into), shared_with };
        Self { title: edit.title, description: edit.description, sharing }
    }
}

impl From<VideoStatus> for Status {
    fn from(status: VideoStatus) -> Self {
        match status {
            VideoStatus::Pending => Self::Pending,
            VideoStatus::Processing => Self::Processing,
            VideoStatus::Playable => Self::Playable,
            VideoStatus::Ready => Self::Ready,
            VideoStatus::Failed => Self::Failed,
        }
    }
}

impl QualityStatus {
    fn of(text: &str) -> Self {
        match text {
            "completed" => Self::Completed,
            "in_progress" => Self::InProgress,
            "failed" => Self::Failed,
            _ => Self::Pending,
        }
    }
}

impl From<&VideoProgress> for Progress {
    fn from(progress: &VideoProgress) -> Self {
        Self {
            status: progress.status.into(),
            current_step: progress.current_step.clone(),
            progress_percent: percent(progress.fraction),
            qualities: progress.rungs.iter().map(QualityProgress::from).collect(),
            attempt: progress.attempt,
            max_attempts: progress.max_attempts,
            started_at: progress.started_at_ms.map(time),
            last_error: progress.last_error.clone(),
            waiting_reason: progress.waiting_reason.clone(),
            speed: progress.speed,
            eta_seconds: progress.eta_seconds,
        }
    }
}

impl From<&RungProgress> for QualityProgress {
    fn from(rung: &RungProgress) -> Self {
        Self {
            name: rung.name.clone(),
            status: QualityStatus::of(&rung.status),
            progress: percent(rung.fraction),
            available_seconds: seconds(rung.available_seconds),
        }
    }
}

impl ProgressEvent {
    /// For somebody for whom the files are there.
    pub fn of(snapshot: &Snapshot, base: &MediaBase) -> Self {
        let video = &*snapshot.video;
        let links = Links::of(video, base, snapshot.dash);
        let thumbnails = thumbnails(base, video.generation, &video.thumbnail_widths, (video.width, video.height));
        Self {
            video_id: video.id.0,
            slug: video.slug.clone(),
            title: video.title.clone(),
            playable: links.stream.is_some(),
            duration: seconds(video.duration_seconds),
            stream_url: links.stream,
            dash_url: links.dash,
            thumbnail_url: thumbnail_url(&thumbnails),
            progress: Progress::from(&*snapshot.progress),
        }
    }
}

impl From<Uploaded> for UploadResult {
    fn from(uploaded: Uploaded) -> Self {
        Self { status: "ok", video_id: uploaded.video_id.0, slug: uploaded.slug, message: uploaded.message }
    }
}

impl From<&RenditionSummary> for AudioTrack {
    fn from(audio: &RenditionSummary) -> Self {
        Self {
            name: audio.name.clone(),
            language: audio.language.clone(),
            label: audio.label.clone(),
            channels: audio.channels,
            default: audio.default,
            codecs: audio.codecs.clone(),
        }
    }
}

struct Links {
    stream: Option<String>,
    dash: Option<String>,
    captions: Option<String>,
}

impl Links {
    fn of(video: &DomainVideo, base: &MediaBase, dash: bool) -> Self {
        let base = &base.path;
        // a video whose new version is still being made or failed goes on playing its old one
        let playable = video.generation.is_some() && video.status.can_be_watched();
        let text = renditions(video, RenditionKind::Text).next().is_some();
        Self {
            stream: playable.then(|| format!("{base}/master.m3u8")),
            dash: (playable && dash).then(|| format!("{base}/manifest.mpd")),
            captions: (playable && text).then(|| format!("{base}/captions.vtt")),
        }
    }
}

fn renditions(video: &DomainVideo, kind: RenditionKind) -> impl Iterator<Item = &RenditionSummary> {
    video.renditions.iter().filter(move |rendition| rendition.kind == kind)
}

/// What is published, and what the running job will add.
fn qualities(video: &DomainVideo, planned: &[Rung], progress: &[RungProgress]) -> Vec<Quality> {
    let published: Vec<_> = renditions(video, RenditionKind::Video).collect();
    let later = planned.iter().filter(|rung| published.iter().all(|done| done.name != rung.name));
    let mut all: Vec<Quality> = published.iter().map(|rendition| Quality::from(*rendition)).collect();
    all.extend(later.map(Quality::from));
    for quality in &mut all {
        if let Some(now) = progress.iter().find(|rung| rung.name == quality.name) {
            quality.status = QualityStatus::of(&now.status);
            quality.progress = percent(now.fraction);
            quality.available_seconds = seconds(now.available_seconds);
        }
    }
    all.sort_by_key(|quality| std::cmp::Reverse(u64::from(quality.width) * u64::from(quality.height)));
    all
}

impl From<&RenditionSummary> for Quality {
    fn from(rendition: &RenditionSummary) -> Self {
        Self {
            name: rendition.name.clone(),
            width: rendition.width,
            height: rendition.height,
            bitrate: rendition.bandwidth,
            frame_rate: seconds(rendition.frame_rate),
            codec: rendition.codec.clone(),
            codecs: rendition.codecs.clone(),
            copied: rendition.copied,
            status: QualityStatus::Completed,
            progress: 100,
            available_seconds: seconds(rendition.duration_seconds),
            size_bytes: rendition.size_bytes,
        }
    }
}

impl From<&Rung> for Quality {
    fn from(rung: &Rung) -> Self {
        Self {
            name: rung.name.clone(),
            width: rung.width,
            height: rung.height,
            bitrate: rung.max_rate,
            frame_rate: seconds(rung.frame_rate),
            codec: rung.codec.as_str().to_owned(),
            codecs: String::new(),
            copied: rung.copied,
            status: QualityStatus::Pending,
            progress: 0,
            available_seconds: 0.0,
            size_bytes: 0,
        }
    }
}

fn text_track(video: &DomainVideo, base: &MediaBase, text: &RenditionSummary) -> TextTrack {
    let generation = video.generation.unwrap_or(0);
    TextTrack {
        name: text.name.clone(),
        language: text.language.clone(),
        label: text.label.clone(),
        url: format!("{}/g{generation}/{}/captions.vtt", base.path, text.name),
    }
}

fn chapter(position: u32, chapter: &DomainChapter) -> Chapter {
    Chapter {
        id: position + 1,
        title: chapter.title.clone(),
        start_time: seconds(chapter.start_seconds),
        end_time: (chapter.end_seconds > chapter.start_seconds).then(|| seconds(chapter.end_seconds)),
        position,
    }
}

pub(super) fn thumbnails(
    base: &MediaBase,
    generation: Option<u32>,
    widths: &[u32],
    display: (u32, u32),
) -> Vec<Thumbnail> {
    let Some(generation) = generation else { return Vec::new() };
    let mut widths = widths.to_vec();
    widths.sort_unstable();
    let of = |width: u32| Thumbnail {
        width,
        height: scaled_height(width, display),
        url: format!("{}/g{generation}/thumbnail-{width}.jpg", base.path),
        webp_url: format!("{}/g{generation}/thumbnail-{width}.webp", base.path),
    };
    widths.into_iter().map(of).collect()
}

fn scaled_height(width: u32, (display_width, display_height): (u32, u32)) -> u32 {
    if display_width == 0 {
        return width; // covers are square
    }
    (f64::from(width) * f64::from(display_height) / f64::from(display_width)).round() as u32
}

pub(super) fn thumbnail_url(thumbnails: &[Thumbnail]) -> Option<String> {
    thumbnails.iter().min_by_key(|thumbnail| thumbnail.width.abs_diff(THUMBNAIL_WIDTH)).map(|t| t.url.clone())
}

fn summary(video: DomainVideo) -> VideoSummary {
    let max_quality = renditions(&video, RenditionKind::Video).next().map(|rendition| rendition.name.clone());
    VideoSummary {
        id: video.id,
        slug: video.slug,
        title: video.title,
        description: video.description,
        status: video.status,
        error: video.error,
        duration_seconds: video.duration_seconds,
        width: video.width,
        height: video.height,
        generation: video.generation,
        max_quality,
        placeholder: video.placeholder,
        thumbnail_widths: video.thumbnail_widths,
        created_at_ms: video.created_at_ms,
        published_at_ms: video.published_at_ms,
        visibility: video.sharing.visibility,
        sharing_version: video.sharing.version,
    }
}

/// Three decimals are enough for people and players.
pub(super) fn seconds(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

pub(super) fn percent(fraction: f64) -> u8 {
    (fraction.clamp(0.0, 1.0) * 100.0) as u8
}

/// ISO 8601, UTC.
pub(super) fn time(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}
