//! How the server is: what it runs with, how much there is of everything, and whether each part works.

pub mod checks;
pub mod doctor;

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use self::checks::Check;
use super::{App, AppError, accounts, videos};
use crate::domain::ladder::encoder::Device;
use crate::jobs::Pool;
use crate::media::ffmpeg::hardware::Wanted;
use crate::media::ffmpeg::process::Tools;
use crate::media::ffmpeg::{hardware, version};

pub use crate::db::{Connections, Facts};
pub use crate::jobs::PoolStatus;
pub use crate::media::ffmpeg::hardware::Encoder;

/// Trying software's encoders takes a second or two of CPU, and they seldom change.
const ENCODERS_KEPT: Duration = Duration::from_secs(10 * 60);

/// What is known about this process.
pub struct State {
    begun: Instant,
    pools: OnceLock<Vec<Arc<Pool>>>,
    /// A machine near by that looks like a proxy and is not trusted.
    proxy: OnceLock<IpAddr>,
    /// When they were tried, and what came of it.
    encoders: Mutex<Option<(Instant, Arc<Vec<Encoder>>)>>,
}

impl Default for State {
    fn default() -> Self {
        Self::new()
    }
}

impl State {
    /// Of a process that just began.
    pub fn new() -> Self {
        Self { begun: Instant::now(), pools: OnceLock::new(), proxy: OnceLock::new(), encoders: Mutex::default() }
    }

    /// Whoever starts the pools says so, once.
    pub fn set_pools(&self, pools: Vec<Arc<Pool>>) {
        let _ = self.pools.set(pools);
    }

    /// Somebody who is not trusted says for whom it asks. From far away anybody may; near by it is a forgotten setting.
    pub fn saw_forwarded(&self, peer: IpAddr) {
        if is_near(peer) && self.proxy.get().is_none() && self.proxy.set(peer).is_ok() {
            let Check { detail, fix, .. } = checks::proxy(peer);
            tracing::warn!("{detail}: {}", fix.unwrap_or_default());
        }
    }

    /// Software's; whoever asks meanwhile waits for the same trial.
    async fn software(&self, tools: &Tools, wanted: &Wanted) -> Arc<Vec<Encoder>> {
        let mut known = self.encoders.lock().await;
        match &*known {
            Some((tried, encoders)) if tried.elapsed() < ENCODERS_KEPT => Arc::clone(encoders),
            _ => {
                let encoders = Arc::new(hardware::table(tools, &[Device::Software], wanted).await);
                *known = Some((Instant::now(), Arc::clone(&encoders)));
                encoders
            }
        }
    }

    /// What the pools do, that of heavy tasks first.
    pub fn pools(&self) -> Vec<PoolStatus> {
        self.pools.get().into_iter().flatten().map(|pool| pool.status()).collect()
    }
}

/// Of this machine or a network of one's own.
fn is_near(peer: IpAddr) -> bool {
    match peer.to_canonical() {
        IpAddr::V4(peer) => peer.is_loopback() || peer.is_private(),
        IpAddr::V6(peer) => peer.is_loopback() || peer.is_unique_local(),
    }
}

/// Everything about the server.
#[derive(Debug)]
pub struct Report {
    /// Whether each part works.
    pub checks: Vec<Check>,
    /// Time since the start.
    pub uptime: Duration,
    /// Bytes of memory this process has.
    pub memory_bytes: Option<u64>,
    /// Version of ffmpeg; none when it cannot be used.
    pub ffmpeg: Option<String>,
    /// Version of ffprobe.
    pub ffprobe: Option<String>,
    /// None while the database does not answer.
    pub database: Option<Facts>,
    /// Seconds that the database takes to answer.
    pub latency_seconds: Option<f64>,
    /// Connections to it.
    pub connections: Connections,
    /// Where videos are; none when it cannot be measured.
    pub disk: Option<Disk>,
    /// With less than this free, uploads are refused and jobs wait.
    pub floor_bytes: u64,
    /// Which encoders work.
    pub encoders: Vec<Encoder>,
    /// What the pools do.
    pub pools: Vec<PoolStatus>,
}

/// The disk of the storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disk {
    /// Bytes that may still be written.
    pub free_bytes: u64,
    /// Bytes of the whole disk.
    pub total_bytes: u64,
}

/// Looks at everything.
pub async fn report(app: &App) -> Result<Report, AppError> {
    let state = app.system();
    let (tools, wanted) = (app.tools(), Wanted::of(&app.config()));
    let software = state.software(&tools, &wanted).await;
    app.encoders().hardware().ensure(&tools, &wanted).await;
    let encoders = software.iter().cloned().chain(app.encoders().hardware().encoders()).collect();
    let database = app.db().facts().await;
    let latency_seconds = app.db().latency().await.ok(); // after the first question, which may have opened a connection
    let pools = state.pools();
    let mut checks = vec![match &database {
        Ok(facts) => checks::database(facts, latency_seconds),
        Err(error) => checks::no_database(error),
    }];
    let config = app.config();
    let look = move || {
        let (ffmpeg, ffprobe) = (version::of(&config.ffmpeg.path), version::of(&config.ffmpeg.probe_path));
        (checks::of_machine(&config), checks::disk_of(&config.storage.path), ffmpeg, ffprobe)
    };
    let (of_machine, disk, ffmpeg, ffprobe) = tokio::task::spawn_blocking(look).await.map_err(AppError::internal)?;
    checks.extend(of_machine);
    checks.extend(pools.iter().map(checks::pool));
    checks.extend(state.proxy.get().map(|peer| checks::proxy(*peer)));
    checks.push(checks::passwords(accounts::password_cost(app).await));
    checks.push(checks::audit_files(app.config().audit.enabled, app.accounts().audit_files().problem()));
    Ok(Report {
        checks,
        uptime: state.begun.elapsed(),
        memory_bytes: memory_bytes(),
        ffmpeg,
        ffprobe,
        database: database.ok(),
        latency_seconds,
        connections: app.db().connections(),
        disk,
        floor_bytes: app.config().storage.free_space_floor.0,
        encoders,
        pools,
    })
}

/// May requests be sent here: does the database answer, and can the storage be written?
pub async fn is_ready(app: &App) -> videos::Health {
    let config = app.config();
    let writable = move || checks::storage(&config.storage.path).health == checks::Health::Ok;
    let storage = tokio::task::spawn_blocking(writable).await.unwrap_or(false);
    videos::Health { storage, ..videos::check(app).await }
}

/// Resident set size; Linux tells it in a line such as `VmRSS:   10240 kB`.
fn memory_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}
