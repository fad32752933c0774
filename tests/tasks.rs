//! The tasks of a transcode, run on real files by the same code that pools and workers use, without a server.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

#[path = "tasks/sprites.rs"]
mod sprites;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tokio::sync::mpsc;
use vlog::domain::ladder::{Codec, Ladder};
use vlog::domain::media::{Analysis, MediaInfo};
use vlog::domain::task::{
    AnalyseSpec, AudioSpec, CopySpec, EncodeSpec, Picture, SubtitlesSpec, TaskEvent, TaskOutcome, TaskSpec,
    ThumbnailSpec,
};
use vlog::domain::transcode::{TextTrack, TranscodePlan};
use vlog::media::ffmpeg::hardware::Hardware;
use vlog::media::ffmpeg::process::Tools;
use vlog::media::plan::{self, PlanOptions};
use vlog::media::presentation::names;
use vlog::media::probe::{Limits, probe};
use vlog::media::segments::{read_init, read_segment};
use vlog::media::thumbnail::{self, Footage};
use vlog::tasks::{self, Cancel, Context};

const SEGMENT_SECONDS: f64 = 2.0;
const LADDER: &str = "-f lavfi -i testsrc2=s=1280x720:r=30000/1001:d=17 -f lavfi -i sine=440:d=17";

