//! Clips for runs that publish HEVC and AV1 as well; not part of the whole corpus.

use super::scene::{Make, Scene};
use super::{Claim, Clip};

fn clip(name: &'static str, extension: &'static str, video: &'static str, copied: bool) -> Clip {
    let scene = Scene::new(640, 360, (30_000, 1001), 13.0);
    Clip::new(name, extension, &scene, Make::of(&scene).video(video).steps(extension)).expect(|expect| {
        expect.copied = Some(copied);
        expect.frame_rate = Some(scene.frames_per_second());
    })
}

/// Nothing can be copied: one key frame.
pub fn encoded() -> Clip {
    clip("codecs-encoded", "mp4", "-c:v libx264 -preset superfast -crf 24 -g 9999 -sc_threshold 0", false)
        .claims([Claim::KeyFrameGap(12.5, 13.1)])
}

/// Sources whose stream can be the top rung of its codec.
pub fn copied() -> Vec<Clip> {
    vec![
        clip(
            "codecs-hevc",
            "mp4",
            "-c:v libx265 -preset ultrafast -crf 30 -x265-params log-level=none:open-gop=0:keyint=70:min-keyint=70 \
             -tag:v hvc1",
            true,
        )
        .claims([Claim::ClosedGop, Claim::Video("codec_name", "hevc")]),
        clip("codecs-av1", "mp4", "-c:v libsvtav1 -preset 11 -crf 45 -g 70", true)
            .claims([Claim::Video("codec_name", "av1")]),
    ]
}
