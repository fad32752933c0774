//! `vlog upload`: files to a running server, one after another, streamed from the disk.

#[cfg(test)]
mod tests;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::client::{Client, Fields, Progress};
use super::credentials;

const POLL_INTERVAL: Duration = Duration::from_millis(500);
const UPLOADING: &str = "{msg}  {bar:30} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left";
const PROCESSING: &str = "{msg}  {bar:30} {pos}%";
const EXAMPLES: &str = "\
Examples:
  vlog upload holiday.mp4
  vlog upload --title \"Summer on the coast\" --wait IMG_0001.MOV
  vlog upload *.mp4
  vlog upload --visibility private --share-with anna birthday.mp4
  vlog upload --server http://localhost:8001 talk.mkv";

/// Upload video files to a running server.
///
/// Needs `vlog login` first, or an API key in VLOG_API_KEY. The title is the file's name unless --title gives one. Exit code 1 when a file was not taken; the others are
/// uploaded all the same.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The files, of any format ffmpeg reads
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Title, when there is one file
    #[arg(long)]
    title: Option<String>,
    /// Description
    #[arg(long)]
    description: Option<String>,
    /// Who may see it: everybody, whoever knows its address, or those it is shared with
    #[arg(long, value_parser = ["public", "unlisted", "private"])]
    visibility: Option<String>,
    /// Name of an account that a private video is shared with; may be given several times
    #[arg(long, value_name = "USER")]
    share_with: Vec<String>,
    /// How urgent it is: before the others, as any, or after them
    #[arg(long, value_parser = ["high", "normal", "low"])]
    priority: Option<String>,
    /// Wait until each video is ready, or has failed
    #[arg(long)]
    wait: bool,
    /// Address of the admin listener
    #[arg(long, value_name = "URL", env = "VLOG_ADMIN_API_URL", default_value = "http://localhost:9001")]
    server: url::Url,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the runtime could not be started")?;
    let key = credentials::find(&arguments.server)?;
    runtime.block_on(upload_all(arguments, key.as_deref()))
}

async fn upload_all(arguments: &Arguments, key: Option<&str>) -> anyhow::Result<()> {
    let count = arguments.files.len();
    ensure!(arguments.title.is_none() || count == 1, "--title is for one file, and there are {count}: leave it out");
    let client = Client::new(&arguments.server, key)?;
    client.check().await?;
    let mut failures = Vec::new();
    for file in &arguments.files {
        if let Err(error) = upload_one(&client, file, arguments).await {
            failures.push(format!("{}: {error:#}", file.display()));
            // With one file the error that is returned says it all.
            if count > 1 {
                say(&format!("vlog: {}", failures[failures.len() - 1]));
            }
        }
    }
    match failures.as_slice() {
        [] => Ok(()),
        [failure] if count == 1 => bail!("{failure}"),
        _ => bail!("{} of {count} files failed", failures.len()),
    }
}

async fn upload_one(client: &Client, path: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    let name = path.file_name().context("this is not the path of a file")?.to_string_lossy().into_owned();
    let metadata = tokio::fs::metadata(path).await.context("the file cannot be read")?;
    ensure!(metadata.is_file(), "this is not a regular file; to upload a folder, name the files in it");
    let file = tokio::fs::File::open(path).await.context("the file cannot be opened")?;

    let bar = progress_bar(UPLOADING, metadata.len(), &name);
    if bar.is_hidden() {
        say(&format!("Uploading {name} ({})", indicatif::HumanBytes(metadata.len())));
    }
    let fields = Fields {
        file_name: name.clone(),
        title: arguments.title.clone(),
        description: arguments.description.clone(),
        visibility: arguments.visibility.clone(),
        priority: arguments.priority.clone(),
        shared_users: Some(arguments.share_with.join(",")).filter(|names| !names.is_empty()),
        size_bytes: metadata.len(),
    };
    let done = client.upload(file, fields, bar.clone()).await;
    bar.finish_and_clear();
    let accepted = done?;
    super::print(&format!("{name}: uploaded as video {} ({})\n", accepted.video_id, accepted.slug))?;
    if arguments.wait {
        wait(client, accepted.video_id, &name).await?;
    }
    Ok(())
}

async fn wait(client: &Client, video_id: i64, name: &str) -> anyhow::Result<()> {
    let bar = progress_bar(PROCESSING, 100, name);
    let mut playable = false;
    loop {
        let progress = client.progress(video_id).await?;
        bar.set_position(progress.progress_percent);
        bar.set_message(format!("{name}: {}", describe(&progress)));
        match progress.status.as_str() {
            "ready" => {
                bar.finish_and_clear();
                return super::print(&format!("{name}: ready\n"));
            }
            "failed" => {
                bar.finish_and_clear();
                bail!("video {video_id} failed: {}", progress.last_error.as_deref().unwrap_or("no reason was given"));
            }
            "playable" if !playable => {
                playable = true;
                bar.suspend(|| super::print(&format!("{name}: can be watched\n")))?;
            }
            _ => {}
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

fn describe(progress: &Progress) -> String {
    let step = match (&progress.waiting_reason, &progress.current_step) {
        (Some(reason), _) => format!("waiting ({})", reason.replace('_', " ")),
        (None, Some(step)) => step.clone(),
        (None, None) => progress.status.clone(),
    };
    let speed = progress.speed.map(|speed| format!(", {speed:.1}x")).unwrap_or_default();
    let eta = progress.eta_seconds.map(Duration::from_secs);
    let eta = eta.map(|eta| format!(", {} left", indicatif::HumanDuration(eta))).unwrap_or_default();
    format!("{step}{speed}{eta}")
}

/// Hidden where nobody looks.
fn progress_bar(template: &str, length: u64, message: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style.progress_chars("━╸─")).with_message(message.to_owned())
}

/// To standard error, which may be gone.
fn say(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{line}");
}
