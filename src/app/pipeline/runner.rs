//! The engine's view of the pipeline: running tasks in this process, taking their files, applying outcomes.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::generation::TakeError;
use super::{Live, announce, apply, generation_of, locked};
use crate::app::App;
use crate::db::{DbError, jobs, videos};
use crate::domain::job::{Job, Lease, Task};
use crate::domain::ladder::Codec;
use crate::domain::task::{TaskError, TaskEvent, TaskOutcome, TaskSpec};
use crate::jobs::{ApplyError, BoxFuture, Cancel, Runner, Verdict, WaitReason};
use crate::storage::keys::{self, Key};
use crate::tasks::{self, Context};

/// Runs transcode tasks on this machine.
pub struct TranscodeRunner {
    app: App,
}

impl TranscodeRunner {
    /// A runner with the application's programs.
    pub fn new(app: App) -> Self {
        Self { app }
    }

    async fn run_here(
        &self,
        task: Task,
        events: mpsc::Sender<TaskEvent>,
        cancel: Cancel,
    ) -> Result<TaskOutcome, TaskError> {
        let (storage, key) = (self.app.storage().clone(), work_key(&task));
        let video = {
            let id = task.video_id;
            self.app.db().run(move |conn| videos::get(conn, id)).await.map_err(|e| lost("reading the video", &e))?
        };
        let source = storage.path(&keys::source(&video.source.key));
        if !source.is_file() {
            return Err(TaskError::abort("source_missing", "The uploaded file is not in the storage any more."));
        }
        let work = tokio::task::spawn_blocking(move || storage.fresh_directory(&key));
        let work = work.await.map_err(|e| lost("making a work directory", &e))?.map_err(|e| stored(&e))?;
        let context = Context { tools: self.app.tools(), source, work, events, cancel };
        tasks::run(&task.spec, &context).await
    }

    /// A finished file goes to its place; what players see follows.
    async fn take(&self, task: &Task, file: String) -> Result<(), TaskError> {
        let job = self.job(task).await?;
        let generation = generation_of(&self.app, &job).await.map_err(|e| lost("opening the generation", &e))?;
        let (storage, shared) = (self.app.storage().clone(), Arc::clone(&generation));
        let work = storage.path(&work_key(task));
        let taken = tokio::task::spawn_blocking(move || locked(&shared).take(&storage, &work, &file));
        taken.await.map_err(|e| lost("storing a file", &e))?.map_err(|e| untaken(&e))?;
        apply::publish_if_playable(&self.app, &job, &generation).await.map_err(|e| lost("publishing", &e))
    }

    async fn job(&self, task: &Task) -> Result<Job, TaskError> {
        let id = task.job_id;
        self.app.db().run(move |conn| jobs::get(conn, id)).await.map_err(|e| lost("reading the job", &e))
    }

    async fn clean_up(&self, task: &Task) {
        locked(&self.app.pipeline().live).remove(&task.id);
        self.remove(work_key(task)).await;
    }

    async fn remove(&self, directory: Key) {
        let storage = self.app.storage().clone();
        let removed = tokio::task::spawn_blocking(move || {
            // who still writes there (a process that is being killed) may add a file meanwhile
            storage.remove_directory(&directory).or_else(|_| storage.remove_directory(&directory))
        });
        if let Ok(Err(error)) = removed.await {
            tracing::warn!(%error, "a directory was left behind");
        }
    }
}

impl Runner for TranscodeRunner {
    fn may_claim(&self) -> Option<WaitReason> {
        let floor = self.app.config().storage.free_space_floor.0;
        let reason = match self.app.storage().free_bytes() {
            Ok(free) if free >= floor => None,
            Ok(_) => Some(WaitReason {
                code: "storage_full",
                message: "The disk is nearly full. Work goes on when there is room again.".to_owned(),
            }),
            Err(error) => Some(WaitReason { code: "storage_unavailable", message: error.to_string() }),
        };
        locked(&self.app.pipeline().waiting).clone_from(&reason);
        reason
    }

    fn run(
        &self,
        task: Task,
        events: mpsc::Sender<TaskEvent>,
        cancel: Cancel,
    ) -> BoxFuture<'_, Result<TaskOutcome, TaskError>> {
        Box::pin(async move {
            apply::started(&self.app, &task).await.map_err(|e| lost("noting the start", &e))?;
            self.run_here(task, events, cancel).await
        })
    }

    fn on_event<'a>(&'a self, task: &'a Task, event: TaskEvent) -> BoxFuture<'a, Result<(), TaskError>> {
        Box::pin(async move {
            match event {
                TaskEvent::Progress { fraction, speed } => {
                    locked(&self.app.pipeline().live).insert(task.id, Live { fraction, speed });
                    announce(&self.app, task.video_id, false).await;
                    Ok(())
                }
                TaskEvent::File(file) => self.take(task, file).await,
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
            let applied = apply::apply(&self.app, task, lease, outcome).await;
            self.clean_up(task).await;
            applied
        })
    }

    fn on_failed<'a>(&'a self, task: &'a Task, error: &'a TaskError, verdict: Verdict) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            self.clean_up(task).await;
            if verdict == Verdict::GaveUp
                && let Err(error) = apply::gave_up(&self.app, task, error).await
            {
                tracing::error!(task = %task.id, %error, "a failure was not recorded; the reconciler will");
            }
            announce(&self.app, task.video_id, true).await;
        })
    }

    fn on_stopped<'a>(&'a self, task: &'a Task) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            self.clean_up(task).await;
            let id = task.video_id;
            let gone = self.app.db().run(move |conn| Ok(matches!(videos::get(conn, id), Err(DbError::NotFound)))).await;
            // a file on its way to the generation may have come after the video was deleted
            if matches!(gone, Ok(true)) {
                self.remove(keys::video(id)).await;
            }
        })
    }
}

/// Its lease names the directory: a task that was cancelled and is tried again at once must not meet its past self.
fn work_key(task: &Task) -> Key {
    keys::work(task.id, task.lease_token.as_deref().unwrap_or_default())
}

/// Encoded sound and picture are what the task made; where they go is ours, so a fault there may pass.
fn lost(what: &str, error: &dyn std::fmt::Display) -> TaskError {
    TaskError::retry("server_fault", format!("{what}: {error}"))
}

fn stored(error: &crate::storage::StorageError) -> TaskError {
    if error.is_full() {
        TaskError::free("storage_full", "The disk is full; the work goes on when there is room.")
    } else {
        TaskError::retry("storage_failed", error.to_string())
    }
}

fn untaken(error: &TakeError) -> TaskError {
    match error {
        TakeError::Storage(error) => stored(error),
        TakeError::Unreadable { .. } | TakeError::Damaged { .. } => {
            TaskError::retry("invalid_segment", error.to_string())
        }
        TakeError::InitMismatch { .. } => TaskError::retry("init_mismatch", error.to_string()),
    }
}

/// What is told about a failure that leaves a video worth watching. Of a codec the same for every chunk: one note is
/// enough, and the log has the rest.
pub(super) fn warning(spec: &TaskSpec, error: &str) -> String {
    match (spec, spec.codec()) {
        (TaskSpec::Subtitles(_), _) => format!("The subtitles in the file could not be read: {error}"),
        (TaskSpec::Thumbnail(_), _) => format!("No thumbnail could be made: {error}"),
        (_, Some(Codec::Hevc)) => "Not every HEVC rendition could be made; the H.264 ones are complete.".to_owned(),
        (_, Some(Codec::Av1)) => "Not every AV1 rendition could be made; the H.264 ones are complete.".to_owned(),
        _ => error.to_owned(),
    }
}
