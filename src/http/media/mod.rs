//! `/videos/{slug}/...`: the files players ask for, with ranges and validators (RFC 9110).

mod body;

use std::borrow::Cow;
use std::ops::RangeInclusive;

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::header::{self, EntityTag, Header, HttpDate, IfModifiedSince, IfNoneMatch, IfRange};
use actix_web::http::{Method, StatusCode};
use actix_web::{Error, HttpRequest, HttpResponse, HttpResponseBuilder, web};
use bytes::Bytes;
use http_range::HttpRange;
use utoipa::OpenApi;
use utoipa::openapi::path::Paths;
use utoipa::openapi::{self, RefOr, Schema};
use utoipa_actix_web::OpenApiFactory;

pub use self::body::FileBody;
use self::body::Handed;
use super::Listener;
use super::access::Visitor;
use super::connection::{Handover, Stretch};
use super::error::Problem;
use super::methods::{came_as_head, unrouted};
use super::routes::Methods;
use crate::app::audience::Audience;
use crate::app::media_files::{self, Content, Freshness, Keeper, MediaFile, OpenFile};
use crate::app::{App, AppError};

/// Bytes of a file that the connection may send by itself.
const HANDED_BYTES: RangeInclusive<u64> = 32 << 10..=8 << 20;
/// What is between keeps a file of a private video for so long before it asks again, seconds.
const SHARED_SECONDS: u64 = 600;

/// The files of videos, and how they are described. They are matched by the beginning of their path: the framework matches
/// patterns by regular expressions, which took an eighth of the time of a segment.
pub struct Files(fn() -> openapi::OpenApi);

impl Files {
    /// Those of published videos, which pages of any site may play.
    pub fn published() -> Self {
        #[derive(OpenApi)]
        #[openapi(paths(public_file, public_options))]
        struct Described;
        Self(Described::openapi)
    }

    /// Those of all videos.
    pub fn all() -> Self {
        #[derive(OpenApi)]
        #[openapi(paths(admin_file))]
        struct Described;
        Self(Described::openapi)
    }
}

impl HttpServiceFactory for Files {
    fn register(self, config: &mut AppService) {
        web::scope("/videos").default_service(web::to(answer)).register(config);
    }
}

impl OpenApiFactory for Files {
    fn paths(&self) -> Paths {
        (self.0)().paths
    }

    fn schemas(&self, schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.extend((self.0)().components.into_iter().flat_map(|parts| parts.schemas));
    }
}

/// The slug and the path below it of a file's address.
pub fn parts(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("/videos/")?.split_once('/').filter(|(slug, _)| !slug.is_empty())
}

async fn answer(
    request: HttpRequest,
    app: web::Data<App>,
    listener: web::Data<Listener>,
    taken: web::Data<Methods>,
) -> Result<HttpResponse, Error> {
    Ok(match (**listener, request.method(), parts(request.match_info().as_str())) {
        (Listener::Public, &Method::GET, Some(file)) => public_file(&request, &app, file).await?,
        (Listener::Public, &Method::OPTIONS, Some(_)) => public_options(),
        (Listener::Admin, &Method::GET, Some(file)) => admin_file(&request, &app, file).await?,
        _ => {
            let visitor = Visitor::of(&request);
            return unrouted(request, app, listener, taken, visitor).await;
        }
    })
}

/// A file of a published video: manifests, playlists, segments, thumbnails, captions. Those of a private video stand
/// below `/videos/{slug}/s/{link}/`, where the link comes with the video's addresses and is good for some hours.
#[utoipa::path(get, path = "/videos/{slug}/{path}", tag = "media",
    params(("slug" = String, Path, description = "The video's name in URLs"),
        ("path" = String, Path, description = "`master.m3u8`, `manifest.mpd`, `thumbnail.jpg`, `captions.vtt`, or a \
         path from a manifest such as `g1/720p/seg_00000.m4s`")),
    responses(
        (status = 200, description = "The file"),
        (status = 206, description = "The range asked for"),
        (status = 304, description = "Not changed"),
        (status = 403, description = "link_expired: ask for the video again to get new addresses", body = Problem),
        (status = 404, description = "No such file, or not yet", body = Problem),
        (status = 416, description = "The range lies beyond the file")
    ))]
