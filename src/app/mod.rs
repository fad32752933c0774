//! Use cases: what the edges (http, cli, watch folders) may ask for, one file per aggregate.
//!
//! [`App`] is what every edge holds: the adapters and the configuration. It answers in domain terms and fails
//! with [`AppError`], whose [`AppError::code`] is stable and which knows nothing of HTTP.

pub mod accounts;
pub mod additions;
pub mod audience;
pub mod encoders;
pub mod ingest;
pub mod instances;
pub mod jobs;
pub mod media_files;
pub mod pipeline;
pub mod pools;
pub mod progress;
pub mod rate_limits;
pub mod settings;
pub mod sharing;
pub mod streams;
pub mod system;
pub mod transcripts;
pub mod videos;
pub mod webhooks;
pub mod workers;

mod error;

use std::sync::Arc;

pub use error::AppError;

use crate::auth::Secret;
use crate::auth::media_link::MediaLinks;
use crate::auth::rate_limit::RateLimits;
use crate::config::{Config, Loaded};
use crate::db::Db;
use crate::domain::id::VideoId;
use crate::events::{Event, Events, Snapshot};
use crate::jobs::Queue;
use crate::media::ffmpeg::process::Tools;
use crate::media::probe::Limits;
use crate::metrics::Metrics;
use crate::settings::Settings;
use crate::shared::Shared;
use crate::storage::Storage;

/// The name of this process's pools in leases.
const OWNER: &str = "server";

/// Everything a use case needs. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    settings: Settings,
    db: Db,
    storage: Storage,
    events: Events,
    metrics: Metrics,
    media: media_files::Caches,
    pipeline: pipeline::State,
    accounts: accounts::State,
    media_links: MediaLinks,
    rate_limits: RateLimits,
    shared: Option<Shared>,
    system: system::State,
    workers: workers::State,
    encoders: encoders::State,
    jobs: jobs::State,
    streams: streams::Streams,
    webhooks: webhooks::State,
}

impl App {
    /// Puts the adapters together; starts nothing.
    pub fn new(boot: impl Into<Loaded>, db: Db, storage: Storage, secret: &Secret) -> Self {
        let boot = boot.into();
        let shared = boot.config.redis.url.as_str().and_then(Shared::new);
        let settings = Settings::new(boot, db.clone(), Some(secret));
        let events = Events::new(crate::db::now_ms());
        let media = media_files::Caches::new();
        let pipeline = pipeline::State::new(Queue::new(db.clone(), OWNER), &storage);
        let (metrics, accounts, media_links) = (Metrics::new(), accounts::State::new(secret), MediaLinks::new(secret));
        let (rate_limits, system) = (RateLimits::default(), system::State::new());
        let workers = workers::State::new(secret);
        Self(Arc::new(Inner {
            settings,
            db,
            storage,
            events,
            metrics,
            media,
            pipeline,
            accounts,
            media_links,
            rate_limits,
            shared,
            system,
            workers,
            encoders: encoders::State::default(),
            jobs: jobs::State::default(),
            streams: streams::Streams::default(),
            webhooks: webhooks::State::new(secret),
        }))
    }

    /// Opens database, storage and secret of this configuration, for a command that needs no server. Blocks.
    pub fn open(boot: Loaded) -> Result<Self, AppError> {
        let config = &boot.config;
        let db = Db::open(config.database.url.as_str(), 1)?;
        let storage = Storage::local(&config.storage.path)?;
        let secret = Secret::open(&config.storage.path, config.accounts.secret_key.0).map_err(AppError::internal)?;
        Ok(Self::new(boot, db, storage, &secret))
    }

    /// What is in force now. Settings may be others the next time, so nobody keeps it for longer than a request or a
    /// task.
    pub fn config(&self) -> Arc<Config> {
        self.0.settings.config()
    }

    /// What an admin may change.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
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

    /// ffmpeg and ffprobe, and what they may use now.
    pub fn tools(&self) -> Tools {
        Tools::of(&self.config())
    }

    /// What a file may be.
    pub fn probe_limits(&self) -> Limits {
        limits(&self.config())
    }

    /// Signs and checks links to files that are not for everybody.
    pub fn media_links(&self) -> &MediaLinks {
        &self.0.media_links
    }

    /// Counts requests in memory.
    pub fn rate_limits(&self) -> &RateLimits {
        &self.0.rate_limits
    }

    /// What is shared with other instances; none without Redis.
    pub fn shared(&self) -> Option<&Shared> {
        self.0.shared.as_ref()
    }

    /// What the pipeline keeps in memory.
    pub fn pipeline(&self) -> &pipeline::State {
        &self.0.pipeline
    }

    /// What accounts keep in memory.
    pub fn accounts(&self) -> &accounts::State {
        &self.0.accounts
    }

    /// What is known about this process.
    pub fn system(&self) -> &system::State {
        &self.0.system
    }

    /// Which encoders are about.
    pub fn encoders(&self) -> &encoders::State {
        &self.0.encoders
    }

    /// What is kept in memory for those who follow jobs.
    pub fn jobs(&self) -> &jobs::State {
        &self.0.jobs
    }

    /// Who follows events.
    pub fn streams(&self) -> &streams::Streams {
        &self.0.streams
    }

    /// What is needed to tell others what happens.
    pub fn webhooks(&self) -> &webhooks::State {
        &self.0.webhooks
    }

    /// What is kept in memory about machines that lend their CPU.
    pub fn workers(&self) -> &workers::State {
        &self.0.workers
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

fn limits(config: &Config) -> Limits {
    let limits = &config.limits;
    Limits {
        max_duration_seconds: limits.max_duration.as_secs_f64(),
        max_pixels: limits.max_pixels,
        max_frame_rate: f64::from(limits.max_frame_rate),
        max_pixel_rate: limits.max_pixel_rate,
        max_streams: limits.max_streams as usize,
    }
}
