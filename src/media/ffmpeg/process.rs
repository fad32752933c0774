//! Runs ffmpeg and ffprobe to their end, as the children that `child` makes of them.
//!
//! The blocking thread that started a child stays until it has ended, since the parent death signal follows the
//! thread.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use ffmpeg_sidecar::event::{FfmpegEvent, FfmpegProgress, LogLevel};
use ffmpeg_sidecar::log_parser::FfmpegLogParser;
use rustix::process::Signal;
use tokio::sync::{mpsc, oneshot};
use tokio::time::MissedTickBehavior;

use super::cancel::Cancel;
use super::child::{Done, Group, limited, wait};
use crate::config::Config;

/// Lines of error output kept for the admin.
const STDERR_LINES: usize = 50;
/// Longest line kept, characters.
const STDERR_LINE_CHARS: usize = 400;
/// Parts of the time after which an ffmpeg that does not get on is stopped.
const STALL_TICKS: u32 = 20;
/// Signals that a child does not get for what it does itself.
const FROM_OUTSIDE: [Signal; 4] = [Signal::KILL, Signal::TERM, Signal::INT, Signal::HUP];
/// Who warns when an input that comes over HTTP breaks off; the rest of ffmpeg takes that for its end.
const NETWORK_COMPLAINTS: [&str; 2] = ["[http @", "[tcp @"];
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
    /// Processor time of one child, of all its threads together.
    pub cpu: Duration,
    /// An ffmpeg that neither reports progress nor works for this long is stopped.
    pub stall: Duration,
}

impl Tools {
    /// As the configuration says.
    pub fn of(config: &Config) -> Self {
        Self {
            ffmpeg: config.ffmpeg.path.clone(),
            ffprobe: config.ffmpeg.probe_path.clone(),
            nice: config.transcoding.nice,
            memory_bytes: config.limits.ffmpeg_memory.0,
            file_bytes: config.limits.output_limit(config.storage.max_upload_size).0,
            cpu: config.limits.ffmpeg_cpu,
            stall: config.transcoding.stall_timeout,
        }
    }

    /// For what a viewer waits for: half as nice, so that the encoders beside it give way.
    #[must_use]
    pub fn urgent(&self) -> Self {
        Self { nice: self.nice / 2, ..self.clone() }
    }
}

