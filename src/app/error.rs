//! What a use case can fail with.

use crate::auth::token::LoginToken;
use crate::db::DbError;
use crate::settings::{Problem, ProblemKind};
use crate::storage::StorageError;

/// Why a use case failed, in terms of the caller. Only `http/error.rs` turns this into a status.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// What was asked for is not there, or not for this caller.
    #[error("There is nothing here by that name.")]
    NotFound,
    /// The request cannot be understood, or a field has a bad value.
    #[error("{message}")]
    InvalidInput {
        /// Stable snake_case code.
        code: &'static str,
        /// What is wrong and how to do better.
        message: String,
        /// The field with the bad value; none when the request as a whole is at fault.
        field: Option<&'static str>,
    },
    /// The present state does not allow it.
    #[error("{message}")]
    Conflict {
        /// Stable snake_case code.
        code: &'static str,
        /// Why not, and what would help.
        message: String,
    },
    /// It is not known who calls, and it must be.
    #[error("{message}")]
    Unauthorized {
        /// Stable snake_case code.
        code: &'static str,
        /// What would help.
        message: String,
    },
    /// The password was right, and the account has a second factor.
    #[error("Now the code of your authenticator app, or a recovery code.")]
    SecondFactorNeeded {
        /// For the second step.
        login_token: LoginToken,
    },
    /// Too many passwords were tried.
    #[error("Too many tries. Wait {retry_after_seconds} seconds and try again.")]
    TooManyAttempts {
        /// Seconds until one more may be tried.
        retry_after_seconds: u64,
    },
    /// Too many requests.
    #[error("Too many requests. Wait {retry_after_seconds} seconds and try again.")]
    RateLimited {
        /// Seconds until one more may come.
        retry_after_seconds: u64,
    },
    /// The caller may not do this.
    #[error("{message}")]
    Forbidden {
        /// Stable snake_case code.
        code: &'static str,
        /// Why not.
        message: String,
    },
    /// More bytes than allowed.
    #[error("This is larger than the limit of {limit_bytes} bytes.")]
    TooLarge {
        /// The limit.
        limit_bytes: u64,
    },
    /// The disk has no room left for this.
    #[error("The server's disk is full. Free some space and try again.")]
    StorageFull,
    /// The content is of a kind we do not take.
    #[error("{message}")]
    UnsupportedMedia {
        /// Stable snake_case code.
        code: &'static str,
        /// What it is, and what would be taken.
        message: String,
    },
    /// It would work later.
    #[error("{message}")]
    Unavailable {
        /// Why not now.
        message: String,
    },
    /// Settings that are not taken, at least one; none was changed.
    #[error("{}", told(.0))]
    Settings(Vec<Problem>),
    /// A fault of ours. The source is for the log only.
    #[error("internal error: {0}")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl AppError {
    /// Stable code for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::InvalidInput { code, .. }
            | Self::Conflict { code, .. }
            | Self::Forbidden { code, .. }
            | Self::Unauthorized { code, .. }
            | Self::UnsupportedMedia { code, .. } => code,
            Self::SecondFactorNeeded { .. } => "second_factor_needed",
            Self::TooManyAttempts { .. } => "too_many_attempts",
            Self::RateLimited { .. } => "rate_limited",
            Self::TooLarge { .. } => "too_large",
            Self::StorageFull => "storage_full",
            Self::Unavailable { .. } => "unavailable",
            Self::Settings(problems) => match worst(problems) {
                ProblemKind::Value => "setting_invalid",
                ProblemKind::Unknown => "setting_unknown",
                ProblemKind::NeedsRestart => "setting_needs_restart",
            },
            Self::Internal(_) => "internal_error",
        }
    }

    /// A request that makes no sense as a whole.
    pub fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::InvalidInput { code, message: message.into(), field: None }
    }

    /// A field with a bad value.
    pub fn invalid_field(field: &'static str, message: impl Into<String>) -> Self {
        Self::InvalidInput { code: "invalid_value", message: message.into(), field: Some(field) }
    }

    /// A cursor of another list, or of none.
    pub fn invalid_cursor() -> Self {
        let message = "This cursor does not belong to this list; start without one.".to_owned();
        Self::InvalidInput { code: "invalid_cursor", message, field: Some("cursor") }
    }

    /// The present state does not allow it.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::Conflict { code, message: message.into() }
    }

    /// It is not known who calls.
    pub fn unauthorized(code: &'static str, message: impl Into<String>) -> Self {
        Self::Unauthorized { code, message: message.into() }
    }

    /// A fault of ours.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }
}

/// What the answer as a whole says of several problems.
fn worst(problems: &[Problem]) -> ProblemKind {
    let any = |kind| problems.iter().any(|problem| problem.kind == kind);
    let order = [ProblemKind::Value, ProblemKind::Unknown];
    order.into_iter().find(|kind| any(*kind)).unwrap_or(ProblemKind::NeedsRestart)
}

fn told(problems: &[Problem]) -> String {
    let sentence = |Problem { key, reason, fix, .. }: &Problem| {
        let stop = if fix.ends_with('?') { "" } else { "." };
        format!("{key}: {reason}; {fix}{stop}")
    };
    problems.iter().map(sentence).collect::<Vec<_>>().join(" ")
}

impl From<DbError> for AppError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::NotFound => Self::NotFound,
            DbError::Cursor => Self::invalid_cursor(),
            other => Self::internal(other),
        }
    }
}

impl From<StorageError> for AppError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::NotFound { .. } => Self::NotFound,
            StorageError::Full { .. } => Self::StorageFull,
            other @ (StorageError::Io { .. } | StorageError::InUse { .. }) => Self::internal(other),
        }
    }
}
