//! `/api/workers`, `/api/deployments`, `/api/events/workers`, and what workers say to the worker listener about themselves.

use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::{Value, json};
use vlog::app::workers::{self, Known};
use vlog::db::now_ms;
use vlog::domain::account::Role;
use vlog::domain::id::WorkerId;

use crate::events::{parse, read_until};
use crate::support::{At, Server, key};

async fn post(server: &Server, at: At, path: &str, body: Value) -> Response {
    server.request(at, Method::POST, path).json(&body).send().await.unwrap()
}

/// The JSON of a 200.
async fn ok(server: &Server, at: At, path: &str, body: Value) -> Value {
    let response = post(server, at, path, body).await;
    assert_eq!(response.status(), 200, "{path}");
    response.json().await.unwrap()
}

async fn register(server: &Server, version: &str) {
    let able = json!({ "encoders": ["libx264"], "ffmpeg": "5.1", "cores": 2, "memory_bytes": 1024, "slots": 1 });
    ok(server, At::Worker, "/api/worker/register", json!({ "version": version, "capabilities": able, "load": {} }))
        .await;
}

async fn report(server: &Server, body: Value) -> Value {
    ok(server, At::Worker, "/api/worker/heartbeat", body).await
}

async fn of_worker(server: &Server, id: &str) -> Value {
    server.json(At::Admin, &format!("/api/workers/{id}")).await
}

#[actix_web::test]
async fn keys_are_stored_under_argon2id() {
    let server = Server::start().await;
    let id: WorkerId = server.lend().await.parse().unwrap();
    let prefix = workers::list(&server.app).await.unwrap().into_iter().find(|seen| seen.worker.id == id).unwrap();
    let prefix = prefix.worker.prefix;
    let stored = server.app.db().run(move |conn| vlog::db::workers::find_by_prefix(conn, &prefix)).await.unwrap();
    assert!(stored.unwrap().1.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));

    let report = json!({ "load": {} });
    // the same prefix with another secret, before and after the right key was seen
    let wrong = |key: &str| format!("{}{}", &key[..key.len() - 1], if key.ends_with('0') { "1" } else { "0" });
    let (_, fresh) = workers::register(&server.app, &vlog::domain::audit::Actor::cli(), "fresh").await.unwrap();
    let ask = async |key: &str| {
        let request = server.anonymous(At::Worker, Method::POST, "/api/worker/heartbeat").bearer_auth(key);
        request.header("x-vlog-protocol", "1").json(&report).send().await.unwrap()
    };
    server.problem(ask(&wrong(&fresh)).await, 401, "worker_key_invalid").await;
    assert_eq!(ask(&fresh).await.status(), 200);
    server.problem(ask(&wrong(&fresh)).await, 401, "worker_key_invalid").await;
}

