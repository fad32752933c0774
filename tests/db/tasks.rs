//! Jobs and tasks: the whole life of a queue row.

use std::collections::BTreeMap;

use vlog::db::tasks::{self, Claimer, Counts, Retry, TaskCounts};
use vlog::db::{Conn, Db, DbError, jobs};
use vlog::domain::id::TaskId;
use vlog::domain::job::{Job, JobKind, JobState, Lease, Task, TaskKind, TaskState};
use vlog::domain::task::{TaskError, TaskOutcome};
use vlog::domain::video::Failure;

use crate::database::{analyse, execute, job, on, on_both, subtitles, video};

on_both!(
    jobs_live_once,
    claims_follow_priority_then_age,
    jobs_take_turns,
    no_task_is_claimed_twice,
    a_lease_is_a_right_that_ends,
    a_retry_rests_and_may_be_free,
    success_keeps_the_outcome,
    stopping_a_job_ends_leases,
    failed_work_can_be_tried_again,
    what_is_gone_is_made_anew,
    a_crash_does_not_count,
    an_expired_lease_counts,
    released_work_runs_at_once,
    a_row_nobody_can_read_blocks_nothing,
);

const LEASE_MS: i64 = 30_000;

fn claim(conn: &mut Conn, now_ms: i64) -> Result<Option<Task>, DbError> {
    tasks::claim(conn, &TaskKind::ALL, "server", now_ms, LEASE_MS)
}

fn claimed(conn: &mut Conn, now_ms: i64) -> (Task, Lease) {
    let task = claim(conn, now_ms).unwrap().unwrap();
    let lease = task.lease().unwrap();
    (task, lease)
}

/// A job with that many tasks, queued at time 1.
fn queue(conn: &mut Conn, count: u32) -> Job {
    queue_of(conn, "clip", count)
}

fn queue_of(conn: &mut Conn, title: &str, count: u32) -> Job {
    let video = video(conn, title, 1).id;
    let job = job(conn, video);
    let new: Vec<_> = (0..count).map(|n| analyse(n, 0)).collect();
    tasks::insert_many(conn, &job, &new, 1).unwrap();
    job
}

fn error() -> TaskError {
    let mut error = TaskError::retry("ffmpeg_failed", "ffmpeg ended with 1.");
    error.command = Some("ffmpeg -i".to_owned());
    error.stderr = Some("Invalid data".to_owned());
    error
}

fn state(conn: &mut Conn, id: TaskId) -> TaskState {
    tasks::get(conn, id).unwrap().state
}

async fn jobs_live_once(db: Db) {
    on(&db, |conn| {
        let video = video(conn, "clip", 1).id;
        let id = jobs::insert(conn, video, JobKind::Transcode, 3, 10)?;
        assert!(matches!(jobs::insert(conn, video, JobKind::Transcode, 4, 11), Err(DbError::Conflict(_))));
        assert!(jobs::set_plan(conn, id, "{}")? && !jobs::set_plan(conn, id, "{1}")?);
        assert!(jobs::set_started(conn, id, 20)? && !jobs::set_started(conn, id, 30)?);
        let job = jobs::active_for_video(conn, video)?.unwrap();
        assert_eq!((job.id, job.generation, job.plan.as_deref()), (id, 3, Some("{}")));
        let failure = Failure { code: "x".to_owned(), message: "y".to_owned() };
        assert!(!jobs::finish(conn, id, JobState::Active, None, 40)?);
        assert!(jobs::finish(conn, id, JobState::Failed, Some(&failure), 40)?);
        assert!(!jobs::finish(conn, id, JobState::Succeeded, None, 50)?);
        assert!(jobs::active_for_video(conn, video)?.is_none() && jobs::list_active(conn)?.is_empty());
        let job = jobs::latest_for_video(conn, video)?.unwrap();
        assert_eq!((job.state, job.error), (JobState::Failed, Some(failure)));
        assert_eq!((job.started_at_ms, job.finished_at_ms), (Some(20), Some(40)));
        let next = jobs::insert(conn, video, JobKind::Transcode, 4, 60)?;
        assert!(matches!(tasks::retry_failed(conn, id, 70), Err(DbError::Conflict(_))), "another one is active");
        assert_eq!(jobs::list_active(conn)?.iter().map(|job| job.id).collect::<Vec<_>>(), [next]);
        Ok(())
    })
    .await;
}

