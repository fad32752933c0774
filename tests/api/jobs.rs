//! `/api/jobs` and `/api/tasks`, and `vlog jobs`.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use vlog::app::jobs::statuses_of_video;
use vlog::app::pipeline::TranscodeRunner;
use vlog::db::{Conn, DbError, jobs, now_ms, tasks, videos};
use vlog::domain::account::Role;
use vlog::domain::id::{JobId, TaskId, VideoId};
use vlog::domain::job::{JobState, NewTask, TaskKind};
use vlog::domain::ladder::{Codec, Rung};
use vlog::domain::task::{EncodeSpec, Picture, TaskError, TaskEvent, TaskOutcome, TaskSpec};
use vlog::domain::transcode::{Chunk, TranscodePlan};
use vlog::domain::video::VideoStatus;
use vlog::jobs::{Reaper, Runner};

use crate::support::{At, Server, key};

const FALLBACK: &str = "h264_qsv: the device was lost";

fn rung(codec: Codec, name: &str) -> Rung {
    Rung {
        name: name.to_owned(),
        codec,
        width: 1280,
        height: 720,
        frame_rate: 25.0,
        max_rate: 2_000_000,
        copied: false,
    }
}

fn encode(rung: &Rung, index: u32) -> NewTask {
    let start = f64::from(index) * 4.0;
    let end = (index < 2).then_some(start + 4.0);
    let chunk = Chunk {
        index,
        first_segment: index,
        starts: vec![start],
        end,
        last_frame: None,
        quarter_frame: 0.01,
        seek: None,
    };
    let spec = EncodeSpec {
        start_seconds: 0.0,
        stream_index: 0,
        chunk,
        duration_seconds: 4.0,
        rungs: vec![rung.clone()],
        picture: Picture::default(),
        encoder: rung.codec.encoder().to_owned(),
        preset: "fast".to_owned(),
        frames_on_device: None,
        beside_hardware: false,
    };
    NewTask { spec: TaskSpec::Encode(spec), priority: 50 }
}

/// A job of two rungs, three chunks each: `720p`, which is needed, and `720p-hevc`, which is not. Its tasks have the
/// numbers 1 to 6.
async fn job(server: &Server, video: VideoId) -> JobId {
    let rungs = [rung(Codec::H264, "720p"), rung(Codec::Hevc, "720p-hevc")];
    let plan = TranscodePlan { duration_seconds: 12.0, rungs: rungs.to_vec(), ..TranscodePlan::default() };
    let id = server.job(video).await;
    let make = move |conn: &mut Conn| {
        jobs::set_plan(conn, id, &serde_json::to_string(&plan).unwrap())?;
        let job = jobs::get(conn, id)?;
        let new: Vec<_> = rungs.iter().flat_map(|rung| (0..3).map(|index| encode(rung, index))).collect();
        tasks::insert_many(conn, &job, &new, 1)?;
        videos::set_status(conn, video, VideoStatus::Processing)
    };
    server.app.db().run(make).await.unwrap();
    id
}

/// Claims the next tasks and ends them: `.` done, `!` given up, `~` tried again in a minute, `*` done by software
/// because the device failed, `>` left running.
async fn work(server: &Server, ends: &str) {
    let ends = ends.to_owned();
    let claim_and_end = move |conn: &mut Conn| {
        for end in ends.chars() {
            let task = tasks::claim(conn, TaskKind::HEAVY, "worker garage", now_ms(), 60_000)?.unwrap();
            let lease = task.lease().unwrap();
            let mut error = TaskError::retry("ffmpeg_failed", "ffmpeg ended with code 1");
            error.command = Some("ffmpeg -i source".to_owned());
            error.stderr = Some("[error] No space left on device".to_owned());
            match end {
                '.' | '*' => {
                    let fallback = (end == '*').then(|| FALLBACK.to_owned());
                    let outcome = TaskOutcome::Segments { ranges: Vec::new(), speed: None, fallback };
                    tasks::succeed(conn, &lease, &outcome, 3)?
                }
                '!' => tasks::fail(conn, &lease, &error, 3)?,
                '~' => {
                    let retry = tasks::Retry { run_at_ms: now_ms() + 60_000, counts: tasks::Counts::Failure };
                    tasks::retry(conn, &lease, &error, retry)?
                }
                _ => tasks::heartbeat(conn, &lease, 0.25, Some(2.0), now_ms() + 60_000)?,
            };
        }
        Ok(())
    };
    server.app.db().write(claim_and_end).await.unwrap();
}

