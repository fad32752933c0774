//! Fingerprints of files from watched folders that became videos.

use diesel::prelude::*;

use super::conn::{Conn, each};
use super::error::DbError;
use super::schema::imports;

/// Remembers a file; one that is known already is no error.
pub fn remember(conn: &mut Conn, fingerprint: &str, now_ms: i64) -> Result<(), DbError> {
    each!(conn => diesel::insert_into(imports::table)
        .values((imports::fingerprint.eq(fingerprint), imports::imported_at.eq(now_ms)))
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(())
}

/// True when the file was imported before.
pub fn is_known(conn: &mut Conn, fingerprint: &str) -> Result<bool, DbError> {
    let found: Option<i64> = each!(conn => imports::table
        .find(fingerprint)
        .select(imports::imported_at)
        .first(conn)
        .optional())?;
    Ok(found.is_some())
}
