//! Sessions and the refresh tokens they live by.

use diesel::prelude::*;
use uuid::Uuid;

use super::super::conn::{Conn, each};
use super::super::error::DbError;
use super::super::schema::{refresh_tokens, sessions};
use crate::domain::account::Session;
use crate::domain::error::UnknownText;
use crate::domain::id::{SessionId, UserId};

/// What became of a refresh token that somebody came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Used {
    /// It was good, and is used up now.
    Fresh,
    /// It was used before: somebody has a copy.
    Again,
    /// It is unknown or expired.
    Unknown,
}

/// Adds a session.
pub fn insert(conn: &mut Conn, session: &Session) -> Result<(), DbError> {
    each!(conn => diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(session.id.to_string()),
            sessions::user_id.eq(session.user_id.to_string()),
            sessions::created_at.eq(session.created_at_ms),
            sessions::last_used_at.eq(session.last_used_at_ms),
            sessions::expires_at.eq(session.expires_at_ms),
            sessions::user_agent.eq(&session.user_agent),
            sessions::address.eq(&session.address),
        ))
        .execute(conn))?;
    Ok(())
}

/// A session that has neither ended nor expired.
pub fn find_live(conn: &mut Conn, id: SessionId, now_ms: i64) -> Result<Option<Session>, DbError> {
    let row: Option<Row> = each!(conn => sessions::table
        .find(id.to_string())
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now_ms))
        .select(Row::as_select())
        .first(conn)
        .optional())?;
    row.map(Session::try_from).transpose()
}

/// Up to `limit` live sessions of somebody, the one used last first; those after the one of this last use and id.
pub fn list_live(
    conn: &mut Conn,
    user: UserId,
    after: Option<(i64, SessionId)>,
    now_ms: i64,
    limit: u32,
) -> Result<Vec<Session>, DbError> {
    let rows: Vec<Row> = each!(conn => {
        let mut live = sessions::table
            .into_boxed()
            .filter(sessions::user_id.eq(user.to_string()))
            .filter(sessions::ended_at.is_null())
            .filter(sessions::expires_at.gt(now_ms));
        if let Some((at, id)) = after {
            let same_time = sessions::last_used_at.eq(at).and(sessions::id.lt(id.to_string()));
            live = live.filter(sessions::last_used_at.lt(at).or(same_time));
        }
        live.order((sessions::last_used_at.desc(), sessions::id.desc()))
            .limit(limit.into())
            .select(Row::as_select())
            .load(conn)
    })?;
    rows.into_iter().map(Session::try_from).collect()
}

/// It showed up, from there, and lives until then.
pub fn touch(conn: &mut Conn, id: SessionId, address: &str, now_ms: i64, expires_at_ms: i64) -> Result<(), DbError> {
    each!(conn => diesel::update(sessions::table.find(id.to_string()))
        .set((
            sessions::last_used_at.eq(now_ms),
            sessions::expires_at.eq(expires_at_ms),
            sessions::address.eq(address),
        ))
        .execute(conn))?;
    Ok(())
}

/// Ends a live session; false when there is none.
pub fn end(conn: &mut Conn, id: SessionId, now_ms: i64) -> Result<bool, DbError> {
    let ended = each!(conn => diesel::update(sessions::table.find(id.to_string()).filter(sessions::ended_at.is_null()))
        .set(sessions::ended_at.eq(now_ms))
        .execute(conn))?;
    Ok(ended == 1)
}

/// Ends all live sessions of somebody but one, and returns how many.
pub fn end_all(conn: &mut Conn, user: UserId, but: Option<SessionId>, now_ms: i64) -> Result<usize, DbError> {
    let but = but.map(|id| id.to_string()).unwrap_or_default();
    let all = sessions::table
        .filter(sessions::user_id.eq(user.to_string()))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::id.ne(but));
    Ok(each!(conn => diesel::update(all).set(sessions::ended_at.eq(now_ms)).execute(conn))?)
}

/// Hands out a refresh token.
pub fn insert_token(conn: &mut Conn, jti: Uuid, session: SessionId, expires_at_ms: i64) -> Result<(), DbError> {
    each!(conn => diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::jti.eq(jti.to_string()),
            refresh_tokens::session_id.eq(session.to_string()),
            refresh_tokens::expires_at.eq(expires_at_ms),
        ))
        .execute(conn))?;
    Ok(())
}

/// Uses a refresh token of this session up. Of two that come with the same at once, one is [`Used::Again`].
pub fn use_token(conn: &mut Conn, jti: Uuid, session: SessionId, now_ms: i64) -> Result<Used, DbError> {
    let token = refresh_tokens::table
        .find(jti.to_string())
        .filter(refresh_tokens::session_id.eq(session.to_string()))
        .filter(refresh_tokens::expires_at.gt(now_ms));
    let unused = token.clone().filter(refresh_tokens::used_at.is_null());
    if each!(conn => diesel::update(unused).set(refresh_tokens::used_at.eq(now_ms)).execute(conn))? == 1 {
        return Ok(Used::Fresh);
    }
    let known: Option<String> = each!(conn => token.select(refresh_tokens::jti).first(conn).optional())?;
    Ok(if known.is_some() { Used::Again } else { Used::Unknown })
}

/// The token that was handed out when this one was used, if that was at `since_ms` or later and it was not used itself.
/// A session has one token at a time that was not used.
pub fn successor(conn: &mut Conn, jti: Uuid, session: SessionId, since_ms: i64) -> Result<Option<Uuid>, DbError> {
    let of_session = refresh_tokens::table.filter(refresh_tokens::session_id.eq(session.to_string()));
    let last_used: Option<String> = each!(conn => of_session
        .clone()
        .filter(refresh_tokens::used_at.ge(since_ms))
        .order((refresh_tokens::used_at.desc(), refresh_tokens::jti.desc()))
        .select(refresh_tokens::jti)
        .first(conn)
        .optional())?;
    if last_used != Some(jti.to_string()) {
        return Ok(None);
    }
    let next: Option<String> = each!(conn => of_session
        .filter(refresh_tokens::used_at.is_null())
        .select(refresh_tokens::jti)
        .first(conn)
        .optional())?;
    Ok(next.map(|next| next.parse().map_err(|_| UnknownText::new("refresh token", &next))).transpose()?)
}

/// Forgets tokens that have expired, and sessions that expired before `before_ms`.
pub fn tidy(conn: &mut Conn, now_ms: i64, before_ms: i64) -> Result<(), DbError> {
    each!(conn => diesel::delete(refresh_tokens::table.filter(refresh_tokens::expires_at.le(now_ms))).execute(conn))?;
    each!(conn => diesel::delete(sessions::table.filter(sessions::expires_at.le(before_ms))).execute(conn))?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct Row {
    id: String,
    user_id: String,
    created_at: i64,
    last_used_at: i64,
    expires_at: i64,
    user_agent: String,
    address: String,
}

impl TryFrom<Row> for Session {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id.parse()?,
            user_id: row.user_id.parse()?,
            created_at_ms: row.created_at,
            last_used_at_ms: row.last_used_at,
            expires_at_ms: row.expires_at,
            user_agent: row.user_agent,
            address: row.address,
        })
    }
}
