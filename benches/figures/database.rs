//! Lists and details, memory, and the start, with 10,000 videos in SQLite.

use std::time::Duration;

use anyhow::Context;
use vlog::db::{Conn, Db, DbError, now_ms, videos};
use vlog::domain::media::{AudioStream, MediaInfo, VideoStream};
use vlog::domain::video::{NewVideo, RenditionKind, RenditionSummary, Source, VideoStatus};

use super::load;
use super::server::{Home, Server, start_seconds};
use super::table::{Goal, Table, median};

const VIDEOS: usize = 10_000;
const CONNECTIONS: u32 = 16;
const SECONDS: u32 = 5;
const STARTS: usize = 7;
const IDLE: Duration = Duration::from_secs(10);

pub async fn measure(table: &mut Table) -> anyhow::Result<()> {
    let home = Home::new()?;
    let database = home.database();
    let db = tokio::task::spawn_blocking(move || Db::open(&database, 1)).await??;
    db.write(fill).await?;
    drop(db);
    start_seconds(&home).await?; // makes the storage's directories
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        starts.push(start_seconds(&home).await?);
    }
    table.value("start to the first 200 from /health", median(starts), "s", Goal::Most(0.1));

    let server = Server::start(&home, &[]).await?;
    let list = server.json(&server.public, "/api/videos?limit=50&include_total=true").await?.context("no list")?;
    anyhow::ensure!(list["total_count"] == VIDEOS, "the list counts {} videos", list["total_count"]);
    tokio::time::sleep(IDLE).await;
    memory(table, &server, "idle after one list", Goal::Most(25.0))?;

    let scratch = tempfile::tempdir()?;
    let next = list["next_cursor"].as_str().context("no second page")?;
    let details: Vec<String> = (0..500).map(|n| format!("/api/videos/{}", slug(n * 19 % VIDEOS))).collect();
    for (name, paths) in [
        ("list of 50", vec!["/api/videos?limit=50".to_owned(), format!("/api/videos?limit=50&cursor={next}")]),
        ("list by title", vec!["/api/videos?sort=title&order=asc&limit=50".to_owned()]),
        ("search", vec!["/api/videos?search=harbour".to_owned()]),
        ("details", details),
    ] {
        load::ask(&server.public, &paths, CONNECTIONS, 1, scratch.path()).await?;
        let found = load::ask(&server.public, &paths, CONNECTIONS, SECONDS, scratch.path()).await?;
        table.value(format!("API, {name}, {CONNECTIONS} connections"), found.rate, "req/s", Goal::None);
        table.value(format!("API, {name}, 99th percentile"), found.p99, "ms", Goal::None);
    }
    tokio::time::sleep(IDLE).await;
    memory(table, &server, "idle after the load", Goal::None)?;
    server.stop().await
}

/// Resident memory as the system counts it.
fn memory(table: &mut Table, server: &Server, when: &str, goal: Goal) -> anyhow::Result<()> {
    let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", server.pid()?))?;
    let megabytes = |name: &str| -> anyhow::Result<f64> {
        let line = rollup.lines().find_map(|line| line.strip_prefix(name)).context("an odd smaps_rollup")?;
        Ok(line.split_whitespace().next().context("no number")?.parse::<f64>()? * 1024.0 / 1e6)
    };
    table.value(format!("memory, {when}: resident"), megabytes("Rss:")?, "MB", goal);
    table.value(format!("memory, {when}: its own"), megabytes("Private_Dirty:")?, "MB", Goal::None);
    Ok(())
}

/// Ready videos that differ as real ones do.
fn fill(conn: &mut Conn) -> Result<(), DbError> {
    let renditions = renditions();
    let placeholder = format!("data:image/webp;base64,{}", "A".repeat(160));
    let begin = now_ms() - VIDEOS as i64 * 60_000;
    for n in 0..VIDEOS {
        let now = begin + n as i64 * 60_000;
        let video = videos::insert(conn, &new_video(n), &slug(n), now)?;
        let publication = videos::Publication { generation: 1, status: VideoStatus::Ready, renditions: &renditions };
        videos::publish(conn, video.id, &publication, now)?;
        videos::set_thumbnails(conn, video.id, &[320, 640, 960, 1280], Some(&placeholder))?;
        videos::set_source_dropped(conn, video.id)?;
    }
    Ok(())
}

fn slug(n: usize) -> String {
    format!("{n:05}-a-day-in-town")
}

/// A row for a video of twelve seconds.
pub fn new_video(n: usize) -> NewVideo {
    const PLACES: [&str; 10] = [
        "town",
        "the harbour",
        "the hills",
        "Paris",
        "a garden",
        "the snow",
        "a forest",
        "the north",
        "Rome",
        "the sea",
    ];
    let media = MediaInfo {
        container: "mov,mp4".to_owned(),
        duration_seconds: 12.0 + n as f64,
        video: Some(VideoStream {
            codec: "h264".to_owned(),
            display_width: 1920,
            display_height: 1080,
            ..VideoStream::default()
        }),
        audio: vec![AudioStream { codec: "aac".to_owned(), channels: 2, ..AudioStream::default() }],
        ..MediaInfo::default()
    };
    let source =
        Source { key: format!("uploads/{n}"), name: format!("MVI_{n:05}.mp4"), size_bytes: 450_000_000, kept: true };
    NewVideo {
        title: format!("{n:05}: a day in {}", PLACES[n % PLACES.len()]),
        description: "What we saw, in one piece and without music. ".repeat(1 + n % 8),
        source,
        media,
    }
}

/// Four qualities and a sound.
pub fn renditions() -> Vec<RenditionSummary> {
    let sound = RenditionSummary {
        kind: RenditionKind::Audio,
        name: "audio-0".to_owned(),
        codec: "aac".to_owned(),
        codecs: "mp4a.40.2".to_owned(),
        width: 0,
        height: 0,
        frame_rate: 0.0,
        bandwidth: 130_000,
        average_bandwidth: 128_000,
        language: Some("en".to_owned()),
        label: "English".to_owned(),
        channels: 2,
        default: true,
        copied: true,
        segment_count: 2,
        duration_seconds: 12.0,
        size_bytes: 192_000,
    };
    let picture = |height: u32| RenditionSummary {
        kind: RenditionKind::Video,
        name: format!("{height}p"),
        codec: "h264".to_owned(),
        codecs: "avc1.640028".to_owned(),
        width: height * 16 / 9 / 2 * 2,
        height,
        frame_rate: 25.0,
        bandwidth: u64::from(height) * 5000,
        average_bandwidth: u64::from(height) * 4000,
        language: None,
        label: String::new(),
        channels: 0,
        default: false,
        copied: height == 1080,
        segment_count: 2,
        duration_seconds: 12.0,
        size_bytes: u64::from(height) * 6000,
    };
    [1080, 720, 480, 360].map(picture).into_iter().chain([sound]).collect()
}