async fn end(server: &Server, id: JobId, state: JobState) {
    let end = move |conn: &mut Conn| -> Result<(), DbError> {
        jobs::finish(conn, id, state, None, now_ms())?;
        tasks::cancel_for_job(conn, id, now_ms())?;
        Ok(())
    };
    server.app.db().write(end).await.unwrap();
}

async fn post(server: &Server, path: &str) -> reqwest::Response {
    server.request(At::Admin, Method::POST, path).send().await.unwrap()
}

async fn post_json(server: &Server, path: &str, body: Value) -> reqwest::Response {
    server.request(At::Admin, Method::POST, path).json(&body).send().await.unwrap()
}

/// The states of the six tasks.
async fn states(server: &Server, id: JobId) -> Vec<String> {
    let detail = server.json(At::Admin, &format!("/api/jobs/{id}")).await;
    detail["tasks"].as_array().unwrap().iter().map(|task| task["state"].as_str().unwrap().to_owned()).collect()
}

/// Hundreds of open pages must not read a job's tasks hundreds of times; and what one event brings is never what stood
/// before it.
#[actix_web::test]
async fn who_follows_the_same_events_shares_one_reading() {
    let server = Server::start().await;
    let video = server.pending("Clip").await;
    let id = job(&server, video.id).await;
    let read = async |event: u64| statuses_of_video(&server.app, &video, event).await.unwrap();
    let (one, other) = tokio::join!(read(7), read(7));
    assert!(Arc::ptr_eq(&one, &other) && one[0].job.id == id);
    work(&server, ".").await;
    let later = read(8).await;
    assert_eq!((one[0].counts.succeeded, later[0].counts.succeeded), (0, 1));
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(read(7).await[0].counts.succeeded, 1, "nor is a reading kept for long");
}

#[actix_web::test]
async fn a_job_tells_who_does_what_and_what_went_wrong() {
    let server = Server::start().await;
    let video = server.pending("Clip").await.id;
    let id = job(&server, video).await;
    work(&server, ".~>").await;
    let page = server.json(At::Admin, "/api/jobs").await;
    assert_eq!(
        page["counts"],
        json!({ "active": 1, "waiting": 0, "running": 1, "failed": 0, "cancelled": 0, "succeeded": 0 })
    );
    let item = &page["jobs"][0];
    assert_eq!((&item["id"], &item["state"], &item["priority"]), (&json!(id.0), &json!("running"), &json!("normal")));
    assert_eq!((&item["video_title"], &item["current_step"]), (&json!("Clip"), &json!("encode")));
    assert_eq!(
        item["running"],
        json!([{ "id": 3, "progress_percent": 25, "speed": 2.0, "held_by": "garage", "attempt": 1 }])
    );
    // half of all pixels are of 720p; one chunk is made at double speed: one second of the whole a second
    assert_eq!(item["speed"], 1.0);
    assert!(item["eta_seconds"].as_u64().is_some_and(|eta| (7..=12).contains(&eta)), "{item}");

    let detail = server.json(At::Admin, &format!("/api/jobs/{id}")).await;
    let rungs: Vec<_> =
        detail["renditions"].as_array().unwrap().iter().map(|r| (&r["name"], &r["state"], &r["task_ids"])).collect();
    assert_eq!(rungs[0], (&json!("720p"), &json!("running"), &json!([1, 2, 3])));
    assert_eq!(rungs[1], (&json!("720p-hevc"), &json!("waiting"), &json!([4, 5, 6])));
    let rests = &detail["tasks"][1];
    assert_eq!((&rests["state"], &rests["attempt"], &rests["max_attempts"]), (&json!("waiting"), &json!(1), &json!(5)));
    assert_eq!(rests["chunk"], json!({ "index": 1, "start": 4.0, "end": 8.0 }));
    assert!(rests["next_try_at"].is_string() && detail["tasks"][3]["next_try_at"].is_null());
    let error = &rests["error"];
    assert_eq!((&error["code"], &error["cause"]), (&json!("ffmpeg_failed"), &json!("The disk is full.")));
    assert!(error["fix"].as_str().unwrap().contains("Free some space"));
    assert_eq!(
        (&error["command"], &error["stderr"]),
        (&json!("ffmpeg -i source"), &json!("[error] No space left on device"))
    );
    assert_eq!(item["error"]["cause"], "The disk is full.", "of an active job the last failure");
    let runs = &detail["tasks"][2];
    assert_eq!(
        (&runs["held_by"], &runs["eta_seconds"], &runs["optional"]),
        (&json!("garage"), &json!(2), &json!(false))
    );
    assert!(runs["started_at"].is_string());

    // a task that rests is tried at once
    assert_eq!(post(&server, "/api/tasks/2/retry").await.status(), 200);
    assert!(server.json(At::Admin, &format!("/api/jobs/{id}")).await["tasks"][1]["next_try_at"].is_null());
}

