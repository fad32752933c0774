//! Machines that lend their CPU: who may ([`identify`]), what an admin decides about them (`admin`), and the tasks they
//! take and bring back ([`tasks`]). A worker's tasks are rows like any others, held under its name, and what it makes is
//! applied by the same code as what this machine makes. What workers report of themselves stands in `watch`, what they are
//! told to do with themselves in `commands`.

mod admin;
mod commands;
mod files;
mod program;
pub mod tasks;
mod watch;

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::{OnceCell, watch as watching};
use uuid::Uuid;

pub use admin::{Order, Running, Seen, find, get, list, order, register, revoke};
pub use commands::{Filter, Progress, acknowledge, command, list_deployments, server_began};
pub use files::{open_source, receive, receive_archive};
pub use program::{Program, program};
pub use watch::{Answer, Here, Known, Sample, here, log, look, report, watch};

use super::{App, AppError, encoders, webhooks};
use crate::auth::Secret;
use crate::auth::api_key::ApiKeys;
use crate::auth::password::{PasswordError, Passwords};
use crate::cache::Cache;
use crate::db::{Conn, now_ms, workers};
use crate::domain::id::WorkerId;
use crate::domain::worker::{Capabilities, Load, Worker};
use crate::events::Event;

/// How long a task that was finished is known: a worker that missed the answer asks again.
const FINISHED_KEPT: Duration = Duration::from_secs(10 * 60);
/// Finished tasks that are known at most.
const FINISHED_MAX: u64 = 10_000;
/// Keys that are known to fit at most; the others pay again.
const CHECKED_MAX: u64 = 10_000;

/// What is kept in memory. Nothing in it is missed for long after a restart.
pub struct State {
    keys: ApiKeys,
    /// Not those of people: whoever tries keys keeps nobody from logging in.
    passwords: Passwords,
    /// The fast hash of the key that a stored hash is of, once that is known: comparing with the stored one takes 45 ms.
    checked: Cache<String, String>,
    /// Wakes those who wait for a task: what may be claimed by whom has changed.
    changed: watching::Sender<()>,
    /// Fencing tokens of tasks that were applied.
    finished: Cache<Uuid, ()>,
    /// How each of them went lately.
    history: Mutex<HashMap<WorkerId, VecDeque<Sample>>>,
    /// SHA-256 of our own program.
    program: OnceCell<String>,
}

impl State {
    /// Nothing known yet.
    pub fn new(secret: &Secret) -> Self {
        Self {
            keys: ApiKeys::of_workers(secret),
            passwords: Passwords::for_keys(),
            checked: Cache::since_used(CHECKED_MAX, Duration::MAX),
            changed: watching::Sender::new(()),
            finished: Cache::since_written(FINISHED_MAX, FINISHED_KEPT),
            history: Mutex::default(),
            program: OnceCell::new(),
        }
    }
}

/// Whose key this is. The database is asked each time, so that a key that was revoked, by whatever process, is good for
/// nothing from then on.
pub async fn identify(app: &App, key: Option<&str>) -> Result<Worker, AppError> {
    let state = app.workers();
    let unknown = || {
        let message =
            "Send the key that `vlog worker register` printed on the server; this one is none, or was revoked.";
        AppError::unauthorized("worker_key_invalid", message)
    };
    let key = key.ok_or_else(unknown)?;
    let prefix = state.keys.prefix(key).ok_or_else(unknown)?.to_owned();
    let found = app.db().run(move |conn: &mut Conn| workers::find_by_prefix(conn, &prefix)).await?;
    let (worker, hash) = found.ok_or_else(unknown)?;
    if worker.revoked_at_ms.is_some() || !fits(state, key, &hash).await? {
        return Err(unknown());
    }
    if worker.disabled_at_ms.is_some() {
        let message =
            format!("{} is disabled; `vlog worker enable {}` on the server lets it in.", worker.name, worker.name);
        return Err(AppError::Forbidden { code: "worker_disabled", message });
    }
    Ok(worker)
}

/// Whether a stored hash is of this key. A hash is of one key only, so no other one is compared twice the slow way.
async fn fits(state: &State, key: &str, hash: &str) -> Result<bool, AppError> {
    if let Some(checked) = state.checked.get(hash) {
        return Ok(state.keys.verify(key, &checked));
    }
    let fits = match state.passwords.verify(key, Some(hash)).await {
        Err(PasswordError::Hash(error)) => {
            tracing::error!(%error, "the stored hash of a worker's key cannot be read; register the worker again");
            false
        }
        Err(PasswordError::Busy) => {
            let message = "Too many workers' keys are being checked; try again soon.".to_owned();
            return Err(AppError::Unavailable { message });
        }
        other => other?,
    };
    if fits {
        state.checked.insert(hash.to_owned(), state.keys.hash(key));
    }
    Ok(fits)
}

/// A worker says what it is and what it can do.
pub async fn introduce(
    app: &App,
    worker: &Worker,
    version: String,
    capabilities: Capabilities,
    load: Load,
) -> Result<(), AppError> {
    tracing::info!(worker = worker.name, version, ?capabilities, "a worker is here");
    // it may have another encoder than the last time, and more room
    app.pipeline().queue().kept_off().forget(&worker.owner());
    let (came, load, outbox) = (worker.clone(), load.bounded(), webhooks::outbox(app));
    let write = move |conn: &mut Conn| {
        if came.capabilities.is_none() {
            outbox.record(conn, &[webhooks::worker_registered(&came, &version, &capabilities)])?;
        }
        workers::register(conn, came.id, &version, &capabilities)?;
        workers::seen(conn, came.id, Some(&load), now_ms())?;
        commands::came(conn, &came, &version)
    };
    for event in app.db().write(write).await? {
        commands::tell(app, event);
    }
    webhooks::told(app);
    encoders::refresh(app).await?;
    announce(app, worker.id);
    Ok(())
}

/// A worker says that it goes: it waits for nothing more.
pub async fn leave(app: &App, worker: &Worker) -> Result<(), AppError> {
    let id = worker.id;
    app.db().write(move |conn| workers::left(conn, id, now_ms())).await?;
    encoders::refresh(app).await?;
    tracing::info!(worker = worker.name, "a worker goes");
    announce(app, id);
    Ok(())
}

/// Something about a worker changed: whoever waits for a task looks again.
fn announce(app: &App, worker_id: WorkerId) {
    app.workers().changed.send_replace(());
    show(app, worker_id);
}

/// Something about a worker changed that gives nobody a task.
fn show(app: &App, worker_id: WorkerId) {
    app.events().publish(Event::WorkerChanged { worker_id });
}
