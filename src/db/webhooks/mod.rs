//! Endpoints that are told what happens, and the outbox: [`record`] is called in the transaction that makes true what it
//! tells. What becomes of each message stands in `deliveries.rs`.

pub mod deliveries;

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::conn::{Conn, each};
use super::error::DbError;
use super::row::{from_json, number, to_json};
use super::schema::{webhook_deliveries, webhooks};
use crate::domain::id::WebhookId;
use crate::domain::webhook::{DeliveryStatus, Notice, Webhook, WebhookEvent};

/// A change of an endpoint; none leaves it as it was.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What the admin calls it.
    pub name: Option<String>,
    /// Scheme, host and port, and all else about the address, sealed.
    pub target: Option<(String, String)>,
    /// What it is told of.
    pub events: Option<Vec<WebhookEvent>>,
    /// Whether it is told of anything. What switched it off, and its rest, are forgotten.
    pub active: Option<bool>,
}

/// Messages to one endpoint, by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// They wait, or are on their way.
    pub waiting: u64,
    /// They were taken.
    pub delivered: u64,
    /// They were given up.
    pub failed: u64,
}

/// Adds an endpoint. [`DbError::Conflict`] for a second one that is managed.
pub fn insert(conn: &mut Conn, webhook: &Webhook, target: &str) -> Result<(), DbError> {
    let events = event_names(&webhook.events)?;
    each!(conn => diesel::insert_into(webhooks::table)
        .values((
            webhooks::id.eq(webhook.id.to_string()),
            webhooks::name.eq(&webhook.name),
            webhooks::origin.eq(&webhook.origin),
            webhooks::target.eq(target),
            webhooks::events.eq(events),
            webhooks::active.eq(webhook.active),
            webhooks::managed.eq(webhook.managed),
            webhooks::created_at.eq(webhook.created_at_ms),
            webhooks::updated_at.eq(webhook.updated_at_ms),
        ))
        .execute(conn))?;
    Ok(())
}

/// All endpoints, oldest first.
pub fn list(conn: &mut Conn) -> Result<Vec<Webhook>, DbError> {
    let rows: Vec<Row> = each!(conn => webhooks::table.order(webhooks::id).select(Row::as_select()).load(conn))?;
    rows.into_iter().map(Webhook::try_from).collect()
}

/// The endpoint, or [`DbError::NotFound`].
pub fn get(conn: &mut Conn, id: WebhookId) -> Result<Webhook, DbError> {
    let row: Row = each!(conn => webhooks::table.find(id.to_string()).select(Row::as_select()).first(conn))?;
    row.try_into()
}

/// Its sealed address and secrets, or [`DbError::NotFound`].
pub fn target(conn: &mut Conn, id: WebhookId) -> Result<String, DbError> {
    Ok(each!(conn => webhooks::table.find(id.to_string()).select(webhooks::target).first(conn))?)
}

/// Changes it. [`DbError::NotFound`] when it is gone.
pub fn update(conn: &mut Conn, id: WebhookId, change: &Change, now_ms: i64) -> Result<(), DbError> {
    let events = change.events.as_deref().map(event_names).transpose()?;
    let (origin, target) = change.target.clone().unzip();
    let changes = Changes {
        name: change.name.clone(),
        origin,
        target,
        events,
        active: change.active,
        updated_at: now_ms,
        disabled_reason: change.active.map(|_| None),
        failures: change.active.map(|_| 0),
        rest_until: change.active.map(|_| 0),
    };
    let rows = each!(conn => diesel::update(webhooks::table.find(id.to_string())).set(changes).execute(conn))?;
    if rows == 1 { Ok(()) } else { Err(DbError::NotFound) }
}

/// Removes it and all messages to it. [`DbError::NotFound`] when it is gone.
pub fn delete(conn: &mut Conn, id: WebhookId) -> Result<(), DbError> {
    let rows = each!(conn => diesel::delete(webhooks::table.find(id.to_string())).execute(conn))?;
    if rows == 1 { Ok(()) } else { Err(DbError::NotFound) }
}

/// Writes down what those endpoints are to be told that asked for it. Of an alert only those hear that were not told of one
/// of its kind within the last `rest_ms`. Returns how many are told.
pub fn record(conn: &mut Conn, notice: &Notice, rest_ms: i64, now_ms: i64) -> Result<usize, DbError> {
    let name = notice.event.as_str();
    let asked: Vec<String> = each!(conn => webhooks::table
        .filter(webhooks::active.eq(true).and(webhooks::events.like(format!("%\"{name}\"%"))))
        .order(webhooks::id)
        .select(webhooks::id)
        .load(conn))?;
    let mut told = 0;
    for webhook in asked {
        if notice.event.is_alert() && was_told(conn, &webhook, name, now_ms - rest_ms)? {
            continue;
        }
        add(conn, &webhook, notice, (DeliveryStatus::Pending, now_ms, None), now_ms)?;
        told += 1;
    }
    Ok(told)
}

