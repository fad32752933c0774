//! Wire types of machines that lend their CPU.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::from::time;
use crate::app::workers::{self, Running, Sample, Seen};
use crate::domain::worker::{self, WorkerState as State};

/// What to call a machine.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWorker {
    /// 1 to 64 letters, digits and . _ -
    pub name: String,
}

/// A new machine and its key.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisteredWorker {
    /// The machine.
    pub worker: Worker,
    /// The whole key, told this once.
    pub key: String,
}

/// Machines.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkerList {
    /// By name.
    pub workers: Vec<Worker>,
    /// The server's own part in the work.
    pub server: ServerPart,
}

/// What the server itself does of the work that workers are lent.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ServerPart {
    /// Of its program.
    pub version: String,
    /// The platform its program is for. Workers of others are not updated by it.
    pub target: String,
    /// Whether it encodes itself (`transcoding.local`).
    pub encodes: bool,
    /// Tasks it runs at once.
    pub slots: u32,
    /// Tasks it runs.
    pub busy: u32,
    /// Port that workers are let in by, as configured.
    pub port: u16,
    /// Only those on the server's own machine are.
    pub local: bool,
}

/// A machine that may take tasks.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Worker {
    /// UUID.
    pub id: String,
    /// What an admin called it.
    pub name: String,
    /// The beginning of its key.
    pub prefix: String,
    /// Where it stands.
    pub state: WorkerState,
    /// It may finish what it has and gets nothing more.
    pub draining: bool,
    /// When its key was made.
    pub created_at: String,
    /// When it last showed up.
    #[schema(required)]
    pub seen_at: Option<String>,
    /// Of its program; null until it registered.
    #[schema(required)]
    pub version: Option<String>,
    /// Of its ffmpeg.
    #[schema(required)]
    pub ffmpeg: Option<String>,
    /// ffmpeg's names of the encoders it has.
    pub encoders: Vec<String>,
    /// Processor cores.
    #[schema(required)]
    pub cores: Option<u32>,
    /// Bytes.
    #[schema(required)]
    pub memory_bytes: Option<u64>,
    /// Tasks it runs at once.
    #[schema(required)]
    pub slots: Option<u32>,
    /// The platform its program is for.
    #[schema(required)]
    pub target: Option<String>,
    /// Processes that want to run, over the last minute, for each core.
    #[schema(required)]
    pub cpu_load: Option<f64>,
    /// Share of the processor's time that was used lately, 0 to 1.
    #[schema(required)]
    pub cpu_used: Option<f64>,
    /// Share of the memory in use, 0 to 1.
    #[schema(required)]
    pub memory_used: Option<f64>,
    /// Bytes free where it works.
    #[schema(required)]
    pub disk_free_bytes: Option<u64>,
    /// Bytes there are.
    #[schema(required)]
    pub disk_total_bytes: Option<u64>,
    /// Its graphics cards, as far as they tell.
    pub gpus: Vec<Gpu>,
    /// How fast one task goes there, against real time, by encoder.
    pub speeds: Vec<EncoderSpeed>,
    /// Bytes of sources read from the server since it began.
    #[schema(required)]
    pub bytes_read: Option<u64>,
    /// Bytes sent to the server since it began.
    #[schema(required)]
    pub bytes_sent: Option<u64>,
    /// Why it takes nothing although it has slots free: `storage_full`, `storage_unavailable` or `memory_low`.
    #[schema(required)]
    pub waiting: Option<String>,
    /// What it works on.
    pub tasks: Vec<WorkerTask>,
    /// What it was told to do with itself and has not finished.
    #[schema(required)]
    pub command: Option<Deployment>,
    /// How it went in the last minutes, oldest first; empty after the server began.
    pub history: Vec<WorkerSample>,
}

/// A graphics card.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Gpu {
    /// What it calls itself.
    pub name: String,
    /// Share of its time that was used, 0 to 1.
    pub used: f64,
    /// Bytes of its memory in use.
    pub memory_used_bytes: u64,
    /// Bytes of memory it has.
    pub memory_bytes: u64,
}

/// What was measured of an encoder.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EncoderSpeed {
    /// ffmpeg's name.
    pub encoder: String,
    /// Against real time, smoothed.
    pub speed: f64,
}

