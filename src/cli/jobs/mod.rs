//! `vlog jobs`: what a running server makes, over its API: only that process knows how far things are this moment, and
//! stops them at once.

mod table;

use anyhow::{Context, bail, ensure};
use clap::{Args, Subcommand, ValueEnum};
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Client;
use super::options::{NOT_OURS, ServerOptions};
use super::print;
use table::{job_lines, table};

const EXAMPLES: &str = "\
Examples:
  vlog jobs list                          what runs and waits, and what came before
  vlog jobs list --state failed
  vlog jobs show 12                       every chunk, who works on it, and why it failed
  vlog jobs retry 12 13 14                what is done is kept
  vlog jobs retry 12 --rendition 1080p    one rendition, also of a video that was published without it
  vlog jobs retry --task 345              one chunk
  vlog jobs cancel 12
  vlog jobs prioritise 12 --priority high
  vlog jobs reencode 4 5                  with the settings of now; viewers keep the old version until then
  vlog jobs reencode --all
  vlog jobs list --json | jq '.jobs[] | select(.speed < 1)'";

/// See and steer what is being made.
///
/// Talks to a running server; needs `vlog login` as an admin first, or an API key in VLOG_API_KEY. A job is what was asked
/// for, such as the transcode of a video; it has many tasks, such as chunks to encode, which this machine and workers
/// take.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    server: ServerOptions,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List jobs, newest first
    List {
        /// Only those in this state; active is waiting and running together
        #[arg(long, value_enum)]
        state: Option<State>,
        /// Only those of this video
        #[arg(long, value_name = "ID")]
        video: Option<i64>,
        /// Only those of this kind
        #[arg(long, value_parser = ["transcode", "reencode", "sprites", "transcription"])]
        kind: Option<String>,
        /// How many at most
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: u32,
    },
    /// Show one job: its renditions, chunks and failures
    Show {
        /// Number of the job
        job: i64,
    },
    /// Take up again what failed or was stopped; what is done is kept
    Retry {
        /// Numbers of the jobs
        #[arg(value_name = "JOB", required_unless_present = "task", num_args = 1..=200)]
        jobs: Vec<i64>,
        /// Only this rendition of one job, such as 1080p
        #[arg(long, value_name = "NAME", conflicts_with = "task")]
        rendition: Option<String>,
        /// Only this task, such as one chunk, of whatever job
        #[arg(long, value_name = "ID", conflicts_with = "jobs")]
        task: Option<i64>,
    },
    /// Stop jobs; they can be taken up again
    Cancel {
        /// Numbers of the jobs
        #[arg(value_name = "JOB", required = true, num_args = 1..=200)]
        jobs: Vec<i64>,
    },
    /// Encode videos again with the settings of now; viewers keep what they have until that is done
    Reencode {
        /// Ids of the videos
        #[arg(value_name = "VIDEO", required_unless_present = "all", num_args = 1..=200)]
        videos: Vec<i64>,
        /// Every video that is complete and whose uploaded file is kept
        #[arg(long, conflicts_with = "videos")]
        all: bool,
        /// How urgent; with --all low, else normal when it is left out
        #[arg(long, value_parser = ["high", "normal", "low"])]
        priority: Option<String>,
    },
    /// Make jobs more or less urgent, with all that is queued for them
    #[command(visible_alias = "prioritize")]
    Prioritise {
        /// Numbers of the jobs
        #[arg(value_name = "JOB", required = true, num_args = 1..=200)]
        jobs: Vec<i64>,
        /// How urgent from now on
        #[arg(long, value_parser = ["high", "normal", "low"])]
        priority: String,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum State {
    Active,
    Waiting,
    Running,
    Failed,
    Cancelled,
    Succeeded,
}

pub(super) fn run(Arguments { command, server }: &Arguments) -> anyhow::Result<()> {
    server.talk(async |client| ask(command, server, &client).await)
}

async fn ask(command: &Command, server: &ServerOptions, client: &Client) -> anyhow::Result<()> {
    match command {
        Command::List { state, video, kind, limit } => {
            let state = state.and_then(|state| Some(state.to_possible_value()?.get_name().to_owned()));
            let mut query = url::form_urlencoded::Serializer::new(format!("limit={limit}"));
            query.extend_pairs(state.map(|state| ("state", state)));
            query.extend_pairs(kind.as_ref().map(|kind| ("kind", kind)));
            query.extend_pairs(video.map(|video| ("video_id", video.to_string())));
            server.show(&client.get(&format!("api/jobs?{}", query.finish())).await?, table)
        }
        Command::Show { job } => server.show(&client.get(&format!("api/jobs/{job}")).await?, job_lines),
        Command::Retry { task: Some(task), .. } => {
            server.show(&client.post(&format!("api/tasks/{task}/retry"), &json!({})).await?, goes_on)
        }
        Command::Retry { jobs, rendition: Some(name), .. } => {
            ensure!(jobs.len() == 1, "--rendition is for one job, and there are {}", jobs.len());
            let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
            let path = format!("api/jobs/{}/renditions/{name}/retry", jobs[0]);
            server.show(&client.post(&path, &json!({})).await?, goes_on)
        }
        Command::Retry { jobs, .. } => {
            several(client, server.json, "retried", json!({ "ids": jobs, "action": "retry" })).await
        }
        Command::Cancel { jobs } => {
            several(client, server.json, "stopped", json!({ "ids": jobs, "action": "cancel" })).await
        }
        Command::Reencode { videos, all, priority } => {
            let mut body = json!({});
            body.as_object_mut().into_iter().for_each(|body| {
                body.extend(priority.as_ref().map(|priority| ("priority".to_owned(), json!(priority))));
                body.extend((!all).then(|| ("video_ids".to_owned(), json!(videos))));
            });
            if *all {
                return server.show(&client.post("api/reencode/queue-all", &body).await?, |answer| {
                    Ok(format!("{}\n", answer["message"].as_str().unwrap_or_default()))
                });
            }
            encode_again(client, server.json, &body).await
        }
        Command::Prioritise { jobs, priority } => {
            let body = json!({ "ids": jobs, "action": "prioritise", "priority": priority });
            several(client, server.json, &format!("{priority} priority"), body).await
        }
    }
}

fn goes_on(job: &Value) -> anyhow::Result<String> {
    Ok(format!("job {}: retried\n", job["id"]))
}

#[derive(Deserialize)]
struct BulkResult {
    failed: usize,
    results: Vec<OneResult>,
}

#[derive(Deserialize)]
struct OneResult {
    id: i64,
    error: Option<String>,
    code: Option<String>,
}

#[derive(Deserialize)]
struct Queued {
    queued: Vec<i64>,
    jobs: Vec<i64>,
    errors: Vec<Refused>,
}

#[derive(Deserialize)]
struct Refused {
    video_id: i64,
    code: String,
    error: String,
}

/// Each video has a line; one that was refused makes the command fail.
async fn encode_again(client: &Client, json: bool, body: &Value) -> anyhow::Result<()> {
    let answer: Value = client.post("api/reencode/queue", body).await?;
    let Queued { queued, jobs, errors } = Deserialize::deserialize(&answer).context(NOT_OURS)?;
    if json {
        print(&format!("{answer:#}\n"))?;
    } else {
        for (video, job) in queued.iter().zip(&jobs) {
            print(&format!("video {video}: encoded again by job {job}\n"))?;
        }
        for Refused { video_id, code, error } in &errors {
            print(&format!("video {video_id}: {error} [{code}]\n"))?;
        }
    }
    match errors.len() {
        0 => Ok(()),
        refused => bail!("{refused} of {} videos are not encoded again", refused + queued.len()),
    }
}

/// Each job has a line; one that was refused makes the command fail.
async fn several(client: &Client, json: bool, done: &str, body: Value) -> anyhow::Result<()> {
    let answer: Value = client.post("api/jobs/bulk", &body).await?;
    if json {
        print(&format!("{answer:#}\n"))?;
    }
    let result: BulkResult = serde_json::from_value(answer).context(NOT_OURS)?;
    for OneResult { id, error, code } in &result.results {
        let line = match (error, code) {
            (Some(error), Some(code)) => format!("job {id}: {error} [{code}]\n"),
            _ => format!("job {id}: {done}\n"),
        };
        if !json {
            print(&line)?;
        }
    }
    let count = result.results.len();
    match result.failed {
        0 => Ok(()),
        failed => bail!("{failed} of {count} jobs refused it"),
    }
}
