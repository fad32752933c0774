//! Authenticator apps and recovery codes, as a browser uses them.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use vlog::auth::totp::code_at;
use vlog::db::users;
use vlog::db::users::passkeys::{self, Passkey};

use crate::accounts::{Browser, PASSWORD, actions, add, login, patch, try_login};
use crate::support::{At, Server};

/// Seconds that a code is good.
const STEP: i64 = 30;

/// The app on somebody's phone, which is looked at once: a test may go on into the next step of 30 seconds.
struct Phone {
    secret: Vec<u8>,
    seconds: i64,
}

impl Phone {
    /// What a person types from the page, not in the last second of a step: what follows at once is of the same one.
    async fn reads(secret: &str) -> Self {
        let value = |c: char| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).unwrap();
        let bits: String = secret.chars().map(|c| format!("{:05b}", value(c))).collect();
        let byte = |bits: &[u8]| u8::from_str_radix(std::str::from_utf8(bits).unwrap(), 2).unwrap();
        let secret = bits.as_bytes().chunks_exact(8).map(byte).collect();
        while jiff::Timestamp::now().as_second() % STEP == STEP - 1 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Self { secret, seconds: jiff::Timestamp::now().as_second() }
    }

    /// The code of that time, or of some steps later.
    fn code(&self, later: i64) -> String {
        code_at(&self.secret, (self.seconds + STEP * later).try_into().unwrap()).unwrap()
    }
}

async fn body(response: Response) -> Value {
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    response.json().await.unwrap()
}

/// Sets an app up with the code of the step before, so that those of now and the next are good.
async fn set_up(server: &Server, browser: &Browser) -> (Phone, Vec<String>) {
    let made = body(browser.post(server, "/api/auth/totp", json!({ "password": PASSWORD })).await).await;
    let phone = Phone::reads(made["secret"].as_str().unwrap()).await;
    assert!(made["url"].as_str().unwrap().starts_with("otpauth://totp/vlog:"));
    assert!(made["qr_code"].as_str().unwrap().starts_with("data:image/svg+xml;base64,"));
    let done = body(browser.post(server, "/api/auth/totp/confirm", json!({ "code": phone.code(-1) })).await).await;
    let codes: Vec<String> = serde_json::from_value(done["recovery_codes"].clone()).unwrap();
    assert_eq!(codes.len(), 10);
    (phone, codes)
}

/// The token of the step after the password.
async fn password_given(server: &Server, name: &str) -> String {
    let response = try_login(server, name, PASSWORD).await;
    assert!(response.headers().get("set-cookie").is_none(), "nobody is in yet");
    let status = response.status();
    let problem: Value = response.json().await.unwrap();
    assert_eq!((status.as_u16(), problem["code"].as_str().unwrap()), (401, "second_factor_needed"), "{problem}");
    problem["login_token"].as_str().unwrap().to_owned()
}

async fn second_step(server: &Server, token: &str, code: &str) -> Response {
    let body = json!({ "login_token": token, "code": code });
    server.anonymous(At::Public, Method::POST, "/api/auth/login/code").json(&body).send().await.unwrap()
}

