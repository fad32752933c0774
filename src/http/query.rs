//! Query parameters.

use std::str::FromStr;

use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::AppError;
use crate::app::videos::{ListRequest, Order};

/// Which videos, in which order, and which page of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListParams {
    /// Words that title or description must have.
    pub search: Option<String>,
    /// `date` (the default), `title` or `duration`.
    pub sort: Option<String>,
    /// `asc` or `desc` (the default).
    pub order: Option<String>,
    /// Videos on a page: 1 to 100 on the public listener (50 by default), 1 to 500 on the admin's (100).
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Also count the videos of all pages.
    #[serde(default)]
    pub include_total: bool,
    /// Only this status; admin listener only.
    pub status: Option<String>,
}

/// Which videos to follow.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventParams {
    /// At most 50 ids, like `1,2,3`.
    pub video_ids: Option<String>,
}

/// What to follow on the admin listener.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AdminEventParams {
    /// At most 50 ids, like `1,2,3`.
    pub video_ids: Option<String>,
    /// Also `job` events.
    #[serde(default)]
    pub jobs: bool,
}

impl ListParams {
    /// Checks the values. `limits` are the default and the greatest number of videos on a page.
    pub fn request(self, limits: (u32, u32)) -> Result<ListRequest, AppError> {
        let limit = page_size(self.limit, limits)?;
        let order = match given(&self.sort) {
            None | Some("date") => Order::Date,
            Some("title") => Order::Title,
            Some("duration") => Order::Duration,
            Some(_) => return Err(AppError::invalid_field("sort", "sort must be date, title or duration.")),
        };
        let ascending = match given(&self.order) {
            None | Some("desc") => false,
            Some("asc") => true,
            Some(_) => return Err(AppError::invalid_field("order", "order must be asc or desc.")),
        };
        let status = match given(&self.status) {
            None => None,
            Some(text) => Some(text.parse().map_err(|_| {
                let known = "pending, processing, playable, ready or failed";
                AppError::invalid_field("status", format!("status must be {known}."))
            })?),
        };
        let some = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        Ok(ListRequest {
            status,
            search: some(self.search),
            order,
            ascending,
            limit,
            cursor: some(self.cursor),
            include_total: self.include_total,
        })
    }
}

/// How many are on a page: as asked for, else the default, and never more than the most.
pub fn page_size(asked: Option<u32>, (default, most): (u32, u32)) -> Result<u32, AppError> {
    let size = asked.unwrap_or(default);
    if !(1..=most).contains(&size) {
        return Err(AppError::invalid_field("limit", format!("limit must be 1 to {most}.")));
    }
    Ok(size)
}

/// A cursor that is the id of the last one on the page before.
pub fn cursor<T: FromStr>(text: &Option<String>) -> Result<Option<T>, AppError> {
    let id = given(text).map(str::parse).transpose();
    id.map_err(|_| AppError::invalid_cursor())
}

/// A point in time in ISO 8601, as milliseconds since 1970.
pub fn time_ms(field: &'static str, text: &Option<String>) -> Result<Option<i64>, AppError> {
    let bad = |_| AppError::invalid_field(field, format!("{field} must be a time such as 2026-01-31T12:00:00Z."));
    let time = given(text).map(|text| text.parse::<Timestamp>().map_err(bad)).transpose()?;
    Ok(time.map(Timestamp::as_millisecond))
}

/// What is not empty.
pub fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}
