//! Accounts, as admins manage them. One admin who may act is always left.

use serde_json::{Value, json};

use super::super::{App, AppError, instances};
use super::{bad, name_taken};
use crate::db::users::{self, Changes, api_keys, identities, passkeys, sessions};
use crate::db::{Conn, DbError, audit, now_ms, videos};
use crate::domain::account::{Role, User, check_display_name, check_password, check_username};
use crate::domain::audit::{Actor, NewEntry};
use crate::domain::id::UserId;

/// Accounts that are shown.
const SHOWN: u32 = 1000;

/// A new account.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The name to log in with.
    pub username: String,
    /// The name that is shown; the other one when empty.
    pub display_name: String,
    /// What it may do.
    pub role: Role,
    /// Without one nobody can log in until an admin sets one.
    pub password: Option<String>,
}

/// What to change of an account; none stays.
#[derive(Debug, Clone, Default)]
pub struct UserEdit {
    /// The name that is shown.
    pub display_name: Option<String>,
    /// What it may do.
    pub role: Option<Role>,
    /// True: it may do nothing.
    pub disabled: Option<bool>,
    /// A new password.
    pub password: Option<String>,
    /// Revoke all its API keys.
    pub revoke_keys: bool,
}

/// All accounts, by name.
pub async fn list(app: &App) -> Result<Vec<User>, AppError> {
    Ok(app.db().run(|conn| users::list(conn, SHOWN)).await?)
}

/// One account.
pub async fn get(app: &App, id: UserId) -> Result<User, AppError> {
    Ok(app.db().run(move |conn| users::get(conn, id)).await?)
}

/// The account of that name.
pub async fn find(app: &App, username: &str) -> Result<User, AppError> {
    let username = username.to_owned();
    let found = app.db().run(move |conn| users::find_by_name(conn, &username)).await?;
    found.map(|(user, _)| user).ok_or(AppError::NotFound)
}

/// Adds an account.
pub async fn create(app: &App, actor: &Actor, new: NewUser) -> Result<User, AppError> {
    let (user, hash) = prepare(app, new).await?;
    let entry = NewEntry::done(actor, "user_created", target(&user)).changing(None, Some(shown(&user)));
    let created = user.clone();
    let insert = move |conn: &mut Conn| {
        users::insert(conn, &user, hash.as_deref())?;
        audit::insert(conn, &entry, now_ms())
    };
    app.db().write(insert).await.map_err(name_taken)?;
    Ok(created)
}

/// Checks a new account and hashes its password.
pub(super) async fn prepare(app: &App, new: NewUser) -> Result<(User, Option<String>), AppError> {
    let username = check_username(&new.username).map_err(bad("username"))?;
    let display_name = if new.display_name.trim().is_empty() { &username } else { &new.display_name };
    let display_name = check_display_name(display_name).map_err(bad("display_name"))?;
    let hash = match &new.password {
        Some(password) => {
            check_password(password, &username).map_err(bad("password"))?;
            Some(super::passwords(app).await?.hash(password).await?)
        }
        None => None,
    };
    let has_password = hash.is_some();
    let (role, created_at_ms) = (new.role, now_ms());
    let id = UserId::new();
    Ok((User { id, username, display_name, role, has_password, created_at_ms, disabled_at_ms: None }, hash))
}

/// Changes an account. A new password, and being disabled, end its sessions. Links to files that it may have got end when it
/// may see less from now on: nobody knows whose a link is, so all end, and players of others renew theirs.
pub async fn update(app: &App, actor: &Actor, id: UserId, edit: UserEdit) -> Result<User, AppError> {
    if edit.revoke_keys {
        of_another(actor, id)?;
    }
    let display_name = edit.display_name.as_deref().map(check_display_name).transpose().map_err(bad("display_name"))?;
    let password_hash = match &edit.password {
        Some(password) => {
            check_password(password, &get(app, id).await?.username).map_err(bad("password"))?;
            Some(super::passwords(app).await?.hash(password).await?)
        }
        None => None,
    };
    let (actor, is_private) = (actor.clone(), app.config().access.private);
    let change = move |conn: &mut Conn| -> Result<User, Refused> {
        users::lock(conn)?;
        let (before, now) = (users::get(conn, id)?, now_ms());
        let disabled_at_ms = match (edit.disabled, before.disabled_at_ms) {
            (Some(true), None) => Some(Some(now)),
            (Some(false), Some(_)) => Some(None),
            _ => None,
        };
        let changes = Changes { display_name, role: edit.role, disabled_at_ms, password_hash };
        users::update(conn, id, &changes)?;
        let after = users::get(conn, id)?;
        keep_an_admin(conn, &before, Some(&after))?;
        if changes.password_hash.is_some() || after.disabled_at_ms.is_some() {
            sessions::end_all(conn, id, None, now)?;
        }
        if edit.revoke_keys {
            revoke_keys(conn, &actor, &after)?;
        }
        let sees_less = after.role < before.role || disabled_at_ms.is_some_and(|at| at.is_some());
        if sees_less {
            videos::end_links(conn, is_private)?;
        }
        if changes.password_hash.is_some() {
            audit::insert(conn, &NewEntry::done(&actor, "password_reset", target(&after)), now)?;
        }
        let (old, new) = (shown(&before), shown(&after));
        if old != new {
            let action = match disabled_at_ms {
                Some(Some(_)) => "user_disabled",
                Some(None) => "user_enabled",
                None => "user_changed",
            };
            audit::insert(conn, &NewEntry::done(&actor, action, target(&after)).changing(Some(old), Some(new)), now)?;
        }
        Ok(after)
    };
    let changed = write(app, change).await?;
    instances::forget_accounts(app);
    Ok(changed)
}

