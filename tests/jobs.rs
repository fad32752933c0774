//! The engine with a fake runner, on a real SQLite and a real PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test may fail by panicking"
)]

#[allow(dead_code, unused_imports, unused_macros, reason = "shared by test programs that use different parts")]
#[path = "support/database.rs"]
mod database;
#[path = "support/postgres.rs"]
mod postgres;

#[path = "jobs/fake.rs"]
mod fake;

use std::sync::Arc;
use std::time::{Duration, Instant};

use vlog::db::tasks::Claimer;
use vlog::db::{Conn, Db, DbError, jobs, tasks};
use vlog::domain::job::{JobState, NewTask, Task, TaskKind, TaskState};
use vlog::domain::task::{TaskError, TaskEvent, TaskSpec};
use vlog::jobs::{Pool, PoolOptions, Reaper, Verdict, WaitReason};
use vlog::metrics::Metrics;

use database::{analyse, encode, execute, on, on_both, subtitles};
use fake::{Fake, Hanging, Rig, done};

on_both!(
    a_queued_task_starts_at_once,
    slots_limit_what_runs_at_once,
    a_slot_is_kept_for_what_must_not_wait,
    what_a_slot_is_kept_for_takes_none_of_the_others,
    outcomes_are_applied_once,
    reports_are_stored_and_handled_before_the_outcome,
    a_failing_event_fails_the_task,
    a_lost_lease_stops_the_work,
    a_heartbeat_that_hangs_is_followed_by_another,
    a_retry_comes_after_a_rest,
    an_abort_is_final,
    a_free_retry_does_not_count,
    a_panic_is_a_failed_attempt,
    cancelling_a_job_stops_its_tasks,
    draining_waits_then_gives_back,
    an_expired_lease_is_taken_back,
    leases_outlive_a_server_that_was_away,
    what_is_interrupted_for_ever_ends,
    a_crash_loses_nothing,
    a_poison_task_does_not_hold_up_others,
    the_last_task_is_left_to_who_is_faster,
    what_is_encoded_again_waits_for_what_is_new,
    nothing_starts_while_there_is_no_room,
);

async fn a_queued_task_starts_at_once(db: Db) {
    let rig = Rig::start(db, 4, Fake::new(|_, _, _| Box::pin(async { Ok(done()) }))).await;
    let mut waits = Vec::new();
    for n in 0..5 {
        tokio::time::sleep(Duration::from_millis(30)).await; // the pool has gone back to rest
        let begun = Instant::now();
        rig.queue(&[analyse(n, 0)]).await;
        rig.until(|fake| fake.runs().len() > n as usize).await;
        waits.push(rig.fake.runs()[n as usize].at - begun);
    }
    waits.sort();
    assert!(waits[2] < Duration::from_millis(100), "{waits:?}");
}

async fn slots_limit_what_runs_at_once(db: Db) {
    let rig = Rig::start(
        db,
        2,
        Fake::new(|_, _, cancel| {
            Box::pin(async move {
                cancel.cancelled().await;
                Ok(done())
            })
        }),
    )
    .await;
    rig.queue(&[analyse(0, 0), analyse(1, 0), analyse(2, 0)]).await;
    rig.until(|fake| fake.runs().len() == 2).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let status = rig.pool.status();
    assert_eq!((rig.fake.runs().len(), status.busy, status.slots), (2, 2, 2));
    rig.pool.resize(3);
    rig.until(|fake| fake.runs().len() == 3).await;
    rig.pool.resize(1);
    rig.queue(&[analyse(3, 0)]).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let status = rig.pool.status();
    assert_eq!((rig.fake.runs().len(), status.busy, status.slots), (3, 3, 1), "what runs goes on, nothing begins");
    rig.pool.drain(Duration::ZERO).await;
}

/// Three slots, one of them kept, of tasks that run until they are cancelled.
async fn with_a_slot_kept(db: Db) -> (Rig, Arc<Pool>) {
    let fake = Fake::new(|_, _, cancel| {
        Box::pin(async move {
            cancel.cancelled().await;
            Ok(done())
        })
    });
    let rig = Rig::stopped(db, 3, fake).await;
    let options = PoolOptions { name: "light", kinds: &TaskKind::ALL, slots: 3, kept_for: TaskKind::FIRST };
    let pool = Arc::new(Pool::new(options, rig.queue.clone(), rig.fake.clone(), Metrics::new()));
    let running = Arc::clone(&pool);
    tokio::spawn(async move { running.run().await });
    (rig, pool)
}

