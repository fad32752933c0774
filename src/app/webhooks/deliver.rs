//! Sending messages: the pool's source and its runner over the table of messages. A message is sent before it is known
//! that it was taken, so it may be sent twice, but only the holder of the present lease says what became of it.

use std::hash::{BuildHasher, RandomState};
use std::str::FromStr;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use tokio::sync::{mpsc, watch};
use url::Url;

use super::admin::Target;
use crate::app::pipeline::locked;
use crate::app::{App, AppError, pools};
use crate::db::webhooks as rows;
use crate::db::webhooks::deliveries::{self, Next};
use crate::db::{Conn, now_ms};
use crate::domain::id::{JobId, TaskId, VideoId, WebhookId};
use crate::domain::job::{Lease, Task, TaskKind, TaskState};
use crate::domain::task::{DeliverSpec, Retry, TaskError, TaskEvent, TaskOutcome, TaskSpec};
use crate::domain::video::Failure;
use crate::domain::webhook::{Answer, Delivery, Patience, Webhook};
use crate::egress::{Message, Signer};
use crate::events::Event;
use crate::jobs::{ApplyError, BoxFuture, Cancel, Runner, Source, SourceError, Verdict, WaitReason, lease_ms};

/// "Gone": the receiver wants no more messages (Standard Webhooks).
const GONE: u16 = 410;

/// How an attempt ended.
pub(super) struct Ended {
    pub(super) answer: Answer,
    /// The rest that the receiver asked for.
    pub(super) rest: Option<Duration>,
}

impl Ended {
    fn failed(code: &str, message: impl Into<String>) -> Self {
        let error = Failure { code: code.to_owned(), message: message.into() };
        Self { answer: Answer { error: Some(error), ..Answer::default() }, rest: None }
    }

    /// What becomes of the message when this was its attempt of that number.
    pub(super) fn next(&self, attempt: u32, patience: Option<Patience>) -> Next {
        let chance = (RandomState::new().hash_one(attempt) >> 11) as f64 / (1_u64 << 53) as f64;
        match (&self.answer.error, patience) {
            (None, _) => Next::Delivered,
            (Some(_), _) if self.answer.status == Some(GONE) => Next::SwitchOff,
            (Some(_), None) => Next::GiveUp,
            (Some(_), Some(patience)) => patience
                .rest_ms(attempt, chance, self.rest)
                .map_or(Next::GiveUp, |rest_ms| Next::Again(now_ms().saturating_add(rest_ms))),
        }
    }
}

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct Deliveries {
    app: App,
}

impl Deliveries {
    /// Of this application.
    pub fn new(app: App) -> Self {
        Self { app }
    }

    fn task(&self, delivery: &Delivery, token: String) -> Task {
        Task {
            id: TaskId(delivery.id),
            job_id: JobId(0),
            video_id: VideoId(0),
            kind: TaskKind::Deliver,
            spec: TaskSpec::Deliver(DeliverSpec { webhook_id: delivery.webhook_id }),
            state: TaskState::Leased,
            priority: 0,
            attempt: delivery.attempts + 1,
            machine_faults: 0,
            max_attempts: self.app.config().webhooks.max_retries + 1,
            run_at_ms: delivery.run_at_ms,
            lease_token: Some(token),
            lease_owner: None,
            progress: 0.0,
            speed: None,
            started_at_ms: delivery.tried_at_ms,
            error: None,
            twin_of: None,
        }
    }

    async fn attempt(&self, task: &Task) -> Result<(), TaskError> {
        let id = task.id.0;
        let read = move |conn: &mut Conn| {
            let delivery = deliveries::get(conn, id)?;
            let webhook = rows::get(conn, delivery.webhook_id)?;
            let target = rows::target(conn, delivery.webhook_id)?;
            Ok((delivery, webhook, target))
        };
        let read = self.app.db().run(read).await;
        let (delivery, webhook, target) = read.map_err(|error| TaskError::retry("server_fault", error.to_string()))?;
        let ended = send(&self.app, &delivery, &webhook, &target).await;
        let failed = ended.answer.error.clone();
        let gone = ended.answer.status == Some(GONE);
        if let Some(token) = &task.lease_token {
            locked(&self.app.webhooks().ended).insert(token.clone(), ended);
        }
        match failed {
            None => Ok(()),
            Some(Failure { message, .. }) if gone => Err(TaskError::abort("gone", message)),
            Some(Failure { message, .. }) => Err(TaskError::retry("not_taken", message)),
        }
    }

