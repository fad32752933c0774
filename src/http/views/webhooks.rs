//! Wire types of webhooks and of messages to them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::from::time;
use crate::app::webhooks::{self, Seen, Totals};
use crate::domain::webhook as domain;
use crate::domain::webhook::WebhookEvent;

/// An address to tell what happens.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// What to call it, 1 to 100 characters.
    pub name: String,
    /// Where messages are sent by POST: http or https, not in a private network unless `webhooks.allow_networks` has it.
    pub url: String,
    /// What it is told of, at least one; `events` of the list has all there are.
    pub events: Vec<String>,
    /// False: it is told of nothing yet.
    #[serde(default = "yes")]
    pub active: bool,
    /// Headers beside ours, such as `authorization`.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// A change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookEdit {
    /// What to call it.
    pub name: Option<String>,
    /// Where messages are sent.
    pub url: Option<String>,
    /// What it is told of.
    pub events: Option<Vec<String>>,
    /// Whether it is told of anything. True also ends a rest.
    pub active: Option<bool>,
    /// All headers beside ours.
    pub headers: Option<BTreeMap<String, String>>,
}

fn yes() -> bool {
    true
}

/// A webhook and its secret.
#[derive(Serialize, ToSchema)]
pub struct WebhookSecret {
    /// The webhook.
    pub webhook: Webhook,
    /// `whsec_...`, told this once: receivers verify with it who sent a message (Standard Webhooks).
    pub secret: String,
}

/// Webhooks; also the data of an `initial` event.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookList {
    /// Oldest first.
    pub webhooks: Vec<Webhook>,
    /// All that one can ask for.
    pub events: Vec<&'static str>,
    /// False while `webhooks.enabled` is off.
    pub enabled: bool,
}

/// Somebody who is told what happens.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Webhook {
    /// UUID.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Scheme, host and port of its address. The rest is not told, because many services put a key there.
    pub origin: String,
    /// What it is told of.
    pub events: Vec<&'static str>,
    /// Whether it is told of anything.
    pub active: bool,
    /// True for the one of `alerts.webhook_url`, which is changed there.
    pub managed: bool,
    /// Why the server switched it off: `gone`, because it answered 410.
    #[schema(required)]
    pub disabled_reason: Option<String>,
    /// Names of the headers it gets beside ours.
    pub headers: Vec<String>,
    /// When it was added, ISO 8601, UTC.
    pub created_at: String,
    /// When it was last changed.
    pub updated_at: String,
    /// When it last took a message.
    #[schema(required)]
    pub last_success_at: Option<String>,
    /// When it last did not.
    #[schema(required)]
    pub last_failure_at: Option<String>,
    /// Messages it did not take since, in a row.
    pub failures: u32,
    /// It failed too often, and is left alone until then.
    #[schema(required)]
    pub resting_until: Option<String>,
    /// Messages that wait for it or are on their way.
    pub pending_deliveries: u64,
    /// Messages it took, of those that are still known.
    pub successful_deliveries: u64,
    /// Messages that were given up, of those that are still known.
    pub failed_deliveries: u64,
}

/// Numbers about all webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookStats {
    /// All there are.
    pub total_webhooks: usize,
    /// Those that are told of something.
    pub active_webhooks: usize,
    /// Messages that wait or are on their way.
    pub pending_deliveries: u64,
    /// Messages that were given up, of those that are still known.
    pub failed_deliveries: u64,
    /// Messages of the last 24 hours.
    pub total_deliveries_24h: u64,
    /// Those of them that were taken.
    pub successful_deliveries_24h: u64,
}

/// A page of messages.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryPage {
    /// Newest first.
    pub deliveries: Vec<Delivery>,
    /// Pass it as `cursor` to get the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A message to a webhook; also the data of a `delivery` event.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Delivery {
    /// Greater for later ones.
    pub id: i64,
    /// To whom.
    pub webhook_id: String,
    /// Its `webhook-id`: the same at each attempt.
    pub message_id: String,
    /// What it tells of.
    pub event: &'static str,
    /// `pending`, `sending`, `delivered` or `failed`.
    pub status: &'static str,
    /// Attempts that ended.
    pub attempts: u32,
    /// When it was written down, ISO 8601, UTC.
    pub created_at: String,
    /// When the latest attempt began.
    #[schema(required)]
    pub tried_at: Option<String>,
    /// When it is tried next; null when it is not.
    #[schema(required)]
    pub next_try_at: Option<String>,
    /// When it was taken, or given up.
    #[schema(required)]
    pub finished_at: Option<String>,
    /// Status of the latest answer.
    #[schema(required)]
    pub response_status: Option<u16>,
    /// How long that took, milliseconds.
    #[schema(required)]
    pub duration_ms: Option<i64>,
    /// Why the latest attempt does not count: `not_taken`, `redirected`, `gone`, `timeout`, `connect_failed`,
    /// `address_refused`, `request_failed`, `secret_unreadable` or `server_fault`.
    #[schema(required)]
    pub error_code: Option<String>,
    /// The same for people.
    #[schema(required)]
    pub error: Option<String>,
}

