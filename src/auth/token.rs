//! Tokens of a session (RFC 7519, HMAC-SHA256). The access token goes with every request and lives for minutes; the
//! refresh token gets a new pair, once. Each kind has a key of its own, so that one cannot stand in for the other.

use std::fmt;
use std::time::Duration;

use jsonwebtoken::crypto::{CryptoProvider, JwkUtils, JwtSigner, JwtVerifier};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::signature::{Error, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use ring::{digest, hmac};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Secret;
use crate::domain::account::Role;
use crate::domain::id::{SessionId, UserId};

/// How long an access token is good for.
pub const ACCESS_LIFE: Duration = Duration::from_secs(10 * 60);
/// How long a session lasts that is not used.
pub const REFRESH_LIFE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long somebody who gave the right password may look for their second factor.
const LOGIN_LIFE: Duration = Duration::from_secs(5 * 60);

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Whose it is.
    pub sub: UserId,
    /// What they may do, when it was made.
    pub role: Role,
    /// The session.
    pub sid: SessionId,
    /// Good until then, seconds since 1970.
    pub exp: i64,
}

/// What a refresh token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refresh {
    /// The session.
    pub sid: SessionId,
    /// This very token.
    pub jti: Uuid,
    /// Good until then, seconds since 1970.
    pub exp: i64,
}

/// Says that its account's password was right, and nothing else: good for the second step of a login only.
#[derive(Clone, PartialEq, Eq)]
pub struct LoginToken(pub String);

impl fmt::Debug for LoginToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoginToken(***)")
    }
}

/// What a token for the second step says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// Whose password was right.
    pub sub: UserId,
    /// [`password_mark`] of that password.
    pub mark: String,
    exp: i64,
}

/// Changes with a password, and tells nothing of it.
pub fn password_mark(password_hash: Option<&str>) -> String {
    let digest = digest::digest(&digest::SHA256, password_hash.unwrap_or_default().as_bytes());
    super::hex(&digest.as_ref()[..16])
}

/// Signs and checks tokens.
pub struct Tokens {
    access: Pair,
    refresh: Pair,
    login: Pair,
    validation: Validation,
}

struct Pair {
    sign: EncodingKey,
    check: DecodingKey,
}

impl Tokens {
    /// With keys from the server's secret.
    pub fn new(secret: &Secret) -> Self {
        // the process's, like that of TLS; there is one here whoever was first
        let _ = PROVIDER.install_default();
        let pair = |purpose| {
            let key = secret.derive(purpose);
            Pair { sign: EncodingKey::from_secret(&key), check: DecodingKey::from_secret(&key) }
        };
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        let (access, refresh) = (pair("access tokens"), pair("refresh tokens"));
        Self { access, refresh, login: pair("login tokens"), validation }
    }

    /// An access token.
    pub fn access(&self, claims: &Access) -> Result<String, jsonwebtoken::errors::Error> {
        jsonwebtoken::encode(&Header::default(), claims, &self.access.sign)
    }

    /// A refresh token.
    pub fn refresh(&self, claims: &Refresh) -> Result<String, jsonwebtoken::errors::Error> {
        jsonwebtoken::encode(&Header::default(), claims, &self.refresh.sign)
    }

    /// A token for the second step of a login.
    pub fn login(
        &self,
        sub: UserId,
        password_hash: Option<&str>,
        now_seconds: i64,
    ) -> Result<LoginToken, jsonwebtoken::errors::Error> {
        let exp = now_seconds.saturating_add_unsigned(LOGIN_LIFE.as_secs());
        let claims = Login { sub, mark: password_mark(password_hash), exp };
        jsonwebtoken::encode(&Header::default(), &claims, &self.login.sign).map(LoginToken)
    }

    /// Whose password was right, if we made the token and it is still good.
    pub fn read_login(&self, token: &str) -> Option<Login> {
        self.read(token, &self.login)
    }

