//! The provider of accounts elsewhere (OpenID Connect Core 1.0: authorization code with PKCE). It is asked who somebody
//! is; which account here that means is for the application to say. What it answers is believed only when it is signed
//! for us, for this login, and still good. No redirect of it is followed, and nothing it says is kept but its keys.

use std::time::{Duration, Instant};

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreRevocableToken,
    CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IdTokenClaims, IdTokenFields, IssuerUrl,
    Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, StandardErrorResponse,
    StandardTokenResponse, TokenResponse, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::{Mutex, OnceCell};

use crate::config::Oidc;

/// A whole exchange with the provider.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Its addresses and keys are asked for again after this.
const METADATA_LIFE: Duration = Duration::from_secs(5 * 60);
/// A key that we do not know may be a new one; asked for no more often than this.
const METADATA_MIN_LIFE: Duration = Duration::from_secs(10);
/// A provider that does not answer is not asked again for so long.
const FAILURE_LIFE: Duration = Duration::from_secs(5);
/// Largest answer, bytes.
const ANSWER_MAX: usize = 1 << 20;

/// Why nobody is known now.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// The configuration makes no sense to the library.
    #[error("the configuration of the provider: {0}")]
    Config(String),
    /// The provider's own description cannot be had, or is not its own.
    #[error("the provider's discovery document: {0}")]
    Discovery(String),
    /// The provider does not take the code.
    #[error("the provider takes no code: {0}")]
    Exchange(String),
    /// What the provider says is not to be believed.
    #[error("the provider's answer: {0}")]
    Token(String),
}

/// What a login begins with. All but the address is to be kept until the browser comes back.
pub struct Begun {
    /// Where the browser is to go.
    pub url: String,
    /// Comes back with the browser.
    pub state: String,
    /// Comes back within the signed answer.
    pub nonce: String,
    /// Shows that whoever comes with the code is who began (RFC 7636).
    pub verifier: String,
}

/// Whom the provider knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The provider.
    pub issuer: String,
    /// Who it is there, for ever.
    pub subject: String,
    /// What they are called there, which may change and be anybody's.
    pub username: Option<String>,
    /// The name to show.
    pub display_name: Option<String>,
    /// What the claim for roles holds; none: the provider does not send it.
    pub values: Option<Vec<String>>,
}

/// Claims beyond the standard.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Extra(Map<String, Value>);

impl openidconnect::AdditionalClaims for Extra {}

type Fields = IdTokenFields<
    Extra,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Claims = IdTokenClaims<Extra, CoreGenderClaim>;
type Answer = StandardTokenResponse<Fields, CoreTokenType>;
type Rp = Client<
    Extra,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Answer,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The provider of the configuration, which may be another the next time.
#[derive(Default)]
pub struct Provider {
    http: OnceCell<reqwest::Client>,
    known: Mutex<Known>,
}

/// What the provider says about itself.
#[derive(Default)]
struct Known {
    /// Of whom all this is.
    issuer: String,
    found: Option<(Instant, CoreProviderMetadata)>,
    /// Why it did not the last time it was asked.
    failed: Option<(Instant, String)>,
}

impl Provider {
    /// Begins a login that comes back to `redirect`.
    pub async fn begin(&self, config: &Oidc, redirect: &str) -> Result<Begun, OidcError> {
        let rp = self.client(config, redirect, METADATA_LIFE).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let scopes = config.scopes.iter().cloned().map(Scope::new);
        let request = rp.authorize_url(flow, CsrfToken::new_random, Nonce::new_random).add_scopes(scopes);
        let (url, state, nonce) = request.set_pkce_challenge(challenge).url();
        let (state, nonce) = (state.into_secret(), nonce.secret().clone());
        Ok(Begun { url: url.into(), state, nonce, verifier: verifier.into_secret() })
    }

    /// Who came back, with that code.
    pub async fn finish(
        &self,
        config: &Oidc,
        redirect: &str,
        code: String,
        begun: (String, String),
    ) -> Result<Person, OidcError> {
        let (nonce, verifier) = (Nonce::new(begun.0), PkceCodeVerifier::new(begun.1));
        let mut rp = self.client(config, redirect, METADATA_LIFE).await?;
        let http = self.http().await?;
        let send = |request| send(http, request);
        let exchange = rp.exchange_code(AuthorizationCode::new(code)).map_err(text(OidcError::Exchange))?;
        let answer = exchange.set_pkce_verifier(verifier).request_async(&send).await;
        let answer = answer.map_err(text(OidcError::Exchange))?;
        let claims = match verified(&rp, &answer, &nonce) {
            Err(_) => {
                // signed with a key that is newer than what we know?
                rp = self.client(config, redirect, METADATA_MIN_LIFE).await?;
                verified(&rp, &answer, &nonce)?
            }
            Ok(claims) => claims,
        };
        let mut values = claim(&claims.additional_claims().0, &config.role_claim);
        let mut username = claims.preferred_username().map(|name| name.to_string());
        if values.is_none() || username.is_none() {
            // some providers tell there only what is no matter of the login itself
            let subject = Some(claims.subject().clone());
            if let Ok(request) = rp.user_info(answer.access_token().clone(), subject) {
                let more: UserInfoClaims<Extra, CoreGenderClaim> =
                    request.request_async(&send).await.map_err(text(OidcError::Token))?;
                values = values.or_else(|| claim(&more.additional_claims().0, &config.role_claim));
                username = username.or_else(|| more.preferred_username().map(|name| name.to_string()));
            }
        }
        Ok(Person {
            issuer: claims.issuer().to_string(),
            subject: claims.subject().to_string(),
            username,
            display_name: claims.name().and_then(|name| name.get(None)).map(|name| name.to_string()),
            values,
        })
    }

