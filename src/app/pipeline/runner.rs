//! The engine's view of the pipeline: running tasks in this process, taking their files, applying outcomes.

use std::path::PathBuf;

use tokio::sync::mpsc;

use super::generation::TakeError;
use super::give_way::give_way;
use super::{Live, announce, apply, generation_of, given_back, locked};
use crate::app::{App, pools, webhooks};
use crate::db::{DbError, jobs, videos};
use crate::domain::id::TaskId;
use crate::domain::job::{Job, Lease, Task, TaskKind};
use crate::domain::ladder::Codec;
use crate::domain::task::{SegmentRange, TaskError, TaskEvent, TaskOutcome, TaskSpec};
use crate::jobs::{ApplyError, BoxFuture, Cancel, Runner, Verdict, WaitReason};
use crate::speech::models;
use crate::storage::keys::{self, Key};
use crate::tasks::{self, Context, Listening};

/// Niceness of what may take its time.
const NICEST: u8 = 19;

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
        let file = source.clone();
        let work = tokio::task::spawn_blocking(move || file.is_file().then(|| storage.fresh_directory(&key)));
        let work = work.await.map_err(|e| lost("making a work directory", &e))?;
        let missing = || TaskError::abort("source_missing", "The uploaded file is not in the storage any more.");
        let work = work.ok_or_else(missing)?.map_err(|e| stored(&e))?;
        let (mut tools, hardware) = (self.app.tools(), self.app.encoders().hardware().clone());
        if task.kind == TaskKind::Reencode {
            tools.nice = NICEST;
        }
        let listening = match &task.spec {
            TaskSpec::Transcribe(_) => listening(&self.app).await,
            _ => None,
        };
        let context = Context { tools, hardware, source: source.into(), work, listening, events, cancel };
        tasks::run(&task.spec, &context).await
    }

    /// A task begins, here or elsewhere.
    pub async fn begin(&self, task: &Task) -> Result<(), DbError> {
        apply::started(&self.app, task).await
    }

    /// A finished file, by its path below `work`, goes to its place; what players see follows.
    pub async fn take(&self, task: &Task, work: PathBuf, file: String) -> Result<(), TaskError> {
        let job = self.job(task).await?;
        let generation = generation_of(&self.app, &job).await.map_err(|e| lost("opening the generation", &e))?;
        let storage = self.app.storage().clone();
        let taken = generation.with(move |generation| generation.take(&storage, &work, &file));
        taken.await.map_err(|e| lost("storing a file", &e))?.map_err(|e| untaken(&e))?;
        apply::publish_if_playable(&self.app, &job, &generation).await.map_err(|e| lost("publishing", &e))
    }

    /// Fails unless every file that the outcome speaks of stands where players look for it.
    pub async fn check(&self, task: &Task, made: Vec<SegmentRange>) -> Result<(), TaskError> {
        let job = self.job(task).await?;
        let generation = generation_of(&self.app, &job).await.map_err(|e| lost("opening the generation", &e))?;
        let storage = self.app.storage().clone();
        let checked = generation.with(move |generation| generation.check(&storage, &made));
        checked.await.map_err(|e| lost("checking files", &e))?.map_err(|e| untaken(&e))
    }

    /// Why nothing of a kind is begun, here or elsewhere.
    pub fn may_lend(&self, kind: TaskKind) -> Option<WaitReason> {
        let pool = kind.pool();
        if let Some(reason) = pools::decided(&self.app.config(), pool) {
            return Some(reason);
        }
        let reason = self.disk();
        let mut waiting = locked(&self.app.pipeline().waiting);
        match &reason {
            Some(reason) => waiting.insert(pool, reason.clone()),
            None => waiting.remove(pool),
        };
        reason
    }

    /// Why the disk takes nothing more.
    fn disk(&self) -> Option<WaitReason> {
        let floor = self.app.config().storage.free_space_floor.0;
        match self.app.pipeline().disk.free_bytes(self.app.storage()) {
            Ok(free) if free >= floor => None,
            Ok(_) => Some(WaitReason {
                code: "storage_full",
                message: "The disk is nearly full. Work goes on when there is room again.".to_owned(),
            }),
            Err(message) => Some(WaitReason { code: "storage_unavailable", message }),
        }
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
    fn may_claim(&self, kinds: &[TaskKind]) -> Option<WaitReason> {
        self.may_lend(*kinds.first()?)
    }

    fn run(
        &self,
        task: Task,
        events: mpsc::Sender<TaskEvent>,
        cancel: Cancel,
    ) -> BoxFuture<'_, Result<TaskOutcome, TaskError>> {
        Box::pin(async move {
            self.begin(&task).await.map_err(|e| lost("noting the start", &e))?;
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
                TaskEvent::File(file) => {
                    let work = self.app.storage().path(&work_key(task));
                    self.take(task, work, file).await
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
            let applied = apply::apply(&self.app, task, lease, outcome).await;
            self.clean_up(task).await;
            applied
        })
    }

    fn on_failed<'a>(&'a self, task: &'a Task, error: &'a TaskError, verdict: Verdict) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            self.clean_up(task).await;
            let goes_on = give_way(&self.app, task, error, verdict).await.unwrap_or_else(|error| {
                tracing::error!(task = %task.id, %error, "hardware did not give way to software");
                false
            });
            if verdict == Verdict::GaveUp
                && !goes_on
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
            } else {
                announce(&self.app, id, true).await;
            }
        })
    }

    fn on_given_back(&self, tasks: Vec<TaskId>) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            webhooks::leases_lost(&self.app, tasks.len()).await;
            given_back(&self.app, tasks).await;
        })
    }
}

/// Its lease names the directory: a task that was cancelled and is tried again at once must not meet its past self.
pub(in crate::app) fn work_key(task: &Task) -> Key {
    keys::work(task.id, task.lease_token.as_deref().unwrap_or_default())
}

/// What listens here; none where there is no model.
async fn listening(app: &App) -> Option<Listening> {
    let config = app.config();
    let (ears, timeout) = (config.transcription.ears(), config.transcription.timeout);
    let found = tokio::task::spawn_blocking(move || models::find(&config)).await.ok()?.ok()?;
    // by what runs, not by its name: an update may have put another program there
    let program = format!("/proc/{}/exe", std::process::id()).into();
    Some(Listening { program, model: found.model, voice: found.voice, ears, timeout })
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
        TakeError::Unreadable { .. } | TakeError::Damaged { .. } | TakeError::Unplanned { .. } => {
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
