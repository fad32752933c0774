//! The verifier can pass, and it can fail: a package made here with ffmpeg is judged clean, then
//! broken in one way at a time, and each breakage must be reported.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};

use crate::support::corpus::scene::{BT601, BT709, Make, Scene};
use crate::support::corpus::{Expect, Step, words};
use crate::support::signal::run_tool;
use crate::support::verify::boxes::{self, Init};
use crate::support::verify::{Target, verify};
use anyhow::{Context, Result, ensure};

const SLUG: &str = "test";
const RUNGS: [(&str, u32, u32); 2] = [("480p", 854, 480), ("360p", 640, 360)];
const SOUND: &str = "audio-0";

fn scene() -> Scene {
    Scene::new(854, 480, (25, 1), 13.0)
}

fn expect() -> Expect {
    Expect::from_scene(&scene())
}

/// How a rung is made; the default is right.
struct Rung<'a> {
    make: Make,
    filter: &'a str,
    key_frames: &'a str,
}

impl Rung<'_> {
    fn right() -> Rung<'static> {
        Rung { make: Make::of(&scene()), filter: "null", key_frames: "0,6,12" }
    }
}

fn hls_arguments(directory: &Path) -> Vec<String> {
    let mut arguments = words(
        "-f hls -hls_time 6 -hls_playlist_type vod -hls_segment_type fmp4 -hls_fmp4_init_filename init.mp4 \
         -hls_flags independent_segments -avoid_negative_ts disabled -hls_segment_filename",
    );
    arguments.push(directory.join("seg_%05d.m4s").to_string_lossy().into_owned());
    arguments.push(directory.join("stream.m3u8").to_string_lossy().into_owned());
    arguments
}