/// A moment of a worker.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WorkerSample {
    /// When.
    pub time: String,
    /// How fast its tasks went together, against real time.
    pub speed: f64,
    /// Share of the processor's time that was used, 0 to 1.
    pub cpu_used: f64,
}

/// Where a machine stands.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkerState {
    /// Switched off by an admin.
    Disabled,
    /// Not heard of lately.
    Offline,
    /// All its slots are taken.
    Busy,
    /// Works, and could take more.
    Active,
    /// Has nothing to do.
    Idle,
}

/// A task a machine works on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WorkerTask {
    /// Number of the task.
    pub id: i64,
    /// `encode`, ...
    pub kind: String,
    /// Of which video.
    pub video_id: i64,
    /// Its title.
    pub video_title: String,
    /// Which part of the time line, from 0.
    #[schema(required)]
    pub chunk: Option<u32>,
    /// The renditions it makes, such as `720p`.
    pub rungs: Vec<String>,
    /// ffmpeg's name of the encoder.
    #[schema(required)]
    pub encoder: Option<String>,
    /// Times it was claimed.
    pub attempt: u32,
    /// Share done, 0 to 1.
    pub progress: f64,
    /// Against real time.
    #[schema(required)]
    pub speed: Option<f64>,
}

/// A worker that is no more; its key was revoked.
#[derive(Debug, Serialize, ToSchema)]
pub struct RemovedWorker {
    /// UUID.
    pub id: String,
}

/// The end of a worker's log.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkerLog {
    /// UUID.
    pub worker_id: String,
    /// What an admin called it.
    pub worker_name: String,
    /// Oldest first.
    pub lines: Vec<WorkerLogLine>,
}

/// A line of a worker's log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WorkerLogLine {
    /// Greater for later ones.
    pub number: i64,
    /// When, by the worker's clock.
    pub time: String,
    /// `error`, `warn` or `info`.
    pub level: String,
    /// What.
    pub text: String,
}

