//! What a child process gets, and what can be seen of it from outside.
//!
//! It gets a process group of its own, low priority, limits on memory, processor time and file size, no standard
//! input, and dies with this process: `setpriv --pdeathsig KILL`, because after a kill -9 nobody else would stop it.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::process::Tools;

/// Starts `$2...` unless its parent is not `$1` any more: one that was killed before the parent death signal was
/// asked for would leave a child that nobody stops.
const IF_PARENT_LIVES: &str = r#"[ "$PPID" = "$1" ] || exit 1; shift; exec "$@""#;
/// Of the time after which an ffmpeg that does nothing is stopped, this part is work. One that waits for its input wakes up
/// to look whether there is some, which takes a fifth of that (measured).
const WORK_SHARE: u32 = 400;

/// A program as a child. Every word of the chain gives way to the next, so that the child's id is the program's.
pub fn limited(tools: &Tools, program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command
        .args(["--pdeathsig", "KILL", "sh", "-c", IF_PARENT_LIVES, "sh"])
        .arg(std::process::id().to_string())
        .args(["prlimit", "--core=0"])
        .arg(format!("--as={}", tools.memory_bytes))
        .arg(format!("--fsize={}", tools.file_bytes))
        // not a soft limit before the hard one: ffmpeg ends politely on its signal, see `Group::kill`
        .arg(format!("--cpu={}", tools.cpu.as_secs().max(1)))
        .args(["nice", "-n", &tools.nice.to_string()])
        .arg(program)
        .env("AV_LOG_FORCE_NOCOLOR", "1")
        .env_remove("http_proxy") // the only addresses it opens are of this machine
        // errors only: SVT-AV1 else fills the log with its settings
        .env("SVT_LOG", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0);
    command
}

/// Waits for the end of a child; with it, the processor time that it used.
pub fn wait(child: &mut Child) -> std::io::Result<(ExitStatus, Duration)> {
    if let Some(pid) = Pid::from_raw(child.id() as i32) {
        // as long as nobody took note of its end, its figures stay
        let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
    }
    let used = processor_time(child.id()).unwrap_or_default();
    Ok((child.wait()?, used))
}

/// A child's process group, killed when the future that waits for it is dropped.
pub struct Group(Option<u32>);

impl Group {
    /// Of the child with this id; none when it could not be started.
    pub fn of(child: Option<u32>) -> Self {
        Self(child)
    }

    /// Without asking: an ffmpeg that ends politely finishes the segment it is at, which is then too short, and looks like
    /// any other.
    pub fn kill(&self) {
        if let Some(pid) = self.0.and_then(|pid| Pid::from_raw(pid as i32)) {
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }

    /// Whether somebody has sent the child SIGSTOP.
    pub fn is_suspended(&self) -> bool {
        self.0.and_then(stat).is_some_and(|stat| stat.starts_with('T'))
    }

    /// What the child has done so far.
    pub fn done(&self) -> Done {
        let of = |pid| Some(Done { cpu: processor_time(pid)?, read_bytes: read_bytes(pid).unwrap_or_default() });
        self.0.and_then(of).unwrap_or_default()
    }

    /// It has ended; there is nothing to kill any more.
    pub fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What a child has done since it began.
#[derive(Debug, Clone, Copy, Default)]
pub struct Done {
    cpu: Duration,
    read_bytes: u64,
}

impl Done {
    /// Whether enough was done since `before` to count as work, for one that may do nothing for `stall`.
    pub fn is_well_beyond(&self, before: &Self, stall: Duration) -> bool {
        let cpu = self.cpu.saturating_sub(before.cpu);
        self.read_bytes > before.read_bytes || (!cpu.is_zero() && cpu >= stall / WORK_SHARE)
    }
}

/// What the system says of a process after its name: `R 1 4711 ...`.
fn stat(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?; // `4711 (ffmpeg) R 1 4711 ...`
    stat.rsplit_once(") ").map(|(_, rest)| rest.to_owned())
}

/// By all its threads, also those that have ended.
fn processor_time(pid: u32) -> Option<Duration> {
    let stat = stat(pid)?;
    let ticks = stat.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>();
    Some(Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second()))
}

/// From files and pipes; what comes from the network is not among it.
fn read_bytes(pid: u32) -> Option<u64> {
    let io = std::fs::read_to_string(format!("/proc/{pid}/io")).ok()?;
    io.lines().find_map(|line| line.strip_prefix("rchar: ")?.parse().ok())
}
