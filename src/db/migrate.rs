//! Brings a database up to date, and never a SQLite file without a copy of it that was checked.
//!
//! All pending migrations run in one transaction: they all apply or none does. Both databases have the same
//! migrations under the same names (`tests/db.rs` checks it).

use std::fs::File;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::conn::{Conn, Target, create_private_directory, directory_of, each};
use super::error::DbError;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
/// Servers that start at once migrate one after the other under this lock ("vlog" in ASCII).
const POSTGRES_LOCK: i64 = 0x766c_6f67;

/// Applies what is pending.
pub(super) fn migrate(conn: &mut Conn, target: &Target) -> Result<(), DbError> {
    match target {
        Target::Sqlite(file) => {
            if let Some(first) = pending(conn)?.first() {
                if applied(conn)? > 0 {
                    back_up(conn, file, first)?;
                }
                run_pending(conn)?;
            }
            Ok(())
        }
        Target::Postgres(..) => {
            execute(conn, &format!("SELECT pg_advisory_lock({POSTGRES_LOCK})"))?;
            let done = run_pending(conn);
            execute(conn, &format!("SELECT pg_advisory_unlock({POSTGRES_LOCK})"))?;
            done
        }
    }
}

fn run_pending(conn: &mut Conn) -> Result<(), DbError> {
    let applied = conn.write(|conn| match conn {
        Conn::Sqlite(conn) => names(conn.run_pending_migrations(SQLITE)),
        Conn::Postgres(conn) => names(conn.run_pending_migrations(POSTGRES)),
    })?;
    if !applied.is_empty() {
        tracing::info!(migrations = applied.join(", "), "the database was brought up to date");
    }
    Ok(())
}

type MigrationResult<T> = diesel::migration::Result<T>;

fn names(versions: MigrationResult<Vec<diesel::migration::MigrationVersion<'_>>>) -> Result<Vec<String>, DbError> {
    Ok(versions.map_err(DbError::Migrate)?.iter().map(ToString::to_string).collect())
}

/// The names of the migrations that are missing. Also makes the table that records them.
pub(super) fn pending(conn: &mut Conn) -> Result<Vec<String>, DbError> {
    let names = match conn {
        Conn::Sqlite(conn) => {
            conn.pending_migrations(SQLITE).map(|list| list.iter().map(|m| m.name().to_string()).collect())
        }
        Conn::Postgres(conn) => {
            conn.pending_migrations(POSTGRES).map(|list| list.iter().map(|m| m.name().to_string()).collect())
        }
    };
    names.map_err(DbError::Migrate)
}

/// How many migrations there were; 0 for a new database.
pub(super) fn applied(conn: &mut Conn) -> Result<usize, DbError> {
    let applied = each!(conn => conn.applied_migrations()).map_err(DbError::Migrate)?;
    Ok(applied.len())
}

/// Copies the whole database to `backups/{name}-before-{migration}.db` and checks the copy.
fn back_up(conn: &mut Conn, file: &Path, migration: &str) -> Result<(), DbError> {
    let directory = directory_of(file).join("backups");
    create_private_directory(&directory)?;
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let copy = directory.join(format!("{stem}-before-{migration}.db"));
    let partial = directory.join(format!("{stem}-before-{migration}.partial"));
    let failed = |reason: String| DbError::Backup { path: copy.clone(), reason };

    remove(&partial).map_err(|error| failed(error.to_string()))?;
    let name = partial.to_str().ok_or_else(|| failed("the path is not UTF-8".to_owned()))?.to_owned();
    vacuum_into(conn, &name).map_err(|error| failed(error.to_string()))?;
    check(&name).map_err(failed)?;
    // only now does it get its name: a file of that name is a good copy, also after a power cut
    let kept = File::open(&partial)
        .and_then(|file| file.sync_all())
        .and_then(|()| std::fs::rename(&partial, &copy))
        .and_then(|()| File::open(&directory)?.sync_all());
    kept.map_err(|error| failed(error.to_string()))?;
    tracing::info!(path = %copy.display(), "copied the database before migrating it");
    Ok(())
}

fn vacuum_into(conn: &mut Conn, path: &str) -> QueryResult<usize> {
    each!(conn => diesel::sql_query("VACUUM INTO $1").bind::<Text, _>(path).execute(conn))
}

/// Reads the whole copy and says what is wrong with it.
fn check(path: &str) -> Result<(), String> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        integrity_check: String,
    }
    let mut conn = SqliteConnection::establish(path).map_err(|error| error.to_string())?;
    let lines: Vec<Line> =
        diesel::sql_query("PRAGMA integrity_check").load(&mut conn).map_err(|error| error.to_string())?;
    match lines.first() {
        Some(line) if line.integrity_check == "ok" => Ok(()),
        Some(line) => Err(line.integrity_check.clone()),
        None => Err("the integrity check said nothing".to_owned()),
    }
}

fn remove(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn execute(conn: &mut Conn, sql: &str) -> Result<(), DbError> {
    Ok(each!(conn => conn.batch_execute(sql))?)
}
