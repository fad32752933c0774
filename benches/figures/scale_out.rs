//! The same film by one worker on one core, and by two on a core each, while the server encodes nothing itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};

use super::clips;
use super::server::{Home, Server};
use super::table::{Goal, Table};

const LIMIT: Duration = Duration::from_secs(900);
/// Workers report what they read every few seconds.
const REPORTED: Duration = Duration::from_secs(7);

pub async fn measure(table: &mut Table) -> anyhow::Result<()> {
    let cores = std::thread::available_parallelism()?.get();
    ensure!(cores >= 2, "two workers need two cores");
    let clip = clips::small().await?;
    let (one, two) = (run(&clip, 1).await?, run(&clip, 2).await?);
    let differs = |(path, bytes): &(&PathBuf, &Vec<u8>)| two.files.get(*path) != Some(bytes);
    let differ: Vec<_> = one.files.iter().filter(differs).map(|(path, _)| path).collect();
    ensure!(
        differ.is_empty() && one.files.len() == two.files.len(),
        "one worker and two do not make the same files: {differ:?}"
    );
    println!("  {} files are the same to the byte", one.files.len());
    table.ratio("scale-out: one worker against two of them", (one.wall, 2.0 * two.wall), "s", Goal::Least(0.9));
    let source = std::fs::metadata(&clip)?.len() as f64 / 1e6;
    for (name, run) in [("one worker", &one), ("two workers", &two)] {
        table.ratio(
            format!("scale-out: bytes read by {name}, of the source"),
            (run.read, source),
            "MB",
            Goal::Most(1.3),
        );
    }
    Ok(())
}

struct Run {
    /// From the last byte of the upload to the end, seconds.
    wall: f64,
    /// By all workers, millions of bytes.
    read: f64,
    /// What was made, by its path in the generation.
    files: BTreeMap<PathBuf, Vec<u8>>,
}

async fn run(clip: &Path, workers: usize) -> anyhow::Result<Run> {
    let home = Home::new()?;
    let server = Server::start(&home, &["transcoding.local=false"]).await?;
    let mut running = Vec::new();
    for core in 0..workers {
        running.push(server.worker(&home, core).await?);
    }
    let uploaded = server.upload(clip, "Scale").await?;
    server.ready(uploaded.id, LIMIT).await?;
    let wall = uploaded.last_byte.elapsed()?.as_secs_f64();
    tokio::time::sleep(REPORTED).await;
    let list = server.json(&server.admin, "/api/workers").await?.context("no list of workers")?;
    let read = list["workers"].as_array().context("no workers")?.iter().filter_map(|one| one["bytes_read"].as_f64());
    let read = read.sum::<f64>() / 1e6;
    let video = home.storage().join(format!("videos/{}", uploaded.id));
    let generation = std::fs::read_dir(&video)?.next().context("no generation")??.path();
    let mut files = BTreeMap::new();
    collect(&generation, &generation, &mut files)?;
    drop(running);
    server.stop().await?;
    Ok(Run { wall, read, files })
}

/// Segments, playlists and manifests; thumbnails are the server's own.
fn collect(root: &Path, directory: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else {
            let mut content = std::fs::read(&path)?;
            if path.extension().is_some_and(|kind| kind == "mpd" || kind == "m3u8") {
                // manifests name the generation they stand in
                let name = root.file_name().and_then(|name| name.to_str()).context("no name")?;
                content = String::from_utf8_lossy(&content).replace(name, "generation").into_bytes();
            }
            files.insert(path.strip_prefix(root)?.to_owned(), content);
        }
    }
    Ok(())
}
