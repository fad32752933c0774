//! The first start: while there is no account, whoever has the link that the server printed makes the first one, an
//! admin. The link's token stands in memory only and is good until it is used or the server stops.

use std::sync::Mutex;

use ring::digest;

use super::super::{App, AppError};
use super::login::{SignedIn, begin_session};
use super::users::{NewUser, prepare, target};
use super::{Client, count_try};
use crate::auth;
use crate::db::{Conn, audit, now_ms, users};
use crate::domain::account::Role;
use crate::domain::audit::{Actor, NewEntry};

/// The hash of the token, when there is one.
#[derive(Default)]
pub(super) struct Token(Mutex<Option<[u8; 32]>>);

/// True while there is no account.
pub async fn is_needed(app: &App) -> Result<bool, AppError> {
    Ok(!app.db().run(users::any).await?)
}

/// A token for the link, when it is needed; those before are good no longer.
pub async fn begin(app: &App) -> Result<Option<String>, AppError> {
    if !is_needed(app).await? {
        return Ok(None);
    }
    let token = auth::random_text().map_err(|_| AppError::internal("the system gives no random numbers"))?;
    *slot(app) = Some(hash(&token));
    Ok(Some(token))
}

/// Makes the first account, an admin, and logs it in.
pub async fn finish(
    app: &App,
    token: &str,
    username: &str,
    password: &str,
    client: Client,
) -> Result<SignedIn, AppError> {
    count_try(app, "", client.address).await?; // no account is called that
    if !is_needed(app).await? {
        return Err(done_already());
    }
    // what is compared are hashes, so that the time it takes tells nothing
    if *slot(app) != Some(hash(token)) {
        let message = "This is not the link of this start; the server prints it when it starts.";
        return Err(AppError::Forbidden { code: "wrong_setup_token", message: message.to_owned() });
    }
    let new = NewUser {
        username: username.to_owned(),
        display_name: String::new(),
        role: Role::Admin,
        password: Some(password.to_owned()),
    };
    let (user, hash) = prepare(app, new).await?;
    let entry = NewEntry::done(&Actor::anonymous(&user.username, client.address), "setup", target(&user));
    let first = user.clone();
    let insert = move |conn: &mut Conn| {
        users::lock(conn)?;
        if users::any(conn)? {
            return Ok(false);
        }
        users::insert(conn, &user, hash.as_deref())?;
        audit::insert(conn, &entry, now_ms())?;
        Ok(true)
    };
    if !app.db().write(insert).await? {
        return Err(done_already());
    }
    *slot(app) = None;
    begin_session(app, first, client, "login").await
}

fn done_already() -> AppError {
    AppError::conflict("setup_done", "vlog is set up already; log in.")
}

fn slot(app: &App) -> std::sync::MutexGuard<'_, Option<[u8; 32]>> {
    app.accounts().setup.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn hash(token: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    hash
}
