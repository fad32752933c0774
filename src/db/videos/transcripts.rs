//! What is said in videos.

use diesel::prelude::*;

use super::super::conn::{Conn, each};
use super::super::error::DbError;
use super::super::row::number;
use super::super::schema::transcripts;
use crate::domain::id::VideoId;
use crate::domain::speech::Transcript;

/// The video's; also one that was deleted.
pub fn find(conn: &mut Conn, video: VideoId) -> Result<Option<Transcript>, DbError> {
    let row: Option<Row> = each!(conn => transcripts::table
        .find(video.0)
        .select(Row::as_select())
        .first(conn)
        .optional())?;
    row.map(Transcript::try_from).transpose()
}

/// In place of what there was. What manifests show stays.
pub fn keep(conn: &mut Conn, transcript: &Transcript) -> Result<(), DbError> {
    let row = Change {
        number: transcript.number.map(i64::from),
        language: transcript.language.as_deref(),
        probability: transcript.probability,
        text: &transcript.text,
        word_count: i64::try_from(transcript.word_count).unwrap_or(i64::MAX),
        duration_seconds: transcript.duration_seconds,
        edited: transcript.edited,
        created_at: transcript.created_at_ms,
        updated_at: transcript.updated_at_ms,
    };
    each!(conn => diesel::insert_into(transcripts::table)
        .values((transcripts::video_id.eq(transcript.video_id.0), &row))
        .on_conflict(transcripts::video_id)
        .do_update()
        .set(&row)
        .execute(conn))?;
    Ok(())
}

/// Manifests name this one now.
pub fn set_shown(conn: &mut Conn, video: VideoId, number: Option<u32>) -> Result<(), DbError> {
    each!(conn => diesel::update(transcripts::table.find(video.0))
        .set(transcripts::shown_number.eq(number.map(i64::from)))
        .execute(conn))?;
    Ok(())
}

/// Videos whose manifests name another one than there is, or none.
pub fn list_not_shown(conn: &mut Conn) -> Result<Vec<VideoId>, DbError> {
    let ids: Vec<i64> = each!(conn => transcripts::table
        .filter(
            transcripts::number
                .ne(transcripts::shown_number)
                .or(transcripts::number.is_null().and(transcripts::shown_number.is_not_null()))
                .or(transcripts::number.is_not_null().and(transcripts::shown_number.is_null())),
        )
        .select(transcripts::video_id)
        .load(conn))?;
    Ok(ids.into_iter().map(VideoId).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = transcripts)]
struct Row {
    video_id: i64,
    number: Option<i64>,
    shown_number: Option<i64>,
    language: Option<String>,
    probability: Option<f64>,
    text: String,
    word_count: i64,
    duration_seconds: f64,
    edited: bool,
    created_at: i64,
    updated_at: i64,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = transcripts, treat_none_as_null = true)]
struct Change<'a> {
    number: Option<i64>,
    language: Option<&'a str>,
    probability: Option<f64>,
    text: &'a str,
    word_count: i64,
    duration_seconds: f64,
    edited: bool,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<Row> for Transcript {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let directory = |value: Option<i64>| value.map(|value| number("transcript number", value)).transpose();
        Ok(Self {
            video_id: VideoId(row.video_id),
            number: directory(row.number)?,
            shown_number: directory(row.shown_number)?,
            language: row.language,
            probability: row.probability,
            text: row.text,
            word_count: number("word count", row.word_count)?,
            duration_seconds: row.duration_seconds,
            edited: row.edited,
            created_at_ms: row.created_at,
            updated_at_ms: row.updated_at,
        })
    }
}
