//! The pictures of the seek bar: sheets of tiles and their index, from key frames where there are enough.

use super::segments::{parse_time, report};
use super::{ADDED, Context, failed, io_failed};
use crate::domain::task::{AnalyseSpec, SpriteSheets, SpritesSpec, TaskError, TaskOutcome};
use crate::media::analyse;
use crate::media::ffmpeg::process;
use crate::media::sprites::{self, Way};

pub async fn run(spec: &SpritesSpec, context: &Context) -> Result<TaskOutcome, TaskError> {
    let look = AnalyseSpec {
        stream_index: Some(spec.stream_index),
        start_seconds: spec.start_seconds,
        segment_seconds: f64::from(spec.interval_seconds),
    };
    let analysis = analyse::analyse(&context.tools, &look, spec.stream_index, &context.source, &context.cancel)
        .await
        .map_err(failed)?;
    let mut way = sprites::way(spec, &analysis.key_frames);
    let decoded = make(spec, way, context).await?;
    // of some streams a decoder takes few of the frames for key frames that the file calls so
    if !way.every_frame && decoded * 2 < analysis.key_frames.len() as u64 {
        way = Way { interval_seconds: spec.interval_seconds, every_frame: true };
        make(spec, way, context).await?;
    }
    let made = sprites::sheets(spec, way);
    check(&made, context).await?;
    let index = context.work.join(ADDED).join(sprites::INDEX);
    tokio::fs::write(index, sprites::index(&made)).await.map_err(|e| io_failed("writing the index", &e))?;
    Ok(TaskOutcome::Sprites(made))
}

/// Makes the sheets. Returns how many frames were decoded.
async fn make(spec: &SpritesSpec, way: Way, context: &Context) -> Result<u64, TaskError> {
    let directory = context.work.join(ADDED);
    let anew = async {
        match tokio::fs::remove_dir_all(&directory).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => tokio::fs::create_dir(&directory).await,
        }
    };
    anew.await.map_err(|e| io_failed("creating a directory", &e))?;
    let args = sprites::command(&context.source, spec, way, ADDED);
    let mut decoded = 0;
    let made = process::ffmpeg(&context.tools, &context.work, args, &context.cancel, |now| {
        decoded = decoded.max(u64::from(now.frame));
        report(&context.events, parse_time(&now.time), 0.0, spec.duration_seconds, f64::from(now.speed));
    });
    made.await.map_err(failed)?;
    Ok(decoded)
}

/// ffmpeg is content with a file that it can decode nothing of.
async fn check(made: &SpriteSheets, context: &Context) -> Result<(), TaskError> {
    for number in 0..made.sheets() {
        let path = context.work.join(ADDED).join(sprites::sheet(number));
        if !tokio::fs::metadata(path).await.is_ok_and(|file| file.len() > 0) {
            let message = format!("{} sheets were to be made, and sheet {number} is not there.", made.sheets());
            return Err(TaskError::retry("sprites_missing", message));
        }
    }
    Ok(())
}
