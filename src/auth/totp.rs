//! Codes of an authenticator app (TOTP, RFC 6238: SHA-1, six digits, 30 seconds, which is what every app knows), and
//! the codes on paper for whoever lost it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use qrcode::QrCode;
use qrcode::render::svg;
use ring::error::Unspecified;
use ring::hmac;
use totp_rs::{Builder, Secret as Key, Totp, TotpError};

use super::{Secret, random};

/// Bits of a secret: as many as the hash has (RFC 4226, section 4).
const SECRET_BYTES: usize = 20;
/// Name of this server in the app.
const ISSUER: &str = "vlog";
/// Codes on one paper.
pub const RECOVERY_CODES: usize = 10;
/// 10 of 32 signs: 50 bits, and each try counts as one at a password.
const RECOVERY_CHARS: usize = 10;
/// Without those that look like others.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// A new secret.
pub fn new_secret() -> Result<[u8; SECRET_BYTES], Unspecified> {
    random()
}

/// What an app needs.
pub struct Enrolment {
    /// The secret as people type it: base32.
    pub secret: String,
    /// `otpauth://`, for an app on the same device.
    pub url: String,
    /// The same as a QR code: an SVG picture.
    pub qr_svg: String,
}

/// What an app needs to show codes of this secret.
pub fn enrolment(secret: &[u8], username: &str) -> Result<Enrolment, Box<dyn std::error::Error + Send + Sync>> {
    let totp = totp(secret, username)?;
    let url = totp.to_url()?;
    let qr_svg = QrCode::new(&url)?.render::<svg::Color<'_>>().module_dimensions(4, 4).build();
    Ok(Enrolment { secret: totp.secret().to_base32(), url, qr_svg })
}

/// The time step whose code this is, if it is that of now, the one before or the one after. What was used before is
/// for the caller to know.
pub fn step_of(secret: &[u8], code: &str, now_seconds: i64) -> Option<i64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let now = u64::try_from(now_seconds).ok()?;
    totp(secret, ISSUER).ok()?.check(&code, now)?.try_into().ok()
}

/// The code of a moment, seconds since 1970; what an app would show.
pub fn code_at(secret: &[u8], seconds: u64) -> Result<String, TotpError> {
    Ok(totp(secret, ISSUER)?.generate(seconds).to_string())
}

fn totp(secret: &[u8], username: &str) -> Result<Totp, TotpError> {
    let key = Key::new(secret.into());
    Builder::new().with_secret(key).with_account_name(username).with_issuer(Some(ISSUER)).build()
}

/// Hashes recovery codes.
pub struct RecoveryCodes(hmac::Key);

impl RecoveryCodes {
    /// With the server's secret, so that a copy of the database alone is good for nothing.
    pub fn new(secret: &Secret) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &secret.derive("recovery codes")))
    }

    /// New codes, `abcde-fghjk`, each with its hash.
    pub fn make(&self) -> Result<Vec<(String, String)>, Unspecified> {
        let code = || {
            let bytes: [u8; RECOVERY_CHARS] = random()?;
            let mut text: String = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
            text.insert(RECOVERY_CHARS / 2, '-');
            let hash = self.hash(&text);
            Ok((text, hash))
        };
        (0..RECOVERY_CODES).map(|_| code()).collect()
    }

    /// Of a code as somebody typed it: case, spaces and dashes do not count.
    pub fn hash(&self, code: &str) -> String {
        let plain: String = code.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        STANDARD_NO_PAD.encode(hmac::sign(&self.0, plain.as_bytes()))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, SHA-1; the last six of its eight digits.
    #[test]
    fn codes_of_the_standard() {
        let secret = b"12345678901234567890";
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(code_at(secret, seconds).unwrap(), code);
            let seconds = i64::try_from(seconds).unwrap();
            assert_eq!(step_of(secret, code, seconds), Some(seconds / 30));
            assert_eq!(step_of(secret, &format!(" {} {}", &code[..3], &code[3..]), seconds), Some(seconds / 30));
            assert_eq!(step_of(secret, code, seconds + 30), Some(seconds / 30), "a slow hand");
            assert_eq!(step_of(secret, code, seconds + 60), None);
            assert_eq!(step_of(b"another secret 12345", code, seconds), None);
        }
        for code in ["", "28708", "2870822", "abcdef", "-28708", "٢٨٧٠٨٢"] {
            assert_eq!(step_of(secret, code, 59), None, "{code}");
        }
    }

    #[test]
    fn an_app_can_read_it() {
        let made = enrolment(b"12345678901234567890", "anna@example.org").unwrap();
        assert_eq!(made.secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(made.qr_svg.contains("<svg ") && !made.qr_svg.contains("style"), "{}", made.qr_svg);
        assert_eq!(
            made.url,
            "otpauth://totp/vlog:anna%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=vlog"
        );
    }

    #[test]
    fn recovery_codes_are_typed_by_people() {
        let codes = RecoveryCodes::new(&Secret::from_bytes(&[1; 32]));
        let made = codes.make().unwrap();
        assert_eq!(made.len(), RECOVERY_CODES);
        let (text, hash) = &made[0];
        assert_eq!(text.len(), 11);
        assert_eq!(codes.hash(&text.to_uppercase().replace('-', " ")), *hash);
        assert_ne!(codes.hash(&made[1].0), *hash);
        assert_ne!(RecoveryCodes::new(&Secret::from_bytes(&[2; 32])).hash(text), *hash);
    }
}
