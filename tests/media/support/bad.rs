//! Bad and hostile uploads, and the error codes a person should get for each.
//!
//! Files are made at run time and are tiny. Where several answers are sensible, all are listed; an
//! accepted (`ready`) file is right only where `may_play` says so. No answer may take long, open
//! another file or address, or leave a job hanging.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::corpus::scene::{Make, Scene};
use super::corpus::{Step, cached, words};

/// Stable error codes of the server.
pub const EMPTY: &str = "empty_file";
pub const UNSUPPORTED: &str = "unsupported_media";
pub const NO_STREAMS: &str = "no_media_streams";
pub const ENCRYPTED: &str = "encrypted_media";
pub const TOO_LARGE: &str = "media_too_large";
pub const INVALID: &str = "invalid_media";

/// Text that must never appear in anything the server answers or stores: a playlist that points to
/// a file with it was followed.
pub const CANARY: &str = "canary-7f3a91";

/// A bad input.
#[derive(Debug)]
pub struct Bad {
    pub name: &'static str,
    /// File name of the upload.
    pub file_name: String,
    pub path: PathBuf,
    /// Any of these codes is right, from the upload itself or from the failed job.
    pub codes: Vec<&'static str>,
    /// Whether playing what is there is right as well.
    pub may_play: bool,
}

/// Makes every bad input below `directory`.
pub fn inputs(directory: &Path) -> Result<Vec<Bad>> {
    let mut all = Vec::new();
    let mut add =
        |name: &'static str, extension: &str, bytes: Vec<u8>, codes: &[&'static str], may_play| -> Result<()> {
            let file_name = format!("{name}.{extension}");
            let path = directory.join(&file_name);
            std::fs::write(&path, bytes).with_context(|| format!("writing {file_name}"))?;
            all.push(Bad { name, file_name, path, codes: codes.to_vec(), may_play });
            Ok(())
        };
    let not_media = [UNSUPPORTED, INVALID, NO_STREAMS];
    add("empty", "mp4", Vec::new(), &[EMPTY], false)?;
    add("one-byte", "mp4", vec![0], &not_media, false)?;
    add("zeros", "mp4", vec![0; 100_000], &not_media, false)?;
    add("noise", "mkv", noise(100_000), &not_media, false)?;
    add("text", "mp4", b"This is not a video.\n".repeat(200), &not_media, false)?;
    for (name, bytes) in impostors() {
        add(name, "mp4", bytes, &not_media, false)?;
    }
    add("picture", "mp4", ffmpeg_file("png", "-f lavfi -i testsrc2=s=64x64 -frames:v 1 out.png")?, &not_media, false)?;
    for (name, extension, text) in playlists(directory)? {
        add(name, extension, text.into_bytes(), &not_media, false)?;
    }
    let whole = std::fs::read(plain("mp4", "")?)?;
    add("truncated-without-moov", "mp4", whole[..whole.len() / 2].to_vec(), &[INVALID, UNSUPPORTED], false)?;
    let fast = std::fs::read(plain("mp4", "-movflags +faststart")?)?;
    add("truncated-with-moov", "mp4", fast[..fast.len() / 2].to_vec(), &[INVALID], true)?;
    add("moov-only", "mp4", before_mdat(&fast), &[INVALID, NO_STREAMS], false)?;
    let matroska = std::fs::read(plain("mkv", "")?)?;
    add("truncated", "mkv", matroska[..matroska.len() / 2].to_vec(), &[INVALID], true)?;
    add("damaged-in-the-middle", "mkv", damaged(&matroska), &[INVALID], true)?;
    add("header-only", "mkv", matroska[..600].to_vec(), &[INVALID, NO_STREAMS, UNSUPPORTED], false)?;
    add("zero-duration", "mp4", zero_duration()?, &[INVALID, NO_STREAMS], false)?;
    let secret = "-encryption_scheme cenc-aes-ctr -encryption_key 00112233445566778899aabbccddeeff \
                  -encryption_kid 112233445566778899aabbccddeeff00";
    add("encrypted", "mp4", std::fs::read(plain("mp4", secret)?)?, &[ENCRYPTED], false)?;
    add("only-subtitles", "mkv", only_subtitles()?, &[NO_STREAMS, UNSUPPORTED], false)?;
    add("pixel-bomb", "avi", jpeg_bomb(16_384, 16_384, 25)?, &[TOO_LARGE, INVALID], false)?;
    add("pixel-rate-bomb", "avi", jpeg_bomb(7680, 4320, 300)?, &[TOO_LARGE, INVALID], false)?;
    add("gif-bomb", "gif", gif_bomb()?, &[TOO_LARGE, INVALID, UNSUPPORTED, NO_STREAMS], false)?;
    add("hundred-tracks", "mkv", hundred_tracks()?, &[TOO_LARGE], false)?;
    add("forty-days", "mkv", forty_days()?, &[TOO_LARGE, INVALID], false)?;
    Ok(all)
}

