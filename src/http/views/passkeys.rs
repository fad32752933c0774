//! Wire types of passkeys. `options` and `credential` are those of Web Authentication, level 3, in their JSON form.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::from::time;
use crate::app::accounts::passkeys;

/// What to ask the browser for.
#[derive(Serialize, ToSchema)]
pub struct PasskeyRequest {
    /// `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON`.
    #[schema(value_type = Object)]
    pub options: Value,
    /// Goes back with the answer, within five minutes, once.
    pub ceremony: String,
}

/// A new passkey.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPasskeyBody {
    /// What to call it, 1 to 100 characters.
    pub name: String,
    /// As it was told.
    pub ceremony: String,
    /// `RegistrationResponseJSON`.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// A passkey, shown.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyLoginBody {
    /// As it was told.
    pub ceremony: String,
    /// `AuthenticationResponseJSON`.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// A passkey.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Passkey {
    /// Of the credential, base64url.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// ISO 8601, UTC.
    pub created_at: String,
    /// ISO 8601, UTC; null: never.
    #[schema(required)]
    pub last_used_at: Option<String>,
}

/// Passkeys, oldest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PasskeyList {
    /// At most 20.
    pub passkeys: Vec<Passkey>,
}

impl From<passkeys::Begun> for PasskeyRequest {
    fn from(begun: passkeys::Begun) -> Self {
        Self { options: begun.options, ceremony: begun.ceremony }
    }
}

impl From<passkeys::Passkey> for Passkey {
    fn from(passkey: passkeys::Passkey) -> Self {
        Self {
            id: passkey.id,
            name: passkey.name,
            created_at: time(passkey.created_at_ms),
            last_used_at: passkey.last_used_at_ms.map(time),
        }
    }
}
