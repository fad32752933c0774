//! What happens to the programs of machines: commands to a worker and what came of them, versions that changed.

use serde::{Deserialize, Serialize};

use crate::domain::error::UnknownText;
use crate::domain::id::WorkerId;

/// The platform this program was built for. A program for another is of no use here.
pub const TARGET: &str = env!("BUILT_FOR");

/// What a worker can be told to do with itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Finish or give back what it has, and begin anew.
    Restart,
    /// Finish or give back what it has, and end.
    Stop,
    /// Take the server's program, and begin anew with that.
    Update,
}

impl Command {
    /// The text stored in the database and shown in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::Stop => "stop",
            Self::Update => "update",
        }
    }
}

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeploymentKind {
    /// Somebody told a worker to do something.
    Command(Command),
    /// Another version came up by itself.
    VersionChange,
}

impl DeploymentKind {
    const ALL: [Self; 4] = [
        Self::Command(Command::Restart),
        Self::Command(Command::Stop),
        Self::Command(Command::Update),
        Self::VersionChange,
    ];

    /// The text stored in the database and shown in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Command(command) => command.as_str(),
            Self::VersionChange => "version_change",
        }
    }
}

impl std::str::FromStr for DeploymentKind {
    type Err = UnknownText;
    fn from_str(text: &str) -> Result<Self, UnknownText> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| UnknownText::new("event type", text))
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeploymentStatus {
    /// The worker has not heard of it yet.
    Pending,
    /// It is at it.
    InProgress,
    /// It is done.
    Completed,
    /// It was not done; the details say why.
    Failed,
}

impl DeploymentStatus {
    const ALL: [Self; 4] = [Self::Pending, Self::InProgress, Self::Completed, Self::Failed];

    /// The text stored in the database and shown in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }
}

impl std::str::FromStr for DeploymentStatus {
    type Err = UnknownText;
    fn from_str(text: &str) -> Result<Self, UnknownText> {
        let found = Self::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or_else(|| UnknownText::new("event status", text))
    }
}

/// Something that happened, or is to happen, to a program.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployment {
    /// Greater for later ones.
    pub id: i64,
    /// None: the server itself.
    pub worker_id: Option<WorkerId>,
    /// Its name at that time.
    pub worker_name: String,
    /// What.
    pub kind: DeploymentKind,
    /// Before.
    pub old_version: Option<String>,
    /// After.
    pub new_version: Option<String>,
    /// How far it is.
    pub status: DeploymentStatus,
    /// Who wanted it: the name of an account, or of whoever came up by itself.
    pub triggered_by: String,
    /// What there is to say about it, such as why it failed.
    pub details: Option<String>,
    /// Milliseconds since 1970.
    pub created_at_ms: i64,
    /// When it was done, or failed.
    pub completed_at_ms: Option<i64>,
}
