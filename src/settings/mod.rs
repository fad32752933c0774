//! What an admin changes while the program runs: the keys of the configuration that are marked `runtime`, overlaid by
//! rows in the database (defaults < file < environment < flags < database).
//!
//! [`Settings::config`] is what is in force: a snapshot in memory, so it costs nothing to ask for each request or task,
//! and whoever keeps it past that misses changes. A change made here is in force when [`Settings::change`] returns;
//! one made by another process when [`Settings::reload`] runs next, which `serve` does every
//! `database.settings_refresh`.
//!
//! Secrets ([`Kind::Secret`]) stand in the table sealed with the server's secret and are open in [`Settings::config`]
//! only: a list, an export and the audit log say no more than whether there is one.

mod list;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;
use tokio::sync::{Mutex, watch};

pub use list::{Category, Setting, Source};

use crate::auth::Secret;
use crate::auth::seal::Seal;
use crate::config::{self, Config, Key, Kind, Loaded, Origin, Refusal};
use crate::db::settings::{self as rows, SettingRow};
use crate::db::{Db, DbError, audit, now_ms};
use crate::domain::audit::{Actor, ActorKind, NewEntry};

/// What secrets are sealed for.
const PURPOSE: &str = "settings";

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct Settings(Arc<Inner>);

struct Inner {
    boot: Loaded,
    db: Db,
    /// None: secrets can be neither read nor written.
    seal: Option<Seal>,
    current: watch::Sender<Current>,
    /// Held while the rows are read and put in force, so that an older reading never replaces a newer one.
    reading: Mutex<()>,
}

/// What is in force.
#[derive(Clone)]
struct Current {
    config: Arc<Config>,
    rows: Arc<BTreeMap<String, SettingRow>>,
}

/// A value that is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// As it was given.
    pub key: String,
    /// Whether there is such a key, and whether it is a setting.
    pub kind: ProblemKind,
    /// What is wrong.
    pub reason: String,
    /// What to do.
    pub fix: String,
}

impl Problem {
    /// What is wrong with this key.
    pub fn new(key: &str, kind: ProblemKind, reason: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { key: key.to_owned(), kind, reason: reason.into(), fix: fix.into() }
    }
}

/// What is wrong, for machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// There is no such key.
    Unknown,
    /// The key is read at the start only.
    NeedsRestart,
    /// The value does not fit.
    Value,
}

/// Why settings were not changed. None of them was.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// All that is wrong with the request, at least one.
    #[error("some values are not taken")]
    Refused(Vec<Problem>),
    /// A secret cannot be sealed.
    #[error("the server's secret is not there")]
    NoSeal,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// New values by key; none takes the change back, so that the configuration is in force again.
pub type Changes = BTreeMap<String, Option<Json>>;

impl Settings {
    /// Over this configuration. The rows are not read before the first [`Settings::reload`]. Without the server's secret
    /// settings that are secrets are left out.
    pub fn new(boot: Loaded, db: Db, secret: Option<&Secret>) -> Self {
        let current = Current { config: Arc::new(boot.config.clone()), rows: Arc::default() };
        let seal = secret.map(|secret| Seal::new(secret, PURPOSE));
        Self(Arc::new(Inner { boot, db, seal, current: watch::Sender::new(current), reading: Mutex::default() }))
    }

