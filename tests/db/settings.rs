//! Rows over the configuration, and that processes which share them agree.

use std::time::Duration;

use serde_json::json;
use vlog::auth::Secret;
use vlog::config::Config;
use vlog::db::Db;
use vlog::db::audit;
use vlog::db::settings::{self, SettingRow};
use vlog::domain::audit::{Actor, ActorKind};
use vlog::settings::{Changes, Settings, SettingsError};

use crate::database::{on, on_both};

on_both!(
    a_row_is_made_replaced_and_removed,
    another_instance_sees_a_change_when_it_reads_again,
    waiting_ends_with_a_change,
    a_secret_is_sealed_and_told_to_nobody
);

fn row(value: &str, updated_at_ms: i64, by: Option<&str>) -> SettingRow {
    let (key, updated_by) = ("transcoding.preset".to_owned(), by.map(str::to_owned));
    SettingRow { key, value: value.to_owned(), updated_at_ms, updated_by }
}

async fn a_row_is_made_replaced_and_removed(db: Db) {
    for row in [row("\"slow\"", 1, None), row("\"fast\"", 2, Some("ann"))] {
        let kept = row.clone();
        on(&db, move |conn| settings::set(conn, &row)).await;
        assert_eq!(on(&db, settings::list).await, [kept]);
    }
    on(&db, |conn| settings::remove(conn, "transcoding.preset")).await;
    on(&db, |conn| settings::remove(conn, "transcoding.preset")).await;
    assert!(on(&db, settings::list).await.is_empty());
}

async fn another_instance_sees_a_change_when_it_reads_again(db: Db) {
    let new = || Settings::new(Config::default().into(), db.clone(), None);
    let (one, other) = (new(), new());
    let ann = Actor { name: "ann".to_owned(), kind: ActorKind::Session, ..Actor::system() };
    let changes = Changes::from([("transcoding.nice".to_owned(), Some(json!(3)))]);
    one.change(changes, &ann).await.unwrap();
    assert_eq!((one.config().transcoding.nice, other.config().transcoding.nice), (3, 10));
    other.reload().await.unwrap();
    assert_eq!(other.config().transcoding.nice, 3);
    assert_eq!(other.get("transcoding.nice").unwrap().updated_by.as_deref(), Some("ann"));
    one.change(Changes::from([("transcoding.nice".to_owned(), None)]), &ann).await.unwrap();
    other.reload().await.unwrap();
    assert_eq!((one.config().transcoding.nice, other.config().transcoding.nice), (10, 10));
    let log = on(&db, |conn| audit::list(conn, &audit::Filter::default(), 10)).await;
    let noted: Vec<_> = log.iter().map(|e| (&*e.actor, &*e.action, e.target.as_deref(), &e.before, &e.after)).collect();
    let target = Some("setting:transcoding.nice");
    assert_eq!(noted[0], ("ann", "setting_reset", target, &Some(json!(3)), &Some(json!(10))));
    assert_eq!(noted[1], ("ann", "setting_changed", target, &Some(json!(10)), &Some(json!(3))));
}

async fn waiting_ends_with_a_change(db: Db) {
    let settings = Settings::new(Config::default().into(), db, None);
    let mut changed = std::pin::pin!(settings.changed());
    settings.reload().await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(50), &mut changed).await.is_err(), "nothing changed");
    settings.change(Changes::from([("transcoding.slots".to_owned(), Some(json!(3)))]), &Actor::system()).await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), changed).await.expect("it has changed");
    assert_eq!(settings.config().transcoding.slots, 3);
}

async fn a_secret_is_sealed_and_told_to_nobody(db: Db) {
    const KEY: &str = "oidc.client_secret";
    let new = |n: u8| Settings::new(Config::default().into(), db.clone(), Some(&Secret::from_bytes(&[n; 32])));
    let (ours, instance, stranger) = (new(1), new(1), new(2));
    let without = Settings::new(Config::default().into(), db.clone(), None);
    let changes = |value: Option<&str>| Changes::from([(KEY.to_owned(), value.map(|value| json!(value)))]);
    ours.change(changes(Some("between us")), &Actor::system()).await.unwrap();
    let row = on(&db, settings::list).await.remove(0);
    assert!(!row.value.contains("between us") && row.value.len() > 40, "{row:?}");
    for settings in [&ours, &instance, &stranger, &without] {
        settings.reload().await.unwrap();
    }
    let open = |settings: &Settings| settings.config().oidc.client_secret.0.clone();
    assert_eq!([open(&ours), open(&instance)], ["between us", "between us"]);
    assert_eq!([open(&stranger), open(&without)], ["", ""], "they cannot read it");
    assert_eq!(ours.get(KEY).unwrap().value, json!("***"));
    assert_eq!(
        (ours.get(KEY).unwrap().source.as_str(), stranger.get(KEY).unwrap().source.as_str()),
        ("database", "default")
    );
    assert!(ours.changed_values().is_empty());
    assert_eq!(ours.changed_secrets(), [KEY]);
    assert!(!format!("{:?} {:?}", ours.config(), ours.get(KEY)).contains("between us"));
    // put into another row it opens nothing, and what only stands for it is not taken
    let mut elsewhere = row.clone();
    elsewhere.key = "oidc.name".to_owned();
    on(&db, move |conn| settings::set(conn, &elsewhere)).await;
    ours.reload().await.unwrap();
    assert_ne!(ours.config().oidc.name, "between us");
    assert!(matches!(ours.change(changes(Some("***")), &Actor::system()).await, Err(SettingsError::Refused(_))));
    assert!(matches!(without.change(changes(Some("x")), &Actor::system()).await, Err(SettingsError::NoSeal)));
    let log = on(&db, |conn| audit::list(conn, &audit::Filter::default(), 10)).await;
    assert_eq!((&log[0].before, &log[0].after), (&Some(json!("")), &Some(json!("***"))));
    ours.change(changes(None), &Actor::system()).await.unwrap();
    assert_eq!((open(&ours).as_str(), ours.get(KEY).unwrap().value), ("", json!("")));
}
