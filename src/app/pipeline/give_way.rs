//! Hardware gives way to software: tasks that hardware failed at, and that only the one who plans can turn into others.

use super::{generation_of, schedule};
use crate::app::{App, AppError};
use crate::db::{Conn, jobs, now_ms, tasks};
use crate::domain::job::{NewTask, Task};
use crate::domain::ladder::Codec;
use crate::domain::task::{EncodeSpec, TaskError};
use crate::jobs::Verdict;

/// A codec that is made anew rests for this long, until those who were at it have noticed, milliseconds.
const REST_MS: i64 = 5_000;

/// True when a task's failure is not the end, because software goes on with it.
pub async fn give_way(app: &App, task: &Task, error: &TaskError, verdict: Verdict) -> Result<bool, AppError> {
    let Some(spec) = task.spec.encode() else { return Ok(false) };
    if spec.hardware().is_none() {
        return Ok(false);
    }
    match (spec.beside(), verdict) {
        // another card, or another driver, than the one that began: software's segments fit both
        (Some(beside), Verdict::Retried) if error.code == "init_mismatch" => {
            let (id, beside) = (task.id, schedule::encode_as(task.kind, beside));
            tracing::warn!(task = %task.id, "the next try is in software: {} made something else before", spec.encoder);
            Ok(app.db().write(move |conn| tasks::replace_spec(conn, id, &beside)).await?)
        }
        (None, Verdict::GaveUp) => {
            anew_in_software(app, task, spec).await?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Nobody has seen anything of a codec beside H.264 before all of it is there, so it can be made again from the beginning.
async fn anew_in_software(app: &App, task: &Task, failed: &EncodeSpec) -> Result<(), AppError> {
    let (id, encoder) = (task.job_id, failed.encoder.clone());
    tracing::warn!(job = %id, "{encoder} failed; all its renditions are made anew in software");
    let write = move |conn: &mut Conn| {
        let job = jobs::get(conn, id)?;
        let old = tasks::list_for_job(conn, id)?.into_iter().filter_map(|task| anew(task, &encoder));
        let (new, renditions): (Vec<NewTask>, Vec<Vec<String>>) = old.unzip();
        tasks::remove_needing(conn, id, &encoder)?;
        tasks::insert_many(conn, &job, &new, now_ms() + REST_MS)?;
        Ok((job, renditions.concat()))
    };
    let (job, renditions) = app.db().write(write).await?;
    app.pipeline().queue().leases_were_ended();
    let (generation, storage) = (generation_of(app, &job).await?, app.storage().clone());
    let forgotten = generation.with(move |generation| generation.forget(&storage, &renditions)).await?;
    forgotten.map_err(AppError::internal)?;
    app.pipeline().queue().tasks_were_queued();
    Ok(())
}

/// The task that takes the place of one that needs this encoder, and the renditions it makes.
fn anew(task: Task, encoder: &str) -> Option<(NewTask, Vec<String>)> {
    let spec = task.spec.encode().filter(|spec| spec.encoder == encoder && task.twin_of.is_none())?.clone();
    let software = spec.rungs.first().map_or(Codec::H264, |rung| rung.codec).encoder().to_owned();
    let renditions = spec.rungs.iter().map(|rung| rung.name.clone()).collect();
    let spec = schedule::encode_as(task.kind, EncodeSpec { encoder: software, ..spec });
    Some((NewTask { spec, priority: task.priority }, renditions))
}