    /// What is in force now.
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(&self.0.current.borrow().config)
    }

    /// Waits for the next change of what is in force, after the call that made the returned future.
    pub fn changed(&self) -> impl Future<Output = ()> + use<> {
        let mut watched = self.0.current.subscribe();
        async move {
            // the sender is gone: nothing changes any more
            if watched.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Reads the rows and puts them in force. A row that does not fit (written by another version) is left out, with a
    /// warning.
    pub async fn reload(&self) -> Result<(), DbError> {
        let _turn = self.0.reading.lock().await;
        let found = self.0.db.run(rows::list).await?;
        let found: BTreeMap<_, _> = found.into_iter().map(|row| (row.key.clone(), row)).collect();
        if *self.0.current.borrow().rows == found {
            return Ok(());
        }
        let mut config = self.0.boot.config.clone();
        for row in found.values() {
            if let Err(reason) = self.overlay(&mut config, row) {
                tracing::warn!(key = row.key, reason, "a setting in the database is not used");
            }
        }
        self.0.current.send_replace(Current { config: Arc::new(config), rows: Arc::new(found) });
        Ok(())
    }

    /// What would be in force with these changes, or all that is wrong with them.
    pub fn check(&self, changes: &Changes) -> Result<Config, Vec<Problem>> {
        let mut config = Config::clone(&self.config());
        let mut problems = Vec::new();
        for (name, value) in changes {
            let put = |key: &'static Key| match value {
                Some(value) => set(&mut config, key, value),
                None => {
                    key.copy(&mut config, &self.0.boot.config);
                    Ok(())
                }
            };
            problems.extend(self.find(name).and_then(put).err());
        }
        if problems.is_empty() { Ok(config) } else { Err(problems) }
    }

    /// Makes all changes, or none, and notes them in the audit log. They are in force when this returns.
    pub async fn change(&self, changes: Changes, actor: &Actor) -> Result<(), SettingsError> {
        let (before, config) = (self.config(), self.check(&changes).map_err(SettingsError::Refused)?);
        let known = changes.into_iter().filter_map(|(name, value)| Some((config::find(&name).ok()?, value.is_some())));
        let written = known.map(|(key, is_set)| {
            // as it is shown: however it was written, "on" is true and "1024MiB" is "1GiB"
            let after = key.json(&config);
            let action = if is_set { "setting_changed" } else { "setting_reset" };
            let entry = NewEntry::done(actor, action, format!("setting:{}", key.name));
            let stored = is_set.then(|| self.stored(key, &config, &after)).transpose()?;
            Ok((key.name, stored, entry.changing(Some(key.json(&before)), Some(after))))
        });
        let (written, by) = (written.collect::<Result<Vec<_>, SettingsError>>()?, name_of(actor));
        let write = move |conn: &mut crate::db::Conn| {
            written.into_iter().try_for_each(|(key, value, entry)| {
                let now = now_ms();
                match value {
                    None => rows::remove(conn, key)?,
                    Some(value) => {
                        let (key, updated_by) = (key.to_owned(), Some(by.clone()));
                        rows::set(conn, &SettingRow { key, value, updated_at_ms: now, updated_by })?;
                    }
                }
                audit::insert(conn, &entry, now)
            })
        };
        self.0.db.write(write).await?;
        Ok(self.reload().await?)
    }

    /// The values that stand in the database, by key, without secrets: what an export holds.
    pub fn changed_values(&self) -> BTreeMap<String, Json> {
        let current = self.0.current.borrow();
        let value = |row: &SettingRow| Some((row.key.clone(), serde_json::from_str(&row.value).ok()?));
        current.rows.values().filter(|row| !is_secret(&row.key)).filter_map(value).collect()
    }

    /// Keys of the secrets that stand in the database.
    pub fn changed_secrets(&self) -> Vec<String> {
        self.0.current.borrow().rows.keys().filter(|key| is_secret(key)).cloned().collect()
    }

    /// The values that environment variables give, secrets in clear: what `vlog settings migrate-from-env` moves into the
    /// database.
    pub fn values_of_variables(&self) -> BTreeMap<String, Json> {
        let from_variable = |key: &&Key| key.runtime && matches!(self.0.boot.origin(key.name), Origin::Variable(_));
        let found = config::KEYS.iter().filter(from_variable);
        let value = |key: &Key| {
            let config = &self.0.boot.config;
            key.reveal(config).map_or_else(|| key.json(config), Json::String)
        };
        found.map(|key| (key.name.to_owned(), value(key))).collect()
    }

    /// A value as it stands in the database.
    fn stored(&self, key: &Key, config: &Config, shown: &Json) -> Result<String, SettingsError> {
        let Some(secret) = key.reveal(config) else { return Ok(shown.to_string()) };
        let sealed = self.0.seal.as_ref().and_then(|seal| seal.close(secret.as_bytes(), key.name).ok());
        Ok(Json::String(sealed.ok_or(SettingsError::NoSeal)?).to_string())
    }

    /// Puts a row in force, unless no version of today would have written it.
    fn overlay(&self, config: &mut Config, row: &SettingRow) -> Result<(), String> {
        let key = config::find(&row.key).ok().filter(|key| key.runtime).ok_or("there is no such setting")?;
        let mut value: Json = serde_json::from_str(&row.value).map_err(|error| error.to_string())?;
        if key.kind == Kind::Secret {
            let seal = self.0.seal.as_ref().ok_or("the server's secret is not there")?;
            let opened = value.as_str().and_then(|sealed| seal.open(sealed, key.name).ok());
            let opened = opened.and_then(|secret| String::from_utf8(secret).ok());
            value = Json::String(opened.ok_or("it was sealed with another server's secret")?);
        }
        set(config, key, &value).map_err(|problem| problem.reason)
    }

    /// The setting of this name.
    fn find(&self, name: &str) -> Result<&'static Key, Problem> {
        let key = find_key(name)?;
        if key.runtime {
            return Ok(key);
        }
        let place = match self.0.boot.origin(name) {
            Origin::Default => format!("set it in config.toml or by {}", key.variable),
            origin => format!("change it in {origin}"),
        };
        let fix = format!("{place}, and restart vlog");
        Err(Problem::new(name, ProblemKind::NeedsRestart, "it is read at the start only", fix))
    }
}

/// Who changed a setting, as the dashboard shows it.
fn name_of(actor: &Actor) -> String {
    if actor.kind == ActorKind::Cli { "command line".to_owned() } else { actor.name.clone() }
}

/// The key of this name, whether it is a setting or not.
fn find_key(name: &str) -> Result<&'static Key, Problem> {
    config::find(name).map_err(|nearest| {
        let fix = nearest.map_or("see the list of settings".to_owned(), |nearest| format!("did you mean {nearest}?"));
        Problem::new(name, ProblemKind::Unknown, "there is no such setting", fix)
    })
}

fn set(config: &mut Config, key: &'static Key, value: &Json) -> Result<(), Problem> {
    let refused = |refusal: Refusal| Problem::new(key.name, ProblemKind::Value, refusal.reason, refusal.fix);
    key.set_json(config, value).map_err(refused)
}

fn is_secret(name: &str) -> bool {
    config::find(name).is_ok_and(|key| key.kind == Kind::Secret)
}
