//! The calls of the worker API: one request each, behind the circuit breaker; [`persist`] repeats one until it works.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, HeaderMap, HeaderValue, RANGE, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::WorkerError;
use super::breaker::Breaker;
use super::meter::Meter;
use super::protocol::{
    Acknowledge, Claim, Claimed, DIGEST_HEADER, Failure, Finish, Heartbeat, Held, LEASE_HEADER, Register, Registered,
    Report, Reported, VERSION, VERSION_HEADER, Watched,
};
use crate::config::Worker;
use crate::domain::job::Lease;
use crate::domain::task::{TaskError, TaskOutcome};
use crate::domain::worker::{Capabilities, Load, TARGET};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// For requests whose bodies are small.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
/// A body may take this long for each of its bytes, and [`ANSWER_TIMEOUT`] more: slower is stalled.
const SLOWEST_BYTES_PER_SECOND: u64 = 16 << 10;
/// How long a request waits for a task or other news, seconds; proxies cut off what is silent for a minute.
const WAIT_SECONDS: u32 = 25;
/// For requests that wait for news.
const WAIT_TIMEOUT: Duration = Duration::from_secs(20 + WAIT_SECONDS as u64);
/// How long the server is told how far a command is.
const ACKNOWLEDGE_LIMIT: Duration = Duration::from_secs(5);
/// Rest before a request is repeated; doubles each time.
const FIRST_REST: Duration = Duration::from_millis(200);
const LONGEST_REST: Duration = Duration::from_secs(5);
/// A server that asks for more (`Retry-After`) is asked again after this.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// A request that the server only ever fails at, for as long, is given up: somebody has to look into it.
const FAULTY_FOR: Duration = Duration::from_secs(60);
/// Longest text taken from an answer that is no problem document, characters.
const SHOWN_CHARACTERS: usize = 200;

/// Talks to one server. Cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    /// Without a slash at the end.
    server: String,
    breaker: Breaker,
    answered: Mutex<Option<Instant>>,
    meter: Meter,
    /// Nobody between here and the server can change what is said.
    private: bool,
}

/// Why a request came to nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ClientError {
    /// The server said no.
    #[error("{detail} [{code}, HTTP {status}]")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Stable code.
        code: String,
        /// For people.
        detail: String,
        /// How long it wants to be left alone, if it says so.
        wait: Option<Duration>,
    },
    /// It could not be asked, or its answer was cut off.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// The circuit breaker is open.
    #[error("the server failed several times in a row and is left alone for a while")]
    Resting,
}

impl ClientError {
    /// True when the same request may work later.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Refused { status, code, .. } => *status >= 500 || *status == 429 || code == "digest_mismatch",
            Self::Unreachable(_) | Self::Resting => true,
        }
    }

    /// True when the server was there and failed, which it may do for ever: not when it is busy, full or behind a proxy that
    /// does not reach it.
    pub fn is_fault(&self) -> bool {
        self.may_pass() && matches!(self, Self::Refused { status, .. } if ![429, 502, 503, 504, 507].contains(status))
    }

    /// How long the server wants to be left alone, within reason.
    fn wait(&self) -> Duration {
        match self {
            Self::Refused { wait: Some(wait), .. } => (*wait).min(LONGEST_WAIT),
            _ => Duration::ZERO,
        }
    }

    /// True when the server answered with this code.
    pub fn is(&self, wanted: &str) -> bool {
        matches!(self, Self::Refused { code, .. } if code == wanted)
    }
}

/// RFC 9457.
#[derive(Deserialize)]
struct Problem {
    code: String,
    detail: String,
}

/// Repeats a request until it works or is refused for good, or the server failed at it for a minute. Whoever loses patience
/// drops it.
pub async fn persist<T, F>(what: &str, call: impl FnMut() -> F) -> Result<T, ClientError>
where
    F: Future<Output = Result<T, ClientError>>,
{
    persist_for(FAULTY_FOR, what, call).await
}