/// A message with what was sent and what came back.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryDetail {
    /// The message.
    #[serde(flatten)]
    pub delivery: Delivery,
    /// What is sent.
    #[schema(value_type = Object)]
    pub payload: Value,
    /// The beginning of the latest answer, 4 KiB at most.
    #[schema(required)]
    pub response_body: Option<String>,
}

impl WebhookList {
    /// All there are.
    pub fn of(all: Vec<Seen>, enabled: bool) -> Self {
        let events = WebhookEvent::ALL.map(WebhookEvent::as_str).to_vec();
        Self { webhooks: all.into_iter().map(Webhook::from).collect(), events, enabled }
    }
}

impl From<Seen> for Webhook {
    fn from(Seen { webhook, counts, headers, resting_until_ms }: Seen) -> Self {
        Self {
            id: webhook.id.to_string(),
            name: webhook.name,
            origin: webhook.origin,
            events: webhook.events.into_iter().map(WebhookEvent::as_str).collect(),
            active: webhook.active,
            managed: webhook.managed,
            disabled_reason: webhook.disabled_reason,
            headers,
            created_at: time(webhook.created_at_ms),
            updated_at: time(webhook.updated_at_ms),
            last_success_at: webhook.last_success_at_ms.map(time),
            last_failure_at: webhook.last_failure_at_ms.map(time),
            failures: webhook.failures,
            resting_until: resting_until_ms.map(time),
            pending_deliveries: counts.waiting,
            successful_deliveries: counts.delivered,
            failed_deliveries: counts.failed,
        }
    }
}

impl From<(Seen, String)> for WebhookSecret {
    fn from((seen, secret): (Seen, String)) -> Self {
        Self { webhook: seen.into(), secret }
    }
}

impl From<(Vec<domain::Webhook>, Totals)> for WebhookStats {
    fn from((all, totals): (Vec<domain::Webhook>, Totals)) -> Self {
        Self {
            total_webhooks: all.len(),
            active_webhooks: all.iter().filter(|webhook| webhook.active).count(),
            pending_deliveries: totals.waiting,
            failed_deliveries: totals.failed,
            total_deliveries_24h: totals.recent,
            successful_deliveries_24h: totals.recent_delivered,
        }
    }
}

impl From<domain::Delivery> for Delivery {
    fn from(delivery: domain::Delivery) -> Self {
        let (error_code, error) = delivery.answer.error.map(|error| (error.code, error.message)).unzip();
        let waits = delivery.status == domain::DeliveryStatus::Pending;
        Self {
            id: delivery.id,
            webhook_id: delivery.webhook_id.to_string(),
            message_id: delivery.message_id,
            event: delivery.event.as_str(),
            status: delivery.status.as_str(),
            attempts: delivery.attempts,
            created_at: time(delivery.created_at_ms),
            tried_at: delivery.tried_at_ms.map(time),
            next_try_at: waits.then(|| time(delivery.run_at_ms)),
            finished_at: delivery.finished_at_ms.map(time),
            response_status: delivery.answer.status,
            duration_ms: delivery.answer.duration_ms,
            error_code,
            error,
        }
    }
}

impl From<domain::Delivery> for DeliveryDetail {
    fn from(delivery: domain::Delivery) -> Self {
        let payload = serde_json::from_str(&delivery.payload).unwrap_or_default(); // ours, and JSON
        Self { payload, response_body: delivery.answer.body.clone(), delivery: delivery.into() }
    }
}

impl DeliveryPage {
    /// `limit` is what was asked for: a full page may have another one after it.
    pub fn of(deliveries: Vec<domain::Delivery>, limit: u32) -> Self {
        let full = deliveries.len() == limit as usize;
        let next_cursor = deliveries.last().filter(|_| full).map(|last| last.id.to_string());
        Self { deliveries: deliveries.into_iter().map(Delivery::from).collect(), next_cursor }
    }
}

impl From<NewWebhook> for webhooks::NewWebhook {
    fn from(new: NewWebhook) -> Self {
        let NewWebhook { name, url, events, active, headers } = new;
        Self { name, url, events, active, headers }
    }
}

impl From<WebhookEdit> for webhooks::Edit {
    fn from(edit: WebhookEdit) -> Self {
        let WebhookEdit { name, url, events, active, headers } = edit;
        Self { name, url, events, active, headers }
    }
}
