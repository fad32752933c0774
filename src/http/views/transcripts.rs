//! Wire types of `/api/videos/{id}/transcript`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::from::time;
use crate::app::transcripts::{Detail, Edit, Status};

/// What is said in a video.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Transcript {
    /// Where it stands.
    pub status: TranscriptStatus,
    /// Share done, 0 to 100.
    pub progress_percent: u8,
    /// ISO 639 code.
    #[schema(required)]
    pub language: Option<String>,
    /// How sure that is, 0 to 1; null where somebody said so. Below 0.5 it is a guess.
    #[schema(required)]
    pub language_probability: Option<f64>,
    /// All of it; what there is, also while another is made.
    #[schema(required)]
    pub text: Option<String>,
    /// Captions as WebVTT; null where nobody speaks.
    #[schema(required)]
    pub vtt_url: Option<String>,
    /// How many words.
    #[schema(required)]
    pub word_count: Option<u64>,
    /// Seconds of sound.
    #[schema(required)]
    pub duration_seconds: Option<f64>,
    /// True when a person changed what was heard.
    pub edited: bool,
    /// When it was begun.
    #[schema(required)]
    pub started_at: Option<String>,
    /// When it was heard.
    #[schema(required)]
    pub completed_at: Option<String>,
    /// When it was changed last.
    #[schema(required)]
    pub updated_at: Option<String>,
    /// The job that makes it, or made it last; admins only.
    #[schema(required)]
    pub job_id: Option<i64>,
    /// Stable code of why it could not be made; admins only.
    #[schema(required)]
    pub error_code: Option<String>,
    /// The same for people.
    #[schema(required)]
    pub error_message: Option<String>,
}

/// Where a transcript stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TranscriptStatus {
    /// There is none, and nobody makes one.
    None,
    /// It waits for its turn.
    Pending,
    /// It is being made.
    Processing,
    /// It is there.
    Completed,
    /// It could not be made.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

/// What to listen for.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TranscriptRequest {
    /// Language that is spoken, such as `en`; left out, it is what the setting says, or found out.
    #[serde(default)]
    pub language: Option<String>,
}

/// A change; what is left out stays.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TranscriptEdit {
    /// All that is said, at most 500000 characters. Captions follow: words that stay keep their times.
    #[serde(default)]
    pub text: Option<String>,
    /// ISO 639 code.
    #[serde(default)]
    pub language: Option<String>,
}

/// A transcript is being made.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TranscriptQueued {
    /// What happened.
    pub message: &'static str,
    /// Who makes it.
    pub job_id: i64,
}

impl From<TranscriptEdit> for Edit {
    fn from(edit: TranscriptEdit) -> Self {
        Self { text: edit.text, language: edit.language }
    }
}

impl From<Detail> for Transcript {
    fn from(detail: Detail) -> Self {
        let there = detail.transcript.as_ref();
        let error = detail.error.as_ref();
        Self {
            status: match detail.status {
                Status::None => TranscriptStatus::None,
                Status::Pending => TranscriptStatus::Pending,
                Status::Processing => TranscriptStatus::Processing,
                Status::Completed => TranscriptStatus::Completed,
                Status::Failed => TranscriptStatus::Failed,
                Status::Cancelled => TranscriptStatus::Cancelled,
            },
            progress_percent: (detail.fraction * 100.0).clamp(0.0, 100.0) as u8,
            language: there.and_then(|there| there.language.clone()),
            language_probability: there.and_then(|there| there.probability),
            text: there.map(|there| there.text.clone()),
            vtt_url: detail.captions.clone(),
            word_count: there.map(|there| there.word_count),
            duration_seconds: there.map(|there| there.duration_seconds),
            edited: there.is_some_and(|there| there.edited),
            started_at: detail.started_at_ms.map(time),
            completed_at: there.map(|there| time(there.created_at_ms)),
            updated_at: there.map(|there| time(there.updated_at_ms)),
            job_id: detail.job.map(|job| job.0),
            error_code: error.map(|error| error.code.clone()),
            error_message: error.map(|error| error.message.clone()),
        }
    }
}
