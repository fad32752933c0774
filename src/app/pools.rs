//! The pools that run tasks: what they do, and whether they may begin anything. A pool that is paused is so for workers,
//! too.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use super::settings;
use super::{App, AppError};
use crate::config::Config;
use crate::domain::audit::Actor;
use crate::domain::job::{POOLS, TaskKind};
use crate::events::Event;
use crate::jobs::{PoolStatus, WaitReason};

const ENCODING: &[TaskKind] = TaskKind::ENCODING;
const PAUSED: &str = "transcoding.paused";
const PAUSED_CODE: &str = "paused";
/// What a pool waits for is looked at so often; what an admin changes is seen at once.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A pool, and what an admin decided about it.
#[derive(Debug, Clone)]
pub struct Pool {
    /// What it does, and why it begins nothing.
    pub status: PoolStatus,
    /// It begins nothing until it is resumed.
    pub paused: bool,
}

/// The pools of this server, heavy work first.
pub fn list(app: &App) -> Vec<Pool> {
    let config = app.config();
    let view = |mut status: PoolStatus| {
        let paused = config.transcoding.paused.0.contains(&status.name);
        // it finds out when it looks for work
        status.waiting.take_if(|reason| reason.code == PAUSED_CODE && !paused);
        Pool { status, paused }
    };
    app.system().pools().into_iter().map(view).collect()
}

/// Why an admin lets a pool begin nothing now.
pub(super) fn decided(config: &Config, pool: &'static str) -> Option<WaitReason> {
    let transcoding = &config.transcoding;
    if transcoding.paused.0.contains(&pool) {
        let message = "An admin paused this. It goes on when it is resumed.".to_owned();
        return Some(WaitReason { code: PAUSED_CODE, message });
    }
    if pool == TaskKind::Transcribe.pool() && !config.transcription.enabled {
        let message = "Nothing is written down: transcription.enabled is off.".to_owned();
        return Some(WaitReason { code: "transcription_disabled", message });
    }
    let now = jiff::Zoned::now();
    let minute = u16::from(now.hour().unsigned_abs()) * 60 + u16::from(now.minute().unsigned_abs());
    let opens_at = transcoding
        .schedule
        .opens_at()
        .filter(|_| ENCODING.iter().any(|kind| kind.pool() == pool) && !transcoding.schedule.is_open(minute))?;
    Some(WaitReason { code: "outside_schedule", message: format!("Encoding rests until {opens_at}, as it is set.") })
}

/// Tells when a pool is paused, goes on, or waits for something else than before, whoever changed it; until it is stopped.
pub async fn watch(app: App) {
    let mut known = None;
    loop {
        let changed = app.settings().changed();
        let reason = |pool: &Pool| pool.status.waiting.as_ref().map(|reason| reason.code);
        let now = (app.config().transcoding.paused.0.clone(), list(&app).iter().map(reason).collect::<Vec<_>>());
        if known.as_ref().is_some_and(|before| *before != now) {
            app.events().publish(Event::PoolsChanged);
        }
        known = Some(now);
        tokio::select! {
            () = changed => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Lets a pool begin nothing more, or go on; what runs goes on in any case.
pub async fn set_paused(app: &App, actor: &Actor, name: &str, pause: bool) -> Result<Pool, AppError> {
    let name = POOLS.into_iter().find(|pool| *pool == name).ok_or(AppError::NotFound)?;
    let mut paused = app.config().transcoding.paused.0.clone();
    paused.retain(|pool| *pool != name);
    paused.extend(pause.then_some(name));
    let value = (!paused.is_empty()).then(|| json!(paused));
    settings::change(app.settings(), BTreeMap::from([(PAUSED.to_owned(), value)]), actor).await?;
    list(app).into_iter().find(|pool| pool.status.name == name).ok_or(AppError::NotFound)
}
