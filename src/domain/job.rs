//! Jobs and tasks: rows of the queue, and the one place where their states may change.

use serde::{Deserialize, Serialize};

use super::error::UnknownText;
use super::id::{JobId, TaskId, VideoId};
use super::task::TaskSpec;

/// What a person asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Make the first generation of a video from its source.
    Transcode,
    /// Make another generation beside the one that is watched.
    Reencode,
    /// Make the pictures of the seek bar.
    Sprites,
    /// Write down what is said.
    Transcription,
}

impl JobKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Transcode, Self::Reencode, Self::Sprites, Self::Transcription];
    /// Those that build a generation; a video's status tells of the latest. The others add to what is there.
    pub const GENERATION: [Self; 2] = [Self::Transcode, Self::Reencode];
    /// Those that add to what is there: one task each, see `app::additions`.
    pub const ADDITIONS: [Self; 2] = [Self::Sprites, Self::Transcription];

    /// True for those that build a generation; false for additions.
    pub fn builds_generation(self) -> bool {
        Self::GENERATION.contains(&self)
    }

    /// The text stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transcode => "transcode",
            Self::Reencode => "reencode",
            Self::Sprites => "sprites",
            Self::Transcription => "transcription",
        }
    }
}

impl std::str::FromStr for JobKind {
    type Err = UnknownText;
    fn from_str(text: &str) -> Result<Self, UnknownText> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| UnknownText::new("job kind", text))
    }
}

macro_rules! state {
    ($(#[$doc:meta])* $name:ident, $what:literal { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant),* }

        impl $name {
            /// The text stored in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownText;
            fn from_str(text: &str) -> Result<Self, UnknownText> {
                match text { $($text => Ok(Self::$variant),)* _ => Err(UnknownText::new($what, text)) }
            }
        }
    };
}

state!(
    /// Where a job stands.
    JobState, "job state" {
        /// Has tasks that are queued or running.
        Active = "active",
        /// Every task is done.
        Succeeded = "succeeded",
        /// A task it cannot do without failed for good.
        Failed = "failed",
        /// An admin stopped it.
        Cancelled = "cancelled",
    }
);

state!(
    /// Where a task stands.
    TaskState, "task state" {
        /// May be claimed once `run_at` has come.
        Queued = "queued",
        /// One claimer works on it until `lease_until`.
        Leased = "leased",
        /// Its outcome was applied.
        Succeeded = "succeeded",
        /// Gave up: aborted, or out of attempts.
        Failed = "failed",
        /// Its job was stopped.
        Cancelled = "cancelled",
    }
);

state!(
    /// How urgent a job is.
    #[derive(Default)]
    Priority, "priority" {
        /// Before the others.
        High = "high",
        /// As any.
        #[default]
        Normal = "normal",
        /// After the others.
        Low = "low",
    }
);

impl Priority {
    /// How much each task of a job is moved: further than one kind of later chunks stands from the next, and not as far
    /// as the first chunk of a new upload stands before any backlog.
    const STEP: i32 = 8;

    /// As the database keeps it.
    pub fn number(self) -> i32 {
        match self {
            Self::High => 1,
            Self::Normal => 0,
            Self::Low => -1,
        }
    }

    /// The one of this number.
    pub fn of_number(number: i32) -> Self {
        match number {
            1.. => Self::High,
            0 => Self::Normal,
            ..0 => Self::Low,
        }
    }

    /// What is added to the priority of each task of such a job.
    pub fn shift(self) -> i32 {
        self.number() * Self::STEP
    }
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Active, Self::Succeeded, Self::Failed, Self::Cancelled];

    /// True when nothing will happen to it any more.
    pub fn is_final(self) -> bool {
        self != Self::Active
    }

    /// The state machine: an active job ends in one of three ways; one that failed or was stopped can be tried again,
    /// and one that succeeded taken up for what it did without.
    pub fn may_become(self, next: Self) -> bool {
        (self == Self::Active) != (next == Self::Active)
    }

    /// The states that may become this one.
    pub fn predecessors(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |state| state.may_become(self))
    }
}

/// Delay before the first retry of a task, milliseconds; doubles with each further one.
const FIRST_RETRY_DELAY_MS: i64 = 2_000;
/// Longest delay before a retry, milliseconds.
const LONGEST_RETRY_DELAY_MS: i64 = 5 * 60 * 1_000;

