//! Jobs that add to a video beside its generation: whatever becomes of them, the video is as it was.

use reqwest::Method;
use serde_json::{Value, json};
use vlog::app::additions;
use vlog::app::pipeline::{self, TranscodeRunner};
use vlog::config::KeepSource;
use vlog::db::{Conn, jobs, now_ms, tasks, videos};
use vlog::domain::audit::Actor;
use vlog::domain::id::VideoId;
use vlog::domain::job::{Job, JobKind, JobState, Priority, Task, TaskKind};
use vlog::domain::task::{TaskError, TaskOutcome};
use vlog::domain::video::VideoStatus;
use vlog::jobs::{ApplyError, Runner, Verdict};

use crate::support::{At, Server};

async fn request(server: &Server, video: VideoId) -> (Job, bool) {
    let wanted = (JobKind::Sprites, Priority::Low);
    additions::request(&server.app, &Actor::cli(), video, wanted).await.unwrap()
}

async fn refusal(server: &Server, video: VideoId) -> &'static str {
    let wanted = (JobKind::Sprites, Priority::Low);
    additions::request(&server.app, &Actor::cli(), video, wanted).await.unwrap_err().code()
}

/// Takes the next task as the pool would, and begins it.
async fn claim(server: &Server, runner: &TranscodeRunner) -> Task {
    let claim = |conn: &mut Conn| tasks::claim(conn, TaskKind::SPRITES, "server", now_ms(), 60_000);
    let task = server.app.db().run(claim).await.unwrap().unwrap();
    runner.begin(&task).await.unwrap();
    task
}

async fn post(server: &Server, path: &str) -> reqwest::Response {
    server.request(At::Admin, Method::POST, path).send().await.unwrap()
}

async fn get(server: &Server, job: &Job) -> Job {
    let id = job.id;
    server.app.db().run(move |conn| jobs::get(conn, id)).await.unwrap()
}

/// What of the video must stay as it is.
async fn video(server: &Server) -> Value {
    let mut seen = server.json(At::Admin, "/api/videos/1").await;
    let kept = ["status", "generation", "error", "warnings", "renditions", "progress"];
    seen.as_object_mut().unwrap().retain(|key, _| kept.contains(&key.as_str()));
    seen
}

