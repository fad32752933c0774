//! Secrets of authenticator apps, and recovery codes.

use diesel::prelude::*;

use super::super::conn::{Conn, each};
use super::super::error::DbError;
use super::super::schema::{recovery_codes, totp};
use crate::domain::id::UserId;

/// An authenticator app.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = totp)]
pub struct Totp {
    /// Encrypted.
    pub secret: String,
    /// Milliseconds since 1970; none: it is not asked for yet.
    #[diesel(column_name = confirmed_at)]
    pub confirmed_at_ms: Option<i64>,
}

/// That of an account, confirmed or not.
pub fn find(conn: &mut Conn, user: UserId) -> Result<Option<Totp>, DbError> {
    Ok(each!(conn => totp::table.find(user.to_string()).select(Totp::as_select()).first(conn).optional())?)
}

/// Every account that is asked for a code.
pub fn holders(conn: &mut Conn) -> Result<Vec<UserId>, DbError> {
    let ids: Vec<String> =
        each!(conn => totp::table.filter(totp::confirmed_at.is_not_null()).select(totp::user_id).load(conn))?;
    Ok(ids.iter().map(|id| id.parse()).collect::<Result<_, _>>()?)
}

/// Keeps a secret that is still to be confirmed, in place of another such. False when there is a confirmed one.
pub fn begin(conn: &mut Conn, user: UserId, secret: &str, now_ms: i64) -> Result<bool, DbError> {
    let old = totp::table.find(user.to_string()).filter(totp::confirmed_at.is_null());
    each!(conn => diesel::delete(old).execute(conn))?;
    let new = diesel::insert_into(totp::table).values((
        totp::user_id.eq(user.to_string()),
        totp::secret.eq(secret),
        totp::created_at.eq(now_ms),
        totp::last_step.eq(0),
    ));
    match each!(conn => new.on_conflict_do_nothing().execute(conn))? {
        0 => Ok(false),
        _ => Ok(true),
    }
}

/// From now on it is asked for. False when it is already, or is not there.
pub fn confirm(conn: &mut Conn, user: UserId, now_ms: i64) -> Result<bool, DbError> {
    let new = totp::table.find(user.to_string()).filter(totp::confirmed_at.is_null());
    Ok(each!(conn => diesel::update(new).set(totp::confirmed_at.eq(now_ms)).execute(conn))? == 1)
}

/// Notes that the code of this time step was used; false when it, or a later one, was before.
pub fn use_step(conn: &mut Conn, user: UserId, step: i64) -> Result<bool, DbError> {
    let earlier = totp::table.find(user.to_string()).filter(totp::last_step.lt(step));
    Ok(each!(conn => diesel::update(earlier).set(totp::last_step.eq(step)).execute(conn))? == 1)
}

/// Forgets the app and the recovery codes; false when there was no app.
pub fn remove(conn: &mut Conn, user: UserId) -> Result<bool, DbError> {
    set_recovery_codes(conn, user, &[])?;
    Ok(each!(conn => diesel::delete(totp::table.find(user.to_string())).execute(conn))? == 1)
}

/// Replaces all recovery codes, by their hashes.
pub fn set_recovery_codes(conn: &mut Conn, user: UserId, hashes: &[String]) -> Result<(), DbError> {
    let old = recovery_codes::table.filter(recovery_codes::user_id.eq(user.to_string()));
    each!(conn => diesel::delete(old).execute(conn))?;
    let id = user.to_string();
    let rows: Vec<_> =
        hashes.iter().map(|hash| (recovery_codes::user_id.eq(&id), recovery_codes::hash.eq(hash))).collect();
    each!(conn => diesel::insert_into(recovery_codes::table).values(&rows).execute(conn))?;
    Ok(())
}

/// Uses a recovery code up; false when there is none of this hash.
pub fn use_recovery_code(conn: &mut Conn, user: UserId, hash: &str) -> Result<bool, DbError> {
    let code = recovery_codes::table.find((user.to_string(), hash));
    Ok(each!(conn => diesel::delete(code).execute(conn))? == 1)
}

/// Recovery codes that are left.
pub fn count_recovery_codes(conn: &mut Conn, user: UserId) -> Result<i64, DbError> {
    let codes = recovery_codes::table.filter(recovery_codes::user_id.eq(user.to_string()));
    Ok(each!(conn => codes.count().get_result(conn))?)
}
