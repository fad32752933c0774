//! How fast each claimer has been, and what follows from it: which running task somebody who has nothing to do should do a
//! second time, and who should leave the last tasks to others.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::domain::id::TaskId;
use crate::domain::job::Task;
use crate::domain::task::TaskOutcome;

/// Share of the latest task in the average.
const LATEST_SHARE: f64 = 0.3;
/// Below this progress says nothing yet.
const TELLING_PROGRESS: f64 = 0.02;
/// From here on what is left to do tells little: whoever hangs at the end hangs there for long.
const NEARLY_DONE: f64 = 0.9;
/// A second run must be done in this share of the time that the first one still needs.
const WORTH_WHILE: f64 = 0.6;
/// What a run costs before it begins, seconds: the source is fetched, encoders fill up.
const START_SECONDS: f64 = 2.0;
/// Others must be faster by this to be left anything to.
const FASTER: f64 = 1.2;

/// Pixels a second, by claimer and encoder. Nothing in it is missed for long after a restart.
#[derive(Default)]
pub struct Speeds(Mutex<HashMap<(String, String), f64>>);

impl Speeds {
    /// Takes note of a task that its holder has just done. What software made in the place of hardware tells nothing of
    /// the hardware.
    pub fn note(&self, task: &Task, outcome: &TaskOutcome, now_ms: i64) {
        if matches!(outcome, TaskOutcome::Segments { fallback: Some(_), .. }) {
            return;
        }
        let (Some(pixels), Some(owner), Some(begun)) = (task.spec.pixels(), &task.lease_owner, task.started_at_ms)
        else {
            return;
        };
        let seconds = seconds(now_ms - begun).max(0.001);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let speed = known.entry((owner.clone(), encoder(task))).or_insert(pixels / seconds);
        *speed += (pixels / seconds - *speed) * LATEST_SHARE;
    }

    /// Pixels a second; none for a claimer that has not shown it.
    pub fn of(&self, owner: &str, task: &Task) -> Option<f64> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&(owner.to_owned(), encoder(task))).copied()
    }

    /// False when nobody is known to be faster than `me`: there is nobody to leave a task to.
    pub(super) fn is_slower(&self, me: &str) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().filter(|((owner, _), _)| owner == me).any(|((_, encoder), mine)| {
            known.iter().any(|((_, other), speed)| other == encoder && *speed > mine * FASTER)
        })
    }

    /// Whether `me` should leave all that waits to those who run something: they will be through with all of it before
    /// `me` would be with the first. `may_run` says who may take which.
    pub(super) fn leaves_to_others(
        &self,
        waiting: &[Task],
        running: &[Task],
        me: &str,
        may_run: impl Fn(&str, &Task) -> bool,
        now_ms: i64,
    ) -> bool {
        let time = |owner: &str, task: &Task| Some(task.spec.pixels()? / self.of(owner, task)? + START_SECONDS);
        let Some(mine) = waiting.first().and_then(|task| time(me, task)) else { return false };
        // when each of the others is free again, seconds from now
        let others = running.iter().filter_map(|task| {
            let owner = task.lease_owner.as_deref().filter(|owner| *owner != me)?;
            let left = seconds_left(task, task.spec.pixels()? / self.of(owner, task)?, now_ms)?;
            Some((owner, left))
        });
        let mut others: Vec<(&str, f64)> = others.collect();
        waiting.iter().all(|task| {
            let ends = others.iter_mut().filter(|(owner, _)| may_run(owner, task));
            let ends = ends.filter_map(|other| time(other.0, task).map(|time| (other.1 + time, other)));
            let Some((end, other)) = ends.min_by(|(one, _), (next, _)| one.total_cmp(next)) else { return false };
            other.1 = end;
            end < mine
        })
    }

    /// Of the running tasks the one that `me` should run, too: that which its holder will need longest for, if that is
    /// clearly longer than it would take here. Whoever stands still takes longer and longer.
    pub(super) fn straggler(
        &self,
        running: &[Task],
        me: &str,
        may_run: impl Fn(&Task) -> bool,
        now_ms: i64,
    ) -> Option<TaskId> {
        let doubled = |task: &Task| running.iter().any(|other| other.twin_of == Some(task.id));
        let candidates = running.iter().filter(|task| {
            let mine = task.lease_owner.as_deref().is_none_or(|owner| owner == me);
            !mine && task.twin_of.is_none() && !doubled(task) && may_run(task)
        });
        let late = candidates.filter_map(|task| {
            let (pixels, owner) = (task.spec.pixels()?, task.lease_owner.as_deref()?);
            let theirs = self.of(owner, task);
            // who is not known is thought to be like the one who is
            let here = pixels / self.of(me, task).or(theirs)? + START_SECONDS;
            let left = seconds_left(task, pixels / theirs.or(self.of(me, task))?, now_ms)?;
            (here < left * WORTH_WHILE).then_some((task.id, left))
        });
        late.max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(id, _)| id)
    }
}

