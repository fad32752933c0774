//! Wire types of settings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::from::time;
use crate::app::settings;

/// Version of the form of an export.
const EXPORT_VERSION: &str = "1";

/// Every key of the configuration.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SettingList {
    /// By section.
    pub categories: Vec<SettingCategory>,
}

/// Keys that belong together.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SettingCategory {
    /// The section in `config.toml`.
    pub name: &'static str,
    /// For people.
    pub title: String,
    /// What its settings are about.
    pub doc: String,
    /// Its keys.
    pub settings: Vec<Setting>,
}

/// A key of the configuration. Values are booleans, numbers, texts and lists of texts; sizes and durations are texts
/// such as `2GiB` and `1h30m`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Setting {
    /// `section.field`.
    pub key: &'static str,
    /// For people.
    pub title: String,
    /// What it does.
    pub doc: String,
    /// What a value is: `boolean`, `integer`, `float`, `text`, `choice`, `list`, `bytes`, `duration`, `json`, or
    /// `secret`, which is masked.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What is in force; of a secret "***", or nothing when there is none.
    pub value: Json,
    /// What is in force when nobody sets it.
    pub default: Json,
    /// What is in force after a reset: the value of flag, environment, file, or the default.
    pub fallback: Json,
    /// Where the value comes from: `default`, `file`, `environment`, `flag` or `database`.
    pub source: &'static str,
    /// Which line, variable or flag the fallback comes from; null when it is the default.
    #[schema(required)]
    pub origin: Option<String>,
    /// The environment variable.
    pub variable: &'static str,
    /// True when it is read at the start only: it cannot be changed here.
    pub restart_needed: bool,
    /// Smallest value; null when there is none.
    pub min: Json,
    /// Largest value; null when there is none.
    pub max: Json,
    /// Most characters.
    #[schema(required)]
    pub max_length: Option<u32>,
    /// A regular expression for the whole of a text, as HTML's `pattern` and JSON Schema know them: what does not match is
    /// refused, but for more spaces and other capitals. Null when there is no such rule.
    #[schema(required)]
    pub pattern: Option<&'static str>,
    /// Texts to write like.
    pub examples: Vec<&'static str>,
    /// The values there are, of a list its parts; empty when any will do.
    pub allowed: Vec<&'static str>,
    /// ISO 8601, UTC; null when it was not changed in the database.
    #[schema(required)]
    pub updated_at: Option<String>,
    /// Who changed it there, as far as known.
    #[schema(required)]
    pub updated_by: Option<String>,
}

/// A new value.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingValue {
    /// Of the setting's type, or as text.
    pub value: Json,
}

/// New values by key; null takes a change back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(value_type = BTreeMap<String, Json>)]
pub struct SettingValues(pub BTreeMap<String, Option<Json>>);

/// What was changed in the database, to be kept or taken elsewhere.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SettingsExport {
    /// Of this form.
    pub version: &'static str,
    /// ISO 8601, UTC.
    pub exported_at: String,
    /// Values by key.
    pub settings: BTreeMap<String, Json>,
    /// Secrets that were changed, too, and are never told: set them anew where the export goes.
    pub left_out: Vec<String>,
}

/// An export, or a part of one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsImport {
    /// As exported; not looked at.
    #[serde(default, rename = "version")]
    pub _version: Option<String>,
    /// As exported; not looked at.
    #[serde(default, rename = "exported_at")]
    pub _exported_at: Option<String>,
    /// As exported; not looked at.
    #[serde(default, rename = "left_out")]
    pub _left_out: Vec<String>,
    /// Values by key; settings that are not named stay as they are.
    pub settings: BTreeMap<String, Json>,
}

/// Answer to an import.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Imported {
    /// Always `ok`.
    pub status: &'static str,
    /// How many settings were given.
    pub imported: usize,
}

impl From<Vec<settings::Category>> for SettingList {
    fn from(categories: Vec<settings::Category>) -> Self {
        let category = |category: settings::Category| SettingCategory {
            name: category.name,
            title: category.title,
            doc: category.doc,
            settings: category.settings.into_iter().map(Setting::from).collect(),
        };
        Self { categories: categories.into_iter().map(category).collect() }
    }
}

impl From<settings::Setting> for Setting {
    fn from(setting: settings::Setting) -> Self {
        let key = setting.key;
        let (min, max) = key.bounds().unwrap_or_default();
        Self {
            key: key.name,
            title: setting.title,
            doc: setting.doc,
            kind: key.kind.as_str(),
            value: setting.value,
            default: setting.default,
            fallback: setting.fallback,
            source: setting.source.as_str(),
            origin: setting.origin,
            variable: key.variable,
            restart_needed: !key.runtime,
            min,
            max,
            max_length: key.max_length,
            pattern: key.shape.map(|shape| shape.pattern),
            examples: key.shape.map_or_else(Vec::new, |shape| shape.examples.to_vec()),
            allowed: key.choices.to_vec(),
            updated_at: setting.updated_at_ms.map(time),
            updated_by: setting.updated_by,
        }
    }
}

impl From<settings::Export> for SettingsExport {
    fn from(export: settings::Export) -> Self {
        Self {
            version: EXPORT_VERSION,
            exported_at: time(export.exported_at_ms),
            settings: export.values,
            left_out: export.left_out,
        }
    }
}
