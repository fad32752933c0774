//! Machines that lend their CPU, and what they may claim.

use vlog::db::tasks::Claimer;
use vlog::db::workers::deployments::{self, Filter, Step};
use vlog::db::workers::logs;
use vlog::db::{Db, DbError, tasks, workers};
use vlog::domain::id::WorkerId;
use vlog::domain::job::TaskKind;
use vlog::domain::worker::{
    Capabilities, Command, Deployment, DeploymentKind, DeploymentStatus, Load, LogLine, Worker,
};

use crate::database::{analyse, encode, job, on, on_both, video};

on_both!(
    a_name_is_given_once,
    what_it_says_is_kept,
    claims_match_what_somebody_can_do,
    tasks_are_done_in_another_way,
    a_worker_has_one_command_at_a_time,
    the_end_of_a_log_is_kept,
);

fn worker(name: &str) -> Worker {
    Worker {
        id: WorkerId::new(),
        name: name.to_owned(),
        prefix: WorkerId::new().to_string(),
        created_at_ms: 5,
        disabled_at_ms: None,
        revoked_at_ms: None,
        draining: false,
        seen_at_ms: None,
        left_at_ms: None,
        version: None,
        capabilities: None,
        load: None,
    }
}

async fn a_name_is_given_once(db: Db) {
    on(&db, |conn| {
        let first = worker("garage");
        workers::insert(conn, &first, "hash")?;
        assert!(matches!(workers::insert(conn, &worker("garage"), "x"), Err(DbError::Conflict(_))));
        let (found, hash) = workers::find_by_prefix(conn, &first.prefix)?.unwrap();
        assert_eq!((found, hash.as_str()), (first.clone(), "hash"));
        assert!(workers::revoke(conn, first.id, 7)?);
        assert!(!workers::revoke(conn, first.id, 8)?, "once and for all");
        assert_eq!(workers::get(conn, first.id)?.revoked_at_ms, Some(7));
        workers::insert(conn, &worker("garage"), "x")?;
        assert_eq!(workers::list(conn)?.len(), 1);
        Ok(())
    })
    .await;
}

async fn what_it_says_is_kept(db: Db) {
    on(&db, |conn| {
        let new = worker("attic");
        workers::insert(conn, &new, "hash")?;
        let able = Capabilities { encoders: vec!["libx264".to_owned()], cores: 8, slots: 2, ..Capabilities::default() };
        let load = Load { cpu: 0.5, memory: 0.25, disk_free_bytes: 1 << 40, ..Load::default() };
        workers::register(conn, new.id, "0.1.0", &able)?;
        workers::seen(conn, new.id, Some(&load), 10)?;
        workers::left(conn, new.id, 20)?;
        workers::set_order(conn, new.id, Some(30), true)?;
        let found = workers::get(conn, new.id)?;
        assert_eq!((found.capabilities, found.load, found.left_at_ms), (Some(able), Some(load.clone()), Some(20)));
        assert_eq!((found.disabled_at_ms, found.draining), (Some(30), true));
        workers::seen(conn, new.id, None, 40)?;
        let found = workers::get(conn, new.id)?;
        assert_eq!((found.seen_at_ms, found.left_at_ms, found.load), (Some(40), None, Some(load)), "it is back");
        Ok(())
    })
    .await;
}

