//! Lists of jobs, how urgent they are, and taking up parts of them.

use vlog::db::jobs::{self, Filter, JobCounts, Shown};
use vlog::db::videos::{self, Publication};
use vlog::db::{Conn, Db, DbError, tasks};
use vlog::domain::id::{JobId, TaskId};
use vlog::domain::job::{JobKind, JobState, Priority, TaskKind, TaskState};
use vlog::domain::task::TaskError;
use vlog::domain::video::VideoStatus;

use crate::database::{analyse, job, on, on_both, subtitles, video};

on_both!(
    jobs_of_a_kind_have_an_order_and_a_generation,
    lists_tell_where_jobs_stand,
    urgent_jobs_come_first,
    some_tasks_are_queued_again,
    additions_stand_beside_the_transcode
);

fn ids(conn: &mut Conn, filter: Filter, limit: u32) -> Result<Vec<JobId>, DbError> {
    Ok(jobs::list(conn, &filter, limit)?.into_iter().map(|job| job.id).collect())
}

fn shown(shown: Shown) -> Filter {
    Filter { shown: Some(shown), ..Filter::default() }
}

async fn jobs_of_a_kind_have_an_order_and_a_generation(db: Db) {
    on(&db, |conn| {
        let videos: Vec<_> = (0..3).map(|n| video(conn, &format!("clip {n}"), 1).id).collect();
        let old = job(conn, videos[0]);
        jobs::finish(conn, old.id, JobState::Succeeded, None, 2)?;
        for (n, generation) in [(0, 5), (1, 6), (2, 7)] {
            jobs::insert(conn, videos[n], JobKind::Reencode, generation, 1)?;
        }
        let again = jobs::list_in_turn(conn, JobKind::Reencode, false)?;
        assert_eq!(again.iter().map(|job| job.video_id).collect::<Vec<_>>(), videos);
        jobs::set_priority(conn, &again[2], Priority::High)?;
        tasks::insert_many(conn, &again[0], &[analyse(0, 0)], 1)?;
        let order = |conn: &mut Conn, begun| -> Result<Vec<JobId>, DbError> {
            Ok(jobs::list_in_turn(conn, JobKind::Reencode, begun)?.into_iter().map(|job| job.id).collect())
        };
        assert_eq!(order(conn, false)?, [again[2].id, again[1].id]);
        assert_eq!(order(conn, true)?, [again[0].id]);
        assert!(jobs::list_in_turn(conn, JobKind::Transcode, false)?.is_empty(), "it is over");
        let made_by = |conn: &mut Conn, generation| -> Result<Option<JobId>, DbError> {
            Ok(jobs::of_generation(conn, videos[0], generation)?.map(|job| job.id))
        };
        assert_eq!((made_by(conn, 5)?, made_by(conn, 6)?), (Some(again[0].id), None));
        assert_eq!(made_by(conn, old.generation)?, Some(old.id));

        let ready = Publication { generation: 1, status: VideoStatus::Ready, renditions: &[] };
        for id in &videos[..2] {
            videos::publish(conn, *id, &ready, 1)?;
        }
        videos::set_source_dropped(conn, videos[0])?;
        assert_eq!(videos::list_ready(conn)?, [videos[1]]);
        Ok(())
    })
    .await;
}

async fn lists_tell_where_jobs_stand(db: Db) {
    on(&db, |conn| {
        let videos: Vec<_> = (0..4).map(|n| video(conn, &format!("clip {n}"), 1).id).collect();
        let [waiting, running, failed, done] = [0, 1, 2, 3].map(|n| job(conn, videos[n]));
        tasks::insert_many(conn, &running, &[analyse(0, 0)], 1)?;
        tasks::claim(conn, &TaskKind::ALL, "server", 1, 1000)?.unwrap();
        tasks::insert_many(conn, &waiting, &[analyse(0, 0)], 1)?;
        jobs::finish(conn, failed.id, JobState::Failed, None, 2)?;
        jobs::finish(conn, done.id, JobState::Succeeded, None, 2)?;

        assert_eq!(ids(conn, Filter::default(), 9)?, [done.id, failed.id, running.id, waiting.id]);
        assert_eq!(ids(conn, Filter::default(), 2)?, [done.id, failed.id]);
        let older = Filter { before_id: Some(failed.id), ..Filter::default() };
        assert_eq!(ids(conn, older, 9)?, [running.id, waiting.id]);
        assert_eq!(ids(conn, shown(Shown::Waiting), 9)?, [waiting.id]);
        assert_eq!(ids(conn, shown(Shown::Running), 9)?, [running.id]);
        assert_eq!(ids(conn, shown(Shown::State(JobState::Active)), 9)?, [running.id, waiting.id]);
        assert_eq!(ids(conn, shown(Shown::State(JobState::Failed)), 9)?, [failed.id]);
        let of = Filter { video_id: Some(videos[2]), kind: Some(JobKind::Transcode), ..Filter::default() };
        assert_eq!(ids(conn, of.clone(), 9)?, [failed.id]);

        let all = JobCounts { active: 2, running: 1, succeeded: 1, failed: 1, cancelled: 0 };
        assert_eq!(jobs::count(conn, &shown(Shown::Waiting))?, all, "whatever state is asked for");
        assert_eq!(jobs::count(conn, &of)?, JobCounts { failed: 1, ..JobCounts::default() });
        Ok(())
    })
    .await;
}

