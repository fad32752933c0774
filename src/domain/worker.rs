//! Machines that lend their CPU: what is known about one, and what state that makes.

mod deployment;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use deployment::{Command, Deployment, DeploymentKind, DeploymentStatus, TARGET};

use super::id::WorkerId;

/// Largest body of a request of a worker, bytes: small enough for any proxy between.
pub const BODY_MAX_BYTES: u64 = 50_000_000;
/// Longest name, characters.
const NAME_MAX_CHARS: usize = 64;
/// A worker that was not heard of for this long is offline, milliseconds. It reports every few seconds.
const OFFLINE_AFTER_MS: i64 = 15_000;
/// Kinds of encoders, and graphics cards, that a report may speak of.
const PARTS_MAX: usize = 16;
/// Longest name of one of those, characters.
const PART_NAME_MAX_CHARS: usize = 100;
/// Longest line of a log, characters.
const LINE_MAX_CHARS: usize = 1000;

/// A machine that may ask for tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct Worker {
    /// Row id.
    pub id: WorkerId,
    /// What the admin called it; no other that is still good has this name.
    pub name: String,
    /// The beginning of its key.
    pub prefix: String,
    /// Milliseconds since 1970.
    pub created_at_ms: i64,
    /// Since when it gets nothing.
    pub disabled_at_ms: Option<i64>,
    /// Since when its key is good for nothing.
    pub revoked_at_ms: Option<i64>,
    /// It may finish what it has and gets nothing more.
    pub draining: bool,
    /// When it last showed up.
    pub seen_at_ms: Option<i64>,
    /// When it said that it goes; none once it is back.
    pub left_at_ms: Option<i64>,
    /// Of its program.
    pub version: Option<String>,
    /// None until it registered.
    pub capabilities: Option<Capabilities>,
    /// The latest report.
    pub load: Option<Load>,
}

/// What a machine can do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Capabilities {
    /// ffmpeg's names of the encoders it has.
    pub encoders: Vec<String>,
    /// Version of its ffmpeg.
    pub ffmpeg: String,
    /// Processor cores.
    pub cores: u32,
    /// Bytes.
    pub memory_bytes: u64,
    /// Tasks it runs at once.
    pub slots: u32,
    /// The platform its program was built for.
    pub target: String,
}

/// How busy a machine is, and how fast it works.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Load {
    /// Processes that want to run, over the last minute, for each core.
    pub cpu: f64,
    /// Share of the processor's time that was used since the last report, 0 to 1.
    pub cpu_used: f64,
    /// Share of the memory in use, 0 to 1.
    pub memory: f64,
    /// Bytes free where it works.
    pub disk_free_bytes: u64,
    /// Bytes there are.
    pub disk_total_bytes: u64,
    /// Its graphics cards, as far as they tell.
    pub gpus: Vec<Gpu>,
    /// Tasks it runs.
    pub tasks: u32,
    /// How fast they go together, against real time.
    pub speed: f64,
    /// How fast one task goes, smoothed, by ffmpeg's name of the encoder.
    pub speeds: BTreeMap<String, f64>,
    /// Bytes of sources read from the server since it began.
    pub bytes_read: u64,
    /// Bytes sent there.
    pub bytes_sent: u64,
    /// Why it takes nothing although it has slots free, such as `storage_full` or `memory_low`.
    pub waiting: Option<String>,
}

/// A graphics card.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
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

impl Load {
    /// No more than there is room for: it comes from elsewhere.
    pub fn bounded(mut self) -> Self {
        self.gpus.truncate(PARTS_MAX);
        self.gpus.iter_mut().for_each(|gpu| gpu.name = shortened(&gpu.name, PART_NAME_MAX_CHARS));
        self.waiting = self.waiting.map(|code| shortened(&code, PART_NAME_MAX_CHARS));
        let speeds = self.speeds.into_iter().take(PARTS_MAX);
        self.speeds = speeds.map(|(name, speed)| (shortened(&name, PART_NAME_MAX_CHARS), speed.max(0.0))).collect();
        self
    }
}

/// A line of a worker's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Greater for later ones, also over restarts of the worker.
    pub number: i64,
    /// When, by the worker's clock, milliseconds since 1970.
    pub at_ms: i64,
    /// `error`, `warn` or `info`.
    pub level: String,
    /// What.
    pub text: String,
}

