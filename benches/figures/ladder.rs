//! The four renditions of a 1080p source: what they cost, how good and how large they are, and what is stored.
//!
//! Against two others on the same clip: *one by one*, an ffmpeg for each rung with `-preset medium -crf 23` and the
//! same caps, as most scripts do it; and *the leanest command*, one ffmpeg that decodes once and makes the same rungs
//! with vlog's own settings. That one does nothing else: no probe, no thumbnails, no chunks, no early play.

use std::fs::DirEntry;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::Value;
use vlog::domain::ladder::{self, Rung};

use super::clips::{self, Kind};
use super::process::{Cost, timed};
use super::quality::ssim_decibels;
use super::server::{Home, Server};
use super::table::{Goal, Table};

/// Decibels of SSIM that count as equal.
const EQUAL_SSIM: f64 = -0.15;
/// Bytes that count as equal.
const EQUAL_SIZE: f64 = 1.02;

pub async fn measure(table: &mut Table) -> anyhow::Result<()> {
    println!("  content: {}", clips::content().await);
    for kind in [Kind::Mpeg4, Kind::H264] {
        let clip = clips::clip(kind).await?;
        let home = Home::new()?;
        let server = Server::start(&home, &["storage.keep_source=when_not_copied"]).await?;
        let scratch = tempfile::tempdir_in(super::bench_directory())?;
        let leanest = leanest(&clip, scratch.path(), kind == Kind::H264);
        // a virtual machine fetches memory that it has not used lately from its host, and whoever runs first pays
        timed("ffmpeg", &leanest).await?;
        let (video, ours) = server.process(&clip, "Ladder").await?;
        server.idle(Duration::from_secs(60)).await?;
        let lean = timed("ffmpeg", &leanest).await?;
        let made = made(&home, &video)?;
        let copied = made.iter().any(|rung| rung.copied);
        ensure!(copied == (kind == Kind::H264), "other rungs were copied than the leanest command copies");
        let what = if copied { "copied top" } else { "all encoded" };
        let one_by_one = one_by_one(&clip, scratch.path()).await?;
        table.ratio(
            format!("ladder, {what}: CPU against one by one"),
            (ours.cpu, one_by_one.cpu),
            "s",
            Goal::Most(0.6),
        );
        table.ratio(format!("ladder, {what}: wall against one by one"), (ours.wall, one_by_one.wall), "s", Goal::None);
        table.ratio(format!("ladder, {what}: CPU against the leanest"), (ours.cpu, lean.cpu), "s", Goal::Most(1.05));
        table.ratio(format!("ladder, {what}: wall against the leanest"), (ours.wall, lean.wall), "s", Goal::None);
        compare(table, what, &clip, &made, scratch.path()).await?;
        if copied {
            stored(table, &home, &clip, &made)?;
        }
        server.stop().await?;
    }
    Ok(())
}

/// Likeness and size of the encoded rungs, ours against one by one.
async fn compare(table: &mut Table, what: &str, clip: &Path, made: &[Made], theirs: &Path) -> anyhow::Result<()> {
    let (mut sizes, mut likeness, mut count) = ((0.0, 0.0), (0.0, 0.0), 0.0);
    for rung in made.iter().filter(|rung| !rung.copied) {
        let size = (rung.width, rung.height);
        let other = theirs.join(format!("one-{}.mp4", rung.name));
        let ours = ssim_decibels(&rung.playlist, clip, size).await?;
        let reference = ssim_decibels(&other, clip, size).await?;
        let other_bytes = video_bytes(&other).await?;
        println!(
            "  {}: {:.2} dB and {:.0} kB, one by one {reference:.2} dB and {:.0} kB",
            rung.name,
            ours,
            rung.bytes / 1e3,
            other_bytes / 1e3
        );
        sizes = (sizes.0 + rung.bytes, sizes.1 + other_bytes);
        likeness = (likeness.0 + ours, likeness.1 + reference);
        count += 1.0;
    }
    let megabytes = (sizes.0 / 1e6, sizes.1 / 1e6);
    table.ratio(format!("ladder, {what}: size against one by one"), megabytes, "MB", Goal::Most(EQUAL_SIZE));
    let difference = (likeness.0 - likeness.1) / count;
    table.value(format!("ladder, {what}: SSIM beyond one by one"), difference, "dB", Goal::Least(EQUAL_SSIM));
    Ok(())
}

/// Everything on the disk, against the source and the rungs below it.
fn stored(table: &mut Table, home: &Home, clip: &Path, made: &[Made]) -> anyhow::Result<()> {
    let source = std::fs::metadata(clip)?.len() as f64;
    let below: f64 = made.iter().filter(|rung| !rung.copied).map(|rung| rung.bytes).sum();
    let all = bytes_below(&home.storage(), &|_| true)?;
    let streams = bytes_below(&home.storage(), &|name| !name.starts_with("thumbnail"))?;
    let figures = |bytes: f64| (bytes / 1e6, (source + below) / 1e6);
    table.ratio("stored, source not kept", figures(all), "MB", Goal::Most(1.02));
    table.ratio("  of which without thumbnails", figures(streams), "MB", Goal::None);
    Ok(())
}

