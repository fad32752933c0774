//! What is said in a video.

use crate::app::AppError;
use crate::config::Config;
use crate::db::{Conn, DbError};
use crate::domain::id::VideoId;
use crate::domain::task::{TaskOutcome, TaskSpec, TranscribeSpec};
use crate::domain::video::Video;

pub(super) fn plan(_config: &Config, video: &Video) -> Result<TaskSpec, AppError> {
    let Some(sound) = video.media.audio.first() else {
        return Err(AppError::conflict("no_audio", "This has no sound, so there is nothing to write down."));
    };
    Ok(TaskSpec::Transcribe(TranscribeSpec {
        start_seconds: video.media.start_seconds,
        stream_index: sound.index,
        duration_seconds: video.duration_seconds,
    }))
}

pub(super) fn is_due(_config: &Config) -> bool {
    false
}

pub(super) fn current(_conn: &mut Conn, _video: VideoId) -> Result<Option<u32>, DbError> {
    Ok(None)
}

pub(super) fn add(_conn: &mut Conn, _video: VideoId, _number: u32, _outcome: TaskOutcome) -> Result<(), DbError> {
    Ok(())
}
