//! Other instances on the same database: what is told to them, and what is made of what they tell.

use super::App;
use crate::domain::id::SessionId;
use crate::shared::Heard;

pub use crate::shared::Change;

/// Tells the others, without waiting for it. Whoever does not hear it notices in seconds.
pub fn tell(app: &App, change: Change) {
    let known = app.clone();
    let telling = async move {
        if let Some(shared) = known.shared() {
            shared.tell(&change).await;
        }
    };
    if app.shared().is_some()
        && let Ok(runtime) = tokio::runtime::Handle::try_current()
    {
        runtime.spawn(telling);
    }
}

/// Forgets what others say has changed; runs until it is stopped, and ends at once when there are no others.
pub async fn listen(app: App) {
    let Some(shared) = app.shared() else { return };
    let hear = |heard| match heard {
        Heard::Change(Change::Session(id)) => app.accounts().forget_session(id),
        Heard::Change(Change::Accounts) => forget_here(&app),
        Heard::Change(Change::Video(slug)) => app.forget_slug(&slug),
        Heard::Anything => forget_here(&app),
    };
    shared.listen(hear).await;
}

/// Somebody's account changed: what is remembered of accounts, here and elsewhere, may be wrong.
pub(super) fn forget_accounts(app: &App) {
    forget_here(app);
    tell(app, Change::Accounts);
}

/// Accounts, and which links are good.
fn forget_here(app: &App) {
    app.accounts().forget();
    app.media().forget_slugs();
}

/// A session ended or changed.
pub(super) fn forget_session(app: &App, id: SessionId) {
    app.accounts().forget_session(id);
    tell(app, Change::Session(id));
}