async fn claims_follow_priority_then_age(db: Db) {
    on(&db, |conn| {
        let video = video(conn, "clip", 1).id;
        let job = job(conn, video);
        let new = [analyse(0, 0), analyse(1, 5), subtitles(9), analyse(2, 5), analyse(3, 0)];
        tasks::insert_many(conn, &job, &new, 100)?;
        assert!(claim(conn, 99)?.is_none(), "none is due");
        assert!(tasks::claim(conn, &[], "server", 100, 1)?.is_none());
        assert_eq!(tasks::next_run_at(conn, &Claimer::of("server", &[TaskKind::Analyse]))?, Some(100));
        assert_eq!(tasks::next_run_at(conn, &Claimer::of("server", &[TaskKind::Encode]))?, None);
        let mut order = Vec::new();
        while let Some(task) = tasks::claim(conn, &[TaskKind::Analyse], "server", 100, LEASE_MS)? {
            assert_eq!((task.state, task.attempt, task.lease_owner.as_deref()), (TaskState::Leased, 1, Some("server")));
            order.push(task.spec);
        }
        let wanted = [1, 3, 0, 4].map(|n: usize| new[n].spec.clone());
        assert_eq!(order, wanted);
        assert_eq!(claimed(conn, 100).0.kind, TaskKind::Subtitles);
        Ok(())
    })
    .await;
}

async fn jobs_take_turns(db: Db) {
    on(&db, |conn| {
        let long = queue(conn, 6);
        assert_eq!([claimed(conn, 10).0.job_id, claimed(conn, 10).0.job_id], [long.id; 2]);
        let id = video(conn, "second", 2).id;
        let second = job(conn, id);
        tasks::insert_many(conn, &second, &[analyse(0, 0), analyse(1, 0), analyse(2, 5)], 10)?;
        let (one, two) = (long.id, second.id);
        let order: Vec<_> = std::iter::from_fn(|| claim(conn, 10).unwrap().map(|task| task.job_id)).collect();
        assert_eq!(order, [two, one, two, one, two, one, one], "the urgent one, then one by one");
        Ok(())
    })
    .await;
}

async fn no_task_is_claimed_twice(db: Db) {
    on(&db, |conn| Ok(queue(conn, 500))).await;
    let claimers: Vec<_> = (0..8)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                while let Some(task) = on(&db, |conn| claim(conn, 10)).await {
                    mine.push(task);
                }
                mine
            })
        })
        .collect();
    let mut seen = BTreeMap::new();
    for claimer in claimers {
        for task in claimer.await.unwrap() {
            assert_eq!(task.attempt, 1);
            assert!(seen.insert(task.id, task.lease_token).is_none(), "{} was claimed twice", task.id);
        }
    }
    assert_eq!(seen.len(), 500);
}

async fn a_lease_is_a_right_that_ends(db: Db) {
    on(&db, |conn| {
        queue(conn, 1);
        let (task, lease) = claimed(conn, 10);
        assert!(tasks::heartbeat(conn, &lease, 0.5, Some(2.0), 50_000)?);
        assert!(tasks::expire(conn, 49_999)?.queued.is_empty(), "the heartbeat counts");
        let task = tasks::get(conn, task.id)?;
        assert_eq!((task.progress, task.speed), (0.5, Some(2.0)));

        let stale = Lease { token: "other".to_owned(), ..lease.clone() };
        let outcome = TaskOutcome::Text { tracks: Vec::new() };
        assert!(!tasks::heartbeat(conn, &stale, 0.9, None, 60_000)?);
        assert!(!tasks::succeed(conn, &stale, &outcome, 11)?);
        assert!(!tasks::fail(conn, &stale, &error(), 11)?);
        assert!(!tasks::release(conn, &stale, 11)?);
        assert!(!tasks::retry(conn, &stale, &error(), Retry { run_at_ms: 1, counts: Counts::Failure })?);
        assert_eq!(tasks::get(conn, task.id)?.progress, 0.5, "a stale token changes nothing");
        assert!(tasks::fail(conn, &lease, &error(), 12)?);
        assert!(!tasks::heartbeat(conn, &lease, 0.9, None, 60_000)?, "the lease ended with the task");
        let detail = tasks::get_error_detail(conn, task.id)?;
        assert_eq!((detail.command, detail.stderr), (error().command, error().stderr));
        assert_eq!(tasks::get(conn, task.id)?.error.unwrap().code, "ffmpeg_failed");
        Ok(())
    })
    .await;
}

