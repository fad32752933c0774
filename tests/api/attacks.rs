//! What people with bad intentions try. Others stand where they belong: requests of other sites in `accounts.rs`, false
//! headers in `accounts.rs` and `proxy.rs`, redirects to other sites in `oidc.rs`, forged tokens in `access.rs`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use vlog::domain::video::VideoStatus;
use vlog::http::{Listener, openapi_json};

use crate::accounts::{Browser, PASSWORD, add, login, try_login};
use crate::support::{At, Server};

/// Somebody plants the cookies of a session of their own, and waits until its victim logs in with them.
#[actix_web::test]
async fn sessions_are_not_fixed() {
    let server = Server::start().await;
    add(&server, "evil", "viewer").await;
    add(&server, "anna", "admin").await;
    let evil = login(&server, "evil").await;
    for planted in [evil.clone(), Browser { access: "x".to_owned(), refresh: "y".to_owned() }] {
        let body = json!({ "username": "anna", "password": PASSWORD });
        let response = planted.post(&server, "/api/auth/login", body).await;
        assert_eq!(response.status(), 200);
        let mut anna = planted.clone();
        anna.keep(&response);
        assert!(anna.access != planted.access && anna.refresh != planted.refresh);
        let name = async |browser: &Browser| {
            browser.get(&server, "/api/auth/me").await.json::<Value>().await.unwrap()["user"]["username"].clone()
        };
        assert_eq!(name(&anna).await, "anna");
        if planted.access == evil.access {
            assert_eq!(name(&evil).await, "evil", "what was planted is not anna's");
            let list: Value = anna.get(&server, "/api/auth/sessions").await.json().await.unwrap();
            assert_eq!(list["sessions"].as_array().unwrap().len(), 1);
        }
    }
}

/// How long a refusal takes tells nothing about who has an account.
#[actix_web::test]
async fn unknown_users_take_as_long() {
    let server = Server::start().await;
    for name in ["anna", "bert"] {
        add(&server, name, "viewer").await;
    }
    let time = async |name: &str| {
        let begun = Instant::now();
        assert_eq!(try_login(&server, name, "not the password").await.status(), 401);
        begun.elapsed()
    };
    time("warm").await;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for round in 0..6 {
        known.push(time(if round % 2 == 0 { "anna" } else { "bert" }).await);
        unknown.push(time(if round % 2 == 0 { "carl" } else { "dora" }).await);
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times[times.len() / 2].as_secs_f64()
    };
    let ratio = median(&mut known) / median(&mut unknown);
    assert!((0.4..2.5).contains(&ratio), "{ratio}: {known:?} {unknown:?}");
}

/// Every operation that takes a JSON object, from the OpenAPI documents.
fn json_operations() -> Vec<(At, Method, String)> {
    let mut found = Vec::new();
    for (listener, at) in [(Listener::Public, At::Public), (Listener::Admin, At::Admin)] {
        let document: Value = serde_json::from_str(&openapi_json(listener)).unwrap();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                if operation["requestBody"]["content"]["application/json"].is_object() {
                    let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                    found.push((at, method, path.replace("{id}", "1").replace("{key}", "display.tagline")));
                }
            }
        }
    }
    assert!(found.len() > 25, "{}", found.len());
    found
}

/// Nothing that was not asked for gets into anything: a field too many is refused, whatever it is called.
#[actix_web::test]
async fn fields_are_not_smuggled_in() {
    let server = Server::start().await;
    for (at, method, path) in json_operations() {
        if path == "/api/settings" {
            continue; // its fields are the settings' names; others are refused by name
        }
        for field in ["role", "id", "user_id", "is_admin", "password_hash", "disabled_at"] {
            let mut body = json!({ "surely_no_field": 1 });
            body[field] = "admin".into();
            let response = server.request(at, method.clone(), &path).json(&body).send().await.unwrap();
            let status = response.status().as_u16();
            assert!([400, 404, 422].contains(&status), "{method} {path}: {status} {}", response.text().await.unwrap());
        }
    }
    let id = add(&server, "anna", "viewer").await;
    let anna = login(&server, "anna").await;
    for (path, body) in [
        ("/api/auth/login", json!({ "username": "anna", "password": PASSWORD, "role": "admin" })),
        ("/api/auth/api-keys", json!({ "name": "x", "user_id": "1" })),
        ("/api/auth/totp", json!({ "password": PASSWORD, "confirmed_at": 1 })),
    ] {
        server.problem(anna.post(&server, path, body).await, 400, "invalid_request").await;
    }
    assert_eq!(server.json(At::Admin, &format!("/api/users/{id}")).await["role"], "viewer");
}