/// File names for a good file; each upload must succeed, with a slug of `[a-z0-9-]+`, and nothing may
/// be written outside the library. The name goes into the multipart header as it is.
pub fn hostile_names() -> Vec<String> {
    let mut names: Vec<String> = [
        "../../x.mp4",
        "..\\..\\x.mp4",
        "/etc/passwd.mp4",
        "C:\\windows\\x.mp4",
        "!!!.mp4",
        ".mp4",
        "...",
        "-",
        "--help.mp4",
        "-i.mp4",
        "a b  c.mp4",
        "\u{1F600}\u{1F3AC}.mp4",
        "\u{202E}4pm.exe.mp4",
        "%00.mp4",
        "%2e%2e%2fx.mp4",
        "image%05d.mp4",
        "concat:a|b.mp4",
        "file:///etc/passwd",
        "http://127.0.0.1:1/x.mp4",
        "<script>alert(1)</script>.mp4",
        "' OR 1=1 --.mp4",
        "con.mp4",
        "playlist.m3u8",
        "\u{4e09}\u{4e8c}.mp4",
        "caf\u{e9}.mp4",
        "x.MP4",
        "noextension",
    ]
    .map(str::to_owned)
    .to_vec();
    names.push(format!("{}.mp4", "long".repeat(75)));
    names.push(format!("{}.mp4", "\u{1F600}".repeat(80)));
    names
}

/// Titles for a good file; line breaks and NUL cannot stand in a file name header.
pub fn hostile_titles() -> Vec<String> {
    ["!!!", "\n", "a\nb\r\nc", "nul\0nul", "\u{1F600}", " ", "../..", "admin", "<b>x</b>", "\u{202E}abc"]
        .map(str::to_owned)
        .to_vec()
}

fn run(extension: &str, steps: &[Step]) -> Result<Vec<u8>> {
    let path = cached(&format!("bad.{extension}"), extension, steps)?;
    std::fs::read(&path).with_context(|| format!("reading {}", path.display()))
}

fn ffmpeg_file(extension: &str, arguments: &str) -> Result<Vec<u8>> {
    run(extension, &[Step::Ffmpeg(words(arguments))])
}

/// A good small file, to be spoilt.
pub fn plain(extension: &str, mux: &'static str) -> Result<PathBuf> {
    let steps = Make::of(&Scene::small(5.0)).mux(mux).into_step(&format!("out.{extension}"));
    cached(&format!("plain.{extension}"), extension, &[steps])
}

/// Numbers without a pattern (xorshift), the same each time.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    (0..count).map(|_| next()).collect()
}

