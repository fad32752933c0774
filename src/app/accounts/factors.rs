//! The authenticator app of an account, and its recovery codes. Whoever changes them shows the password again, so that
//! a browser left alone is not enough to lock its owner out.

use serde_json::json;

use super::super::{App, AppError};
use super::login::{SignedIn, begin_session, own_account};
use super::users::target;
use super::{Client, count_try};
use crate::auth::seal::Seal;
use crate::auth::token::password_mark;
use crate::auth::totp::{self, Enrolment, RecoveryCodes};
use crate::auth::{Caller, Secret};
use crate::db::users::passkeys;
use crate::db::users::totp as rows;
use crate::db::{Conn, DbError, audit, now_ms, users};
use crate::domain::account::{User, username_key};
use crate::domain::audit::{Actor, ActorKind, NewEntry};
use crate::domain::id::UserId;

/// Reads and makes codes.
pub(super) struct Codes {
    seal: Seal,
    recovery: RecoveryCodes,
}

impl Codes {
    pub(super) fn new(secret: &Secret) -> Self {
        Self { seal: Seal::new(secret, "second factors"), recovery: RecoveryCodes::new(secret) }
    }
}

/// What an account has besides a password.
#[derive(Debug, Clone)]
pub struct Factors {
    /// False: it logs in by other means only.
    pub has_password: bool,
    /// Since when an app is asked for, milliseconds since 1970.
    pub totp_since_ms: Option<i64>,
    /// Recovery codes that are left.
    pub recovery_codes: i64,
}

/// Which way a code was good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    App,
    Paper,
}

/// The caller's.
pub async fn get(app: &App, caller: &Caller) -> Result<Factors, AppError> {
    let id = caller.user_id;
    let read = move |conn: &mut Conn| {
        let has_password = users::get(conn, id)?.has_password;
        let totp_since_ms = rows::find(conn, id)?.and_then(|totp| totp.confirmed_at_ms);
        Ok(Factors { has_password, totp_since_ms, recovery_codes: rows::count_recovery_codes(conn, id)? })
    };
    Ok(app.db().run(read).await?)
}

/// Accounts that are asked for a code.
pub async fn holders(app: &App) -> Result<Vec<UserId>, AppError> {
    Ok(app.db().run(rows::holders).await?)
}

/// A new secret for an app. It is asked for once [`confirm`] has seen a code.
pub async fn begin(app: &App, caller: &Caller, password: &str, client: Client) -> Result<Enrolment, AppError> {
    let user = owner(app, caller, password, &client, "totp_enabled").await?;
    if !user.has_password {
        return Err(AppError::conflict("no_password", "A code goes with a password, and this account has none."));
    }
    let secret = totp::new_secret().map_err(|_| no_randomness())?;
    let enrolment = totp::enrolment(&secret, &user.username).map_err(AppError::internal)?;
    let sealed = app.accounts().codes.seal.close(&secret, &user.id.to_string()).map_err(|_| no_randomness())?;
    let id = user.id;
    if app.db().write(move |conn| rows::begin(conn, id, &sealed, now_ms())).await? {
        return Ok(enrolment);
    }
    Err(AppError::conflict("totp_enabled", "An app is set up already; turn it off first."))
}

/// Asks for the app from now on, and returns the recovery codes, which nobody can tell again.
pub async fn confirm(app: &App, caller: &Caller, code: &str, client: Client) -> Result<Vec<String>, AppError> {
    need_session(caller)?;
    count_code(app, &caller.username, &client).await?;
    let (codes, hashes) = new_recovery_codes(app)?;
    let (user, state, code) = (caller.user_id, app.accounts().codes.clone(), code.to_owned());
    let actor = caller.actor(client.address);
    let entry = NewEntry::done(&actor, "totp_enabled", format!("user:{}", caller.username));
    let confirm = move |conn: &mut Conn| {
        let Some(row) = rows::find(conn, user)?.filter(|row| row.confirmed_at_ms.is_none()) else { return Ok(None) };
        if !app_shows(conn, &state, user, &row.secret, &code)? {
            audit::insert(conn, &NewEntry::refused(&actor, "totp_enabled"), now_ms())?;
            return Ok(Some(false));
        }
        rows::confirm(conn, user, now_ms())?;
        rows::set_recovery_codes(conn, user, &hashes)?;
        audit::insert(conn, &entry, now_ms())?;
        Ok(Some(true))
    };
    match app.db().write(confirm).await? {
        None => Err(AppError::conflict("totp_not_begun", "There is nothing to confirm; begin anew.")),
        Some(false) => Err(wrong_code()),
        Some(true) => Ok(codes),
    }
}

