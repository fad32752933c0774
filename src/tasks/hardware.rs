//! Encoding one chunk on a device, and in software where that fails: the chunk is never lost to a driver.
//!
//! What hardware makes of H.264 is published so that software can go on with it (`media::parameter_sets`), so each chunk is
//! redone by itself. In the other codecs that is impossible: the task fails with [`FAILED`], and whoever applies results
//! has the codec made anew in software.

use std::path::{Path, PathBuf};

use super::encode::{self, Way};
use super::{Context, cores, failed, io_failed};
use crate::domain::ladder::Codec;
use crate::domain::ladder::encoder::Device;
use crate::domain::task::{EncodeSpec, Retry, TaskError, TaskOutcome};
use crate::domain::transcode::Chunk;
use crate::media::ffmpeg::command;
use crate::media::ffmpeg::device::{Frames, Use};
use crate::media::ffmpeg::faults::{self, Fault};
use crate::media::ffmpeg::process;
use crate::media::ffmpeg::trial;
use crate::media::presentation::names;

/// Hardware failed at a codec that software cannot go on with.
const FAILED: &str = "hardware_failed";
/// Where software's init segments are made, below the work directory.
const BESIDE: &str = "beside";

/// Runs a spec that is meant for a device.
pub async fn run(spec: &EncodeSpec, device: Device, context: &Context) -> Result<TaskOutcome, TaskError> {
    let Some(with) = context.hardware.using(&spec.encoder, spec.frames_on_device.as_deref()) else {
        let reason = format!("{} does not work on this machine", spec.encoder);
        return in_software(spec, context, TaskError::abort(FAILED, reason)).await;
    };
    let beside = match inits_beside(spec, context).await {
        Ok(beside) => beside,
        // software says better what is wrong with the source
        Err(error) if is_of_device(&error) => return in_software(spec, context, error).await,
        Err(error) => return Err(error),
    };
    let mut result = on_device(spec, &with, beside.as_deref(), context).await;
    if let (Err(error), Frames::OnDevice, Some(format)) = (&result, with.frames, &spec.frames_on_device)
        && is_of_device(error)
        && !is_session_limit(error)
    {
        tracing::info!(format, %error, "frames go through memory instead of staying on the device");
        result = on_device(spec, &Use { frames: Frames::InMemory, ..with }, beside.as_deref(), context).await;
        if result.is_ok() {
            context.hardware.note_in_memory(device, format);
        }
    }
    match result {
        Ok(outcome) => {
            context.hardware.note_success(device);
            Ok(outcome)
        }
        Err(error) if !is_of_device(&error) => Err(error),
        Err(error) => {
            if !is_session_limit(&error) {
                context.hardware.note_failure(device, &fault(device, &error));
            }
            in_software(spec, context, error).await
        }
    }
}

/// What the device, its driver or its encoder may be at fault for.
fn is_of_device(error: &TaskError) -> bool {
    matches!(error.retry, Retry::Later | Retry::Never)
}

fn is_session_limit(error: &TaskError) -> bool {
    error.stderr.as_deref().is_some_and(faults::is_session_limit)
}

fn fault(device: Device, error: &TaskError) -> Fault {
    match &error.stderr {
        Some(stderr) if error.code == "ffmpeg_failed" => faults::explain(device, stderr),
        _ => Fault { reason: error.message.clone(), fix: None },
    }
}

async fn in_software(spec: &EncodeSpec, context: &Context, error: TaskError) -> Result<TaskOutcome, TaskError> {
    let reason = encoder_and_reason(spec, &error);
    let Some(beside) = spec.beside() else {
        return Err(TaskError { retry: Retry::Never, code: FAILED, message: reason, ..error });
    };
    tracing::warn!(chunk = spec.chunk.index, "encoding in software instead: {reason}");
    encode::clear(spec, context).await?;
    let outcome = encode::run_way(&beside, Way::Software, context).await?;
    Ok(match outcome {
        TaskOutcome::Segments { ranges, speed, .. } => TaskOutcome::Segments { ranges, speed, fallback: Some(reason) },
        other => other,
    })
}

fn encoder_and_reason(spec: &EncodeSpec, error: &TaskError) -> String {
    match spec.hardware().map(|device| fault(device, error)) {
        Some(fault) => format!("{}: {fault}", spec.encoder),
        None => error.message.clone(),
    }
}

/// As many rungs at once as the device has sessions.
async fn on_device(
    spec: &EncodeSpec,
    with: &Use,
    beside: Option<&Path>,
    context: &Context,
) -> Result<TaskOutcome, TaskError> {
    let together = context.hardware.session_limit(with.device).clamp(1, spec.rungs.len().max(1));
    let (mut seconds, mut measured) = (0.0, true);
    for rungs in spec.rungs.chunks(together) {
        let part = EncodeSpec { rungs: rungs.to_vec(), ..spec.clone() };
        encode::clear(&part, context).await?;
        let waited = tokio::select! {
            held = context.hardware.sessions(with.device, rungs.len()) => held,
            () = context.cancel.cancelled() => return Err(TaskError::free("cancelled", "it was cancelled")),
        };
        let outcome = encode::run_way(&part, Way::Device { with, beside }, context).await?;
        drop(waited);
        match outcome {
            TaskOutcome::Segments { speed: Some(speed), .. } => seconds += 1.0 / speed,
            _ => measured = false,
        }
    }
    let speed = (measured && seconds > 0.0).then(|| 1.0 / seconds);
    Ok(TaskOutcome::Segments { ranges: spec.ranges(), speed, fallback: None })
}

/// Makes the init segment that software would have for each rung, by encoding one frame of it. None for codecs that
/// cannot be mixed.
async fn inits_beside(spec: &EncodeSpec, context: &Context) -> Result<Option<PathBuf>, TaskError> {
    let Some(beside) = spec.beside().filter(|_| spec.rungs.iter().all(|rung| rung.codec == Codec::H264)) else {
        return Ok(None);
    };
    let directory = context.work.join(BESIDE);
    for rung in &spec.rungs {
        let directory = directory.join(&rung.name);
        tokio::fs::create_dir_all(directory).await.map_err(|e| io_failed("making a directory", &e))?;
    }
    let made = async || {
        for rung in &spec.rungs {
            if !tokio::fs::try_exists(directory.join(&rung.name).join(names::INIT)).await.unwrap_or(false) {
                return false;
            }
        }
        true
    };
    let (start, frame) = (spec.chunk.start(), 4.0 * spec.chunk.quarter_frame);
    let first_frame =
        Chunk { starts: vec![start], end: Some(start + 0.5 * frame), last_frame: None, ..spec.chunk.clone() };
    // a seek that lands behind the frame finds none
    for seek in [first_frame.seek, None] {
        if made().await {
            break;
        }
        let chunk = Chunk { seek, ..first_frame.clone() };
        let args = command::encode(&context.source, &EncodeSpec { chunk, ..beside.clone() }, None, cores());
        process::ffmpeg(&context.tools, &directory, args, &context.cancel, |_| {}).await.map_err(failed)?;
    }
    if made().await {
        return Ok(Some(directory));
    }
    Err(TaskError::retry("segments_missing", "software made no first frame to go beside"))
}

/// For devices: their drivers reserve far more addresses than they use.
pub fn tools(context: &Context) -> process::Tools {
    trial::unlimited(&context.tools)
}