/// How long a task rests after its `attempt`-th try (counted from 1) failed, milliseconds.
pub fn retry_delay_ms(attempt: u32) -> i64 {
    let doublings = attempt.saturating_sub(1).min(20);
    (FIRST_RETRY_DELAY_MS << doublings).min(LONGEST_RETRY_DELAY_MS)
}

impl TaskState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Queued, Self::Leased, Self::Succeeded, Self::Failed, Self::Cancelled];

    /// The state machine: queued tasks are claimed, claimed ones end or go back, and what failed or was
    /// stopped can be queued again with its job. A success is for good unless what it made is gone.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Queued => matches!(next, Self::Leased | Self::Cancelled),
            Self::Leased => next != Self::Leased,
            Self::Succeeded | Self::Failed | Self::Cancelled => next == Self::Queued,
        }
    }

    /// The states that may become this one.
    pub fn predecessors(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |state| state.may_become(self))
    }

    /// True when nothing will happen to it any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// Which pool runs a task: heavy work gets few slots, light work must not wait behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// Read every packet's time stamp once (light).
    Analyse,
    /// Copy the source's video stream into segments (light).
    Copy,
    /// Encode one chunk of the timeline (heavy).
    Encode,
    /// Make the audio renditions (light).
    Audio,
    /// Extract text subtitles (light).
    Subtitles,
    /// Choose and scale the thumbnail (light).
    Thumbnail,
    /// Make the pictures of the seek bar (a pool of its own).
    Sprites,
    /// As `Encode`, for a film that can be watched already (a pool of its own).
    Reencode,
    /// Write down what is said (a pool of its own).
    Transcribe,
    /// Tell an address elsewhere what happened (a pool of its own).
    Deliver,
}

/// The pools, in the order they are shown in.
pub const POOLS: [&str; 6] = ["encode", "light", "sprites", "reencode", "transcription", "webhooks"];

impl TaskKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Analyse,
        Self::Copy,
        Self::Encode,
        Self::Audio,
        Self::Subtitles,
        Self::Thumbnail,
        Self::Sprites,
        Self::Reencode,
        Self::Transcribe,
        Self::Deliver,
    ];
    /// Kinds for the pool whose slots each keep several cores busy.
    pub const HEAVY: &[Self] = &[Self::Encode];
    /// Kinds for the pool of short or IO-bound work.
    pub const LIGHT: &[Self] = &[Self::Analyse, Self::Copy, Self::Audio, Self::Subtitles, Self::Thumbnail];
    /// Kinds for the pool of seek bar pictures.
    pub const SPRITES: &[Self] = &[Self::Sprites];
    /// Kinds for the pool that encodes what can be watched already.
    pub const REENCODE: &[Self] = &[Self::Reencode];
    /// Kinds for the pool that listens.
    pub const TRANSCRIPTION: &[Self] = &[Self::Transcribe];
    /// Kinds for the pool that waits for others most of the time. No job has them.
    pub const WEBHOOKS: &[Self] = &[Self::Deliver];

    /// Light kinds that a new upload begins with, and that are soon done.
    pub const FIRST: &[Self] = &[Self::Analyse, Self::Thumbnail];

    /// True for the one task of an addition, see [`JobKind::ADDITIONS`].
    pub fn is_addition(self) -> bool {
        matches!(self, Self::Sprites | Self::Transcribe)
    }

    /// The pool that runs it, one of [`POOLS`].
    pub fn pool(self) -> &'static str {
        let [encode, light, sprites, reencode, transcription, webhooks] = POOLS;
        match self {
            Self::Encode => encode,
            Self::Analyse | Self::Copy | Self::Audio | Self::Subtitles | Self::Thumbnail => light,
            Self::Sprites => sprites,
            Self::Reencode => reencode,
            Self::Transcribe => transcription,
            Self::Deliver => webhooks,
        }
    }

    /// The text stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Analyse => "analyse",
            Self::Copy => "copy",
            Self::Encode => "encode",
            Self::Audio => "audio",
            Self::Subtitles => "subtitles",
            Self::Thumbnail => "thumbnail",
            Self::Sprites => "sprites",
            Self::Reencode => "reencode",
            Self::Transcribe => "transcribe",
            Self::Deliver => "deliver",
        }
    }
}

impl std::str::FromStr for TaskKind {
    type Err = UnknownText;
    fn from_str(text: &str) -> Result<Self, UnknownText> {
        Self::ALL.into_iter().find(|k| k.as_str() == text).ok_or_else(|| UnknownText::new("task kind", text))
    }
}