async fn a_slot_is_kept_for_what_must_not_wait(db: Db) {
    let (rig, pool) = with_a_slot_kept(db).await;
    rig.queue(&[subtitles(9), subtitles(9), subtitles(9)]).await;
    rig.until(|fake| fake.runs().len() == 2).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(rig.fake.runs().len(), 2, "the third waits for one of them");
    let begun = Instant::now();
    rig.queue(&[analyse(0, 0)]).await;
    rig.until(|fake| fake.runs().len() == 3).await;
    assert!(begun.elapsed() < Duration::from_secs(1), "a new upload begins at once");
    pool.drain(Duration::ZERO).await;
}

async fn what_a_slot_is_kept_for_takes_none_of_the_others(db: Db) {
    let (rig, pool) = with_a_slot_kept(db).await;
    rig.queue(&[analyse(0, 0)]).await;
    rig.until(|fake| fake.runs().len() == 1).await;
    rig.queue(&[subtitles(9), subtitles(9), subtitles(9)]).await;
    rig.until(|fake| fake.runs().len() == 3).await;
    assert_eq!(pool.status().busy, 3, "as many as there are slots");
    pool.drain(Duration::ZERO).await;
}

async fn outcomes_are_applied_once(db: Db) {
    let rig = Rig::start(db, 3, Fake::new(|_, _, _| Box::pin(async { Ok(done()) }))).await;
    let new: Vec<_> = (0..20).map(|n| analyse(n, 0)).collect();
    rig.queue(&new).await;
    let job = rig.job.id;
    rig.until_rows(move |conn| tasks::open_count(conn, job), |open| *open == 0).await;
    assert_eq!(on(&rig.db, move |conn| tasks::count_by_state(conn, job)).await.succeeded, 20);
    assert_eq!((rig.fake.runs().len(), rig.fake.failures().len()), (20, 0));
}

async fn reports_are_stored_and_handled_before_the_outcome(db: Db) {
    let fake = Fake::new(|_, events, _| {
        Box::pin(async move {
            events.send(TaskEvent::Progress { fraction: 0.25, speed: Some(3.0) }).await.unwrap();
            for n in 0..200 {
                events.send(TaskEvent::File(format!("{n}"))).await.unwrap();
            }
            // a sender left behind somewhere must not hold up the end
            std::mem::forget(events.clone());
            Ok(done())
        })
    });
    let rig = Rig::start(db, 1, fake).await;
    rig.queue(&[analyse(0, 0)]).await;
    rig.until_task(0, |task| task.state == TaskState::Succeeded).await;
    let events = rig.fake.events();
    assert_eq!(events.len(), 201);
    assert_eq!(events[200], TaskEvent::File("199".to_owned()));
}

async fn a_failing_event_fails_the_task(db: Db) {
    let fake = Fake::new(|_, events, cancel| {
        Box::pin(async move {
            let _ = events.send(TaskEvent::File("refused".to_owned())).await;
            cancel.cancelled().await;
            Err(TaskError::retry("cancelled", "not the cause"))
        })
    });
    let rig = Rig::start(db, 1, fake).await;
    rig.queue(&[analyse(0, 0)]).await;
    let task = rig.until_task(0, |task| task.state == TaskState::Failed).await;
    assert_eq!(task.error.unwrap().code, "refused");
}

async fn a_lost_lease_stops_the_work(db: Db) {
    let fake = Fake::new(|_, _, cancel| {
        Box::pin(async move {
            cancel.cancelled().await;
            Ok(done())
        })
    });
    let rig = Rig::start(db, 1, fake).await;
    rig.queue(&[analyse(0, 0)]).await;
    let task = rig.until_task(0, |task| task.state == TaskState::Leased).await;
    // someone else got it
    on(&rig.db, |conn| Ok(execute(conn, "UPDATE tasks SET lease_token = 'thief', lease_owner = 'thief'"))).await;
    rig.queue.leases_were_ended();
    rig.until(|fake| fake.cancelled() == 1).await;
    rig.until_idle().await;
    let after = on(&rig.db, move |conn| tasks::get(conn, task.id)).await;
    assert_eq!((after.state, after.lease_owner.as_deref()), (TaskState::Leased, Some("thief")));
    assert!(rig.fake.failures().is_empty());
}

