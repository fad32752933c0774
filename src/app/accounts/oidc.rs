//! Logging in with an account elsewhere. What it is linked to is decided by the provider and its id there, never by a
//! name or an address of mail, which anybody may have; newcomers get an account of their own if the configuration says
//! so. An account without a password belongs to the provider: its role follows the claim at each login.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::{App, AppError};
use super::login::{SignedIn, begin_session};
use super::users::{self, NewUser, UserEdit, target};
use super::{Client, factors};
use crate::auth::seal::Seal;
use crate::auth::{Caller, Secret};
use crate::cache::Cache;
use crate::config::Oidc;
use crate::db::users::{identities, passkeys, sessions};
use crate::db::{Conn, DbError, audit, now_ms, users as rows};
use crate::domain::account::{Role, User};
use crate::domain::audit::{Actor, NewEntry};
use crate::domain::id::SessionId;
use crate::oidc::{Person, Provider};

/// How long somebody may take at the provider.
pub const FLOW_LIFE: Duration = Duration::from_secs(10 * 60);
/// Logins that are remembered so that none comes back twice.
const REMEMBERED: u64 = 10_000;
/// What a flow is sealed for.
const FLOW: &str = "oidc flow";

/// What logging in elsewhere keeps in memory.
pub(super) struct State {
    provider: Provider,
    seal: Seal,
    used: Cache<String, ()>,
}

impl State {
    pub(super) fn new(secret: &Secret) -> Self {
        let used = Cache::since_written(REMEMBERED, FLOW_LIFE);
        Self { provider: Provider::default(), seal: Seal::new(secret, FLOW), used }
    }
}

/// What must be known again when the browser comes back; it keeps it, sealed.
#[derive(Serialize, Deserialize)]
struct Flow {
    state: String,
    nonce: String,
    verifier: String,
    redirect: String,
    next: String,
    /// The session that links an account elsewhere to its own; none: somebody logs in.
    link: Option<SessionId>,
    /// Seconds since 1970.
    exp: i64,
}

/// A browser that is sent to the provider.
pub struct Begun {
    /// Where to.
    pub url: String,
    /// What it has to bring back: for a cookie.
    pub flow: String,
}

/// A browser that came back.
pub enum Returned {
    /// It is logged in.
    LoggedIn {
        /// Its tokens.
        signed_in: SignedIn,
        /// Where it wanted to go.
        next: String,
    },
    /// Its account is linked from now on.
    Linked,
}

/// Why somebody is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// Stable snake_case code.
    pub code: &'static str,
    /// True for somebody who is logged in and wanted to link.
    pub linking: bool,
}

/// What the button on the login page says; none when there is no provider.
pub fn button(app: &App) -> Option<String> {
    let config = app.config();
    is_on(&config.oidc).then(|| config.oidc.name.clone())
}

fn is_on(config: &Oidc) -> bool {
    !config.issuer.is_empty()
}

/// Begins a login. `redirect` is where the provider sends the browser, `next` where it goes from there.
pub async fn begin(app: &App, redirect: String, next: String) -> Result<Begun, AppError> {
    begin_flow(app, redirect, next, None).await
}

/// Begins to link an account elsewhere to the caller's, who shows the password again.
pub async fn begin_link(
    app: &App,
    caller: &Caller,
    password: &str,
    redirect: String,
    client: Client,
) -> Result<Begun, AppError> {
    factors::owner(app, caller, password, &client, "oidc_linked").await?;
    begin_flow(app, redirect, String::new(), caller.session).await
}

async fn begin_flow(app: &App, redirect: String, next: String, link: Option<SessionId>) -> Result<Begun, AppError> {
    let (config, state) = (app.config(), &app.accounts().oidc);
    if !is_on(&config.oidc) {
        return Err(AppError::NotFound);
    }
    let begun = state.provider.begin(&config.oidc, &redirect).await.map_err(|error| {
        tracing::warn!(%error, "logging in elsewhere does not work");
        AppError::Unavailable { message: format!("{} does not answer.", config.oidc.name) }
    })?;
    let exp = Timestamp::now().as_second().saturating_add_unsigned(FLOW_LIFE.as_secs());
    let flow = Flow { state: begun.state, nonce: begun.nonce, verifier: begun.verifier, redirect, next, link, exp };
    let flow = serde_json::to_vec(&flow).map_err(AppError::internal)?;
    let flow = state.seal.close(&flow, FLOW).map_err(|_| AppError::internal("the system gives no random numbers"))?;
    Ok(Begun { url: begun.url, flow })
}

