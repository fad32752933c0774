//! Accounts. Sessions, API keys and what else people log in with stand in `users/`.

pub mod api_keys;
pub mod identities;
pub mod passkeys;
pub mod sessions;
pub mod totp;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::conn::{Conn, each};
use super::error::DbError;
use super::schema::users;
use crate::domain::account::{Role, User, username_key};
use crate::domain::id::UserId;

/// What to change of an account; none stays.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Shown name.
    pub display_name: Option<String>,
    /// Role.
    pub role: Option<Role>,
    /// Disabled since then, or enabled.
    pub disabled_at_ms: Option<Option<i64>>,
    /// Argon2id in the PHC form.
    pub password_hash: Option<String>,
}

/// Keeps others from changing accounts until the end of the transaction, so that what is counted in it stays true.
/// SQLite has one writer at a time anyway.
pub fn lock(conn: &mut Conn) -> Result<(), DbError> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(conn) => Ok(conn.batch_execute("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE")?),
    }
}

/// Adds an account; [`DbError::Conflict`] when the name is taken.
pub fn insert(conn: &mut Conn, user: &User, password_hash: Option<&str>) -> Result<(), DbError> {
    each!(conn => diesel::insert_into(users::table)
        .values((
            users::id.eq(user.id.to_string()),
            users::username.eq(&user.username),
            users::username_key.eq(username_key(&user.username)),
            users::display_name.eq(&user.display_name),
            users::role.eq(user.role.as_str()),
            users::password_hash.eq(password_hash),
            users::created_at.eq(user.created_at_ms),
            users::disabled_at.eq(user.disabled_at_ms),
        ))
        .execute(conn))?;
    Ok(())
}

/// The account, or [`DbError::NotFound`].
pub fn get(conn: &mut Conn, id: UserId) -> Result<User, DbError> {
    let row: Row = each!(conn => users::table.find(id.to_string()).select(Row::as_select()).first(conn))?;
    row.try_into()
}

/// The hash of its password, if it has one, or [`DbError::NotFound`].
pub fn password_hash(conn: &mut Conn, id: UserId) -> Result<Option<String>, DbError> {
    Ok(each!(conn => users::table.find(id.to_string()).select(users::password_hash).first(conn))?)
}

/// The hashes of all passwords.
pub fn password_hashes(conn: &mut Conn) -> Result<Vec<String>, DbError> {
    let hashes: Vec<Option<String>> =
        each!(conn => users::table.select(users::password_hash).filter(users::password_hash.is_not_null()).load(conn))?;
    Ok(hashes.into_iter().flatten().collect())
}

/// The account of that name, in any case, and the hash of its password.
pub fn find_by_name(conn: &mut Conn, username: &str) -> Result<Option<(User, Option<String>)>, DbError> {
    let row: Option<Row> = each!(conn => users::table
        .filter(users::username_key.eq(username_key(username)))
        .select(Row::as_select())
        .first(conn)
        .optional())?;
    row.map(|row| {
        let hash = row.password_hash.clone();
        Ok((row.try_into()?, hash))
    })
    .transpose()
}

/// Up to `limit` accounts, by name.
pub fn list(conn: &mut Conn, limit: u32) -> Result<Vec<User>, DbError> {
    let rows: Vec<Row> = each!(conn => users::table
        .order(users::username_key)
        .limit(limit.into())
        .select(Row::as_select())
        .load(conn))?;
    rows.into_iter().map(User::try_from).collect()
}

/// True when there is any account.
pub fn any(conn: &mut Conn) -> Result<bool, DbError> {
    let found: Option<String> = each!(conn => users::table.select(users::id).limit(1).first(conn).optional())?;
    Ok(found.is_some())
}

/// True when an admin other than this one may act.
pub fn is_other_admin(conn: &mut Conn, than: UserId) -> Result<bool, DbError> {
    let found: Option<String> = each!(conn => users::table
        .filter(users::role.eq(Role::Admin.as_str()))
        .filter(users::disabled_at.is_null())
        .filter(users::id.ne(than.to_string()))
        .select(users::id)
        .limit(1)
        .first(conn)
        .optional())?;
    Ok(found.is_some())
}

/// Changes an account, or [`DbError::NotFound`].
pub fn update(conn: &mut Conn, id: UserId, changes: &Changes) -> Result<(), DbError> {
    let row = RowChanges {
        display_name: changes.display_name.as_deref(),
        role: changes.role.map(Role::as_str),
        disabled_at: changes.disabled_at_ms,
        password_hash: changes.password_hash.as_deref(),
    };
    if row.display_name.is_none() && row.role.is_none() && row.disabled_at.is_none() && row.password_hash.is_none() {
        return get(conn, id).map(|_| ());
    }
    match each!(conn => diesel::update(users::table.find(id.to_string())).set(&row).execute(conn))? {
        0 => Err(DbError::NotFound),
        _ => Ok(()),
    }
}

/// Removes an account with its sessions and keys; false when it was gone already.
pub fn delete(conn: &mut Conn, id: UserId) -> Result<bool, DbError> {
    Ok(each!(conn => diesel::delete(users::table.find(id.to_string())).execute(conn))? == 1)
}

#[derive(AsChangeset)]
#[diesel(table_name = users)]
struct RowChanges<'a> {
    display_name: Option<&'a str>,
    role: Option<&'static str>,
    disabled_at: Option<Option<i64>>,
    password_hash: Option<&'a str>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct Row {
    id: String,
    username: String,
    display_name: String,
    role: String,
    password_hash: Option<String>,
    created_at: i64,
    disabled_at: Option<i64>,
}

impl TryFrom<Row> for User {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id.parse()?,
            username: row.username,
            display_name: row.display_name,
            role: row.role.parse()?,
            has_password: row.password_hash.is_some(),
            created_at_ms: row.created_at,
            disabled_at_ms: row.disabled_at,
        })
    }
}
