//! API keys: made once, shown once.

use serde_json::json;

use super::super::{App, AppError, instances};
use super::{Client, factors};
use crate::auth::Caller;
use crate::db::users::api_keys;
use crate::db::{Conn, DbError, audit, now_ms};
use crate::domain::account::{ApiKey, Role, User};
use crate::domain::audit::{Actor, NewEntry};
use crate::domain::id::{ApiKeyId, UserId};

/// Keys of one account.
const MOST: u32 = 200;
/// Longest name, characters.
const NAME_MAX_CHARS: usize = 100;

/// A new key.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// What it is for.
    pub name: String,
    /// The most it may do.
    pub role: Role,
    /// Milliseconds since 1970; none: it stays good.
    pub expires_at_ms: Option<i64>,
}

/// The caller's keys, newest first.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<ApiKey>, AppError> {
    list_of(app, Some(caller.user_id), None).await
}

/// The keys of one account or of all, newest first, a page at a time: those after `last`, and none at the end.
pub async fn list_of(app: &App, user: Option<UserId>, last: Option<ApiKey>) -> Result<Vec<ApiKey>, AppError> {
    Ok(app.db().run(move |conn| api_keys::list(conn, user, last.as_ref(), MOST)).await?)
}

/// The key of this id or prefix, whether it is still good or not.
pub async fn find(app: &App, text: &str) -> Result<ApiKey, AppError> {
    let text = text.to_owned();
    let find = move |conn: &mut Conn| match text.parse() {
        Ok(id) => api_keys::find(conn, id),
        Err(_) => Ok(api_keys::find_by_prefix(conn, &text)?.map(|(key, _)| key)),
    };
    app.db().run(find).await?.ok_or(AppError::NotFound)
}

/// A key for the caller, who shows the password again, and that may not do more than the caller.
pub async fn create_own(
    app: &App,
    caller: &Caller,
    password: &str,
    client: Client,
    new: NewApiKey,
) -> Result<(ApiKey, String), AppError> {
    factors::again(app, caller, password, &client, "api_key_created").await?;
    if new.role > caller.role {
        return Err(AppError::invalid_field("role", "A key cannot do more than you may do yourself."));
    }
    create(app, &caller.actor(client.address), caller.user_id, new).await
}

/// Revokes one of the caller's.
pub async fn revoke_own(app: &App, caller: &Caller, client: Client, id: ApiKeyId) -> Result<(), AppError> {
    factors::refuse_keys(caller)?;
    revoke(app, &caller.actor(client.address), id, Some(caller.user_id)).await
}

/// A key for an account, and its text, which nobody can tell again.
pub async fn create_for(app: &App, actor: &Actor, user: &User, new: NewApiKey) -> Result<(ApiKey, String), AppError> {
    create(app, actor, user.id, new).await
}

async fn create(app: &App, actor: &Actor, user_id: UserId, new: NewApiKey) -> Result<(ApiKey, String), AppError> {
    let name = new.name.trim().to_owned();
    if !(1..=NAME_MAX_CHARS).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(AppError::invalid_field(
            "name",
            format!("A name has 1 to {NAME_MAX_CHARS} characters on one line."),
        ));
    }
    let now = now_ms();
    if new.expires_at_ms.is_some_and(|at| at <= now) {
        return Err(AppError::invalid_field("expires_at", "The key would have expired already."));
    }
    let made = app.accounts().keys.make().map_err(|_| AppError::internal("the system gives no random numbers"))?;
    let key = ApiKey {
        id: ApiKeyId::new(),
        user_id,
        name,
        prefix: made.prefix,
        role: new.role,
        created_at_ms: now,
        expires_at_ms: new.expires_at_ms,
        last_used_at_ms: None,
        revoked_at_ms: None,
    };
    let after =
        json!({ "name": key.name, "role": key.role, "user_id": key.user_id, "expires_at_ms": key.expires_at_ms });
    let entry = NewEntry::done(actor, "api_key_created", target(&key)).changing(None, Some(after));
    let (row, hash) = (key.clone(), made.hash);
    let insert = move |conn: &mut Conn| {
        if api_keys::list(conn, Some(row.user_id), None, MOST)?.len() >= MOST as usize {
            return Ok(false);
        }
        api_keys::insert(conn, &row, &hash)?;
        audit::insert(conn, &entry, now)?;
        Ok(true)
    };
    if !app.db().write(insert).await? {
        return Err(AppError::conflict("too_many_keys", format!("An account has at most {MOST} keys; revoke some.")));
    }
    app.accounts().known_keys.remove(&key.prefix);
    Ok((key, made.key))
}

/// Revokes a key; of `owner` only, where one is given.
pub async fn revoke(app: &App, actor: &Actor, id: ApiKeyId, owner: Option<UserId>) -> Result<(), AppError> {
    let actor = actor.clone();
    let revoke = move |conn: &mut Conn| {
        let key = api_keys::revoke(conn, id, now_ms())?.ok_or(DbError::NotFound)?;
        if owner.is_some_and(|owner| owner != key.user_id) {
            return Err(DbError::NotFound); // rolled back
        }
        let before = json!({ "name": key.name, "role": key.role, "user_id": key.user_id });
        let entry = NewEntry::done(&actor, "api_key_revoked", target(&key)).changing(Some(before), None);
        audit::insert(conn, &entry, now_ms())
    };
    app.db().write(revoke).await?;
    instances::forget_accounts(app);
    Ok(())
}

fn target(key: &ApiKey) -> String {
    format!("api_key:{}", key.prefix)
}
