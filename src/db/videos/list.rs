//! Lists of videos: filters, three orders, and keyset pages that stay put while videos come and go.
//!
//! A page ends with a [`Cursor`]: the sort key and id of its last row. Ids break ties, so rows with equal keys
//! are neither lost nor shown twice.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use serde::{Deserialize, Serialize};

use super::super::conn::{Conn, each};
use super::super::error::DbError;
use super::super::row::{failure, from_json, number};
use super::super::schema::{video_shares, videos};
use crate::domain::account::Role;
use crate::domain::id::VideoId;
use crate::domain::video::{VideoStatus, VideoSummary};
use crate::domain::visibility::{Viewer, Visibility};

/// Words of a search that count; the rest is ignored.
const SEARCH_MAX_WORDS: usize = 16;

/// Which videos, in which order, and which page of them.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// Only what `viewer` finds: what is published, playable or ready, and public or private and shared with them.
    pub visible_only: bool,
    /// Who looks; none: somebody who is not logged in.
    pub viewer: Option<Viewer>,
    /// Only this status.
    pub status: Option<VideoStatus>,
    /// Only videos whose title or description has words that begin with each of these.
    pub search: Option<String>,
    /// Order.
    pub sort: Sort,
    /// Greatest first.
    pub descending: bool,
    /// Rows a page has at most.
    pub limit: u32,
    /// Where the previous page ended.
    pub after: Option<Cursor>,
}

/// What a list is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Time of publication for visible videos, else of creation.
    Date,
    /// Title, without regard to case.
    Title,
    /// Duration.
    Duration,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// The rows.
    pub videos: Vec<VideoSummary>,
    /// Where the next page begins; none on the last page.
    pub next: Option<Cursor>,
}

/// Where a page ended. Opaque to clients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cursor {
    key: Key,
    id: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Key {
    #[serde(rename = "d")]
    Date(i64),
    #[serde(rename = "t")]
    Title(String),
    #[serde(rename = "s")]
    Duration(f64),
}

impl Cursor {
    /// The text clients are given.
    pub fn encode(&self) -> String {
        // a number and a text always become JSON
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// From the text a client sent back; [`DbError::Cursor`] when it is not one of ours.
    pub fn decode(text: &str) -> Result<Self, DbError> {
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| DbError::Cursor)?;
        serde_json::from_slice(&json).map_err(|_| DbError::Cursor)
    }
}

/// The filters that [`list`] and [`count`] share, on `$statement`.
macro_rules! filtered {
    ($statement:expr, $query:expr, $search:expr) => {{
        let mut statement = $statement.into_boxed();
        if $query.visible_only {
            // not "status in (..)": SQLite would take the index on the status and sort everything
            let hidden = VideoStatus::ALL.into_iter().filter(|s| !s.can_be_watched()).map(VideoStatus::as_str);
            statement = statement.filter(videos::published_at.is_not_null()).filter(videos::status.ne_all(hidden));
            let public = videos::visibility.eq(Visibility::Public.as_str());
            statement = match $query.viewer {
                None => statement.filter(public),
                Some(viewer) if viewer.role >= Role::Editor => {
                    statement.filter(videos::visibility.ne(Visibility::Unlisted.as_str()))
                }
                Some(viewer) => {
                    let roles = Role::ALL.into_iter().filter(|role| *role <= viewer.role).map(Role::as_str);
                    let named = video_shares::user_id.eq(viewer.id.to_string());
                    let shared = video_shares::table
                        .filter(video_shares::video_id.eq(videos::id))
                        .filter(named.or(video_shares::role.eq_any(roles)));
                    let private = videos::visibility.eq(Visibility::Private.as_str());
                    statement.filter(public.or(private.and(exists(shared))))
                }
            };
        }
        if let Some(status) = $query.status {
            statement = statement.filter(videos::status.eq(status.as_str()));
        }
        if let Some((condition, words)) = &$search {
            statement = statement.filter(sql::<Bool>(condition).bind::<Text, _>(words.clone()).sql(")"));
        }
        statement
    }};
}

