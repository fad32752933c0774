//! Lists of jobs, newest first, and how many there are.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::super::conn::{Conn, each};
use super::super::error::DbError;
use super::super::row::number;
use super::super::schema::{jobs, tasks};
use super::JobRow;
use crate::domain::id::{JobId, VideoId};
use crate::domain::job::{Job, JobKind, JobState, TaskState};

/// Where a job stands for those who look at it: an active one waits or runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// In this state.
    State(JobState),
    /// Active, and nobody works on it.
    Waiting,
    /// Active, and somebody works on it.
    Running,
}

/// Which jobs.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Where they stand.
    pub shown: Option<Shown>,
    /// Of one video.
    pub video_id: Option<VideoId>,
    /// Of one kind.
    pub kind: Option<JobKind>,
    /// Only those made before this one.
    pub before_id: Option<JobId>,
    /// So many are passed over.
    pub offset: u32,
}

/// How many jobs stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobCounts {
    /// Waiting and running.
    pub active: u64,
    /// Active, and somebody works on it.
    pub running: u64,
    /// Done.
    pub succeeded: u64,
    /// Failed.
    pub failed: u64,
    /// Stopped.
    pub cancelled: u64,
}

/// Somebody works on a task of it.
macro_rules! is_held {
    () => {
        exists(tasks::table.filter(tasks::job_id.eq(jobs::id).and(tasks::state.eq(TaskState::Leased.as_str()))))
    };
}

/// Up to `limit` jobs, newest first.
pub fn list(conn: &mut Conn, filter: &Filter, limit: u32) -> Result<Vec<Job>, DbError> {
    let rows: Vec<JobRow> = each!(conn => {
        let mut found = jobs::table.select(JobRow::as_select()).into_boxed();
        if let Some(shown) = filter.shown {
            let state = if let Shown::State(state) = shown { state } else { JobState::Active };
            found = found.filter(jobs::state.eq(state.as_str()));
            match shown {
                Shown::Running => found = found.filter(is_held!()),
                Shown::Waiting => found = found.filter(diesel::dsl::not(is_held!())),
                Shown::State(_) => {}
            }
        }
        if let Some(video) = filter.video_id {
            found = found.filter(jobs::video_id.eq(video.0));
        }
        if let Some(kind) = filter.kind {
            found = found.filter(jobs::kind.eq(kind.as_str()));
        }
        if let Some(id) = filter.before_id {
            found = found.filter(jobs::id.lt(id.0));
        }
        found.order(jobs::id.desc()).offset(filter.offset.into()).limit(limit.into()).load(conn)
    })?;
    rows.into_iter().map(Job::try_from).collect()
}

/// Active jobs of a kind, those that begin first in front: the ones that have tasks, or those that wait for them.
pub fn list_in_turn(conn: &mut Conn, kind: JobKind, begun: bool) -> Result<Vec<Job>, DbError> {
    let rows: Vec<JobRow> = each!(conn => jobs::table
        .filter(jobs::state.eq(JobState::Active.as_str()).and(jobs::kind.eq(kind.as_str())))
        .filter(exists(tasks::table.filter(tasks::job_id.eq(jobs::id))).eq(begun))
        .order((jobs::priority.desc(), jobs::id))
        .select(JobRow::as_select())
        .load(conn))?;
    rows.into_iter().map(Job::try_from).collect()
}

/// How many there are of a video or a kind, or in all, wherever they stand and whatever page they are on.
pub fn count(conn: &mut Conn, filter: &Filter) -> Result<JobCounts, DbError> {
    let mut counts = JobCounts::default();
    for state in JobState::ALL {
        *match state {
            JobState::Active => &mut counts.active,
            JobState::Succeeded => &mut counts.succeeded,
            JobState::Failed => &mut counts.failed,
            JobState::Cancelled => &mut counts.cancelled,
        } = count_of(conn, filter, Shown::State(state))?;
    }
    counts.running = count_of(conn, filter, Shown::Running)?;
    Ok(counts)
}

fn count_of(conn: &mut Conn, filter: &Filter, shown: Shown) -> Result<u64, DbError> {
    let state = if let Shown::State(state) = shown { state } else { JobState::Active };
    let count: i64 = each!(conn => {
        let mut found = jobs::table.filter(jobs::state.eq(state.as_str())).count().into_boxed();
        if shown == Shown::Running {
            found = found.filter(is_held!());
        }
        if let Some(video) = filter.video_id {
            found = found.filter(jobs::video_id.eq(video.0));
        }
        if let Some(kind) = filter.kind {
            found = found.filter(jobs::kind.eq(kind.as_str()));
        }
        found.get_result(conn)
    })?;
    number("count", count)
}
