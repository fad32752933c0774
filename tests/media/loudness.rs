//! Sound that is brought to a loudness: every rendition has it, no peak is clipped, and nothing moves in time.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use vlog::config::Loudness;

use crate::support::corpus::{self, Step, words};
use crate::support::verify::{self, package};
use crate::support::{TestServer, signal};
use crate::{PATIENCE, Uploaded, judge_clip, report, settle, upload};

const TARGET_LUFS: f64 = -16.0;
/// EBU R128's own tolerance for what cannot be measured as it is made.
const TOLERANCE_LU: f64 = 1.0;
/// AAC adds a little to peaks that the limiter left.
const PEAK_MAX_DB: f64 = -0.3;
const DURATION_TOLERANCE: f64 = 0.05;
const SECONDS: f64 = 12.0;

/// Two tracks, one much too quiet with clicks that would clip, one much too loud; in AAC that would else be copied.
fn two_tracks() -> Result<std::path::PathBuf> {
    let quiet = "anoisesrc=d=12:r=48000:c=pink:a=0.15:seed=1,aeval=val(0)+0.5*eq(mod(n\\,24000)\\,5):c=same";
    let loud = "anoisesrc=d=12:r=48000:c=pink:a=0.9:seed=2";
    let command = format!(
        "-f lavfi -i testsrc2=s=160x120:r=10:d=12 -f lavfi -i {quiet} -f lavfi -i {loud} -map 0 -map 1 -map 2 \
         -c:v libx264 -preset ultrafast -g 20 -pix_fmt yuv420p -c:a aac -b:a 128k -ac 2 out.mp4"
    );
    corpus::cached("loudness.mp4", "mp4", &[Step::Ffmpeg(words(&command))])
}

/// Integrated loudness and true peak, by ffmpeg's meter.
fn measured(file: &Path) -> Result<(f64, f64)> {
    let path = file.to_string_lossy();
    let arguments = ["-v", "info", "-nostdin", "-i", &path, "-af", "ebur128=peak=true", "-f", "null", "-"];
    let output = signal::run_tool("ffmpeg", &arguments)?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let summary = text.rsplit("Summary:").next().unwrap_or_default();
    let reading = |name: &str| -> Result<f64> {
        let value = summary.lines().find_map(|line| line.trim().strip_prefix(name)).with_context(|| text.clone())?;
        Ok(value.split_whitespace().next().unwrap_or_default().parse()?)
    };
    Ok((reading("I:")?, reading("Peak:")?))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_track_gets_the_loudness_that_was_asked_for() -> Result<()> {
    let path = tokio::task::block_in_place(two_tracks)?;
    let client = verify::client()?;
    let server = TestServer::start_with(|config| config.transcoding.loudness = Loudness(Some(TARGET_LUFS))).await;
    let uploaded = upload(&client, &server, Some("loudness"), "loudness.mp4", &path).await?;
    let Uploaded::Accepted { id, slug } = uploaded else { anyhow::bail!("refused") };
    let video = settle(&client, &server, id, PATIENCE).await?;
    ensure!(video["status"] == "ready", "{video}");
    let master = format!("{}/videos/{slug}/master.m3u8", server.public_url).parse()?;
    let package = package::fetch(&client, &master).await?;
    let sounds = package.sounds();
    ensure!(sounds.len() == 2, "{} audio renditions", sounds.len());
    for place in sounds {
        let sound = &package.renditions[place];
        let (loudness, peak) = tokio::task::block_in_place(|| measured(&sound.file))?;
        let name = &sound.name;
        eprintln!("{name}: {loudness} LUFS, peak {peak} dB, {:.3} s", sound.end());
        ensure!((loudness - TARGET_LUFS).abs() <= TOLERANCE_LU, "{name} has {loudness} LUFS");
        ensure!(peak <= PEAK_MAX_DB, "{name} has a peak of {peak} dB");
        ensure!(sound.init.timescale == 48_000, "{name} has {} samples a second", sound.init.timescale);
        ensure!((sound.end() - SECONDS).abs() <= DURATION_TOLERANCE, "{name} lasts {:.3} s", sound.end());
    }
    Ok(())
}

/// Flash and beep stay together.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn loudness_moves_nothing_in_time() -> Result<()> {
    let clip = corpus::all().into_iter().find(|clip| clip.name == "orientation-0").context("no such clip")?;
    let client = verify::client()?;
    let server = TestServer::start_with(|config| config.transcoding.loudness = Loudness(Some(TARGET_LUFS))).await;
    let failures = judge_clip(&client, &server, &clip).await?;
    report(vec![crate::Row { name: clip.name.to_owned(), seconds: 0.0, failures }])
}
