//! What is said in videos: asking for it, reading it, changing and removing it. Who hears it is a task
//! (`additions/transcription.rs`), and what shows it is the pipeline's (`pipeline/beside.rs`).

use std::sync::Arc;

use serde_json::json;

use super::audience::{Audience, MediaBase};
use super::{App, AppError, additions, pipeline};
use crate::config::{Config, SpokenLanguage};
use crate::db::{Conn, DbError, audit, jobs, now_ms, tasks, videos};
use crate::domain::audit::{Actor, NewEntry};
use crate::domain::id::{JobId, VideoId};
use crate::domain::job::{Job, JobKind, JobState, Priority};
use crate::domain::speech::{LANGUAGES, Transcript, Word};
use crate::domain::video::{Failure, Video};
use crate::media::presentation::names;
use crate::speech::{cues, edit, files};
use crate::storage::keys;

/// Longest text, characters.
const TEXT_MAX_CHARS: usize = 500_000;

/// Where a transcript stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
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

/// A transcript as somebody sees it.
#[derive(Debug, Clone)]
pub struct Detail {
    /// Where it stands.
    pub status: Status,
    /// What there is, also while another is made.
    pub transcript: Option<Transcript>,
    /// Who makes it, or made it last; admins only.
    pub job: Option<JobId>,
    /// Share done, 0 to 1.
    pub fraction: f64,
    /// Why it could not be made; admins only.
    pub error: Option<Failure>,
    /// When that began, milliseconds since 1970.
    pub started_at_ms: Option<i64>,
    /// Address of the captions, below the listener's own.
    pub captions: Option<String>,
}

/// What to change; none stays.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// All that is said.
    pub text: Option<String>,
    /// Its language.
    pub language: Option<String>,
}

/// For those who may change it.
pub async fn get(app: &App, id: VideoId) -> Result<Detail, AppError> {
    let video = app.db().run(move |conn| videos::get(conn, id)).await?;
    detail(app, Audience::Admin, video).await
}

/// For whoever may see the video.
pub async fn get_visible(app: &App, audience: Audience, slug: &str) -> Result<Detail, AppError> {
    let slug = slug.to_owned();
    let video = app.db().run(move |conn| videos::find_by_slug(conn, &slug)).await?;
    detail(app, audience, video.filter(|video| audience.sees(video)).ok_or(AppError::NotFound)?).await
}

async fn detail(app: &App, audience: Audience, video: Video) -> Result<Detail, AppError> {
    let id = video.id;
    let read = move |conn: &mut Conn| {
        let job = jobs::latest_of_kind(conn, id, JobKind::Transcription)?;
        let task = match &job {
            Some(job) => tasks::list_for_job(conn, job.id)?.pop(),
            None => None,
        };
        Ok((job, task, videos::transcripts::find(conn, id)?))
    };
    let (job, task, transcript) = app.db().run(read).await?;
    let deleted_after = |job: &Job| {
        let gone = transcript.as_ref().filter(|transcript| transcript.number.is_none());
        gone.is_some_and(|gone| job.finished_at_ms.is_some_and(|ended| ended <= gone.updated_at_ms))
    };
    let job = job.filter(|job| !deleted_after(job));
    let transcript = transcript.filter(|transcript| transcript.number.is_some());
    let status = match (job.as_ref().map(|job| (job.state, job.started_at_ms)), &transcript) {
        (Some((JobState::Active, None)), _) => Status::Pending,
        (Some((JobState::Active, Some(_))), _) => Status::Processing,
        (_, Some(_)) => Status::Completed,
        (Some((JobState::Failed, _)), None) => Status::Failed,
        (Some((JobState::Cancelled, _)), None) => Status::Cancelled,
        (Some((JobState::Succeeded, _)) | None, None) => Status::None,
    };
    let base = MediaBase::of(app, audience, &video).path;
    let file = |number| format!("{base}/{}/{}", names::captions_directory(number), names::CAPTIONS);
    let captions = transcript.as_ref().and_then(Transcript::captions).map(|captions| file(captions.number));
    let live = task.and_then(|task| Some(app.pipeline().live(task.id)?.fraction).or(Some(task.progress)));
    let is_admin = audience == Audience::Admin;
    Ok(Detail {
        fraction: if status == Status::Completed { 1.0 } else { live.unwrap_or(0.0) },
        started_at_ms: job.as_ref().and_then(|job| job.started_at_ms),
        error: job.as_ref().filter(|_| is_admin).and_then(|job| job.error.clone()),
        job: job.filter(|_| is_admin).map(|job| job.id),
        status,
        transcript,
        captions,
    })
}

/// Has it made, again where there is one. Gives the job, and whether it is a new one.
pub async fn request(app: &App, actor: &Actor, id: VideoId, language: Option<&str>) -> Result<(JobId, bool), AppError> {
    let mut config: Config = (*app.config()).clone();
    if let Some(language) = language {
        config.transcription.language = SpokenLanguage(Some(known(language)?));
    }
    let what = (JobKind::Transcription, Priority::Normal);
    let (job, is_new) = additions::request_with(app, actor, id, what, Arc::new(config)).await?;
    Ok((job.id, is_new))
}

