//! `/api/auth` and `/api/users` as a browser uses them.

use argon2::password_hash::{PasswordHasher, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use vlog::config::SecureCookies;
use vlog::db::users;
use vlog::domain::account::Role;

use crate::support::{At, Server, key};

pub const PASSWORD: &str = "correct horse battery";

/// Cookies as a browser keeps them.
#[derive(Default, Clone)]
pub struct Browser {
    pub access: String,
    pub refresh: String,
}

impl Browser {
    pub fn ask(&self, server: &Server, at: At, method: Method, path: &str) -> RequestBuilder {
        let cookies = format!("other=1; vlog_access={}; vlog_refresh={}", self.access, self.refresh);
        server.anonymous(at, method, path).header("cookie", cookies).header("sec-fetch-site", "same-origin")
    }

    pub async fn post(&self, server: &Server, path: &str, body: Value) -> Response {
        self.ask(server, At::Public, Method::POST, path).json(&body).send().await.unwrap()
    }

    pub async fn get(&self, server: &Server, path: &str) -> Response {
        self.ask(server, At::Public, Method::GET, path).send().await.unwrap()
    }

    pub async fn is_in(&self, server: &Server) -> bool {
        self.get(server, "/api/auth/me").await.status() == 200
    }

    /// What an answer's `Set-Cookie` leaves.
    pub fn keep(&mut self, response: &Response) {
        for line in response.headers().get_all("set-cookie") {
            let (name, value) = line.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            match name {
                "vlog_access" => self.access = value.to_owned(),
                "vlog_refresh" => self.refresh = value.to_owned(),
                _ => panic!("{name} is no cookie of ours"),
            }
        }
    }
}

pub async fn add(server: &Server, name: &str, role: &str) -> String {
    let body = json!({ "username": name, "password": PASSWORD, "role": role });
    let response = server.request(At::Admin, Method::POST, "/api/users").json(&body).send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
}

pub async fn patch(server: &Server, id: &str, body: Value) -> Response {
    server.request(At::Admin, Method::PATCH, &format!("/api/users/{id}")).json(&body).send().await.unwrap()
}

pub async fn try_login(server: &Server, name: &str, password: &str) -> Response {
    let body = json!({ "username": name, "password": password });
    server.anonymous(At::Public, Method::POST, "/api/auth/login").json(&body).send().await.unwrap()
}

pub async fn login(server: &Server, name: &str) -> Browser {
    let response = try_login(server, name, PASSWORD).await;
    assert_eq!(response.status(), 200);
    let mut browser = Browser::default();
    browser.keep(&response);
    browser
}

pub async fn actions(server: &Server) -> Vec<(String, String)> {
    let page = server.json(At::Admin, "/api/audit").await;
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap().to_owned();
    page["entries"].as_array().unwrap().iter().map(|e| (text(e, "action"), text(e, "result"))).collect()
}

#[actix_web::test]
async fn log_in_and_out() {
    let server = Server::start().await;
    add(&server, "Anna", "editor").await;
    let response = try_login(&server, "aNNA", PASSWORD).await;
    let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
    assert_eq!(cookies.len(), 2);
    for cookie in &cookies {
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains("Secure"),
            "{cookie}"
        );
        assert!(cookie.ends_with("Max-Age=600") || cookie.ends_with("Max-Age=2592000") || cookie.contains("Max-Age="));
    }
    assert!(cookies[0].starts_with("vlog_access=") && cookies[0].contains("Path=/;"), "{cookies:?}");
    assert!(cookies[1].starts_with("vlog_refresh=") && cookies[1].contains("Path=/api/auth"), "{cookies:?}");
    let mut browser = Browser::default();
    browser.keep(&response);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["user"]["username"], "Anna");
    assert_eq!(body["user"]["role"], "editor");
    for at in [At::Public, At::Admin] {
        let me = browser.ask(&server, at, Method::GET, "/api/auth/me").send().await.unwrap();
        assert_eq!(me.json::<Value>().await.unwrap(), body);
    }
    assert_eq!(browser.ask(&server, At::Admin, Method::GET, "/api/videos").send().await.unwrap().status(), 200);
    let out = browser.post(&server, "/api/auth/logout", json!({})).await;
    assert!(out.headers().get_all("set-cookie").iter().all(|c| c.to_str().unwrap().contains("Max-Age=0")));
    server.problem(browser.get(&server, "/api/auth/me").await, 401, "not_logged_in").await;
    server.problem(browser.post(&server, "/api/auth/refresh", json!({})).await, 401, "not_logged_in").await;
    assert_eq!(actions(&server).await[..2], [("logout".into(), "ok".into()), ("login".into(), "ok".into())]);
}

