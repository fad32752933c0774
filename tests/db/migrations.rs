//! What happens when a database is opened.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use vlog::db::{Db, DbError};

use crate::database::{on, sqlite, video};
use crate::postgres;

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |folder: &str| -> BTreeSet<String> {
        let path = format!("{}/migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(!names("sqlite").is_empty());
}

#[tokio::test]
async fn a_new_sqlite_database_is_private_and_needs_no_copy() {
    let (db, directory) = sqlite();
    db.ping().await.unwrap();
    let data = directory.path().join("data");
    assert_eq!(std::fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
    assert!(!data.join("backups").exists());
}

#[tokio::test]
async fn an_old_sqlite_database_is_copied_before_it_is_migrated() {
    let (db, directory) = sqlite();
    on(&db, |conn| Ok(video(conn, "Kept", 5))).await;
    drop(db);
    let data = directory.path().join("data");
    let file = data.join("test.db");
    let url = format!("sqlite://{}", file.display());
    let copy = data.join("backups/test-before-0002_jobs.db");

    // as the first release left it
    let mut old = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    old.batch_execute(
        "DROP TABLE tasks; DROP TABLE jobs; DELETE FROM __diesel_schema_migrations WHERE version = '0002'",
    )
    .unwrap();
    drop(old);

    let db = Db::open(&url, 2).unwrap();
    assert_eq!(on(&db, vlog::db::jobs::list_active).await.len(), 0);
    assert_eq!(on(&db, |conn| Ok(vlog::db::videos::find_by_slug(conn, "kept")?.unwrap().title)).await, "Kept");
    drop(db);

    let mut kept = SqliteConnection::establish(copy.to_str().unwrap()).unwrap();
    let rows = diesel::sql_query("UPDATE videos SET description = 'x'").execute(&mut kept).unwrap();
    assert_eq!(rows, 1, "the copy holds the video");
    assert!(diesel::sql_query("SELECT 1 FROM jobs").execute(&mut kept).is_err(), "and is not migrated");

    std::fs::remove_file(&copy).unwrap();
    drop(Db::open(&url, 2).unwrap());
    assert!(!copy.exists(), "an up to date database is not copied");
}

#[tokio::test]
async fn without_a_copy_nothing_is_migrated() {
    let (db, directory) = sqlite();
    drop(db);
    let data = directory.path().join("data");
    let file = data.join("test.db");
    let mut old = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    old.batch_execute(
        "DROP TABLE tasks; DROP TABLE jobs; DELETE FROM __diesel_schema_migrations WHERE version = '0002'",
    )
    .unwrap();
    // a directory stands where the copy must go
    std::fs::create_dir_all(data.join("backups/test-before-0002_jobs.db/full")).unwrap();
    let error = Db::open(&format!("sqlite://{}", file.display()), 2).err().unwrap();
    assert!(matches!(error, DbError::Backup { .. }), "{error}");
    assert!(diesel::sql_query("SELECT 1 FROM jobs").execute(&mut old).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_at_once_migrate_once() {
    let url = postgres::new_database();
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            std::thread::spawn(move || Db::open(&url, 2).unwrap())
        })
        .collect();
    for start in starts {
        let db = tokio::task::spawn_blocking(move || start.join().unwrap()).await.unwrap();
        db.ping().await.unwrap();
    }
}

#[test]
fn other_urls_are_refused() {
    for url in ["mysql://x", "", "sqlite://", "/tmp/x.db"] {
        assert!(matches!(Db::open(url, 1), Err(DbError::Url)), "{url:?}");
    }
}
