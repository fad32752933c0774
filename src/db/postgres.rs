//! PostgreSQL through diesel-async, driven from blocking threads: no libpq.
//!
//! A connection must live on the runtime it was made on, so there is one small runtime for all of them.
//! Never use such a connection in async code: it would block a runtime inside a runtime, which panics.

use std::sync::LazyLock;
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::{AsyncConnectionWrapper, BlockOn};

use super::error::DbError;

/// Used where the URL sets none.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// One thread does the socket work of every PostgreSQL connection; it starts with the first one.
#[expect(clippy::expect_used, reason = "a process that cannot start one thread cannot go on")]
static IO: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("pg-io")
        .enable_all()
        .build()
        .expect("the PostgreSQL thread starts")
});

/// Runs a connection's futures on the shared runtime.
pub struct PgIo;

impl BlockOn for PgIo {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        IO.block_on(future)
    }

    fn get_runtime() -> Self {
        Self
    }
}

/// A synchronous PostgreSQL connection.
pub type PgConn = AsyncConnectionWrapper<AsyncPgConnection, PgIo>;

/// The system's root certificates. Reading them takes a while: do it once, not per connection.
pub fn tls() -> Result<rustls::ClientConfig, DbError> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(DbError::open)?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Connects with rustls; `sslmode` in the URL decides (`prefer` by default).
pub fn connect(mut config: tokio_postgres::Config, tls: rustls::ClientConfig) -> Result<PgConn, DbError> {
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    PgIo.block_on(async {
        let tls = tokio_postgres_rustls::MakeRustlsConnect::new(tls);
        let (client, connection) = config.connect(tls).await.map_err(DbError::open)?;
        let conn = AsyncPgConnection::try_from_client_and_connection(client, connection).await;
        Ok(PgConn::from(conn.map_err(DbError::open)?))
    })
}