    /// How the attempt under this token ended, once.
    fn ended(&self, task: &Task) -> Option<Ended> {
        locked(&self.app.webhooks().ended).remove(task.lease_token.as_ref()?)
    }
}

/// Records how an attempt ended, and tells those who watch. False when the lease is lost.
pub(super) async fn finish(
    app: &App,
    (id, webhook_id): (i64, WebhookId),
    token: String,
    answer: Answer,
    next: Next,
) -> Result<bool, AppError> {
    if let (Some(error), Next::GiveUp | Next::SwitchOff) = (&answer.error, next) {
        tracing::warn!(webhook = %webhook_id, delivery = id, code = error.code, "a message is given up: {}", error.message);
    }
    let write = move |conn: &mut Conn| deliveries::finish(conn, (id, webhook_id), &token, (&answer, next), now_ms());
    let held = app.db().write(write).await?;
    app.events().publish(Event::DeliveryChanged { webhook_id, delivery_id: id });
    Ok(held)
}

/// Sends a message, once.
pub(super) async fn send(app: &App, delivery: &Delivery, webhook: &Webhook, target: &str) -> Ended {
    let config = app.config();
    let timeout = if webhook.managed { config.alerts.webhook_timeout } else { config.webhooks.request_timeout };
    let egress = &app.webhooks().egress;
    egress.allow(&config.webhooks.allow_networks);
    let Ok(target) = Target::open(&app.webhooks().seal, webhook.id, target) else {
        let message = "Its address cannot be decrypted: accounts.secret_key is another one than when it was saved.";
        return Ended::failed("secret_unreadable", message);
    };
    let Ok(url) = Url::parse(&target.url) else {
        return Ended::failed("address_refused", "Its address is none.");
    };
    let signer = Signer::new(target.secrets(now_ms()));
    let mut headers = signer.headers(&delivery.message_id, now_ms() / 1000, &delivery.payload);
    for (name, value) in &target.headers {
        if let (Ok(name), Ok(mut value)) = (HeaderName::from_str(name), HeaderValue::from_str(value)) {
            value.set_sensitive(true);
            headers.insert(name, value);
        }
    }
    let message = Message { url: &url, headers, body: delivery.payload.clone(), timeout };
    let begun = std::time::Instant::now();
    let sent = egress.post(message).await;
    let duration_ms = i64::try_from(begun.elapsed().as_millis()).ok();
    match sent {
        Err(fault) => {
            let failed = Ended::failed(fault.code, fault.message);
            Ended { answer: Answer { duration_ms, ..failed.answer }, ..failed }
        }
        Ok(reply) => {
            let status = reply.status;
            let error = refusal(status).map(|(code, message)| Failure { code: code.to_owned(), message });
            let answer = Answer { status: Some(status), body: Some(reply.body), duration_ms, error };
            Ended { answer, rest: reply.retry_after }
        }
    }
}

/// Why an answer of this status does not count; none: the message was taken.
fn refusal(status: u16) -> Option<(&'static str, String)> {
    match status {
        200..=299 => None,
        GONE => Some(("gone", "The receiver says that it is gone for good (410).".to_owned())),
        300..=399 => {
            Some(("redirected", format!("The receiver answers with a redirect ({status}), which is not followed.")))
        }
        _ => Some(("not_taken", format!("The receiver answers with status {status}."))),
    }
}

impl Source for Deliveries {
    fn watch_queued(&self) -> watch::Receiver<()> {
        self.app.webhooks().queued.subscribe()
    }

    fn watch_leases(&self) -> watch::Receiver<u64> {
        self.app.webhooks().leases.subscribe()
    }

