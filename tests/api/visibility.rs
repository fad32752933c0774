//! Who may see a video: what the API takes, and what each listener shows of it. (`tests/crawler.rs` looks for leaks.)

use reqwest::Method;
use serde_json::{Value, json};
use vlog::domain::account::Role;
use vlog::domain::video::VideoStatus;

use crate::support::{At, Server, key};

async fn patch(server: &Server, id: i64, body: Value) -> reqwest::Response {
    server.request(At::Admin, Method::PATCH, &format!("/api/videos/{id}")).json(&body).send().await.unwrap()
}

async fn status(server: &Server, key: &str, path: &str) -> u16 {
    let request = server.anonymous(At::Public, Method::GET, path);
    let request = if key.is_empty() { request } else { request.bearer_auth(key) };
    request.send().await.unwrap().status().as_u16()
}

#[actix_web::test]
async fn a_video_is_shared_with_people_and_roles() {
    let server = Server::start().await;
    let id = server.published("Clip", VideoStatus::Ready).await.id.0;
    let (anna, bert) = (key(&server.app, "anna", Role::Viewer).await, key(&server.app, "bert", Role::Viewer).await);
    let people = server.json(At::Admin, "/api/people").await;
    assert_eq!(
        people["people"],
        json!([
            { "username": "anna", "display_name": "anna" },
            { "username": "bert", "display_name": "bert" },
        ])
    );
    let video = server.json(At::Admin, &format!("/api/videos/{id}")).await;
    assert_eq!((&video["visibility"], &video["media_expires_at"]), (&json!("public"), &json!(null)));
    assert_eq!(video["shared_with"], json!({ "users": [], "roles": [] }));

    let sharing = json!({ "visibility": "private", "shared_with": { "users": ["ANNA", "anna"] } });
    let changed: Value = patch(&server, id, sharing).await.json().await.unwrap();
    assert_eq!((&changed["visibility"], &changed["title"]), (&json!("private"), &json!("Clip")));
    assert_eq!(changed["shared_with"], json!({ "users": ["anna"], "roles": [] }));
    for (key, expected) in [("", 404), (&anna, 200), (&bert, 404), (&server.key, 200)] {
        for path in ["/api/videos/clip", "/api/videos/clip/progress", "/watch/clip"] {
            assert_eq!(status(&server, key, path).await, expected, "{path}");
        }
        assert_eq!(status(&server, key, "/videos/clip/master.m3u8").await, 404, "without a link");
        let list = server.anonymous(At::Public, Method::GET, "/api/videos?search=clip&include_total=true");
        let list: Value = list.bearer_auth(key).send().await.unwrap().json().await.unwrap();
        assert_eq!(list["total_count"], if expected == 200 { 1 } else { 0 });
    }
    let seen = server.anonymous(At::Public, Method::GET, "/api/videos/clip").bearer_auth(&anna);
    let answer = seen.send().await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "private, no-cache");
    let seen: Value = answer.json().await.unwrap();
    assert_eq!(seen["shared_with"], json!(null), "with whom else is not told");
    let stream = seen["stream_url"].as_str().unwrap();
    assert!(stream.starts_with("/videos/clip/s/"), "{stream}");
    assert!(seen["media_expires_at"].as_str().unwrap() > seen["created_at"].as_str().unwrap());
    assert_eq!(status(&server, "", stream).await, 200, "a link is enough");

    let everybody = json!({ "shared_with": { "roles": ["viewer"] } });
    assert_eq!(patch(&server, id, everybody).await.status(), 200);
    assert_eq!(status(&server, &bert, "/api/videos/clip").await, 200);
    assert_eq!(status(&server, "", "/api/videos/clip").await, 404);
    server.problem(server.get(At::Public, stream).await, 403, "link_expired").await;
    assert_eq!(patch(&server, id, json!({ "title": "Other" })).await.status(), 200);
    assert_eq!(status(&server, &bert, "/api/videos/clip").await, 200, "a new title shares nothing anew");

    assert_eq!(patch(&server, id, json!({ "visibility": "unlisted" })).await.status(), 200);
    assert_eq!(status(&server, "", "/api/videos/clip").await, 200);
    assert_eq!(status(&server, "", "/videos/clip/master.m3u8").await, 200);
    assert_eq!(server.json(At::Public, "/api/videos").await["videos"], json!([]));
    assert_eq!(patch(&server, id, json!({ "visibility": "private" })).await.status(), 200);
    assert_eq!(status(&server, &anna, "/api/videos/clip").await, 404, "the list went with the privacy");

    let audit = server.json(At::Admin, "/api/audit?action=video_sharing_changed").await;
    let entries = audit["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 4, "{audit}");
    assert_eq!(entries[3]["after"], json!({ "visibility": "private", "users": ["anna"], "roles": [] }));
}

