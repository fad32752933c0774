//! What admins look at and try again.

use diesel::prelude::*;

use super::super::conn::{Conn, each};
use super::super::error::DbError;
use super::super::jobs;
use super::super::row::from_json;
use super::super::schema::tasks;
use super::{ErrorDetail, TaskRow, next_turn};
use crate::domain::id::{JobId, TaskId};
use crate::domain::job::{Task, TaskState};
use crate::domain::task::TaskSpec;

/// Ids a statement names at most; databases limit the number of bound values.
const IDS: usize = 500;

/// A task, and what only those who look into it want to know.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The row.
    pub task: Task,
    /// When it ended for good, milliseconds since 1970.
    pub finished_at_ms: Option<i64>,
    /// Of its last error.
    pub error: ErrorDetail,
}

/// All tasks of a job with their last errors, oldest first.
pub fn list_details(conn: &mut Conn, job: JobId) -> Result<Vec<Detail>, DbError> {
    let rows: Vec<DetailRow> = each!(conn => tasks::table
        .filter(tasks::job_id.eq(job.0))
        .order(tasks::id)
        .select(DetailRow::as_select())
        .load(conn))?;
    rows.into_iter().map(Detail::try_from).collect()
}

/// The oldest task that made its job fail, if one did. Only of that one everything is read.
pub fn first_failed(conn: &mut Conn, job: JobId) -> Result<Option<Detail>, DbError> {
    let failed: Vec<(i64, String)> = each!(conn => tasks::table
        .filter(tasks::job_id.eq(job.0).and(tasks::state.eq(TaskState::Failed.as_str())))
        .order(tasks::id)
        .select((tasks::id, tasks::spec))
        .load(conn))?;
    let mut first = None;
    for (id, spec) in failed {
        let optional = from_json::<TaskSpec>("task spec", &spec)?.is_optional();
        first = first.or(Some(id));
        if !optional {
            first = Some(id);
            break;
        }
    }
    let Some(id) = first else { return Ok(None) };
    let row: DetailRow = each!(conn => tasks::table.find(id).select(DetailRow::as_select()).first(conn))?;
    row.try_into().map(Some)
}

/// Moves the tasks of a job that are not done by so much. They take turns with those that have that priority already.
pub(in crate::db) fn shift_priority(conn: &mut Conn, job: JobId, further: i32) -> Result<(), DbError> {
    let done = TaskState::Succeeded.as_str();
    let open = || tasks::table.filter(tasks::job_id.eq(job.0).and(tasks::state.ne(done)));
    let groups: Vec<(String, i32, Option<i64>)> = each!(conn => open()
        .group_by((tasks::kind, tasks::priority))
        .select((tasks::kind, tasks::priority, diesel::dsl::min(tasks::turn)))
        .load(conn))?;
    for (kind, priority, first) in groups {
        let later = next_turn(conn, &kind, priority + further)? - first.unwrap_or(0);
        let group = || open().filter(tasks::kind.eq(&kind).and(tasks::priority.eq(priority)));
        each!(conn => diesel::update(group())
            .set((tasks::priority.eq(tasks::priority + further), tasks::turn.eq(tasks::turn + later)))
            .execute(conn))?;
    }
    Ok(())
}

/// Queues these of the job's tasks again, with all their attempts and at once: those that failed or were stopped, and
/// those that rest after a failure. Returns how many. What else is among them stays as it is.
pub fn queue_again(conn: &mut Conn, job: JobId, ids: &[TaskId], now_ms: i64) -> Result<usize, DbError> {
    let mut rows = 0;
    for ids in ids.chunks(IDS) {
        let ids = ids.iter().map(|id| id.0);
        let from = [TaskState::Queued, TaskState::Failed, TaskState::Cancelled].map(TaskState::as_str);
        rows += each!(conn => diesel::update(tasks::table)
            .filter(tasks::job_id.eq(job.0).and(tasks::id.eq_any(ids)).and(tasks::state.eq_any(from)))
            .set((
                tasks::state.eq(TaskState::Queued.as_str()),
                tasks::attempt.eq(0),
                tasks::machine_faults.eq(0),
                tasks::interruptions.eq(0),
                tasks::run_at.eq(now_ms),
                tasks::progress.eq(0.0),
                tasks::speed.eq(None::<f64>),
                tasks::finished_at.eq(None::<i64>),
            ))
            .execute(conn))?;
    }
    Ok(rows)
}

/// Queues succeeded tasks of a job again, without the outcomes that are not true any more. What else is among these, and
/// what has had all its attempts, stays as it is. Returns how many.
pub fn make_anew(conn: &mut Conn, job: JobId, ids: &[TaskId], now_ms: i64) -> Result<usize, DbError> {
    let mut rows = 0;
    for ids in ids.chunks(IDS) {
        let ids = ids.iter().map(|id| id.0);
        rows += each!(conn => diesel::update(tasks::table)
            .filter(tasks::job_id.eq(job.0).and(tasks::id.eq_any(ids)))
            .filter(tasks::state.eq(TaskState::Succeeded.as_str()).and(tasks::attempt.lt(tasks::max_attempts)))
            .set((
                tasks::state.eq(TaskState::Queued.as_str()),
                tasks::outcome.eq(None::<String>),
                tasks::run_at.eq(now_ms),
                tasks::progress.eq(0.0),
                tasks::speed.eq(None::<f64>),
                tasks::finished_at.eq(None::<i64>),
            ))
            .execute(conn))?;
    }
    Ok(rows)
}

/// Queues the failed and stopped tasks of a job again, with all their attempts, and makes the job active. False when
/// it is. [`DbError::Conflict`] when the video has another active job.
pub fn retry_failed(conn: &mut Conn, job: JobId, now_ms: i64) -> Result<bool, DbError> {
    conn.write(|conn| {
        if !jobs::reopen(conn, job)? {
            return Ok(false);
        }
        let ended = [TaskState::Failed, TaskState::Cancelled].map(TaskState::as_str);
        let ids: Vec<i64> = each!(conn => tasks::table
            .filter(tasks::job_id.eq(job.0).and(tasks::state.eq_any(ended)))
            .select(tasks::id)
            .load(conn))?;
        queue_again(conn, job, &ids.into_iter().map(TaskId).collect::<Vec<_>>(), now_ms)?;
        Ok(true)
    })
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = tasks)]
struct DetailRow {
    #[diesel(embed)]
    task: TaskRow,
    finished_at: Option<i64>,
    error_command: Option<String>,
    error_stderr: Option<String>,
}

impl TryFrom<DetailRow> for Detail {
    type Error = DbError;

    fn try_from(row: DetailRow) -> Result<Self, DbError> {
        Ok(Self {
            task: row.task.try_into()?,
            finished_at_ms: row.finished_at,
            error: ErrorDetail { command: row.error_command, stderr: row.error_stderr },
        })
    }
}
