//! Progress as server-sent events.
//!
//! A stream begins with one event per video (its present state) and goes on with what changes. `Last-Event-ID`
//! needs no memory on the server: whoever comes back gets the present state again. `sse/workers.rs` does the same for
//! the machines that help.

pub mod webhooks;
pub mod workers;

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;
use bytes::Bytes;
use futures_util::stream;
use russe::{Event as Line, Message};

use super::Listener;
use super::base_path::placed;
use super::views::jobs::Job;
use super::views::pools::PoolList;
use super::views::{ProgressEvent, RemovedEvent};
use crate::app::audience::{Audience, MediaBase};
use crate::app::jobs::Status;
use crate::app::streams::{Follower, Seat};
use crate::app::{App, AppError, accounts, jobs, pools, videos};
use crate::auth::Caller;
use crate::domain::id::VideoId;
use crate::events::{Event, Snapshot, Subscription, Update};
use crate::metrics::InProgress;

/// Videos one stream may name.
const MAX_IDS: usize = 50;

struct Stream {
    app: App,
    audience: Audience,
    /// Whose it is; the stream ends with the session.
    caller: Option<Arc<Caller>>,
    ids: Option<Arc<HashSet<VideoId>>>,
    /// Those it spoke of: of others it does not tell that they are gone, because some are not for everybody.
    told: HashSet<VideoId>,
    /// Tells of jobs and pools as well.
    jobs: bool,
    subscription: Subscription,
    ready: VecDeque<Bytes>,
    keep_alive: Duration,
    _open: Open,
}

/// Counts a stream as long as it lasts.
struct Open {
    _seat: Seat,
    _gauge: InProgress,
}

/// `1,2,3` as ids; at most 50 of them.
pub fn parse_ids(text: &str) -> Result<Vec<VideoId>, AppError> {
    let bad = || AppError::invalid_field("video_ids", format!("Give 1 to {MAX_IDS} ids, like 1,2,3."));
    let id = |part: &str| part.trim().parse::<i64>().map(VideoId).map_err(|_| bad());
    let ids = text.split(',').map(id).collect::<Result<Vec<_>, _>>()?;
    if ids.len() > MAX_IDS { Err(bad()) } else { Ok(ids) }
}

