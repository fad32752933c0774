//! Extracting text subtitles as WebVTT.

use std::fs;

use super::{Context, failed, io_failed};
use crate::domain::task::{SubtitlesSpec, TaskError, TaskEvent, TaskOutcome};
use crate::media::presentation::names;
use crate::media::{command, process};

pub async fn run(spec: &SubtitlesSpec, context: &Context) -> Result<TaskOutcome, TaskError> {
    for track in &spec.tracks {
        fs::create_dir_all(context.work.join(&track.name)).map_err(|e| io_failed("creating a directory", &e))?;
    }
    let args = command::subtitles(&context.source, spec);
    process::ffmpeg(&context.tools, &context.work, args, &context.cancel, |_| {}).await.map_err(failed)?;
    let mut tracks = Vec::new();
    for track in &spec.tracks {
        let file = format!("{}/{}", track.name, names::CAPTIONS);
        let text = fs::read_to_string(context.work.join(&file)).map_err(|e| io_failed("reading a text track", &e))?;
        // a track without a single cue would be an empty entry in the viewer's menu
        if text.contains("-->") {
            let sent = context.events.send(TaskEvent::File(file)).await;
            sent.map_err(|_| TaskError::free("cancelled", "nobody waits for the result any more"))?;
            tracks.push(track.name.clone());
        }
    }
    Ok(TaskOutcome::Text { tracks })
}
