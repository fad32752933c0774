//! `vlog user`, `vlog api-key` and `vlog login` beside a running server, on its database.

use std::os::unix::fs::PermissionsExt;
use std::process::{Output, Stdio};

use reqwest::Method;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use vlog::app::accounts::api_keys::{self, NewApiKey};
use vlog::app::accounts::users::{self, NewUser};
use vlog::config::{Config, SecretKey};
use vlog::domain::account::Role;
use vlog::domain::audit::Actor;

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
    // of all keys, however many are newer
    for name in ["bert", "carl"] {
        let (username, role) = (name.to_owned(), Role::Viewer);
        let newcomer = NewUser { username, display_name: String::new(), role, password: None };
        let owner = users::create(&server.app, &Actor::cli(), newcomer).await.unwrap();
        for _ in 0..120 {
            let new = NewApiKey { name: "many".to_owned(), role: Role::Viewer, expires_at_ms: None };
            api_keys::create_for(&server.app, &Actor::cli(), &owner, new).await.unwrap();
        }
    }
    let list = said(&run(&["api-key", "list"], "").await);
    assert_eq!((list.lines().count(), list.matches(prefix).count()), (242, 1), "root's, too");
    assert!(complained(&run(&["api-key", "revoke", "abcdef012345"], "").await).contains("no key \"abcdef012345\""));
    said(&run(&["api-key", "revoke", prefix], "").await);
    assert!(complained(&run(&["api-key", "revoke", prefix], "").await).contains("revoked already"));
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
    let first = std::fs::read_to_string(&kept).unwrap();
    said(&vlog(&server, &["login", "--user", "anna"], "correct horse\n").await);
    assert_ne!(std::fs::read_to_string(&kept).unwrap(), first);
    let list = said(&vlog(&server, &["api-key", "list", "--user", "anna"], "").await);
    assert_eq!(list.lines().count(), 1, "the one before is revoked: {list}");
    let known = complained(&vlog(&server, &["upload", &clip], "").await);
    assert!(known.contains("HTTP 4") && !known.contains("not_logged_in"), "only the file is at fault: {known}");
}

#[actix_web::test]
async fn the_doctor_finds_what_is_broken_and_changes_nothing() {
    let server = Server::with(same_secret).await;
    let ports = |at| server.address(at).port().to_string();
    let [public, admin, worker] = [At::Public, At::Admin, At::Worker].map(ports);
    let running = ["doctor", "--public-port", &public, "--admin-port", &admin, "--worker-api-port", &worker];
    let taken = |at| format!("cannot listen at {}", server.address(at));
    let without_lock =
        complained_with(&vlog(&server, &[&running[..], &["--set", "http.bind_public=127.0.0.1"]].concat(), "").await);
    assert!(
        without_lock.0.contains(&taken(At::Public)) && without_lock.0.contains("http.public_port"),
        "{without_lock:?}"
    );
    assert!(without_lock.1.contains("3 parts do not work"), "{without_lock:?}");

    let lock = server.app.storage().lock().unwrap();
    let fine = said(&vlog(&server, &[&running[..], &["--set", "http.bind_public=127.0.0.1"]].concat(), "").await);
    assert!(fine.contains("is the running server's") && fine.contains("works    h264  software  libx264"), "{fine}");
    assert!(fine.contains("ok       database") && !fine.contains("failing"), "{fine}");
    drop(lock);

    let empty = server.path("empty");
    std::fs::create_dir(&empty).unwrap();
    let (storage, url) = (empty.join("storage"), format!("sqlite://{}", empty.join("vlog.db").display()));
    let storage = storage.to_str().unwrap();
    let new = ["doctor", "--storage-path", storage, "--database-url", &url, "--set", "ffmpeg.path=/nowhere/ffmpeg"];
    let free = ["--public-port", "0", "--admin-port", "0", "--worker-api-port", "0"];
    let found = complained_with(&vlog(&server, &[&new[..], &free[..]].concat(), "").await);
    assert!(found.0.contains("/nowhere/ffmpeg was not found") && found.0.contains("Fix: Install it"), "{found:?}");
    assert!(found.0.contains("is made at the first start") && found.1.contains("1 part does not work"), "{found:?}");
    assert_eq!(std::fs::read_dir(&empty).unwrap().count(), 0, "nothing was made");
    let wrong = complained(&vlog(&server, &["doctor", "--set", "http.public_port=x"], "").await);
    assert!(wrong.contains("http.public_port") && wrong.contains("Fix:"), "{wrong}");
}

/// Standard output and standard error of a command that failed.
fn complained_with(output: &Output) -> (String, String) {
    (String::from_utf8(output.stdout.clone()).unwrap(), complained(output))
}
