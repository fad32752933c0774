//! What Lighthouse says of the pages: that everybody can use them, and that they do nothing browsers warn of.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use reqwest::header::SET_COOKIE;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::server::{Home, Server};
use super::table::{Goal, Table};

const NAME: &str = "boss";
const PASSWORD: &str = "correct horse battery";
/// Of the dashboard.
const PAGES: [&str; 8] = ["/", "/jobs", "/workers", "/users", "/settings", "/audit", "/system", "/profile"];
/// All pages together.
const PATIENCE: Duration = Duration::from_secs(300);

pub async fn measure(table: &mut Table) -> anyhow::Result<()> {
    let home = Home::new()?;
    let server = Server::start(&home, &[]).await?;
    let account = json!({ "username": NAME, "password": PASSWORD, "role": "admin" });
    server.post(&server.admin, "/api/users", &account).await?;
    let answer =
        server.post(&server.admin, "/api/auth/login", &json!({ "username": NAME, "password": PASSWORD })).await?;
    let set = answer.headers().get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
    let cookies = set.collect::<Vec<_>>().join("; ");

    let login = (format!("http://{}/login", server.admin), "");
    let dashboard = PAGES.map(|path| (format!("http://{}{path}", server.admin), cookies.as_str()));
    let pages: Vec<_> = [login].into_iter().chain(dashboard).collect();
    let found = lighthouse(&pages).await?;
    for ((address, _), found) in pages.iter().zip(found) {
        ensure!(found["shown"] == address.as_str() && found["error"].is_null(), "{address} was not shown: {found}");
        let path = address.trim_start_matches("http://").trim_start_matches(&server.admin);
        let score = |name: &str| found[name].as_f64().with_context(|| format!("no score: {found}"));
        table.value(format!("Lighthouse of {path}, accessibility"), score("accessibility")?, "", Goal::Least(100.0));
        table.value(format!("Lighthouse of {path}, best practices"), score("best_practices")?, "", Goal::Least(100.0));
        if found["missed"] != json!([]) {
            println!("    missed: {}", found["missed"]);
        }
    }
    server.stop().await
}

/// Its answers, one for each address.
async fn lighthouse(pages: &[(String, &str)]) -> anyhow::Result<Vec<Value>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/browser/lighthouse.mjs");
    let mut command = Command::new("node");
    command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().context("node could not be started")?;
    let pages: Vec<_> =
        pages.iter().map(|(address, cookies)| json!({ "address": address, "cookies": cookies })).collect();
    let mut input = child.stdin.take().context("node has no input")?;
    input.write_all(json!(pages).to_string().as_bytes()).await?;
    drop(input);
    let output =
        tokio::time::timeout(PATIENCE, child.wait_with_output()).await.context("Lighthouse takes too long")??;
    let lines = String::from_utf8(output.stdout)?;
    let answers: Vec<Value> = lines.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    ensure!(output.status.success() && answers.len() == pages.len(), "Lighthouse looked at {} pages", answers.len());
    Ok(answers)
}
