//! Type of the key with the address of Redis.

use std::fmt;

use super::super::value::{Given, Kind, Refusal, Value};

/// Where Redis is, or nowhere. Shown without its password.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RedisUrl(Option<String>);

const MASK: &str = "***";

impl RedisUrl {
    /// The whole address, with the password: for the driver only, never for a log.
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// Where Redis is.
    pub fn new(address: &str) -> Self {
        Self(Some(address.to_owned()))
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisUrl({})", self.show())
    }
}

impl Value for RedisUrl {
    const KIND: Kind = Kind::Secret;

    fn read(given: &Given) -> Result<Self, Refusal> {
        let fix = "write \"redis://HOST:6379\" or \"rediss://USER:PASSWORD@HOST\" (with TLS); signs such as @ or / in \
                   the password are percent-encoded";
        let Given::Text(text) = given else {
            return Err(Refusal::new("a list stands where one value is wanted", fix));
        };
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self(None));
        }
        // the text is not repeated: it may hold a password
        let known = url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "redis" | "rediss"));
        if known { Ok(Self(Some(text.to_owned()))) } else { Err(Refusal::new("this is no address of Redis", fix)) }
    }

    fn show(&self) -> String {
        let Some(mut url) = self.0.as_deref().and_then(|text| url::Url::parse(text).ok()) else {
            return "\"\"".to_owned();
        };
        if url.password().is_some() && url.set_password(Some(MASK)).is_err() {
            return format!("\"{MASK}\"");
        }
        format!("\"{url}\"")
    }
}
