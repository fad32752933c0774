//! The web pages of both faces, and the files they need.

use std::hash::{DefaultHasher, Hash, Hasher};

use actix_web::http::StatusCode;
use actix_web::http::header::{self, EntityTag, Header, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;

use super::access::Visitor;
use super::base_path::{self, placed};
use super::client::origin;
use super::openapi::PAGES;
use super::views::accounts::{Me, User};
use super::views::{SettingList, Video, VideoPage, Visibility};
use super::{Listener, admin, public};
use crate::app::audience::Audience;
use crate::app::videos::{self, ListRequest};
use crate::app::{App, AppError};
use crate::domain::account::Role;
use crate::ui::{self, Asset, Head, HeadVideo};

/// Videos beside the one that is watched.
const RELATED: u32 = 13;

#[derive(Serialize)]
struct HomeData {
    /// Null when nobody is logged in.
    user: Option<User>,
    videos: VideoPage,
    tagline: String,
}

#[derive(Serialize)]
struct WatchData<'a> {
    user: Option<User>,
    video: &'a Video,
    related: VideoPage,
}

#[derive(Serialize)]
struct AdminData {
    /// Null when nobody is logged in: then there is nothing to show but the way to log in.
    user: Option<User>,
    videos: VideoPage,
    limits: Limits,
    public_url: String,
}

#[derive(Serialize)]
struct SettingsData {
    user: Option<User>,
    /// For admins only.
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<SettingList>,
    public_url: String,
}

/// What a page knows that is not there.
#[derive(Serialize)]
struct MissingData {
    user: Option<User>,
}

/// What every page of the admin listener is told.
#[derive(Serialize)]
struct AccountData {
    /// Null when nobody is logged in.
    user: Option<User>,
    public_url: String,
}

#[derive(Serialize)]
struct Limits {
    max_upload_size_bytes: u64,
}

/// The list of videos.
#[utoipa::path(tag = PAGES,
    responses((status = 200, description = "A page", content_type = "text/html")))]
#[get("/")]
pub async fn home(request: HttpRequest, app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, AppError> {
    let list = ListRequest { limit: public::PAGE.0, include_total: true, ..ListRequest::default() };
    let display = &app.config().display;
    let tagline = if display.show_tagline { display.tagline.0.clone() } else { String::new() };
    let description = if tagline.is_empty() { "Videos, served by vlog.".to_owned() } else { tagline.clone() };
    let page = VideoPage::from(videos::list(&app, visitor.audience(), list).await?);
    let data = HomeData { user: user(&visitor), videos: placed(&app, Listener::Public, page), tagline };
    let head = Head {
        title: "vlog".to_owned(),
        description,
        canonical: Some(format!("{}/", site(&request, &app).root)),
        indexed: true,
        video: None,
    };
    Ok(html(&request, StatusCode::OK, ui::page("index", &head, &data)))
}

/// A video to watch.
#[utoipa::path(tag = PAGES,
    params(("slug" = String, Path, description = "The video's name in URLs")),
    responses((status = 200, description = "A page", content_type = "text/html"),
        (status = 404, description = "A page that says so", content_type = "text/html")))]
#[get("/watch/{slug}")]
pub async fn watch(
    request: HttpRequest,
    app: web::Data<App>,
    visitor: Visitor,
    slug: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let audience = visitor.audience();
    let video = match videos::get_visible(&app, audience, &slug).await {
        Err(AppError::NotFound) => return Ok(missing(&request, &visitor)),
        other => placed(&app, Listener::Public, Video::public(other?)),
    };
    let list = ListRequest { limit: RELATED, ..ListRequest::default() };
    let mut related = VideoPage::from(videos::list(&app, audience, list).await?);
    related.videos.retain(|other| other.id != video.item.id);
    related = placed(&app, Listener::Public, related);
    let head = watch_head(&site(&request, &app), &video);
    let data = WatchData { user: user(&visitor), video: &video, related };
    Ok(html(&request, StatusCode::OK, ui::page("watch", &head, &data)))
}

/// What viewers are shown where there is nothing.
pub fn missing(request: &HttpRequest, visitor: &Visitor) -> HttpResponse {
    let head = Head { title: "Not found · vlog".to_owned(), ..Head::default() };
    html(request, StatusCode::NOT_FOUND, ui::page("404", &head, &MissingData { user: user(visitor) }))
}

/// What whoever is logged in is shown where the dashboard has nothing.
pub fn missing_in_dashboard(request: &HttpRequest, app: &App, visitor: &Visitor) -> HttpResponse {
    let head = Head { title: "Not found · vlog".to_owned(), ..Head::default() };
    let data = AccountData { user: user(visitor), public_url: public_url(request, app) };
    html(request, StatusCode::NOT_FOUND, ui::page("admin-404", &head, &data))
}

