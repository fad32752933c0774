//! Use cases: what the edges (http, cli, watch folders) may ask for, one file per aggregate.
//!
//! [`App`] is what every edge holds: the adapters and the configuration. It answers in domain terms and fails
//! with [`AppError`], whose [`AppError::code`] is stable and which knows nothing of HTTP.

pub mod ingest;
pub mod media_files;
pub mod pipeline;
pub mod progress;
pub mod videos;

mod error;

use std::sync::Arc;

pub use error::AppError;

use crate::config::Config;
use crate::db::Db;
use crate::domain::id::VideoId;
use crate::events::{Event, Events, Snapshot};
use crate::metrics::Metrics;
use crate::storage::Storage;

/// Everything a use case needs. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    config: Config,
    db: Db,
    storage: Storage,
    events: Events,
    metrics: Metrics,
    media: media_files::Caches,
}

impl App {
    /// Puts the adapters together; starts nothing.
    pub fn new(config: Config, db: Db, storage: Storage) -> Self {
        let events = Events::new(crate::db::now_ms());
        let media = media_files::Caches::new();
        Self(Arc::new(Inner { config, db, storage, events, metrics: Metrics::new(), media }))
    }

    /// Boot-time configuration.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Rows.
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// Bytes.
    pub fn storage(&self) -> &Storage {
        &self.0.storage
    }

    /// The bus.
    pub fn events(&self) -> &Events {
        &self.0.events
    }

    /// Numbers for Prometheus.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// What is kept in memory for serving files.
    pub fn media(&self) -> &media_files::Caches {
        &self.0.media
    }

    /// Tells everyone that a video changed: files are looked up afresh and listeners get the snapshot. To be
    /// called after every committed change of a video or its job's progress.
    pub fn announce(&self, snapshot: Snapshot) {
        self.forget_slug(&snapshot.video.slug);
        self.events().publish(Event::VideoChanged(snapshot));
    }

    /// Tells everyone that a video is gone.
    pub fn announce_removed(&self, video_id: VideoId, slug: &str) {
        self.forget_slug(slug);
        self.events().publish(Event::VideoRemoved { video_id });
    }

    /// The next request for this video's files looks at the database again.
    pub fn forget_slug(&self, slug: &str) {
        self.media().forget_slug(slug);
    }

    /// Gives memory of files that nobody asked for lately back; to be called about once a minute.
    pub fn trim_caches(&self) {
        self.media().trim();
    }
}