#[actix_web::test]
async fn lists_are_filtered_and_paged() {
    let server = Server::start().await;
    for (title, state) in [("one", JobState::Failed), ("two", JobState::Succeeded), ("three", JobState::Failed)] {
        let id = job(&server, server.pending(title).await.id).await;
        end(&server, id, state).await;
    }
    let titles = async |query: &str| {
        let page = server.json(At::Admin, &format!("/api/jobs{query}")).await;
        let titles = page["jobs"].as_array().unwrap().iter().map(|job| job["video_title"].as_str().unwrap().to_owned());
        (titles.collect::<Vec<_>>(), page["next_cursor"].clone())
    };
    assert_eq!(titles("").await.0, ["three", "two", "one"]);
    assert_eq!(titles("?state=failed").await, (vec!["three".to_owned(), "one".to_owned()], Value::Null));
    assert_eq!(titles("?video_id=2&kind=transcode").await.0, ["two"]);
    assert!(titles("?state=running").await.0.is_empty() && titles("?state=active").await.0.is_empty());
    let (first, cursor) = titles("?limit=2").await;
    assert_eq!(first, ["three", "two"]);
    assert_eq!(
        titles(&format!("?limit=2&cursor={}", cursor.as_str().unwrap())).await,
        (vec!["one".to_owned()], Value::Null)
    );
    for bad in ["?state=odd", "?kind=odd", "?limit=0", "?limit=201"] {
        server.problem(server.get(At::Admin, &format!("/api/jobs{bad}")).await, 422, "invalid_value").await;
    }
    server.problem(server.get(At::Admin, "/api/jobs?cursor=x").await, 422, "invalid_cursor").await;
    for missing in ["/api/jobs/99", "/api/jobs/x", "/api/jobs/-1"] {
        server.problem(server.get(At::Admin, missing).await, 404, "not_found").await;
    }
}

#[actix_web::test]
async fn a_failed_job_goes_on_with_what_it_needs() {
    let server = Server::start().await;
    let id = job(&server, server.pending("Clip").await.id).await;
    server.problem(post(&server, "/api/jobs/1/retry").await, 409, "not_failed").await;
    work(&server, ".!.!").await;
    end(&server, id, JobState::Failed).await;
    assert_eq!(states(&server, id).await, ["succeeded", "failed", "succeeded", "failed", "cancelled", "cancelled"]);
    let item = &server.json(At::Admin, "/api/jobs?state=failed").await["jobs"][0];
    assert_eq!(
        (&item["error"]["cause"], &item["error"]["command"]),
        (&json!("The disk is full."), &json!("ffmpeg -i source"))
    );
    assert_eq!(item["task_counts"], json!({ "waiting": 0, "running": 0, "succeeded": 2, "failed": 2, "cancelled": 2 }));

    server.problem(post(&server, "/api/tasks/1/retry").await, 409, "not_failed").await;
    server.problem(post(&server, "/api/tasks/99/retry").await, 404, "not_found").await;
    server.problem(post(&server, "/api/jobs/1/renditions/4k/retry").await, 404, "not_found").await;
    // one chunk: and with it what was stopped, but not the other failure, which the video can do without
    let answer: Value = post(&server, "/api/tasks/2/retry").await.json().await.unwrap();
    assert_eq!((&answer["id"], &answer["state"]), (&json!(id.0), &json!("waiting")));
    assert_eq!(states(&server, id).await, ["succeeded", "waiting", "succeeded", "failed", "waiting", "waiting"]);
    // then the rest of its rung
    assert_eq!(post(&server, "/api/jobs/1/renditions/720p-hevc/retry").await.status(), 200);
    assert_eq!(states(&server, id).await, ["succeeded", "waiting", "succeeded", "waiting", "waiting", "waiting"]);
    let entries = server.json(At::Admin, "/api/audit").await["entries"].clone();
    let found: Vec<_> = entries.as_array().unwrap().iter().map(|entry| (&entry["action"], &entry["after"])).collect();
    assert_eq!(found[0], (&json!("rendition_retried"), &json!({ "rendition": "720p-hevc" })));
    assert_eq!(found[1], (&json!("task_retried"), &json!({ "task": 2 })));
}

