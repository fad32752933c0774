//! The registry: one entry per key makes the struct field, its default, its variable, its documentation and its
//! checks, so that none of them can disagree.

use super::keys::Config;
use super::value::{Given, Refusal};

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
    pub(super) set: fn(&mut Config, &Given) -> Result<(), Refusal>,
    pub(super) show: fn(&Config) -> String,
}

impl Key {
    /// The value in `config` as TOML, with any password masked.
    pub fn show(&self, config: &Config) -> String {
        (self.show)(config)
    }
}

/// A section's name and documentation.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) name: &'static str,
    pub(super) doc: &'static [&'static str],
}

/// Declares the sections: `field: Type = default, "VARIABLE", check...;` A check is a
/// `Fn(&Type) -> Result<(), Refusal>`.
macro_rules! sections {
    ($(
        $(#[doc = $section_doc:literal])+
        $section:ident: $Section:ident {
            $(
                $(#[doc = $doc:literal])+
                $field:ident: $type:ty = $default:expr, $variable:literal $(, $check:expr)*;
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

        pub(super) static SECTIONS: &[$crate::config::registry::Section] = &[
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
                set: |config, given| {
                    let value = <$type as $crate::config::value::Value>::read(given)?;
                    $( $check(&value)?; )*
                    config.$section.$field = value;
                    Ok(())
                },
                show: |config| $crate::config::value::Value::show(&config.$section.$field),
            }, )+ )+
        ];
    };
}
pub(super) use sections;
