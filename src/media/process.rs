//! The one place that starts ffmpeg and ffprobe.
//!
//! A child gets a process group of its own, low priority, limits on memory, CPU time and file size, no standard
//! input, and dies with this process: `setpriv --pdeathsig KILL`, because after a kill -9 nobody else would
//! stop it. The blocking thread that started the child stays until it has ended, since the parent death signal
//! follows the thread.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use ffmpeg_sidecar::event::{FfmpegEvent, FfmpegProgress, LogLevel};
use ffmpeg_sidecar::log_parser::FfmpegLogParser;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::sync::{mpsc, oneshot};

use super::cancel::Cancel;

/// Lines of error output kept for the admin.
const STDERR_LINES: usize = 50;
/// Longest line kept, characters.
const STDERR_LINE_CHARS: usize = 400;
/// After a polite request to stop, the group is killed.
const TERMINATE_GRACE: Duration = Duration::from_millis(500);
/// Most bytes of printed output that are kept.
const OUTPUT_MAX_BYTES: u64 = 64 << 20;

/// Where the programs are and what they may use.
#[derive(Debug, Clone)]
pub struct Tools {
    /// ffmpeg, by path or by name.
    pub ffmpeg: PathBuf,
    /// ffprobe, by path or by name.
    pub ffprobe: PathBuf,
    /// Niceness of encoders, 0 to 19.
    pub nice: u8,
    /// Address space of one child, bytes.
    pub memory_bytes: u64,
    /// Largest file a child may write, bytes.
    pub file_bytes: u64,
    /// An ffmpeg that reports no progress for this long is stopped.
    pub stall: Duration,
}

impl Default for Tools {
    fn default() -> Self {
        Self {
            ffmpeg: "ffmpeg".into(),
            ffprobe: "ffprobe".into(),
            nice: 10,
            memory_bytes: 8 << 30,
            file_bytes: 1 << 40,
            stall: Duration::from_secs(120),
        }
    }
}

/// Why a child did not do its work.
#[derive(Debug, Clone)]
pub struct ProcessError {
    /// What happened.
    pub kind: ProcessErrorKind,
    /// The command line, for people.
    pub command: String,
    /// Last lines of the error output.
    pub stderr: String,
}

/// See [`ProcessError`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProcessErrorKind {
    /// The program could not be started.
    Start(String),
    /// It ended with an exit code or a signal.
    Exit(String),
    /// It made no progress and was stopped.
    Stalled,
    /// It took longer than it may and was stopped.
    TimedOut,
    /// We were asked to stop.
    Cancelled,
    /// The disk is full.
    DiskFull,
}

impl std::fmt::Display for ProcessError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            ProcessErrorKind::Start(why) => write!(f, "could not be started: {why}"),
            ProcessErrorKind::Exit(how) => match self.cause() {
                Some(cause) => write!(f, "{how}: {cause}"),
                None => f.write_str(how),
            },
            ProcessErrorKind::Stalled => f.write_str("made no progress and was stopped"),
            ProcessErrorKind::TimedOut => f.write_str("took too long and was stopped"),
            ProcessErrorKind::Cancelled => f.write_str("was cancelled"),
            ProcessErrorKind::DiskFull => f.write_str("found the disk full"),
        }
    }
}

impl std::error::Error for ProcessError {}

impl ProcessError {
    /// The last line of error output that reads like a reason.
    pub fn cause(&self) -> Option<&str> {
        self.stderr.lines().rev().map(str::trim).find(|line| !line.is_empty() && !line.contains("Conversion failed"))
    }
}

/// What a finished ffmpeg leaves.
#[derive(Debug, Clone, Default)]
pub struct Finished {
    /// Last reported speed against real time.
    pub speed: Option<f64>,
}

