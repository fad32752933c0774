//! Machines that lend their CPU: found by the prefix of their key, judged by its hash. What happens to their programs
//! stands in `workers/deployments.rs`, the end of their logs in `workers/logs.rs`.

pub mod deployments;
pub mod logs;

use diesel::prelude::*;

use super::conn::{Conn, each};
use super::error::DbError;
use super::row::{from_json, to_json};
use super::schema::workers;
use crate::domain::id::WorkerId;
use crate::domain::worker::{Capabilities, Load, Worker};

/// Adds a worker; `hash` is of its whole key. [`DbError::Conflict`] when another that is still good has its name.
pub fn insert(conn: &mut Conn, worker: &Worker, hash: &str) -> Result<(), DbError> {
    each!(conn => diesel::insert_into(workers::table)
        .values((
            workers::id.eq(worker.id.to_string()),
            workers::name.eq(&worker.name),
            workers::prefix.eq(&worker.prefix),
            workers::hash.eq(hash),
            workers::created_at.eq(worker.created_at_ms),
        ))
        .execute(conn))?;
    Ok(())
}

/// The worker whose key has that prefix, and the key's hash, whether it is still good or not.
pub fn find_by_prefix(conn: &mut Conn, prefix: &str) -> Result<Option<(Worker, String)>, DbError> {
    let row: Option<Row> = each!(conn => workers::table
        .filter(workers::prefix.eq(prefix))
        .select(Row::as_select())
        .first(conn)
        .optional())?;
    row.map(|row| {
        let hash = row.hash.clone();
        Ok((row.try_into()?, hash))
    })
    .transpose()
}

/// The worker, or [`DbError::NotFound`].
pub fn get(conn: &mut Conn, id: WorkerId) -> Result<Worker, DbError> {
    let row: Row = each!(conn => workers::table.find(id.to_string()).select(Row::as_select()).first(conn))?;
    row.try_into()
}

/// Those whose keys were not revoked, by name.
pub fn list(conn: &mut Conn) -> Result<Vec<Worker>, DbError> {
    let rows: Vec<Row> = each!(conn => workers::table
        .filter(workers::revoked_at.is_null())
        .order(workers::name)
        .select(Row::as_select())
        .load(conn))?;
    rows.into_iter().map(Worker::try_from).collect()
}

/// Changes what an admin decides: since when it is disabled, and whether it drains.
pub fn set_order(conn: &mut Conn, id: WorkerId, disabled_at: Option<i64>, draining: bool) -> Result<(), DbError> {
    each!(conn => diesel::update(workers::table.find(id.to_string()))
        .set((workers::disabled_at.eq(disabled_at), workers::draining.eq(draining)))
        .execute(conn))?;
    Ok(())
}

/// Its key is good for nothing any more. False when that was so already.
pub fn revoke(conn: &mut Conn, id: WorkerId, now_ms: i64) -> Result<bool, DbError> {
    let good = workers::table.find(id.to_string()).filter(workers::revoked_at.is_null());
    Ok(each!(conn => diesel::update(good).set(workers::revoked_at.eq(now_ms)).execute(conn))? == 1)
}

/// Notes what it can do.
pub fn register(conn: &mut Conn, id: WorkerId, version: &str, capabilities: &Capabilities) -> Result<(), DbError> {
    let capabilities = to_json("capabilities", capabilities)?;
    each!(conn => diesel::update(workers::table.find(id.to_string()))
        .set((workers::version.eq(version), workers::capabilities.eq(capabilities)))
        .execute(conn))?;
    Ok(())
}

/// Notes that it showed up, and how busy it is.
pub fn seen(conn: &mut Conn, id: WorkerId, load: Option<&Load>, now_ms: i64) -> Result<(), DbError> {
    let load = load.map(|load| to_json("load", load)).transpose()?;
    each!(conn => {
        let worker = diesel::update(workers::table.find(id.to_string()));
        let seen = (workers::seen_at.eq(now_ms), workers::left_at.eq(None::<i64>));
        match load {
            Some(load) => worker.set((seen, workers::load.eq(load))).execute(conn),
            None => worker.set(seen).execute(conn),
        }
    })?;
    Ok(())
}

/// Notes that it went.
pub fn left(conn: &mut Conn, id: WorkerId, now_ms: i64) -> Result<(), DbError> {
    let worker = workers::table.find(id.to_string());
    each!(conn => diesel::update(worker).set(workers::left_at.eq(now_ms)).execute(conn))?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = workers)]
struct Row {
    id: String,
    name: String,
    prefix: String,
    hash: String,
    created_at: i64,
    disabled_at: Option<i64>,
    revoked_at: Option<i64>,
    draining: bool,
    seen_at: Option<i64>,
    left_at: Option<i64>,
    version: Option<String>,
    capabilities: Option<String>,
    load: Option<String>,
}

impl TryFrom<Row> for Worker {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id.parse()?,
            name: row.name,
            prefix: row.prefix,
            created_at_ms: row.created_at,
            disabled_at_ms: row.disabled_at,
            revoked_at_ms: row.revoked_at,
            draining: row.draining,
            seen_at_ms: row.seen_at,
            left_at_ms: row.left_at,
            version: row.version,
            capabilities: row.capabilities.map(|text| from_json("capabilities", &text)).transpose()?,
            load: row.load.map(|text| from_json("load", &text)).transpose()?,
        })
    }
}
