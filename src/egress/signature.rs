//! Signatures by Standard Webhooks (standardwebhooks.com, version 1): HMAC-SHA256 over id, time and body, in headers. The
//! receiver knows the secret, and can tell who sent a message and that it is new.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

const PREFIX: &str = "whsec_";
/// As many as the signature has.
const SECRET_BYTES: usize = 32;

/// A new secret.
pub fn new_secret() -> Result<String, ring::error::Unspecified> {
    let mut bytes = [0; SECRET_BYTES];
    SystemRandom::new().fill(&mut bytes)?;
    Ok(format!("{PREFIX}{}", STANDARD.encode(bytes)))
}

/// Signs for one receiver, with each of its secrets: while one replaces another, both are good.
pub struct Signer(Vec<hmac::Key>);

impl Signer {
    /// Secrets that are none are left out.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let key = |secret: &str| {
            let bytes = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
            Some(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
        };
        Self(secrets.into_iter().filter_map(key).collect())
    }

    /// The headers of a message that is sent now.
    pub fn headers(&self, id: &str, now_seconds: i64, body: &str) -> HeaderMap {
        let content = format!("{id}.{now_seconds}.{body}");
        let sign = |key| format!("v1,{}", STANDARD.encode(hmac::sign(key, content.as_bytes())));
        let signatures: Vec<String> = self.0.iter().map(sign).collect();
        let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        let values = [
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", now_seconds.to_string()),
            ("webhook-signature", signatures.join(" ")),
        ];
        for (name, value) in values {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        headers
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    /// By the library of those who wrote the specification.
    #[test]
    fn receivers_can_verify_with_the_old_and_the_new_secret() {
        let (old, new, other) = (new_secret().unwrap(), new_secret().unwrap(), new_secret().unwrap());
        let (body, now) = (r#"{"type":"video.ready"}"#, jiff::Timestamp::now().as_second());
        let headers = Signer::new([new.as_str(), &old]).headers("msg_1", now, body);
        let verify = |secret: &str, body: &str| {
            standardwebhooks::Webhook::new(secret).unwrap().verify(body.as_bytes(), &headers)
        };
        assert!(verify(&old, body).is_ok() && verify(&new, body).is_ok());
        assert!(verify(&other, body).is_err() && verify(&new, "{}").is_err());
    }

    /// The example in the specification.
    #[test]
    fn signatures_are_those_of_the_specification() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let headers =
            Signer::new([secret]).headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(headers["webhook-signature"], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
