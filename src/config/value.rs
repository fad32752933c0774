//! Types a key may have: how each is read from text and how it is shown, with passwords masked.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value as Json;

use super::units::{Bytes, parse_duration, show_duration};

/// A value as a source gives it. Numbers and booleans of the file arrive as text, as those of the environment do.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Given {
    Text(String),
    List(Vec<String>),
}

impl Kind {
    /// As the API says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Text => "text",
            Self::Choice => "choice",
            Self::List => "list",
            Self::Bytes => "bytes",
            Self::Duration => "duration",
            Self::Json => "json",
            Self::Secret => "secret",
        }
    }
}

impl Given {
    /// None for an object, null, and a list of anything but texts.
    pub(super) fn of_json(value: &Json) -> Option<Self> {
        match value {
            Json::String(text) => Some(Self::Text(text.clone())),
            Json::Bool(_) | Json::Number(_) => Some(Self::Text(value.to_string())),
            Json::Array(items) => {
                items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<_>>().map(Self::List)
            }
            Json::Null | Json::Object(_) => None,
        }
    }
}

/// Why a value is not taken, and what to write instead. Must not repeat a secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// What is wrong.
    pub reason: String,
    /// What to write instead.
    pub fix: String,
}

/// What a key's value is, for forms and for the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// true or false.
    Boolean,
    /// A whole number.
    Integer,
    /// A number, or one of the choices.
    Float,
    /// A text.
    Text,
    /// One of the choices.
    Choice,
    /// Several texts; of the choices, if there are any.
    List,
    /// A number of bytes, such as "2GiB".
    Bytes,
    /// A time, such as "20s" or "1h30m".
    Duration,
    /// JSON of a form of its own; in the file, in variables and on the command line it is the text of it.
    Json,
    /// A text that may hold a password: masked wherever it is shown. As a setting it stands sealed in the database.
    Secret,
}

impl Refusal {
    pub(super) fn new(reason: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { reason: reason.into(), fix: fix.into() }
    }
}

/// How a value is written as text: what matches looks right and may only be out of bounds, and what does not is refused,
/// but for more spaces and other capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// A regular expression for the whole text, as HTML's `pattern` and JSON Schema know them.
    pub pattern: &'static str,
    /// Values to write like.
    pub examples: &'static [&'static str],
}

/// A type a key may have.
pub(super) trait Value: Sized {
    /// See [`Kind`].
    const KIND: Kind;
    /// See [`Key::choices`](super::Key::choices).
    const CHOICES: &'static [&'static str] = &[];
    /// Most characters of a text.
    const MAX_LENGTH: Option<u32> = None;
    /// See [`Shape`].
    const SHAPE: Option<Shape> = None;
    /// Smallest and largest value as TOML, where the type itself has such.
    fn bounds() -> Option<(String, String)> {
        None
    }
    /// Reads it.
    fn read(given: &Given) -> Result<Self, Refusal>;
    /// As TOML, with any password masked.
    fn show(&self) -> String;
    /// What is masked, as text, where it may be a setting.
    fn reveal(&self) -> Option<String> {
        None
    }
}