/// What its holder needs to the end: by how far it came, or by how long it should have taken.
fn seconds_left(task: &Task, usual: f64, now_ms: i64) -> Option<f64> {
    let elapsed = seconds(now_ms - task.started_at_ms?);
    Some(if task.progress > NEARLY_DONE {
        (elapsed * (1.0 - task.progress).max(0.0) / task.progress).max(elapsed - usual)
    } else if task.progress > TELLING_PROGRESS {
        elapsed * (1.0 - task.progress) / task.progress
    } else {
        (usual - elapsed).max(elapsed)
    })
}

fn seconds(ms: i64) -> f64 {
    ms.max(0) as f64 / 1000.0
}

fn encoder(task: &Task) -> String {
    task.spec.encoder().unwrap_or_default().to_owned()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::id::{JobId, VideoId};
    use crate::domain::job::{TaskKind, TaskState};
    use crate::domain::ladder;
    use crate::domain::task::{EncodeSpec, Picture, TaskSpec};
    use crate::domain::transcode::Chunk;

    /// A minute of 720p that somebody began at time 0.
    pub fn task(id: i64, owner: &str, progress: f64) -> Task {
        let chunk = Chunk {
            index: 0,
            first_segment: 0,
            starts: vec![0.0],
            end: None,
            last_frame: None,
            quarter_frame: 0.01,
            seek: None,
        };
        let spec = EncodeSpec {
            start_seconds: 0.0,
            stream_index: 0,
            chunk,
            duration_seconds: 60.0,
            rungs: ladder::rungs(1280, 720, 25.0),
            picture: Picture::default(),
            encoder: "libx264".to_owned(),
            preset: "fast".to_owned(),
            frames_on_device: None,
            beside_hardware: false,
        };
        Task {
            id: TaskId(id),
            job_id: JobId(1),
            video_id: VideoId(1),
            kind: TaskKind::Encode,
            spec: TaskSpec::Encode(spec),
            state: TaskState::Leased,
            priority: 0,
            attempt: 1,
            machine_faults: 0,
            max_attempts: 5,
            run_at_ms: 0,
            lease_token: None,
            lease_owner: Some(owner.to_owned()),
            progress,
            speed: None,
            started_at_ms: Some(0),
            error: None,
            twin_of: None,
        }
    }

    fn made(fallback: Option<&str>) -> TaskOutcome {
        TaskOutcome::Segments { ranges: Vec::new(), speed: None, fallback: fallback.map(str::to_owned) }
    }

    /// Such a task takes the garage 20 s and the attic 100 s.
    fn known() -> Speeds {
        let speeds = Speeds::default();
        speeds.note(&task(1, "garage", 1.0), &made(None), 20_000);
        speeds.note(&task(2, "attic", 1.0), &made(None), 100_000);
        speeds
    }

    fn straggler(running: &[Task], me: &str, now_ms: i64) -> Option<TaskId> {
        known().straggler(running, me, |_| true, now_ms)
    }

    #[test]
    fn who_is_faster_by_far_helps_out() {
        let late = [task(3, "attic", 0.5)];
        assert_eq!(straggler(&late, "garage", 50_000), Some(TaskId(3)), "20 s here, 50 s there");
        assert_eq!(straggler(&[task(3, "attic", 0.8)], "garage", 80_000), None, "it is as good as done");
        assert_eq!(straggler(&[task(3, "garage", 0.1)], "attic", 2_000), None, "no help at all");
        assert_eq!(straggler(&late, "attic", 50_000), None, "its own");
        assert_eq!(known().straggler(&late, "garage", |_| false, 50_000), None, "nothing it can do");
    }

    #[test]
    fn who_stands_still_is_found_out() {
        let stuck = [task(3, "garage", 0.0)];
        assert_eq!(straggler(&stuck, "cellar", 10_000), None);
        assert_eq!(straggler(&stuck, "cellar", 60_000), Some(TaskId(3)), "it should have taken 20 s");
        assert_eq!(straggler(&[task(3, "garage", 0.5)], "cellar", 60_000), Some(TaskId(3)), "it began well");
        let at_the_end = [task(3, "garage", 1.0)];
        assert_eq!(straggler(&at_the_end, "cellar", 25_000), None, "any moment now");
        assert_eq!(straggler(&at_the_end, "cellar", 90_000), Some(TaskId(3)), "it cannot bring it back");
        assert_eq!(Speeds::default().straggler(&stuck, "cellar", |_| true, 60_000), None, "nothing is known");
    }

    #[test]
    fn the_last_tasks_are_left_to_whoever_is_through_with_them_sooner() {
        let speeds = known();
        let waiting = [task(4, "", 0.0), task(5, "", 0.0), task(6, "", 0.0), task(7, "", 0.0), task(8, "", 0.0)];
        let leaves = |waiting: &[Task], running: &[Task], me: &str| {
            speeds.leaves_to_others(waiting, running, me, |_, _| true, 10_000)
        };
        let running = [task(3, "garage", 0.5)];
        // 10 s are left, then 22 s each; the attic takes 102 s
        assert!(leaves(&waiting[..4], &running, "attic"));
        assert!(!leaves(&waiting, &running, "attic"), "the fifth would be late");
        assert!(leaves(&waiting, &[running[0].clone(), task(9, "garage", 0.5)], "attic"), "it does two at once");
        assert!(!leaves(&waiting[..1], &running, "garage"), "there is only itself");
        assert!(!leaves(&waiting[..1], &[task(3, "attic", 0.9)], "garage"), "they are slow");
        assert!(!leaves(&waiting[..1], &running, "cellar"), "nobody knows how fast it is");
        assert!(!leaves(&waiting[..1], &[], "attic"), "nobody is about");
        let kept_off = |owner: &str, _: &Task| owner != "garage";
        assert!(!speeds.leaves_to_others(&waiting[..1], &running, "attic", kept_off, 10_000));
        assert!(speeds.is_slower("attic") && !speeds.is_slower("garage") && !speeds.is_slower("cellar"));
    }

    #[test]
    fn what_software_made_in_its_place_is_no_speed_of_hardware() {
        let (speeds, done) = (known(), task(3, "garage", 1.0));
        let before = speeds.of("garage", &done);
        speeds.note(&done, &made(Some("h264_nvenc: the card is gone")), 500_000);
        assert_eq!(speeds.of("garage", &done), before);
        speeds.note(&done, &made(None), 500_000);
        assert!(speeds.of("garage", &done) < before);
    }

    #[test]
    fn the_latest_is_helped_and_nobody_twice() {
        let two = [task(3, "attic", 0.5), task(4, "attic", 0.4)];
        assert_eq!(straggler(&two, "garage", 50_000), Some(TaskId(4)));
        let mut twin = task(5, "cellar", 0.0);
        twin.twin_of = Some(TaskId(4));
        assert_eq!(straggler(&[two[0].clone(), two[1].clone(), twin.clone()], "garage", 50_000), Some(TaskId(3)));
        assert_eq!(straggler(&[two[1].clone(), twin], "garage", 50_000), None);
    }
}