/// New recovery codes in place of all old ones.
pub async fn renew(
    app: &App,
    caller: &Caller,
    password: &str,
    code: &str,
    client: Client,
) -> Result<Vec<String>, AppError> {
    let (codes, hashes) = new_recovery_codes(app)?;
    let action = "recovery_codes_made";
    let set = move |conn: &mut Conn, user| rows::set_recovery_codes(conn, user, &hashes);
    change(app, caller, password, code, client, action, set).await?;
    Ok(codes)
}

/// Turns the app off, and forgets the recovery codes.
pub async fn disable(app: &App, caller: &Caller, password: &str, code: &str, client: Client) -> Result<(), AppError> {
    change(app, caller, password, code, client, "totp_disabled", |conn, user| rows::remove(conn, user).map(|_| ()))
        .await
}

/// Does something for whoever shows both the password and a code.
async fn change(
    app: &App,
    caller: &Caller,
    password: &str,
    code: &str,
    client: Client,
    action: &'static str,
    work: impl FnOnce(&mut Conn, UserId) -> Result<(), DbError> + Send + 'static,
) -> Result<(), AppError> {
    let user = owner(app, caller, password, &client, action).await?;
    count_code(app, &user.username, &client).await?;
    let (state, code, actor) = (app.accounts().codes.clone(), code.to_owned(), caller.actor(client.address));
    let work = move |conn: &mut Conn| {
        if use_code(conn, &state, user.id, &code)?.is_none() {
            audit::insert(conn, &NewEntry::refused(&actor, action), now_ms())?;
            return Ok(false);
        }
        work(conn, user.id)?;
        audit::insert(conn, &NewEntry::done(&actor, action, target(&user)), now_ms())?;
        Ok(true)
    };
    if app.db().write(work).await? { Ok(()) } else { Err(wrong_code()) }
}

/// Takes app, codes and passkeys away, for whoever lost them.
pub async fn reset(app: &App, actor: &Actor, id: UserId) -> Result<User, AppError> {
    let actor = actor.clone();
    let reset = move |conn: &mut Conn| {
        let user = users::get(conn, id)?;
        let before = json!({ "totp": rows::remove(conn, id)?, "passkeys": passkeys::remove_all(conn, id)? });
        let entry = NewEntry::done(&actor, "factors_reset", target(&user)).changing(Some(before), None);
        audit::insert(conn, &entry, now_ms())?;
        Ok(user)
    };
    Ok(app.db().write(reset).await?)
}

/// The second step of a login.
pub async fn log_in(app: &App, login_token: &str, code: &str, client: Client) -> Result<SignedIn, AppError> {
    let over = || AppError::unauthorized("login_expired", "That took too long. Begin again with the password.");
    let claims = app.accounts().tokens.read_login(login_token).ok_or_else(over)?;
    let id = claims.sub;
    let read = move |conn: &mut Conn| Ok((users::get(conn, id)?, users::password_hash(conn, id)?));
    let (user, hash) = app.db().run(read).await.map_err(|_: DbError| over())?;
    // a new password is a new beginning
    if claims.mark != password_mark(hash.as_deref()) {
        return Err(over());
    }
    count_code(app, &user.username, &client).await?;
    let (state, code) = (app.accounts().codes.clone(), code.to_owned());
    let (name, address, disabled) = (user.username.clone(), client.address, user.disabled_at_ms.is_some());
    let check = move |conn: &mut Conn| {
        let shown = if disabled { None } else { use_code(conn, &state, id, &code)? };
        let actor = Actor { id: Some(id), ..Actor::anonymous(&name, address) };
        match shown {
            None => audit::insert(conn, &NewEntry::refused(&actor, "second_factor"), now_ms())?,
            Some(Shown::App) => {}
            Some(Shown::Paper) => {
                let left = json!({ "left": rows::count_recovery_codes(conn, id)? });
                let entry = NewEntry::done(&actor, "recovery_code_used", format!("user:{name}"));
                audit::insert(conn, &entry.changing(None, Some(left)), now_ms())?;
            }
        }
        Ok(shown.is_some())
    };
    if app.db().write(check).await? {
        return begin_session(app, user, client, "login").await;
    }
    Err(AppError::unauthorized("wrong_code", "This code is wrong, too old, or was used already."))
}

