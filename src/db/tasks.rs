//! The queue of tasks: adding, reading, and stopping them. Claiming and everything a claimer may do with its
//! lease stands in `tasks/lease.rs`, giving back what nobody works on any more in `tasks/recovery.rs`, running one a second
//! time in `tasks/twins.rs`, doing one in another way in `tasks/redo.rs`.
//!
//! Among tasks of the same priority jobs take turns: each new task of a job has the turn after the one before it, and the
//! first has that of the task which is next of all. A long film that is in the queue holds up none that comes later.
//!
//! No lock and no transaction is held during work. A claim hands out a fencing token; every later write of the
//! claimer names it and changes nothing once it is stale. Which state may follow which is
//! [`TaskState::may_become`]'s matter; the statements name the state they start from.

mod again;
mod lease;
mod recovery;
mod redo;
mod twins;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use diesel::prelude::*;

pub(super) use self::again::shift_priority;
pub use self::again::{Detail, first_failed, list_details, make_anew, queue_again, retry_failed};
pub use self::lease::{Claimer, Counts, Retry, claim, claim_as, fail, find_held, heartbeat, release, retry, succeed};
pub use self::recovery::{Recovered, expire, extend_leases, interrupted_too_often, release_owner};
pub use self::redo::{remove_needing, replace_spec};
pub use self::twins::{claim_twin, is_doubled, list_running};
use super::conn::{Conn, each};
use super::error::DbError;
use super::row::{failure, from_json, number, to_json};
use super::schema::tasks;
use crate::domain::id::{JobId, TaskId, VideoId};
use crate::domain::job::{Job, NewTask, Task, TaskKind, TaskState};
use crate::domain::task::TaskOutcome;

/// Rows an insert statement carries at most; databases limit the number of bound values.
const INSERT_ROWS: usize = 500;

/// How many tasks of a job are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskCounts {
    /// Waiting.
    pub queued: u64,
    /// Running.
    pub leased: u64,
    /// Done.
    pub succeeded: u64,
    /// Given up.
    pub failed: u64,
    /// Stopped.
    pub cancelled: u64,
}

/// What an admin needs to understand a task's last error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorDetail {
    /// The command that was run, shortened.
    pub command: Option<String>,
    /// The last lines of its error output.
    pub stderr: Option<String>,
}

/// Queues tasks for a job; all of them or none. They may run at once.
pub fn insert_many(conn: &mut Conn, job: &Job, new: &[NewTask], now_ms: i64) -> Result<(), DbError> {
    let mut rows = new.iter().map(|task| NewRow::new(job, task, now_ms)).collect::<Result<Vec<_>, _>>()?;
    conn.write(|conn| {
        let mut turns = HashMap::new();
        for row in &mut rows {
            let next = match turns.entry((row.kind, row.priority)) {
                Entry::Occupied(next) => next.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(next_turn(conn, row.kind, row.priority)?),
            };
            row.turn = *next;
            *next += 1;
        }
        for rows in rows.chunks(INSERT_ROWS) {
            each!(conn => diesel::insert_into(tasks::table).values(rows).execute(conn))?;
        }
        Ok(())
    })
}

/// The turn that comes next among the queued tasks like this one.
fn next_turn(conn: &mut Conn, kind: &str, priority: i32) -> Result<i64, DbError> {
    let next: Option<i64> = each!(conn => tasks::table
        .filter(tasks::state.eq(TaskState::Queued.as_str()))
        .filter(tasks::kind.eq(kind).and(tasks::priority.eq(priority)))
        .order(tasks::turn)
        .select(tasks::turn)
        .first(conn)
        .optional())?;
    Ok(next.unwrap_or(0))
}

/// The task, or [`DbError::NotFound`].
pub fn get(conn: &mut Conn, id: TaskId) -> Result<Task, DbError> {
    let row: TaskRow = each!(conn => tasks::table.find(id.0).select(TaskRow::as_select()).first(conn))?;
    row.try_into()
}

/// All tasks of a job, oldest first.
pub fn list_for_job(conn: &mut Conn, job: JobId) -> Result<Vec<Task>, DbError> {
    let rows: Vec<TaskRow> = each!(conn => tasks::table
        .filter(tasks::job_id.eq(job.0))
        .order(tasks::id)
        .select(TaskRow::as_select())
        .load(conn))?;
    rows.into_iter().map(Task::try_from).collect()
}

