//! What webhooks are told of: the kinds, and each kind's message.

use serde_json::{Value, json};

use crate::domain::error::UnknownText;
use crate::domain::id::VideoId;
use crate::domain::video::Failure;

/// Something that happened. Alerts say that somebody should look, and come no more often than `alerts.rate_limit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WebhookEvent {
    /// A file became a video.
    VideoUploaded,
    /// A video can be watched while the rest of it is made.
    VideoPlayable,
    /// A video is made.
    VideoReady,
    /// A video was not made.
    VideoFailed,
    /// A video is gone.
    VideoDeleted,
    /// What is said in a video was written down.
    TranscriptionCompleted,
    /// A machine came for the first time.
    WorkerRegistered,
    /// A machine is not heard of any more.
    WorkerOffline,
    /// A job failed for good.
    AlertJobFailed,
    /// A machine that lends its CPU is not heard of any more.
    AlertWorkerOffline,
    /// The disk is nearly full.
    AlertStorageLow,
    /// Tasks were left behind by whoever worked on them.
    AlertLeasesLost,
    /// An admin tries whether messages arrive.
    Test,
}

impl WebhookEvent {
    /// Those one can ask for.
    pub const ALL: [Self; 12] = [
        Self::VideoUploaded,
        Self::VideoPlayable,
        Self::VideoReady,
        Self::VideoFailed,
        Self::VideoDeleted,
        Self::TranscriptionCompleted,
        Self::WorkerRegistered,
        Self::WorkerOffline,
        Self::AlertJobFailed,
        Self::AlertWorkerOffline,
        Self::AlertStorageLow,
        Self::AlertLeasesLost,
    ];

    /// The text stored in the database, sent, and shown in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VideoUploaded => "video.uploaded",
            Self::VideoPlayable => "video.playable",
            Self::VideoReady => "video.ready",
            Self::VideoFailed => "video.failed",
            Self::VideoDeleted => "video.deleted",
            Self::TranscriptionCompleted => "transcription.completed",
            Self::WorkerRegistered => "worker.registered",
            Self::WorkerOffline => "worker.offline",
            Self::AlertJobFailed => "alert.job_failed",
            Self::AlertWorkerOffline => "alert.worker_offline",
            Self::AlertStorageLow => "alert.storage_low",
            Self::AlertLeasesLost => "alert.leases_lost",
            Self::Test => "webhook.test",
        }
    }

    /// True for what comes no more often than set.
    pub fn is_alert(self) -> bool {
        self.as_str().starts_with("alert.")
    }

    /// The alerts.
    pub fn alerts() -> Vec<Self> {
        Self::ALL.into_iter().filter(|event| event.is_alert()).collect()
    }
}

impl std::str::FromStr for WebhookEvent {
    type Err = UnknownText;
    fn from_str(text: &str) -> Result<Self, UnknownText> {
        let all = Self::ALL.into_iter().chain([Self::Test]);
        all.into_iter().find(|e| e.as_str() == text).ok_or_else(|| UnknownText::new("webhook event", text))
    }
}

/// Something to tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// What happened.
    pub event: WebhookEvent,
    /// To what, for programs.
    pub data: Value,
    /// The same for people, in one sentence.
    pub text: String,
}

impl Notice {
    /// Of a video, with more about it than its names.
    pub fn of_video(event: WebhookEvent, (id, slug, title): (VideoId, &str, &str), more: Value, text: String) -> Self {
        let mut data = json!({ "video_id": id.0, "slug": slug, "title": title });
        if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
            data.extend(more);
        }
        Self { event, data, text }
    }

    /// A job failed for good: what viewers of the video miss, and what an admin should look at.
    pub fn failed(video: (VideoId, &str, &str), job: i64, failure: &Failure) -> [Self; 2] {
        let Failure { code, message } = failure;
        let more = json!({ "job_id": job, "error": message, "error_code": code });
        let text = format!("“{}” could not be made: {message}", video.2);
        [WebhookEvent::VideoFailed, WebhookEvent::AlertJobFailed]
            .map(|event| Self::of_video(event, video, more.clone(), text.clone()))
    }

    /// The body of the message (Standard Webhooks: `type`, `timestamp`, `data`), with `text` and `content` for chats that
    /// show what they get. Alerts also have the names that the predecessor gave them, `event` and `details`.
    pub fn body(&self, message_id: &str, timestamp: &str) -> String {
        let Self { event, data, text } = self;
        let mut body = json!({
            "id": message_id,
            "type": event.as_str(),
            "timestamp": timestamp,
            "data": data,
            "text": text,
            "content": text,
        });
        if let (true, Value::Object(body)) = (event.is_alert(), &mut body) {
            body.insert("event".to_owned(), json!(event.as_str()));
            body.insert("details".to_owned(), data.clone());
        }
        body.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for event in WebhookEvent::ALL.into_iter().chain([WebhookEvent::Test]) {
            assert_eq!(event.as_str().parse(), Ok(event));
        }
        assert_eq!(WebhookEvent::alerts().len(), 4);
        assert!("video.gone".parse::<WebhookEvent>().is_err());
    }
}
