//! The sources of values: which file, which variables, which flags. Reads, judges nothing but form.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::origin::{Origin, Problem};
use super::value::Given;

/// The file to read, when `--config` does not say.
pub(super) const CONFIG_VARIABLE: &str = "VLOG_CONFIG";
/// Read when neither the flag nor the variable says and no file stands in the working or the home directory.
const SYSTEM_FILE: &str = "/etc/vlog/config.toml";

/// `VLOG_` variables that are no keys: the file itself, the client commands, a log filter, and test material.
pub const OTHER_VARIABLES: [&str; 5] =
    [CONFIG_VARIABLE, "VLOG_ADMIN_API_URL", "VLOG_API_KEY", "VLOG_LOG", "VLOG_CORPUS"];
/// Prefixes of variables that are left alone: those of tests and benches, and those Kubernetes sets in every pod
/// beside a service named `vlog`.
const OTHER_PREFIXES: [&str; 4] = ["VLOG_TEST_", "VLOG_BENCH_", "VLOG_SERVICE_", "VLOG_PORT"];

/// A value given by a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// As typed, for messages: `--public-port`.
    pub name: String,
    /// The key it sets.
    pub key: String,
    /// The value.
    pub value: String,
}

/// What [`load`](super::load()) reads.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Of `--config`.
    pub file: Option<PathBuf>,
    /// All variables of the process.
    pub environment: Vec<(OsString, OsString)>,
    /// In order; a later one wins.
    pub flags: Vec<Flag>,
}

impl Sources {
    /// Those of this process.
    pub fn of_process(file: Option<PathBuf>, flags: Vec<Flag>) -> Self {
        Self { file, environment: std::env::vars_os().collect(), flags }
    }

    /// The file to read, if there is one, and whether somebody asked for it by name.
    pub(super) fn choose_file(&self) -> Option<(PathBuf, bool)> {
        if let Some(path) = &self.file {
            return Some((path.clone(), true));
        }
        if let Some(path) = self.variable(CONFIG_VARIABLE) {
            return Some((path.into(), true));
        }
        let home = self.variable("XDG_CONFIG_HOME").map(PathBuf::from);
        let home = home.or_else(|| self.variable("HOME").map(|home| Path::new(home).join(".config")));
        let places = [
            Some(PathBuf::from("config.toml")),
            home.map(|home| home.join("vlog/config.toml")),
            Some(PathBuf::from(SYSTEM_FILE)),
        ];
        places.into_iter().flatten().find(|path| path.is_file()).map(|path| (path, false))
    }

    fn variable(&self, name: &str) -> Option<&OsString> {
        self.environment.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value)
    }
}

/// True for a `VLOG_` variable that is none of the configuration's business.
pub(super) fn is_other_variable(name: &str) -> bool {
    OTHER_VARIABLES.contains(&name) || OTHER_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// A value of a file: its dotted name, where it stands, and what it is, or why it cannot be read.
pub(super) type Entry = (String, Origin, Result<Given, &'static str>);

/// The values of a TOML text, or where its syntax is broken.
pub(super) fn read_file(path: &Path, text: &str) -> Result<Vec<Entry>, Problem> {
    let line_at = |offset: usize| 1 + text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count();
    let table = DeTable::parse(text).map_err(|error| Problem {
        key: String::new(),
        origin: Origin::File(path.to_owned(), line_at(error.span().map_or(0, |span| span.start))),
        reason: format!("the file is not valid TOML: {}", error.message().trim_end_matches('.')),
        fix: "correct this line; `vlog config example` prints a file with every key".to_owned(),
    })?;
    let mut entries = Vec::new();
    collect("", table.get_ref(), &mut entries);
    Ok(entries
        .into_iter()
        .map(|(name, offset, given)| (name, Origin::File(path.to_owned(), line_at(offset)), given))
        .collect())
}

fn collect(prefix: &str, table: &DeTable<'_>, entries: &mut Vec<(String, usize, Result<Given, &'static str>)>) {
    for (key, value) in table {
        let name = match prefix {
            "" => key.get_ref().to_string(),
            _ => format!("{prefix}.{}", key.get_ref()),
        };
        match value.get_ref() {
            DeValue::Table(table) if prefix.is_empty() => collect(&name, table, entries),
            _ => entries.push((name, key.span().start, given(value))),
        }
    }
}

fn given(value: &Spanned<DeValue<'_>>) -> Result<Given, &'static str> {
    match value.get_ref() {
        DeValue::Array(items) => {
            let texts = items.iter().map(|item| match item.get_ref() {
                DeValue::String(text) => Ok(text.to_string()),
                _ => Err("the list holds something that is no text"),
            });
            texts.collect::<Result<_, _>>().map(Given::List)
        }
        DeValue::String(text) => Ok(Given::Text(text.to_string())),
        DeValue::Integer(number) if number.radix() == 10 => Ok(Given::Text(number.as_str().to_owned())),
        DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix())
            .map(|number| Given::Text(number.to_string()))
            .map_err(|_| "the number does not fit"),
        DeValue::Float(number) => Ok(Given::Text(number.as_str().to_owned())),
        DeValue::Boolean(truth) => Ok(Given::Text(truth.to_string())),
        DeValue::Datetime(_) => Err("a date stands where no date is wanted"),
        DeValue::Table(_) => Err("a table stands where a value is wanted"),
    }
}
