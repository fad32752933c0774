//! The pictures that stand for a video: several widths, JPEG and WebP, and a tiny one for the page itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Context, failed, io_failed};
use crate::domain::task::{TaskError, TaskEvent, TaskOutcome, ThumbnailSpec};
use crate::media::still::{JPEG, TINY, WEBP};
use crate::media::thumbnail::{self, Footage, Still, Subject};

/// Widths made, pixels; wider than the source ones are left out, but one is always made.
const WIDTHS: [u32; 4] = [320, 640, 960, 1280];
/// Width of the picture that is put into pages as text, pixels.
const PLACEHOLDER_WIDTH: u32 = 24;

pub async fn run(spec: &ThumbnailSpec, context: &Context) -> Result<TaskOutcome, TaskError> {
    let (tools, source, cancel) = (&context.tools, &context.source, &context.cancel);
    let (picture, key_frames_only) = (&spec.picture, spec.key_frames_only);
    let subject = match (spec.stream_index, spec.sound_index) {
        (Some(stream), _) if spec.artwork => Subject::Frame { stream, moment: None, picture },
        (Some(stream), _) => {
            let (pixels, duration) = (spec.width.saturating_mul(spec.height), spec.duration_seconds);
            let footage = Footage { stream, pixels, duration, key_frames_only, picture };
            let best = thumbnail::best_moment(tools, source, footage, cancel);
            Subject::Frame { stream, moment: Some(best.await.map_err(failed)?), picture }
        }
        (None, sound) => Subject::Waveform { stream: sound.unwrap_or(0) },
    };
    let widths: Vec<u32> = WIDTHS.into_iter().filter(|width| *width <= spec.width.max(WIDTHS[0])).collect();
    let mut stills = Vec::new();
    for width in &widths {
        for format in [&JPEG, &WEBP] {
            let file = context.work.join(format!("thumbnail-{width}.{}", format.extension));
            stills.push(Still { size: sized(spec, *width), format, file });
        }
    }
    let tiny = context.work.join("placeholder.webp");
    stills.push(Still { size: sized(spec, PLACEHOLDER_WIDTH), format: &TINY, file: tiny.clone() });
    thumbnail::render(tools, source, subject, &stills, cancel).await.map_err(failed)?;
    for still in &stills {
        // without a frame ffmpeg ends well, and leaves nothing or nothing much
        if !tokio::fs::metadata(&still.file).await.is_ok_and(|made| made.len() > 0) {
            return Err(TaskError::retry("thumbnail_failed", "ffmpeg gave no picture"));
        }
    }
    for still in stills.iter().filter(|still| still.file != tiny) {
        let name = still.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let sent = context.events.send(TaskEvent::File(name)).await;
        sent.map_err(|_| TaskError::free("cancelled", "nobody waits for the result any more"))?;
    }
    let tiny = tokio::fs::read(tiny).await.map_err(|e| io_failed("reading the placeholder", &e))?;
    let placeholder = format!("data:image/webp;base64,{}", STANDARD.encode(tiny));
    Ok(TaskOutcome::Thumbnail { widths, placeholder: Some(placeholder) })
}

/// The picture's own shape at a width; even sides, because 4:2:0 wants them.
fn sized(spec: &ThumbnailSpec, width: u32) -> (u32, u32) {
    let height = f64::from(width) * f64::from(spec.height.max(1)) / f64::from(spec.width.max(1));
    (width, ((height / 2.0).round() as u32 * 2).clamp(2, width * 3))
}