/// Tasks of a kind that wait and are due, those that are claimed first come first; at most `limit`.
pub fn list_waiting(conn: &mut Conn, kind: TaskKind, now_ms: i64, limit: usize) -> Result<Vec<Task>, DbError> {
    let rows: Vec<TaskRow> = each!(conn => tasks::table
        .filter(tasks::state.eq(TaskState::Queued.as_str()).and(tasks::kind.eq(kind.as_str())))
        .filter(tasks::run_at.le(now_ms))
        .order((tasks::priority.desc(), tasks::turn, tasks::id))
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(TaskRow::as_select())
        .load(conn))?;
    rows.into_iter().map(Task::try_from).collect()
}

/// What the job's succeeded tasks made, oldest task first.
pub fn list_outcomes(conn: &mut Conn, job: JobId) -> Result<Vec<(TaskId, TaskOutcome)>, DbError> {
    let rows: Vec<(i64, Option<String>)> = each!(conn => tasks::table
        .filter(tasks::job_id.eq(job.0).and(tasks::outcome.is_not_null()))
        .order(tasks::id)
        .select((tasks::id, tasks::outcome))
        .load(conn))?;
    let outcomes = rows.into_iter().filter_map(|(id, outcome)| Some((TaskId(id), outcome?)));
    outcomes.map(|(id, outcome)| Ok((id, from_json("task outcome", &outcome)?))).collect()
}

/// Why software made the job's tasks that were meant for hardware; of those that it made.
pub fn list_fallbacks(conn: &mut Conn, job: JobId) -> Result<Vec<(TaskId, String)>, DbError> {
    // the analysis, which is large, is left where it is
    let rows: Vec<(i64, Option<String>)> = each!(conn => tasks::table
        .filter(tasks::job_id.eq(job.0).and(tasks::kind.eq_any(TaskKind::ENCODING.iter().map(|kind| kind.as_str()))))
        .filter(tasks::outcome.like("%\"fallback\":%"))
        .select((tasks::id, tasks::outcome))
        .load(conn))?;
    let outcomes = rows.into_iter().filter_map(|(id, outcome)| Some((TaskId(id), outcome?)));
    let reason = |(id, outcome): (TaskId, String)| match from_json("task outcome", &outcome) {
        Ok(TaskOutcome::Segments { fallback: Some(reason), .. }) => Some(Ok((id, reason))),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    };
    outcomes.filter_map(reason).collect()
}

/// Command and error output of the task's last error.
pub fn get_error_detail(conn: &mut Conn, id: TaskId) -> Result<ErrorDetail, DbError> {
    let columns = (tasks::error_command, tasks::error_stderr);
    let (command, stderr) = each!(conn => tasks::table.find(id.0).select(columns).first(conn))?;
    Ok(ErrorDetail { command, stderr })
}

/// How many of the job's tasks are in each state.
pub fn count_by_state(conn: &mut Conn, job: JobId) -> Result<TaskCounts, DbError> {
    let rows: Vec<(String, i64)> = each!(conn => tasks::table
        .filter(tasks::job_id.eq(job.0))
        .group_by(tasks::state)
        .select((tasks::state, diesel::dsl::count_star()))
        .load(conn))?;
    let mut counts = TaskCounts::default();
    for (state, count) in rows {
        let slot = match state.parse()? {
            TaskState::Queued => &mut counts.queued,
            TaskState::Leased => &mut counts.leased,
            TaskState::Succeeded => &mut counts.succeeded,
            TaskState::Failed => &mut counts.failed,
            TaskState::Cancelled => &mut counts.cancelled,
        };
        *slot = number("count", count)?;
    }
    Ok(counts)
}

/// How many of the job's tasks are queued or running.
pub fn open_count(conn: &mut Conn, job: JobId) -> Result<u64, DbError> {
    let counts = count_by_state(conn, job)?;
    Ok(counts.queued + counts.leased)
}

/// When the next task that this claimer can do may run (perhaps in the past); none when nothing is queued.
pub fn next_run_at(conn: &mut Conn, claimer: &Claimer<'_>) -> Result<Option<i64>, DbError> {
    let met = claimer.encoders.map(lease::requirements);
    let mut next = None;
    // one short look into the index for each kind
    for kind in claimer.kinds {
        let jobs = claimer.except_jobs.iter().map(|job| job.0);
        let due: Option<i64> = each!(conn => {
            let mut query = tasks::table
                .filter(tasks::state.eq(TaskState::Queued.as_str()).and(tasks::kind.eq(kind.as_str())))
                .filter(tasks::job_id.ne_all(jobs))
                .order(tasks::run_at)
                .select(tasks::run_at)
                .into_boxed();
            if let Some(met) = &met {
                query = query.filter(tasks::requires.eq_any(met.clone()));
            }
            query.first(conn).optional()
        })?;
        next = [next, due].into_iter().flatten().min();
    }
    Ok(next)
}

