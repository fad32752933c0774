//! Who may do what, over every operation of the OpenAPI documents: nobody, forged and expired tokens, and each role.

use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use vlog::app::accounts::api_keys::{self, NewApiKey};
use vlog::app::accounts::users;
use vlog::auth::token::{Access, Tokens};
use vlog::auth::{Secret, token};
use vlog::db::now_ms;
use vlog::domain::account::Role;
use vlog::domain::audit::Actor;
use vlog::domain::id::{SessionId, UserId};
use vlog::http::{Listener, openapi_json};

use crate::accounts::{add, login};
use crate::support::{At, SECRET, Server, key};

/// What the table is meant to say, written down a second time: method and pattern, or a prefix that ends with `*`.
const EXPECTED: &[(At, &str, &str, Option<Role>)] = &[
    (At::Worker, "*", "*", None),
    (At::Public, "GET", "/api/auth/setup", None),
    (At::Public, "GET", "/api/auth/methods", None),
    (At::Public, "GET", "/api/auth/oidc/start", None),
    (At::Public, "GET", "/api/auth/oidc/callback", None),
    (At::Public, "POST", "/api/auth/setup", None),
    (At::Public, "POST", "/api/auth/login", None),
    (At::Public, "POST", "/api/auth/login/*", None),
    (At::Public, "POST", "/api/auth/logout", None),
    (At::Public, "POST", "/api/auth/refresh", None),
    (At::Public, "*", "/api/auth/*", Some(Role::Viewer)),
    (At::Public, "*", "*", None),
    (At::Admin, "GET", "/api/auth/setup", None),
    (At::Admin, "GET", "/api/auth/methods", None),
    (At::Admin, "GET", "/api/auth/oidc/start", None),
    (At::Admin, "GET", "/api/auth/oidc/callback", None),
    (At::Admin, "POST", "/api/auth/setup", None),
    (At::Admin, "POST", "/api/auth/login", None),
    (At::Admin, "POST", "/api/auth/login/*", None),
    (At::Admin, "POST", "/api/auth/logout", None),
    (At::Admin, "POST", "/api/auth/refresh", None),
    (At::Admin, "*", "/api/auth/*", Some(Role::Viewer)),
    (At::Admin, "GET", "/health", None),
    (At::Admin, "GET", "/ready", None),
    (At::Admin, "GET", "/metrics", None), // of this machine; see health.rs
    (At::Admin, "GET", "/api/openapi.json", None),
    (At::Admin, "*", "/api/people", Some(Role::Editor)),
    (At::Admin, "*", "/api/videos*", Some(Role::Editor)),
    (At::Admin, "*", "/videos/*", Some(Role::Editor)),
    (At::Admin, "*", "/api/events/progress", Some(Role::Editor)),
    (At::Admin, "POST", "/api/reencode/queue", Some(Role::Editor)),
    (At::Admin, "*", "*", Some(Role::Admin)),
];

fn expected(at: At, method: &str, pattern: &str) -> Option<Role> {
    let fits = |rule: &str, text: &str| rule.strip_suffix('*').map_or(rule == text, |start| text.starts_with(start));
    let found = EXPECTED.iter().find(|(rule_at, rule_method, rule, _)| {
        *rule_at as u8 == at as u8 && fits(rule_method, method) && fits(rule, pattern)
    });
    found.unwrap().3
}

/// Every operation: where, method, pattern.
fn operations() -> Vec<(At, Method, String)> {
    let mut found = Vec::new();
    for (listener, at) in [(Listener::Public, At::Public), (Listener::Admin, At::Admin), (Listener::Worker, At::Worker)]
    {
        let document: Value = serde_json::from_str(&openapi_json(listener)).unwrap();
        for (pattern, methods) in document["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                found.push((at, method, pattern.clone()));
            }
        }
    }
    found
}

/// Somebody who asks, and what they may do.
struct Asker {
    name: &'static str,
    role: Option<Role>,
    show: Box<dyn Fn(RequestBuilder) -> RequestBuilder>,
}

