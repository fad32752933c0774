//! Files that players ask for: from a slug and a path to bytes.
//!
//! Beside the generation's files there are those of additions, such as seek bar pictures, under numbers of their own.
//!
//! Two caches. *Slugs*: which video and generation a slug means, kept for seconds and forgotten when the video
//! changes. *Hot files*: those asked for twice within a minute, small ones as bytes, others open: their bytes are in the
//! kernel's cache already. A file in a generation never changes once it is published, so its path is its version;
//! playlists grow and are never kept.

mod open_file;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;

pub use self::open_file::{OpenFile, read_at};
use super::audience::{Audience, now};
use super::{App, AppError};
use crate::auth::media_link::Link;
use crate::cache::Cache;
use crate::db::{Conn, videos};
use crate::domain::id::VideoId;
use crate::domain::job::JobKind;
use crate::domain::video::{RenditionKind, Video, VideoStatus};
use crate::domain::visibility::Visibility;
use crate::media::presentation::names;
use crate::storage::Storage;
use crate::storage::keys::Key;

/// What hot files may weigh together.
const HOT_BYTES: u64 = 32 << 20;
/// A larger file is kept open, a smaller one as bytes.
const SMALL_BYTES: u64 = 32 << 10;
/// What an open file weighs: 512 of them fit.
const OPEN_BYTES: u64 = 64 << 10;
/// Files nobody asked for this long are closed, and their memory is given back.
const HOT_IDLE: Duration = Duration::from_secs(60);
/// What an entry costs beside the file's bytes.
const ENTRY_BYTES: u64 = 256;
/// Longest time a slug is believed without asking the database.
const SLUG_TIME: Duration = Duration::from_secs(5);
/// Slugs kept at most.
const SLUGS: u64 = 10_000;
/// A generation that was left is still watched if something of it was asked for so lately.
const WATCHED: Duration = Duration::from_secs(5 * 60);
/// How much of a file is read together with opening it.
const HEAD_BYTES: u64 = 512 << 10;
/// Width in pixels of the thumbnail without a width in its name.
const THUMBNAIL_WIDTH: u32 = 640;

/// How long a client may keep what it got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// For ever: the address never means anything else.
    Immutable,
    /// For a minute.
    Short,
    /// Only after asking whether it changed.
    Revalidate,
}

/// Who may keep what was served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    /// Anybody, such as a proxy.
    Anybody,
    /// The one who asked; of what was asked for by a link, as long as the link is good: so many seconds.
    Asker(Option<u64>),
}

/// The bytes of a file, as far as they were read.
#[derive(Debug, Clone)]
pub enum Content {
    /// All of them.
    Memory(Bytes),
    /// The beginning, if it was asked for, and the open file for the rest.
    File {
        /// Bytes from the file's beginning; may be empty.
        head: Bytes,
        /// Open for reading.
        file: Arc<OpenFile>,
    },
}

/// A file a player asked for.
#[derive(Debug, Clone)]
pub struct MediaFile {
    /// Name without directories; tells the type.
    pub name: String,
    /// Its bytes.
    pub content: Content,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Last change.
    pub modified: SystemTime,
    /// How long it may be kept.
    pub freshness: Freshness,
    /// By whom.
    pub keeper: Keeper,
}

impl MediaFile {
    /// A strong validator: another one whenever the bytes are others.
    pub fn etag(&self) -> String {
        let nanos = self.modified.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        format!("{:x}-{nanos:x}", self.size_bytes)
    }
}

/// What a slug means at the moment.
#[derive(Debug)]
struct Target {
    id: VideoId,
    generation: Option<u32>,
    status: VideoStatus,
    published: bool,
    visibility: Visibility,
    sharing_version: i64,
    thumbnail: Option<u32>,
    text_track: Option<String>,
    /// The seek bar pictures in use.
    sprites: Option<u32>,
}

impl Target {
    fn of(video: &Video, sprites: Option<u32>) -> Self {
        let widths = &video.thumbnail_widths;
        let named = widths.iter().find(|width| **width == THUMBNAIL_WIDTH);
        let text = video.renditions.iter().find(|rendition| rendition.kind == RenditionKind::Text);
        Self {
            id: video.id,
            generation: video.generation,
            status: video.status,
            published: video.published_at_ms.is_some(),
            visibility: video.sharing.visibility,
            sharing_version: video.sharing.version,
            thumbnail: named.or_else(|| widths.iter().max()).copied(),
            text_track: text.map(|rendition| rendition.name.clone()),
            sprites,
        }
    }