/// How many messages wait for, were taken by or failed at an endpoint, or each of them.
pub fn counts(conn: &mut Conn, of: Option<WebhookId>) -> Result<HashMap<WebhookId, Counts>, DbError> {
    #[derive(QueryableByName)]
    struct Counted {
        #[diesel(sql_type = Text)]
        webhook_id: String,
        #[diesel(sql_type = Text)]
        status: String,
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let only = of.map(|id| format!("WHERE webhook_id = '{id}'")).unwrap_or_default(); // hexadecimal digits
    let sql = format!(
        "SELECT webhook_id, status, COUNT(*) AS count FROM webhook_deliveries {only} GROUP BY webhook_id, status"
    );
    let rows: Vec<Counted> = each!(conn => diesel::sql_query(sql).load(conn))?;
    let mut all: HashMap<WebhookId, Counts> = HashMap::new();
    for row in rows {
        let counts = all.entry(row.webhook_id.parse()?).or_default();
        let count: u64 = number("count", row.count)?;
        match row.status.parse()? {
            DeliveryStatus::Pending | DeliveryStatus::Sending => counts.waiting += count,
            DeliveryStatus::Delivered => counts.delivered += count,
            DeliveryStatus::Failed => counts.failed += count,
        }
    }
    Ok(all)
}

fn was_told(conn: &mut Conn, webhook: &str, event: &str, since_ms: i64) -> Result<bool, DbError> {
    let last: Option<i64> = each!(conn => webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(webhook).and(webhook_deliveries::event.eq(event)))
        .filter(webhook_deliveries::created_at.gt(since_ms))
        .select(webhook_deliveries::id)
        .first(conn)
        .optional())?;
    Ok(last.is_some())
}

/// Adds a message to one endpoint, in a state, due at a time, perhaps on its way already under a token.
fn add(
    conn: &mut Conn,
    webhook: &str,
    notice: &Notice,
    (status, run_at, token): (DeliveryStatus, i64, Option<&str>),
    now_ms: i64,
) -> Result<i64, DbError> {
    let message = format!("msg_{}", uuid::Uuid::now_v7().simple());
    let time = jiff::Timestamp::from_millisecond(now_ms).unwrap_or_default();
    let payload = notice.body(&message, &time.to_string());
    Ok(each!(conn => diesel::insert_into(webhook_deliveries::table)
        .values((
            webhook_deliveries::webhook_id.eq(webhook),
            webhook_deliveries::message_id.eq(&message),
            webhook_deliveries::event.eq(notice.event.as_str()),
            webhook_deliveries::payload.eq(&payload),
            webhook_deliveries::status.eq(status.as_str()),
            webhook_deliveries::run_at.eq(run_at),
            webhook_deliveries::lease_token.eq(token),
            webhook_deliveries::created_at.eq(now_ms),
            webhook_deliveries::tried_at.eq(token.map(|_| now_ms)),
        ))
        .returning(webhook_deliveries::id)
        .get_result(conn))?)
}

fn event_names(events: &[WebhookEvent]) -> Result<String, DbError> {
    to_json("webhook events", &events.iter().map(|event| event.as_str()).collect::<Vec<_>>())
}

#[derive(AsChangeset)]
#[diesel(table_name = webhooks)]
struct Changes {
    name: Option<String>,
    origin: Option<String>,
    target: Option<String>,
    events: Option<String>,
    active: Option<bool>,
    updated_at: i64,
    disabled_reason: Option<Option<String>>,
    failures: Option<i64>,
    rest_until: Option<i64>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = webhooks)]
struct Row {
    id: String,
    name: String,
    origin: String,
    events: String,
    active: bool,
    managed: bool,
    disabled_reason: Option<String>,
    created_at: i64,
    updated_at: i64,
    last_success_at: Option<i64>,
    last_failure_at: Option<i64>,
    failures: i64,
    rest_until: i64,
}

impl TryFrom<Row> for Webhook {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let names: Vec<String> = from_json("webhook events", &row.events)?;
        Ok(Self {
            id: row.id.parse()?,
            name: row.name,
            origin: row.origin,
            events: names.iter().map(|name| name.parse()).collect::<Result<_, _>>()?,
            active: row.active,
            managed: row.managed,
            disabled_reason: row.disabled_reason,
            created_at_ms: row.created_at,
            updated_at_ms: row.updated_at,
            last_success_at_ms: row.last_success_at,
            last_failure_at_ms: row.last_failure_at,
            failures: number("failures", row.failures)?,
            rest_until_ms: row.rest_until,
        })
    }
}
