//! What an admin does: adds, changes and removes endpoints, tries them, and looks at what became of messages.

use std::collections::BTreeMap;
use std::str::FromStr;

use reqwest::header::{HeaderName, HeaderValue};
use ring::error::Unspecified;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::deliver::{finish, send};
use super::{Counts, Filter, Totals, told};
use crate::app::{App, AppError};
use crate::auth::seal::Seal;
use crate::db::webhooks::{self as rows, Change, deliveries};
use crate::db::{Conn, DbError, audit, now_ms};
use crate::domain::audit::{Actor, NewEntry};
use crate::domain::id::WebhookId;
use crate::domain::webhook::{Delivery, DeliveryStatus, Notice, Webhook, WebhookEvent, check_name};
use crate::egress::new_secret;

/// Endpoints at most.
const WEBHOOKS_MAX: usize = 100;
/// Headers of an endpoint at most, and characters of a value.
const HEADERS_MAX: (usize, usize) = (20, 1000);
/// How long a secret is good beside the one that replaced it.
const ROTATION_MS: i64 = super::DAY_MS;
/// The lease of a trial, which nobody keeps alive: longer than any may take.
const TEST_LEASE_MS: i64 = 2 * 60 * 1000;

/// What is sealed of an endpoint.
#[derive(Serialize, Deserialize)]
pub(super) struct Target {
    pub(super) url: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) secret: String,
    /// The one before, and until when it is good, milliseconds since 1970.
    pub(super) previous: Option<(String, i64)>,
}

impl Target {
    pub(super) fn close(&self, seal: &Seal, id: WebhookId) -> Result<String, AppError> {
        let plain = serde_json::to_vec(self).map_err(AppError::internal)?;
        seal.close(&plain, &owner(id)).map_err(|_| AppError::internal("sealing the address of a webhook"))
    }

    pub(super) fn open(seal: &Seal, id: WebhookId, text: &str) -> Result<Self, Unspecified> {
        let plain = seal.open(text, &owner(id))?;
        serde_json::from_slice(&plain).map_err(|_| Unspecified)
    }

    /// Those to sign with.
    pub(super) fn secrets(&self, now_ms: i64) -> impl Iterator<Item = &str> {
        let previous = self.previous.as_ref().filter(|(_, until)| now_ms < *until);
        [self.secret.as_str()].into_iter().chain(previous.map(|(secret, _)| secret.as_str()))
    }
}

fn owner(id: WebhookId) -> String {
    format!("webhook:{id}")
}

/// An endpoint as an admin sees it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The row.
    pub webhook: Webhook,
    /// Messages to it.
    pub counts: Counts,
    /// Names of the headers it gets beside ours; their values are secret.
    pub headers: Vec<String>,
    /// It is left alone until then, milliseconds since 1970; none: it is not.
    pub resting_until_ms: Option<i64>,
}

/// An endpoint to be.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// What to call it.
    pub name: String,
    /// Where messages go.
    pub url: String,
    /// Names of what it is told of.
    pub events: Vec<String>,
    /// Whether it is told of anything yet.
    pub active: bool,
    /// Headers beside ours.
    pub headers: BTreeMap<String, String>,
}

/// A change of one; none leaves it as it was.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// What to call it.
    pub name: Option<String>,
    /// Where messages go.
    pub url: Option<String>,
    /// Names of what it is told of.
    pub events: Option<Vec<String>>,
    /// Whether it is told of anything.
    pub active: Option<bool>,
    /// All headers beside ours.
    pub headers: Option<BTreeMap<String, String>>,
}

/// All endpoints, oldest first.
pub async fn list(app: &App) -> Result<Vec<Seen>, AppError> {
    let read = |conn: &mut Conn| {
        let counts = rows::counts(conn, None)?;
        let all = rows::list(conn)?.into_iter().map(|webhook| {
            let target = rows::target(conn, webhook.id)?;
            Ok((counts.get(&webhook.id).copied().unwrap_or_default(), webhook, target))
        });
        all.collect::<Result<Vec<_>, DbError>>()
    };
    Ok(app.db().run(read).await?.into_iter().map(|row| seen(app, row)).collect())
}

