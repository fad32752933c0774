//! Tasks that run a second time beside themselves, because whoever has them is slow: the first to be done wins, and the
//! other learns from its next heartbeat that it lost the lease.
//!
//! The second run is a row of its own that exists only as long as somebody holds it. However it ends, it goes; what it
//! made counts for the row that it doubles.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::super::conn::{Conn, each};
use super::super::error::DbError;
use super::super::schema::tasks;
use super::lease::no_lease;
use super::{TASK_COLUMNS, TaskRow};
use crate::domain::id::{JobId, TaskId};
use crate::domain::job::{Lease, Task, TaskKind, TaskState};

/// Tasks of these kinds that somebody holds, second runs among them; those that were begun first come first.
pub fn list_running(conn: &mut Conn, kinds: &[TaskKind]) -> Result<Vec<Task>, DbError> {
    let kinds = || kinds.iter().map(|kind| kind.as_str());
    let rows: Vec<TaskRow> = each!(conn => tasks::table
        .filter(tasks::state.eq(TaskState::Leased.as_str()).and(tasks::kind.eq_any(kinds())))
        .order(tasks::started_at)
        .select(TaskRow::as_select())
        .load(conn))?;
    rows.into_iter().map(Task::try_from).collect()
}

/// Takes a task that somebody else holds a second time; none when it ended meanwhile, or runs twice already.
pub fn claim_twin(
    conn: &mut Conn,
    of: TaskId,
    owner: &str,
    token: &str,
    now_ms: i64,
    lease_ms: i64,
) -> Result<Option<Task>, DbError> {
    let sql = format!(
        "INSERT INTO tasks (job_id, video_id, kind, spec, state, priority, requires, attempt, max_attempts, run_at, \
         lease_owner, lease_token, lease_until, created_at, started_at, turn, twin_of) \
         SELECT job_id, video_id, kind, spec, 'leased', priority, requires, attempt, max_attempts, run_at, \
         $1, $2, $3, $4, $4, turn, id FROM tasks WHERE id = $5 AND state = 'leased' AND twin_of IS NULL \
         ON CONFLICT DO NOTHING RETURNING {TASK_COLUMNS}"
    );
    let statement = diesel::sql_query(sql)
        .bind::<Text, _>(owner)
        .bind::<Text, _>(token)
        .bind::<BigInt, _>(now_ms.saturating_add(lease_ms))
        .bind::<BigInt, _>(now_ms)
        .bind::<BigInt, _>(of.0);
    let row: Option<TaskRow> = each!(conn => statement.get_result(conn).optional())?;
    row.map(Task::try_from).transpose()
}

/// True when somebody runs it a second time. That one may still make it: the task must not end before.
pub fn is_doubled(conn: &mut Conn, id: TaskId) -> Result<bool, DbError> {
    let twins = tasks::table.filter(tasks::twin_of.eq(id.0));
    Ok(each!(conn => diesel::select(diesel::dsl::exists(twins)).get_result(conn))?)
}

/// Ends a second run. Returns the row that it doubles; none when the lease is that of an ordinary task, or is lost.
pub(super) fn drop_held(conn: &mut Conn, lease: &Lease) -> Result<Option<TaskId>, DbError> {
    let held = || {
        tasks::table
            .filter(tasks::id.eq(lease.task_id.0).and(tasks::lease_token.eq(&lease.token)))
            .filter(tasks::state.eq(TaskState::Leased.as_str()).and(tasks::twin_of.is_not_null()))
    };
    let of: Option<Option<i64>> = each!(conn => held().select(tasks::twin_of).first(conn).optional())?;
    let Some(of) = of.flatten() else { return Ok(None) };
    let rows = each!(conn => diesel::delete(held()).execute(conn))?;
    Ok((rows == 1).then_some(TaskId(of)))
}

/// What a second run made is the outcome of the row that it doubled. False when that has ended.
pub(super) fn succeed(conn: &mut Conn, of: TaskId, outcome: &str, now_ms: i64) -> Result<bool, DbError> {
    let goes_on = [TaskState::Queued, TaskState::Leased].map(TaskState::as_str);
    let rows = each!(conn => diesel::update(tasks::table.find(of.0))
        .filter(tasks::state.eq_any(goes_on))
        .set((
            tasks::state.eq(TaskState::Succeeded.as_str()),
            tasks::progress.eq(1.0),
            tasks::outcome.eq(outcome),
            tasks::finished_at.eq(now_ms),
            no_lease!(),
        ))
        .execute(conn))?;
    Ok(rows == 1)
}

/// Ends the second run of a task.
pub(super) fn drop_of_task(conn: &mut Conn, task: TaskId) -> Result<(), DbError> {
    each!(conn => diesel::delete(tasks::table.filter(tasks::twin_of.eq(task.0))).execute(conn))?;
    Ok(())
}

/// Ends the second runs of a job.
pub(super) fn drop_of_job(conn: &mut Conn, job: JobId) -> Result<(), DbError> {
    let theirs = tasks::table.filter(tasks::job_id.eq(job.0).and(tasks::twin_of.is_not_null()));
    each!(conn => diesel::delete(theirs).execute(conn))?;
    Ok(())
}

/// Ends what somebody runs a second time.
pub(super) fn drop_of_owner(conn: &mut Conn, owner: &str) -> Result<(), DbError> {
    let theirs = tasks::table.filter(tasks::lease_owner.eq(owner).and(tasks::twin_of.is_not_null()));
    each!(conn => diesel::delete(theirs).execute(conn))?;
    Ok(())
}

/// Ends second runs that nobody was heard of.
pub(super) fn drop_expired(conn: &mut Conn, now_ms: i64) -> Result<(), DbError> {
    let expired = tasks::table.filter(tasks::lease_until.lt(now_ms).and(tasks::twin_of.is_not_null()));
    each!(conn => diesel::delete(expired).execute(conn))?;
    Ok(())
}
