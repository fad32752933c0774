//! Tasks that run a second time beside themselves.

use vlog::db::tasks;
use vlog::db::{Conn, Db};
use vlog::domain::job::{Job, Lease, Task, TaskKind, TaskState};
use vlog::domain::task::{TaskError, TaskOutcome};
use vlog::jobs::{Queue, Verdict};

use crate::database::{analyse, job, on, on_both, video};

on_both!(
    the_second_run_may_win,
    the_first_run_may_win,
    a_second_run_that_fails_leaves_no_trace,
    a_second_run_ends_with_whoever_had_it,
    a_first_run_that_is_given_up_waits_for_the_second,
    nothing_runs_three_times,
);

const LEASE_MS: i64 = 30_000;

/// A task that `slow` holds, and its second run at `fast`.
fn doubled(conn: &mut Conn) -> (Job, Task, Task) {
    let id = video(conn, "clip", 1).id;
    let job = job(conn, id);
    tasks::insert_many(conn, &job, &[analyse(0, 0)], 1).unwrap();
    let slow = tasks::claim(conn, &TaskKind::ALL, "slow", 10, LEASE_MS).unwrap().unwrap();
    let fast = tasks::claim_twin(conn, slow.id, "fast", "token", 20, LEASE_MS).unwrap().unwrap();
    (job, slow, fast)
}

fn lease(task: &Task) -> Lease {
    task.lease().unwrap()
}

fn done() -> TaskOutcome {
    TaskOutcome::Text { tracks: vec!["text-0".to_owned()] }
}

fn beats(conn: &mut Conn, task: &Task) -> bool {
    tasks::heartbeat(conn, &lease(task), 0.5, None, 99_999).unwrap()
}

async fn the_second_run_may_win(db: Db) {
    on(&db, |conn| {
        let (job, slow, fast) = doubled(conn);
        assert_eq!((fast.twin_of, fast.attempt, fast.started_at_ms), (Some(slow.id), slow.attempt, Some(20)));
        assert_eq!((&fast.spec, fast.job_id), (&slow.spec, slow.job_id));
        assert!(beats(conn, &slow) && beats(conn, &fast), "both go on");
        assert!(tasks::succeed(conn, &lease(&fast), &done(), 30)?);
        assert!(!beats(conn, &slow) && !beats(conn, &fast));
        assert!(!tasks::succeed(conn, &lease(&slow), &done(), 40)?, "too late");
        let rows = tasks::list_for_job(conn, job.id)?;
        assert_eq!(rows.iter().map(|row| (row.id, row.state)).collect::<Vec<_>>(), [(slow.id, TaskState::Succeeded)]);
        assert_eq!(tasks::list_outcomes(conn, job.id)?, [(slow.id, done())]);
        Ok(())
    })
    .await;
}

async fn the_first_run_may_win(db: Db) {
    on(&db, |conn| {
        let (job, slow, fast) = doubled(conn);
        assert!(tasks::succeed(conn, &lease(&slow), &done(), 30)?);
        assert!(!beats(conn, &fast));
        assert!(!tasks::succeed(conn, &lease(&fast), &done(), 40)?);
        assert_eq!(tasks::list_for_job(conn, job.id)?.len(), 1);
        Ok(())
    })
    .await;
}

async fn a_second_run_that_fails_leaves_no_trace(db: Db) {
    on(&db, |conn| {
        let (job, slow, fast) = doubled(conn);
        let error = TaskError::abort("ffmpeg_failed", "It broke.");
        assert!(tasks::fail(conn, &lease(&fast), &error, 30)?);
        assert!(beats(conn, &slow), "the first run goes on");
        let again = tasks::claim_twin(conn, slow.id, "fast", "again", 40, LEASE_MS)?.unwrap();
        let later = tasks::Retry { run_at_ms: 99, counts: tasks::Counts::Failure };
        assert!(tasks::retry(conn, &lease(&again), &error, later)?);
        let again = tasks::claim_twin(conn, slow.id, "fast", "once more", 50, LEASE_MS)?.unwrap();
        assert!(tasks::release(conn, &lease(&again), 60)?);
        let rows = tasks::list_for_job(conn, job.id)?;
        assert_eq!(rows.iter().map(|row| (row.state, row.attempt)).collect::<Vec<_>>(), [(TaskState::Leased, 1)]);
        Ok(())
    })
    .await;
}

