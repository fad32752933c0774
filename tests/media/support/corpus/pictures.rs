//! Clips whose picture is odd: orientation, colour, pixels, rate, size, fields, key frames, codec.

use super::scene::{BT601, BT601_UNTAGGED, BT709_FULL, BT709_UNTAGGED, HLG, Make, Orientation, PQ, Scene, X264};
use super::{Claim, Clip, Colour, Step};

const HEVC: &str = "-c:v libx265 -preset ultrafast -crf 22 -x265-params log-level=none:keyint=50 -tag:v hvc1";

pub fn clips() -> Vec<Clip> {
    let mut all = orientations();
    all.extend(colours());
    all.extend(rates());
    all.extend(sizes());
    all.extend(fields());
    all.extend(key_frames());
    all.extend(codecs());
    all.extend(shortest());
    all
}

/// A clip from one ffmpeg call.
fn one(name: &'static str, extension: &'static str, make: Make) -> Clip {
    let scene = make.scene.clone();
    Clip::new(name, extension, &scene, make.steps(extension))
}

fn orientations() -> Vec<Clip> {
    let names = [
        ("orientation-0", None),
        ("orientation-90", Some(-90)),
        ("orientation-180", Some(-180)),
        ("orientation-270", Some(90)),
        ("orientation-mirror-horizontal", Some(-180)),
        ("orientation-mirror-vertical", Some(0)),
        ("orientation-transpose", Some(-90)),
        ("orientation-transverse", Some(90)),
    ];
    let scene = Scene::small(5.0);
    let clip = |((name, rotation), orientation): ((&'static str, Option<i64>), Orientation)| {
        let make = Make::of(&scene).filter(orientation.storing_filter());
        let mut steps = make.steps("mp4");
        steps.push(Step::Matrix("out.mp4", orientation));
        let stored = if orientation.swaps_sides() { ("240", "320") } else { ("320", "240") };
        Clip::new(name, "mp4", &scene, steps)
            .claims([Claim::Video("width", stored.0), Claim::Video("height", stored.1)])
            .claims(rotation.map(Claim::Rotation))
    };
    names.into_iter().zip(Orientation::ALL).map(clip).collect()
}

fn colours() -> Vec<Clip> {
    let scene = Scene::small(5.0);
    let pixels = |name, extension, format, video| {
        one(name, extension, Make::of(&scene).pixels(format).video(video))
            .claims([Claim::Video("pix_fmt", format)])
            .expect(|expect| expect.copied = Some(false))
    };
    vec![
        pixels("h264-10-bit", "mp4", "yuv420p10le", X264),
        pixels("h264-4-2-2", "mov", "yuv422p", X264),
        pixels("h264-4-2-2-10-bit", "mkv", "yuv422p10le", X264),
        pixels("h264-4-4-4", "mkv", "yuv444p", X264),
        pixels("hevc-10-bit", "mp4", "yuv420p10le", HEVC),
        one("hdr-pq", "mp4", Make::of(&scene).tint(PQ).pixels("yuv420p10le").video(HEVC))
            .claims([
                Claim::Video("color_transfer", "smpte2084"),
                Claim::Video("color_primaries", "bt2020"),
                Claim::Video("pix_fmt", "yuv420p10le"),
            ])
            .expect(tone_mapped),
        one("hdr-hlg", "mov", Make::of(&scene).tint(HLG).pixels("yuv420p10le").video(HEVC))
            .claims([Claim::Video("color_transfer", "arib-std-b67"), Claim::Video("color_primaries", "bt2020")])
            .expect(tone_mapped),
        one("full-range", "mp4", Make::of(&scene).tint(BT709_FULL).pixels("yuvj420p"))
            .claims([Claim::Video("color_range", "pc")]),
        one("full-range-mjpeg", "mov", Make::of(&scene).tint(BT709_FULL).pixels("yuvj422p").video("-c:v mjpeg -q:v 3"))
            .claims([Claim::Video("codec_name", "mjpeg"), Claim::Video("color_range", "pc")])
            .expect(|expect| {
                expect.copied = Some(false);
                // The container's matrix and JPEG's own convention (BT.601) contradict each other.
                expect.colour = Colour::Within(24);
            }),
        one("bt601-tagged", "mp4", Make::of(&scene).tint(BT601)).claims([Claim::Video("color_space", "smpte170m")]),
        one(
            "bt601-tagged-mpeg2",
            "mpg",
            Make::of(&scene).tint(BT601).video("-c:v mpeg2video -q:v 3 -g 12 -bf 2").audio("-c:a mp2 -b:a 128k"),
        )
        .claims([Claim::Video("codec_name", "mpeg2video"), Claim::Container("mpeg")])
        .expect(|expect| expect.copied = Some(false)),
        one("bt601-untagged", "mkv", Make::of(&scene).tint(BT601_UNTAGGED)).claims([Claim::Smaller(3_000_000)]),
        one("bt709-untagged-hd", "mkv", Make::of(&Scene::new(1280, 720, (25, 1), 4.0)).tint(BT709_UNTAGGED))
            .claims([Claim::Video("height", "720")])
            .without_source_markers(),
    ]
}

fn tone_mapped(expect: &mut super::Expect) {
    expect.colour = Colour::Hue;
    expect.copied = Some(false);
}

fn rates() -> Vec<Clip> {
    let rate = |name, extension, fraction: (u32, u32), text, video| {
        let scene = Scene::new(640, 360, fraction, 13.0);
        one(name, extension, Make::of(&scene).video(video))
            .claims([Claim::Video("avg_frame_rate", text)])
            .expect(|expect| expect.frame_rate = Some(scene.frames_per_second()))
    };
    let small = Scene::small(8.0);
    vec![
        rate("rate-23.976", "mp4", (24_000, 1001), "24000/1001", X264),
        rate("rate-29.97", "mp4", (30_000, 1001), "30000/1001", X264),
        rate("rate-29.97-hevc", "mov", (30_000, 1001), "30000/1001", HEVC),
        rate("rate-50", "mov", (50, 1), "50/1", X264),
        rate("rate-60", "mp4", (60, 1), "60/1", X264),
        rate("rate-59.94-mkv", "mkv", (60_000, 1001), "19001/317", X264),
        one("rate-120", "mp4", Make::of(&Scene::new(320, 240, (120, 1), 7.0)))
            .claims([Claim::Video("r_frame_rate", "120/1")]),
        one("rate-1", "mp4", Make::of(&Scene::new(320, 240, (1, 1), 13.0)).video("-c:v libx264 -preset superfast -g 4"))
            .claims([Claim::Video("r_frame_rate", "1/1")]),
        one(
            "variable-dropped-frames",
            "mp4",
            Make::of(&Scene::new(640, 360, (30, 1), 13.0))
                .filter("select='between(n,28,40)+between(n,350,370)+not(mod(floor(n/60),2))*not(mod(n,3))+mod(floor(n/60),2)'")
                .mux("-fps_mode vfr"),
        )
        .claims([Claim::VariableRate]),
        one(
            "variable-jitter",
            "mkv",
            Make::of(&small).filter("setpts='PTS+0.008*sin(N)/TB'").mux("-fps_mode passthrough"),
        )
        .claims([Claim::VariableRate]),
        one(
            "variable-long-still",
            "webm",
            Make::of(&Scene::small(13.0))
                .filter("select='between(n,24,60)+between(n,290,325)+eq(n,0)+eq(n,120)'")
                .video("-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 300k -g 300")
                .audio("-c:a libopus -b:a 64k")
                .mux("-fps_mode vfr"),
        )
        .claims([Claim::VariableRate])
        .expect(|expect| expect.copied = Some(false)),
        Clip::new(
            "repeated-times",
            "mkv",
            &small,
            vec![
                Make::of(&small).video("-c:v mjpeg -q:v 4 -strict -1").into_step("base.mkv"),
                Step::Ffmpeg(super::words(
                    "-i base.mkv -map 0 -c copy -bsf:v setts=ts='if(eq(mod(N,20),1),PREV_OUTPTS,PTS)' out.mkv",
                )),
            ],
        )
        .claims([Claim::RepeatedTimes])
        .expect(|expect| {
            expect.copied = Some(false);
            expect.colour = Colour::Within(24);
        }),
    ]
}

fn sizes() -> Vec<Clip> {
    let size = |name, extension, width, height, seconds, video| {
        one(name, extension, Make::of(&Scene::new(width, height, (25, 1), seconds)).video(video))
    };
    let odd = "-c:v libx264 -preset superfast -crf 21 -g 50";
    let anamorphic = |name, extension, stored: (u32, u32), filter, shown: (u32, u32), ratio, video, audio| {
        let scene = Scene::new(stored.0, stored.1, (25, 1), 5.0);
        one(name, extension, Make::of(&scene).filter(filter).tint(BT601).video(video).audio(audio))
            .claims([Claim::Video("sample_aspect_ratio", ratio)])
            .expect(|expect| {
                expect.size = shown;
                expect.copied = Some(false);
            })
    };
    let aac = super::scene::AAC;
    vec![
        one("odd-321x241", "mkv", Make::of(&Scene::new(321, 241, (25, 1), 5.0)).pixels("yuv444p").video(odd))
            .claims([Claim::Video("width", "321"), Claim::Video("height", "241")])
            .expect(|expect| expect.copied = Some(false)),
        size("odd-cropped-322x242", "mp4", 322, 242, 5.0, X264)
            .claims([Claim::Video("width", "322"), Claim::Video("height", "242")]),
        one(
            "odd-vp9-319x179",
            "webm",
            Make::of(&Scene::new(319, 179, (25, 1), 5.0))
                .video("-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 300k -g 60")
                .audio("-c:a libopus -b:a 64k"),
        )
        .claims([Claim::Video("width", "319"), Claim::Video("height", "179")]),
        size("tiny-16x16", "mp4", 16, 16, 5.0, X264)
            .claims([Claim::Video("width", "16")])
            // A corner of 4 x 4 pixels bleeds in 4:2:0.
            .expect(|expect| expect.colour = Colour::Within(90)),
        size("ultra-wide", "mp4", 1280, 96, 5.0, X264).claims([Claim::Video("height", "96")]),
        size("ultra-tall", "mp4", 96, 1280, 5.0, X264).claims([Claim::Video("width", "96")]),
        size("portrait-360x640", "mp4", 360, 640, 7.0, X264).claims([Claim::Video("height", "640")]),
        size("portrait-1080x1920", "mp4", 1080, 1920, 4.0, "-c:v libx264 -preset ultrafast -crf 24 -g 50")
            .claims([Claim::Video("height", "1920")]),
        size("hd-720", "mp4", 1280, 720, 13.0, X264)
            .claims([Claim::ClosedGop, Claim::Video("height", "720")])
            .expect(|expect| expect.copied = Some(true)),
        size("hd-1080", "mkv", 1920, 1080, 7.0, X264)
            .claims([Claim::ClosedGop, Claim::Video("height", "1080")])
            .expect(|expect| expect.copied = Some(true)),
        anamorphic("anamorphic-16-11", "mp4", (352, 288), "setsar=16/11", (512, 288), "16:11", X264, aac),
        anamorphic(
            "anamorphic-pal-4-3",
            "mpg",
            (720, 576),
            "setdar=4/3",
            (768, 576),
            "16:15",
            "-c:v mpeg2video -q:v 4 -g 12 -bf 2",
            "-c:a mp2 -b:a 128k",
        ),
        anamorphic("anamorphic-pal-16-9", "mkv", (720, 576), "setsar=64/45", (1024, 576), "64:45", X264, aac),
    ]
}

fn fields() -> Vec<Clip> {
    let interlaced = |name, extension, filter, video, top_first| {
        let mut scene = Scene::new(320, 240, (50, 1), 6.0);
        scene.wanted_marks = vec![1.0, 5.0];
        one(name, extension, Make::of(&scene).filter(filter).tint(BT601).video(video).audio("-c:a mp2 -b:a 128k"))
            .claims([Claim::Interlaced(top_first)])
            .expect(|expect| expect.copied = Some(false))
    };
    vec![
        interlaced(
            "interlaced-h264-top-first",
            "mkv",
            "tinterlace=interleave_top,setfield=tff",
            "-c:v libx264 -preset superfast -crf 21 -g 50 -flags +ildct+ilme -top 1",
            true,
        ),
        interlaced(
            "interlaced-h264-bottom-first",
            "ts",
            "tinterlace=interleave_bottom,setfield=bff",
            "-c:v libx264 -preset superfast -crf 21 -g 50 -flags +ildct+ilme -top 0",
            false,
        ),
        interlaced(
            "interlaced-mpeg2-top-first",
            "mpg",
            "tinterlace=interleave_top,setfield=tff",
            "-c:v mpeg2video -q:v 3 -g 12 -flags +ildct+ilme -top 1",
            true,
        ),
        interlaced(
            "interlaced-mpeg2-bottom-first",
            "mpg",
            "tinterlace=interleave_bottom,setfield=bff",
            "-c:v mpeg2video -q:v 3 -g 12 -flags +ildct+ilme -top 0",
            false,
        ),
    ]
}

fn key_frames() -> Vec<Clip> {
    let clip = |name, extension, video, copied| {
        one(name, extension, Make::of(&Scene::new(854, 480, (25, 1), 14.0)).video(video))
            .expect(|expect| expect.copied = Some(copied))
    };
    vec![
        clip("copy-plain", "mp4", X264, true).claims([Claim::ClosedGop, Claim::KeyFrameGap(1.9, 2.1)]),
        clip(
            "copy-irregular-key-frames",
            "mp4",
            "-c:v libx264 -preset superfast -crf 21 -g 999 -sc_threshold 0 -force_key_frames 0,1.2,4.6,5.0,9.8,12.04",
            true,
        )
        .claims([Claim::ClosedGop, Claim::KeyFrameGap(4.7, 4.9)]),
        clip(
            "copy-late-key-frames",
            "mkv",
            "-c:v libx264 -preset superfast -crf 21 -g 999 -sc_threshold 0 -force_key_frames 0,9.0,13.6",
            true,
        )
        .claims([Claim::ClosedGop, Claim::KeyFrameGap(8.9, 9.1)]),
        clip(
            "b-pyramid",
            "mp4",
            "-c:v libx264 -preset superfast -crf 21 -g 75 -bf 8 -refs 6 -x264-params b-pyramid=normal:b-adapt=0:scenecut=0",
            true,
        )
        .claims([Claim::ClosedGop, Claim::Video("has_b_frames", "2")]),
        clip(
            "all-intra",
            "mov",
            "-c:v libx264 -preset superfast -crf 34 -g 1",
            true,
        )
        .claims([Claim::KeyFrameGap(0.03, 0.05)])
        .expect(|expect| expect.copied = None),
        clip("long-gop", "mp4", "-c:v libx264 -preset superfast -crf 21 -g 9999 -keyint_min 9999 -sc_threshold 0", false)
            .claims([Claim::KeyFrameGap(13.0, 14.1)]),
        clip(
            "open-gop-h264",
            "mkv",
            "-c:v libx264 -preset superfast -crf 21 -x264-params open-gop=1:keyint=50:bframes=3:b-adapt=0:scenecut=0",
            false,
        )
        .claims([Claim::OpenGop]),
        clip(
            "open-gop-hevc",
            "mp4",
            "-c:v libx265 -preset ultrafast -crf 24 -x265-params log-level=none:open-gop=1:keyint=50:min-keyint=50:bframes=3:b-adapt=0:scenecut=0 -tag:v hvc1",
            false,
        )
        .claims([Claim::OpenGop]),
        clip(
            "too-fat-to-copy",
            "mp4",
            "-c:v libx264 -preset ultrafast -qp 4 -g 50",
            false,
        )
        .claims([Claim::KeyFrameGap(1.0, 2.1)]),
    ]
}

fn codecs() -> Vec<Clip> {
    let scene = Scene::small(5.0);
    let clip = |name, extension, pixels, video, audio, codec| {
        one(name, extension, Make::of(&scene).pixels(pixels).video(video).audio(audio))
            .claims([Claim::Video("codec_name", codec)])
            .expect(|expect| expect.copied = Some(false))
    };
    let aac = super::scene::AAC;
    let opus = "-c:a libopus -b:a 64k";
    vec![
        clip("hevc-hvc1", "mp4", "yuv420p", HEVC, aac, "hevc").claims([Claim::Video("codec_tag_string", "hvc1")]),
        clip(
            "hevc-hev1",
            "mp4",
            "yuv420p",
            "-c:v libx265 -preset ultrafast -x265-params log-level=none -tag:v hev1",
            aac,
            "hevc",
        )
        .claims([Claim::Video("codec_tag_string", "hev1")]),
        one(
            "vp8",
            "webm",
            Make::of(&scene)
                .tint(BT601)
                .video("-c:v libvpx -deadline realtime -cpu-used 8 -b:v 600k -g 60")
                .audio("-c:a libvorbis"),
        )
        .claims([Claim::Video("codec_name", "vp8")])
        .expect(|expect| expect.copied = Some(false)),
        clip("vp9", "webm", "yuv420p", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 500k -g 60", opus, "vp9"),
        clip(
            "vp9-10-bit",
            "mkv",
            "yuv420p10le",
            "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 500k -g 60",
            opus,
            "vp9",
        ),
        clip("av1-svt", "mp4", "yuv420p", "-c:v libsvtav1 -preset 12 -crf 40 -g 50", aac, "av1"),
        clip(
            "av1-aom",
            "webm",
            "yuv420p",
            "-c:v libaom-av1 -cpu-used 8 -usage realtime -crf 35 -b:v 0 -g 50",
            opus,
            "av1",
        ),
        // prores_ks of ffmpeg 5.1 drops the colour tags, so the picture is BT.601 as untagged SD is.
        one(
            "prores",
            "mov",
            Make::of(&scene)
                .tint(BT601_UNTAGGED)
                .pixels("yuv422p10le")
                .video("-c:v prores_ks -profile:v 1")
                .audio("-c:a pcm_s16le"),
        )
        .claims([Claim::Video("codec_name", "prores")])
        .expect(|expect| expect.copied = Some(false)),
        clip("theora", "ogv", "yuv420p", "-c:v libtheora -q:v 7", "-c:a libvorbis", "theora")
            .expect(|expect| expect.colour = Colour::Within(24)),
        one(
            "gif",
            "gif",
            Make::of(&Scene::new(160, 120, (10, 1), 5.0)).pixels("rgb8").video("-c:v gif").sounds(Vec::new()),
        )
        .claims([Claim::Video("codec_name", "gif"), Claim::Count("audio", 0)])
        .expect(|expect| {
            expect.audio.clear();
            expect.beeps.clear();
            expect.copied = Some(false);
            expect.colour = Colour::Within(60);
        }),
    ]
}

fn shortest() -> Vec<Clip> {
    let silent = |name, extension, seconds, frames| {
        one(name, extension, Make::of(&Scene::small(seconds)).sounds(Vec::new()))
            .claims([Claim::Frames(frames)])
            .expect(|expect| expect.audio.clear())
    };
    vec![
        silent("one-frame", "mp4", 0.04, 1),
        silent("five-frames", "mkv", 0.2, 5),
        one("fifth-of-a-second", "mp4", Make::of(&Scene::small(0.2))).claims([Claim::Frames(5)]),
    ]
}