#[actix_web::test]
async fn a_video_that_was_published_without_a_rung_gets_it_and_stays_whole() {
    let server = Server::start().await;
    let video = server.published("Clip", VideoStatus::Ready).await.id;
    let id = job(&server, video).await;
    work(&server, "...!!!").await;
    let warn = move |conn: &mut Conn| {
        let note = "Not every HEVC rendition could be made; the H.264 ones are complete.".to_owned();
        videos::set_media_result(conn, video, 12.0, &[note, "Another.".to_owned()])
    };
    server.app.db().run(warn).await.unwrap();
    end(&server, id, JobState::Succeeded).await;
    assert_eq!(
        server.json(At::Admin, "/api/jobs/1").await["error"]["cause"],
        "The disk is full.",
        "what it did without"
    );
    let retry = "/api/jobs/1/renditions/720p-hevc/retry";
    server.problem(post(&server, "/api/jobs/1/renditions/720p/retry").await, 409, "not_failed").await;
    assert_eq!(post(&server, retry).await.status(), 200);
    assert_eq!(states(&server, id).await[3..], ["waiting", "waiting", "waiting"]);
    let seen = server.json(At::Admin, "/api/videos/1").await;
    assert_eq!((&seen["status"], &seen["warnings"]), (&json!("ready"), &json!(["Another."])));

    assert_eq!(post(&server, "/api/jobs/1/cancel").await.status(), 200);
    let seen = server.json(At::Admin, "/api/videos/1").await;
    assert_eq!((&seen["status"], seen["warnings"].as_array().unwrap().len()), (&json!("ready"), 2), "viewers keep it");
    server.problem(post(&server, "/api/jobs/1/cancel").await, 409, "not_running").await;
    assert_eq!(post(&server, retry).await.status(), 200);

    // a source that is gone cannot be read again
    assert_eq!(post(&server, "/api/jobs/1/cancel").await.status(), 200);
    server.app.db().run(move |conn| videos::set_source_dropped(conn, video)).await.unwrap();
    for path in [retry, "/api/jobs/1/retry", "/api/tasks/4/retry"] {
        server.problem(post(&server, path).await, 409, "source_gone").await;
    }
}

#[actix_web::test]
async fn what_turned_out_bad_begins_anew() {
    let server = Server::start().await;
    let id = job(&server, server.pending("Clip").await.id).await;
    let damage = move |conn: &mut Conn| {
        let failure = vlog::domain::video::Failure { code: "generation_damaged".to_owned(), message: "x".to_owned() };
        jobs::finish(conn, id, JobState::Failed, Some(&failure), now_ms())?;
        tasks::cancel_for_job(conn, id, now_ms())
    };
    server.app.db().write(damage).await.unwrap();
    server.problem(post(&server, "/api/tasks/4/retry").await, 409, "job_damaged").await;
    let next: Value = post(&server, "/api/jobs/1/retry").await.json().await.unwrap();
    assert_eq!((&next["id"], &next["state"]), (&json!(2), &json!("waiting")));
    server.problem(post(&server, "/api/jobs/1/retry").await, 409, "job_superseded").await;
}

#[actix_web::test]
async fn priorities_move_what_is_queued() {
    let server = Server::start().await;
    let id = job(&server, server.pending("Clip").await.id).await;
    let patch =
        async |body: Value| server.request(At::Admin, Method::PATCH, "/api/jobs/1").json(&body).send().await.unwrap();
    let answer: Value = patch(json!({ "priority": "high" })).await.json().await.unwrap();
    assert_eq!(answer["priority"], "high");
    let of = move |conn: &mut Conn| Ok(tasks::get(conn, TaskId(1))?.priority);
    assert_eq!(server.app.db().run(of).await.unwrap(), 58);
    for bad in [json!({ "priority": "urgent" }), json!({}), json!({ "priority": "low", "x": 1 })] {
        assert_eq!(patch(bad).await.status(), 400);
    }
    end(&server, id, JobState::Succeeded).await;
    server.problem(patch(json!({ "priority": "low" })).await, 409, "job_over").await;
    let entry = &server.json(At::Admin, "/api/audit?action=job_prioritised").await["entries"][0];
    assert_eq!((&entry["before"]["priority"], &entry["after"]["priority"]), (&json!("normal"), &json!("high")));
}

