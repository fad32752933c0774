//! Logging in and out, going on with a session, and changing one's password.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::super::{App, AppError, instances};
use super::{Client, bad, count_try};
use crate::auth::Caller;
use crate::auth::token::{ACCESS_LIFE, Access, REFRESH_LIFE, Refresh};
use crate::db::users::sessions::{self, Used};
use crate::db::users::totp;
use crate::db::{Conn, DbError, audit, now_ms, users};
use crate::domain::account::{Session, User, check_password, username_key};
use crate::domain::audit::{Actor, ActorKind, NewEntry};
use crate::domain::id::{SessionId, UserId};

/// Longest name that is counted and written down, characters; no account has a longer one.
const NAME_CHARS: usize = 64;
/// Longest name of a browser that is kept, characters.
const AGENT_CHARS: usize = 256;

/// How soon an answer is asked for again that was not meant to be.
const GRACE_MS: i64 = 10_000;

/// What a browser gets that just logged in, or goes on.
#[derive(Debug)]
pub struct SignedIn {
    /// Who it is.
    pub caller: Caller,
    /// Access token.
    pub access: String,
    /// Refresh token; the one before is used up.
    pub refresh: String,
}

/// Checks a name and a password. Nothing tells whether the name, the password or the account is at fault. An account
/// with a second factor is asked for it: [`AppError::SecondFactorNeeded`].
pub async fn log_in(app: &App, username: &str, password: &str, client: Client) -> Result<SignedIn, AppError> {
    let name: String = username.trim().chars().take(NAME_CHARS).collect();
    count_try(app, &username_key(&name), client.address).await?;
    let wanted = name.clone();
    let found = app.db().run(move |conn| users::find_by_name(conn, &wanted)).await?;
    let hash = found.as_ref().and_then(|(_, hash)| hash.as_deref());
    let fits = super::passwords(app).await?.verify(password, hash).await?;
    let Some((user, hash)) = found.filter(|(user, _)| fits && user.disabled_at_ms.is_none()) else {
        let entry = NewEntry::refused(&Actor::anonymous(&name, client.address), "login");
        app.db().write(move |conn| audit::insert(conn, &entry, now_ms())).await?;
        return Err(AppError::unauthorized("login_failed", "The name or the password is wrong."));
    };
    let (id, hash) = (user.id, renew_hash(app, user.id, password, hash).await?);
    let second = app.db().run(move |conn| totp::find(conn, id)).await?;
    if second.is_some_and(|totp| totp.confirmed_at_ms.is_some()) {
        let login_token = app.accounts().tokens.login(id, hash.as_deref(), now_ms() / 1000);
        let login_token = login_token.map_err(AppError::internal)?;
        return Err(AppError::SecondFactorNeeded { login_token });
    }
    begin_session(app, user, client, "login").await
}

/// The hash of a password that was right: a new one, where the old is weaker than those of today.
async fn renew_hash(app: &App, id: UserId, password: &str, hash: Option<String>) -> Result<Option<String>, AppError> {
    let passwords = super::passwords(app).await?;
    if !hash.as_deref().is_some_and(|hash| passwords.is_weak(hash)) {
        return Ok(hash);
    }
    let renewed = passwords.hash(password).await?;
    let kept = renewed.clone();
    let renew = move |conn: &mut Conn| {
        // unless it was changed meanwhile
        let same = users::password_hash(conn, id)? == hash;
        let changes = users::Changes { password_hash: Some(kept), ..users::Changes::default() };
        if same { users::update(conn, id, &changes) } else { Ok(()) }
    };
    app.db().write(renew).await?;
    Ok(Some(renewed))
}

/// A new session with ids of its own, whatever the browser had before.
pub(super) async fn begin_session(
    app: &App,
    user: User,
    client: Client,
    action: &'static str,
) -> Result<SignedIn, AppError> {
    let (id, jti, now) = (SessionId::new(), Uuid::now_v7(), now_ms());
    let session = Session {
        id,
        user_id: user.id,
        created_at_ms: now,
        last_used_at_ms: now,
        expires_at_ms: expiry_ms(app, now, now),
        user_agent: client.user_agent.chars().take(AGENT_CHARS).collect(),
        address: client.address.map(|address| address.to_string()).unwrap_or_default(),
    };
    let caller = super::caller(&user, Some(id));
    let entry = NewEntry::done(&caller.actor(client.address), action, format!("session:{id}"));
    let begin = move |conn: &mut Conn| {
        sessions::insert(conn, &session)?;
        sessions::insert_token(conn, jti, id, session.expires_at_ms)?;
        audit::insert(conn, &entry, now)
    };
    app.db().write(begin).await?;
    signed_in(app, caller, id, jti, now)
}

