//! `vlog worker`: lending this machine to a server elsewhere, and, on the server, who may.

use std::time::Duration;

use anyhow::Context;
use clap::{Args, Subcommand};

use super::accounts::{named, with_app};
use super::options::{ConfigOptions, flag};
use super::print;
use crate::app::App;
use crate::app::workers::{self, Order, Running, Seen};
use crate::domain::audit::Actor;
use crate::domain::worker::{Command as Wanted, Deployment, DeploymentStatus};
use crate::worker::{self, End};

const EXAMPLES: &str = "\
Examples:
  vlog worker register --name garage                           on the server: prints a key
  VLOG_WORKER_API_KEY=vlogw_... vlog worker --server http://10.0.0.5:9002
  vlog worker list                                             on the server: who is there
  vlog worker update garage                                    it takes the server's program
  vlog worker revoke garage

Stops on SIGTERM or Ctrl-C: nothing new is begun, running work gets worker.drain_grace to end, and what is left is given
back. Every key of the section worker can be set; `vlog config example` prints them.";

/// How long a command is waited for. A worker asks for commands every few seconds.
const OBEYED_WITHIN: Duration = Duration::from_secs(15);

/// Lend this machine's CPU to a vlog server elsewhere, or manage those that do.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Address of the server's worker listener [key: worker.server]
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// A file with the key [key: worker.key_file]
    #[arg(long, value_name = "FILE")]
    key_file: Option<String>,
    /// Port of /health and /ready [key: worker.health_port]
    #[arg(long, value_name = "PORT")]
    health_port: Option<String>,
    /// Tasks at once [key: worker.slots]
    #[arg(long, value_name = "N")]
    slots: Option<String>,
    /// Directory for what is being made [key: worker.work_dir]
    #[arg(long, value_name = "DIR")]
    work_dir: Option<String>,
    #[command(flatten)]
    options: ConfigOptions,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a key for a machine and print it, alone, on standard output: the only time it can be seen
    Register {
        /// What to call the machine: letters, digits and . _ -
        #[arg(long)]
        name: String,
    },
    /// List the machines that may take tasks
    List,
    /// Show one of them
    Status {
        /// Its name or id
        worker: String,
    },
    /// Let it take tasks again
    Enable {
        /// Its name or id
        worker: String,
    },
    /// Stop it at once; what it works on is given to others
    Disable {
        /// Its name or id
        worker: String,
    },
    /// Let it finish what it has, and give it nothing more
    Drain {
        /// Its name or id
        worker: String,
    },
    /// Make its key good for nothing, at once and for good
    Revoke {
        /// Its name or id
        worker: String,
    },
    /// Tell it to finish or give back what it has, and begin anew
    Restart {
        /// Its name or id
        worker: String,
    },
    /// Tell it to finish or give back what it has, and end
    Stop {
        /// Its name or id
        worker: String,
    },
    /// Tell it to take the server's program, and begin anew with that
    Update {
        /// Its name or id
        worker: String,
    },
    /// Print the last lines of its log
    Logs {
        /// Its name or id
        worker: String,
    },
    /// List what was restarted, stopped or updated, newest first
    Events {
        /// Only of this one: its name or id
        worker: Option<String>,
        /// How many at most
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Some(command) = &arguments.command else { return lend(arguments) };
    with_app(&arguments.options, async |app| match command {
        Command::Register { name } => {
            let (_, key) = workers::register(app, &Actor::cli(), name).await?;
            print(&format!("{key}\n"))
        }
        Command::List => {
            for seen in workers::list(app).await? {
                print(&line(&seen))?;
            }
            Ok(())
        }
        Command::Status { worker } => print(&status(&find(app, worker).await?)),
        Command::Enable { worker } => order(app, worker, Order::Enable).await,
        Command::Disable { worker } => order(app, worker, Order::Disable).await,
        Command::Drain { worker } => order(app, worker, Order::Drain).await,
        Command::Revoke { worker } => {
            let found = find(app, worker).await?.worker;
            workers::revoke(app, &Actor::cli(), found.id).await?;
            print(&format!("{}: revoked\n", found.name))
        }
        Command::Restart { worker } => command_to(app, worker, Wanted::Restart).await,
        Command::Stop { worker } => command_to(app, worker, Wanted::Stop).await,
        Command::Update { worker } => command_to(app, worker, Wanted::Update).await,
        Command::Logs { worker } => {
            let found = find(app, worker).await?.worker;
            for line in workers::log(app, found.id).await?.1 {
                print(&format!("{} {:<5} {}\n", time(Some(line.at_ms)), line.level, line.text))?;
            }
            Ok(())
        }
        Command::Events { worker, limit } => {
            let worker_id = match worker {
                Some(worker) => Some(find(app, worker).await?.worker.id),
                None => None,
            };
            let filter = workers::Filter { worker_id, ..workers::Filter::default() };
            for event in workers::list_deployments(app, filter, *limit).await? {
                print(&happened(&event))?;
            }
            Ok(())
        }
    })
}

