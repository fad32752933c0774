//! Claiming a task, and what a claimer may do while its lease holds. Every function but [`claim`] answers
//! false when the lease is lost: the task was stopped, expired, or given to someone else.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::super::conn::{Conn, each};
use super::super::error::DbError;
use super::super::row::to_json;
use super::super::schema::tasks;
use super::{TASK_COLUMNS, TaskRow, twins};
use crate::domain::id::JobId;
use crate::domain::job::{Lease, Task, TaskKind, TaskState};
use crate::domain::task::{TaskError, TaskOutcome};

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

/// Who claims, and what it can do.
#[derive(Debug, Clone, Copy)]
pub struct Claimer<'a> {
    /// Its name in the lease.
    pub owner: &'a str,
    /// What it runs.
    pub kinds: &'a [TaskKind],
    /// The encoders it has; none: all there are.
    pub encoders: Option<&'a [&'static str]>,
    /// Jobs it is no good for.
    pub except_jobs: &'a [JobId],
}

/// The encoder a task needs, as its row says it: a JSON list.
pub(super) fn requirement(encoder: Option<&str>) -> String {
    encoder.map_or_else(|| "[]".to_owned(), |name| format!("[\"{name}\"]"))
}

/// The requirements that somebody with these encoders meets.
pub(super) fn requirements(encoders: &[&'static str]) -> Vec<String> {
    [None].into_iter().chain(encoders.iter().copied().map(Some)).map(requirement).collect()
}

impl<'a> Claimer<'a> {
    /// One that can do all that there is of these kinds.
    pub fn of(owner: &'a str, kinds: &'a [TaskKind]) -> Self {
        Self { owner, kinds, encoders: None, except_jobs: &[] }
    }

    /// True when it could do this task.
    pub fn may_run(&self, task: &Task) -> bool {
        let needed = task.spec.encoder();
        let able = needed.is_none_or(|needed| self.encoders.is_none_or(|able| able.contains(&needed)));
        able && self.kinds.contains(&task.kind) && !self.except_jobs.contains(&task.job_id)
    }
}

/// Takes the task with the highest priority of those that are due, of several the one whose turn it is. One statement: two
/// claimers never get the same task. Raises `attempt` and holds the task until `now_ms + lease_ms`.
pub fn claim(
    conn: &mut Conn,
    kinds: &[TaskKind],
    owner: &str,
    now_ms: i64,
    lease_ms: i64,
) -> Result<Option<Task>, DbError> {
    claim_as(conn, &Claimer::of(owner, kinds), &uuid::Uuid::now_v7().to_string(), now_ms, lease_ms)
}

/// As [`claim`], of what this claimer can do, under a fencing token that it chose.
pub fn claim_as(
    conn: &mut Conn,
    claimer: &Claimer<'_>,
    token: &str,
    now_ms: i64,
    lease_ms: i64,
) -> Result<Option<Task>, DbError> {
    if claimer.kinds.is_empty() {
        return Ok(None);
    }
    // texts and numbers of this program only
    let listed = |items: Vec<String>| items.join(", ");
    let encoders = claimer.encoders.map_or_else(String::new, |encoders| {
        let met = requirements(encoders).iter().map(|text| format!("'{text}'")).collect();
        format!(" AND requires IN ({})", listed(met))
    });
    let jobs = match claimer.except_jobs {
        [] => String::new(),
        jobs => format!(" AND job_id NOT IN ({})", listed(jobs.iter().map(ToString::to_string).collect())),
    };
    // the first of each kind, straight from the index, then the first of these few
    let first = |kind: &TaskKind| {
        format!(
            "SELECT * FROM (SELECT id, priority, turn FROM tasks WHERE state = 'queued' AND kind = '{}' \
             AND run_at <= $4{encoders}{jobs} ORDER BY priority DESC, turn, id LIMIT 1 {}) AS {0}_first",
            kind.as_str(),
            conn.skip_locked()
        )
    };
    let firsts: Vec<String> = claimer.kinds.iter().map(first).collect();
    let sql = format!(
        "UPDATE tasks SET state = 'leased', attempt = attempt + 1, lease_owner = $1, lease_token = $2, \
         lease_until = $3, started_at = $4, finished_at = NULL, progress = 0, speed = NULL \
         WHERE id = (SELECT id FROM ({}) AS firsts ORDER BY priority DESC, turn, id LIMIT 1) AND state = 'queued' \
         RETURNING {TASK_COLUMNS}",
        firsts.join(" UNION ALL ")
    );
    let statement = diesel::sql_query(sql)
        .bind::<Text, _>(claimer.owner)
        .bind::<Text, _>(token)
        .bind::<BigInt, _>(now_ms.saturating_add(lease_ms))
        .bind::<BigInt, _>(now_ms);
    let row: Option<TaskRow> = each!(conn => statement.get_result(conn).optional())?;
    let Some(row) = row else { return Ok(None) };
    let id = row.id;
    match Task::try_from(row) {
        Ok(task) => Ok(Some(task)),
        Err(error) => {
            fail_unreadable(conn, id, &error, now_ms)?;
            Err(error)
        }
    }
}

/// The task that `owner` holds under this token; none when it does not.
pub fn find_held(conn: &mut Conn, owner: &str, token: &str) -> Result<Option<Task>, DbError> {
    let row: Option<TaskRow> = each!(conn => tasks::table
        .filter(tasks::state.eq(TaskState::Leased.as_str()))
        .filter(tasks::lease_owner.eq(owner).and(tasks::lease_token.eq(token)))
        .select(TaskRow::as_select())
        .first(conn)
        .optional())?;
    row.map(Task::try_from).transpose()
}

/// Ends a leased task whose row makes no sense to this version, so that it cannot block the ones behind it.
pub(super) fn fail_unreadable(conn: &mut Conn, id: i64, error: &DbError, now_ms: i64) -> Result<(), DbError> {
    tracing::error!(task = id, %error, "a task cannot be read");
    let error = TaskError::abort("task_unreadable", error.to_string());
    each!(conn => diesel::update(tasks::table.find(id))
        .filter(tasks::state.eq(TaskState::Leased.as_str()))
        .set((
            tasks::state.eq(TaskState::Failed.as_str()),
            tasks::finished_at.eq(now_ms),
            error_columns!(&error),
            no_lease!(),
        ))
        .execute(conn))?;
    Ok(())
}

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

/// The task is done and its outcome kept; whoever does it a second time stops. Call it in the transaction that applies the
/// outcome.
pub fn succeed(conn: &mut Conn, lease: &Lease, outcome: &TaskOutcome, now_ms: i64) -> Result<bool, DbError> {
    let outcome = to_json("task outcome", outcome)?;
    if let Some(original) = twins::drop_held(conn, lease)? {
        return twins::succeed(conn, original, &outcome, now_ms);
    }
    twins::drop_of_task(conn, lease.task_id)?;
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

/// When a task is tried again, and what the try that failed counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Not before this time, milliseconds since 1970.
    pub run_at_ms: i64,
    /// As what it counts.
    pub counts: Counts,
}

/// As what a failed try counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// A failure of the task.
    Failure,
    /// A fault of the machine.
    MachineFault,
    /// An interruption: the attempt is given back.
    Interruption,
}

/// The task goes back to the queue. Whether it has attempts left is the caller's to know.
pub fn retry(conn: &mut Conn, lease: &Lease, error: &TaskError, retry: Retry) -> Result<bool, DbError> {
    if twins::drop_held(conn, lease)?.is_some() {
        return Ok(true);
    }
    let (refund, fault) = (retry.counts == Counts::Interruption, retry.counts == Counts::MachineFault);
    let rows = each!(conn => held!(lease)
        .set((
            tasks::state.eq(TaskState::Queued.as_str()),
            tasks::attempt.eq(tasks::attempt - i64::from(refund)),
            tasks::machine_faults.eq(tasks::machine_faults + i64::from(fault)),
            tasks::interruptions.eq(tasks::interruptions + i64::from(refund)),
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
    if twins::drop_held(conn, lease)?.is_some() {
        return Ok(true);
    }
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
    if twins::drop_held(conn, lease)?.is_some() {
        return Ok(true);
    }
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
