//! What can go wrong with the database.

use std::path::PathBuf;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::domain::error::UnknownText;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Any error of this module.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The row asked for is not there.
    #[error("no such row")]
    NotFound,
    /// A row like this is there already.
    #[error("a row like this exists already: {0}")]
    Conflict(String),
    /// A database URL that is neither SQLite nor PostgreSQL. The URL itself may hold a password.
    #[error("the database URL must start with sqlite:// or postgres://")]
    Url,
    /// The directory of the SQLite file could not be made.
    #[error("creating the database directory {path}")]
    Directory {
        /// Which directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The database could not be reached or opened.
    #[error("opening the database: {0}")]
    Open(#[source] Source),
    /// No connection became free.
    #[error("getting a database connection")]
    Pool(#[source] r2d2::Error),
    /// A statement failed.
    #[error("database query: {0}")]
    Query(#[source] DieselError),
    /// The copy taken before a migration is not good; nothing was migrated.
    #[error("copying the database to {path} before migrating it: {reason}")]
    Backup {
        /// Where the copy should have gone.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A migration failed; it left nothing behind.
    #[error("migrating the database: {0}")]
    Migrate(#[source] Source),
    /// A stored text is none of the known values: written by a newer version?
    #[error(transparent)]
    UnknownText(#[from] UnknownText),
    /// A stored JSON text does not fit its type, or a value cannot be written as JSON.
    #[error("the JSON of {what}")]
    Json {
        /// Which column.
        what: &'static str,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A stored number does not fit its type.
    #[error("{what} is out of range: {value}")]
    Range {
        /// Which column.
        what: &'static str,
        /// What was found.
        value: i64,
    },
    /// A cursor that was not made by the list it is used with.
    #[error("the cursor does not belong to this list")]
    Cursor,
    /// The work was cut off: it panicked, or the process is ending.
    #[error("the database work was cut off")]
    Stopped,
}

impl DbError {
    /// Stable code for logs and the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Conflict(_) => "conflict",
            Self::Cursor => "invalid_cursor",
            Self::Url | Self::Directory { .. } | Self::Open(_) | Self::Pool(_) | Self::Stopped => {
                "database_unavailable"
            }
            Self::Backup { .. } | Self::Migrate(_) => "database_migration_failed",
            Self::Query(_) | Self::UnknownText(_) | Self::Json { .. } | Self::Range { .. } => "database_error",
        }
    }

    /// The database could not be opened.
    pub(super) fn open(source: impl Into<Source>) -> Self {
        Self::Open(source.into())
    }
}

impl From<DieselError> for DbError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                Self::Conflict(info.constraint_name().unwrap_or(info.message()).to_owned())
            }
            other => Self::Query(other),
        }
    }
}
