//! Extracting text subtitles as WebVTT.

use super::{Context, failed, io_failed};
use crate::domain::task::{SubtitlesSpec, TaskError, TaskEvent, TaskOutcome};
use crate::media::ffmpeg::{command, process};
use crate::media::presentation::names;

pub async fn run(spec: &SubtitlesSpec, context: &Context) -> Result<TaskOutcome, TaskError> {
    for track in &spec.tracks {
        let directory = context.work.join(&track.name);
        tokio::fs::create_dir_all(directory).await.map_err(|e| io_failed("creating a directory", &e))?;
    }
    let mut tracks = Vec::new();
    for track in readable(spec, context).await?.tracks {
        let file = format!("{}/{}", track.name, names::CAPTIONS);
        let text = tokio::fs::read_to_string(context.work.join(&file)).await;
        let text = text.map_err(|e| io_failed("reading a text track", &e))?;
        // a track without a single cue would be an empty entry in the viewer's menu
        if text.contains("-->") {
            let sent = context.events.send(TaskEvent::File(file)).await;
            sent.map_err(|_| TaskError::free("cancelled", "nobody waits for the result any more"))?;
            tracks.push(track.name);
        }
    }
    Ok(TaskOutcome::Text { tracks })
}

/// Extracts all tracks in one reading of the file. One that ffmpeg cannot decode takes the others down with it: then each is
/// tried by itself, and those that fail are left out.
async fn readable(spec: &SubtitlesSpec, context: &Context) -> Result<SubtitlesSpec, TaskError> {
    let error = match extract(spec, context).await {
        Ok(()) => return Ok(spec.clone()),
        Err(error) if error.code != "ffmpeg_failed" || spec.tracks.len() == 1 => return Err(error),
        Err(error) => error,
    };
    let mut read = SubtitlesSpec { tracks: Vec::new(), ..spec.clone() };
    for track in &spec.tracks {
        let alone = SubtitlesSpec { tracks: vec![track.clone()], ..spec.clone() };
        match extract(&alone, context).await {
            Ok(()) => read.tracks.push(track.clone()),
            Err(error) if error.code != "ffmpeg_failed" => return Err(error),
            Err(error) => tracing::warn!(stream = track.stream_index, %error, "subtitles are left out"),
        }
    }
    if read.tracks.is_empty() { Err(error) } else { Ok(read) }
}

async fn extract(spec: &SubtitlesSpec, context: &Context) -> Result<(), TaskError> {
    let args = command::subtitles(&context.source, spec);
    process::ffmpeg(&context.tools, &context.work, args, &context.cancel, |_| {}).await.map(|_| ()).map_err(failed)
}
