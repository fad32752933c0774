//! Pictures for the seek bar.

use crate::app::AppError;
use crate::config::Config;
use crate::db::{Conn, DbError};
use crate::domain::id::VideoId;
use crate::domain::task::{SpritesSpec, TaskOutcome, TaskSpec};
use crate::domain::video::Video;

pub(super) fn plan(_config: &Config, video: &Video) -> Result<TaskSpec, AppError> {
    let Some(stream) = &video.media.video else {
        return Err(AppError::conflict(
            "audio_only",
            "This has no picture, so there is nothing to show on the seek bar.",
        ));
    };
    Ok(TaskSpec::Sprites(SpritesSpec {
        start_seconds: video.media.start_seconds,
        stream_index: stream.index,
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
