//! What happens to the programs of machines. A command is an event that is not finished; a worker has one at a time.

use diesel::prelude::*;

use crate::db::conn::{Conn, each};
use crate::db::error::DbError;
use crate::db::schema::deployment_events as events;
use crate::domain::id::WorkerId;
use crate::domain::worker::{Deployment, DeploymentKind, DeploymentStatus};

/// Which events.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only of this worker.
    pub worker_id: Option<WorkerId>,
    /// Only of this kind.
    pub kind: Option<DeploymentKind>,
    /// Only those older than the event of this id.
    pub before_id: Option<i64>,
}

/// How an event goes on.
#[derive(Debug, Clone)]
pub struct Step {
    /// How far it is now; [`DeploymentStatus::Completed`] and `Failed` end it.
    pub status: DeploymentStatus,
    /// The version there is now; none: as it was.
    pub new_version: Option<String>,
    /// What there is to say; none: as it was.
    pub details: Option<String>,
}

const OPEN: [&str; 2] = ["pending", "in_progress"];

/// Adds an event; its id is not looked at. [`DbError::Conflict`] when it is a command and the worker has another.
pub fn insert(conn: &mut Conn, event: &Deployment) -> Result<Deployment, DbError> {
    let row: Row = each!(conn => diesel::insert_into(events::table)
        .values((
            events::worker_id.eq(event.worker_id.map(|id| id.to_string())),
            events::worker_name.eq(&event.worker_name),
            events::event_type.eq(event.kind.as_str()),
            events::old_version.eq(&event.old_version),
            events::new_version.eq(&event.new_version),
            events::status.eq(event.status.as_str()),
            events::triggered_by.eq(&event.triggered_by),
            events::details.eq(&event.details),
            events::created_at.eq(event.created_at_ms),
            events::completed_at.eq(event.completed_at_ms),
        ))
        .returning(Row::as_returning())
        .get_result(conn))?;
    row.try_into()
}

/// Up to `limit` events, newest first.
pub fn list(conn: &mut Conn, filter: &Filter, limit: u32) -> Result<Vec<Deployment>, DbError> {
    let rows: Vec<Row> = each!(conn => {
        let mut found = events::table.into_boxed();
        if let Some(worker) = filter.worker_id {
            found = found.filter(events::worker_id.eq(worker.to_string()));
        }
        if let Some(kind) = filter.kind {
            found = found.filter(events::event_type.eq(kind.as_str()));
        }
        if let Some(id) = filter.before_id {
            found = found.filter(events::id.lt(id));
        }
        found.order(events::id.desc()).limit(limit.into()).select(Row::as_select()).load(conn)
    })?;
    rows.into_iter().map(Deployment::try_from).collect()
}

/// Commands that are not finished: of one worker, or of all.
pub fn list_open(conn: &mut Conn, worker: Option<WorkerId>) -> Result<Vec<Deployment>, DbError> {
    let rows: Vec<Row> = each!(conn => {
        let mut found = events::table.filter(events::status.eq_any(OPEN)).into_boxed();
        if let Some(worker) = worker {
            found = found.filter(events::worker_id.eq(worker.to_string()));
        }
        found.order(events::id).select(Row::as_select()).load(conn)
    })?;
    rows.into_iter().map(Deployment::try_from).collect()
}

/// The version of the server that was noted last.
pub fn server_version(conn: &mut Conn) -> Result<Option<String>, DbError> {
    let noted: Option<Option<String>> = each!(conn => events::table
        .filter(events::worker_id.is_null().and(events::worker_name.eq(SERVER)))
        .order(events::id.desc())
        .select(events::new_version)
        .first(conn)
        .optional())?;
    Ok(noted.flatten())
}

/// What the server itself is called in events. A worker may have that name, too, but then has an id.
pub const SERVER: &str = "server";

/// Moves an event that is not finished on; none when there is none of this id, or it is.
pub fn advance(conn: &mut Conn, id: i64, step: &Step, now_ms: i64) -> Result<Option<Deployment>, DbError> {
    let ended = matches!(step.status, DeploymentStatus::Completed | DeploymentStatus::Failed);
    let changes = Changes {
        status: step.status.as_str(),
        new_version: step.new_version.as_deref(),
        details: step.details.as_deref(),
        completed_at: ended.then_some(now_ms),
    };
    let row: Option<Row> = each!(conn => diesel::update(events::table.find(id).filter(events::status.eq_any(OPEN)))
        .set(changes)
        .returning(Row::as_returning())
        .get_result(conn)
        .optional())?;
    row.map(Deployment::try_from).transpose()
}

#[derive(AsChangeset)]
#[diesel(table_name = events)]
struct Changes<'a> {
    status: &'a str,
    new_version: Option<&'a str>,
    details: Option<&'a str>,
    completed_at: Option<i64>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = events)]
struct Row {
    id: i64,
    worker_id: Option<String>,
    worker_name: String,
    event_type: String,
    old_version: Option<String>,
    new_version: Option<String>,
    status: String,
    triggered_by: String,
    details: Option<String>,
    created_at: i64,
    completed_at: Option<i64>,
}

impl TryFrom<Row> for Deployment {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id,
            worker_id: row.worker_id.map(|id| id.parse()).transpose()?,
            worker_name: row.worker_name,
            kind: row.event_type.parse()?,
            old_version: row.old_version,
            new_version: row.new_version,
            status: row.status.parse()?,
            triggered_by: row.triggered_by,
            details: row.details,
            created_at_ms: row.created_at,
            completed_at_ms: row.completed_at,
        })
    }
}