#[actix_web::test]
async fn nothing_tells_what_was_wrong() {
    let server = Server::start().await;
    let id = add(&server, "anna", "viewer").await;
    add(&server, "bert", "viewer").await;
    let mut answers = Vec::new();
    for (name, password) in [("anna", "wrong password"), ("nobody", PASSWORD), ("root", PASSWORD), ("", "")] {
        let response = try_login(&server, name, password).await;
        let mut body: Value = response.json().await.unwrap();
        body["instance"].take();
        answers.push(body);
    }
    patch(&server, &id, json!({ "disabled": true })).await;
    let mut body: Value = try_login(&server, "anna", PASSWORD).await.json().await.unwrap();
    body["instance"].take();
    answers.push(body);
    assert_eq!(answers[0]["code"], "login_failed");
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:#?}");
    assert!(actions(&server).await.contains(&("login".into(), "refused".into())));
}

#[actix_web::test]
async fn guessing_is_slowed_down() {
    let server = Server::start().await;
    add(&server, "anna", "viewer").await;
    let mut codes = Vec::new();
    for _ in 0..12 {
        let response = try_login(&server, "anna", "wrong password").await;
        if response.status() == 429 {
            let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
            assert!((1..=60).contains(&wait), "{wait}");
        }
        codes.push(response.status().as_u16());
    }
    assert_eq!(codes[..10], [401; 10]);
    assert_eq!(codes[10..], [429; 2], "the right password does not help either");
    server.problem(try_login(&server, "ANNA", PASSWORD).await, 429, "too_many_attempts").await;
    let page = server.json(At::Admin, "/api/audit?action=too_many_attempts").await;
    let told = page["entries"].as_array().unwrap();
    assert_eq!(told.len(), 1, "once, however often it is tried: {page}");
    assert_eq!((&told[0]["target"], &told[0]["result"]), (&json!("account:anna"), &json!("refused")));
}

#[actix_web::test]
async fn a_refresh_token_is_good_once() {
    let server = Server::start().await;
    add(&server, "anna", "viewer").await;
    let first = login(&server, "anna").await;
    let mut second = first.clone();
    let response = second.post(&server, "/api/auth/refresh", json!({})).await;
    assert_eq!(response.status(), 200);
    second.keep(&response);
    assert_ne!((&first.access, &first.refresh), (&second.access, &second.refresh));
    assert!(second.is_in(&server).await);
    assert_eq!(second.clone().post(&server, "/api/auth/refresh", json!({})).await.status(), 200);
    server.problem(first.post(&server, "/api/auth/refresh", json!({})).await, 401, "not_logged_in").await;
    assert!(!second.is_in(&server).await, "a copy was used: the whole session is over, at once");
    server.problem(second.post(&server, "/api/auth/refresh", json!({})).await, 401, "not_logged_in").await;
    assert!(actions(&server).await.contains(&("token_reused".into(), "refused".into())));
}

