//! `/api/webhooks`, and what receivers get: a real one on loopback, and the pool of this application.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use vlog::app::pipeline;
use vlog::app::webhooks::{self, Deliveries};
use vlog::app::workers::{self, Known};
use vlog::config::{Config, DatabaseUrl};
use vlog::db::{Conn, now_ms};
use vlog::domain::audit::Actor;
use vlog::domain::id::WorkerId;
use vlog::domain::job::TaskKind;
use vlog::domain::webhook::{Notice, WebhookEvent};
use vlog::jobs::{Pool, PoolOptions};

use crate::events::read_until;
use crate::receiver::{Received, Receiver, Reply};
use crate::support::{At, Server};

/// Receivers on this machine are let through, and rests are short.
fn at_home(config: &mut Config) {
    config.webhooks.allow_networks = vec!["127.0.0.0/8".parse().unwrap()];
    config.webhooks.retry_base_delay = Duration::from_millis(100);
}

async fn send(server: &Server, method: Method, path: &str, body: Value) -> Value {
    let response = server.request(At::Admin, method, path).json(&body).send().await.unwrap();
    let (status, text) = (response.status(), response.text().await.unwrap());
    assert_eq!(status, 200, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

/// Adds a webhook; its id and its secret.
async fn add(server: &Server, url: &str, events: &[&str]) -> (String, String) {
    let body = json!({ "name": "Chat", "url": url, "events": events, "headers": { "Authorization": "Bearer abc" } });
    let made = send(server, Method::POST, "/api/webhooks", body).await;
    (made["webhook"]["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned())
}

fn run_pool(server: &Server) -> Arc<Pool> {
    let deliveries = Deliveries::new(server.app.clone());
    let options = PoolOptions { name: "webhooks", kinds: TaskKind::WEBHOOKS, slots: 10, kept_for: &[] };
    let pool = Pool::new(options, deliveries.clone(), Arc::new(deliveries), server.app.metrics().clone());
    let pool = Arc::new(pool);
    let running = Arc::clone(&pool);
    tokio::spawn(async move { running.run().await });
    pool
}

/// Something happens: a video is deleted.
async fn happens(server: &Server, title: &str) {
    let video = server.pending(title).await;
    pipeline::delete(&server.app, &Actor::cli(), video.id).await.unwrap();
}

/// What is told of the webhook once this holds.
async fn until(server: &Server, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let begun = std::time::Instant::now();
    loop {
        let found = server.json(At::Admin, path).await;
        if wanted(&found) {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{found:#}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn change(server: &Server, values: Value) {
    send(server, Method::PATCH, "/api/settings", values).await;
}

/// A message arrives, is signed, and is tried again until it is taken, under the same id.
async fn messages_arrive(url: Option<String>) {
    let server = Server::with(|config| {
        at_home(config);
        if let Some(url) = url {
            config.database.url = DatabaseUrl::parse(&url).unwrap();
        }
    });
    let server = server.await;
    let receiver = Receiver::answering(|number| Reply::of(if number < 2 { 500 } else { 201 }));
    let (id, secret) = add(&server, &receiver.url("/hook?key=hidden"), &["video.deleted"]).await;
    let pool = run_pool(&server);
    happens(&server, "A walk").await;
    let received = receiver.until(3).await;
    let first = &received[0];
    assert!(received.iter().all(|message| message.is_signed_with(&secret) && message.id() == first.id()));
    assert!(received.iter().all(|message| message.body == first.body && message.path == "/hook?key=hidden"));
    assert_eq!(first.headers["authorization"], "Bearer abc");
    assert!(received[1].at - first.at >= Duration::from_millis(100));
    assert!(received[2].at - received[1].at >= Duration::from_millis(200), "slower and slower");
    let body = first.json();
    assert_eq!((&body["type"], &body["data"]["title"]), (&json!("video.deleted"), &json!("A walk")));
    assert_eq!((&body["id"], &body["text"]), (&json!(first.id()), &json!("“A walk” was deleted.")));

    let hook = until(&server, &format!("/api/webhooks/{id}"), |hook| hook["successful_deliveries"] == 1).await;
    assert_eq!((&hook["failures"], &hook["pending_deliveries"]), (&json!(0), &json!(0)));
    let page = server.json(At::Admin, &format!("/api/webhooks/{id}/deliveries?status=delivered")).await;
    let delivery = &page["deliveries"][0];
    assert_eq!((&delivery["attempts"], &delivery["response_status"]), (&json!(3), &json!(201)));
    // once more, by hand
    let path = format!("/api/webhooks/{id}/deliveries/{}", delivery["id"]);
    let detail = server.json(At::Admin, &path).await;
    assert_eq!((&detail["payload"], &detail["response_body"]), (&body, &json!("thanks")));
    send(&server, Method::POST, &format!("{path}/retry"), json!({})).await;
    assert_eq!(receiver.until(4).await[3].id(), first.id(), "the receiver can tell that it has it already");
    pool.drain(Duration::ZERO).await;
}

#[actix_web::test]
async fn messages_arrive_on_sqlite() {
    messages_arrive(None).await;
}

#[actix_web::test]
async fn messages_arrive_on_postgres() {
    messages_arrive(Some(crate::postgres::new_database())).await;
}

#[actix_web::test]
async fn what_is_secret_is_told_once() {
    let server = Server::with(at_home).await;
    let receiver = Receiver::start();
    let (id, secret) = add(&server, &receiver.url("/T000/B000/key-in-the-path"), &["video.ready"]).await;
    assert!(secret.starts_with("whsec_"));
    let path = format!("/api/webhooks/{id}");
    let told = [server.json(At::Admin, "/api/webhooks").await, server.json(At::Admin, &path).await];
    let audit = server.json(At::Admin, "/api/audit?action=webhook_created").await;
    for told in told.iter().chain([&audit]).map(Value::to_string) {
        assert!(!told.contains("key-in-the-path") && !told.contains(&secret) && !told.contains("abc"), "{told}");
        assert!(told.contains(&receiver.address.to_string()), "{told}");
    }
    let rows = std::fs::read(server.path("vlog.db")).unwrap();
    let log = std::fs::read(server.path("vlog.db-wal")).unwrap_or_default();
    for hidden in ["key-in-the-path", "Bearer abc", &secret] {
        let holds = |bytes: &[u8]| bytes.windows(hidden.len()).any(|window| window == hidden.as_bytes());
        assert!(!holds(&rows) && !holds(&log), "{hidden} stands in the database");
    }
    // for a while both secrets are good
    let test = format!("{path}/test");
    let rotated = send(&server, Method::POST, &format!("{path}/secret"), json!({})).await;
    let fresh = rotated["secret"].as_str().unwrap().to_owned();
    let answer = send(&server, Method::POST, &test, json!({})).await;
    assert_eq!((&answer["status"], &answer["event"]), (&json!("delivered"), &json!("webhook.test")));
    let received = &receiver.received()[0];
    assert!(received.is_signed_with(&secret) && received.is_signed_with(&fresh) && secret != fresh);
}

#[actix_web::test]
async fn bad_values_are_refused() {
    let server = Server::start().await;
    let good = json!({ "name": "Chat", "url": "https://1.1.1.1/", "events": ["video.ready"] });
    let refused = async |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        let response = server.request(At::Admin, Method::POST, "/api/webhooks").json(&body).send().await.unwrap();
        assert_eq!(response.status(), 422, "{body}");
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["field"], field, "{problem}");
        problem["detail"].as_str().unwrap().to_owned()
    };
    for url in [
        "http://127.0.0.1:9001/",
        "http://localhost:9001/",
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/",
        "http://100.64.0.1/",
        "http://2130706433/",
        "file:///etc/passwd",
        "http://a:b@1.1.1.1/",
        "",
    ] {
        refused("url", json!(url)).await;
    }
    assert!(refused("url", json!("http://192.168.1.5/")).await.contains("webhooks.allow_networks"));
    refused("name", json!(" ")).await;
    for events in [json!([]), json!(["video.nothing"]), json!(["webhook.test"])] {
        assert!(refused("events", events).await.contains("video.ready"));
    }
    for headers in [json!({ "host": "x" }), json!({ "webhook-id": "x" }), json!({ "a b": "x" }), json!({ "a": "x\ny" })]
    {
        refused("headers", headers).await;
    }
    assert_eq!(server.json(At::Admin, "/api/webhooks").await["webhooks"], json!([]));
    let (id, _) = add(&server, "https://1.1.1.1/", &["video.ready"]).await;
    let path = format!("/api/webhooks/{id}");
    let edit = |body: Value| server.request(At::Admin, Method::PATCH, &path).json(&body).send();
    assert_eq!(edit(json!({ "url": "http://10.0.0.1/" })).await.unwrap().status(), 422);
    server.problem(server.get(At::Admin, &format!("{path}/deliveries/99")).await, 404, "not_found").await;
    let edited = send(&server, Method::PATCH, &path, json!({ "name": "Other", "events": ["video.failed"] })).await;
    assert_eq!((&edited["name"], &edited["events"]), (&json!("Other"), &json!(["video.failed"])));
    send(&server, Method::DELETE, &path, json!({})).await;
    server.problem(server.get(At::Admin, &path).await, 404, "not_found").await;
    let audit = server.json(At::Admin, &format!("/api/audit?target=webhook:{id}")).await;
    let actions: Vec<_> = audit["entries"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions, ["webhook_deleted", "webhook_changed", "webhook_created"]);
}

/// What was public when it was saved may lead elsewhere when it is sent.
#[actix_web::test]
async fn an_address_is_checked_at_each_connection() {
    let server = Server::with(at_home).await;
    let receiver = Receiver::start();
    let by_name = format!("http://localhost:{}/", receiver.address.port());
    let (id, _) = add(&server, &by_name, &["video.ready"]).await;
    let test = format!("/api/webhooks/{id}/test");
    change(&server, json!({ "webhooks.allow_networks": ["10.0.0.0/8"] })).await;
    let refused = send(&server, Method::POST, &test, json!({})).await;
    assert_eq!((&refused["status"], &refused["error_code"]), (&json!("failed"), &json!("address_refused")));
    assert_eq!(receiver.received().len(), 0);
    change(&server, json!({ "webhooks.allow_networks": ["127.0.0.0/8", "::1"] })).await;
    assert_eq!(send(&server, Method::POST, &test, json!({})).await["status"], "delivered");
}

/// Who is gone is switched off; who redirects is not followed; who does not answer is not waited for.
#[actix_web::test]
async fn answers_mean_what_they_say() {
    let server = Server::with(at_home).await;
    change(&server, json!({ "webhooks.max_retries": 0, "webhooks.request_timeout": "300ms" })).await;
    let elsewhere = Receiver::start();
    let receiver = Receiver::start();
    let (id, _) = add(&server, &receiver.url("/"), &["video.deleted"]).await;
    let pool = run_pool(&server);
    let path = format!("/api/webhooks/{id}");
    let deliveries = format!("{path}/deliveries");
    let ends = async |title: &str| {
        happens(&server, title).await;
        let page = until(&server, &deliveries, |page| page["deliveries"][0]["finished_at"].is_string()).await;
        let delivery = &page["deliveries"][0];
        assert_eq!(delivery["attempts"], 1, "no retries are allowed: {delivery}");
        (delivery["status"].as_str().unwrap().to_owned(), delivery["error_code"].clone())
    };
    let location: &'static str = format!("location: {}\r\n", elsewhere.url("/")).leak();
    receiver.answer_with(move |_| Reply { headers: location, ..Reply::of(302) });
    assert_eq!(ends("one").await, ("failed".to_owned(), json!("redirected")));
    receiver.answer_with(|_| Reply { after: Duration::from_secs(2), ..Reply::of(200) });
    assert_eq!(ends("two").await, ("failed".to_owned(), json!("timeout")));
    receiver.answer_with(|_| Reply { body: "x".repeat(100_000), ..Reply::of(400) });
    assert_eq!(ends("three").await, ("failed".to_owned(), json!("not_taken")));
    let newest = &server.json(At::Admin, &deliveries).await["deliveries"][0]["id"];
    let detail = server.json(At::Admin, &format!("{deliveries}/{newest}")).await;
    assert_eq!(detail["response_body"].as_str().unwrap().len(), 4096, "only the beginning is kept");
    receiver.answer_with(|_| Reply::of(410));
    assert_eq!(ends("four").await, ("failed".to_owned(), json!("gone")));
    let hook = server.json(At::Admin, &path).await;
    assert_eq!((&hook["active"], &hook["disabled_reason"]), (&json!(false), &json!("gone")));
    assert_eq!(elsewhere.received().len(), 0, "a redirect was followed");
    let newest = &server.json(At::Admin, &deliveries).await["deliveries"][0]["id"];
    let again = server.request(At::Admin, Method::POST, &format!("{deliveries}/{newest}/retry")).send().await.unwrap();
    server.problem(again, 409, "webhook_inactive").await;
    pool.drain(Duration::ZERO).await;
}

#[actix_web::test]
async fn rests_are_as_set_and_as_asked_for() {
    let server = Server::with(at_home).await;
    let values = json!({ "webhooks.retry_base_delay": "200ms", "webhooks.retry_backoff_multiplier": 3, "webhooks.max_retries": 2 });
    change(&server, values).await;
    let receiver = Receiver::answering(|_| Reply::of(503));
    let (id, _) = add(&server, &receiver.url("/"), &["video.deleted"]).await;
    let pool = run_pool(&server);
    happens(&server, "one").await;
    let deliveries = format!("/api/webhooks/{id}/deliveries");
    until(&server, &deliveries, |page| page["deliveries"][0]["status"] == "failed").await;
    let received = receiver.received();
    assert_eq!(received.len(), 3, "one attempt and two retries");
    let rests: Vec<_> = received.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    assert!(rests[0] >= Duration::from_millis(200) && rests[1] >= Duration::from_millis(600), "{rests:?}");

    receiver.answer_with(|_| Reply { headers: "retry-after: 3600\r\n", ..Reply::of(429) });
    happens(&server, "two").await;
    let page = until(&server, &deliveries, |page| page["deliveries"][0]["attempts"] == 1).await;
    let next: jiff::Timestamp = page["deliveries"][0]["next_try_at"].as_str().unwrap().parse().unwrap();
    assert!(next.as_millisecond() > now_ms() + 3_500_000, "{next}");
    pool.drain(Duration::ZERO).await;
}

/// One that only ever fails, or is slow, is left alone and holds up nobody else.
#[actix_web::test]
async fn who_fails_too_often_is_left_alone() {
    let server = Server::with(at_home).await;
    let (bad, good) =
        (Receiver::answering(|_| Reply { after: Duration::from_millis(50), ..Reply::of(500) }), Receiver::start());
    let (id, _) = add(&server, &bad.url("/"), &["video.deleted"]).await;
    add(&server, &good.url("/"), &["video.deleted"]).await;
    for number in 0..8 {
        happens(&server, &format!("film {number}")).await;
    }
    let pool = run_pool(&server);
    good.until(8).await;
    let path = format!("/api/webhooks/{id}");
    let hook = until(&server, &path, |hook| hook["resting_until"].is_string()).await;
    assert_eq!((&hook["failures"], &hook["pending_deliveries"]), (&json!(5), &json!(8)), "nothing is lost meanwhile");
    assert_eq!(bad.received().len(), 5);
    // whoever sees to it does not have to wait
    bad.answer_with(|_| Reply::of(200));
    send(&server, Method::PATCH, &path, json!({ "active": true })).await;
    until(&server, &path, |hook| hook["successful_deliveries"] == 8).await;
    assert_eq!(bad.most.load(std::sync::atomic::Ordering::SeqCst), 1, "one at a time");
    pool.drain(Duration::ZERO).await;
}

#[actix_web::test]
async fn nothing_is_told_while_webhooks_are_switched_off() {
    let server = Server::with(at_home).await;
    let receiver = Receiver::start();
    let (id, _) = add(&server, &receiver.url("/"), &["video.deleted"]).await;
    happens(&server, "before").await;
    change(&server, json!({ "webhooks.enabled": false })).await;
    happens(&server, "while").await;
    let pool = run_pool(&server);
    let begun = std::time::Instant::now();
    while pool.status().waiting.is_none() {
        assert!(begun.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(pool.status().waiting.unwrap().code, "webhooks_off");
    change(&server, json!({ "webhooks.enabled": null })).await;
    server.app.webhooks().wake();
    let titles = |received: Vec<Received>| -> Vec<Value> {
        received.iter().map(|m| m.json()["data"]["title"].clone()).collect()
    };
    assert_eq!(titles(receiver.until(1).await), ["before"]);
    // somebody else's switch: this one alone
    send(&server, Method::PATCH, &format!("/api/webhooks/{id}"), json!({ "active": false })).await;
    happens(&server, "nobody").await;
    send(&server, Method::PATCH, &format!("/api/webhooks/{id}"), json!({ "active": true })).await;
    happens(&server, "after").await;
    assert_eq!(titles(receiver.until(2).await), ["before", "after"]);
    pool.drain(Duration::ZERO).await;
}

#[actix_web::test]
async fn alerts_come_to_their_receiver_and_not_too_often() {
    let receiver = Receiver::start();
    let url = receiver.url("/topic?token=hidden");
    let server = Server::with(|config| {
        at_home(config);
        config.alerts.webhook_url.0 = url;
    });
    let server = server.await;
    webhooks::keep_alert_receiver(&server.app).await.unwrap();
    webhooks::keep_alert_receiver(&server.app).await.unwrap();
    let list = server.json(At::Admin, "/api/webhooks").await;
    let [hook] = list["webhooks"].as_array().unwrap().as_slice() else { panic!("{list}") };
    assert_eq!((&hook["managed"], hook["events"].as_array().unwrap().len()), (&json!(true), 4));
    assert!(!list.to_string().contains("hidden"));
    let path = format!("/api/webhooks/{}", hook["id"].as_str().unwrap());
    for (method, body) in [(Method::PATCH, json!({ "name": "x" })), (Method::DELETE, json!({}))] {
        let response = server.request(At::Admin, method, &path).json(&body).send().await.unwrap();
        server.problem(response, 409, "webhook_managed").await;
    }
    let pool = run_pool(&server);
    webhooks::leases_lost(&server.app, 2).await;
    webhooks::leases_lost(&server.app, 3).await;
    let received = receiver.until(1).await;
    assert_eq!(
        (&received[0].path, &received[0].json()["details"]),
        (&"/topic?token=hidden".to_owned(), &json!({ "tasks": 2 }))
    );
    change(&server, json!({ "alerts.rate_limit": "0s", "alerts.webhook_timeout": "200ms" })).await;
    webhooks::leases_lost(&server.app, 4).await;
    let received = receiver.until(2).await;
    assert_eq!(received[1].json()["details"], json!({ "tasks": 4 }), "the second was held back");
    receiver.answer_with(|_| Reply { after: Duration::from_secs(3), ..Reply::of(200) });
    let test = send(&server, Method::POST, &format!("{path}/test"), json!({})).await;
    assert_eq!(test["error"], "No answer came within 0.2 seconds.");
    pool.drain(Duration::ZERO).await;
}

/// Without a restart, with the same endpoint and its secret as long as there is an address, and never shown.
#[actix_web::test]
async fn the_receiver_of_alerts_is_a_setting() {
    let (receiver, other) = (Receiver::start(), Receiver::start());
    let server = Server::with(at_home).await;
    let following = tokio::spawn(webhooks::follow_alert_receiver(server.app.clone()));
    let pool = run_pool(&server);
    let managed =
        |list: &Value| list["webhooks"].as_array().unwrap().iter().find(|hook| hook["managed"] == true).cloned();
    change(&server, json!({ "alerts.webhook_url": receiver.url("/topic?token=hidden"), "alerts.rate_limit": "0s" }))
        .await;
    let list = until(&server, "/api/webhooks", |list| managed(list).is_some()).await;
    let id = managed(&list).unwrap()["id"].clone();
    webhooks::leases_lost(&server.app, 2).await;
    assert_eq!(receiver.until(1).await[0].path, "/topic?token=hidden");
    for path in ["/api/webhooks", "/api/settings", "/api/audit"] {
        assert!(!server.json(At::Admin, path).await.to_string().contains("hidden"), "{path}");
    }

    change(&server, json!({ "alerts.webhook_url": other.url("/elsewhere") })).await;
    let origin = json!(other.url(""));
    let list = until(&server, "/api/webhooks", |list| managed(list).is_some_and(|hook| hook["origin"] == origin)).await;
    assert_eq!(managed(&list).unwrap()["id"], id);
    webhooks::leases_lost(&server.app, 3).await;
    assert_eq!(other.until(1).await[0].path, "/elsewhere");
    assert_eq!(receiver.received().len(), 1);

    for bad in ["token=hidden", "ftp://example.org/hidden", "http://"] {
        let values = json!({ "alerts.webhook_url": bad });
        let response = server.request(At::Admin, Method::PATCH, "/api/settings").json(&values).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 422, "{bad}");
        assert!(!response.text().await.unwrap().contains("hidden"));
    }
    change(&server, json!({ "alerts.webhook_url": "" })).await;
    until(&server, "/api/webhooks", |list| managed(list).is_none()).await;
    following.abort();
    pool.drain(Duration::ZERO).await;
}

/// A disk that gets full, and a machine that is not heard of any more.
#[actix_web::test]
async fn what_somebody_should_look_at_is_told() {
    let receiver = Receiver::start();
    let server = Server::with(at_home).await;
    add(&server, &receiver.url("/"), &["alert.storage_low", "alert.worker_offline", "worker.offline"]).await;
    let pool = run_pool(&server);
    let watching = tokio::spawn(webhooks::watch_storage(server.app.clone()));
    change(&server, json!({ "storage.free_space_floor": "8000000TiB" })).await;
    let received = receiver.until(1).await;
    assert_eq!(received[0].json()["type"], "alert.storage_low");
    assert_eq!(received[0].json()["details"]["floor_bytes"], json!(8_000_000_u64 << 40));

    let id: WorkerId = server.lend().await.parse().unwrap();
    let mut known = Known::default();
    let seen = async |at_ms: i64| {
        server.app.db().run(move |conn| vlog::db::workers::seen(conn, id, None, at_ms)).await.unwrap();
    };
    seen(now_ms()).await;
    workers::look(&server.app, &mut known).await.unwrap();
    seen(now_ms() - 60 * 60 * 1000).await;
    workers::look(&server.app, &mut known).await.unwrap();
    let received = receiver.until(3).await;
    let mut told: Vec<_> = received[1..].iter().map(|message| message.json()).collect();
    told.sort_by_key(|message| message["type"].to_string());
    assert_eq!((&told[0]["type"], &told[1]["type"]), (&json!("alert.worker_offline"), &json!("worker.offline")));
    assert!(told.iter().all(|message| message.to_string().contains("\"worker_name\":\"tests\"")));
    watching.abort();
    pool.drain(Duration::ZERO).await;
}

#[actix_web::test]
async fn old_messages_are_forgotten() {
    let server = Server::with(at_home).await;
    let (id, _) = add(&server, "https://1.1.1.1/", &["video.deleted"]).await;
    let old = move |conn: &mut Conn| {
        let notice = Notice { event: WebhookEvent::VideoDeleted, data: json!({}), text: String::new() };
        let two_days_ago = now_ms() - 2 * 24 * 60 * 60 * 1000;
        for _ in 0..2 {
            vlog::db::webhooks::record(conn, &notice, 0, two_days_ago)?;
        }
        let taken = vlog::db::webhooks::deliveries::claim(conn, "token", two_days_ago, now_ms())?.unwrap();
        let next = vlog::db::webhooks::deliveries::Next::Delivered;
        vlog::db::webhooks::deliveries::finish(
            conn,
            (taken.id, taken.webhook_id),
            "token",
            (&taken.answer, next),
            now_ms(),
        )
    };
    assert!(server.app.db().run(old).await.unwrap());
    let count = async || {
        webhooks::tidy(&server.app).await.unwrap();
        let page = server.json(At::Admin, &format!("/api/webhooks/{id}/deliveries")).await;
        page["deliveries"].as_array().unwrap().len()
    };
    assert_eq!(count().await, 2, "30 days");
    change(&server, json!({ "webhooks.retention_days": 1 })).await;
    assert_eq!(count().await, 1, "what still waits stays");
}

#[actix_web::test]
async fn those_who_watch_see_messages_on_their_way() {
    let server = Server::with(at_home).await;
    let receiver = Receiver::start();
    let mut stream = server.get(At::Admin, "/api/events/webhooks").await;
    let mut text = String::new();
    read_until(&mut stream, &mut text, "\"webhooks\":[]").await;
    add(&server, &receiver.url("/"), &["video.deleted"]).await;
    read_until(&mut stream, &mut text, "\"name\":\"Chat\"").await;
    let pool = run_pool(&server);
    happens(&server, "A walk").await;
    read_until(&mut stream, &mut text, "\"status\":\"sending\"").await;
    read_until(&mut stream, &mut text, "\"status\":\"delivered\"").await;
    read_until(&mut stream, &mut text, "\"successful_deliveries\":1").await;
    let stats = server.json(At::Admin, "/api/webhooks/stats").await;
    assert_eq!((&stats["total_webhooks"], &stats["successful_deliveries_24h"]), (&json!(1), &json!(1)));
    pool.drain(Duration::ZERO).await;
}

/// `vlog webhooks` does over the API what its name says.
#[actix_web::test]
async fn the_command_line() {
    let server = Server::with(at_home).await;
    let receiver = Receiver::start();
    let (address, key) = (server.address(At::Admin), server.key.clone());
    let vlog = async |arguments: &[&str]| {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_vlog"));
        command.arg("webhooks").args(arguments).args(["--server", &format!("http://{address}")]);
        let output = command.env("VLOG_API_KEY", &key).output().await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    assert_eq!(vlog(&["list"]).await.1, "There are no webhooks.\n");
    let (code, secret, error) = vlog(&["add", &receiver.url("/x"), "--name", "Chat", "--event", "video.ready"]).await;
    assert_eq!((code, secret.starts_with("whsec_"), secret.lines().count()), (0, true, 1), "{error}");
    let (_, list, _) = vlog(&["list"]).await;
    assert!(list.contains("Chat") && list.contains("video.ready") && !list.contains("/x"), "{list}");
    let (code, text, _) = vlog(&["test", "Chat"]).await;
    assert_eq!((code, text.contains("answered 200"), text.contains("thanks")), (0, true, true), "{text}");
    receiver.answer_with(|_| Reply::of(500));
    assert_eq!(vlog(&["test", "Chat"]).await.0, 1);
    let (_, messages, _) = vlog(&["deliveries", "Chat", "--status", "failed"]).await;
    assert!(messages.contains("webhook.test") && messages.contains("status 500"), "{messages}");
    let (code, _, error) = vlog(&["add", "http://10.0.0.1/", "--name", "Home"]).await;
    assert_eq!((code, error.contains("webhooks.allow_networks")), (1, true), "{error}");
    assert_eq!(vlog(&["remove", "Chat"]).await.1, "Chat: removed\n");
    assert_eq!(vlog(&["remove", "Chat"]).await.0, 1);
}