#[actix_web::test]
async fn the_password_alone_is_not_enough() {
    let server = Server::start().await;
    add(&server, "anna", "viewer").await;
    let anna = login(&server, "anna").await;
    server
        .problem(anna.post(&server, "/api/auth/totp", json!({ "password": "wrong" })).await, 422, "invalid_value")
        .await;
    server
        .problem(anna.post(&server, "/api/auth/totp/confirm", json!({ "code": "000000" })).await, 409, "totp_not_begun")
        .await;
    // begun, but never confirmed: nothing is asked for
    body(anna.post(&server, "/api/auth/totp", json!({ "password": PASSWORD })).await).await;
    server
        .problem(anna.post(&server, "/api/auth/totp/confirm", json!({ "code": "12345" })).await, 422, "invalid_value")
        .await;
    login(&server, "anna").await;

    let (phone, _) = set_up(&server, &anna).await;
    let factors = body(anna.get(&server, "/api/auth/factors").await).await;
    assert!(factors["totp_since"].is_string() && factors["recovery_codes_left"] == 10, "{factors}");
    server
        .problem(anna.post(&server, "/api/auth/totp", json!({ "password": PASSWORD })).await, 409, "totp_enabled")
        .await;
    server.problem(try_login(&server, "anna", "wrong password").await, 401, "login_failed").await;

    let token = password_given(&server, "anna").await;
    server.problem(second_step(&server, &token, "").await, 401, "wrong_code").await;
    server.problem(second_step(&server, &token, &phone.code(-1)).await, 401, "wrong_code").await; // set up with it
    server.problem(second_step(&server, &token, &phone.code(10)).await, 401, "wrong_code").await;
    for bad in ["", "x.y.z", &anna.access, &anna.refresh] {
        server.problem(second_step(&server, bad, &phone.code(0)).await, 401, "login_expired").await;
    }
    // the token is good for nothing else
    for name in ["vlog_access", "vlog_refresh"] {
        let request =
            server.anonymous(At::Public, Method::GET, "/api/auth/me").header("cookie", format!("{name}={token}"));
        server.problem(request.send().await.unwrap(), 401, "not_logged_in").await;
    }
    let code = phone.code(0);
    // whoever knew the password before does not get in with it after
    let early = password_given(&server, "anna").await;
    let list = server.json(At::Admin, "/api/users").await;
    let id = list["users"].as_array().unwrap().iter().find(|user| user["username"] == "anna").unwrap()["id"].clone();
    assert_eq!(patch(&server, id.as_str().unwrap(), json!({ "password": PASSWORD })).await.status(), 200);
    server.problem(second_step(&server, &early, &code).await, 401, "login_expired").await;
    let token = password_given(&server, "anna").await;
    let done = second_step(&server, &token, &code).await;
    assert_eq!(done.status(), 200);
    let mut browser = Browser::default();
    browser.keep(&done);
    assert!(browser.is_in(&server).await);
    server.problem(second_step(&server, &token, &code).await, 401, "wrong_code").await;
    let log = actions(&server).await;
    assert_eq!(log[0], ("second_factor".into(), "refused".into()));
    assert!(
        log.contains(&("totp_enabled".into(), "ok".into())) && log.contains(&("totp_enabled".into(), "refused".into()))
    );
}

#[actix_web::test]
async fn a_recovery_code_is_good_once() {
    let server = Server::start().await;
    add(&server, "anna", "viewer").await;
    let anna = login(&server, "anna").await;
    let (phone, codes) = set_up(&server, &anna).await;
    let token = password_given(&server, "anna").await;
    assert_eq!(second_step(&server, &token, &codes[3].to_uppercase().replace('-', "  ")).await.status(), 200);
    server.problem(second_step(&server, &token, &codes[3]).await, 401, "wrong_code").await;
    let left = async || body(anna.get(&server, "/api/auth/factors").await).await["recovery_codes_left"].clone();
    assert_eq!(left().await, 9);
    assert!(actions(&server).await.contains(&("recovery_code_used".into(), "ok".into())));

    let renew = async |password: &str, code: &str| {
        let body = json!({ "password": password, "code": code });
        anna.post(&server, "/api/auth/totp/recovery-codes", body).await
    };
    server.problem(renew("wrong", &phone.code(0)).await, 422, "invalid_value").await;
    server.problem(renew(PASSWORD, "000000x").await, 422, "invalid_value").await;
    let new = body(renew(PASSWORD, &phone.code(0)).await).await;
    assert_eq!(left().await, 10);
    server.problem(second_step(&server, &token, &codes[4]).await, 401, "wrong_code").await;
    assert_eq!(second_step(&server, &token, new["recovery_codes"][0].as_str().unwrap()).await.status(), 200);
}

#[actix_web::test]
async fn turning_it_off_needs_both_and_an_admin_can() {
    let server = Server::start().await;
    let id = add(&server, "anna", "viewer").await;
    let anna = login(&server, "anna").await;
    let (phone, _) = set_up(&server, &anna).await;
    let disable = async |password: &str, code: &str| {
        anna.post(&server, "/api/auth/totp/disable", json!({ "password": password, "code": code })).await
    };
    server.problem(disable("wrong", &phone.code(0)).await, 422, "invalid_value").await;
    server.problem(disable(PASSWORD, "").await, 422, "invalid_value").await;
    assert_eq!(disable(PASSWORD, &phone.code(0)).await.status(), 200);
    login(&server, "anna").await;

    set_up(&server, &anna).await;
    let users = server.json(At::Admin, "/api/users").await;
    assert_eq!(users["with_second_factor"], json!([id]));
    let path = format!("/api/users/{id}/factors");
    let reset = || server.request(At::Admin, Method::DELETE, &path);
    assert_eq!(reset().send().await.unwrap().status(), 200);
    login(&server, "anna").await;
    assert_eq!(actions(&server).await[1], ("factors_reset".into(), "ok".into()));
    server.problem(disable(PASSWORD, "000000").await, 422, "invalid_value").await;
    let nobody = format!("/api/users/{}/factors", uuid::Uuid::now_v7());
    server.problem(server.request(At::Admin, Method::DELETE, &nobody).send().await.unwrap(), 404, "not_found").await;
}

