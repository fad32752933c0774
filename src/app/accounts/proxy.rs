//! Whoever a trusted proxy names: it asked them who they are, so nothing is asked here. Each request names them anew;
//! there is no session.

use std::sync::Arc;

use super::super::{App, AppError};
use super::users::{self, NewUser};
use crate::auth::Caller;
use crate::db::users as rows;
use crate::domain::account::User;
use crate::domain::audit::{Actor, ActorKind};

/// The account of that name, which is made if the configuration says so.
pub(super) async fn identify(app: &App, name: &str) -> Result<Arc<Caller>, AppError> {
    if let Some(caller) = app.accounts().known_names.get(name) {
        return Ok(caller);
    }
    let user = match find(app, name).await? {
        Some(user) => user,
        None => create(app, name).await?,
    };
    remember(app, name, &user).ok_or_else(|| refused("account_disabled", "This account is disabled."))
}

/// The account of that name, if there still is one that may act.
pub(super) async fn known(app: &App, name: &str) -> Result<Option<Arc<Caller>>, AppError> {
    if let Some(caller) = app.accounts().known_names.get(name) {
        return Ok(Some(caller));
    }
    Ok(find(app, name).await?.and_then(|user| remember(app, name, &user)))
}

fn remember(app: &App, name: &str, user: &User) -> Option<Arc<Caller>> {
    if user.disabled_at_ms.is_some() {
        return None;
    }
    let caller = Arc::new(Caller { way: ActorKind::Proxy, ..super::caller(user, None) });
    app.accounts().known_names.insert(name.to_owned(), Arc::clone(&caller));
    Some(caller)
}

async fn find(app: &App, name: &str) -> Result<Option<User>, AppError> {
    let name = name.to_owned();
    Ok(app.db().run(move |conn| rows::find_by_name(conn, &name)).await?.map(|(user, _)| user))
}

async fn create(app: &App, name: &str) -> Result<User, AppError> {
    let Some(role) = app.config().accounts.trusted_header_role.0 else {
        return Err(refused("no_account", "The proxy knows you, but there is no account of that name here."));
    };
    let new = NewUser { username: name.to_owned(), display_name: String::new(), role, password: None };
    let actor = Actor { kind: ActorKind::Proxy, ..Actor::anonymous(name, None) };
    match users::create(app, &actor, new).await {
        // a browser asks for several things at once, and the first of them made it
        Err(AppError::Conflict { .. }) => find(app, name).await?.ok_or(AppError::NotFound),
        Err(AppError::InvalidInput { .. }) => {
            Err(refused("no_account", "The proxy's name for you cannot be one here."))
        }
        made => made,
    }
}

fn refused(code: &'static str, message: &str) -> AppError {
    AppError::Forbidden { code, message: message.to_owned() }
}
