//! The last lines of each worker's log.

use diesel::prelude::*;

use crate::db::conn::{Conn, each};
use crate::db::error::DbError;
use crate::db::schema::worker_logs as logs;
use crate::domain::id::WorkerId;
use crate::domain::worker::LogLine;

/// Lines kept of each worker.
pub const KEPT: u32 = 200;

/// The number that the next line has at least; 0 when there is none.
pub fn next_number(conn: &mut Conn, worker: WorkerId) -> Result<i64, DbError> {
    let newest: Option<i64> = each!(conn => logs::table
        .filter(logs::worker_id.eq(worker.to_string()))
        .select(diesel::dsl::max(logs::number))
        .first(conn))?;
    Ok(newest.map_or(0, |newest| newest.saturating_add(1)))
}

/// Adds lines whose numbers are not there yet, and forgets those that are too many.
pub fn append(conn: &mut Conn, worker: WorkerId, lines: &[LogLine]) -> Result<(), DbError> {
    let id = worker.to_string();
    let rows: Vec<_> = lines
        .iter()
        .map(|line| {
            let (number, at) = (logs::number.eq(line.number), logs::at.eq(line.at_ms));
            (logs::worker_id.eq(&id), number, at, logs::level.eq(&line.level), logs::text.eq(&line.text))
        })
        .collect();
    each!(conn => diesel::insert_into(logs::table).values(rows).on_conflict_do_nothing().execute(conn))?;
    let last: Option<i64> = each!(conn => logs::table
        .filter(logs::worker_id.eq(&id))
        .order(logs::number.desc())
        .select(logs::number)
        .offset(KEPT.into())
        .first(conn)
        .optional())?;
    if let Some(last) = last {
        let old = logs::table.filter(logs::worker_id.eq(&id).and(logs::number.le(last)));
        each!(conn => diesel::delete(old).execute(conn))?;
    }
    Ok(())
}

/// What is kept, oldest first.
pub fn list(conn: &mut Conn, worker: WorkerId) -> Result<Vec<LogLine>, DbError> {
    let rows: Vec<(i64, i64, String, String)> = each!(conn => logs::table
        .filter(logs::worker_id.eq(worker.to_string()))
        .order(logs::number)
        .select((logs::number, logs::at, logs::level, logs::text))
        .load(conn))?;
    let line = |(number, at_ms, level, text)| LogLine { number, at_ms, level, text };
    Ok(rows.into_iter().map(line).collect())
}