impl LogLine {
    /// No more than there is room for, in one line.
    pub fn bounded(self) -> Self {
        let level = if matches!(self.level.as_str(), "error" | "warn") { self.level } else { "info".to_owned() };
        let text = self.text.replace(char::is_control, " ");
        Self { level, text: shortened(&text, LINE_MAX_CHARS), ..self }
    }
}

fn shortened(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// What an admin sees at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

impl WorkerState {
    /// The text in the API and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Offline => "offline",
            Self::Busy => "busy",
            Self::Active => "active",
            Self::Idle => "idle",
        }
    }
}

impl Worker {
    /// The name it has in leases.
    pub fn owner(&self) -> String {
        format!("worker {}", self.name)
    }

    /// True when it may be heard of: it showed up lately, and did not say that it goes.
    pub fn is_here(&self, now_ms: i64) -> bool {
        self.left_at_ms.is_none() && self.seen_at_ms.is_some_and(|at| now_ms - at < OFFLINE_AFTER_MS)
    }

    /// Where it stands, with so many tasks running.
    pub fn state(&self, running: usize, now_ms: i64) -> WorkerState {
        let slots = self.capabilities.as_ref().map_or(1, |known| known.slots as usize);
        match running {
            _ if self.disabled_at_ms.is_some() => WorkerState::Disabled,
            _ if !self.is_here(now_ms) => WorkerState::Offline,
            0 => WorkerState::Idle,
            some if some >= slots => WorkerState::Busy,
            _ => WorkerState::Active,
        }
    }
}

/// A name as it is kept: letters, digits and `.`, `_`, `-`, as machines are called.
pub fn check_name(text: &str) -> Option<String> {
    let name = text.trim();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    ((1..=NAME_MAX_CHARS).contains(&name.chars().count()) && name.chars().all(plain)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states() {
        let mut worker = Worker {
            id: WorkerId::new(),
            name: "garage".to_owned(),
            prefix: String::new(),
            created_at_ms: 0,
            disabled_at_ms: None,
            revoked_at_ms: None,
            draining: false,
            seen_at_ms: None,
            left_at_ms: None,
            version: None,
            capabilities: Some(Capabilities { slots: 2, ..Capabilities::default() }),
            load: None,
        };
        assert_eq!(worker.state(0, 0), WorkerState::Offline);
        worker.seen_at_ms = Some(1000);
        assert_eq!(
            [0, 1, 2].map(|n| worker.state(n, 2000)),
            [WorkerState::Idle, WorkerState::Active, WorkerState::Busy]
        );
        assert_eq!(worker.state(1, 1000 + OFFLINE_AFTER_MS), WorkerState::Offline);
        worker.left_at_ms = Some(1500);
        assert_eq!(worker.state(0, 2000), WorkerState::Offline);
        worker.disabled_at_ms = Some(1);
        assert_eq!(worker.state(0, 2000), WorkerState::Disabled);
    }

    #[test]
    fn what_comes_from_elsewhere_is_cut() {
        let load = Load {
            gpus: vec![Gpu { name: "x".repeat(1000), ..Gpu::default() }; 100],
            speeds: (0..100).map(|n| (format!("{n:03}{}", "y".repeat(200)), -1.0)).collect(),
            ..Load::default()
        };
        let load = load.bounded();
        assert_eq!((load.gpus.len(), load.gpus[0].name.len()), (PARTS_MAX, PART_NAME_MAX_CHARS));
        assert_eq!(load.speeds.len(), PARTS_MAX);
        assert!(load.speeds.iter().all(|(name, speed)| name.len() == PART_NAME_MAX_CHARS && *speed == 0.0));
        let line = LogLine {
            number: 1,
            at_ms: 0,
            level: "<b>".to_owned(),
            text: "a\nb\u{1b}[2J".to_owned() + &"z".repeat(5000),
        };
        let line = line.bounded();
        assert_eq!((line.level.as_str(), line.text.len()), ("info", LINE_MAX_CHARS));
        assert!(line.text.starts_with("a b [2Jz"), "{}", &line.text[..20]);
    }

    #[test]
    fn names() {
        assert_eq!(check_name(" garage-2 ").as_deref(), Some("garage-2"));
        for bad in ["", " ", "a b", "a/b", "a\nb", &"x".repeat(65)] {
            assert_eq!(check_name(bad), None, "{bad:?}");
        }
    }
}
