//! The audit log: entries are added and read, never changed; old ones may be forgotten.

use diesel::prelude::*;

use super::conn::{Conn, each};
use super::error::DbError;
use super::row::{from_json, to_json};
use super::schema::audit_log;
use crate::domain::audit::{Entry, NewEntry, Outcome};

/// Which entries, newest first.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only of this actor, by name.
    pub actor: Option<String>,
    /// Only this action.
    pub action: Option<String>,
    /// Only from this address.
    pub address: Option<String>,
    /// Only to this, such as `user:anna`.
    pub target: Option<String>,
    /// Only those that ended so.
    pub result: Option<Outcome>,
    /// Not before, milliseconds since 1970.
    pub from_ms: Option<i64>,
    /// Before, milliseconds since 1970.
    pub to_ms: Option<i64>,
    /// Only those older than the entry of this id.
    pub before_id: Option<i64>,
}

/// Writes an entry down.
pub fn insert(conn: &mut Conn, entry: &NewEntry, now_ms: i64) -> Result<(), DbError> {
    let before = entry.before.as_ref().map(|value| to_json("audit", value)).transpose()?;
    let after = entry.after.as_ref().map(|value| to_json("audit", value)).transpose()?;
    each!(conn => diesel::insert_into(audit_log::table)
        .values((
            audit_log::at.eq(now_ms),
            audit_log::actor_id.eq(entry.actor.id.map(|id| id.to_string())),
            audit_log::actor.eq(&entry.actor.name),
            audit_log::actor_kind.eq(entry.actor.kind.as_str()),
            audit_log::address.eq(entry.actor.address.map(|address| address.to_string())),
            audit_log::action.eq(entry.action),
            audit_log::target.eq(&entry.target),
            audit_log::before.eq(before),
            audit_log::after.eq(after),
            audit_log::result.eq(entry.result.as_str()),
        ))
        .execute(conn))?;
    Ok(())
}

/// Up to `limit` entries, newest first.
pub fn list(conn: &mut Conn, filter: &Filter, limit: u32) -> Result<Vec<Entry>, DbError> {
    let rows: Vec<Row> = each!(conn => {
        let mut entries = audit_log::table.into_boxed();
        if let Some(actor) = &filter.actor {
            entries = entries.filter(audit_log::actor.eq(actor));
        }
        if let Some(action) = &filter.action {
            entries = entries.filter(audit_log::action.eq(action));
        }
        if let Some(address) = &filter.address {
            entries = entries.filter(audit_log::address.eq(address));
        }
        if let Some(target) = &filter.target {
            entries = entries.filter(audit_log::target.eq(target));
        }
        if let Some(result) = filter.result {
            entries = entries.filter(audit_log::result.eq(result.as_str()));
        }
        if let Some(from) = filter.from_ms {
            entries = entries.filter(audit_log::at.ge(from));
        }
        if let Some(to) = filter.to_ms {
            entries = entries.filter(audit_log::at.lt(to));
        }
        if let Some(id) = filter.before_id {
            entries = entries.filter(audit_log::id.lt(id));
        }
        entries.order(audit_log::id.desc()).limit(limit.into()).select(Row::as_select()).load(conn)
    })?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// Up to `limit` entries after the one of this id, oldest first, that are older than `before_ms`.
pub fn list_after(conn: &mut Conn, id: i64, before_ms: i64, limit: u32) -> Result<Vec<Entry>, DbError> {
    let rows: Vec<Row> = each!(conn => audit_log::table
        .filter(audit_log::id.gt(id))
        .filter(audit_log::at.lt(before_ms))
        .order(audit_log::id)
        .limit(limit.into())
        .select(Row::as_select())
        .load(conn))?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// The id of the newest entry; 0 when there is none.
pub fn newest_id(conn: &mut Conn) -> Result<i64, DbError> {
    let newest: Option<i64> = each!(conn => audit_log::table.select(diesel::dsl::max(audit_log::id)).first(conn))?;
    Ok(newest.unwrap_or(0))
}

/// Forgets what is older; returns how many entries that were.
pub fn remove_before(conn: &mut Conn, before_ms: i64) -> Result<usize, DbError> {
    Ok(each!(conn => diesel::delete(audit_log::table.filter(audit_log::at.lt(before_ms))).execute(conn))?)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_log)]
struct Row {
    id: i64,
    at: i64,
    actor_id: Option<String>,
    actor: String,
    actor_kind: String,
    address: Option<String>,
    action: String,
    target: Option<String>,
    before: Option<String>,
    after: Option<String>,
    result: String,
}

impl TryFrom<Row> for Entry {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let json = |text: Option<String>| text.map(|text| from_json("audit", &text)).transpose();
        Ok(Self {
            id: row.id,
            at_ms: row.at,
            actor_id: row.actor_id.map(|id| id.parse()).transpose()?,
            actor: row.actor,
            actor_kind: row.actor_kind.parse()?,
            address: row.address,
            action: row.action,
            target: row.target,
            before: json(row.before)?,
            after: json(row.after)?,
            result: row.result.parse()?,
        })
    }
}
