//! What an admin does: makes keys, revokes them, disables and drains workers.

use std::sync::Arc;

use serde_json::json;

use super::announce;
use super::watch::{Sample, history};
use crate::app::{App, AppError, pipeline};
use crate::db::workers::deployments;
use crate::db::{Conn, DbError, audit, now_ms, tasks, videos, workers};
use crate::domain::audit::{Actor, NewEntry};
use crate::domain::id::{TaskId, WorkerId};
use crate::domain::job::Task;
use crate::domain::worker::{Deployment, Worker, WorkerState, check_name};

/// A worker as an admin sees it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The row.
    pub worker: Worker,
    /// Where it stands.
    pub state: WorkerState,
    /// What it works on.
    pub tasks: Vec<Running>,
    /// What it was told to do with itself and has not finished.
    pub command: Option<Deployment>,
    /// How it went lately, oldest first.
    pub history: Arc<[Sample]>,
}

/// A task that a worker works on.
#[derive(Debug, Clone)]
pub struct Running {
    /// The row.
    pub task: Task,
    /// Title of its video.
    pub title: String,
}

/// What an admin may tell a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Take part again.
    Enable,
    /// Stop at once; what it works on is given to others.
    Disable,
    /// Finish what it has, and take nothing more.
    Drain,
}

impl Order {
    /// The action in the audit log.
    fn action(self) -> &'static str {
        match self {
            Self::Enable => "worker_enabled",
            Self::Disable => "worker_disabled",
            Self::Drain => "worker_drained",
        }
    }
}

/// Those whose keys are good, by name.
pub async fn list(app: &App) -> Result<Vec<Seen>, AppError> {
    let read = |conn: &mut Conn| {
        workers::list(conn)?.into_iter().map(|worker| look(conn, worker)).collect::<Result<Vec<_>, DbError>>()
    };
    Ok(app.db().run(read).await?.into_iter().map(|seen| remembered(app, seen)).collect())
}

/// One of them.
pub async fn get(app: &App, id: WorkerId) -> Result<Seen, AppError> {
    let read = move |conn: &mut Conn| {
        let worker = workers::get(conn, id)?;
        if worker.revoked_at_ms.is_some() {
            return Err(DbError::NotFound);
        }
        look(conn, worker)
    };
    Ok(remembered(app, app.db().run(read).await?))
}

/// One of them, by name or id.
pub async fn find(app: &App, text: &str) -> Result<Seen, AppError> {
    let fits = |worker: &Worker| worker.name == text || worker.id.to_string() == text;
    list(app).await?.into_iter().find(|seen| fits(&seen.worker)).ok_or(AppError::NotFound)
}

fn look(conn: &mut Conn, worker: Worker) -> Result<Seen, DbError> {
    let held = tasks::list_held(conn, &worker.owner())?.into_iter();
    let running = held.map(|task| Ok(Running { title: videos::get(conn, task.video_id)?.title, task }));
    let tasks = running.collect::<Result<Vec<_>, DbError>>()?;
    let command = deployments::list_open(conn, Some(worker.id))?.pop();
    Ok(Seen { state: worker.state(tasks.len(), now_ms()), worker, tasks, command, history: Arc::default() })
}

/// With what only this process knows.
fn remembered(app: &App, seen: Seen) -> Seen {
    Seen { history: history(app, seen.worker.id), ..seen }
}

/// A new worker, and its key, which nobody can tell again.
pub async fn register(app: &App, actor: &Actor, name: &str) -> Result<(Worker, String), AppError> {
    let name = check_name(name).ok_or_else(|| {
        AppError::invalid_field("name", "A name has 1 to 64 letters, digits and . _ -, such as garage-2.")
    })?;
    if name.eq_ignore_ascii_case(deployments::SERVER) {
        let message = "The server itself is called that where one reads who works on what; choose another name.";
        return Err(AppError::invalid_field("name", message));
    }
    let made = app.workers().keys.make().map_err(|_| AppError::internal("the system gives no random numbers"))?;
    let hash = app.workers().passwords.hash(&made.key).await?;
    let worker = Worker {
        id: WorkerId::new(),
        name,
        prefix: made.prefix,
        created_at_ms: now_ms(),
        disabled_at_ms: None,
        revoked_at_ms: None,
        draining: false,
        seen_at_ms: None,
        left_at_ms: None,
        version: None,
        capabilities: None,
        load: None,
    };
    let entry = entry(actor, "worker_registered", &worker);
    let row = worker.clone();
    let insert = move |conn: &mut Conn| {
        workers::insert(conn, &row, &hash)?;
        audit::insert(conn, &entry, now_ms())
    };
    app.db().write(insert).await.map_err(|error| match error {
        DbError::Conflict(_) => AppError::conflict("worker_name_taken", "There is a worker of that name already."),
        other => other.into(),
    })?;
    announce(app, worker.id);
    Ok((worker, made.key))
}

/// Tells a worker what to do; it holds from the worker's next request on.
pub async fn order(app: &App, actor: &Actor, id: WorkerId, order: Order) -> Result<Seen, AppError> {
    let worker = get(app, id).await?.worker;
    let entry = entry(actor, order.action(), &worker);
    let (disabled_at, owner) = ((order == Order::Disable).then(now_ms), worker.owner());
    let write = move |conn: &mut Conn| {
        workers::set_order(conn, id, disabled_at, order == Order::Drain)?;
        let given_back = match order {
            Order::Disable => tasks::release_owner(conn, &owner, now_ms())?.queued,
            _ => Vec::new(),
        };
        audit::insert(conn, &entry, now_ms())?;
        Ok(given_back)
    };
    let given_back = app.db().write(write).await?;
    tell(app, id, given_back).await;
    get(app, id).await
}

/// Makes a worker's key good for nothing; what it works on is given to others.
pub async fn revoke(app: &App, actor: &Actor, id: WorkerId) -> Result<(), AppError> {
    let worker = get(app, id).await?.worker;
    let (entry, owner) = (entry(actor, "worker_revoked", &worker), worker.owner());
    let write = move |conn: &mut Conn| {
        if !workers::revoke(conn, id, now_ms())? {
            return Err(DbError::NotFound);
        }
        let given_back = tasks::release_owner(conn, &owner, now_ms())?.queued;
        audit::insert(conn, &entry, now_ms())?;
        Ok(given_back)
    };
    let given_back = app.db().write(write).await?;
    tell(app, id, given_back).await;
    Ok(())
}

/// Tasks may have been given back: others take them, who had them stops, and those who follow the jobs hear of it.
async fn tell(app: &App, id: WorkerId, given_back: Vec<TaskId>) {
    app.pipeline().queue().leases_were_ended();
    app.pipeline().queue().tasks_were_queued();
    announce(app, id);
    pipeline::given_back(app, given_back).await;
}

fn entry(actor: &Actor, action: &'static str, worker: &Worker) -> NewEntry {
    NewEntry::done(actor, action, format!("worker:{}", worker.id)).changing(None, Some(json!({ "name": worker.name })))
}