/// The rows after (`$column`, id) = (`$key`, `$id`) in the given direction, and that order. The outer `<=` is
/// what an index can use.
macro_rules! keyset {
    ($statement:ident, $column:expr, $after:expr, $descending:expr) => {{
        if let Some((key, id)) = $after {
            $statement = if $descending {
                let beyond = $column.lt(key.clone()).or(videos::id.lt(id));
                $statement.filter($column.le(key)).filter(beyond)
            } else {
                let beyond = $column.gt(key.clone()).or(videos::id.gt(id));
                $statement.filter($column.ge(key)).filter(beyond)
            };
        }
        if $descending {
            $statement.order(($column.desc(), videos::id.desc()))
        } else {
            $statement.order(($column.asc(), videos::id.asc()))
        }
    }};
}

/// One page. A cursor of another order is [`DbError::Cursor`].
pub fn list(conn: &mut Conn, query: &ListQuery) -> Result<Page, DbError> {
    if asks_for_no_word(query) {
        return Ok(Page { videos: Vec::new(), next: None });
    }
    let search = search_condition(conn, query);
    let limit = query.limit as usize;
    let rows: Vec<SummaryRow> = each!(conn => {
        let mut statement = filtered!(videos::table, query, search).select(SummaryRow::as_select());
        statement = match (query.sort, query.visible_only) {
            (Sort::Date, true) => keyset!(statement, videos::published_at, date_key(query)?, query.descending),
            (Sort::Date, false) => keyset!(statement, videos::created_at, date_key(query)?, query.descending),
            (Sort::Title, _) => keyset!(statement, videos::title_key, title_key(query)?, query.descending),
            (Sort::Duration, _) => keyset!(statement, videos::duration_seconds, duration_key(query)?, query.descending),
        };
        statement.limit(i64::from(query.limit) + 1).load(conn)?
    });
    let more = rows.len() > limit;
    let next = rows.get(limit.wrapping_sub(1)).filter(|_| more).map(|last| last.cursor(query));
    let videos = rows.into_iter().take(limit).map(VideoSummary::try_from).collect::<Result<_, _>>()?;
    Ok(Page { videos, next })
}

/// Videos that are complete and whose uploaded file is kept, oldest first.
pub fn list_ready(conn: &mut Conn) -> Result<Vec<VideoId>, DbError> {
    let ids: Vec<i64> = each!(conn => videos::table
        .filter(videos::status.eq(VideoStatus::Ready.as_str()).and(videos::source_kept.eq(true)))
        .order(videos::id)
        .select(videos::id)
        .load(conn))?;
    Ok(ids.into_iter().map(VideoId).collect())
}

/// How many videos the list has on all its pages.
pub fn count(conn: &mut Conn, query: &ListQuery) -> Result<u64, DbError> {
    if asks_for_no_word(query) {
        return Ok(0);
    }
    let search = search_condition(conn, query);
    let count: i64 = each!(conn => filtered!(videos::table, query, search).count().get_result(conn))?;
    number("count", count)
}

/// Ids of the videos that have all these words (or words that begin with them), best match first.
pub fn search(conn: &mut Conn, words: &str, limit: u32) -> Result<Vec<VideoId>, DbError> {
    #[derive(QueryableByName)]
    struct Hit {
        #[diesel(sql_type = BigInt)]
        id: i64,
    }
    let sql = match conn {
        Conn::Sqlite(_) => {
            "SELECT rowid AS id FROM videos_fts WHERE videos_fts MATCH $1 \
             ORDER BY bm25(videos_fts, 10.0, 1.0), rowid LIMIT $2"
        }
        Conn::Postgres(_) => {
            "SELECT id FROM videos, to_tsquery('simple', $1) q WHERE search @@ q \
             ORDER BY ts_rank(search, q) DESC, id LIMIT $2"
        }
    };
    let Some(words) = search_words(conn, words) else { return Ok(Vec::new()) };
    let statement = diesel::sql_query(sql).bind::<Text, _>(words).bind::<BigInt, _>(i64::from(limit));
    let hits: Vec<Hit> = each!(conn => statement.load(conn))?;
    Ok(hits.into_iter().map(|hit| VideoId(hit.id)).collect())
}

/// True for a search like `!!!`, which no word can match. A blank search is none.
fn asks_for_no_word(query: &ListQuery) -> bool {
    query.search.as_deref().is_some_and(|typed| !typed.trim().is_empty() && !typed.contains(char::is_alphanumeric))
}

