//! `/api/webhooks`: who is told what happens, and what became of each message. For admins.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::webhooks::{self, Filter};
use crate::app::{App, AppError};
use crate::domain::audit::Actor;
use crate::domain::id::WebhookId;
use crate::http::access::Caller;
use crate::http::client::sender;
use crate::http::error::Problem;
use crate::http::query::{cursor, given, page_size};
use crate::http::sse;
use crate::http::views::Done;
use crate::http::views::webhooks::{
    Delivery, DeliveryDetail, DeliveryPage, NewWebhook, Webhook, WebhookEdit, WebhookList, WebhookSecret, WebhookStats,
};

/// Messages on a page: by default, at most.
const PAGE: (u32, u32) = (50, 200);

fn id(text: &str) -> Result<WebhookId, AppError> {
    text.parse().map_err(|_| AppError::NotFound)
}

fn actor(request: &HttpRequest, app: &App, caller: &Caller) -> Actor {
    caller.0.actor(sender(request, app))
}

/// All webhooks, oldest first.
#[utoipa::path(tag = "webhooks", responses((status = 200, body = WebhookList)))]
#[get("/api/webhooks")]
pub async fn list_webhooks(app: web::Data<App>) -> Result<web::Json<WebhookList>, AppError> {
    Ok(web::Json(WebhookList::of(webhooks::list(&app).await?, app.config().webhooks.enabled)))
}

/// Adds a webhook. The answer is the only time its secret is told.
#[utoipa::path(tag = "webhooks", request_body = NewWebhook, responses(
    (status = 200, body = WebhookSecret),
    (status = 400, description = "Not JSON, or a field that is not known", body = Problem),
    (status = 409, description = "too_many_webhooks", body = Problem),
    (status = 422, description = "A bad value, such as an address in a private network", body = Problem)))]
#[post("/api/webhooks")]
pub async fn create_webhook(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<NewWebhook>,
) -> Result<web::Json<WebhookSecret>, AppError> {
    let actor = actor(&request, &app, &caller);
    Ok(web::Json(webhooks::create(&app, &actor, body.into_inner().into()).await?.into()))
}

/// How many there are, and what became of messages to them.
#[utoipa::path(tag = "webhooks", responses((status = 200, body = WebhookStats)))]
#[get("/api/webhooks/stats")]
pub async fn webhook_stats(app: web::Data<App>) -> Result<web::Json<WebhookStats>, AppError> {
    Ok(web::Json(webhooks::totals(&app).await?.into()))
}

/// One webhook.
#[utoipa::path(tag = "webhooks", params(("id" = String, Path, description = "Id of the webhook")), responses(
    (status = 200, body = Webhook), (status = 404, description = "No such webhook", body = Problem)))]
#[get("/api/webhooks/{id}")]
pub async fn get_webhook(app: web::Data<App>, path: web::Path<String>) -> Result<web::Json<Webhook>, AppError> {
    Ok(web::Json(webhooks::get(&app, id(&path)?).await?.into()))
}

/// Changes a webhook.
#[utoipa::path(tag = "webhooks", params(("id" = String, Path, description = "Id of the webhook")),
    request_body = WebhookEdit, responses(
    (status = 200, body = Webhook),
    (status = 400, description = "Not JSON, or a field that is not known", body = Problem),
    (status = 404, description = "No such webhook", body = Problem),
    (status = 409, description = "webhook_managed: it is that of alerts.webhook_url; secret_unreadable", body = Problem),
    (status = 422, description = "A bad value", body = Problem)))]
#[patch("/api/webhooks/{id}")]
pub async fn edit_webhook(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    body: web::Json<WebhookEdit>,
) -> Result<web::Json<Webhook>, AppError> {
    let actor = actor(&request, &app, &caller);
    Ok(web::Json(webhooks::edit(&app, &actor, id(&path)?, body.into_inner().into()).await?.into()))
}

/// Removes a webhook, with all messages to it.
#[utoipa::path(tag = "webhooks", params(("id" = String, Path, description = "Id of the webhook")), responses(
    (status = 200, body = Done),
    (status = 404, description = "No such webhook", body = Problem),
    (status = 409, description = "webhook_managed: it is that of alerts.webhook_url", body = Problem)))]
#[delete("/api/webhooks/{id}")]
pub async fn delete_webhook(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<web::Json<Done>, AppError> {
    webhooks::delete(&app, &actor(&request, &app, &caller), id(&path)?).await?;
    Ok(web::Json(Done::new("The webhook was removed.")))
}

/// Gives a webhook a new secret. Messages are signed with both for a day.
#[utoipa::path(tag = "webhooks", params(("id" = String, Path, description = "Id of the webhook")), responses(
    (status = 200, body = WebhookSecret),
    (status = 404, description = "No such webhook", body = Problem),
    (status = 409, description = "secret_unreadable", body = Problem)))]