#[actix_web::test]
async fn what_a_worker_reports_is_shown() {
    let server = Server::start().await;
    let id = server.lend().await;
    assert_eq!(of_worker(&server, id).await["state"], "offline", "never seen");
    register(&server, "0.1.0").await;
    let gpu = json!({ "name": "Card", "used": 0.5, "memory_used_bytes": 1, "memory_bytes": 2 });
    let load = json!({
        "cpu": 0.7, "cpu_used": 0.25, "memory": 0.5, "disk_free_bytes": 10, "disk_total_bytes": 20, "gpus": [gpu],
        "speed": 3.5, "speeds": { "libx264": 3.0 }, "bytes_read": 7, "bytes_sent": 8, "waiting": "storage_full",
        "from_the_future": true,
    });
    let line = |number: i64, text: &str| json!({ "number": number, "at_ms": 1000, "level": "warn", "text": text });
    let answer = report(&server, json!({ "load": load, "log": [line(5, "one\ntwo"), line(6, "three")] })).await;
    assert_eq!(answer, json!({ "commands": [], "next_line": 7 }));
    let again = report(&server, json!({ "load": load, "log": [line(6, "three"), line(7, "four")] })).await;
    assert_eq!(again["next_line"], 8);
    let worker = of_worker(&server, id).await;
    assert_eq!((&worker["state"], &worker["cpu_used"], &worker["gpus"]), (&json!("idle"), &json!(0.25), &json!([gpu])));
    assert_eq!(worker["waiting"], "storage_full");
    assert_eq!(worker["speeds"], json!([{ "encoder": "libx264", "speed": 3.0 }]));
    assert_eq!(
        (&worker["disk_total_bytes"], &worker["bytes_read"], &worker["bytes_sent"]),
        (&json!(20), &json!(7), &json!(8))
    );
    assert_eq!(worker["history"].as_array().unwrap().len(), 2);
    assert_eq!(worker["history"][1]["speed"], 3.5);
    let log = server.json(At::Admin, &format!("/api/workers/{id}/logs")).await;
    let texts: Vec<_> = log["lines"].as_array().unwrap().iter().map(|line| line["text"].as_str().unwrap()).collect();
    assert_eq!((log["worker_name"].as_str(), texts), (Some("tests"), vec!["one two", "three", "four"]));
    let list = server.json(At::Admin, "/api/workers").await;
    assert_eq!(
        (&list["server"]["version"], &list["server"]["encodes"]),
        (&json!(env!("CARGO_PKG_VERSION")), &json!(true))
    );

    for body in [json!({}), json!({ "load": 1 }), json!({ "load": {}, "log": [{ "number": "x" }] })] {
        let response = post(&server, At::Worker, "/api/worker/heartbeat", body).await;
        assert!(matches!(response.status().as_u16(), 400 | 422), "{}", response.status());
    }
    let much = json!({ "load": {}, "log": [line(9, &"x".repeat(100_000))] });
    server.problem(post(&server, At::Worker, "/api/worker/heartbeat", much).await, 413, "too_large").await;
}

/// Where tasks say who holds them, a worker of that name would be taken for the server.
#[actix_web::test]
async fn no_worker_is_called_like_the_server() {
    let server = Server::start().await;
    for name in ["server", "Server", " server "] {
        let response = post(&server, At::Admin, "/api/workers", json!({ "name": name })).await;
        server.problem(response, 422, "invalid_value").await;
    }
    assert_eq!(server.json(At::Admin, "/api/workers").await["workers"], json!([]));
    ok(&server, At::Admin, "/api/workers", json!({ "name": "server-2" })).await;
}