#[actix_web::test]
async fn a_failure_is_the_jobs_own() {
    let server = Server::start().await;
    let runner = TranscodeRunner::new(server.app.clone());
    let id = server.published("Clip", VideoStatus::Ready).await.id;
    let transcode = server.job(id).await;
    let end = move |conn: &mut Conn| jobs::finish(conn, transcode, JobState::Succeeded, None, now_ms());
    server.app.db().run(end).await.unwrap();
    let before = video(&server).await;
    let (job, is_new) = request(&server, id).await;
    assert!(is_new && !request(&server, id).await.1, "one at a time");
    let item = server.json(At::Admin, "/api/jobs?kind=sprites").await["jobs"][0].clone();
    assert_eq!(
        (&item["kind"], &item["state"], &item["priority"]),
        (&json!("sprites"), &json!("waiting"), &json!("low"))
    );
    assert_eq!(server.json(At::Admin, "/api/jobs?kind=transcode").await["jobs"].as_array().unwrap().len(), 1);

    let task = claim(&server, &runner).await;
    let lease = task.lease().unwrap();
    let half = move |conn: &mut Conn| tasks::heartbeat(conn, &lease, 0.5, None, now_ms() + 60_000);
    assert!(server.app.db().run(half).await.unwrap());
    let item = server.json(At::Admin, &format!("/api/jobs/{}", job.id)).await;
    assert_eq!((&item["state"], &item["current_step"]), (&json!("running"), &json!("sprites")));
    assert_eq!((&item["progress_percent"], &item["renditions"]), (&json!(50), &json!([])));
    assert_eq!(video(&server).await, before, "while it runs");

    let mut error = TaskError::abort("ffmpeg_failed", "ffmpeg ended with code 1");
    (error.command, error.stderr) = (Some("ffmpeg -i source".to_owned()), Some("No space left on device".to_owned()));
    let queue = server.app.pipeline().queue();
    let verdict = queue.settle(&task, &task.lease().unwrap(), &error).await.unwrap();
    assert_eq!(verdict, Some(Verdict::GaveUp));
    runner.on_failed(&task, &error, Verdict::GaveUp).await;
    assert_eq!(get(&server, &job).await.state, JobState::Failed);
    let item = server.json(At::Admin, &format!("/api/jobs/{}", job.id)).await;
    assert_eq!(
        (&item["error"]["cause"], &item["error"]["stderr"]),
        (&json!("The disk is full."), &json!("No space left on device"))
    );
    assert_eq!(video(&server).await, before, "when it failed");

    // it is taken up again, stopped, and made more urgent like any other
    server.problem(post(&server, "/api/jobs/1/retry").await, 409, "not_failed").await;
    let again: Value = post(&server, &format!("/api/jobs/{}/retry", job.id)).await.json().await.unwrap();
    assert_eq!((&again["id"], &again["state"]), (&json!(job.id.0), &json!("waiting")));
    let path = format!("/api/jobs/{}", job.id);
    let urgent = server.request(At::Admin, Method::PATCH, &path).json(&json!({ "priority": "high" }));
    assert_eq!(urgent.send().await.unwrap().status(), 200);
    assert_eq!(post(&server, &format!("{path}/cancel")).await.status(), 200);
    server.problem(post(&server, &format!("{path}/cancel")).await, 409, "not_running").await;
    assert_eq!(get(&server, &job).await.state, JobState::Cancelled);
    assert_eq!(post(&server, &format!("/api/tasks/{}/retry", task.id)).await.status(), 200);
    server.problem(post(&server, &format!("{path}/renditions/720p/retry")).await, 404, "not_found").await;
    assert_eq!(video(&server).await, before, "whatever is done with it");

    // nor does the video's own job look at it
    server.problem(post(&server, "/api/videos/1/cancel").await, 409, "not_running").await;
    assert_eq!(get(&server, &job).await.state, JobState::Active);
}

#[actix_web::test]
async fn what_is_not_whole_gets_nothing() {
    let server = Server::start().await;
    let pending = server.pending("New").await.id;
    assert_eq!(refusal(&server, pending).await, "not_ready");
    let playable = server.published("Growing", VideoStatus::Playable).await.id;
    assert_eq!(refusal(&server, playable).await, "not_ready");
    assert_eq!(refusal(&server, VideoId(99)).await, "not_found");
    let gone = server.published("Old", VideoStatus::Ready).await.id;
    server.app.db().run(move |conn| videos::set_source_dropped(conn, gone)).await.unwrap();
    assert_eq!(refusal(&server, gone).await, "source_gone");
}

#[actix_web::test]
async fn a_success_is_applied_once_and_its_files_have_a_place_of_their_own() {
    let server = Server::start().await;
    let runner = TranscodeRunner::new(server.app.clone());
    let id = server.published("Clip", VideoStatus::Ready).await.id;
    let before = video(&server).await;
    let (job, _) = request(&server, id).await;
    let task = claim(&server, &runner).await;
    let lease = task.lease().unwrap();
    let made = server.path(&format!("work/{}-{}/added", task.id, lease.token));
    let make = || {
        std::fs::create_dir_all(&made).unwrap();
        std::fs::write(made.join("sheet-000.jpg"), "picture").unwrap();
    };
    make();
    runner.apply(&task, &lease, TaskOutcome::Delivered).await.unwrap();
    assert_eq!(get(&server, &job).await.state, JobState::Succeeded);
    assert_eq!(video(&server).await, before);
    let places = || std::fs::read_dir(server.path("videos/1/sprites")).unwrap().map(|entry| entry.unwrap().path());
    let first: Vec<_> = places().collect();
    assert_eq!(std::fs::read(first[0].join("sheet-000.jpg")).unwrap(), b"picture");
    assert!(!made.exists());

    // who comes late changes nothing, and leaves nothing behind
    make();
    assert!(matches!(runner.apply(&task, &lease, TaskOutcome::Delivered).await, Err(ApplyError::LeaseLost)));
    assert_eq!(places().collect::<Vec<_>>(), first);
}

