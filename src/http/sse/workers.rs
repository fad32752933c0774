//! The machines that help, as server-sent events. A stream begins with all of them and goes on with what changes; that
//! one of them is gone, too, for whom nobody would say so. Whoever comes back gets all of them again.

use std::sync::Arc;

use actix_web::HttpResponse;
use bytes::Bytes;

use super::{Lines, Topic, follow, message};
use crate::app::streams::Follower;
use crate::app::{App, AppError, workers};
use crate::auth::Caller;
use crate::domain::id::WorkerId;
use crate::events::Event;
use crate::http::views::workers::{
    Deployment, RemovedWorker, ServerPart, Worker, WorkerList, WorkerLog, WorkerLogLine,
};

struct Workers;

/// The response that follows all machines, as long as the caller may.
pub async fn respond(app: &App, caller: Arc<Caller>) -> Result<HttpResponse, AppError> {
    follow(app, Follower::Admin, Some(caller), Workers).await
}

impl Topic for Workers {
    async fn present(&mut self, app: &App, lines: &mut Lines) -> Result<(), AppError> {
        let number = app.events().latest();
        let list = WorkerList::of(workers::list(app).await?, workers::here(app));
        lines.push_back(message("initial", number, &list));
        Ok(())
    }

    async fn tell(&mut self, app: &App, number: u64, event: &Event, lines: &mut Lines) -> Result<(), AppError> {
        let line = match event {
            Event::VideoChanged(_)
            | Event::VideoRemoved { .. }
            | Event::PoolsChanged
            | Event::WebhooksChanged
            | Event::DeliveryChanged { .. } => return Ok(()),
            Event::WorkerChanged { worker_id } => worker(app, number, *worker_id).await?,
            Event::WorkerLogged { worker_id, worker_name, lines } => {
                let lines = lines.iter().cloned().map(WorkerLogLine::from).collect();
                let log = WorkerLog { worker_id: worker_id.to_string(), worker_name: worker_name.clone(), lines };
                message("log", number, &log)
            }
            Event::DeploymentChanged(event) => message("deployment", number, &Deployment::from((**event).clone())),
            Event::ServerChanged => message("server", number, &ServerPart::from(workers::here(app))),
        };
        lines.push_back(line);
        Ok(())
    }
}

async fn worker(app: &App, number: u64, id: WorkerId) -> Result<Bytes, AppError> {
    match workers::get(app, id).await {
        Ok(seen) => Ok(message("worker", number, &Worker::from(seen))),
        Err(AppError::NotFound) => Ok(message("removed", number, &RemovedWorker { id: id.to_string() })),
        Err(error) => Err(error),
    }
}
