//! `vlog login`: a name and a password once, an API key from then on.

use std::io::{BufRead, IsTerminal, Write};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::{credentials, print};

const TIMEOUT: Duration = Duration::from_secs(30);

/// Log in to a server, for `vlog upload`.
///
/// Makes an API key and keeps it in ~/.config/vlog/credentials.json, which only you can read. The password is not
/// kept. To undo it, revoke the key.
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
    let key = runtime.block_on(get_key(&arguments.server, &name, &password))?;
    let path = credentials::keep(&arguments.server, &key)?;
    print(&format!("Logged in; the key is in {}.\n", path.display()))
}

/// Logs in, makes a key and logs out.
async fn get_key(server: &url::Url, name: &str, password: &str) -> anyhow::Result<String> {
    let http = super::upload::http(server, HeaderMap::new())?;
    let post = async |path: &str, cookie: &str, body: Value| {
        let address = server.join(path)?;
        // it is nobody's page that asks
        let request = http.post(address).header("sec-fetch-site", "none").header("cookie", cookie);
        let response = request
            .timeout(TIMEOUT)
            .json(&body)
            .send()
            .await
            .with_context(|| format!("no vlog answers at {server}"))?;
        if !response.status().is_success() {
            let status = response.status();
            let problem: Value = response.json().await.unwrap_or_default();
            bail!("{}", problem["detail"].as_str().map_or_else(|| status.to_string(), str::to_owned));
        }
        Ok(response)
    };
    let response = post("api/auth/login", "", json!({ "username": name, "password": password })).await?;
    let given = response.headers().get_all("set-cookie").iter().filter_map(|line| line.to_str().ok());
    let pairs: Vec<&str> = given.filter_map(|line| line.split(';').next()).collect();
    let cookie = pairs.join("; ");
    let machine = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let made = post("api/auth/api-keys", &cookie, json!({ "name": format!("vlog login on {machine}") })).await?;
    let made: Value = made.json().await.context("the server does not answer as vlog does")?;
    post("api/auth/logout", &cookie, json!({})).await?;
    let key = made["key"].as_str().context("the server does not answer as vlog does")?;
    Ok(key.to_owned())
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
