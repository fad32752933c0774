//! The machines that help, as server-sent events. A stream begins with all of them and goes on with what changes; that
//! one of them is gone, too, for whom nobody would say so. Whoever comes back gets all of them again.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use bytes::Bytes;
use futures_util::stream;
use russe::Event as Line;

use super::{Open, answer, encode, message, open, retry};
use crate::app::streams::Follower;
use crate::app::{App, AppError, accounts, workers};
use crate::auth::Caller;
use crate::domain::id::WorkerId;
use crate::events::{Event, Subscription, Update};
use crate::http::views::workers::{
    Deployment, RemovedWorker, ServerPart, Worker, WorkerList, WorkerLog, WorkerLogLine,
};

struct Stream {
    app: App,
    /// Whose it is; the stream ends with the session.
    caller: Arc<Caller>,
    subscription: Subscription,
    ready: VecDeque<Bytes>,
    keep_alive: Duration,
    _open: Open,
}

/// The response that follows all machines, as long as the caller may.
pub async fn respond(app: &App, caller: Arc<Caller>) -> Result<HttpResponse, AppError> {
    let open = open(app, Follower::Admin)?;
    let mut stream = Stream {
        app: app.clone(),
        caller,
        subscription: app.events().subscribe(), // before the present state is read, so that nothing falls between
        ready: VecDeque::from([retry(app)]),
        keep_alive: app.config().sse.heartbeat_interval,
        _open: open,
    };
    stream.read_present_state().await?;
    let body = stream::unfold(stream, |mut stream| async move {
        let piece = stream.next().await?;
        Some((Ok::<_, std::convert::Infallible>(piece), stream))
    });
    Ok(answer(body))
}

impl Stream {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Some(piece);
            }
            let waited = tokio::time::timeout(self.keep_alive, self.subscription.next()).await;
            if !accounts::is_still(&self.app, &self.caller, self.caller.role).await.unwrap_or(false) {
                return None;
            }
            let told = match waited {
                Err(_) => return Some(encode(Line::Comment("keep-alive".into()))),
                Ok(update) => match update? {
                    Update::Lagged => self.read_present_state().await,
                    Update::Event(number, event) => self.tell(number, &event).await,
                },
            };
            if let Err(error) = told {
                tracing::warn!(%error, "an event stream ends");
                return None; // the browser comes back
            }
        }
    }

    async fn read_present_state(&mut self) -> Result<(), AppError> {
        let number = self.app.events().latest();
        let list = WorkerList::of(workers::list(&self.app).await?, workers::here(&self.app));
        self.ready.push_back(message("initial", number, &list));
        Ok(())
    }

    async fn tell(&mut self, number: u64, event: &Event) -> Result<(), AppError> {
        let line = match event {
            Event::VideoChanged(_)
            | Event::VideoRemoved { .. }
            | Event::PoolsChanged
            | Event::WebhooksChanged
            | Event::DeliveryChanged { .. } => return Ok(()),
            Event::WorkerChanged { worker_id } => self.worker(number, *worker_id).await?,
            Event::WorkerLogged { worker_id, worker_name, lines } => {
                let lines = lines.iter().cloned().map(WorkerLogLine::from).collect();
                let log = WorkerLog { worker_id: worker_id.to_string(), worker_name: worker_name.clone(), lines };
                message("log", number, &log)
            }
            Event::DeploymentChanged(event) => message("deployment", number, &Deployment::from((**event).clone())),
            Event::ServerChanged => message("server", number, &ServerPart::from(workers::here(&self.app))),
        };
        self.ready.push_back(line);
        Ok(())
    }

    async fn worker(&self, number: u64, id: WorkerId) -> Result<Bytes, AppError> {
        match workers::get(&self.app, id).await {
            Ok(seen) => Ok(message("worker", number, &Worker::from(seen))),
            Err(AppError::NotFound) => Ok(message("removed", number, &RemovedWorker { id: id.to_string() })),
            Err(error) => Err(error),
        }
    }
}
