//! Accounts: who somebody is by what they show ([`identify`]), and what changes that. Whatever ends a session or changes
//! what an account may do counts in this process at once, and in others within [`STALE`].

pub use crate::config::SecureCookies;

pub mod api_keys;
pub mod audit;
pub mod login;
pub mod sessions;
pub mod setup;
pub mod users;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;

use super::{App, AppError};
use crate::auth::api_key::{self, ApiKeys};
use crate::auth::password::{PasswordError, Passwords};
use crate::auth::throttle::Throttle;
use crate::auth::token::Tokens;
use crate::auth::{Caller, Secret};
use crate::db::users::{api_keys as key_rows, sessions as session_rows};
use crate::db::{Conn, DbError, now_ms, users as user_rows};
use crate::domain::account::{ApiKey, Role, User};
use crate::domain::id::SessionId;

/// How long what the database said about a session or a key is believed.
const STALE: Duration = Duration::from_secs(5);
/// Sessions and keys that are remembered.
const REMEMBERED: u64 = 10_000;
/// A key's last use is written down this often.
const TOUCH_MS: i64 = 60_000;
/// Sessions that expired are kept this long for whoever looks into them.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// What accounts keep in memory.
pub struct State {
    tokens: Tokens,
    keys: ApiKeys,
    passwords: Passwords,
    throttle: Throttle,
    setup: setup::Token,
    /// None: there is no such session, or it is over.
    known_sessions: Cache<SessionId, Option<Arc<Caller>>>,
    /// By prefix.
    known_keys: Cache<String, Option<Arc<KnownKey>>>,
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
            setup: setup::Token::default(),
            known_sessions: Cache::builder().max_capacity(REMEMBERED).time_to_live(STALE).build(),
            known_keys: Cache::builder().max_capacity(REMEMBERED).time_to_live(STALE).build(),
        }
    }

    /// Somebody's account changed: all that is remembered may be wrong.
    fn forget(&self) {
        self.known_sessions.invalidate_all();
        self.known_keys.invalidate_all();
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
    }
}

/// True while a session goes on and its account may still do what this role may. For what outlives a request; an API key
/// is not asked again.
pub async fn is_still(app: &App, caller: &Caller, role: Role) -> Result<bool, AppError> {
    match caller.session {
        Some(id) => Ok(in_session(app, id).await?.is_some_and(|caller| caller.role >= role)),
        None => Ok(true),
    }
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
    let Some(prefix) = api_key::prefix(key) else { return Ok(None) };
    let state = app.accounts();
    let (known, fresh) = match state.known_keys.get(prefix) {
        Some(known) => (known, false),
        None => (find_key(app, prefix).await?, true),
    };
    let Some(known) = known else { return Ok(None) };
    let now = now_ms();
    let good = state.keys.verify(key, &known.hash) && known.key.expires_at_ms.is_none_or(|at| at > now);
    if !good {
        return Ok(None);
    }
    if fresh && known.key.last_used_at_ms.is_none_or(|at| at < now - TOUCH_MS) {
        let id = known.key.id;
        app.db().write(move |conn| key_rows::touch(conn, id, now)).await?;
    }
    Ok(Some(Arc::new(known.caller.clone())))
}

async fn find_key(app: &App, prefix: &str) -> Result<Option<Arc<KnownKey>>, AppError> {
    let wanted = prefix.to_owned();
    let read = move |conn: &mut Conn| {
        let Some((key, hash)) = key_rows::find_by_prefix(conn, &wanted)? else { return Ok(None) };
        let user = user_rows::get(conn, key.user_id)?;
        if key.revoked_at_ms.is_some() || user.disabled_at_ms.is_some() {
            return Ok(None);
        }
        let mut caller = caller(&user, None);
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
    }
}

/// Forgets what has expired; to be called now and then.
pub async fn tidy(app: &App) -> Result<(), AppError> {
    let now = now_ms();
    Ok(app.db().write(move |conn| session_rows::tidy(conn, now, now - KEPT_MS)).await?)
}

/// Counts a try at a password.
fn count_try(app: &App, account: &str, address: Option<IpAddr>) -> Result<(), AppError> {
    let refused = |wait: Duration| AppError::TooManyAttempts { retry_after_seconds: wait.as_secs() + 1 };
    app.accounts().throttle.check(account, address).map_err(refused)
}

fn bad(field: &'static str) -> impl Fn(crate::domain::account::AccountError) -> AppError {
    move |error| AppError::invalid_field(field, error.to_string())
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