/// The caller's account, once its owner showed the password again, where it has one.
pub(super) async fn owner(
    app: &App,
    caller: &Caller,
    password: &str,
    client: &Client,
    action: &'static str,
) -> Result<User, AppError> {
    need_session(caller)?;
    let id = caller.user_id;
    let user = app.db().run(move |conn| users::get(conn, id)).await?;
    if !user.has_password {
        return Ok(user);
    }
    own_account(app, caller, password, client, action, "password").await
}

/// Once the caller showed the password again, where there is one to show; whom a proxy names has none here.
pub(super) async fn again(
    app: &App,
    caller: &Caller,
    password: &str,
    client: &Client,
    action: &'static str,
) -> Result<(), AppError> {
    refuse_keys(caller)?;
    match caller.way {
        ActorKind::Proxy => Ok(()),
        _ => owner(app, caller, password, client, action).await.map(|_| ()),
    }
}

/// A key that gets into wrong hands must not outlive itself, nor end what would end it.
pub(super) fn refuse_keys(caller: &Caller) -> Result<(), AppError> {
    if caller.way == ActorKind::ApiKey { Err(session_needed()) } else { Ok(()) }
}

/// A key in a script must not change how its owner logs in.
pub(super) fn need_session(caller: &Caller) -> Result<(), AppError> {
    if caller.session.is_some() { Ok(()) } else { Err(session_needed()) }
}

fn session_needed() -> AppError {
    let message = "Log in with a browser for this; a key cannot do it.".to_owned();
    AppError::Forbidden { code: "session_needed", message }
}

/// Codes have six digits, so guesses at them are counted apart from those at passwords, and as strictly.
async fn count_code(app: &App, username: &str, client: &Client) -> Result<(), AppError> {
    count_try(app, &format!("code:{}", username_key(username)), client.address).await
}

/// Uses a code of the app or of the paper up.
fn use_code(conn: &mut Conn, codes: &Codes, user: UserId, code: &str) -> Result<Option<Shown>, DbError> {
    let Some(row) = rows::find(conn, user)?.filter(|row| row.confirmed_at_ms.is_some()) else { return Ok(None) };
    if app_shows(conn, codes, user, &row.secret, code)? {
        return Ok(Some(Shown::App));
    }
    let on_paper = rows::use_recovery_code(conn, user, &codes.recovery.hash(code))?;
    Ok(on_paper.then_some(Shown::Paper))
}

fn app_shows(conn: &mut Conn, codes: &Codes, user: UserId, sealed: &str, code: &str) -> Result<bool, DbError> {
    let Ok(secret) = codes.seal.open(sealed, &user.to_string()) else {
        tracing::error!("a second factor cannot be read: the server's secret is not the one it was made with");
        return Ok(false);
    };
    match totp::step_of(&secret, code, now_ms() / 1000) {
        Some(step) => rows::use_step(conn, user, step),
        None => Ok(false),
    }
}

/// Texts and hashes.
fn new_recovery_codes(app: &App) -> Result<(Vec<String>, Vec<String>), AppError> {
    Ok(app.accounts().codes.recovery.make().map_err(|_| no_randomness())?.into_iter().unzip())
}

fn wrong_code() -> AppError {
    AppError::invalid_field("code", "This code is wrong, too old, or was used already.")
}

fn no_randomness() -> AppError {
    AppError::internal("the system gives no random numbers")
}