/// The response that follows these videos, or every video that is being worked on.
/// With a caller, only as long as they may.
pub async fn respond(
    app: &App,
    (audience, follower): (Audience, Follower),
    caller: Option<Arc<Caller>>,
    ids: Option<Vec<VideoId>>,
    jobs: bool,
) -> Result<HttpResponse, AppError> {
    let open = open(app, follower)?;
    let mut stream = Stream {
        app: app.clone(),
        audience,
        caller,
        ids: ids.map(|ids| Arc::new(ids.into_iter().collect())),
        told: HashSet::new(),
        jobs,
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

/// Counts a stream, as long as there are not too many.
fn open(app: &App, follower: Follower) -> Result<Open, AppError> {
    let full = || AppError::Unavailable { message: "Too many pages follow the progress; try again later.".to_owned() };
    let seat = app.streams().take(follower).ok_or_else(full)?;
    Ok(Open { _seat: seat, _gauge: app.metrics().stream_open() })
}

/// How soon a browser comes back: the first line of a stream.
fn retry(app: &App) -> Bytes {
    encode(Line::Retry(Duration::from_millis(u64::from(app.config().sse.reconnect_timeout_ms))))
}

fn answer(body: impl futures_util::Stream<Item = Result<Bytes, std::convert::Infallible>> + 'static) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_ENCODING, "identity")) // a compressor would hold events back
        .insert_header(("x-accel-buffering", "no"))
        .streaming(body)
}

impl Stream {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Some(piece);
            }
            let waited = tokio::time::timeout(self.keep_alive, self.subscription.next()).await;
            if !self.may_go_on().await {
                return None;
            }
            let update = match waited {
                Err(_) => return Some(encode(Line::Comment("keep-alive".into()))),
                Ok(update) => update?,
            };
            match update {
                // what waits for a pool may wait for something else now
                Update::Lagged | Update::Event(_, Event::PoolsChanged) => {
                    if let Err(error) = self.read_present_state().await {
                        tracing::warn!(%error, "an event stream ends");
                        return None; // the browser comes back
                    }
                }
                Update::Event(number, event) => {
                    let line = self.line(number, &event);
                    let told = line.is_some();
                    self.ready.extend(line);
                    if let Event::VideoChanged(snapshot) = &event
                        && told
                    {
                        self.job(number, snapshot).await;
                    }
                }
            }
        }
    }

    async fn may_go_on(&self) -> bool {
        match &self.caller {
            Some(caller) => accounts::is_still(&self.app, caller, caller.role).await.unwrap_or(false),
            None => true,
        }
    }

    async fn read_present_state(&mut self) -> Result<(), AppError> {
        let number = self.app.events().latest();
        if self.jobs {
            self.ready.push_back(message("pools", number, &PoolList::from(pools::list(&self.app))));
        }
        let ids = self.ids.as_ref().map(|ids| ids.iter().copied().collect());
        for snapshot in videos::snapshots(&self.app, self.audience, ids).await? {
            let line = self.progress(number, &snapshot);
            self.ready.push_back(line);
            self.job(number, &snapshot).await;
        }
        Ok(())
    }

    /// Adds the jobs of a video.
    async fn job(&mut self, number: u64, snapshot: &Snapshot) {
        if !self.jobs {
            return;
        }
        match jobs::statuses_of_video(&self.app, &snapshot.video, number).await {
            Ok(statuses) => {
                for status in statuses.iter() {
                    let job = placed(&self.app, Listener::Admin, Job::from(Status::clone(status)));
                    self.ready.push_back(message("job", number, &job));
                }
            }
            Err(AppError::NotFound) => {}
            Err(error) => tracing::warn!(%error, "an event of a job was left out"),
        }
    }

    /// What this listener gets to know of an event.
    fn line(&mut self, number: u64, event: &Event) -> Option<Bytes> {
        let id = match event {
            Event::VideoChanged(snapshot) => snapshot.video.id,
            Event::VideoRemoved { video_id } => *video_id,
            _ => return None, // of workers
        };
        if self.ids.as_ref().is_some_and(|ids| !ids.contains(&id)) {
            return None;
        }
        match event {
            Event::VideoChanged(snapshot) if self.audience.sees(&snapshot.video) => {
                Some(self.progress(number, snapshot))
            }
            // gone for everybody, or no longer for this one
            _ => {
                let told = self.told.remove(&id) || self.audience == Audience::Admin;
                told.then(|| message("removed", number, &RemovedEvent { video_id: id.0 }))
            }
        }
    }

    fn progress(&mut self, number: u64, snapshot: &Snapshot) -> Bytes {
        self.told.insert(snapshot.video.id);
        let base = MediaBase::of(&self.app, self.audience, &snapshot.video);
        let listener = if self.audience == Audience::Admin { Listener::Admin } else { Listener::Public };
        let mut event = ProgressEvent::of(snapshot, &base);
        if listener == Listener::Public {
            event.progress.last_error = None; // what went wrong is the admin's matter
        }
        message("progress", number, &placed(&self.app, listener, event))
    }
}

fn message(name: &'static str, number: u64, data: &impl serde::Serialize) -> Bytes {
    encode(Line::Message(Message {
        data: serde_json::to_string(data).unwrap_or_default().into(),
        event: Some(name.into()),
        retry: None,
        id: Some(number.to_string().into()),
    }))
}

/// Names and numbers of ours have no line breaks, which is all that encoding could fail on.
fn encode(line: Line) -> Bytes {
    line.into_bytestring().map(|text| text.into_bytes()).unwrap_or_default()
}
