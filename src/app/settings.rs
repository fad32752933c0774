//! Settings: what an admin changes while the program runs. The command line does it straight on the database.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::AppError;
use crate::auth::Secret;
use crate::config::{DatabaseUrl, Loaded};
use crate::db::{Db, now_ms};
use crate::domain::audit::Actor;
use crate::media::ffmpeg::version;
use crate::settings::{Problem, ProblemKind, SettingsError};

pub use crate::settings::{Category, Changes, Setting, Settings};

const CODECS: &str = "transcoding.codecs";
/// Connections of a command.
const POOL_SIZE: u32 = 1;

/// The settings of a database, for whoever runs no server. A database that is not there is not made.
pub async fn open(boot: Loaded) -> Result<Settings, AppError> {
    let opened = tokio::task::spawn_blocking(move || {
        let config = &boot.config;
        require_database(&config.database.url)?;
        let secret = Secret::find(&config.storage.path, config.accounts.secret_key.0).map_err(AppError::internal)?;
        let db = Db::open(config.database.url.as_str(), POOL_SIZE)?;
        Ok::<_, AppError>(Settings::new(boot, db, secret.as_ref()))
    });
    let settings = opened.await.map_err(AppError::internal)??;
    settings.reload().await?;
    Ok(settings)
}

fn require_database(url: &DatabaseUrl) -> Result<(), AppError> {
    match url.sqlite_path() {
        Some(path) if !path.is_file() => {
            let message = format!(
                "There is no database at {}. Start vlog once, or name another with --database-url.",
                path.display()
            );
            Err(AppError::invalid("no_database", message))
        }
        _ => Ok(()),
    }
}

/// One key.
pub fn get(settings: &Settings, key: &str) -> Result<Setting, AppError> {
    settings.get(key).map_err(|problem| AppError::Settings(vec![problem]))
}

/// Makes all changes or none; they are in force when this returns.
pub async fn change(settings: &Settings, changes: Changes, actor: &Actor) -> Result<(), AppError> {
    if changes.get(CODECS).is_some_and(Option::is_some) {
        require_encoders(settings, &changes).await?;
    }
    settings.change(changes, actor).await.map_err(|error| match error {
        SettingsError::Refused(problems) => AppError::Settings(problems),
        SettingsError::NoSeal => {
            let message = "The server's secret, which secrets are sealed with, is not there: start vlog once, and give this \
                           command the server's storage.path or VLOG_SECRET_KEY.";
            AppError::invalid("no_server_secret", message)
        }
        SettingsError::Db(error) => error.into(),
    })?;
    Ok(())
}

/// Changes every key that is given; the others stay as they are.
pub async fn import(settings: &Settings, values: BTreeMap<String, Json>, actor: &Actor) -> Result<usize, AppError> {
    let count = values.len();
    change(settings, values.into_iter().map(|(key, value)| (key, Some(value))).collect(), actor).await?;
    Ok(count)
}

/// What [`import`] takes: what was changed in the database.
pub fn export(settings: &Settings) -> Export {
    Export { exported_at_ms: now_ms(), values: settings.changed_values(), left_out: settings.changed_secrets() }
}

/// See [`export`].
#[derive(Debug, Clone)]
pub struct Export {
    /// Milliseconds since 1970.
    pub exported_at_ms: i64,
    /// Values by key.
    pub values: BTreeMap<String, Json>,
    /// Secrets that were changed, too; nothing tells them.
    pub left_out: Vec<String>,
}

/// The start checks the configured codecs; those that are chosen later are checked here.
async fn require_encoders(settings: &Settings, changes: &Changes) -> Result<(), AppError> {
    let config = settings.check(changes).map_err(AppError::Settings)?;
    let check = move || version::check_encoders(&config.ffmpeg.path, &config.transcoding.codecs.0);
    let checked = tokio::task::spawn_blocking(check).await.map_err(AppError::internal)?;
    checked.map_err(|error| {
        let fix = "choose other codecs, or install an ffmpeg that has the encoder";
        AppError::Settings(vec![Problem::new(CODECS, ProblemKind::Value, error.to_string(), fix)])
    })
}
