//! The web edge: thin handlers over `app`. Three listeners, each with all its routes in its own `mod.rs`.
//!
//! To add an endpoint: a handler with `#[utoipa::path]` (that puts it into the OpenAPI document), its route in
//! the listener's `mod.rs`, who may use it in `access.rs`, its types in `views`, its errors as
//! [`crate::app::AppError`], a test in `tests/api/` under its URL.

mod access;
pub mod admin;
mod auth;
mod base_path;
mod client;
mod connection;
mod deadline;
pub mod error;
mod health;
mod limits;
mod media;
mod methods;
mod middleware;
mod openapi;
mod pages;
pub mod public;
mod query;
mod routes;
mod sse;
pub mod views;
pub mod worker_api;

use std::future::ready;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_http::HttpService;
use actix_http::error::DispatchError;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Server, ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web;
use tokio::net::TcpStream;

pub use base_path::of as base_path;
pub use openapi::openapi_json;

use self::connection::Connection;
use crate::app::App;

/// Largest JSON body, bytes.
const JSON_LIMIT: usize = 64 << 10;
/// A connection without a request is closed after this.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// A request's head must be complete within this.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// A client that does not close a finished connection is cut off after this.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Responses that run when the server stops may go on for this long.
const STOP_TIMEOUT_SECONDS: u64 = 10;
/// Connections of one listener's thread.
const MAX_CONNECTIONS: usize = 4096;

/// Which door a request came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listener {
    /// For viewers.
    Public,
    /// For the dashboard.
    Admin,
    /// For machines that lend their CPU.
    Worker,
}

impl Listener {
    /// The name in metrics, logs and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Admin => "admin",
            Self::Worker => "worker",
        }
    }

    /// Threads that answer its requests.
    fn workers(self) -> usize {
        if self == Self::Public { 2 } else { 1 }
    }
}

/// Bound sockets, one a listener.
#[derive(Debug)]
pub struct Listeners {
    /// For viewers.
    pub public: TcpListener,
    /// For the dashboard.
    pub admin: TcpListener,
    /// For workers.
    pub worker: TcpListener,
}

/// The running listeners.
pub struct Servers {
    /// Where viewers are served.
    pub public: SocketAddr,
    /// Where the dashboard is served.
    pub admin: SocketAddr,
    /// Where workers are served.
    pub worker: SocketAddr,
    app: App,
    handles: Vec<ServerHandle>,
    running: Vec<tokio::task::JoinHandle<std::io::Result<()>>>,
}

/// Binds the three addresses of the configuration.
pub fn bind(app: &App) -> std::io::Result<Listeners> {
    let http = &app.config().http;
    let bind = |ip, port| {
        let address = SocketAddr::new(ip, port);
        TcpListener::bind(address)
            .map_err(|e| std::io::Error::new(e.kind(), format!("cannot listen on {address}: {e}")))
    };
    Ok(Listeners {
        public: bind(http.bind_public, http.public_port)?,
        admin: bind(http.bind_admin, http.admin_port)?,
        worker: bind(http.bind_worker, http.worker_api_port)?,
    })
}

/// Starts answering. Must be called within a tokio runtime.
pub fn start(app: &App, listeners: Listeners) -> std::io::Result<Servers> {
    let addresses = [listeners.public.local_addr()?, listeners.admin.local_addr()?, listeners.worker.local_addr()?];
    let servers = [
        server(app, Listener::Public, listeners.public)?,
        server(app, Listener::Admin, listeners.admin)?,
        server(app, Listener::Worker, listeners.worker)?,
    ];
    let handles = servers.iter().map(Server::handle).collect();
    let running = servers.into_iter().map(tokio::spawn).collect();
    let [public, admin, worker] = addresses;
    Ok(Servers { public, admin, worker, app: app.clone(), handles, running })
}

impl Servers {
    /// Stops taking connections, ends the event streams, and gives running responses a grace period.
    pub async fn stop(self) {
        self.app.events().close();
        futures_util::future::join_all(self.handles.iter().map(|handle| handle.stop(true))).await;
        for server in self.running {
            if let Ok(Err(error)) = server.await {
                tracing::error!(%error, "a listener failed");
            }
        }
    }
}

fn server(app: &App, listener: Listener, socket: TcpListener) -> std::io::Result<Server> {
    let (app, address) = (app.clone(), socket.local_addr()?);
    let server = Server::build()
        .workers(listener.workers())
        .max_concurrent_connections(MAX_CONNECTIONS)
        .shutdown_timeout(STOP_TIMEOUT_SECONDS)
        .disable_signals();
    let stopping = server.graceful_shutdown_signal();
    let factory = move || {
        let stopping = stopping.clone();
        let http = HttpService::build()
            .keep_alive(KEEP_ALIVE)
            .client_request_timeout(HEAD_TIMEOUT)
            .client_disconnect_timeout(DISCONNECT_TIMEOUT)
            .local_addr(address)
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .on_connect_ext(move |connection: &Connection, data| {
                data.insert(connection.handover());
                data.insert(address);
            })
            .h1(map_config(service(&app, listener).into_factory(), |()| AppConfig::default()));
        fn_service(|stream: TcpStream| {
            let peer = stream.peer_addr().ok();
            ready(Connection::new(stream).map(|connection| (connection, peer)).map_err(DispatchError::Io))
        })
        .and_then(http)
    };
    Ok(server.listen(listener.as_str(), socket, factory)?.run())
}

/// A listener's whole service; also what tests call without a socket.
pub fn service(
    app: &App,
    listener: Listener,
) -> actix_web::App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    actix_web::App::new()
        .app_data(web::Data::new(app.clone()))
        .app_data(web::Data::new(listener))
        .app_data(web::JsonConfig::default().limit(JSON_LIMIT).error_handler(deadline::json_error))
        .app_data(web::PayloadConfig::default().limit(JSON_LIMIT))
        .app_data(web::Data::new(routes::Methods::default()))
        .configure(|config| listener.enter(config))
        .default_service(web::to(methods::unrouted))
        .wrap(Compress::default())
        .wrap(from_fn(middleware::edge))
}