#[actix_web::test]
async fn large_bodies_are_refused() {
    let server = Server::start().await;
    let large = format!("{{\"username\":\"{}\"}}", "x".repeat(70_000));
    for (at, method, path) in json_operations() {
        let request = server.request(at, method.clone(), &path).header("content-type", "application/json");
        let response = request.body(large.clone()).send().await.unwrap();
        let status = response.status().as_u16();
        assert!(status == 413 || status == 404, "{method} {path}: {status}");
        if status == 413 {
            server.problem(response, 413, "too_large").await;
        }
    }
    // one that does not say how large it is
    let pieces = (0..80).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1024]));
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    let request =
        server.anonymous(At::Public, Method::POST, "/api/auth/login").header("content-type", "application/json");
    server.problem(request.body(body).send().await.unwrap(), 413, "too_large").await;
}

/// What a server answers to these very bytes.
async fn raw(server: &Server, at: At, request: String) -> (String, Duration) {
    let address = server.address(at);
    let talk = move || {
        let begun = Instant::now();
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let mut piece = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut piece) {
            answer.extend_from_slice(&piece[..count]);
        }
        (String::from_utf8_lossy(&answer).into_owned(), begun.elapsed())
    };
    tokio::task::spawn_blocking(talk).await.unwrap()
}

/// A connection is not held for ever by a body of which nothing, or next to nothing, comes.
#[actix_web::test]
async fn slow_bodies_are_cut() {
    let server = Server::start().await;
    let head = "POST /api/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n";
    let (nothing, begun, slow_head) = tokio::join!(
        raw(&server, At::Public, head.to_owned()),
        raw(&server, At::Admin, format!("{head}{{\"username\":")),
        raw(&server, At::Public, "GET / HTTP/1.1\r\nhost: x\r\nx-slow: ".to_owned()),
    );
    for (answer, took) in [nothing, begun] {
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("\"request_timeout\""), "{answer}");
        assert!(took > Duration::from_secs(10) && took < Duration::from_secs(30), "{took:?}");
    }
    let (answer, took) = slow_head;
    assert!(took < Duration::from_secs(30) && !answer.starts_with("HTTP/1.1 200"), "{took:?} {answer}");
}

/// Nothing outside of a video's published files can be reached by its address.
#[actix_web::test]
async fn paths_do_not_lead_out() {
    let server = Server::start().await;
    server.published("Holiday", VideoStatus::Ready).await;
    let secret = "not for anybody";
    for place in ["secret.txt", "videos/secret.txt", "videos/1/secret.txt"] {
        std::fs::write(server.path(place), secret).unwrap();
    }
    let get = async |at: At, path: &str| {
        let key =
            if matches!(at, At::Admin) { format!("authorization: Bearer {}\r\n", server.key) } else { String::new() };
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{key}connection: close\r\n\r\n");
        raw(&server, at, request).await.0
    };
    assert!(get(At::Public, "/videos/holiday/g1/720p/init.mp4").await.starts_with("HTTP/1.1 200"));
    for up in ["..", "%2e%2e", ".%2e", "%252e%252e", "..%2f", "..%5c", "..\\", "%c0%ae%c0%ae", "..;", "..%00", "//.."] {
        for depth in 1..5 {
            for name in ["secret.txt", "vlog.db", "secret.key", "etc/passwd"] {
                let climb = format!("{up}/").repeat(depth);
                for path in [
                    format!("/videos/holiday/{climb}{name}"),
                    format!("/videos/holiday/g1/720p/{climb}{name}"),
                    format!("/videos/{climb}{name}"),
                    format!("/assets/{climb}{name}"),
                    format!("/{climb}{name}"),
                ] {
                    let answer = get(At::Public, &path).await;
                    let status = answer.get(9..12).unwrap_or_default();
                    assert!(["400", "404"].contains(&status), "{path}: {answer}");
                    assert!(!answer.contains(secret) && !answer.contains("SQLite format") && !answer.contains("root:"));
                }
            }
        }
    }
    for path in ["/videos/holiday//secret.txt", "/videos/holiday/%2fetc/passwd", "/videos/holiday/g1/720p/../plan.json"]
    {
        for at in [At::Public, At::Admin] {
            let answer = get(at, path).await;
            assert!(!answer.starts_with("HTTP/1.1 200") && !answer.contains(secret), "{path}: {answer}");
        }
    }
}

