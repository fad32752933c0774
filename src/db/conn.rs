//! A connection to either database, how it is opened, and its write transaction.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;

use super::error::DbError;
use super::postgres::{self, PgConn};

/// One connection.
#[expect(clippy::large_enum_variant, reason = "a handful live at a time, inside the pool")]
pub enum Conn {
    /// A file on this machine.
    Sqlite(SqliteConnection),
    /// A PostgreSQL server.
    Postgres(PgConn),
}

/// Compiles a statement once per backend, for what a common backend could not express: batch inserts,
/// `ON CONFLICT`, row locks.
macro_rules! each {
    ($conn:ident => $body:expr) => {
        match $conn {
            $crate::db::Conn::Sqlite($conn) => $body,
            $crate::db::Conn::Postgres($conn) => $body,
        }
    };
}
pub(super) use each;

/// WAL lets readers go on beside the one writer. `synchronous=NORMAL` is safe with it; a power cut may take back the last
/// commits, which is why some are made by [`Conn::write_durably`]. The page cache is per connection, so it is small; mapping
/// the file instead would count in full for every connection.
const SQLITE_PRAGMAS: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; \
     PRAGMA foreign_keys = ON; PRAGMA cache_size = -500; PRAGMA journal_size_limit = 33554432;";

impl Conn {
    /// A transaction that takes SQLite's write lock at once, so that a read followed by a write cannot fail
    /// half way because another writer came between. Nested calls are savepoints. No IO, process or network
    /// inside.
    pub fn write<T, E: From<diesel::result::Error>>(
        &mut self,
        f: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.begin()?;
        let done = f(self);
        match done {
            Ok(_) => self.commit()?,
            Err(_) => self.rollback()?,
        }
        done
    }

    fn begin(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => match depth(conn)? {
                None => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE"),
                Some(_) => begin(conn),
            },
            Self::Postgres(conn) => begin(conn),
        }
    }

    fn commit(&mut self) -> QueryResult<()> {
        let conn = self;
        each!(conn => commit(conn))
    }

    fn rollback(&mut self) -> QueryResult<()> {
        let conn = self;
        each!(conn => rollback(conn))
    }

    /// Like [`Conn::write`], and a power cut does not take it back, nor what was written before: for what is answered as
    /// received, and for rows because of which files are deleted. Must not be nested. SQLite syncs its log for it, some
    /// milliseconds; PostgreSQL always does.
    pub fn write_durably<T, E: From<diesel::result::Error>>(
        &mut self,
        f: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.synchronize("FULL")?;
        let done = self.write(f);
        let _ = self.synchronize("NORMAL"); // a connection that goes on syncing is only slower
        done
    }

    fn synchronize(&mut self, level: &str) -> Result<(), diesel::result::Error> {
        match self {
            Self::Sqlite(conn) => conn.batch_execute(&format!("PRAGMA synchronous = {level}")),
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Row lock for a sub-select that claims work; SQLite has one writer, so it needs none.
    pub(super) fn skip_locked(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "",
            Self::Postgres(_) => "FOR UPDATE SKIP LOCKED",
        }
    }

    /// True when a transaction that failed with this error has changed nothing for certain. On PostgreSQL the connection may
    /// have been lost after the commit.
    pub fn is_certain(&self, error: &DbError) -> bool {
        matches!(self, Self::Sqlite(_)) || !matches!(error, DbError::Query(_) | DbError::Stopped)
    }

    /// Fails when the database does not answer.
    pub fn ping(&mut self) -> Result<(), DbError> {
        let conn = self;
        Ok(each!(conn => conn.batch_execute("SELECT 1"))?)
    }
}

fn begin<C: Connection>(conn: &mut C) -> QueryResult<()> {
    C::TransactionManager::begin_transaction(conn)
}

fn commit<C: Connection>(conn: &mut C) -> QueryResult<()> {
    C::TransactionManager::commit_transaction(conn)
}

fn rollback<C: Connection>(conn: &mut C) -> QueryResult<()> {
    C::TransactionManager::rollback_transaction(conn)
}

fn depth<C: Connection>(conn: &mut C) -> QueryResult<Option<std::num::NonZeroU32>> {
    C::TransactionManager::transaction_manager_status_mut(conn).transaction_depth()
}

fn is_broken<C: Connection>(conn: &mut C) -> bool {
    C::TransactionManager::is_broken_transaction_manager(conn)
}

/// Where connections go.
pub(super) enum Target {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    Postgres(Box<(tokio_postgres::Config, rustls::ClientConfig)>),
}

impl Target {
    pub(super) fn parse(url: &str) -> Result<Self, DbError> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            return if path.is_empty() { Err(DbError::Url) } else { Ok(Self::Sqlite(path.into())) };
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let config = tokio_postgres::Config::from_str(url).map_err(DbError::open)?;
            return Ok(Self::Postgres(Box::new((config, postgres::tls()?))));
        }
        Err(DbError::Url)
    }

    /// Makes the directory of a SQLite file, for its owner only.
    pub(super) fn create_directory(&self) -> Result<(), DbError> {
        match self {
            Self::Sqlite(file) => create_private_directory(directory_of(file)),
            Self::Postgres(..) => Ok(()),
        }
    }

    pub(super) fn connect(&self) -> Result<Conn, DbError> {
        match self {
            Self::Sqlite(file) => {
                let name = file.to_str().ok_or(DbError::Url)?;
                let mut conn = SqliteConnection::establish(name).map_err(DbError::open)?;
                conn.batch_execute(SQLITE_PRAGMAS).map_err(DbError::open)?;
                Ok(Conn::Sqlite(conn))
            }
            Self::Postgres(server) => {
                let (config, tls) = (**server).clone();
                postgres::connect(config, tls).map(Conn::Postgres)
            }
        }
    }
}

/// The directory a file stands in; `.` for a bare name.
pub(super) fn directory_of(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes a directory with mode 0700 unless it is there.
pub(super) fn create_private_directory(path: &Path) -> Result<(), DbError> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|source| DbError::Directory { path: path.to_owned(), source })
}

/// Opens connections for the pool.
pub(super) struct Manager {
    target: Target,
}

impl Manager {
    pub(super) fn new(target: Target) -> Self {
        Self { target }
    }
}

impl r2d2::ManageConnection for Manager {
    type Connection = Conn;
    type Error = DbError;

    fn connect(&self) -> Result<Conn, DbError> {
        self.target.connect()
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), DbError> {
        // the pg-io thread notices a closed socket at once, so this costs no round trip
        if self.has_broken(conn) { Err(DbError::open("the connection was closed")) } else { Ok(()) }
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        // a panic may have left a transaction open
        std::thread::panicking()
            || match conn {
                Conn::Sqlite(conn) => is_broken(conn),
                Conn::Postgres(conn) => diesel::r2d2::R2D2Connection::is_broken(conn),
            }
    }
}