/// A job row.
#[derive(Debug, Clone)]
pub struct Job {
    /// Row id.
    pub id: JobId,
    /// What was asked for.
    pub kind: JobKind,
    /// For which video.
    pub video_id: VideoId,
    /// The generation it builds; 0 for one that builds none.
    pub generation: u32,
    /// Where it stands.
    pub state: JobState,
    /// How urgent it is.
    pub priority: Priority,
    /// The plan once the analysis is done: JSON of [`super::transcode::TranscodePlan`].
    pub plan: Option<String>,
    /// Why it failed.
    pub error: Option<super::video::Failure>,
    /// Milliseconds since 1970.
    pub created_at_ms: i64,
    /// When the first task was claimed.
    pub started_at_ms: Option<i64>,
    /// When it reached a final state.
    pub finished_at_ms: Option<i64>,
}

/// A task row.
#[derive(Debug, Clone)]
pub struct Task {
    /// Row id.
    pub id: TaskId,
    /// The job it belongs to.
    pub job_id: JobId,
    /// The video its job is about.
    pub video_id: VideoId,
    /// Which pool may run it.
    pub kind: TaskKind,
    /// Everything a runner needs to know.
    pub spec: TaskSpec,
    /// Where it stands.
    pub state: TaskState,
    /// Higher is claimed first.
    pub priority: i32,
    /// Times it was claimed.
    pub attempt: u32,
    /// Those of them that ended by a fault of the machine as far as one can tell: nobody was heard of any more, or ffmpeg
    /// was ended from outside.
    pub machine_faults: u32,
    /// Claims that may fail, before the task does; and twice as many may end by faults of
    /// machines.
    pub max_attempts: u32,
    /// Not before this time, milliseconds since 1970.
    pub run_at_ms: i64,
    /// Fencing token of the present lease.
    pub lease_token: Option<String>,
    /// Who holds the lease.
    pub lease_owner: Option<String>,
    /// Share done, 0 to 1.
    pub progress: f64,
    /// Speed against real time, 1.0 = as fast as it plays.
    pub speed: Option<f64>,
    /// When the latest claim was made, milliseconds since 1970.
    pub started_at_ms: Option<i64>,
    /// The last error, kept after a retry too.
    pub error: Option<super::video::Failure>,
    /// The task that this one does a second time, because whoever has it is slow; see `db/tasks/twins.rs`.
    pub twin_of: Option<TaskId>,
}

impl Task {
    /// The lease a claim gave; none for a task that nobody holds.
    pub fn lease(&self) -> Option<Lease> {
        self.lease_token.as_ref().map(|token| Lease { task_id: self.id, token: token.clone() })
    }

    /// True when a failure of the present attempt is final.
    pub fn is_last_attempt(&self) -> bool {
        self.attempt.saturating_sub(self.machine_faults) >= self.max_attempts
    }

    /// True when a fault of the machine in the present attempt is final: it may be the task that takes machines down.
    pub fn is_last_machine_fault(&self) -> bool {
        self.machine_faults + 1 >= self.max_attempts * 2
    }
}

/// A task that is about to be queued.
#[derive(Debug, Clone)]
pub struct NewTask {
    /// Everything a runner needs to know.
    pub spec: TaskSpec,
    /// Higher is claimed first.
    pub priority: i32,
}

/// A proof that a claimer holds a task: writes with a stale token change nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The task held.
    pub task_id: TaskId,
    /// The fencing token of this claim.
    pub token: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finished_task_never_runs_again_by_itself() {
        use TaskState::{Cancelled, Failed, Leased, Queued, Succeeded};
        assert_eq!(Leased.predecessors().collect::<Vec<_>>(), [Queued]);
        assert_eq!(Queued.predecessors().collect::<Vec<_>>(), [Leased, Succeeded, Failed, Cancelled]);
        assert_eq!(Succeeded.predecessors().collect::<Vec<_>>(), [Leased]);
        assert_eq!(Failed.predecessors().collect::<Vec<_>>(), [Leased]);
        assert_eq!(Cancelled.predecessors().collect::<Vec<_>>(), [Queued, Leased]);
        assert!(!JobState::Succeeded.may_become(JobState::Failed) && JobState::Failed.may_become(JobState::Active));
    }

    #[test]
    fn retries_come_slower_and_slower() {
        assert_eq!(
            [1, 2, 3, 8, 9, 4_000_000_000].map(retry_delay_ms),
            [2_000, 4_000, 8_000, 256_000, 300_000, 300_000]
        );
        assert_eq!(retry_delay_ms(0), 2_000);
    }
}
