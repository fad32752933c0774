//! The pool and the reports beside it, from their start to their end; what the server says about the program itself.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

use super::client::Client;
use super::machine::Machine;
use super::protocol::{Acknowledge, Commanded};
use super::remote::RemoteSource;
use super::report::Reporter;
use super::runner::WorkerRunner;
use super::update::Program;
use crate::domain::job::TaskKind;
use crate::domain::worker::Command;
use crate::jobs::{Pool, PoolOptions};
use crate::metrics::Metrics;
use crate::telemetry::Recent;

/// Commands that wait to be obeyed; there is one at a time.
const COMMANDS_MAX: usize = 4;

/// See the module.
pub struct Lending {
    client: Client,
    remote: RemoteSource,
    pool: Arc<Pool>,
    running: JoinHandle<()>,
    watching: JoinHandle<()>,
    reporter: Reporter,
    reporting: JoinHandle<()>,
    /// What the server wants.
    pub orders: Orders,
}

/// An order to end.
#[derive(Debug, Clone, Copy)]
pub struct Ordered {
    /// The command it came with.
    command: i64,
    /// Begin anew afterwards.
    pub again: bool,
}

/// Commands of the server.
pub struct Orders {
    client: Client,
    commands: Mutex<mpsc::Receiver<Commanded>>,
}

impl Lending {
    /// From here on tasks are asked for.
    pub fn start(client: Client, machine: Machine, recent: Recent, runner: Arc<WorkerRunner>, slots: u32) -> Self {
        let remote = RemoteSource::new(client.clone());
        let options = PoolOptions { name: "worker", kinds: TaskKind::ENCODING, slots, kept_for: &[] };
        let pool = Arc::new(Pool::new(options, remote.clone(), runner, Metrics::new()));
        let running = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move { pool.run().await }
        });
        let watching = tokio::spawn({
            let remote = remote.clone();
            async move { remote.watch_ends().await }
        });
        let (sender, commands) = mpsc::channel(COMMANDS_MAX);
        let reporter = Reporter::new(client.clone(), machine, recent, Arc::clone(&pool));
        let reporting = tokio::spawn(reporter.clone().run(sender));
        let orders = Orders { client: client.clone(), commands: Mutex::new(commands) };
        Self { client, remote, pool, running, watching, reporter, reporting, orders }
    }

    /// Claims nothing more, lets what runs go on for `grace`, and goes.
    pub async fn stop(self, grace: Duration, order: Option<Ordered>) {
        let claims_end = async {
            let silence = self.reporter.silence().await; // a report would say that we are still here
            self.remote.leave().await;
            let _ = self.running.await;
            drop(silence);
        };
        tokio::join!(self.pool.drain(grace), claims_end);
        let silence = self.reporter.silence().await;
        if let Some(order) = order {
            let done = Acknowledge::Done { details: None };
            if let Err(error) = self.client.acknowledge(order.command, &done).await {
                tracing::warn!(%error, "the server could not be told that its command was obeyed");
            }
        }
        self.remote.leave().await; // those that still ran reported meanwhile
        drop(silence);
        self.reporting.abort();
        self.watching.abort();
    }
}

impl Orders {
    /// Waits for a command that ends this process, and obeys those that do not.
    pub async fn next(&self, program: &Program) -> Ordered {
        let mut commands = self.commands.lock().await;
        while let Some(Commanded { id, command }) = commands.recv().await {
            if let Err(error) = self.client.acknowledge(id, &Acknowledge::Begun).await {
                tracing::warn!(%error, "a command of the server is over before it began");
                continue;
            }
            tracing::info!(command = command.as_str(), "the server wants something");
            let refused = match command {
                Command::Restart => return Ordered { command: id, again: true },
                Command::Stop => return Ordered { command: id, again: false },
                Command::Update => match program.replace(&self.client).await {
                    Ok(true) => return Ordered { command: id, again: true },
                    Ok(false) => {
                        Acknowledge::Done { details: Some("It runs the server's program already.".to_owned()) }
                    }
                    Err(details) => {
                        tracing::warn!("the program was not updated: {details}");
                        Acknowledge::Failed { details }
                    }
                },
            };
            if let Err(error) = self.client.acknowledge(id, &refused).await {
                tracing::warn!(%error, "the server could not be told what became of its command");
            }
        }
        std::future::pending().await // the reports ended, and with them the commands
    }
}
