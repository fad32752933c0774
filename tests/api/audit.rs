//! `/api/audit`: who did what.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{At, Server};

#[actix_web::test]
async fn changes_say_who_from_where_and_what() {
    let server = Server::start().await;
    let video = server.pending("Holiday").await;
    let body = json!({ "username": "anna", "role": "viewer", "password": "correct horse" });
    let response = server.request(At::Admin, Method::POST, "/api/users").json(&body).send().await.unwrap();
    let id = response.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/users/{id}");
    let edit = json!({ "role": "editor", "password": "another horse" });
    server.request(At::Admin, Method::PATCH, &path).json(&edit).send().await.unwrap();
    server.request(At::Admin, Method::DELETE, &format!("/api/videos/{}", video.id)).send().await.unwrap();

    let page = server.json(At::Admin, "/api/audit").await;
    let entries = page["entries"].as_array().unwrap();
    let actions: Vec<_> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    let newest = ["video_deleted", "user_changed", "password_reset", "user_created", "api_key_created", "user_created"];
    assert_eq!(actions, newest);
    assert_eq!(entries[0]["before"]["title"], "Holiday");
    assert_eq!(entries[0]["target"], format!("video:{}", video.id));
    let changed = &entries[1];
    assert_eq!((&changed["actor"], &changed["actor_kind"]), (&json!("root"), &json!("api_key")));
    assert_eq!((&changed["address"], &changed["target"]), (&json!("127.0.0.1"), &json!("user:anna")));
    assert_eq!((&changed["before"]["role"], &changed["after"]["role"]), (&json!("viewer"), &json!("editor")));
    assert_eq!(entries[5]["actor_kind"], "cli");
    let text = page.to_string();
    assert!(!text.contains("horse") && !text.contains("argon2") && !text.contains(&server.key), "{text}");
}

#[actix_web::test]
async fn filters_pages_and_export() {
    let server = Server::start().await;
    for n in 0..5 {
        let body = json!({ "username": format!("user{n}"), "role": "viewer" });
        server.request(At::Admin, Method::POST, "/api/users").json(&body).send().await.unwrap();
    }
    let get = async |query: &str| server.json(At::Admin, &format!("/api/audit?{query}")).await;
    let count = |page: &Value| page["entries"].as_array().unwrap().len();
    assert_eq!(count(&get("action=user_created").await), 6);
    assert_eq!(count(&get("action=user_created&actor=root").await), 5);
    assert_eq!(count(&get("actor=nobody").await), 0);
    assert_eq!(count(&get("result=refused").await), 0);
    assert_eq!(count(&get("from=2020-01-01T00:00:00Z").await), 7);
    assert_eq!(count(&get("to=2020-01-01T00:00:00Z").await), 0);
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let page = get(&format!("limit=3&cursor={cursor}")).await;
        seen.extend(page["entries"].as_array().unwrap().iter().map(|entry| entry["id"].as_i64().unwrap()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen.len(), 7);
    assert!(seen.is_sorted_by(|a, b| a > b), "{seen:?}");
    for (query, code) in [
        ("limit=0", "invalid_value"),
        ("result=x", "invalid_value"),
        ("from=x", "invalid_value"),
        ("cursor=x", "invalid_cursor"),
    ] {
        server.problem(server.get(At::Admin, &format!("/api/audit?{query}")).await, 422, code).await;
    }
    let export = server.get(At::Admin, "/api/audit/export?actor=root").await;
    assert_eq!(export.headers()["content-type"], "application/x-ndjson");
    let lines: Vec<Value> =
        export.text().await.unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 5);
    assert_eq!(lines[0]["target"], "user:user4");
}
