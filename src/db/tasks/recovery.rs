//! Tasks that nobody works on any more go back to the queue, or end when that happened too often.

use diesel::prelude::*;

use super::super::conn::{Conn, each};
use super::super::error::DbError;
use super::super::schema::tasks;
use super::lease::{error_columns, fail_unreadable, no_lease};
use super::{TaskRow, get, twins};
use crate::domain::id::TaskId;
use crate::domain::job::{Task, TaskState, retry_delay_ms};
use crate::domain::task::TaskError;

/// Times a task may be given back by no fault of its own. A task that takes the whole process down with it
/// looks like that, and must end some day.
const INTERRUPTIONS_MAX: i64 = 50;
/// Expired leases handled in one call, so that the transaction stays short.
const EXPIRED_MAX: i64 = 500;

/// What became of tasks that were left behind.
#[derive(Debug, Default)]
pub struct Recovered {
    /// Queued again.
    pub queued: Vec<TaskId>,
    /// Failed for good, with the error they were given.
    pub failed: Vec<(Task, TaskError)>,
}

/// Gives back everything `owner` holds, for an owner that is known to work on nothing: a process that just
/// started under this name. Attempts do not count; a task that this happened to 50 times fails.
pub fn release_owner(conn: &mut Conn, owner: &str, now_ms: i64) -> Result<Recovered, DbError> {
    conn.write(|conn| {
        twins::drop_of_owner(conn, owner)?;
        let held: Vec<(i64, i64)> = each!(conn => tasks::table
            .filter(tasks::state.eq(TaskState::Leased.as_str()).and(tasks::lease_owner.eq(owner)))
            .order(tasks::id)
            .select((tasks::id, tasks::interruptions))
            .load(conn))?;
        let mut recovered = Recovered::default();
        for (id, interruptions) in held {
            if interruptions + 1 >= INTERRUPTIONS_MAX && !twins::is_doubled(conn, TaskId(id))? {
                let message = format!("The task was interrupted {INTERRUPTIONS_MAX} times.");
                let error = TaskError::abort("task_interrupted_too_often", message);
                recovered.failed.extend(give_up(conn, id, error, now_ms)?);
                continue;
            }
            let rows = each!(conn => diesel::update(tasks::table.find(id))
                .filter(tasks::state.eq(TaskState::Leased.as_str()).and(tasks::lease_owner.eq(owner)))
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
            recovered.queued.extend((rows == 1).then_some(TaskId(id)));
        }
        Ok(recovered)
    })
}

/// True when one more interruption is not borne.
pub fn interrupted_too_often(conn: &mut Conn, id: TaskId) -> Result<bool, DbError> {
    let so_far: Option<i64> =
        each!(conn => tasks::table.find(id.0).select(tasks::interruptions).first(conn).optional())?;
    Ok(so_far.is_some_and(|so_far| so_far + 1 >= INTERRUPTIONS_MAX))
}

/// Whoever holds a task holds it until `until_ms` at least: nobody could keep it lately.
pub fn extend_leases(conn: &mut Conn, until_ms: i64) -> Result<(), DbError> {
    each!(conn => diesel::update(tasks::table)
        .filter(tasks::state.eq(TaskState::Leased.as_str()).and(tasks::lease_until.lt(until_ms)))
        .set(tasks::lease_until.eq(until_ms))
        .execute(conn))?;
    Ok(())
}

/// Takes back the tasks whose lease ran out at `now_ms`. That is a fault of the machine: they rest like after any
/// other failure, or fail when it happened too often.
pub fn expire(conn: &mut Conn, now_ms: i64) -> Result<Recovered, DbError> {
    conn.write(|conn| {
        twins::drop_expired(conn, now_ms)?;
        let rows: Vec<TaskRow> = each!(conn => tasks::table
            .filter(tasks::state.eq(TaskState::Leased.as_str()).and(tasks::lease_until.lt(now_ms)))
            .order(tasks::lease_until)
            .limit(EXPIRED_MAX)
            .select(TaskRow::as_select())
            .load(conn))?;
        let mut recovered = Recovered::default();
        for row in rows {
            let id = row.id;
            let task = match Task::try_from(row) {
                Ok(task) => task,
                Err(error) => {
                    fail_unreadable(conn, id, &error, now_ms)?;
                    continue;
                }
            };
            let owner = task.lease_owner.as_deref().unwrap_or_default();
            let error = TaskError::machine("lease_expired", format!("{owner} was not heard of in time."));
            if task.is_last_machine_fault() && !twins::is_doubled(conn, task.id)? {
                recovered.failed.extend(give_up(conn, task.id.0, error, now_ms)?);
                continue;
            }
            let rows = each!(conn => diesel::update(tasks::table.find(task.id.0))
                // a heartbeat may have come in between
                .filter(tasks::state.eq(TaskState::Leased.as_str()).and(tasks::lease_until.lt(now_ms)))
                .set((
                    tasks::state.eq(TaskState::Queued.as_str()),
                    tasks::machine_faults.eq(tasks::machine_faults + 1),
                    tasks::run_at.eq(now_ms + retry_delay_ms(task.attempt)),
                    tasks::progress.eq(0.0),
                    tasks::speed.eq(None::<f64>),
                    error_columns!(&error),
                    no_lease!(),
                ))
                .execute(conn))?;
            recovered.queued.extend((rows == 1).then_some(task.id));
        }
        Ok(recovered)
    })
}

fn give_up(conn: &mut Conn, id: i64, error: TaskError, now_ms: i64) -> Result<Option<(Task, TaskError)>, DbError> {
    let rows = each!(conn => diesel::update(tasks::table.find(id))
        .filter(tasks::state.eq(TaskState::Leased.as_str()))
        .set((
            tasks::state.eq(TaskState::Failed.as_str()),
            tasks::finished_at.eq(now_ms),
            error_columns!(&error),
            no_lease!(),
        ))
        .execute(conn))?;
    if rows == 0 {
        return Ok(None);
    }
    match get(conn, TaskId(id)) {
        Ok(task) => Ok(Some((task, error))),
        Err(unreadable) => fail_unreadable(conn, id, &unreadable, now_ms).map(|()| None),
    }
}
