//! Lays the sources over each other and collects every problem on the way.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::check;
use super::keys::{Config, KEYS};
use super::origin::{ConfigError, Origin, Problem};
use super::registry::{Key, nearest};
use super::source::{OTHER_VARIABLES, Sources, is_other_variable, read_file};
use super::value::Given;

/// A configuration and where each of its values came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The values.
    pub config: Config,
    /// The file that was read, if any.
    pub file: Option<PathBuf>,
    origins: BTreeMap<&'static str, Origin>,
}

impl Loaded {
    /// Where the value of this key came from.
    pub fn origin(&self, key: &str) -> &Origin {
        self.origins.get(key).unwrap_or(&Origin::Default)
    }
}

impl From<Config> for Loaded {
    /// Values that came from nowhere in particular, as those of tests do.
    fn from(config: Config) -> Self {
        Self { config, file: None, origins: BTreeMap::new() }
    }
}

/// Reads all sources. The error lists every problem, not just the first.
pub fn load(sources: &Sources) -> Result<Loaded, ConfigError> {
    let mut layers = Layers::default();
    let file = layers.file(sources);
    layers.environment(sources);
    layers.flags(sources);
    if layers.problems.is_empty() {
        layers.whole();
    }
    match layers.problems.is_empty() {
        true => Ok(Loaded { config: layers.config, file, origins: layers.origins }),
        false => Err(ConfigError { problems: layers.problems }),
    }
}

#[derive(Default)]
struct Layers {
    config: Config,
    origins: BTreeMap<&'static str, Origin>,
    problems: Vec<Problem>,
}

impl Layers {
    fn file(&mut self, sources: &Sources) -> Option<PathBuf> {
        let (path, asked_for) = sources.choose_file()?;
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                let fix = match asked_for {
                    true => "check the path given by --config or VLOG_CONFIG",
                    false => "make it readable, or name another with --config",
                };
                let origin = Origin::Flag(path.display().to_string());
                self.refuse("", origin, format!("the file cannot be read: {error}"), fix);
                return None;
            }
        };
        match read_file(&path, &text) {
            Err(problem) => self.problems.push(problem),
            Ok(entries) => {
                for (name, origin, given) in entries {
                    match (KEYS.iter().find(|key| key.name == name), given) {
                        (None, _) => self.unknown(&name, origin),
                        (Some(key), Ok(given)) => self.set(key, &given, origin),
                        (Some(key), Err(reason)) => {
                            let fix = format!("write {} = {}", key.field, key.show(&Config::default()));
                            self.refuse(key.name, origin, reason, fix);
                        }
                    }
                }
            }
        }
        Some(path)
    }

    fn environment(&mut self, sources: &Sources) {
        let mut variables: Vec<_> = sources.environment.iter().collect();
        variables.sort();
        for (name, value) in variables {
            let Some(name) = name.to_str().filter(|name| name.starts_with("VLOG_") && !is_other_variable(name)) else {
                continue;
            };
            let origin = Origin::Variable(name.to_owned());
            let Some(key) = KEYS.iter().find(|key| key.variable == name) else {
                let known = KEYS.iter().map(|key| key.variable).chain(OTHER_VARIABLES);
                let fix = suggestion(name, known).unwrap_or_else(|| "unset it".to_owned());
                self.refuse(name, origin, "there is no such variable", fix);
                continue;
            };
            match value.to_str() {
                // Compose files and unit files often pass a variable on that nobody set.
                Some("") => {}
                Some(text) => self.set(key, &Given::Text(text.to_owned()), origin),
                None => self.refuse(key.name, origin, "the value is not UTF-8", "set it again"),
            }
        }
    }

    fn flags(&mut self, sources: &Sources) {
        for flag in &sources.flags {
            let origin = Origin::Flag(flag.name.clone());
            match KEYS.iter().find(|key| key.name == flag.key) {
                Some(key) => self.set(key, &Given::Text(flag.value.clone()), origin),
                None => self.unknown(&flag.key, origin),
            }
        }
    }

    fn whole(&mut self) {
        for (key, refusal) in check::whole(&self.config) {
            let origin = self.origins.get(key).cloned().unwrap_or(Origin::Default);
            self.refuse(key, origin, refusal.reason, refusal.fix);
        }
    }

    fn set(&mut self, key: &'static Key, given: &Given, origin: Origin) {
        match (key.set)(&mut self.config, given) {
            Ok(()) => {
                self.origins.insert(key.name, origin);
            }
            Err(refusal) => self.refuse(key.name, origin, refusal.reason, refusal.fix),
        }
    }

    fn unknown(&mut self, name: &str, origin: Origin) {
        let fix = suggestion(name, KEYS.iter().map(|key| key.name))
            .unwrap_or_else(|| "remove it; `vlog config example` prints every key".to_owned());
        self.refuse(name, origin, "there is no such key", fix);
    }

    fn refuse(&mut self, key: &str, origin: Origin, reason: impl Into<String>, fix: impl Into<String>) {
        self.problems.push(Problem { key: key.to_owned(), origin, reason: reason.into(), fix: fix.into() });
    }
}

fn suggestion<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    nearest(name, known).map(|candidate| format!("did you mean {candidate}?"))
}
