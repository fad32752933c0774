//! Every key of the configuration as an admin sees it: what it is, what is in force and where that comes from.

use serde_json::Value as Json;

use super::{Problem, SettingRow, Settings, find_key};
use crate::config::{Config, KEYS, Key, Origin, SECTIONS, Section};

/// Words that are written in their own way in titles.
const WORDS: [(&str, &str); 6] = [
    ("http", "HTTP"),
    ("oidc", "OpenID Connect"),
    ("sse", "SSE"),
    ("url", "URL"),
    ("dash", "DASH"),
    ("ffmpeg", "ffmpeg"),
];

/// Keys that belong together: a section of the configuration.
#[derive(Debug, Clone)]
pub struct Category {
    /// As in keys: `transcoding`.
    pub name: &'static str,
    /// For people.
    pub title: String,
    /// What its settings are about.
    pub doc: String,
    /// In the order of the example file.
    pub settings: Vec<Setting>,
}

/// A key of the configuration.
#[derive(Debug, Clone)]
pub struct Setting {
    /// What it is.
    pub key: &'static Key,
    /// For people.
    pub title: String,
    /// What it does.
    pub doc: String,
    /// What is in force.
    pub value: Json,
    /// What is in force when nobody sets it.
    pub default: Json,
    /// What is in force without the database.
    pub fallback: Json,
    /// Where the value comes from.
    pub source: Source,
    /// Which variable, flag, or line of a file, if it comes from one.
    pub origin: Option<String>,
    /// When it was changed in the database, milliseconds since 1970.
    pub updated_at_ms: Option<i64>,
    /// Who changed it there, as far as known.
    pub updated_by: Option<String>,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Nobody set it.
    Default,
    /// The configuration file.
    File,
    /// A variable.
    Environment,
    /// A flag.
    Flag,
    /// An admin changed it.
    Database,
}

impl Source {
    /// As the API and the command line say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::File => "file",
            Self::Environment => "environment",
            Self::Flag => "flag",
            Self::Database => "database",
        }
    }
}

impl Settings {
    /// Every key, by section.
    pub fn list(&self) -> Vec<Category> {
        let settings = |section| KEYS.iter().filter(move |key| key.section == section).map(|key| self.describe(key));
        let category = |section: &'static Section| Category {
            name: section.name,
            title: title(section.name),
            doc: section.doc.concat().trim().to_owned(),
            settings: settings(section.name).collect(),
        };
        SECTIONS.iter().map(category).collect()
    }

    /// One key, whether it is a setting or needs a restart.
    pub fn get(&self, name: &str) -> Result<Setting, Problem> {
        find_key(name).map(|key| self.describe(key))
    }

    fn describe(&self, key: &'static Key) -> Setting {
        let current = self.0.current.borrow();
        let boot = &self.0.boot;
        let usable = |row: &&SettingRow| key.runtime && self.overlay(&mut Config::default(), row).is_ok();
        let row = current.rows.get(key.name).filter(usable);
        let origin = boot.origin(key.name);
        let source = match (row, origin) {
            (Some(_), _) => Source::Database,
            (None, Origin::Default) => Source::Default,
            (None, Origin::File(..)) => Source::File,
            (None, Origin::Variable(_)) => Source::Environment,
            (None, Origin::Flag(_)) => Source::Flag,
        };
        Setting {
            key,
            title: title(key.field),
            doc: key.doc.concat().trim().to_owned(),
            value: key.json(&current.config),
            default: key.json(&Config::default()),
            fallback: key.json(&boot.config),
            source,
            origin: (*origin != Origin::Default).then(|| origin.to_string()),
            updated_at_ms: row.map(|row| row.updated_at_ms),
            updated_by: row.and_then(|row| row.updated_by.clone()),
        }
    }
}

/// `max_upload_size` is "Max upload size".
fn title(name: &str) -> String {
    let word = |word: &str| {
        WORDS.iter().find(|(plain, _)| *plain == word).map_or(word.to_owned(), |(_, own)| (*own).to_owned())
    };
    let text = name.split('_').map(word).collect::<Vec<_>>().join(" ");
    let mut characters = text.chars();
    match (text.starts_with("ffmpeg"), characters.next()) {
        (false, Some(first)) => first.to_uppercase().chain(characters).collect(),
        _ => text,
    }
}