async fn persist_for<T, F>(limit: Duration, what: &str, mut call: impl FnMut() -> F) -> Result<T, ClientError>
where
    F: Future<Output = Result<T, ClientError>>,
{
    let (mut rest, mut faulty) = (FIRST_REST, None);
    loop {
        let answer = call().await;
        match &answer {
            Err(error) if error.is_fault() => {
                if faulty.get_or_insert_with(Instant::now).elapsed() >= limit {
                    return answer;
                }
            }
            Err(ClientError::Resting) => {} // because of them
            _ => faulty = None,
        }
        match answer {
            Err(error) if error.may_pass() => {
                let text = error.to_string();
                if rest == FIRST_REST {
                    tracing::debug!(what, error = text, "a request failed; it is repeated");
                } else {
                    tracing::warn!(what, error = text, "a request failed again; it is repeated");
                }
                // not all at once: half of the rest is a matter of chance
                let chance = f64::from(Uuid::now_v7().as_u64_pair().1 as u32) / f64::from(u32::MAX);
                tokio::time::sleep(error.wait() + rest.mul_f64(0.5 + chance / 2.0)).await;
                rest = (rest * 2).min(LONGEST_REST);
            }
            other => return other,
        }
    }
}

impl Client {
    /// Sends nothing yet.
    pub fn new(config: &Worker, key: String, meter: Meter) -> Result<Self, WorkerError> {
        let server = config.server.trim_end_matches('/').to_owned();
        let url = url::Url::parse(&server).map_err(|e| WorkerError::Setup(format!("worker.server: {e}")))?;
        let mut key: HeaderValue =
            format!("Bearer {key}").parse().map_err(|_| WorkerError::Setup("the key is none".to_owned()))?;
        key.set_sensitive(true);
        let headers: HeaderMap = [(AUTHORIZATION, key), (VERSION_HEADER_NAME, VERSION.into())].into_iter().collect();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("vlog/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .redirect(reqwest::redirect::Policy::none()) // the key goes nowhere else
            .connect_timeout(CONNECT_TIMEOUT);
        let private = is_here(&url) || url.scheme() == "https";
        if is_here(&url) {
            builder = builder.no_proxy();
        } else if !private {
            tracing::warn!("the key and all videos go to {server} in clear; use https beyond your own network");
        }
        let http = builder.build().map_err(|e| WorkerError::Setup(format!("the HTTP client: {e}")))?;
        let breaker = Breaker::new(config.circuit_breaker_failures, config.circuit_breaker_rest);
        Ok(Self(Arc::new(Inner { http, server, breaker, answered: Mutex::default(), meter, private })))
    }

    /// Address of the server.
    pub fn server(&self) -> &str {
        &self.0.server
    }

    /// Whether nobody between here and the server can change what is said: by TLS, or on one machine.
    pub fn is_private(&self) -> bool {
        self.0.private
    }

    /// Whether the server answered lately.
    pub fn answered_within(&self, limit: Duration) -> bool {
        self.0.answered.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|at| at.elapsed() < limit)
    }

    /// Says what this machine is.
    pub async fn register(&self, capabilities: &Capabilities, load: Load) -> Result<Registered, ClientError> {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let body = Register { version, capabilities: capabilities.clone(), load };
        self.json(self.post("register").json(&body)).await
    }

    /// Asks for a task and waits for one; none when there was none.
    pub async fn claim(&self, token: Uuid) -> Result<Option<Claimed>, ClientError> {
        let body = Claim { token, wait_seconds: WAIT_SECONDS };
        let response = self.send(self.post("claim").json(&body).timeout(WAIT_TIMEOUT)).await?;
        match response.status() {
            StatusCode::NO_CONTENT => Ok(None),
            _ => response.json().await.map(Some).map_err(broken),
        }
    }

    /// How often leases were ended; when that is what it was, waits for another.
    pub async fn leases(&self, after: Option<u64>) -> Result<u64, ClientError> {
        let after = after.map(|after| format!("&after={after}")).unwrap_or_default();
        let address = format!("{}/api/worker/leases?wait_seconds={WAIT_SECONDS}{after}", self.0.server);
        Ok(self.json::<Watched>(self.0.http.get(address).timeout(WAIT_TIMEOUT)).await?.ended)
    }

    /// Says that we go.
    pub async fn leave(&self) -> Result<(), ClientError> {
        self.send(self.post("leave")).await.map(drop)
    }

    /// Says how this machine is. As for [`Client::heartbeat`], not held back by the breaker.
    pub async fn report(&self, body: &Report) -> Result<Reported, ClientError> {
        self.send_now(self.post("heartbeat").json(body)).await?.json().await.map_err(broken)
    }

