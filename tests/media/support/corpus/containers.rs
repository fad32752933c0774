//! Clips whose container is odd: old formats, shifted clocks, edit lists, subtitles, chapters.

use super::scene::{AAC, BT601, Make, Scene, X264};
use super::{Claim, Clip, Colour, Step, words};

/// Marks of the clips that are cut out of a longer file.
const CUT_SECONDS: f64 = 3.0;

pub fn clips() -> Vec<Clip> {
    let mut all = old_formats();
    all.extend(clocks());
    all.extend(mp4_shapes());
    all.extend(texts());
    all
}

fn one(name: &'static str, extension: &'static str, make: Make) -> Clip {
    let scene = make.scene.clone();
    Clip::new(name, extension, &scene, make.steps(extension))
}

fn old_formats() -> Vec<Clip> {
    let scene = Scene::small(7.0);
    let clip = |name, extension, video, audio, codec| {
        one(name, extension, Make::of(&scene).tint(BT601).video(video).audio(audio))
            .claims([Claim::Video("codec_name", codec)])
            .expect(|expect| {
                expect.copied = Some(false);
                expect.colour = Colour::Within(20);
            })
    };
    let mp3 = "-c:a libmp3lame -b:a 128k -ar 44100";
    vec![
        clip("mpeg-1", "mpg", "-c:v mpeg1video -q:v 3 -g 12 -bf 2", "-c:a mp2 -b:a 128k", "mpeg1video"),
        clip("mpeg-2-vob", "vob", "-c:v mpeg2video -q:v 3 -g 12 -bf 2", "-c:a ac3 -b:a 192k", "mpeg2video"),
        clip("mjpeg", "avi", "-c:v mjpeg -q:v 3 -strict -1", "-c:a pcm_s16le", "mjpeg"),
        clip("xvid-packed", "avi", "-c:v libxvid -q:v 3 -bf 2 -g 50", mp3, "mpeg4")
            .claims([Claim::Bytes(b"XviD")])
            // Packed B frames: the encoder's delay of four frames is in the file.
            .expect(|expect| {
                expect.flashes = vec![1.16, 6.16];
                expect.duration_tolerance = 0.25;
            }),
        clip("mpeg-4-asp", "avi", "-c:v mpeg4 -q:v 3 -bf 2 -g 50 -vtag DX50", mp3, "mpeg4"),
        clip("wmv2", "wmv", "-c:v wmv2 -q:v 3 -g 50", "-c:a wmav2 -b:a 128k", "wmv2")
            .claims([Claim::Container("asf"), Claim::Audio(0, "codec_name", "wmav2")]),
        clip("flv1", "flv", "-c:v flv -q:v 3 -g 50", mp3, "flv1").claims([Claim::Container("flv")]),
        clip("h263-3gp", "3gp", "-c:v h263 -q:v 3 -s 352x288 -g 50", AAC, "h263").expect(|expect| {
            // CIF's samples are 12:11
            expect.size = (384, 288);
            expect.duration_tolerance = 0.15;
        }),
        one("h264-flv", "flv", Make::of(&scene)).claims([Claim::Container("flv"), Claim::Video("codec_name", "h264")]),
        one("h264-avi", "avi", Make::of(&scene).video("-c:v libx264 -preset superfast -crf 21 -g 50 -bf 0").audio(mp3))
            .claims([Claim::Container("avi"), Claim::Video("codec_name", "h264")]),
        one(
            "h264-mkv-milliseconds",
            "mkv",
            Make::of(&Scene::new(640, 360, (24_000, 1001), 14.0))
                .video("-c:v libx264 -preset superfast -bf 3 -crf 21 -g 48"),
        )
        .claims([Claim::Video("time_base", "1/1000"), Claim::ClosedGop])
        .expect(|expect| expect.frame_rate = Some(24_000.0 / 1001.0)),
    ]
}

