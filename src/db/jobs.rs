//! Jobs: what a person asked for. Their tasks stand in [`super::tasks`], lists of them in `jobs/list.rs`.

mod list;

use diesel::prelude::*;

pub use self::list::{Filter, JobCounts, Shown, count, list, list_in_turn};

use super::conn::{Conn, each};
use super::error::DbError;
use super::row::{failure, number};
use super::schema::jobs;
use super::tasks;
use crate::domain::id::{JobId, VideoId};
use crate::domain::job::{Job, JobKind, JobState, Priority};
use crate::domain::video::Failure;

/// Creates an active job. [`DbError::Conflict`] when the video has an active one of that kind.
pub fn insert(
    conn: &mut Conn,
    video_id: VideoId,
    kind: JobKind,
    generation: u32,
    now_ms: i64,
) -> Result<JobId, DbError> {
    let id: i64 = each!(conn => diesel::insert_into(jobs::table)
        .values((
            jobs::kind.eq(kind.as_str()),
            jobs::video_id.eq(video_id.0),
            jobs::generation.eq(i64::from(generation)),
            jobs::state.eq(JobState::Active.as_str()),
            jobs::created_at.eq(now_ms),
        ))
        .returning(jobs::id)
        .get_result(conn))?;
    Ok(JobId(id))
}

/// The job, or [`DbError::NotFound`].
pub fn get(conn: &mut Conn, id: JobId) -> Result<Job, DbError> {
    let row: JobRow = each!(conn => jobs::table.find(id.0).select(JobRow::as_select()).first(conn))?;
    row.try_into()
}

/// The video's active job that builds a generation, the newest when there are several kinds.
pub fn active_for_video(conn: &mut Conn, video_id: VideoId) -> Result<Option<Job>, DbError> {
    newest(conn, video_id, &JobKind::GENERATION, &[JobState::Active])
}

/// The video's newest job that builds a generation, whatever its state.
pub fn latest_for_video(conn: &mut Conn, video_id: VideoId) -> Result<Option<Job>, DbError> {
    newest(conn, video_id, &JobKind::GENERATION, &JobState::ALL)
}

/// The video's newest job of a kind, whatever its state.
pub fn latest_of_kind(conn: &mut Conn, video_id: VideoId, kind: JobKind) -> Result<Option<Job>, DbError> {
    newest(conn, video_id, &[kind], &JobState::ALL)
}

fn newest(conn: &mut Conn, video_id: VideoId, kinds: &[JobKind], states: &[JobState]) -> Result<Option<Job>, DbError> {
    let row: Option<JobRow> = each!(conn => jobs::table
        .filter(jobs::video_id.eq(video_id.0))
        .filter(jobs::kind.eq_any(kinds.iter().map(|kind| kind.as_str())))
        .filter(jobs::state.eq_any(states.iter().map(|state| state.as_str())))
        .order(jobs::id.desc())
        .select(JobRow::as_select())
        .first(conn)
        .optional())?;
    row.map(Job::try_from).transpose()
}

/// The job that built a generation, the newest of them.
pub fn of_generation(conn: &mut Conn, video_id: VideoId, generation: u32) -> Result<Option<Job>, DbError> {
    let builds = jobs::kind.eq_any(JobKind::GENERATION.map(JobKind::as_str));
    let row: Option<JobRow> = each!(conn => jobs::table
        .filter(jobs::video_id.eq(video_id.0).and(jobs::generation.eq(i64::from(generation))).and(builds))
        .order(jobs::id.desc())
        .select(JobRow::as_select())
        .first(conn)
        .optional())?;
    row.map(Job::try_from).transpose()
}

/// Every active job, oldest first.
pub fn list_active(conn: &mut Conn) -> Result<Vec<Job>, DbError> {
    let rows: Vec<JobRow> = each!(conn => jobs::table
        .filter(jobs::state.eq(JobState::Active.as_str()))
        .order(jobs::id)
        .select(JobRow::as_select())
        .load(conn))?;
    rows.into_iter().map(Job::try_from).collect()
}

