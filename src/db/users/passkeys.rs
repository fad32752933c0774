//! Passkeys: public keys of authenticators, and their counters. What is in them only the application knows.

use diesel::prelude::*;

use super::super::conn::{Conn, each};
use super::super::error::DbError;
use super::super::schema::passkeys;
use crate::domain::id::UserId;

/// A passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Of the credential, base64url.
    pub id: String,
    /// Whose it is.
    pub user_id: UserId,
    /// What its owner calls it.
    pub name: String,
    /// Public key and what else never changes, base64.
    pub fixed: String,
    /// Counter and flags, base64.
    pub changing: String,
    /// Milliseconds since 1970.
    pub created_at_ms: i64,
    /// Milliseconds since 1970.
    pub last_used_at_ms: Option<i64>,
}

/// Adds one; [`DbError::Conflict`] when it is known already.
pub fn insert(conn: &mut Conn, passkey: &Passkey) -> Result<(), DbError> {
    each!(conn => diesel::insert_into(passkeys::table)
        .values((
            passkeys::id.eq(&passkey.id),
            passkeys::user_id.eq(passkey.user_id.to_string()),
            passkeys::name.eq(&passkey.name),
            passkeys::fixed.eq(&passkey.fixed),
            passkeys::changing.eq(&passkey.changing),
            passkeys::created_at.eq(passkey.created_at_ms),
        ))
        .execute(conn))?;
    Ok(())
}

/// The one of that id.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<Passkey>, DbError> {
    let row: Option<Row> = each!(conn => passkeys::table.find(id).select(Row::as_select()).first(conn).optional())?;
    row.map(Passkey::try_from).transpose()
}

/// Those of an account, oldest first.
pub fn list(conn: &mut Conn, user: UserId) -> Result<Vec<Passkey>, DbError> {
    let rows: Vec<Row> = each!(conn => passkeys::table
        .filter(passkeys::user_id.eq(user.to_string()))
        .order((passkeys::created_at, passkeys::id))
        .select(Row::as_select())
        .load(conn))?;
    rows.into_iter().map(Passkey::try_from).collect()
}

/// It was used, and its counter stands there now. False when it is gone, or somebody else was quicker: the counter is
/// not what it was any longer.
pub fn touch(conn: &mut Conn, passkey: &Passkey, changing: &str, now_ms: i64) -> Result<bool, DbError> {
    let known = passkeys::table.find(&passkey.id).filter(passkeys::changing.eq(&passkey.changing));
    let new = (passkeys::changing.eq(changing), passkeys::last_used_at.eq(now_ms));
    Ok(each!(conn => diesel::update(known).set(new).execute(conn))? == 1)
}

/// Removes one of an account and returns its name; none when it has no such.
pub fn remove(conn: &mut Conn, user: UserId, id: &str) -> Result<Option<String>, DbError> {
    let own = passkeys::table.find(id).filter(passkeys::user_id.eq(user.to_string()));
    Ok(each!(conn => diesel::delete(own).returning(passkeys::name).get_result(conn).optional())?)
}

/// Removes all of an account, and returns how many there were.
pub fn remove_all(conn: &mut Conn, user: UserId) -> Result<usize, DbError> {
    let all = passkeys::table.filter(passkeys::user_id.eq(user.to_string()));
    Ok(each!(conn => diesel::delete(all).execute(conn))?)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = passkeys)]
struct Row {
    id: String,
    user_id: String,
    name: String,
    fixed: String,
    changing: String,
    created_at: i64,
    last_used_at: Option<i64>,
}

impl TryFrom<Row> for Passkey {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id,
            user_id: row.user_id.parse()?,
            name: row.name,
            fixed: row.fixed,
            changing: row.changing,
            created_at_ms: row.created_at,
            last_used_at_ms: row.last_used_at,
        })
    }
}
