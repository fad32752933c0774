//! Reading the audit log.

use super::super::{App, AppError};
use crate::db::audit;
use crate::domain::audit::Entry;

pub use crate::db::audit::Filter;

/// A page of entries, newest first; the next one begins before the last entry's id.
pub async fn list(app: &App, filter: Filter, limit: u32) -> Result<Vec<Entry>, AppError> {
    Ok(app.db().run(move |conn| audit::list(conn, &filter, limit)).await?)
}
