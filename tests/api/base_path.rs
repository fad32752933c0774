//! `http.base_path`: everything below a path of a site that others use as well.

use reqwest::Method;
use reqwest::header::LOCATION;
use serde_json::{Value, json};
use vlog::config::{self, Config};
use vlog::domain::video::VideoStatus;

use crate::support::{At, Server};

fn set(config: &mut Config, key: &str, path: &str) {
    config::find(key).unwrap().set_json(config, &json!(path)).unwrap();
}

async fn below_video() -> Server {
    Server::with(|config| set(config, "http.base_path", "/video")).await
}

#[actix_web::test]
async fn routes_are_below_it_and_nowhere_else() {
    let server = below_video().await;
    for (at, path) in [(At::Public, "/api/videos"), (At::Public, "/api/docs"), (At::Admin, "/api/users")] {
        assert_eq!(server.get(at, &format!("/video{path}")).await.status(), 200, "{path}");
        server.problem(server.get(at, path).await, 404, "not_found").await;
        server.problem(server.get(at, &format!("/videos{path}")).await, 404, "not_found").await;
        server.problem(server.get(at, &format!("/video/video{path}")).await, 404, "not_found").await;
    }
    // whoever watches the server from its own machine, and workers, need not know of it
    for (at, path) in [(At::Public, "/health"), (At::Admin, "/ready"), (At::Admin, "/metrics"), (At::Worker, "/health")]
    {
        assert_eq!(server.get(at, path).await.status(), 200, "{path}");
    }
    assert_eq!(server.get(At::Public, "/video/health").await.status(), 200);
    let head = server.request(At::Public, Method::HEAD, "/video/api/videos").send().await.unwrap();
    assert_eq!(head.status(), 200);
    server.stop().await;
}

#[actix_web::test]
async fn who_forgets_it_is_sent_home() {
    let server = below_video().await;
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    for path in ["/", "/video"] {
        let answer = client.get(format!("http://{}{path}", server.address(At::Public))).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), &answer.headers()[LOCATION]), (307, &"/video/".parse().unwrap()));
    }
    server.stop().await;
}

#[actix_web::test]
async fn access_is_asked_below_it_as_well() {
    let server = below_video().await;
    for path in ["/video/api/users", "/video/api/settings", "/video//api/users", "/video/./api/users"] {
        let answer = server.anonymous(At::Admin, Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), 401, "{path}");
    }
    server.stop().await;
}

/// Every address in an answer, asked for as it is.
#[actix_web::test]
async fn addresses_in_answers_lead_somewhere() {
    let server = below_video().await;
    let video = server.published("Far away", VideoStatus::Ready).await;
    let one = format!("/video/api/videos/{}", video.slug);
    let of_admin = format!("/video/api/videos/{}", video.id.0);
    for (at, path) in [
        (At::Public, "/video/api/videos"),
        (At::Public, &one),
        (At::Admin, "/video/api/videos"),
        (At::Admin, &of_admin),
    ] {
        let mut found = Vec::new();
        addresses(&server.json(at, path).await, &mut found);
        assert!(found.len() >= 4, "{path}: {found:?}");
        for address in found.iter().filter(|address| !address.ends_with("320.webp")) {
            let status = server.get(at, address).await.status();
            // the captions and WebP files of this made-up video are not all there
            assert!(address.starts_with("/video/videos/far-away/"), "{address}");
            assert!(status == 200 || address.contains("captions"), "{address}: {status}");
        }
    }
    server.stop().await;
}

fn addresses(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with('/') => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| addresses(item, found)),
        Value::Object(fields) => fields.values().for_each(|item| addresses(item, found)),
        _ => {}
    }
}

#[actix_web::test]
async fn pages_cookies_and_the_description_name_it() {
    let server = Server::with(|config| {
        set(config, "http.base_path", "/video");
        set(config, "http.admin_base_path", "/desk");
        config.http.public_url = "https://example.org/video".to_owned();
    })
    .await;
    let video = server.published("Far away", VideoStatus::Ready).await;
    let document = server.json(At::Public, "/video/api/openapi.json").await;
    assert_eq!(document["servers"], json!([{ "url": "/video" }]));
    let document = server.json(At::Admin, "/desk/api/openapi.json").await;
    assert_eq!(document["servers"], json!([{ "url": "/desk" }]));

    let body = json!({ "username": "nobody", "password": "wrong wrong wrong" });
    let login = server.anonymous(At::Admin, Method::POST, "/desk/api/auth/logout").json(&body).send().await.unwrap();
    let cookies: Vec<&str> = login.headers().get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
    assert!(cookies[0].contains("vlog_access=;") && cookies[0].contains("Path=/desk;"), "{cookies:?}");
    assert!(cookies[1].contains("vlog_refresh=;") && cookies[1].contains("Path=/desk/api/auth;"), "{cookies:?}");

    let page = server.get(At::Public, &format!("/video/watch/{}", video.slug)).await.text().await.unwrap();
    if page.contains("not built") {
        eprintln!("skipped: the web pages are not built");
        return;
    }
    for wanted in [
        "rel=\"canonical\" href=\"https://example.org/video/watch/far-away\"",
        "property=\"og:image\" content=\"https://example.org/video/videos/far-away/",
        "property=\"og:video\" content=\"https://example.org/video/videos/far-away/master.m3u8\"",
        "rel=\"modulepreload\" href=\"/video/assets/",
    ] {
        assert!(page.contains(wanted), "{wanted} in {page}");
    }
    let desk = server.get(At::Admin, "/desk/users").await.text().await.unwrap();
    for page in [page.replace("=\"/video/", ""), desk.replace("=\"/desk/", "")] {
        assert!(!page.contains("=\"/"), "an address without the base path in {page}");
    }
    assert!(desk.contains("\"public_url\":\"https://example.org/video\""), "{desk}");
    server.stop().await;
}
