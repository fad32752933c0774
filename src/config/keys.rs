//! The table of keys. Every line is the one place where a key's name, type, default, variable, documentation and
//! limits are written, and whether it is a setting (`runtime`): read anew for each request, job or task, so that it may
//! change while the program runs.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;

use super::access::{SecretKey, SecureCookies};
use super::check::{http_url, log_filter, loopback, not_empty};
use super::codecs::Codecs;
use super::loudness::Loudness;
use super::registry::sections;
use super::tagline::Tagline;
use super::units::Bytes;
use super::value::{AfterImport, DatabaseUrl, KeepSource, LogFormat, Preset};

const PUBLIC: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

sections! {
    /// The three listeners: public for viewers, admin for the dashboard, worker for machines that lend their CPU.
    http: Http {
        /// Address the public listener binds. 0.0.0.0 means every network card.
        bind_public: IpAddr = PUBLIC, "VLOG_BIND_PUBLIC";
        /// Address the admin listener binds: this machine alone unless you choose another. Beyond this machine it belongs
        /// behind a proxy with TLS, because passwords go through it.
        bind_admin: IpAddr = LOOPBACK, "VLOG_BIND_ADMIN";
        /// Address the worker listener binds. Loopback only until workers have keys.
        bind_worker: IpAddr = LOOPBACK, "VLOG_BIND_WORKER", loopback;
        /// Port of the public listener. 0 takes any free port, here and for the other two.
        public_port: u16 = 9000, "VLOG_PUBLIC_PORT";
        /// Port of the admin listener.
        admin_port: u16 = 9001, "VLOG_ADMIN_PORT";
        /// Port of the worker listener.
        worker_api_port: u16 = 9002, "VLOG_WORKER_API_PORT";
        /// Address viewers use, such as `https://video.example.org`; links in the dashboard start with it. Empty:
        /// they are made from the request.
        public_url: String = String::new(), "VLOG_PUBLIC_URL" runtime, http_url;
        /// Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: addresses or networks, such as
        /// ["127.0.0.1", "10.0.0.0/8"]. In the variable a comma parts them.
        trusted_proxies: Vec<IpNet> = Vec::new(), "VLOG_TRUSTED_PROXIES";
    }

    /// Logging in.
    accounts: Accounts {
        /// Whether browsers keep to https with the cookies of a login: "auto" when the login came by https, as a trusted
        /// proxy says, "true" always, "false" never.
        secure_cookies: SecureCookies = SecureCookies::Auto, "VLOG_SECURE_COOKIES";
        /// The server's secret, 32 random bytes in hexadecimal or base64, which sessions and API keys hang on. Empty: it
        /// is made at the first start and kept in "secret.key" in the storage. Better in the variable than in the file.
        secret_key: SecretKey = SecretKey(None), "VLOG_SECRET_KEY";
    }

    /// Where rows live.
    database: Database {
        /// "sqlite://PATH" (a relative path counts from the working directory) or
        /// "postgres://USER:PASSWORD@HOST/NAME". A password stays out of the file with VLOG_DATABASE_URL.
        url: DatabaseUrl = DatabaseUrl::sqlite("./data/vlog.db"), "VLOG_DATABASE_URL";
        /// Connections kept open.
        pool_size: u32 = 4, "VLOG_DATABASE_POOL_SIZE", in 1..=256;
        /// Settings that another process changed (`vlog settings`, a second server) are seen after this long at most.
        settings_refresh: Duration = Duration::from_secs(60), "VLOG_DATABASE_SETTINGS_REFRESH",
            in Duration::from_millis(100)..=Duration::from_secs(HOUR);
    }

    /// Where bytes live.
    storage: Storage {
        /// Directory of sources, renditions and thumbnails. Created when missing.
        path: PathBuf = PathBuf::from("./data"), "VLOG_STORAGE_PATH", not_empty;
        /// What happens to an uploaded file once its video is ready: "always" keeps it, "never" deletes it,
        /// "when_not_copied" deletes it when every stream in it was copied bit for bit into the renditions.
        keep_source: KeepSource = KeepSource::Always, "VLOG_STORAGE_KEEP_SOURCE" runtime;
        /// Uploads are refused and jobs wait while less than this is free on the disk.
        free_space_floor: Bytes = Bytes::gib(2), "VLOG_STORAGE_FREE_SPACE_FLOOR" runtime;
        /// Largest file taken in.
        max_upload_size: Bytes = Bytes::gib(100), "VLOG_MAX_UPLOAD_SIZE" runtime, in Bytes(1)..=Bytes(i64::MAX as u64);
        /// How long files of a replaced version stay, for viewers who are in the middle of it.
        generation_grace: Duration = Duration::from_secs(10 * MINUTE), "VLOG_STORAGE_GENERATION_GRACE" runtime;
    }

    /// What viewers get.
    streaming: Streaming {
        /// Target length of a segment, seconds (2 to 10). A change holds for new videos.
        segment_duration: u32 = 6, "VLOG_STREAMING_SEGMENT_DURATION" runtime, in 2..=10;
        /// Offer DASH beside HLS, from the same files.
        enable_dash: bool = true, "VLOG_STREAMING_ENABLE_DASH" runtime;
    }

    /// What the public site looks like.
    display: Display {
        /// A line below the heading of the home page, at most 100 characters; search engines and shared links show it,
        /// too. Empty: none.
        tagline: Tagline = Tagline::default(), "VLOG_DISPLAY_TAGLINE" runtime;
        /// Show the tagline.
        show_tagline: bool = true, "VLOG_DISPLAY_SHOW_TAGLINE" runtime;
    }

    /// Making renditions.
    transcoding: Transcoding {
        /// Heavy tasks at once. 0 decides by itself: a quarter of the cores, at least 1 (one encode uses several).
        slots: u32 = 0, "VLOG_TRANSCODING_SLOTS" runtime, in 0..=256;
        /// Light tasks at once: analysing, copying, thumbnails, subtitles.
        light_slots: u32 = 2, "VLOG_TRANSCODING_LIGHT_SLOTS" runtime, in 1..=256;
        /// How much effort x264 takes: "balanced" is as good and as small as x264's "medium" in 60 % of the time; or
        /// a preset of x264's, from "ultrafast" to "placebo": slower makes smaller files of the same quality.
        preset: Preset = Preset::Balanced, "VLOG_TRANSCODING_PRESET" runtime;
        /// Codecs to publish: "hevc" and "av1" make further renditions beside "h264", which is always there. Devices that
        /// know them need less data for the same picture; encoding takes several times as long, and comes after H.264.
        /// In the variable a comma parts them.
        codecs: Codecs = Codecs::default(), "VLOG_TRANSCODING_CODECS" runtime;
        /// Loudness that all sound is brought to (EBU R128): "off" leaves it as it is, -16 LUFS is what most platforms
        /// use, -23 is broadcasting. Nothing is made louder by more than 20 dB. Takes a reading more, and sound is then
        /// never copied.
        loudness: Loudness = Loudness(None), "VLOG_TRANSCODING_LOUDNESS" runtime;
        /// Niceness of ffmpeg (0 to 19): higher leaves more of a busy machine to others.
        nice: u8 = 10, "VLOG_TRANSCODING_NICE" runtime, in 0..=19;
        /// Copy a source that already fits as the top rendition of its codec instead of encoding it again.
        copy: bool = true, "VLOG_TRANSCODING_COPY" runtime;
        /// How long running tasks may go on after SIGTERM; what is not done by then is given back and goes on at
        /// the next start.
        drain_grace: Duration = Duration::from_secs(20), "VLOG_TRANSCODING_DRAIN_GRACE";
        /// ffmpeg is stopped, and the task tried again, when it makes no progress for this long.
        stall_timeout: Duration = Duration::from_secs(2 * MINUTE), "VLOG_TRANSCODING_STALL_TIMEOUT" runtime,
            in Duration::from_secs(1)..=Duration::from_secs(24 * HOUR);
    }

    /// What one uploaded file may ask of the machine. Files beyond a limit are refused with the reason.
    limits: Limits {
        /// Longest video.
        max_duration: Duration = Duration::from_secs(168 * HOUR), "VLOG_LIMITS_MAX_DURATION" runtime,
            in Duration::from_secs(1)..=Duration::from_secs(10_000 * HOUR);
        /// Largest picture, width times height: 33177600 is 7680x4320.
        max_pixels: u64 = 7680 * 4320, "VLOG_LIMITS_MAX_PIXELS" runtime, in 1..=u64::from(u32::MAX);
        /// Highest frame rate that is believed, frames per second: more than ten times this is a mistake in the file's
        /// header, and counts as ten times this for max_pixel_rate.
        max_frame_rate: u32 = 240, "VLOG_LIMITS_MAX_FRAME_RATE" runtime, in 1..=10_000;
        /// Most pixels per second (width times height times frame rate): 1500000000 is 8k at 45 or 4k at 180.
        max_pixel_rate: u64 = 1_500_000_000, "VLOG_LIMITS_MAX_PIXEL_RATE" runtime, in 1..=i64::MAX as u64;
        /// Most streams (picture, sound, subtitles) in one file.
        max_streams: u32 = 64, "VLOG_LIMITS_MAX_STREAMS" runtime, in 1..=1000;
        /// Memory one ffmpeg may use. 0 sets no limit.
        ffmpeg_memory: Bytes = Bytes::gib(8), "VLOG_LIMITS_FFMPEG_MEMORY" runtime;
        /// Bytes one task may write. 0 means four times the source.
        ffmpeg_output: Bytes = Bytes(0), "VLOG_LIMITS_FFMPEG_OUTPUT" runtime;
    }

    /// The programs that do the work; version 5.1 or newer.
    ffmpeg: Ffmpeg {
        /// ffmpeg: a name that is looked up in PATH, or a path.
        path: PathBuf = PathBuf::from("ffmpeg"), "VLOG_FFMPEG_PATH", not_empty;
        /// ffprobe: the same.
        probe_path: PathBuf = PathBuf::from("ffprobe"), "VLOG_FFPROBE_PATH", not_empty;
    }

    /// Folders whose files become videos by themselves.
    watch: Watch {
        /// The folders, such as ["/srv/incoming"], with everything below them. In the variable a `:` parts them.
        folders: Vec<PathBuf> = Vec::new(), "VLOG_WATCH_FOLDERS";
        /// A file is taken once it has stopped changing for this long.
        settle: Duration = Duration::from_secs(5), "VLOG_WATCH_SETTLE",
            in Duration::from_millis(100)..=Duration::from_secs(24 * HOUR);
        /// What happens to a file after it was taken: "keep", "delete", or "move" (into ".imported" in its folder).
        after_import: AfterImport = AfterImport::Keep, "VLOG_WATCH_AFTER_IMPORT";
    }

    /// What vlog says about itself, on standard error.
    log: Log {
        /// "error", "warn", "info", "debug" or "trace"; finer with targets, such as "info,vlog::jobs=debug".
        level: String = "info".to_owned(), "VLOG_LOG_LEVEL", log_filter;
        /// "text" for people, "json" for log collectors.
        format: LogFormat = LogFormat::Text, "VLOG_LOG_FORMAT";
    }

    /// Live progress to browsers (server-sent events).
    sse: Sse {
        /// A sign of life is sent after this long without an event, so that proxies keep the connection.
        heartbeat_interval: Duration = Duration::from_secs(15), "VLOG_SSE_HEARTBEAT_INTERVAL" runtime,
            in Duration::from_secs(1)..=Duration::from_secs(HOUR);
        /// Browsers reconnect after this many milliseconds.
        reconnect_timeout_ms: u32 = 3000, "VLOG_SSE_RECONNECT_TIMEOUT_MS" runtime, in 100..=600_000;
    }
}