#[actix_web::test]
async fn codes_are_not_guessed() {
    let server = Server::start().await;
    let id = add(&server, "anna", "viewer").await;
    let anna = login(&server, "anna").await;
    let (phone, _) = set_up(&server, &anna).await; // counts as a try
    let token = password_given(&server, "anna").await;
    for _ in 0..9 {
        server.problem(second_step(&server, &token, "000000").await, 401, "wrong_code").await;
    }
    let refused = second_step(&server, &token, &phone.code(0)).await;
    assert!(refused.headers().contains_key("retry-after"));
    server.problem(refused, 429, "too_many_attempts").await;
    // nor by whoever is disabled in the meantime
    let other = add(&server, "bert", "viewer").await;
    assert_ne!(other, id);
    let bert = login(&server, "bert").await;
    let (phone, _) = set_up(&server, &bert).await;
    let token = password_given(&server, "bert").await;
    patch(&server, &other, json!({ "disabled": true })).await;
    server.problem(second_step(&server, &token, &phone.code(0)).await, 401, "wrong_code").await;
}

/// A key in a script, should it leak, must not lock its owner out.
#[actix_web::test]
async fn keys_do_not_change_factors() {
    let server = Server::start().await;
    for (path, body) in [
        ("/api/auth/totp", json!({ "password": PASSWORD })),
        ("/api/auth/totp/confirm", json!({ "code": "000000" })),
        ("/api/auth/totp/disable", json!({ "password": PASSWORD, "code": "000000" })),
        ("/api/auth/totp/recovery-codes", json!({ "password": PASSWORD, "code": "000000" })),
    ] {
        let response = server.request(At::Public, Method::POST, path).json(&body).send().await.unwrap();
        server.problem(response, 403, "session_needed").await;
    }
}

/// What stands in the database is good for nothing without the server's secret.
/// A row that no version of ours wrote lets nobody in, and is no fault of the server.
#[actix_web::test]
async fn a_passkey_that_cannot_be_read_is_refused() {
    let server = Server::start().await;
    add(&server, "anna", "admin").await;
    let (user, _) = server.app.db().run(|conn| users::find_by_name(conn, "anna")).await.unwrap().unwrap();
    let post = async |path: &str, body: Value| {
        let request = server.request(At::Admin, Method::POST, path).header("host", "localhost");
        request.json(&body).send().await.unwrap()
    };
    let base64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    for (number, (fixed, changing)) in [("no base64!", "AAAA"), ("AAAA", "AAAA"), ("", "")].into_iter().enumerate() {
        let id = base64(&[number as u8; 32]);
        let row = Passkey {
            id: id.clone(),
            user_id: user.id,
            name: "phone".to_owned(),
            fixed: fixed.to_owned(),
            changing: changing.to_owned(),
            created_at_ms: 1,
            last_used_at_ms: None,
        };
        server.app.db().run(move |conn| passkeys::insert(conn, &row)).await.unwrap();
        let begun = body(post("/api/auth/login/passkey/begin", json!({})).await).await;
        let client = json!({ "type": "webauthn.get", "challenge": begun["options"]["publicKey"]["challenge"], "origin": "http://localhost" });
        let authenticator = [&[7; 32][..], &[5, 0, 0, 0, 1]].concat();
        let credential = json!({
            "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64(client.to_string().as_bytes()),
                "authenticatorData": base64(&authenticator),
                "signature": base64(&[1; 70]),
                "userHandle": base64(user.id.0.as_bytes()),
            },
        });
        let login = json!({ "ceremony": begun["ceremony"], "credential": credential });
        server.problem(post("/api/auth/login/passkey", login).await, 401, "passkey_refused").await;
        let noted = server.json(At::Admin, "/api/audit?action=passkey_login").await["entries"][0].clone();
        assert_eq!(
            (&noted["actor"], &noted["result"]),
            (&json!("anna"), &json!("refused")),
            "the row was looked at: {noted}"
        );
    }
}

#[actix_web::test]
async fn nothing_stands_in_clear() {
    let server = Server::start().await;
    add(&server, "anna", "viewer").await;
    let anna = login(&server, "anna").await;
    let (phone, codes) = set_up(&server, &anna).await;
    server.app.db().run(|conn| conn.ping()).await.unwrap();
    let mut stored = Vec::new();
    for name in ["vlog.db", "vlog.db-wal"] {
        stored.extend(std::fs::read(server.path(name)).unwrap_or_default());
    }
    let holds = |needle: &[u8]| stored.windows(needle.len()).any(|window| window == needle);
    assert!(holds(b"totp_enabled"), "the audit log stands in there");
    assert!(!holds(&phone.secret));
    for code in &codes {
        assert!(!holds(code.as_bytes()) && !holds(code.replace('-', "").as_bytes()));
    }
}