    /// What an access token says, if we made it and it is still good.
    pub fn read_access(&self, token: &str) -> Option<Access> {
        self.read(token, &self.access)
    }

    /// What a refresh token says, if we made it and it is still good.
    pub fn read_refresh(&self, token: &str) -> Option<Refresh> {
        self.read(token, &self.refresh)
    }

    fn read<T: DeserializeOwned + Clone>(&self, token: &str, pair: &Pair) -> Option<T> {
        jsonwebtoken::decode(token, &pair.check, &self.validation).ok().map(|read| read.claims)
    }
}

/// The signatures of the library by `ring`, which is here for TLS anyway; its own providers bring five crates or a C
/// compiler.
static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| Ok(Box::new(Hs256::new(*algorithm, key.try_get_hmac_secret()?)?)),
    verifier_factory: |algorithm, key| Ok(Box::new(Hs256::new(*algorithm, key.try_get_hmac_secret()?)?)),
    jwk_utils: JwkUtils::new_unimplemented(),
};

struct Hs256(hmac::Key);

impl Hs256 {
    fn new(algorithm: Algorithm, key: &[u8]) -> Result<Self, jsonwebtoken::errors::Error> {
        match algorithm {
            Algorithm::HS256 => Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, key))),
            _ => Err(ErrorKind::InvalidAlgorithm.into()),
        }
    }
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(hmac::sign(&self.0, message).as_ref().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), Error> {
        hmac::verify(&self.0, message, signature).map_err(|_| Error::new())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn tokens(n: u8) -> Tokens {
        Tokens::new(&Secret::from_bytes(&[n; 32]))
    }

    fn claims(exp: i64) -> Access {
        Access { sub: UserId::new(), role: Role::Editor, sid: SessionId::new(), exp }
    }

    fn now() -> i64 {
        jiff::Timestamp::now().as_second()
    }

    #[test]
    fn a_token_says_what_went_in() {
        let claims = claims(now() + 60);
        let token = tokens(1).access(&claims).unwrap();
        assert_eq!(tokens(1).read_access(&token), Some(claims));
    }

    #[test]
    fn others_are_refused() {
        let (tokens, good) = (tokens(1), claims(now() + 60));
        let token = tokens.access(&good).unwrap();
        assert_eq!(self::tokens(2).read_access(&token), None, "signed by another server");
        assert_eq!(tokens.read_access(&tokens.access(&claims(now() - 1)).unwrap()), None, "expired");
        assert_eq!(tokens.read_refresh(&token), None, "of another kind");
        let refresh = Refresh { sid: good.sid, jti: Uuid::now_v7(), exp: now() + 60 };
        assert_eq!(tokens.read_access(&tokens.refresh(&refresh).unwrap()), None, "of another kind");
        let login = tokens.login(good.sub, Some("hash"), now()).unwrap();
        let read = tokens.read_login(&login.0).unwrap();
        assert_eq!((read.sub, read.mark), (good.sub, password_mark(Some("hash"))));
        assert_ne!(password_mark(Some("hash")), password_mark(Some("hush")));
        let late = tokens.login(good.sub, None, now() - 301).unwrap();
        assert_eq!(tokens.read_login(&late.0), None, "expired");
        assert_eq!((tokens.read_access(&login.0), tokens.read_login(&token)), (None, None), "of another kind");
        assert!(!format!("{login:?}").contains(&login.0));
        let parts: Vec<&str> = token.split('.').collect();
        let admin = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&Access { role: Role::Admin, ..good }).unwrap());
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        for forged in [
            format!("{}.{admin}.{}", parts[0], parts[2]),
            format!("{none}.{admin}."),
            format!("{}.{}.", parts[0], parts[1]),
            format!("{}.{}.{}", none, parts[1], parts[2]),
            "..".to_owned(),
            String::new(),
        ] {
            assert_eq!(tokens.read_access(&forged), None, "{forged}");
        }
    }
}
