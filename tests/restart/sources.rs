//! What becomes of an uploaded file when its video is ready.

use std::path::PathBuf;
use std::process::Command;

use super::rig::{JOB_LIMIT, Rig, until};

/// Three seconds that are copied as they are, with these options.
fn clip(rig: &Rig, name: &str, options: &[&str]) -> PathBuf {
    let path = rig.directory.path().join(name);
    let input = ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=3", "-f", "lavfi", "-i", "sine=d=3"];
    let color = ["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv"];
    let codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-b:v", "200k", "-g", "50", "-pix_fmt", "yuv420p"];
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error"]).args(input).args(options).args(codecs).args(color).args(["-c:a", "aac", "-ac", "2"]);
    assert!(command.arg(&path).status().unwrap().success());
    path
}

/// A file goes when all that is in it was copied, and stays when anything is left that viewers do not get.
#[tokio::test]
async fn only_what_was_copied_whole_is_deleted() {
    let rig = Rig::new(&[("VLOG_STORAGE_KEEP_SOURCE", "when_not_copied")]);
    let server = rig.start();
    for (name, options) in [
        ("pictures.mp4", &["-map", "0:v", "-map", "0:v", "-map", "1:a"][..]),
        ("time-code.mov", &["-timecode", "01:00:00:00"]),
        ("plain.mp4", &[]),
    ] {
        let video = rig.upload(&server, &clip(&rig, name, options)).await;
        rig.until_status(&server, video, "ready").await;
    }
    until(JOB_LIMIT, || rig.names("uploads").len() < 3, || "what was copied whole is still there".to_owned()).await;
    assert_eq!(rig.names("uploads").len(), 2, "{}", server.log());
    let videos = rig.run(|conn| vlog::db::videos::list_files(conn).unwrap()).await;
    assert_eq!(videos.iter().map(|(_, _, kept)| *kept).collect::<Vec<_>>(), [true, true, false]);
}
