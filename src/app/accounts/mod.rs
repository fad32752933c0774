//! Accounts: who somebody is by what they show ([`identify`]), and what changes that. Whatever ends a session or changes
//! what an account may do counts in this process at once, in others that share a Redis when they hear of it, else within
//! five seconds.

pub use crate::config::SecureCookies;

pub mod api_keys;
pub mod audit;
pub mod audit_files;
pub mod factors;
pub mod login;
pub mod oidc;
pub mod passkeys;
mod proxy;
pub mod sessions;
pub mod setup;
pub mod users;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::{App, AppError};
use crate::auth::api_key::ApiKeys;
use crate::auth::password::{Cost, PasswordError, Passwords};
use crate::auth::throttle::{self, Closed, Throttle};
use crate::auth::token::Tokens;
use crate::auth::{Caller, Secret};
use crate::cache::Cache;
use crate::db::audit as audit_rows;
use crate::db::users::{api_keys as key_rows, sessions as session_rows};
use crate::db::{Conn, DbError, now_ms, users as user_rows};
use crate::domain::account::{ApiKey, Role, User};
use crate::domain::audit::{Actor, ActorKind, NewEntry};
use crate::domain::id::SessionId;

/// How long what the database said about a session or a key is believed.
const STALE: Duration = Duration::from_secs(5);
/// Without a try for so long, the next limit that is used up is another one for the audit log.
const CLOSED: Duration = Duration::from_secs(5 * 60);
/// Sessions and keys that are remembered.
const REMEMBERED: u64 = 10_000;
/// A key's last use is written down this often.
const TOUCH_MS: i64 = 60_000;
/// Sessions that expired are kept this long for whoever looks into them.
const KEPT_MS: i64 = 30 * DAY_MS;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What accounts keep in memory.
pub struct State {
    tokens: Tokens,
    keys: ApiKeys,
    passwords: Passwords,
    throttle: Throttle,
    /// Limits on guessing that are used up, as far as the audit log says so.
    closed: Cache<String, ()>,
    codes: Arc<factors::Codes>,
    oidc: oidc::State,
    passkeys: passkeys::State,
    setup: setup::Token,
    audit_files: audit_files::State,
    /// None: there is no such session, or it is over.
    known_sessions: Cache<SessionId, Option<Arc<Caller>>>,
    /// By prefix.
    known_keys: Cache<String, Option<Arc<KnownKey>>>,
    /// By the name that a trusted proxy gives.
    known_names: Cache<String, Arc<Caller>>,
}

struct KnownKey {
    key: ApiKey,
    hash: String,
    caller: Caller,
}