#[actix_web::test]
async fn several_at_once_each_for_itself() {
    let server = Server::start().await;
    for title in ["one", "two"] {
        job(&server, server.pending(title).await.id).await;
    }
    let bulk = async |body: Value| post_json(&server, "/api/jobs/bulk", body).await;
    let done: Value = bulk(json!({ "ids": [1, 2, 99], "action": "cancel" })).await.json().await.unwrap();
    assert_eq!((&done["processed"], &done["failed"]), (&json!(2), &json!(1)));
    let result = &done["results"][2];
    assert_eq!((&result["id"], &result["success"], &result["code"]), (&json!(99), &json!(false), &json!("not_found")));
    let done: Value = bulk(json!({ "ids": [1, 1], "action": "retry" })).await.json().await.unwrap();
    assert_eq!((&done["results"][0]["success"], &done["results"][1]["code"]), (&json!(true), &json!("not_failed")));
    let done: Value =
        bulk(json!({ "ids": [1, 2], "action": "prioritise", "priority": "low" })).await.json().await.unwrap();
    assert_eq!(done["processed"], 2);
    let many: Vec<i64> = (1..=201).collect();
    for bad in [
        json!({ "ids": many, "action": "retry" }),
        json!({ "ids": [], "action": "retry" }),
        json!({ "ids": [1], "action": "prioritise" }),
    ] {
        server.problem(bulk(bad).await, 422, "invalid_value").await;
    }
    assert_eq!(bulk(json!({ "ids": [1], "action": "dance" })).await.status(), 400);
    let editor = key(&server.app, "editor", Role::Editor).await;
    let request = server.anonymous(At::Admin, Method::POST, "/api/jobs/bulk").bearer_auth(editor);
    server
        .problem(request.json(&json!({ "ids": [1], "action": "retry" })).send().await.unwrap(), 403, "not_allowed")
        .await;
}

#[actix_web::test]
async fn jobs_are_told_live_to_those_who_ask() {
    let server = Server::start().await;
    job(&server, server.pending("Clip").await.id).await;
    let mut plain = server.get(At::Admin, "/api/events/progress").await;
    let mut stream = server.get(At::Admin, "/api/events/progress?jobs=true").await;
    let mut text = String::new();
    let mut read_until = async |wanted: &str| {
        while !text.contains(wanted) {
            let chunk = tokio::time::timeout(std::time::Duration::from_secs(5), stream.chunk()).await;
            text.push_str(std::str::from_utf8(&chunk.unwrap().unwrap().unwrap()).unwrap());
        }
        text.clone()
    };
    let first = read_until("\"state\":\"waiting\"").await;
    assert!(first.contains("event: progress") && first.contains("event: job"), "{first}");
    post_json(&server, "/api/jobs/bulk", json!({ "ids": [1], "action": "prioritise", "priority": "high" })).await;
    read_until("\"priority\":\"high\"").await;
    post(&server, "/api/jobs/1/cancel").await;
    read_until("\"state\":\"cancelled\"").await;
    let mut others = String::new();
    while !others.contains("\"status\":\"failed\"") {
        others.push_str(std::str::from_utf8(&plain.chunk().await.unwrap().unwrap()).unwrap());
    }
    assert!(!others.contains("event: job"), "only those who ask");
}

#[actix_web::test]
async fn a_pause_is_told_live() {
    let server = Server::start().await;
    job(&server, server.pending("Clip").await.id).await;
    let watch = tokio::spawn(vlog::app::pools::watch(server.app.clone()));
    let mut stream = server.get(At::Admin, "/api/events/progress?jobs=true").await;
    let mut read_until = async |wanted: &str| {
        let mut text = String::new();
        while !text.contains(wanted) {
            let chunk = tokio::time::timeout(std::time::Duration::from_secs(20), stream.chunk()).await;
            text.push_str(std::str::from_utf8(&chunk.unwrap().unwrap().unwrap()).unwrap());
        }
        text
    };
    assert!(read_until("event: job").await.contains("event: pools"));
    tokio::task::yield_now().await;
    for (paused, reason) in [(json!(["encode"]), "\"paused\""), (json!([]), "null")] {
        let change = server.request(At::Admin, Method::PATCH, "/api/settings");
        let answer = change.json(&json!({ "transcoding.paused": paused })).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let told = read_until(&format!("\"waiting_reason\":{reason},\"task_counts\"")).await;
        assert!(told.contains("event: pools"), "{told}");
    }
    watch.abort();
}