async fn a_heartbeat_that_hangs_is_followed_by_another(db: Db) {
    let fake = Fake::new(|_, _, cancel| {
        Box::pin(async move {
            cancel.cancelled().await;
            Ok(done())
        })
    });
    let rig = Rig::stopped(db, 1, fake).await;
    let hanging = Hanging::new(rig.queue.clone());
    let options = PoolOptions { name: "far", kinds: &TaskKind::ALL, slots: 1, kept_for: &[] };
    let pool = Arc::new(Pool::new(options, hanging.clone(), rig.fake.clone(), Metrics::new()));
    rig.queue(&[analyse(0, 0)]).await;
    tokio::spawn(async move { pool.run().await });
    let begun = Instant::now();
    while hanging.heartbeats() < 2 {
        assert!(begun.elapsed() < Duration::from_secs(18), "the lease is over, and nothing was tried again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(rig.fake.cancelled(), 0, "the work goes on");
}

async fn a_retry_comes_after_a_rest(db: Db) {
    let fake = Fake::new(|task, _, _| {
        Box::pin(
            async move { if task.attempt == 1 { Err(TaskError::retry("ffmpeg_failed", "once")) } else { Ok(done()) } },
        )
    });
    let rig = Rig::start(db, 1, fake).await;
    rig.queue(&[analyse(0, 0)]).await;
    let task = rig.until_task(0, |task| task.state == TaskState::Succeeded).await;
    assert_eq!((task.attempt, task.error.unwrap().code.as_str()), (2, "ffmpeg_failed"));
    let runs = rig.fake.runs();
    let rest = runs[1].at - runs[0].at;
    assert!(rest >= Duration::from_secs(2) && rest < Duration::from_secs(4), "{rest:?}");
    assert_eq!(rig.fake.failures(), [("ffmpeg_failed", Verdict::Retried)]);
}

async fn an_abort_is_final(db: Db) {
    let fake = Fake::new(|_, _, _| Box::pin(async { Err(TaskError::abort("invalid_media", "no streams")) }));
    let rig = Rig::start(db, 1, fake).await;
    rig.queue(&[analyse(0, 0)]).await;
    let task = rig.until_task(0, |task| task.state == TaskState::Failed).await;
    assert_eq!(task.attempt, 1);
    rig.until(|fake| fake.failures() == [("invalid_media", Verdict::GaveUp)]).await;
}

async fn a_free_retry_does_not_count(db: Db) {
    let fake = Fake::new(|_, _, _| Box::pin(async { Err(TaskError::free("storage_full", "no room")) }));
    let rig = Rig::start(db, 1, fake).await;
    rig.queue(&[analyse(0, 0)]).await;
    rig.until(|fake| fake.failures() == [("storage_full", Verdict::Retried)]).await;
    let task = rig.until_task(0, |task| task.state == TaskState::Queued).await;
    assert_eq!(task.attempt, 0);
    let rest_ms = task.run_at_ms - vlog::db::now_ms();
    assert!((8_000..=30_000).contains(&rest_ms), "{rest_ms}");
}

async fn a_panic_is_a_failed_attempt(db: Db) {
    let fake = Fake::new(|task, _, _| {
        Box::pin(async move {
            assert!(task.attempt > 1, "the first try panics");
            Ok(done())
        })
    });
    let rig = Rig::start(db, 1, fake).await;
    rig.queue(&[analyse(0, 0)]).await;
    let task = rig.until_task(0, |task| task.state == TaskState::Succeeded).await;
    let error = task.error.unwrap();
    assert_eq!((task.attempt, error.code.as_str()), (2, "task_panicked"));
    assert!(error.message.contains("the first try panics"), "{}", error.message);
}

async fn cancelling_a_job_stops_its_tasks(db: Db) {
    // one listens, one does not
    let fake = Fake::new(|task, _, cancel| {
        Box::pin(async move {
            match task.kind {
                TaskKind::Analyse => cancel.cancelled().await,
                _ => std::future::pending().await,
            }
            Err(TaskError::abort("cancelled", ""))
        })
    });
    let rig = Rig::start(db, 2, fake).await;
    rig.queue(&[analyse(0, 0), subtitles(0), analyse(1, 0)]).await;
    rig.until(|fake| fake.runs().len() == 2).await;
    let begun = Instant::now();
    assert!(rig.queue.cancel_job(rig.job.id, |_| Ok(())).await.unwrap());
    assert!(!rig.queue.cancel_job(rig.job.id, |_| Ok(())).await.unwrap());
    rig.until(|fake| fake.cancelled() == 2).await;
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    rig.until_idle().await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    let job = rig.job.id;
    assert_eq!(on(&rig.db, move |conn| tasks::count_by_state(conn, job)).await.cancelled, 3);
    assert_eq!(on(&rig.db, move |conn| jobs::get(conn, job)).await.state, JobState::Cancelled);
    assert!(rig.fake.failures().is_empty() && rig.fake.runs().len() == 2);
}

async fn draining_waits_then_gives_back(db: Db) {
    let fake = Fake::new(|task, _, cancel| {
        Box::pin(async move {
            match task.kind {
                TaskKind::Analyse => tokio::time::sleep(Duration::from_millis(400)).await,
                _ => cancel.cancelled().await,
            }
            if cancel.is_cancelled() { Err(TaskError::abort("cancelled", "")) } else { Ok(done()) }
        })
    });
    let rig = Rig::start(db, 2, fake).await;
    rig.queue(&[analyse(0, 1), subtitles(1), analyse(1, 0)]).await;
    rig.until(|fake| fake.runs().len() == 2).await;
    rig.pool.drain(Duration::from_millis(1_000)).await;
    let job = rig.job.id;
    let after = on(&rig.db, move |conn| tasks::list_for_job(conn, job)).await;
    assert_eq!((after[0].state, after[0].attempt), (TaskState::Succeeded, 1), "it got the time to finish");
    assert_eq!((after[1].state, after[1].attempt), (TaskState::Queued, 0), "it was given back");
    assert_eq!((after[2].state, after[2].attempt), (TaskState::Queued, 0), "it was not started");
    rig.until_counted("analyse", "succeeded", 1).await;
    rig.until_counted("subtitles", "stopped", 1).await;
    assert!(rig.fake.failures().is_empty());
}

async fn an_expired_lease_is_taken_back(db: Db) {
    let rig = Rig::stopped(db, 1, Fake::new(|_, _, _| Box::pin(async { Ok(done()) }))).await;
    rig.queue(&[analyse(0, 0), analyse(1, 0)]).await;
    on(&rig.db, |conn| {
        execute(conn, "UPDATE tasks SET max_attempts = 1, machine_faults = 1 WHERE id = (SELECT MAX(id) FROM tasks)");
        let now_ms = vlog::db::now_ms();
        tasks::claim(conn, &TaskKind::ALL, "worker-9", now_ms, -1)?;
        tasks::claim(conn, &TaskKind::ALL, "worker-9", now_ms, -1)
    })
    .await;
    let reaper = Reaper::new(rig.queue.clone(), rig.fake.clone());
    assert_eq!(reaper.recover().await.unwrap(), 0, "they are not ours");
    assert_eq!(reaper.sweep().await.unwrap(), 2);
    assert_eq!(rig.fake.failures(), [("lease_expired", Verdict::GaveUp)], "the last that is borne of the second");
    rig.run();
    let task = rig.until_task(0, |task| task.state == TaskState::Succeeded).await;
    assert_eq!((task.attempt, task.error.unwrap().code.as_str()), (2, "lease_expired"));
}

async fn leases_outlive_a_server_that_was_away(db: Db) {
    let rig = Rig::stopped(db, 1, Fake::new(|_, _, _| Box::pin(async { Ok(done()) }))).await;
    rig.queue(&[analyse(0, 0)]).await;
    let claim = |conn: &mut _| tasks::claim(conn, &TaskKind::ALL, "worker-9", vlog::db::now_ms(), -40_000);
    let held = on(&rig.db, claim).await.unwrap();
    let reaper = Reaper::new(rig.queue.clone(), rig.fake.clone());
    let running = tokio::spawn(async move { reaper.run().await });
    tokio::time::sleep(Duration::from_secs(6)).await; // it has looked twice
    running.abort();
    let lease = held.lease().unwrap();
    assert!(rig.queue.heartbeat(&lease, 0.5, None).await.unwrap(), "nobody could keep it while the server was away");
}

async fn what_is_interrupted_for_ever_ends(db: Db) {
    let fake = Fake::new(|_, _, _| Box::pin(async { Err(TaskError::free("storage_full", "no room")) }));
    let rig = Rig::stopped(db, 1, fake).await;
    rig.queue(&[analyse(0, 0)]).await;
    on(&rig.db, |conn| Ok(execute(conn, "UPDATE tasks SET interruptions = 48"))).await;
    rig.run();
    rig.until(|fake| fake.failures() == [("storage_full", Verdict::Retried)]).await;
    on(&rig.db, |conn| Ok(execute(conn, "UPDATE tasks SET run_at = 0"))).await;
    rig.queue.tasks_were_queued();
    let task = rig.until_task(0, |task| task.state == TaskState::Failed).await;
    assert_eq!(task.error.unwrap().code, "storage_full", "the reason is told");
}

async fn the_last_task_is_left_to_who_is_faster(db: Db) {
    let rig = Rig::stopped(db, 0, Fake::new(|_, _, _| Box::pin(async { Ok(done()) }))).await;
    rig.queue(&[encode("libx264"), encode("libx264"), encode("libx264"), encode("libx264")]).await;
    let claimer = |owner| Claimer::of(owner, TaskKind::HEAVY);
    let queue = rig.queue.clone();
    on(&rig.db, move |conn| {
        for (owner, seconds) in [("worker-1", 1), ("worker-2", 100)] {
            let task = queue.claim_for(conn, &claimer(owner), owner)?.unwrap();
            queue.speeds().note(&task, &done(), task.started_at_ms.unwrap() + seconds * 1000);
            tasks::succeed(conn, &task.lease().unwrap(), &done(), vlog::db::now_ms())?;
        }
        let may_claim = |conn: &mut Conn, owner| {
            let next = queue.next_for(conn, &claimer(owner))?;
            Ok::<_, DbError>(next.is_some_and(|at| at <= vlog::db::now_ms()))
        };
        assert!(may_claim(conn, "worker-2")?, "nobody else works");
        let held = queue.claim_for(conn, &claimer("worker-1"), "token")?.unwrap();
        assert!(!may_claim(conn, "worker-2")?, "it would need 100 s, the other one will soon be through");
        assert!(may_claim(conn, "worker-1")? && may_claim(conn, "worker-3")?);
        tasks::release(conn, &held.lease().unwrap(), vlog::db::now_ms())?;
        assert!(may_claim(conn, "worker-2")?, "the other one went");
        Ok(())
    })
    .await;
}

/// Also for a slow task of it that can be run a second time; and whoever leaves the last of it to others does the rest.
async fn what_is_encoded_again_waits_for_what_is_new(db: Db) {
    let rig = Rig::stopped(db, 0, Fake::new(|_, _, _| Box::pin(async { Ok(done()) }))).await;
    let again = || match encode("libx264") {
        NewTask { spec: TaskSpec::Encode(spec), .. } => NewTask { spec: TaskSpec::Reencode(spec), priority: -150 },
        other => other,
    };
    rig.queue(&(0..20).map(|_| again()).collect::<Vec<_>>()).await;
    rig.queue(&[encode("libx264"), encode("libx264"), encode("libx264")]).await;
    let claimer = |owner| Claimer::of(owner, TaskKind::ENCODING);
    let queue = rig.queue.clone();
    on(&rig.db, move |conn| {
        let claim = |conn: &mut Conn, owner| {
            queue.claim_for(conn, &claimer(owner), &format!("{owner} {}", uuid::Uuid::now_v7()))
        };
        let first = claim(conn, "slow")?.unwrap();
        for (owner, seconds) in [("slow", 100_000), ("fast", 1), ("faster", 1)] {
            let task = Task { lease_owner: Some(owner.to_owned()), ..first.clone() };
            queue.speeds().note(&task, &done(), first.started_at_ms.unwrap() + seconds * 1000);
        }
        let [_, third] = [claim(conn, "fast")?.unwrap(), claim(conn, "faster")?.unwrap()];
        assert_eq!((first.kind, third.kind, third.twin_of), (TaskKind::Encode, TaskKind::Encode, None));
        let twin = claim(conn, "faster")?.unwrap();
        assert_eq!((twin.kind, twin.twin_of), (TaskKind::Encode, Some(first.id)), "before anything is encoded again");
        let now = vlog::db::now_ms();
        tasks::succeed(conn, &twin.lease().unwrap(), &done(), now)?;
        tasks::release(conn, &third.lease().unwrap(), now)?;
        assert!(queue.next_for(conn, &claimer("slow"))?.unwrap() <= vlog::db::now_ms());
        assert_eq!(claim(conn, "slow")?.unwrap().kind, TaskKind::Reencode, "the last new one is left to who is faster");
        assert_eq!(claim(conn, "faster")?.unwrap().id, third.id);
        Ok(())
    })
    .await;
}

async fn a_crash_loses_nothing(db: Db) {
    let rig = Rig::stopped(db, 1, Fake::new(|_, _, _| Box::pin(async { Ok(done()) }))).await;
    rig.queue(&[analyse(0, 0)]).await;
    on(&rig.db, |conn| tasks::claim(conn, &TaskKind::ALL, "server", vlog::db::now_ms(), 30_000)).await;
    assert_eq!(Reaper::new(rig.queue.clone(), rig.fake.clone()).recover().await.unwrap(), 1);
    let begun = Instant::now();
    rig.run();
    let task = rig.until_task(0, |task| task.state == TaskState::Succeeded).await;
    assert!(begun.elapsed() < Duration::from_secs(2), "it need not wait for the lease");
    assert_eq!(task.attempt, 1, "and the crash does not count");
}

async fn a_poison_task_does_not_hold_up_others(db: Db) {
    let fake = Fake::new(|task, _, _| {
        Box::pin(async move {
            if task.kind == TaskKind::Subtitles { Err(TaskError::retry("poison", "always")) } else { Ok(done()) }
        })
    });
    let rig = Rig::stopped(db, 1, fake).await;
    rig.queue(&[subtitles(9), analyse(0, 0), analyse(1, 0)]).await;
    on(&rig.db, |conn| Ok(execute(conn, "UPDATE tasks SET max_attempts = 2"))).await;
    rig.run();
    rig.until_task(2, |task| task.state == TaskState::Succeeded).await;
    rig.until_counted("analyse", "succeeded", 2).await;
    rig.until_counted("subtitles", "retried", 1).await;
    let task = rig.until_task(0, |task| task.state == TaskState::Failed).await;
    rig.until_counted("subtitles", "failed", 1).await;
    assert_eq!(task.attempt, 2);
    rig.until(|fake| fake.failures() == [("poison", Verdict::Retried), ("poison", Verdict::GaveUp)]).await;
}

async fn nothing_starts_while_there_is_no_room(db: Db) {
    let fake = Fake::new(|_, _, _| Box::pin(async { Ok(done()) }));
    let reason = WaitReason { code: "storage_full", message: "2 MB left".to_owned() };
    fake.set_waiting(Some(reason.clone()));
    let rig = Rig::start(db, 1, fake).await;
    assert_eq!(rig.pool.status().waiting, None, "nothing waits");
    rig.queue(&[analyse(0, 0)]).await;
    let begun = Instant::now();
    while rig.pool.status().waiting.is_none() {
        assert!(begun.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!((rig.pool.status().waiting, rig.fake.runs().len()), (Some(reason), 0));
    rig.fake.set_waiting(None);
    rig.until_task(0, |task| task.state == TaskState::Succeeded).await;
}