    async fn http(&self) -> Result<&reqwest::Client, OidcError> {
        let build = async || {
            let builder = reqwest::Client::builder().timeout(TIMEOUT).redirect(reqwest::redirect::Policy::none());
            builder.build().map_err(text(OidcError::Config))
        };
        self.http.get_or_try_init(build).await
    }

    async fn client(&self, config: &Oidc, redirect: &str, life: Duration) -> Result<Rp, OidcError> {
        let metadata = self.metadata(config, life).await?;
        let secret = (!config.client_secret.0.is_empty()).then(|| ClientSecret::new(config.client_secret.0.clone()));
        let redirect = RedirectUrl::new(redirect.to_owned()).map_err(text(OidcError::Config))?;
        let kind = if secret.is_some() { AuthType::BasicAuth } else { AuthType::RequestBody };
        let id = ClientId::new(config.client_id.clone());
        Ok(Rp::from_provider_metadata(metadata, id, secret).set_redirect_uri(redirect).set_auth_type(kind))
    }

    async fn metadata(&self, config: &Oidc, life: Duration) -> Result<CoreProviderMetadata, OidcError> {
        let mut known = self.known.lock().await;
        if known.issuer != config.issuer {
            *known = Known { issuer: config.issuer.clone(), ..Known::default() };
        }
        if let Some((_, metadata)) = known.found.as_ref().filter(|(since, _)| since.elapsed() < life) {
            return Ok(metadata.clone());
        }
        // all who waited for the same answer, and do not wait for it one after the other
        if let Some((_, why)) = known.failed.as_ref().filter(|(since, _)| since.elapsed() < FAILURE_LIFE) {
            return Err(OidcError::Discovery(why.clone()));
        }
        let issuer = IssuerUrl::new(config.issuer.clone()).map_err(text(OidcError::Config))?;
        let http = self.http().await?;
        let found = CoreProviderMetadata::discover_async(issuer, &|request| send(http, request)).await;
        let found = found.map_err(text(OidcError::Discovery));
        match &found {
            Ok(metadata) => known.found = Some((Instant::now(), metadata.clone())),
            Err(OidcError::Discovery(why)) => known.failed = Some((Instant::now(), why.clone())),
            Err(_) => {}
        }
        found
    }
}

/// What the signed answer says, once everything about it was checked (OpenID Connect Core 1.0, section 3.1.3.7).
fn verified(rp: &Rp, answer: &Answer, nonce: &Nonce) -> Result<Claims, OidcError> {
    let token = answer.id_token().ok_or_else(|| OidcError::Token("it holds no ID token".to_owned()))?;
    let verifier = rp.id_token_verifier();
    let claims = token.claims(&verifier, nonce).map_err(text(OidcError::Token))?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = token.signing_alg().map_err(text(OidcError::Token))?;
        let key = token.signing_key(&verifier).map_err(text(OidcError::Token))?;
        let hash = AccessTokenHash::from_token(answer.access_token(), algorithm, key);
        if hash.map_err(text(OidcError::Token))? != *expected {
            return Err(OidcError::Token("the access token is another one's".to_owned()));
        }
    }
    Ok(claims.clone())
}

/// The texts of a claim; `a.b` is `b` within `a` where no claim is called so.
fn claim(claims: &Map<String, Value>, path: &str) -> Option<Vec<String>> {
    let mut parts = path.split('.');
    let first = claims.get(parts.next()?);
    let deep = || parts.try_fold(first?, |value, part| value.get(part));
    match claims.get(path).or_else(deep)? {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(list) => Some(list.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()),
        _ => None,
    }
}

/// An error with all that is behind it, as a text for the log.
fn text<E: std::error::Error>(kind: fn(String) -> OidcError) -> impl Fn(E) -> OidcError {
    move |error| {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            text.push_str(&format!(": {error}"));
            source = error.source();
        }
        kind(text)
    }
}

#[derive(Debug, thiserror::Error)]
enum SendError {
    #[error("the provider cannot be reached")]
    Http(#[from] reqwest::Error),
    #[error("the provider answers something that is no answer")]
    Form(#[from] openidconnect::http::Error),
    #[error("the provider answers with more than {ANSWER_MAX} bytes")]
    TooLong,
}

async fn send(http: &reqwest::Client, request: HttpRequest) -> Result<HttpResponse, SendError> {
    let mut response = http.execute(request.try_into()?).await?;
    let mut answer = openidconnect::http::Response::builder().status(response.status());
    if let Some(headers) = answer.headers_mut() {
        *headers = std::mem::take(response.headers_mut());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > ANSWER_MAX {
            return Err(SendError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(answer.body(body)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn claims_are_found_where_providers_put_them() {
        let claims = json!({
            "groups": ["admins", 7, "people"],
            "role": "editor",
            "realm_access": { "roles": ["a"] },
            "https://example.org/roles": ["b"],
            "count": 7,
        });
        let Value::Object(claims) = claims else { return };
        let check = |path: &str, expected: Option<&[&str]>| {
            let expected = expected.map(|list| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
            assert_eq!(claim(&claims, path), expected, "{path}");
        };
        check("groups", Some(&["admins", "people"]));
        check("role", Some(&["editor"]));
        check("realm_access.roles", Some(&["a"]));
        check("https://example.org/roles", Some(&["b"]));
        for none in ["", "count", "realm_access", "realm_access.roles.x", "nothing", "nothing.x"] {
            check(none, None);
        }
    }
}
