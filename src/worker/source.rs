//! Sources as ffmpeg reads them: over HTTP from this very process, which fetches the blocks that are asked for from the
//! server and keeps some of them. ffmpeg needs no TLS and no key that way, does not see a network that fails for a while,
//! and is let open nothing but this one address.
//!
//! What ffmpeg cannot have, because the server refuses it, ends its input; [`Opened::broken`] says so then, for ffmpeg
//! takes a broken connection for the end of the file.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use actix_web::http::{KeepAlive, header};
use actix_web::{HttpRequest, HttpResponse, HttpServer, web};
use bytes::Bytes;
use futures_util::stream;
use http_range::HttpRange;
use uuid::Uuid;

use super::client::{Client, ClientError, persist};
use crate::cache::Cache;
use crate::domain::id::JobId;
use crate::domain::job::{Lease, Task};
use crate::tasks::Input;

/// Bytes fetched at once.
const BLOCK_BYTES: u64 = 512 << 10;
/// Bytes kept in memory. What each chunk reads anew, such as an index, stays; the rest passes through.
const KEPT_BYTES: u64 = 64 << 20;
/// Bytes that wait in the socket to ffmpeg at most: what it never reads was fetched for nothing.
const SOCKET_BYTES: usize = 128 << 10;
/// A block that takes longer may let ffmpeg look hung.
const LONG_WAIT: Duration = Duration::from_secs(1);
/// An ffmpeg that was stopped for hanging has ended within this.
const JUST_NOW: Duration = Duration::from_secs(10);

/// The sources of running tasks. Cheap to clone.
#[derive(Clone)]
pub struct Sources {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    /// By the part of the address that nobody can guess.
    open: Mutex<HashMap<String, Arc<Entry>>>,
    blocks: Cache<(JobId, u64), Bytes>,
}

struct Entry {
    lease: Lease,
    job: JobId,
    size: u64,
    broken: OnceLock<ClientError>,
    /// When ffmpeg last got what it had waited for for long, or gave up waiting.
    starved: Mutex<Option<Instant>>,
}

/// A block that is being fetched.
struct Wait<'a>(&'a Entry, Instant);

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if self.1.elapsed() > LONG_WAIT {
            *self.0.starved.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
    }
}

/// A source that can be read as long as this lives.
pub struct Opened {
    secret: String,
    address: SocketAddr,
    entry: Arc<Entry>,
    shared: Arc<Shared>,
}

impl Opened {
    /// Where ffmpeg finds it.
    pub fn input(&self) -> Input {
        Input::Loopback(format!("http://{}/{}", self.address, self.secret))
    }

    /// Why some of it could not be had: whatever was made of it is not to be trusted then.
    pub fn broken(&self) -> Option<ClientError> {
        self.entry.broken.get().cloned()
    }

    /// True when ffmpeg has just waited for it for long: that it did not get on is not its fault.
    pub fn was_starved(&self) -> bool {
        let starved = *self.entry.starved.lock().unwrap_or_else(PoisonError::into_inner);
        starved.is_some_and(|at| at.elapsed() < JUST_NOW)
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.shared.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.secret);
    }
}

impl Sources {
    /// Begins to answer, on this machine only.
    pub fn start(client: Client) -> std::io::Result<Self> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        rustix::net::sockopt::set_socket_send_buffer_size(&socket, SOCKET_BYTES)?; // connections inherit it
        let address = socket.local_addr()?;
        let blocks = Cache::weighed(KEPT_BYTES, |block: &Bytes| block.len() as u64, Duration::MAX);
        let shared = Arc::new(Shared { client, open: Mutex::default(), blocks });
        let state = web::Data::from(Arc::clone(&shared));
        let service = move || actix_web::App::new().app_data(state.clone()).route("/{secret}", web::get().to(answer));
        let server = HttpServer::new(service)
            .workers(1)
            .disable_signals()
            // a machine that was asleep would hang up on an ffmpeg that had just asked
            .client_request_timeout(Duration::ZERO)
            .client_disconnect_timeout(Duration::ZERO)
            .keep_alive(KeepAlive::Disabled);
        tokio::spawn(server.listen(socket)?.run());
        Ok(Self { address, shared })
    }

    /// The source of a task.
    pub async fn open(&self, task: &Task, lease: Lease) -> Result<Opened, ClientError> {
        let size = persist("asking for the source", || self.shared.client.source_size(&lease)).await?;
        let entry =
            Arc::new(Entry { lease, job: task.job_id, size, broken: OnceLock::new(), starved: Mutex::default() });
        let secret = Uuid::now_v7().simple().to_string();
        let mut open = self.shared.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.insert(secret.clone(), Arc::clone(&entry));
        drop(open);
        Ok(Opened { secret, address: self.address, entry, shared: Arc::clone(&self.shared) })
    }
}

async fn answer(request: HttpRequest, shared: web::Data<Shared>, secret: web::Path<String>) -> HttpResponse {
    let entry = shared.open.lock().unwrap_or_else(PoisonError::into_inner).get(secret.as_str()).cloned();
    let Some(entry) = entry else { return HttpResponse::NotFound().finish() };
    let range = request.headers().get(header::RANGE).map(|range| HttpRange::parse_bytes(range.as_bytes(), entry.size));
    let (mut response, start, end) = match range.as_ref().map(|range| range.as_deref()) {
        None => (HttpResponse::Ok(), 0, entry.size),
        Some(Ok([one])) => (HttpResponse::PartialContent(), one.start, one.start + one.length),
        Some(_) => {
            let unsatisfied = format!("bytes */{}", entry.size);
            return HttpResponse::RangeNotSatisfiable().insert_header((header::CONTENT_RANGE, unsatisfied)).finish();
        }
    };
    if range.is_some() {
        let sent = format!("bytes {start}-{}/{}", end.saturating_sub(1), entry.size);
        response.insert_header((header::CONTENT_RANGE, sent));
    }
    response.insert_header((header::ACCEPT_RANGES, "bytes")).content_type("application/octet-stream");
    response.no_chunking(end - start);
    let shared = shared.into_inner();
    response.streaming(stream::try_unfold(start, move |at| {
        let (shared, entry) = (Arc::clone(&shared), Arc::clone(&entry));
        async move {
            if at >= end {
                return Ok(None);
            }
            let block = shared.block(&entry, at / BLOCK_BYTES).await?;
            let from = at % BLOCK_BYTES;
            let to = (from + (end - at)).min(block.len() as u64);
            Ok::<_, ClientError>(Some((block.slice(from as usize..to as usize), at - from + to)))
        }
    }))
}

impl Shared {
    /// Asks until it is there: a server that is away for a while is none of ffmpeg's concern.
    async fn block(&self, entry: &Entry, number: u64) -> Result<Bytes, ClientError> {
        if let Some(block) = self.blocks.get(&(entry.job, number)) {
            return Ok(block);
        }
        let _wait = Wait(entry, Instant::now());
        let (start, end) = (number * BLOCK_BYTES, ((number + 1) * BLOCK_BYTES).min(entry.size));
        let fetched = persist("reading the source", || self.client.source(&entry.lease, start, end)).await;
        match fetched {
            Ok(block) => {
                self.blocks.insert((entry.job, number), block.clone());
                Ok(block)
            }
            Err(error) => {
                let _ = entry.broken.set(error.clone()); // the first says most
                Err(error)
            }
        }
    }
}
