//! The pictures that stand for a video: several widths, JPEG and WebP, and a tiny one for the page itself.

use base64::Engine as _;

use super::{Context, failed, io_failed};
use crate::domain::task::{TaskError, TaskEvent, TaskOutcome, ThumbnailSpec};
use crate::media::ffmpeg::command;
use crate::media::still::{Format, JPEG, TINY, WEBP};
use crate::media::thumbnail;

/// Widths made, pixels; wider than the source ones are left out, but one is always made.
const WIDTHS: [u32; 4] = [320, 640, 960, 1280];
/// Width of the picture that is put into pages as text, pixels.
const PLACEHOLDER_WIDTH: u32 = 24;

pub async fn run(spec: &ThumbnailSpec, context: &Context) -> Result<TaskOutcome, TaskError> {
    let moment = match spec.stream_index {
        Some(stream) if !spec.artwork => {
            let picture = &spec.picture;
            let (tools, source, cancel) = (&context.tools, &context.source, &context.cancel);
            let best = thumbnail::best_moment(tools, source, stream, spec.duration_seconds, picture, cancel);
            Some(best.await.map_err(failed)?)
        }
        _ => None,
    };
    let render = async |size: (u32, u32), format: &Format| {
        let args = match (spec.stream_index, spec.sound_index) {
            (Some(stream), _) => command::frame(&context.source, stream, moment, &spec.picture, size, format),
            (None, sound) => command::waveform(&context.source, sound.unwrap_or(0), size, format),
        };
        thumbnail::render(&context.tools, args, &context.cancel).await.map_err(failed)
    };
    let mut widths = Vec::new();
    for width in WIDTHS.into_iter().filter(|w| *w <= spec.width.max(WIDTHS[0])) {
        for format in [JPEG, WEBP] {
            let bytes = render(sized(spec, width), &format).await?;
            if bytes.is_empty() {
                return Err(TaskError::retry("thumbnail_failed", "ffmpeg gave no picture"));
            }
            let name = format!("thumbnail-{width}.{}", format.extension);
            tokio::fs::write(context.work.join(&name), bytes)
                .await
                .map_err(|e| io_failed("writing a thumbnail", &e))?;
            let sent = context.events.send(TaskEvent::File(name)).await;
            sent.map_err(|_| TaskError::free("cancelled", "nobody waits for the result any more"))?;
        }
        widths.push(width);
    }
    let tiny = render(sized(spec, PLACEHOLDER_WIDTH), &TINY).await?;
    let placeholder = format!("data:image/webp;base64,{}", base64::engine::general_purpose::STANDARD.encode(tiny));
    Ok(TaskOutcome::Thumbnail { widths, placeholder: Some(placeholder) })
}

/// The picture's own shape at a width; even sides, because 4:2:0 wants them.
fn sized(spec: &ThumbnailSpec, width: u32) -> (u32, u32) {
    let height = f64::from(width) * f64::from(spec.height.max(1)) / f64::from(spec.width.max(1));
    (width, ((height / 2.0).round() as u32 * 2).clamp(2, width * 3))
}
