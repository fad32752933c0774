//! What this server sends to addresses that somebody typed in. `guard` says which addresses may be connected to, and is
//! asked at each connection; `signature` makes messages that a receiver can tell from forged ones. No redirect is followed,
//! no proxy of the environment used, and of an answer only the beginning is read.

mod guard;
mod signature;

use std::error::Error;
use std::time::{Duration, Instant};

use ipnet::IpNet;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use tokio::sync::OnceCell;
use url::Url;

use guard::{Forbidden, Guard};
pub use signature::{Signer, new_secret};

/// Bytes of an answer's body that are kept.
const BODY_MAX: usize = 4 << 10;
/// Longest address.
const URL_MAX_CHARS: usize = 2000;

/// Sends messages. Nothing is set up before the first one.
#[derive(Default)]
pub struct Egress {
    guard: Guard,
    http: OnceCell<reqwest::Client>,
}

/// A message on its way to somebody.
pub struct Message<'a> {
    /// Where to.
    pub url: &'a Url,
    /// All its headers but those about its body.
    pub headers: HeaderMap,
    /// JSON.
    pub body: String,
    /// How long all of it may take.
    pub timeout: Duration,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// The rest it asks for.
    pub retry_after: Option<Duration>,
    /// The beginning of its body.
    pub body: String,
    /// From the first to the last.
    pub took: Duration,
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `timeout`, `connect_failed`, `address_refused` or `request_failed`.
    pub code: &'static str,
    /// For people; without the address, which may hold a key.
    pub message: String,
}

impl Egress {
    /// Networks beside public addresses that may be connected to from now on.
    pub fn allow(&self, networks: &[IpNet]) {
        self.guard.allow(networks);
    }

    /// An address that messages may go to, as far as one can tell now: each connection is checked again.
    pub async fn check(&self, text: &str) -> Result<Url, String> {
        let url = parse(text)?;
        self.guard.check(&url).await.map_err(|forbidden| forbidden.to_string())?;
        Ok(url)
    }

    /// Sends a message, once.
    pub async fn post(&self, message: Message<'_>) -> Result<Reply, Fault> {
        let begun = Instant::now();
        self.guard.check_literal(message.url).map_err(|forbidden| refused(&forbidden))?;
        let http = self.http.get_or_try_init(|| async { self.client() }).await.map_err(|error| fault(&error))?;
        let sent = async {
            let request = http.post(message.url.clone()).headers(message.headers).body(message.body);
            let mut response = request.send().await?;
            let (status, retry_after) = (response.status().as_u16(), retry_after(response.headers()));
            let mut body = Vec::new();
            // what it says on the way is good enough when the rest does not come
            while body.len() < BODY_MAX
                && let Ok(Some(piece)) = response.chunk().await
            {
                body.extend_from_slice(&piece[..piece.len().min(BODY_MAX - body.len())]);
            }
            let body = String::from_utf8_lossy(&body).replace('\0', "\u{fffd}"); // PostgreSQL takes no NUL in texts
            Ok(Reply { status, retry_after, body, took: begun.elapsed() })
        };
        match tokio::time::timeout(message.timeout, sent).await {
            Ok(sent) => sent.map_err(|error: reqwest::Error| fault(&error)),
            Err(_) => {
                let seconds = message.timeout.as_secs_f64();
                Err(Fault { code: "timeout", message: format!("No answer came within {seconds} seconds.") })
            }
        }
    }

