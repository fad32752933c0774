//! Messages to endpoints on their way: claimed under leases with fencing tokens, like tasks. An endpoint gets one at a time,
//! so a slow one holds up nobody else, and one that rests is tried by one message. A lease that ran out needs nobody to
//! take it back: `run_at` is its end, and what is due may be claimed.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::super::conn::{Conn, each};
use super::super::error::DbError;
use super::super::row::{failure, number};
use super::super::schema::{webhook_deliveries as deliveries, webhooks};
use crate::domain::id::WebhookId;
use crate::domain::webhook::{Answer, Delivery, DeliveryStatus, FAILURES_MAX, Notice, REST_MS, WebhookEvent};

/// Which messages, newest first.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only to this endpoint.
    pub webhook_id: Option<WebhookId>,
    /// Only those that are so far.
    pub status: Option<DeliveryStatus>,
    /// Only of this event.
    pub event: Option<WebhookEvent>,
    /// Only those older than the one of this id.
    pub before_id: Option<i64>,
}

/// What becomes of a message after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It was taken.
    Delivered,
    /// It is tried again at this time, milliseconds since 1970.
    Again(i64),
    /// It is given up.
    GiveUp,
    /// It is given up, and the endpoint is switched off: it says that it is gone for good.
    SwitchOff,
}

/// Numbers about all messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// They wait, or are on their way.
    pub waiting: u64,
    /// They were given up.
    pub failed: u64,
    /// Written down since a time.
    pub recent: u64,
    /// Those of them that were taken.
    pub recent_delivered: u64,
}

const OPEN: &str = "status IN ('pending', 'sending')";

/// True for an endpoint (`w`) that nothing is being sent to; `now` names the parameter that holds the time.
fn is_free(now: &str) -> String {
    format!(
        "w.active AND NOT EXISTS (SELECT 1 FROM webhook_deliveries l \
         WHERE l.webhook_id = w.id AND l.status = 'sending' AND l.run_at > {now})"
    )
}

#[derive(QueryableByName)]
struct Claimed {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = Nullable<BigInt>)]
    due: Option<i64>,
}

/// When the next message may be sent (perhaps in the past); none when nothing waits, or only for what is being sent.
pub fn next_run_at(conn: &mut Conn, now_ms: i64) -> Result<Option<i64>, DbError> {
    let sql = format!(
        "SELECT MIN(CASE WHEN t.run_at < t.rest_until THEN t.rest_until ELSE t.run_at END) AS due FROM \
         (SELECT w.rest_until, (SELECT MIN(d.run_at) FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.{OPEN}) \
         AS run_at FROM webhooks w WHERE {}) AS t WHERE t.run_at IS NOT NULL",
        is_free("$1")
    );
    let statement = diesel::sql_query(sql).bind::<BigInt, _>(now_ms);
    let row: Due = each!(conn => statement.get_result(conn))?;
    Ok(row.due)
}

/// Takes the message that is due longest, of the endpoint that was not tried for the longest time. One statement: two
/// claimers never get the same one.
pub fn claim(conn: &mut Conn, token: &str, now_ms: i64, until_ms: i64) -> Result<Option<Delivery>, DbError> {
    let sql = format!(
        "UPDATE webhook_deliveries SET status = 'sending', lease_token = $1, run_at = $2, tried_at = $3 WHERE id = \
         (SELECT d.id FROM webhooks w JOIN webhook_deliveries d ON d.id = (SELECT x.id FROM webhook_deliveries x \
         WHERE x.webhook_id = w.id AND x.{OPEN} AND x.run_at <= $3 ORDER BY x.run_at, x.id LIMIT 1) \
         WHERE {} AND w.rest_until <= $3 ORDER BY w.tried_at, d.run_at, d.id LIMIT 1) \
         AND {OPEN} AND run_at <= $3 RETURNING id",
        is_free("$3")
    );
    let statement = diesel::sql_query(sql).bind::<Text, _>(token).bind::<BigInt, _>(until_ms).bind::<BigInt, _>(now_ms);
    let claimed: Option<Claimed> = each!(conn => statement.get_result(conn).optional())?;
    claimed.map(|Claimed { id }| get(conn, id)).transpose()
}

/// The rows a lease gives a right to: one or none.
macro_rules! held {
    ($id:expr, $token:expr) => {
        diesel::update(deliveries::table.find($id))
            .filter(deliveries::status.eq(DeliveryStatus::Sending.as_str()))
            .filter(deliveries::lease_token.eq($token))
    };
}

