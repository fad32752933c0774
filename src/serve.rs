//! The composition root: config, database, storage, application, pools, listeners, and a stop that loses nothing.
//! The only place that starts long-lived tasks.

use std::fs::File;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

use crate::app::App;
use crate::app::accounts::{self, audit_files, setup};
use crate::app::pipeline::{self, TranscodeRunner};
use crate::app::webhooks::Deliveries;
use crate::app::{encoders, instances, pools, webhooks, workers};
use crate::auth::Secret;
use crate::config::{AfterImport, Loaded, LogFormat};
use crate::db::Db;
use crate::domain::job::{POOLS, TaskKind};
use crate::http::views::accounts::AuditEntry;
use crate::http::{self, Listener, Servers};
use crate::jobs::{Pool, PoolOptions, Queue, Reaper, Runner};
use crate::media::ffmpeg::hardware::Wanted;
use crate::media::ffmpeg::version;
use crate::storage::Storage;
use crate::telemetry::{self, Form};
use crate::watch::{self, FolderImporter};

/// How often rows and files are compared at least.
const RECONCILE_EVERY: Duration = Duration::from_secs(60);

/// Files open at once, connections included; `LimitNOFILE` of the unit says the same.
const OPEN_FILES: u64 = 65_536;

/// How often sessions and tokens that are over are removed.
const TIDY_EVERY: Duration = Duration::from_secs(60 * 60);

/// Runs until it is told to stop.
pub async fn run(boot: Loaded) -> anyhow::Result<()> {
    let config = &boot.config;
    let form = match config.log.format {
        LogFormat::Text => Form::Text,
        LogFormat::Json => Form::Json,
    };
    telemetry::start(&config.log.level, form, None)?;
    allow_many_files();
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening for SIGINT")?;
    let running = start(boot).await?;
    running.greet();
    if let Some(token) = setup::begin(&running.app).await? {
        // in the fragment, which browsers keep to themselves: no log has it
        println!("  Set up    {}/setup#token={token}", running.address(Listener::Admin));
    }
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    let watchdog = tokio::spawn(keep_watchdog_quiet(running.app.clone()));
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    watchdog.abort();
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    tracing::info!("stopping: nothing new is begun, running work gets a grace period");
    running.stop().await;
    Ok(())
}

/// Shells let programs open 1024 files; every viewer has a connection and perhaps a file.
fn allow_many_files() {
    let limit = getrlimit(Resource::Nofile);
    let current = limit.maximum.map_or(OPEN_FILES, |maximum| maximum.min(OPEN_FILES));
    if limit.current.is_some_and(|now| now < current)
        && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: Some(current), ..limit })
    {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
}

/// A server that answers.
pub struct Running {
    /// The application.
    pub app: App,
    servers: Servers,
    pools: Vec<Arc<Pool>>,
    background: Vec<tokio::task::JoinHandle<()>>,
    /// Held as long as this server runs.
    _lock: File,
}