fn text_of<'a>(given: &'a Given, fix: &str) -> Result<&'a str, Refusal> {
    match given {
        Given::Text(text) => Ok(text),
        Given::List(_) => Err(Refusal::new("a list stands where one value is wanted", fix)),
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

macro_rules! whole_number {
    ($($type:ty),+) => {$(
        impl Value for $type {
            const KIND: Kind = Kind::Integer;

            fn read(given: &Given) -> Result<Self, Refusal> {
                let fix = format!("write a whole number from {} to {}", <$type>::MIN, <$type>::MAX);
                let text = text_of(given, &fix)?;
                text.trim().replace('_', "").parse().map_err(|_| Refusal::new(format!("{text:?} does not fit"), fix))
            }

            fn show(&self) -> String {
                self.to_string()
            }
        }
    )+};
}
whole_number!(u8, u16, u32, u64);

impl Value for bool {
    const KIND: Kind = Kind::Boolean;

    fn read(given: &Given) -> Result<Self, Refusal> {
        let fix = "write true or false";
        let text = text_of(given, fix)?;
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            _ => Err(Refusal::new(format!("{text:?} is neither true nor false"), fix)),
        }
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for String {
    const KIND: Kind = Kind::Text;

    fn read(given: &Given) -> Result<Self, Refusal> {
        text_of(given, "write one text in quotes").map(str::to_owned)
    }

    fn show(&self) -> String {
        quoted(self)
    }
}

impl Value for IpAddr {
    const KIND: Kind = Kind::Text;

    fn read(given: &Given) -> Result<Self, Refusal> {
        let fix = "write an IP address, such as \"127.0.0.1\", \"0.0.0.0\" or \"::1\"";
        let text = text_of(given, fix)?;
        text.trim().parse().map_err(|_| Refusal::new(format!("{text:?} is no IP address"), fix))
    }

    fn show(&self) -> String {
        quoted(&self.to_string())
    }
}

impl Value for PathBuf {
    const KIND: Kind = Kind::Text;

    fn read(given: &Given) -> Result<Self, Refusal> {
        text_of(given, "write one path in quotes").map(Self::from)
    }

    fn show(&self) -> String {
        quoted(&self.to_string_lossy())
    }
}

impl Value for Vec<PathBuf> {
    const KIND: Kind = Kind::List;

    fn read(given: &Given) -> Result<Self, Refusal> {
        let paths: Self = match given {
            Given::List(list) => list.iter().map(PathBuf::from).collect(),
            Given::Text(text) => text.split(':').filter(|part| !part.is_empty()).map(PathBuf::from).collect(),
        };
        if paths.iter().any(|path| path.as_os_str().is_empty()) {
            return Err(Refusal::new("one of the paths is empty", "remove it"));
        }
        Ok(paths)
    }

    fn show(&self) -> String {
        let paths: Vec<String> = self.iter().map(Value::show).collect();
        format!("[{}]", paths.join(", "))
    }
}

impl Value for Bytes {
    const KIND: Kind = Kind::Bytes;
    const SHAPE: Option<Shape> = Some(Shape {
        pattern: r"[0-9][0-9_]*(?:\.[0-9]+)? ?(?:[KkMmGgTt](?:[Ii]?[Bb])?|[Bb])?",
        examples: &["500MB", "10GiB", "1048576"],
    });

    fn read(given: &Given) -> Result<Self, Refusal> {
        let fix = "write a number with a unit, such as \"500MB\" or \"10GiB\", or a plain number of bytes";
        let text = text_of(given, fix)?;
        Self::parse(text).ok_or_else(|| Refusal::new(format!("{text:?} is no size"), fix))
    }

    fn show(&self) -> String {
        if self.0 == 0 { "0".to_owned() } else { quoted(&self.to_string()) }
    }
}

impl Value for Duration {
    const KIND: Kind = Kind::Duration;
    const SHAPE: Option<Shape> =
        Some(Shape { pattern: "[0-9]+|(?:[0-9]+(?:ms|s|m|h|d) ?)+", examples: &["500ms", "20s", "1h30m"] });

    fn read(given: &Given) -> Result<Self, Refusal> {
        let fix = "write a number with a unit, such as \"500ms\", \"20s\", \"10m\" or \"1h30m\", or plain seconds";
        let text = text_of(given, fix)?;
        parse_duration(text).ok_or_else(|| Refusal::new(format!("{text:?} is no duration"), fix))
    }

    fn show(&self) -> String {
        quoted(&show_duration(*self))
    }
}

macro_rules! choice {
    ($(#[$doc:meta])+ $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal $(or $alias:literal)*,)+ }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_doc])* #[doc = concat!("`", $text, "`")] $variant,)+
        }

        impl $name {
            const ALL: &'static [&'static str] = &[$($text),+];

            /// As written in the file.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl Value for $name {
            const KIND: Kind = Kind::Choice;
            const CHOICES: &'static [&'static str] = Self::ALL;

            fn read(given: &Given) -> Result<Self, Refusal> {
                let fix = format!("use one of {}", Self::ALL.join(", "));
                let text = text_of(given, &fix)?;
                match text.trim() {
                    $($text $(| $alias)* => Ok(Self::$variant),)+
                    _ => Err(Refusal::new(format!("{text:?} is not one of the choices"), fix)),
                }
            }

            fn show(&self) -> String {
                quoted(self.as_str())
            }
        }
    };
}

