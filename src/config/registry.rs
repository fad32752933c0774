//! The registry: one entry per key makes the struct field, its default, its variable, its documentation and its
//! checks, so that none of them can disagree.

use std::ops::RangeInclusive;

use serde_json::Value as Json;

use super::keys::{Config, KEYS};
use super::value::{Given, Kind, Refusal, Shape, Value};

/// Names further apart than this are no typing mistake (Jaro-Winkler, 0 to 1).
const ALIKE: f64 = 0.85;

/// One configuration key.
#[derive(Debug)]
pub struct Key {
    /// `section.field`, as in the file and after `--set`.
    pub name: &'static str,
    /// The part before the dot.
    pub section: &'static str,
    /// The part after the dot.
    pub field: &'static str,
    /// Environment variable.
    pub variable: &'static str,
    /// What it does, line by line.
    pub doc: &'static [&'static str],
    /// True for a setting: it may change while the program runs.
    pub runtime: bool,
    /// What a value is.
    pub kind: Kind,
    /// The values there are; of a list: its parts. Empty when there are too many to name.
    pub choices: &'static [&'static str],
    /// Most characters of a text.
    pub max_length: Option<u32>,
    /// How a text is written, where there are rules for it.
    pub shape: Option<Shape>,
    pub(super) bounds: fn() -> Option<Bounds>,
    pub(super) set: fn(&mut Config, &Given) -> Result<(), Refusal>,
    pub(super) show: fn(&Config) -> String,
    pub(super) reveal: fn(&Config) -> Option<String>,
    pub(super) copy: fn(&mut Config, &Config),
}

impl Key {
    /// The value in `config` as TOML, with any password masked.
    pub fn show(&self, config: &Config) -> String {
        (self.show)(config)
    }

    /// The value in `config` as JSON, with any password masked: numbers, booleans, lists of texts, and texts; sizes and
    /// durations are texts such as "2GiB" and "20s", and [`Kind::Json`] is what it is.
    pub fn json(&self, config: &Config) -> Json {
        match json_of(&self.show(config)) {
            Json::String(text) if self.kind == Kind::Json => serde_json::from_str(&text).unwrap_or_default(),
            other => other,
        }
    }

    /// The secret in `config`, to be sealed: never for a log or an answer. None for what is no secret.
    pub fn reveal(&self, config: &Config) -> Option<String> {
        (self.reveal)(config)
    }

    /// Puts the value of another configuration into `config`.
    pub fn copy(&self, config: &mut Config, from: &Config) {
        (self.copy)(config, from);
    }

    /// Smallest and largest value, as [`Key::json`] writes them.
    pub fn bounds(&self) -> Option<(Json, Json)> {
        (self.bounds)().map(|(low, high)| (json_of(&low), json_of(&high)))
    }

    /// Puts a value into `config`: one that [`Key::json`] writes, or any text that the file or a variable may hold.
    pub fn set_json(&self, config: &mut Config, value: &Json) -> Result<(), Refusal> {
        let given = match value {
            Json::Array(_) | Json::Object(_) if self.kind == Kind::Json => Some(Given::Text(value.to_string())),
            other => Given::of_json(other),
        };
        let given = given.ok_or_else(|| {
            Refusal::new("this is no value of this key", format!("write it like {}", self.show(&Config::default())))
        })?;
        (self.set)(config, &given)
    }
}

/// Smallest and largest value as TOML.
pub(super) type Bounds = (String, String);

/// What the macro makes of `in low..=high`.
pub(super) fn bounds_of<T: Value>(range: &RangeInclusive<T>) -> Option<Bounds> {
    Some((range.start().show(), range.end().show()))
}

/// What `in low..=high` checks.
pub(super) fn check_bounds<T: Value + PartialOrd>(range: &RangeInclusive<T>, value: &T) -> Result<(), Refusal> {
    if range.contains(value) {
        return Ok(());
    }
    Err(Refusal::new(
        format!("{} is out of range", value.show()),
        format!("choose a value from {} to {}", range.start().show(), range.end().show()),
    ))
}