/// One of them.
pub async fn get(app: &App, id: WebhookId) -> Result<Seen, AppError> {
    let read = move |conn: &mut Conn| {
        let counts = rows::counts(conn, Some(id))?.remove(&id).unwrap_or_default();
        Ok((counts, rows::get(conn, id)?, rows::target(conn, id)?))
    };
    Ok(seen(app, app.db().run(read).await?))
}

fn seen(app: &App, (counts, webhook, target): (Counts, Webhook, String)) -> Seen {
    let headers = Target::open(&app.webhooks().seal, webhook.id, &target).map(|target| target.headers);
    let headers = headers.unwrap_or_default().into_keys().collect();
    let resting_until_ms = Some(webhook.rest_until_ms).filter(|until| *until > now_ms());
    Seen { webhook, counts, headers, resting_until_ms }
}

/// A new endpoint, and its secret, which nobody is told again.
pub async fn create(app: &App, actor: &Actor, new: NewWebhook) -> Result<(Seen, String), AppError> {
    let (origin, url) = address(app, &new.url).await?;
    let secret = new_secret().map_err(|_| AppError::internal("the system gives no random numbers"))?;
    let target = Target { url, headers: headers(new.headers)?, secret: secret.clone(), previous: None };
    let now = now_ms();
    let webhook = Webhook {
        id: WebhookId::new(),
        name: name(&new.name)?,
        origin,
        events: events(&new.events)?,
        active: new.active,
        managed: false,
        disabled_reason: None,
        created_at_ms: now,
        updated_at_ms: now,
        last_success_at_ms: None,
        last_failure_at_ms: None,
        failures: 0,
        rest_until_ms: 0,
    };
    let (id, sealed) = (webhook.id, target.close(&app.webhooks().seal, webhook.id)?);
    let entry = NewEntry::done(actor, "webhook_created", owner(id)).changing(None, Some(shown(&webhook)));
    let insert = move |conn: &mut Conn| {
        if rows::list(conn)?.len() >= WEBHOOKS_MAX {
            return Ok(false);
        }
        rows::insert(conn, &webhook, &sealed)?;
        audit::insert(conn, &entry, now)?;
        Ok(true)
    };
    if !app.db().write(insert).await? {
        let message = format!("There are {WEBHOOKS_MAX} webhooks already; remove one first.");
        return Err(AppError::conflict("too_many_webhooks", message));
    }
    told(app);
    Ok((get(app, id).await?, secret))
}

/// Changes one.
pub async fn edit(app: &App, actor: &Actor, id: WebhookId, edit: Edit) -> Result<Seen, AppError> {
    let (before, mut target) = own(app, id).await?;
    let mut change = Change {
        name: edit.name.as_deref().map(name).transpose()?,
        events: edit.events.as_deref().map(events).transpose()?,
        active: edit.active,
        target: None,
    };
    let mut origin = before.origin.clone();
    if let Some(url) = &edit.url {
        (origin, target.url) = address(app, url).await?;
    }
    let readdressed = edit.url.is_some() || edit.headers.is_some();
    if let Some(given) = edit.headers {
        target.headers = headers(given)?;
    }
    if readdressed {
        change.target = Some((origin, target.close(&app.webhooks().seal, id)?));
    }
    let actor = actor.clone();
    let write = move |conn: &mut Conn| {
        rows::update(conn, id, &change, now_ms())?;
        let (was, mut is) = (shown(&before), shown(&rows::get(conn, id)?));
        is["readdressed"] = json!(readdressed);
        let entry = NewEntry::done(&actor, "webhook_changed", owner(id)).changing(Some(was), Some(is));
        audit::insert(conn, &entry, now_ms())
    };
    app.db().write(write).await?;
    told(app);
    get(app, id).await
}

/// Removes one, with all messages to it.
pub async fn delete(app: &App, actor: &Actor, id: WebhookId) -> Result<(), AppError> {
    let before = app.db().run(move |conn| rows::get(conn, id)).await?;
    not_managed(&before)?;
    let entry = NewEntry::done(actor, "webhook_deleted", owner(id)).changing(Some(shown(&before)), None);
    let write = move |conn: &mut Conn| {
        rows::delete(conn, id)?;
        audit::insert(conn, &entry, now_ms())
    };
    app.db().write(write).await?;
    app.webhooks().leases.send_modify(|ended| *ended += 1);
    told(app);
    Ok(())
}