choice! {
    /// What happens to an uploaded file once its video is ready.
    KeepSource {
        /// It stays.
        Always = "always",
        /// It goes when every stream was copied bit for bit into the renditions.
        WhenNotCopied = "when_not_copied",
        /// It goes.
        Never = "never",
    }
}

choice! {
    /// What happens to a file in a watched folder after it was taken.
    AfterImport {
        /// It stays.
        Keep = "keep",
        /// It goes.
        Delete = "delete",
        /// It goes into `.imported` beside it.
        Move = "move",
    }
}

choice! {
    /// Form of the log.
    LogFormat {
        /// For people.
        Text = "text",
        /// One JSON object a line.
        Json = "json",
    }
}

choice! {
    /// The hardware that may encode.
    Hardware {
        /// Whatever works.
        Auto = "auto",
        /// None.
        Off = "off" or "none",
        /// NVIDIA's cards.
        Nvenc = "nvenc" or "nvidia",
        /// Intel's and AMD's graphics, by Linux's own interface.
        Vaapi = "vaapi" or "intel",
        /// Intel's graphics, by Intel's interface.
        Qsv = "qsv",
    }
}

choice! {
    /// Speed against size of the x264 encoder: vlog's own choice, or one of x264's.
    Preset {
        Balanced = "balanced",
        Ultrafast = "ultrafast",
        Superfast = "superfast",
        Veryfast = "veryfast",
        Faster = "faster",
        Fast = "fast",
        Medium = "medium",
        Slow = "slow",
        Slower = "slower",
        Veryslow = "veryslow",
        Placebo = "placebo",
    }
}

/// Address of the database. `Debug` and `Display` mask the password; [`DatabaseUrl::as_str`] does not.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The embedded database in this file.
    pub fn sqlite(path: impl AsRef<Path>) -> Self {
        Self(format!("sqlite://{}", path.as_ref().display()))
    }

    /// Checks the scheme and, for PostgreSQL, the form.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.strip_prefix("sqlite://").is_some_and(|path| !path.is_empty()) {
            return Ok(Self(text.to_owned()));
        }
        if !(text.starts_with("postgres://") || text.starts_with("postgresql://")) {
            return Err("it starts with neither sqlite:// nor postgres://".to_owned());
        }
        url::Url::parse(text).map_err(|error| error.to_string())?;
        Ok(Self(text.to_owned()))
    }

    /// The whole URL, with the password: for the driver only, never for a log.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The file of the embedded database; none for PostgreSQL.
    pub fn sqlite_path(&self) -> Option<&Path> {
        self.0.strip_prefix("sqlite://").map(Path::new)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MASK: &str = "***";
        let url = match url::Url::parse(&self.0) {
            Ok(url) if self.sqlite_path().is_none() => url,
            _ => return f.write_str(&self.0),
        };
        let mut shown = url.clone();
        if url.password().is_some() && shown.set_password(Some(MASK)).is_err() {
            return f.write_str(MASK);
        }
        if url.query().is_some() {
            let pairs = url.query_pairs().map(|(name, value)| match name.as_ref() {
                "password" | "sslpassword" => (name, MASK.into()),
                _ => (name, value),
            });
            shown.query_pairs_mut().clear().extend_pairs(pairs);
        }
        f.write_str(shown.as_str())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

impl Value for DatabaseUrl {
    const KIND: Kind = Kind::Secret;

    fn read(given: &Given) -> Result<Self, Refusal> {
        let fix = "write \"sqlite://./data/vlog.db\" or \"postgres://USER:PASSWORD@HOST/NAME\"; signs such as @ or / \
                   in the password are percent-encoded";
        let text = text_of(given, fix)?;
        // The text is not repeated: it may hold a password.
        Self::parse(text).map_err(|reason| Refusal::new(format!("this is no database address: {reason}"), fix))
    }

    fn show(&self) -> String {
        quoted(&self.to_string())
    }
}
