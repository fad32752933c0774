//! The queue with 100,000 tasks that wait: how long a claim takes, alone and among eight claimers, on both databases.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use anyhow::ensure;
use vlog::db::tasks::{self, Claimer};
use vlog::db::{Conn, Db, DbError, jobs, now_ms, videos};
use vlog::domain::id::TaskId;
use vlog::domain::job::{JobKind, NewTask, TaskKind};
use vlog::domain::task::{AnalyseSpec, EncodeSpec, Picture, TaskSpec};
use vlog::domain::transcode::Chunk;

use super::database::new_video;
use super::postgres;
use super::table::{Goal, Table};

const JOBS: usize = 1000;
const TASKS_OF_A_JOB: u32 = 100;
const CLAIMS: usize = 2000;
const CLAIMERS: usize = 8;
const LEASE_MS: i64 = 60_000;

pub async fn measure(table: &mut Table) -> anyhow::Result<()> {
    let directory = tempfile::tempdir_in(super::bench_directory())?;
    let url = format!("sqlite://{}", directory.path().join("queue.db").display());
    on(table, "SQLite", url).await?;
    // started without fsync, as for tests
    let url = tokio::task::spawn_blocking(postgres::new_database).await?;
    on(table, "PostgreSQL", url).await
}

async fn on(table: &mut Table, name: &str, url: String) -> anyhow::Result<()> {
    let db = tokio::task::spawn_blocking(move || Db::open(&url, CLAIMERS as u32)).await??;
    db.write(fill).await?;
    let mut times = Vec::new();
    for _ in 0..CLAIMS {
        times.push(claim(&db, TaskKind::HEAVY).await?.1);
    }
    table.value(format!("claim of 100,000, {name}, 99th percentile"), p99(times), "ms", Goal::Most(10.0));
    let mut times = Vec::new();
    for _ in 0..CLAIMS / 10 {
        let begun = Instant::now();
        db.run(|conn| tasks::next_run_at(conn, &Claimer::of("bench", TaskKind::LIGHT))).await?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    table.value(format!("look of an idle pool, {name}, 99th percentile"), p99(times), "ms", Goal::Most(10.0));
    eight(table, name, Arc::new(db)).await
}

async fn eight(table: &mut Table, name: &str, db: Arc<Db>) -> anyhow::Result<()> {
    let claimers = (0..CLAIMERS).map(|_| {
        let db = Arc::clone(&db);
        tokio::spawn(async move {
            let mut claims = Vec::new();
            for _ in 0..CLAIMS / CLAIMERS {
                claims.push(claim(&db, TaskKind::HEAVY).await?);
            }
            Ok::<_, anyhow::Error>(claims)
        })
    });
    let (mut seen, mut times) = (HashSet::new(), Vec::new());
    for claimer in claimers.collect::<Vec<_>>() {
        for (task, time) in claimer.await?? {
            ensure!(seen.insert(task), "task {task} was claimed twice");
            times.push(time);
        }
    }
    // eight at once on two cores: the figure is for information, the promise is that none is claimed twice
    table.value(format!("claim of 100,000 by {CLAIMERS}, {name}, 99th percentile"), p99(times), "ms", Goal::None);
    Ok(())
}

/// A claim, and how many milliseconds it took.
async fn claim(db: &Db, kinds: &'static [TaskKind]) -> anyhow::Result<(TaskId, f64)> {
    let begun = Instant::now();
    let task = db.run(move |conn| tasks::claim(conn, kinds, "bench", now_ms(), LEASE_MS)).await?;
    let time = begun.elapsed().as_secs_f64() * 1e3;
    let task = task.ok_or_else(|| anyhow::anyhow!("the queue is empty"))?;
    Ok((task.id, time))
}

/// A thousand films in chunks, and what is light of a few more.
fn fill(conn: &mut Conn) -> Result<(), DbError> {
    for n in 0..JOBS {
        let video = videos::insert(conn, &new_video(n), &format!("queue-{n}"), now_ms())?;
        let id = jobs::insert(conn, video.id, JobKind::Transcode, 1, now_ms())?;
        let job = jobs::get(conn, id)?;
        let new: Vec<_> = (0..TASKS_OF_A_JOB).map(|index| if index == 0 { light() } else { encode(index) }).collect();
        tasks::insert_many(conn, &job, &new, now_ms())?;
    }
    Ok(())
}

fn light() -> NewTask {
    let spec = AnalyseSpec { stream_index: Some(0), start_seconds: 0.0, segment_seconds: 6.0 };
    NewTask { spec: TaskSpec::Analyse(spec), priority: 100 }
}

fn encode(index: u32) -> NewTask {
    let start = f64::from(index) * 60.0;
    let starts = (0..10).map(|n| start + f64::from(n) * 6.0).collect();
    let end = Some(start + 60.0);
    let chunk = Chunk {
        index,
        first_segment: index * 10,
        starts,
        end,
        last_frame: None,
        quarter_frame: 0.01,
        seek: Some(start),
    };
    let spec = EncodeSpec {
        start_seconds: 0.0,
        stream_index: 0,
        chunk,
        duration_seconds: 60.0,
        rungs: vlog::domain::ladder::rungs(1920, 1080, 25.0),
        picture: Picture::default(),
        encoder: "libx264".to_owned(),
        preset: "balanced".to_owned(),
        frames_on_device: None,
        beside_hardware: false,
    };
    NewTask { spec: TaskSpec::Encode(spec), priority: 50 }
}

fn p99(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() * 99 / 100).copied().unwrap_or(f64::NAN)
}
