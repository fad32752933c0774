//! Passkeys: made by somebody who is logged in, and good for logging in without anything else.

use std::time::Duration;

use super::super::{App, AppError};
use super::login::{SignedIn, begin_session};
use super::users::target;
use super::{Client, count_try, factors};
use crate::auth::passkey::{self, PasskeyError, Shown, Site};
use crate::auth::seal::Seal;
use crate::auth::{Caller, Secret};
use crate::cache::Cache;
use crate::db::users::{identities, passkeys};
use crate::db::{Conn, DbError, audit, now_ms, users};
use crate::domain::account::User;
use crate::domain::audit::{Actor, NewEntry};

pub use crate::db::users::passkeys::Passkey;

/// Passkeys of one account.
const MOST: usize = 20;
/// Longest name, characters.
const NAME_MAX_CHARS: usize = 100;
/// How long a browser may take, as the library has it.
const LIFE: Duration = Duration::from_secs(5 * 60);
/// Ceremonies that are remembered so that none is used twice.
const REMEMBERED: u64 = 10_000;
/// What a ceremony of nobody yet is sealed for.
const LOGIN: &str = "passkey login";

/// What passkeys keep in memory.
pub(super) struct State {
    seal: Seal,
    used: Cache<String, ()>,
}

impl State {
    pub(super) fn new(secret: &Secret) -> Self {
        let used = Cache::since_written(REMEMBERED, LIFE);
        Self { seal: Seal::new(secret, "passkey ceremonies"), used }
    }

    fn close(&self, state: &[u8], owner: &str) -> Result<String, AppError> {
        self.seal.close(state, owner).map_err(|_| AppError::internal("the system gives no random numbers"))
    }

    /// Once.
    fn open(&self, ceremony: &str, owner: &str) -> Option<Vec<u8>> {
        let state = self.seal.open(ceremony, owner).ok()?;
        self.used.note(ceremony.to_owned()).then_some(state)
    }
}

/// What a browser is asked for, and what it has to bring along with its answer.
pub struct Begun {
    /// For `navigator.credentials`, as JSON.
    pub options: serde_json::Value,
    /// Sealed.
    pub ceremony: String,
}

/// The caller's, oldest first.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Passkey>, AppError> {
    let id = caller.user_id;
    Ok(app.db().run(move |conn| passkeys::list(conn, id)).await?)
}

/// Begins to make one for the caller, who shows the password again.
pub async fn begin(app: &App, caller: &Caller, password: &str, site: &Site, client: Client) -> Result<Begun, AppError> {
    let user = factors::owner(app, caller, password, &client, "passkey_added").await?;
    let known: Vec<String> = list(app, caller).await?.into_iter().map(|passkey| passkey.id).collect();
    let asked =
        passkey::begin(site, user.id, &user.username, &user.display_name, &known).map_err(AppError::internal)?;
    let ceremony = app.accounts().passkeys.close(&asked.state, &user.id.to_string())?;
    Ok(Begun { options: asked.options, ceremony })
}

/// Keeps the passkey that the browser made.
pub async fn finish(
    app: &App,
    caller: &Caller,
    name: &str,
    ceremony: &str,
    credential: &serde_json::Value,
    site: &Site,
    client: Client,
) -> Result<Passkey, AppError> {
    factors::need_session(caller)?;
    let name = name.trim().to_owned();
    if !(1..=NAME_MAX_CHARS).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        let message = format!("A name has 1 to {NAME_MAX_CHARS} characters on one line.");
        return Err(AppError::invalid_field("name", message));
    }
    let state = app.accounts().passkeys.open(ceremony, &caller.user_id.to_string());
    let state = state.ok_or_else(|| AppError::invalid_field("ceremony", "That took too long. Begin anew."))?;
    let made = passkey::finish(site, &state, credential).map_err(|error| {
        tracing::info!(%error, "a new passkey was refused");
        AppError::invalid_field("credential", "The browser's answer is not good. Begin anew.")
    })?;
    let passkey = Passkey {
        id: made.id,
        user_id: caller.user_id,
        name,
        fixed: made.fixed,
        changing: made.changing,
        created_at_ms: now_ms(),
        last_used_at_ms: None,
    };
    let after = serde_json::json!({ "name": passkey.name });
    let entry = NewEntry::done(&caller.actor(client.address), "passkey_added", format!("user:{}", caller.username));
    let (entry, row) = (entry.changing(None, Some(after)), passkey.clone());
    let insert = move |conn: &mut Conn| {
        if passkeys::list(conn, row.user_id)?.len() >= MOST {
            return Ok(false);
        }
        passkeys::insert(conn, &row)?;
        audit::insert(conn, &entry, now_ms())?;
        Ok(true)
    };
    match app.db().write(insert).await {
        Ok(true) => Ok(passkey),
        Ok(false) => Err(AppError::conflict("too_many_passkeys", format!("An account has at most {MOST} passkeys."))),
        Err(DbError::Conflict(_)) => Err(AppError::conflict("passkey_known", "This passkey is known already.")),
        Err(other) => Err(other.into()),
    }
}

