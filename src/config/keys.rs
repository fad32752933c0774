//! The table of keys. Every line is the one place where a key's name, type, default, variable, documentation and
//! limits are written, and whether it is a setting (`runtime`): read anew for each request, job or task, so that it may
//! change while the program runs.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;

use super::access::{NewcomerRole, SecretKey, SecretText, SecureCookies, WorkerKey};
use super::base_path::BasePath;
use super::check::{
    DEVICE, HTTP_URL, device, domain, header_name, http_url, log_filter, mirror, not_empty, receiver_url,
};
use super::codecs::Codecs;
use super::factor::Factor;
use super::loudness::Loudness;
use super::pool_names::PoolNames;
use super::rate_limit::RateLimit;
use super::redis_url::RedisUrl;
use super::registry::sections;
use super::schedule::Schedule;
use super::speech::{SpeechModel, SpokenLanguage};
use super::tagline::Tagline;
use super::units::Bytes;
use super::value::{AfterImport, DatabaseUrl, Hardware, KeepSource, LogFormat, Preset};
use crate::domain::ladder::Ladder;

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
        /// Address the worker listener binds: this machine alone unless you choose another, such as 0.0.0.0 for every
        /// network card. Workers show a key, and read whole sources: beyond your own network put a proxy with TLS before it.
        bind_worker: IpAddr = LOOPBACK, "VLOG_BIND_WORKER";
        /// Port of the public listener. 0 takes any free port, here and for the other two.
        public_port: u16 = 9000, "VLOG_PUBLIC_PORT";
        /// Port of the admin listener.
        admin_port: u16 = 9001, "VLOG_ADMIN_PORT";
        /// Port of the worker listener.
        worker_api_port: u16 = 9002, "VLOG_WORKER_API_PORT";
        /// Path of vlog on a site that it shares with others, such as "/video", for a proxy that hands requests on with
        /// their path unchanged. Empty: vlog has a site of its own. `/health`, `/ready` and `/metrics` answer without the
        /// path, too.
        base_path: BasePath = BasePath::default(), "VLOG_BASE_PATH";
        /// Path of the dashboard, such as "/video-admin", where it is on the same site. Empty: that of `base_path`.
        admin_base_path: BasePath = BasePath::default(), "VLOG_ADMIN_BASE_PATH";
        /// Address viewers use, such as `https://video.example.org` or `https://example.org/video`; links in the
        /// dashboard start with it. Empty: they are made from the request.
        public_url: String = String::new(), "VLOG_PUBLIC_URL" runtime, as HTTP_URL, http_url;
        /// Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: addresses or networks, such as
        /// ["127.0.0.1", "10.0.0.0/8"]. In the variable a comma parts them.
        trusted_proxies: Vec<IpNet> = Vec::new(), "VLOG_TRUSTED_PROXIES";
    }

    /// Logging in.
    accounts: Accounts {
        /// Whether browsers keep to https with the cookies of a login: "auto" when the login came by https, as a trusted
        /// proxy says, "true" always, "false" never.
        secure_cookies: SecureCookies = SecureCookies::Auto, "VLOG_SECURE_COOKIES";
        /// How long a login lasts at most, however often it is used; without use it ends after 30 days.
        session_lifetime: Duration = Duration::from_secs(90 * 24 * HOUR), "VLOG_SESSION_LIFETIME" runtime,
            in Duration::from_secs(60)..=Duration::from_secs(3650 * 24 * HOUR);
        /// The server's secret, 32 random bytes in hexadecimal or base64, which sessions and API keys hang on. Empty: it
        /// is made at the first start and kept in "secret.key" in the storage. Better in the variable than in the file.
        secret_key: SecretKey = SecretKey(None), "VLOG_SECRET_KEY";
        /// Domain that passkeys are for, such as "example.org": they are good on it and on all names below it. Empty: on
        /// the very name they are made on. Passkeys made for another domain are good no longer.
        passkey_domain: String = String::new(), "VLOG_PASSKEY_DOMAIN", domain;
        /// Header in which a proxy says who is logged in, such as "Remote-User" (Authelia, Authentik and others send
        /// it). Empty: none is believed.
        trusted_header: String = String::new(), "VLOG_TRUSTED_HEADER", header_name;
        /// Networks of the proxies that are believed this: the machine that connects must be in one. Nobody else may
        /// reach vlog from there, and the proxy must set the header itself on every request.
        trusted_header_networks: Vec<IpNet> = Vec::new(), "VLOG_TRUSTED_HEADER_NETWORKS";
        /// Role of the account that is made for somebody whom the header names and who has none; "none" refuses them.
        trusted_header_role: NewcomerRole = NewcomerRole(None), "VLOG_TRUSTED_HEADER_ROLE";
    }

    /// Logging in with an account elsewhere (OpenID Connect): Authelia, Authentik, Keycloak and others. Register
    /// ADDRESS/api/auth/oidc/callback there, for the addresses of the dashboard and of the public site.
    oidc: Oidc {
        /// The provider's address, as its discovery document says it, such as `https://auth.example.org`. Empty: none.
        issuer: String = String::new(), "VLOG_OIDC_ISSUER", as HTTP_URL, http_url;
        /// What vlog is called there.
        client_id: String = "vlog".to_owned(), "VLOG_OIDC_CLIENT_ID" runtime;
        /// The secret that the provider gave vlog. As a setting it is sealed with the server's own secret; otherwise better
        /// in the variable than in the file.
        client_secret: SecretText = SecretText::default(), "VLOG_OIDC_CLIENT_SECRET" runtime;
        /// What is asked for besides "openid".
        scopes: Vec<String> = ["profile", "email", "groups"].map(str::to_owned).to_vec(), "VLOG_OIDC_SCOPES" runtime;
        /// The claim that decides the role at each login: a text or a list, with dots for what lies deeper, such as
        /// "groups" or "realm_access.roles". Empty: roles are set in vlog.
        role_claim: String = "groups".to_owned(), "VLOG_OIDC_ROLE_CLAIM" runtime;
        /// Values of that claim that make an admin.
        admin_values: Vec<String> = Vec::new(), "VLOG_OIDC_ADMIN_VALUES" runtime;
        /// Values of that claim that make an editor.
        editor_values: Vec<String> = Vec::new(), "VLOG_OIDC_EDITOR_VALUES" runtime;
        /// Role of newcomers without one of these values; "none" refuses them.
        default_role: NewcomerRole = NewcomerRole(None), "VLOG_OIDC_DEFAULT_ROLE" runtime;
        /// What the button on the login page calls the provider.
        name: String = "single sign-on".to_owned(), "VLOG_OIDC_NAME" runtime;
    }

    /// Who gets in.
    access: Access {
        /// Ask everybody to log in, viewers, too. Off: whoever reaches the public port watches public and unlisted videos.
        private: bool = false, "VLOG_ACCESS_PRIVATE" runtime;
        /// How long the address of a private video's files is good for at most, and for half of that at least; then
        /// players ask for a new one by themselves. An address that leaks is dead after this long.
        media_link_lifetime: Duration = Duration::from_secs(4 * HOUR), "VLOG_ACCESS_MEDIA_LINK_LIFETIME" runtime,
            in Duration::from_secs(2)..=Duration::from_secs(168 * HOUR);
    }

    /// How often one address, and one account, may ask: "100/minute" (also second, hour, day), or "off". As many may come
    /// at once, and come back evenly. Files of videos are never counted, nor is what comes from this machine itself.
    rate_limiting: RateLimiting {
        /// Limit anything at all.
        enabled: bool = true, "VLOG_RATE_LIMIT_ENABLED" runtime;
        /// Pages and API of the public listener.
        public_default: RateLimit = RateLimit::per_minute(100), "VLOG_RATE_LIMIT_PUBLIC_DEFAULT" runtime;
        /// Lists of videos on the public listener, with their search.
        public_videos_list: RateLimit = RateLimit::per_minute(60), "VLOG_RATE_LIMIT_PUBLIC_VIDEOS_LIST" runtime;
        /// Pages and API of the admin listener.
        admin_default: RateLimit = RateLimit::per_minute(200), "VLOG_RATE_LIMIT_ADMIN_DEFAULT" runtime;
        /// Uploads, finished or not.
        admin_upload: RateLimit = RateLimit::per_hour(300), "VLOG_RATE_LIMIT_ADMIN_UPLOAD" runtime;
        /// API of the worker listener.
        worker_default: RateLimit = RateLimit::per_minute(300), "VLOG_RATE_LIMIT_WORKER_DEFAULT" runtime;
    }

    /// Redis, for several servers on one database: they share the counts of rate_limiting, and tell each other at once
    /// when a session ends or what it may do changes. While Redis is gone everything goes on without it.
    redis: Redis {
        /// "redis://HOST:6379", or "rediss://USER:PASSWORD@HOST" with TLS. Empty: there is none, and none is needed.
        url: RedisUrl = RedisUrl::default(), "VLOG_REDIS_URL";
    }

    /// Who did what: the database has it, and files that programs can collect follow it.
    audit: Audit {
        /// Write the audit log to files as well, as lines of JSON.
        enabled: bool = true, "VLOG_AUDIT_LOG_ENABLED" runtime;
        /// Where: "audit.jsonl", and "audit.jsonl.1" and so on for older ones. Empty: "audit" in the storage.
        directory: PathBuf = PathBuf::new(), "VLOG_AUDIT_LOG_DIRECTORY";
        /// A file that would grow beyond this is put aside, and a new one begun.
        max_bytes: Bytes = Bytes(10 << 20), "VLOG_AUDIT_LOG_MAX_BYTES" runtime, in Bytes(1 << 10)..=Bytes::gib(1);
        /// Files put aside that are kept.
        backup_count: u32 = 5, "VLOG_AUDIT_LOG_BACKUP_COUNT" runtime, in 0..=1000;
        /// Days after which the database forgets an entry. 0: never.
        retention_days: u32 = 0, "VLOG_AUDIT_RETENTION_DAYS" runtime, in 0..=36_500;
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
        /// How long files of a replaced version stay, for viewers who are in the middle of it; and longer, while they are asked
        /// for.
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
        /// Heavy tasks at once. 0 decides by itself: a quarter of the cores (one encode uses several), half of them and 2 at
        /// least where hardware encodes, one for each 2 GiB of memory at most, at least 1.
        slots: u32 = 0, "VLOG_TRANSCODING_SLOTS" runtime, in 0..=256;
        /// Encode on this machine, too. "false" leaves that to workers; it waits as long as there is none.
        local: bool = true, "VLOG_TRANSCODING_LOCAL" runtime;
        /// Light tasks at once: analysing, copying, sound, thumbnails, subtitles. One of several is kept for what a new
        /// upload begins with, so that it never waits for a long film's sound.
        light_slots: u32 = 3, "VLOG_TRANSCODING_LIGHT_SLOTS" runtime, in 1..=256;
        /// When encoding may begin, such as "22:00-06:00" in this machine's time zone; "always" for no such rule. What
        /// is copied is playable at once all the same, and so is everything light.
        schedule: Schedule = Schedule(None), "VLOG_TRANSCODING_SCHEDULE" runtime;
        /// Kinds of work that begin nothing new, here or on a worker: "encode", "light", which is analysing, copying, sound,
        /// subtitles and thumbnails, "sprites", "reencode", "transcription" and "webhooks". What runs goes on to its end. The dashboard's Jobs page changes this.
        paused: PoolNames = PoolNames::default(), "VLOG_TRANSCODING_PAUSED" runtime;
        /// How much effort x264 takes: "balanced" is as good and as small as x264's "medium" in about two
        /// thirds of the time; or a preset of x264's, from "ultrafast" to "placebo": slower makes smaller files of the
        /// same quality.
        preset: Preset = Preset::Balanced, "VLOG_TRANSCODING_PRESET" runtime;
        /// Hardware that encodes: "auto" whatever works ("nvenc" for NVIDIA's cards before "vaapi" for Intel's and AMD's graphics
        /// before "qsv" for Intel's), one of these, or "off". It is tried at the start (`vlog doctor` shows what works and what
        /// is missing), and what it fails at is done in software. Much faster, for larger files of the same quality. Workers
        /// have this key of their own.
        hardware: Hardware = Hardware::Auto, "VLOG_HWACCEL_TYPE" runtime;
        /// The device: a file such as "/dev/dri/renderD129", or the number of NVIDIA's card, such as "1". Empty: the first.
        hardware_device: String = String::new(), "VLOG_HWACCEL_VAAPI_DEVICE", as DEVICE, device;
        /// Pictures of different sizes that NVIDIA's card may encode at once, over all tasks. 0: as many as its driver allows.
        hardware_sessions: u32 = 0, "VLOG_HWACCEL_MAX_SESSIONS" runtime, in 0..=64;
        /// Codecs to publish: "hevc" and "av1" make further renditions beside "h264", which is always there. Devices that
        /// know them need less data for the same picture; encoding takes several times as long, and comes after H.264.
        /// In the variable a comma parts them.
        codecs: Codecs = Codecs::default(), "VLOG_TRANSCODING_CODECS" runtime;
        /// Sizes to publish, as JSON, highest first: "height" is the short side in pixels and names the size ("1080p"),
        /// "max_rate" is the most bits per second of H.264 at up to 30 frames per second; "hevc" and "av1" get less, faster
        /// pictures more. A film gets those that are no larger than itself. Empty: vlog's own, from 2160 to 360. A change
        /// holds for what is transcoded from then on.
        ladder: Ladder = Ladder::default(), "VLOG_TRANSCODING_LADDER" runtime;
        /// Loudness that all sound is brought to (EBU R128): "off" leaves it as it is, -16 LUFS is what most platforms
        /// use, -23 is broadcasting. Nothing is made louder by more than 20 dB. Takes a reading more, and sound is then
        /// never copied.
        loudness: Loudness = Loudness(None), "VLOG_TRANSCODING_LOUDNESS" runtime;
        /// Niceness of ffmpeg (0 to 19): higher leaves more of a busy machine to others. What viewers wait for, which is
        /// analysing, copying and sound, has half of it.
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

    /// Encoding videos again that can be watched already, with what is set by then.
    reencode: Reencode {
        /// Heavy tasks of it at once on this machine. 0: as many as `transcoding.slots`. It begins nothing while new videos need
        /// the machine: the two together keep no more slots busy than the larger number.
        slots: u32 = 0, "VLOG_REENCODE_SLOTS" runtime, in 0..=256;
        /// Videos that are encoded again at the same time; the others wait for their turn. Each of them needs room for
        /// another version of itself beside the old one, which is removed `storage.generation_grace` after it is done.
        batch_size: u32 = 2, "VLOG_REENCODE_BATCH_SIZE" runtime, in 1..=10;
    }

    /// Writing down what is said, as captions and as text. It needs a model: `vlog models pull`.
    transcription: Transcription {
        /// Do it at all. Off: nothing is begun, and what waits goes on waiting.
        enabled: bool = true, "VLOG_TRANSCRIPTION_ENABLED" runtime;
        /// Every new video with sound, when it is ready. Otherwise only where somebody asks for it.
        on_upload: bool = true, "VLOG_TRANSCRIPTION_ON_UPLOAD" runtime;
        /// The model: larger ones hear better and take longer. "base" takes about a twentieth of the film's time on two cores.
        whisper_model: SpeechModel = SpeechModel::default(), "VLOG_WHISPER_MODEL" runtime;
        /// A file of one's own instead, in the format of whisper.cpp. Empty: that of `whisper_model`, in "models" in the storage.
        model_path: PathBuf = PathBuf::new(), "VLOG_TRANSCRIPTION_MODEL_PATH";
        /// Where `vlog models pull` finds the files: a mirror, "https://..." or "file:///...". Empty: where upstream has them.
        model_url: String = String::new(), "VLOG_TRANSCRIPTION_MODEL_URL", mirror;
        /// Language that is spoken, such as "en"; "auto" finds it out for each video.
        language: SpokenLanguage = SpokenLanguage(None), "VLOG_TRANSCRIPTION_LANGUAGE" runtime;
        /// One film may take so long.
        timeout: Duration = Duration::from_secs(4 * HOUR), "VLOG_TRANSCRIPTION_TIMEOUT" runtime,
            in Duration::from_secs(1)..=Duration::from_secs(168 * HOUR);
        /// Films at once. 0: none.
        slots: u32 = 1, "VLOG_TRANSCRIPTION_SLOTS" runtime, in 0..=64;
        /// Cores for each film. 0: half of them.
        threads: u32 = 0, "VLOG_TRANSCRIPTION_THREADS" runtime, in 0..=256;
    }

    /// Lending this machine to a server elsewhere: `vlog worker`. The server's own keys are of no use to it, but for those
    /// of ffmpeg, limits, log and hardware.
    worker: Worker {
        /// Address of the server's worker listener, such as `https://workers.example.org` or `http://10.0.0.5:9002`.
        server: String = "http://localhost:9002".to_owned(), "VLOG_WORKER_API_URL", as HTTP_URL, http_url;
        /// The key that `vlog worker register` printed on the server. Better in the variable, or in `key_file`.
        api_key: WorkerKey = WorkerKey::default(), "VLOG_WORKER_API_KEY";
        /// A file with that key.
        key_file: PathBuf = PathBuf::new(), "VLOG_WORKER_KEY_FILE";
        /// Directory for what is being made. What is in it is removed at the start and after each task.
        work_dir: PathBuf = PathBuf::from("/tmp/vlog-worker"), "VLOG_WORKER_WORK_DIR", not_empty;
        /// Tasks at once. 0 decides by itself: a quarter of the cores (one encode uses several), half of them and 2 at least
        /// where hardware encodes, one for each 2 GiB of memory at most, at least 1.
        slots: u32 = 0, "VLOG_WORKER_SLOTS", in 0..=256;
        /// Port of `/health` and `/ready`, on every network card. 0: none.
        health_port: u16 = 0, "VLOG_WORKER_HEALTH_PORT";
        /// Send each segment when it is finished, so that viewers can watch while the rest is being made. Otherwise a
        /// task's segments are sent together at its end, which suits slow links.
        streaming_upload: bool = true, "VLOG_WORKER_STREAMING_UPLOAD";
        /// No task is taken while less than this is free where work_dir is.
        free_space_floor: Bytes = Bytes::gib(2), "VLOG_WORKER_FREE_SPACE_FLOOR";
        /// How long running tasks may go on after SIGTERM; what is not done by then is given back.
        drain_grace: Duration = Duration::from_secs(20), "VLOG_WORKER_DRAIN_GRACE";
        /// After this many failures in a row the server is left alone for a while.
        circuit_breaker_failures: u32 = 5, "VLOG_WORKER_CIRCUIT_BREAKER_FAILURES", in 1..=1000;
        /// For this long; then one request tries whether it answers again.
        circuit_breaker_rest: Duration = Duration::from_secs(10), "VLOG_WORKER_CIRCUIT_BREAKER_REST",
            in Duration::from_millis(100)..=Duration::from_secs(HOUR);
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
        /// Processor time one ffmpeg may use, that of all its threads together. A film of days with many sounds may need
        /// more.
        ffmpeg_cpu: Duration = Duration::from_secs(48 * HOUR), "VLOG_LIMITS_FFMPEG_CPU" runtime,
            in Duration::from_secs(1)..=Duration::from_secs(10_000 * HOUR);
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

    /// Pictures for the seek bar of the player.
    sprites: Sprites {
        /// Make them, and show those that there are.
        enabled: bool = true, "VLOG_SPRITE_SHEET_ENABLED" runtime;
        /// Make them of each video that becomes ready.
        on_upload: bool = true, "VLOG_SPRITE_SHEET_AUTO_GENERATE" runtime;
        /// Seconds between two pictures. Short films have them closer, very long ones farther apart.
        interval: u32 = 10, "VLOG_SPRITE_SHEET_FRAME_INTERVAL" runtime, in 1..=60;
        /// Width of a picture in pixels.
        tile_width: u32 = 160, "VLOG_SPRITE_SHEET_THUMBNAIL_WIDTH" runtime, in 80..=320;
        /// Videos at once whose pictures are made.
        slots: u32 = 1, "VLOG_SPRITE_SHEET_SLOTS" runtime, in 1..=32;
    }

    /// Telling addresses elsewhere what happens here (the Webhooks page of the dashboard).
    webhooks: Webhooks {
        /// Tell anybody anything. Off: nothing is written down, and what waits goes on waiting.
        enabled: bool = true, "VLOG_WEBHOOKS_ENABLED" runtime;
        /// Attempts after the first; then a message is given up, and shown as failed.
        max_retries: u32 = 5, "VLOG_WEBHOOKS_MAX_RETRIES" runtime, in 0..=20;
        /// Rest before the first of them. Each is up to a quarter longer by chance.
        retry_base_delay: Duration = Duration::from_secs(30), "VLOG_WEBHOOKS_RETRY_BASE_DELAY" runtime,
            in Duration::from_millis(100)..=Duration::from_secs(HOUR);
        /// How many times longer each rest is than the one before.
        retry_backoff_multiplier: Factor = Factor(2.0), "VLOG_WEBHOOKS_RETRY_BACKOFF_MULTIPLIER" runtime;
        /// How long a receiver has for its answer.
        request_timeout: Duration = Duration::from_secs(10), "VLOG_WEBHOOKS_REQUEST_TIMEOUT" runtime,
            in Duration::from_millis(100)..=Duration::from_secs(60);
        /// Messages on their way at once, each to another receiver.
        max_concurrent_deliveries: u32 = 10, "VLOG_WEBHOOKS_MAX_CONCURRENT_DELIVERIES" runtime, in 1..=50;
        /// Networks of one's own that receivers may be in, such as ["192.168.1.0/24", "fd00::/8"] for those at home. Others
        /// than these and public addresses are refused: whoever may add a webhook could reach what only this server can.
        allow_networks: Vec<IpNet> = Vec::new(), "VLOG_WEBHOOKS_ALLOW_NETWORKS" runtime;
        /// Days after which messages that were taken or given up are forgotten.
        retention_days: u32 = 30, "VLOG_WEBHOOKS_RETENTION_DAYS" runtime, in 1..=3650;
    }

    /// Messages about what somebody should look at: a job failed for good, a worker went away, the disk is nearly full, tasks
    /// were left behind. Webhooks can ask for them, too.
    alerts: Alerts {
        /// Address that gets all of them, such as that of a chat; it appears among the webhooks. Empty: none. It may hold a key,
        /// and is treated as one. Better in the variable than in the file.
        webhook_url: SecretText = SecretText::default(), "VLOG_ALERT_WEBHOOK_URL" runtime, receiver_url;
        /// How long it has for its answer.
        webhook_timeout: Duration = Duration::from_secs(10), "VLOG_ALERT_WEBHOOK_TIMEOUT" runtime,
            in Duration::from_millis(100)..=Duration::from_secs(60);
        /// Of one kind of alert, each receiver gets one in this time at most. 0: all.
        rate_limit: Duration = Duration::from_secs(300), "VLOG_ALERT_RATE_LIMIT_SECONDS" runtime,
            in Duration::ZERO..=Duration::from_secs(24 * HOUR);
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

impl Config {
    /// For tests: everything below `directory`, free ports, loopback, no demands on the disk, and no hardware.
    pub fn for_testing(directory: &Path) -> Self {
        let mut config = Self::default();
        config.http.bind_public = LOOPBACK;
        config.http.public_port = 0;
        config.http.admin_port = 0;
        config.http.worker_api_port = 0;
        config.database.url = DatabaseUrl::sqlite(directory.join("vlog.db"));
        config.storage.path = directory.to_owned();
        config.storage.free_space_floor = Bytes(0);
        config.transcoding.hardware = Hardware::Off;
        config.sprites.on_upload = false;
        config
    }
}
