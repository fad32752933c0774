//! The database: one query code base over SQLite and PostgreSQL. The only module that knows diesel.
//!
//! Queries are plain functions `fn verb(conn: &mut Conn, ..) -> Result<T, DbError>`, one file per aggregate;
//! they take a connection and never the pool, so they compose in one transaction ([`Conn::write`]). From async
//! code the only way to a connection is [`Db::run`] or [`Db::write`], which move the work to a blocking thread.
//!
//! Conventions: times are milliseconds since 1970 and are passed in, JSON and enums are text, counts are
//! `BIGINT`. What differs between the databases is a `match` in one function here; both are tested alike.
//!
//! Adding a query: write it once in the aggregate's file (`each!(conn => statement)` where the two backends
//! need their own types) and add it to `tests/db.rs`, which runs on both.

pub mod audit;
pub mod conn;
pub mod error;
mod facts;
pub mod imports;
pub mod jobs;
mod migrate;
mod postgres;
mod row;
mod schema;
pub mod settings;
pub mod tasks;
pub mod users;
pub mod videos;
pub mod webhooks;
pub mod workers;

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use scheduled_thread_pool::ScheduledThreadPool;
use tokio::sync::Semaphore;

pub use conn::Conn;
use conn::{Manager, Target};
pub use error::DbError;
pub use facts::{Connections, Facts};

/// Longest wait for a connection once a slot is free; only opening a new one takes time.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What is done with a connection, and gives whatever comes of it.
type Work = Box<dyn FnOnce(&mut Conn) -> Box<dyn Any + Send> + Send>;

/// A pool of connections. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: r2d2::Pool<Manager>,
    slots: Arc<Semaphore>,
}

impl Db {
    /// Opens `sqlite://path` or `postgres://..` and brings its tables up to date. Blocks the caller until that
    /// is done.
    ///
    /// A SQLite database that exists and lacks migrations is first copied to
    /// `backups/{name}-before-{migration}.db` beside it, and the copy is checked; without a good copy nothing
    /// is migrated. A missing directory is made, for the owner only.
    pub fn open(url: &str, pool_size: u32) -> Result<Self, DbError> {
        // a thread of its own, because a PostgreSQL connection must not be used on an async one
        std::thread::scope(|scope| scope.spawn(|| Self::open_here(url, pool_size)).join())
            .unwrap_or(Err(DbError::Stopped))
    }

    fn open_here(url: &str, pool_size: u32) -> Result<Self, DbError> {
        let target = Target::parse(url)?;
        target.create_directory()?;
        let mut conn = target.connect()?; // by hand first: the pool retries without a word
        migrate::migrate(&mut conn, &target)?;
        drop(conn);
        let opener = ScheduledThreadPool::builder().num_threads(1).thread_name_pattern("database-pool").build();
        let pool = r2d2::Pool::builder()
            .thread_pool(Arc::new(opener))
            .max_size(pool_size.max(1))
            .min_idle(Some(1))
            .test_on_check_out(true)
            .connection_timeout(CONNECT_TIMEOUT)
            .build(Manager::new(target))
            .map_err(DbError::Pool)?;
        Ok(Self { pool, slots: Arc::new(Semaphore::new(pool_size.max(1) as usize)) })
    }

    /// Runs `f` with a connection on a blocking thread. The work goes on when the future is dropped.
    pub async fn run<T, F>(&self, f: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, DbError> + Send + 'static,
    {
        let work = self.work(Box::new(move |conn| Box::new(f(conn)))).await?;
        *work.downcast().map_err(|_| DbError::Stopped)?
    }

    /// [`Db::run`] compiled once, not for every query: a task is a hundred functions.
    async fn work(&self, work: Work) -> Result<Box<dyn Any + Send>, DbError> {
        // waiting for a connection must not hold a blocking thread
        let slot = Arc::clone(&self.slots).acquire_owned().await.map_err(|_| DbError::Stopped)?;
        let pool = self.pool.clone();
        let done = tokio::task::spawn_blocking(move || {
            let _slot = slot;
            Ok(work(&mut *pool.get().map_err(DbError::Pool)?))
        });
        done.await.map_err(|_| DbError::Stopped)?
    }

    /// Runs `f` in one write transaction, see [`Conn::write`].
    pub async fn write<T, F>(&self, f: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, DbError> + Send + 'static,
    {
        self.run(move |conn| conn.write(f)).await
    }

    /// Runs `f` in one write transaction that a power cut does not take back, see [`Conn::write_durably`].
    pub async fn write_durably<T, F>(&self, f: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, DbError> + Send + 'static,
    {
        self.run(move |conn| conn.write_durably(f)).await
    }

    /// Fails when the database does not answer.
    pub async fn ping(&self) -> Result<(), DbError> {
        self.run(Conn::ping).await
    }
}

/// Milliseconds since 1970, now.
pub fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
