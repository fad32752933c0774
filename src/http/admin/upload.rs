//! `POST /api/videos`: a multipart form, streamed to the disk piece by piece.

use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::http::header;
use actix_web::{HttpRequest, post, web};
use futures_util::StreamExt;
use utoipa::ToSchema;

use crate::app::ingest::{self, Receiver, UploadForm};
use crate::app::sharing::{SharedWith, SharingEdit};
use crate::app::{App, AppError};
use crate::domain;
use crate::domain::audit::Actor;
use crate::http::access::Caller;
use crate::http::client::sender;
use crate::http::error::Problem;
use crate::http::views::jobs::Priority;
use crate::http::views::{UploadResult, Visibility};

/// Longest text field, bytes.
const TEXT_LIMIT: usize = 16 << 10;
/// Fields a form may have.
const MAX_FIELDS: usize = 32;
/// A sender that is silent for this long is gone.
const SILENCE: Duration = Duration::from_secs(60);
/// How long the rest of a refused upload is read and thrown away: a connection that is closed while the client
/// still sends is reset, and the client never sees why.
const LINGER: Duration = Duration::from_secs(5);

/// The form. Text fields come before the file.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form for the OpenAPI document; the form itself is streamed")]
struct UploadBody {
    /// Shown title; made from the file's name when empty.
    title: Option<String>,
    /// Free text.
    description: Option<String>,
    /// Who may see it: `public` (the default), `unlisted` or `private`.
    visibility: Option<Visibility>,
    /// Names of accounts a private video is shared with, parted by commas.
    shared_users: Option<String>,
    /// Roles a private video is shared with, parted by commas: `viewer` is everybody who is logged in.
    shared_roles: Option<String>,
    /// How urgent it is: `high`, `normal` (the default) or `low`.
    priority: Option<Priority>,
    /// The video.
    #[schema(format = Binary)]
    file: String,
}

/// Takes a video in. The answer comes when the file is stored and looked at; the work goes on by itself.
#[utoipa::path(tag = "videos", request_body(content = UploadBody, content_type = "multipart/form-data"),
    responses(
        (status = 200, body = UploadResult),
        (status = 400, description = "Not a form, no file, an empty or a broken file", body = Problem),
        (status = 413, description = "Larger than the limit", body = Problem),
        (status = 415, description = "Not a video or sound that can be read", body = Problem),
        (status = 422, description = "A field has a bad value", body = Problem),
        (status = 507, description = "Too little space on the disk", body = Problem)
    ))]
#[post("/api/videos")]
pub async fn upload(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    form: Multipart,
) -> Result<web::Json<UploadResult>, AppError> {
    let mut form = Form { parts: form, over: false };
    let actor = caller.0.actor(sender(&request, &app));
    let result = receive(&request, &app, &actor, &mut form).await;
    if result.is_err() {
        let _ = tokio::time::timeout(LINGER, form.drain()).await;
    }
    app.metrics().upload(match &result {
        Ok(_) => "accepted",
        Err(AppError::InvalidInput { code: "broken_upload", .. }) => "broken",
        Err(_) => "refused",
    });
    result
}

async fn receive(
    request: &HttpRequest,
    app: &App,
    actor: &Actor,
    form: &mut Form,
) -> Result<web::Json<UploadResult>, AppError> {
    let (mut texts, mut sharing) = (UploadForm::default(), SharingTexts::default());
    let mut receiver: Option<Receiver> = None;
    for _ in 0..MAX_FIELDS {
        let Some(mut field) = form.next().await? else { break };
        match field.name().unwrap_or_default() {
            "title" => texts.title = text(&mut field, "title").await?,
            "description" => texts.description = text(&mut field, "description").await?,
            "visibility" => sharing.visibility = text(&mut field, "visibility").await?,
            "shared_users" => sharing.users = text(&mut field, "shared_users").await?,
            "shared_roles" => sharing.roles = text(&mut field, "shared_roles").await?,
            "priority" => texts.priority = priority(&text(&mut field, "priority").await?)?,
            "file" if receiver.is_none() => {
                sharing.read()?; // before gigabytes are on their way
                let name = field.content_disposition().and_then(|part| part.get_filename());
                texts.file_name = name.unwrap_or_default().to_owned();
                let mut file = ingest::begin(app, declared_length(request)).await?;
                while let Some(piece) = in_time(field.next()).await? {
                    file.write(piece).await?;
                }
                receiver = Some(file);
            }
            _ => while in_time(field.next()).await?.is_some() {},
        }
    }
    let receiver = receiver.ok_or_else(|| AppError::invalid("missing_file", "The form has no field named file."))?;
    texts.sharing = sharing.read()?;
    Ok(web::Json(receiver.finish(texts, actor).await?.into()))
}

