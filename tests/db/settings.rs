//! Rows over the configuration, and that processes which share them agree.

use std::time::Duration;

use serde_json::json;
use vlog::config::Config;
use vlog::db::Db;
use vlog::db::audit;
use vlog::db::settings::{self, SettingRow};
use vlog::domain::audit::{Actor, ActorKind};
use vlog::settings::{Changes, Settings};

use crate::database::{on, on_both};

on_both!(
    a_row_is_made_replaced_and_removed,
    another_instance_sees_a_change_when_it_reads_again,
    waiting_ends_with_a_change
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
    let new = || Settings::new(Config::default().into(), db.clone());
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
    let settings = Settings::new(Config::default().into(), db);
    let mut changed = std::pin::pin!(settings.changed());
    settings.reload().await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(50), &mut changed).await.is_err(), "nothing changed");
    settings.change(Changes::from([("transcoding.slots".to_owned(), Some(json!(3)))]), &Actor::system()).await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), changed).await.expect("it has changed");
    assert_eq!(settings.config().transcoding.slots, 3);
}
