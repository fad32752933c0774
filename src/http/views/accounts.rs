//! Wire types of accounts, sessions, API keys and the audit log.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::from::time;
use crate::app::AppError;
use crate::app::accounts::api_keys::NewApiKey;
use crate::app::accounts::users::{NewUser, UserEdit};
use crate::auth::Caller;
use crate::domain::account;
use crate::domain::audit::Entry;
use crate::domain::id::{SessionId, UserId};
use crate::http::query::time_ms;

/// What an account may do; each may do all that the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Watch.
    Viewer,
    /// Upload, change and delete videos.
    Editor,
    /// Everything.
    Admin,
}

/// Who is logged in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Me {
    /// The account.
    pub user: User,
}

/// An account, as everybody sees their own.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct User {
    /// UUID.
    pub id: String,
    /// The name to log in with.
    pub username: String,
    /// The name to show.
    pub display_name: String,
    /// What the caller may do; with an API key that may be less than the account may.
    pub role: Role,
    /// True for a session, which can be ended; false for an API key, and for somebody whom a proxy names.
    pub has_session: bool,
}

/// Name and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginBody {
    /// In any case.
    pub username: String,
    /// The password.
    pub password: String,
}

/// The first account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupBody {
    /// From the link that the server printed.
    pub token: String,
    /// 1 to 64 letters, digits and . _ - @
    pub username: String,
    /// At least 8 characters.
    pub password: String,
}

/// Whether there is no account yet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SetupState {
    /// True: the first account is still to be made.
    pub needed: bool,
}

/// A change of one's password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordBody {
    /// The present one.
    pub current: String,
    /// At least 8 characters.
    pub new: String,
    /// True: all API keys of the account are revoked.
    #[serde(default)]
    pub revoke_api_keys: bool,
}

/// A browser that one is logged in with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Session {
    /// UUID.
    pub id: String,
    /// When it began, ISO 8601, UTC.
    pub created_at: String,
    /// When it last showed up, give or take ten minutes.
    pub last_used_at: String,
    /// It ends by then unless it is used.
    pub expires_at: String,
    /// What the browser calls itself.
    pub user_agent: String,
    /// Where it last came from; empty when unknown.
    pub address: String,
    /// True for the one that asks.
    pub current: bool,
}

/// Sessions, the one used last first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SessionList {
    /// Of this page.
    pub sessions: Vec<Session>,
    /// Pass it as `cursor` to get the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A key for programs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApiKey {
    /// UUID.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// The key begins with `vlog_{prefix}_`.
    pub prefix: String,
    /// The most it may do.
    pub role: Role,
    /// ISO 8601, UTC.
    pub created_at: String,
    /// No use after this; null: it stays good.
    #[schema(required)]
    pub expires_at: Option<String>,
    /// To the minute; null: never.
    #[schema(required)]
    pub last_used_at: Option<String>,
}

/// Keys, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApiKeyList {
    /// At most 200.
    pub api_keys: Vec<ApiKey>,
}

/// A key to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKeyBody {
    /// What it is for, 1 to 100 characters.
    pub name: String,
    /// The most it may do; one's own role when missing.
    pub role: Option<Role>,
    /// ISO 8601; without it the key stays good.
    pub expires_at: Option<String>,
    /// One's own, again; not asked for where there is none, and of whom a proxy names.
    #[serde(default)]
    pub password: String,
}

/// A key that was just made.
#[derive(Serialize, ToSchema)]
pub struct CreatedApiKey {
    /// What is kept of it.
    pub api_key: ApiKey,
    /// The key itself, told this once.
    pub key: String,
}

/// An account, as admins see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Account {
    /// UUID.
    pub id: String,
    /// The name to log in with.
    pub username: String,
    /// The name to show.
    pub display_name: String,
    /// What it may do.
    pub role: Role,
    /// True: it may do nothing.
    pub disabled: bool,
    /// False: nobody can log in by password.
    pub has_password: bool,
    /// ISO 8601, UTC.
    pub created_at: String,
    /// Since when it is disabled.
    #[schema(required)]
    pub disabled_at: Option<String>,
}

/// Accounts, by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccountList {
    /// At most 1000.
    pub users: Vec<Account>,
    /// Ids of those that are asked for a second factor after the password.
    pub with_second_factor: Vec<String>,
}

/// Somebody to share with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Person {
    /// The name to log in with.
    pub username: String,
    /// The name that is shown.
    pub display_name: String,
}

/// Those to share with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonList {
    /// By name, at most 1000.
    pub people: Vec<Person>,
}

/// An account to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// 1 to 64 letters, digits and . _ - @
    pub username: String,
    /// The user name when missing.
    #[serde(default)]
    pub display_name: String,
    /// What it may do.
    pub role: Role,
    /// At least 8 characters.
    pub password: Option<String>,
}

/// What to change of an account. Fields that are missing or null stay as they are.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountEdit {
    /// 1 to 128 characters.
    pub display_name: Option<String>,
    /// What it may do.
    pub role: Option<Role>,
    /// True: it may do nothing.
    pub disabled: Option<bool>,
    /// A new password, at least 8 characters.
    pub password: Option<String>,
    /// True: all API keys of the account are revoked.
    #[serde(default)]
    pub revoke_api_keys: bool,
}

