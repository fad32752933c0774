//! `vlog webhooks`: who is told what happens, over the API of a running server, which sends the messages.

use std::fmt::Write;

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Client;
use super::options::{NOT_OURS, ServerOptions};
use super::print;

const EXAMPLES: &str = "\
Examples:
  vlog webhooks list
  vlog webhooks add https://example.org/hook --name Chat --event video.ready --event video.failed
  vlog webhooks test Chat                         send a message now, and show the answer
  vlog webhooks deliveries Chat --status failed   what was not taken, and why
  vlog webhooks remove Chat

The secret is printed once, alone on standard output: the receiver verifies messages with it (standardwebhooks.com).";

/// See and change who is told what happens.
///
/// Talks to a running server; needs `vlog login` as an admin first, or an API key in VLOG_API_KEY. A webhook is an address
/// that gets a signed message by POST when something happens.
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
    /// List webhooks
    List,
    /// Add a webhook, and print its secret
    Add {
        /// Where messages are sent; in a private network only if webhooks.allow_networks has it
        url: String,
        /// What to call it
        #[arg(long)]
        name: String,
        /// What it is told of; may be given several times
        #[arg(long = "event", value_name = "EVENT", default_values = ["video.ready", "video.failed"])]
        events: Vec<String>,
    },
    /// Remove a webhook, with all messages to it
    Remove {
        /// Its name or id
        webhook: String,
    },
    /// Send a message now, once, and show what came of it
    Test {
        /// Its name or id
        webhook: String,
    },
    /// List messages to a webhook, newest first
    Deliveries {
        /// Its name or id
        webhook: String,
        /// Only those that are so far
        #[arg(long, value_enum)]
        status: Option<Status>,
        /// How many at most
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: u32,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Status {
    Pending,
    Sending,
    Delivered,
    Failed,
}

#[derive(Deserialize)]
struct Webhook {
    id: String,
    name: String,
    origin: String,
    events: Vec<String>,
    active: bool,
    failures: u32,
    resting_until: Option<String>,
    last_success_at: Option<String>,
    pending_deliveries: u64,
    failed_deliveries: u64,
}

#[derive(Deserialize)]
struct Delivery {
    id: i64,
    event: String,
    status: String,
    attempts: u32,
    created_at: String,
    response_status: Option<u16>,
    duration_ms: Option<i64>,
    error: Option<String>,
}

pub(super) fn run(Arguments { command, server }: &Arguments) -> anyhow::Result<()> {
    server.talk(async |client| ask(command, server, &client).await)
}

async fn ask(command: &Command, server: &ServerOptions, client: &Client) -> anyhow::Result<()> {
    match command {
        Command::List => server.show(&client.get("api/webhooks").await?, table),
        Command::Add { url, name, events } => {
            let body = json!({ "name": name, "url": url, "events": events });
            server.show(&client.post("api/webhooks", &body).await?, secret)
        }
        Command::Remove { webhook } => {
            let Webhook { id, name, .. } = find(client, webhook).await?;
            client.delete(&format!("api/webhooks/{id}")).await?;
            print(&format!("{name}: removed\n"))
        }
        Command::Test { webhook } => {
            let Webhook { id, .. } = find(client, webhook).await?;
            let answer = client.post(&format!("api/webhooks/{id}/test"), &json!({})).await?;
            server.show(&answer, tested)?;
            if answer["status"] == "delivered" { Ok(()) } else { bail!("the message was not taken") }
        }
        Command::Deliveries { webhook, status, limit } => {
            let Webhook { id, .. } = find(client, webhook).await?;
            let status = status.and_then(|status| Some(status.to_possible_value()?.get_name().to_owned()));
            let mut query = url::form_urlencoded::Serializer::new(format!("limit={limit}"));
            query.extend_pairs(status.map(|status| ("status", status)));
            server.show(&client.get(&format!("api/webhooks/{id}/deliveries?{}", query.finish())).await?, messages)
        }
    }
}

/// The webhook of this name or id; an error when there are none or several.
async fn find(client: &Client, text: &str) -> anyhow::Result<Webhook> {
    let list = client.get("api/webhooks").await?;
    let all: Vec<Webhook> = Deserialize::deserialize(&list["webhooks"]).context(NOT_OURS)?;
    let mut found = all.into_iter().filter(|webhook| webhook.name == text || webhook.id == text);
    match (found.next(), found.next()) {
        (Some(webhook), None) => Ok(webhook),
        (None, _) => bail!("there is no webhook {text:?}; `vlog webhooks list` has them all"),
        _ => bail!("several webhooks are called {text:?}; give the id of one"),
    }
}

fn secret(answer: &Value) -> anyhow::Result<String> {
    Ok(format!("{}\n", answer["secret"].as_str().context("no secret")?))
}

fn table(list: &Value) -> anyhow::Result<String> {
    let all: Vec<Webhook> = Deserialize::deserialize(&list["webhooks"])?;
    if all.is_empty() {
        return Ok("There are no webhooks.\n".to_owned());
    }
    let mut text = String::new();
    for webhook in &all {
        let state = match webhook {
            Webhook { active: false, .. } => "switched off",
            Webhook { resting_until: Some(_), .. } => "rests",
            Webhook { failures: 1.., .. } => "failing",
            _ => "works",
        };
        let last = webhook.last_success_at.as_deref().unwrap_or("never");
        let _ = writeln!(text, "{}  {}  {state}", webhook.name, webhook.origin);
        let _ = writeln!(text, "    id           {}", webhook.id);
        let _ = writeln!(text, "    events       {}", webhook.events.join(", "));
        let _ = writeln!(text, "    last taken   {last}");
        let _ = writeln!(
            text,
            "    messages     {} wait, {} failed",
            webhook.pending_deliveries, webhook.failed_deliveries
        );
    }
    Ok(text)
}

fn tested(answer: &Value) -> anyhow::Result<String> {
    let delivery: Delivery = Deserialize::deserialize(answer)?;
    let body = answer["response_body"].as_str().unwrap_or_default();
    let body = if body.is_empty() { String::new() } else { format!("{body}\n") };
    Ok(format!("{}\n{body}", outcome(&delivery)))
}

fn messages(page: &Value) -> anyhow::Result<String> {
    let all: Vec<Delivery> = Deserialize::deserialize(&page["deliveries"])?;
    if all.is_empty() {
        return Ok("There are no such messages.\n".to_owned());
    }
    let mut text =
        format!("{:>6}  {:<20}  {:<20}  {:<9}  {:>5}  WHAT CAME BACK\n", "ID", "WHEN", "EVENT", "STATUS", "TRIES");
    for delivery in &all {
        let when = delivery.created_at.get(..19).unwrap_or(&delivery.created_at);
        let line = format!(
            "{:>6}  {when:<20}  {:<20}  {:<9}  {:>5}  {}",
            delivery.id,
            delivery.event,
            delivery.status,
            delivery.attempts,
            outcome(delivery)
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    Ok(text)
}

fn outcome(delivery: &Delivery) -> String {
    let took = delivery.duration_ms.map(|ms| format!(" ({ms} ms)")).unwrap_or_default();
    match (&delivery.error, delivery.response_status) {
        (Some(error), _) => format!("{error}{took}"),
        (None, Some(status)) => format!("answered {status}{took}"),
        (None, None) => String::new(),
    }
}
