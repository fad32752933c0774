//! Making every audio rendition in one reading of the file; where loudness counts, it is measured in another before.
//! Sound is never cut into chunks: each encoder start adds priming samples, which would click.

use std::sync::Arc;

use super::segments::Expected;
use super::{Context, failed, segments};
use crate::domain::task::{AudioSpec, TaskError, TaskOutcome};
use crate::domain::transcode::AudioRendition;
use crate::media::ffmpeg::command;
use crate::media::ffmpeg::process::Tools;
use crate::media::loudness::{self, Gain};

pub async fn run(spec: &AudioSpec, context: &Context) -> Result<TaskOutcome, TaskError> {
    let (tools, mut gains) = (context.tools.urgent(), Vec::new());
    for rendition in &spec.renditions {
        gains.push(gain(spec, rendition, &tools, context).await?);
    }
    let expected =
        spec.renditions.iter().map(|r| Expected { rendition: r.name.clone(), first: 0, count: None, beside: None });
    let args = command::audio(&context.source, spec, &gains);
    segments::run(context, &tools, args, expected.collect(), Arc::new(|_, _, _, _| Ok(())), (0.0, spec.pad_to_seconds))
        .await
}

/// Of the rendition, not of the source: a downmix is not as loud as what it was made of.
async fn gain(
    spec: &AudioSpec,
    rendition: &AudioRendition,
    tools: &Tools,
    context: &Context,
) -> Result<Gain, TaskError> {
    let Some(target) = spec.loudness_lufs.filter(|_| rendition.encode_rate.is_some()) else {
        return Ok(Gain::default());
    };
    let args = command::loudness(&context.source, spec, rendition);
    let measured = loudness::measure(tools, args, &context.cancel).await.map_err(failed)?;
    tracing::debug!(rendition = rendition.name, ?measured, target, "loudness, LUFS");
    Ok(Gain::between(measured, target))
}