/// Hardware gives way: a waiting task becomes another, and those of an encoder go.
async fn tasks_are_done_in_another_way(db: Db) {
    on(&db, |conn| {
        let (one, two) = (video(conn, "one", 1).id, video(conn, "two", 1).id);
        let (one, two) = (job(conn, one), job(conn, two));
        tasks::insert_many(conn, &one, &[encode("h264_nvenc"), encode("hevc_nvenc"), encode("hevc_nvenc")], 10)?;
        tasks::insert_many(conn, &two, &[encode("hevc_nvenc")], 10)?;
        let software =
            Claimer { owner: "server", kinds: TaskKind::HEAVY, encoders: Some(&["libx264"]), except_jobs: &[] };
        assert!(tasks::claim_as(conn, &software, "t1", 10, 1000)?.is_none());
        let first = tasks::list_for_job(conn, one.id)?[0].clone();
        let beside = encode("libx264").spec;
        assert!(tasks::replace_spec(conn, first.id, &beside)?);
        let taken = tasks::claim_as(conn, &software, "t2", 10, 1000)?.unwrap();
        assert_eq!((taken.id, &taken.spec), (first.id, &beside));
        assert!(!tasks::replace_spec(conn, first.id, &first.spec)?, "somebody is at it");
        let except = [two.id];
        let card = Claimer { encoders: Some(&["hevc_nvenc"]), except_jobs: &except, ..software };
        let held = tasks::claim_as(conn, &card, "t3", 10, 1000)?.unwrap();
        assert_eq!(tasks::remove_needing(conn, one.id, "hevc_nvenc")?, 2);
        assert!(!tasks::heartbeat(conn, &held.lease().unwrap(), 0.5, None, 2000)?, "its lease went with it");
        assert_eq!((tasks::list_for_job(conn, one.id)?.len(), tasks::list_for_job(conn, two.id)?.len()), (1, 1));
        Ok(())
    })
    .await;
}

async fn claims_match_what_somebody_can_do(db: Db) {
    on(&db, |conn| {
        let (one, two) = (video(conn, "one", 1).id, video(conn, "two", 1).id);
        let (one, two) = (job(conn, one), job(conn, two));
        tasks::insert_many(conn, &one, &[encode("libx265"), encode("libx264"), analyse(1, 9)], 10)?;
        tasks::insert_many(conn, &two, &[encode("libx264")], 10)?;
        let except = [one.id];
        let any =
            Claimer { owner: "worker garage", kinds: TaskKind::HEAVY, encoders: Some(&["libx264"]), except_jobs: &[] };
        let picky = Claimer { except_jobs: &except, ..any };
        let task = tasks::claim_as(conn, &picky, "token", 10, 1000)?.unwrap();
        assert_eq!((task.job_id, task.lease_token.as_deref()), (two.id, Some("token")));
        assert_eq!(tasks::next_run_at(conn, &picky)?, None);
        assert!(tasks::claim_as(conn, &picky, "t2", 10, 1000)?.is_none(), "nothing it is good for");
        assert_eq!(tasks::find_held(conn, "worker garage", "token")?.map(|held| held.id), Some(task.id));
        assert!(tasks::find_held(conn, "worker attic", "token")?.is_none());
        assert!(tasks::find_held(conn, "worker garage", "t2")?.is_none());
        assert_eq!(tasks::list_held(conn, "worker garage")?.len(), 1);
        assert_eq!(tasks::next_run_at(conn, &any)?, Some(10));
        let other = tasks::claim_as(conn, &any, "t3", 10, 1000)?.unwrap();
        assert_eq!(other.spec.encoder(), Some("libx264"), "the one before needs an encoder it has not");
        assert!(tasks::claim_as(conn, &any, "t4", 10, 1000)?.is_none());
        let server = tasks::claim(conn, TaskKind::HEAVY, "server", 10, 1000)?.unwrap();
        assert_eq!(server.spec.encoder(), Some("libx265"));
        Ok(())
    })
    .await;
}

fn event(of: Option<&Worker>, kind: DeploymentKind, status: DeploymentStatus) -> Deployment {
    Deployment {
        id: 0,
        worker_id: of.map(|worker| worker.id),
        worker_name: of.map_or("server", |worker| &worker.name).to_owned(),
        kind,
        old_version: Some("0.1.0".to_owned()),
        new_version: of.is_none().then(|| "0.2.0".to_owned()),
        status,
        triggered_by: "anna".to_owned(),
        details: None,
        created_at_ms: 5,
        completed_at_ms: None,
    }
}