async fn askers(server: &Server) -> Vec<Asker> {
    let bearer = |name, role, key: String| Asker { name, role, show: Box::new(move |r| r.bearer_auth(&key)) };
    let cookie = |name, token: String| Asker {
        name,
        role: None,
        show: Box::new(move |r| {
            r.header("cookie", format!("vlog_access={token}")).header("sec-fetch-site", "same-origin")
        }),
    };
    let now = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    let life = i64::try_from(token::ACCESS_LIFE.as_secs()).unwrap();
    let claims = |exp| Access { sub: UserId::new(), role: Role::Admin, sid: SessionId::new(), exp };
    let (ours, others) = (Tokens::new(&Secret::from_bytes(&SECRET)), Tokens::new(&Secret::from_bytes(&[8; 32])));
    let (begin, end) = server.key.split_at(server.key.len() - 1);
    let wrong = format!("{begin}{}", if end == "0" { "1" } else { "0" });
    vec![
        Asker { name: "nobody", role: None, show: Box::new(|r| r) },
        cookie("forged", others.access(&claims(now + life)).unwrap()),
        cookie("expired", ours.access(&claims(now - 1)).unwrap()),
        cookie("of no session", ours.access(&claims(now + life)).unwrap()),
        bearer("wrong key", None, wrong),
        bearer("no key", None, "x".to_owned()),
        bearer("viewer", Some(Role::Viewer), key(&server.app, "viewer", Role::Viewer).await),
        bearer("editor", Some(Role::Editor), key(&server.app, "editor", Role::Editor).await),
        bearer("admin", Some(Role::Admin), key(&server.app, "admin", Role::Admin).await),
        bearer("expired key", None, ended_key(server, Some(200)).await),
        bearer("revoked key", None, ended_key(server, None).await),
        Asker { role: Some(Role::Viewer), ..cookie("viewer's browser", browser(server, "one", "viewer").await) },
        Asker { role: Some(Role::Editor), ..cookie("editor's browser", browser(server, "two", "editor").await) },
        Asker { role: Some(Role::Admin), ..cookie("admin's browser", browser(server, "three", "admin").await) },
    ]
}

/// Of an admin; expires after so many milliseconds, or is revoked.
async fn ended_key(server: &Server, life_ms: Option<i64>) -> String {
    let user = users::find(&server.app, "root").await.unwrap();
    let expires_at_ms = life_ms.map(|life| now_ms() + life);
    let new = NewApiKey { name: "ended".to_owned(), role: Role::Admin, expires_at_ms };
    let (row, key) = api_keys::create_for(&server.app, &Actor::cli(), &user, new).await.unwrap();
    let me = || server.anonymous(At::Admin, Method::GET, "/api/auth/me").bearer_auth(&key).send();
    assert_eq!(me().await.unwrap().status(), 200, "good at first");
    match life_ms {
        Some(life) => tokio::time::sleep(std::time::Duration::from_millis(life.unsigned_abs())).await,
        None => api_keys::revoke(&server.app, &Actor::cli(), row.id, None).await.unwrap(),
    }
    assert_eq!(me().await.unwrap().status(), 401);
    key
}

async fn browser(server: &Server, name: &str, role: &str) -> String {
    add(server, name, role).await;
    login(server, name).await.access
}

#[actix_web::test]
async fn every_operation_asks_who_is_there() {
    let server = Server::start().await;
    let askers = askers(&server).await;
    let (mut asked, mut refused) = (0, 0);
    for (at, method, pattern) in operations() {
        let address = ["{id}", "{slug}", "{path}", "{name}", "{delivery}"]
            .iter()
            .fold(pattern.clone(), |text, part| text.replace(part, "999"));
        let needed = expected(at, method.as_str(), &pattern);
        // machines have keys of their own, and people's are none there
        let lends = matches!(at, At::Worker) && !["/health", "/ready"].contains(&pattern.as_str());
        for asker in &askers {
            if asker.name.ends_with("browser") && pattern == "/api/auth/logout" {
                continue; // and would be gone for what comes after
            }
            let what = format!("{method} {pattern} on {:?} by {}", server.address(at), asker.name);
            let request = (asker.show)(server.anonymous(at, method.clone(), &address));
            let mut response = request.send().await.unwrap();
            if lends {
                server.problem(response, 401, "worker_key_invalid").await;
                refused += 1;
                continue;
            }
            match needed {
                Some(needed) if asker.role.is_none() => {
                    assert!(needed >= Role::Viewer);
                    assert!(response.headers().contains_key("www-authenticate"), "{what}");
                    server.problem(response, 401, "not_logged_in").await;
                    refused += 1;
                }
                Some(needed) if asker.role < Some(needed) => {
                    server.problem(response, 403, "not_allowed").await;
                    refused += 1;
                }
                _ => {
                    // the handler was reached: it may refuse for reasons of its own, such as a wrong password
                    let status = response.status().as_u16();
                    let is_problem = response.headers()["content-type"] == "application/problem+json";
                    let first = response.chunk().await.unwrap().unwrap_or_default();
                    let text = String::from_utf8_lossy(&first);
                    let own = pattern == "/api/auth/refresh"; // says so itself
                    let refused = ["\"not_allowed\"", "\"not_logged_in\""].iter().any(|code| text.contains(code));
                    assert!(own || !is_problem || !refused, "{what}: {text}");
                    assert!(status < 500, "{what}: {status} {text}");
                }
            }
            asked += 1;
        }
    }
    assert!(asked > 350 && refused > 150, "{asked} were asked, {refused} refused");
}

