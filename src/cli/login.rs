//! `vlog login`: a name and a password once, an API key from then on.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use reqwest::header::HeaderMap;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::{credentials, print};

const TIMEOUT: Duration = Duration::from_secs(30);
const STRANGE: &str = "the server does not answer as vlog does";

/// Log in to a server, for `vlog upload` and `vlog jobs`.
///
/// Makes an API key and keeps it in ~/.config/vlog/credentials.json, which only you can read. The password is not
/// kept. Logging in again revokes the key before. To undo it, revoke the key.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Address of the admin listener
    #[arg(long, value_name = "URL", env = "VLOG_ADMIN_API_URL", default_value = "http://localhost:9001")]
    server: url::Url,
    /// The name to log in with; asked for when missing
    #[arg(long)]
    user: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let name = match &arguments.user {
        Some(name) => name.clone(),
        None => ask("User name: ")?,
    };
    let password = if std::io::stdin().is_terminal() {
        rpassword::prompt_password("Password: ").context("the password could not be read")?
    } else {
        line()?
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the runtime could not be started")?;
    let path = runtime.block_on(log_in(&arguments.server, &name, &password))?;
    print(&format!("Logged in; the key is in {}.\n", path.display()))
}

/// Logs in, makes a key and keeps it, revokes the one that it replaces, and logs out.
async fn log_in(address: &url::Url, name: &str, password: &str) -> anyhow::Result<PathBuf> {
    let session = Session::begin(address, name, password).await?;
    let machine = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let new = json!({ "name": format!("vlog login on {machine}"), "password": password });
    let made = session.ask(Method::POST, "api/auth/api-keys", Some(new)).await?;
    let key = made["key"].as_str().context(STRANGE)?;
    let before = credentials::kept(address)?;
    let path = credentials::keep(address, key)?;
    if let Some(before) = before {
        session.revoke(&before).await?;
    }
    session.ask(Method::POST, "api/auth/logout", None).await?;
    Ok(path)
}

struct Session {
    http: reqwest::Client,
    server: url::Url,
    cookie: String,
}

impl Session {
    async fn begin(server: &url::Url, name: &str, password: &str) -> anyhow::Result<Self> {
        let server = super::client::directory(server);
        let mut session = Self { http: super::client::http(&server, HeaderMap::new())?, server, cookie: String::new() };
        let names = json!({ "username": name, "password": password });
        let mut response = session.send(Method::POST, "api/auth/login", Some(names)).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            let problem: Value = response.json().await.unwrap_or_default();
            let Some(login_token) = problem["login_token"].as_str() else { bail!("{}", said(&problem)) };
            let code = ask("Code of your authenticator app, or a recovery code: ")?;
            let code = json!({ "login_token": login_token, "code": code });
            response = session.send(Method::POST, "api/auth/login/code", Some(code)).await?;
        }
        let response = good(response).await?;
        let given = response.headers().get_all("set-cookie").iter().filter_map(|line| line.to_str().ok());
        let pairs: Vec<&str> = given.filter_map(|line| line.split(';').next()).collect();
        session.cookie = pairs.join("; ");
        Ok(session)
    }

    /// Revokes a key, if it is one of this account and good; it may be somebody else's who used this machine.
    async fn revoke(&self, key: &str) -> anyhow::Result<()> {
        let list = self.ask(Method::GET, "api/auth/api-keys", None).await?;
        let is_it = |known: &&Value| known["prefix"].as_str() == key.split('_').nth(1);
        let found = list["api_keys"].as_array().and_then(|keys| keys.iter().find(is_it));
        let Some(id) = found.and_then(|known| known["id"].as_str()) else { return Ok(()) };
        self.ask(Method::DELETE, &format!("api/auth/api-keys/{id}"), None).await.map(|_| ())
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        good(self.send(method, path, body).await?).await?.json().await.context(STRANGE)
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Response> {
        let request = self.http.request(method, self.server.join(path)?).timeout(TIMEOUT);
        // it is nobody's page that asks
        let request = request.header("sec-fetch-site", "none").header("cookie", &self.cookie);
        let request = if let Some(body) = &body { request.json(body) } else { request };
        request.send().await.with_context(|| format!("no vlog answers at {}", self.server))
    }
}

/// An answer that is none of the server's problems.
async fn good(response: Response) -> anyhow::Result<Response> {
    if response.status().is_success() {
        return Ok(response);
    }
    bail!("{}", said(&response.json().await.unwrap_or_default()));
}

fn said(problem: &Value) -> &str {
    problem["detail"].as_str().unwrap_or(STRANGE)
}

fn ask(question: &str) -> anyhow::Result<String> {
    let mut out = std::io::stderr();
    write!(out, "{question}").and_then(|()| out.flush()).context("there is nobody to ask")?;
    line()
}

fn line() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("nothing could be read")?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}
