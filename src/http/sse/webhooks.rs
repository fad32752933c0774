//! Webhooks as server-sent events: all of them at the start and whenever that may be others or more, then each message
//! that moves on, with its webhook.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use bytes::Bytes;
use futures_util::stream;
use russe::Event as Line;

use super::{Open, answer, encode, message, open, retry};
use crate::app::streams::Follower;
use crate::app::{App, AppError, accounts, webhooks};
use crate::auth::Caller;
use crate::domain::id::WebhookId;
use crate::events::{Event, Subscription, Update};
use crate::http::views::webhooks::{Delivery, Webhook, WebhookList};

struct Stream {
    app: App,
    /// Whose it is; the stream ends with the session.
    caller: Arc<Caller>,
    subscription: Subscription,
    ready: VecDeque<Bytes>,
    keep_alive: Duration,
    _open: Open,
}

/// The response that follows all webhooks, as long as the caller may.
pub async fn respond(app: &App, caller: Arc<Caller>) -> Result<HttpResponse, AppError> {
    let open = open(app, Follower::Admin)?;
    let mut stream = Stream {
        app: app.clone(),
        caller,
        subscription: app.events().subscribe(), // before the present state is read, so that nothing falls between
        ready: VecDeque::from([retry(app)]),
        keep_alive: app.config().sse.heartbeat_interval,
        _open: open,
    };
    stream.read_present_state().await?;
    let body = stream::unfold(stream, |mut stream| async move {
        let piece = stream.next().await?;
        Some((Ok::<_, std::convert::Infallible>(piece), stream))
    });
    Ok(answer(body))
}

impl Stream {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Some(piece);
            }
            let waited = tokio::time::timeout(self.keep_alive, self.subscription.next()).await;
            if !accounts::is_still(&self.app, &self.caller, self.caller.role).await.unwrap_or(false) {
                return None;
            }
            let told = match waited {
                Err(_) => return Some(encode(Line::Comment("keep-alive".into()))),
                Ok(update) => match update? {
                    Update::Lagged | Update::Event(_, Event::WebhooksChanged) => self.read_present_state().await,
                    Update::Event(number, Event::DeliveryChanged { webhook_id, delivery_id }) => {
                        self.delivery(number, webhook_id, delivery_id).await
                    }
                    Update::Event(..) => Ok(()),
                },
            };
            if let Err(error) = told {
                tracing::warn!(%error, "an event stream ends");
                return None; // the browser comes back
            }
        }
    }

    async fn read_present_state(&mut self) -> Result<(), AppError> {
        let number = self.app.events().latest();
        let list = WebhookList::of(webhooks::list(&self.app).await?, self.app.config().webhooks.enabled);
        self.ready.push_back(message("initial", number, &list));
        Ok(())
    }

    async fn delivery(&mut self, number: u64, webhook: WebhookId, delivery: i64) -> Result<(), AppError> {
        let found = async {
            let seen = webhooks::get(&self.app, webhook).await?;
            Ok((seen, webhooks::get_delivery(&self.app, webhook, delivery).await?))
        };
        match found.await {
            Ok((seen, delivery)) => {
                self.ready.push_back(message("webhook", number, &Webhook::from(seen)));
                self.ready.push_back(message("delivery", number, &Delivery::from(delivery)));
                Ok(())
            }
            Err(AppError::NotFound) => Ok(()), // removed meanwhile
            Err(error) => Err(error),
        }
    }
}