async fn public_file(request: &HttpRequest, app: &App, file: (&str, &str)) -> Result<HttpResponse, AppError> {
    serve(request, app, file, Audience::Viewer(None)).await
}

/// A file of any video.
#[utoipa::path(get, path = "/videos/{slug}/{path}", tag = "media",
    params(("slug" = String, Path, description = "The video's name in URLs"),
        ("path" = String, Path, description = "As on the public listener")),
    responses(
        (status = 200, description = "The file"),
        (status = 206, description = "The range asked for"),
        (status = 304, description = "Not changed"),
        (status = 404, description = "No such file, or not yet", body = Problem),
        (status = 416, description = "The range lies beyond the file")
    ))]
async fn admin_file(request: &HttpRequest, app: &App, file: (&str, &str)) -> Result<HttpResponse, AppError> {
    serve(request, app, file, Audience::Admin).await
}

/// What a player of another site may send.
#[utoipa::path(options, path = "/videos/{slug}/{path}", tag = "media",
    params(("slug" = String, Path, description = "The video's name in URLs"), ("path" = String, Path)),
    responses((status = 204, description = "CORS headers")))]
fn public_options() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, OPTIONS"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "Range, If-Range, If-None-Match, If-Modified-Since"))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"))
        .finish()
}

async fn serve(
    request: &HttpRequest,
    app: &App,
    (slug, path): (&str, &str),
    audience: Audience,
) -> Result<HttpResponse, AppError> {
    let headers = request.headers();
    // only whoever wants the whole file needs its beginning
    let partial = headers.contains_key(header::RANGE);
    let conditional = headers.contains_key(header::IF_NONE_MATCH) || headers.contains_key(header::IF_MODIFIED_SINCE);
    let head = !(partial || conditional || came_as_head(request));
    let file = media_files::open(app, slug, path, audience, head).await?;
    let kind = media_type(&file.name);
    let compressed = kind.starts_with("text/") || kind.starts_with("application/");
    let etag = EntityTag::new(compressed, file.etag()); // weak where a compressor may change the bytes
    let modified = HttpDate::from(file.modified);
    if not_modified(request, &etag, modified) {
        let mut response = HttpResponse::build(StatusCode::NOT_MODIFIED);
        return Ok(common(&mut response, &file, kind, &etag, modified).finish());
    }
    let range = match requested_range(request, &file, &etag, modified) {
        Err(()) => {
            let unsatisfied = format!("bytes */{}", file.size_bytes);
            return Ok(HttpResponse::RangeNotSatisfiable()
                .insert_header((header::CONTENT_RANGE, unsatisfied))
                .finish());
        }
        Ok(range) => range,
    };
    let (start, end) = range.unwrap_or((0, file.size_bytes));
    let status = if range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let mut response = HttpResponse::build(status);
    common(&mut response, &file, kind, &etag, modified);
    if range.is_some() {
        let content_range = format!("bytes {start}-{}/{}", end - 1, file.size_bytes);
        response.insert_header((header::CONTENT_RANGE, content_range));
    }
    Ok(match file.content {
        Content::Memory(bytes) => response.body(bytes.slice(start as usize..end as usize)),
        Content::File { head, file } => match handover(request, compressed, &head, &file, start, end) {
            Some(handover) => {
                response.no_chunking(end - start).body(Handed::new(Stretch { file, start, end }, handover.clone()))
            }
            None => response.body(FileBody::new(file, beginning(head, range), start, end)),
        },
    })
}

/// What makes the connection send a stretch of a file by itself. None where nobody will see the bytes, they are compressed
/// or were read already, would have to be read from a disk first, are so few that copying them costs less, or so many that
/// looking at them takes long.
fn handover<'a>(
    request: &'a HttpRequest,
    compressed: bool,
    head: &[u8],
    file: &OpenFile,
    start: u64,
    end: u64,
) -> Option<&'a Handover> {
    let handover = request.conn_data()?;
    let can_be = !compressed && head.is_empty() && !came_as_head(request) && HANDED_BYTES.contains(&(end - start));
    (can_be && file.is_in_memory(start, end)).then_some(handover)
}

/// The part of the file's beginning that can be sent at once: all of it, or nothing for a range.
fn beginning(head: Bytes, range: Option<(u64, u64)>) -> Bytes {
    if range.is_none() { head } else { Bytes::new() }
}