/// Runs ffmpeg in `directory` to its end, reporting each change of its progress. Dropping the future kills it.
pub async fn ffmpeg(
    tools: &Tools,
    directory: &Path,
    args: Vec<OsString>,
    cancel: &Cancel,
    mut on_progress: impl FnMut(&FfmpegProgress),
) -> Result<Finished, ProcessError> {
    let mut command = limited(tools, &tools.ffmpeg);
    command.args(["-hide_banner", "-nostdin", "-loglevel", "level+info", "-stats_period", "0.2"]);
    command.args(&args).current_dir(directory);
    let shown = shown(&tools.ffmpeg, &args);
    let (progress, mut events) = mpsc::unbounded_channel();
    let (started, pid) = oneshot::channel();
    let child = tokio::task::spawn_blocking(move || supervise(command, shown, started, &progress));
    let group = Group(pid.await.ok());

    let mut last: Option<FfmpegProgress> = None;
    let mut moved = Instant::now();
    let mut stopped = None;
    loop {
        tokio::select! {
            event = events.recv() => {
                let Some(now) = event else { break };
                if last.as_ref().is_none_or(|l| l.time != now.time || l.frame != now.frame || l.size_kb != now.size_kb) {
                    moved = Instant::now();
                    on_progress(&now);
                }
                last = Some(now);
            }
            () = tokio::time::sleep_until((moved + tools.stall).into()), if stopped.is_none() => {
                stopped = Some(ProcessErrorKind::Stalled);
                group.stop();
            }
            () = cancel.cancelled(), if stopped.is_none() => {
                stopped = Some(ProcessErrorKind::Cancelled);
                group.stop();
            }
        }
    }
    let result = child.await.unwrap_or_else(|panic| Err(failed(ProcessErrorKind::Start(panic.to_string()))));
    group.disarm();
    match (result, stopped) {
        (Err(error), Some(kind)) => Err(ProcessError { kind, ..error }),
        (Err(error), None) => Err(error),
        (Ok(()), _) => Ok(Finished { speed: last.map(|p| f64::from(p.speed)).filter(|s| *s > 0.0) }),
    }
}