#[actix_web::test]
async fn a_command_is_given_until_it_is_answered_and_ends_when_the_worker_is_back() {
    let server = Server::start().await;
    let id = server.lend().await;
    let order = |what: &str| format!("/api/workers/{id}/{what}");
    server.problem(post(&server, At::Admin, &order("restart"), json!(null)).await, 409, "worker_offline").await;
    register(&server, "0.1.0").await;
    let given = ok(&server, At::Admin, &order("restart"), json!(null)).await;
    assert_eq!((&given["event_type"], &given["status"]), (&json!("restart"), &json!("pending")));
    assert_eq!((&given["triggered_by"], &given["old_version"]), (&json!("root"), &json!("0.1.0")));
    server.problem(post(&server, At::Admin, &order("stop"), json!(null)).await, 409, "command_pending").await;
    let number = &given["id"];
    for _ in 0..2 {
        let answer = report(&server, json!({ "load": {} })).await;
        assert_eq!(answer["commands"], json!([{ "id": number, "command": "restart" }]), "until it is answered");
    }
    let address = format!("/api/worker/commands/{number}");
    let answer = async |path: &str, body: Value| post(&server, At::Worker, path, body).await;
    server.problem(answer("/api/worker/commands/x", json!({ "state": "begun" })).await, 404, "not_found").await;
    let other = answer("/api/worker/commands/9999", json!({ "state": "begun" })).await;
    server.problem(other, 409, "command_over").await;
    assert_eq!(answer(&address, json!({ "state": "perhaps" })).await.status(), 400);
    assert_eq!(answer(&address, json!({ "state": "begun" })).await.status(), 204);
    assert_eq!(report(&server, json!({ "load": {} })).await["commands"], json!([]));
    assert_eq!(of_worker(&server, id).await["command"]["status"], "in_progress");
    register(&server, "0.2.0").await;
    assert_eq!(of_worker(&server, id).await["command"], json!(null));
    server.problem(answer(&address, json!({ "state": "begun" })).await, 409, "command_over").await;

    ok(&server, At::Admin, &order("update"), json!(null)).await;
    let update = report(&server, json!({ "load": {} })).await["commands"][0]["id"].clone();
    let failed = json!({ "state": "failed", "details": "Not here." });
    assert_eq!(answer(&format!("/api/worker/commands/{update}"), failed).await.status(), 204);
    register(&server, "0.3.0").await; // by itself
    let events = server.json(At::Admin, &format!("/api/deployments?worker_id={id}")).await;
    let seen = |n: usize| {
        let event = &events["events"][n];
        ["event_type", "status", "old_version", "new_version", "details"]
            .map(|name| event[name].as_str().unwrap_or("-"))
    };
    assert_eq!(seen(0), ["version_change", "completed", "0.2.0", "0.3.0", "-"]);
    assert_eq!(seen(1), ["update", "failed", "0.2.0", "-", "Not here."]);
    assert_eq!(seen(2), ["restart", "completed", "0.1.0", "0.2.0", "-"]);
    let audit = server.json(At::Admin, "/api/audit?action=worker_restart_ordered").await;
    assert_eq!(audit["entries"][0]["target"], format!("worker:{id}"));

    ok(&server, At::Admin, &order("disable"), json!(null)).await;
    server.problem(post(&server, At::Admin, &order("stop"), json!(null)).await, 409, "worker_offline").await;
    let response = post(&server, At::Worker, "/api/worker/heartbeat", json!({ "load": {} })).await;
    server.problem(response, 403, "worker_disabled").await;
}

#[actix_web::test]
async fn a_command_of_another_worker_cannot_be_answered() {
    let server = Server::start().await;
    let id = server.lend().await;
    register(&server, "0.1.0").await;
    let given = ok(&server, At::Admin, &format!("/api/workers/{id}/stop"), json!(null)).await;
    let other = ok(&server, At::Admin, "/api/workers", json!({ "name": "other" })).await;
    let request = server.anonymous(At::Worker, Method::POST, &format!("/api/worker/commands/{}", given["id"]));
    let request = request.bearer_auth(other["key"].as_str().unwrap()).header("x-vlog-protocol", "1");
    server.problem(request.json(&json!({ "state": "begun" })).send().await.unwrap(), 409, "command_over").await;
    assert_eq!(of_worker(&server, id).await["command"]["status"], "pending");
}

#[actix_web::test]
async fn events_are_paged_and_the_servers_own_versions_are_among_them() {
    let server = Server::start().await;
    workers::server_began(&server.app).await.unwrap();
    workers::server_began(&server.app).await.unwrap(); // the same version: nothing new
    let all = server.json(At::Admin, "/api/deployments").await;
    assert_eq!(all["events"].as_array().unwrap().len(), 1);
    assert_eq!((&all["events"][0]["worker_name"], &all["next_cursor"]), (&json!("server"), &Value::Null));
    server.lend().await;
    for version in ["1", "2", "3"] {
        register(&server, version).await;
    }
    let first = server.json(At::Admin, "/api/deployments?limit=2&event_type=version_change").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    assert_eq!(first["events"][0]["new_version"], "3");
    let rest = server.json(At::Admin, &format!("/api/deployments?limit=2&cursor={cursor}")).await;
    assert_eq!((rest["events"].as_array().unwrap().len(), &rest["next_cursor"]), (1, &Value::Null));
    for (query, code) in [
        ("limit=0", "invalid_value"),
        ("limit=201", "invalid_value"),
        ("cursor=x", "invalid_cursor"),
        ("event_type=reboot", "invalid_value"),
        ("worker_id=garage", "invalid_value"),
    ] {
        server.problem(server.get(At::Admin, &format!("/api/deployments?{query}")).await, 422, code).await;
    }
}

