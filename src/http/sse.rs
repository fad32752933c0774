//! Progress as server-sent events.
//!
//! A stream begins with one event per video (its present state) and goes on with what changes. `Last-Event-ID`
//! needs no memory on the server: whoever comes back gets the present state again.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;
use bytes::Bytes;
use futures_util::stream;
use russe::{Event as Line, Message};

use super::views::{ProgressEvent, RemovedEvent};
use crate::app::media_files::Audience;
use crate::app::{App, AppError, accounts, videos};
use crate::auth::Caller;
use crate::domain::account::Role;
use crate::domain::id::VideoId;
use crate::events::{Event, Snapshot, Subscription, Update};
use crate::metrics::InProgress;

/// Streams of all listeners together.
const MAX_STREAMS: i64 = 500;
/// Videos one stream may name.
const MAX_IDS: usize = 50;

struct Stream {
    app: App,
    audience: Audience,
    /// Whose it is; the stream ends with the session.
    caller: Option<Arc<Caller>>,
    ids: Option<Arc<HashSet<VideoId>>>,
    subscription: Subscription,
    ready: VecDeque<Bytes>,
    keep_alive: Duration,
    _open: InProgress,
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
    audience: Audience,
    caller: Option<Arc<Caller>>,
    ids: Option<Vec<VideoId>>,
) -> Result<HttpResponse, AppError> {
    let open = app.metrics().stream_open();
    if open.count() > MAX_STREAMS {
        return Err(AppError::Unavailable {
            message: "Too many pages follow the progress; try again later.".to_owned(),
        });
    }
    let sse = &app.config().sse;
    let retry = Duration::from_millis(u64::from(sse.reconnect_timeout_ms));
    let mut stream = Stream {
        app: app.clone(),
        audience,
        caller,
        ids: ids.map(|ids| Arc::new(ids.into_iter().collect())),
        subscription: app.events().subscribe(), // before the present state is read, so that nothing falls between
        ready: VecDeque::from([encode(Line::Retry(retry))]),
        keep_alive: sse.heartbeat_interval,
        _open: open,
    };
    stream.read_present_state().await?;
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
                Update::Lagged => {
                    if let Err(error) = self.read_present_state().await {
                        tracing::warn!(%error, "an event stream ends");
                        return None; // the browser comes back
                    }
                }
                Update::Event(number, event) => self.ready.extend(self.line(number, &event)),
            }
        }
    }

    async fn may_go_on(&self) -> bool {
        match &self.caller {
            Some(caller) => accounts::is_still(&self.app, caller, Role::Editor).await.unwrap_or(false),
            None => true,
        }
    }

    async fn read_present_state(&mut self) -> Result<(), AppError> {
        let number = self.app.events().latest();
        let ids = self.ids.as_ref().map(|ids| ids.iter().copied().collect());
        for snapshot in videos::snapshots(&self.app, self.audience, ids).await? {
            self.ready.push_back(progress_line(number, &snapshot));
        }
        Ok(())
    }

    /// What this listener gets to know of an event.
    fn line(&self, number: u64, event: &Event) -> Option<Bytes> {
        let wanted = |id: &VideoId| self.ids.as_ref().is_none_or(|ids| ids.contains(id));
        match event {
            Event::VideoChanged(snapshot) => {
                let visible = self.audience == Audience::Admin || videos::is_visible(&snapshot.video);
                (visible && wanted(&snapshot.video.id)).then(|| progress_line(number, snapshot))
            }
            Event::VideoRemoved { video_id } => {
                let data = RemovedEvent { video_id: video_id.0 };
                let told = self.audience == Audience::Admin || self.ids.is_some();
                (told && wanted(video_id)).then(|| message("removed", number, &data))
            }
        }
    }
}

fn progress_line(number: u64, snapshot: &Snapshot) -> Bytes {
    message("progress", number, &ProgressEvent::from(snapshot))
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