    /// Says how far a command is, for some seconds until it is heard.
    pub async fn acknowledge(&self, command: i64, body: &Acknowledge) -> Result<(), ClientError> {
        let tell = persist("answering a command", || async {
            self.send(self.post(&format!("commands/{command}")).json(body)).await.map(drop)
        });
        let late = |_| ClientError::Unreachable("it did not answer in time".to_owned());
        tokio::time::timeout(ACKNOWLEDGE_LIMIT, tell).await.map_err(late)?
    }

    /// Bytes of the server's program, and its SHA-256.
    pub async fn program_size(&self) -> Result<(u64, String), ClientError> {
        let response = self.send(self.program_request().header(RANGE, "bytes=0-0")).await?;
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let size = header(CONTENT_RANGE.as_str()).and_then(|range| range.rsplit('/').next()?.parse().ok());
        let found = size.zip(header(DIGEST_HEADER).map(str::to_owned));
        found.ok_or_else(|| ClientError::Unreachable("the server does not say what its program is".to_owned()))
    }

    /// Bytes `start..end` of the server's program.
    pub async fn program(&self, start: u64, end: u64) -> Result<Bytes, ClientError> {
        self.range(self.program_request(), start, end).await
    }

    fn program_request(&self) -> RequestBuilder {
        let address = format!("{}/api/worker/program?target={TARGET}", self.0.server);
        self.0.http.get(address).timeout(ANSWER_TIMEOUT)
    }

    /// Keeps a task. Not held back by the breaker: this is how it is known that the server is back, and without it the
    /// task is lost.
    pub async fn heartbeat(&self, lease: &Lease, body: &Heartbeat) -> Result<bool, ClientError> {
        let response = self.send_now(self.task(Method::POST, lease, "heartbeat").json(body)).await?;
        Ok(response.json::<Held>().await.map_err(broken)?.held)
    }

    /// Size of the source, bytes.
    pub async fn source_size(&self, lease: &Lease) -> Result<u64, ClientError> {
        let response = self.send(self.task(Method::HEAD, lease, "source")).await?;
        let length = response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        length.ok_or_else(|| ClientError::Unreachable("the source has no length".to_owned()))
    }

    /// Bytes `start..end` of the source.
    pub async fn source(&self, lease: &Lease, start: u64, end: u64) -> Result<Bytes, ClientError> {
        let bytes = self.range(self.task(Method::GET, lease, "source"), start, end).await?;
        self.0.meter.read(end - start);
        Ok(bytes)
    }

    async fn range(&self, request: RequestBuilder, start: u64, end: u64) -> Result<Bytes, ClientError> {
        let range = format!("bytes={start}-{}", end - 1);
        let request = request.header(RANGE, range).timeout(patience(end - start));
        let bytes = self.send(request).await?.bytes().await.map_err(broken)?;
        if bytes.len() as u64 != end - start {
            return Err(ClientError::Unreachable(format!("{} of {} bytes came", bytes.len(), end - start)));
        }
        Ok(bytes)
    }

    /// Sends a file, or a tar of several, with its SHA-256.
    pub async fn put(&self, lease: &Lease, path: &str, body: Bytes, sha256: &str) -> Result<(), ClientError> {
        let request = self.task(Method::PUT, lease, path).header(DIGEST_HEADER, sha256);
        let size = body.len() as u64;
        self.send(request.timeout(patience(size)).body(body)).await?;
        self.0.meter.sent(size);
        Ok(())
    }

    /// A task is done.
    pub async fn finish(&self, lease: &Lease, outcome: &TaskOutcome) -> Result<(), ClientError> {
        let body = Finish { outcome: outcome.clone() };
        self.send(self.task(Method::POST, lease, "finish").json(&body)).await.map(drop)
    }

    /// A task did not make it.
    pub async fn fail(&self, lease: &Lease, error: &TaskError) -> Result<(), ClientError> {
        self.send(self.task(Method::POST, lease, "fail").json(&Failure::from(error))).await.map(drop)
    }

    /// Gives a task back unfinished.
    pub async fn release(&self, lease: &Lease) -> Result<(), ClientError> {
        self.send(self.task(Method::POST, lease, "release")).await.map(drop)
    }

    fn post(&self, what: &str) -> RequestBuilder {
        self.0.http.post(format!("{}/api/worker/{what}", self.0.server)).timeout(ANSWER_TIMEOUT)
    }

    fn task(&self, method: Method, lease: &Lease, what: &str) -> RequestBuilder {
        let address = format!("{}/api/worker/tasks/{}/{what}", self.0.server, lease.task_id);
        self.0.http.request(method, address).header(LEASE_HEADER, &lease.token).timeout(ANSWER_TIMEOUT)
    }