#[actix_web::test]
async fn a_job_that_nothing_drives_is_ended_or_taken_up() {
    let server = Server::start().await;
    let ids =
        [server.published("One", VideoStatus::Ready).await.id, server.published("Two", VideoStatus::Ready).await.id];
    let bare =
        move |conn: &mut Conn| Ok([0, 1].map(|n| jobs::insert(conn, ids[n], JobKind::Sprites, 0, now_ms()).unwrap()));
    let [one, two] = server.app.db().run(bare).await.unwrap();
    server.app.db().run(move |conn| videos::set_source_dropped(conn, ids[1])).await.unwrap();
    pipeline::reconcile(&server.app).await.unwrap();
    let read = move |conn: &mut Conn| Ok((tasks::list_for_job(conn, one)?.len(), jobs::get(conn, two)?));
    let (count, refused) = server.app.db().run(read).await.unwrap();
    assert_eq!((count, refused.state, refused.error.unwrap().code.as_str()), (1, JobState::Failed, "source_gone"));

    // as after a crash between the task's end and the job's
    let give_up = move |conn: &mut Conn| {
        let task = tasks::claim(conn, TaskKind::SPRITES, "server", now_ms(), 60_000)?.unwrap();
        tasks::fail(conn, &task.lease().unwrap(), &TaskError::abort("ffmpeg_failed", "it broke"), now_ms())
    };
    assert!(server.app.db().run(give_up).await.unwrap());
    pipeline::reconcile(&server.app).await.unwrap();
    let job = server.app.db().run(move |conn| jobs::get(conn, one)).await.unwrap();
    assert_eq!((job.state, job.error.unwrap().code.as_str()), (JobState::Failed, "ffmpeg_failed"));
    assert_eq!(server.json(At::Admin, "/api/videos/1").await["status"], "ready");
}

#[actix_web::test]
async fn a_source_stays_until_nothing_needs_it() {
    let server = Server::with(|config| config.storage.keep_source = KeepSource::Never).await;
    let runner = TranscodeRunner::new(server.app.clone());
    let row = server.published("Clip", VideoStatus::Ready).await;
    let source = server.path(&row.source.key);
    std::fs::write(&source, "film").unwrap();
    let (job, _) = request(&server, row.id).await;
    let task = claim(&server, &runner).await;
    assert!(source.exists());
    assert_eq!(post(&server, &format!("/api/jobs/{}/cancel", job.id)).await.status(), 200);
    assert!(!source.exists(), "nothing else needs it");
    server.problem(post(&server, &format!("/api/jobs/{}/retry", job.id)).await, 409, "source_gone").await;
    drop(task);
}

#[actix_web::test]
async fn it_goes_with_its_video() {
    let server = Server::start().await;
    let runner = TranscodeRunner::new(server.app.clone());
    let id = server.published("Clip", VideoStatus::Ready).await.id;
    request(&server, id).await;
    let task = claim(&server, &runner).await;
    let lease = task.lease().unwrap();
    let made = server.path(&format!("work/{}-{}/added", task.id, lease.token));
    std::fs::create_dir_all(&made).unwrap();
    std::fs::write(made.join("sheet-000.jpg"), "picture").unwrap();
    pipeline::delete(&server.app, &Actor::cli(), id).await.unwrap();
    assert!(matches!(runner.apply(&task, &lease, TaskOutcome::Delivered).await, Err(ApplyError::LeaseLost)));
    assert!(!server.path("videos/1").exists());
}
