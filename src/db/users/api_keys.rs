//! API keys: found by their prefix, judged by their hash.

use diesel::prelude::*;

use super::super::conn::{Conn, each};
use super::super::error::DbError;
use super::super::schema::api_keys;
use crate::domain::account::ApiKey;
use crate::domain::id::{ApiKeyId, UserId};

/// Adds a key; `hash` is of the whole key.
pub fn insert(conn: &mut Conn, key: &ApiKey, hash: &str) -> Result<(), DbError> {
    each!(conn => diesel::insert_into(api_keys::table)
        .values((
            api_keys::id.eq(key.id.to_string()),
            api_keys::user_id.eq(key.user_id.to_string()),
            api_keys::name.eq(&key.name),
            api_keys::prefix.eq(&key.prefix),
            api_keys::hash.eq(hash),
            api_keys::role.eq(key.role.as_str()),
            api_keys::created_at.eq(key.created_at_ms),
            api_keys::expires_at.eq(key.expires_at_ms),
        ))
        .execute(conn))?;
    Ok(())
}

/// The key of that prefix and its hash, whether it is still good or not.
pub fn find_by_prefix(conn: &mut Conn, prefix: &str) -> Result<Option<(ApiKey, String)>, DbError> {
    let row: Option<Row> = each!(conn => api_keys::table
        .filter(api_keys::prefix.eq(prefix))
        .select(Row::as_select())
        .first(conn)
        .optional())?;
    row.map(|row| {
        let hash = row.hash.clone();
        Ok((row.try_into()?, hash))
    })
    .transpose()
}

/// The key of that id, whether it is still good or not.
pub fn find(conn: &mut Conn, id: ApiKeyId) -> Result<Option<ApiKey>, DbError> {
    let row: Option<Row> =
        each!(conn => api_keys::table.find(id.to_string()).select(Row::as_select()).first(conn).optional())?;
    row.map(ApiKey::try_from).transpose()
}

/// Up to `limit` keys that were not revoked, newest first; of one user or of all; those after `last`.
pub fn list(conn: &mut Conn, user: Option<UserId>, last: Option<&ApiKey>, limit: u32) -> Result<Vec<ApiKey>, DbError> {
    let rows: Vec<Row> = each!(conn => {
        let mut keys = api_keys::table.into_boxed().filter(api_keys::revoked_at.is_null());
        if let Some(user) = user {
            keys = keys.filter(api_keys::user_id.eq(user.to_string()));
        }
        if let Some(last) = last {
            let (at, id) = (last.created_at_ms, last.id.to_string());
            let same_time = api_keys::created_at.eq(at).and(api_keys::id.lt(id));
            keys = keys.filter(api_keys::created_at.lt(at).or(same_time));
        }
        keys.order((api_keys::created_at.desc(), api_keys::id.desc())).limit(limit.into()).select(Row::as_select()).load(conn)
    })?;
    rows.into_iter().map(ApiKey::try_from).collect()
}

/// Notes that it was used.
pub fn touch(conn: &mut Conn, id: ApiKeyId, now_ms: i64) -> Result<(), DbError> {
    let key = api_keys::table.find(id.to_string());
    each!(conn => diesel::update(key).set(api_keys::last_used_at.eq(now_ms)).execute(conn))?;
    Ok(())
}

/// Revokes a key and returns it; none when there is no such key, or it is revoked already.
pub fn revoke(conn: &mut Conn, id: ApiKeyId, now_ms: i64) -> Result<Option<ApiKey>, DbError> {
    let good = api_keys::table.find(id.to_string()).filter(api_keys::revoked_at.is_null());
    let row: Option<Row> = each!(conn => diesel::update(good)
        .set(api_keys::revoked_at.eq(now_ms))
        .returning(Row::as_returning())
        .get_result(conn)
        .optional())?;
    row.map(ApiKey::try_from).transpose()
}

/// Revokes all keys of somebody, and returns how many.
pub fn revoke_all(conn: &mut Conn, user: UserId, now_ms: i64) -> Result<usize, DbError> {
    let good = api_keys::table.filter(api_keys::user_id.eq(user.to_string())).filter(api_keys::revoked_at.is_null());
    Ok(each!(conn => diesel::update(good).set(api_keys::revoked_at.eq(now_ms)).execute(conn))?)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_keys)]
struct Row {
    id: String,
    user_id: String,
    name: String,
    prefix: String,
    hash: String,
    role: String,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl TryFrom<Row> for ApiKey {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id.parse()?,
            user_id: row.user_id.parse()?,
            name: row.name,
            prefix: row.prefix,
            role: row.role.parse()?,
            created_at_ms: row.created_at,
            expires_at_ms: row.expires_at,
            last_used_at_ms: row.last_used_at,
            revoked_at_ms: row.revoked_at,
        })
    }
}
