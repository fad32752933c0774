//! How far a video is: its rows, the latest reports of running tasks, and what stands on disk.

use std::sync::Arc;

use super::pipeline::SharedGeneration;
use super::{App, AppError, encoders, pools};
use crate::db::{Conn, DbError, jobs, now_ms, tasks, videos};
use crate::domain::id::VideoId;
use crate::domain::job::{Job, Task, TaskKind, TaskState};
use crate::domain::ladder::Rung;
use crate::domain::progress::{RungProgress, VideoProgress};
use crate::domain::task::TaskSpec;
use crate::domain::transcode::TranscodePlan;
use crate::domain::video::{Video, VideoStatus};
use crate::events::Snapshot;

/// The present state of a video, for those who begin to follow it.
pub async fn snapshot(app: &App, id: VideoId) -> Result<Snapshot, AppError> {
    let known = app.clone();
    let dash = app.config().streaming.enable_dash;
    let read = move |conn: &mut Conn| {
        let video = videos::get(conn, id)?;
        let (progress, _) = read(&known, conn, &video)?;
        Ok(Snapshot { video: Arc::new(video), progress: Arc::new(progress), dash })
    };
    Ok(app.db().run(read).await?)
}

/// Progress, and the plan once there is one.
pub fn read(app: &App, conn: &mut Conn, video: &Video) -> Result<(VideoProgress, Option<TranscodePlan>), DbError> {
    let mut progress = VideoProgress {
        video_id: video.id,
        status: video.status,
        current_step: None,
        fraction: if video.status == VideoStatus::Ready { 1.0 } else { 0.0 },
        rungs: Vec::new(),
        attempt: 0,
        max_attempts: 0,
        started_at_ms: None,
        last_error: video.error.as_ref().map(|error| error.message.clone()),
        waiting_reason: None,
        speed: None,
        eta_seconds: None,
    };
    let job = match video.generation {
        // another one may be in the making, of which nobody sees anything yet
        Some(generation) if video.status == VideoStatus::Ready => jobs::of_generation(conn, video.id, generation)?,
        _ => jobs::latest_for_video(conn, video.id)?,
    };
    let Some(job) = job else { return Ok((progress, None)) };
    let mut plan: Option<TranscodePlan> = job.plan.as_deref().and_then(|text| serde_json::from_str(text).ok());
    progress.started_at_ms = job.started_at_ms;
    if video.status == VideoStatus::Ready {
        // what could not be made in another codec was left out
        let is_published = |rung: &Rung| video.renditions.iter().any(|rendition| rendition.name == rung.name);
        plan.iter_mut().for_each(|plan| plan.rungs.retain(is_published));
        progress.rungs = plan.iter().flat_map(|plan| plan.rungs.iter().map(|rung| whole(rung, plan))).collect();
        return Ok((progress, plan));
    }
    let tasks = tasks::list_for_job(conn, job.id)?;
    let open: Vec<&Task> = tasks.iter().filter(|task| !task.state.is_final()).collect();
    progress.attempt = open.iter().map(|task| task.attempt).max().unwrap_or(0);
    progress.max_attempts = open.iter().map(|task| task.max_attempts).max().unwrap_or(0);
    progress.current_step = step(&job, &open);
    let retried = || open.iter().filter_map(|t| t.error.as_ref()).map(|e| e.message.clone()).next_back();
    progress.last_error = progress.last_error.or_else(retried);
    progress.waiting_reason = waiting_reason(app, &open);
    let live = |task: &&Task| app.pipeline().live(task.id);
    progress.speed = open.iter().filter_map(|t| live(t)?.speed).reduce(f64::max);
    progress.fraction = fraction_of(app, &job, plan.as_ref(), &tasks);
    progress.eta_seconds = pace(progress.started_at_ms, progress.fraction);
    if let Some(plan) = &plan {
        let generation = app.pipeline().generation(video.id);
        let of = |rung| rung_progress(app, rung, plan, &tasks, generation.as_deref());
        progress.rungs = plan.rungs.iter().map(of).collect();
    }
    if video.status == VideoStatus::Failed && video.generation.is_some() {
        let is_there = |name: &str| video.renditions.iter().find(|rendition| rendition.name == name);
        plan.iter_mut().for_each(|plan| plan.rungs.retain(|rung| is_there(&rung.name).is_some()));
        progress.rungs.retain_mut(|rung| {
            let there = is_there(&rung.name);
            rung.available_seconds = there.map_or(0.0, |rendition| rendition.duration_seconds);
            if rung.fraction < 1.0 {
                rung.status = "failed".to_owned();
            }
            there.is_some()
        });
    }
    Ok((progress, plan))
}

/// Share done of a video in a list, 0 to 1.
pub fn fraction(app: &App, conn: &mut Conn, id: VideoId) -> Result<f64, DbError> {
    let Some(job) = jobs::latest_for_video(conn, id)? else { return Ok(0.0) };
    let plan: Option<TranscodePlan> = job.plan.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let tasks = tasks::list_for_job(conn, job.id)?;
    Ok(fraction_of(app, &job, plan.as_ref(), &tasks))
}