/// What somebody shows.
#[derive(Debug, Clone, Copy)]
pub enum Credentials<'a> {
    /// An access token.
    Access(&'a str),
    /// An API key.
    ApiKey(&'a str),
    /// The name that a trusted proxy gives.
    Proxy(&'a str),
}

/// Where somebody is.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// Address; none when unknown.
    pub address: Option<IpAddr>,
    /// What the browser or program calls itself.
    pub user_agent: String,
}

impl State {
    /// Nothing known yet.
    pub fn new(secret: &Secret) -> Self {
        Self {
            tokens: Tokens::new(secret),
            keys: ApiKeys::new(secret),
            passwords: Passwords::default(),
            throttle: Throttle::default(),
            closed: Cache::since_used(REMEMBERED, CLOSED),
            codes: Arc::new(factors::Codes::new(secret)),
            oidc: oidc::State::new(secret),
            passkeys: passkeys::State::new(secret),
            setup: setup::Token::default(),
            audit_files: audit_files::State::default(),
            known_sessions: Cache::since_written(REMEMBERED, STALE),
            known_keys: Cache::since_written(REMEMBERED, STALE),
            known_names: Cache::since_written(REMEMBERED, STALE),
        }
    }

    /// What becomes of the audit log's files.
    pub fn audit_files(&self) -> &audit_files::State {
        &self.audit_files
    }

    /// Somebody's account changed: all that is remembered may be wrong.
    pub(super) fn forget(&self) {
        self.known_sessions.clear();
        self.known_keys.clear();
        self.known_names.clear();
    }

    /// A session changed.
    pub(super) fn forget_session(&self, id: SessionId) {
        self.known_sessions.remove(&id);
    }
}

/// Who shows this; none when it is not, or no longer, good.
pub async fn identify(app: &App, credentials: Credentials<'_>) -> Result<Option<Arc<Caller>>, AppError> {
    match credentials {
        Credentials::Access(token) => match app.accounts().tokens.read_access(token) {
            Some(claims) => in_session(app, claims.sid).await,
            None => Ok(None),
        },
        Credentials::ApiKey(key) => with_key(app, key).await,
        Credentials::Proxy(name) => proxy::identify(app, name).await.map(Some),
    }
}

/// True while the session goes on, or the key or the proxy's name is good, and its account may still do what this role may.
/// For what outlives a request.
pub async fn is_still(app: &App, caller: &Caller, role: Role) -> Result<bool, AppError> {
    let now = match (caller.session, &caller.key) {
        (Some(id), _) => in_session(app, id).await?,
        (None, Some(prefix)) => good_key(app, prefix).await?.0.map(|known| Arc::new(known.caller.clone())),
        (None, None) => proxy::known(app, &caller.username).await?,
    };
    Ok(now.is_some_and(|now| now.user_id == caller.user_id && now.role >= role))
}

async fn in_session(app: &App, id: SessionId) -> Result<Option<Arc<Caller>>, AppError> {
    let known = &app.accounts().known_sessions;
    if let Some(caller) = known.get(&id) {
        return Ok(caller);
    }
    let read = move |conn: &mut Conn| {
        let Some(session) = session_rows::find_live(conn, id, now_ms())? else { return Ok(None) };
        let user = user_rows::get(conn, session.user_id)?;
        Ok(user.disabled_at_ms.is_none().then(|| Arc::new(caller(&user, Some(id)))))
    };
    let caller = app.db().run(read).await?;
    known.insert(id, caller.clone());
    Ok(caller)
}

async fn with_key(app: &App, key: &str) -> Result<Option<Arc<Caller>>, AppError> {
    let state = app.accounts();
    let Some(prefix) = state.keys.prefix(key) else { return Ok(None) };
    let (known, fresh) = good_key(app, prefix).await?;
    let Some(known) = known.filter(|known| state.keys.verify(key, &known.hash)) else { return Ok(None) };
    let now = now_ms();
    if fresh && known.key.last_used_at_ms.is_none_or(|at| at < now - TOUCH_MS) {
        let id = known.key.id;
        app.db().write(move |conn| key_rows::touch(conn, id, now)).await?;
    }
    Ok(Some(Arc::new(known.caller.clone())))
}

/// The key of this prefix while it is good, and whether the database was asked.
async fn good_key(app: &App, prefix: &str) -> Result<(Option<Arc<KnownKey>>, bool), AppError> {
    let (known, fresh) = match app.accounts().known_keys.get(prefix) {
        Some(known) => (known, false),
        None => (find_key(app, prefix).await?, true),
    };
    let now = now_ms();
    Ok((known.filter(|known| known.key.expires_at_ms.is_none_or(|at| at > now)), fresh))
}

async fn find_key(app: &App, prefix: &str) -> Result<Option<Arc<KnownKey>>, AppError> {
    let wanted = prefix.to_owned();
    let read = move |conn: &mut Conn| {
        let Some((key, hash)) = key_rows::find_by_prefix(conn, &wanted)? else { return Ok(None) };
        let user = user_rows::get(conn, key.user_id)?;
        if key.revoked_at_ms.is_some() || user.disabled_at_ms.is_some() {
            return Ok(None);
        }
        let mut caller = Caller { key: Some(key.prefix.clone()), ..caller(&user, None) };
        caller.role = caller.role.min(key.role);
        Ok(Some(Arc::new(KnownKey { key, hash, caller })))
    };
    let found = app.db().run(read).await?;
    app.accounts().known_keys.insert(prefix.to_owned(), found.clone());
    Ok(found)
}

fn caller(user: &User, session: Option<SessionId>) -> Caller {
    Caller {
        user_id: user.id,
        username: user.username.clone(),
        display_name: user.display_name.clone(),
        role: user.role,
        session,
        key: None,
        way: if session.is_some() { ActorKind::Session } else { ActorKind::ApiKey },
    }
}

/// Forgets what has expired; to be called now and then.
pub async fn tidy(app: &App) -> Result<(), AppError> {
    let now = now_ms();
    let days = app.config().audit.retention_days;
    let tidy = move |conn: &mut Conn| {
        if days > 0 {
            audit_rows::remove_before(conn, now - i64::from(days) * DAY_MS)?;
        }
        session_rows::tidy(conn, now, now - KEPT_MS)
    };
    Ok(app.db().write(tidy).await?)
}

/// Counts a try at a password, here and together with other instances.
async fn count_try(app: &App, account: &str, address: Option<IpAddr>) -> Result<(), AppError> {
    let Err(Closed { what, wait }) = count_everywhere(app, account, address).await else { return Ok(()) };
    // once for all that come while it is closed
    if app.accounts().closed.note(what.clone()) {
        let actor = Actor::anonymous(account, address);
        let entry = NewEntry { target: Some(what), ..NewEntry::refused(&actor, "too_many_attempts") };
        app.db().write(move |conn| audit_rows::insert(conn, &entry, now_ms())).await?;
    }
    Err(AppError::TooManyAttempts { retry_after_seconds: wait.as_secs() + 1 })
}

async fn count_everywhere(app: &App, account: &str, address: Option<IpAddr>) -> Result<(), Closed> {
    app.accounts().throttle.check(account, address)?;
    let Some(shared) = app.shared() else { return Ok(()) };
    for (what, rate) in throttle::shared(account, address) {
        if let Some(wait) = shared.count(&format!("login:{what}"), rate).await.and_then(|quota| quota.wait) {
            return Err(Closed { what, wait });
        }
    }
    Ok(())
}

fn last_way_in() -> AppError {
    AppError::conflict(
        "last_way_in",
        "Nothing else would let you in. Add a passkey first, or ask an admin for a password.",
    )
}

fn bad(field: &'static str) -> impl Fn(crate::domain::account::AccountError) -> AppError {
    move |error| AppError::invalid_field(field, error.to_string())
}

/// Hashes passwords at a cost that is measured when the first one needs it.
pub(super) async fn passwords(app: &App) -> Result<&Passwords, AppError> {
    password_cost(app).await?;
    Ok(&app.accounts().passwords)
}

/// What hashing a password costs on this machine.
pub async fn password_cost(app: &App) -> Result<Cost, AppError> {
    let stored = async { Ok::<_, AppError>(app.db().run(user_rows::password_hashes).await?) };
    app.accounts().passwords.cost(stored).await
}

fn name_taken(error: DbError) -> AppError {
    match error {
        DbError::Conflict(_) => AppError::conflict("username_taken", "There is an account of that name already."),
        other => other.into(),
    }
}

impl From<PasswordError> for AppError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Unavailable { message: "Too many people log in; try again soon.".to_owned() },
            other => Self::internal(other),
        }
    }
}
