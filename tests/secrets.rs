//! One of each secret there is goes through a real server; then its log, its pages, everything its API tells and its
//! database are searched for them. Nothing is found but where it was told to its owner once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test may fail by panicking"
)]

#[allow(dead_code, reason = "shared by test programs that use different parts")]
#[path = "support/server.rs"]
mod server;

use reqwest::{Client, Method};
use serde_json::{Value, json};
use vlog::http::{Listener, openapi_json};

const PASSWORD: &str = "a-password-nobody-may-see";
const WRONG: &str = "a-wrong-password-nobody-may-see";
const OIDC_SECRET: &str = "a-client-secret-nobody-may-see";
const STORED_SECRET: &str = "a-stored-secret-nobody-may-see";
const SERVER_KEY: &str = "c0ffee11c0ffee22c0ffee33c0ffee44c0ffee55c0ffee66c0ffee77c0ffee88";

/// What must not be found, by name.
#[derive(Default)]
struct Secrets(Vec<(&'static str, String)>);

impl Secrets {
    fn add(&mut self, name: &'static str, secret: &str) {
        assert!(secret.len() >= 8, "{name}: {secret:?} would be found by chance");
        self.0.push((name, secret.to_owned()));
    }

    fn in_text(&self, text: &[u8]) -> Vec<&'static str> {
        let holds = |secret: &str| text.windows(secret.len()).any(|window| window == secret.as_bytes());
        self.0.iter().filter(|(_, secret)| holds(secret)).map(|(name, _)| *name).collect()
    }
}

struct Session<'a> {
    client: &'a Client,
    url: String,
    cookies: String,
}

impl Session<'_> {
    async fn post(&mut self, path: &str, body: Value) -> Value {
        let request = self.client.post(format!("{}{path}", self.url)).header("sec-fetch-site", "same-origin");
        let response = request.header("cookie", &self.cookies).json(&body).send().await.unwrap();
        let given: Vec<String> = response
            .headers()
            .get_all("set-cookie")
            .iter()
            .map(|line| line.to_str().unwrap().split(';').next().unwrap().to_owned())
            .collect();
        if !given.is_empty() {
            self.cookies = given.join("; ");
        }
        response.json().await.unwrap()
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} is missing in {value}"))
}

/// The bytes of a base32 text.
fn base32(text: &str) -> Vec<u8> {
    let value = |c: char| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).unwrap();
    let bits: String = text.chars().map(|c| format!("{:05b}", value(c))).collect();
    bits.as_bytes().chunks_exact(8).map(|b| u8::from_str_radix(std::str::from_utf8(b).unwrap(), 2).unwrap()).collect()
}

/// Uses everything that is secret, rightly and wrongly.
async fn use_all(session: &mut Session<'_>, secrets: &mut Secrets) -> String {
    let client = session.client;
    let wrong = session.post("/api/auth/login", json!({ "username": "anna", "password": WRONG })).await;
    assert_eq!(text(&wrong, "code"), "login_failed");
    session.post("/api/auth/login", json!({ "username": "anna", "password": PASSWORD })).await;
    let made = session.post("/api/auth/api-keys", json!({ "name": "script", "password": PASSWORD })).await;
    let key = text(&made, "key").to_owned();
    secrets.add("API key", &key);
    let hook = json!({ "name": "Chat", "url": "https://1.1.1.1/key-nobody-may-see", "events": ["video.ready"] });
    let made = session.post("/api/webhooks", hook).await;
    secrets.add("webhook secret", text(&made, "secret"));
    secrets.add("webhook address", "key-nobody-may-see");
    let made = session.post("/api/auth/totp", json!({ "password": PASSWORD })).await;
    let totp = base32(text(&made, "secret"));
    secrets.add("TOTP secret", text(&made, "secret"));
    let now = u64::try_from(jiff::Timestamp::now().as_second()).unwrap();
    let code = |seconds| vlog::auth::totp::code_at(&totp, seconds).unwrap();
    let confirmed = session.post("/api/auth/totp/confirm", json!({ "code": code(now - 30) })).await;
    for recovery in confirmed["recovery_codes"].as_array().unwrap() {
        secrets.add("recovery code", recovery.as_str().unwrap());
    }
    for cookie in session.cookies.clone().split("; ") {
        secrets.add("session", cookie.split_once('=').unwrap().1);
    }
    let again = session.post("/api/auth/login", json!({ "username": "anna", "password": PASSWORD })).await;
    let login_token = text(&again, "login_token").to_owned();
    secrets.add("login token", &login_token);
    session.post("/api/auth/login/code", json!({ "login_token": login_token, "code": "000000" })).await;
    session.post("/api/auth/login/code", json!({ "login_token": login_token, "code": code(now) })).await;
    for cookie in session.cookies.clone().split("; ") {
        secrets.add("session", cookie.split_once('=').unwrap().1);
    }
    let begun = session.post("/api/auth/login/passkey/begin", json!({})).await;
    secrets.add("ceremony of a passkey", text(&begun, "ceremony"));
    // in places where they do not belong
    for url in ["/api/users?api_key=", "/api/auth/oidc/callback?code="] {
        let _ = client.get(format!("{}{url}{key}", session.url)).send().await.unwrap();
    }
    let _ = client.get(format!("{}/api/users", session.url)).bearer_auth(format!("{key}0")).send().await.unwrap();
    let broken = client.post(format!("{}/api/auth/login", session.url)).header("content-type", "application/json");
    let broken = broken.body(format!("{{\"password\":\"{PASSWORD}\",\"username\":7")).send().await.unwrap();
    assert_eq!(broken.status(), 400);
    key
}

