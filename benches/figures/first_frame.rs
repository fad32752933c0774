//! From the last byte of an upload to the first picture on the watch page, in Chromium.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, ensure};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::clips::{self, Kind};
use super::process::until;
use super::server::{Home, Server};
use super::table::{Goal, Table};

pub async fn measure(table: &mut Table) -> anyhow::Result<()> {
    one(table, Kind::H264, "10 min of 1080p H.264, copied", Goal::Most(2.0)).await?;
    one(table, Kind::Mpeg4, "10 min of 1080p MPEG-4, encoded", Goal::Most(10.0)).await
}

async fn one(table: &mut Table, kind: Kind, what: &str, goal: Goal) -> anyhow::Result<()> {
    let file = clips::long(kind).await?;
    let home = Home::new()?;
    let server = Server::start(&home, &[]).await?;
    let mut browser = Browser::start(&format!("http://{}", server.public)).await?;
    let uploaded = server.upload(&file, "First frame").await?;
    let accepted = uploaded.last_byte.elapsed()?.as_secs_f64();
    let address = format!("/api/videos/{}", uploaded.slug);
    until("playable", Duration::from_secs(60), Duration::from_millis(10), async || {
        let video = server.json(&server.public, &address).await?;
        Ok(video.filter(|video| video["stream_url"].is_string()))
    })
    .await?;
    let playable = uploaded.last_byte.elapsed()?.as_secs_f64();
    let shown = browser.first_frame(&format!("http://{}/watch/{}", server.public, uploaded.slug)).await?;
    let seconds = shown / 1000.0 - uploaded.last_byte.duration_since(UNIX_EPOCH)?.as_secs_f64();
    table.value(format!("last byte to first picture, {what}"), seconds, "s", goal);
    table.value("  of which until accepted", accepted, "s", Goal::None);
    table.value("  of which until playable", playable, "s", Goal::None);
    browser.stop().await?;
    server.stop().await
}

/// Chromium, driven by a script of its own.
struct Browser {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Browser {
    /// Starts it and visits the home page, as a viewer has who waits for a video.
    async fn start(home_page: &str) -> anyhow::Result<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/browser/first-frame.mjs");
        let mut command = Command::new("node");
        command.arg(script).arg(home_page).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().context("node could not be started")?;
        let input = child.stdin.take().context("node has no input")?;
        let output = BufReader::new(child.stdout.take().context("node has no output")?).lines();
        let mut browser = Self { child, input, output };
        let ready = browser.line().await?;
        ensure!(ready == "ready", "the browser did not start: {ready}");
        Ok(browser)
    }

    /// Opens a page; milliseconds since 1970 of its first picture.
    async fn first_frame(&mut self, address: &str) -> anyhow::Result<f64> {
        self.input.write_all(format!("{address}\n").as_bytes()).await?;
        let answer: Value = serde_json::from_str(&self.line().await?)?;
        answer["at"].as_f64().with_context(|| format!("no picture: {answer}"))
    }

    async fn line(&mut self) -> anyhow::Result<String> {
        let line = tokio::time::timeout(Duration::from_secs(90), self.output.next_line()).await;
        line.context("the browser did not answer")??.context("the browser ended")
    }

    /// The script closes Chromium when its input ends.
    async fn stop(self) -> anyhow::Result<()> {
        let Self { mut child, input, output: _output } = self;
        drop(input);
        tokio::time::timeout(Duration::from_secs(20), child.wait()).await.context("the browser goes on")??;
        Ok(())
    }
}