async fn additions_stand_beside_the_transcode(db: Db) {
    on(&db, |conn| {
        let id = video(conn, "clip", 1).id;
        let transcode = job(conn, id).id;
        let sprites = jobs::insert(conn, id, JobKind::Sprites, 0, 2)?;
        let latest =
            |conn: &mut Conn| -> Result<_, DbError> { Ok(jobs::latest_for_video(conn, id)?.map(|job| job.id)) };
        assert_eq!(latest(conn)?, Some(transcode));
        assert_eq!(jobs::active_for_video(conn, id)?.map(|job| job.id), Some(transcode));
        assert_eq!(jobs::latest_of_kind(conn, id, JobKind::Sprites)?.map(|job| job.id), Some(sprites));
        assert!(jobs::latest_of_kind(conn, id, JobKind::Transcription)?.is_none());
        jobs::finish(conn, transcode, JobState::Succeeded, None, 3)?;
        assert!(jobs::active_for_video(conn, id)?.is_none(), "no transcode runs");
        assert_eq!(latest(conn)?, Some(transcode));
        assert!(matches!(jobs::insert(conn, id, JobKind::Sprites, 0, 4), Err(DbError::Conflict(_))));
        Ok(())
    })
    .await;
}

async fn urgent_jobs_come_first(db: Db) {
    on(&db, |conn| {
        let (one, two) = (video(conn, "one", 1).id, video(conn, "two", 1).id);
        let (one, two) = (job(conn, one), job(conn, two));
        tasks::insert_many(conn, &one, &[analyse(0, 50), analyse(1, 50)], 1)?;
        tasks::insert_many(conn, &two, &[analyse(2, 50), analyse(3, 50), analyse(4, 50)], 1)?;
        let next = |conn: &mut Conn| -> Result<_, DbError> {
            let task = tasks::claim(conn, &TaskKind::ALL, "server", 1, 1000)?.unwrap();
            Ok((task.job_id, task.priority))
        };
        assert_eq!(next(conn)?, (one.id, 50));
        assert!(jobs::set_priority(conn, &two, Priority::High)?);
        assert!(!jobs::set_priority(conn, &two, Priority::Low)?, "it is not as it was thought to be");
        let two = jobs::get(conn, two.id)?;
        assert_eq!((two.priority, one.priority), (Priority::High, Priority::Normal));
        assert_eq!(next(conn)?, (two.id, 58));
        tasks::insert_many(conn, &two, &[analyse(5, 40)], 1)?;
        assert!(jobs::set_priority(conn, &two, Priority::Low)?);
        assert_eq!(next(conn)?, (one.id, 50));
        assert_eq!([next(conn)?.1, next(conn)?.1, next(conn)?.1], [42, 42, 32], "what was queued later moved along");
        Ok(())
    })
    .await;
}

/// One that was given up, with all that is known.
fn fail(conn: &mut Conn, kind: TaskKind) -> TaskId {
    let task = tasks::claim(conn, &[kind], "server", 1, 1000).unwrap().unwrap();
    let mut error = TaskError::abort("ffmpeg_failed", "ffmpeg ended with code 1.");
    (error.command, error.stderr) = (Some("ffmpeg -i x".to_owned()), Some("one\ntwo".to_owned()));
    assert!(tasks::fail(conn, &task.lease().unwrap(), &error, 5).unwrap());
    task.id
}

async fn some_tasks_are_queued_again(db: Db) {
    on(&db, |conn| {
        let video = video(conn, "clip", 1).id;
        let job = job(conn, video);
        tasks::insert_many(conn, &job, &[analyse(0, 1), subtitles(9), subtitles(9)], 1)?;
        let optional = fail(conn, TaskKind::Subtitles);
        let other = fail(conn, TaskKind::Subtitles);
        assert_eq!(tasks::first_failed(conn, job.id)?.map(|detail| detail.task.id), Some(optional));
        let needed = fail(conn, TaskKind::Analyse);
        let first = tasks::first_failed(conn, job.id)?.unwrap();
        assert_eq!((first.task.id, first.finished_at_ms), (needed, Some(5)), "what the job cannot do without");
        assert_eq!(first.error.stderr.as_deref(), Some("one\ntwo"));
        jobs::finish(conn, job.id, JobState::Succeeded, None, 2)?;
        assert!(jobs::reopen(conn, job.id)? && !jobs::reopen(conn, job.id)?, "also one that succeeded");
        assert_eq!(tasks::queue_again(conn, job.id, &[optional, TaskId(999)], 7)?, 1);
        let states: Vec<_> = tasks::list_details(conn, job.id)?.into_iter().map(|detail| detail.task).collect();
        let of = |id| states.iter().find(|task| task.id == id).map(|task| (task.state, task.attempt)).unwrap();
        assert_eq!(of(optional), (TaskState::Queued, 0));
        assert_eq!((of(other).0, of(needed).0), (TaskState::Failed, TaskState::Failed));
        Ok(())
    })
    .await;
}