/// Who did what.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Greater for later ones.
    pub id: i64,
    /// ISO 8601, UTC.
    pub time: String,
    /// UUID of the account; null where there is none.
    #[schema(required)]
    pub actor_id: Option<String>,
    /// Its name at that time; for a failed login the name that was typed.
    pub actor: String,
    /// `session`, `api_key`, `proxy`, `cli`, `system` or `anonymous`.
    pub actor_kind: &'static str,
    /// From where.
    #[schema(required)]
    pub address: Option<String>,
    /// What, such as `login`.
    pub action: String,
    /// To what, such as `user:anna`.
    #[schema(required)]
    pub target: Option<String>,
    /// What changed, as it was.
    #[schema(required, value_type = Option<Value>)]
    pub before: Option<Value>,
    /// As it is now.
    #[schema(required, value_type = Option<Value>)]
    pub after: Option<Value>,
    /// `ok` or `refused`.
    pub result: &'static str,
}

/// A page of the audit log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditPage {
    /// Newest first.
    pub entries: Vec<AuditEntry>,
    /// Pass it as `cursor` to get the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

impl From<account::Role> for Role {
    fn from(role: account::Role) -> Self {
        match role {
            account::Role::Viewer => Self::Viewer,
            account::Role::Editor => Self::Editor,
            account::Role::Admin => Self::Admin,
        }
    }
}

impl From<Role> for account::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Viewer => Self::Viewer,
            Role::Editor => Self::Editor,
            Role::Admin => Self::Admin,
        }
    }
}

impl From<&Caller> for Me {
    fn from(caller: &Caller) -> Self {
        Self {
            user: User {
                id: caller.user_id.to_string(),
                username: caller.username.clone(),
                display_name: caller.display_name.clone(),
                role: caller.role.into(),
                has_session: caller.session.is_some(),
            },
        }
    }
}

impl SessionList {
    /// `current` is the session that asks, `limit` what was asked for: a full page may have another one after it.
    pub fn of(sessions: Vec<account::Session>, current: Option<SessionId>, limit: u32) -> Self {
        let full = sessions.len() == limit as usize;
        let next = sessions.last().filter(|_| full).map(|last| format!("{}.{}", last.last_used_at_ms, last.id));
        let view = |session: account::Session| Session {
            id: session.id.to_string(),
            created_at: time(session.created_at_ms),
            last_used_at: time(session.last_used_at_ms),
            expires_at: time(session.expires_at_ms),
            user_agent: session.user_agent,
            address: session.address,
            current: Some(session.id) == current,
        };
        Self { sessions: sessions.into_iter().map(view).collect(), next_cursor: next }
    }
}

impl From<account::ApiKey> for ApiKey {
    fn from(key: account::ApiKey) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name,
            prefix: key.prefix,
            role: key.role.into(),
            created_at: time(key.created_at_ms),
            expires_at: key.expires_at_ms.map(time),
            last_used_at: key.last_used_at_ms.map(time),
        }
    }
}

impl From<Vec<account::ApiKey>> for ApiKeyList {
    fn from(keys: Vec<account::ApiKey>) -> Self {
        Self { api_keys: keys.into_iter().map(ApiKey::from).collect() }
    }
}

impl NewApiKeyBody {
    /// The password, and the key; `own` is the caller's role.
    pub fn into_new(self, own: account::Role) -> Result<(String, NewApiKey), AppError> {
        let expires_at_ms = time_ms("expires_at", &self.expires_at)?;
        Ok((self.password, NewApiKey { name: self.name, role: self.role.map_or(own, Into::into), expires_at_ms }))
    }
}

impl From<account::User> for Account {
    fn from(user: account::User) -> Self {
        Self {
            id: user.id.to_string(),
            username: user.username,
            display_name: user.display_name,
            role: user.role.into(),
            disabled: user.disabled_at_ms.is_some(),
            has_password: user.has_password,
            created_at: time(user.created_at_ms),
            disabled_at: user.disabled_at_ms.map(time),
        }
    }
}

impl AccountList {
    /// `holders` have a second factor.
    pub fn of(users: Vec<account::User>, holders: &[UserId]) -> Self {
        let users = users.into_iter().map(Account::from).collect();
        Self { users, with_second_factor: holders.iter().map(UserId::to_string).collect() }
    }
}

impl From<Vec<account::User>> for PersonList {
    fn from(users: Vec<account::User>) -> Self {
        let person = |user: account::User| Person { username: user.username, display_name: user.display_name };
        Self { people: users.into_iter().map(person).collect() }
    }
}

impl From<NewAccount> for NewUser {
    fn from(new: NewAccount) -> Self {
        let NewAccount { username, display_name, role, password } = new;
        Self { username, display_name, role: role.into(), password }
    }
}

impl From<AccountEdit> for UserEdit {
    fn from(edit: AccountEdit) -> Self {
        let AccountEdit { display_name, role, disabled, password, revoke_api_keys: revoke_keys } = edit;
        Self { display_name, role: role.map(Into::into), disabled, password, revoke_keys }
    }
}

impl From<Entry> for AuditEntry {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id,
            time: time(entry.at_ms),
            actor_id: entry.actor_id.map(|id| id.to_string()),
            actor: entry.actor,
            actor_kind: entry.actor_kind.as_str(),
            address: entry.address,
            action: entry.action,
            target: entry.target,
            before: entry.before,
            after: entry.after,
            result: entry.result.as_str(),
        }
    }
}

impl AuditEntry {
    /// As a line of an export.
    pub fn line(&self) -> String {
        format!("{}\n", serde_json::to_string(self).unwrap_or_default()) // texts and numbers always become JSON
    }
}

impl AuditPage {
    /// `limit` is what was asked for: a full page may have another one after it.
    pub fn of(entries: Vec<Entry>, limit: u32) -> Self {
        let full = entries.len() == limit as usize;
        let next_cursor = entries.last().filter(|_| full).map(|entry| entry.id.to_string());
        Self { entries: entries.into_iter().map(AuditEntry::from).collect(), next_cursor }
    }
}
