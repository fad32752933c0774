//! One's own sessions.

use super::super::{App, AppError, instances};
use super::{Client, factors};
use crate::auth::Caller;
use crate::db::users::sessions;
use crate::db::{Conn, audit, now_ms};
use crate::domain::account::Session;
use crate::domain::audit::NewEntry;
use crate::domain::id::SessionId;

/// Up to `limit` of the caller's live sessions, the one used last first; those after the one of this last use and id.
pub async fn list(
    app: &App,
    caller: &Caller,
    after: Option<(i64, SessionId)>,
    limit: u32,
) -> Result<Vec<Session>, AppError> {
    let user = caller.user_id;
    Ok(app.db().run(move |conn| sessions::list_live(conn, user, after, now_ms(), limit)).await?)
}

/// Ends one of the caller's sessions.
pub async fn end(app: &App, caller: &Caller, id: SessionId, client: Client) -> Result<(), AppError> {
    factors::refuse_keys(caller)?;
    let (user, now) = (caller.user_id, now_ms());
    let entry = NewEntry::done(&caller.actor(client.address), "session_ended", format!("session:{id}"));
    let end = move |conn: &mut Conn| {
        let own = sessions::find_live(conn, id, now)?.filter(|session| session.user_id == user);
        if own.is_none() {
            return Ok(false);
        }
        audit::insert(conn, &entry, now)?;
        sessions::end(conn, id, now)
    };
    let ended = app.db().write(end).await?;
    instances::forget_session(app, id);
    if ended { Ok(()) } else { Err(AppError::NotFound) }
}

/// Ends all of the caller's sessions but the present one, and returns how many.
pub async fn end_others(app: &App, caller: &Caller, client: Client) -> Result<usize, AppError> {
    factors::refuse_keys(caller)?;
    let (user, kept, now) = (caller.user_id, caller.session, now_ms());
    let target = format!("user:{}", caller.username);
    let entry = NewEntry::done(&caller.actor(client.address), "other_sessions_ended", target);
    let end = move |conn: &mut Conn| {
        audit::insert(conn, &entry, now)?;
        sessions::end_all(conn, user, kept, now)
    };
    let ended = app.db().write(end).await?;
    instances::forget_accounts(app);
    Ok(ended)
}
