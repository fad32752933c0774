//! Running one task: spec and work directory in, outcome out. The same code runs in the server's own pools and
//! in a worker on another machine, so nothing here knows the database, the settings or the web.

mod audio;
mod copy;
mod encode;
mod hardware;
mod segments;
mod sprites;
mod subtitles;
mod thumbnail;
mod transcribe;

use std::path::PathBuf;

use tokio::sync::mpsc;

use crate::domain::media::Analysis;
use crate::domain::task::{Retry, TaskError, TaskEvent, TaskOutcome, TaskSpec};
pub use crate::media::ffmpeg::cancel::Cancel;
use crate::media::ffmpeg::hardware::Hardware;
pub use crate::media::ffmpeg::input::Input;
use crate::media::ffmpeg::process::{ProcessError, ProcessErrorKind, Tools};
pub use transcribe::Listening;

/// What a task may use while it runs.
pub struct Context {
    /// ffmpeg and ffprobe.
    pub tools: Tools,
    /// What hardware works here.
    pub hardware: Hardware,
    /// The source.
    pub source: Input,
    /// An empty directory of the task's own.
    pub work: PathBuf,
    /// What listens; none where there is no model.
    pub listening: Option<Listening>,
    /// Where it reports.
    pub events: mpsc::Sender<TaskEvent>,
    /// Stops it.
    pub cancel: Cancel,
}

/// The directory below the work directory whose files an addition leaves for its video.
pub const ADDED: &str = "added";
/// With less room than this, bytes, a failure is the disk's. ffmpeg's segment muxer does not say that it was full.
const FULL_BYTES: u64 = 8 << 20;

/// Runs a task to its end.
pub async fn run(spec: &TaskSpec, context: &Context) -> Result<TaskOutcome, TaskError> {
    match run_kind(spec, context).await {
        Err(error) if error.retry == Retry::Later && is_full(context.work.clone()).await => Err(full(error)),
        result => result,
    }
}

async fn is_full(directory: PathBuf) -> bool {
    let look = move || rustix::fs::statvfs(&directory);
    let seen = tokio::task::spawn_blocking(look).await;
    matches!(seen, Ok(Ok(stat)) if stat.f_bavail * stat.f_frsize < FULL_BYTES)
}

/// Trying again does not count: it helps as soon as there is room.
fn full(error: TaskError) -> TaskError {
    let wait = TaskError::free("storage_full", "The disk is full; the work goes on when there is room.");
    TaskError { command: error.command, stderr: error.stderr, ..wait }
}

async fn run_kind(spec: &TaskSpec, context: &Context) -> Result<TaskOutcome, TaskError> {
    match spec {
        TaskSpec::Analyse(spec) => {
            let Some(stream) = spec.stream_index else { return Ok(TaskOutcome::Analysis(Analysis::default())) };
            let analysis =
                crate::media::analyse::analyse(&context.tools.urgent(), spec, stream, &context.source, &context.cancel)
                    .await
                    .map_err(failed)?;
            if analysis.frame_count == 0 {
                return Err(TaskError::abort("invalid_media", "The file announces a picture but holds none."));
            }
            Ok(TaskOutcome::Analysis(analysis))
        }
        TaskSpec::Copy(spec) => copy::run(spec, context).await,
        TaskSpec::Encode(spec) | TaskSpec::Reencode(spec) => encode::run(spec, context).await,
        TaskSpec::Audio(spec) => audio::run(spec, context).await,
        TaskSpec::Subtitles(spec) => subtitles::run(spec, context).await,
        TaskSpec::Thumbnail(spec) => thumbnail::run(spec, context).await,
        TaskSpec::Sprites(spec) => sprites::run(spec, context).await,
        TaskSpec::Transcribe(spec) => transcribe::run(spec, context).await,
        TaskSpec::Deliver(_) => Err(TaskError::abort("not_media", "Messages are sent by the server's own pool.")),
    }
}

/// Cores of this machine.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// What a failed child means for the task.
fn failed(error: ProcessError) -> TaskError {
    let message = format!("ffmpeg {error}");
    let base = match error.kind {
        ProcessErrorKind::Start(_) => TaskError::retry("ffmpeg_not_started", message),
        ProcessErrorKind::Exit(_) => TaskError::retry("ffmpeg_failed", message),
        ProcessErrorKind::Killed(_) => TaskError::machine("ffmpeg_killed", message),
        ProcessErrorKind::Suspended => TaskError::machine("ffmpeg_suspended", message),
        ProcessErrorKind::Stalled => TaskError::retry("ffmpeg_stalled", message),
        ProcessErrorKind::TimedOut => TaskError::retry("ffmpeg_timed_out", message),
        // another try would take as long
        ProcessErrorKind::CpuLimit => TaskError::abort("ffmpeg_cpu_limit", message),
        ProcessErrorKind::Cancelled => TaskError::free("cancelled", message),
        ProcessErrorKind::InputCutOff => TaskError::machine("server_unreachable", message),
        ProcessErrorKind::DiskFull => {
            TaskError::free("storage_full", "The disk is full; the work goes on when there is room.")
        }
    };
    TaskError {
        command: Some(error.command).filter(|c| !c.is_empty()),
        stderr: Some(error.stderr).filter(|s| !s.is_empty()),
        ..base
    }
}

/// A file error in the work directory.
fn io_failed(what: &str, error: &std::io::Error) -> TaskError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            TaskError::free("storage_full", "The disk is full; the work goes on when there is room.")
        }
        std::io::ErrorKind::InvalidData => TaskError::retry("invalid_segment", format!("{what}: {error}")),
        _ => TaskError::retry("work_directory_failed", format!("{what}: {error}")),
    }
}
