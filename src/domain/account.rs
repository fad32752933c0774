//! People with accounts, what they may do, and what they are signed in with.

use serde::{Deserialize, Serialize};

use super::error::UnknownText;
use super::id::{ApiKeyId, SessionId, UserId};

/// Longest name people log in with, characters.
const USERNAME_MAX_CHARS: usize = 64;
/// Longest name that is shown, characters.
const DISPLAY_NAME_MAX_CHARS: usize = 128;
/// Fewest characters of a password (NIST SP 800-63B, section 3.1.1.2, together with limits on guessing).
const PASSWORD_MIN_CHARS: usize = 8;
/// Most bytes of a password; long enough for any passphrase.
const PASSWORD_MAX_BYTES: usize = 512;

/// What an account may do; each may do all that the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Watch.
    Viewer,
    /// Upload, change and delete videos.
    Editor,
    /// Everything: people and settings, too.
    Admin,
}

impl Role {
    /// Every role, least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Editor, Self::Admin];

    /// The text stored in the database and shown in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownText;
    fn from_str(text: &str) -> Result<Self, UnknownText> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| UnknownText::new("role", text))
    }
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Row id.
    pub id: UserId,
    /// The name to log in with, as it was typed; case does not count.
    pub username: String,
    /// The name that is shown.
    pub display_name: String,
    /// What it may do.
    pub role: Role,
    /// False: nobody can log in by password.
    pub has_password: bool,
    /// Milliseconds since 1970.
    pub created_at_ms: i64,
    /// Since when it may do nothing.
    pub disabled_at_ms: Option<i64>,
}

/// A browser that somebody logged in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Row id.
    pub id: SessionId,
    /// Who logged in.
    pub user_id: UserId,
    /// Milliseconds since 1970.
    pub created_at_ms: i64,
    /// When it last showed up, give or take the life of an access token.
    pub last_used_at_ms: i64,
    /// It ends by then unless it is used.
    pub expires_at_ms: i64,
    /// What the browser called itself.
    pub user_agent: String,
    /// Where it came from; empty when unknown.
    pub address: String,
}

/// A key for programs; the key itself is known to its owner only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Row id.
    pub id: ApiKeyId,
    /// Whose it is.
    pub user_id: UserId,
    /// What it is for.
    pub name: String,
    /// Its beginning, to tell it from others.
    pub prefix: String,
    /// The most it may do; never more than its owner may at that moment.
    pub role: Role,
    /// Milliseconds since 1970.
    pub created_at_ms: i64,
    /// No use after this.
    pub expires_at_ms: Option<i64>,
    /// When it was last used, to the minute.
    pub last_used_at_ms: Option<i64>,
    /// No use since this.
    pub revoked_at_ms: Option<i64>,
}

/// A value that an account cannot have; the text is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AccountError(String);

/// A name to log in with: letters, digits and `.`, `_`, `-`, `@`.
pub fn check_username(text: &str) -> Result<String, AccountError> {
    let name = text.trim();
    let fits = (1..=USERNAME_MAX_CHARS).contains(&name.chars().count())
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@'));
    if fits {
        return Ok(name.to_owned());
    }
    let rule = "letters, digits and the signs . _ - @";
    Err(AccountError(format!("A user name has 1 to {USERNAME_MAX_CHARS} {rule}.")))
}

/// The form in which user names are compared.
pub fn username_key(username: &str) -> String {
    username.trim().to_lowercase()
}

/// A name to show: one line.
pub fn check_display_name(text: &str) -> Result<String, AccountError> {
    let name = text.trim();
    if (1..=DISPLAY_NAME_MAX_CHARS).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        return Ok(name.to_owned());
    }
    Err(AccountError(format!("A name has 1 to {DISPLAY_NAME_MAX_CHARS} characters on one line.")))
}

/// A new password for this user.
pub fn check_password(password: &str, username: &str) -> Result<(), AccountError> {
    if password.chars().count() < PASSWORD_MIN_CHARS {
        return Err(AccountError(format!("A password has at least {PASSWORD_MIN_CHARS} characters.")));
    }
    if password.len() > PASSWORD_MAX_BYTES {
        return Err(AccountError(format!("A password has at most {PASSWORD_MAX_BYTES} bytes.")));
    }
    if username_key(password) == username_key(username) {
        return Err(AccountError("The password must not be the user name.".to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_ordered() {
        assert!(Role::Viewer < Role::Editor && Role::Editor < Role::Admin);
        assert!(Role::ALL.iter().all(|role| role.as_str().parse() == Ok(*role)));
        assert!("root".parse::<Role>().is_err());
    }

    #[test]
    fn usernames() {
        for good in ["a", "Jürgen", "anna.b-c_d@example.org", &"x".repeat(64)] {
            assert_eq!(check_username(good).as_deref(), Ok(good));
        }
        for bad in ["", "  ", "a b", "a/b", "<b>", &"x".repeat(65)] {
            assert!(check_username(bad).is_err(), "{bad:?}");
        }
        assert_eq!(username_key(" ÄNNE "), "änne");
    }

    #[test]
    fn passwords() {
        assert!(check_password("1234567", "anna").is_err());
        assert!(check_password("12345678", "anna").is_ok());
        assert!(check_password(&"x".repeat(513), "anna").is_err());
        assert!(check_password("Annabelle", "annaBELLE").is_err());
    }
}