/// Keeps the message until `until_ms`. False when the lease is lost.
pub fn heartbeat(conn: &mut Conn, id: i64, token: &str, until_ms: i64) -> Result<bool, DbError> {
    Ok(each!(conn => held!(id, token).set(deliveries::run_at.eq(until_ms)).execute(conn))? == 1)
}

/// Gives the message back unsent. False when the lease is lost.
pub fn release(conn: &mut Conn, id: i64, token: &str, now_ms: i64) -> Result<bool, DbError> {
    let back = (
        deliveries::status.eq(DeliveryStatus::Pending.as_str()),
        deliveries::run_at.eq(now_ms),
        deliveries::lease_token.eq(None::<String>),
    );
    Ok(each!(conn => held!(id, token).set(back).execute(conn))? == 1)
}

/// An attempt ended: on the message, and on its endpoint. False when the lease is lost, and nothing changes.
pub fn finish(
    conn: &mut Conn,
    (id, webhook): (i64, WebhookId),
    token: &str,
    (answer, next): (&Answer, Next),
    now_ms: i64,
) -> Result<bool, DbError> {
    let status = match next {
        Next::Delivered => DeliveryStatus::Delivered,
        Next::Again(_) => DeliveryStatus::Pending,
        Next::GiveUp | Next::SwitchOff => DeliveryStatus::Failed,
    };
    let (code, message) = answer.error.clone().map(|error| (error.code, error.message)).unzip();
    let run_at = if let Next::Again(at) = next { at } else { now_ms };
    let ended = (
        deliveries::status.eq(status.as_str()),
        deliveries::attempts.eq(deliveries::attempts + 1),
        deliveries::run_at.eq(run_at),
        deliveries::lease_token.eq(None::<String>),
        deliveries::finished_at.eq((status != DeliveryStatus::Pending).then_some(now_ms)),
        deliveries::response_status.eq(answer.status.map(i64::from)),
        deliveries::response_body.eq(&answer.body),
        deliveries::duration_ms.eq(answer.duration_ms),
        deliveries::error_code.eq(code),
        deliveries::error_message.eq(message),
    );
    if each!(conn => held!(id, token).set(ended).execute(conn))? != 1 {
        return Ok(false);
    }
    note(conn, webhook, next, now_ms)?;
    Ok(true)
}

/// What the attempt says of the endpoint.
fn note(conn: &mut Conn, id: WebhookId, next: Next, now_ms: i64) -> Result<(), DbError> {
    if next == Next::Delivered {
        let webhook = webhooks::table.find(id.to_string());
        let well = (
            webhooks::tried_at.eq(now_ms),
            webhooks::last_success_at.eq(now_ms),
            webhooks::failures.eq(0_i64),
            webhooks::rest_until.eq(0_i64),
        );
        each!(conn => diesel::update(webhook).set(well).execute(conn))?;
        return Ok(());
    }
    let failures: i64 = each!(conn => diesel::update(webhooks::table.find(id.to_string()))
        .set((
            webhooks::tried_at.eq(now_ms),
            webhooks::last_failure_at.eq(now_ms),
            webhooks::failures.eq(webhooks::failures + 1),
        ))
        .returning(webhooks::failures)
        .get_result(conn))?;
    if failures >= i64::from(FAILURES_MAX) {
        let webhook = webhooks::table.find(id.to_string());
        each!(conn => diesel::update(webhook).set(webhooks::rest_until.eq(now_ms + REST_MS)).execute(conn))?;
    }
    if next == Next::SwitchOff {
        let webhook = webhooks::table.find(id.to_string());
        let off = (webhooks::active.eq(false), webhooks::disabled_reason.eq("gone"));
        each!(conn => diesel::update(webhook).set(off).execute(conn))?;
    }
    Ok(())
}

/// Adds a message that is on its way under this token already.
pub fn insert_sending(
    conn: &mut Conn,
    webhook: WebhookId,
    notice: &Notice,
    (token, until_ms): (&str, i64),
    now_ms: i64,
) -> Result<Delivery, DbError> {
    let state = (DeliveryStatus::Sending, until_ms, Some(token));
    let id = super::add(conn, &webhook.to_string(), notice, state, now_ms)?;
    get(conn, id)
}

/// The message, or [`DbError::NotFound`].
pub fn get(conn: &mut Conn, id: i64) -> Result<Delivery, DbError> {
    let row: Row = each!(conn => deliveries::table.find(id).select(Row::as_select()).first(conn))?;
    row.try_into()
}