    fn next_run_at(&self, _: &'static [TaskKind]) -> BoxFuture<'_, Result<Option<i64>, SourceError>> {
        Box::pin(async { Ok(self.app.db().run(|conn| deliveries::next_run_at(conn, now_ms())).await?) })
    }

    fn claim(&self, _: &'static [TaskKind]) -> BoxFuture<'_, Result<Option<Task>, SourceError>> {
        Box::pin(async {
            let token = uuid::Uuid::now_v7().to_string();
            let held = token.clone();
            let claim = move |conn: &mut Conn| {
                let now = now_ms();
                deliveries::claim(conn, &held, now, now.saturating_add(lease_ms()))
            };
            let Some(delivery) = self.app.db().write(claim).await? else { return Ok(None) };
            let Delivery { id: delivery_id, webhook_id, .. } = delivery;
            self.app.events().publish(Event::DeliveryChanged { webhook_id, delivery_id });
            Ok(Some(self.task(&delivery, token)))
        })
    }

    fn heartbeat<'a>(&'a self, lease: &'a Lease, _: f64, _: Option<f64>) -> BoxFuture<'a, Result<bool, SourceError>> {
        let (id, token) = (lease.task_id.0, lease.token.clone());
        Box::pin(async move {
            let keep =
                move |conn: &mut Conn| deliveries::heartbeat(conn, id, &token, now_ms().saturating_add(lease_ms()));
            Ok(self.app.db().run(keep).await?)
        })
    }

    fn settle<'a>(
        &'a self,
        task: &'a Task,
        lease: &'a Lease,
        error: &'a TaskError,
    ) -> BoxFuture<'a, Result<Option<Verdict>, SourceError>> {
        Box::pin(async move {
            let TaskSpec::Deliver(spec) = &task.spec else { return Ok(None) };
            let ended = self.ended(task).unwrap_or_else(|| Ended::failed(error.code, error.message.clone()));
            let webhooks = &self.app.config().webhooks;
            let patience = Patience {
                retries: webhooks.max_retries,
                base: webhooks.retry_base_delay,
                multiplier: webhooks.retry_backoff_multiplier.0,
            };
            let next = ended.next(task.attempt, (error.retry != Retry::Never).then_some(patience));
            let of = (task.id.0, spec.webhook_id);
            let held = finish(&self.app, of, lease.token.clone(), ended.answer, next).await?;
            let verdict = if matches!(next, Next::Again(_)) { Verdict::Retried } else { Verdict::GaveUp };
            Ok(held.then_some(verdict))
        })
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<bool, SourceError>> {
        let (id, token) = (lease.task_id.0, lease.token.clone());
        Box::pin(
            async move { Ok(self.app.db().run(move |conn| deliveries::release(conn, id, &token, now_ms())).await?) },
        )
    }
}

impl Runner for Deliveries {
    fn may_claim(&self, _: &[TaskKind]) -> Option<WaitReason> {
        let config = self.app.config();
        let off =
            || WaitReason { code: "webhooks_off", message: "Webhooks are switched off (webhooks.enabled).".to_owned() };
        pools::decided(&config, TaskKind::Deliver.pool()).or_else(|| (!config.webhooks.enabled).then(off))
    }

    fn run(
        &self,
        task: Task,
        _: mpsc::Sender<TaskEvent>,
        cancel: Cancel,
    ) -> BoxFuture<'_, Result<TaskOutcome, TaskError>> {
        Box::pin(async move {
            tokio::select! {
                sent = self.attempt(&task) => sent.map(|()| TaskOutcome::Delivered),
                () = cancel.cancelled() => Err(TaskError::free("stopped", "The server stops.")),
            }
        })
    }

    fn on_event<'a>(&'a self, _: &'a Task, _: TaskEvent) -> BoxFuture<'a, Result<(), TaskError>> {
        Box::pin(async { Ok(()) })
    }

    fn apply<'a>(&'a self, task: &'a Task, lease: &'a Lease, _: TaskOutcome) -> BoxFuture<'a, Result<(), ApplyError>> {
        Box::pin(async move {
            let TaskSpec::Deliver(spec) = &task.spec else { return Err(ApplyError::LeaseLost) };
            let answer = self.ended(task).map(|ended| ended.answer).unwrap_or_default();
            let of = (task.id.0, spec.webhook_id);
            match finish(&self.app, of, lease.token.clone(), answer, Next::Delivered).await {
                Ok(true) => Ok(()),
                Ok(false) => Err(ApplyError::LeaseLost),
                Err(error) => Err(TaskError::retry("server_fault", error.to_string()).into()),
            }
        })
    }

    fn on_failed<'a>(&'a self, _: &'a Task, _: &'a TaskError, _: Verdict) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }

    fn on_stopped<'a>(&'a self, task: &'a Task) -> BoxFuture<'a, ()> {
        self.ended(task);
        Box::pin(async {})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_success_is_success() {
        for taken in [200, 201, 204, 299] {
            assert!(refusal(taken).is_none(), "{taken}");
        }
        for (status, code) in
            [(302, "redirected"), (404, "not_taken"), (410, "gone"), (500, "not_taken"), (199, "not_taken")]
        {
            assert_eq!(refusal(status).map(|(code, _)| code), Some(code), "{status}");
        }
    }
}
