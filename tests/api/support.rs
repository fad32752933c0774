//! A server on free ports with a database and a storage of its own, and a client.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::sync::OnceLock;

use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use vlog::app::App;
use vlog::app::accounts::api_keys::{self, NewApiKey};
use vlog::app::accounts::users::{self, NewUser};
use vlog::app::webhooks::{self, NewWebhook};
use vlog::app::workers;
use vlog::auth::Secret;
use vlog::config::Config;
use vlog::db::videos::{self, Publication};
use vlog::db::{Db, jobs, now_ms};
use vlog::domain::account::Role;
use vlog::domain::audit::Actor;
use vlog::domain::id::{JobId, VideoId};
use vlog::domain::job::JobKind;
use vlog::domain::media::{AudioStream, Chapter, MediaInfo, VideoStream};
use vlog::domain::video::{NewVideo, RenditionKind, RenditionSummary, Source, Video, VideoStatus};
use vlog::domain::webhook::{Notice, WebhookEvent};
use vlog::http::{self, Servers};
use vlog::storage::Storage;

pub struct Server {
    pub app: App,
    pub client: reqwest::Client,
    /// An API key of the admin `root`, who has no password.
    pub key: String,
    /// Id and key of a machine that lends its CPU, see [`Server::lend`].
    worker: OnceLock<(String, String)>,
    servers: Option<Servers>,
    directory: tempfile::TempDir,
}

/// A listener, by the name it has in addresses below.
#[derive(Clone, Copy)]
pub enum At {
    Public,
    Admin,
    Worker,
}

impl Server {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::instance(change, true).await
    }

    /// Another one on the database of a first.
    pub async fn second(change: impl FnOnce(&mut Config)) -> Self {
        Self::instance(change, false).await
    }

    async fn instance(change: impl FnOnce(&mut Config), first: bool) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let directory = tempfile::tempdir().unwrap();
        let mut config = Config::for_testing(directory.path());
        change(&mut config);
        let url = config.database.url.as_str().to_owned();
        let db = tokio::task::spawn_blocking(move || Db::open(&url, 2)).await.unwrap().unwrap();
        let storage = Storage::local(&config.storage.path).unwrap();
        let app = App::new(config, db, storage, &Secret::from_bytes(&SECRET));
        let key = if first { key(&app, "root", Role::Admin).await } else { String::new() };
        let listeners = http::bind(&app).unwrap();
        let servers = http::start(&app, listeners).unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { app, client, key, worker: OnceLock::new(), servers: Some(servers), directory }
    }

    pub fn address(&self, at: At) -> std::net::SocketAddr {
        let servers = self.servers.as_ref().unwrap();
        match at {
            At::Public => servers.public,
            At::Admin => servers.admin,
            At::Worker => servers.worker,
        }
    }

    /// A request of nobody.
    pub fn anonymous(&self, at: At, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.address(at)))
    }

    /// From now on requests to the worker listener are those of a machine; its id.
    pub async fn lend(&self) -> &str {
        let (worker, key) = workers::register(&self.app, &Actor::cli(), "tests").await.unwrap();
        &self.worker.get_or_init(|| (worker.id.to_string(), key)).0
    }

    /// A webhook that a message waits for; its id.
    pub async fn webhook(&self) -> String {
        let new = NewWebhook {
            name: "tests".to_owned(),
            url: "https://1.1.1.1/".to_owned(),
            events: vec!["video.ready".to_owned()],
            active: true,
            headers: BTreeMap::new(),
        };
        let (made, _) = webhooks::create(&self.app, &Actor::cli(), new).await.unwrap();
        let notice = Notice { event: WebhookEvent::VideoReady, data: Value::Null, text: String::new() };
        self.app.db().write(move |conn| vlog::db::webhooks::record(conn, &notice, 0, now_ms())).await.unwrap();
        made.webhook.id.to_string()
    }

    /// A request of an admin, where it matters who asks.
    pub fn request(&self, at: At, method: Method, path: &str) -> RequestBuilder {
        let request = self.anonymous(at, method, path);
        if let (At::Worker, Some((_, key))) = (at, self.worker.get()) {
            return request.bearer_auth(key).header("x-vlog-protocol", "1");
        }
        if matches!(at, At::Admin) || path.starts_with("/api/auth/") { request.bearer_auth(&self.key) } else { request }
    }

    pub async fn get(&self, at: At, path: &str) -> Response {
        self.request(at, Method::GET, path).send().await.unwrap()
    }

    /// All that comes back on a connection of its own for these bytes: a client library would tidy them up. The test's own
    /// thread goes on meanwhile: the server's start may not be through on it.
    pub async fn raw(&self, at: At, sent: String) -> Vec<u8> {
        let address = self.address(at);
        let talk = move || {
            let mut connection = std::net::TcpStream::connect(address).unwrap();
            connection.write_all(sent.as_bytes()).unwrap();
            let mut got = Vec::new();
            connection.read_to_end(&mut got).unwrap();
            got
        };
        tokio::task::spawn_blocking(talk).await.unwrap()
    }

    /// The JSON of a 200.
    pub async fn json(&self, at: At, path: &str) -> Value {
        let response = self.get(at, path).await;
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.unwrap()
    }

    /// Checks that the answer is a problem of this status and code.
    pub async fn problem(&self, response: Response, status: u16, code: &str) {
        let url = response.url().clone();
        let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
        assert_eq!(response.headers()["content-type"], "application/problem+json", "{url}");
        let got = response.status().as_u16();
        let body: Value = response.json().await.unwrap();
        assert_eq!((got, body["code"].as_str().unwrap()), (status, code), "{url}: {body}");
        assert_eq!(body["status"], status);
        assert_eq!(body["instance"], id.as_str());
        assert!(!body["detail"].as_str().unwrap().is_empty());
    }

    pub async fn stop(mut self) {
        self.servers.take().unwrap().stop().await;
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.directory.path().join(below)
    }

    /// A video that was only uploaded.
    pub async fn pending(&self, title: &str) -> Video {
        let new = new_video(title);
        let slug = vlog::domain::title::slug(title);
        self.app.db().run(move |conn| videos::insert(conn, &new, &slug, now_ms())).await.unwrap()
    }

    /// A video with files of generation 1.
    pub async fn published(&self, title: &str, status: VideoStatus) -> Video {
        let id = self.pending(title).await.id;
        let written = self.path(&format!("videos/{id}/g1"));
        for (name, content) in files() {
            let path = written.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        self.publish(id, status).await
    }

    /// A job of a video, without a task.
    pub async fn job(&self, video: VideoId) -> JobId {
        let insert = move |conn: &mut vlog::db::Conn| jobs::insert(conn, video, JobKind::Transcode, 1, now_ms());
        self.app.db().run(insert).await.unwrap()
    }

    pub async fn publish(&self, id: VideoId, status: VideoStatus) -> Video {
        let publish = move |conn: &mut vlog::db::Conn| {
            let renditions = renditions();
            let publication = Publication { generation: 1, status, renditions: &renditions };
            videos::publish(conn, id, &publication, now_ms())?;
            videos::set_thumbnails(conn, id, &[320, 640], Some("data:image/jpeg;base64,AAAA"))?;
            videos::get(conn, id)
        };
        let video = self.app.db().run(publish).await.unwrap();
        self.app.forget_slug(&video.slug);
        video
    }
}

