//! A job looked into: its tasks, and which of them make which rendition.

use std::collections::HashMap;

use super::status::{Running, Status, Trouble};
use crate::app::App;
use crate::db::tasks::Detail as TaskDetail;
use crate::db::{Conn, DbError, now_ms, tasks};
use crate::domain::id::TaskId;
use crate::domain::job::{JobState, Task, TaskState};
use crate::domain::task::TaskSpec;
use crate::domain::transcode::TranscodePlan;

/// Tasks of which command and error output are told; of more it would be the same a hundred times.
const OUTPUTS_MAX: usize = 50;

/// A job with all that is known.
#[derive(Debug, Clone)]
pub struct Detail {
    /// At a glance.
    pub status: Status,
    /// What the job makes, as planned: pictures highest first, then sound, then text. Empty before the plan is made.
    pub renditions: Vec<Rendition>,
    /// Every task, in the order in which they were queued.
    pub tasks: Vec<Step>,
}

/// A rendition and who makes it.
#[derive(Debug, Clone)]
pub struct Rendition {
    /// `1080p`, `audio-0`.
    pub name: String,
    /// `video`, `audio` or `text`.
    pub kind: &'static str,
    /// Of the picture.
    pub codec: Option<&'static str>,
    /// Share done, 0 to 1.
    pub fraction: f64,
    /// Where it stands: as its tasks do, the worst first.
    pub state: TaskState,
    /// Its tasks, along the time line. One task may make several renditions.
    pub tasks: Vec<TaskId>,
}

/// One task.
#[derive(Debug, Clone)]
pub struct Step {
    /// The row, and how far it is.
    pub running: Running,
    /// Who runs it a second time, because whoever has it is slow.
    pub also_held_by: Option<String>,
    /// Since when it runs, or when its last try began, milliseconds since 1970.
    pub started_at_ms: Option<i64>,
    /// When it ended, milliseconds since 1970.
    pub finished_at_ms: Option<i64>,
    /// When it is tried again, milliseconds since 1970; none when it waits for nothing but its turn.
    pub next_try_at_ms: Option<i64>,
    /// Rough time left, seconds.
    pub eta_seconds: Option<u64>,
    /// Its last failure, also one that was tried again since.
    pub trouble: Option<Trouble>,
    /// Why software made it although hardware was to.
    pub fallback: Option<String>,
}

/// Looks into a job.
pub(super) fn read(app: &App, conn: &mut Conn, status: Status) -> Result<Detail, DbError> {
    let plan = status.job.plan.as_deref().and_then(|text| serde_json::from_str::<TranscodePlan>(text).ok());
    let mut outputs = 0;
    let of = |detail| step(app, detail, &mut outputs);
    let (twins, own): (Vec<_>, Vec<_>) =
        tasks::list_details(conn, status.job.id)?.into_iter().partition(|detail| detail.task.twin_of.is_some());
    let mut steps: Vec<Step> = own.into_iter().map(of).collect();
    for twin in twins.into_iter().map(|detail| detail.task) {
        let doubled = steps.iter_mut().find(|step| Some(step.running.task.id) == twin.twin_of);
        doubled.into_iter().for_each(|step| step.also_held_by = twin.lease_owner.clone());
    }
    let mut fallbacks: HashMap<TaskId, String> = tasks::list_fallbacks(conn, status.job.id)?.into_iter().collect();
    steps.iter_mut().for_each(|step| step.fallback = fallbacks.remove(&step.running.task.id));
    let renditions = plan.map(|plan| renditions(&plan, &status, &steps)).unwrap_or_default();
    Ok(Detail { status, renditions, tasks: steps })
}

fn step(app: &App, detail: TaskDetail, outputs: &mut usize) -> Step {
    let TaskDetail { task, finished_at_ms, mut error } = detail;
    let running = Running::of(app, &task);
    let trouble = task.error.clone().map(|failure| {
        *outputs += 1;
        let mut trouble = Trouble::of(failure, error.clone());
        if *outputs > OUTPUTS_MAX {
            (error.command, error.stderr) = (None, None);
            (trouble.command, trouble.stderr) = (None, None);
        }
        trouble
    });
    let rests = task.state == TaskState::Queued && task.run_at_ms > now_ms();
    Step {
        started_at_ms: task.started_at_ms.filter(|_| task.state != TaskState::Queued),
        also_held_by: None,
        finished_at_ms,
        next_try_at_ms: rests.then_some(task.run_at_ms),
        eta_seconds: eta(&running),
        trouble,
        fallback: None,
        running,
    }
}

/// Of a task whose length is known, at the speed it has now.
fn eta(running: &Running) -> Option<u64> {
    let seconds = match &running.task.spec {
        TaskSpec::Encode(spec) | TaskSpec::Reencode(spec) => spec.duration_seconds,
        TaskSpec::Copy(spec) => spec.duration_seconds,
        _ => return None,
    };
    let speed = running.speed.filter(|speed| *speed > 0.0 && running.task.state == TaskState::Leased)?;
    Some((seconds * (1.0 - running.fraction) / speed).round() as u64)
}

fn renditions(plan: &TranscodePlan, status: &Status, steps: &[Step]) -> Vec<Rendition> {
    let mut of: HashMap<&str, Vec<&Step>> = HashMap::new();
    for step in steps {
        for name in step.running.task.spec.renditions() {
            of.entry(name).or_default().push(step);
        }
    }
    let over = status.job.state == JobState::Succeeded;
    let mut make = |name: &str, kind, codec| {
        let mut steps = of.remove(name).unwrap_or_default();
        steps.sort_by_key(|step| (first_segment(&step.running.task), step.running.task.id));
        let seconds: f64 = steps.iter().map(|step| length(&step.running.task, plan) * step.running.fraction).sum();
        let state = state(&steps, status.job.state.is_final());
        let whole = state == TaskState::Succeeded && (over || seconds >= plan.duration_seconds - 0.5);
        Rendition {
            name: name.to_owned(),
            kind,
            codec,
            fraction: if whole { 1.0 } else { (seconds / plan.duration_seconds.max(0.001)).clamp(0.0, 0.999) },
            // more of it may not be queued yet
            state: if state == TaskState::Succeeded && !whole { TaskState::Queued } else { state },
            tasks: steps.iter().map(|step| step.running.task.id).collect(),
        }
    };
    let pictures = plan.rungs.iter().map(|rung| (rung.name.as_str(), "video", Some(rung.codec.as_str())));
    let sound = plan.audio.iter().map(|audio| (audio.name.as_str(), "audio", None));
    let text = plan.text.iter().map(|text| (text.name.as_str(), "text", None));
    pictures.chain(sound).chain(text).map(|(name, kind, codec)| make(name, kind, codec)).collect()
}

fn first_segment(task: &Task) -> u32 {
    task.spec.encode().map_or(0, |spec| spec.chunk.first_segment)
}

/// Seconds of the time line that it makes.
fn length(task: &Task, plan: &TranscodePlan) -> f64 {
    task.spec.encode().map_or(plan.duration_seconds, |spec| spec.duration_seconds)
}

/// The worst that any of them is in; of none, that they wait for a job that goes on.
fn state(steps: &[&Step], job_is_over: bool) -> TaskState {
    use TaskState::{Cancelled, Failed, Leased, Queued, Succeeded};
    let any = |state: &TaskState| steps.iter().any(|step| step.running.task.state == *state);
    [Failed, Cancelled, Leased, Queued, Succeeded].into_iter().find(any).unwrap_or(if job_is_over {
        Cancelled
    } else {
        Queued
    })
}
