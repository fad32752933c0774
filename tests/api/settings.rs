//! `/api/settings`: what it says, what it takes, and that each setting of a request steers it.

use std::time::Duration;

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use vlog::app::pipeline;
use vlog::db::now_ms;
use vlog::db::settings::{self, SettingRow};
use vlog::db::videos::{self, Publication};
use vlog::domain::video::VideoStatus;

use crate::support::{At, Server};

async fn send(server: &Server, method: Method, path: &str, body: Value) -> reqwest::Response {
    server.request(At::Admin, method, path).json(&body).send().await.unwrap()
}

/// Changes settings and expects that they are taken.
async fn change(server: &Server, values: Value) {
    let response = send(server, Method::PATCH, "/api/settings", values).await;
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
}

async fn setting(server: &Server, key: &str) -> Value {
    server.json(At::Admin, &format!("/api/settings/{key}")).await
}

#[actix_web::test]
async fn every_key_is_described() {
    let server = Server::with(|config| config.streaming.segment_duration = 4).await;
    let list = server.json(At::Admin, "/api/settings").await;
    let categories = list["categories"].as_array().unwrap();
    let all: Vec<&Value> = categories.iter().flat_map(|c| c["settings"].as_array().unwrap()).collect();
    assert_eq!(all.len(), vlog::config::KEYS.len());
    for setting in &all {
        assert!(!setting["title"].as_str().unwrap().is_empty() && setting["doc"].as_str().unwrap().len() > 10);
        assert!(!setting["value"].is_null() && !setting["default"].is_null(), "{setting}");
    }
    let duration = setting(&server, "streaming.segment_duration").await;
    assert_eq!(
        (&duration["type"], &duration["value"], &duration["default"]),
        (&json!("integer"), &json!(4), &json!(6))
    );
    assert_eq!(
        (&duration["min"], &duration["max"], &duration["restart_needed"]),
        (&json!(2), &json!(10), &json!(false))
    );
    let loudness = setting(&server, "transcoding.loudness").await;
    assert_eq!(
        (&loudness["type"], &loudness["value"], &loudness["min"]),
        (&json!("float"), &json!("off"), &json!(-31))
    );
    let codecs = setting(&server, "transcoding.codecs").await;
    assert_eq!((&codecs["type"], &codecs["allowed"]), (&json!("list"), &json!(["h264", "hevc", "av1"])));
    let grace = setting(&server, "storage.generation_grace").await;
    assert_eq!((&grace["type"], &grace["value"]), (&json!("duration"), &json!("10m")));
    let rate = setting(&server, "rate_limiting.public_default").await;
    assert!(rate["pattern"].as_str().unwrap().contains("minute") && rate["examples"][0] == "100/minute", "{rate}");
    assert_eq!((&duration["pattern"], &duration["examples"]), (&Value::Null, &json!([])));
    let ladder = setting(&server, "transcoding.ladder").await;
    assert_eq!((&ladder["type"], &ladder["value"][2]["height"]), (&json!("json"), &json!(1080)), "vlog's own is shown");
    let port = setting(&server, "http.public_port").await;
    assert_eq!((&port["restart_needed"], &port["type"]), (&json!(true), &json!("integer")));
}

/// What cannot be read out for sealing would be stored as the mask.
#[test]
fn a_setting_that_is_a_secret_can_be_sealed() {
    use vlog::config::{Config, KEYS, Kind};
    let secrets: Vec<_> = KEYS.iter().filter(|key| key.kind == Kind::Secret && key.runtime).collect();
    assert!(!secrets.is_empty());
    assert!(secrets.iter().all(|key| key.reveal(&Config::default()).is_some()));
    assert!(KEYS.iter().all(|key| key.kind == Kind::Secret || key.reveal(&Config::default()).is_none()));
}