fn ffmpeg(arguments: &[String]) -> Result<()> {
    let mut all = vec!["-nostdin", "-y"];
    all.extend(arguments.iter().map(String::as_str));
    let output = run_tool("ffmpeg", &all)?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

fn make_rung(package: &Path, name: &str, rung: Rung) -> Result<()> {
    let (_, width, height) = RUNGS.into_iter().find(|known| known.0 == name).context("no such rung")?;
    let directory = package.join(name);
    std::fs::create_dir_all(&directory)?;
    let Step::Ffmpeg(mut arguments) = rung.make.sounds(Vec::new()).video("").into_step("unused") else {
        anyhow::bail!("a recipe is not an ffmpeg call")
    };
    arguments.pop();
    let filter = format!("{},scale={width}:{height},setsar=1", rung.filter);
    arguments.extend(["-vf".to_owned(), filter]);
    arguments.extend(words("-c:v libx264 -preset superfast -crf 21 -bf 2 -g 999 -sc_threshold 0"));
    arguments.extend(["-force_key_frames".to_owned(), rung.key_frames.to_owned()]);
    arguments.extend(hls_arguments(&directory));
    ffmpeg(&arguments)
}

fn make_sound(package: &Path, filter: &str) -> Result<()> {
    let directory = package.join(SOUND);
    std::fs::create_dir_all(&directory)?;
    let mut arguments = words("-f lavfi -i");
    arguments.push(scene().stereo(220));
    // The encoder's priming takes the place of the first samples, so no time is negative.
    arguments.extend(["-af".to_owned(), format!("{filter},atrim=start_sample=1024")]);
    arguments.extend(words("-t 13 -c:a aac -b:a 96k"));
    arguments.extend(hls_arguments(&directory));
    ffmpeg(&arguments)
}

/// A rendition as its manifests must describe it.
struct Described {
    init: Init,
    /// (bytes, decode start, duration) in ticks.
    segments: Vec<(u64, i64, i64)>,
}

impl Described {
    fn read(directory: &Path) -> Result<Described> {
        let init = boxes::parse_init(&std::fs::read(directory.join("init.mp4"))?)?;
        let mut segments = Vec::new();
        while let Ok(bytes) = std::fs::read(directory.join(format!("seg_{:05}.m4s", segments.len()))) {
            let segment = boxes::parse_segment(&bytes, &init)?;
            let start = segment.decode_start();
            segments.push((bytes.len() as u64, start, segment.decode_end() - start));
        }
        Ok(Described { init, segments })
    }

    fn average(&self) -> f64 {
        let ticks: i64 = self.segments.iter().map(|segment| segment.2).sum();
        let bytes: u64 = self.segments.iter().map(|segment| segment.0).sum();
        bytes as f64 * 8.0 / self.init.seconds(ticks)
    }

    fn peak(&self) -> f64 {
        let rate = |segment: &(u64, i64, i64)| segment.0 as f64 * 8.0 / self.init.seconds(segment.2);
        self.segments.iter().map(rate).fold(0.0, f64::max)
    }

    fn timeline(&self) -> String {
        let entries = self.segments.iter().map(|(_, start, duration)| format!("<S t=\"{start}\" d=\"{duration}\"/>"));
        entries.collect()
    }
}

fn representation(id: &str, described: &Described, attributes: &str) -> String {
    format!(
        "<Representation id=\"{id}\" bandwidth=\"{:.0}\" codecs=\"{}\" {attributes}>\
         <SegmentTemplate timescale=\"{}\" startNumber=\"0\" initialization=\"$RepresentationID$/init.mp4\" \
         media=\"$RepresentationID$/seg_$Number%05d$.m4s\"><SegmentTimeline>{}</SegmentTimeline></SegmentTemplate>\
         </Representation>",
        described.peak(),
        described.init.codec,
        described.init.timescale,
        described.timeline()
    )
}

fn write_manifests(package: &Path) -> Result<()> {
    let sound = Described::read(&package.join(SOUND))?;
    let mut master = format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",\
         NAME=\"Sound\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\",URI=\"{SOUND}/stream.m3u8\"\n"
    );
    let mut video = String::new();
    for (name, width, height) in RUNGS {
        let rung = Described::read(&package.join(name))?;
        master += &format!(
            "#EXT-X-STREAM-INF:BANDWIDTH={:.0},AVERAGE-BANDWIDTH={:.0},CODECS=\"{},{}\",\
             RESOLUTION={width}x{height},FRAME-RATE=25.000,AUDIO=\"a\"\n{name}/stream.m3u8\n",
            rung.peak() + sound.peak(),
            rung.average() + sound.average(),
            rung.init.codec,
            sound.init.codec
        );
        let attributes = format!("width=\"{width}\" height=\"{height}\" frameRate=\"25\"");
        video += &representation(name, &rung, &attributes);
    }
    let mpd = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" \
         profiles=\"urn:mpeg:dash:profile:isoff-live:2011\" minBufferTime=\"PT6S\" \
         mediaPresentationDuration=\"PT13S\"><Period id=\"0\" start=\"PT0S\">\
         <AdaptationSet id=\"0\" contentType=\"video\" mimeType=\"video/mp4\" segmentAlignment=\"true\" \
         startWithSAP=\"1\">{video}</AdaptationSet>\
         <AdaptationSet id=\"1\" contentType=\"audio\" mimeType=\"audio/mp4\" segmentAlignment=\"true\" \
         startWithSAP=\"1\">{}</AdaptationSet></Period></MPD>\n",
        representation(SOUND, &sound, "audioSamplingRate=\"48000\"")
    );
    std::fs::write(package.join("master.m3u8"), master)?;
    std::fs::write(package.join("manifest.mpd"), mpd)?;
    Ok(())
}

fn make_package(package: &Path) -> Result<()> {
    for (name, ..) in RUNGS {
        make_rung(package, name, Rung::right())?;
    }
    make_sound(package, "anull")?;
    write_manifests(package)
}

/// Serves files below `root` until the test process ends; one request a connection.
fn serve(root: PathBuf) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").context("binding")?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let root = root.clone();
            std::thread::spawn(move || answer(stream, &root));
        }
    });
    Ok(format!("http://{address}"))
}

fn answer(mut stream: TcpStream, root: &Path) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut piece = [0; 2048];
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        let count = stream.read(&mut piece)?;
        if count == 0 {
            return Ok(());
        }
        request.extend_from_slice(&piece[..count]);
    }
    let text = String::from_utf8_lossy(&request).into_owned();
    let path = text.split_whitespace().nth(1).unwrap_or("/").trim_start_matches('/').to_owned();
    let (status, body) = match std::fs::read(root.join(path)) {
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    stream.write_all(&body)
}

