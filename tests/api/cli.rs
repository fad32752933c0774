//! `vlog user`, `vlog api-key` and `vlog login` beside a running server, on its database.

use std::os::unix::fs::PermissionsExt;
use std::process::{Output, Stdio};

use reqwest::Method;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use vlog::config::{Config, SecretKey};

use crate::support::{At, SECRET, Server};

fn same_secret(config: &mut Config) {
    config.accounts.secret_key = SecretKey(Some(SECRET));
}

/// Runs a command with the server's configuration; `input` is what it reads.
async fn vlog(server: &Server, arguments: &[&str], input: &str) -> Output {
    let config = server.app.config();
    let secret: String = SECRET.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut child = Command::new(env!("CARGO_BIN_EXE_vlog"))
        .args(arguments)
        .env_clear()
        .env("HOME", server.path("home"))
        .env("VLOG_DATABASE_URL", config.database.url.as_str())
        .env("VLOG_STORAGE_PATH", &config.storage.path)
        .env("VLOG_SECRET_KEY", secret)
        .env("VLOG_ADMIN_API_URL", format!("http://{}", server.address(At::Admin)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
    child.wait_with_output().await.unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn complained(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[actix_web::test]
async fn accounts_and_keys_from_the_command_line() {
    let server = Server::with(same_secret).await;
    let run = async |arguments: &[&str], input: &str| vlog(&server, arguments, input).await;
    said(&run(&["user", "create", "anna", "--role", "admin", "--password-stdin"], "correct horse\n").await);
    assert!(complained(&run(&["user", "create", "ANNA"], "").await).contains("account of that name already"));
    assert!(
        complained(&run(&["user", "create", "b", "--password-stdin"], "short").await).contains("at least 8 characters")
    );
    assert!(said(&run(&["user", "list"], "").await).contains("anna"));
    assert!(complained(&run(&["user", "disable", "nobody"], "").await).contains("no account \"nobody\""));

    let key = said(
        &run(&["api-key", "create", "backup", "--user", "anna", "--scope", "editor", "--expires", "90d"], "").await,
    );
    let key = key.strip_suffix('\n').unwrap();
    let videos =
        async || server.anonymous(At::Admin, Method::GET, "/api/videos").bearer_auth(key).send().await.unwrap();
    assert_eq!(videos().await.status(), 200);
    let users = server.anonymous(At::Admin, Method::GET, "/api/users").bearer_auth(key).send().await.unwrap();
    server.problem(users, 403, "not_allowed").await;
    let list = said(&run(&["api-key", "list", "--user", "anna"], "").await);
    assert!(list.contains("backup") && !list.contains(key), "{list}");
    let prefix = key.split('_').nth(1).unwrap();
    said(&run(&["api-key", "revoke", prefix], "").await);
    // another process: the server may believe what it knew for some seconds
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    assert_eq!(videos().await.status(), 401);

    said(&run(&["user", "role", "anna", "viewer"], "").await);
    assert!(complained(&run(&["user", "role", "root", "viewer"], "").await).contains("last admin"));
    let entry = &server.json(At::Admin, "/api/audit?action=user_changed").await["entries"][0];
    assert_eq!((&entry["actor_kind"], &entry["after"]["role"]), (&json!("cli"), &json!("viewer")));
}

#[actix_web::test]
async fn logging_in_keeps_a_key_for_uploads() {
    let server = Server::with(same_secret).await;
    said(&vlog(&server, &["user", "create", "anna", "--role", "editor", "--password-stdin"], "correct horse").await);
    std::fs::write(server.path("clip.mp4"), "no video").unwrap();
    let clip = server.path("clip.mp4").display().to_string();
    let stranger = complained(&vlog(&server, &["upload", &clip], "").await);
    assert!(stranger.contains("vlog login") && stranger.contains("VLOG_API_KEY"), "{stranger}");
    let refused = complained(&vlog(&server, &["login", "--user", "anna"], "wrong password\n").await);
    assert!(refused.contains("name or the password is wrong"), "{refused}");

    let done = said(&vlog(&server, &["login", "--user", "anna"], "correct horse\n").await);
    let kept = server.path("home/.config/vlog/credentials.json");
    assert!(done.contains(&kept.display().to_string()), "{done}");
    assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!std::fs::read_to_string(&kept).unwrap().contains("horse"));
    let known = complained(&vlog(&server, &["upload", &clip], "").await);
    assert!(known.contains("HTTP 4") && !known.contains("not_logged_in"), "only the file is at fault: {known}");
}