/// What a claimer holds, oldest first.
pub fn list_held(conn: &mut Conn, owner: &str) -> Result<Vec<Task>, DbError> {
    let rows: Vec<TaskRow> = each!(conn => tasks::table
        .filter(tasks::state.eq(TaskState::Leased.as_str()).and(tasks::lease_owner.eq(owner)))
        .order(tasks::id)
        .select(TaskRow::as_select())
        .load(conn))?;
    rows.into_iter().map(Task::try_from).collect()
}

/// Stops the job's open tasks. Who runs one learns it from the next heartbeat. Returns how many.
pub fn cancel_for_job(conn: &mut Conn, job: JobId, now_ms: i64) -> Result<u64, DbError> {
    twins::drop_of_job(conn, job)?;
    let open = TaskState::Cancelled.predecessors().map(TaskState::as_str);
    let rows = each!(conn => diesel::update(tasks::table)
        .filter(tasks::job_id.eq(job.0).and(tasks::state.eq_any(open)))
        .set((
            tasks::state.eq(TaskState::Cancelled.as_str()),
            tasks::lease_owner.eq(None::<String>),
            tasks::lease_token.eq(None::<String>),
            tasks::lease_until.eq(None::<i64>),
            tasks::finished_at.eq(now_ms),
        ))
        .execute(conn))?;
    Ok(rows as u64)
}

#[derive(Insertable)]
#[diesel(table_name = tasks)]
struct NewRow {
    job_id: i64,
    video_id: i64,
    kind: &'static str,
    spec: String,
    state: &'static str,
    priority: i32,
    requires: String,
    run_at: i64,
    created_at: i64,
    turn: i64,
}

impl NewRow {
    fn new(job: &Job, task: &NewTask, now_ms: i64) -> Result<Self, DbError> {
        Ok(Self {
            job_id: job.id.0,
            video_id: job.video_id.0,
            kind: task.spec.kind().as_str(),
            spec: to_json("task spec", &task.spec)?,
            state: TaskState::Queued.as_str(),
            priority: task.priority + job.priority.shift(),
            requires: lease::requirement(task.spec.encoder()),
            run_at: now_ms,
            created_at: now_ms,
            turn: 0,
        })
    }
}

#[derive(Queryable, Selectable, QueryableByName)]
#[diesel(table_name = tasks)]
struct TaskRow {
    id: i64,
    job_id: i64,
    video_id: i64,
    kind: String,
    spec: String,
    state: String,
    priority: i32,
    attempt: i64,
    machine_faults: i64,
    max_attempts: i64,
    run_at: i64,
    lease_token: Option<String>,
    lease_owner: Option<String>,
    progress: f64,
    speed: Option<f64>,
    started_at: Option<i64>,
    error_code: Option<String>,
    error_message: Option<String>,
    twin_of: Option<i64>,
}

/// The columns of [`TaskRow`], for statements written by hand.
const TASK_COLUMNS: &str = "id, job_id, video_id, kind, spec, state, priority, attempt, machine_faults, max_attempts, run_at, \
     lease_token, lease_owner, progress, speed, started_at, error_code, error_message, twin_of";

impl TryFrom<TaskRow> for Task {
    type Error = DbError;

    fn try_from(row: TaskRow) -> Result<Self, DbError> {
        Ok(Self {
            id: TaskId(row.id),
            job_id: JobId(row.job_id),
            video_id: VideoId(row.video_id),
            kind: row.kind.parse()?,
            spec: from_json("task spec", &row.spec)?,
            state: row.state.parse()?,
            priority: row.priority,
            attempt: number("attempt", row.attempt)?,
            machine_faults: number("machine_faults", row.machine_faults)?,
            max_attempts: number("max attempts", row.max_attempts)?,
            run_at_ms: row.run_at,
            lease_token: row.lease_token,
            lease_owner: row.lease_owner,
            progress: row.progress,
            speed: row.speed,
            started_at_ms: row.started_at,
            twin_of: row.twin_of.map(TaskId),
            error: failure(row.error_code, row.error_message),
        })
    }
}