/// A trap that nobody may step into, and addresses that lead to it or to what else only the server can reach.
struct Bait {
    trap: std::net::TcpListener,
    addresses: Vec<String>,
}

impl Bait {
    fn new() -> Self {
        let trap = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        trap.set_nonblocking(true).unwrap();
        let here = trap.local_addr().unwrap();
        let addresses = vec![
            format!("http://{here}/"),
            format!("gopher://{here}/_x"),
            format!("//{here}/x"),
            format!("tcp://{here}"),
            format!("redis://{here}"),
            "http://169.254.169.254/".to_owned(),
            "file:///etc/passwd".to_owned(),
        ];
        Self { trap, addresses }
    }

    fn check(&self, what: &str) {
        let came = self.trap.accept();
        assert!(came.is_err(), "{what} made the server connect: {came:?}");
    }
}

/// A body as the description has it, with this text wherever there may be one.
fn filled(document: &Value, schema: &Value, bait: &str) -> Value {
    let is = |kind: &str| match &schema["type"] {
        Value::Array(kinds) => kinds.contains(&json!(kind)),
        only => only == kind,
    };
    if let Some(name) = schema["$ref"].as_str() {
        return filled(document, document.pointer(name.trim_start_matches('#')).unwrap(), bait);
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        let choices = schema[several].as_array().into_iter().flatten();
        if let Some(choice) = choices.into_iter().find(|choice| choice["type"] != "null") {
            return filled(document, choice, bait);
        }
    }
    if let Some(properties) = schema["properties"].as_object() {
        return properties.iter().map(|(name, of)| (name.clone(), filled(document, of, bait))).collect();
    }
    match () {
        () if is("array") => json!([filled(document, &schema["items"], bait)]),
        () if is("integer") || is("number") => json!(1),
        () if is("boolean") => json!(true),
        () if is("object") => json!({ "x": bait }),
        () => json!(bait),
    }
}

/// Sends every operation of a listener with this text in all that a request may hold: path, query, body.
async fn bait_operations(server: &Server, listener: Listener, at: At, bait: &str) {
    let document: Value = serde_json::from_str(&openapi_json(listener)).unwrap();
    let quoted: String = url::form_urlencoded::byte_serialize(bait.as_bytes()).collect();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if path.ends_with("/program") || operation["requestBody"]["content"]["multipart/form-data"].is_object() {
                continue; // the whole program, and uploads, which have a test of their own
            }
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let query = parameters.filter(|parameter| parameter["in"] == "query");
            let query: Vec<_> = query.map(|one| format!("{}={quoted}", one["name"].as_str().unwrap())).collect();
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            for id in ["1", quoted.as_str()] {
                let named = path.split('/').map(|part| if part.starts_with('{') { id } else { part });
                let address = format!("{}?{}", named.collect::<Vec<_>>().join("/"), query.join("&"));
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                let mut request = server.request(at, method.clone(), &address);
                for header in ["referer", "x-forwarded-host", "x-original-url", "x-rewrite-url", "x-vlog-lease"] {
                    request = request.header(header, bait);
                }
                if schema.is_object() {
                    request = request.json(&filled(&document, schema, bait));
                }
                let status = request.send().await.unwrap().status();
                assert!(!status.is_server_error(), "{method} {address}: {status}");
            }
        }
    }
}

