//! Telling the server how this machine is, every few seconds, also when it has nothing to do; the answers bring what it
//! is to do with itself.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, mpsc};

use super::client::Client;
use super::machine::Machine;
use super::protocol::{Commanded, Report};
use crate::domain::worker::Load;
use crate::jobs::Pool;
use crate::telemetry::Recent;

/// Time between two reports. A few may get lost before the server thinks that we are gone.
const EVERY: Duration = Duration::from_secs(3);
/// Bytes of log in a report.
const LOG_BYTES: usize = 24 << 10;

/// Cheap to clone.
#[derive(Clone)]
pub struct Reporter {
    client: Client,
    machine: Machine,
    recent: Recent,
    pool: Arc<Pool>,
    turn: Arc<Mutex<()>>,
}

impl Reporter {
    /// Says nothing yet.
    pub fn new(client: Client, machine: Machine, recent: Recent, pool: Arc<Pool>) -> Self {
        Self { client, machine, recent, pool, turn: Arc::default() }
    }

    /// Reports until it is stopped, and hands on each command once.
    pub async fn run(self, commands: mpsc::Sender<Commanded>) {
        let (mut next_line, mut newest_command) = (0, i64::MIN);
        loop {
            let waiting = self.pool.status().waiting.map(|reason| reason.code.to_owned());
            let load = Load { waiting, ..self.machine.load().await };
            let report = Report { load, log: self.recent.since(next_line, LOG_BYTES) };
            let answer = {
                let _turn = self.turn.lock().await;
                self.client.report(&report).await
            };
            match answer {
                Ok(answer) => {
                    next_line = answer.next_line;
                    for command in answer.commands {
                        if command.id > newest_command {
                            newest_command = command.id;
                            let _ = commands.send(command).await; // an error: nobody obeys any more, we are going
                        }
                    }
                }
                Err(error) => tracing::debug!(%error, "a report did not reach the server"),
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Nothing is reported as long as this lives.
    pub async fn silence(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }
}
