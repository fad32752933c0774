//! What overlays the configuration: a row for each setting that somebody changed.

use diesel::prelude::*;

use super::conn::{Conn, each};
use super::error::DbError;
use super::schema::settings;

/// A changed setting.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct SettingRow {
    /// Its key.
    pub key: String,
    /// Its value, JSON.
    pub value: String,
    /// When it was changed, milliseconds since 1970.
    pub updated_at_ms: i64,
    /// Who changed it, as far as known.
    pub updated_by: Option<String>,
}

/// All of them, by key.
pub fn list(conn: &mut Conn) -> Result<Vec<SettingRow>, DbError> {
    Ok(each!(conn => settings::table.order(settings::key).load(conn))?)
}

/// Makes the row, or replaces it.
pub fn set(conn: &mut Conn, row: &SettingRow) -> Result<(), DbError> {
    let changed = (
        settings::value.eq(&row.value),
        settings::updated_at.eq(row.updated_at_ms),
        settings::updated_by.eq(&row.updated_by),
    );
    each!(conn => diesel::insert_into(settings::table)
        .values((settings::key.eq(&row.key), changed))
        .on_conflict(settings::key)
        .do_update()
        .set(changed)
        .execute(conn))?;
    Ok(())
}

/// Removes the row; it is no error when there is none.
pub fn remove(conn: &mut Conn, key: &str) -> Result<(), DbError> {
    each!(conn => diesel::delete(settings::table.find(key)).execute(conn))?;
    Ok(())
}