#[actix_web::test]
async fn what_software_made_in_place_of_a_device_is_told() {
    let server = Server::start().await;
    let id = job(&server, server.pending("Clip").await.id).await;
    work(&server, ".*>").await;
    let detail = server.json(At::Admin, &format!("/api/jobs/{id}")).await;
    let told: Vec<&Value> = detail["tasks"].as_array().unwrap().iter().map(|task| &task["fallback"]).collect();
    assert_eq!(told, [&Value::Null, &json!(FALLBACK), &Value::Null, &Value::Null, &Value::Null, &Value::Null]);
}

#[actix_web::test]
async fn uploads_say_how_urgent_they_are() {
    let server = Server::start().await;
    let form = reqwest::multipart::Form::new().text("priority", "urgent").text("file", "x");
    let answer = server.request(At::Admin, Method::POST, "/api/videos").multipart(form).send().await.unwrap();
    server.problem(answer, 422, "invalid_value").await;
}

#[actix_web::test]
async fn from_the_command_line() {
    let server = Server::start().await;
    job(&server, server.pending("A clip").await.id).await;
    work(&server, ".!>").await;
    let run = async |arguments: &[&str]| {
        let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_vlog"))
            .arg("jobs")
            .args(arguments)
            .env_clear()
            .env("VLOG_API_KEY", &server.key)
            .env("VLOG_ADMIN_API_URL", format!("http://{}", server.address(At::Admin)))
            .output()
            .await
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (_, list, _) = run(&["list"]).await;
    assert!(list.contains("A clip") && list.contains("running") && list.contains("garage"), "{list}");
    let (_, one, _) = run(&["show", "1"]).await;
    assert!(one.contains("720p         failed") && one.contains("#!>"), "{one}");
    assert!(one.contains("The disk is full.") && one.contains("| [error] No space left on device"), "{one}");
    assert_eq!(run(&["prioritise", "1", "--priority", "high"]).await.1, "job 1: high priority\n");
    assert_eq!(run(&["retry", "--task", "2"]).await.1, "job 1: retried\n");
    let (status, lines, error) = run(&["cancel", "1", "7"]).await;
    assert_eq!(
        (status, lines.as_str()),
        (Some(1), "job 1: stopped\njob 7: There is nothing here by that name. [not_found]\n")
    );
    assert!(error.contains("1 of 2 jobs refused it"), "{error}");
    assert_eq!(run(&["retry", "1", "--rendition", "720p-hevc"]).await.1, "job 1: retried\n");
    let page: Value = serde_json::from_str(&run(&["list", "--json", "--state", "active"]).await.1).unwrap();
    assert_eq!((&page["jobs"][0]["id"], &page["jobs"][0]["priority"]), (&json!(1), &json!("high")));
    assert_eq!(run(&["list", "--state", "failed"]).await.1, "There are no such jobs.\n");
    assert_eq!(run(&["retry"]).await.0, Some(2));
    let missing = run(&["show", "9"]).await;
    assert!(missing.0 == Some(1) && missing.2.contains("not_found"), "{missing:?}");
}

/// A machine that is gone says nothing any more: its task waits, and nobody goes on showing how far it was.
#[actix_web::test]
async fn who_follows_jobs_learns_that_a_machine_left_its_task() {
    let server = Server::start().await;
    job(&server, server.pending("Clip").await.id).await;
    let claim = |conn: &mut Conn| tasks::claim(conn, TaskKind::HEAVY, "worker garage", now_ms(), 1);
    let task = server.app.db().write(claim).await.unwrap().unwrap();
    let runner = Arc::new(TranscodeRunner::new(server.app.clone()));
    runner.on_event(&task, TaskEvent::Progress { fraction: 0.5, speed: Some(2.0) }).await.unwrap();
    let mut stream = server.get(At::Admin, "/api/events/progress?jobs=true").await;
    let mut text = String::new();
    super::events::read_until(&mut stream, &mut text, "\"state\":\"running\"").await;
    assert!(text.contains("\"speed\":2"), "{text}");
    text.clear();
    let reaper = Reaper::new(server.app.pipeline().queue().clone(), runner);
    assert_eq!(reaper.sweep().await.unwrap(), 1);
    super::events::read_until(&mut stream, &mut text, "\"state\":\"waiting\"").await;
    assert!(!text.contains("\"speed\":2"), "{text}");
}