async fn a_worker_has_one_command_at_a_time(db: Db) {
    let restart = |of: &Worker| event(Some(of), DeploymentKind::Command(Command::Restart), DeploymentStatus::Pending);
    on(&db, move |conn| {
        let (one, two) = (worker("one"), worker("server"));
        workers::insert(conn, &one, "x")?;
        workers::insert(conn, &two, "x")?;
        assert_eq!(deployments::server_version(conn)?, None);
        let first = deployments::insert(conn, &restart(&one))?;
        assert!(matches!(conn.write(|conn| deployments::insert(conn, &restart(&one))), Err(DbError::Conflict(_))));
        let other = deployments::insert(conn, &restart(&two))?;
        assert_eq!(deployments::list_open(conn, None)?, [first.clone(), other.clone()]);
        assert_eq!(deployments::list_open(conn, Some(two.id))?, [other]);
        let begun = Step { status: DeploymentStatus::InProgress, new_version: None, details: None };
        assert_eq!(deployments::advance(conn, first.id, &begun, 6)?.unwrap().completed_at_ms, None);
        let (new_version, details) = (Some("0.3.0".to_owned()), Some("why not".to_owned()));
        let done = Step { status: DeploymentStatus::Completed, new_version, details };
        let ended = deployments::advance(conn, first.id, &done, 7)?.unwrap();
        assert_eq!((ended.completed_at_ms, ended.old_version.as_deref()), (Some(7), Some("0.1.0")));
        assert_eq!((ended.new_version.as_deref(), ended.details.as_deref()), (Some("0.3.0"), Some("why not")));
        assert_eq!(deployments::advance(conn, first.id, &begun, 8)?, None, "what is over is over");
        let again = deployments::insert(conn, &restart(&one))?;

        assert_eq!(deployments::server_version(conn)?, None, "a worker may be called so, too");
        deployments::insert(conn, &event(None, DeploymentKind::VersionChange, DeploymentStatus::Completed))?;
        assert_eq!(deployments::server_version(conn)?.as_deref(), Some("0.2.0"));
        let ids = |filter: Filter, conn: &mut _| -> Vec<i64> {
            deployments::list(conn, &filter, 10).unwrap().into_iter().map(|event| event.id).collect()
        };
        let of_one = Filter { worker_id: Some(one.id), ..Filter::default() };
        assert_eq!(ids(of_one.clone(), conn), [again.id, first.id], "newest first");
        assert_eq!(ids(Filter { before_id: Some(again.id), ..of_one }, conn), [first.id]);
        let changes = Filter { kind: Some(DeploymentKind::VersionChange), ..Filter::default() };
        assert_eq!(ids(changes, conn).len(), 1);
        assert_eq!(deployments::list(conn, &Filter::default(), 2)?.len(), 2);
        Ok(())
    })
    .await;
}

async fn the_end_of_a_log_is_kept(db: Db) {
    let lines = |numbers: std::ops::Range<i64>| -> Vec<LogLine> {
        let line = |number| LogLine { number, at_ms: 9, level: "info".to_owned(), text: format!("line {number}") };
        numbers.map(line).collect()
    };
    on(&db, move |conn| {
        let (one, two) = (worker("one"), worker("two"));
        workers::insert(conn, &one, "x")?;
        workers::insert(conn, &two, "x")?;
        assert_eq!(logs::next_number(conn, one.id)?, 0);
        logs::append(conn, one.id, &lines(10..60))?;
        logs::append(conn, one.id, &lines(50..70))?; // some came twice
        assert_eq!((logs::next_number(conn, one.id)?, logs::list(conn, one.id)?), (70, lines(10..70)));
        let kept = i64::from(logs::KEPT);
        logs::append(conn, one.id, &lines(70..70 + kept - 1))?;
        assert_eq!(logs::list(conn, one.id)?, lines(69..69 + kept), "no more than that");
        assert!(logs::list(conn, two.id)?.is_empty());
        Ok(())
    })
    .await;
}