    fn client(&self) -> Result<reqwest::Client, reqwest::Error> {
        reqwest::Client::builder()
            .user_agent(concat!("vlog/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(0) // each connection is checked, and none outlives the check
            .dns_resolver(self.guard.clone())
            .build()
    }
}

/// The http address of a receiver, wherever that is.
pub fn parse(text: &str) -> Result<Url, String> {
    let text = text.trim();
    if text.chars().count() > URL_MAX_CHARS {
        return Err(format!("An address has at most {URL_MAX_CHARS} characters."));
    }
    let url = Url::parse(text).map_err(|error| format!("This is no address: {error}."))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err("Give an address that begins with http:// or https://.".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("A name or password before the @ is not sent; use a header instead.".to_owned());
    }
    Ok(url)
}

/// Seconds, or a date (RFC 9110, section 10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    let seconds = at.as_second() - jiff::Timestamp::now().as_second();
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

fn refused(forbidden: &Forbidden) -> Fault {
    Fault { code: "address_refused", message: forbidden.to_string() }
}

fn fault(error: &reqwest::Error) -> Fault {
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
        if let Some(forbidden) = cause.downcast_ref::<Forbidden>() {
            return refused(forbidden);
        }
    }
    // the error itself would say the whole address
    let reason =
        if std::ptr::addr_eq(cause, error) { "the request could not be sent".to_owned() } else { cause.to_string() };
    let code = if error.is_connect() { "connect_failed" } else { "request_failed" };
    let what = if error.is_connect() { "No connection" } else { "The connection broke off" };
    Fault { code, message: format!("{what}: {reason}.") }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::guard::{Looked, Lookup};
    use super::*;

    #[test]
    fn only_plain_http_addresses_are_taken() {
        for good in ["https://example.org/hook?x=1", " http://10.0.0.5:8123/api/webhook/abc "] {
            assert!(parse(good).is_ok(), "{good}");
        }
        let long = format!("https://example.org/{}", "x".repeat(URL_MAX_CHARS));
        for bad in ["", "example.org", "ftp://example.org/", "file:///etc/passwd", "http://a:b@example.org/", &long] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    /// Leads to a public address once, and to this machine from then on.
    #[derive(Default)]
    struct Rebinding(AtomicUsize);

    impl Lookup for Rebinding {
        fn lookup<'a>(&'a self, _: &'a str) -> Looked<'a> {
            let first = self.0.fetch_add(1, Ordering::SeqCst) == 0;
            Box::pin(async move { Ok(vec![if first { [1, 1, 1, 1] } else { [127, 0, 0, 1] }.into()]) })
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_elsewhere_when_it_is_connected_to_gains_nothing() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let trap = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        trap.set_nonblocking(true).unwrap();
        let egress = Egress { guard: Guard::new(Arc::new(Rebinding::default())), ..Egress::default() };
        let text = format!("http://receiver.example:{}/?key=hidden", trap.local_addr().unwrap().port());
        let url = egress.check(&text).await.unwrap();
        let message = || {
            let (headers, timeout) = (HeaderMap::new(), Duration::from_millis(500));
            Message { url: &url, headers, body: "{}".to_owned(), timeout }
        };
        let fault = egress.post(message()).await.unwrap_err();
        assert_eq!(fault.code, "address_refused");
        assert!(fault.message.contains("127.0.0.1") && !fault.message.contains("hidden"), "{}", fault.message);
        assert!(trap.accept().is_err(), "it was connected to");
        // the same way, once that is allowed: the trap would have snapped
        egress.allow(&["127.0.0.0/8".parse().unwrap()]);
        assert_eq!(egress.post(message()).await.unwrap_err().code, "timeout");
        assert!(trap.accept().is_ok());
        drop(trap);
        let fault = egress.post(message()).await.unwrap_err();
        assert_eq!(fault.code, "connect_failed");
        assert!(!fault.message.contains("hidden"), "{}", fault.message);
    }

    #[test]
    fn rests_are_read_in_both_forms() {
        let asked = |text: &str| retry_after(&[(RETRY_AFTER, text.parse().unwrap())].into_iter().collect());
        assert_eq!(asked("120"), Some(Duration::from_secs(120)));
        let soon = jiff::Timestamp::now() + Duration::from_secs(100);
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&soon).unwrap();
        assert!((98..=100).contains(&asked(&date).unwrap().as_secs()), "{date}");
        assert_eq!(asked("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert_eq!(asked("soon"), None);
    }
}
