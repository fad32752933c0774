//! The calls of the admin API that commands need, and their errors as sentences.

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use bytes::BytesMut;
use indicatif::ProgressBar;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use tokio::fs::File;
use tokio::io::AsyncReadExt;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// For calls that only read; an upload has no limit but that of its size.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
const PIECE_BYTES: usize = 256 << 10;
/// Of an answer that is no problem document.
const SHOWN_CHARACTERS: usize = 200;

/// Talks to one admin listener.
pub(super) struct Client {
    http: reqwest::Client,
    base: url::Url,
}

/// What goes with a file.
pub(super) struct Fields {
    pub(super) file_name: String,
    pub(super) title: Option<String>,
    pub(super) visibility: Option<String>,
    pub(super) priority: Option<String>,
    /// Names, parted by commas.
    pub(super) shared_users: Option<String>,
    pub(super) description: Option<String>,
    pub(super) size_bytes: u64,
}

/// The server has the file.
#[derive(Debug, Deserialize)]
pub(super) struct Accepted {
    pub(super) video_id: i64,
    pub(super) slug: String,
}

/// How far a video is.
#[derive(Debug, Deserialize)]
pub(super) struct Progress {
    pub(super) status: String,
    pub(super) current_step: Option<String>,
    pub(super) progress_percent: u64,
    pub(super) last_error: Option<String>,
    pub(super) waiting_reason: Option<String>,
    pub(super) speed: Option<f64>,
    pub(super) eta_seconds: Option<u64>,
}

/// RFC 9457.
#[derive(Debug, Deserialize)]
struct Problem {
    title: Option<String>,
    detail: Option<String>,
    code: Option<String>,
}

impl Client {
    /// With an API key, if there is one.
    pub(super) fn new(server: &url::Url, key: Option<&str>) -> anyhow::Result<Self> {
        let base = directory(server);
        let mut headers = HeaderMap::new();
        if let Some(key) = key {
            let mut value: HeaderValue = format!("Bearer {key}").parse().context("the API key is none")?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(Self { http: http(&base, headers)?, base })
    }

    /// Fails when the server will not take anything from us; better now than after gigabytes.
    pub(super) async fn check(&self) -> anyhow::Result<()> {
        let me = self.http.get(self.address("api/auth/me")?).timeout(ANSWER_TIMEOUT);
        match me.send().await.map_err(|error| self.explain(&error))?.status() {
            StatusCode::UNAUTHORIZED => bail!(
                "{} wants to know who you are, or your API key is no longer good: run `vlog login`, or set VLOG_API_KEY",
                self.base
            ),
            _ => Ok(()),
        }
    }

    /// Sends the file; the text fields go first, so that the server knows them while it writes.
    pub(super) async fn upload(&self, file: File, fields: Fields, bar: ProgressBar) -> anyhow::Result<Accepted> {
        let body = Body::wrap_stream(pieces(file, fields.size_bytes, bar));
        let part = Part::stream_with_length(body, fields.size_bytes).file_name(fields.file_name);
        let part = part.mime_str("application/octet-stream").context("the file cannot be described")?;
        // Names go raw, in UTF-8, as browsers send them.
        let mut form = Form::new().percent_encode_noop();
        let texts = [
            ("title", fields.title),
            ("description", fields.description),
            ("visibility", fields.visibility),
            ("priority", fields.priority),
            ("shared_users", fields.shared_users),
        ];
        for (name, value) in texts {
            if let Some(value) = value {
                form = form.text(name, value);
            }
        }
        let request = self.http.post(self.address("api/videos")?).multipart(form.part("file", part));
        self.answer(request).await
    }

    pub(super) async fn progress(&self, video_id: i64) -> anyhow::Result<Progress> {
        let address = self.address(&format!("api/videos/{video_id}/progress"))?;
        self.answer(self.http.get(address).timeout(ANSWER_TIMEOUT)).await
    }

    /// The answer to a question, as JSON.
    pub(super) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.answer(self.http.get(self.address(path)?).timeout(ANSWER_TIMEOUT)).await
    }

    /// The answer to a request that changes something, as JSON.
    pub(super) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.answer(self.http.post(self.address(path)?).timeout(ANSWER_TIMEOUT).json(body)).await
    }

    /// Removes something.
    pub(super) async fn delete(&self, path: &str) -> anyhow::Result<Value> {
        self.answer(self.http.delete(self.address(path)?).timeout(ANSWER_TIMEOUT)).await
    }

    fn address(&self, path: &str) -> anyhow::Result<url::Url> {
        self.base.join(path).with_context(|| format!("{} is not the address of a server", self.base))
    }

    async fn answer<T: serde::de::DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> anyhow::Result<T> {
        let response = request.send().await.map_err(|error| self.explain(&error))?;
        let status = response.status();
        if !status.is_success() {
            return Err(refusal(response).await);
        }
        let text = response.text().await.map_err(|error| self.explain(&error))?;
        serde_json::from_str(&text).with_context(|| {
            format!("{} does not answer as vlog does; is it the address of the admin listener?", self.base)
        })
    }

    fn explain(&self, error: &reqwest::Error) -> anyhow::Error {
        if error.is_connect() {
            return anyhow!(
                "no vlog answers at {}: {}; start it with `vlog serve`, or give its address with --server",
                self.base,
                root_cause(error)
            );
        }
        if error.is_timeout() {
            return anyhow!("{} took too long to answer", self.base);
        }
        anyhow!("the connection to {} broke: {}; the server's log may say more", self.base, root_cause(error))
    }
}

async fn refusal(response: Response) -> anyhow::Error {
    let status = response.status();
    let text = response.text().await.unwrap_or_default();
    match serde_json::from_str::<Problem>(&text) {
        Ok(Problem { code: Some(code), title, detail }) => {
            let what = detail.or(title).unwrap_or_else(|| status.to_string());
            anyhow!("{what} [{code}, HTTP {}]", status.as_u16())
        }
        _ => {
            let start: String = text.trim().chars().take(SHOWN_CHARACTERS).collect();
            anyhow!("the server answered {status}: {start}")
        }
    }
}

/// The file in pieces, each counted on the bar; not more than `size`, should the file be growing.
fn pieces(file: File, size: u64, bar: ProgressBar) -> impl futures_util::Stream<Item = std::io::Result<bytes::Bytes>> {
    futures_util::stream::try_unfold((file.take(size), bar), |(mut file, bar)| async move {
        let mut piece = BytesMut::with_capacity(PIECE_BYTES);
        let count = file.read_buf(&mut piece).await?;
        bar.inc(count as u64);
        Ok((count > 0).then(|| (piece.freeze(), (file, bar))))
    })
}

/// The address with a slash at its end, so that paths can be joined to it.
pub(super) fn directory(server: &url::Url) -> url::Url {
    let mut base = server.clone();
    if !base.path().ends_with('/') {
        base.set_path(&format!("{}/", server.path()));
    }
    base
}

/// A connection to a vlog. Nothing is sent on to where a redirect points.
pub(super) fn http(base: &url::Url, headers: HeaderMap) -> anyhow::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("vlog/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT);
    if is_this_machine(base) {
        builder = builder.no_proxy();
    }
    builder.build().context("the HTTP client could not be set up")
}

fn is_this_machine(address: &url::Url) -> bool {
    match address.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