async fn a_second_run_ends_with_whoever_had_it(db: Db) {
    on(&db, |conn| {
        let (job, slow, _) = doubled(conn);
        tasks::heartbeat(conn, &lease(&slow), 0.5, None, 99_999)?;
        assert_eq!(tasks::list_running(conn, &[TaskKind::Analyse])?.len(), 2);
        let expired = tasks::expire(conn, 20 + LEASE_MS + 1)?;
        assert!(expired.queued.is_empty() && expired.failed.is_empty(), "the task itself is held");
        assert_eq!(tasks::list_running(conn, &[TaskKind::Analyse])?.len(), 1);
        let fast = tasks::claim_twin(conn, slow.id, "fast", "t2", 50_000, LEASE_MS)?.unwrap();
        assert!(tasks::release_owner(conn, "fast", 50_001)?.queued.is_empty() && !beats(conn, &fast));
        let fast = tasks::claim_twin(conn, slow.id, "fast", "t3", 50_000, LEASE_MS)?.unwrap();
        // the first run is given up by its holder, not by the job
        assert!(tasks::release(conn, &lease(&slow), 50_002)?);
        assert!(tasks::succeed(conn, &lease(&fast), &done(), 50_003)?, "what the second one made counts");
        assert_eq!(tasks::count_by_state(conn, job.id)?.succeeded, 1);
        assert!(tasks::claim(conn, &TaskKind::ALL, "slow", 60_000, LEASE_MS)?.is_none());
        Ok(())
    })
    .await;
}

async fn a_first_run_that_is_given_up_waits_for_the_second(db: Db) {
    let (job, slow, fast) = on(&db, |conn| Ok(doubled(conn))).await;
    let (queue, error) = (Queue::new(db.clone(), "server"), TaskError::abort("ffmpeg_failed", "It broke."));
    assert_eq!(queue.settle(&slow, &lease(&slow), &error).await.unwrap(), Some(Verdict::Retried));
    let (id, faster) = (job.id, fast.clone());
    on(&db, move |conn| {
        assert!(beats(conn, &faster), "it goes on");
        assert!(tasks::succeed(conn, &lease(&faster), &done(), 30)?);
        assert_eq!(tasks::count_by_state(conn, id)?.succeeded, 1);
        Ok(())
    })
    .await;

    let (slow, fast) = on(&db, |conn| {
        let id = video(conn, "other", 2).id;
        let job = self::job(conn, id);
        tasks::insert_many(conn, &job, &[analyse(0, 0)], 1)?;
        let slow = tasks::claim(conn, &TaskKind::ALL, "slow", 10, LEASE_MS)?.unwrap();
        let fast = tasks::claim_twin(conn, slow.id, "fast", "another", 20, LEASE_MS)?.unwrap();
        Ok((slow, fast))
    })
    .await;
    assert_eq!(queue.settle(&fast, &lease(&fast), &error).await.unwrap(), Some(Verdict::Retried));
    assert_eq!(queue.settle(&slow, &lease(&slow), &error).await.unwrap(), Some(Verdict::GaveUp), "nobody else has it");
}

async fn nothing_runs_three_times(db: Db) {
    on(&db, |conn| {
        let (job, slow, fast) = doubled(conn);
        assert!(tasks::claim_twin(conn, slow.id, "third", "t3", 30, LEASE_MS)?.is_none());
        assert!(tasks::claim_twin(conn, fast.id, "third", "t4", 30, LEASE_MS)?.is_none(), "nor of a second run");
        assert_eq!(tasks::cancel_for_job(conn, job.id, 40)?, 1);
        assert!(!beats(conn, &slow) && !beats(conn, &fast));
        assert_eq!(tasks::list_for_job(conn, job.id)?.len(), 1);
        assert!(tasks::claim_twin(conn, slow.id, "third", "t5", 50, LEASE_MS)?.is_none(), "it has ended");
        Ok(())
    })
    .await;
}
