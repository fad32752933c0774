//! What workers report of themselves, and the look at all of them that finds out who reports no more. Nobody else would
//! say so: a machine that is off sends nothing.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::admin::{self, Seen};
use super::commands::expire;
use super::show;
use crate::app::pipeline::locked;
use crate::app::{App, AppError, webhooks};
use crate::db::workers::{self, deployments, logs};
use crate::db::{Conn, now_ms};
use crate::domain::id::WorkerId;
use crate::domain::worker::{Command, DeploymentKind, DeploymentStatus, Load, LogLine, Worker, WorkerState};
use crate::events::Event;
use crate::jobs::PoolStatus;

/// How often the server looks who is still here.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Reports kept of each worker: some minutes.
const HISTORY: usize = 100;
/// Lines taken of one report.
const LINES_MAX: usize = 200;

/// A moment of a worker, for a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// How fast its tasks went together, against real time.
    pub speed: f64,
    /// Share of the processor's time that was used, 0 to 1.
    pub cpu_used: f64,
}

/// The answer to a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What the worker has to do, and has not begun.
    pub commands: Vec<(i64, Command)>,
    /// The number from which on lines of its log are new here.
    pub next_line: i64,
}

/// The server's own part in the work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Here {
    /// Whether it encodes itself.
    pub encodes: bool,
    /// Port that workers are let in by.
    pub port: u16,
    /// Workers on other machines do not get in.
    pub local: bool,
    /// The pool that does; none in a process that has no pools.
    pub pool: Option<PoolStatus>,
}

/// A worker says how it is; also when it has nothing to do.
pub async fn report(app: &App, worker: &Worker, load: Load, lines: Vec<LogLine>) -> Result<Answer, AppError> {
    let (id, load) = (worker.id, load.bounded());
    let lines: Vec<_> = lines.into_iter().take(LINES_MAX).map(LogLine::bounded).collect();
    let sample = Sample { at_ms: now_ms(), speed: load.speed, cpu_used: load.cpu_used };
    let write = move |conn: &mut Conn| {
        workers::seen(conn, id, Some(&load), now_ms())?;
        let next = logs::next_number(conn, id)?;
        let new: Vec<_> = lines.into_iter().filter(|line| line.number >= next).collect();
        if !new.is_empty() {
            logs::append(conn, id, &new)?;
        }
        let pending = deployments::list_open(conn, Some(id))?.into_iter().filter_map(|event| match event.kind {
            DeploymentKind::Command(command) if event.status == DeploymentStatus::Pending => Some((event.id, command)),
            _ => None,
        });
        let commands = pending.collect();
        let next_line = new.iter().map(|line| line.number.saturating_add(1)).max().unwrap_or(next);
        Ok((Answer { commands, next_line }, new))
    };
    let (answer, lines) = app.db().write(write).await?;
    {
        let mut all = locked(&app.workers().history);
        let history = all.entry(id).or_insert_with(|| VecDeque::with_capacity(HISTORY));
        if history.len() == HISTORY {
            history.pop_front();
        }
        history.push_back(sample);
    }
    if !lines.is_empty() {
        app.events().publish(Event::WorkerLogged {
            worker_id: id,
            worker_name: worker.name.clone(),
            lines: lines.into(),
        });
    }
    show(app, id);
    Ok(answer)
}

/// The end of a worker's log, oldest line first.
pub async fn log(app: &App, id: WorkerId) -> Result<(Worker, Vec<LogLine>), AppError> {
    let worker = admin::get(app, id).await?.worker;
    let lines = app.db().run(move |conn| logs::list(conn, id)).await?;
    Ok((worker, lines))
}

/// What the server does itself.
pub fn here(app: &App) -> Here {
    let pool = app.system().pools().into_iter().next(); // the first is that of heavy tasks
    let config = app.config();
    let (port, local) = (config.http.worker_api_port, config.http.bind_worker.is_loopback());
    Here { encodes: config.transcoding.local, port, local, pool }
}

/// What is compared between two looks. What a worker itself changes is told when it does.
type Standing = (WorkerState, bool);

/// What the last look found.
#[derive(Debug, Default)]
pub struct Known {
    workers: Option<BTreeMap<WorkerId, Standing>>,
    here: Option<Here>,
}

/// Looks after the workers until it is stopped.
pub async fn watch(app: App) {
    let mut known = Known::default();
    loop {
        if let Err(error) = look(&app, &mut known).await {
            tracing::warn!(%error, "the workers could not be looked after");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Tells of those who came, went, or were changed by another process, since the last look.
pub async fn look(app: &App, known: &mut Known) -> Result<(), AppError> {
    let found = admin::list(app).await?;
    let standing = |seen: &Seen| (seen.worker.id, (seen.state, seen.worker.draining));
    let now: BTreeMap<_, _> = found.iter().map(standing).collect();
    if let Some(before) = &known.workers {
        for Seen { worker, state, .. } in &found {
            let was = before.get(&worker.id);
            if was == now.get(&worker.id) {
                continue;
            }
            if *state == WorkerState::Offline && was.is_some() && worker.left_at_ms.is_none() {
                tracing::warn!(worker = worker.name, "a worker is not heard of any more");
                webhooks::worker_offline(app, worker).await;
            }
            show(app, worker.id);
        }
        before.keys().filter(|id| !now.contains_key(id)).for_each(|id| show(app, *id));
    }
    locked(&app.workers().history).retain(|id, _| now.contains_key(id));
    known.workers = Some(now);
    let here = here(app);
    if known.here.as_ref().is_some_and(|before| *before != here) {
        app.events().publish(Event::ServerChanged);
    }
    known.here = Some(here);
    expire(app).await
}

/// What is known of how a worker went lately.
pub(super) fn history(app: &App, id: WorkerId) -> Arc<[Sample]> {
    locked(&app.workers().history).get(&id).map(|samples| samples.iter().copied().collect()).unwrap_or_default()
}
