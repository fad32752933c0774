//! Videos: rows, their states, and what is published of them. Lists and search stand in `videos/list.rs`, who may see
//! one in `videos/sharing.rs`.

mod list;
mod sharing;
mod sprites;
pub mod transcripts;

use diesel::prelude::*;
use diesel::sql_types::Bool;

pub use self::list::{Cursor, ListQuery, Page, Sort, count, list, list_ready, search};
pub use self::sharing::{end_links, share};
pub use self::sprites::{
    Sprites, find_sprites, list_sprites_not_shown, list_without_sprites, set_sprites, set_sprites_shown,
};
use super::conn::{Conn, each};
use super::error::DbError;
use super::row::{failure, from_json, number, to_json};
use super::schema::videos;
use crate::domain::id::VideoId;
use crate::domain::video::{Failure, NewVideo, RenditionKind, RenditionSummary, Source, Video, VideoStatus};
use crate::domain::visibility::Sharing;

/// Slugs tried for one video; more can only be lost to as many uploads of that title at the same moment.
const SLUG_TRIES: u32 = 100;

/// What a job publishes.
pub struct Publication<'a> {
    /// The generation viewers are given from now on.
    pub generation: u32,
    /// [`VideoStatus::Playable`] or [`VideoStatus::Ready`].
    pub status: VideoStatus,
    /// What the generation holds, highest video rendition first.
    pub renditions: &'a [RenditionSummary],
}

/// Creates a pending, unpublished video. Its slug is `slug`, or `slug-2`, `slug-3` … where that is taken.
pub fn insert(conn: &mut Conn, new: &NewVideo, slug: &str, now_ms: i64) -> Result<Video, DbError> {
    let picture = new.media.video.as_ref();
    let row = NewRow {
        title: &new.title,
        title_key: new.title.to_lowercase(),
        description: &new.description,
        status: VideoStatus::Pending.as_str(),
        source_key: &new.source.key,
        source_name: &new.source.name,
        source_size_bytes: i64::try_from(new.source.size_bytes)
            .map_err(|_| DbError::Range { what: "source size", value: i64::MAX })?,
        source_kept: new.source.kept,
        media: to_json("media", &new.media)?,
        duration_seconds: new.media.duration_seconds,
        width: picture.map_or(0, |video| video.display_width).into(),
        height: picture.map_or(0, |video| video.display_height).into(),
        created_at: now_ms,
    };
    for _ in 0..SLUG_TRIES {
        let free = free_slug(conn, slug)?;
        // between the look and the insert another upload may take it: the unique index decides, and we look again
        let inserted: Option<VideoRow> = each!(conn => diesel::insert_into(videos::table)
            .values((&row, videos::slug.eq(&free)))
            .on_conflict(videos::slug)
            .do_nothing()
            .returning(VideoRow::as_returning())
            .get_result(conn)
            .optional())?;
        if let Some(row) = inserted {
            return row.try_into();
        }
    }
    Err(DbError::Conflict(format!("slug {slug}")))
}

/// The video of that slug.
pub fn find_by_slug(conn: &mut Conn, slug: &str) -> Result<Option<Video>, DbError> {
    let row: Option<VideoRow> = each!(conn => videos::table
        .filter(videos::slug.eq(slug))
        .select(VideoRow::as_select())
        .first(conn)
        .optional())?;
    row.map(|row| sharing::complete(conn, row.try_into()?)).transpose()
}

/// The video, or [`DbError::NotFound`].
pub fn get(conn: &mut Conn, id: VideoId) -> Result<Video, DbError> {
    let row: VideoRow = each!(conn => videos::table.find(id.0).select(VideoRow::as_select()).first(conn))?;
    sharing::complete(conn, row.try_into()?)
}

/// Moves a video on to `Pending` or `Processing`, or to `Playable` where viewers have something of it, and clears its
/// error; false when it is `Playable` or `Ready`, which it then stays. [`set_failed`] and [`publish`] are for the others.
pub fn set_status(conn: &mut Conn, id: VideoId, status: VideoStatus) -> Result<bool, DbError> {
    let mut rows = 0;
    for (begun, status) in [(false, status), (true, VideoStatus::Playable)] {
        let goes_well = [VideoStatus::Playable, VideoStatus::Ready].map(VideoStatus::as_str);
        let here = videos::table.find(id.0).filter(videos::status.ne_all(goes_well));
        rows += each!(conn => diesel::update(here.filter(videos::generation.is_not_null().eq(begun)))
            .set((
                videos::status.eq(status.as_str()),
                videos::error_code.eq(None::<String>),
                videos::error_message.eq(None::<String>),
            ))
            .execute(conn))?;
    }
    if rows == 0 { get(conn, id).map(|_| false) } else { Ok(true) }
}