/// While it is encoded: whoever has the address follows the manifest by it, and what is named in it inherits the link.
#[actix_web::test]
async fn a_growing_manifest_of_a_private_video_is_followed_by_its_link() {
    let server = Server::start().await;
    let id = server.published("Clip", VideoStatus::Playable).await.id.0;
    assert_eq!(patch(&server, id, json!({ "visibility": "private" })).await.status(), 200);
    let video = server.anonymous(At::Public, Method::GET, "/api/videos/clip").bearer_auth(&server.key);
    let video: Value = video.send().await.unwrap().json().await.unwrap();
    let address = video["dash_url"].as_str().unwrap();
    assert!(address.starts_with("/videos/clip/s/"), "{address}");
    let answer = server.anonymous(At::Public, Method::GET, address).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["cache-control"]),
        (200, &"private, no-cache".parse().unwrap())
    );
    assert_eq!(answer.headers()["content-type"], "application/dash+xml");
    let generation = server.json(At::Admin, &format!("/api/videos/{id}")).await["thumbnail_url"].clone();
    let generation = generation.as_str().unwrap().rsplit('/').nth(1).unwrap().to_owned();
    let segment = format!("{generation}/720p/seg_00000.m4s");
    assert_eq!(status(&server, "", &address.replace("manifest.mpd", &segment)).await, 200);
    assert_eq!(status(&server, "", &format!("/videos/clip/{segment}")).await, 404);
    assert_eq!(status(&server, "", "/videos/clip/manifest.mpd").await, 404);
}

#[actix_web::test]
async fn sharing_that_makes_no_sense_is_refused() {
    let server = Server::start().await;
    let id = server.published("Clip", VideoStatus::Ready).await.id.0;
    for body in [
        json!({ "visibility": "private", "shared_with": { "users": ["nobody"] } }),
        json!({ "shared_with": { "roles": ["viewer"] } }),
        json!({ "visibility": "unlisted", "shared_with": { "roles": ["viewer"] } }),
        json!({ "visibility": "private", "shared_with": { "users": vec!["root"; 201] } }),
    ] {
        server.problem(patch(&server, id, body).await, 422, "invalid_value").await;
    }
    for body in [
        json!({ "visibility": "secret" }),
        json!({ "visibility": "private", "shared_with": { "roles": ["root"] } }),
        json!({ "visibility": "private", "shared_with": { "groups": [] } }),
        json!({ "sharing_version": 9 }),
    ] {
        server.problem(patch(&server, id, body).await, 400, "invalid_request").await;
    }
    assert_eq!(server.json(At::Admin, &format!("/api/videos/{id}")).await["visibility"], "public");
    assert_eq!(patch(&server, 99, json!({ "visibility": "private" })).await.status(), 404);
    let viewer = key(&server.app, "viewer", Role::Viewer).await;
    let people = server.anonymous(At::Admin, Method::GET, "/api/people").bearer_auth(viewer);
    server.problem(people.send().await.unwrap(), 403, "not_allowed").await;
}

#[actix_web::test]
async fn an_account_that_is_deleted_is_shared_with_no_more() {
    let server = Server::start().await;
    let id = server.published("Clip", VideoStatus::Ready).await.id.0;
    key(&server.app, "anna", Role::Viewer).await;
    let sharing = json!({ "visibility": "private", "shared_with": { "users": ["anna"], "roles": ["viewer"] } });
    assert_eq!(patch(&server, id, sharing).await.status(), 200);
    let users = server.json(At::Admin, "/api/users").await;
    let anna = users["users"].as_array().unwrap().iter().find(|user| user["username"] == "anna").unwrap();
    let path = format!("/api/users/{}", anna["id"].as_str().unwrap());
    assert_eq!(server.request(At::Admin, Method::DELETE, &path).send().await.unwrap().status(), 200);
    let video = server.json(At::Admin, &format!("/api/videos/{id}")).await;
    assert_eq!(video["shared_with"], json!({ "users": [], "roles": ["viewer"] }));
    let gone = server.request(At::Admin, Method::DELETE, &format!("/api/videos/{id}")).send().await.unwrap();
    assert_eq!(gone.status(), 200, "its shares go with it");
}

