//! `vlog worker`: lending this machine to a server elsewhere. The pool and the tasks are those of the server; only where
//! tasks come from (`remote`), where the source is read from (`source`) and where files go (`runner`) differ. Beside the
//! work it tells how the machine is (`report`) and obeys what the server says about the program itself (`lending`,
//! `update`). Nothing here knows the database, the storage or the settings of a server.

mod breaker;
mod client;
mod health;
mod lending;
mod machine;
mod meter;
pub mod protocol;
mod remote;
mod report;
mod runner;
mod source;
mod update;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use crate::config::{Config, LogFormat};
use crate::domain::worker::{Capabilities, TARGET};
use crate::media::ffmpeg::hardware::{Hardware, Wanted};
use crate::media::ffmpeg::process::Tools;
use crate::media::ffmpeg::version::{self, VersionError};
use crate::telemetry::{self, Form, Recent};
use client::{Client, ClientError, persist};
use lending::{Lending, Ordered};
use machine::Machine;
use meter::Meter;
use runner::WorkerRunner;
use source::Sources;

pub use update::Program;

/// A server that does not answer at the start is asked again after this.
const REGISTER_AGAIN: Duration = Duration::from_secs(3);

/// How often it is looked whether the hardware still works, or works again.
const HARDWARE_EVERY: Duration = Duration::from_secs(2);

/// Why the worker does not work.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// There is no key.
    #[error(
        "there is no key: run `vlog worker register --name NAME` on the server, and give what it prints as \
         VLOG_WORKER_API_KEY or in a file with --key-file"
    )]
    NoKey,
    /// The server does not want this worker.
    #[error("{server} refuses this worker: {message}")]
    Refused {
        /// Which server.
        server: String,
        /// Why.
        message: String,
    },
    /// Something on this machine.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// ffmpeg is missing or too old.
    #[error(transparent)]
    Version(#[from] VersionError),
    /// The log or the HTTP client could not be set up.
    #[error("{0}")]
    Setup(String),
}

fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> WorkerError {
    let what = what.into();
    |source| WorkerError::Io { what, source }
}

/// What comes after the end.
#[derive(Debug)]
pub enum End {
    /// Nothing.
    Stopped,
    /// This program, in the same process.
    Again(Program),
}

/// Runs until it is told to stop: by a signal, or by the server.
pub async fn run(config: Config) -> Result<End, WorkerError> {
    let form = match config.log.format {
        LogFormat::Text => Form::Text,
        LogFormat::Json => Form::Json,
    };
    let recent = Recent::new();
    telemetry::start(&config.log.level, form, Some(recent.clone())).map_err(|e| WorkerError::Setup(e.to_string()))?;
    let program = Program::own().map_err(io("looking for this program's own file"))?;
    let mut terminate = signal(SignalKind::terminate()).map_err(io("listening for SIGTERM"))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(io("listening for SIGINT"))?;
    let tools = Tools::of(&config);
    let hardware = Hardware::default();
    let capabilities = capabilities(&config, &tools, &hardware).await?;
    let (work_dir, _lock) = prepare(&config.worker.work_dir)?;
    let meter = Meter::default();
    let client = Client::new(&config.worker, key(&config)?, meter.clone())?;
    let machine = Machine::new(work_dir.clone(), meter.clone());
    let server = health::start(config.worker.health_port, client.clone())?;
    tokio::select! {
        registered = register(&client, &capabilities, &machine) => registered?,
        _ = terminate.recv() => return Ok(End::Stopped),
        _ = interrupt.recv() => return Ok(End::Stopped),
    }
    let sources = Sources::start(client.clone()).map_err(io("serving sources to ffmpeg"))?;
    let all_tools = (tools.clone(), hardware.clone());
    let runner = Arc::new(WorkerRunner::new(client.clone(), all_tools, work_dir, &config.worker, sources, meter));
    let lending = Lending::start(client.clone(), machine.clone(), recent, runner, capabilities.slots);
    let telling = tokio::spawn(tell_of_hardware(client, capabilities, machine, hardware.clone()));
    let wanted = Wanted::of(&config);
    let keeping = tokio::spawn(async move { hardware.keep(|| (tools.clone(), wanted.clone())).await });
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    let order = tokio::select! {
        _ = terminate.recv() => None,
        _ = interrupt.recv() => None,
        order = lending.orders.next(&program) => Some(order),
    };
    telling.abort(); // it would say that we are here
    let comes_back = matches!(order, Some(Ordered { again: true, .. }));
    if !comes_back {
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    }
    tracing::info!("stopping: nothing new is begun, running work gets a grace period");
    lending.stop(config.worker.drain_grace, order.filter(|order| !order.again)).await;
    keeping.abort();
    if let Some(server) = server {
        server.stop(true).await;
    }
    Ok(if comes_back { End::Again(program) } else { End::Stopped })
}