/// The server goes nowhere but where its configuration file sends it, whatever settings, fields, addresses and files say.
#[actix_web::test]
async fn nobody_sends_the_server_elsewhere() {
    let (server, bait) = (Server::start().await, Bait::new());
    server.lend().await;
    for address in &bait.addresses {
        for key in vlog::config::KEYS {
            for value in [json!(address), json!([address])] {
                let path = format!("/api/settings/{}", key.name);
                let put = server.request(At::Admin, Method::PUT, &path).json(&json!({ "value": value }));
                let taken = put.send().await.unwrap().status();
                let harmless = match key.name {
                    "display.tagline" => true,
                    name if name.starts_with("oidc.") => key.runtime, // told to the provider of the file, or compared
                    "http.public_url" => address.starts_with("http"), // shown, and never asked
                    "alerts.webhook_url" => address.starts_with("http"), // looked at when it is connected to
                    _ => false,
                };
                assert!(harmless || [409, 422].contains(&taken.as_u16()), "{} {value}: {taken}", key.name);
                let import = json!({ "settings": { key.name: value } });
                let import = server.request(At::Admin, Method::POST, "/api/settings/import").json(&import);
                assert_eq!(import.send().await.unwrap().status() == 200, taken == 200, "{} {value}", key.name);
            }
        }
        bait.check("a setting");
        for (listener, at) in
            [(Listener::Public, At::Public), (Listener::Admin, At::Admin), (Listener::Worker, At::Worker)]
        {
            bait_operations(&server, listener, at, address).await;
            bait.check(&format!("an operation of {}", listener.as_str()));
        }
        for path in ["/", "/login?next=", "/watch/", "/assets/", "/videos/"] {
            for at in [At::Public, At::Admin] {
                server.get(at, &format!("{path}{address}")).await;
            }
        }
        bait.check("the address of a page");
        // as one asks a proxy
        for line in [format!("GET {address} HTTP/1.1"), "GET / HTTP/1.1".to_owned()] {
            let host = address.split("//").nth(1).unwrap_or_default().split('/').next().unwrap_or_default();
            let answer =
                raw(&server, At::Public, format!("{line}\r\nhost: {host}\r\nconnection: close\r\n\r\n")).await.0;
            assert!(!answer.starts_with("HTTP/1.1 5") && !answer.contains("root:"), "{answer}");
        }
        bait.check("a request for another host");
    }
    for at in [At::Public, At::Admin] {
        assert_eq!(server.get(at, "/").await.status(), 200, "with the public address that was set");
    }
    bait.check("the address of the site");
    // the trap works
    let _caught = TcpStream::connect(bait.trap.local_addr().unwrap()).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(bait.trap.accept().is_ok());
}

/// Files that name others: whoever reads them must not follow.
#[actix_web::test]
async fn uploads_do_not_send_the_server_elsewhere() {
    let (server, bait) = (Server::start().await, Bait::new());
    for address in &bait.addresses {
        for (name, content) in [
            ("list.m3u8", format!("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{address}x.ts\n#EXT-X-ENDLIST\n")),
            ("list.m3u", format!("#EXTM3U\n{address}\n")),
            ("list.ffconcat", format!("ffconcat version 1.0\nfile '{address}'\n")),
            (
                "film.mpd",
                format!(
                    "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" mediaPresentationDuration=\"PT9S\"><BaseURL>{address}</BaseURL><Period><AdaptationSet mimeType=\"video/mp4\"><Representation id=\"1\" bandwidth=\"1\"><BaseURL>{address}</BaseURL></Representation></AdaptationSet></Period></MPD>"
                ),
            ),
            ("film.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n".to_owned()),
            ("film.mp4", format!("#EXTM3U\n#EXTINF:9,\n{address}\n")),
            (address.as_str(), address.clone()),
        ] {
            let part = reqwest::multipart::Part::bytes(content.into_bytes()).file_name(name.to_owned());
            let form =
                reqwest::multipart::Form::new().text("title", address.clone()).text("description", address.clone());
            let request = server.request(At::Admin, Method::POST, "/api/videos").multipart(form.part("file", part));
            let response = request.send().await.unwrap();
            let (status, text) = (response.status().as_u16(), response.text().await.unwrap());
            assert!([400, 415, 422].contains(&status) && !text.contains("root:"), "{name}: {status} {text}");
            bait.check(name);
        }
    }
    assert_eq!(server.json(At::Admin, "/api/videos").await["videos"], json!([]));
}
