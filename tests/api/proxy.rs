//! Logging in by what a trusted proxy says, and by what others say in its name.

use reqwest::{Method, Response};
use serde_json::{Value, json};
use vlog::config::NewcomerRole;
use vlog::domain::account::Role;

use crate::accounts::{PASSWORD, add, login, patch};
use crate::support::{At, Server};

const HEADER: &str = "Remote-User";

/// The tests connect from 127.0.0.1.
async fn behind(network: &str, newcomers: Option<Role>) -> Server {
    Server::with(|config| {
        config.accounts.trusted_header = HEADER.to_owned();
        config.accounts.trusted_header_networks = vec![network.parse().unwrap()];
        config.accounts.trusted_header_role = NewcomerRole(newcomers);
        config.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await
}

async fn me(server: &Server, at: At, headers: &[(&str, &str)]) -> Response {
    let request = server.anonymous(at, Method::GET, "/api/auth/me");
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().await.unwrap()
}

#[actix_web::test]
async fn a_trusted_proxy_is_believed() {
    let server = behind("127.0.0.1/32", None).await;
    let id = add(&server, "Anna", "editor").await;
    for at in [At::Public, At::Admin] {
        let body: Value = me(&server, at, &[(HEADER, "anna")]).await.json().await.unwrap();
        assert_eq!((&body["user"]["username"], &body["user"]["role"]), (&json!("Anna"), &json!("editor")));
        assert_eq!(body["user"]["has_session"], false, "it is the proxy that logs her out");
    }
    let page = server.anonymous(At::Admin, Method::GET, "/").header(HEADER, "anna").send().await.unwrap();
    assert!(page.text().await.unwrap().contains("\"Anna\""));
    server.problem(me(&server, At::Admin, &[]).await, 401, "not_logged_in").await;
    server.problem(me(&server, At::Admin, &[(HEADER, "")]).await, 401, "not_logged_in").await;
    server.problem(me(&server, At::Admin, &[(HEADER, "nobody")]).await, 403, "no_account").await;
    // the proxy knows best, whatever the browser was logged in as before; a key is not the browser's
    let root = login(&server, "anna").await;
    let cookie = format!("vlog_access={}", root.access);
    add(&server, "bert", "viewer").await;
    let body: Value = me(&server, At::Admin, &[(HEADER, "bert"), ("cookie", &cookie)]).await.json().await.unwrap();
    assert_eq!(body["user"]["username"], "bert");
    let bearer = format!("Bearer {}", server.key);
    let body: Value =
        me(&server, At::Admin, &[(HEADER, "bert"), ("authorization", &bearer)]).await.json().await.unwrap();
    assert_eq!(body["user"]["username"], "root");

    patch(&server, &id, json!({ "role": "viewer" })).await;
    let videos = server.anonymous(At::Admin, Method::GET, "/api/videos").header(HEADER, "anna");
    server.problem(videos.send().await.unwrap(), 403, "not_allowed").await;
    patch(&server, &id, json!({ "disabled": true })).await;
    server.problem(me(&server, At::Admin, &[(HEADER, "anna")]).await, 403, "account_disabled").await;
}

#[actix_web::test]
async fn newcomers_get_an_account_if_they_may() {
    let server = behind("127.0.0.0/8", Some(Role::Viewer)).await;
    let many = (0..6).map(|_| me(&server, At::Admin, &[(HEADER, "carl")]));
    for answer in futures_util::future::join_all(many).await {
        assert_eq!(answer.status(), 200);
    }
    let users = server.json(At::Admin, "/api/users").await;
    let carl = users["users"].as_array().unwrap().iter().find(|user| user["username"] == "carl").unwrap();
    assert_eq!((&carl["role"], &carl["has_password"]), (&json!("viewer"), &json!(false)));
    let entry = &server.json(At::Admin, "/api/audit?action=user_created").await["entries"][0];
    assert_eq!((&entry["actor"], &entry["actor_kind"]), (&json!("carl"), &json!("proxy")));
    server.problem(me(&server, At::Admin, &[(HEADER, "a b, admin")]).await, 403, "no_account").await;
}

/// Whoever does not connect from the proxy's network may say what they like.
#[actix_web::test]
async fn others_cannot_speak_for_it() {
    let server = behind("10.0.0.0/8", Some(Role::Admin)).await;
    add(&server, "anna", "admin").await;
    for extra in [
        &[][..],
        &[("x-forwarded-for", "10.0.0.1")],
        &[("x-real-ip", "10.0.0.1")],
        &[("forwarded", "for=10.0.0.1")],
        &[("remote_user", "anna"), ("REMOTE-USER", "anna")],
    ] {
        for at in [At::Public, At::Admin] {
            let headers = [&[(HEADER, "anna")], extra].concat();
            server.problem(me(&server, at, &headers).await, 401, "not_logged_in").await;
        }
    }
    // a proxy that adds its line to the client's instead of replacing it
    let server = behind("127.0.0.1/32", Some(Role::Admin)).await;
    add(&server, "anna", "admin").await;
    let twice = me(&server, At::Admin, &[(HEADER, "anna"), (HEADER, "bert")]).await;
    server.problem(twice, 403, "ambiguous_user").await;
    // and without the configuration nobody looks at it
    let server = Server::start().await;
    add(&server, "anna", "admin").await;
    server.problem(me(&server, At::Admin, &[(HEADER, "anna")]).await, 401, "not_logged_in").await;
}

/// The proxy knows its people by a cookie, which browsers send along with what other sites make them ask.
#[actix_web::test]
async fn other_sites_cannot_use_it() {
    let server = behind("127.0.0.0/8", None).await;
    add(&server, "anna", "admin").await;
    let body = json!({ "username": "evil", "password": PASSWORD, "role": "admin" });
    for headers in [&[][..], &[("sec-fetch-site", "cross-site")], &[("origin", "https://evil.example")]] {
        let request = server.anonymous(At::Admin, Method::POST, "/api/users").header(HEADER, "anna").json(&body);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        server.problem(request.send().await.unwrap(), 403, "csrf_failed").await;
    }
    let own = server.anonymous(At::Admin, Method::POST, "/api/users").header(HEADER, "anna").json(&body);
    assert_eq!(own.header("sec-fetch-site", "same-origin").send().await.unwrap().status(), 200);
    // how one logs in is the proxy's matter
    let totp = server.anonymous(At::Admin, Method::POST, "/api/auth/totp").header(HEADER, "anna");
    let totp = totp.header("sec-fetch-site", "same-origin").json(&json!({ "password": PASSWORD }));
    server.problem(totp.send().await.unwrap(), 403, "session_needed").await;
}