/// Nobody locks themselves out by a click, nor has an API key end the others of its owner.
fn of_another(actor: &Actor, id: UserId) -> Result<(), AppError> {
    match actor.id == Some(id) {
        true => Err(AppError::conflict("own_account", "This is your own account: use your profile page.")),
        false => Ok(()),
    }
}

/// Revokes all keys of an account, and says so in the audit log.
pub(super) fn revoke_keys(conn: &mut Conn, actor: &Actor, user: &User) -> Result<(), DbError> {
    let before = json!({ "api_keys": api_keys::revoke_all(conn, user.id, now_ms())? });
    let entry = NewEntry::done(actor, "api_keys_revoked", target(user)).changing(Some(before), None);
    audit::insert(conn, &entry, now_ms())
}

/// Ends whatever lets somebody in but the password and its second step: sessions, API keys, passkeys, the account elsewhere.
/// For an account that fell into wrong hands.
pub async fn end_access(app: &App, actor: &Actor, id: UserId) -> Result<(), AppError> {
    of_another(actor, id)?;
    let actor = actor.clone();
    let end = move |conn: &mut Conn| {
        let (user, now) = (users::get(conn, id)?, now_ms());
        let before = json!({
            "sessions": sessions::end_all(conn, id, None, now)?,
            "api_keys": api_keys::revoke_all(conn, id, now)?,
            "passkeys": passkeys::remove_all(conn, id)?,
            "linked": identities::remove_all(conn, id)?,
        });
        let entry = NewEntry::done(&actor, "access_ended", target(&user)).changing(Some(before), None);
        audit::insert(conn, &entry, now)
    };
    app.db().write(end).await?;
    instances::forget_accounts(app);
    Ok(())
}

/// Removes an account with its sessions and keys. What it did stays in the audit log.
pub async fn delete(app: &App, actor: &Actor, id: UserId) -> Result<(), AppError> {
    let (actor, is_private) = (actor.clone(), app.config().access.private);
    let remove = move |conn: &mut Conn| -> Result<(), Refused> {
        users::lock(conn)?;
        let user = users::get(conn, id)?;
        keep_an_admin(conn, &user, None)?;
        users::delete(conn, id)?;
        videos::end_links(conn, is_private)?;
        let entry = NewEntry::done(&actor, "user_deleted", target(&user)).changing(Some(shown(&user)), None);
        Ok(audit::insert(conn, &entry, now_ms())?)
    };
    write(app, remove).await?;
    instances::forget_accounts(app);
    Ok(())
}

/// Why a change is rolled back.
enum Refused {
    LastAdmin,
    Db(DbError),
}

impl<E: Into<DbError>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Db(error.into())
    }
}

/// In one transaction, which is rolled back when it is refused.
async fn write<T: Send + 'static>(
    app: &App,
    change: impl FnOnce(&mut Conn) -> Result<T, Refused> + Send + 'static,
) -> Result<T, AppError> {
    let done = app.db().run(move |conn| match conn.write(change) {
        Ok(value) => Ok(Some(value)),
        Err(Refused::LastAdmin) => Ok(None),
        Err(Refused::Db(error)) => Err(error),
    });
    let message = "This is the last admin who may act; make somebody else an admin first.";
    done.await?.ok_or_else(|| AppError::conflict("last_admin", message))
}

fn keep_an_admin(conn: &mut Conn, before: &User, after: Option<&User>) -> Result<(), Refused> {
    let acts = |user: &User| user.role == Role::Admin && user.disabled_at_ms.is_none();
    if !acts(before) || after.is_some_and(acts) || users::is_other_admin(conn, before.id)? {
        return Ok(());
    }
    Err(Refused::LastAdmin)
}

/// An account in the audit log.
pub(super) fn target(user: &User) -> String {
    format!("user:{}", user.username)
}

/// What the audit log keeps of an account.
pub(super) fn shown(user: &User) -> Value {
    json!({
        "username": user.username,
        "display_name": user.display_name,
        "role": user.role,
        "disabled": user.disabled_at_ms.is_some(),
    })
}