#[tokio::test(flavor = "multi_thread")]
async fn a_fitting_source_is_copied_and_every_rung_takes_its_boundaries() {
    let h264 = format!("{LADDER} -c:v libx264 -preset ultrafast -g 45 -b:v 2M -pix_fmt yuv420p -c:a aac");
    check("copied.mp4", &h264, true).await;
    check("copied.mkv", &h264, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chunks_of_an_encoded_source_meet_to_the_frame() {
    let x264 = format!("{LADDER} -c:v libx264 -preset veryfast -pix_fmt yuv420p");
    check("long-gop.mp4", &format!("{x264} -g 600"), false).await;
    check("open-gop.mp4", &format!("{x264} -x264-params keyint=40:open-gop=1"), false).await;
    check("mpeg2.ts", &format!("{LADDER} -c:v mpeg2video -q:v 4 -g 30 -bf 2 -c:a mp2"), false).await;
    check("mpeg2.mpg", &format!("{LADDER} -c:v mpeg2video -q:v 4 -g 30 -bf 2 -c:a mp2"), false).await;
    check("vp8.webm", &format!("{LADDER} -c:v libvpx -deadline realtime -cpu-used 8 -b:v 1M -c:a libvorbis"), false)
        .await;
    check("xvid.avi", &format!("{LADDER} -c:v mpeg4 -q:v 5 -bf 2 -c:a libmp3lame"), false).await;
}

/// 29.97 frames a second: the distances of the planned key frames differ by a frame.
#[tokio::test(flavor = "multi_thread")]
async fn other_codecs_share_the_boundaries_of_h264() {
    let source =
        "-f lavfi -i testsrc2=s=640x360:r=30000/1001:d=11 -c:v libx264 -preset ultrafast -b:v 600k -pix_fmt yuv420p";
    check_in(&[Codec::Hevc, Codec::Av1], "encoded.mp4", &format!("{source} -g 600"), None).await;
    check_in(&[Codec::Hevc, Codec::Av1], "beside-a-copy.mkv", &format!("{source} -g 41"), Some(Codec::H264)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_in_other_codecs_are_copied_where_they_are_published() {
    let picture = "-f lavfi -i testsrc2=s=640x360:r=25:d=9";
    let hevc =
        format!("{picture} -c:v libx265 -preset ultrafast -b:v 300k -pix_fmt yuv420p -x265-params log-level=none");
    let closed = format!("{hevc}:keyint=37:open-gop=0");
    check_in(&[Codec::Hevc], "hevc.mp4", &closed, Some(Codec::Hevc)).await;
    check_in(&[Codec::Hevc], "hevc.mkv", &closed, Some(Codec::Hevc)).await;
    check_in(&[Codec::Av1], "not-published.mp4", &closed, None).await;
    check_in(&[Codec::Hevc], "open.mp4", &format!("{hevc}:keyint=37:open-gop=1:bframes=4"), None).await;
    let av1 = format!("{picture} -c:v libsvtav1 -preset 12 -crf 50 -g 37 -pix_fmt yuv420p");
    check_in(&[Codec::Av1], "av1.mp4", &av1, Some(Codec::Av1)).await;
    check_in(&[Codec::Av1], "av1.webm", &av1, Some(Codec::Av1)).await;
}

async fn check(name: &str, args: &str, copied: bool) {
    check_in(&[], name, args, copied.then_some(Codec::H264)).await;
}

/// `copied` is the codec whose top rung is the source's stream, and the only one.
async fn check_in(others: &[Codec], name: &str, args: &str, copied: Option<Codec>) {
    let directory = tempfile::tempdir().unwrap();
    let source = generate(directory.path(), name, args);
    let (plan, starts) = transcode(&source, &directory.path().join("work"), others).await;
    for codec in [&[Codec::H264], others].concat() {
        let rungs: Vec<_> = plan.rungs_of(codec).collect();
        assert!(!rungs.is_empty(), "{name}: rungs in {codec:?}");
        let copies: Vec<bool> = rungs.iter().map(|r| r.copied).collect();
        let wanted: Vec<bool> = (0..rungs.len()).map(|i| i == 0 && copied == Some(codec)).collect();
        assert_eq!(copies, wanted, "{name}: {codec:?} copied or not");
    }
    for rung in &plan.rungs {
        let measured = &starts[&rung.name];
        assert_eq!(measured.len(), plan.boundaries.len(), "{name} {}: {measured:?}", rung.name);
        for (at, planned) in measured.iter().zip(&plan.boundaries) {
            assert!((at - planned).abs() < 0.0005, "{name} {}: segment at {at}, planned {planned}", rung.name);
        }
    }
}

fn generate(directory: &Path, name: &str, args: &str) -> PathBuf {
    let path = directory.join(name);
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-y", "-nostdin"]).args(args.split_whitespace()).arg(&path);
    assert!(command.status().expect("ffmpeg is installed").success(), "generating {name}");
    path
}

/// ffmpeg takes a source that breaks off for one that ends. What was left out is encoded when the source is whole again;
/// what is left out each time is not in the film.
#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_whose_end_is_missing_is_encoded_again() {
    let directory = tempfile::tempdir().unwrap();
    let work = directory.path();
    let args = "-f lavfi -i testsrc2=s=320x180:r=25:d=17 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 600";
    let source = generate(work, "film.mp4", args);
    let (info, analysis, plan) = analysed(&source, &work.join("analysis"), &[]).await;
    let [first, ..] = &plan::chunks(&plan, &info, &analysis, Codec::H264, 10)[..] else { panic!() };
    let video = info.video.as_ref().unwrap();
    let spec = EncodeSpec {
        start_seconds: info.start_seconds,
        stream_index: video.index,
        duration_seconds: plan::chunk_seconds(first, &plan),
        rungs: plan.rungs.clone(),
        picture: plan::picture(video, &plan),
        encoder: "libx264".into(),
        preset: "ultrafast".into(),
        frames_on_device: None,
        beside_hardware: false,
        chunk: first.clone(),
    };
    let end = first.end.unwrap();
    for (times, expected) in [(1, end), (9, end - 0.8)] {
        let work = work.join(times.to_string());
        std::fs::create_dir_all(&work).unwrap();
        let (ffmpeg, runs) = (work.join("ffmpeg"), work.join("runs"));
        let text = format!(
            "#!/bin/sh\necho >> '{runs}'\n[ $(wc -l < '{runs}') -gt {times} ] || set -- -t {short} \"$@\"\nexec ffmpeg \"$@\"\n",
            runs = runs.display(),
            short = end - 0.8,
        );
        write_program(&ffmpeg, &text);
        let tools = Tools { ffmpeg, ..Tools::default() };
        run_with(tools, TaskSpec::Encode(spec.clone()), &source, &work).await;
        assert_eq!(std::fs::read_to_string(&runs).unwrap().lines().count(), 2);
        let rung = work.join(&spec.rungs[0].name);
        let init = read_init(&rung.join(names::INIT)).unwrap();
        let number = first.starts.len() as u32 - 1;
        let frames = frames_of(&rung, number);
        // the last frame is made to last until the next chunk begins
        let last = read_segment(&rung.join(names::segment(number)), &init).unwrap();
        assert!(((last.start + last.duration) as f64 / f64::from(init.timescale) - end).abs() < 0.01);
        let missing = ((end - expected) * 25.0).round() as usize;
        let whole = ((end - first.starts.last().unwrap()) * 25.0).round() as usize;
        assert_eq!(frames, whole - missing, "{times}");
    }
}

/// The picture stands for a track that ffmpeg makes no text of.
#[tokio::test]
async fn subtitles_that_cannot_be_decoded_leave_the_others() {
    let directory = tempfile::tempdir().unwrap();
    let words = directory.path().join("words.srt");
    std::fs::write(&words, "1\n00:00:00,500 --> 00:00:02,000\nHello\n").unwrap();
    let args = format!(
        "-f lavfi -i testsrc2=s=320x180:r=25:d=3 -i {words} -map 0 -map 1 -c:v libx264 -preset ultrafast \
         -pix_fmt yuv420p -c:s mov_text",
        words = words.display()
    );
    let source = generate(directory.path(), "film.mp4", &args);
    let (info, _, plan) = analysed(&source, &directory.path().join("analysis"), &[]).await;
    let [good] = &plan.text[..] else { panic!("{:?}", plan.text) };
    let bad = TextTrack { name: "text-9".to_owned(), stream_index: info.video.unwrap().index, ..good.clone() };
    let spec = SubtitlesSpec { start_seconds: info.start_seconds, tracks: vec![bad, good.clone()] };
    let work = directory.path().join("work");
    let outcome = run(TaskSpec::Subtitles(spec), &source, &work).await;
    assert_eq!(outcome, TaskOutcome::Text { tracks: vec![good.name.clone()] });
    assert!(std::fs::read_to_string(work.join(&good.name).join(names::CAPTIONS)).unwrap().contains("Hello"));
}

/// By one process for all moments and by one for each, and where the film ends sooner than it says.
#[tokio::test]
async fn of_the_frames_that_can_be_read_the_one_with_most_to_see_is_chosen() {
    let directory = tempfile::tempdir().unwrap();
    let picture = "color=black:s=320x180:r=25:d=2[a];testsrc2=s=320x180:r=25:d=1[b];[a][b]concat";
    let source = generate(directory.path(), "film.mp4", &format!("-f lavfi -i {picture} -c:v libx264"));
    let (source, plain) = (source.as_path().into(), Picture::default());
    let chosen = async |pixels: u32, duration: f64, key_frames_only: bool| {
        let footage = Footage { stream: 0, pixels, duration, key_frames_only, picture: &plain };
        let best = thumbnail::best_moment(&Tools::default(), &source, footage, &Cancel::new()).await.unwrap();
        assert_eq!(best.key_frame, key_frames_only);
        best.seconds
    };
    for pixels in [320 * 180, u32::MAX] {
        assert!((2.0..2.5).contains(&chosen(pixels, 3.0, false).await), "not in the dark");
        assert_eq!(chosen(pixels, 30.0, false).await, 30.0 * 0.08, "the only moment before the end");
        assert!((2.0..2.5).contains(&chosen(pixels, 3.0, true).await), "not in the dark, by key frames");
    }
}

/// Whoever waits for it, such as a server that stops, must not have to wait for all the pictures that are still to come.
#[tokio::test]
async fn a_stopped_thumbnail_begins_no_further_picture() {
    let directory = tempfile::tempdir().unwrap();
    let source = generate(directory.path(), "film.mp4", "-f lavfi -i testsrc2=s=320x180:r=25:d=3 -c:v libx264");
    let video = probe(&Tools::default(), &Limits::default(), &source).await.unwrap().video.unwrap();
    let spec = ThumbnailSpec {
        stream_index: Some(video.index),
        sound_index: None,
        artwork: false,
        duration_seconds: 3.0,
        key_frames_only: false,
        width: video.display_width,
        height: video.display_height,
        picture: Picture::default(),
    };
    let (ffmpeg, runs) = (directory.path().join("ffmpeg"), directory.path().join("runs"));
    write_program(&ffmpeg, &format!("#!/bin/sh\necho >> '{}'\nexec sleep 60\n", runs.display()));
    // the shell makes the file before it writes the line
    let begun = || std::fs::read_to_string(&runs).map_or(0, |lines| lines.lines().count());
    let (events, _received) = mpsc::channel(16);
    let context = Context {
        tools: Tools { ffmpeg, ..Tools::default() },
        hardware: Hardware::default(),
        source: source.as_path().into(),
        work: directory.path().to_owned(),
        listening: None,
        events,
        cancel: Cancel::new(),
    };
    let spec = TaskSpec::Thumbnail(spec);
    let (ended, ()) = tokio::join!(tasks::run(&spec, &context), async {
        while begun() == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        context.cancel.cancel();
    });
    assert_eq!(ended.unwrap_err().code, "cancelled");
    assert_eq!(begun(), 1);
}

/// As whoever shows pictures takes them: BT.601, a JPEG in full range.
#[tokio::test(flavor = "multi_thread")]
async fn thumbnails_have_the_colours_of_the_film() {
    let directory = tempfile::tempdir().unwrap();
    for (colour, wanted) in [("red", [255, 0, 0]), ("lime", [0, 255, 0]), ("blue", [0, 0, 255])] {
        let args = format!(
            "-f lavfi -i color={colour}:s=1280x720:r=10:d=2 -vf scale=out_color_matrix=bt709:out_range=tv,format=yuv420p \
             -colorspace bt709 -color_range tv -c:v libx264 -preset ultrafast"
        );
        let source = generate(directory.path(), &format!("{colour}.mp4"), &args);
        let info = probe(&Tools::default(), &Limits::default(), &source).await.unwrap();
        for key_frames_only in [false, true] {
            let spec = ThumbnailSpec {
                stream_index: Some(0),
                sound_index: None,
                artwork: false,
                duration_seconds: 2.0,
                key_frames_only,
                width: 1280,
                height: 720,
                picture: plan::picture(info.video.as_ref().unwrap(), &TranscodePlan::default()),
            };
            let work = directory.path().join(format!("{colour}-{key_frames_only}"));
            run(TaskSpec::Thumbnail(spec), &source, &work).await;
            for file in ["thumbnail-640.jpg", "thumbnail-640.webp"] {
                let args = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"];
                let shown = Command::new("ffmpeg").args(["-v", "error", "-i"]).arg(work.join(file)).args(args).output();
                let pixels = shown.unwrap().stdout;
                let off = pixels.iter().zip(wanted.iter().cycle()).map(|(seen, wanted)| seen.abs_diff(*wanted)).max();
                assert!(off.is_some_and(|off| off < 12), "{colour}, {file}: {:?}", &pixels[..3]);
            }
        }
    }
}

fn write_program(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn frames_of(rung: &Path, number: u32) -> usize {
    let file = tempfile::NamedTempFile::new().unwrap();
    let parts = [names::INIT.to_owned(), names::segment(number)];
    let bytes: Vec<u8> = parts.iter().flat_map(|name| std::fs::read(rung.join(name)).unwrap()).collect();
    std::fs::write(file.path(), bytes).unwrap();
    let args = ["-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0"];
    let output = Command::new("ffprobe").args(args).arg(file.path()).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().trim_end_matches(',').parse().unwrap()
}

/// Runs every task of a plan, each chunk in a directory of its own. Gives the start of every segment of every
/// rendition, in seconds, by number.
async fn transcode(source: &Path, work: &Path, others: &[Codec]) -> (TranscodePlan, BTreeMap<String, Vec<f64>>) {
    let (info, analysis, plan) = analysed(source, &work.join("analysis"), others).await;
    let mut made: Vec<(PathBuf, String)> = Vec::new();
    let video = info.video.as_ref().expect("a picture");
    for rung in plan.rungs.iter().filter(|r| r.copied).cloned() {
        let spec = CopySpec {
            start_seconds: info.start_seconds,
            stream_index: video.index,
            rendition: rung.name.clone(),
            boundaries: plan.boundaries.clone(),
            key_frames: analysis.key_frames.clone(),
            codec: rung.codec,
            color: None,
            duration_seconds: plan.duration_seconds,
        };
        run(TaskSpec::Copy(spec), source, &work.join("copy")).await;
        made.push((work.join("copy"), rung.name));
    }
    let chunks_of =
        |codec| plan::chunks(&plan, &info, &analysis, codec, 10).into_iter().map(move |chunk| (codec, chunk));
    for (codec, chunk) in [&[Codec::H264], others].concat().into_iter().flat_map(chunks_of) {
        let encoded: Vec<_> = plan.rungs_of(codec).filter(|r| !r.copied).cloned().collect();
        if encoded.is_empty() {
            continue;
        }
        let directory = work.join(format!("{}-chunk-{}", codec.as_str(), chunk.index));
        let spec = EncodeSpec {
            start_seconds: info.start_seconds,
            stream_index: video.index,
            duration_seconds: plan::chunk_seconds(&chunk, &plan),
            rungs: encoded.clone(),
            picture: plan::picture(video, &plan),
            encoder: codec.encoder().into(),
            preset: "ultrafast".into(),
            frames_on_device: None,
            beside_hardware: false,
            chunk,
        };
        run(TaskSpec::Encode(spec), source, &directory).await;
        made.extend(encoded.iter().map(|rung| (directory.clone(), rung.name.clone())));
    }
    if !plan.audio.is_empty() {
        let spec = AudioSpec {
            start_seconds: info.start_seconds,
            renditions: plan.audio.clone(),
            segment_seconds: SEGMENT_SECONDS,
            pad_to_seconds: plan.duration_seconds,
            loudness_lufs: None,
        };
        run(TaskSpec::Audio(spec), source, &work.join("audio")).await;
    }
    made.extend(plan.audio.iter().map(|r| (work.join("audio"), r.name.clone())));
    (plan, measure(made))
}

fn measure(made: Vec<(PathBuf, String)>) -> BTreeMap<String, Vec<f64>> {
    let mut inits: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut starts: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for (directory, rendition) in made {
        let directory = directory.join(&rendition);
        let init = std::fs::read(directory.join(names::INIT)).unwrap();
        let first = inits.entry(rendition.clone()).or_insert_with(|| init.clone());
        assert_eq!(*first, init, "{rendition}: every chunk has the same init segment");
        let init = read_init(&directory.join(names::INIT)).unwrap();
        let files = std::fs::read_dir(&directory).unwrap();
        let mut numbers: Vec<u32> =
            files.filter_map(|e| names::segment_number(&e.unwrap().file_name().to_string_lossy())).collect();
        numbers.sort_unstable();
        let all = starts.entry(rendition.clone()).or_default();
        for number in numbers {
            let segment = read_segment(&directory.join(names::segment(number)), &init).unwrap();
            assert!(segment.starts_with_sync_sample, "{rendition} {number}");
            assert_eq!(all.len(), number as usize, "{rendition}: segments come in order");
            all.push(segment.start as f64 / f64::from(init.timescale));
        }
    }
    starts
}

async fn analysed(source: &Path, work: &Path, others: &[Codec]) -> (MediaInfo, Analysis, TranscodePlan) {
    let info = probe(&Tools::default(), &Limits::default(), source).await.unwrap();
    let spec = AnalyseSpec {
        stream_index: info.video.as_ref().map(|v| v.index),
        start_seconds: info.start_seconds,
        segment_seconds: SEGMENT_SECONDS,
    };
    let TaskOutcome::Analysis(analysis) = run(TaskSpec::Analyse(spec), source, work).await else { panic!() };
    let options = PlanOptions {
        segment_seconds: SEGMENT_SECONDS,
        copy: true,
        codecs: [&[Codec::H264], others].concat(),
        ladder: Ladder::default(),
        loudness_lufs: None,
    };
    let plan = plan::plan(&info, &analysis, &options);
    (info, analysis, plan)
}

async fn run(spec: TaskSpec, source: &Path, work: &Path) -> TaskOutcome {
    run_with(Tools::default(), spec, source, work).await
}

async fn run_with(tools: Tools, spec: TaskSpec, source: &Path, work: &Path) -> TaskOutcome {
    std::fs::create_dir_all(work).unwrap();
    let (events, mut received) = mpsc::channel(16);
    let context = Context {
        tools,
        hardware: Hardware::default(),
        source: source.into(),
        work: work.to_owned(),
        listening: None,
        events,
        cancel: Cancel::default(),
    };
    let drain = tokio::spawn(async move {
        let mut files = Vec::new();
        while let Some(event) = received.recv().await {
            if let TaskEvent::File(path) = event {
                files.push(path);
            }
        }
        files
    });
    let outcome = tasks::run(&spec, &context).await.unwrap_or_else(|e| panic!("{e}\n{:?}\n{:?}", e.command, e.stderr));
    drop(context);
    for file in drain.await.unwrap() {
        assert!(work.join(&file).is_file(), "{file} was handed over and stays");
    }
    outcome
}
