//! Jobs as admins see and steer them: lists, one looked into, and what may be done with it. How work is taken up again
//! and stopped stands in [`pipeline`].

mod causes;
mod detail;
mod status;

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::OnceCell;

use super::{App, AppError, pipeline};
use crate::cache::Cache;
pub use crate::db::jobs::{Filter, JobCounts, Shown};
use crate::db::{Conn, audit, jobs, now_ms, tasks};
use crate::domain::audit::{Actor, NewEntry};
use crate::domain::id::{JobId, TaskId, VideoId};
use crate::domain::job::{JobState, Priority};
use crate::domain::video::Video;
pub use causes::Cause;
pub use detail::{Detail, Rendition, Step};
pub use pipeline::Chosen;
pub use status::{Running, Status, Trouble};

/// How long a reading is shared: what moves without an event is no older than this.
const READING_KEPT: Duration = Duration::from_secs(1);
/// Readings kept at most; one more than fit only costs another reading.
const READINGS_MAX: u64 = 1000;

type Reading = OnceCell<Arc<Vec<Status>>>;

/// What is kept in memory.
pub struct State {
    /// By video and number of the event.
    readings: Cache<(VideoId, u64), Arc<Reading>>,
}

impl Default for State {
    fn default() -> Self {
        Self { readings: Cache::since_written(READINGS_MAX, READING_KEPT) }
    }
}

/// A page of jobs.
#[derive(Debug)]
pub struct Page {
    /// Newest first.
    pub jobs: Vec<Status>,
    /// True when there are older ones.
    pub has_more: bool,
    /// Of all pages and states.
    pub counts: JobCounts,
}

/// What is done with several jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Take them up again.
    Retry,
    /// Stop them.
    Cancel,
    /// Make them more or less urgent.
    Prioritise(Priority),
}

/// Up to `limit` jobs, newest first.
pub async fn list(app: &App, filter: Filter, limit: u32) -> Result<Page, AppError> {
    let known = app.clone();
    let read = move |conn: &mut Conn| {
        let mut found = jobs::list(conn, &filter, limit.saturating_add(1))?;
        let has_more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let jobs = found.into_iter().map(|job| status::read(&known, conn, job)).collect::<Result<_, _>>()?;
        Ok(Page { jobs, has_more, counts: jobs::count(conn, &filter)? })
    };
    Ok(app.db().run(read).await?)
}

/// Where a job stands.
pub async fn status(app: &App, id: JobId) -> Result<Status, AppError> {
    let known = app.clone();
    let read = move |conn: &mut Conn| {
        let job = jobs::get(conn, id)?;
        status::read(&known, conn, job)
    };
    Ok(app.db().run(read).await?)
}

/// Where the jobs of a video stood that somebody may follow, at the event of this number or after it. Whoever follows the
/// same events shares one reading of them.
pub async fn statuses_of_video(app: &App, video: &Video, event: u64) -> Result<Arc<Vec<Status>>, AppError> {
    let reading = app.jobs().readings.get_or_insert((video.id, event), Arc::default());
    let read = || async {
        let (known, video) = (app.clone(), video.clone());
        let read = app.db().run(move |conn| status::read_latest(&known, conn, &video)).await?;
        Ok::<_, AppError>(Arc::new(read))
    };
    Ok(reading.get_or_try_init(read).await?.clone())
}

/// A job with all that is known.
pub async fn get(app: &App, id: JobId) -> Result<Detail, AppError> {
    let known = app.clone();
    let read = move |conn: &mut Conn| {
        let job = jobs::get(conn, id)?;
        let status = status::read(&known, conn, job)?;
        detail::read(&known, conn, status)
    };
    Ok(app.db().run(read).await?)
}

/// Does something with a job. Returns the job that goes on, which is another one when this one had to begin anew.
pub async fn act(app: &App, actor: &Actor, id: JobId, action: Action) -> Result<JobId, AppError> {
    match action {
        Action::Retry => pipeline::take_up(app, actor, id, Chosen::All).await,
        Action::Cancel => pipeline::cancel_job(app, actor, id).await.map(|()| id),
        Action::Prioritise(priority) => prioritise(app, actor, id, priority).await.map(|()| id),
    }
}

/// Takes a task of whatever job up again, and the job with it.
pub async fn retry_task(app: &App, actor: &Actor, id: TaskId) -> Result<JobId, AppError> {
    let job = app.db().run(move |conn| Ok(tasks::get(conn, id)?.job_id)).await?;
    pipeline::take_up(app, actor, job, Chosen::Task(id)).await
}

/// Takes a rendition of a job up again, and the job with it.
pub async fn retry_rendition(app: &App, actor: &Actor, id: JobId, name: String) -> Result<JobId, AppError> {
    pipeline::take_up(app, actor, id, Chosen::Rendition(name)).await
}

async fn prioritise(app: &App, actor: &Actor, id: JobId, priority: Priority) -> Result<(), AppError> {
    let entry = NewEntry::done(actor, "job_prioritised", format!("job:{id}"));
    let set = move |conn: &mut Conn| {
        let job = jobs::get(conn, id)?;
        if job.state == JobState::Succeeded {
            return Ok(Err(AppError::conflict("job_over", "This job is done; nothing of it waits.")));
        }
        if !jobs::set_priority(conn, &job, priority)? {
            return Ok(Err(AppError::conflict("changed_meanwhile", "Somebody else changed it just now; look again.")));
        }
        let urgency = |priority: Priority| Some(json!({ "priority": priority.as_str() }));
        audit::insert(conn, &entry.changing(urgency(job.priority), urgency(priority)), now_ms())?;
        Ok(Ok(job.video_id))
    };
    let video = app.db().write(set).await??;
    pipeline::announce(app, video, true).await;
    Ok(())
}
