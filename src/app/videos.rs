//! Looking at videos: lists, one video, how far it is; and changing what people read about them. All else that changes
//! them is the pipeline's.

use std::collections::HashMap;
use std::sync::Arc;

use super::media_files::Audience;
use super::{App, AppError, progress};
use crate::db::videos::{Cursor, ListQuery, Sort};
use crate::db::{Conn, DbError, jobs, tasks, videos};
use crate::domain::id::VideoId;
use crate::domain::progress::VideoProgress;
use crate::domain::title;
use crate::domain::transcode::TranscodePlan;
use crate::domain::video::{Video, VideoStatus, VideoSummary};
use crate::events::Snapshot;
use crate::metrics::Gauges;

/// Longest search text, in characters.
const SEARCH_MAX_CHARS: usize = 200;
/// Videos of a stream that names none.
const ACTIVE_MAX: usize = 200;

/// What a list is ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// Publication for viewers, creation for admins.
    #[default]
    Date,
    /// Title, without regard to case.
    Title,
    /// Duration.
    Duration,
}

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct ListRequest {
    /// Only this status.
    pub status: Option<VideoStatus>,
    /// Words that title or description must have.
    pub search: Option<String>,
    /// Order.
    pub order: Order,
    /// Smallest first.
    pub ascending: bool,
    /// Videos on a page.
    pub limit: u32,
    /// Where the previous page ended.
    pub cursor: Option<String>,
    /// Also count all pages.
    pub include_total: bool,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct List {
    /// Videos and the share of their work that is done, 0 to 1.
    pub videos: Vec<(VideoSummary, f64)>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
    /// Videos on all pages.
    pub total: Option<u64>,
}

/// Everything about one video.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The row.
    pub video: Video,
    /// How far it is.
    pub progress: VideoProgress,
    /// What its latest job makes, once that is known.
    pub plan: Option<TranscodePlan>,
    /// Whether DASH is offered beside HLS.
    pub dash: bool,
}

/// One page of videos; viewers see what is published and can be watched.
pub async fn list(app: &App, audience: Audience, request: ListRequest) -> Result<List, AppError> {
    if request.search.as_ref().is_some_and(|search| search.chars().count() > SEARCH_MAX_CHARS) {
        return Err(AppError::invalid_field("search", format!("Search for at most {SEARCH_MAX_CHARS} characters.")));
    }
    let query = ListQuery {
        visible_only: audience == Audience::Viewer,
        status: request.status,
        search: request.search,
        sort: match request.order {
            Order::Date => Sort::Date,
            Order::Title => Sort::Title,
            Order::Duration => Sort::Duration,
        },
        descending: !request.ascending,
        limit: request.limit,
        after: request.cursor.as_deref().map(Cursor::decode).transpose()?,
    };
    let known = app.clone();
    let read = move |conn: &mut Conn| {
        let page = videos::list(conn, &query)?;
        let total = request.include_total.then(|| videos::count(conn, &query)).transpose()?;
        let next_cursor = page.next.map(|cursor| cursor.encode());
        let videos =
            page.videos.into_iter().map(|video| with_fraction(&known, conn, video)).collect::<Result<_, _>>()?;
        Ok(List { videos, next_cursor, total })
    };
    Ok(app.db().run(read).await?)
}

fn with_fraction(app: &App, conn: &mut Conn, video: VideoSummary) -> Result<(VideoSummary, f64), DbError> {
    let fraction = match video.status {
        VideoStatus::Ready => 1.0,
        VideoStatus::Pending | VideoStatus::Failed => 0.0,
        VideoStatus::Processing | VideoStatus::Playable => progress::fraction(app, conn, video.id)?,
    };
    Ok((video, fraction))
}

/// A video by its name in URLs, as far as viewers may see it.
pub async fn get_visible(app: &App, slug: &str) -> Result<Detail, AppError> {
    let (known, slug) = (app.clone(), slug.to_owned());
    let read = move |conn: &mut Conn| {
        let video = videos::find_by_slug(conn, &slug)?.filter(is_visible).ok_or(DbError::NotFound)?;
        detail(&known, conn, video)
    };
    Ok(app.db().run(read).await?)
}

