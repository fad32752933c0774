//! What the database says about itself.

use diesel::RunQueryDsl;
use vlog::db::{Conn, Db, DbError, videos};

use crate::database::{execute, on, on_both, video};

on_both!(it_knows_itself, what_must_last_is_synced,);

#[derive(diesel::QueryableByName)]
struct Synchronous {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    synchronous: i32,
}

/// How SQLite syncs: 1 is now and then, 2 at every commit. None on PostgreSQL, which always does.
fn synced(conn: &mut Conn) -> Option<i32> {
    let Conn::Sqlite(conn) = conn else { return None };
    Some(diesel::sql_query("PRAGMA synchronous").get_result::<Synchronous>(conn).unwrap().synchronous)
}

async fn what_must_last_is_synced(db: Db) {
    let levels = db.run(|conn| {
        let inside = conn.write_durably(|conn| {
            video(conn, "Lasts", 1);
            Ok::<_, DbError>(synced(conn))
        })?;
        let failed = conn.write_durably(|conn| {
            video(conn, "Does not", 2);
            Err::<(), _>(DbError::NotFound)
        });
        assert!(matches!(failed, Err(DbError::NotFound)));
        Ok((inside, synced(conn), videos::list_files(conn)?.len()))
    });
    let (inside, after, count) = levels.await.unwrap();
    assert!([(Some(2), Some(1)), (None, None)].contains(&(inside, after)), "{inside:?} {after:?}");
    assert_eq!(count, 1);
}

async fn it_knows_itself(db: Db) {
    let facts = db.facts().await.unwrap();
    assert!(["sqlite", "postgresql"].contains(&facts.kind));
    assert!(facts.version.starts_with(|c: char| c.is_ascii_digit()), "{}", facts.version);
    assert!(facts.size_bytes > 10_000 && facts.migrations >= 5 && facts.pending.is_empty(), "{facts:?}");
    assert_eq!(facts.videos_bytes, 0);
    on(&db, |conn| {
        let (kept, gone) = (video(conn, "Kept", 1), video(conn, "Gone", 2));
        execute(conn, &format!("UPDATE videos SET source_kept = FALSE WHERE id = {}", gone.id));
        let sizes = r#"[{"size_bytes": 20}, {"size_bytes": 5}]"#;
        execute(conn, &format!("UPDATE videos SET renditions = '{sizes}' WHERE id = {}", kept.id));
        Ok(())
    })
    .await;
    assert_eq!(db.facts().await.unwrap().videos_bytes, 3_000_000_000 + 20 + 5);
    let connections = db.connections();
    assert!((1..=connections.most).contains(&connections.open), "{connections:?}");
    assert!(db.latency().await.unwrap() < 5.0);
}
