//! Accounts elsewhere that log in to one here.

use diesel::prelude::*;

use super::super::conn::{Conn, each};
use super::super::error::DbError;
use super::super::schema::identities;
use crate::domain::id::UserId;

/// Whose it is here; none when it is nobody's.
pub fn find(conn: &mut Conn, issuer: &str, subject: &str) -> Result<Option<UserId>, DbError> {
    let id: Option<String> = each!(conn => identities::table
        .find((issuer, subject))
        .select(identities::user_id)
        .first(conn)
        .optional())?;
    Ok(id.map(|id| id.parse()).transpose()?)
}

/// What the provider calls the one of an account; none when there is none.
pub fn name_of(conn: &mut Conn, user: UserId, issuer: &str) -> Result<Option<String>, DbError> {
    Ok(each!(conn => identities::table
        .filter(identities::user_id.eq(user.to_string()))
        .filter(identities::issuer.eq(issuer))
        .select(identities::name)
        .first(conn)
        .optional())?)
}

/// Links; [`DbError::Conflict`] when it is somebody's, or the account has one of this provider.
pub fn insert(
    conn: &mut Conn,
    (issuer, subject): (&str, &str),
    user: UserId,
    name: &str,
    now_ms: i64,
) -> Result<(), DbError> {
    each!(conn => diesel::insert_into(identities::table)
        .values((
            identities::issuer.eq(issuer),
            identities::subject.eq(subject),
            identities::user_id.eq(user.to_string()),
            identities::name.eq(name),
            identities::created_at.eq(now_ms),
        ))
        .execute(conn))?;
    Ok(())
}

/// It was used, and is called that now.
pub fn touch(conn: &mut Conn, (issuer, subject): (&str, &str), name: &str, now_ms: i64) -> Result<(), DbError> {
    each!(conn => diesel::update(identities::table.find((issuer, subject)))
        .set((identities::name.eq(name), identities::last_used_at.eq(now_ms)))
        .execute(conn))?;
    Ok(())
}

/// Unlinks all of an account; false when there was none.
pub fn remove_all(conn: &mut Conn, user: UserId) -> Result<bool, DbError> {
    let all = identities::table.filter(identities::user_id.eq(user.to_string()));
    Ok(each!(conn => diesel::delete(all).execute(conn))? > 0)
}
