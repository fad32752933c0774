//! Wire types of `/api/system`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::system::checks::{Check, Health};
use crate::app::system::{self, Report};

/// How the server is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct System {
    /// The worst of all parts.
    pub health: PartHealth,
    /// Whether each part works.
    pub checks: Vec<SystemCheck>,
    /// Version of vlog.
    pub version: &'static str,
    /// Seconds since the start.
    pub uptime: u64,
    /// Memory of the process (resident set size); null when the system does not tell.
    #[schema(required)]
    pub memory_bytes: Option<u64>,
    /// Version of ffmpeg; null when it cannot be started.
    #[schema(required)]
    pub ffmpeg_version: Option<String>,
    /// Version of ffprobe.
    #[schema(required)]
    pub ffprobe_version: Option<String>,
    /// The database; null while it does not answer.
    #[schema(required)]
    pub database: Option<SystemDatabase>,
    /// The disk of the storage; null when it cannot be measured.
    #[schema(required)]
    pub disk: Option<SystemDisk>,
    /// Which encoders work on this machine, as they were tried.
    pub encoders: Vec<SystemEncoder>,
    /// What runs tasks.
    pub pools: Vec<SystemPool>,
}

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartHealth {
    /// It works.
    Ok,
    /// It works, but not for long or not well.
    Warning,
    /// It does not work.
    Failing,
}

/// One part of the server.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SystemCheck {
    /// Which, such as `database`.
    pub part: String,
    /// How it is.
    pub health: PartHealth,
    /// What was found.
    pub detail: String,
    /// What to do about it; null when there is nothing to do.
    #[schema(required)]
    pub fix: Option<String>,
}

/// The database.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SystemDatabase {
    /// `sqlite` or `postgresql`.
    pub kind: &'static str,
    /// Of the library or the server.
    pub version: String,
    /// Bytes on its disk.
    pub size_bytes: u64,
    /// Milliseconds that the simplest question takes; null when it got no answer.
    #[schema(required)]
    pub latency_ms: Option<f64>,
    /// Migrations it has.
    pub migrations: usize,
    /// Migrations it lacks.
    pub pending_migrations: usize,
    /// Connections there may be.
    pub connections_max: u32,
    /// Open connections.
    pub connections_open: u32,
    /// Open connections that nobody uses.
    pub connections_idle: u32,
}

/// The disk of the storage.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SystemDisk {
    /// Bytes that may still be written.
    pub free_bytes: u64,
    /// Bytes of the whole disk.
    pub total_bytes: u64,
    /// With less than this free, uploads are refused and jobs wait.
    pub floor_bytes: u64,
    /// Bytes of videos: uploaded files that are kept, and what was made of them.
    pub videos_bytes: u64,
}

/// An encoder.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SystemEncoder {
    /// `h264`, `hevc` or `av1`.
    pub codec: &'static str,
    /// `software`, `nvenc`, `vaapi` or `qsv`.
    pub device: &'static str,
    /// ffmpeg's name of it.
    pub name: &'static str,
    /// True when it made the pictures it was given.
    pub works: bool,
    /// Why it does not work.
    #[schema(required)]
    pub reason: Option<String>,
    /// What to do about it.
    #[schema(required)]
    pub fix: Option<String>,
}

/// What runs tasks.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SystemPool {
    /// Its name.
    pub name: &'static str,
    /// Tasks it can run at once.
    pub slots: u32,
    /// Tasks it runs.
    pub busy: u32,
    /// Why it starts nothing although tasks are due.
    #[schema(required)]
    pub waiting: Option<String>,
}

impl From<Health> for PartHealth {
    fn from(health: Health) -> Self {
        match health {
            Health::Ok => Self::Ok,
            Health::Warning => Self::Warning,
            Health::Failing => Self::Failing,
        }
    }
}

impl From<Check> for SystemCheck {
    fn from(Check { part, health, detail, fix }: Check) -> Self {
        Self { part, health: health.into(), detail, fix }
    }
}

impl From<&system::Encoder> for SystemEncoder {
    fn from(encoder: &system::Encoder) -> Self {
        Self {
            codec: encoder.codec.as_str(),
            device: encoder.device.as_str(),
            name: encoder.name,
            works: encoder.missing.is_none(),
            reason: encoder.missing.as_ref().map(|fault| fault.reason.clone()),
            fix: encoder.missing.as_ref().and_then(|fault| fault.fix.clone()),
        }
    }
}

impl From<system::PoolStatus> for SystemPool {
    fn from(pool: system::PoolStatus) -> Self {
        Self { name: pool.name, slots: pool.slots, busy: pool.busy, waiting: pool.waiting.map(|reason| reason.message) }
    }
}

impl From<Report> for System {
    fn from(report: Report) -> Self {
        let checks: Vec<SystemCheck> = report.checks.into_iter().map(SystemCheck::from).collect();
        let videos_bytes = report.database.as_ref().map_or(0, |facts| facts.videos_bytes);
        let (connections, latency) = (report.connections, report.latency_seconds);
        let database = report.database.map(|facts| SystemDatabase {
            kind: facts.kind,
            version: facts.version,
            size_bytes: facts.size_bytes,
            latency_ms: latency.map(|seconds| (seconds * 1e6).round() / 1e3),
            migrations: facts.migrations,
            pending_migrations: facts.pending.len(),
            connections_max: connections.most,
            connections_open: connections.open,
            connections_idle: connections.idle,
        });
        let disk = report.disk.map(|disk| SystemDisk {
            free_bytes: disk.free_bytes,
            total_bytes: disk.total_bytes,
            floor_bytes: report.floor_bytes,
            videos_bytes,
        });
        Self {
            health: checks.iter().map(|check| check.health).max().unwrap_or(PartHealth::Ok),
            checks,
            version: env!("CARGO_PKG_VERSION"),
            uptime: report.uptime.as_secs(),
            memory_bytes: report.memory_bytes,
            ffmpeg_version: report.ffmpeg,
            ffprobe_version: report.ffprobe,
            database,
            disk,
            encoders: report.encoders.iter().map(SystemEncoder::from).collect(),
            pools: report.pools.into_iter().map(SystemPool::from).collect(),
        }
    }
}