/// Up to `limit` messages, newest first.
pub fn list(conn: &mut Conn, filter: &Filter, limit: u32) -> Result<Vec<Delivery>, DbError> {
    let rows: Vec<Row> = each!(conn => {
        let mut found = deliveries::table.into_boxed();
        if let Some(webhook) = filter.webhook_id {
            found = found.filter(deliveries::webhook_id.eq(webhook.to_string()));
        }
        if let Some(status) = filter.status {
            found = found.filter(deliveries::status.eq(status.as_str()));
        }
        if let Some(event) = filter.event {
            found = found.filter(deliveries::event.eq(event.as_str()));
        }
        if let Some(id) = filter.before_id {
            found = found.filter(deliveries::id.lt(id));
        }
        found.order(deliveries::id.desc()).limit(limit.into()).select(Row::as_select()).load(conn)
    })?;
    rows.into_iter().map(Delivery::try_from).collect()
}

/// Begins anew with a message, at once, whatever became of it. False when it is on its way.
pub fn retry(conn: &mut Conn, id: i64, now_ms: i64) -> Result<bool, DbError> {
    let anew = (
        deliveries::status.eq(DeliveryStatus::Pending.as_str()),
        deliveries::attempts.eq(0_i64),
        deliveries::run_at.eq(now_ms),
        deliveries::finished_at.eq(None::<i64>),
    );
    let resting = deliveries::table.find(id).filter(deliveries::status.ne(DeliveryStatus::Sending.as_str()));
    Ok(each!(conn => diesel::update(resting).set(anew).execute(conn))? == 1)
}

/// Numbers about all messages; recent ones are those since `since_ms`.
pub fn totals(conn: &mut Conn, since_ms: i64) -> Result<Totals, DbError> {
    let by = |conn: &mut Conn, statuses: &[DeliveryStatus], since: i64| -> Result<u64, DbError> {
        let names: Vec<_> = statuses.iter().map(|status| status.as_str()).collect();
        let count: i64 = each!(conn => deliveries::table
            .filter(deliveries::status.eq_any(&names).and(deliveries::created_at.ge(since)))
            .count()
            .get_result(conn))?;
        number("count", count)
    };
    let (open, all) = ([DeliveryStatus::Pending, DeliveryStatus::Sending], i64::MIN);
    let delivered = [DeliveryStatus::Delivered];
    let ended = [DeliveryStatus::Failed];
    Ok(Totals {
        waiting: by(conn, &open, all)?,
        failed: by(conn, &ended, all)?,
        recent: by(conn, &[open[0], open[1], delivered[0], ended[0]], since_ms)?,
        recent_delivered: by(conn, &delivered, since_ms)?,
    })
}

/// Forgets messages that ended and are older; returns how many that were.
pub fn remove_before(conn: &mut Conn, before_ms: i64) -> Result<usize, DbError> {
    let ended = [DeliveryStatus::Delivered.as_str(), DeliveryStatus::Failed.as_str()];
    let old = deliveries::table.filter(deliveries::created_at.lt(before_ms).and(deliveries::status.eq_any(ended)));
    Ok(each!(conn => diesel::delete(old).execute(conn))?)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = deliveries)]
struct Row {
    id: i64,
    webhook_id: String,
    message_id: String,
    event: String,
    payload: String,
    status: String,
    attempts: i64,
    run_at: i64,
    created_at: i64,
    tried_at: Option<i64>,
    finished_at: Option<i64>,
    response_status: Option<i64>,
    response_body: Option<String>,
    duration_ms: Option<i64>,
    error_code: Option<String>,
    error_message: Option<String>,
}

impl TryFrom<Row> for Delivery {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let answer = Answer {
            status: row.response_status.map(|status| number("response status", status)).transpose()?,
            body: row.response_body,
            duration_ms: row.duration_ms,
            error: failure(row.error_code, row.error_message),
        };
        Ok(Self {
            id: row.id,
            webhook_id: row.webhook_id.parse()?,
            message_id: row.message_id,
            event: row.event.parse()?,
            payload: row.payload,
            status: row.status.parse()?,
            attempts: number("attempts", row.attempts)?,
            run_at_ms: row.run_at,
            created_at_ms: row.created_at,
            tried_at_ms: row.tried_at,
            finished_at_ms: row.finished_at,
            answer,
        })
    }
}
