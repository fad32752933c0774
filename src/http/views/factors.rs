//! Wire types of second factors.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::from::time;
use crate::app::accounts::factors;
use crate::auth::totp::Enrolment;

/// The second step of a login.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginCodeBody {
    /// From the answer that asked for a code.
    pub login_token: String,
    /// Six digits of the app, or a recovery code.
    pub code: String,
}

/// One's password, shown again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordAgainBody {
    /// The present one.
    pub password: String,
}

/// A code of the app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeBody {
    /// Six digits.
    pub code: String,
}

/// Both factors, shown again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordAndCodeBody {
    /// The present one.
    pub password: String,
    /// Six digits of the app, or a recovery code.
    pub code: String,
}

/// How one logs in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Factors {
    /// False: by other means than a password only.
    pub has_password: bool,
    /// Since when a code of an app is asked for, ISO 8601, UTC; null: it is not.
    #[schema(required)]
    pub totp_since: Option<String>,
    /// Recovery codes that are left, 0 to 10.
    pub recovery_codes_left: i64,
    /// What the provider of accounts elsewhere calls the one that is linked; null: none is.
    #[schema(required)]
    pub oidc_account: Option<String>,
}

/// Ways to log in besides a password.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LoginMethods {
    /// What to call the provider of accounts elsewhere, whose way in is `/api/auth/oidc/start`; null: there is none.
    #[schema(required)]
    pub oidc: Option<String>,
}

/// Where the browser is to go.
#[derive(Serialize, ToSchema)]
pub struct SendTo {
    /// Address at the provider.
    pub url: String,
}

/// What an authenticator app needs (RFC 6238), told this once.
#[derive(Serialize, ToSchema)]
pub struct TotpEnrolment {
    /// Base32, to be typed in.
    pub secret: String,
    /// `otpauth://`, for an app on this device.
    pub url: String,
    /// The same as a QR code: an SVG picture as a `data:` URL.
    pub qr_code: String,
}

/// Codes for whoever lost the app, each good once, told this once.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// Ten, such as `abcde-23456`.
    pub recovery_codes: Vec<String>,
}

impl Factors {
    /// `oidc_account` is the name of the account elsewhere.
    pub fn of(factors: factors::Factors, oidc_account: Option<String>) -> Self {
        Self {
            oidc_account,
            has_password: factors.has_password,
            totp_since: factors.totp_since_ms.map(time),
            recovery_codes_left: factors.recovery_codes,
        }
    }
}

impl From<Enrolment> for TotpEnrolment {
    fn from(made: Enrolment) -> Self {
        let qr_code = format!("data:image/svg+xml;base64,{}", STANDARD.encode(&made.qr_svg));
        Self { secret: made.secret, url: made.url, qr_code }
    }
}
