//! The engine's view of a worker: tasks run here, on a source read from the server, and what they make goes back there.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use ring::digest;
use tokio::sync::mpsc;

use super::client::{Client, ClientError, persist};
use super::meter::Meter;
use super::source::Sources;
use crate::config::Worker;
use crate::domain::id::TaskId;
use crate::domain::job::{Lease, Task, TaskKind};
use crate::domain::task::{TaskError, TaskEvent, TaskOutcome};
use crate::domain::worker::BODY_MAX_BYTES;
use crate::jobs::{ApplyError, BoxFuture, Cancel, Runner, Verdict, WaitReason};
use crate::media::ffmpeg::hardware::Hardware;
use crate::media::ffmpeg::process::Tools;
use crate::tasks::{self, Context};

/// Room in an archive for what is not files.
const ARCHIVE_OVERHEAD: u64 = 1 << 20;

/// Runs tasks for a server elsewhere.
pub struct WorkerRunner {
    client: Client,
    tools: Tools,
    hardware: Hardware,
    work_dir: PathBuf,
    free_space_floor: u64,
    streaming: bool,
    sources: Sources,
    meter: Meter,
    /// Files that wait for the end of their task, when they are not sent one by one.
    kept: Mutex<HashMap<TaskId, Vec<String>>>,
}

impl WorkerRunner {
    /// `work_dir` is empty, and this runner's alone.
    pub fn new(
        client: Client,
        (tools, hardware): (Tools, Hardware),
        work_dir: PathBuf,
        config: &Worker,
        sources: Sources,
        meter: Meter,
    ) -> Self {
        Self {
            client,
            tools,
            hardware,
            work_dir,
            free_space_floor: config.free_space_floor.0,
            streaming: config.streaming_upload,
            sources,
            meter,
            kept: Mutex::default(),
        }
    }

    /// Of this attempt: one that was stopped and comes back at once must not meet its past self.
    fn directory(&self, task: &Task) -> PathBuf {
        self.work_dir.join(format!("{}-{}", task.id, task.lease_token.as_deref().unwrap_or_default()))
    }

    async fn run_here(
        &self,
        task: Task,
        events: mpsc::Sender<TaskEvent>,
        cancel: Cancel,
    ) -> Result<TaskOutcome, TaskError> {
        let _running = self.meter.begin(&task);
        let work = self.directory(&task);
        tokio::fs::create_dir_all(&work).await.map_err(|e| here("making a directory", &e))?;
        let source = self.sources.open(&task, lease(&task)).await.map_err(refused)?;
        let (tools, hardware) = (self.tools.clone(), self.hardware.clone());
        let context = Context { tools, hardware, source: source.input(), work, listening: None, events, cancel };
        let outcome = tasks::run(&task.spec, &context).await;
        if let Some(error) = source.broken() {
            return Err(refused(error));
        }
        match outcome {
            Err(error) if error.code == "ffmpeg_stalled" && source.was_starved() => {
                Err(TaskError::free("server_unreachable", "The source came too slowly."))
            }
            outcome => outcome,
        }
    }

    /// Sends a finished file, and forgets it.
    async fn send(&self, task: &Task, file: &str) -> Result<(), TaskError> {
        let path = self.directory(task).join(file);
        let (bytes, sha256) = {
            let path = path.clone();
            blocking("reading a segment", move || std::fs::read(path).map(hashed)).await?
        };
        let (lease, address) = (lease(task), format!("files/{file}"));
        let sent = persist("sending a segment", || self.client.put(&lease, &address, bytes.clone(), &sha256));
        sent.await.map_err(refused)?;
        tokio::fs::remove_file(&path).await.map_err(|e| here("removing a segment", &e))
    }

    /// Sends all files of a task in as few archives as the limit on a request allows, in order.
    async fn send_kept(&self, task: &Task) -> Result<(), TaskError> {
        let files = self.kept.lock().unwrap_or_else(PoisonError::into_inner).remove(&task.id).unwrap_or_default();
        let (directory, lease) = (self.directory(task), lease(task));
        let mut rest = files.as_slice();
        while !rest.is_empty() {
            let (directory, candidates) = (directory.clone(), rest.to_vec());
            let (count, (bytes, sha256)) = blocking("packing segments", move || pack(&directory, &candidates)).await?;
            let sent = persist("sending segments", || self.client.put(&lease, "archive", bytes.clone(), &sha256));
            sent.await.map_err(refused)?;
            rest = &rest[count..];
        }
        Ok(())
    }

    async fn clean_up(&self, task: &Task) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).remove(&task.id);
        let directory = self.directory(task);
        let remove = move || {
            // who still writes there (a process that is being killed) may add a file meanwhile
            std::fs::remove_dir_all(&directory).or_else(|_| std::fs::remove_dir_all(&directory))
        };
        if let Ok(Err(error)) = tokio::task::spawn_blocking(remove).await
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(task = %task.id, %error, "a directory was left behind");
        }
    }
}

