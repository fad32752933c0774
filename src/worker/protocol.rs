//! What a worker and its server say to each other, over HTTP and JSON. Both ends use these types; fields are only ever
//! added, with a default. What an older or newer end would misunderstand raises [`VERSION`].
//!
//! Every request carries the worker's key (`Authorization: Bearer vlogw_...`) and [`VERSION_HEADER`]; those about a task
//! also carry the fencing token of its lease in [`LEASE_HEADER`], and open nothing but that task's files.
//!
//! | request | for |
//! |---|---|
//! | `POST /api/worker/register` | [`Register`] -> [`Registered`] |
//! | `POST /api/worker/claim` | [`Claim`] -> [`Claimed`], or 204 after a while |
//! | `POST /api/worker/leave` | going |
//! | `POST /api/worker/heartbeat` | [`Report`] -> [`Reported`], every few seconds |
//! | `POST /api/worker/commands/{id}` | [`Acknowledge`], of a command that came with a report |
//! | `GET /api/worker/program` | the server's program, with ranges, its SHA-256 in [`DIGEST_HEADER`] |
//! | `HEAD`, `GET /api/worker/tasks/{id}/source` | the source, with ranges |
//! | `PUT /api/worker/tasks/{id}/files/{path}` | a finished file, its SHA-256 in [`DIGEST_HEADER`] |
//! | `PUT /api/worker/tasks/{id}/archive` | several of them, as a tar |
//! | `POST /api/worker/tasks/{id}/heartbeat` | [`Heartbeat`] -> [`Held`] |
//! | `POST /api/worker/tasks/{id}/finish` | [`Finish`] |
//! | `POST /api/worker/tasks/{id}/fail` | [`Failure`] |
//! | `POST /api/worker/tasks/{id}/release` | giving it back unfinished |

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::domain::id::{JobId, TaskId, VideoId};
use crate::domain::job::{Task, TaskState};
use crate::domain::task::{Retry, TaskError, TaskOutcome, TaskSpec};
use crate::domain::worker::{Capabilities, Command, Load, LogLine};

/// The version of what is said here.
pub const VERSION: u32 = 1;
/// Carries [`VERSION`].
pub const VERSION_HEADER: &str = "x-vlog-protocol";
/// Carries the fencing token of a task.
pub const LEASE_HEADER: &str = "x-vlog-lease";
/// Carries the SHA-256 of a body, in hexadecimal.
pub const DIGEST_HEADER: &str = "x-vlog-sha256";
/// Longest a request waits for a task or other news, seconds.
pub const WAIT_MAX_SECONDS: u32 = 30;

/// Why the other end cannot be understood, and what to do about it.
pub fn check_version(sent: Option<&str>) -> Result<(), String> {
    let fix = match sent.and_then(|text| text.parse::<u32>().ok()) {
        Some(VERSION) => return Ok(()),
        Some(theirs) if theirs > VERSION => "update the server",
        _ => "update the worker",
    };
    let theirs = sent.unwrap_or("none");
    Err(format!(
        "The worker speaks protocol {theirs}, the server (vlog {}) speaks {VERSION}: {fix}.",
        env!("CARGO_PKG_VERSION")
    ))
}

/// A worker says what it is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Register {
    /// Of its program.
    pub version: String,
    /// What it can do.
    #[schema(value_type = Object)]
    pub capabilities: Capabilities,
    /// How busy it is.
    #[schema(value_type = Object)]
    pub load: Load,
}

/// What the server calls the worker.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Registered {
    /// The name an admin gave it.
    pub name: String,
    /// Version of the server's program.
    pub server_version: String,
}

/// A worker asks for a task.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Claim {
    /// Becomes the fencing token of the lease. Asking again with the same one gives the same task, should the answer
    /// have been lost.
    #[schema(value_type = String)]
    pub token: Uuid,
    /// How long to wait for one, seconds, up to 30.
    pub wait_seconds: u32,
}

