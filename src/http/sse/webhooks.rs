//! Webhooks as server-sent events: all of them at the start and whenever that may be others or more, then each message
//! that moves on, with its webhook.

use std::sync::Arc;

use actix_web::HttpResponse;

use super::{Lines, Topic, follow, message};
use crate::app::streams::Follower;
use crate::app::{App, AppError, webhooks};
use crate::auth::Caller;
use crate::domain::id::WebhookId;
use crate::events::Event;
use crate::http::views::webhooks::{Delivery, Webhook, WebhookList};

struct Webhooks;

/// The response that follows all webhooks, as long as the caller may.
pub async fn respond(app: &App, caller: Arc<Caller>) -> Result<HttpResponse, AppError> {
    follow(app, Follower::Admin, Some(caller), Webhooks).await
}

impl Topic for Webhooks {
    async fn present(&mut self, app: &App, lines: &mut Lines) -> Result<(), AppError> {
        let number = app.events().latest();
        let list = WebhookList::of(webhooks::list(app).await?, app.config().webhooks.enabled);
        lines.push_back(message("initial", number, &list));
        Ok(())
    }

    async fn tell(&mut self, app: &App, number: u64, event: &Event, lines: &mut Lines) -> Result<(), AppError> {
        match event {
            Event::WebhooksChanged => self.present(app, lines).await,
            Event::DeliveryChanged { webhook_id, delivery_id } => {
                delivery(app, number, (*webhook_id, *delivery_id), lines).await
            }
            _ => Ok(()),
        }
    }
}

async fn delivery(
    app: &App,
    number: u64,
    (webhook, delivery): (WebhookId, i64),
    lines: &mut Lines,
) -> Result<(), AppError> {
    let found = async {
        let seen = webhooks::get(app, webhook).await?;
        Ok((seen, webhooks::get_delivery(app, webhook, delivery).await?))
    };
    match found.await {
        Ok((seen, delivery)) => {
            lines.push_back(message("webhook", number, &Webhook::from(seen)));
            lines.push_back(message("delivery", number, &Delivery::from(delivery)));
            Ok(())
        }
        Err(AppError::NotFound) => Ok(()), // removed meanwhile
        Err(error) => Err(error),
    }
}