/// Takes a browser in that comes back from the provider. `flow` is what it kept, `code` what the provider gave it; none
/// when the provider refused.
pub async fn finish(
    app: &App,
    flow: &str,
    state: &str,
    code: Option<String>,
    client: Client,
) -> Result<Returned, Refused> {
    let known = &app.accounts().oidc;
    let opened = known.seal.open(flow, FLOW).ok().and_then(|flow| serde_json::from_slice::<Flow>(&flow).ok());
    let over = Refused { code: "oidc_expired", linking: false };
    let flow = opened.filter(|flow| flow.state == state && flow.exp > Timestamp::now().as_second()).ok_or(over)?;
    let linking = flow.link.is_some();
    let refused = |code| Refused { code, linking };
    if !known.used.note(flow.state) {
        return Err(refused("oidc_expired"));
    }
    let code = code.ok_or(refused("oidc_denied"))?;
    let config = app.config();
    let found = known.provider.finish(&config.oidc, &flow.redirect, code, (flow.nonce, flow.verifier)).await;
    let person = match found {
        Ok(person) => person,
        Err(error) => {
            tracing::warn!(%error, "a login elsewhere failed");
            let action = if linking { "oidc_linked" } else { "oidc_login" };
            let noted = note_refused(app, Actor::anonymous("", client.address), action, "oidc_failed").await;
            noted.unwrap_or_else(|error| tracing::error!(%error, "the audit log could not be written"));
            return Err(refused("oidc_failed"));
        }
    };
    let done = match flow.link {
        Some(session) => link(app, session, &person, client).await.map(|()| Returned::Linked),
        None => log_in(app, &config.oidc, &person, client)
            .await
            .map(|signed_in| Returned::LoggedIn { signed_in, next: flow.next }),
    };
    done.map_err(|why| {
        if let Why::Fault(error) = &why {
            tracing::error!(%error, "a login elsewhere failed");
        }
        refused(why.code())
    })
}

/// Why a person whom the provider knows is not let in.
enum Why {
    Refused(&'static str),
    Fault(AppError),
}

impl Why {
    fn code(&self) -> &'static str {
        match self {
            Self::Refused(code) => code,
            Self::Fault(_) => "oidc_failed",
        }
    }
}