impl Runner for WorkerRunner {
    fn may_claim(&self, _: &[TaskKind]) -> Option<WaitReason> {
        match rustix::fs::statvfs(&self.work_dir) {
            Ok(stat) if stat.f_bavail * stat.f_frsize >= self.free_space_floor => None,
            Ok(_) => Some(WaitReason {
                code: "storage_full",
                message: "The disk is nearly full. Work goes on when there is room again.".to_owned(),
            }),
            Err(error) => Some(WaitReason { code: "storage_unavailable", message: error.to_string() }),
        }
    }

    fn run(
        &self,
        task: Task,
        events: mpsc::Sender<TaskEvent>,
        cancel: Cancel,
    ) -> BoxFuture<'_, Result<TaskOutcome, TaskError>> {
        Box::pin(self.run_here(task, events, cancel))
    }

    fn on_event<'a>(&'a self, task: &'a Task, event: TaskEvent) -> BoxFuture<'a, Result<(), TaskError>> {
        Box::pin(async move {
            match event {
                TaskEvent::Progress { speed, .. } => {
                    speed.into_iter().for_each(|speed| self.meter.goes(task, speed));
                    Ok(()) // the next heartbeat carries it
                }
                TaskEvent::File(file) if self.streaming => self.send(task, &file).await,
                TaskEvent::File(file) => {
                    let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
                    let files = kept.entry(task.id).or_default();
                    // an attempt that failed, and was followed by another, may have made it already
                    if !files.contains(&file) {
                        files.push(file);
                    }
                    Ok(())
                }
            }
        })
    }

    fn apply<'a>(
        &'a self,
        task: &'a Task,
        lease: &'a Lease,
        outcome: TaskOutcome,
    ) -> BoxFuture<'a, Result<(), ApplyError>> {
        Box::pin(async move {
            self.send_kept(task).await?;
            let finished = persist("finishing a task", || self.client.finish(lease, &outcome)).await;
            match finished {
                Ok(()) => tracing::info!(task = %task.id, "task done"),
                Err(error) if error.is("lease_lost") => {
                    self.clean_up(task).await;
                    return Err(ApplyError::LeaseLost);
                }
                Err(error) => return Err(refused(error).into()),
            }
            self.clean_up(task).await;
            Ok(())
        })
    }

    fn on_failed<'a>(&'a self, task: &'a Task, _: &'a TaskError, _: Verdict) -> BoxFuture<'a, ()> {
        Box::pin(self.clean_up(task))
    }

    fn on_stopped<'a>(&'a self, task: &'a Task) -> BoxFuture<'a, ()> {
        Box::pin(self.clean_up(task))
    }
}

fn lease(task: &Task) -> Lease {
    Lease { task_id: task.id, token: task.lease_token.clone().unwrap_or_default() }
}

fn hashed(bytes: Vec<u8>) -> (Bytes, String) {
    let sha256 = hex::encode(digest::digest(&digest::SHA256, &bytes));
    (bytes.into(), sha256)
}

/// A tar of the first of these files, and how many went in.
fn pack(directory: &Path, files: &[String]) -> std::io::Result<(usize, (Bytes, String))> {
    let mut archive = tar::Builder::new(Vec::new());
    let (mut count, mut size) = (0, ARCHIVE_OVERHEAD);
    for file in files {
        let path = directory.join(file);
        size += std::fs::metadata(&path)?.len();
        if count > 0 && size > BODY_MAX_BYTES {
            break;
        }
        archive.append_path_with_name(&path, file)?;
        count += 1;
    }
    Ok((count, hashed(archive.into_inner()?)))
}

async fn blocking<T: Send + 'static>(
    what: &str,
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, TaskError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|e| TaskError::retry("task_panicked", e.to_string()))?.map_err(|e| here(what, &e))
}

/// A fault of this machine's disk.
fn here(what: &str, error: &std::io::Error) -> TaskError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            TaskError::free("storage_full", "The worker's disk is full; the work goes on when there is room.")
        }
        _ => TaskError::retry("work_directory_failed", format!("{what}: {error}")),
    }
}

/// What the server does not take.
fn refused(error: ClientError) -> TaskError {
    let message = error.to_string();
    for code in ["init_mismatch", "invalid_segment", "segments_missing"] {
        if error.is(code) {
            return TaskError::retry(code, message);
        }
    }
    if error.is("lease_lost") {
        TaskError::free("cancelled", message)
    } else if error.is_fault() {
        TaskError::machine("server_fault", format!("The server failed at it again and again: {message}"))
    } else {
        TaskError::retry("worker_failed", message)
    }
}
