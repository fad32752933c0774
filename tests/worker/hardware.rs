//! Hardware that fails, that goes, and that others stand in for. There is no card here: where one is needed, x264 and x265
//! take its place behind a script that also breaks it (**nothing of this was run on hardware**). What is tested is what
//! vlog does around it.

use std::path::{Path, PathBuf};
use std::process::Command;

use reqwest::Method;
use serde_json::Value;
use uuid::Uuid;

use crate::output::{self, Rendition};
use crate::protocol::Hand;
use crate::rig::{Rig, write_program};

const SECONDS: usize = 10;
const RATE: usize = 25;

/// ffmpeg with a device; while the file `broken` is beside it, encodes of the segments from number 2 on fail.
const STAND_IN: &str = include_str!("../support/quick-sync.sh");

fn clip(directory: &Path) -> PathBuf {
    let path = directory.join("small.mp4");
    let picture = format!("testsrc2=s=640x360:r={RATE}:d={SECONDS}");
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-f", "lavfi", "-i", &picture, "-c:v", "mpeg4", "-q:v", "8"]).arg(&path);
    assert!(command.status().unwrap().success());
    path
}

/// Presentation times of all frames, in order.
fn shown(rendition: &Rendition) -> Vec<i64> {
    let mut times: Vec<i64> = rendition.packets.iter().map(|p| p.split(',').next().unwrap().parse().unwrap()).collect();
    times.sort_unstable();
    times
}

/// All frames are there, at their times, and a decoder has nothing to complain about.
fn check_whole(rendition: &Rendition) {
    let times = shown(rendition);
    let wanted: Vec<i64> = (0..SECONDS * RATE).map(|frame| frame as i64 * 90_000 / RATE as i64).collect();
    assert_eq!(times, wanted);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &rendition.bytes).unwrap();
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-nostdin", "-i"]).arg(file.path()).args(["-f", "null", "-"]);
    let output = ffmpeg.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

fn count(bytes: &[u8], pattern: &[u8]) -> usize {
    bytes.windows(pattern.len()).filter(|window| *window == pattern).count()
}

/// Of one chunk in H.264 software goes on; a codec that cannot be mixed is made anew.
#[tokio::test]
async fn a_device_that_fails_loses_nothing() {
    let mut rig = Rig::new(&[
        ("VLOG_HWACCEL_TYPE", "qsv"),
        // opens like a device
        ("VLOG_HWACCEL_VAAPI_DEVICE", "/dev/null"),
        ("VLOG_TRANSCODING_CODECS", "h264,hevc"),
    ]);
    let (directory, script) = (rig.directory.path().to_owned(), rig.directory.path().join("ffmpeg"));
    write_program(&script, STAND_IN);
    rig.set("VLOG_FFMPEG_PATH", &script.display().to_string());
    let source = clip(&directory);
    let server = rig.start();
    let system: Value = rig.json(&server, "/api/system").await;
    let state = |name: &str| {
        let encoder = system["encoders"].as_array().unwrap().iter().find(|e| e["name"] == name).unwrap().clone();
        (encoder["works"] == true, encoder["reason"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!([state("h264_qsv").0, state("hevc_qsv").0], [true, true], "{system:#}");
    assert_eq!(state("h264_vaapi"), (false, "switched off".to_owned()));

    std::fs::write(directory.join("broken"), "").unwrap();
    let video = rig.upload(&server, &source).await;
    let ready = rig.until_status(&server, video, "ready").await;
    assert_eq!(ready["warnings"].as_array().map(Vec::len), Some(0), "{ready:#}");
    let made = output::read(&rig);
    assert_eq!(made.keys().collect::<Vec<_>>(), ["360p", "360p-hevc"]);
    made.values().for_each(check_whole);
    // x264's note about its options is in each encode's first frame: one of the device's stand-in, one of software's own
    let (h264, hevc) = (&made["360p"], &made["360p-hevc"]);
    assert!(count(&h264.bytes, b"bframes=0") >= 2 && count(&h264.bytes, b"rc=abr") == 1, "one chunk of each");
    assert_eq!(count(&h264.bytes, b"rc=crf"), 1);
    assert!(
        hevc.packets.iter().any(|packet| !packet.starts_with(packet.split(',').nth(1).unwrap())),
        "B-frames: software"
    );
    let tasks = rig.tasks().await;
    let fell_back: Vec<_> = tasks.iter().filter(|task| task.outcome.contains("\"fallback\"")).collect();
    assert!(fell_back.len() == 1 && fell_back[0].outcome.contains("device failed"), "{tasks:#?}");
    assert!(tasks.iter().all(|task| task.is("succeeded") && task.attempt == 1), "{tasks:#?}");
    let log = server.log();
    for line in ["encoding in software instead", "made anew in software"] {
        assert!(log.contains(line), "{line}: {log}");
    }
    rig.until_tidy().await;
    assert!(output::fetch_all(&rig, &server, ready["slug"].as_str().unwrap()).await >= 10);
}

/// What was planned for a card waits for it as long as it is about, and no longer.
#[tokio::test]
async fn others_stand_in_for_a_card_that_is_gone() {
    let rig = Rig::new(&[("VLOG_HWACCEL_TYPE", "nvenc")]);
    let source = clip(rig.directory.path());
    let server = rig.start();
    let card = Hand::able(&rig, &server, "card", &["libx264", "h264_nvenc"]).await;
    let plain = Hand::able(&rig, &server, "plain", &["libx264"]).await;
    let video = rig.upload(&server, &source).await;
    let task = card.take().await;
    assert_eq!(task.spec["encoder"], "h264_nvenc", "{:#}", task.spec);
    assert!(plain.claim(Uuid::now_v7(), 1).await.is_none(), "nothing for a processor while the card is about");
    assert!(card.of(&task, Method::POST, "release").send().await.unwrap().status().is_success());
    let encodes = |tasks: Vec<crate::rig::TaskRow>| tasks.into_iter().filter(|task| task.kind == "encode");
    assert!(encodes(rig.tasks().await).all(|task| task.is("queued")), "the server has no card either");
    assert!(card.request(Method::POST, "leave").send().await.unwrap().status().is_success());
    rig.until_status(&server, video, "ready").await;
    let made = output::read(&rig);
    made.values().for_each(check_whole);
    assert!(encodes(rig.tasks().await).all(|task| task.is("succeeded") && task.attempt <= 2));
}