impl<E: Into<AppError>> From<E> for Why {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

async fn log_in(app: &App, config: &Oidc, person: &Person, client: Client) -> Result<SignedIn, Why> {
    let found = match find(app, person).await {
        Ok(Some(user)) => settle(app, config, user, person, &client).await,
        Ok(None) => create(app, config, person, &client).await,
        Err(error) => Err(error.into()),
    };
    match found {
        Ok(user) => Ok(begin_session(app, user, client, "oidc_login").await?),
        Err(why) => {
            note_refused(app, actor(person, &client), "oidc_login", why.code()).await?;
            Err(why)
        }
    }
}

async fn note_refused(app: &App, actor: Actor, action: &'static str, because: &str) -> Result<(), AppError> {
    let because = serde_json::json!({ "because": because });
    let entry = NewEntry::refused(&actor, action).changing(None, Some(because));
    Ok(app.db().write(move |conn| audit::insert(conn, &entry, now_ms())).await?)
}

async fn find(app: &App, person: &Person) -> Result<Option<User>, AppError> {
    let person = person.clone();
    let find = move |conn: &mut Conn| {
        let key = (person.issuer.as_str(), person.subject.as_str());
        let Some(id) = identities::find(conn, key.0, key.1)? else { return Ok(None) };
        identities::touch(conn, key, &shown(&person), now_ms())?;
        rows::get(conn, id).map(Some)
    };
    Ok(app.db().write(find).await?)
}

/// An account that is linked already: whether it may go on, and as what.
async fn settle(app: &App, config: &Oidc, user: User, person: &Person, client: &Client) -> Result<User, Why> {
    if user.disabled_at_ms.is_some() {
        return Err(Why::Refused("account_disabled"));
    }
    let by_claim = !config.admin_values.is_empty() || !config.editor_values.is_empty();
    if user.has_password || !by_claim {
        return Ok(user);
    }
    let role = role_of(config, person).ok_or(Why::Refused("oidc_not_allowed"))?;
    if role == user.role {
        return Ok(user);
    }
    let edit = UserEdit { role: Some(role), ..UserEdit::default() };
    match users::update(app, &actor(person, client), user.id, edit).await {
        // somebody has to be left who can put things right
        Err(AppError::Conflict { code: "last_admin", .. }) => Ok(user),
        changed => Ok(changed?),
    }
}

async fn create(app: &App, config: &Oidc, person: &Person, client: &Client) -> Result<User, Why> {
    let role = role_of(config, person).ok_or(Why::Refused("oidc_not_allowed"))?;
    let username = person.username.clone().ok_or(Why::Refused("oidc_no_name"))?;
    let display_name = person.display_name.clone().unwrap_or_default();
    let made = users::prepare(app, NewUser { username, display_name, role, password: None }).await;
    let (user, _) = made.map_err(|error| match error {
        AppError::InvalidInput { .. } => Why::Refused("oidc_no_name"),
        other => Why::Fault(other),
    })?;
    let entry = NewEntry::done(&actor(person, client), "user_created", target(&user));
    let entry = entry.changing(None, Some(users::shown(&user)));
    let (created, person) = (user.clone(), person.clone());
    let insert = move |conn: &mut Conn| {
        rows::insert(conn, &user, None)?;
        identities::insert(conn, (&person.issuer, &person.subject), user.id, &shown(&person), now_ms())?;
        audit::insert(conn, &entry, now_ms())
    };
    match app.db().write(insert).await {
        Ok(()) => Ok(created),
        // of the same name; whose it is cannot be known from here
        Err(DbError::Conflict(_)) => Err(Why::Refused("oidc_name_taken")),
        Err(other) => Err(other.into()),
    }
}

async fn link(app: &App, session: SessionId, person: &Person, client: Client) -> Result<(), Why> {
    let person = person.clone();
    let link = move |conn: &mut Conn| {
        let Some(session) = sessions::find_live(conn, session, now_ms())? else { return Ok(false) };
        let user = rows::get(conn, session.user_id)?;
        identities::insert(conn, (&person.issuer, &person.subject), user.id, &shown(&person), now_ms())?;
        let actor = super::caller(&user, Some(session.id)).actor(client.address);
        let after = serde_json::json!({ "issuer": person.issuer, "name": shown(&person) });
        let entry = NewEntry::done(&actor, "oidc_linked", target(&user)).changing(None, Some(after));
        audit::insert(conn, &entry, now_ms())?;
        Ok(true)
    };
    match app.db().write(link).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Why::Refused("oidc_expired")),
        Err(DbError::Conflict(_)) => Err(Why::Refused("oidc_linked_already")),
        Err(other) => Err(other.into()),
    }
}

/// What the account elsewhere is called that is linked to the caller's.
pub async fn linked(app: &App, caller: &Caller) -> Result<Option<String>, AppError> {
    let (user, issuer) = (caller.user_id, app.config().oidc.issuer.clone());
    Ok(app.db().run(move |conn| identities::name_of(conn, user, &issuer)).await?)
}

/// Unlinks it for the caller, who shows the password again, if there is another way in.
pub async fn unlink(app: &App, caller: &Caller, password: &str, client: Client) -> Result<(), AppError> {
    factors::owner(app, caller, password, &client, "oidc_unlinked").await?;
    let (id, actor) = (caller.user_id, caller.actor(client.address));
    let unlink = move |conn: &mut Conn| {
        let user = rows::get(conn, id)?;
        if !user.has_password && passkeys::list(conn, id)?.is_empty() {
            return Ok(false);
        }
        if !identities::remove_all(conn, id)? {
            return Err(DbError::NotFound);
        }
        audit::insert(conn, &NewEntry::done(&actor, "oidc_unlinked", target(&user)), now_ms())?;
        Ok(true)
    };
    if app.db().write(unlink).await? { Ok(()) } else { Err(super::last_way_in()) }
}

/// What the claims make of somebody; none: nobody.
fn role_of(config: &Oidc, person: &Person) -> Option<Role> {
    let has = |wanted: &[String]| person.values.iter().flatten().any(|value| wanted.contains(value));
    if has(&config.admin_values) {
        return Some(Role::Admin);
    }
    if has(&config.editor_values) { Some(Role::Editor) } else { config.default_role.0 }
}

fn actor(person: &Person, client: &Client) -> Actor {
    Actor::anonymous(&shown(person), client.address)
}

/// What the provider calls somebody.
fn shown(person: &Person) -> String {
    let name = person.username.as_deref().or(person.display_name.as_deref()).unwrap_or(&person.subject);
    name.chars().filter(|c| !c.is_control()).take(128).collect()
}
