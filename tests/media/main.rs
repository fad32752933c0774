//! Every file of the corpus goes through the front door: uploaded to the admin listener, watched
//! until it is done, judged on the public listener. Bad files must fail with a sensible code.
//!
//! `VLOG_CORPUS=name1,name2` restricts the corpus.

mod claims;
mod codecs;
mod loudness;
mod support;
mod verifier;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use futures_util::{StreamExt, stream};
use reqwest::multipart::{Form, Part};
use serde_json::Value;
use support::corpus::{self, Clip, Outcome};
use support::verify::{self, Target};
use support::{TestServer, bad};

/// Uploads under way at once.
const IN_FLIGHT: usize = 2;
/// Longest time for one file on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);
/// A bad file must be refused sooner.
const REFUSAL_PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(250);

/// What the server answered to an upload.
enum Uploaded {
    Accepted { id: i64, slug: String },
    Refused { code: String },
}

async fn upload(
    client: &reqwest::Client,
    server: &TestServer,
    title: Option<&str>,
    name: &str,
    path: &Path,
) -> Result<Uploaded> {
    let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    let mut form = Form::new();
    if let Some(title) = title {
        form = form.text("title", title.to_owned());
    }
    let form = form.part("file", Part::bytes(bytes).file_name(name.to_owned()));
    let answer =
        client.post(format!("{}/api/videos", server.admin_url)).multipart(form).bearer_auth(&server.key).send().await?;
    let status = answer.status();
    let body: Value = answer.json().await.with_context(|| format!("upload answers {status} without JSON"))?;
    if status.is_success() {
        let id = body["video_id"].as_i64().context("no video_id")?;
        let slug = body["slug"].as_str().context("no slug")?.to_owned();
        return Ok(Uploaded::Accepted { id, slug });
    }
    ensure!(status.is_client_error(), "upload answers {status}: {body}");
    Ok(Uploaded::Refused { code: body["code"].as_str().unwrap_or_default().to_owned() })
}

/// Polls until the video is ready or failed.
async fn settle(client: &reqwest::Client, server: &TestServer, id: i64, patience: Duration) -> Result<Value> {
    let started = Instant::now();
    loop {
        let answer =
            client.get(format!("{}/api/videos/{id}", server.admin_url)).bearer_auth(&server.key).send().await?;
        let body: Value = answer.json().await?;
        match body["status"].as_str() {
            Some("ready" | "failed") => return Ok(body),
            Some(status) if started.elapsed() > patience => {
                bail!("still {status} after {} s", patience.as_secs())
            }
            _ => tokio::time::sleep(POLL).await,
        }
    }
}

/// A row of the final table.
struct Row {
    name: String,
    seconds: f64,
    failures: Vec<String>,
}

fn report(mut rows: Vec<Row>) -> Result<()> {
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    let mut text = String::new();
    for row in &rows {
        let verdict = if row.failures.is_empty() { "pass" } else { "FAIL" };
        eprintln!("{verdict} {:6.1} s  {}", row.seconds, row.name);
        for failure in &row.failures {
            text += &format!("{}: {failure}\n", row.name);
        }
    }
    let failed = rows.iter().filter(|row| !row.failures.is_empty()).count();
    ensure!(failed == 0, "{failed} of {} fail:\n{text}", rows.len());
    Ok(())
}