/// A video by its id.
pub async fn get(app: &App, id: VideoId) -> Result<Detail, AppError> {
    let known = app.clone();
    let read = move |conn: &mut Conn| {
        let video = videos::get(conn, id)?;
        detail(&known, conn, video)
    };
    Ok(app.db().run(read).await?)
}

/// Changes title and description, as far as given. Its address stays, so that links go on working.
pub async fn edit(app: &App, id: VideoId, title: Option<&str>, description: Option<&str>) -> Result<Detail, AppError> {
    let refused = |field| move |error: title::TextError| AppError::invalid_field(field, error.to_string());
    let title = title.map(title::check_title).transpose().map_err(refused("title"))?;
    let description = description.map(title::check_description).transpose().map_err(refused("description"))?;
    let change = move |conn: &mut Conn| videos::set_texts(conn, id, title.as_deref(), description.as_deref());
    app.db().write(change).await?;
    app.announce(progress::snapshot(app, id).await?);
    get(app, id).await
}

fn detail(app: &App, conn: &mut Conn, video: Video) -> Result<Detail, DbError> {
    let (progress, plan) = progress::read(app, conn, &video)?;
    Ok(Detail { video, progress, plan, dash: app.config().streaming.enable_dash })
}

/// True when viewers may know of it.
pub fn is_visible(video: &Video) -> bool {
    video.published_at_ms.is_some() && video.generation.is_some() && video.status.can_be_watched()
}

/// The present state of these videos, or of all that are being worked on. Ids that do not exist, or that the
/// audience may not see, are left out.
pub async fn snapshots(app: &App, audience: Audience, ids: Option<Vec<VideoId>>) -> Result<Vec<Snapshot>, AppError> {
    let known = app.clone();
    let dash = app.config().streaming.enable_dash;
    let read = move |conn: &mut Conn| {
        let ids = match ids {
            Some(ids) => ids,
            None => jobs::list_active(conn)?.into_iter().map(|job| job.video_id).take(ACTIVE_MAX).collect(),
        };
        let mut found: HashMap<VideoId, Snapshot> = HashMap::new();
        for id in &ids {
            let video = match videos::get(conn, *id) {
                Err(DbError::NotFound) => continue,
                other => other?,
            };
            if audience == Audience::Admin || is_visible(&video) {
                let (progress, _) = progress::read(&known, conn, &video)?;
                found.insert(*id, Snapshot { video: Arc::new(video), progress: Arc::new(progress), dash });
            }
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    };
    Ok(app.db().run(read).await?)
}

/// Is the database there, and the storage?
pub async fn check(app: &App) -> Health {
    let database = app.db().ping().await.is_ok();
    let storage = app.storage().clone();
    let storage = tokio::task::spawn_blocking(move || storage.free_bytes().is_ok()).await.unwrap_or(false);
    Health { database, storage }
}

/// What works.
#[derive(Debug, Clone, Copy)]
pub struct Health {
    /// The database answers.
    pub database: bool,
    /// The storage can be reached.
    pub storage: bool,
}

/// Numbers that are counted when somebody asks.
pub async fn gauges(app: &App) -> Result<Gauges, AppError> {
    let count = |conn: &mut Conn| {
        let videos = VideoStatus::ALL.into_iter().map(|status| by_status(conn, status)).collect::<Result<_, _>>()?;
        let (mut queued, mut leased) = (0, 0);
        for job in jobs::list_active(conn)? {
            let counts = tasks::count_by_state(conn, job.id)?;
            queued += counts.queued;
            leased += counts.leased;
        }
        Ok((videos, vec![("queued".to_owned(), queued as i64), ("leased".to_owned(), leased as i64)]))
    };
    let (videos, tasks) = app.db().run(count).await?;
    let storage = app.storage().clone();
    let free = tokio::task::spawn_blocking(move || storage.free_bytes().ok()).await.unwrap_or(None);
    Ok(Gauges { videos, tasks, storage_free_bytes: free })
}

fn by_status(conn: &mut Conn, status: VideoStatus) -> Result<(String, i64), DbError> {
    let query = ListQuery {
        visible_only: false,
        status: Some(status),
        search: None,
        sort: Sort::Date,
        descending: true,
        limit: 1,
        after: None,
    };
    Ok((status.as_str().to_owned(), i64::try_from(videos::count(conn, &query)?).unwrap_or(i64::MAX)))
}
