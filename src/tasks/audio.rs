//! Making every audio rendition in one reading of the file. Sound is never cut into chunks: each encoder start
//! adds priming samples, which would click.

use std::sync::Arc;

use super::segments::Expected;
use super::{Context, segments};
use crate::domain::task::{AudioSpec, TaskError, TaskOutcome};
use crate::media::command;

pub async fn run(spec: &AudioSpec, context: &Context) -> Result<TaskOutcome, TaskError> {
    let expected = spec.renditions.iter().map(|r| Expected { rendition: r.name.clone(), first: 0, count: None });
    let args = command::audio(&context.source, spec);
    segments::run(context, args, expected.collect(), Arc::new(|_, _, _, _| Ok(())), (0.0, spec.pad_to_seconds)).await
}
