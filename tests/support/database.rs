//! A database per test, SQLite and PostgreSQL alike, and rows to start from.

use diesel::RunQueryDsl;
use vlog::db::{Conn, Db, DbError, jobs, videos};
use vlog::domain::id::VideoId;
use vlog::domain::job::{Job, JobKind, NewTask};
use vlog::domain::ladder;
use vlog::domain::media::{MediaInfo, VideoStream};
use vlog::domain::task::{AnalyseSpec, EncodeSpec, Picture, SubtitlesSpec, TaskSpec};
use vlog::domain::transcode::Chunk;
use vlog::domain::video::{NewVideo, Source, Video};

/// Connections of a test's pool.
const POOL_SIZE: u32 = 8;

/// A SQLite database in a directory that goes with the guard.
pub fn sqlite() -> (Db, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", directory.path().join("data/test.db").display());
    (Db::open(&url, POOL_SIZE).unwrap(), directory)
}

/// A PostgreSQL database.
pub fn postgres() -> Db {
    Db::open(&super::postgres::new_database(), POOL_SIZE).unwrap()
}

/// Makes two tests of each `async fn check(db: Db)`, one for each database.
macro_rules! on_both {
    ($($check:ident),* $(,)?) => { $(
        mod $check {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                let (db, _directory) = crate::database::sqlite();
                super::$check(db).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                super::$check(crate::database::postgres()).await;
            }
        }
    )* };
}
pub(crate) use on_both;

/// Runs queries; an error fails the test.
pub async fn on<T: Send + 'static>(db: &Db, f: impl FnOnce(&mut Conn) -> Result<T, DbError> + Send + 'static) -> T {
    db.run(f).await.unwrap()
}

/// Changes rows in ways the program itself never does. Returns how many.
pub fn execute(conn: &mut Conn, sql: &str) -> usize {
    let statement = diesel::sql_query(sql);
    let rows = match conn {
        Conn::Sqlite(conn) => statement.execute(conn),
        Conn::Postgres(conn) => statement.execute(conn),
    };
    rows.unwrap()
}

pub fn new_video(title: &str) -> NewVideo {
    NewVideo {
        title: title.to_owned(),
        description: String::new(),
        source: Source { key: "uploads/1".to_owned(), name: "a.mp4".to_owned(), size_bytes: 3_000_000_000, kept: true },
        media: MediaInfo {
            duration_seconds: 12.5,
            video: Some(VideoStream { display_width: 1920, display_height: 1080, ..Default::default() }),
            ..Default::default()
        },
    }
}

pub fn video(conn: &mut Conn, title: &str, now_ms: i64) -> Video {
    let slug = vlog::domain::title::slug(title);
    videos::insert(conn, &new_video(title), &slug, now_ms).unwrap()
}

pub fn job(conn: &mut Conn, video: VideoId) -> Job {
    let id = jobs::insert(conn, video, JobKind::Transcode, 1, 1).unwrap();
    jobs::get(conn, id).unwrap()
}

/// A task of kind `Analyse`, told apart from others by `number`.
pub fn analyse(number: u32, priority: i32) -> NewTask {
    let spec = AnalyseSpec { stream_index: Some(number), start_seconds: 0.0, segment_seconds: 4.0 };
    NewTask { spec: TaskSpec::Analyse(spec), priority }
}

/// A second of 720p for an encoder.
pub fn encode(encoder: &str) -> NewTask {
    let chunk = Chunk {
        index: 0,
        first_segment: 0,
        starts: vec![0.0],
        end: None,
        last_frame: None,
        quarter_frame: 0.01,
        seek: None,
    };
    let spec = EncodeSpec {
        start_seconds: 0.0,
        stream_index: 0,
        chunk,
        duration_seconds: 1.0,
        rungs: ladder::rungs(1280, 720, 25.0),
        picture: Picture::default(),
        encoder: encoder.to_owned(),
        preset: "fast".to_owned(),
        frames_on_device: None,
        beside_hardware: false,
    };
    NewTask { spec: TaskSpec::Encode(spec), priority: 0 }
}

/// A task of kind `Subtitles`.
pub fn subtitles(priority: i32) -> NewTask {
    NewTask { spec: TaskSpec::Subtitles(SubtitlesSpec { start_seconds: 0.0, tracks: Vec::new() }), priority }
}
