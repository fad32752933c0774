//! Changing who may see a video.

use serde_json::{Value, json};

use super::{App, AppError};
use crate::db::{Conn, DbError, audit, now_ms, users, videos};
use crate::domain::account::{Role, User};
use crate::domain::audit::{Actor, NewEntry};
use crate::domain::id::{UserId, VideoId};
use crate::domain::visibility::{Sharing, Visibility};

/// Accounts one video is shared with by name, at most; more are a matter of roles.
const MOST_USERS: usize = 200;
/// Accounts that are offered to share with.
const OFFERED: u32 = 1000;

/// What to change; none stays.
#[derive(Debug, Clone, Default)]
pub struct SharingEdit {
    /// To whom it shows itself.
    pub visibility: Option<Visibility>,
    /// Whom a private video is shared with, instead of those it was.
    pub shared_with: Option<SharedWith>,
}

/// Those a private video is shared with.
#[derive(Debug, Clone, Default)]
pub struct SharedWith {
    /// Names of accounts.
    pub users: Vec<String>,
    /// Everybody who has one of these roles, or a higher one.
    pub roles: Vec<Role>,
}

/// A change that can be made.
pub(super) struct Checked {
    visibility: Visibility,
    /// None: as they were.
    with: Option<(Vec<UserId>, Vec<Role>)>,
}

/// Checks a change of a video that is `now` seen so; none when there is nothing to change.
pub(super) async fn check(app: &App, edit: SharingEdit, now: Visibility) -> Result<Option<Checked>, AppError> {
    let visibility = edit.visibility.unwrap_or(now);
    let Some(with) = edit.shared_with else {
        return Ok(edit.visibility.map(|visibility| Checked { visibility, with: None }));
    };
    let refused = |message: String| AppError::invalid_field("shared_with", message);
    if visibility != Visibility::Private && !(with.users.is_empty() && with.roles.is_empty()) {
        return Err(refused("Only a private video is shared with somebody; make it private, too.".to_owned()));
    }
    if with.users.len() > MOST_USERS {
        return Err(refused(format!("Name at most {MOST_USERS} accounts, or share with a role.")));
    }
    let names = with.users;
    let find = move |conn: &mut Conn| {
        let found = |name: &String| Ok((name.clone(), users::find_by_name(conn, name)?.map(|(user, _)| user.id)));
        names.iter().map(found).collect::<Result<Vec<_>, DbError>>()
    };
    let mut ids = Vec::new();
    for (name, id) in app.db().run(find).await? {
        ids.push(id.ok_or_else(|| refused(format!("There is no account called {name}.")))?);
    }
    let mut roles = with.roles;
    ids.sort_unstable();
    ids.dedup();
    roles.sort_unstable();
    roles.dedup();
    Ok(Some(Checked { visibility, with: Some((ids, roles)) }))
}

/// Makes the change and notes it. A video that is no longer private is shared with nobody in particular.
pub(super) fn apply(conn: &mut Conn, actor: &Actor, id: VideoId, change: &Checked) -> Result<(), DbError> {
    let before = videos::get(conn, id)?.sharing;
    let kept = || (before.users.iter().map(|user| user.id).collect(), before.roles.clone());
    let (users, roles) = match &change.with {
        _ if change.visibility != Visibility::Private => Default::default(),
        Some(with) => with.clone(),
        None => kept(),
    };
    let same = before.visibility == change.visibility && same_people(&before, &users) && same_roles(&before, &roles);
    if same {
        return Ok(());
    }
    let after = videos::share(conn, id, change.visibility, &users, &roles)?;
    let entry = NewEntry::done(actor, "video_sharing_changed", format!("video:{id}"));
    audit::insert(conn, &entry.changing(Some(shown(&before)), Some(shown(&after))), now_ms())
}

fn same_people(before: &Sharing, users: &[UserId]) -> bool {
    before.users.len() == users.len() && before.users.iter().all(|user| users.contains(&user.id))
}

fn same_roles(before: &Sharing, roles: &[Role]) -> bool {
    before.roles.len() == roles.len() && before.roles.iter().all(|role| roles.contains(role))
}

fn shown(sharing: &Sharing) -> Value {
    json!({
        "visibility": sharing.visibility,
        "users": sharing.users.iter().map(|user| &user.username).collect::<Vec<_>>(),
        "roles": sharing.roles,
    })
}

/// Accounts a video may be shared with, by name: those that may do anything, and need it.
pub async fn people(app: &App) -> Result<Vec<User>, AppError> {
    let mut people = app.db().run(|conn| users::list(conn, OFFERED)).await?;
    people.retain(|user| user.disabled_at_ms.is_none() && user.role == Role::Viewer);
    Ok(people)
}