async fn capabilities(config: &Config, tools: &Tools, hardware: &Hardware) -> Result<Capabilities, WorkerError> {
    let (ffmpeg, ffprobe) = (tools.ffmpeg.clone(), tools.ffprobe.clone());
    let found = tokio::task::spawn_blocking(move || {
        Ok::<_, VersionError>((version::check(&ffmpeg, &ffprobe)?, version::encoders(&ffmpeg)?))
    });
    let (ffmpeg, mut encoders) = found.await.map_err(|e| WorkerError::Setup(e.to_string()))??;
    hardware.test(tools, &Wanted::of(config)).await;
    encoders.extend(hardware.working().into_iter().map(str::to_owned));
    let (cores, memory_bytes) = machine::size();
    let hardware = !hardware.working().is_empty();
    let (slots, target) = (config.worker.slot_count(hardware), TARGET.to_owned());
    Ok(Capabilities { encoders, ffmpeg, cores, memory_bytes, slots, target })
}

/// Says anew what this machine can do whenever its hardware failed too often, or works again.
async fn tell_of_hardware(client: Client, mut able: Capabilities, machine: Machine, hardware: Hardware) {
    let mut told = hardware.working();
    loop {
        tokio::time::sleep(HARDWARE_EVERY).await;
        let works = hardware.working();
        if works == told {
            continue;
        }
        able.encoders.retain(|name| !told.contains(&name.as_str()));
        able.encoders.extend(works.iter().map(|name| (*name).to_owned()));
        told = works;
        tracing::info!(hardware = ?told, "what this machine can do has changed");
        let telling = persist("registering again", || async { client.register(&able, machine.load().await).await });
        if let Err(error) = telling.await {
            tracing::warn!(%error, "the server does not know what this machine can do now");
        }
    }
}

fn key(config: &Config) -> Result<String, WorkerError> {
    let file = &config.worker.key_file;
    if file.as_os_str().is_empty() {
        return config.worker.api_key.0.clone().ok_or(WorkerError::NoKey);
    }
    let text = std::fs::read_to_string(file).map_err(io(format!("reading the key in {}", file.display())))?;
    Some(text.trim().to_owned()).filter(|key| !key.is_empty()).ok_or(WorkerError::NoKey)
}

/// An empty directory for the work, of this process alone as long as the file is open: what another one left there is
/// removed, and one that still runs there keeps us out.
fn prepare(work_dir: &Path) -> Result<(PathBuf, File), WorkerError> {
    let what = || format!("the work directory {}", work_dir.display());
    let prepare = || {
        std::fs::create_dir_all(work_dir)?;
        let lock = File::options().create(true).truncate(false).write(true).open(work_dir.join(".lock"))?;
        rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive)?;
        let tasks = work_dir.join("tasks");
        match std::fs::remove_dir_all(&tasks) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        std::fs::create_dir(&tasks)?;
        Ok((tasks.canonicalize()?, lock))
    };
    prepare().map_err(|error: std::io::Error| match error.kind() {
        std::io::ErrorKind::WouldBlock => WorkerError::Setup(format!(
            "another worker uses {}; give this one another with --set worker.work_dir=DIR",
            work_dir.display()
        )),
        _ => io(what())(error),
    })
}

/// Says who we are, until the server has heard it. A server that is not there yet is waited for.
async fn register(client: &Client, capabilities: &Capabilities, machine: &Machine) -> Result<(), WorkerError> {
    let mut told = false;
    loop {
        match client.register(capabilities, machine.load().await).await {
            Ok(found) => {
                let (server, slots) = (found.server_version, capabilities.slots);
                tracing::info!(server, name = found.name, slots, "ready to take tasks from {}", client.server());
                return Ok(());
            }
            Err(ClientError::Refused { code, detail, .. })
                if matches!(code.as_str(), "worker_key_invalid" | "worker_version") =>
            {
                return Err(WorkerError::Refused { server: client.server().to_owned(), message: detail });
            }
            Err(error) if !told => {
                told = true;
                tracing::warn!(%error, "{} does not take this worker yet; it is asked again", client.server());
            }
            Err(_) => {}
        }
        tokio::time::sleep(REGISTER_AGAIN).await;
    }
}
