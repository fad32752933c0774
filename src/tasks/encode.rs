//! Encoding one chunk of the time line in all its rungs.

use std::path::Path;
use std::sync::Arc;

use super::segments::{Check, Expected};
use super::{Context, io_failed, segments};
use crate::domain::task::{EncodeSpec, TaskError, TaskOutcome};
use crate::domain::transcode::Chunk;
use crate::media::command;
use crate::media::segments::{Init, Segment, retime};

/// A seek that landed too late, and nothing else, is worth decoding from the file's beginning.
const SEEK_MISSED: &str = "seek_missed";

pub async fn run(spec: &EncodeSpec, context: &Context) -> Result<TaskOutcome, TaskError> {
    let first = attempt(spec, context).await;
    match first {
        Err(error) if spec.chunk.seek.is_some() && matches!(error.code, SEEK_MISSED | "segments_missing") => {
            tracing::info!(chunk = spec.chunk.index, %error, "decoding from the beginning instead of seeking");
            for rung in &spec.rungs {
                let stale = context.work.join(&rung.name);
                std::fs::remove_dir_all(stale).map_err(|e| io_failed("clearing a rendition's directory", &e))?;
            }
            let unseeked = EncodeSpec { chunk: Chunk { seek: None, ..spec.chunk.clone() }, ..spec.clone() };
            attempt(&unseeked, context).await
        }
        other => other,
    }
}

async fn attempt(spec: &EncodeSpec, context: &Context) -> Result<TaskOutcome, TaskError> {
    let chunk = &spec.chunk;
    let expected = spec.rungs.iter().map(|rung| Expected {
        rendition: rung.name.clone(),
        first: chunk.first_segment,
        count: Some(chunk.starts.len() as u32),
    });
    let args = command::encode(&context.source, spec);
    let planned = chunk.clone();
    let check: Arc<Check> =
        Arc::new(move |file, number, init, segment| as_planned(&planned, file, number, init, segment));
    segments::run(context, args, expected.collect(), check, (chunk.start(), spec.duration_seconds)).await
}

/// The chunk's first frame must be the planned one: after a seek that landed late, frames would be missing. And
/// every segment is made to begin where the plan says to the tick, because ffmpeg sums up rounded durations and
/// rungs would drift apart by them.
fn as_planned(chunk: &Chunk, file: &Path, number: u32, init: &Init, segment: &Segment) -> Result<(), TaskError> {
    let at = (number - chunk.first_segment.min(number)) as usize;
    let Some(&start) = chunk.starts.get(at) else { return Ok(()) };
    let measured = segment.start as f64 / f64::from(init.timescale.max(1));
    let near = (measured - start).abs() <= chunk.quarter_frame.max(0.0005);
    if !near && at == 0 && chunk.index > 0 {
        let message = format!("the chunk begins at {measured:.3} s instead of {start:.3} s");
        return Err(TaskError::retry(SEEK_MISSED, message));
    }
    let end = chunk.starts.get(at + 1).copied().or(chunk.end);
    retime(file, init, start, end).map_err(|e| io_failed("timing a segment", &e))
}