/// A task may write this many times the size of its source when `limits.ffmpeg_output` is 0.
const OUTPUT_PER_SOURCE: u64 = 4;
/// And at least this much, because a tiny file can become a long still picture.
const OUTPUT_MINIMUM: Bytes = Bytes::gib(1);

impl Config {
    /// For tests: everything below `directory`, free ports, loopback, and no demands on the disk.
    pub fn for_testing(directory: &Path) -> Self {
        let mut config = Self::default();
        config.http.bind_public = LOOPBACK;
        config.http.public_port = 0;
        config.http.admin_port = 0;
        config.http.worker_api_port = 0;
        config.database.url = DatabaseUrl::sqlite(directory.join("vlog.db"));
        config.storage.path = directory.to_owned();
        config.storage.free_space_floor = Bytes(0);
        config
    }
}

impl Transcoding {
    /// Heavy tasks at once, with 0 resolved to a quarter of the cores.
    pub fn slot_count(&self) -> usize {
        if self.slots > 0 {
            return self.slots as usize;
        }
        (std::thread::available_parallelism().map_or(1, usize::from) / 4).max(1)
    }
}

impl Limits {
    /// Bytes a task on a source of this size may write.
    pub fn output_limit(&self, source: Bytes) -> Bytes {
        match self.ffmpeg_output {
            Bytes(0) => Bytes(source.0.saturating_mul(OUTPUT_PER_SOURCE)).max(OUTPUT_MINIMUM),
            limit => limit,
        }
    }
}
