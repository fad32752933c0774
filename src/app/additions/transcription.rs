//! What is said in a video: heard by a task, kept as a row with its text, and shown as captions beside what is watched.

use serde_json::json;

use crate::app::AppError;
use crate::app::webhooks::Outbox;
use crate::config::Config;
use crate::db::{Conn, DbError, now_ms, videos};
use crate::domain::id::VideoId;
use crate::domain::speech::Transcript;
use crate::domain::task::{TaskOutcome, TaskSpec, TranscribeSpec};
use crate::domain::video::Video;
use crate::domain::webhook::WebhookEvent;
use crate::speech::models;

/// Looks for the model on disk: blocks.
pub(super) fn plan(config: &Config, video: &Video) -> Result<TaskSpec, AppError> {
    let audio = &video.media.audio;
    let Some(sound) = audio.iter().find(|sound| sound.default).or(audio.first()) else {
        return Err(AppError::conflict("no_audio", "This has no sound, so there is nothing to write down."));
    };
    if !config.transcription.enabled {
        let message = "Writing down what is said is switched off: transcription.enabled.";
        return Err(AppError::conflict("transcription_disabled", message));
    }
    models::find(config).map_err(|missing| {
        AppError::conflict("model_missing", format!("Nothing can listen: {}. Fix: {}.", missing.what, missing.fix))
    })?;
    Ok(TaskSpec::Transcribe(TranscribeSpec {
        start_seconds: video.media.start_seconds,
        stream_index: sound.index,
        duration_seconds: video.duration_seconds,
        language: config.transcription.language.0.map(str::to_owned),
    }))
}

pub(super) fn is_due(config: &Config) -> bool {
    config.transcription.enabled && config.transcription.on_upload
}

/// What was deleted does not come back by itself.
pub(super) fn was_deleted(conn: &mut Conn, video: VideoId) -> Result<bool, DbError> {
    Ok(videos::transcripts::find(conn, video)?.is_some_and(|transcript| transcript.number.is_none()))
}

pub(super) fn current(conn: &mut Conn, video: VideoId) -> Result<Option<u32>, DbError> {
    Ok(videos::transcripts::find(conn, video)?.and_then(|transcript| transcript.number))
}

pub(super) fn add(
    conn: &mut Conn,
    outbox: &Outbox,
    id: VideoId,
    number: u32,
    outcome: TaskOutcome,
) -> Result<(), DbError> {
    let TaskOutcome::Transcript { language, probability, words, seconds, text } = outcome else { return Ok(()) };
    let now = now_ms();
    let transcript = Transcript {
        video_id: id,
        number: Some(number),
        shown_number: None,
        language,
        probability,
        text,
        word_count: words,
        duration_seconds: seconds,
        edited: false,
        created_at_ms: now,
        updated_at_ms: now,
    };
    videos::transcripts::keep(conn, &transcript)?;
    let Transcript { language, word_count, duration_seconds, .. } = transcript;
    let more = json!({ "language": language, "word_count": word_count, "duration_seconds": duration_seconds });
    let video = videos::get(conn, id)?;
    outbox.record_video(conn, WebhookEvent::TranscriptionCompleted, &video, more)
}