/// Why nothing moves: nothing may be started, or what was started found the disk full and rests.
pub(super) fn waiting_reason(app: &App, open: &[&Task]) -> Option<String> {
    if open.iter().any(|task| task.state == TaskState::Leased) {
        return None;
    }
    let config = app.config();
    let reason = |pool| pools::decided(&config, pool).or_else(|| app.pipeline().waiting(pool));
    let reason = open.iter().find_map(|task| reason(task.kind.pool()));
    let now = now_ms();
    let due = || open.iter().filter(|task| task.state == TaskState::Queued && task.run_at_ms <= now);
    let refusal = || due().find_map(|task| encoders::refusal(app, task).map(str::to_owned));
    let short = || {
        let pools = app.system().pools();
        let short = pools.into_iter().filter(|pool| due().any(|task| task.kind.pool() == pool.name));
        short.filter_map(|pool| pool.waiting).map(|reason| reason.code.to_owned()).next()
    };
    let code = reason.map(|reason| reason.code.to_owned()).or_else(refusal).or_else(short);
    let errors = || open.iter().filter_map(|task| task.error.as_ref().map(|error| error.code.as_str()));
    code.or_else(|| errors().find(|code| *code == "storage_full").map(str::to_owned))
}

/// What the viewer waits for most among the running tasks.
pub(super) fn step(job: &Job, open: &[&Task]) -> Option<String> {
    const ORDER: [TaskKind; 9] = [
        TaskKind::Analyse,
        TaskKind::Copy,
        TaskKind::Encode,
        TaskKind::Reencode,
        TaskKind::Audio,
        TaskKind::Subtitles,
        TaskKind::Thumbnail,
        TaskKind::Sprites,
        TaskKind::Transcribe,
    ];
    if job.state.is_final() {
        return None;
    }
    let running = |kind: &TaskKind| open.iter().any(|t| t.kind == *kind && t.state == TaskState::Leased);
    let waiting = |kind: &TaskKind| open.iter().any(|t| t.kind == *kind);
    let kind = ORDER.into_iter().find(running).or_else(|| ORDER.into_iter().find(waiting));
    let name = match kind {
        Some(TaskKind::Reencode) => TaskKind::Encode.as_str(),
        Some(kind) => kind.as_str(),
        None => "finalize",
    };
    Some(name.to_owned())
}

/// Work done against all work, by an estimate of what each task costs. An addition has one task.
pub(super) fn fraction_of(app: &App, job: &Job, plan: Option<&TranscodePlan>, tasks: &[Task]) -> f64 {
    if !job.kind.builds_generation() {
        return tasks.iter().map(|task| done(app, task)).fold(0.0, f64::max);
    }
    let Some(plan) = plan else { return 0.0 };
    if job.state == crate::domain::job::JobState::Succeeded {
        return 1.0;
    }
    let pixels = |rungs: &[Rung]| rungs.iter().map(|r| f64::from(r.width) * f64::from(r.height)).sum::<f64>();
    let encoded: Vec<Rung> = plan.rungs.iter().filter(|r| !r.copied).cloned().collect();
    let all = plan.duration_seconds * pixels(&encoded);
    // everything but encoding together counts as a twentieth of it, or is all there is
    let light = if all > 0.0 { all / 20.0 } else { 1.0 };
    let others = tasks.iter().filter(|t| t.spec.encode().is_none()).count().max(1) as f64;
    let sum: f64 = tasks
        .iter()
        .map(|task| match task.spec.encode() {
            Some(spec) => done(app, task) * spec.duration_seconds * pixels(&spec.rungs),
            None => done(app, task) * light / others,
        })
        .sum();
    (sum / (all + light)).clamp(0.0, 0.999)
}

pub(super) fn done(app: &App, task: &Task) -> f64 {
    match task.state {
        TaskState::Succeeded => 1.0,
        TaskState::Leased => {
            app.pipeline().live(task.id).map_or(task.progress, |live| live.fraction.max(task.progress))
        }
        _ => 0.0,
    }
}

/// Seconds left at the pace so far; none until there is a pace.
pub(super) fn pace(started_at_ms: Option<i64>, fraction: f64) -> Option<u64> {
    let elapsed = (now_ms() - started_at_ms?) as f64 / 1000.0;
    let worth_saying = fraction > 0.02 && elapsed > 2.0;
    worth_saying.then(|| (elapsed / fraction * (1.0 - fraction)).round() as u64)
}

fn whole(rung: &Rung, plan: &TranscodePlan) -> RungProgress {
    RungProgress {
        name: rung.name.clone(),
        status: "completed".to_owned(),
        fraction: 1.0,
        available_seconds: plan.duration_seconds,
    }
}

fn rung_progress(
    app: &App,
    rung: &Rung,
    plan: &TranscodePlan,
    tasks: &[Task],
    generation: Option<&SharedGeneration>,
) -> RungProgress {
    let reach = generation.map(|generation| generation.reach(&rung.name)).unwrap_or_default();
    if reach.complete {
        return whole(rung, plan);
    }
    let mut mine = tasks.iter().filter_map(|task| match &task.spec {
        TaskSpec::Copy(copy) if copy.rendition == rung.name => Some((plan.duration_seconds, task)),
        TaskSpec::Encode(encode) | TaskSpec::Reencode(encode) if encode.rungs.iter().any(|r| r.name == rung.name) => {
            Some((encode.duration_seconds, task))
        }
        _ => None,
    });
    let (mut seconds, mut failed, mut running) = (0.0, false, false);
    for (length, task) in mine.by_ref() {
        seconds += done(app, task) * length;
        failed |= task.state == TaskState::Failed;
        running |= task.state == TaskState::Leased || task.state == TaskState::Succeeded;
    }
    let status = if failed {
        "failed"
    } else if running {
        "in_progress"
    } else {
        "pending"
    };
    RungProgress {
        name: rung.name.clone(),
        status: status.to_owned(),
        fraction: (seconds / plan.duration_seconds.max(0.001)).clamp(0.0, 1.0),
        available_seconds: reach.seconds,
    }
}