/// Changes what people read; its name in URLs stays. [`DbError::NotFound`] when there is no such video.
pub fn set_texts(conn: &mut Conn, id: VideoId, title: Option<&str>, description: Option<&str>) -> Result<(), DbError> {
    let changes = Texts { title, title_key: title.map(str::to_lowercase), description };
    if title.is_none() && description.is_none() {
        return get(conn, id).map(|_| ());
    }
    one(each!(conn => diesel::update(videos::table.find(id.0)).set(&changes).execute(conn))?)
}

#[derive(AsChangeset)]
#[diesel(table_name = videos)]
struct Texts<'a> {
    title: Option<&'a str>,
    title_key: Option<String>,
    description: Option<&'a str>,
}

/// The video failed, and why; false when it is complete already, which it then stays.
pub fn set_failed(conn: &mut Conn, id: VideoId, error: &Failure) -> Result<bool, DbError> {
    let incomplete = videos::status.ne(VideoStatus::Ready.as_str());
    let rows = each!(conn => diesel::update(videos::table.find(id.0).filter(incomplete))
        .set((
            videos::status.eq(VideoStatus::Failed.as_str()),
            videos::error_code.eq(&error.code),
            videos::error_message.eq(&error.message),
        ))
        .execute(conn))?;
    if rows == 0 { get(conn, id).map(|_| false) } else { Ok(true) }
}

/// Gives viewers a generation, and clears the error. A video becomes visible with its first publication only:
/// one that an admin took back stays hidden. Never goes back to an older generation, and `Ready` never back to
/// `Playable`; false when it would have.
pub fn publish(conn: &mut Conn, id: VideoId, publication: &Publication<'_>, now_ms: i64) -> Result<bool, DbError> {
    let generation = i64::from(publication.generation);
    let best = publication.renditions.iter().find(|rendition| rendition.kind == RenditionKind::Video);
    let renditions = to_json("renditions", publication.renditions)?;
    let newer = videos::generation.is_null().or(videos::generation.lt(generation));
    let same = videos::generation.eq(generation);
    let ready = publication.status == VideoStatus::Ready;
    let allowed = newer.or(same.and(videos::status.ne(VideoStatus::Ready.as_str()).or(ready.into_sql::<Bool>())));
    conn.write(|conn| {
        let published = each!(conn => diesel::update(videos::table.find(id.0).filter(allowed))
            .set((
                videos::generation.eq(generation),
                videos::status.eq(publication.status.as_str()),
                videos::renditions.eq(&renditions),
                videos::max_quality.eq(best.map(|rendition| &rendition.name)),
                videos::error_code.eq(None::<String>),
                videos::error_message.eq(None::<String>),
            ))
            .execute(conn))?;
        if published == 0 {
            return get(conn, id).map(|_| false);
        }
        each!(conn => diesel::update(videos::table.find(id.0).filter(videos::first_published_at.is_null()))
            .set((videos::published_at.eq(now_ms), videos::first_published_at.eq(now_ms)))
            .execute(conn))?;
        Ok(true)
    })
}

/// What only the analysis could tell: the duration viewers see, and what went less than perfectly.
pub fn set_media_result(
    conn: &mut Conn,
    id: VideoId,
    duration_seconds: f64,
    warnings: &[String],
) -> Result<(), DbError> {
    let warnings = to_json("warnings", warnings)?;
    one(each!(conn => diesel::update(videos::table.find(id.0))
        .set((videos::duration_seconds.eq(duration_seconds), videos::warnings.eq(&warnings)))
        .execute(conn))?)
}

/// Thumbnails exist in these widths (pixels), with a tiny picture as a `data:` URL.
pub fn set_thumbnails(conn: &mut Conn, id: VideoId, widths: &[u32], placeholder: Option<&str>) -> Result<(), DbError> {
    let widths = to_json("thumbnail widths", widths)?;
    one(each!(conn => diesel::update(videos::table.find(id.0))
        .set((videos::thumbnail_widths.eq(&widths), videos::placeholder.eq(placeholder)))
        .execute(conn))?)
}