#[actix_web::test]
async fn a_secret_is_taken_and_never_given() {
    let server = Server::start().await;
    let path = "/api/settings/oidc.client_secret";
    let changed: Value = send(&server, Method::PUT, path, json!({ "value": "between us" })).await.json().await.unwrap();
    assert_eq!(
        (&changed["type"], &changed["value"], &changed["source"]),
        (&json!("secret"), &json!("***"), &json!("database"))
    );
    assert_eq!(server.app.config().oidc.client_secret.0, "between us");
    for path in ["/api/settings", "/api/settings/export", "/api/audit?target=setting:oidc.client_secret", path] {
        let told = server.get(At::Admin, path).await.text().await.unwrap();
        assert!(told.contains("client_secret") && !told.contains("between us"), "{path}: {told}");
    }
    let mask = send(&server, Method::PUT, path, json!({ "value": "***" })).await;
    server.problem(mask, 422, "setting_invalid").await;
    let export = server.json(At::Admin, "/api/settings/export").await;
    assert_eq!((&export["settings"], &export["left_out"]), (&json!({}), &json!(["oidc.client_secret"])));
    let imported = send(&server, Method::POST, "/api/settings/import", export).await;
    assert_eq!(imported.status(), 200);
    assert_eq!(server.app.config().oidc.client_secret.0, "between us", "an import leaves it");
    let removed: Value = send(&server, Method::DELETE, path, json!({})).await.json().await.unwrap();
    assert_eq!(removed["value"], "");
    assert_eq!(server.app.config().oidc.client_secret.0, "");
}

#[actix_web::test]
async fn a_change_is_in_force_at_once_and_can_be_taken_back() {
    let server = Server::start().await;
    let path = "/api/settings/transcoding.preset";
    let changed: Value = send(&server, Method::PUT, path, json!({ "value": "slow" })).await.json().await.unwrap();
    assert_eq!((&changed["value"], &changed["source"]), (&json!("slow"), &json!("database")));
    assert!(changed["updated_at"].is_string());
    assert_eq!(server.app.config().transcoding.preset.as_str(), "slow");
    let reset: Value = send(&server, Method::DELETE, path, json!({})).await.json().await.unwrap();
    assert_eq!((&reset["value"], &reset["source"]), (&json!("balanced"), &json!("default")));
    assert_eq!(server.app.config().transcoding.preset.as_str(), "balanced");
}

#[actix_web::test]
async fn values_are_written_in_one_way() {
    let server = Server::start().await;
    change(&server, json!({ "storage.free_space_floor": "2048 MiB", "streaming.enable_dash": "off" })).await;
    assert_eq!(setting(&server, "storage.free_space_floor").await["value"], "2GiB");
    assert_eq!(setting(&server, "streaming.enable_dash").await["value"], false);
    let ladder = json!([{ "height": 720, "max_rate": 2_000_000 }]);
    change(&server, json!({ "transcoding.ladder": ladder.to_string() })).await;
    assert_eq!(setting(&server, "transcoding.ladder").await["value"], ladder, "also from its text");
    change(&server, json!({ "transcoding.ladder": [] })).await;
    assert_eq!(setting(&server, "transcoding.ladder").await["value"][0]["height"], 2160, "vlog's own");
    change(&server, json!({ "transcoding.loudness": -16.5, "transcoding.codecs": [] })).await;
    assert_eq!(setting(&server, "transcoding.loudness").await["value"], -16.5);
    assert_eq!(setting(&server, "transcoding.codecs").await["value"], json!(["h264"]), "which is always there");
}

#[actix_web::test]
async fn what_is_not_taken_is_told() {
    let server = Server::start().await;
    let put = async |key: &str, body: Value| send(&server, Method::PUT, &format!("/api/settings/{key}"), body).await;
    server.problem(put("transcoding.presett", json!({ "value": "slow" })).await, 404, "setting_unknown").await;
    let unknown: Value = server.get(At::Admin, "/api/settings/transcoding.presett").await.json().await.unwrap();
    assert_eq!(unknown["detail"], "transcoding.presett: there is no such setting; did you mean transcoding.preset?");
    server.problem(put("http.public_port", json!({ "value": 80 })).await, 409, "setting_needs_restart").await;
    for (key, value) in [
        ("transcoding.nice", json!(20)),
        ("transcoding.nice", json!(-1)),
        ("transcoding.nice", json!(1.5)),
        ("transcoding.nice", json!(null)),
        ("transcoding.nice", json!([1])),
        ("transcoding.preset", json!("fastest")),
        ("transcoding.codecs", json!(["h264", "vp9"])),
        ("transcoding.loudness", json!(-3)),
        ("storage.max_upload_size", json!("0")),
        ("storage.free_space_floor", json!("plenty")),
        ("streaming.enable_dash", json!("perhaps")),
        ("transcoding.ladder", json!([{ "height": 720, "max_rate": 1_000_000, "crf": 20 }])),
        ("transcoding.ladder", json!([{ "height": 720, "max_rate": "fast" }])),
        ("transcoding.ladder", json!([{ "height": 480, "max_rate": 100_000 }, { "height": 720, "max_rate": 100_000 }])),
        ("transcoding.ladder", json!(["720p"])),
        ("transcoding.ladder", json!({ "height": 720, "max_rate": 1_000_000 })),
        ("transcoding.preset", json!({ "name": "slow" })),
        ("http.public_url", json!("ftp://example.org")),
        ("display.tagline", json!("x".repeat(101))),
        ("display.tagline", json!("two\nlines")),
    ] {
        let before = setting(&server, key).await;
        let response = put(key, json!({ "value": value })).await;
        let status = response.status();
        let body: Value = response.json().await.unwrap();
        assert_eq!((status.as_u16(), &body["code"]), (422, &json!("setting_invalid")), "{key} {value}: {body}");
        assert_eq!((&body["field"], &body["errors"][0]["field"]), (&json!(key), &json!(key)));
        assert!(!body["errors"][0]["fix"].as_str().unwrap().is_empty());
        assert_eq!(setting(&server, key).await, before);
    }
    for body in [json!({}), json!({ "value": "slow", "force": true }), json!("slow")] {
        server.problem(put("transcoding.preset", body).await, 400, "invalid_request").await;
    }
}

