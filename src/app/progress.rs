//! How far a video is, read from its rows.
//!
//! SIMPLE VERSION until the pipeline is here: it counts finished tasks. The signatures stay.

use std::sync::Arc;

use super::{App, AppError};
use crate::db::{Conn, DbError, jobs, tasks, videos};
use crate::domain::id::VideoId;
use crate::domain::job::{Task, TaskState};
use crate::domain::progress::{RungProgress, VideoProgress};
use crate::domain::task::TaskSpec;
use crate::domain::transcode::TranscodePlan;
use crate::domain::video::{Video, VideoStatus};
use crate::events::Snapshot;

/// The present state of a video, for those who begin to follow it.
pub async fn snapshot(app: &App, id: VideoId) -> Result<Snapshot, AppError> {
    let read = move |conn: &mut Conn| {
        let video = videos::get(conn, id)?;
        let (progress, _) = read(conn, &video)?;
        Ok(Snapshot { video: Arc::new(video), progress: Arc::new(progress) })
    };
    Ok(app.db().run(read).await?)
}

/// Progress, and the plan once there is one.
pub fn read(conn: &mut Conn, video: &Video) -> Result<(VideoProgress, Option<TranscodePlan>), DbError> {
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
    let Some(job) = jobs::latest_for_video(conn, video.id)? else { return Ok((progress, None)) };
    let plan: Option<TranscodePlan> = job.plan.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let tasks = tasks::list_for_job(conn, job.id)?;
    progress.started_at_ms = job.started_at_ms;
    let open = || tasks.iter().filter(|task| !task.state.is_final());
    progress.attempt = open().map(|task| task.attempt).max().unwrap_or(0);
    progress.max_attempts = open().map(|task| task.max_attempts).max().unwrap_or(0);
    progress.current_step = open().find(|t| t.state == TaskState::Leased).map(|t| t.kind.as_str().to_owned());
    progress.speed = open().filter_map(|task| task.speed).reduce(f64::max);
    if !tasks.is_empty() && video.status != VideoStatus::Ready {
        progress.fraction = tasks.iter().map(done).sum::<f64>() / tasks.len() as f64;
    }
    if let Some(plan) = &plan {
        progress.rungs = plan.rungs.iter().map(|rung| rung_progress(&rung.name, video, plan, &tasks)).collect();
    }
    Ok((progress, plan))
}

/// Share done of a video in a list, 0 to 1.
pub fn fraction(conn: &mut Conn, id: VideoId) -> Result<f64, DbError> {
    let Some(job) = jobs::latest_for_video(conn, id)? else { return Ok(0.0) };
    let tasks = tasks::list_for_job(conn, job.id)?;
    Ok(if tasks.is_empty() { 0.0 } else { tasks.iter().map(done).sum::<f64>() / tasks.len() as f64 })
}

fn done(task: &Task) -> f64 {
    if task.state == TaskState::Succeeded { 1.0 } else { task.progress }
}

fn rung_progress(name: &str, video: &Video, plan: &TranscodePlan, tasks: &[Task]) -> RungProgress {
    let whole = |done: bool| RungProgress {
        name: name.to_owned(),
        status: if done { "completed" } else { "pending" }.to_owned(),
        fraction: f64::from(u8::from(done)),
        available_seconds: if done { plan.duration_seconds } else { 0.0 },
    };
    if video.status == VideoStatus::Ready {
        return whole(true);
    }
    let mut chunks: Vec<(f64, &Task)> = Vec::new();
    for task in tasks {
        match &task.spec {
            TaskSpec::Copy(copy) if copy.rendition == name => chunks.push((0.0, task)),
            TaskSpec::Encode(encode) if encode.rungs.iter().any(|rung| rung.name == name) => {
                chunks.push((encode.chunk.start, task));
            }
            _ => {}
        }
    }
    chunks.sort_by(|a, b| a.0.total_cmp(&b.0));
    let Some(first_open) = chunks.iter().position(|(_, task)| task.state != TaskState::Succeeded) else {
        return whole(!chunks.is_empty());
    };
    let failed = chunks.iter().any(|(_, task)| task.state == TaskState::Failed);
    RungProgress {
        name: name.to_owned(),
        status: if failed { "failed" } else { "in_progress" }.to_owned(),
        fraction: chunks.iter().map(|(_, task)| done(task)).sum::<f64>() / chunks.len() as f64,
        available_seconds: chunks[first_open].0,
    }
}
