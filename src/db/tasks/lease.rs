//! Claiming a task, and what a claimer may do while its lease holds. Every function but [`claim`] answers
//! false when the lease is lost: the task was stopped, expired, or given to someone else.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::super::conn::{Conn, each};
use super::super::error::DbError;
use super::super::row::to_json;
use super::super::schema::tasks;
use super::{TASK_COLUMNS, TaskRow};
use crate::domain::job::{Lease, Task, TaskKind, TaskState};
use crate::domain::task::{TaskError, TaskOutcome};

/// Takes the task with the highest priority, then the oldest, of those that are due. One statement: two
/// claimers never get the same task. Raises `attempt` and holds the task until `now_ms + lease_ms`.
pub fn claim(
    conn: &mut Conn,
    kinds: &[TaskKind],
    owner: &str,
    now_ms: i64,
    lease_ms: i64,
) -> Result<Option<Task>, DbError> {
    if kinds.is_empty() {
        return Ok(None);
    }
    let kinds = kinds.iter().map(|kind| format!("'{}'", kind.as_str())).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "UPDATE tasks SET state = 'leased', attempt = attempt + 1, lease_owner = $1, lease_token = $2, \
         lease_until = $3, started_at = $4, finished_at = NULL, progress = 0, speed = NULL \
         WHERE id = (SELECT id FROM tasks WHERE state = 'queued' AND run_at <= $4 AND kind IN ({kinds}) \
         ORDER BY priority DESC, id LIMIT 1 {}) AND state = 'queued' RETURNING {TASK_COLUMNS}",
        conn.skip_locked()
    );
    let statement = diesel::sql_query(sql)
        .bind::<Text, _>(owner)
        .bind::<Text, _>(uuid::Uuid::now_v7().to_string())
        .bind::<BigInt, _>(now_ms.saturating_add(lease_ms))
        .bind::<BigInt, _>(now_ms);
    let row: Option<TaskRow> = each!(conn => statement.get_result(conn).optional())?;
    row.map(Task::try_from).transpose()
}

/// The rows a lease gives a right to: one or none.
macro_rules! held {
    ($lease:expr) => {
        diesel::update(tasks::table.find($lease.task_id.0))
            .filter(tasks::state.eq(TaskState::Leased.as_str()))
            .filter(tasks::lease_token.eq(&$lease.token))
    };
}

/// The columns that end a lease.
macro_rules! no_lease {
    () => {
        (
            tasks::lease_owner.eq(None::<String>),
            tasks::lease_token.eq(None::<String>),
            tasks::lease_until.eq(None::<i64>),
        )
    };
}
pub(super) use no_lease;

/// The columns of an error.
macro_rules! error_columns {
    ($error:expr) => {
        (
            tasks::error_code.eq($error.code),
            tasks::error_message.eq(&$error.message),
            tasks::error_command.eq(&$error.command),
            tasks::error_stderr.eq(&$error.stderr),
        )
    };
}
pub(super) use error_columns;

/// Keeps the task until `until_ms` and stores how far it is.
pub fn heartbeat(
    conn: &mut Conn,
    lease: &Lease,
    progress: f64,
    speed: Option<f64>,
    until_ms: i64,
) -> Result<bool, DbError> {
    let rows = each!(conn => held!(lease)
        .set((tasks::progress.eq(progress), tasks::speed.eq(speed), tasks::lease_until.eq(until_ms)))
        .execute(conn))?;
    Ok(rows == 1)
}

/// The task is done and its outcome kept. Call it in the transaction that applies the outcome.
pub fn succeed(conn: &mut Conn, lease: &Lease, outcome: &TaskOutcome, now_ms: i64) -> Result<bool, DbError> {
    let outcome = to_json("task outcome", outcome)?;
    let rows = each!(conn => held!(lease)
        .set((
            tasks::state.eq(TaskState::Succeeded.as_str()),
            tasks::progress.eq(1.0),
            tasks::outcome.eq(&outcome),
            tasks::finished_at.eq(now_ms),
            no_lease!(),
        ))
        .execute(conn))?;
    Ok(rows == 1)
}

/// When a task is tried again, and whether the try that failed counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Not before this time, milliseconds since 1970.
    pub run_at_ms: i64,
    /// False gives the attempt back.
    pub counts: bool,
}

/// The task goes back to the queue. Whether it has attempts left is the caller's to know.
pub fn retry(conn: &mut Conn, lease: &Lease, error: &TaskError, retry: Retry) -> Result<bool, DbError> {
    let refund = i64::from(!retry.counts);
    let rows = each!(conn => held!(lease)
        .set((
            tasks::state.eq(TaskState::Queued.as_str()),
            tasks::attempt.eq(tasks::attempt - refund),
            tasks::run_at.eq(retry.run_at_ms),
            tasks::progress.eq(0.0),
            tasks::speed.eq(None::<f64>),
            error_columns!(error),
            no_lease!(),
        ))
        .execute(conn))?;
    Ok(rows == 1)
}

/// The task is given up.
pub fn fail(conn: &mut Conn, lease: &Lease, error: &TaskError, now_ms: i64) -> Result<bool, DbError> {
    let rows = each!(conn => held!(lease)
        .set((
            tasks::state.eq(TaskState::Failed.as_str()),
            tasks::finished_at.eq(now_ms),
            error_columns!(error),
            no_lease!(),
        ))
        .execute(conn))?;
    Ok(rows == 1)
}

/// Gives the task back unfinished, because its claimer stops: it may run at once, and the attempt does not
/// count. Interruptions are counted, see [`super::release_owner`].
pub fn release(conn: &mut Conn, lease: &Lease, now_ms: i64) -> Result<bool, DbError> {
    let rows = each!(conn => held!(lease)
        .set((
            tasks::state.eq(TaskState::Queued.as_str()),
            tasks::attempt.eq(tasks::attempt - 1),
            tasks::interruptions.eq(tasks::interruptions + 1),
            tasks::run_at.eq(now_ms),
            tasks::progress.eq(0.0),
            tasks::speed.eq(None::<f64>),
            no_lease!(),
        ))
        .execute(conn))?;
    Ok(rows == 1)
}