fn clocks() -> Vec<Clip> {
    let scene = Scene::new(640, 360, (25, 1), 13.0);
    vec![
        one("ts-1.4-seconds", "ts", Make::of(&scene))
            .claims([Claim::Container("mpegts"), Claim::FirstTime("v:0", 1.48, 0.15)]),
        one("m2ts", "m2ts", Make::of(&scene).audio("-c:a ac3 -b:a 192k").mux("-mpegts_m2ts_mode 1"))
            .claims([Claim::Container("mpegts")]),
        one("ts-large-start", "ts", Make::of(&scene).mux("-output_ts_offset 90000 -muxdelay 0"))
            .claims([Claim::FirstTime("v:0", 90_000.0, 0.2)]),
        // 2^33 / 90000 = 95443.7 s: the clock wraps in the middle.
        one("ts-clock-wraps", "ts", Make::of(&scene).mux("-output_ts_offset 95437 -muxdelay 0"))
            .claims([Claim::Container("mpegts")]),
        one("mkv-large-start", "mkv", Make::of(&scene).mux("-output_ts_offset 3600"))
            .claims([Claim::FirstTime("v:0", 3600.0, 0.1)]),
        one(
            "mp4-large-start",
            "mp4",
            Make::of(&scene).mux("-output_ts_offset 40 -movflags +frag_keyframe+empty_moov+delay_moov"),
        )
        .claims([Claim::FirstTime("v:0", 40.0, 0.1)]),
        cut_by_copy("cut-edit-list", "mp4", "-ss 3.3 -i whole.mp4 -map 0 -c copy", true),
        cut_by_copy(
            "cut-negative-start",
            "mov",
            "-ss 3.3 -i whole.mp4 -map 0 -c copy -avoid_negative_ts disabled",
            true,
        ),
    ]
}

/// A whole clip of 14 s, then a copy from 3.3 s on: an edit list hides the pictures since the
/// last key frame.
fn cut_by_copy(name: &'static str, extension: &'static str, cut: &str, hides: bool) -> Clip {
    let whole = Scene::small(14.0).marked(&[2.0 + CUT_SECONDS, 13.0]);
    let mut arguments = words(cut);
    arguments.push(format!("out.{extension}"));
    let steps = vec![Make::of(&whole).into_step("whole.mp4"), Step::Ffmpeg(arguments)];
    let shift = 3.3;
    Clip::new(name, extension, &whole, steps)
        .claims(hides.then_some(Claim::Bytes(b"elst")))
        .claims([Claim::FirstTime("v:0", -1.3, 0.2)])
        .expect(|expect| {
            expect.duration = 14.0 - shift;
            let shifted = |times: &[f64]| times.iter().map(|time| time - shift).collect::<Vec<f64>>();
            expect.flashes = shifted(&expect.flashes);
            expect.beeps = shifted(&expect.beeps);
            expect.copied = None;
        })
}

fn mp4_shapes() -> Vec<Clip> {
    let scene = Scene::small(13.0);
    vec![
        one("mp4-moov-last", "mp4", Make::of(&scene)).claims([Claim::BoxBefore("mdat", "moov")]),
        one("mp4-moov-first", "mp4", Make::of(&scene).mux("-movflags +faststart"))
            .claims([Claim::BoxBefore("moov", "mdat")])
            .expect(|expect| expect.copied = Some(true)),
        one("mp4-fragmented", "mp4", Make::of(&scene).mux("-movflags +frag_keyframe+empty_moov+delay_moov"))
            .claims([Claim::BoxBefore("moov", "moof")]),
        one("mp4-cmaf", "mp4", Make::of(&scene).mux("-movflags +cmaf+frag_keyframe+empty_moov+negative_cts_offsets"))
            .claims([Claim::Bytes(b"moof")]),
        one("m4v", "m4v", Make::of(&scene)).claims([Claim::Video("codec_name", "h264")]),
        concatenated(),
    ]
}

/// Two encodes of different sizes of GOP joined by the concat demuxer: parameter sets change.
fn concatenated() -> Clip {
    let first = Scene::small(6.0).marked(&[1.0]);
    let second = Scene::small(6.0).marked(&[5.0]);
    let whole = Scene::small(12.0).marked(&[1.0, 11.0]);
    let list = "file a.mp4\nfile b.mp4\n".to_owned();
    let steps = vec![
        Make::of(&first).into_step("a.mp4"),
        Make::of(&second).video("-c:v libx264 -preset superfast -bf 0 -crf 25 -g 40").into_step("b.mp4"),
        Step::Write("list.txt", list),
        Step::Ffmpeg(words("-f concat -i list.txt -map 0 -c copy out.mp4")),
    ];
    Clip::new("concatenated", "mp4", &whole, steps)
        .claims([Claim::Container("mp4"), Claim::KeyFrameGap(1.5, 2.1)])
        .expect(|expect| expect.duration_tolerance = 0.15)
        .without_source_markers()
}