fn impostors() -> [(&'static str, Vec<u8>); 5] {
    let with_tail = |head: &[u8]| [head, &noise(4000)].concat();
    [
        ("zip", with_tail(b"PK\x03\x04\x14\0\0\0\x08\0")),
        ("elf", with_tail(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0")),
        ("pdf", with_tail(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n")),
        ("html", b"<!doctype html><script>alert(1)</script>".repeat(50)),
        ("shell", b"#!/bin/sh\ntouch /tmp/owned\n".to_vec()),
    ]
}

/// Formats that name other files or addresses, each pointing at a canary that must not be read.
fn playlists(directory: &Path) -> Result<Vec<(&'static str, &'static str, String)>> {
    let canary = directory.join("canary.srt");
    std::fs::write(&canary, format!("1\n00:00:01,000 --> 00:00:02,000\n{CANARY}\n"))?;
    let media = plain("mp4", "")?;
    let media = media.display();
    let hls = |target: &str| format!("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5.0,\n{target}\n#EXT-X-ENDLIST\n");
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"64\" \
               height=\"64\"><image xlink:href=\"file:///etc/passwd\" width=\"64\" height=\"64\"/></svg>";
    let mpd = format!(
        "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" \
         mediaPresentationDuration=\"PT5S\"><Period><AdaptationSet mimeType=\"video/mp4\"><Representation id=\"1\" \
         bandwidth=\"1\"><BaseURL>file://{media}</BaseURL></Representation></AdaptationSet></Period></MPD>"
    );
    let smil = format!("<smil><body><video src=\"{media}\"/></body></smil>");
    Ok(vec![
        ("hls-local-file", "m3u8", hls("file:///etc/passwd")),
        ("hls-local-media", "m3u8", hls(&format!("file://{media}"))),
        ("hls-address", "m3u8", hls("http://127.0.0.1:9/x.ts")),
        ("hls-named-mp4", "mp4", hls(&format!("file://{media}"))),
        ("hls-crypto", "mkv", hls("crypto+file:///etc/passwd")),
        ("hls-concat-protocol", "avi", hls(&format!("concat:file://{media}|file:///etc/passwd"))),
        ("ffconcat", "txt", format!("ffconcat version 1.0\nfile '{media}'\n")),
        ("ffconcat-named-mp4", "mp4", format!("ffconcat version 1.0\nfile '{media}'\n")),
        ("dash-named-mp4", "mp4", mpd.clone()),
        ("dash", "mpd", mpd),
        ("svg", "svg", svg.to_owned()),
        ("svg-named-mp4", "mp4", svg.to_owned()),
        ("smil", "smil", smil),
        (
            "sdp",
            "sdp",
            "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
                .to_owned(),
        ),
        ("vobsub-index", "idx", "# VobSub index file, v7\ntimestamp: 00:00:01:000, filepos: 000000000\n".to_owned()),
        ("subtitles", "srt", std::fs::read_to_string(&canary)?),
        ("image-sequence", "%05d.png", "not an image".to_owned()),
    ])
}

/// The file without its media data.
fn before_mdat(file: &[u8]) -> Vec<u8> {
    let at = file.windows(4).position(|window| window == b"mdat").unwrap_or(file.len());
    file[..at.saturating_sub(4)].to_vec()
}

fn damaged(file: &[u8]) -> Vec<u8> {
    let mut bytes = file.to_vec();
    let (from, count) = (file.len() / 3, file.len() / 10);
    bytes[from..from + count].copy_from_slice(&noise(count));
    bytes
}

/// A header that promises tracks and no sample.
fn zero_duration() -> Result<Vec<u8>> {
    let mut arguments = words("-f lavfi -i");
    arguments.push(Scene::small(1.0).picture());
    arguments.extend(words("-c:v libx264 -pix_fmt yuv420p -movflags +empty_moov -t 0 out.mp4"));
    run("mp4", &[Step::Ffmpeg(arguments)])
}

fn only_subtitles() -> Result<Vec<u8>> {
    let text = "1\n00:00:01,000 --> 00:00:02,000\nalone\n".to_owned();
    run("mkv", &[Step::Write("a.srt", text), Step::Ffmpeg(words("-i a.srt -c:s srt out.mkv"))])
}

/// Motion JPEG whose frame header (SOF0) claims other dimensions than the tiny ones it has.
fn jpeg_bomb(width: u16, height: u16, rate: u32) -> Result<Vec<u8>> {
    let arguments =
        format!("-f lavfi -i testsrc2=s=64x64:r={rate}:d=1 -frames:v 20 -pix_fmt yuvj420p -c:v mjpeg -q:v 8 out.avi");
    let mut bytes = ffmpeg_file("avi", &arguments)?;
    let mut patched = 0;
    for at in 0..bytes.len().saturating_sub(9) {
        if bytes[at..at + 5] == [0xff, 0xc0, 0x00, 0x11, 0x08] {
            bytes[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
            bytes[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
            patched += 1;
        }
    }
    ensure!(patched > 0, "no SOF0 marker to patch");
    if let Some(at) = bytes.windows(4).position(|window| window == b"strf") {
        let at = at + 12;
        bytes[at..at + 4].copy_from_slice(&u32::from(width).to_le_bytes());
        bytes[at + 4..at + 8].copy_from_slice(&u32::from(height).to_le_bytes());
    }
    Ok(bytes)
}

fn gif_bomb() -> Result<Vec<u8>> {
    let mut bytes = ffmpeg_file("gif", "-f lavfi -i testsrc2=s=64x64:r=10:d=1 out.gif")?;
    bytes[6..10].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    Ok(bytes)
}

fn hundred_tracks() -> Result<Vec<u8>> {
    let mut arguments = words("-f lavfi -i testsrc2=s=64x64:d=1 -f lavfi -i sine=d=1 -map 0");
    for _ in 0..100 {
        arguments.extend(words("-map 1"));
    }
    arguments.extend(words("-c:v libx264 -preset ultrafast -c:a mp2 -b:a 32k out.mkv"));
    run("mkv", &[Step::Ffmpeg(arguments)])
}

/// Ten frames, four days apart.
fn forty_days() -> Result<Vec<u8>> {
    ffmpeg_file(
        "mkv",
        "-f lavfi -i testsrc2=s=64x64:r=25:d=0.4,settb=1/1000,setpts=N*345600000 -fps_mode passthrough \
         -enc_time_base 1/1000 -c:v mjpeg -strict -1 out.mkv",
    )
}
