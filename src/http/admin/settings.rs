//! `/api/settings`: what an admin changes while the program runs.

use actix_web::{HttpRequest, delete, get, patch, post, put, web};
use serde_json::Value as Json;

use crate::app::settings::{self, Changes};
use crate::app::{App, AppError};
use crate::domain::audit::Actor;
use crate::http::access::Caller;
use crate::http::client::sender;
use crate::http::error::Problem;
use crate::http::views::{Imported, Setting, SettingList, SettingValue, SettingValues, SettingsExport, SettingsImport};

/// Every key of the configuration by section: the settings, and read-only those that need a restart.
#[utoipa::path(tag = "settings", responses((status = 200, body = SettingList)))]
#[get("/api/settings")]
pub async fn list_settings(app: web::Data<App>) -> web::Json<SettingList> {
    web::Json(app.settings().list().into())
}

/// The settings that were changed here, as `POST /api/settings/import` takes them.
#[utoipa::path(tag = "settings", responses((status = 200, body = SettingsExport)))]
#[get("/api/settings/export")]
pub async fn export_settings(app: web::Data<App>) -> web::Json<SettingsExport> {
    web::Json(settings::export(app.settings()).into())
}

/// Changes every setting that is given, or none if one is not taken. The others stay as they are.
#[utoipa::path(tag = "settings", request_body = SettingsImport,
    responses(
        (status = 200, body = Imported),
        (status = 400, description = "Not JSON, or not an export", body = Problem),
        (status = 404, description = "No such setting", body = Problem),
        (status = 409, description = "Read at the start only", body = Problem),
        (status = 422, description = "A value that does not fit; `errors` lists all", body = Problem)
    ))]
#[post("/api/settings/import")]
pub async fn import_settings(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    given: web::Json<SettingsImport>,
) -> Result<web::Json<Imported>, AppError> {
    let imported =
        settings::import(app.settings(), given.into_inner().settings, &caller.0.actor(sender(&request, &app))).await?;
    Ok(web::Json(Imported { status: "ok", imported }))
}

/// One key.
#[utoipa::path(tag = "settings", params(("key" = String, Path, description = "Such as `transcoding.preset`")),
    responses((status = 200, body = Setting), (status = 404, description = "No such key", body = Problem)))]
#[get("/api/settings/{key}")]
pub async fn get_setting(app: web::Data<App>, key: web::Path<String>) -> Result<web::Json<Setting>, AppError> {
    Ok(web::Json(settings::get(app.settings(), &key)?.into()))
}

/// Changes a setting. It is in force when the answer comes.
#[utoipa::path(tag = "settings", params(("key" = String, Path, description = "Such as `transcoding.preset`")),
    request_body = SettingValue,
    responses(
        (status = 200, body = Setting),
        (status = 400, description = "Not JSON, or another field than `value`", body = Problem),
        (status = 404, description = "No such setting; the answer names the nearest", body = Problem),
        (status = 409, description = "Read at the start only; the answer says where it is set", body = Problem),
        (status = 422, description = "The value does not fit; the answer says what would", body = Problem)
    ))]
#[put("/api/settings/{key}")]
pub async fn set_setting(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    key: web::Path<String>,
    given: web::Json<SettingValue>,
) -> Result<web::Json<Setting>, AppError> {
    change_one(&app, &caller.0.actor(sender(&request, &app)), key.into_inner(), Some(given.into_inner().value)).await
}

/// Takes a change back: the value of flag, environment, file or the default is in force again.
#[utoipa::path(tag = "settings", params(("key" = String, Path, description = "Such as `transcoding.preset`")),
    responses(
        (status = 200, body = Setting),
        (status = 404, description = "No such setting", body = Problem),
        (status = 409, description = "Read at the start only", body = Problem)
    ))]
#[delete("/api/settings/{key}")]
pub async fn reset_setting(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    key: web::Path<String>,
) -> Result<web::Json<Setting>, AppError> {
    change_one(&app, &caller.0.actor(sender(&request, &app)), key.into_inner(), None).await
}

/// Changes several settings, all or none; null takes a change back.
#[utoipa::path(tag = "settings", request_body = SettingValues,
    responses(
        (status = 200, body = SettingList),
        (status = 400, description = "Not JSON", body = Problem),
        (status = 404, description = "No such setting", body = Problem),
        (status = 409, description = "Read at the start only", body = Problem),
        (status = 422, description = "A value that does not fit; `errors` lists all", body = Problem)
    ))]
#[patch("/api/settings")]
pub async fn change_settings(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    given: web::Json<SettingValues>,
) -> Result<web::Json<SettingList>, AppError> {
    settings::change(app.settings(), given.into_inner().0, &caller.0.actor(sender(&request, &app))).await?;
    Ok(web::Json(app.settings().list().into()))
}

async fn change_one(
    app: &App,
    actor: &Actor,
    key: String,
    value: Option<Json>,
) -> Result<web::Json<Setting>, AppError> {
    settings::change(app.settings(), Changes::from([(key.clone(), value)]), actor).await?;
    Ok(web::Json(settings::get(app.settings(), &key)?.into()))
}