#[actix_web::test]
async fn several_are_changed_together_or_not_at_all() {
    let server = Server::start().await;
    let values = json!({ "transcoding.preset": "slow", "transcoding.nice": 99, "streaming.segment_duration": 1 });
    let response = send(&server, Method::PATCH, "/api/settings", values).await;
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["errors"].as_array().unwrap().len(), 2, "{body}");
    assert_eq!(setting(&server, "transcoding.preset").await["source"], "default");
    change(&server, json!({ "transcoding.preset": "slow", "transcoding.nice": 5 })).await;
    change(&server, json!({ "transcoding.preset": null })).await;
    let config = server.app.config();
    assert_eq!((config.transcoding.preset.as_str(), config.transcoding.nice), ("balanced", 5));
}

#[actix_web::test]
async fn an_export_is_imported() {
    let server = Server::start().await;
    change(&server, json!({ "transcoding.preset": "slow", "display.tagline": "Two words" })).await;
    let export = server.json(At::Admin, "/api/settings/export").await;
    assert_eq!(export["settings"], json!({ "transcoding.preset": "slow", "display.tagline": "Two words" }));
    let other = Server::start().await;
    let response = send(&other, Method::POST, "/api/settings/import", export).await;
    assert_eq!(response.json::<Value>().await.unwrap()["imported"], 2);
    assert_eq!(setting(&other, "display.tagline").await["value"], "Two words");
    let bad = json!({ "settings": { "display.tagline": "New", "transcoding.nice": 99 } });
    let response = send(&other, Method::POST, "/api/settings/import", bad).await;
    other.problem(response, 422, "setting_invalid").await;
    assert_eq!(setting(&other, "display.tagline").await["value"], "Two words");
    let response = send(&other, Method::POST, "/api/settings/import", json!({ "settings": {}, "overwrite": 1 })).await;
    other.problem(response, 400, "invalid_request").await;
}

/// Rows of another version, or of somebody's hand.
#[actix_web::test]
async fn rows_that_do_not_fit_are_left_out() {
    let server = Server::start().await;
    let rows = [("transcoding.nice", "99"), ("gone.long_ago", "1"), ("http.public_port", "1"), ("sse.x", "{")];
    let write = move |conn: &mut vlog::db::Conn| {
        rows.into_iter().chain([("transcoding.preset", "\"slow\"")]).try_for_each(|(key, value)| {
            let (key, value) = (key.to_owned(), value.to_owned());
            settings::set(conn, &SettingRow { key, value, updated_at_ms: 1, updated_by: None })
        })
    };
    server.app.db().run(write).await.unwrap();
    server.app.settings().reload().await.unwrap();
    let config = server.app.config();
    assert_eq!((config.transcoding.nice, config.http.public_port, config.transcoding.preset.as_str()), (10, 0, "slow"));
    assert_eq!(setting(&server, "transcoding.nice").await["source"], "default");
}

/// A codec nobody could encode would leave a warning on every video.
#[actix_web::test]
async fn codecs_without_an_encoder_are_refused() {
    let server = Server::with(|config| config.ffmpeg.path = "true".into()).await;
    let response = send(&server, Method::PATCH, "/api/settings", json!({ "transcoding.codecs": ["av1"] })).await;
    server.problem(response, 422, "setting_invalid").await;
    change(&server, json!({ "transcoding.codecs": ["h264"] })).await;
}