/// Who may see it, as it was sent.
#[derive(Default)]
struct SharingTexts {
    visibility: String,
    users: String,
    roles: String,
}

impl SharingTexts {
    fn read(&self) -> Result<SharingEdit, AppError> {
        let parts = |text: &str| {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect::<Vec<_>>()
        };
        let visibility = Some(self.visibility.trim()).filter(|text| !text.is_empty());
        let bad = |_| AppError::invalid_field("visibility", "visibility must be public, unlisted or private.");
        let no_role = |_| AppError::invalid_field("shared_roles", "shared_roles are of viewer, editor and admin.");
        let roles = parts(&self.roles).iter().map(|role| role.parse().map_err(no_role)).collect::<Result<_, _>>()?;
        let with = SharedWith { users: parts(&self.users), roles };
        let none = with.users.is_empty() && with.roles.is_empty();
        Ok(SharingEdit {
            visibility: visibility.map(|text| text.parse().map_err(bad)).transpose()?,
            shared_with: (!none).then_some(with),
        })
    }
}

fn priority(text: &str) -> Result<domain::job::Priority, AppError> {
    let bad = |_| AppError::invalid_field("priority", "priority must be high, normal or low.");
    let text = text.trim();
    if text.is_empty() { Ok(domain::job::Priority::default()) } else { text.parse().map_err(bad) }
}

/// The file is a little smaller than the whole request.
fn declared_length(request: &HttpRequest) -> Option<u64> {
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn text(field: &mut Field, name: &'static str) -> Result<String, AppError> {
    let mut bytes = Vec::new();
    while let Some(piece) = in_time(field.next()).await? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > TEXT_LIMIT {
            return Err(AppError::invalid_field(name, format!("{name} is longer than {TEXT_LIMIT} bytes.")));
        }
    }
    String::from_utf8(bytes).map_err(|_| AppError::invalid_field(name, format!("{name} is not UTF-8 text.")))
}

/// The next part of the form, if it comes soon.
async fn in_time<T>(next: impl Future<Output = Option<Result<T, MultipartError>>>) -> Result<Option<T>, AppError> {
    match tokio::time::timeout(SILENCE, next).await {
        Ok(part) => part.transpose().map_err(broken),
        Err(_) => Err(AppError::invalid("broken_upload", "Nothing came for a minute; the upload was given up.")),
    }
}

/// A form that is not asked again once it has ended or failed, which `Multipart` answers with a panic.
struct Form {
    parts: Multipart,
    over: bool,
}

impl Form {
    async fn next(&mut self) -> Result<Option<Field>, AppError> {
        if self.over {
            return Ok(None);
        }
        let part = in_time(self.parts.next()).await;
        self.over = !matches!(part, Ok(Some(_)));
        part
    }

    async fn drain(&mut self) {
        while let Ok(Some(mut field)) = self.next().await {
            while let Some(Ok(_)) = field.next().await {}
        }
    }
}

fn broken(error: MultipartError) -> AppError {
    match error {
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible
        | MultipartError::BoundaryMissing => {
            AppError::invalid("not_a_form", "Send a multipart/form-data form with a field named file.")
        }
        other => AppError::invalid("broken_upload", format!("The upload broke off: {other}.")),
    }
}