/// A task, held under the token of the claim.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Claimed {
    /// Its number in the addresses of its files.
    pub id: i64,
    /// Of which job.
    pub job_id: i64,
    /// Of which video; two tasks of one video have the same source.
    pub video_id: i64,
    /// Times it was claimed.
    pub attempt: u32,
    /// Claims after which a failure is final.
    pub max_attempts: u32,
    /// What to do.
    #[schema(value_type = Object)]
    pub spec: TaskSpec,
}

impl Claimed {
    /// As the pool knows it.
    pub fn into_task(self, token: Uuid) -> Task {
        Task {
            id: TaskId(self.id),
            job_id: JobId(self.job_id),
            video_id: VideoId(self.video_id),
            kind: self.spec.kind(),
            spec: self.spec,
            state: TaskState::Leased,
            priority: 0,
            attempt: self.attempt,
            machine_faults: 0,
            max_attempts: self.max_attempts,
            run_at_ms: 0,
            lease_token: Some(token.to_string()),
            lease_owner: None,
            progress: 0.0,
            speed: None,
            started_at_ms: None,
            error: None,
            twin_of: None,
        }
    }
}

/// A worker goes on with a task.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Heartbeat {
    /// Share done, 0 to 1.
    pub progress: f64,
    /// Against real time.
    pub speed: Option<f64>,
}

/// A worker says how it is, also when it has nothing to do.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// How busy it is.
    #[schema(value_type = Object)]
    pub load: Load,
    /// Lines of its log that the server does not have, oldest first.
    #[schema(value_type = Vec<Object>)]
    #[serde(default)]
    pub log: Vec<LogLine>,
}

/// What the server has to say to a report.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Reported {
    /// What the worker has to do with itself.
    #[serde(default)]
    pub commands: Vec<Commanded>,
    /// The number from which on lines of its log are new to the server.
    #[serde(default)]
    pub next_line: i64,
}

/// A command; it comes again until it is acknowledged.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct Commanded {
    /// Greater for later ones.
    pub id: i64,
    /// `restart`, `stop` or `update`.
    #[schema(value_type = String)]
    pub command: Command,
}

/// How far a worker is with a command. One to come back is done when it registers again.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Acknowledge {
    /// It begins.
    Begun,
    /// It did it.
    Done {
        /// What there is to say.
        details: Option<String>,
    },
    /// It does not do it.
    Failed {
        /// Why.
        details: String,
    },
}

/// Whether the task is still the worker's.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct Held {
    /// False: drop it.
    pub held: bool,
}

/// Waits until leases may have ended, so that what nobody wants any more is not worked on until the next heartbeat.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Watch {
    /// What the last answer said; without it the answer comes at once.
    pub after: Option<u64>,
    /// How long to wait, seconds; up to 30.
    #[serde(default)]
    pub wait_seconds: u32,
}

/// Answers a [`Watch`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Watched {
    /// How often leases of whomever were ended since the server began. When it changed, ask for your own by heartbeat.
    pub ended: u64,
}

/// A task is done; its files were sent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Finish {
    /// What it made.
    #[schema(value_type = Object)]
    pub outcome: TaskOutcome,
}

/// A task did not make it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    /// Whether another try may help.
    pub retry: FailureRetry,
    /// Stable code.
    pub code: String,
    /// For people.
    pub message: String,
    /// The command that was run.
    pub command: Option<String>,
    /// Last lines of its error output.
    pub stderr: Option<String>,
}

/// Whether another try may help.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureRetry {
    /// Yes, and it counts as an attempt.
    Later,
    /// Yes, and it counts as a fault of the machine.
    Machine,
    /// Yes, and it counts as an interruption; of codes that say something of the task, as an attempt.
    Free,
    /// No.
    Never,
}

/// Longest text taken from a worker, characters.
const TEXT_MAX_CHARS: usize = 20_000;
/// Longest text of a failure that is sent, bytes of JSON: three of them fit the body that a server takes.
const TEXT_MAX_BYTES: usize = 16 << 10;
/// Failures that need not count as attempts: what they say of the task is nothing.
const FREE_CODES: [&str; 3] = ["cancelled", "server_unreachable", "storage_full"];

