//! Progress as server-sent events.
//!
//! A stream begins with one event per video (its present state) and goes on with what changes. `Last-Event-ID`
//! needs no memory on the server: whoever comes back gets the present state again. `sse/workers.rs` and `sse/webhooks.rs`
//! tell of other things in the same way: each is a topic of the one loop here.

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

/// What a stream tells of. Lines go to its end.
trait Topic {
    /// Tells all that stands now: at the start, and where events were missed.
    async fn present(&mut self, app: &App, lines: &mut Lines) -> Result<(), AppError>;

    /// Tells what an event changes, if it does.
    async fn tell(&mut self, app: &App, number: u64, event: &Event, lines: &mut Lines) -> Result<(), AppError>;
}

type Lines = VecDeque<Bytes>;

struct Stream<T> {
    app: App,
    /// Whose it is; the stream ends with the session.
    caller: Option<Arc<Caller>>,
    topic: T,
    subscription: Subscription,
    ready: Lines,
    keep_alive: Duration,
    _open: Open,
}

struct Progress {
    audience: Audience,
    ids: Option<Arc<HashSet<VideoId>>>,
    /// Those it spoke of: of others it does not tell that they are gone, because some are not for everybody.
    told: HashSet<VideoId>,
    /// Tells of jobs and pools as well.
    jobs: bool,
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
    let ids = ids.map(|ids| Arc::new(ids.into_iter().collect()));
    follow(app, follower, caller, Progress { audience, ids, told: HashSet::new(), jobs }).await
}

/// The response that tells of a topic.
async fn follow(
    app: &App,
    follower: Follower,
    caller: Option<Arc<Caller>>,
    topic: impl Topic + 'static,
) -> Result<HttpResponse, AppError> {
    let open = open(app, follower)?;
    let mut stream = Stream {
        app: app.clone(),
        caller,
        topic,
        subscription: app.events().subscribe(), // before the present state is read, so that nothing falls between
        ready: VecDeque::from([retry(app)]),
        keep_alive: app.config().sse.heartbeat_interval,
        _open: open,
    };
    stream.topic.present(app, &mut stream.ready).await?;
    let body = stream::unfold(stream, |mut stream| async move {
        let piece = stream.next().await?;
        Some((Ok::<_, std::convert::Infallible>(piece), stream))
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_ENCODING, "identity")) // a compressor would hold events back
        .insert_header(("x-accel-buffering", "no"))
        .streaming(body))
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

impl<T: Topic> Stream<T> {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Some(piece);
            }
            let waited = tokio::time::timeout(self.keep_alive, self.subscription.next()).await;
            if !self.may_go_on().await {
                return None;
            }
            let told = match waited {
                Err(_) => return Some(encode(Line::Comment("keep-alive".into()))),
                Ok(update) => match update? {
                    Update::Lagged => self.topic.present(&self.app, &mut self.ready).await,
                    Update::Event(number, event) => self.topic.tell(&self.app, number, &event, &mut self.ready).await,
                },
            };
            if let Err(error) = told {
                tracing::warn!(%error, "an event stream ends");
                return None; // the browser comes back
            }
        }
    }

    async fn may_go_on(&self) -> bool {
        match &self.caller {
            Some(caller) => accounts::is_still(&self.app, caller, caller.role).await.unwrap_or(false),
            None => true,
        }
    }
}

impl Topic for Progress {
    async fn present(&mut self, app: &App, lines: &mut Lines) -> Result<(), AppError> {
        let number = app.events().latest();
        if self.jobs {
            lines.push_back(message("pools", number, &PoolList::from(pools::list(app))));
        }
        let ids = self.ids.as_ref().map(|ids| ids.iter().copied().collect());
        for snapshot in videos::snapshots(app, self.audience, ids).await? {
            lines.push_back(self.progress(app, number, &snapshot));
            self.job(app, number, &snapshot, lines).await;
        }
        Ok(())
    }

    async fn tell(&mut self, app: &App, number: u64, event: &Event, lines: &mut Lines) -> Result<(), AppError> {
        if matches!(event, Event::PoolsChanged) {
            return self.present(app, lines).await; // what waits for a pool may wait for something else now
        }
        let Some(line) = self.line(app, number, event) else { return Ok(()) };
        lines.push_back(line);
        if let Event::VideoChanged(snapshot) = event {
            self.job(app, number, snapshot, lines).await;
        }
        Ok(())
    }
}

impl Progress {
    /// Adds the jobs of a video.
    async fn job(&self, app: &App, number: u64, snapshot: &Snapshot, lines: &mut Lines) {
        if !self.jobs {
            return;
        }
        match jobs::statuses_of_video(app, &snapshot.video, number).await {
            Ok(statuses) => {
                for status in statuses.iter() {
                    let job = placed(app, Listener::Admin, Job::from(Status::clone(status)));
                    lines.push_back(message("job", number, &job));
                }
            }
            Err(AppError::NotFound) => {}
            Err(error) => tracing::warn!(%error, "an event of a job was left out"),
        }
    }

    /// What this listener gets to know of an event.
    fn line(&mut self, app: &App, number: u64, event: &Event) -> Option<Bytes> {
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
                Some(self.progress(app, number, snapshot))
            }
            // gone for everybody, or no longer for this one
            _ => {
                let told = self.told.remove(&id) || self.audience == Audience::Admin;
                told.then(|| message("removed", number, &RemovedEvent { video_id: id.0 }))
            }
        }
    }

    fn progress(&mut self, app: &App, number: u64, snapshot: &Snapshot) -> Bytes {
        self.told.insert(snapshot.video.id);
        let base = MediaBase::of(app, self.audience, &snapshot.video);
        let listener = if self.audience == Audience::Admin { Listener::Admin } else { Listener::Public };
        let mut event = ProgressEvent::of(snapshot, &base);
        if listener == Listener::Public {
            event.progress.last_error = None; // what went wrong is the admin's matter
        }
        message("progress", number, &placed(app, listener, event))
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