/// A rung as it stands in the storage.
struct Made {
    name: String,
    width: u64,
    height: u64,
    copied: bool,
    playlist: PathBuf,
    bytes: f64,
}

fn made(home: &Home, video: &Value) -> anyhow::Result<Vec<Made>> {
    let directory = home.storage().join(format!("videos/{}", video["id"]));
    // beside it lie the pictures of the seek bar
    let is_generation = |entry: &DirEntry| entry.file_name().to_string_lossy().starts_with('g');
    let entries = std::fs::read_dir(&directory)?.collect::<Result<Vec<_>, _>>()?;
    let generation = entries.iter().find(|entry| is_generation(entry)).context("no generation")?.path();
    let rungs = video["qualities"].as_array().context("no qualities")?.iter().map(|quality| {
        let name = quality["name"].as_str().context("a rung without a name")?.to_owned();
        Ok(Made {
            width: quality["width"].as_u64().context("no width")?,
            height: quality["height"].as_u64().context("no height")?,
            copied: quality["copied"].as_bool().unwrap_or(false),
            bytes: bytes_below(&generation.join(&name), &|_| true)?,
            playlist: generation.join(&name).join("stream.m3u8"),
            name,
        })
    });
    rungs.collect()
}

fn bytes_below(directory: &Path, counts: &dyn Fn(&str) -> bool) -> anyhow::Result<f64> {
    let mut sum = 0.0;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        if meta.is_dir() {
            sum += bytes_below(&entry.path(), counts)?;
        } else if counts(&entry.file_name().to_string_lossy()) {
            sum += meta.len() as f64;
        }
    }
    Ok(sum)
}

/// Bytes of the picture in a file with sound.
async fn video_bytes(file: &Path) -> anyhow::Result<f64> {
    let file = file.display().to_string();
    let what = ["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=size", "-of", "csv=p=0", &file];
    let (text, _) = super::process::output("ffprobe", &what).await?;
    Ok(text.lines().filter_map(|line| line.trim_matches(',').parse::<f64>().ok()).sum())
}

fn rungs() -> Vec<Rung> {
    ladder::rungs(1920, 1080, 25.0)
}

/// The way of the predecessor: every rung decodes the source anew and carries its own sound.
async fn one_by_one(clip: &Path, directory: &Path) -> anyhow::Result<Cost> {
    let mut sum = Cost::default();
    for rung in rungs() {
        let rate = format!("{}k", rung.max_rate / 1000);
        let buffer = format!("{}k", rung.max_rate / 500);
        let text = format!(
            "-v error -y -i {} -vf scale=-2:{} -c:v libx264 -preset medium -crf 23 -maxrate {rate} -bufsize {buffer} \
             -force_key_frames expr:gte(t,n_forced*6) -c:a aac -b:a 128k",
            clip.display(),
            rung.height,
        );
        let file = directory.join(format!("one-{}.mp4", rung.name)).display().to_string();
        let args: Vec<&str> = text.split(' ').chain([file.as_str()]).collect();
        sum = sum + timed("ffmpeg", &args).await?;
    }
    Ok(sum)
}

/// One command for all rungs with our own encoder settings, into segments; the sound is copied.
fn leanest(clip: &Path, directory: &Path, copied: bool) -> Vec<String> {
    let rungs: Vec<Rung> = rungs().into_iter().skip(usize::from(copied)).collect();
    let outputs: String = (0..rungs.len()).map(|i| format!("[s{i}]")).collect();
    let scaled: String = rungs
        .iter()
        .enumerate()
        .map(|(i, rung)| format!(";[s{i}]scale={}:{}:flags=bicubic,format=yuv420p[v{i}]", rung.width, rung.height))
        .collect();
    let mut args: Vec<String> = ["-v", "error", "-y", "-i"].map(str::to_owned).to_vec();
    args.push(clip.display().to_string());
    args.extend(["-filter_complex".to_owned(), format!("[0:v]split={}{outputs}{scaled}", rungs.len())]);
    let hls = |args: &mut Vec<String>, name: &str| {
        let target = directory.join(format!("lean-{name}"));
        // a directory that cannot be made shows as ffmpeg's error
        let _ = std::fs::create_dir_all(&target);
        let text = "-f hls -hls_segment_type fmp4 -hls_time 6 -hls_list_size 0 -hls_segment_filename";
        args.extend(text.split(' ').map(str::to_owned));
        args.push(target.join("seg_%05d.m4s").display().to_string());
        args.push(target.join("stream.m3u8").display().to_string());
    };
    for (i, rung) in rungs.iter().enumerate() {
        args.extend(["-map".to_owned(), format!("[v{i}]")]);
        args.extend(vlog::media::ffmpeg::encoders::h264_settings("libx264", &preset(), rung));
        args.extend(["-force_key_frames", "expr:gte(t,n_forced*6)"].map(str::to_owned));
        hls(&mut args, &rung.name);
    }
    if copied {
        args.extend(["-map", "0:v", "-c:v", "copy"].map(str::to_owned));
        hls(&mut args, "copied");
    }
    args.extend(["-map", "0:a", "-c:a", "copy"].map(str::to_owned));
    hls(&mut args, "sound");
    args
}

/// The preset that a new installation uses.
fn preset() -> String {
    vlog::config::Config::default().transcoding.preset.as_str().to_owned()
}
