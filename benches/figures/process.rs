//! Running other programs, and what they cost.

use std::ffi::OsStr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::process::Command;

/// Clock ticks a second in `/proc`; the kernel's interface to programs fixes it.
const TICKS: f64 = 100.0;

/// What a piece of work cost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// User and system time of all processes, seconds.
    pub cpu: f64,
    /// Seconds from beginning to end.
    pub wall: f64,
}

impl std::ops::Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { cpu: self.cpu + other.cpu, wall: self.wall + other.wall }
    }
}

/// CPU seconds of a process so far, with those of the children it has waited for; or of the children alone.
pub fn cpu_seconds(pid: u32, children_only: bool) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // the name may hold spaces; what follows its closing bracket does not
    let fields: Vec<&str> = stat.rsplit_once(')').context("an odd stat file")?.1.split_whitespace().collect();
    let own = fields.get(11..13).filter(|_| !children_only).unwrap_or_default();
    let waited = fields.get(13..15).context("a short stat file")?;
    let ticks: f64 = own.iter().chain(waited).filter_map(|field| field.parse::<f64>().ok()).sum();
    Ok(ticks / TICKS)
}

/// Runs a program to its end and says what it cost; nothing else may end meanwhile.
pub async fn timed(program: &str, args: &[impl AsRef<OsStr>]) -> anyhow::Result<Cost> {
    let before = cpu_seconds(std::process::id(), true)?;
    let begun = Instant::now();
    output(program, args).await?;
    let wall = begun.elapsed().as_secs_f64();
    Ok(Cost { cpu: cpu_seconds(std::process::id(), true)? - before, wall })
}

/// Runs a program to its end; returns its standard output and error.
pub async fn output(program: &str, args: &[impl AsRef<OsStr>]) -> anyhow::Result<(String, String)> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.with_context(|| format!("{program} could not be started"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (printed, errors) = (text(&output.stdout), text(&output.stderr));
    if !output.status.success() {
        let end: Vec<&str> = errors.lines().rev().take(5).collect();
        bail!("{program} failed: {}", end.into_iter().rev().collect::<Vec<_>>().join(" / "));
    }
    Ok((printed, errors))
}

/// Asks again and again until there is an answer.
pub async fn until<T>(
    what: &str,
    limit: Duration,
    every: Duration,
    mut ask: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        if begun.elapsed() > limit {
            bail!("{what} did not happen within {} s", limit.as_secs());
        }
        tokio::time::sleep(every).await;
    }
}