/// The server's secret.
pub const SECRET: [u8; 32] = [7; 32];

/// An account without a password, and an API key of its own.
pub async fn key(app: &App, name: &str, role: Role) -> String {
    let new = NewUser { username: name.to_owned(), display_name: String::new(), role, password: None };
    let user = users::create(app, &Actor::cli(), new).await.unwrap();
    let new = NewApiKey { name: "tests".to_owned(), role, expires_at_ms: None };
    api_keys::create_for(app, &Actor::cli(), &user, new).await.unwrap().1
}

pub const SEGMENT_BYTES: usize = 700_000;

/// Bytes that tell where they are.
pub fn segment() -> Vec<u8> {
    (0..SEGMENT_BYTES as u32).flat_map(|n| n.to_be_bytes()).take(SEGMENT_BYTES).collect()
}

fn files() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("master.m3u8", b"#EXTM3U\n#EXT-X-VERSION:7\n".repeat(40)),
        ("manifest.mpd", b"<?xml version=\"1.0\"?><MPD/>".to_vec()),
        ("720p/stream.m3u8", b"#EXTM3U\n".to_vec()),
        ("720p/init.mp4", b"init".to_vec()),
        ("720p/seg_00000.m4s", segment()),
        ("audio-0/seg_00000.m4s", b"sound".to_vec()),
        ("text-0/captions.vtt", b"WEBVTT\n".to_vec()),
        ("thumbnail-320.jpg", b"small".to_vec()),
        ("thumbnail-640.jpg", b"large".to_vec()),
        ("thumbnail-640.webp", b"webp".to_vec()),
        ("plan.json", b"{}".to_vec()),
    ]
}

fn new_video(title: &str) -> NewVideo {
    let media = MediaInfo {
        container: "mov,mp4".to_owned(),
        duration_seconds: 12.5,
        video: Some(VideoStream { display_width: 1280, display_height: 720, ..Default::default() }),
        audio: vec![AudioStream { channels: 2, ..Default::default() }],
        chapters: vec![Chapter { start_seconds: 0.0, end_seconds: 5.0, title: "Intro & <more>".to_owned() }],
        ..Default::default()
    };
    let source = Source {
        key: format!("uploads/{}", uuid::Uuid::now_v7()),
        name: "holiday.mp4".to_owned(),
        size_bytes: 1000,
        kept: true,
    };
    NewVideo { title: title.to_owned(), description: "Words".to_owned(), source, media }
}

fn renditions() -> Vec<RenditionSummary> {
    let base = RenditionSummary {
        kind: RenditionKind::Video,
        name: "720p".to_owned(),
        codec: "h264".to_owned(),
        codecs: "avc1.64001f".to_owned(),
        width: 1280,
        height: 720,
        frame_rate: 25.0,
        bandwidth: 2_500_000,
        average_bandwidth: 2_000_000,
        language: None,
        label: String::new(),
        channels: 0,
        default: false,
        copied: true,
        segment_count: 1,
        duration_seconds: 12.5,
        size_bytes: SEGMENT_BYTES as u64,
    };
    let audio = RenditionSummary {
        kind: RenditionKind::Audio,
        name: "audio-0".to_owned(),
        codec: "aac".to_owned(),
        codecs: "mp4a.40.2".to_owned(),
        label: "English".to_owned(),
        language: Some("en".to_owned()),
        channels: 2,
        default: true,
        ..base.clone()
    };
    let text = RenditionSummary {
        kind: RenditionKind::Text,
        name: "text-0".to_owned(),
        label: "Deutsch".to_owned(),
        language: Some("de".to_owned()),
        ..base.clone()
    };
    vec![base, audio, text]
}