async fn judge_clip(client: &reqwest::Client, server: &TestServer, clip: &Clip) -> Result<Vec<String>> {
    let path = tokio::task::block_in_place(|| corpus::clip_file(clip))?;
    let uploaded = upload(client, server, Some(clip.name), &clip.file_name(), &path).await?;
    let (code, slug) = match uploaded {
        Uploaded::Refused { code } => (Some(code), String::new()),
        Uploaded::Accepted { id, slug } => {
            let video = settle(client, server, id, PATIENCE).await?;
            let failed = video["status"] == "failed";
            let code =
                failed.then(|| format!("{} ({})", video["error_code"].as_str().unwrap_or(""), video["error_message"]));
            (code, slug)
        }
    };
    if let Some(code) = code {
        let right = matches!(clip.expect.outcome, Outcome::Rejected(wanted) if code.starts_with(wanted));
        return Ok(if right { Vec::new() } else { vec![format!("refused with {code}")] });
    }
    let target = Target { public_url: &server.public_url, slug: &slug, source: Some(&path), has_api: true };
    Ok(verify::verify(&target, &clip.expect).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_odd_file_plays() -> Result<()> {
    let clips = corpus::clips();
    tokio::task::block_in_place(|| corpus::generate(&clips))?;
    let client = verify::client()?;
    let server = TestServer::start().await;
    let judged = stream::iter(&clips).map(|clip| async {
        let started = Instant::now();
        let failures = judge_clip(&client, &server, clip).await;
        let failures = failures.unwrap_or_else(|error| vec![format!("{error:#}")]);
        Row { name: clip.name.to_owned(), seconds: started.elapsed().as_secs_f64(), failures }
    });
    report(judged.buffer_unordered(IN_FLIGHT).collect().await)
}

async fn judge_bad(client: &reqwest::Client, server: &TestServer, input: &bad::Bad) -> Result<Vec<String>> {
    let mut failures = Vec::new();
    let code = match upload(client, server, None, &input.file_name, &input.path).await? {
        Uploaded::Refused { code } => code,
        Uploaded::Accepted { id, .. } => {
            let video = settle(client, server, id, REFUSAL_PATIENCE).await?;
            if video.to_string().contains(bad::CANARY) {
                failures.push("another file was read".to_owned());
            }
            if video["status"] == "ready" {
                if !input.may_play {
                    failures.push("was accepted and is ready".to_owned());
                }
                return Ok(failures);
            }
            let message = video["error_message"].as_str().unwrap_or_default();
            if message.is_empty() || message.contains("/tmp") {
                failures.push(format!("error_message is no help: {message:?}"));
            }
            video["error_code"].as_str().unwrap_or_default().to_owned()
        }
    };
    if !input.codes.contains(&code.as_str()) {
        failures.push(format!("refused with {code:?}, should be one of {:?}", input.codes));
    }
    Ok(failures)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn bad_input_is_refused_with_a_reason() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let inputs = tokio::task::block_in_place(|| bad::inputs(directory.path()))?;
    let client = verify::client()?;
    let server = TestServer::start().await;
    let judged = stream::iter(&inputs).map(|input| async {
        let started = Instant::now();
        let failures = judge_bad(&client, &server, input).await;
        let failures = failures.unwrap_or_else(|error| vec![format!("{error:#}")]);
        Row { name: input.file_name.clone(), seconds: started.elapsed().as_secs_f64(), failures }
    });
    report(judged.buffer_unordered(IN_FLIGHT).collect().await)
}

/// A good file under a hostile name or title gets a safe slug.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hostile_names_get_safe_slugs() -> Result<()> {
    let path = tokio::task::block_in_place(|| bad::plain("mp4", ""))?;
    let client = verify::client()?;
    let server = TestServer::start().await;
    let mut slugs: Vec<String> = Vec::new();
    let mut ids = Vec::new();
    let mut rows = Vec::new();
    let names = bad::hostile_names().into_iter().map(|name| (None, name));
    let titles = bad::hostile_titles().into_iter().map(|title| (Some(title), "plain.mp4".to_owned()));
    for (title, name) in names.chain(titles) {
        let started = Instant::now();
        let mut failures = Vec::new();
        match upload(&client, &server, title.as_deref(), &name, &path).await {
            Err(error) => failures.push(format!("{error:#}")),
            // A title may be refused for what it is; a file name never.
            Ok(Uploaded::Refused { code }) if title.is_some() && !code.is_empty() => {}
            Ok(Uploaded::Refused { code }) => failures.push(format!("refused with {code:?}")),
            Ok(Uploaded::Accepted { id, slug }) => {
                let safe = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
                if slug.is_empty() || slug.len() > 120 || !slug.bytes().all(safe) || slugs.contains(&slug) {
                    failures.push(format!("slug {slug:?}"));
                }
                slugs.push(slug);
                ids.push(id);
            }
        }
        let name = format!("{:?} {:?}", title.unwrap_or_default(), name.chars().take(40).collect::<String>());
        rows.push(Row { name, seconds: started.elapsed().as_secs_f64(), failures });
    }
    for id in ids {
        let answer =
            client.delete(format!("{}/api/videos/{id}", server.admin_url)).bearer_auth(&server.key).send().await?;
        ensure!(answer.status().is_success(), "deleting video {id} answers {}", answer.status());
    }
    report(rows)
}