fn common<'a>(
    response: &'a mut HttpResponseBuilder,
    file: &MediaFile,
    kind: &'static str,
    etag: &EntityTag,
    modified: HttpDate,
) -> &'a mut HttpResponseBuilder {
    let keep = match (file.freshness, file.keeper) {
        (Freshness::Immutable, Keeper::Anybody) => Cow::Borrowed("public, max-age=31536000, immutable"),
        (Freshness::Immutable, Keeper::Asker(None)) => Cow::Borrowed("private, max-age=31536000, immutable"),
        // the address is the permission: what is between may keep it as long as the link is good, and asks now and then
        // whether it still is
        (Freshness::Immutable, Keeper::Asker(Some(seconds))) => {
            let shared = seconds.min(SHARED_SECONDS);
            Cow::Owned(format!("public, max-age={seconds}, s-maxage={shared}, immutable"))
        }
        (Freshness::Short, Keeper::Asker(Some(seconds))) => Cow::Owned(format!("public, max-age={}", seconds.min(60))),
        (Freshness::Short, Keeper::Anybody) => Cow::Borrowed("public, max-age=60"),
        (Freshness::Short, Keeper::Asker(None)) => Cow::Borrowed("private, max-age=60"),
        (Freshness::Revalidate, Keeper::Anybody) => Cow::Borrowed("no-cache"),
        (Freshness::Revalidate, Keeper::Asker(_)) => Cow::Borrowed("private, no-cache"),
    };
    response
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::CACHE_CONTROL, keep.as_ref()))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header(header::ETag(etag.clone()))
        .insert_header(header::LastModified(modified))
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "m3u8" => "application/vnd.apple.mpegurl",
        "mpd" => "application/dash+xml",
        "m4s" => "video/iso.segment",
        "mp4" => "video/mp4",
        "ts" => "video/mp2t",
        "vtt" => "text/vtt; charset=utf-8",
        "jpg" => "image/jpeg",
        "webp" => "image/webp",
        _ => "application/octet-stream",
    }
}

/// RFC 9110, 13.2.2: the tag decides; the date only when no tag was sent.
fn not_modified(request: &HttpRequest, etag: &EntityTag, modified: HttpDate) -> bool {
    if request.headers().contains_key(header::IF_NONE_MATCH) {
        return match IfNoneMatch::parse(request) {
            Ok(IfNoneMatch::Any) => true,
            Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|tag| tag.weak_eq(etag)),
            Err(_) => false,
        };
    }
    request.headers().contains_key(header::IF_MODIFIED_SINCE)
        && IfModifiedSince::parse(request).is_ok_and(|IfModifiedSince(since)| whole_seconds(modified) <= since)
}

/// Dates in headers have no fractions.
fn whole_seconds(date: HttpDate) -> HttpDate {
    date.to_string().parse().unwrap_or(date)
}

/// Start and end of the one range to send; none for the whole file. An error when it lies beyond the file.
/// Several ranges at once, which no player sends, get the whole file.
fn requested_range(
    request: &HttpRequest,
    file: &MediaFile,
    etag: &EntityTag,
    modified: HttpDate,
) -> Result<Option<(u64, u64)>, ()> {
    let Some(range) = request.headers().get(header::RANGE) else { return Ok(None) };
    if request.headers().contains_key(header::IF_RANGE) {
        let same = match IfRange::parse(request) {
            Ok(IfRange::EntityTag(tag)) => tag.strong_eq(etag),
            Ok(IfRange::Date(date)) => whole_seconds(modified) == date,
            Err(_) => false,
        };
        if !same {
            return Ok(None);
        }
    }
    if came_as_head(request) {
        return Ok(None);
    }
    match HttpRange::parse_bytes(range.as_bytes(), file.size_bytes) {
        Ok(ranges) => match ranges.as_slice() {
            [one] if one.length > 0 => Ok(Some((one.start, one.start + one.length))),
            _ => Ok(None),
        },
        Err(http_range::HttpRangeParseError::NoOverlap) => Err(()),
        Err(http_range::HttpRangeParseError::InvalidRange) => Ok(None), // RFC 9110, 14.2: ignored
    }
}