/// A new secret. The one before goes on being good for a day, so that no message is lost meanwhile.
pub async fn rotate(app: &App, actor: &Actor, id: WebhookId) -> Result<(Seen, String), AppError> {
    let (before, mut target) = read(app, id).await?;
    let secret = new_secret().map_err(|_| AppError::internal("the system gives no random numbers"))?;
    target.previous = Some((std::mem::replace(&mut target.secret, secret.clone()), now_ms() + ROTATION_MS));
    let sealed = target.close(&app.webhooks().seal, id)?;
    let change = Change { target: Some((before.origin, sealed)), ..Change::default() };
    let entry = NewEntry::done(actor, "webhook_secret_rotated", owner(id));
    let write = move |conn: &mut Conn| {
        rows::update(conn, id, &change, now_ms())?;
        audit::insert(conn, &entry, now_ms())
    };
    app.db().write(write).await?;
    told(app);
    Ok((get(app, id).await?, secret))
}

/// Sends a message that means nothing, now and once, whether the endpoint is active or not. What came of it.
pub async fn test(app: &App, actor: &Actor, id: WebhookId) -> Result<Delivery, AppError> {
    let notice = Notice {
        event: WebhookEvent::Test,
        data: json!({ "test": true }),
        text: "This is a test of vlog. Messages arrive.".to_owned(),
    };
    let token = uuid::Uuid::now_v7().to_string();
    let (held, entry) = (token.clone(), NewEntry::done(actor, "webhook_tested", owner(id)));
    let write = move |conn: &mut Conn| {
        let (now, webhook, target) = (now_ms(), rows::get(conn, id)?, rows::target(conn, id)?);
        audit::insert(conn, &entry, now)?;
        let delivery = deliveries::insert_sending(conn, id, &notice, (&held, now + TEST_LEASE_MS), now)?;
        Ok((delivery, webhook, target))
    };
    let (delivery, webhook, target) = app.db().write(write).await?;
    let ended = send(app, &delivery, &webhook, &target).await;
    let next = ended.next(1, None);
    finish(app, (delivery.id, id), token, ended.answer, next).await?;
    get_delivery(app, id, delivery.id).await
}

/// Messages to an endpoint, newest first; the next page begins before the last one's id.
pub async fn list_deliveries(app: &App, id: WebhookId, filter: Filter, limit: u32) -> Result<Vec<Delivery>, AppError> {
    let filter = Filter { webhook_id: Some(id), ..filter };
    let read = move |conn: &mut Conn| {
        rows::get(conn, id)?;
        deliveries::list(conn, &filter, limit)
    };
    Ok(app.db().run(read).await?)
}

/// One message.
pub async fn get_delivery(app: &App, id: WebhookId, delivery: i64) -> Result<Delivery, AppError> {
    let found = app.db().run(move |conn| deliveries::get(conn, delivery)).await?;
    if found.webhook_id == id { Ok(found) } else { Err(AppError::NotFound) }
}

/// Sends a message again, with all attempts anew, whatever became of it. Its id stays.
pub async fn redeliver(app: &App, actor: &Actor, id: WebhookId, delivery: i64) -> Result<Delivery, AppError> {
    let found = get_delivery(app, id, delivery).await?;
    let entry =
        NewEntry::done(actor, "webhook_retried", owner(id)).changing(None, Some(json!({ "delivery": delivery })));
    let write = move |conn: &mut Conn| {
        let webhook = rows::get(conn, id)?;
        if !webhook.active {
            return Ok(Some(AppError::conflict(
                "webhook_inactive",
                "This webhook is switched off; switch it on first.",
            )));
        }
        if found.status == DeliveryStatus::Sending || !deliveries::retry(conn, delivery, now_ms())? {
            return Ok(Some(AppError::conflict("delivery_sending", "This message is on its way just now.")));
        }
        // somebody wants to see what happens, now
        rows::update(conn, id, &Change { active: Some(true), ..Change::default() }, webhook.updated_at_ms)?;
        audit::insert(conn, &entry, now_ms())?;
        Ok(None)
    };
    if let Some(refused) = app.db().write(write).await? {
        return Err(refused);
    }
    told(app);
    get_delivery(app, id, delivery).await
}

