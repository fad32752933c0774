//! Tasks that are done in another way than they were planned.

use diesel::prelude::*;

use super::super::conn::{Conn, each};
use super::super::error::DbError;
use super::super::row::to_json;
use super::super::schema::tasks;
use super::lease::requirement;
use crate::domain::id::{JobId, TaskId};
use crate::domain::job::TaskState;
use crate::domain::task::TaskSpec;

/// Changes what a waiting task does. False when it does not wait (any more).
pub fn replace_spec(conn: &mut Conn, id: TaskId, spec: &TaskSpec) -> Result<bool, DbError> {
    let text = to_json("task spec", spec)?;
    let rows = each!(conn => diesel::update(tasks::table.find(id.0))
        .filter(tasks::state.eq(TaskState::Queued.as_str()))
        .set((tasks::spec.eq(&text), tasks::requires.eq(requirement(spec.encoder()))))
        .execute(conn))?;
    Ok(rows == 1)
}

/// Removes the tasks of a job that need an encoder, whatever their state. Who runs one learns it from the next heartbeat.
pub fn remove_needing(conn: &mut Conn, job: JobId, encoder: &str) -> Result<u64, DbError> {
    let rows = each!(conn => diesel::delete(tasks::table)
        .filter(tasks::job_id.eq(job.0).and(tasks::requires.eq(requirement(Some(encoder)))))
        .execute(conn))?;
    Ok(rows as u64)
}
