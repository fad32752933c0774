//! `/health` and `/ready` of a worker, for whoever watches over processes.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{HttpResponse, HttpServer, web};

use super::client::Client;
use super::{WorkerError, io};

/// A server that has not answered for this long is not there: it is heard of every half minute at least.
const SILENCE: Duration = Duration::from_secs(60);

/// Answers on this port, on every network card; 0: nowhere.
pub fn start(port: u16, client: Client) -> Result<Option<ServerHandle>, WorkerError> {
    if port == 0 {
        return Ok(None);
    }
    let socket = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).map_err(io(format!("listening on port {port}")))?;
    let service = move || {
        let client = client.clone();
        let ready = move || {
            let answers = client.answered_within(SILENCE);
            async move { told(answers) }
        };
        actix_web::App::new()
            .route("/health", web::get().to(|| async { told(true) }))
            .route("/ready", web::get().to(ready))
    };
    let server = HttpServer::new(service).workers(1).disable_signals().listen(socket);
    let server = server.map_err(io(format!("listening on port {port}")))?.run();
    let handle = server.handle();
    tokio::spawn(server);
    Ok(Some(handle))
}

fn told(fine: bool) -> HttpResponse {
    let (mut response, word) =
        if fine { (HttpResponse::Ok(), "ok") } else { (HttpResponse::ServiceUnavailable(), "failing") };
    response.insert_header(("cache-control", "no-store")).json(serde_json::json!({ "status": word }))
}