/// Starts everything; also what tests call.
pub async fn start(boot: impl Into<Loaded>) -> anyhow::Result<Running> {
    let boot = boot.into();
    let config = &boot.config;
    let (url, pool_size) = (config.database.url.as_str().to_owned(), config.database.pool_size);
    let (ffmpeg, ffprobe) = (config.ffmpeg.path.clone(), config.ffmpeg.probe_path.clone());
    let codecs = config.transcoding.codecs.0.clone();
    // meanwhile: loading ffmpeg's libraries takes longer than all the rest
    let tools = tokio::task::spawn_blocking(move || {
        let found = version::check(&ffmpeg, &ffprobe)?;
        version::check_encoders(&ffmpeg, &codecs).map(|()| found)
    });
    let db = tokio::task::spawn_blocking(move || Db::open(&url, pool_size)).await??;
    let storage = Storage::local(&config.storage.path)?;
    let lock = storage.lock()?;
    let (directory, given) = (config.storage.path.clone(), config.accounts.secret_key.0);
    let secret = tokio::task::spawn_blocking(move || Secret::open(&directory, given)).await??;
    let app = App::new(boot, db, storage, &secret);
    app.settings().reload().await?;
    // before anything is taken back, or noted: a port in use means that another server is running
    let listeners = http::bind(&app)?;
    workers::server_began(&app).await?;

    let runner: Arc<dyn Runner> = Arc::new(TranscodeRunner::new(app.clone()));
    let queue = app.pipeline().queue().clone();
    let reaper = Reaper::new(queue.clone(), Arc::clone(&runner));
    let recovered = reaper.recover().await?;
    pipeline::recover_files(&app).await?;
    let mended = pipeline::reconcile(&app).await?;
    if recovered + mended > 0 {
        tracing::info!(tasks = recovered, jobs = mended, "going on where the last run ended");
    }

    encoders::refresh(&app).await?;
    let servers = http::start(&app, listeners)?;
    match tools.await? {
        Ok(ffmpeg) => tracing::debug!(ffmpeg, "found"),
        Err(unfit) => {
            servers.stop().await;
            return Err(unfit.into());
        }
    }
    let pools = pools(&app, &queue, &runner);
    app.system().set_pools(pools.clone());
    for pool in &pools {
        let pool = Arc::clone(pool);
        tokio::spawn(async move { pool.run().await });
    }
    let mut background = vec![
        tokio::spawn(async move { reaper.run().await }),
        tokio::spawn(keep_mending(app.clone())),
        tokio::spawn(keep_settings(app.clone())),
        tokio::spawn(keep_hardware(app.clone())),
        tokio::spawn(keep_encoders(app.clone())),
        tokio::spawn(resize_pools(app.clone(), pools.clone())),
        tokio::spawn(keep_accounts_tidy(app.clone())),
        tokio::spawn(instances::listen(app.clone())),
        tokio::spawn(write_audit_files(app.clone())),
        tokio::spawn(workers::watch(app.clone())),
        tokio::spawn(pools::watch(app.clone())),
        tokio::spawn(webhooks::follow_alert_receiver(app.clone())),
        tokio::spawn(webhooks::watch_storage(app.clone())),
    ];
    if !app.config().watch.folders.is_empty() {
        background.push(tokio::spawn(watch_folders(app.clone())));
    }
    Ok(Running { app, servers, pools, background, _lock: lock })
}

impl Running {
    /// Where viewers are served.
    pub fn public(&self) -> SocketAddr {
        self.servers.public
    }

    /// Where the dashboard is served.
    pub fn admin(&self) -> SocketAddr {
        self.servers.admin
    }

    /// Where workers are served.
    pub fn worker(&self) -> SocketAddr {
        self.servers.worker
    }

    /// Says where to look, for the person at the terminal.
    fn greet(&self) {
        println!("vlog {} is ready.", env!("CARGO_PKG_VERSION"));
        println!("  Watch     {}/", self.address(Listener::Public));
        println!("  Dashboard {}/", self.address(Listener::Admin));
        println!("  Worker API {}/", self.address(Listener::Worker));
    }

    fn address(&self, listener: Listener) -> String {
        let socket = match listener {
            Listener::Public => self.public(),
            Listener::Admin => self.admin(),
            Listener::Worker => self.worker(),
        };
        local(socket) + &http::base_path(&self.app, listener)
    }

    /// Stops: no new claims, a grace period for running tasks, which are then given back; then the listeners.
    pub async fn stop(self) {
        for task in &self.background {
            task.abort();
        }
        let grace = self.app.config().transcoding.drain_grace;
        futures_util::future::join_all(self.pools.iter().map(|pool| pool.drain(grace))).await;
        self.servers.stop().await;
    }
}

fn local(address: SocketAddr) -> String {
    // the name works where the address does, and is what people know
    let ip = address.ip();
    let host = match ip {
        ip if ip.is_unspecified() || ip == IpAddr::from([127, 0, 0, 1]) => "localhost".to_owned(),
        IpAddr::V6(ip) => format!("[{ip}]"),
        IpAddr::V4(ip) => ip.to_string(),
    };
    format!("http://{host}:{}", address.port())
}