/// A video whose addresses end is for its reader alone, and nothing of it stands where others look.
fn watch_head(site: &Site, video: &Video) -> Head {
    let item = &video.item;
    let title = format!("{} · vlog", item.title);
    if video.media_expires_at.is_some() {
        return Head { title, ..Head::default() };
    }
    let absolute = |path: &Option<String>| path.as_ref().map(|path| format!("{}{path}", site.origin));
    Head {
        title,
        description: item.description.clone(),
        canonical: Some(format!("{}/watch/{}", site.root, item.slug)),
        indexed: item.visibility == Visibility::Public,
        video: Some(HeadVideo {
            image: absolute(&item.thumbnail_url),
            width: item.width,
            height: item.height,
            duration_seconds: item.duration,
            stream: absolute(&video.stream_url),
            published_at: item.published_at.clone(),
        }),
    }
}

/// The dashboard.
#[utoipa::path(tag = PAGES,
    responses((status = 200, description = "A page", content_type = "text/html")))]
#[get("/")]
pub async fn dashboard(request: HttpRequest, app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, AppError> {
    let list = ListRequest { limit: admin::PAGE.0, include_total: true, ..ListRequest::default() };
    let videos = match &visitor.0 {
        Some(caller) if caller.role >= Role::Editor => {
            placed(&app, Listener::Admin, videos::list(&app, Audience::Admin, list).await?.into())
        }
        _ => VideoPage::default(),
    };
    let data = AdminData {
        user: user(&visitor),
        videos,
        limits: Limits { max_upload_size_bytes: app.config().storage.max_upload_size.0 },
        public_url: public_url(&request, &app),
    };
    let head = Head { title: "Dashboard · vlog".to_owned(), ..Head::default() };
    Ok(html(&request, StatusCode::OK, ui::page("admin", &head, &data)))
}

/// What an admin may change.
#[utoipa::path(tag = PAGES,
    responses((status = 200, description = "A page", content_type = "text/html")))]
#[get("/settings")]
pub async fn settings(request: HttpRequest, app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, AppError> {
    let may = visitor.0.as_ref().is_some_and(|caller| caller.role >= Role::Admin);
    let data = SettingsData {
        user: user(&visitor),
        settings: may.then(|| app.settings().list().into()),
        public_url: public_url(&request, &app),
    };
    let head = Head { title: "Settings · vlog".to_owned(), ..Head::default() };
    Ok(html(&request, StatusCode::OK, ui::page("settings", &head, &data)))
}

/// The way in.
#[utoipa::path(tag = PAGES,
    responses((status = 200, description = "A page", content_type = "text/html")))]
#[get("/login")]
pub async fn login(request: HttpRequest, app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, AppError> {
    account_page(&request, &app, &visitor, "login", "Log in").await
}

/// Where the first account is made. The token stands behind the `#`, which browsers keep to themselves.
#[utoipa::path(tag = PAGES,
    responses((status = 200, description = "A page", content_type = "text/html")))]
#[get("/setup")]
pub async fn setup(request: HttpRequest, app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, AppError> {
    account_page(&request, &app, &visitor, "setup", "Set-up").await
}

/// One's own account.
#[utoipa::path(tag = PAGES,
    responses((status = 200, description = "A page", content_type = "text/html")))]
#[get("/profile")]
pub async fn profile(request: HttpRequest, app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, AppError> {
    account_page(&request, &app, &visitor, "profile", "Profile").await
}

/// One's own account, for viewers.
#[utoipa::path(tag = PAGES,
    responses((status = 200, description = "A page", content_type = "text/html")))]
#[get("/profile")]
pub async fn account(request: HttpRequest, app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, AppError> {
    account_page(&request, &app, &visitor, "account", "Profile").await
}

/// All accounts.
#[utoipa::path(tag = PAGES,
    responses((status = 200, description = "A page", content_type = "text/html")))]
#[get("/users")]
pub async fn users(request: HttpRequest, app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, AppError> {
    account_page(&request, &app, &visitor, "users", "Users").await
}

/// What is being made.
#[utoipa::path(tag = PAGES,
    responses((status = 200, description = "A page", content_type = "text/html")))]
#[get("/jobs")]
pub async fn jobs(request: HttpRequest, app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, AppError> {
    account_page(&request, &app, &visitor, "jobs", "Jobs").await
}

/// Who did what.
#[utoipa::path(tag = PAGES,
    responses((status = 200, description = "A page", content_type = "text/html")))]
#[get("/audit")]
pub async fn audit(request: HttpRequest, app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, AppError> {
    account_page(&request, &app, &visitor, "audit", "Audit log").await
}

/// How the server is.
#[utoipa::path(tag = PAGES,
    responses((status = 200, description = "A page", content_type = "text/html")))]
#[get("/system")]
pub async fn system(request: HttpRequest, app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, AppError> {
    account_page(&request, &app, &visitor, "system", "System").await
}

/// The machines that lend their CPU.
#[utoipa::path(tag = PAGES,
    responses((status = 200, description = "A page", content_type = "text/html")))]
#[get("/workers")]
pub async fn workers(request: HttpRequest, app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, AppError> {
    account_page(&request, &app, &visitor, "workers", "Workers").await
}

/// Who is told what happens.
#[utoipa::path(tag = PAGES,
    responses((status = 200, description = "A page", content_type = "text/html")))]