/// A new pair of tokens for a refresh token that was not used before. One that was means that somebody has a copy:
/// the session ends, for both of them. Only right after its use, and before what came of it is used, the answer is given
/// again: two tabs asked at once, or it got lost.
pub async fn refresh(app: &App, token: &str, client: Client) -> Result<SignedIn, AppError> {
    let over = || AppError::unauthorized("not_logged_in", "The session is over. Log in again.");
    let Some(claims) = app.accounts().tokens.read_refresh(token) else { return Err(over()) };
    let (next, now, known) = (Uuid::now_v7(), now_ms(), app.clone());
    let go_on = move |conn: &mut Conn| -> Result<Option<(User, Uuid)>, DbError> {
        let Some(session) = sessions::find_live(conn, claims.sid, now)? else { return Ok(None) };
        let user = users::get(conn, session.user_id)?;
        if user.disabled_at_ms.is_some() || expiry_ms(&known, session.created_at_ms, now) <= now {
            return Ok(None);
        }
        match sessions::use_token(conn, claims.jti, claims.sid, now)? {
            Used::Fresh => {
                let address = client.address.map(|address| address.to_string()).unwrap_or_default();
                let until = expiry_ms(&known, session.created_at_ms, now);
                sessions::touch(conn, claims.sid, &address, now, until)?;
                sessions::insert_token(conn, next, claims.sid, until)?;
                Ok(Some((user, next)))
            }
            Used::Again => {
                if let Some(next) = sessions::successor(conn, claims.jti, claims.sid, now - GRACE_MS)? {
                    return Ok(Some((user, next)));
                }
                sessions::end(conn, claims.sid, now)?;
                let actor =
                    Actor { id: Some(user.id), name: user.username, kind: ActorKind::Session, address: client.address };
                let entry = NewEntry {
                    target: Some(format!("session:{}", claims.sid)),
                    ..NewEntry::refused(&actor, "token_reused")
                };
                audit::insert(conn, &entry, now)?;
                Ok(None)
            }
            Used::Unknown => Ok(None),
        }
    };
    let user = app.db().write(go_on).await?;
    instances::forget_session(app, claims.sid);
    let (user, next) = user.ok_or_else(over)?;
    signed_in(app, super::caller(&user, Some(claims.sid)), claims.sid, next, now)
}

/// Ends the session of an access token or, where that has expired, of a refresh token. Without either it is over
/// already.
pub async fn log_out(app: &App, access: Option<&str>, refresh: Option<&str>, client: Client) -> Result<(), AppError> {
    let tokens = &app.accounts().tokens;
    let by_access = access.and_then(|token| tokens.read_access(token)).map(|claims| claims.sid);
    let id = by_access.or_else(|| refresh.and_then(|token| tokens.read_refresh(token)).map(|claims| claims.sid));
    let Some(id) = id else { return Ok(()) };
    let now = now_ms();
    let end = move |conn: &mut Conn| {
        let Some(session) = sessions::find_live(conn, id, now)? else { return Ok(()) };
        let user = users::get(conn, session.user_id)?;
        sessions::end(conn, id, now)?;
        let actor = super::caller(&user, Some(id)).actor(client.address);
        audit::insert(conn, &NewEntry::done(&actor, "logout", format!("session:{id}")), now)
    };
    app.db().write(end).await?;
    instances::forget_session(app, id);
    Ok(())
}

/// Changes one's own password and ends one's other sessions, and one's API keys if wanted.
pub async fn change_password(
    app: &App,
    caller: &Arc<Caller>,
    current: &str,
    new: &str,
    revoke_keys: bool,
    client: Client,
) -> Result<(), AppError> {
    let user = own_account(app, caller, current, &client, "password_changed", "current").await?;
    let actor = caller.actor(client.address);
    check_password(new, &user.username).map_err(bad("new"))?;
    let hash = super::passwords(app).await?.hash(new).await?;
    let (kept, entry) = (caller.session, NewEntry::done(&actor, "password_changed", super::users::target(&user)));
    let change = move |conn: &mut Conn| {
        users::update(conn, user.id, &users::Changes { password_hash: Some(hash), ..users::Changes::default() })?;
        sessions::end_all(conn, user.id, kept, now_ms())?;
        if revoke_keys {
            super::users::revoke_keys(conn, &actor, &user)?;
        }
        audit::insert(conn, &entry, now_ms())
    };
    app.db().write(change).await?;
    instances::forget_accounts(app);
    Ok(())
}

/// The caller's account, once its password was shown again in `field`.
pub(super) async fn own_account(
    app: &App,
    caller: &Caller,
    password: &str,
    client: &Client,
    action: &'static str,
    field: &'static str,
) -> Result<User, AppError> {
    count_try(app, &username_key(&caller.username), client.address).await?;
    let name = caller.username.clone();
    let (user, hash) = app.db().run(move |conn| users::find_by_name(conn, &name)).await?.ok_or(AppError::NotFound)?;
    if super::passwords(app).await?.verify(password, hash.as_deref()).await? {
        return Ok(user);
    }
    let entry = NewEntry::refused(&caller.actor(client.address), action);
    app.db().write(move |conn| audit::insert(conn, &entry, now_ms())).await?;
    Err(AppError::invalid_field(field, "This is not your password."))
}

/// When a session ends that is used now: a time after that, and for good a time after it began.
fn expiry_ms(app: &App, created_ms: i64, now_ms: i64) -> i64 {
    let after = |ms: i64, life: Duration| ms.saturating_add(i64::try_from(life.as_millis()).unwrap_or(i64::MAX));
    after(now_ms, REFRESH_LIFE).min(after(created_ms, app.config().accounts.session_lifetime))
}

fn signed_in(app: &App, caller: Caller, sid: SessionId, jti: Uuid, now_ms: i64) -> Result<SignedIn, AppError> {
    let tokens = &app.accounts().tokens;
    let now = now_ms / 1000;
    let exp = now.saturating_add(i64::try_from(ACCESS_LIFE.as_secs()).unwrap_or(0));
    let access = Access { sub: caller.user_id, role: caller.role, sid, exp };
    let access = tokens.access(&access).map_err(AppError::internal)?;
    // the session may end before
    let until = now.saturating_add(i64::try_from(REFRESH_LIFE.as_secs()).unwrap_or(0));
    let refresh = tokens.refresh(&Refresh { sid, jti, exp: until }).map_err(AppError::internal)?;
    Ok(SignedIn { caller, access, refresh })
}