impl Default for Tools {
    fn default() -> Self {
        Self {
            ffmpeg: "ffmpeg".into(),
            ffprobe: "ffprobe".into(),
            nice: 10,
            memory_bytes: 8 << 30,
            file_bytes: 1 << 40,
            cpu: Duration::from_secs(48 * 60 * 60),
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
    /// It ended with an exit code, or by a signal for its own fault.
    Exit(String),
    /// Somebody ended it from outside: the system for lack of memory, or whoever shuts the machine down.
    Killed(String),
    /// Somebody suspended it and nobody let it go on.
    Suspended,
    /// It made no progress and was stopped.
    Stalled,
    /// It took longer than it may and was stopped.
    TimedOut,
    /// It used all the processor time it may have.
    CpuLimit,
    /// We were asked to stop.
    Cancelled,
    /// The disk is full.
    DiskFull,
    /// It could not read on, took that for the end of its input, and succeeded.
    InputCutOff,
}

impl std::fmt::Display for ProcessError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            ProcessErrorKind::Start(why) => write!(f, "could not be started: {why}"),
            ProcessErrorKind::Exit(how) => match self.cause() {
                Some(cause) => write!(f, "{how}: {cause}"),
                None => f.write_str(how),
            },
            ProcessErrorKind::Killed(how) => f.write_str(how),
            ProcessErrorKind::Suspended => f.write_str("was suspended, did not go on and was stopped"),
            ProcessErrorKind::Stalled => f.write_str("made no progress and was stopped"),
            ProcessErrorKind::TimedOut => f.write_str("took too long and was stopped"),
            ProcessErrorKind::CpuLimit => f.write_str("used all the processor time it may have and was stopped"),
            ProcessErrorKind::Cancelled => f.write_str("was cancelled"),
            ProcessErrorKind::InputCutOff => f.write_str("could not read its input to the end"),
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
    let cpu = tools.cpu;
    let child = tokio::task::spawn_blocking(move || supervise(command, cpu, shown, started, &progress));
    let group = Group::of(pid.await.ok());

    let mut last: Option<FfmpegProgress> = None;
    // counted in ticks and not by the clock: while this whole process stands still, ffmpeg is not to blame
    let tick = (tools.stall / STALL_TICKS).max(Duration::from_millis(1));
    let (mut ticks, mut quiet, mut done) = (tokio::time::interval(tick), 0, Done::default());
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut stopped = None;
    loop {
        tokio::select! {
            biased;
            event = events.recv() => {
                let Some(now) = event else { break };
                if last.as_ref().is_none_or(|l| l.time != now.time || l.frame != now.frame || l.size_kb != now.size_kb) {
                    quiet = 0;
                    on_progress(&now);
                }
                last = Some(now);
            }
            _ = ticks.tick(), if stopped.is_none() => {
                let now = group.done();
                // before its first output it reports nothing, however much it reads and decodes to get there
                if now.is_well_beyond(&done, tools.stall) {
                    (quiet, done) = (0, now);
                }
                quiet += 1;
                if quiet > STALL_TICKS {
                    stopped = Some(if group.is_suspended() { ProcessErrorKind::Suspended } else { ProcessErrorKind::Stalled });
                    group.kill();
                }
            }
            () = cancel.cancelled(), if stopped.is_none() => {
                stopped = Some(ProcessErrorKind::Cancelled);
                group.kill();
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
    cancel: &Cancel,
) -> Result<Vec<u8>, ProcessError> {
    let read = |stdout: &mut dyn Read| {
        let mut bytes = Vec::new();
        stdout.take(OUTPUT_MAX_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read_output(tools, program, args, timeout, cancel, read).await
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
    watch_output(tools, program, args, (timeout, None), cancel, read).await
}

/// As [`read_output`]; a program that does nothing for the second time is stopped, too.
pub async fn watch_output<T: Send + 'static>(
    tools: &Tools,
    program: &Path,
    args: Vec<OsString>,
    (timeout, stall): (Duration, Option<Duration>),
    cancel: &Cancel,
    read: impl FnOnce(&mut dyn Read) -> std::io::Result<T> + Send + 'static,
) -> Result<T, ProcessError> {
    let mut command = limited(tools, program);
    command.args(&args).stdout(Stdio::piped());
    let shown = shown(program, &args);
    let (started, pid) = oneshot::channel();
    let cpu = tools.cpu;
    let mut child = tokio::task::spawn_blocking(move || collect(command, cpu, shown, started, read));
    let group = Group::of(pid.await.ok());
    let (result, stopped) = tokio::select! {
        result = &mut child => (result, None),
        () = tokio::time::sleep(timeout) => { group.kill(); (child.await, Some(ProcessErrorKind::TimedOut)) }
        kind = idle(&group, stall) => { group.kill(); (child.await, Some(kind)) }
        () = cancel.cancelled() => { group.kill(); (child.await, Some(ProcessErrorKind::Cancelled)) }
    };
    group.disarm();
    let result = result.unwrap_or_else(|panic| Err(failed(ProcessErrorKind::Start(panic.to_string()))));
    match stopped {
        Some(kind) => result.map_err(|error| ProcessError { kind, ..error }),
        None => result,
    }
}

/// Returns when the child did nothing for so long.
async fn idle(group: &Group, stall: Option<Duration>) -> ProcessErrorKind {
    let Some(stall) = stall else { return std::future::pending().await };
    let (mut quiet, mut done) = (0, Done::default());
    loop {
        tokio::time::sleep((stall / STALL_TICKS).max(Duration::from_millis(1))).await;
        let now = group.done();
        quiet += 1;
        if now.is_well_beyond(&done, stall) {
            (quiet, done) = (0, now);
        }
        if quiet > STALL_TICKS {
            return if group.is_suspended() { ProcessErrorKind::Suspended } else { ProcessErrorKind::Stalled };
        }
    }
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
    cpu: Duration,
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
    let (status, used) = wait(&mut child).map_err(|e| error(ProcessErrorKind::Start(e.to_string()), &lines))?;
    finish(status, used >= cpu * 9 / 10, &lines).map_err(|kind| error(kind, &lines))
}

fn collect<T>(
    mut command: Command,
    cpu: Duration,
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
    let (status, used) = wait(&mut child).map_err(|e| error(ProcessErrorKind::Start(e.to_string()), &lines))?;
    for line in String::from_utf8_lossy(&drain.join().unwrap_or_default()).lines() {
        keep(&mut lines, line);
    }
    finish(status, used >= cpu * 9 / 10, &lines).map_err(|kind| error(kind, &lines))?;
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

fn finish(status: ExitStatus, out_of_time: bool, lines: &VecDeque<String>) -> Result<(), ProcessErrorKind> {
    if status.success() {
        let cut_off = lines.iter().any(|line| NETWORK_COMPLAINTS.iter().any(|mark| line.contains(mark)));
        return if cut_off { Err(ProcessErrorKind::InputCutOff) } else { Ok(()) };
    }
    if lines.iter().any(|l| l.contains("No space left on device") || l.contains("Disk quota exceeded")) {
        return Err(ProcessErrorKind::DiskFull);
    }
    Err(match status.signal() {
        Some(signal) if out_of_time && signal == Signal::KILL.as_raw() => ProcessErrorKind::CpuLimit,
        Some(signal) if FROM_OUTSIDE.iter().any(|outside| outside.as_raw() == signal) => {
            ProcessErrorKind::Killed(format!("was ended by signal {signal}"))
        }
        Some(signal) => ProcessErrorKind::Exit(format!("was ended by signal {signal}")),
        None => ProcessErrorKind::Exit(format!("ended with code {}", status.code().unwrap_or(-1))),
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::time::Instant;

    use super::*;

    /// Works, with no child that would do it, until the file `stop` is there.
    const BURN: &str = "until [ -e stop ]; do :; done";

    /// Runs a program in place of ffmpeg, which after two seconds finds the file `stop`.
    async fn run(script: &str, stall: Duration, cpu: Duration) -> Result<Finished, ProcessErrorKind> {
        let directory = tempfile::tempdir().unwrap();
        let (program, stop) = (directory.path().join("ffmpeg"), directory.path().join("stop"));
        std::fs::write(&program, format!("#!/bin/sh\n{script}\nexec ffmpeg -version\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let tools = Tools { ffmpeg: program, stall, cpu, ..Tools::default() };
        let stopping = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(2)).await;
            std::fs::write(stop, "").unwrap();
        });
        let result = ffmpeg(&tools, directory.path(), Vec::new(), &Cancel::default(), |_| {}).await;
        stopping.abort();
        result.map_err(|error| error.kind)
    }

    #[tokio::test]
    async fn who_works_without_a_word_is_let_work_and_who_sleeps_is_stopped() {
        let (stall, cpu) = (Duration::from_millis(500), Duration::from_secs(60));
        let begun = Instant::now();
        assert!(run(BURN, stall, cpu).await.is_ok());
        assert!(begun.elapsed() >= Duration::from_secs(2), "it was silent for four times as long as it may");
        assert_eq!(run("sleep 60", stall, cpu).await.unwrap_err(), ProcessErrorKind::Stalled);
    }

    #[tokio::test]
    async fn who_works_for_ever_is_stopped() {
        let ended = run("while :; do :; done", Duration::from_secs(60), Duration::from_secs(1)).await;
        assert_eq!(ended.unwrap_err(), ProcessErrorKind::CpuLimit);
    }
}
