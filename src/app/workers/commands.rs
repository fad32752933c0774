//! Commands to a worker, and the record of what happened to the programs of all machines. A command is a row that the
//! worker finds in the answer to its next report; so it does not matter which process wrote it.
//!
//! One for a worker that is not here is refused: it would be obeyed at a time when nobody thinks of it any more. One
//! that is not heard, or not ended, in time fails.

use std::sync::Arc;

use serde_json::json;

use super::{admin, show};
use crate::app::{App, AppError};
use crate::db::workers::deployments::{self, SERVER, Step};
use crate::db::{Conn, DbError, audit, now_ms};
use crate::domain::audit::{Actor, NewEntry};
use crate::domain::id::WorkerId;
use crate::domain::worker::{Command, Deployment, DeploymentKind, DeploymentStatus, Worker, WorkerState};
use crate::events::Event;

pub use crate::db::workers::deployments::Filter;

/// A worker hears of a command within seconds, or not at all, milliseconds.
const HEARD_WITHIN_MS: i64 = 60_000;
/// A worker that is told to end has this long, which includes its period of grace, milliseconds.
const ENDED_WITHIN_MS: i64 = 15 * 60_000;
/// Longest text taken from a worker, characters.
const DETAILS_MAX_CHARS: usize = 1000;

/// How far a worker is with a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It heard of it, and begins.
    Begun,
    /// It did it, and says what there is to say.
    Done(Option<String>),
    /// It does not do it, because.
    Failed(String),
}

/// Tells a worker what to do with itself.
pub async fn command(app: &App, actor: &Actor, id: WorkerId, command: Command) -> Result<Deployment, AppError> {
    let seen = admin::get(app, id).await?;
    let worker = seen.worker;
    if matches!(seen.state, WorkerState::Offline | WorkerState::Disabled) {
        let message = format!("{} is {} and would not hear of it.", worker.name, seen.state.as_str());
        return Err(AppError::conflict("worker_offline", message));
    }
    let action = match command {
        Command::Restart => "worker_restart_ordered",
        Command::Stop => "worker_stop_ordered",
        Command::Update => "worker_update_ordered",
    };
    let entry = NewEntry::done(actor, action, format!("worker:{id}"));
    let entry = entry.changing(None, Some(json!({ "name": worker.name })));
    let event = Deployment {
        kind: DeploymentKind::Command(command),
        status: DeploymentStatus::Pending,
        triggered_by: actor.name.clone(),
        completed_at_ms: None,
        ..happened(Some(&worker), worker.version.clone(), None)
    };
    let write = move |conn: &mut Conn| {
        let event = deployments::insert(conn, &event)?;
        audit::insert(conn, &entry, event.created_at_ms)?;
        Ok(event)
    };
    let event = app.db().write(write).await.map_err(|error| match error {
        DbError::Conflict(_) => {
            AppError::conflict("command_pending", "The worker has not finished the last command; wait for that.")
        }
        other => other.into(),
    })?;
    tracing::info!(worker = event.worker_name, command = command.as_str(), by = event.triggered_by, "a worker is told");
    tell(app, event.clone());
    Ok(event)
}

/// A worker says how far it is with a command of its own.
pub async fn acknowledge(app: &App, worker: &Worker, id: i64, progress: Progress) -> Result<(), AppError> {
    let (status, details) = match progress {
        Progress::Begun => (DeploymentStatus::InProgress, None),
        Progress::Done(details) => (DeploymentStatus::Completed, details),
        Progress::Failed(details) => (DeploymentStatus::Failed, Some(details)),
    };
    let details = details.map(|text| text.chars().take(DETAILS_MAX_CHARS).collect());
    let (owner, version) = (worker.id, worker.version.clone());
    let write = move |conn: &mut Conn| {
        let open = deployments::list_open(conn, Some(owner))?;
        if open.iter().all(|event| event.id != id) {
            return Ok(None);
        }
        let new_version = version.filter(|_| status == DeploymentStatus::Completed);
        deployments::advance(conn, id, &Step { status, new_version, details }, now_ms())
    };
    let event = app.db().write(write).await?.ok_or_else(|| {
        AppError::conflict("command_over", "This command is not yours, was not heard in time, or is finished.")
    })?;
    tell(app, event);
    Ok(())
}

/// Events, newest first.
pub async fn list_deployments(app: &App, filter: Filter, limit: u32) -> Result<Vec<Deployment>, AppError> {
    Ok(app.db().run(move |conn| deployments::list(conn, &filter, limit)).await?)
}

/// A worker came: that ends a command to come back, and another version than the last is worth a note.
pub(super) fn came(conn: &mut Conn, worker: &Worker, version: &str) -> Result<Vec<Deployment>, DbError> {
    let mut events = Vec::new();
    for event in deployments::list_open(conn, Some(worker.id))? {
        if event.status == DeploymentStatus::InProgress {
            let step =
                Step { status: DeploymentStatus::Completed, new_version: Some(version.to_owned()), details: None };
            events.extend(deployments::advance(conn, event.id, &step, now_ms())?);
        }
    }
    let another = worker.version.as_deref().is_some_and(|before| before != version);
    if another && events.is_empty() {
        let event = happened(Some(worker), worker.version.clone(), Some(version.to_owned()));
        events.push(deployments::insert(conn, &event)?);
    }
    Ok(events)
}

/// The server began: notes when its version is another than the last time.
pub async fn server_began(app: &App) -> Result<(), AppError> {
    let version = env!("CARGO_PKG_VERSION");
    let write = move |conn: &mut Conn| {
        let before = deployments::server_version(conn)?;
        if before.as_deref() == Some(version) {
            return Ok(());
        }
        deployments::insert(conn, &happened(None, before, Some(version.to_owned()))).map(drop)
    };
    Ok(app.db().write(write).await?)
}

/// Gives up what was not heard, or not ended, in time.
pub(super) async fn expire(app: &App) -> Result<(), AppError> {
    let late = |event: &Deployment| {
        let waited = now_ms() - event.created_at_ms;
        match event.status {
            DeploymentStatus::Pending if waited > HEARD_WITHIN_MS => Some("The worker did not hear of it in time."),
            DeploymentStatus::InProgress if waited > ENDED_WITHIN_MS => {
                Some("The worker began and was not heard of again.")
            }
            _ => None,
        }
    };
    let open = app.db().run(|conn| deployments::list_open(conn, None)).await?;
    for event in open {
        let Some(details) = late(&event) else { continue };
        let step = Step { status: DeploymentStatus::Failed, new_version: None, details: Some(details.to_owned()) };
        let ended = app.db().write(move |conn| deployments::advance(conn, event.id, &step, now_ms())).await?;
        if let Some(event) = ended {
            tell(app, event);
        }
    }
    Ok(())
}

/// Something that is over, of a worker or of the server.
fn happened(worker: Option<&Worker>, old_version: Option<String>, new_version: Option<String>) -> Deployment {
    let now = now_ms();
    let name = worker.map_or(SERVER, |worker| &worker.name).to_owned();
    Deployment {
        id: 0,
        worker_id: worker.map(|worker| worker.id),
        triggered_by: name.clone(),
        worker_name: name,
        kind: DeploymentKind::VersionChange,
        old_version,
        new_version,
        status: DeploymentStatus::Completed,
        details: None,
        created_at_ms: now,
        completed_at_ms: Some(now),
    }
}

/// Tells whoever looks on.
pub(super) fn tell(app: &App, event: Deployment) {
    let worker = event.worker_id;
    app.events().publish(Event::DeploymentChanged(Arc::new(event)));
    if let Some(worker) = worker {
        show(app, worker);
    }
}