#[get("/webhooks")]
pub async fn webhooks(request: HttpRequest, app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, AppError> {
    account_page(&request, &app, &visitor, "webhooks", "Webhooks").await
}

/// A page that asks the API for what it shows, and so may be opened by anyone.
async fn account_page(
    request: &HttpRequest,
    app: &App,
    visitor: &Visitor,
    page: &str,
    title: &str,
) -> Result<HttpResponse, AppError> {
    let head = Head { title: format!("{title} · vlog"), ..Head::default() };
    let data = AccountData { user: user(visitor), public_url: public_url(request, app) };
    Ok(html(request, StatusCode::OK, ui::page(page, &head, &data)))
}

fn user(visitor: &Visitor) -> Option<User> {
    visitor.0.as_ref().map(|caller| Me::from(&**caller).user)
}

/// The API, to browse.
#[utoipa::path(tag = PAGES,
    responses((status = 200, description = "A page", content_type = "text/html")))]
#[get("/api/docs")]
pub async fn docs(request: HttpRequest) -> HttpResponse {
    let head = Head { title: "API · vlog".to_owned(), ..Head::default() };
    html(&request, StatusCode::OK, ui::page("docs", &head, &()))
}

/// A file the pages need; its name changes with its content.
#[utoipa::path(tag = PAGES,
    params(("name" = String, Path, description = "Name of the file")),
    responses((status = 200, description = "The file"), (status = 404, description = "No such file")))]
#[get("/assets/{name}")]
pub async fn asset(request: HttpRequest, name: web::Path<String>) -> Result<HttpResponse, AppError> {
    let accepted = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let file = ui::asset(&name, accepted.unwrap_or_default()).ok_or(AppError::NotFound)?;
    Ok(whole(file, "public, max-age=31536000, immutable"))
}

/// The icon.
#[utoipa::path(tag = PAGES, responses((status = 200, description = "SVG", content_type = "image/svg+xml")))]
#[get("/favicon.svg")]
pub async fn favicon() -> Result<HttpResponse, AppError> {
    Ok(whole(ui::favicon().ok_or(AppError::NotFound)?, "public, max-age=86400"))
}

/// What crawlers may read.
#[utoipa::path(tag = PAGES, responses((status = 200, description = "Text", content_type = "text/plain")))]
#[get("/robots.txt")]
pub async fn robots() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("User-agent: *\nDisallow: /api/\n")
}

fn whole(file: Asset, keep: &'static str) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, file.kind))
        .insert_header((header::CACHE_CONTROL, keep))
        .insert_header((header::VARY, "Accept-Encoding"));
    if let Some(encoding) = file.encoding {
        response.insert_header((header::CONTENT_ENCODING, encoding));
    }
    match file.bytes {
        std::borrow::Cow::Borrowed(bytes) => response.body(bytes),
        std::borrow::Cow::Owned(bytes) => response.body(bytes),
    }
}

fn html(request: &HttpRequest, status: StatusCode, mut page: String) -> HttpResponse {
    let base = request.app_data::<web::Data<App>>().map(|app| base_path::of_request(request, app)).unwrap_or_default();
    if !base.is_empty() {
        // addresses of ours stand in attributes of the built page; in texts and data a quotation mark is escaped
        page = page.replace("=\"/", &format!("=\"{base}/"));
    }
    let mut hasher = DefaultHasher::new(); // the same in every process: its keys are fixed
    page.hash(&mut hasher);
    let etag = EntityTag::new_weak(format!("{:x}", hasher.finish()));
    let same =
        matches!(IfNoneMatch::parse(request), Ok(IfNoneMatch::Items(tags)) if tags.iter().any(|t| t.weak_eq(&etag)));
    let unchanged = same && status == StatusCode::OK;
    let mut response = HttpResponse::build(if unchanged { StatusCode::NOT_MODIFIED } else { status });
    response.insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8")).insert_header(header::ETag(etag));
    if unchanged { response.finish() } else { response.body(page) }
}

/// Where viewers are, for links that are read elsewhere.
struct Site {
    /// Scheme and host.
    origin: String,
    /// The same with the base path: what the addresses of pages begin with.
    root: String,
}

/// As configured, or as the request came.
fn site(request: &HttpRequest, app: &App) -> Site {
    let base = base_path::of(app, Listener::Public);
    let origin = match url::Url::parse(&app.config().http.public_url) {
        Ok(configured) => configured.origin().ascii_serialization(),
        Err(_) => {
            let (scheme, host) = origin(request, app);
            format!("{scheme}://{host}")
        }
    };
    Site { root: format!("{origin}{base}"), origin }
}

/// Where viewers find the videos, as seen from the dashboard: this machine's public port unless configured.
fn public_url(request: &HttpRequest, app: &App) -> String {
    let http = &app.config().http;
    if !http.public_url.is_empty() {
        return site(request, app).root;
    }
    let (scheme, host) = origin(request, app);
    let name = if host.ends_with(']') { &host } else { host.rsplit_once(':').map_or(&*host, |(name, _)| name) };
    format!("{scheme}://{name}:{}{}", http.public_port, http.base_path.as_str())
}
