//! The audit log: who did what, from where, and how it ended.

use std::net::IpAddr;

use serde_json::Value;

use super::error::UnknownText;
use super::id::UserId;

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account, when there is one.
    pub id: Option<UserId>,
    /// Its name; what was typed, for a login that failed.
    pub name: String,
    /// By which way.
    pub kind: ActorKind,
    /// From where.
    pub address: Option<IpAddr>,
}

impl Actor {
    /// Whoever may run commands on the server's machine.
    pub fn cli() -> Self {
        Self { id: None, name: "vlog".to_owned(), kind: ActorKind::Cli, address: None }
    }

    /// The server itself, such as for files of a watched folder.
    pub fn system() -> Self {
        Self { id: None, name: "vlog".to_owned(), kind: ActorKind::System, address: None }
    }

    /// Somebody who is not logged in, called what they call themselves.
    pub fn anonymous(name: &str, address: Option<IpAddr>) -> Self {
        Self { id: None, name: name.to_owned(), kind: ActorKind::Anonymous, address }
    }
}

/// By which way somebody acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorKind {
    /// Logged in, in a browser.
    Session,
    /// A program with an API key.
    ApiKey,
    /// Somebody whom a trusted proxy names.
    Proxy,
    /// A command on the server's machine.
    Cli,
    /// The server by itself.
    System,
    /// Nobody known.
    Anonymous,
}

impl ActorKind {
    const ALL: [Self; 6] = [Self::Session, Self::ApiKey, Self::Proxy, Self::Cli, Self::System, Self::Anonymous];

    /// The text stored in the database and shown in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::ApiKey => "api_key",
            Self::Proxy => "proxy",
            Self::Cli => "cli",
            Self::System => "system",
            Self::Anonymous => "anonymous",
        }
    }
}

impl std::str::FromStr for ActorKind {
    type Err = UnknownText;
    fn from_str(text: &str) -> Result<Self, UnknownText> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| UnknownText::new("actor kind", text))
    }
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Ok,
    /// It was refused.
    Refused,
}

impl Outcome {
    /// The text stored in the database and shown in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
        }
    }
}

impl std::str::FromStr for Outcome {
    type Err = UnknownText;
    fn from_str(text: &str) -> Result<Self, UnknownText> {
        [Self::Ok, Self::Refused]
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
            .ok_or_else(|| UnknownText::new("audit result", text))
    }
}

/// What is written down. Values never hold a secret.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// Who.
    pub actor: Actor,
    /// What, such as `user_created`.
    pub action: &'static str,
    /// To what, such as `user:anna`.
    pub target: Option<String>,
    /// What changed, as it was.
    pub before: Option<Value>,
    /// As it is now.
    pub after: Option<Value>,
    /// How it ended.
    pub result: Outcome,
}

impl NewEntry {
    /// Something that was done.
    pub fn done(actor: &Actor, action: &'static str, target: impl Into<String>) -> Self {
        let (actor, target) = (actor.clone(), Some(target.into()));
        Self { actor, action, target, before: None, after: None, result: Outcome::Ok }
    }

    /// Something that was not.
    pub fn refused(actor: &Actor, action: &'static str) -> Self {
        let actor = actor.clone();
        Self { actor, action, target: None, before: None, after: None, result: Outcome::Refused }
    }

    /// With what changed.
    pub fn changing(self, before: Option<Value>, after: Option<Value>) -> Self {
        Self { before, after, ..self }
    }
}

/// What was written down.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Greater for later ones.
    pub id: i64,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// Who; the address as text.
    pub actor_id: Option<UserId>,
    /// The actor's name at that time.
    pub actor: String,
    /// By which way.
    pub actor_kind: ActorKind,
    /// From where.
    pub address: Option<String>,
    /// What.
    pub action: String,
    /// To what.
    pub target: Option<String>,
    /// What changed, as it was.
    pub before: Option<Value>,
    /// As it is now.
    pub after: Option<Value>,
    /// How it ended.
    pub result: Outcome,
}