/// Something that happened, or is to happen, to a program.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Deployment {
    /// Greater for later ones.
    pub id: i64,
    /// UUID; null for the server itself.
    #[schema(required)]
    pub worker_id: Option<String>,
    /// Its name at that time.
    pub worker_name: String,
    /// `restart`, `stop`, `update`, or `version_change` for another version that came up by itself.
    pub event_type: String,
    /// Before.
    #[schema(required)]
    pub old_version: Option<String>,
    /// After.
    #[schema(required)]
    pub new_version: Option<String>,
    /// `pending`, `in_progress`, `completed` or `failed`.
    pub status: String,
    /// Who wanted it: the name of an account, or of whoever came up by itself.
    pub triggered_by: String,
    /// What there is to say about it, such as why it failed.
    #[schema(required)]
    pub details: Option<String>,
    /// When.
    pub created_at: String,
    /// When it was done, or failed.
    #[schema(required)]
    pub completed_at: Option<String>,
}

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeploymentPage {
    /// Newest first.
    pub events: Vec<Deployment>,
    /// Pass it as `cursor` to get the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

impl DeploymentPage {
    /// Of a list that was asked for with this limit.
    pub fn of(events: Vec<worker::Deployment>, limit: u32) -> Self {
        let full = events.len() == limit as usize;
        let next_cursor = events.last().filter(|_| full).map(|event| event.id.to_string());
        Self { events: events.into_iter().map(Deployment::from).collect(), next_cursor }
    }
}

impl From<worker::Deployment> for Deployment {
    fn from(event: worker::Deployment) -> Self {
        Self {
            id: event.id,
            worker_id: event.worker_id.map(|id| id.to_string()),
            worker_name: event.worker_name,
            event_type: event.kind.as_str().to_owned(),
            old_version: event.old_version,
            new_version: event.new_version,
            status: event.status.as_str().to_owned(),
            triggered_by: event.triggered_by,
            details: event.details,
            created_at: time(event.created_at_ms),
            completed_at: event.completed_at_ms.map(time),
        }
    }
}

impl WorkerLog {
    /// Of this worker.
    pub fn of(worker: &worker::Worker, lines: Vec<worker::LogLine>) -> Self {
        let lines = lines.into_iter().map(WorkerLogLine::from).collect();
        Self { worker_id: worker.id.to_string(), worker_name: worker.name.clone(), lines }
    }
}

impl From<worker::LogLine> for WorkerLogLine {
    fn from(line: worker::LogLine) -> Self {
        Self { number: line.number, time: time(line.at_ms), level: line.level, text: line.text }
    }
}

impl WorkerList {
    /// All there are, and the server beside them.
    pub fn of(seen: Vec<Seen>, here: workers::Here) -> Self {
        Self { workers: seen.into_iter().map(Worker::from).collect(), server: here.into() }
    }
}

impl From<workers::Here> for ServerPart {
    fn from(here: workers::Here) -> Self {
        let (slots, busy) = here.pool.map_or((0, 0), |pool| (pool.slots, pool.busy));
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let (target, encodes) = (worker::TARGET.to_owned(), here.encodes);
        Self { version, target, encodes, slots, busy, port: here.port, local: here.local }
    }
}

impl From<worker::Gpu> for Gpu {
    fn from(gpu: worker::Gpu) -> Self {
        let worker::Gpu { name, used, memory_used_bytes, memory_bytes } = gpu;
        Self { name, used, memory_used_bytes, memory_bytes }
    }
}

impl From<&Sample> for WorkerSample {
    fn from(sample: &Sample) -> Self {
        Self { time: time(sample.at_ms), speed: sample.speed, cpu_used: sample.cpu_used }
    }
}

impl From<Seen> for Worker {
    fn from(Seen { worker, state, tasks, command, history }: Seen) -> Self {
        let (able, load) = (worker.capabilities, worker.load);
        let speeds = load.iter().flat_map(|load| &load.speeds);
        Self {
            id: worker.id.to_string(),
            name: worker.name,
            prefix: worker.prefix,
            state: state.into(),
            draining: worker.draining,
            created_at: time(worker.created_at_ms),
            seen_at: worker.seen_at_ms.map(time),
            version: worker.version,
            ffmpeg: able.as_ref().map(|able| able.ffmpeg.clone()),
            cores: able.as_ref().map(|able| able.cores),
            memory_bytes: able.as_ref().map(|able| able.memory_bytes),
            slots: able.as_ref().map(|able| able.slots),
            target: able.as_ref().map(|able| able.target.clone()).filter(|target| !target.is_empty()),
            encoders: able.map(|able| able.encoders).unwrap_or_default(),
            cpu_load: load.as_ref().map(|load| load.cpu),
            cpu_used: load.as_ref().map(|load| load.cpu_used),
            memory_used: load.as_ref().map(|load| load.memory),
            disk_free_bytes: load.as_ref().map(|load| load.disk_free_bytes),
            disk_total_bytes: load.as_ref().map(|load| load.disk_total_bytes),
            speeds: speeds.map(|(encoder, speed)| EncoderSpeed { encoder: encoder.clone(), speed: *speed }).collect(),
            bytes_read: load.as_ref().map(|load| load.bytes_read),
            bytes_sent: load.as_ref().map(|load| load.bytes_sent),
            waiting: load.as_ref().and_then(|load| load.waiting.clone()),
            gpus: load.into_iter().flat_map(|load| load.gpus).map(Gpu::from).collect(),
            tasks: tasks.into_iter().map(WorkerTask::from).collect(),
            command: command.map(Deployment::from),
            history: history.iter().map(WorkerSample::from).collect(),
        }
    }
}

impl From<State> for WorkerState {
    fn from(state: State) -> Self {
        match state {
            State::Disabled => Self::Disabled,
            State::Offline => Self::Offline,
            State::Busy => Self::Busy,
            State::Active => Self::Active,
            State::Idle => Self::Idle,
        }
    }
}

impl From<Running> for WorkerTask {
    fn from(Running { task, title }: Running) -> Self {
        let (chunk, rungs) = match task.spec.encode() {
            Some(spec) => (Some(spec.chunk.index), spec.rungs.iter().map(|rung| rung.name.to_string()).collect()),
            None => (None, Vec::new()),
        };
        Self {
            id: task.id.0,
            kind: task.kind.as_str().to_owned(),
            video_id: task.video_id.0,
            video_title: title,
            chunk,
            rungs,
            encoder: task.spec.encoder().map(str::to_owned),
            attempt: task.attempt,
            progress: task.progress,
            speed: task.speed,
        }
    }
}