    fn is_published(&self) -> bool {
        self.published && self.generation.is_some() && self.status.can_be_watched()
    }
}

/// A place among the hot files: an address asked for once, or the file.
#[derive(Debug, Clone)]
enum Hot {
    Seen,
    File { content: Content, size_bytes: u64, modified: SystemTime },
}

/// What is kept in memory for serving files.
#[derive(Debug)]
pub struct Caches {
    slugs: Cache<String, Arc<Target>>,
    hot: Cache<Key, Hot>,
    /// Generations that others took the place of, and that somebody watches all the same.
    watched: Cache<(VideoId, u32), ()>,
}

impl Caches {
    pub(super) fn new() -> Self {
        let weigh = |hot: &Hot| match hot {
            Hot::Seen => ENTRY_BYTES,
            Hot::File { content: Content::Memory(bytes), .. } => ENTRY_BYTES + bytes.len() as u64,
            Hot::File { content: Content::File { .. }, .. } => OPEN_BYTES,
        };
        Self {
            slugs: Cache::since_written(SLUGS, SLUG_TIME),
            hot: Cache::weighed(HOT_BYTES, weigh, HOT_IDLE),
            watched: Cache::since_written(SLUGS, WATCHED),
        }
    }

    pub(super) fn forget_slug(&self, slug: &str) {
        self.slugs.remove(slug);
    }

    pub(super) fn forget_slugs(&self) {
        self.slugs.clear();
    }

    pub(super) fn trim(&self) {
        self.slugs.trim();
        self.hot.trim();
    }

    /// True when somebody watches a generation that another took the place of.
    pub(super) fn is_watched(&self, video: VideoId, generation: u32) -> bool {
        self.watched.get(&(video, generation)).is_some()
    }

    /// What the hot files weigh together, about the bytes they cost.
    pub fn hot_weight(&self) -> u64 {
        self.hot.weight()
    }
}

/// The file at `/videos/{slug}/{path}`. With `head` its beginning is read together with opening it, which
/// saves a trip to a blocking thread when the whole file is wanted.
pub async fn open(app: &App, slug: &str, path: &str, audience: Audience, head: bool) -> Result<MediaFile, AppError> {
    let target = find(app, slug).await?;
    let (path, keeper) = match audience {
        Audience::Admin => (path, Keeper::Asker(None)),
        Audience::Viewer(_) if target.is_published() => admit(app, &target, path)?,
        Audience::Viewer(_) => return Err(AppError::NotFound),
    };
    if path == names::MPD && !app.config().streaming.enable_dash {
        return Err(AppError::NotFound);
    }
    let (key, freshness) = resolve(&target, path, audience).ok_or(AppError::NotFound)?;
    if let Some(old) = older(&target, path) {
        app.media().watched.insert((target.id, old), ());
    }
    let name = key.as_str().rsplit('/').next().unwrap_or_default().to_owned();
    let hot = &app.media().hot;
    let immutable = freshness == Freshness::Immutable;
    let keep = immutable && head;
    let seen = match immutable.then(|| hot.get(&key)).flatten() {
        Some(Hot::File { content, size_bytes, modified }) => {
            return Ok(MediaFile { name, content, size_bytes, modified, freshness, keeper });
        }
        Some(Hot::Seen) => true,
        None => false,
    };
    let storage = app.storage().clone();
    let opened = tokio::task::spawn_blocking({
        let key = key.clone();
        move || read_head(&storage, &key, if head { HEAD_BYTES } else { 0 })
    });
    let (content, size_bytes, modified) = opened.await.map_err(AppError::internal)??;
    if keep {
        let kept = match &content {
            _ if !seen => Hot::Seen,
            Content::File { file, .. } => {
                let content = Content::File { head: Bytes::new(), file: file.clone() };
                Hot::File { content, size_bytes, modified }
            }
            small @ Content::Memory(_) => Hot::File { content: small.clone(), size_bytes, modified },
        };
        hot.insert(key, kept);
    }
    Ok(MediaFile { name, content, size_bytes, modified, freshness, keeper })
}