/// The SQL before the words, and the words; the condition ends with `)`.
fn search_condition(conn: &Conn, query: &ListQuery) -> Option<(&'static str, String)> {
    // what is not visible has an index by date alone
    let has_index = query.visible_only || query.sort == Sort::Date;
    let condition = match conn {
        // "+": SQLite would read the row of each hit and sort them; so it goes through the index of the order
        Conn::Sqlite(_) if has_index => "+videos.id IN (SELECT rowid FROM videos_fts WHERE videos_fts MATCH ",
        Conn::Sqlite(_) => "videos.id IN (SELECT rowid FROM videos_fts WHERE videos_fts MATCH ",
        Conn::Postgres(_) => "search @@ to_tsquery('simple', ",
    };
    Some((condition, search_words(conn, query.search.as_deref()?)?))
}

/// What a person typed as a query: all words, each may be the beginning of one. None when nothing can be
/// looked for. Anything but letters and digits separates words, so nothing typed has a meaning in the query.
fn search_words(conn: &Conn, typed: &str) -> Option<String> {
    let words = typed.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(SEARCH_MAX_WORDS);
    let query = match conn {
        Conn::Sqlite(_) => words.map(|word| format!("\"{word}\"*")).collect::<Vec<_>>().join(" "),
        Conn::Postgres(_) => words.map(|word| format!("'{word}':*")).collect::<Vec<_>>().join(" & "),
    };
    (!query.is_empty()).then_some(query)
}

fn date_key(query: &ListQuery) -> Result<Option<(i64, i64)>, DbError> {
    match &query.after {
        None => Ok(None),
        Some(Cursor { key: Key::Date(key), id }) => Ok(Some((*key, *id))),
        Some(_) => Err(DbError::Cursor),
    }
}

fn title_key(query: &ListQuery) -> Result<Option<(String, i64)>, DbError> {
    match &query.after {
        None => Ok(None),
        Some(Cursor { key: Key::Title(key), id }) => Ok(Some((key.clone(), *id))),
        Some(_) => Err(DbError::Cursor),
    }
}

fn duration_key(query: &ListQuery) -> Result<Option<(f64, i64)>, DbError> {
    match &query.after {
        None => Ok(None),
        Some(Cursor { key: Key::Duration(key), id }) => Ok(Some((*key, *id))),
        Some(_) => Err(DbError::Cursor),
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = videos)]
struct SummaryRow {
    id: i64,
    slug: String,
    title: String,
    title_key: String,
    description: String,
    status: String,
    error_code: Option<String>,
    error_message: Option<String>,
    duration_seconds: f64,
    width: i64,
    height: i64,
    generation: Option<i64>,
    max_quality: Option<String>,
    placeholder: Option<String>,
    thumbnail_widths: String,
    created_at: i64,
    published_at: Option<i64>,
    visibility: String,
    sharing_version: i64,
}

impl SummaryRow {
    fn cursor(&self, query: &ListQuery) -> Cursor {
        let published = self.published_at.filter(|_| query.visible_only);
        let key = match query.sort {
            Sort::Date => Key::Date(published.unwrap_or(self.created_at)),
            Sort::Title => Key::Title(self.title_key.clone()),
            Sort::Duration => Key::Duration(self.duration_seconds),
        };
        Cursor { key, id: self.id }
    }
}

impl TryFrom<SummaryRow> for VideoSummary {
    type Error = DbError;

    fn try_from(row: SummaryRow) -> Result<Self, DbError> {
        Ok(Self {
            id: VideoId(row.id),
            slug: row.slug,
            title: row.title,
            description: row.description,
            status: row.status.parse()?,
            error: failure(row.error_code, row.error_message),
            duration_seconds: row.duration_seconds,
            width: number("width", row.width)?,
            height: number("height", row.height)?,
            generation: row.generation.map(|g| number("generation", g)).transpose()?,
            max_quality: row.max_quality,
            placeholder: row.placeholder,
            thumbnail_widths: from_json("thumbnail widths", &row.thumbnail_widths)?,
            created_at_ms: row.created_at,
            published_at_ms: row.published_at,
            visibility: row.visibility.parse()?,
            sharing_version: row.sharing_version,
        })
    }
}
