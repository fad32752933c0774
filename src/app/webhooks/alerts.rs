//! Alerts: what nobody else would tell, and the receiver that `alerts.webhook_url` names. It is an endpoint like the others,
//! kept as the configuration says; others may ask for alerts as well.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use super::admin::Target;
use super::{outbox, told};
use crate::app::{App, AppError};
use crate::db::webhooks::{self as rows, Change};
use crate::db::{Conn, now_ms};
use crate::domain::id::WebhookId;
use crate::domain::webhook::{Notice, Webhook, WebhookEvent};
use crate::domain::worker::{Capabilities, Worker};
use crate::egress::{new_secret, parse};

/// How often the disk is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(15);
const NAME: &str = "Alerts";

/// Keeps the endpoint of `alerts.webhook_url` as it is set, until it is stopped.
pub async fn follow_alert_receiver(app: App) {
    loop {
        let changed = app.settings().changed();
        if let Err(error) = keep_alert_receiver(&app).await {
            tracing::error!(%error, "alerts.webhook_url is not followed");
            let _ = tokio::time::timeout(LOOK_EVERY, changed).await;
        } else {
            changed.await;
        }
    }
}

/// Makes the endpoint of `alerts.webhook_url`, changes it, or removes it. Whether it may be connected to is seen when it is:
/// its messages show it.
pub async fn keep_alert_receiver(app: &App) -> Result<(), AppError> {
    let wanted = app.config().alerts.webhook_url.0.clone();
    let read = |conn: &mut Conn| {
        let managed = rows::list(conn)?.into_iter().find(|webhook| webhook.managed);
        managed.map(|webhook| Ok((rows::target(conn, webhook.id)?, webhook))).transpose()
    };
    let known = app.db().run(read).await?;
    if wanted.is_empty() {
        if let Some((_, webhook)) = known {
            app.db().write(move |conn| rows::delete(conn, webhook.id)).await?;
        }
        return Ok(());
    }
    let (origin, url) = match parse(&wanted) {
        Ok(url) => (url.origin().ascii_serialization(), String::from(url)),
        Err(why) => {
            tracing::error!("alerts.webhook_url: {why}");
            return Ok(());
        }
    };
    let seal = &app.webhooks().seal;
    let id = known.as_ref().map_or_else(WebhookId::new, |(_, webhook)| webhook.id);
    let before = known.as_ref().and_then(|(target, _)| Target::open(seal, id, target).ok());
    let change = known.is_some();
    let target = match before {
        Some(target) if target.url == url => return Ok(()),
        Some(target) => Target { url, ..target },
        None => {
            let secret = new_secret().map_err(|_| AppError::internal("the system gives no random numbers"))?;
            Target { url, headers: BTreeMap::new(), secret, previous: None }
        }
    };
    let sealed = target.close(seal, id)?;
    let now = now_ms();
    let write = move |conn: &mut Conn| {
        if change {
            let change = Change { target: Some((origin, sealed)), active: Some(true), ..Change::default() };
            return rows::update(conn, id, &change, now);
        }
        let webhook = Webhook {
            id,
            name: NAME.to_owned(),
            origin,
            events: WebhookEvent::alerts(),
            active: true,
            managed: true,
            disabled_reason: None,
            created_at_ms: now,
            updated_at_ms: now,
            last_success_at_ms: None,
            last_failure_at_ms: None,
            failures: 0,
            rest_until_ms: 0,
        };
        rows::insert(conn, &webhook, &sealed)
    };
    app.db().write(write).await?;
    Ok(())
}

/// A machine came for the first time.
pub fn worker_registered(worker: &Worker, version: &str, capabilities: &Capabilities) -> Notice {
    let data = json!({
        "worker_id": worker.id.to_string(),
        "worker_name": worker.name,
        "version": version,
        "capabilities": capabilities,
    });
    Notice {
        event: WebhookEvent::WorkerRegistered,
        data,
        text: format!("The worker {} helps from now on.", worker.name),
    }
}

/// A machine is not heard of any more. Nothing in the database changes by that, so it has a transaction of its own.
pub async fn worker_offline(app: &App, worker: &Worker) {
    let data = json!({
        "worker_id": worker.id.to_string(),
        "worker_name": worker.name,
        "last_heartbeat": worker.seen_at_ms.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok()).map(|at| at.to_string()),
    });
    let text = format!("The worker {} is not heard of any more.", worker.name);
    let events = [WebhookEvent::WorkerOffline, WebhookEvent::AlertWorkerOffline];
    tell(app, events.map(|event| Notice { event, data: data.clone(), text: text.clone() }).to_vec()).await;
}

/// Tasks were left behind by whoever worked on them, and are queued again.
pub async fn leases_lost(app: &App, tasks: usize) {
    let what = if tasks == 1 { "1 task was".to_owned() } else { format!("{tasks} tasks were") };
    let text = format!("{what} left behind by a machine that is not heard of any more, and will be done again.");
    tell(app, vec![Notice { event: WebhookEvent::AlertLeasesLost, data: json!({ "tasks": tasks }), text }]).await;
}

/// Tells once whenever less than `storage.free_space_floor` gets free, until it is stopped.
pub async fn watch_storage(app: App) {
    let mut was_low = false;
    loop {
        let storage = app.storage().clone();
        let free = tokio::task::spawn_blocking(move || storage.free_bytes().ok()).await.unwrap_or(None);
        let floor = app.config().storage.free_space_floor.0;
        let is_low = free.is_some_and(|free| free < floor);
        if let (true, false, Some(free)) = (is_low, was_low, free) {
            let data = json!({ "free_bytes": free, "floor_bytes": floor });
            let text = "The disk is nearly full: uploads are refused and jobs wait until there is room.".to_owned();
            tell(&app, vec![Notice { event: WebhookEvent::AlertStorageLow, data, text }]).await;
        }
        was_low = is_low;
        let changed = app.settings().changed();
        let _ = tokio::time::timeout(LOOK_EVERY, changed).await;
    }
}

async fn tell(app: &App, notices: Vec<Notice>) {
    let outbox = outbox(app);
    match app.db().write(move |conn| outbox.record(conn, &notices)).await {
        Ok(()) => told(app),
        Err(error) => tracing::error!(%error, "an alert was not written down"),
    }
}