/// The path without the link it may begin with, for viewers. Files of a private video are there by a link only; whether
/// others need somebody who is logged in, the edge has asked.
fn admit<'a>(app: &App, target: &Target, path: &'a str) -> Result<(&'a str, Keeper), AppError> {
    let Some((link, path)) = path.strip_prefix("s/").and_then(|signed| signed.split_once('/')) else {
        return match target.visibility {
            Visibility::Private => Err(AppError::NotFound),
            _ if app.config().access.private => Ok((path, Keeper::Asker(None))),
            _ => Ok((path, Keeper::Anybody)),
        };
    };
    match app.media_links().check(link, target.id, target.sharing_version, now()) {
        Link::Good(left) => Ok((path, Keeper::Asker(Some(left)))),
        Link::Over => {
            let message = "This link is over. Ask for the video again to get a new one.".to_owned();
            Err(AppError::Forbidden { code: "link_expired", message })
        }
        Link::Forged => Err(AppError::NotFound),
    }
}

fn read_head(storage: &Storage, key: &Key, limit: u64) -> Result<(Content, u64, SystemTime), AppError> {
    let stored = storage.open(key)?;
    let head = read_at(&stored.file, 0, stored.size_bytes.min(limit) as usize).map_err(AppError::internal)?;
    let content = match limit > 0 && stored.size_bytes <= SMALL_BYTES {
        true => Content::Memory(head),
        false => Content::File { head, file: Arc::new(OpenFile::new(stored.file, stored.size_bytes)) },
    };
    Ok((content, stored.size_bytes, stored.modified))
}

async fn find(app: &App, slug: &str) -> Result<Arc<Target>, AppError> {
    let slugs = &app.media().slugs;
    if let Some(target) = slugs.get(slug) {
        return Ok(target);
    }
    let wanted = slug.to_owned();
    let read = move |conn: &mut Conn| {
        let Some(video) = videos::find_by_slug(conn, &wanted)? else { return Ok(None) };
        let sprites = videos::find_sprites(conn, video.id)?.map(|made| made.number);
        Ok(Some(Target::of(&video, sprites)))
    };
    let target = Arc::new(app.db().run(read).await?.ok_or(AppError::NotFound)?);
    // what nobody may watch yet is looked up each time: it must be there the moment it is published
    if target.is_published() {
        slugs.insert(slug.to_owned(), target.clone());
    }
    Ok(target)
}

/// From the path below `/videos/{slug}/` to a key. Whatever is not one of the known shapes is nothing.
fn resolve(target: &Target, path: &str, audience: Audience) -> Option<(Key, Freshness)> {
    let current = |file: &str| Key::published(target.id, target.generation?, file);
    match path {
        "master.m3u8" | "manifest.mpd" => Some((current(path)?, Freshness::Revalidate)),
        "thumbnail.jpg" => Some((current(&format!("thumbnail-{}.jpg", target.thumbnail?))?, Freshness::Short)),
        "captions.vtt" => Some((current(&format!("{}/captions.vtt", target.text_track.as_ref()?))?, Freshness::Short)),
        // what was written down, beside all generations
        _ if path.starts_with("captions/") => Some((Key::captions(target.id, path)?, Freshness::Short)),
        _ => {
            let (directory, file) = path.split_once('/')?;
            if directory == "sprites" {
                return sprites(target, file);
            }
            let digits = directory.strip_prefix('g')?;
            let generation = plain_number(digits)?;
            let built = audience == Audience::Admin || target.generation.is_some_and(|now| generation <= now);
            if !built {
                return None;
            }
            Some((Key::published(target.id, generation, file)?, freshness(target, generation, file)?))
        }
    }
}

/// A seek bar picture, or the index of them: those in use, and those before while there are any.
fn sprites(target: &Target, path: &str) -> Option<(Key, Freshness)> {
    let (digits, file) = path.split_once('/')?;
    let number = plain_number(digits).filter(|number| target.sprites.is_some_and(|now| *number <= now))?;
    let known = matches!(file.rsplit_once('.')?.1, "jpg" | "vtt");
    known.then_some((Key::added(target.id, JobKind::Sprites, number, file)?, Freshness::Immutable))
}

/// One address a file: no "01", no "+1".
fn plain_number(digits: &str) -> Option<u32> {
    digits.parse().ok().filter(|number: &u32| number.to_string() == digits)
}

/// The generation of a file, when another took its place.
fn older(target: &Target, path: &str) -> Option<u32> {
    let generation = path.strip_prefix('g')?.split_once('/')?.0.parse().ok()?;
    (generation < target.generation?).then_some(generation)
}