async fn a_retry_rests_and_may_be_free(db: Db) {
    on(&db, |conn| {
        queue(conn, 1);
        let (_, lease) = claimed(conn, 10);
        assert!(tasks::retry(conn, &lease, &error(), Retry { run_at_ms: 2_000, counts: Counts::Failure })?);
        assert!(claim(conn, 1_999)?.is_none());
        let (task, lease) = claimed(conn, 2_000);
        assert_eq!((task.attempt, task.error.unwrap().code.as_str()), (2, "ffmpeg_failed"));
        assert!(tasks::retry(conn, &lease, &error(), Retry { run_at_ms: 3_000, counts: Counts::Interruption })?);
        assert_eq!(claimed(conn, 3_000).0.attempt, 2);
        Ok(())
    })
    .await;
}

async fn success_keeps_the_outcome(db: Db) {
    on(&db, |conn| {
        let job = queue(conn, 3);
        let (task, lease) = claimed(conn, 10);
        let outcome = TaskOutcome::Text { tracks: vec!["text-0".to_owned()] };
        assert!(tasks::succeed(conn, &lease, &outcome, 20)?);
        assert!(!tasks::succeed(conn, &lease, &outcome, 20)?);
        assert_eq!(tasks::list_outcomes(conn, job.id)?, [(task.id, outcome)]);
        claimed(conn, 10);
        let counts = TaskCounts { queued: 1, leased: 1, succeeded: 1, ..Default::default() };
        assert_eq!(tasks::count_by_state(conn, job.id)?, counts);
        assert_eq!(tasks::open_count(conn, job.id)?, 2);
        assert_eq!(tasks::list_for_job(conn, job.id)?.len(), 3);
        Ok(())
    })
    .await;
}

async fn stopping_a_job_ends_leases(db: Db) {
    on(&db, |conn| {
        let job = queue(conn, 3);
        let (done, lease) = claimed(conn, 10);
        tasks::succeed(conn, &lease, &TaskOutcome::Text { tracks: Vec::new() }, 11)?;
        let (running, lease) = claimed(conn, 12);
        assert_eq!(tasks::cancel_for_job(conn, job.id, 13)?, 2);
        assert_eq!(tasks::cancel_for_job(conn, job.id, 13)?, 0);
        assert!(!tasks::heartbeat(conn, &lease, 0.1, None, 99)?);
        assert_eq!((state(conn, done.id), state(conn, running.id)), (TaskState::Succeeded, TaskState::Cancelled));
        assert!(claim(conn, 100)?.is_none());
        Ok(())
    })
    .await;
}

async fn failed_work_can_be_tried_again(db: Db) {
    on(&db, |conn| {
        let job = queue(conn, 3);
        let (done, lease) = claimed(conn, 10);
        tasks::succeed(conn, &lease, &TaskOutcome::Text { tracks: Vec::new() }, 11)?;
        let (_, lease) = claimed(conn, 10);
        tasks::fail(conn, &lease, &error(), 11)?;
        assert!(!tasks::retry_failed(conn, job.id, 12)?, "the job has not ended");
        tasks::cancel_for_job(conn, job.id, 12)?;
        jobs::finish(conn, job.id, JobState::Failed, None, 12)?;
        assert!(tasks::retry_failed(conn, job.id, 20)?);
        assert_eq!(jobs::get(conn, job.id)?.state, JobState::Active);
        assert_eq!(state(conn, done.id), TaskState::Succeeded);
        assert_eq!((claimed(conn, 20).0.attempt, claimed(conn, 20).0.attempt), (1, 1));
        Ok(())
    })
    .await;
}

async fn what_is_gone_is_made_anew(db: Db) {
    on(&db, |conn| {
        let job = queue(conn, 2);
        let (done, lease) = claimed(conn, 10);
        let (held, _) = claimed(conn, 10);
        let outcome = TaskOutcome::Text { tracks: Vec::new() };
        assert!(tasks::succeed(conn, &lease, &outcome, 20)?);
        assert_eq!(tasks::make_anew(conn, job.id, &[done.id, held.id], 30)?, 1, "what runs is left alone");
        assert!(tasks::list_outcomes(conn, job.id)?.is_empty());
        for attempt in 2..=done.max_attempts {
            let (again, lease) = claimed(conn, 30);
            assert_eq!((again.id, again.attempt), (done.id, attempt));
            assert!(tasks::succeed(conn, &lease, &outcome, 40)?);
            let more = usize::from(attempt < done.max_attempts);
            assert_eq!(tasks::make_anew(conn, job.id, &[done.id], 30)?, more, "it does not go on for ever");
        }
        Ok(())
    })
    .await;
}