fn srt(greeting: &str) -> String {
    format!(
        "1\n00:00:01,000 --> 00:00:02,500\n{greeting} \u{1F600}\n\n2\n00:00:03,000 --> 00:00:04,000\n<i>a &amp; b</i>\n\n"
    )
}

const CHAPTERS: &str = ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=Opening & more\n\
[CHAPTER]\nTIMEBASE=1/1000\nSTART=2000\nEND=5000\ntitle=Zweites \u{4e09}\n\
[CHAPTER]\nTIMEBASE=1/1000\nSTART=5000\nEND=7000\ntitle=End\n";

fn texts() -> Vec<Clip> {
    let scene = Scene::small(7.0);
    let base = || {
        vec![
            Step::Write("en.srt", srt("Hello")),
            Step::Write("de.srt", srt("Grüße")),
            Step::Write("chapters.txt", CHAPTERS.to_owned()),
            Make::of(&scene).into_step("base.mkv"),
        ]
    };
    let with = |mux: &str| {
        let mut steps = base();
        steps.push(Step::Ffmpeg(words(mux)));
        steps
    };
    vec![
        Clip::new(
            "text-srt-ass-chapters",
            "mkv",
            &scene,
            with(
                "-i base.mkv -i en.srt -i de.srt -i chapters.txt -map 0 -map 1 -map 2 -map_metadata 3 -map_chapters 3 \
                 -c copy -c:s:0 srt -c:s:1 ass -metadata:s:s:0 language=eng -metadata:s:s:1 language=ger out.mkv",
            ),
        )
        .claims([Claim::Text(0, "codec_name", "subrip"), Claim::Text(1, "codec_name", "ass"), Claim::Chapters(3)])
        .expect(|expect| {
            expect.text = vec!["eng", "ger"];
            expect.chapters = 3;
        }),
        Clip::new(
            "text-mov-chapters",
            "mp4",
            &scene,
            with(
                "-i base.mkv -i en.srt -i de.srt -i chapters.txt -map 0 -map 1 -map 2 -map_chapters 3 \
                 -c copy -c:s mov_text -metadata:s:s:0 language=eng -metadata:s:s:1 language=ger out.mp4",
            ),
        )
        .claims([Claim::Text(0, "codec_name", "mov_text"), Claim::Chapters(3)])
        .expect(|expect| {
            expect.text = vec!["eng", "ger"];
            expect.chapters = 3;
        }),
        Clip::new(
            "text-webvtt",
            "webm",
            &scene,
            vec![
                Step::Write("en.srt", srt("Hello")),
                Make::of(&scene)
                    .tint(BT601)
                    .video("-c:v libvpx -deadline realtime -cpu-used 8 -b:v 600k -g 60")
                    .audio("-c:a libvorbis")
                    .into_step("base.webm"),
                Step::Ffmpeg(words(
                    "-i base.webm -i en.srt -map 0 -map 1 -c copy -c:s webvtt -metadata:s:s:0 language=eng out.webm",
                )),
            ],
        )
        .claims([Claim::Text(0, "codec_name", "webvtt")])
        .expect(|expect| {
            expect.text = vec!["eng"];
            expect.copied = Some(false);
        }),
        Clip::new(
            "timecode-data-track",
            "mov",
            &scene,
            vec![Make::of(&scene).video(X264).mux("-timecode 01:00:00:00").into_step("out.mov")],
        )
        .claims([Claim::Count("data", 1)]),
        Clip::new(
            "attached-font-and-cover",
            "mkv",
            &scene,
            vec![
                Make::of(&scene).into_step("base.mkv"),
                Step::Ffmpeg(words("-f lavfi -i testsrc2=s=300x300 -frames:v 1 cover.jpg")),
                Step::Write("font.ttf", "not really a font".to_owned()),
                Step::Ffmpeg(words(
                    "-i base.mkv -map 0 -c copy -attach cover.jpg -metadata:s:t:0 mimetype=image/jpeg \
                     -metadata:s:t:0 filename=cover.jpg -attach font.ttf -metadata:s:t:1 mimetype=font/ttf \
                     -metadata:s:t:1 filename=font.ttf out.mkv",
                )),
            ],
        )
        .claims([Claim::Count("video", 1)]),
    ]
}