fn clip(server: &Server) -> std::path::PathBuf {
    let path = server.path("clip.mp4");
    let args = "-v error -y -f lavfi -i testsrc2=s=320x180:r=25:d=3 -f lavfi -i sine=d=3 -c:v mpeg4 -c:a aac -shortest";
    let made = std::process::Command::new("ffmpeg").args(args.split(' ')).arg(&path).status();
    assert!(made.unwrap().success());
    path
}

async fn upload(server: &Server, file: &std::path::Path) -> reqwest::Response {
    let form = Form::new().part("file", Part::bytes(std::fs::read(file).unwrap()).file_name("clip.mp4"));
    server.request(At::Admin, Method::POST, "/api/videos").multipart(form).send().await.unwrap()
}

#[actix_web::test]
async fn limits_hold_for_the_next_upload() {
    let server = Server::start().await;
    let clip = clip(&server);
    assert_eq!(upload(&server, &clip).await.status(), 200);
    for (key, value, status, code) in [
        ("storage.max_upload_size", json!("1KiB"), 413, "too_large"),
        ("storage.free_space_floor", json!("900TiB"), 507, "storage_full"),
        ("limits.max_duration", json!("2s"), 415, "media_too_large"),
        ("limits.max_pixels", json!(57_599), 415, "media_too_large"),
        ("limits.max_pixel_rate", json!(1_000_000), 415, "media_too_large"),
        ("limits.max_streams", json!(1), 415, "media_too_large"),
    ] {
        change(&server, json!({ key: value })).await;
        server.problem(upload(&server, &clip).await, status, code).await;
        change(&server, json!({ key: null })).await;
    }
    change(&server, json!({ "limits.max_pixel_rate": 1_000_000, "limits.max_frame_rate": 1 })).await;
    assert_eq!(upload(&server, &clip).await.status(), 200, "320x180 counts as if at 10 frames a second");
}

#[actix_web::test]
async fn pages_show_what_was_chosen() {
    let server = Server::start().await;
    let home = async || server.get(At::Public, "/").await.text().await.unwrap();
    assert!(!home().await.contains("Films & more"));
    change(&server, json!({ "display.tagline": "Films of ours", "http.public_url": "https://v.example.org" })).await;
    let page = home().await;
    assert!(page.contains("\"tagline\":\"Films of ours\"") && page.contains("content=\"Films of ours\""), "{page}");
    assert!(page.contains("href=\"https://v.example.org/\""), "{page}");
    let dashboard = server.get(At::Admin, "/").await.text().await.unwrap();
    assert!(dashboard.contains("\"public_url\":\"https://v.example.org\""), "{dashboard}");
    change(&server, json!({ "display.show_tagline": false })).await;
    assert!(!home().await.contains("Films of ours"));
    change(&server, json!({ "storage.max_upload_size": "5MiB" })).await;
    let dashboard = server.get(At::Admin, "/").await.text().await.unwrap();
    assert!(dashboard.contains("\"max_upload_size_bytes\":5242880"), "{dashboard}");
}

#[actix_web::test]
async fn event_streams_take_their_rhythm() {
    let server = Server::start().await;
    change(&server, json!({ "sse.heartbeat_interval": "1s", "sse.reconnect_timeout_ms": 1234 })).await;
    let mut stream = server.get(At::Admin, "/api/events/progress").await;
    let mut text = String::new();
    while !text.contains(": keep-alive") {
        let piece = tokio::time::timeout(Duration::from_secs(8), stream.chunk()).await.expect("a sign of life");
        text.push_str(std::str::from_utf8(&piece.unwrap().unwrap()).unwrap());
    }
    assert!(text.starts_with("retry: 1234\n\n"), "{text}");
}

#[actix_web::test]
async fn old_generations_stay_for_the_grace_period() {
    let server = Server::start().await;
    let id = server.published("Clip", VideoStatus::Ready).await.id;
    let (old, new) = (server.path(&format!("videos/{id}/g1")), server.path(&format!("videos/{id}/g2")));
    std::fs::create_dir_all(&new).unwrap();
    let publication = Publication { generation: 2, status: VideoStatus::Ready, renditions: &[] };
    server.app.db().run(move |conn| videos::publish(conn, id, &publication, now_ms())).await.unwrap();
    pipeline::reconcile(&server.app).await.unwrap();
    assert!(old.is_dir(), "ten minutes are not over");
    change(&server, json!({ "storage.generation_grace": "0s" })).await;
    pipeline::reconcile(&server.app).await.unwrap();
    assert!(!old.exists() && new.is_dir());
}