fn known(language: &str) -> Result<&'static str, AppError> {
    let code = LANGUAGES.iter().map(|(code, _)| *code).find(|code| *code == language);
    code.ok_or_else(|| AppError::invalid_field("language", "Write the code of a language, such as \"en\" or \"de\"."))
}

/// Changes the text, the language, or both. Captions follow the text: words that stay keep their times.
pub async fn edit(app: &App, actor: &Actor, id: VideoId, edit: Edit) -> Result<Detail, AppError> {
    let text = edit.text.map(|text| text.trim().to_owned());
    if text.as_ref().is_some_and(|text| text.is_empty() || text.chars().count() > TEXT_MAX_CHARS) {
        let message = format!("Write 1 to {TEXT_MAX_CHARS} characters; to remove it all, delete the transcript.");
        return Err(AppError::invalid_field("text", message));
    }
    let language = edit.language.as_deref().map(known).transpose()?;
    let before = app.db().run(move |conn| present(conn, id)).await?.ok_or(AppError::NotFound)?;
    let number = additions::new_number(before.number);
    let (storage, old) = (app.storage().clone(), before.number.unwrap_or_default());
    let (new, seconds) = (text.clone(), before.duration_seconds);
    let rewrite = move || {
        let directory = |number| keys::addition(id, JobKind::Transcription, number);
        let bytes = storage.read(&keys::below(&directory(old), names::WORDS))?;
        let heard: Vec<Word> = serde_json::from_slice(&bytes).map_err(AppError::internal)?;
        let words = new.map_or(heard.clone(), |text| edit::timed(&text, &heard, seconds));
        for (name, bytes) in files::of(&words, seconds) {
            let key = keys::below(&directory(number), name);
            storage.write(&key, &bytes)?;
            storage.sync(&key)?;
        }
        storage.sync_directory(&directory(number))?;
        Ok::<_, AppError>(cues::word_count(&words))
    };
    let word_count = tokio::task::spawn_blocking(rewrite).await.map_err(AppError::internal)??;
    let after = Transcript {
        number: Some(number),
        probability: if language.is_some() { None } else { before.probability },
        language: language.map(str::to_owned).or(before.language),
        edited: before.edited || text.is_some(),
        text: text.unwrap_or(before.text),
        word_count,
        updated_at_ms: now_ms(),
        ..before
    };
    let entry = NewEntry::done(actor, "transcript_changed", format!("video:{id}"))
        .changing(Some(json!({ "number": old })), Some(json!({ "number": number, "words": word_count })));
    let keep = move |conn: &mut Conn| {
        // a later one may have been heard, or this one deleted, meanwhile
        if present(conn, id)?.and_then(|now| now.number) != Some(old) {
            return Ok(false);
        }
        videos::transcripts::keep(conn, &after)?;
        audit::insert(conn, &entry, now_ms()).map(|()| true)
    };
    if !app.db().write_durably(keep).await? {
        remove_files(app, id, Some(number)).await?;
        return Err(AppError::conflict("transcript_changed", "It was changed meanwhile; look at it again."));
    }
    pipeline::show_beside(app, id).await?;
    get(app, id).await
}

/// Removes it. It does not come back by itself.
pub async fn delete(app: &App, actor: &Actor, id: VideoId) -> Result<(), AppError> {
    let entry = NewEntry::done(actor, "transcript_deleted", format!("video:{id}"));
    let take = move |conn: &mut Conn| {
        videos::get(conn, id)?;
        let Some(before) = present(conn, id)? else { return Err(DbError::NotFound) };
        let blank = Transcript {
            number: None,
            text: String::new(),
            word_count: 0,
            language: None,
            probability: None,
            edited: false,
            updated_at_ms: now_ms(),
            ..before
        };
        videos::transcripts::keep(conn, &blank)?;
        audit::insert(conn, &entry, now_ms())
    };
    app.db().write_durably(take).await?;
    pipeline::show_beside(app, id).await?;
    remove_files(app, id, None).await
}

/// The one there is.
fn present(conn: &mut Conn, id: VideoId) -> Result<Option<Transcript>, DbError> {
    Ok(videos::transcripts::find(conn, id)?.filter(|transcript| transcript.number.is_some()))
}

/// Of one, or of all.
async fn remove_files(app: &App, id: VideoId, number: Option<u32>) -> Result<(), AppError> {
    let kind = JobKind::Transcription;
    let key = number.map_or_else(|| keys::additions(id, kind), |number| keys::addition(id, kind, number));
    let storage = app.storage().clone();
    Ok(tokio::task::spawn_blocking(move || storage.remove_directory(&key)).await.map_err(AppError::internal)??)
}