/// A hash that was made with less work is made anew by whoever shows the password.
#[actix_web::test]
async fn a_weak_hash_is_renewed() {
    let server = Server::start().await;
    add(&server, "anna", "viewer").await;
    let hash = async || {
        let found = server.app.db().run(|conn| users::find_by_name(conn, "anna")).await.unwrap().unwrap();
        (found.0.id, found.1.unwrap())
    };
    let (id, strong) = hash().await;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8192, 1, 1, None).unwrap());
    let salt = SaltString::encode_b64(b"a salt of a test").unwrap();
    let weak = argon2.hash_password(PASSWORD.as_bytes(), &salt).unwrap().to_string();
    let changes = users::Changes { password_hash: Some(weak.clone()), ..users::Changes::default() };
    server.app.db().run(move |conn| users::update(conn, id, &changes)).await.unwrap();
    assert_eq!(try_login(&server, "anna", "wrong password").await.status(), 401);
    assert_eq!(hash().await.1, weak);
    login(&server, "anna").await;
    let renewed = hash().await.1;
    assert!(renewed.starts_with(&strong[..30]) && renewed != strong, "{renewed}");
    let cost = vlog::app::accounts::password_cost(&server.app).await.unwrap();
    assert!(
        renewed.contains(&format!("$m=19456,t={},p=1$", cost.passes)) && (2..=10).contains(&cost.passes),
        "{renewed}"
    );
    login(&server, "anna").await;
    assert_eq!(hash().await.1, renewed, "once");
}

/// However often it is used.
#[actix_web::test]
async fn a_session_ends_for_good() {
    let server = Server::with(|config| {
        config.accounts.session_lifetime = std::time::Duration::from_secs(3);
    })
    .await;
    add(&server, "anna", "viewer").await;
    let mut anna = login(&server, "anna").await;
    let response = anna.post(&server, "/api/auth/refresh", json!({})).await;
    assert_eq!(response.status(), 200);
    anna.keep(&response);
    tokio::time::sleep(std::time::Duration::from_millis(3100)).await;
    server.problem(anna.post(&server, "/api/auth/refresh", json!({})).await, 401, "not_logged_in").await;
    assert!(!anna.is_in(&server).await);
}