/// Keeps the plan of an active job that has none yet; false when it has one, or is not active.
pub fn set_plan(conn: &mut Conn, id: JobId, plan: &str) -> Result<bool, DbError> {
    let rows = each!(conn => diesel::update(jobs::table.find(id.0))
        .filter(jobs::state.eq(JobState::Active.as_str()).and(jobs::plan.is_null()))
        .set(jobs::plan.eq(plan))
        .execute(conn))?;
    Ok(rows == 1)
}

/// Notes when its first task was claimed; false when that is noted already.
pub fn set_started(conn: &mut Conn, id: JobId, now_ms: i64) -> Result<bool, DbError> {
    let rows = each!(conn => diesel::update(jobs::table.find(id.0))
        .filter(jobs::state.eq(JobState::Active.as_str()).and(jobs::started_at.is_null()))
        .set(jobs::started_at.eq(now_ms))
        .execute(conn))?;
    Ok(rows == 1)
}

/// Ends an active job in a final state; false when it had ended already.
pub fn finish(
    conn: &mut Conn,
    id: JobId,
    state: JobState,
    error: Option<&Failure>,
    now_ms: i64,
) -> Result<bool, DbError> {
    if !JobState::Active.may_become(state) {
        return Ok(false);
    }
    let rows = each!(conn => diesel::update(jobs::table.find(id.0))
        .filter(jobs::state.eq(JobState::Active.as_str()))
        .set((
            jobs::state.eq(state.as_str()),
            jobs::error_code.eq(error.map(|error| &error.code)),
            jobs::error_message.eq(error.map(|error| &error.message)),
            jobs::finished_at.eq(now_ms),
        ))
        .execute(conn))?;
    Ok(rows == 1)
}

/// Makes a job active again; false when it is. [`DbError::Conflict`] when the video has another active job.
pub fn reopen(conn: &mut Conn, id: JobId) -> Result<bool, DbError> {
    let rows = each!(conn => diesel::update(jobs::table.find(id.0))
        .filter(jobs::state.eq_any(JobState::Active.predecessors().map(JobState::as_str)))
        .set((
            jobs::state.eq(JobState::Active.as_str()),
            jobs::error_code.eq(None::<String>),
            jobs::error_message.eq(None::<String>),
            jobs::finished_at.eq(None::<i64>),
        ))
        .execute(conn))?;
    Ok(rows == 1)
}

/// Makes a job more or less urgent, with all its tasks that are not done; false when it was changed meanwhile.
pub fn set_priority(conn: &mut Conn, job: &Job, priority: Priority) -> Result<bool, DbError> {
    conn.write(|conn| {
        let rows = each!(conn => diesel::update(jobs::table.find(job.id.0))
            .filter(jobs::priority.eq(job.priority.number()))
            .set(jobs::priority.eq(priority.number()))
            .execute(conn))?;
        if rows == 0 {
            return Ok(false);
        }
        let further = priority.shift() - job.priority.shift();
        tasks::shift_priority(conn, job.id, further)?;
        Ok(true)
    })
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = jobs)]
struct JobRow {
    id: i64,
    kind: String,
    video_id: i64,
    generation: i64,
    state: String,
    priority: i32,
    plan: Option<String>,
    error_code: Option<String>,
    error_message: Option<String>,
    created_at: i64,
    started_at: Option<i64>,
    finished_at: Option<i64>,
}

impl TryFrom<JobRow> for Job {
    type Error = DbError;

    fn try_from(row: JobRow) -> Result<Self, DbError> {
        Ok(Self {
            id: JobId(row.id),
            kind: row.kind.parse()?,
            video_id: VideoId(row.video_id),
            generation: number("generation", row.generation)?,
            state: row.state.parse()?,
            priority: Priority::of_number(row.priority),
            plan: row.plan,
            error: failure(row.error_code, row.error_message),
            created_at_ms: row.created_at,
            started_at_ms: row.started_at,
            finished_at_ms: row.finished_at,
        })
    }
}