/// Removes one of the caller's, who shows the password again, if there is another way in.
pub async fn remove(app: &App, caller: &Caller, password: &str, id: &str, client: Client) -> Result<(), AppError> {
    factors::owner(app, caller, password, &client, "passkey_removed").await?;
    let (user, id, actor) = (caller.user_id, id.to_owned(), caller.actor(client.address));
    let issuer = app.config().oidc.issuer.clone();
    let remove = move |conn: &mut Conn| {
        let owner = users::get(conn, user)?;
        let name = passkeys::remove(conn, user, &id)?.ok_or(DbError::NotFound)?;
        let is_last = passkeys::list(conn, user)?.is_empty();
        if is_last && !owner.has_password && identities::name_of(conn, user, &issuer)?.is_none() {
            return Err(Refused::LastWayIn);
        }
        let before = serde_json::json!({ "name": name });
        let entry = NewEntry::done(&actor, "passkey_removed", target(&owner)).changing(Some(before), None);
        Ok(audit::insert(conn, &entry, now_ms())?)
    };
    let done = app.db().run(move |conn| match conn.write(remove) {
        Ok(()) => Ok(true),
        Err(Refused::LastWayIn) => Ok(false),
        Err(Refused::Db(error)) => Err(error),
    });
    if done.await? { Ok(()) } else { Err(super::last_way_in()) }
}

/// Why a removal is rolled back.
enum Refused {
    LastWayIn,
    Db(DbError),
}

impl<E: Into<DbError>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Db(error.into())
    }
}

/// Begins to log somebody in, whoever it is.
pub fn begin_login(app: &App, site: &Site) -> Result<Begun, AppError> {
    let asked = passkey::begin_login(site).map_err(AppError::internal)?;
    Ok(Begun { options: asked.options, ceremony: app.accounts().passkeys.close(&asked.state, LOGIN)? })
}

/// Logs in whoever shows a passkey. Nothing tells what is wrong with one that is not good.
pub async fn log_in(
    app: &App,
    ceremony: &str,
    credential: &serde_json::Value,
    site: &Site,
    client: Client,
) -> Result<SignedIn, AppError> {
    let refused = || AppError::unauthorized("passkey_refused", "This passkey is not known here, or came too late.");
    let shown = Shown::read(credential);
    let id = shown.as_ref().map(Shown::id).unwrap_or_default();
    count_try(app, &format!("passkey:{id}"), client.address).await?;
    let state = app.accounts().passkeys.open(ceremony, LOGIN);
    let (Some(state), Ok(shown)) = (state, shown) else {
        note_refused(app, Actor::anonymous("", client.address)).await?;
        return Err(refused());
    };
    let find = move |conn: &mut Conn| {
        let Some(passkey) = passkeys::find(conn, &id)? else { return Ok(None) };
        Ok(Some((users::get(conn, passkey.user_id)?, passkey)))
    };
    let Some((user, passkey)) = app.db().run(find).await? else {
        note_refused(app, Actor::anonymous("", client.address)).await?;
        return Err(refused());
    };
    let good = verify(app, site, &state, &shown, &user, passkey).await?;
    if let Err(error) = good {
        tracing::info!(%error, "a passkey was refused");
        note_refused(app, Actor { id: Some(user.id), ..Actor::anonymous(&user.username, client.address) }).await?;
        return Err(refused());
    }
    begin_session(app, user, client, "passkey_login").await
}

async fn note_refused(app: &App, actor: Actor) -> Result<(), AppError> {
    let entry = NewEntry::refused(&actor, "passkey_login");
    Ok(app.db().write(move |conn| audit::insert(conn, &entry, now_ms())).await?)
}

async fn verify(
    app: &App,
    site: &Site,
    state: &[u8],
    shown: &Shown,
    user: &User,
    passkey: Passkey,
) -> Result<Result<(), PasskeyError>, AppError> {
    let changed = match shown.verify(site, state, user.id, (&passkey.fixed, &passkey.changing)) {
        Ok(changed) => changed,
        Err(error) => return Ok(Err(error)),
    };
    if user.disabled_at_ms.is_some() {
        return Ok(Err(PasskeyError::new("the account is disabled")));
    }
    let taken = app.db().write(move |conn| passkeys::touch(conn, &passkey, &changed, now_ms())).await?;
    Ok(if taken { Ok(()) } else { Err(PasskeyError::new("it was used elsewhere at the same time")) })
}
