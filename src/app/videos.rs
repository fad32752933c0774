//! Looking at videos: lists, one video, how far it is; and changing what people read about them. All else that changes
//! them is the pipeline's.

use std::collections::HashMap;
use std::sync::Arc;

use super::audience::{Audience, MediaBase};
use super::instances::{self, Change};
use super::sharing::{self, SharingEdit};
use super::{App, AppError, progress};
use crate::db::videos::{Cursor, ListQuery, Sort};
use crate::db::{Conn, DbError, jobs, tasks, videos};
use crate::domain::audit::Actor;
use crate::domain::id::VideoId;
use crate::domain::job::JobKind;
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
    /// The videos.
    pub videos: Vec<Listed>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
    /// Videos on all pages.
    pub total: Option<u64>,
}

/// A video of a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The row.
    pub video: VideoSummary,
    /// Share of its work that is done, 0 to 1.
    pub fraction: f64,
    /// Where its files are.
    pub base: MediaBase,
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
    /// Where its files are.
    pub base: MediaBase,
    /// The number of its seek bar pictures, if it has any.
    pub sprites: Option<u32>,
}

/// One page of videos. Those that viewers find are published, and public or shared with them.
pub async fn list(app: &App, audience: Audience, request: ListRequest) -> Result<List, AppError> {
    if request.search.as_ref().is_some_and(|search| search.chars().count() > SEARCH_MAX_CHARS) {
        return Err(AppError::invalid_field("search", format!("Search for at most {SEARCH_MAX_CHARS} characters.")));
    }
    let query = ListQuery {
        visible_only: audience != Audience::Admin,
        viewer: match audience {
            Audience::Viewer(viewer) => viewer,
            Audience::Admin => None,
        },
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
        let of = |video| listed(&known, audience, conn, video);
        let videos = page.videos.into_iter().map(of).collect::<Result<_, _>>()?;
        Ok(List { videos, next_cursor, total })
    };
    Ok(app.db().run(read).await?)
}

fn listed(app: &App, audience: Audience, conn: &mut Conn, video: VideoSummary) -> Result<Listed, DbError> {
    let fraction = match video.status {
        VideoStatus::Ready => 1.0,
        VideoStatus::Pending | VideoStatus::Failed => 0.0,
        VideoStatus::Processing | VideoStatus::Playable => progress::fraction(app, conn, video.id)?,
    };
    let base = MediaBase::of_summary(app, audience, &video);
    let error = video.error.clone().filter(|_| audience == Audience::Admin);
    Ok(Listed { video: VideoSummary { error, ..video }, fraction, base })
}

/// A video by its name in URLs, if this audience may see it.
pub async fn get_visible(app: &App, audience: Audience, slug: &str) -> Result<Detail, AppError> {
    let (known, slug) = (app.clone(), slug.to_owned());
    let read = move |conn: &mut Conn| {
        let found = videos::find_by_slug(conn, &slug)?;
        let video = found.filter(|video| audience.sees(video)).ok_or(DbError::NotFound)?;
        detail(&known, audience, conn, video)
    };
    Ok(app.db().run(read).await?)
}

/// A video by its id.
pub async fn get(app: &App, id: VideoId) -> Result<Detail, AppError> {
    let known = app.clone();
    let read = move |conn: &mut Conn| {
        let video = videos::get(conn, id)?;
        detail(&known, Audience::Admin, conn, video)
    };
    Ok(app.db().run(read).await?)
}

/// What to change of a video; none stays.
#[derive(Debug, Clone, Default)]
pub struct VideoEdit {
    /// Shown title.
    pub title: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Who may see it.
    pub sharing: SharingEdit,
}

/// Changes what is given. Its address stays, so that links go on working.
pub async fn edit(app: &App, actor: &Actor, id: VideoId, edit: VideoEdit) -> Result<Detail, AppError> {
    let refused = |field| move |error: title::TextError| AppError::invalid_field(field, error.to_string());
    let title = edit.title.as_deref().map(title::check_title).transpose().map_err(refused("title"))?;
    let description = edit.description.as_deref();
    let description = description.map(title::check_description).transpose().map_err(refused("description"))?;
    let now = app.db().run(move |conn| Ok(videos::get(conn, id)?.sharing.visibility)).await?;
    let (sharing, actor) = (sharing::check(app, edit.sharing, now).await?, actor.clone());
    let change = move |conn: &mut Conn| {
        videos::set_texts(conn, id, title.as_deref(), description.as_deref())?;
        match sharing {
            Some(sharing) => sharing::apply(conn, &actor, id, &sharing),
            None => Ok(()),
        }
    };
    app.db().write(change).await?;
    let snapshot = progress::snapshot(app, id).await?;
    instances::tell(app, Change::Video(snapshot.video.slug.clone()));
    app.announce(snapshot);
    get(app, id).await
}

fn detail(app: &App, audience: Audience, conn: &mut Conn, video: Video) -> Result<Detail, DbError> {
    let (mut progress, plan) = progress::read(app, conn, &video)?;
    let base = MediaBase::of(app, audience, &video);
    let mut video = video;
    if audience != Audience::Admin {
        (video.error, progress.last_error) = (None, None); // what went wrong is the admin's matter
    }
    let config = app.config();
    let sprites = videos::find_sprites(conn, video.id)?.filter(|_| config.sprites.enabled).map(|made| made.number);
    Ok(Detail { video, progress, plan, dash: config.streaming.enable_dash, base, sprites })
}

/// The present state of these videos, or of all that are being worked on. Ids that do not exist, or that the
/// audience may not see, are left out.
pub async fn snapshots(app: &App, audience: Audience, ids: Option<Vec<VideoId>>) -> Result<Vec<Snapshot>, AppError> {
    let known = app.clone();
    let dash = app.config().streaming.enable_dash;
    let read = move |conn: &mut Conn| {
        let ids = match ids {
            Some(ids) => ids,
            None => {
                let mut active = jobs::list_active(conn)?;
                active.sort_by_key(|job| job.kind == JobKind::Reencode); // many of them may wait
                active.into_iter().map(|job| job.video_id).take(ACTIVE_MAX).collect()
            }
        };
        let mut found: HashMap<VideoId, Snapshot> = HashMap::new();
        for id in &ids {
            let video = match videos::get(conn, *id) {
                Err(DbError::NotFound) => continue,
                other => other?,
            };
            if audience.sees(&video) {
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
    let redis = match app.shared() {
        Some(shared) => Some(shared.works().await),
        None => None,
    };
    Health { database, storage, redis }
}

/// What works.
#[derive(Debug, Clone, Copy)]
pub struct Health {
    /// The database answers.
    pub database: bool,
    /// The storage can be reached.
    pub storage: bool,
    /// Redis answers; none: there is none.
    pub redis: Option<bool>,
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
        viewer: None,
        status: Some(status),
        search: None,
        sort: Sort::Date,
        descending: true,
        limit: 1,
        after: None,
    };
    Ok((status.as_str().to_owned(), i64::try_from(videos::count(conn, &query)?).unwrap_or(i64::MAX)))
}
