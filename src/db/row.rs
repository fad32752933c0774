//! From columns to domain values and back; an unknown text or a number out of range is an error.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::DbError;
use crate::domain::video::Failure;

/// A JSON column as a value.
pub(super) fn from_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|source| DbError::Json { what, source })
}

/// A value as the text of a JSON column.
pub(super) fn to_json<T: Serialize + ?Sized>(what: &'static str, value: &T) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|source| DbError::Json { what, source })
}

/// A `BIGINT` column as a smaller or unsigned number.
pub(super) fn number<T: TryFrom<i64>>(what: &'static str, value: i64) -> Result<T, DbError> {
    T::try_from(value).map_err(|_| DbError::Range { what, value })
}

/// The two error columns; a row has both or none.
pub(super) fn failure(code: Option<String>, message: Option<String>) -> Option<Failure> {
    code.map(|code| Failure { code, message: message.unwrap_or_default() })
}