/// Numbers about all messages; recent ones are those of a day.
pub async fn totals(app: &App) -> Result<(Vec<Webhook>, Totals), AppError> {
    let since = now_ms() - super::DAY_MS;
    Ok(app.db().run(move |conn| Ok((rows::list(conn)?, deliveries::totals(conn, since)?))).await?)
}

/// One that an admin may change, and what is sealed of it.
async fn own(app: &App, id: WebhookId) -> Result<(Webhook, Target), AppError> {
    let (webhook, target) = read(app, id).await?;
    not_managed(&webhook)?;
    Ok((webhook, target))
}

async fn read(app: &App, id: WebhookId) -> Result<(Webhook, Target), AppError> {
    let (webhook, sealed) = app.db().run(move |conn| Ok((rows::get(conn, id)?, rows::target(conn, id)?))).await?;
    let unreadable = |_| {
        let message = "What is secret of this webhook cannot be decrypted any more; remove it and add it anew.";
        AppError::conflict("secret_unreadable", message)
    };
    Ok((webhook, Target::open(&app.webhooks().seal, id, &sealed).map_err(unreadable)?))
}

fn not_managed(webhook: &Webhook) -> Result<(), AppError> {
    if webhook.managed {
        let message = "This one is made by the setting alerts.webhook_url; change it there.";
        return Err(AppError::conflict("webhook_managed", message));
    }
    Ok(())
}

/// For the audit log.
fn shown(webhook: &Webhook) -> serde_json::Value {
    let events: Vec<_> = webhook.events.iter().map(|event| event.as_str()).collect();
    json!({ "name": webhook.name, "origin": webhook.origin, "events": events, "active": webhook.active })
}

/// Origin and whole text of an address that messages may go to.
async fn address(app: &App, text: &str) -> Result<(String, String), AppError> {
    let egress = &app.webhooks().egress;
    egress.allow(&app.config().webhooks.allow_networks);
    let url = egress.check(text).await.map_err(|why| AppError::invalid_field("url", why))?;
    Ok((url.origin().ascii_serialization(), url.into()))
}

fn name(text: &str) -> Result<String, AppError> {
    check_name(text).ok_or_else(|| AppError::invalid_field("name", "A name has 1 to 100 characters, in one line."))
}

fn events(names: &[String]) -> Result<Vec<WebhookEvent>, AppError> {
    let known = || WebhookEvent::ALL.map(WebhookEvent::as_str).join(", ");
    let bad = || AppError::invalid_field("events", format!("Choose at least one of {}.", known()));
    let mut events = names.iter().map(|name| name.parse()).collect::<Result<Vec<_>, _>>().map_err(|_| bad())?;
    events.sort_unstable();
    events.dedup();
    if events.is_empty() || events.contains(&WebhookEvent::Test) { Err(bad()) } else { Ok(events) }
}

/// Those that may go along. What belongs to the connection, or is ours, does not.
fn headers(given: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, AppError> {
    const OURS: [&str; 9] = [
        "connection",
        "content-length",
        "content-type",
        "expect",
        "host",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    let (most, longest) = HEADERS_MAX;
    let bad = |why: String| AppError::invalid_field("headers", why);
    if given.len() > most {
        return Err(bad(format!("There are {most} headers at most.")));
    }
    let check = |(name, value): (String, String)| {
        let name = name.trim().to_ascii_lowercase();
        if HeaderName::from_str(&name).is_err() || OURS.contains(&name.as_str()) || name.starts_with("webhook-") {
            return Err(bad(format!("{name:?} is no header that may be set.")));
        }
        if value.chars().count() > longest || HeaderValue::from_str(&value).is_err() {
            return Err(bad(format!("The value of {name} is too long, or holds what no header may.")));
        }
        Ok((name, value))
    };
    given.into_iter().map(check).collect()
}