/// Makes the key of a worker and uses it, rightly and wrongly.
async fn use_worker_key(server: &server::Server, client: &Client, admin_key: &str) -> String {
    let made = client.post(format!("{}/api/workers", server.admin_url)).bearer_auth(admin_key);
    let made: Value = made.json(&json!({ "name": "garage" })).send().await.unwrap().json().await.unwrap();
    let key = text(&made, "key").to_owned();
    let register = json!({ "version": "0.1.0", "capabilities": {}, "load": {} });
    let ask = |path: &str, key: &str| {
        let request = client.post(format!("{}/api/worker/{path}", server.worker_url));
        request.bearer_auth(key).header("x-vlog-protocol", "1").json(&register)
    };
    assert_eq!(ask("register", &key).send().await.unwrap().status(), 200);
    assert_eq!(ask("register", &format!("{key}0")).send().await.unwrap().status(), 401);
    for odd in [format!("register?key={key}"), format!("commands/{key}")] {
        let _ = ask(&odd, &key).send().await.unwrap();
    }
    key
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_told() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let directory = tempfile::tempdir().unwrap();
    let env: Vec<(String, String)> = [
        ("VLOG_LOG_LEVEL", "debug,vlog=trace"),
        ("VLOG_SECRET_KEY", SERVER_KEY),
        ("VLOG_OIDC_ISSUER", "http://127.0.0.1:9"),
        ("VLOG_OIDC_CLIENT_SECRET", OIDC_SECRET),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    let admin_key = server::make_key(directory.path(), &env);
    let server = server::Server::start(directory.path(), &env);
    let client = Client::builder().no_proxy().build().unwrap();
    let mut secrets = Secrets::default();
    secrets.add("password", PASSWORD);
    secrets.add("wrong password", WRONG);
    secrets.add("client secret", OIDC_SECRET);
    secrets.add("client secret in the database", STORED_SECRET);
    secrets.add("server's secret", SERVER_KEY);
    secrets.add("admin's key", &admin_key);
    let user = json!({ "username": "anna", "password": PASSWORD, "role": "admin" });
    let users = format!("{}/api/users", server.admin_url);
    assert_eq!(client.post(&users).bearer_auth(&admin_key).json(&user).send().await.unwrap().status(), 200);
    let setting = client.put(format!("{}/api/settings/oidc.client_secret", server.admin_url)).bearer_auth(&admin_key);
    assert_eq!(setting.json(&json!({ "value": STORED_SECRET })).send().await.unwrap().status(), 200);
    let mut session = Session { client: &client, url: server.admin_url.clone(), cookies: String::new() };
    let key = use_all(&mut session, &mut secrets).await;
    secrets.add("worker's key", &use_worker_key(&server, &client, &admin_key).await);

    let mut asked = 0;
    for (listener, url) in [(Listener::Public, &server.public_url), (Listener::Admin, &server.admin_url)] {
        let document: Value = serde_json::from_str(&openapi_json(listener)).unwrap();
        let pages =
            ["/", "/login", "/profile", "/users", "/jobs", "/workers", "/settings", "/audit", "/setup", "/nothing"]
                .map(str::to_owned);
        let paths = document["paths"].as_object().unwrap();
        let reads = paths.iter().filter(|(path, methods)| methods["get"].is_object() && !path.contains("events"));
        for path in reads.map(|(path, _)| path.clone()).chain(pages) {
            let address = path.replace("{id}", "1").replace("{slug}", "x").replace("{key}", "display.tagline");
            for method in [Method::GET, Method::DELETE] {
                if method == Method::DELETE && !path.contains("{id}") {
                    continue;
                }
                let response =
                    client.request(method, format!("{url}{address}")).bearer_auth(&key).send().await.unwrap();
                let headers = format!("{:?} {}", response.headers(), response.url());
                let body = response.bytes().await.unwrap();
                for found in [secrets.in_text(headers.as_bytes()), secrets.in_text(&body)] {
                    assert!(found.is_empty(), "{path} tells {found:?}");
                }
                asked += 1;
            }
        }
    }
    assert!(asked > 40, "{asked}");
    let log = server.log();
    assert!(log.contains("DEBUG") || log.contains("TRACE"), "the log says little:\n{log}");
    assert_eq!(secrets.in_text(log.as_bytes()), Vec::<&str>::new(), "{log}");
    assert_eq!(secrets.in_text(format!("{log} {key}").as_bytes()), ["API key"], "it would have been found");
    assert!(server.terminate().status.success());
    for name in ["vlog.db", "vlog.db-wal"] {
        let stored = std::fs::read(directory.path().join(name)).unwrap_or_default();
        assert_eq!(secrets.in_text(&stored), Vec::<&str>::new(), "{name}");
    }
}