async fn a_crash_does_not_count(db: Db) {
    on(&db, |conn| {
        queue(conn, 2);
        let (mine, lease) = claimed(conn, 10);
        let other = tasks::claim(conn, &TaskKind::ALL, "worker-1", 10, LEASE_MS)?.unwrap();
        let recovered = tasks::release_owner(conn, "server", 20)?;
        assert_eq!((recovered.queued, recovered.failed.len()), (vec![mine.id], 0));
        assert_eq!(state(conn, other.id), TaskState::Leased);
        assert!(!tasks::heartbeat(conn, &lease, 0.1, None, 99)?);
        for _ in 1..49 {
            assert_eq!(claimed(conn, 20).0.attempt, 1);
            assert_eq!(tasks::release_owner(conn, "server", 20)?.queued, [mine.id]);
        }
        claimed(conn, 20);
        let recovered = tasks::release_owner(conn, "server", 20)?;
        assert!(recovered.queued.is_empty());
        assert_eq!((recovered.failed[0].0.id, recovered.failed[0].1.code), (mine.id, "task_interrupted_too_often"));
        assert_eq!(state(conn, mine.id), TaskState::Failed);
        Ok(())
    })
    .await;
}

async fn an_expired_lease_counts(db: Db) {
    on(&db, |conn| {
        queue(conn, 1);
        let mut now_ms = 10;
        for attempt in 1..=10 {
            let (task, _) = claimed(conn, now_ms);
            assert_eq!(task.attempt, attempt);
            now_ms += LEASE_MS + 1;
            let recovered = tasks::expire(conn, now_ms)?;
            if attempt < 10 {
                assert_eq!(recovered.queued, [task.id]);
                assert!(claim(conn, now_ms)?.is_none(), "it rests first");
            } else {
                assert_eq!(
                    (recovered.failed[0].0.state, recovered.failed[0].1.code),
                    (TaskState::Failed, "lease_expired")
                );
            }
            now_ms += 300_000;
        }
        assert!(claim(conn, now_ms)?.is_none());
        queue_of(conn, "other", 1);
        now_ms += 1;
        for _ in 0..3 {
            claimed(conn, now_ms);
            now_ms += LEASE_MS + 1;
            tasks::expire(conn, now_ms)?;
            now_ms += 300_000;
        }
        let (task, lease) = claimed(conn, now_ms);
        assert_eq!((task.attempt, task.is_last_attempt()), (4, false), "failures of its own are counted apart");
        assert!(tasks::retry(conn, &lease, &error(), Retry { run_at_ms: 0, counts: Counts::MachineFault })?);
        let (task, _) = claimed(conn, now_ms);
        assert_eq!((task.attempt, task.machine_faults), (5, 4), "what the machine did to ffmpeg is counted with them");
        Ok(())
    })
    .await;
}

async fn released_work_runs_at_once(db: Db) {
    on(&db, |conn| {
        queue(conn, 1);
        let (_, lease) = claimed(conn, 10);
        assert!(tasks::release(conn, &lease, 20)?);
        assert!(!tasks::release(conn, &lease, 20)?);
        assert_eq!(claimed(conn, 20).0.attempt, 1);
        Ok(())
    })
    .await;
}

async fn a_row_nobody_can_read_blocks_nothing(db: Db) {
    on(&db, |conn| {
        let job = queue(conn, 3);
        let spoil = |conn: &mut Conn| {
            let first = "(SELECT MIN(id) FROM tasks WHERE state <> 'failed')";
            let sql = format!("UPDATE tasks SET spec = '{{\"kind\":\"from the future\"}}' WHERE id = {first}");
            execute(conn, &sql);
        };
        spoil(conn);
        assert!(matches!(claim(conn, 10), Err(DbError::Json { .. })));
        let (task, _) = claimed(conn, 10);
        spoil(conn);
        let (last, _) = claimed(conn, 10);
        let recovered = tasks::expire(conn, 10 + LEASE_MS + 1)?;
        assert_eq!((recovered.queued, recovered.failed.len()), (vec![last.id], 0));
        let counts = TaskCounts { queued: 1, failed: 2, ..Default::default() };
        assert_eq!(tasks::count_by_state(conn, job.id)?, counts);
        assert!(task.id < last.id);
        Ok(())
    })
    .await;
}