    async fn json<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, ClientError> {
        self.send(request).await?.json().await.map_err(broken)
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, ClientError> {
        if !self.0.breaker.may_pass(Instant::now()) {
            return Err(ClientError::Resting);
        }
        self.send_now(request).await
    }

    async fn send_now(&self, request: RequestBuilder) -> Result<Response, ClientError> {
        let answer = request.send().await.map_err(broken);
        // a full disk is no fault of the way there
        let failed = match &answer {
            Ok(response) => {
                response.status().is_server_error() && response.status() != StatusCode::INSUFFICIENT_STORAGE
            }
            Err(_) => true,
        };
        if failed {
            self.0.breaker.failed(Instant::now());
        } else {
            self.0.breaker.succeeded();
            *self.0.answered.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
        let response = answer?;
        if response.status().is_success() {
            return Ok(response);
        }
        let (status, wait) = (response.status().as_u16(), retry_after(response.headers()));
        let text = response.text().await.unwrap_or_default();
        Err(match serde_json::from_str(&text) {
            Ok(Problem { code, detail }) => ClientError::Refused { status, code, detail, wait },
            Err(_) => {
                let detail = text.trim().chars().take(SHOWN_CHARACTERS).collect();
                ClientError::Refused { status, code: "unknown".to_owned(), detail, wait }
            }
        })
    }
}

const VERSION_HEADER_NAME: reqwest::header::HeaderName = reqwest::header::HeaderName::from_static(VERSION_HEADER);

/// Seconds; a date, which nobody between here and the server is known to send, is left out.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

fn patience(bytes: u64) -> Duration {
    ANSWER_TIMEOUT + Duration::from_secs(bytes / SLOWEST_BYTES_PER_SECOND)
}

fn is_here(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// The innermost reason tells most.
fn broken(error: reqwest::Error) -> ClientError {
    let mut cause: &dyn std::error::Error = &error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    ClientError::Unreachable(cause.to_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// Says no once, and then yes.
    async fn busy(listener: TcpListener) {
        for answer in [
            "429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 0",
            "200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{\"ended\":7}",
        ] {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await.unwrap();
            let answer =
                format!("HTTP/1.1 {}", answer.replacen("content-length", "connection: close\r\ncontent-length", 1));
            let end = if answer.contains("\r\n\r\n") { "" } else { "\r\n\r\n" };
            stream.write_all(format!("{answer}{end}").as_bytes()).await.unwrap();
        }
    }

    #[tokio::test]
    async fn what_the_server_only_fails_at_is_given_up_and_what_it_has_no_room_for_is_not() {
        let refused = |status, code: &str| ClientError::Refused {
            status,
            code: code.to_owned(),
            detail: String::new(),
            wait: None,
        };
        let limit = Duration::from_millis(500);
        let broken = persist_for(limit, "a test", || async { Err::<(), _>(refused(500, "internal_error")) });
        let given_up = tokio::time::timeout(Duration::from_secs(20), broken).await.expect("repeated for ever");
        assert!(given_up.is_err_and(|error| error.is("internal_error")));
        for waited_for in [refused(507, "storage_full"), refused(503, "busy"), ClientError::Resting] {
            let full = persist_for(Duration::ZERO, "a test", || async { Err::<(), _>(waited_for.clone()) });
            assert!(tokio::time::timeout(limit * 2, full).await.is_err(), "{waited_for} is given up");
        }
    }

    #[tokio::test]
    async fn a_server_that_wants_to_be_left_alone_is() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut config = crate::config::Config::default().worker;
        config.server = format!("http://{}", listener.local_addr().unwrap());
        let client = Client::new(&config, "key".to_owned(), Meter::default()).unwrap();
        let (server, begun) = (tokio::spawn(busy(listener)), Instant::now());
        assert_eq!(persist("a test", || client.leases(None)).await.unwrap(), 7);
        assert!(begun.elapsed() >= Duration::from_secs(1), "it said so: {:?}", begun.elapsed());
        server.await.unwrap();
        let long =
            ClientError::Refused { status: 503, code: String::new(), detail: String::new(), wait: Some(Duration::MAX) };
        assert_eq!((long.wait(), ClientError::Resting.wait()), (LONGEST_WAIT, Duration::ZERO));
    }
}
