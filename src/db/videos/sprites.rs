//! What is known of a video's seek bar pictures.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::super::conn::{Conn, each};
use super::super::error::DbError;
use super::super::row::number;
use super::super::schema::sprites;
use crate::domain::id::VideoId;
use crate::domain::task::SpriteSheets;

/// Seek bar pictures that are in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sprites {
    /// Number of their files.
    pub number: u32,
    /// What they are.
    pub sheets: SpriteSheets,
    /// When they were made, milliseconds since 1970.
    pub made_at_ms: i64,
}

/// The pictures of a video, if it has any.
pub fn find_sprites(conn: &mut Conn, video: VideoId) -> Result<Option<Sprites>, DbError> {
    let row: Option<SpritesRow> =
        each!(conn => sprites::table.find(video.0).select(SpritesRow::as_select()).first(conn).optional())?;
    row.map(Sprites::try_from).transpose()
}

/// From now on these are in use.
pub fn set_sprites(conn: &mut Conn, video: VideoId, made: &Sprites) -> Result<(), DbError> {
    let SpriteSheets { interval_seconds, count, columns, rows, width, height } = made.sheets;
    let row = SpritesRow {
        video_id: video.0,
        number: made.number.into(),
        interval_seconds: interval_seconds.into(),
        tiles: count.into(),
        sheet_columns: columns.into(),
        sheet_rows: rows.into(),
        width: width.into(),
        height: height.into(),
        made_at: made.made_at_ms,
    };
    each!(conn => diesel::insert_into(sprites::table)
        .values(&row)
        .on_conflict(sprites::video_id)
        .do_update()
        .set(&row)
        .execute(conn))?;
    Ok(())
}

/// Manifests name these now.
pub fn set_sprites_shown(conn: &mut Conn, video: VideoId, number: Option<u32>) -> Result<(), DbError> {
    each!(conn => diesel::update(sprites::table.find(video.0))
        .set(sprites::shown_number.eq(number.map(i64::from)))
        .execute(conn))?;
    Ok(())
}

/// Videos that are ready and whose manifests name others than there are, or none; where none are `wanted`, those whose
/// manifests name some.
pub fn list_sprites_not_shown(conn: &mut Conn, wanted: bool) -> Result<Vec<VideoId>, DbError> {
    use super::super::schema::videos;
    use crate::domain::video::VideoStatus;
    let missing = sprites::shown_number.is_null().or(sprites::shown_number.ne(sprites::number.nullable()));
    let stale = sprites::shown_number.is_not_null();
    // not a join: SQLite would begin with the videos, which are many
    let ready =
        videos::table.filter(videos::id.eq(sprites::video_id)).filter(videos::status.eq(VideoStatus::Ready.as_str()));
    let ids: Vec<i64> = match wanted {
        true => each!(conn => sprites::table
            .filter(missing.assume_not_null().and(exists(ready)))
            .select(sprites::video_id)
            .load(conn))?,
        false => each!(conn => sprites::table
            .filter(stale.and(exists(ready)))
            .select(sprites::video_id)
            .load(conn))?,
    };
    Ok(ids.into_iter().map(VideoId).collect())
}

/// Videos that are ready, have a picture and a source, and no seek bar pictures; those with the smallest ids.
pub fn list_without_sprites(conn: &mut Conn, after: VideoId, limit: u32) -> Result<Vec<VideoId>, DbError> {
    use super::super::schema::videos;
    use crate::domain::video::VideoStatus;
    let ids: Vec<i64> = each!(conn => videos::table
        .left_join(sprites::table)
        .filter(videos::id.gt(after.0).and(sprites::number.nullable().is_null()))
        .filter(videos::status.eq(VideoStatus::Ready.as_str()).and(videos::source_kept.eq(true)).and(videos::width.gt(0)))
        .order(videos::id)
        .limit(limit.into())
        .select(videos::id)
        .load(conn))?;
    Ok(ids.into_iter().map(VideoId).collect())
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sprites, primary_key(video_id))]
struct SpritesRow {
    video_id: i64,
    number: i64,
    interval_seconds: i64,
    tiles: i64,
    sheet_columns: i64,
    sheet_rows: i64,
    width: i64,
    height: i64,
    made_at: i64,
}

impl TryFrom<SpritesRow> for Sprites {
    type Error = DbError;

    fn try_from(row: SpritesRow) -> Result<Self, DbError> {
        Ok(Self {
            number: number("sprites number", row.number)?,
            sheets: SpriteSheets {
                interval_seconds: number("sprites interval", row.interval_seconds)?,
                count: number("sprites count", row.tiles)?,
                columns: number("sprites columns", row.sheet_columns)?,
                rows: number("sprites rows", row.sheet_rows)?,
                width: number("sprites width", row.width)?,
                height: number("sprites height", row.height)?,
            },
            made_at_ms: row.made_at,
        })
    }
}