/// By type; a type we never publish is nothing.
fn freshness(target: &Target, generation: u32, file: &str) -> Option<Freshness> {
    let done = match target.generation {
        Some(current) if generation == current => target.status == VideoStatus::Ready,
        current => current.is_some_and(|current| generation < current),
    };
    match file.rsplit_once('.')?.1 {
        "m4s" | "mp4" | "ts" | "jpg" | "webp" => Some(Freshness::Immutable),
        "m3u8" | "mpd" if done => Some(Freshness::Short),
        "m3u8" | "mpd" => Some(Freshness::Revalidate),
        "vtt" => Some(Freshness::Short),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> Target {
        Target {
            id: VideoId(7),
            generation: Some(2),
            status: VideoStatus::Playable,
            published: true,
            visibility: Visibility::Public,
            sharing_version: 0,
            thumbnail: Some(320),
            text_track: Some("text-0".to_owned()),
            sprites: Some(1_700_000_000),
        }
    }

    #[test]
    fn known_shapes_only() {
        let check = |path: &str, want: Option<&str>| {
            let got = resolve(&target(), path, Audience::Viewer(None));
            assert_eq!(got.as_ref().map(|(key, _)| key.as_str()), want, "{path}");
        };
        check("master.m3u8", Some("videos/7/g2/master.m3u8"));
        check("manifest.mpd", Some("videos/7/g2/manifest.mpd"));
        check("thumbnail.jpg", Some("videos/7/g2/thumbnail-320.jpg"));
        check("captions.vtt", Some("videos/7/g2/text-0/captions.vtt"));
        check("g2/720p/seg_00001.m4s", Some("videos/7/g2/720p/seg_00001.m4s"));
        check("g1/thumbnail-640.webp", Some("videos/7/g1/thumbnail-640.webp"));
        check("sprites/1700000000/sprites.vtt", Some("videos/7/sprites/1700000000/sprites.vtt"));
        check("sprites/1600000000/sheet-000.jpg", Some("videos/7/sprites/1600000000/sheet-000.jpg"));
        check("g2/sprites.m3u8", Some("videos/7/g2/sprites.m3u8"));
        check("captions/12/captions.vtt", Some("videos/7/transcription/12/captions.vtt"));
        check("captions/12/stream.m3u8", Some("videos/7/transcription/12/stream.m3u8"));
        for nothing in [
            "",
            "g2",
            "g2/",
            "g3/720p/init.mp4",
            "g02/x.m4s",
            "g+2/x.m4s",
            "g2/../../1/g1/x.m4s",
            "g2/a/b/c.m4s",
            "g2/plan.json",
            "../x.m4s",
            "/etc/passwd",
            "g2//x.m4s",
            "g2/.m4s",
            "g-1/x.m4s",
            "g99999999999/x.m4s",
            "sprites/1700000001/sheet-000.jpg",
            "sprites/01/sheet-000.jpg",
            "sprites/sheet-000.jpg",
            "sprites/1/../sheet-000.jpg",
            "sprites/1/x.m4s",
            "transcription/1/captions.vtt",
            "captions/12/words.json",
            "captions/../g2/x.m4s",
            "captions/012/captions.vtt",
            "captions/captions.vtt",
            "captions/12/../../1/captions.vtt",
        ] {
            check(nothing, None);
        }
    }

    #[test]
    fn only_files_that_never_change_are_immutable() {
        let check = |status, path: &str, want| {
            let target = Target { status, ..target() };
            assert_eq!(resolve(&target, path, Audience::Admin).map(|(_, freshness)| freshness), Some(want), "{path}");
        };
        check(VideoStatus::Playable, "g2/720p/stream.m3u8", Freshness::Revalidate);
        check(VideoStatus::Ready, "g2/720p/stream.m3u8", Freshness::Short);
        check(VideoStatus::Playable, "g1/720p/stream.m3u8", Freshness::Short);
        check(VideoStatus::Ready, "g3/720p/stream.m3u8", Freshness::Revalidate);
        check(VideoStatus::Ready, "master.m3u8", Freshness::Revalidate);
        check(VideoStatus::Playable, "g2/720p/init.mp4", Freshness::Immutable);
        check(VideoStatus::Playable, "thumbnail.jpg", Freshness::Short);
        check(VideoStatus::Ready, "sprites/1/sprites.vtt", Freshness::Immutable);
        check(VideoStatus::Ready, "sprites/1/sheet-000.jpg", Freshness::Immutable);
        check(VideoStatus::Ready, "g2/sprites.m3u8", Freshness::Short);
    }
}