#[actix_web::test]
async fn what_is_not_there_tells_nobody() {
    let server = Server::start().await;
    for path in ["/api/nothing", "/nothing", "/api/videos/1/nothing"] {
        let response = server.anonymous(At::Admin, Method::GET, path).send().await.unwrap();
        server.problem(response, 401, "not_logged_in").await;
        server.problem(server.get(At::Admin, path).await, 404, "not_found").await;
    }
    for (path, kind) in [
        ("/", "text/html; charset=utf-8"),
        ("/api/docs", "text/html; charset=utf-8"),
        ("/login", "text/html; charset=utf-8"),
        ("/setup", "text/html; charset=utf-8"),
        ("/profile", "text/html; charset=utf-8"),
        ("/users", "text/html; charset=utf-8"),
        ("/audit", "text/html; charset=utf-8"),
        ("/jobs", "text/html; charset=utf-8"),
        ("/workers", "text/html; charset=utf-8"),
        ("/favicon.svg", "image/svg+xml"),
    ] {
        let page = server.anonymous(At::Admin, Method::GET, path).send().await.unwrap();
        assert_eq!((page.status().as_u16(), page.headers()["content-type"].to_str().unwrap()), (200, kind));
    }
}

#[actix_web::test]
async fn a_browser_that_went_astray_is_shown_a_page() {
    let server = Server::start().await;
    let from_browser = server.anonymous(At::Public, Method::GET, "/nothing").header("accept", "text/html,*/*;q=0.8");
    let page = from_browser.send().await.unwrap();
    assert_eq!(
        (page.status().as_u16(), page.headers()["content-type"].to_str().unwrap()),
        (404, "text/html; charset=utf-8")
    );
    let program = server.anonymous(At::Public, Method::GET, "/nothing").send().await.unwrap();
    server.problem(program, 404, "not_found").await;
    // the dashboard tells strangers nothing, not even that
    let stranger = server.anonymous(At::Admin, Method::GET, "/nothing?a=b").header("accept", "text/html");
    let login = stranger.send().await.unwrap();
    let (url, status) = (login.url(), login.status().as_u16());
    assert_eq!((status, url.path(), url.query()), (200, "/login", Some("next=%2Fnothing%3Fa%3Db")));
    let page = server.request(At::Admin, Method::GET, "/nothing").header("accept", "text/html").send().await.unwrap();
    assert_eq!(
        (page.status().as_u16(), page.headers()["content-type"].to_str().unwrap()),
        (404, "text/html; charset=utf-8")
    );
}

/// The page itself is open to all; what is on it is not.
#[actix_web::test]
async fn the_dashboard_is_empty_for_strangers() {
    let server = Server::start().await;
    server.pending("A secret title").await;
    let viewer = key(&server.app, "viewer", Role::Viewer).await;
    let page = |request: RequestBuilder| async { request.send().await.unwrap().text().await.unwrap() };
    let get = || server.anonymous(At::Admin, Method::GET, "/");
    assert!(!page(get()).await.contains("A secret title"));
    assert!(!page(get().bearer_auth(viewer)).await.contains("A secret title"));
    let own = page(get().bearer_auth(&server.key)).await;
    assert!(own.contains("A secret title") && own.contains("\"root\""));
    let settings = || server.anonymous(At::Admin, Method::GET, "/settings");
    let editor = key(&server.app, "editor", Role::Editor).await;
    for request in [settings(), settings().bearer_auth(editor)] {
        assert!(!page(request).await.contains("transcoding.stall_timeout"));
    }
    assert!(page(settings().bearer_auth(&server.key)).await.contains("transcoding.stall_timeout"));
}

/// A large body of a stranger is not kept, and the stranger gets to know why.
#[actix_web::test]
async fn uploads_of_strangers_are_refused_before_they_are_read() {
    let server = Server::start().await;
    let part = reqwest::multipart::Part::bytes(vec![0; 8 << 20]).file_name("a.mp4");
    let form = reqwest::multipart::Form::new().part("file", part);
    let response = server.anonymous(At::Admin, Method::POST, "/api/videos").multipart(form).send().await.unwrap();
    server.problem(response, 401, "not_logged_in").await;
    assert_eq!(std::fs::read_dir(server.path("incoming")).unwrap().count(), 0);
}