/// Runs a program to its end and returns what it printed, at most 64 MiB.
pub async fn output(
    tools: &Tools,
    program: &Path,
    args: Vec<OsString>,
    timeout: Duration,
) -> Result<Vec<u8>, ProcessError> {
    let read = |stdout: &mut dyn Read| {
        let mut bytes = Vec::new();
        stdout.take(OUTPUT_MAX_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read_output(tools, program, args, timeout, &Cancel::default(), read).await
}

/// Runs a program to its end while `read` consumes what it prints, on a blocking thread.
pub async fn read_output<T: Send + 'static>(
    tools: &Tools,
    program: &Path,
    args: Vec<OsString>,
    timeout: Duration,
    cancel: &Cancel,
    read: impl FnOnce(&mut dyn Read) -> std::io::Result<T> + Send + 'static,
) -> Result<T, ProcessError> {
    let mut command = limited(tools, program);
    command.args(&args).stdout(Stdio::piped());
    let shown = shown(program, &args);
    let (started, pid) = oneshot::channel();
    let mut child = tokio::task::spawn_blocking(move || collect(command, shown, started, read));
    let group = Group(pid.await.ok());
    let (result, stopped) = tokio::select! {
        result = &mut child => (result, None),
        () = tokio::time::sleep(timeout) => { group.kill(); (child.await, Some(ProcessErrorKind::TimedOut)) }
        () = cancel.cancelled() => { group.kill(); (child.await, Some(ProcessErrorKind::Cancelled)) }
    };
    group.disarm();
    let result = result.unwrap_or_else(|panic| Err(failed(ProcessErrorKind::Start(panic.to_string()))));
    match stopped {
        Some(kind) => result.map_err(|error| ProcessError { kind, ..error }),
        None => result,
    }
}

/// A child's process group, killed when the future that waits for it is dropped.
struct Group(Option<u32>);

impl Group {
    fn signal(&self, signal: Signal) {
        if let Some(pid) = self.0.and_then(|pid| Pid::from_raw(pid as i32)) {
            let _ = kill_process_group(pid, signal);
        }
    }

    fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Asks, then kills.
    fn stop(&self) {
        self.signal(Signal::TERM);
        let pid = self.0;
        tokio::spawn(async move {
            tokio::time::sleep(TERMINATE_GRACE).await;
            Group(pid).kill();
        });
    }

    fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Starts `$2...` unless its parent is not `$1` any more: one that was killed before the parent death signal was
/// asked for would leave a child that nobody stops.
const IF_PARENT_LIVES: &str = r#"[ "$PPID" = "$1" ] || exit 1; shift; exec "$@""#;

fn limited(tools: &Tools, program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command
        .args(["--pdeathsig", "KILL", "sh", "-c", IF_PARENT_LIVES, "sh"])
        .arg(std::process::id().to_string())
        .args(["prlimit", "--core=0"])
        .arg(format!("--as={}", tools.memory_bytes))
        .arg(format!("--fsize={}", tools.file_bytes))
        .args(["nice", "-n", &tools.nice.to_string()])
        .arg(program)
        .env("AV_LOG_FORCE_NOCOLOR", "1")
        // errors only: SVT-AV1 else fills the log with its settings
        .env("SVT_LOG", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0);
    command
}

fn shown(program: &Path, args: &[OsString]) -> String {
    std::iter::once(program.as_os_str())
        .chain(args.iter().map(OsString::as_os_str))
        .map(quoted)
        .collect::<Vec<_>>()
        .join(" ")
}

fn quoted(arg: &OsStr) -> String {
    let text = arg.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=+,@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

fn failed(kind: ProcessErrorKind) -> ProcessError {
    ProcessError { kind, command: String::new(), stderr: String::new() }
}

fn supervise(
    mut command: Command,
    shown: String,
    started: oneshot::Sender<u32>,
    progress: &mpsc::UnboundedSender<FfmpegProgress>,
) -> Result<(), ProcessError> {
    let error = |kind, stderr: &VecDeque<String>| ProcessError { kind, command: shown.clone(), stderr: joined(stderr) };
    let mut lines = VecDeque::new();
    let mut child = command.spawn().map_err(|e| error(ProcessErrorKind::Start(e.to_string()), &lines))?;
    let _ = started.send(child.id());
    if let Some(stderr) = child.stderr.take() {
        let mut parser = FfmpegLogParser::new(stderr);
        loop {
            match parser.parse_next_event() {
                Ok(FfmpegEvent::LogEOF) => break,
                Ok(FfmpegEvent::Progress(now)) => {
                    let _ = progress.send(now);
                }
                Ok(FfmpegEvent::Log(level, line)) => {
                    // everything that is not chatter may explain a failure
                    if level != LogLevel::Info {
                        keep(&mut lines, &line);
                    }
                }
                Ok(_) => {}
                // a line the parser does not understand is a line like any other
                Err(unparsed) => keep(&mut lines, &unparsed.to_string()),
            }
        }
    }
    let status = child.wait().map_err(|e| error(ProcessErrorKind::Start(e.to_string()), &lines))?;
    finish(status, &lines).map_err(|kind| error(kind, &lines))
}

fn collect<T>(
    mut command: Command,
    shown: String,
    started: oneshot::Sender<u32>,
    read: impl FnOnce(&mut dyn Read) -> std::io::Result<T>,
) -> Result<T, ProcessError> {
    let error = |kind, stderr: &VecDeque<String>| ProcessError { kind, command: shown.clone(), stderr: joined(stderr) };
    let mut lines = VecDeque::new();
    let mut child = command.spawn().map_err(|e| error(ProcessErrorKind::Start(e.to_string()), &lines))?;
    let _ = started.send(child.id());
    let stderr = child.stderr.take();
    let drain = std::thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(stderr) = stderr {
            let _ = stderr.take(1 << 20).read_to_end(&mut text);
        }
        text
    });
    let value = child.stdout.take().map(|mut stdout| read(&mut stdout));
    let status = child.wait().map_err(|e| error(ProcessErrorKind::Start(e.to_string()), &lines))?;
    for line in String::from_utf8_lossy(&drain.join().unwrap_or_default()).lines() {
        keep(&mut lines, line);
    }
    finish(status, &lines).map_err(|kind| error(kind, &lines))?;
    match value {
        Some(Ok(value)) => Ok(value),
        Some(Err(e)) => Err(error(ProcessErrorKind::Start(format!("its output could not be read: {e}")), &lines)),
        None => Err(error(ProcessErrorKind::Start("its output was not connected".to_owned()), &lines)),
    }
}

fn joined(lines: &VecDeque<String>) -> String {
    lines.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
}

fn keep(lines: &mut VecDeque<String>, line: &str) {
    if line.trim().is_empty() {
        return;
    }
    if lines.len() == STDERR_LINES {
        lines.pop_front();
    }
    lines.push_back(line.chars().take(STDERR_LINE_CHARS).collect());
}

fn finish(status: ExitStatus, lines: &VecDeque<String>) -> Result<(), ProcessErrorKind> {
    if status.success() {
        return Ok(());
    }
    if lines.iter().any(|l| l.contains("No space left on device") || l.contains("Disk quota exceeded")) {
        return Err(ProcessErrorKind::DiskFull);
    }
    Err(ProcessErrorKind::Exit(match status.signal() {
        Some(signal) => format!("was ended by signal {signal}"),
        None => format!("ended with code {}", status.code().unwrap_or(-1)),
    }))
}
