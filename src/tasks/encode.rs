//! Encoding one chunk of the time line in all its rungs, in software or (`hardware`) on a device.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::segments::{Check, Expected};
use super::{Context, cores, hardware, io_failed, segments};
use crate::domain::task::{EncodeSpec, TaskError, TaskEvent, TaskOutcome};
use crate::domain::transcode::Chunk;
use crate::media::ffmpeg::command;
use crate::media::ffmpeg::device::Use;
use crate::media::presentation::names;
use crate::media::segments::{Init, Segment, retime};

/// A seek that landed too late, and nothing else, is worth decoding from the file's beginning.
const SEEK_MISSED: &str = "seek_missed";
/// The end of the chunk is missing.
const CUT_OFF: &str = "chunk_cut_off";
/// Runs of ffmpeg in one attempt.
const ATTEMPTS: usize = 3;

/// Where a chunk ended that ended too early, seconds. At the same place again, it is the film that has no more: its last
/// pictures are damaged.
#[derive(Clone, Default)]
struct Ends(Arc<Mutex<Option<f64>>>);

impl Ends {
    fn is_again(&self, end: f64, tolerance: f64) -> bool {
        let before = self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(end);
        before.is_some_and(|before| (before - end).abs() <= tolerance)
    }
}

/// How a chunk is encoded.
#[derive(Clone, Copy)]
pub enum Way<'a> {
    /// By the processor.
    Software,
    /// By a device; `beside` has software's init segments, whose parameter sets are added to those of the device.
    Device {
        /// Which.
        with: &'a Use,
        /// A directory with one directory a rendition.
        beside: Option<&'a Path>,
    },
}

pub async fn run(spec: &EncodeSpec, context: &Context) -> Result<TaskOutcome, TaskError> {
    match spec.hardware() {
        Some(device) => hardware::run(spec, device, context).await,
        None => run_way(spec, Way::Software, context).await,
    }
}

/// Seeks, and where that lands too late decodes from the beginning. What ends too early is tried again: ffmpeg takes an input
/// that cannot be read on for one that ended.
pub async fn run_way(spec: &EncodeSpec, way: Way<'_>, context: &Context) -> Result<TaskOutcome, TaskError> {
    let (mut spec, ends) = (spec.clone(), Ends::default());
    for _ in 1..ATTEMPTS {
        let error = match attempt(&spec, way, context, &ends).await {
            Err(error) if error.code == CUT_OFF => error,
            Err(error) if spec.chunk.seek.is_some() && matches!(error.code, SEEK_MISSED | "segments_missing") => {
                spec.chunk.seek = None;
                error
            }
            other => return other,
        };
        tracing::info!(chunk = spec.chunk.index, seek = spec.chunk.seek, %error, "encoding once more");
        clear(&spec, context).await?;
    }
    attempt(&spec, way, context, &ends).await
}

/// Removes what an earlier attempt left, once all that it handed over was taken.
pub async fn clear(spec: &EncodeSpec, context: &Context) -> Result<(), TaskError> {
    // whoever receives handles one after the other: this one comes after all files
    let _ = context.events.send(TaskEvent::Progress { fraction: 0.0, speed: None }).await;
    let _ = context.events.reserve_many(context.events.max_capacity()).await;
    for rung in &spec.rungs {
        match tokio::fs::remove_dir_all(context.work.join(&rung.name)).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(io_failed("clearing a rendition's directory", &error));
            }
            _ => {}
        }
    }
    Ok(())
}

async fn attempt(spec: &EncodeSpec, way: Way<'_>, context: &Context, ends: &Ends) -> Result<TaskOutcome, TaskError> {
    let chunk = &spec.chunk;
    let (device, beside) = match way {
        Way::Software => (None, None),
        Way::Device { with, beside } => (Some(with), beside),
    };
    let expected = spec.rungs.iter().map(|rung| Expected {
        rendition: rung.name.clone(),
        first: chunk.first_segment,
        count: Some(chunk.starts.len() as u32),
        beside: beside.map(|directory| directory.join(&rung.name).join(names::INIT)),
    });
    let args = command::encode(&context.source, spec, device, cores());
    let tools = device.map_or_else(|| context.tools.clone(), |_| hardware::tools(context));
    let (planned, ends) = (chunk.clone(), ends.clone());
    let check: Arc<Check> =
        Arc::new(move |file, number, init, segment| as_planned(&planned, &ends, file, (number, init, segment)));
    segments::run(context, &tools, args, expected.collect(), check, (chunk.start(), spec.duration_seconds)).await
}

/// The chunk's first and last frames must be the planned ones: after a seek that landed late, or when the source broke off,
/// frames would be missing. And
/// every segment is made to begin where the plan says to the tick, because ffmpeg sums up rounded durations and
/// rungs would drift apart by them.
fn as_planned(
    chunk: &Chunk,
    ends: &Ends,
    file: &Path,
    (number, init, segment): (u32, &Init, &Segment),
) -> Result<(), TaskError> {
    let at = (number - chunk.first_segment.min(number)) as usize;
    let Some(&start) = chunk.starts.get(at) else { return Ok(()) };
    let seconds = |ticks: u64| ticks as f64 / f64::from(init.timescale.max(1));
    let measured = seconds(segment.start);
    let near = (measured - start).abs() <= chunk.quarter_frame.max(0.0005);
    if !near && at == 0 && chunk.index > 0 {
        let message = format!("the chunk begins at {measured:.3} s instead of {start:.3} s");
        return Err(TaskError::retry(SEEK_MISSED, message));
    }
    let ended = seconds(segment.start + segment.duration);
    let is_last = at + 1 == chunk.starts.len();
    if let Some(last) = chunk.last_frame.filter(|last| is_last && ended < *last)
        && !ends.is_again(ended, chunk.quarter_frame)
    {
        let message = format!("the chunk ends at {ended:.3} s, and its last frame is at {last:.3} s");
        return Err(TaskError::machine(CUT_OFF, message));
    }
    let end = chunk.starts.get(at + 1).copied().or(chunk.end);
    retime(file, init, start, end).map_err(|e| io_failed("timing a segment", &e))
}