#[actix_web::test]
async fn all_sessions_are_listed_page_by_page() {
    let server = Server::start().await;
    add(&server, "anna", "viewer").await;
    let mut anna = Browser::default();
    for _ in 0..5 {
        anna = login(&server, "anna").await;
    }
    let (mut seen, mut cursor, mut pages) = (std::collections::BTreeSet::new(), String::new(), 0);
    loop {
        let page = anna.get(&server, &format!("/api/auth/sessions?limit=2&cursor={cursor}")).await;
        let page: Value = page.json().await.unwrap();
        seen.extend(page["sessions"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()));
        pages += 1;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!((seen.len(), pages), (5, 3));
    for bad in ["cursor=x", "cursor=1.x", "limit=0", "limit=501"] {
        let refused = anna.get(&server, &format!("/api/auth/sessions?{bad}")).await;
        assert_eq!(refused.status(), 422, "{bad}");
    }
}

/// Two tabs, and an answer that got lost.
#[actix_web::test]
async fn asking_for_the_same_again_at_once_is_no_theft() {
    let server = Server::start().await;
    add(&server, "anna", "viewer").await;
    let first = login(&server, "anna").await;
    let refresh = |browser: Browser| {
        let server = &server;
        async move {
            let response = browser.post(server, "/api/auth/refresh", json!({})).await;
            assert_eq!(response.status(), 200);
            let mut after = browser.clone();
            after.keep(&response);
            after
        }
    };
    let tabs = tokio::join!(refresh(first.clone()), refresh(first.clone()), refresh(first.clone()));
    let lost = refresh(first.clone()).await;
    for tab in [&tabs.0, &tabs.1, &tabs.2, &lost] {
        assert!(tab.is_in(&server).await && tab.refresh != first.refresh);
    }
    // whichever answer the browser has last: it goes on with any of them, once
    let next = refresh(tabs.1).await;
    let same = refresh(tabs.0).await;
    assert!(next.is_in(&server).await && same.is_in(&server).await);
    assert!(!actions(&server).await.contains(&("token_reused".into(), "refused".into())));
    refresh(next).await;
    server.problem(lost.post(&server, "/api/auth/refresh", json!({})).await, 401, "not_logged_in").await;
    assert!(!same.is_in(&server).await, "what came of it was used: this is a copy");
    assert!(actions(&server).await.contains(&("token_reused".into(), "refused".into())));
}

#[actix_web::test]
async fn logging_in_again_is_another_session() {
    let server = Server::start().await;
    add(&server, "anna", "viewer").await;
    let (one, two) = (login(&server, "anna").await, login(&server, "anna").await);
    let sessions = async |browser: &Browser| {
        browser.get(&server, "/api/auth/sessions").await.json::<Value>().await.unwrap()["sessions"]
            .as_array()
            .unwrap()
            .clone()
    };
    let list = sessions(&one).await;
    assert_eq!(list.len(), 2);
    assert_eq!(list.iter().filter(|s| s["current"] == true).count(), 1);
    assert_eq!(list[0]["address"], "127.0.0.1");
    let other = list.iter().find(|s| s["current"] == false).unwrap()["id"].as_str().unwrap().to_owned();
    // somebody else's session is not there
    add(&server, "bert", "viewer").await;
    let path = format!("/api/auth/sessions/{other}");
    let bert = login(&server, "bert").await;
    let refused = bert.ask(&server, At::Public, Method::DELETE, &path).send().await.unwrap();
    server.problem(refused, 404, "not_found").await;
    assert!(two.is_in(&server).await);
    assert_eq!(one.ask(&server, At::Public, Method::DELETE, &path).send().await.unwrap().status(), 200);
    assert!(!two.is_in(&server).await && one.is_in(&server).await);
    let three = login(&server, "anna").await;
    let others = one.ask(&server, At::Public, Method::DELETE, "/api/auth/sessions").send().await.unwrap();
    assert_eq!(others.status(), 200);
    assert!(!three.is_in(&server).await && one.is_in(&server).await && bert.is_in(&server).await);
}

#[actix_web::test]
async fn a_new_password_ends_other_sessions() {
    let server = Server::start().await;
    add(&server, "anna", "viewer").await;
    let (one, two) = (login(&server, "anna").await, login(&server, "anna").await);
    let change = async |current: &str, new: &str| {
        one.post(&server, "/api/auth/password", json!({ "current": current, "new": new })).await
    };
    server.problem(change("wrong password", "another password").await, 422, "invalid_value").await;
    server.problem(change(PASSWORD, "short").await, 422, "invalid_value").await;
    assert_eq!(change(PASSWORD, "another password").await.status(), 200);
    assert!(one.is_in(&server).await && !two.is_in(&server).await);
    assert_eq!(try_login(&server, "anna", PASSWORD).await.status(), 401);
    assert_eq!(try_login(&server, "anna", "another password").await.status(), 200);
}

#[actix_web::test]
async fn what_admins_do_counts_at_once() {
    let server = Server::start().await;
    let id = add(&server, "anna", "editor").await;
    let anna = login(&server, "anna").await;
    let videos =
        async || anna.ask(&server, At::Admin, Method::GET, "/api/videos").send().await.unwrap().status().as_u16();
    assert_eq!(videos().await, 200);
    assert_eq!(patch(&server, &id, json!({ "role": "viewer", "display_name": "Anna B." })).await.status(), 200);
    assert_eq!(videos().await, 403);
    assert_eq!(patch(&server, &id, json!({ "disabled": true })).await.status(), 200);
    assert_eq!(videos().await, 401);
    assert_eq!(patch(&server, &id, json!({ "disabled": false })).await.status(), 200);
    assert_eq!(videos().await, 401, "the session is over, not asleep");
    let again = login(&server, "anna").await;
    assert_eq!(patch(&server, &id, json!({ "password": "from the admin" })).await.status(), 200);
    assert!(!again.is_in(&server).await);
    assert_eq!(try_login(&server, "anna", "from the admin").await.status(), 200);
    let path = format!("/api/users/{id}");
    assert_eq!(server.json(At::Admin, &path).await["display_name"], "Anna B.");
    assert_eq!(server.request(At::Admin, Method::DELETE, &path).send().await.unwrap().status(), 200);
    assert_eq!(try_login(&server, "anna", "from the admin").await.status(), 401);
    server.problem(server.get(At::Admin, &path).await, 404, "not_found").await;
}

/// An answer without an end does not outlive the login.
#[actix_web::test]
async fn event_streams_end_with_the_session() {
    let server = Server::start().await;
    let video = server.pending("Holiday").await;
    add(&server, "anna", "editor").await;
    let anna = login(&server, "anna").await;
    let mut stream = anna.ask(&server, At::Admin, Method::GET, "/api/events/progress").send().await.unwrap();
    assert!(stream.chunk().await.unwrap().is_some());
    let touch = async |title: &str| {
        let path = format!("/api/videos/{}", video.id);
        let edit = server.request(At::Admin, Method::PATCH, &path).json(&json!({ "title": title }));
        assert_eq!(edit.send().await.unwrap().status(), 200);
    };
    touch("One").await;
    let told = String::from_utf8(stream.chunk().await.unwrap().unwrap().to_vec()).unwrap();
    assert!(told.contains("progress"), "{told}");
    anna.post(&server, "/api/auth/logout", json!({})).await;
    touch("Two").await;
    assert!(stream.chunk().await.unwrap().is_none(), "nothing more is told");
}

#[actix_web::test]
async fn accounts_are_checked() {
    let server = Server::start().await;
    add(&server, "anna", "viewer").await;
    for (body, status, code) in [
        (json!({ "username": "ANNA", "role": "viewer" }), 409, "username_taken"),
        (json!({ "username": "a b", "role": "viewer" }), 422, "invalid_value"),
        (json!({ "username": "bert", "role": "viewer", "password": "short" }), 422, "invalid_value"),
        (json!({ "username": "bert", "role": "root" }), 400, "invalid_request"),
        (json!({ "username": "bert", "role": "viewer", "id": "1" }), 400, "invalid_request"),
        (json!({ "username": "bert" }), 400, "invalid_request"),
    ] {
        let response = server.request(At::Admin, Method::POST, "/api/users").json(&body).send().await.unwrap();
        server.problem(response, status, code).await;
    }
    let anna = login(&server, "anna").await;
    let sneaky = json!({ "current": PASSWORD, "new": "another password", "role": "admin" });
    server.problem(anna.post(&server, "/api/auth/password", sneaky).await, 400, "invalid_request").await;
}

#[actix_web::test]
async fn one_admin_is_always_left() {
    let server = Server::start().await;
    let list = server.json(At::Admin, "/api/users").await;
    let root = list["users"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/users/{root}");
    for body in [json!({ "role": "editor" }), json!({ "disabled": true })] {
        server.problem(patch(&server, &root, body).await, 409, "last_admin").await;
    }
    let delete = || server.request(At::Admin, Method::DELETE, &path);
    server.problem(delete().send().await.unwrap(), 409, "last_admin").await;
    let other = add(&server, "other", "admin").await;
    patch(&server, &other, json!({ "disabled": true })).await;
    server.problem(delete().send().await.unwrap(), 409, "last_admin").await;
    patch(&server, &other, json!({ "disabled": false })).await;
    assert_eq!(patch(&server, &root, json!({ "role": "viewer" })).await.status(), 200);
    server.problem(server.get(At::Admin, "/api/users").await, 403, "not_allowed").await;
}

#[actix_web::test]
async fn api_keys() {
    let server = Server::start().await;
    add(&server, "anna", "editor").await;
    let anna = login(&server, "anna").await;
    let make = async |mut body: Value| {
        body["password"] = PASSWORD.into();
        anna.post(&server, "/api/auth/api-keys", body).await
    };
    server.problem(make(json!({ "name": "" })).await, 422, "invalid_value").await;
    server.problem(make(json!({ "name": "x", "role": "admin" })).await, 422, "invalid_value").await;
    server
        .problem(make(json!({ "name": "x", "expires_at": "2020-01-01T00:00:00Z" })).await, 422, "invalid_value")
        .await;
    let made: Value = make(json!({ "name": "backup", "role": "viewer" })).await.json().await.unwrap();
    let key = made["key"].as_str().unwrap().to_owned();
    assert!(key.starts_with(&format!("vlog_{}_", made["api_key"]["prefix"].as_str().unwrap())));
    let with_key = |path: &str| server.anonymous(At::Admin, Method::GET, path).bearer_auth(&key);
    let me: Value = with_key("/api/auth/me").send().await.unwrap().json().await.unwrap();
    assert_eq!((&me["user"]["username"], &me["user"]["role"]), (&json!("anna"), &json!("viewer")));
    server.problem(with_key("/api/videos").send().await.unwrap(), 403, "not_allowed").await;
    let list: Value = anna.get(&server, "/api/auth/api-keys").await.json().await.unwrap();
    assert_eq!(list["api_keys"].as_array().unwrap().len(), 1);
    assert!(list["api_keys"][0]["last_used_at"].is_string() && !list.to_string().contains(&key));
    let path = format!("/api/auth/api-keys/{}", made["api_key"]["id"].as_str().unwrap());
    add(&server, "bert", "admin").await;
    let foreign = login(&server, "bert").await.ask(&server, At::Public, Method::DELETE, &path).send().await.unwrap();
    server.problem(foreign, 404, "not_found").await;
    assert_eq!(with_key("/api/auth/me").send().await.unwrap().status(), 200, "it was not revoked");
    assert_eq!(anna.ask(&server, At::Public, Method::DELETE, &path).send().await.unwrap().status(), 200);
    server.problem(with_key("/api/auth/me").send().await.unwrap(), 401, "not_logged_in").await;
    // nothing goes by the address
    let query = server.anonymous(At::Admin, Method::GET, &format!("/api/videos?api_key={}", server.key));
    server.problem(query.send().await.unwrap(), 401, "not_logged_in").await;
}

#[actix_web::test]
async fn the_first_account() {
    let server = Server::start().await;
    let set_up = async |token: &str| {
        let body = json!({ "token": token, "username": "anna", "password": PASSWORD });
        server.anonymous(At::Admin, Method::POST, "/api/auth/setup").json(&body).send().await.unwrap()
    };
    // there is one already: the key of these tests needs it
    assert_eq!(server.json(At::Public, "/api/auth/setup").await["needed"], false);
    assert_eq!(vlog::app::accounts::setup::begin(&server.app).await.unwrap(), None);
    server.problem(set_up("x").await, 409, "setup_done").await;

    let delete = |conn: &mut vlog::db::Conn| {
        let users = vlog::db::users::list(conn, 10)?;
        users.iter().try_for_each(|user| vlog::db::users::delete(conn, user.id).map(|_| ()))
    };
    server.app.db().run(delete).await.unwrap();
    assert_eq!(server.json(At::Admin, "/api/auth/setup").await["needed"], true);
    server.problem(set_up("").await, 403, "wrong_setup_token").await;
    let old = vlog::app::accounts::setup::begin(&server.app).await.unwrap().unwrap();
    let token = vlog::app::accounts::setup::begin(&server.app).await.unwrap().unwrap();
    server.problem(set_up(&old).await, 403, "wrong_setup_token").await;
    let done = set_up(&token).await;
    assert_eq!(done.status(), 200);
    let mut browser = Browser::default();
    browser.keep(&done);
    assert_eq!(browser.ask(&server, At::Admin, Method::GET, "/api/users").send().await.unwrap().status(), 200);
    server.problem(set_up(&token).await, 409, "setup_done").await;
}

#[actix_web::test]
async fn other_sites_cannot_use_a_login() {
    let server = Server::start().await;
    add(&server, "anna", "admin").await;
    let anna = login(&server, "anna").await;
    let own = format!("http://{}", server.address(At::Admin));
    let ask = async |headers: &[(&str, &str)]| {
        let mut request = server.anonymous(At::Admin, Method::POST, "/api/videos/9/retry");
        request = request.header("cookie", format!("vlog_access={}", anna.access));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    };
    for allowed in [
        &[("sec-fetch-site", "same-origin")][..],
        &[("sec-fetch-site", "none")],
        &[("origin", own.as_str())],
        &[("host", "video.example.org"), ("origin", "https://video.example.org")],
    ] {
        server.problem(ask(allowed).await, 404, "not_found").await;
    }
    for refused in [
        &[][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", own.as_str()), ("sec-fetch-site", "cross-site")],
    ] {
        server.problem(ask(refused).await, 403, "csrf_failed").await;
    }
    // nor log anybody in or out
    for path in ["/api/auth/login", "/api/auth/logout", "/api/auth/refresh", "/api/auth/setup"] {
        let request = server.anonymous(At::Public, Method::POST, path).header("origin", "https://evil.example");
        server.problem(request.send().await.unwrap(), 403, "csrf_failed").await;
    }
    // an API key is nothing a browser sends by itself
    let with_key =
        server.request(At::Admin, Method::POST, "/api/videos/9/retry").header("sec-fetch-site", "cross-site");
    server.problem(with_key.send().await.unwrap(), 404, "not_found").await;
}

#[actix_web::test]
async fn proxies_are_believed_when_they_are_trusted() {
    for (trusted, secure) in [(false, SecureCookies::Auto), (true, SecureCookies::Auto), (false, SecureCookies::Always)]
    {
        let server = Server::with(|config| {
            config.accounts.secure_cookies = secure;
            if trusted {
                config.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
            }
        })
        .await;
        add(&server, "anna", "viewer").await;
        let body = json!({ "username": "anna", "password": PASSWORD });
        let request = server.anonymous(At::Public, Method::POST, "/api/auth/login").json(&body);
        let request =
            request.header("x-forwarded-for", "203.0.113.9, 198.51.100.7").header("x-forwarded-proto", "https");
        let response = request.send().await.unwrap();
        let secure = trusted || secure == SecureCookies::Always;
        assert!(
            response.headers().get_all("set-cookie").iter().all(|c| c.to_str().unwrap().contains("Secure") == secure)
        );
        let entry = &server.json(At::Admin, "/api/audit?action=login").await["entries"][0];
        assert_eq!(entry["address"], if trusted { "198.51.100.7" } else { "127.0.0.1" });
    }
}

#[actix_web::test]
async fn roles_of_keys_follow_their_owner() {
    let server = Server::start().await;
    let key = key(&server.app, "anna", Role::Admin).await;
    let users = async || server.anonymous(At::Admin, Method::GET, "/api/users").bearer_auth(&key).send().await.unwrap();
    let list: Value = users().await.json().await.unwrap();
    let id = list["users"].as_array().unwrap().iter().find(|u| u["username"] == "anna").unwrap()["id"].clone();
    patch(&server, id.as_str().unwrap(), json!({ "role": "editor" })).await;
    server.problem(users().await, 403, "not_allowed").await;
    patch(&server, id.as_str().unwrap(), json!({ "disabled": true })).await;
    server.problem(users().await, 401, "not_logged_in").await;
}