/// The uploaded file was deleted.
pub fn set_source_dropped(conn: &mut Conn, id: VideoId) -> Result<(), DbError> {
    one(each!(conn => diesel::update(videos::table.find(id.0)).set(videos::source_kept.eq(false)).execute(conn))?)
}

/// Every video's id and the key of its source, where that is kept: what may stand in the storage.
pub fn list_files(conn: &mut Conn) -> Result<Vec<(VideoId, String, bool)>, DbError> {
    let columns = (videos::id, videos::source_key, videos::source_kept);
    let rows: Vec<(i64, String, bool)> = each!(conn => videos::table.select(columns).load(conn))?;
    Ok(rows.into_iter().map(|(id, key, kept)| (VideoId(id), key, kept)).collect())
}

/// The video that was made of an uploaded file.
pub fn find_by_source(conn: &mut Conn, key: &str) -> Result<Option<Video>, DbError> {
    let id: Option<i64> = each!(conn => videos::table
        .filter(videos::source_key.eq(key))
        .select(videos::id)
        .first(conn)
        .optional())?;
    id.map(|id| get(conn, VideoId(id))).transpose()
}

/// Deletes the video with its jobs and tasks; false when it was gone already. Files are the caller's matter.
pub fn delete(conn: &mut Conn, id: VideoId) -> Result<bool, DbError> {
    Ok(each!(conn => diesel::delete(videos::table.find(id.0)).execute(conn))? == 1)
}

fn one(rows: usize) -> Result<(), DbError> {
    if rows == 1 { Ok(()) } else { Err(DbError::NotFound) }
}

/// The first of `base`, `base-2`, `base-3` … that no video has.
fn free_slug(conn: &mut Conn, base: &str) -> Result<String, DbError> {
    // slugs are [a-z0-9-], so there is no wildcard to escape
    let taken: Vec<String> = each!(conn => videos::table
        .filter(videos::slug.eq(base).or(videos::slug.like(format!("{base}-%"))))
        .select(videos::slug)
        .load(conn))?;
    let taken: std::collections::HashSet<String> = taken.into_iter().collect();
    let mut slug = base.to_owned();
    let mut number = 2;
    while taken.contains(&slug) {
        slug = format!("{base}-{number}");
        number += 1;
    }
    Ok(slug)
}

#[derive(Insertable)]
#[diesel(table_name = videos)]
struct NewRow<'a> {
    title: &'a str,
    title_key: String,
    description: &'a str,
    status: &'static str,
    source_key: &'a str,
    source_name: &'a str,
    source_size_bytes: i64,
    source_kept: bool,
    media: String,
    duration_seconds: f64,
    width: i64,
    height: i64,
    created_at: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = videos)]
struct VideoRow {
    id: i64,
    slug: String,
    title: String,
    description: String,
    status: String,
    error_code: Option<String>,
    error_message: Option<String>,
    warnings: String,
    source_key: String,
    source_name: String,
    source_size_bytes: i64,
    source_kept: bool,
    media: String,
    duration_seconds: f64,
    width: i64,
    height: i64,
    generation: Option<i64>,
    renditions: String,
    placeholder: Option<String>,
    thumbnail_widths: String,
    created_at: i64,
    published_at: Option<i64>,
    visibility: String,
    sharing_version: i64,
}

impl TryFrom<VideoRow> for Video {
    type Error = DbError;

    fn try_from(row: VideoRow) -> Result<Self, DbError> {
        Ok(Self {
            id: VideoId(row.id),
            slug: row.slug,
            title: row.title,
            description: row.description,
            status: row.status.parse()?,
            error: failure(row.error_code, row.error_message),
            warnings: from_json("warnings", &row.warnings)?,
            source: Source {
                key: row.source_key,
                name: row.source_name,
                size_bytes: number("source size", row.source_size_bytes)?,
                kept: row.source_kept,
            },
            media: from_json("media", &row.media)?,
            duration_seconds: row.duration_seconds,
            width: number("width", row.width)?,
            height: number("height", row.height)?,
            generation: row.generation.map(|g| number("generation", g)).transpose()?,
            created_at_ms: row.created_at,
            published_at_ms: row.published_at,
            placeholder: row.placeholder,
            thumbnail_widths: from_json("thumbnail widths", &row.thumbnail_widths)?,
            renditions: from_json("renditions", &row.renditions)?,
            sharing: Sharing {
                visibility: row.visibility.parse()?,
                version: row.sharing_version,
                ..Sharing::default()
            },
        })
    }
}