/// In the order of [`POOLS`].
fn pools(app: &App, queue: &Queue, runner: &Arc<dyn Runner>) -> Vec<Arc<Pool>> {
    const KINDS: [&[TaskKind]; POOLS.len()] = [
        TaskKind::HEAVY,
        TaskKind::LIGHT,
        TaskKind::SPRITES,
        TaskKind::REENCODE,
        TaskKind::TRANSCRIPTION,
        TaskKind::WEBHOOKS,
    ];
    let mut encoding: Option<Arc<Pool>> = None;
    let mut pool = |((name, kinds), slots): ((&'static str, &'static [TaskKind]), u32)| {
        let kept_for: &[TaskKind] = if kinds == TaskKind::LIGHT { TaskKind::FIRST } else { &[] };
        let (options, metrics) = (PoolOptions { name, kinds, slots, kept_for }, app.metrics().clone());
        if kinds == TaskKind::WEBHOOKS {
            let deliveries = Deliveries::new(app.clone());
            return Arc::new(Pool::new(options, deliveries.clone(), Arc::new(deliveries), metrics));
        }
        let pool = Pool::new(options, queue.clone(), Arc::clone(runner), metrics);
        let first = encoding.as_deref().filter(|_| kinds == TaskKind::REENCODE);
        let pool = Arc::new(if let Some(first) = first { pool.after(first) } else { pool });
        if kinds == TaskKind::HEAVY {
            encoding = Some(Arc::clone(&pool));
        }
        pool
    };
    POOLS.into_iter().zip(KINDS).zip(slots(app)).map(&mut pool).collect()
}

async fn watch_folders(app: App) {
    let watched = &app.config().watch;
    let options = watch::Options {
        folders: watched.folders.clone(),
        settle: watched.settle,
        rescan: watch::RESCAN_INTERVAL,
        after_import: match watched.after_import {
            AfterImport::Keep => watch::AfterImport::Keep,
            AfterImport::Delete => watch::AfterImport::Delete,
            AfterImport::Move => watch::AfterImport::Move,
        },
    };
    watch::run(options, FolderImporter::new(app.clone())).await;
}

/// Tasks at once, in the order of [`POOLS`].
fn slots(app: &App) -> [u32; POOLS.len()] {
    let (config, hardware) = (app.config(), !app.encoders().hardware().working().is_empty());
    let (messages, listeners) = (config.webhooks.max_concurrent_deliveries, config.transcription.slots);
    let again = config.reencode.slot_count(&config.transcoding, hardware);
    let encode = config.transcoding.slot_count(hardware);
    [encode, config.transcoding.light_slots, config.sprites.slots, again, listeners, messages]
}

async fn resize_pools(app: App, pools: Vec<Arc<Pool>>) {
    loop {
        let changed = app.settings().changed();
        for (pool, slots) in pools.iter().zip(slots(&app)) {
            pool.resize(slots);
        }
        app.pipeline().queue().tasks_were_queued(); // what was paused may go on
        if let Err(error) = pipeline::begin_next(&app).await {
            tracing::warn!(%error, "no further video is encoded again yet");
        }
        app.webhooks().wake();
        // hardware is found, and lost, without a change
        let _ = tokio::time::timeout(encoders::LOOK_EVERY, changed).await;
    }
}

/// Sees what other processes change.
async fn keep_settings(app: App) {
    loop {
        tokio::time::sleep(app.config().database.settings_refresh).await;
        if let Err(error) = app.settings().reload().await {
            tracing::warn!(%error, "the settings were not read again; those known stay in force");
        }
    }
}

/// Tries the hardware when that is due.
async fn keep_hardware(app: App) {
    app.encoders().hardware().keep(|| (app.tools(), Wanted::of(&app.config()))).await;
}

/// Sees which encoders are about.
async fn keep_encoders(app: App) {
    loop {
        if let Err(error) = encoders::refresh(&app).await {
            tracing::warn!(%error, "it is not known which encoders are about");
        }
        tokio::time::sleep(encoders::LOOK_EVERY).await;
    }
}

async fn keep_accounts_tidy(app: App) {
    loop {
        if let Err(error) = accounts::tidy(&app).await {
            tracing::error!(%error, "sessions that are over could not be removed");
        }
        if let Err(error) = webhooks::tidy(&app).await {
            tracing::error!(%error, "old messages to webhooks could not be removed");
        }
        tokio::time::sleep(TIDY_EVERY).await;
    }
}

async fn write_audit_files(app: App) {
    audit_files::run(&app, |entry| AuditEntry::from(entry).line()).await;
}

async fn keep_mending(app: App) {
    pipeline::measure_generations(&app).await;
    loop {
        pipeline::rest(&app, RECONCILE_EVERY).await;
        if let Err(error) = pipeline::reconcile(&app).await {
            tracing::error!(%error, "comparing rows and files failed");
        }
        app.trim_caches();
    }
}

/// Tells systemd that we live, as long as the database answers.
async fn keep_watchdog_quiet(app: App) {
    let Some(limit) = sd_notify::watchdog_enabled() else { return };
    loop {
        if app.db().ping().await.is_ok() {
            let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
        }
        tokio::time::sleep(limit / 3).await;
    }
}