/// What our own `show` wrote is TOML.
fn json_of(toml: &str) -> Json {
    let table: Option<toml::Table> = toml::from_str(&format!("value = {toml}")).ok();
    table.and_then(|mut table| serde_json::to_value(table.remove("value")?).ok()).unwrap_or_default()
}

/// The key of this name, or else the nearest name if one is near.
pub fn find(name: &str) -> Result<&'static Key, Option<&'static str>> {
    let known = || KEYS.iter().map(|key| key.name);
    KEYS.iter().find(|key| key.name == name).ok_or_else(|| nearest(name, known()))
}

/// The name that was probably meant.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .map(|(_, candidate)| candidate)
}

/// A section's name and documentation.
#[derive(Debug)]
pub struct Section {
    /// As in the file.
    pub name: &'static str,
    /// What its keys are about, line by line.
    pub doc: &'static [&'static str],
}

/// Declares the sections: `field: Type = default, "VARIABLE" runtime, in low..=high, as shape, check...;`. What stands
/// after the variable may be left out. A shape is that of a text that `check` looks at, a check a
/// `Fn(&Type) -> Result<(), Refusal>`.
macro_rules! sections {
    ($(
        $(#[doc = $section_doc:literal])+
        $section:ident: $Section:ident {
            $(
                $(#[doc = $doc:literal])+
                $field:ident: $type:ty = $default:expr, $variable:literal $($runtime:ident)?
                    $(, in $range:expr)? $(, as $shape:expr)? $(, $check:expr)*;
            )+
        }
    )+) => {
        /// Everything that is decided at boot.
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Config {
            $( $(#[doc = $section_doc])+ pub $section: $Section, )+
        }

        $(
            $(#[doc = $section_doc])+
            #[derive(Debug, Clone, PartialEq)]
            pub struct $Section {
                $( $(#[doc = $doc])+ pub $field: $type, )+
            }

            impl Default for $Section {
                fn default() -> Self {
                    Self { $( $field: $default, )+ }
                }
            }
        )+

        /// Every section, in the order of the example file.
        pub static SECTIONS: &[$crate::config::registry::Section] = &[
            $( $crate::config::registry::Section {
                name: stringify!($section),
                doc: &[$($section_doc),+],
            }, )+
        ];

        /// Every key, in the order of the example file.
        pub static KEYS: &[$crate::config::registry::Key] = &[
            $( $( $crate::config::registry::Key {
                name: concat!(stringify!($section), ".", stringify!($field)),
                section: stringify!($section),
                field: stringify!($field),
                variable: $variable,
                doc: &[$($doc),+],
                runtime: $crate::config::registry::is_runtime!($($runtime)?),
                kind: <$type as $crate::config::value::Value>::KIND,
                choices: <$type as $crate::config::value::Value>::CHOICES,
                max_length: <$type as $crate::config::value::Value>::MAX_LENGTH,
                shape: [$( Some($shape), )? <$type as $crate::config::value::Value>::SHAPE][0],
                bounds: || {
                    <$type as $crate::config::value::Value>::bounds()
                        $( .or_else(|| $crate::config::registry::bounds_of::<$type>(&($range))) )?
                },
                set: |config, given| {
                    let value = <$type as $crate::config::value::Value>::read(given)?;
                    $( $crate::config::registry::check_bounds(&($range), &value)?; )?
                    $( $check(&value)?; )*
                    config.$section.$field = value;
                    Ok(())
                },
                show: |config| $crate::config::value::Value::show(&config.$section.$field),
                reveal: |config| $crate::config::value::Value::reveal(&config.$section.$field),
                copy: |config, from| config.$section.$field.clone_from(&from.$section.$field),
            }, )+ )+
        ];
    };
}
pub(super) use sections;

macro_rules! is_runtime {
    () => {
        false
    };
    (runtime) => {
        true
    };
}
pub(super) use is_runtime;