/// Codes a task may fail with on a worker; another becomes the last one.
const CODES: [&str; 21] = [
    "cancelled",
    "chunk_cut_off",
    "digest_mismatch",
    "ffmpeg_cpu_limit",
    "ffmpeg_failed",
    "ffmpeg_killed",
    "ffmpeg_not_started",
    "ffmpeg_stalled",
    "ffmpeg_suspended",
    "ffmpeg_timed_out",
    "hardware_failed",
    "init_mismatch",
    "invalid_segment",
    "seek_missed",
    "segments_missing",
    "server_fault",
    "server_unreachable",
    "storage_full",
    "task_panicked",
    "work_directory_failed",
    "worker_failed",
];

/// The character, as long as all so far are no more than may be sent.
fn fits(bytes: &mut usize, character: char) -> Option<char> {
    *bytes += match character {
        '"' | '\\' => 2,
        control if control < ' ' => 6,
        other => other.len_utf8(),
    };
    (*bytes <= TEXT_MAX_BYTES).then_some(character)
}

impl From<&TaskError> for Failure {
    fn from(error: &TaskError) -> Self {
        let retry = match error.retry {
            Retry::Later => FailureRetry::Later,
            Retry::Machine => FailureRetry::Machine,
            Retry::Free => FailureRetry::Free,
            Retry::Never => FailureRetry::Never,
        };
        let begins = |text: &String| text.chars().scan(0, fits).collect::<String>();
        let ends = |text: &String| text.chars().rev().scan(0, fits).collect::<Vec<_>>().into_iter().rev().collect();
        Self {
            retry,
            code: error.code.to_owned(),
            message: begins(&error.message),
            command: error.command.as_ref().map(begins),
            stderr: error.stderr.as_ref().map(ends), // the last lines tell most
        }
    }
}

impl From<Failure> for TaskError {
    fn from(failure: Failure) -> Self {
        let retry = match failure.retry {
            FailureRetry::Free if FREE_CODES.contains(&failure.code.as_str()) => Retry::Free,
            FailureRetry::Later | FailureRetry::Free => Retry::Later,
            FailureRetry::Machine => Retry::Machine,
            FailureRetry::Never => Retry::Never,
        };
        let code = CODES.into_iter().find(|code| *code == failure.code).unwrap_or("worker_failed");
        let short = |text: String| text.chars().take(TEXT_MAX_CHARS).collect::<String>();
        Self {
            retry,
            code,
            message: short(failure.message),
            command: failure.command.map(short),
            stderr: failure.stderr.map(short),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_versions_are_told_who_has_to_be_updated() {
        assert_eq!(check_version(Some("1")), Ok(()));
        assert!(check_version(Some("2")).is_err_and(|text| text.contains("update the server")));
        assert!(check_version(Some("0")).is_err_and(|text| text.contains("update the worker")));
        assert!(check_version(None).is_err_and(|text| text.contains("update the worker")));
    }

    #[test]
    fn a_failure_fits_into_a_request_however_long_its_texts_are() {
        for text in ["x", "ü", "\"", "\u{1}", "\n", "\u{1F600}"] {
            let long = format!("begin{}end", text.repeat(50_000));
            let mut error = TaskError::retry("ffmpeg_failed", &*long);
            (error.command, error.stderr) = (Some(long.clone()), Some(long));
            let failure = Failure::from(&error);
            let sent = serde_json::to_string(&failure).map_or(usize::MAX, |text| text.len());
            assert!((10_000..60_000).contains(&sent), "{text:?}: {sent}");
            assert!(failure.message.starts_with("begin") && failure.stderr.is_some_and(|text| text.ends_with("end")));
        }
        let short = TaskError::retry("ffmpeg_failed", "short");
        assert_eq!(Failure::from(&short).message, "short");
    }

    #[test]
    fn only_what_says_nothing_of_the_task_is_free() {
        let said = |code: &str| {
            let (code, message) = (code.to_owned(), String::new());
            TaskError::from(Failure { retry: FailureRetry::Free, code, message, command: None, stderr: None }).retry
        };
        assert_eq!((said("storage_full"), said("ffmpeg_failed")), (Retry::Free, Retry::Later));
    }
}
