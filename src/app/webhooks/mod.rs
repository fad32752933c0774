//! Telling addresses elsewhere what happens here. A message is a row, written in the transaction that makes true what it
//! tells ([`Outbox`]): whatever dies, it is sent, perhaps twice, and the receiver knows it by its id. `deliver` sends what
//! is due, in a pool of its own; `admin` is what an admin does; `alerts` looks for what nobody else would tell.

mod admin;
mod alerts;
mod deliver;

use std::collections::HashMap;
use std::sync::Mutex;

use serde_json::{Value, json};
use tokio::sync::watch;

pub use crate::db::webhooks::Counts;
pub use crate::db::webhooks::deliveries::{Filter, Totals};
pub use admin::{
    Edit, NewWebhook, Seen, create, delete, edit, get, get_delivery, list, list_deliveries, redeliver, rotate, test,
    totals,
};
pub use alerts::{
    follow_alert_receiver, keep_alert_receiver, leases_lost, watch_storage, worker_offline, worker_registered,
};
pub use deliver::Deliveries;

use super::{App, AppError};
use crate::auth::Secret;
use crate::auth::seal::Seal;
use crate::config::Config;
use crate::db::webhooks as rows;
use crate::db::{Conn, DbError, now_ms};
use crate::domain::video::Video;
use crate::domain::webhook::{Notice, WebhookEvent};
use crate::egress::Egress;
use crate::events::Event;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What is kept in memory. Nothing in it is missed after a restart.
pub struct State {
    seal: Seal,
    egress: Egress,
    /// Wakes the pool.
    queued: watch::Sender<()>,
    /// Wakes those who send, to see whether they still may.
    leases: watch::Sender<u64>,
    /// How attempts ended that are being recorded, by their fencing tokens.
    ended: Mutex<HashMap<String, deliver::Ended>>,
}

impl State {
    /// Nothing is on its way.
    pub fn new(secret: &Secret) -> Self {
        Self {
            seal: Seal::new(secret, "webhooks"),
            egress: Egress::default(),
            queued: watch::Sender::new(()),
            leases: watch::Sender::new(0),
            ended: Mutex::default(),
        }
    }

    /// Messages may have been written down: the pool looks at once, and so do those who watch. To be called after
    /// committing; a call that is missing costs a second or two.
    pub fn wake(&self) {
        self.queued.send_replace(());
    }
}

/// Writes down what is to be told. Holds what is set at present, so that it can go into a transaction.
#[derive(Debug, Clone)]
pub struct Outbox {
    enabled: bool,
    alert_rest_ms: i64,
    public_url: String,
}

impl Outbox {
    /// As it is set now.
    pub fn of(config: &Config) -> Self {
        Self {
            enabled: config.webhooks.enabled,
            alert_rest_ms: i64::try_from(config.alerts.rate_limit.as_millis()).unwrap_or(i64::MAX),
            public_url: config.http.public_url.trim_end_matches('/').to_owned(),
        }
    }

    /// To be called in the transaction that makes it true.
    pub fn record(&self, conn: &mut Conn, notices: &[Notice]) -> Result<(), DbError> {
        if self.enabled {
            for notice in notices {
                rows::record(conn, notice, self.alert_rest_ms, now_ms())?;
            }
        }
        Ok(())
    }

    /// Something about a video; `more` is what a program may want to know beside its names.
    pub fn record_video(
        &self,
        conn: &mut Conn,
        event: WebhookEvent,
        video: &Video,
        more: Value,
    ) -> Result<(), DbError> {
        let (title, mut more) = (&video.title, more);
        let place = if self.public_url.is_empty() {
            String::new()
        } else {
            format!("{}/watch/{}", self.public_url, video.slug)
        };
        let link = if place.is_empty() { String::new() } else { format!(": {place}") };
        let text = match event {
            WebhookEvent::VideoUploaded => format!("“{title}” was uploaded."),
            WebhookEvent::VideoPlayable => format!("“{title}” can be watched while the rest of it is made{link}"),
            WebhookEvent::VideoDeleted => format!("“{title}” was deleted."),
            WebhookEvent::TranscriptionCompleted => format!("What is said in “{title}” was written down{link}"),
            _ => format!("“{title}” is ready{link}"),
        };
        if let (Value::Object(more), false) = (&mut more, place.is_empty() || event == WebhookEvent::VideoDeleted) {
            more.insert("url".to_owned(), json!(place));
        }
        self.record(conn, &[Notice::of_video(event, (video.id, &video.slug, title), more, text)])
    }
}

/// What goes into transactions.
pub fn outbox(app: &App) -> Outbox {
    Outbox::of(&app.config())
}

/// Messages were written down and committed, or something else about webhooks changed.
pub fn told(app: &App) {
    app.webhooks().wake();
    app.events().publish(Event::WebhooksChanged);
}

/// Forgets old messages; to be called about once an hour.
pub async fn tidy(app: &App) -> Result<(), AppError> {
    let before = now_ms() - i64::from(app.config().webhooks.retention_days) * DAY_MS;
    app.db().write(move |conn| rows::deliveries::remove_before(conn, before)).await?;
    Ok(())
}
