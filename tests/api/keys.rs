//! What API keys cannot do, and when they end.

use reqwest::{Method, Response};
use serde_json::{Value, json};
use vlog::domain::account::Role;

use crate::accounts::{PASSWORD, actions, add, login, patch};
use crate::support::{At, Server, key};

/// A key that got into wrong hands makes no other that lives longer, and ends nothing that could end it.
#[actix_web::test]
async fn a_key_makes_no_keys_and_ends_nothing() {
    let server = Server::start().await;
    let anna = key(&server.app, "anna", Role::Admin).await;
    let ask = async |method: Method, path: &str| -> Response {
        let request = server.anonymous(At::Admin, method, path).bearer_auth(&anna);
        request.json(&json!({ "name": "for ever", "password": PASSWORD })).send().await.unwrap()
    };
    let list: Value = ask(Method::GET, "/api/auth/api-keys").await.json().await.unwrap();
    let own = format!("/api/auth/api-keys/{}", list["api_keys"][0]["id"].as_str().unwrap());
    for (method, path) in [
        (Method::POST, "/api/auth/api-keys"),
        (Method::DELETE, own.as_str()),
        (Method::DELETE, "/api/auth/sessions"),
        (Method::DELETE, "/api/auth/sessions/0197a4c8-0000-7000-8000-000000000000"),
    ] {
        server.problem(ask(method, path).await, 403, "session_needed").await;
    }
    let after: Value = ask(Method::GET, "/api/auth/api-keys").await.json().await.unwrap();
    assert_eq!(after["api_keys"].as_array().unwrap().len(), 1);
}

/// A browser that was left alone does not become a key.
#[actix_web::test]
async fn making_a_key_needs_the_password_again() {
    let server = Server::start().await;
    add(&server, "anna", "editor").await;
    let anna = login(&server, "anna").await;
    for password in [json!({ "name": "x" }), json!({ "name": "x", "password": "wrong password" })] {
        let refused = anna.post(&server, "/api/auth/api-keys", password).await;
        server.problem(refused, 422, "invalid_value").await;
    }
    assert!(actions(&server).await.contains(&("api_key_created".into(), "refused".into())));
    let made = anna.post(&server, "/api/auth/api-keys", json!({ "name": "x", "password": PASSWORD })).await;
    assert_eq!(made.status(), 200);
}

/// An answer without an end does not outlive the key, nor whom a proxy names.
#[actix_web::test]
async fn event_streams_end_with_the_key_and_with_the_account() {
    let server = Server::with(|config| {
        config.accounts.trusted_header = "Remote-User".to_owned();
        config.accounts.trusted_header_networks = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    let video = server.pending("Holiday").await;
    let anna = add(&server, "anna", "editor").await;
    let session = login(&server, "anna").await;
    let body = json!({ "name": "x", "password": PASSWORD });
    let made: Value = session.post(&server, "/api/auth/api-keys", body).await.json().await.unwrap();
    let touch = async |title: &str| {
        let path = format!("/api/videos/{}", video.id);
        let edit = server.request(At::Admin, Method::PATCH, &path).json(&json!({ "title": title }));
        assert_eq!(edit.send().await.unwrap().status(), 200);
    };
    let follow = || server.anonymous(At::Admin, Method::GET, "/api/events/progress");
    let mut by_key = follow().bearer_auth(made["key"].as_str().unwrap()).send().await.unwrap();
    let mut by_proxy = follow().header("Remote-User", "anna").send().await.unwrap();
    for stream in [&mut by_key, &mut by_proxy] {
        assert!(stream.chunk().await.unwrap().is_some());
    }
    touch("One").await;
    for stream in [&mut by_key, &mut by_proxy] {
        let told = String::from_utf8(stream.chunk().await.unwrap().unwrap().to_vec()).unwrap();
        assert!(told.contains("progress"), "{told}");
    }
    let path = format!("/api/auth/api-keys/{}", made["api_key"]["id"].as_str().unwrap());
    assert_eq!(session.ask(&server, At::Public, Method::DELETE, &path).send().await.unwrap().status(), 200);
    touch("Two").await;
    assert!(by_key.chunk().await.unwrap().is_none(), "the key was revoked");
    assert!(by_proxy.chunk().await.unwrap().is_some(), "the account may still act");
    assert_eq!(patch(&server, &anna, json!({ "disabled": true })).await.status(), 200);
    touch("Three").await;
    assert!(by_proxy.chunk().await.unwrap().is_none(), "the account was disabled");
}

/// After a break-in: what lets somebody in is ended, by an admin or with one's own new password.
#[actix_web::test]
async fn an_account_is_cleaned() {
    let server = Server::start().await;
    let id = add(&server, "anna", "editor").await;
    let anna = login(&server, "anna").await;
    let make = async || -> String {
        let body = json!({ "name": "x", "password": PASSWORD });
        let made: Value =
            login(&server, "anna").await.post(&server, "/api/auth/api-keys", body).await.json().await.unwrap();
        made["key"].as_str().unwrap().to_owned()
    };
    let works = async |key: &str| {
        let me = server.anonymous(At::Admin, Method::GET, "/api/auth/me").bearer_auth(key);
        me.send().await.unwrap().status() == 200
    };
    let key = make().await;
    assert!(works(&key).await && anna.is_in(&server).await);
    let path = format!("/api/users/{id}/access");
    assert_eq!(server.request(At::Admin, Method::DELETE, &path).send().await.unwrap().status(), 200);
    assert!(!works(&key).await && !anna.is_in(&server).await);
    assert!(actions(&server).await.contains(&("access_ended".into(), "ok".into())));

    // nobody locks themselves out
    let me: Value = server.get(At::Admin, "/api/auth/me").await.json().await.unwrap();
    let own = me["user"]["id"].as_str().unwrap();
    let refused = server.request(At::Admin, Method::DELETE, &format!("/api/users/{own}/access")).send().await.unwrap();
    server.problem(refused, 409, "own_account").await;
    server.problem(patch(&server, own, json!({ "revoke_api_keys": true })).await, 409, "own_account").await;

    let key = make().await;
    assert_eq!(patch(&server, &id, json!({ "password": PASSWORD })).await.status(), 200);
    assert!(works(&key).await, "only if it is wanted");
    assert_eq!(patch(&server, &id, json!({ "password": PASSWORD, "revoke_api_keys": true })).await.status(), 200);
    assert!(!works(&key).await);

    let (key, anna) = (make().await, login(&server, "anna").await);
    let change = json!({ "current": PASSWORD, "new": PASSWORD, "revoke_api_keys": true });
    assert_eq!(anna.post(&server, "/api/auth/password", change).await.status(), 200);
    assert!(!works(&key).await && anna.is_in(&server).await);
}