fn lend(arguments: &Arguments) -> anyhow::Result<()> {
    let own = [
        ("--server", "worker.server", &arguments.server),
        ("--key-file", "worker.key_file", &arguments.key_file),
        ("--health-port", "worker.health_port", &arguments.health_port),
        ("--slots", "worker.slots", &arguments.slots),
        ("--work-dir", "worker.work_dir", &arguments.work_dir),
    ];
    let own = own.iter().filter_map(|(name, key, value)| Some(flag(name, key, value.as_ref()?))).collect();
    let boot = arguments.options.load_with(own)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("the runtime could not be started")?;
    match runtime.block_on(worker::run(boot.config))? {
        End::Stopped => Ok(()),
        End::Again(program) => {
            drop(runtime); // what still runs ends here
            Err(program.begin_anew()).context("the program could not begin anew")
        }
    }
}

async fn find(app: &App, text: &str) -> anyhow::Result<Seen> {
    named(workers::find(app, text).await, "worker", text)
}

async fn order(app: &App, text: &str, order: Order) -> anyhow::Result<()> {
    let found = find(app, text).await?.worker;
    print(&line(&workers::order(app, &Actor::cli(), found.id, order).await?))
}

/// Says so, and waits for what the worker makes of it.
async fn command_to(app: &App, text: &str, command: Wanted) -> anyhow::Result<()> {
    let found = find(app, text).await?.worker;
    let given = workers::command(app, &Actor::cli(), found.id, command).await?;
    let filter = workers::Filter { worker_id: Some(found.id), ..workers::Filter::default() };
    for _ in 0..OBEYED_WITHIN.as_secs() {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let events = workers::list_deployments(app, filter.clone(), 10).await?;
        let Some(event) = events.into_iter().find(|event| event.id == given.id) else { break };
        match event.status {
            DeploymentStatus::Pending => {}
            DeploymentStatus::InProgress => {
                return print(&format!(
                    "{}: {} has begun; `vlog worker events` tells the end\n",
                    found.name,
                    command.as_str()
                ));
            }
            DeploymentStatus::Completed => return print(&happened(&event)),
            DeploymentStatus::Failed => anyhow::bail!("{}: {}", found.name, event.details.unwrap_or_default()),
        }
    }
    anyhow::bail!("{} has not heard of it yet; `vlog worker events` tells what becomes of it", found.name)
}

fn happened(event: &Deployment) -> String {
    let versions = match (&event.old_version, &event.new_version) {
        (Some(old), Some(new)) if old != new => format!("  vlog {old} -> {new}"),
        (old, new) => new.as_ref().or(old.as_ref()).map_or(String::new(), |version| format!("  vlog {version}")),
    };
    let (kind, status, by) = (event.kind.as_str(), event.status.as_str(), &event.triggered_by);
    let details = event.details.as_ref().map_or(String::new(), |details| format!("  {details}"));
    let (when, name) = (time(Some(event.created_at_ms)), &event.worker_name);
    format!("{when}  {name:<20} {kind:<14} {status:<11} by {by}{versions}{details}\n")
}

fn line(Seen { worker, state, tasks, command, .. }: &Seen) -> String {
    let slots = worker.capabilities.as_ref().map_or(0, |able| able.slots);
    let draining = if worker.draining { " draining" } else { "" };
    let version = worker.version.as_deref().unwrap_or("-");
    let (name, state, seen) = (&worker.name, state.as_str(), time(worker.seen_at_ms));
    let told =
        command.as_ref().map_or(String::new(), |told| format!(" {}: {}", told.kind.as_str(), told.status.as_str()));
    format!("{name:<20} {state:<9} {}/{slots} tasks  vlog {version:<8} seen {seen}{draining}{told}\n", tasks.len())
}

fn status(seen: &Seen) -> String {
    let Seen { worker, tasks, .. } = seen;
    let mut text = line(seen);
    text += &format!("  id          {}\n  key         vlogw_{}_...\n", worker.id, worker.prefix);
    if let Some(able) = &worker.capabilities {
        let gib = able.memory_bytes as f64 / f64::from(1 << 30);
        text += &format!("  machine     {} cores, {gib:.1} GiB, ffmpeg {}\n", able.cores, able.ffmpeg);
        text += &format!("  encoders    {}\n", able.encoders.join(", "));
    }
    if let Some(load) = &worker.load {
        let disk = load.disk_free_bytes as f64 / f64::from(1 << 30);
        let (cpu, memory) = (load.cpu_used * 100.0, load.memory * 100.0);
        text += &format!("  load        CPU {cpu:.0} %, memory {memory:.0} %, {disk:.1} GiB of disk free\n");
        if let Some(reason) = &load.waiting {
            text += &format!("  waits       takes nothing: {reason}\n");
        }
        for gpu in &load.gpus {
            text += &format!("  GPU         {}, {:.0} %\n", gpu.name, gpu.used * 100.0);
        }
        for (encoder, speed) in &load.speeds {
            text += &format!("  speed       {encoder}: {speed:.1} times real time\n");
        }
        let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        let (read, sent) = (mib(load.bytes_read), mib(load.bytes_sent));
        text += &format!("  network     {read:.1} MiB read, {sent:.1} MiB sent since it began\n");
    }
    for Running { task, title } in tasks {
        let speed = task.speed.map_or(String::new(), |speed| format!(", {speed:.1} times real time"));
        let (kind, done) = (task.kind.as_str(), task.progress * 100.0);
        text += &format!("  task {:<6} {kind} of video {} ({title}), {done:.0} %{speed}\n", task.id.0, task.video_id);
    }
    text
}

fn time(at: Option<i64>) -> String {
    let time = at.and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
    time.map_or("never".to_owned(), |time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}
