//! `http.base_path`: requests come in with it and go on to the routes without it; addresses go out with it.

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::Listener;
use super::views::jobs::{Job, JobDetail, JobPage};
use super::views::transcripts::Transcript;
use super::views::{ProgressEvent, Video, VideoListItem, VideoPage};
use crate::app::App;

/// For who watches the server from its own machine, past the proxy.
const ALSO_AT_ROOT: [&str; 3] = ["/health", "/ready", "/metrics"];

/// What addresses of this listener begin with: empty, or a path such as `/video`.
pub fn of(app: &App, listener: Listener) -> String {
    let http = &app.config().http;
    match listener {
        Listener::Admin if !http.admin_base_path.as_str().is_empty() => http.admin_base_path.as_str().to_owned(),
        Listener::Public | Listener::Admin => http.base_path.as_str().to_owned(),
        Listener::Worker => String::new(),
    }
}

/// That of the listener which got the request.
pub fn of_request(request: &HttpRequest, app: &App) -> String {
    request.app_data::<web::Data<Listener>>().map(|listener| of(app, *listener.get_ref())).unwrap_or_default()
}

/// Where a request points.
#[derive(Debug, PartialEq, Eq)]
pub enum Place {
    /// To a route; the base path is taken off.
    Inside,
    /// To the site's root, or to the base path without a slash. The home page is at this address.
    Root(String),
    /// To what is none of ours.
    Elsewhere,
}

/// Takes the base path off.
pub fn enter(request: &mut ServiceRequest, base: &str) -> Place {
    if base.is_empty() {
        return Place::Inside;
    }
    let path = request.path();
    if path == "/" || path == base {
        return Place::Root(format!("{base}/"));
    }
    if ALSO_AT_ROOT.contains(&path) {
        return Place::Inside;
    }
    let rest = request.uri().path_and_query().and_then(|whole| whole.as_str().strip_prefix(base));
    let Some(rest) = rest.filter(|rest| rest.starts_with('/')) else { return Place::Elsewhere };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = rest.parse().ok();
    let Ok(uri) = Uri::from_parts(parts) else { return Place::Elsewhere };
    request.match_info_mut().get_mut().update(&uri);
    request.head_mut().uri = uri;
    Place::Inside
}

/// Sends a browser home.
pub fn redirect(request: ServiceRequest, home: &str) -> ServiceResponse {
    request.into_response(HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, home)).finish())
}

/// What goes out, with its addresses below the listener's base path.
pub fn placed<V: Addresses>(app: &App, listener: Listener, mut view: V) -> V {
    let base = of(app, listener);
    if !base.is_empty() {
        view.each(&mut |address| address.insert_str(0, &base));
    }
    view
}

/// Has addresses that begin at the root of vlog.
pub trait Addresses {
    /// Changes each of them.
    fn each(&mut self, change: &mut dyn FnMut(&mut String));
}

impl Addresses for VideoListItem {
    fn each(&mut self, change: &mut dyn FnMut(&mut String)) {
        self.thumbnail_url.iter_mut().for_each(&mut *change);
        for thumbnail in &mut self.thumbnails {
            change(&mut thumbnail.url);
            change(&mut thumbnail.webp_url);
        }
    }
}

impl Addresses for VideoPage {
    fn each(&mut self, change: &mut dyn FnMut(&mut String)) {
        self.videos.iter_mut().for_each(|video| video.each(change));
    }
}

impl Addresses for Video {
    fn each(&mut self, change: &mut dyn FnMut(&mut String)) {
        self.item.each(change);
        let own = [&mut self.stream_url, &mut self.dash_url, &mut self.captions_url, &mut self.sprites_url];
        own.into_iter().flatten().for_each(&mut *change);
        self.text_tracks.iter_mut().for_each(|track| change(&mut track.url));
    }
}

impl Addresses for Transcript {
    fn each(&mut self, change: &mut dyn FnMut(&mut String)) {
        self.vtt_url.iter_mut().for_each(change);
    }
}

impl Addresses for ProgressEvent {
    fn each(&mut self, change: &mut dyn FnMut(&mut String)) {
        let own = [&mut self.stream_url, &mut self.dash_url, &mut self.thumbnail_url];
        own.into_iter().flatten().for_each(change);
    }
}

impl Addresses for Job {
    fn each(&mut self, change: &mut dyn FnMut(&mut String)) {
        self.thumbnail_url.iter_mut().for_each(change);
    }
}

impl Addresses for JobPage {
    fn each(&mut self, change: &mut dyn FnMut(&mut String)) {
        self.jobs.iter_mut().for_each(|job| job.each(change));
    }
}

impl Addresses for JobDetail {
    fn each(&mut self, change: &mut dyn FnMut(&mut String)) {
        self.job.each(change);
    }
}
