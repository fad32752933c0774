//! Passkeys (Web Authentication, level 3): what a browser is asked to make or to show, and whether what it brings is
//! good. A passkey is two factors in one: the device, and what its owner shows the device, which is always asked for.
//! Attestation is not: any maker's device will do.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;
use uuid::Uuid;
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{
    CredProtect, Nickname, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle16, Username,
};
use webauthn_rp::request::{AsciiDomain, PublicKeyCredentialDescriptor, RpId};
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication16, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration, RegistrationServerState,
};

use crate::domain::id::UserId;

type PublicKey = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// Why a passkey is not taken. The text is for the log and for tests.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct PasskeyError(String);

impl PasskeyError {
    /// With a reason.
    pub fn new(reason: &str) -> Self {
        Self(reason.to_owned())
    }
}

/// The site that passkeys are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Domain; passkeys are good on it and below it.
    pub domain: String,
    /// Scheme, name and port of the page that asks.
    pub origin: String,
}

/// What a browser is asked for.
pub struct Asked {
    /// `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON`.
    pub options: Value,
    /// What must be known again when it answers.
    pub state: Vec<u8>,
}

/// A passkey that was just made.
#[derive(Debug, PartialEq, Eq)]
pub struct NewPasskey {
    /// Of the credential, base64url.
    pub id: String,
    /// Public key and what else never changes, base64.
    pub fixed: String,
    /// Counter and flags, base64.
    pub changing: String,
}

/// What a browser shows to log in.
pub struct Shown(DiscoverableAuthentication16);

impl Site {
    fn rp(&self) -> Result<RpId, PasskeyError> {
        AsciiDomain::try_from(self.domain.clone()).map(RpId::Domain).map_err(refused)
    }
}

/// Asks for a new passkey, on none of the authenticators that hold a `known` one, by id.
pub fn begin(site: &Site, user: UserId, name: &str, shown: &str, known: &[String]) -> Result<Asked, PasskeyError> {
    let (rp, handle) = (site.rp()?, handle(user)?);
    let entity = PublicKeyCredentialUserEntity {
        name: Username::try_from(name).map_err(refused)?,
        id: &handle,
        display_name: Nickname::try_from(shown).ok(), // browsers show the name then
    };
    let known = known.iter().map(|id| {
        let id = CredentialId::<Vec<u8>>::decode(base64url(id)?).map_err(refused)?;
        Ok(PublicKeyCredentialDescriptor { id, transports: AuthTransports::decode(0).map_err(refused)? })
    });
    let known = known.collect::<Result<Vec<_>, PasskeyError>>()?;
    let mut wanted = PublicKeyCredentialCreationOptions::passkey(&rp, entity, known);
    // many devices do not know it and would refuse; who is there is asked for at each login anyway
    wanted.extensions.cred_protect = CredProtect::None;
    let (server, client) = wanted.start_ceremony().map_err(refused)?;
    let options = serde_json::to_value(&client).map_err(refused)?;
    Ok(Asked { options, state: server.encode().map_err(refused)? })
}

/// The passkey that was made: `credential` is a `RegistrationResponseJSON`.
pub fn finish(site: &Site, state: &[u8], credential: &Value) -> Result<NewPasskey, PasskeyError> {
    let state = RegistrationServerState::<16>::decode(state).map_err(refused)?;
    let registration = Registration::from_json_relaxed(credential.to_string().as_bytes()).map_err(refused)?;
    let options = RegistrationVerificationOptions::<String, String> {
        allowed_origins: std::slice::from_ref(&site.origin),
        error_on_unsolicited_extensions: false, // some password managers say more than they were asked
        ..Default::default()
    };
    let made = state.verify(&site.rp()?, &registration, &options).map_err(refused)?;
    let Ok(fixed) = made.static_state().encode();
    let Ok(changing) = made.dynamic_state().encode();
    let id = URL_SAFE_NO_PAD.encode(made.id().as_ref());
    Ok(NewPasskey { id, fixed: STANDARD_NO_PAD.encode(fixed), changing: STANDARD_NO_PAD.encode(changing) })
}

/// Asks for any passkey of this site.
pub fn begin_login(site: &Site) -> Result<Asked, PasskeyError> {
    let rp = site.rp()?;
    let (server, client) = DiscoverableCredentialRequestOptions::passkey(&rp).start_ceremony().map_err(refused)?;
    let options = serde_json::to_value(&client).map_err(refused)?;
    Ok(Asked { options, state: server.encode().map_err(refused)? })
}

impl Shown {
    /// An `AuthenticationResponseJSON`. Nothing of it is to be believed yet.
    pub fn read(credential: &Value) -> Result<Self, PasskeyError> {
        DiscoverableAuthentication16::from_json_relaxed(credential.to_string().as_bytes()).map(Self).map_err(refused)
    }

    /// Of the credential, base64url.
    pub fn id(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.raw_id().as_ref())
    }

    /// Checks it against the passkey of that id, which is `user`'s, and returns what of it changed.
    pub fn verify(
        &self,
        site: &Site,
        state: &[u8],
        user: UserId,
        (fixed, changing): (&str, &str),
    ) -> Result<String, PasskeyError> {
        let state = DiscoverableAuthenticationServerState::decode(state).map_err(refused)?;
        let fixed = StaticState::<PublicKey>::decode(&base64(fixed)?).map_err(refused)?;
        let changing = base64(changing)?.try_into().map_err(|_| PasskeyError::new("the counter cannot be read"))?;
        let (changing, handle) = (DynamicState::decode(changing).map_err(refused)?, handle(user)?);
        let mut known = AuthenticatedCredential::new(self.0.raw_id(), &handle, fixed, changing).map_err(refused)?;
        let options = AuthenticationVerificationOptions::<String, String> {
            allowed_origins: std::slice::from_ref(&site.origin),
            error_on_unsolicited_extensions: false,
            ..Default::default()
        };
        state.verify(&site.rp()?, &self.0, &mut known, &options).map_err(refused)?;
        let Ok(changed) = known.dynamic_state().encode();
        Ok(STANDARD_NO_PAD.encode(changed))
    }
}

/// What authenticators know an account by.
fn handle(user: UserId) -> Result<UserHandle16, PasskeyError> {
    let Ok(handle) = UserHandle16::decode(Uuid::into_bytes(user.0));
    Ok(handle)
}

fn base64(text: &str) -> Result<Vec<u8>, PasskeyError> {
    STANDARD_NO_PAD.decode(text).map_err(refused)
}

fn base64url(text: &str) -> Result<Vec<u8>, PasskeyError> {
    URL_SAFE_NO_PAD.decode(text).map_err(refused)
}

fn refused(error: impl std::error::Error) -> PasskeyError {
    PasskeyError(error.to_string())
}
