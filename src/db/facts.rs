//! What can be said about the database itself.

use std::time::Instant;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::conn::{Conn, Target, each};
use super::error::DbError;
use super::{Db, migrate};

/// What the database says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// `sqlite` or `postgresql`.
    pub kind: &'static str,
    /// Of the library or the server.
    pub version: String,
    /// Bytes on its disk.
    pub size_bytes: u64,
    /// Migrations it has.
    pub migrations: usize,
    /// Names of those it lacks.
    pub pending: Vec<String>,
    /// Bytes of uploaded files that are kept, and of what was made of them.
    pub videos_bytes: u64,
}

/// A pool's connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// How many there may be.
    pub most: u32,
    /// Open ones.
    pub open: u32,
    /// Open ones that nobody uses.
    pub idle: u32,
}

#[derive(QueryableByName)]
struct TextRow {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct NumberRow {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

impl Db {
    /// Asks the database.
    pub async fn facts(&self) -> Result<Facts, DbError> {
        self.run(facts).await
    }

    /// How long the simplest question takes, waiting for a connection included. Seconds.
    pub async fn latency(&self) -> Result<f64, DbError> {
        let begun = Instant::now();
        self.ping().await?;
        Ok(begun.elapsed().as_secs_f64())
    }

    /// The pool's connections at this moment.
    pub fn connections(&self) -> Connections {
        let state = self.pool.state();
        Connections { most: self.pool.max_size(), open: state.connections, idle: state.idle_connections }
    }

    /// Looks at a database and changes nothing. None: there is no such file yet. Blocks.
    pub fn look(url: &str) -> Result<Option<Facts>, DbError> {
        let look = || {
            let target = Target::parse(url)?;
            if matches!(&target, Target::Sqlite(file) if !file.exists()) {
                return Ok(None);
            }
            facts(&mut target.connect()?).map(Some)
        };
        // a thread of its own, as in `Db::open`
        std::thread::scope(|scope| scope.spawn(look).join()).unwrap_or(Err(DbError::Stopped))
    }
}

fn facts(conn: &mut Conn) -> Result<Facts, DbError> {
    let pending = migrate::pending(conn)?;
    let migrations = migrate::applied(conn)?;
    // a database without tables has no videos
    let videos_bytes = if migrations == 0 { 0 } else { videos_bytes(conn)? };
    let (kind, version, size) = match conn {
        Conn::Sqlite(_) => (
            "sqlite",
            "SELECT sqlite_version() AS value",
            "SELECT page_count * page_size AS value FROM pragma_page_count(), pragma_page_size()",
        ),
        Conn::Postgres(_) => (
            "postgresql",
            "SELECT current_setting('server_version') AS value",
            "SELECT pg_database_size(current_database()) AS value",
        ),
    };
    let version: TextRow = each!(conn => diesel::sql_query(version).get_result(conn))?;
    let size: NumberRow = each!(conn => diesel::sql_query(size).get_result(conn))?;
    let size_bytes = size.value.unsigned_abs();
    Ok(Facts { kind, version: version.value, size_bytes, migrations, pending, videos_bytes })
}

/// The sizes of renditions stand in JSON.
fn videos_bytes(conn: &mut Conn) -> Result<u64, DbError> {
    let sum = match conn {
        Conn::Sqlite(_) => {
            "SELECT CAST(COALESCE(SUM(source_size_bytes * source_kept), 0) + COALESCE(SUM((SELECT SUM(json_extract(\
             value, '$.size_bytes')) FROM json_each(renditions))), 0) AS BIGINT) AS value FROM videos"
        }
        Conn::Postgres(_) => {
            "SELECT CAST(COALESCE(SUM(CASE WHEN source_kept THEN source_size_bytes ELSE 0 END), 0) + COALESCE(SUM((SELECT \
             SUM((one->>'size_bytes')::BIGINT) FROM jsonb_array_elements(renditions::jsonb) AS one)), 0) AS BIGINT) AS \
             value FROM videos"
        }
    };
    let row: NumberRow = each!(conn => diesel::sql_query(sum).get_result(conn))?;
    Ok(row.value.unsigned_abs())
}