#[actix_web::test]
async fn workers_that_change_or_go_are_told_of() {
    let server = Server::with(|config| config.sse.heartbeat_interval = Duration::from_secs(1)).await;
    let id = server.lend().await;
    let editor = key(&server.app, "editor", Role::Editor).await;
    let refused = server.anonymous(At::Admin, Method::GET, "/api/events/workers").bearer_auth(editor);
    server.problem(refused.send().await.unwrap(), 403, "not_allowed").await;
    let request = server.request(At::Admin, Method::GET, "/api/events/workers").header("last-event-id", "12");
    let mut response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut text = String::new();
    read_until(&mut response, &mut text, ": keep-alive").await;
    let events = parse(&text);
    assert_eq!((events.len(), events[0].0.as_str()), (1, "initial"), "{text}");
    assert_eq!(events[0].2["workers"][0]["id"], id);

    register(&server, "0.1.0").await;
    read_until(&mut response, &mut text, "\"state\":\"idle\"").await;
    report(&server, json!({ "load": {}, "log": [{ "number": 1, "at_ms": 1, "level": "info", "text": "hello" }] }))
        .await;
    read_until(&mut response, &mut text, "\"text\":\"hello\"").await;
    ok(&server, At::Admin, &format!("/api/workers/{id}/stop"), json!(null)).await;
    read_until(&mut response, &mut text, "event: deployment").await;

    // nobody says so: the server finds out
    let mut known = Known::default();
    workers::look(&server.app, &mut known).await.unwrap();
    let worker: WorkerId = id.parse().unwrap();
    server.app.db().run(move |conn| vlog::db::workers::seen(conn, worker, None, now_ms() - 60_000)).await.unwrap();
    text.clear();
    workers::look(&server.app, &mut known).await.unwrap();
    read_until(&mut response, &mut text, "\"state\":\"offline\"").await;
    let begun = now_ms();
    workers::revoke(&server.app, &vlog::domain::audit::Actor::cli(), worker).await.unwrap();
    read_until(&mut response, &mut text, "event: removed").await;
    let events = parse(&text);
    assert!(events.last().unwrap().1 > events[0].1 && now_ms() - begun < 5000);
}

/// The server's own program, in ranges, for workers that can run it.
#[actix_web::test]
async fn the_program_is_given_to_those_who_can_run_it() {
    let server = Server::start().await;
    server.lend().await;
    let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let part = |target: &str| {
        let path = format!("/api/worker/program{target}");
        server.request(At::Worker, Method::GET, &path).header("range", "bytes=10-19").send()
    };
    let response = part(&format!("?target={}", vlog::domain::worker::TARGET)).await.unwrap();
    assert_eq!(response.status(), 206);
    assert_eq!(response.headers()["content-range"], format!("bytes 10-19/{}", own.len()));
    let sha256 = hex::encode(ring::digest::digest(&ring::digest::SHA256, &own));
    assert_eq!(response.headers()["x-vlog-sha256"], sha256);
    assert_eq!(response.bytes().await.unwrap(), own[10..20]);
    server.problem(part("?target=mips-unknown-none").await.unwrap(), 409, "program_other_target").await;
    let request =
        server.request(At::Worker, Method::GET, "/api/worker/program").header("range", "bytes=9999999999999-");
    assert_eq!(request.send().await.unwrap().status(), 416);
    let stranger = server.anonymous(At::Worker, Method::GET, "/api/worker/program");
    server.problem(stranger.send().await.unwrap(), 401, "worker_key_invalid").await;
}