fn judge(package: &Path) -> Result<Vec<String>> {
    let root = tempfile::tempdir()?;
    let below = root.path().join("videos").join(SLUG);
    std::fs::create_dir_all(&below)?;
    copy_tree(package, &below)?;
    let public_url = serve(root.path().to_owned())?;
    let target = Target { public_url: &public_url, slug: SLUG, source: None, has_api: false };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    Ok(runtime.block_on(verify(&target, &expect())))
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Replaces text in a file of the package; the text must be there.
fn edit(package: &Path, file: &str, from: &str, to: &str) -> Result<()> {
    let path = package.join(file);
    let text = std::fs::read_to_string(&path)?;
    ensure!(text.contains(from), "{file} does not contain {from:?}");
    std::fs::write(path, text.replacen(from, to, 1))?;
    Ok(())
}

/// Drops the edit list: players then start at the composition offset.
fn lose_edit_list(package: &Path) -> Result<()> {
    for (name, ..) in RUNGS {
        let path = package.join(name).join("init.mp4");
        let mut bytes = std::fs::read(&path)?;
        let at = bytes.windows(4).position(|window| window == b"edts").context("no edit list")?;
        bytes[at..at + 4].copy_from_slice(b"free");
        std::fs::write(path, bytes)?;
    }
    Ok(())
}

/// One way to break a package, and words of the failure that must be reported.
type Breakage = (&'static str, &'static str, fn(&Path) -> Result<()>);

const BREAKAGES: [Breakage; 13] = [
    ("misaligned rung", "misaligned", |package| {
        make_rung(package, "360p", Rung { key_frames: "0,5.2,12", ..Rung::right() })?;
        write_manifests(package)
    }),
    ("sound 80 ms late", "sound is +8", |package| {
        make_sound(package, "adelay=80:all=1")?;
        write_manifests(package)
    }),
    ("wrong EXTINF", "EXTINF", |package| edit(package, "480p/stream.m3u8", "#EXTINF:6.000000", "#EXTINF:6.040000")),
    ("wrong matrix", "should be [", |package| {
        let make = Make::of(&scene()).tint(crate::support::corpus::scene::Tint { tags: BT709.tags, ..BT601 });
        make_rung(package, "360p", Rung { make, filter: "setparams=colorspace=bt709", ..Rung::right() })?;
        write_manifests(package)
    }),
    ("mirrored rung", "should be [", |package| {
        make_rung(package, "360p", Rung { filter: "hflip", ..Rung::right() })?;
        write_manifests(package)
    }),
    ("flash lost", "flashes at", |package| {
        make_rung(package, "480p", Rung { make: Make::of(&scene().marked(&[1.0])), ..Rung::right() })?;
        write_manifests(package)
    }),
    ("segment missing", "404", |package| Ok(std::fs::remove_file(package.join("360p/seg_00001.m4s"))?)),
    ("wrong CODECS", "CODECS", |package| edit(package, "master.m3u8", "avc1.64", "avc1.42")),
    ("wrong AVERAGE-BANDWIDTH", "AVERAGE-BANDWIDTH", |package| {
        edit(package, "master.m3u8", "AVERAGE-BANDWIDTH=", "AVERAGE-BANDWIDTH=1")
    }),
    ("unfinished playlist", "ENDLIST", |package| edit(package, "480p/stream.m3u8", "#EXT-X-ENDLIST", "")),
    ("MPD timeline differs", "manifest.mpd 480p segment 1", |package| {
        let rung = Described::read(&package.join("480p"))?;
        let (_, start, duration) = rung.segments[1];
        let shorter = format!("t=\"{start}\" d=\"{}\"", duration - 4000);
        edit(package, "manifest.mpd", &format!("t=\"{start}\" d=\"{duration}\""), &shorter)
    }),
    ("edit list lost", "sound is", |package| lose_edit_list(package)),
    ("key frame missing at a boundary", "segment 1: ", |package| {
        let parts = ["seg_00000.m4s", "seg_00001.m4s"].map(|name| package.join("480p").join(name));
        let (first, second) = (std::fs::read(&parts[0])?, std::fs::read(&parts[1])?);
        std::fs::write(&parts[0], second)?;
        Ok(std::fs::write(&parts[1], first)?)
    }),
];

#[test]
fn a_right_package_passes_and_each_breakage_is_reported() -> Result<()> {
    let right = tempfile::tempdir()?;
    make_package(right.path())?;
    let failures = judge(right.path())?;
    ensure!(failures.is_empty(), "a right package is refused:\n{}", failures.join("\n"));
    let mut missed = Vec::new();
    for (name, words, spoil) in BREAKAGES {
        let broken = tempfile::tempdir()?;
        copy_tree(right.path(), broken.path())?;
        spoil(broken.path()).with_context(|| format!("breaking: {name}"))?;
        let failures = judge(broken.path())?;
        if !failures.iter().any(|failure| failure.contains(words)) {
            missed.push(format!("{name}: no failure says {words:?}, only {failures:#?}"));
        }
    }
    ensure!(missed.is_empty(), "{} breakages go unnoticed:\n{}", missed.len(), missed.join("\n"));
    Ok(())
}