#[post("/api/webhooks/{id}/secret")]
pub async fn rotate_webhook_secret(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<web::Json<WebhookSecret>, AppError> {
    Ok(web::Json(webhooks::rotate(&app, &actor(&request, &app, &caller), id(&path)?).await?.into()))
}

/// Sends a `webhook.test` message now, once, and answers with what came of it.
#[utoipa::path(tag = "webhooks", params(("id" = String, Path, description = "Id of the webhook")), responses(
    (status = 200, body = DeliveryDetail), (status = 404, description = "No such webhook", body = Problem)))]
#[post("/api/webhooks/{id}/test")]
pub async fn test_webhook(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<web::Json<DeliveryDetail>, AppError> {
    Ok(web::Json(webhooks::test(&app, &actor(&request, &app, &caller), id(&path)?).await?.into()))
}

/// Which messages.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeliveryParams {
    /// Only `pending`, `sending`, `delivered` or `failed` ones.
    pub status: Option<String>,
    /// Only of this event, such as `video.ready`.
    pub event: Option<String>,
    /// Messages on a page, 1 to 200, 50 by default.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Messages to a webhook, newest first.
#[utoipa::path(tag = "webhooks", params(("id" = String, Path, description = "Id of the webhook"), DeliveryParams),
    responses((status = 200, body = DeliveryPage),
    (status = 404, description = "No such webhook", body = Problem),
    (status = 422, description = "A bad value", body = Problem)))]
#[get("/api/webhooks/{id}/deliveries")]
pub async fn list_deliveries(
    app: web::Data<App>,
    path: web::Path<String>,
    params: web::Query<DeliveryParams>,
) -> Result<web::Json<DeliveryPage>, AppError> {
    let limit = page_size(params.limit, PAGE)?;
    let status = given(&params.status).map(str::parse).transpose();
    let event = given(&params.event).map(str::parse).transpose();
    let filter = Filter {
        webhook_id: None,
        status: status
            .map_err(|_| AppError::invalid_field("status", "status must be pending, sending, delivered or failed."))?,
        event: event.map_err(|_| AppError::invalid_field("event", "There is no such event."))?,
        before_id: cursor(&params.cursor)?,
    };
    let deliveries = webhooks::list_deliveries(&app, id(&path)?, filter, limit).await?;
    Ok(web::Json(DeliveryPage::of(deliveries, limit)))
}

/// One message: what was sent, and what came back.
#[utoipa::path(tag = "webhooks", params(("id" = String, Path, description = "Id of the webhook"),
    ("delivery" = i64, Path, description = "Id of the message")), responses(
    (status = 200, body = DeliveryDetail), (status = 404, description = "No such message", body = Problem)))]
#[get("/api/webhooks/{id}/deliveries/{delivery}")]
pub async fn get_delivery(
    app: web::Data<App>,
    path: web::Path<(String, i64)>,
) -> Result<web::Json<DeliveryDetail>, AppError> {
    Ok(web::Json(webhooks::get_delivery(&app, id(&path.0)?, path.1).await?.into()))
}

/// Sends a message again, with all attempts anew and the same `webhook-id`.
#[utoipa::path(tag = "webhooks", params(("id" = String, Path, description = "Id of the webhook"),
    ("delivery" = i64, Path, description = "Id of the message")), responses(
    (status = 200, body = Delivery),
    (status = 404, description = "No such message", body = Problem),
    (status = 409, description = "webhook_inactive; delivery_sending", body = Problem)))]
#[post("/api/webhooks/{id}/deliveries/{delivery}/retry")]
pub async fn retry_delivery(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, i64)>,
) -> Result<web::Json<Delivery>, AppError> {
    let actor = actor(&request, &app, &caller);
    Ok(web::Json(webhooks::redeliver(&app, &actor, id(&path.0)?, path.1).await?.into()))
}

/// Webhooks as server-sent events: `initial` with a `WebhookList` (at the start, when events were missed, and when there are
/// others or more to tell), `webhook` with a `Webhook`, `delivery` with a `Delivery` that moved on.
#[utoipa::path(tag = "webhooks", responses(
    (status = 200, description = "An event stream", content_type = "text/event-stream"),
    (status = 503, description = "Too many streams", body = Problem)))]
#[get("/api/events/webhooks")]
pub async fn webhook_events(app: web::Data<App>, caller: Caller) -> Result<HttpResponse, AppError> {
    sse::webhooks::respond(&app, caller.0).await
}