/// Whoever may see less from now on has no use of the links they got before; others get new ones.
#[actix_web::test]
async fn links_end_with_the_right_to_them() {
    for private_site in [false, true] {
        let server = Server::with(|config| config.access.private = private_site).await;
        let id = server.published("Clip", VideoStatus::Ready).await.id.0;
        if !private_site {
            let sharing = json!({ "visibility": "private", "shared_with": { "roles": ["viewer"] } });
            assert_eq!(patch(&server, id, sharing).await.status(), 200);
        }
        let bert = key(&server.app, "bert", Role::Viewer).await;
        let link = async |key: &str| {
            let video = server.anonymous(At::Public, Method::GET, "/api/videos/clip").bearer_auth(key);
            let video: Value = video.send().await.unwrap().json().await.unwrap();
            video["stream_url"].as_str().unwrap().to_owned()
        };
        let account = async |name: &str, method: Method, body: Value| {
            let users = server.json(At::Admin, "/api/users").await;
            let user = users["users"].as_array().unwrap().iter().find(|user| user["username"] == name).unwrap().clone();
            let path = format!("/api/users/{}", user["id"].as_str().unwrap());
            assert_eq!(server.request(At::Admin, method, &path).json(&body).send().await.unwrap().status(), 200);
        };
        let anna = key(&server.app, "anna", Role::Editor).await;
        let mut last = link(&anna).await;
        assert_eq!(status(&server, "", &last).await, 200);
        account("anna", Method::PATCH, json!({ "display_name": "Anna" })).await;
        assert_eq!(status(&server, "", &last).await, 200, "a new name changes nothing");
        for (method, body) in [
            (Method::PATCH, json!({ "role": "viewer" })),
            (Method::PATCH, json!({ "disabled": true })),
            (Method::DELETE, Value::Null),
        ] {
            account("anna", method, body.clone()).await;
            server.problem(server.get(At::Public, &last).await, 403, "link_expired").await;
            last = link(&bert).await;
            assert_eq!(status(&server, "", &last).await, 200, "{body}: others go on with new ones");
        }
    }
}

/// A link is over by itself, and the next one works.
#[actix_web::test]
async fn a_link_is_good_for_a_time() {
    let server = Server::with(|config| {
        config.access.media_link_lifetime = std::time::Duration::from_secs(2);
    })
    .await;
    let id = server.published("Clip", VideoStatus::Ready).await.id.0;
    assert_eq!(patch(&server, id, json!({ "visibility": "private" })).await.status(), 200);
    let stream = async || {
        let video = server.anonymous(At::Public, Method::GET, "/api/videos/clip").bearer_auth(&server.key);
        let video: Value = video.send().await.unwrap().json().await.unwrap();
        video["stream_url"].as_str().unwrap().replace("master.m3u8", "g1/720p/seg_00000.m4s")
    };
    let first = stream().await;
    let answer = server.get(At::Public, &first).await;
    assert_eq!(answer.status(), 200);
    let keep = answer.headers()["cache-control"].to_str().unwrap();
    let kept = |seconds| format!("public, max-age={seconds}, s-maxage={seconds}, immutable");
    assert!(keep == kept(1) || keep == kept(2), "{keep}");
    let playlist = server.get(At::Public, &first.replace("seg_00000.m4s", "stream.m3u8")).await;
    assert!(playlist.headers()["cache-control"].to_str().unwrap().starts_with("public, max-age="));
    tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    server.problem(server.get(At::Public, &first).await, 403, "link_expired").await;
    assert_eq!(server.get(At::Public, &stream().await).await.status(), 200);
}

/// Whoever follows a video by its id gets to know no more of it than its page would tell.
#[actix_web::test]
async fn events_of_a_private_video_are_for_those_it_is_shared_with() {
    let server = Server::start().await;
    let id = server.published("Clip", VideoStatus::Playable).await.id.0;
    let sharing = json!({ "visibility": "private", "shared_with": { "users": ["anna"] } });
    let anna = key(&server.app, "anna", Role::Viewer).await;
    assert_eq!(patch(&server, id, sharing).await.status(), 200);
    let path = format!("/api/events/progress?video_ids={id}");
    let mut streams = Vec::new();
    for key in ["", anna.as_str()] {
        streams.push(server.anonymous(At::Public, Method::GET, &path).bearer_auth(key).send().await.unwrap());
    }
    assert_eq!(patch(&server, id, json!({ "title": "Other" })).await.status(), 200);
    assert_eq!(patch(&server, id, json!({ "shared_with": {} })).await.status(), 200);
    let delete = server.request(At::Admin, Method::DELETE, &format!("/api/videos/{id}")).send().await.unwrap();
    assert_eq!(delete.status(), 200);
    let mut texts = Vec::new();
    for mut stream in streams {
        let mut text = String::new();
        while let Ok(Ok(Some(piece))) =
            tokio::time::timeout(std::time::Duration::from_millis(500), stream.chunk()).await
        {
            text.push_str(std::str::from_utf8(&piece).unwrap());
        }
        texts.push(text);
    }
    assert!(!texts[0].contains("event:") && texts[0].contains("retry"), "{}", texts[0]);
    assert!(texts[1].contains("/videos/clip/s/") && texts[1].contains("Other"), "{}", texts[1]);
    assert_eq!(
        texts[1].matches("event: removed").count() + texts[1].matches("event:removed").count(),
        1,
        "{}",
        texts[1]
    );
}
