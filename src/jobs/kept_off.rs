//! Who is no good for which job: given another task of it, it would only fail again.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::id::JobId;
use crate::domain::job::Task;
use crate::domain::ladder::encoder;
use crate::domain::task::{Retry, TaskError};

/// A claimer that failed by no fault of the task (its disk is full, say) gets nothing more of the job for this long.
const CRAMPED_FOR: Duration = Duration::from_secs(3 * 60);

/// By claimer and job. Nothing in it is missed for long after a restart.
#[derive(Debug, Default)]
pub struct KeptOff(Mutex<HashMap<(String, JobId), Why>>);

#[derive(Debug)]
struct Why {
    /// With what it failed.
    encoder: String,
    /// It has no room, or does not reach the source, and may then. None: its encoder makes what does not fit what is there
    /// of the job.
    until: Option<Instant>,
}

impl KeptOff {
    fn known(&self) -> MutexGuard<'_, HashMap<(String, JobId), Why>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, why| why.until.is_none_or(|until| until > Instant::now()));
        known
    }

    /// Takes note of a failure.
    pub(super) fn note(&self, task: &Task, error: &TaskError) {
        let (Some(owner), Some(name)) = (&task.lease_owner, task.spec.encoder()) else { return };
        let until = match error.code {
            // what hardware fails at gives way to software, which the same machine may do
            "init_mismatch" if encoder::hardware(name).is_none() => None,
            code if error.retry == Retry::Free && code != "cancelled" => Some(Instant::now() + CRAMPED_FOR),
            _ => return,
        };
        self.known().insert((owner.clone(), task.job_id), Why { encoder: name.to_owned(), until });
    }

    /// The jobs that somebody gets nothing of.
    pub fn jobs(&self, owner: &str) -> Vec<JobId> {
        self.known().keys().filter(|(who, _)| who == owner).map(|(_, job)| *job).collect()
    }

    /// Somebody came back, perhaps with another encoder and more room.
    pub fn forget(&self, owner: &str) {
        self.known().retain(|(who, _), _| who != owner);
    }

    /// Where nobody is left of those who are `here`, by name and encoders, all may try again: what they fail at is counted,
    /// and a job that nobody can go on with ends and says why.
    pub fn let_try_again(&self, here: &[(String, Vec<&'static str>)]) {
        let mut known = self.known();
        let is_stuck = |job: JobId, why: &Why| {
            let mut able = here.iter().filter(|(_, encoders)| encoders.contains(&why.encoder.as_str()));
            able.all(|(owner, _)| known.contains_key(&(owner.clone(), job)))
        };
        let stuck: Vec<JobId> =
            known.iter().filter(|((_, job), why)| is_stuck(*job, why)).map(|((_, job), _)| *job).collect();
        known.retain(|(_, job), _| !stuck.contains(job));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::speed::tests::task;

    fn jobs(kept: &KeptOff, owner: &str) -> usize {
        kept.jobs(owner).len()
    }

    #[test]
    fn who_cannot_help_a_job_is_kept_off_it_as_long_as_others_can() {
        let (kept, held) = (KeptOff::default(), |owner: &str| task(1, owner, 0.0));
        kept.note(&held("cellar"), &TaskError::retry("ffmpeg_failed", ""));
        kept.note(&held("cellar"), &TaskError::free("cancelled", ""));
        assert_eq!(jobs(&kept, "cellar"), 0, "that says nothing of the machine");
        kept.note(&held("cellar"), &TaskError::retry("init_mismatch", ""));
        kept.note(&held("attic"), &TaskError::free("storage_full", ""));
        assert_eq!((jobs(&kept, "cellar"), jobs(&kept, "attic"), jobs(&kept, "server")), (1, 1, 0));
        let here = |names: [&str; 3]| names.map(|name| (name.to_owned(), vec!["libx264"]));
        kept.let_try_again(&here(["cellar", "attic", "server"]));
        assert_eq!((jobs(&kept, "cellar"), jobs(&kept, "attic")), (1, 1), "the server does it");
        let mut others = here(["cellar", "attic", "server"]);
        others[2].1 = vec!["libx265"];
        kept.let_try_again(&others);
        assert_eq!((jobs(&kept, "cellar"), jobs(&kept, "attic")), (0, 0), "nobody else can");
        kept.note(&held("cellar"), &TaskError::retry("init_mismatch", ""));
        kept.forget("cellar");
        assert_eq!(jobs(&kept, "cellar"), 0, "it came back");
    }
}
