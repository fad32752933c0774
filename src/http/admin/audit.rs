//! `/api/audit`: who did what.

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::accounts::audit::{self, Filter};
use crate::app::{App, AppError};
use crate::http::error::Problem;
use crate::http::query::{cursor, given, page_size, time_ms};
use crate::http::views::accounts::{AuditEntry, AuditPage};

/// Entries on a page: by default, at most.
const PAGE: (u32, u32) = (100, 500);
/// Entries read at once for an export.
const EXPORT_PAGE: u32 = 1000;

/// Which entries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditParams {
    /// Only what this account did, by its name.
    pub actor: Option<String>,
    /// Only this action, such as `login`.
    pub action: Option<String>,
    /// Only from this address, such as `203.0.113.7`.
    pub address: Option<String>,
    /// Only to this, such as `user:anna`.
    pub target: Option<String>,
    /// `ok` or `refused`.
    pub result: Option<String>,
    /// Not before this time, ISO 8601.
    pub from: Option<String>,
    /// Before this time, ISO 8601.
    pub to: Option<String>,
    /// Entries on a page, 1 to 500, 100 by default. Not for the export, which is whole.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before. Not for the export.
    pub cursor: Option<String>,
}

impl AuditParams {
    fn filter(&self) -> Result<Filter, AppError> {
        let result = given(&self.result).map(str::parse).transpose();
        Ok(Filter {
            actor: given(&self.actor).map(str::to_owned),
            action: given(&self.action).map(str::to_owned),
            address: given(&self.address).map(str::to_owned),
            target: given(&self.target).map(str::to_owned),
            result: result.map_err(|_| AppError::invalid_field("result", "result must be ok or refused."))?,
            from_ms: time_ms("from", &self.from)?,
            to_ms: time_ms("to", &self.to)?,
            before_id: cursor(&self.cursor)?,
        })
    }
}

/// The audit log, newest first.
#[utoipa::path(tag = "audit", params(AuditParams), responses((status = 200, body = AuditPage),
    (status = 422, description = "A bad value", body = Problem)))]
#[get("/api/audit")]
pub async fn list_audit(
    app: web::Data<App>,
    params: web::Query<AuditParams>,
) -> Result<web::Json<AuditPage>, AppError> {
    let limit = page_size(params.limit, PAGE)?;
    let entries = audit::list(&app, params.filter()?, limit).await?;
    Ok(web::Json(AuditPage::of(entries, limit)))
}

/// The whole audit log, or what the filters leave of it, as JSON lines, newest first.
#[utoipa::path(tag = "audit", params(AuditParams), responses(
    (status = 200, description = "One AuditEntry a line", content_type = "application/x-ndjson"),
    (status = 422, description = "A bad value", body = Problem)))]
#[get("/api/audit/export")]
pub async fn export_audit(app: web::Data<App>, params: web::Query<AuditParams>) -> Result<HttpResponse, AppError> {
    let filter = Filter { before_id: None, ..params.filter()? };
    let lines = stream::unfold(Some((app, filter)), |rest| async {
        let (app, filter) = rest?;
        let entries = match audit::list(&app, filter.clone(), EXPORT_PAGE).await {
            Ok(entries) => entries,
            Err(error) => {
                tracing::error!(%error, "an export of the audit log broke off");
                return Some((Err(error), None)); // the answer ends without its last chunk: whoever reads it knows
            }
        };
        let next = entries.last().filter(|_| entries.len() == EXPORT_PAGE as usize).map(|entry| entry.id);
        let text: String = entries.into_iter().map(AuditEntry::from).map(|entry| entry.line()).collect();
        let rest = next.map(|id| (app, Filter { before_id: Some(id), ..filter }));
        Some((Ok(Bytes::from(text)), rest))
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/x-ndjson"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"vlog-audit.jsonl\""))
        .streaming(lines))
}
