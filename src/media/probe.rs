//! What is this file? ffprobe's answer, checked against the limits and put into [`MediaInfo`].
//!
//! The content decides, never the name. ffprobe may only read the file itself, and only with demuxers of real
//! media containers: a playlist, a concat list or an SVG would make it open other files.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::time::Duration;

use mp4_atom::{Atom, Header, Moov, ReadFrom};
use serde::Deserialize;

use super::ffmpeg::cancel::Cancel;
use super::ffmpeg::input::Input;
use super::ffmpeg::process::{ProcessError, ProcessErrorKind, Tools, output};
use crate::domain::media::{AudioStream, Chapter, Color, MediaInfo, SubtitleStream, VideoStream};

/// Longest an ffprobe of the header may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Longest title or language taken from a file, characters.
const TAG_MAX_CHARS: usize = 200;
/// Most bytes of an MP4's header that are searched.
const HEADER_MAX_BYTES: u64 = 64 << 20;
/// Most chapters taken from a file.
const CHAPTERS_MAX: usize = 500;

/// What a file may be; beyond that it is refused rather than choked on.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Seconds.
    pub max_duration_seconds: f64,
    /// Pixels of one frame.
    pub max_pixels: u64,
    /// Frames a second.
    pub max_frame_rate: f64,
    /// Pixels a second.
    pub max_pixel_rate: u64,
    /// Streams of any kind.
    pub max_streams: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_duration_seconds: 7.0 * 86_400.0,
            max_pixels: 8192 * 4320,
            max_frame_rate: 240.0,
            max_pixel_rate: 2_200_000_000,
            max_streams: 64,
        }
    }
}

/// Why a file was not taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ProbeError {
    /// There is nothing in it.
    #[error("The file is empty.")]
    Empty,
    /// Not a media file, or one that points to other files.
    #[error("This is not a video or audio file that can be read ({0}).")]
    Unsupported(String),
    /// A container without sound and picture.
    #[error("The file has neither a picture nor sound.")]
    NoStreams,
    /// A picture whose size makes no sense.
    #[error("The picture's size cannot be read: the file is damaged, or far too large to be shown.")]
    Invalid,
    /// Encrypted.
    #[error("The file is encrypted; vlog cannot play copy-protected media.")]
    Encrypted,
    /// Recognised, but cannot be shown right.
    #[error("{0}")]
    Unplayable(String),
    /// Beyond a limit.
    #[error("{0}")]
    TooLarge(String),
    /// ffprobe itself could not be run.
    #[error("ffprobe {0}")]
    Tool(ProcessError),
}

impl ProbeError {
    /// Stable code for the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty_file",
            Self::Unsupported(_) => "unsupported_media",
            Self::NoStreams => "no_media_streams",
            Self::Invalid => "invalid_media",
            Self::Encrypted => "encrypted_media",
            Self::Unplayable(_) => "unplayable_media",
            Self::TooLarge(_) => "media_too_large",
            Self::Tool(_) => "ffprobe_failed",
        }
    }
}

/// Looks at a file's headers.
pub async fn probe(tools: &Tools, limits: &Limits, path: &Path) -> Result<MediaInfo, ProbeError> {
    let size = tokio::fs::metadata(path).await.map(|m| m.len()).unwrap_or(0);
    if size == 0 {
        return Err(ProbeError::Empty);
    }
    let mut args: Vec<OsString> = ["-v", "error"].map(Into::into).into();
    let input = Input::from(path);
    args.extend(input.options());
    args.extend(["-show_format", "-show_streams", "-show_chapters", "-of", "json", "-i"].map(Into::into));
    args.push(input.address());
    let json = match output(tools, &tools.ffprobe, args, TIMEOUT, &Cancel::default()).await {
        Ok(json) => json,
        Err(error) if matches!(error.kind, ProcessErrorKind::Start(_) | ProcessErrorKind::Killed(_)) => {
            return Err(ProbeError::Tool(error));
        }
        Err(error) => return Err(ProbeError::Unsupported(reason(&error))),
    };
    let found: Probed = serde_json::from_slice(&json).map_err(|e| ProbeError::Unsupported(e.to_string()))?;
    if found.format.format_name.starts_with("mov,") {
        let path = path.to_owned();
        if tokio::task::spawn_blocking(move || is_encrypted(&path)).await.unwrap_or(false) {
            return Err(ProbeError::Encrypted);
        }
    }
    let info = describe(&found)?;
    check(&info, found.streams.len(), limits)?;
    Ok(info)
}

/// True when an MP4's header names a common encryption scheme (ISO/IEC 23001-7), which ffprobe keeps to itself.
fn is_encrypted(path: &Path) -> bool {
    let Ok(header) = read_movie_header(path) else { return false };
    header.windows(12).any(|w| w.starts_with(b"schm") && matches!(&w[8..], b"cenc" | b"cens" | b"cbc1" | b"cbcs"))
}

/// The `moov` box of an MP4, wherever it stands.
fn read_movie_header(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = BufReader::new(File::open(path)?);
    while let Some(header) = Option::<Header>::read_from(&mut file).map_err(io::Error::other)? {
        // a box without a size reaches to the end
        let Some(size) = header.size.map(|size| size as u64) else { break };
        if header.kind == Moov::KIND {
            let mut bytes = Vec::new();
            file.take(size.min(HEADER_MAX_BYTES)).read_to_end(&mut bytes)?;
            return Ok(bytes);
        }
        file.seek_relative(i64::try_from(size).map_err(io::Error::other)?)?;
    }
    Ok(Vec::new())
}

/// What ffprobe complained about, without the path of the file.
fn reason(error: &ProcessError) -> String {
    let line = error.cause().unwrap_or("unknown format");
    line.rsplit(": ").next().unwrap_or(line).to_lowercase()
}

fn describe(found: &Probed) -> Result<MediaInfo, ProbeError> {
    let format = &found.format;
    let encrypted = |s: &Stream| {
        s.codec_tag_string.starts_with("enc")
            || s.side_data_list.iter().any(|d| d.side_data_type.starts_with("Encryption"))
    };
    if found.streams.iter().any(encrypted) {
        return Err(ProbeError::Encrypted);
    }
    let start_seconds = number(&format.start_time).unwrap_or(0.0);
    let (pictures, moving): (Vec<&Stream>, Vec<&Stream>) = found
        .streams
        .iter()
        .filter(|s| s.codec_type == "video" && s.codec_name.is_some() && s.width > 0 && s.height > 0)
        .partition(|s| s.disposition.attached_pic == 1);
    // the default track first; a file with thumbnails as further tracks puts them later
    let video = moving.iter().find(|s| s.disposition.default == 1).or(moving.first());
    let audio: Vec<AudioStream> = found
        .streams
        .iter()
        .filter(|s| s.codec_type == "audio" && s.codec_name.is_some() && s.channels > 0 && s.sample_rate() > 0)
        .map(|s| audio_stream(s, start_seconds))
        .collect();
    if video.is_none() && audio.is_empty() {
        let sizeless = found.streams.iter().any(|s| s.codec_type == "video" && s.codec_name.is_some());
        return Err(if sizeless { ProbeError::Invalid } else { ProbeError::NoStreams });
    }
    let longest = found
        .streams
        .iter()
        .filter(|s| matches!(s.codec_type.as_str(), "video" | "audio"))
        .filter_map(Stream::duration_seconds);
    // Matroska gives the time of the end, not the length
    let end_is_given = format.format_name.starts_with("matroska");
    let late = if end_is_given { start_seconds } else { 0.0 };
    let duration_seconds = number(&format.duration).map(|d| d - late).unwrap_or_else(|| longest.fold(0.0, f64::max));
    let subtitles: Vec<SubtitleStream> =
        found.streams.iter().filter(|s| s.codec_type == "subtitle").map(subtitle_stream).collect();
    let artwork = pictures.first().map(|s| s.index);
    let told = usize::from(video.is_some()) + usize::from(artwork.is_some()) + audio.len() + subtitles.len();
    Ok(MediaInfo {
        container: format.format_name.clone(),
        duration_seconds,
        start_seconds,
        video: video.map(|s| video_stream(s, start_seconds)).transpose()?,
        audio,
        subtitles,
        chapters: chapters(&found.chapters, start_seconds, duration_seconds),
        artwork,
        other_streams: u32::try_from(found.streams.len() - told).ok(),
    })
}

fn video_stream(s: &Stream, start_seconds: f64) -> Result<VideoStream, ProbeError> {
    let matrix = s.side_data_list.iter().find(|d| d.side_data_type == "Display Matrix");
    let rotation_degrees = matrix.and_then(|m| m.rotation).map_or(0, |r| (-r).rem_euclid(360.0).round() as u32 % 360);
    let (sar_num, sar_den) =
        ratio(&s.sample_aspect_ratio, ':').filter(|(n, d)| *n > 0.0 && *d > 0.0).unwrap_or((1.0, 1.0));
    // sizes that are off by a hair come from rounding in the muxer, not from anamorphic film
    let aspect = if (sar_num / sar_den - 1.0).abs() < 0.01 { 1.0 } else { sar_num / sar_den };
    let (mut width, mut height) = ((f64::from(s.width) * aspect).round().max(1.0) as u32, s.height);
    if rotation_degrees % 180 == 90 {
        std::mem::swap(&mut width, &mut height);
    }
    let dolby_vision_profile = s.side_data_list.iter().find_map(|d| d.dv_profile);
    if dolby_vision_profile == Some(5) {
        let message = "Dolby Vision profile 5 has no picture that other devices can show; convert the file to HDR10 or SDR first.";
        return Err(ProbeError::Unplayable(message.to_owned()));
    }
    let rate = |text: &str| ratio(text, '/').filter(|(n, d)| *n > 0.0 && *d > 0.0).map(|(n, d)| n / d);
    let frame_rate = rate(&s.avg_frame_rate).or_else(|| rate(&s.r_frame_rate)).unwrap_or(25.0);
    Ok(VideoStream {
        index: s.index,
        codec: s.codec_name.clone().unwrap_or_default(),
        profile: s.profile.clone().unwrap_or_default(),
        bit_depth: bit_depth(s),
        pixel_format: s.pix_fmt.clone(),
        coded_width: s.width,
        coded_height: s.height,
        display_width: width,
        display_height: height,
        rotation_degrees,
        mirrored: matrix.is_some_and(|m| mirrored(&m.displaymatrix)),
        anamorphic: aspect != 1.0,
        frame_rate,
        interlaced: matches!(s.field_order.as_str(), "tt" | "bb" | "tb" | "bt"),
        color: Color {
            primaries: known(&s.color_primaries),
            transfer: known(&s.color_transfer),
            matrix: known(&s.color_space),
            range: if s.pix_fmt.starts_with("yuvj") { "pc".to_owned() } else { known(&s.color_range) },
        },
        bit_rate: s.bit_rate.parse().unwrap_or(0),
        start_seconds: number(&s.start_time).map_or(0.0, |t| t - start_seconds),
        closed_captions: s.closed_captions > 0,
        dolby_vision_profile,
    })
}

fn audio_stream(s: &Stream, start_seconds: f64) -> AudioStream {
    AudioStream {
        index: s.index,
        codec: s.codec_name.clone().unwrap_or_default(),
        profile: s.profile.clone().unwrap_or_default(),
        channels: s.channels,
        sample_rate: s.sample_rate(),
        bit_rate: s.bit_rate.parse().unwrap_or(0),
        language: language(s),
        title: s.tag("title"),
        default: s.disposition.default == 1,
        start_seconds: number(&s.start_time).map_or(0.0, |t| t - start_seconds),
        duration_seconds: s.duration_seconds().unwrap_or(0.0),
    }
}

fn subtitle_stream(s: &Stream) -> SubtitleStream {
    // not ttml, which ffmpeg writes but does not read
    const TEXT: [&str; 11] =
        ["subrip", "srt", "ass", "ssa", "webvtt", "mov_text", "text", "microdvd", "sami", "realtext", "subviewer"];
    let codec = s.codec_name.clone().unwrap_or_default();
    SubtitleStream {
        index: s.index,
        is_text: TEXT.contains(&codec.as_str()),
        codec,
        language: language(s),
        title: s.tag("title"),
        default: s.disposition.default == 1,
        forced: s.disposition.forced == 1,
    }
}

fn chapters(found: &[ProbedChapter], start_seconds: f64, duration: f64) -> Vec<Chapter> {
    let mut chapters: Vec<Chapter> = found
        .iter()
        .take(CHAPTERS_MAX)
        .enumerate()
        .filter_map(|(i, c)| {
            let start = (number(&c.start_time)? - start_seconds).max(0.0);
            let title = c.tags.get("title").map_or_else(|| format!("Chapter {}", i + 1), |t| clean(t));
            (start < duration || duration == 0.0).then_some(Chapter {
                start_seconds: start,
                end_seconds: number(&c.end_time).map_or(start, |end| (end - start_seconds).max(start)),
                title,
            })
        })
        .collect();
    chapters.sort_by(|a, b| a.start_seconds.total_cmp(&b.start_seconds));
    chapters
}

fn check(info: &MediaInfo, streams: usize, limits: &Limits) -> Result<(), ProbeError> {
    if streams > limits.max_streams {
        return Err(ProbeError::TooLarge(format!(
            "The file has {streams} streams; at most {} are allowed.",
            limits.max_streams
        )));
    }
    if info.duration_seconds > limits.max_duration_seconds {
        let hours = limits.max_duration_seconds / 3600.0;
        return Err(ProbeError::TooLarge(format!("The file is longer than {hours:.0} hours.")));
    }
    let Some(video) = &info.video else { return Ok(()) };
    let pixels = u64::from(video.coded_width) * u64::from(video.coded_height);
    let shown = format!("{}x{} at {:.0} frames per second", video.coded_width, video.coded_height, video.frame_rate);
    // a nonsense rate in the header of an otherwise small picture is harmless: frames keep their own times
    let rate = video.frame_rate.min(limits.max_frame_rate.max(1.0) * 10.0);
    if pixels > limits.max_pixels || pixels as f64 * rate > limits.max_pixel_rate as f64 {
        return Err(ProbeError::TooLarge(format!("The picture is {shown}, more than this server takes.")));
    }
    Ok(())
}

fn bit_depth(s: &Stream) -> u32 {
    if let Ok(bits) = s.bits_per_raw_sample.parse::<u32>()
        && bits > 0
    {
        return bits;
    }
    let deep = ["9", "10", "12", "14", "16"].into_iter().find(|d| {
        ["le", "be"].iter().any(|e| s.pix_fmt.ends_with(&format!("p{d}{e}")) || s.pix_fmt.ends_with(&format!("{d}{e}")))
    });
    deep.and_then(|d| d.parse().ok()).unwrap_or(8)
}

/// The sign of the matrix's determinant: mirrored pictures turn left into right.
fn mirrored(matrix: &str) -> bool {
    // "\n00000000:            0       65536           0\n00000001:       -65536 ..."
    let rows: Vec<Vec<f64>> = matrix
        .lines()
        .filter_map(|l| l.split_once(':'))
        .map(|(_, cells)| cells.split_whitespace().filter_map(|c| c.parse().ok()).collect())
        .collect();
    match rows.as_slice() {
        [a, b, ..] if a.len() >= 2 && b.len() >= 2 => a[0] * b[1] - a[1] * b[0] < 0.0,
        _ => false,
    }
}

fn language(s: &Stream) -> Option<String> {
    s.tag("language").map(|l| l.to_lowercase()).filter(|l| {
        l != "und" && (2..=8).contains(&l.len()) && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    })
}

fn clean(text: &str) -> String {
    let words = text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|w| !w.is_empty());
    words.collect::<Vec<_>>().join(" ").chars().take(TAG_MAX_CHARS).collect()
}

fn known(text: &str) -> String {
    if matches!(text, "unknown" | "unspecified" | "reserved") { String::new() } else { text.to_owned() }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|n: &f64| n.is_finite())
}

fn ratio(text: &str, separator: char) -> Option<(f64, f64)> {
    let (a, b) = text.split_once(separator)?;
    Some((number(a)?, number(b)?))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Probed {
    format: Format,
    streams: Vec<Stream>,
    chapters: Vec<ProbedChapter>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Format {
    format_name: String,
    start_time: String,
    duration: String,
}

type Tags = std::collections::HashMap<String, String>;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Stream {
    index: u32,
    codec_type: String,
    codec_name: Option<String>,
    codec_tag_string: String,
    profile: Option<String>,
    width: u32,
    height: u32,
    pix_fmt: String,
    sample_aspect_ratio: String,
    field_order: String,
    color_range: String,
    color_space: String,
    color_transfer: String,
    color_primaries: String,
    r_frame_rate: String,
    avg_frame_rate: String,
    start_time: String,
    duration: String,
    bit_rate: String,
    bits_per_raw_sample: String,
    closed_captions: u8,
    sample_rate: String,
    channels: u32,
    disposition: Disposition,
    tags: Tags,
    side_data_list: Vec<SideData>,
}

impl Stream {
    fn tag(&self, name: &str) -> Option<String> {
        let value = self.tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?.1;
        Some(clean(value)).filter(|v| !v.is_empty())
    }

    fn sample_rate(&self) -> u32 {
        self.sample_rate.parse().unwrap_or(0)
    }

    fn duration_seconds(&self) -> Option<f64> {
        number(&self.duration).or_else(|| {
            // Matroska keeps the time of the end as a tag, "00:00:05.005000000"
            let tag = self.tag("DURATION")?;
            let end = tag.split(':').try_fold(0.0, |sum, part| Some(sum * 60.0 + number(part)?))?;
            Some((end - number(&self.start_time).unwrap_or(0.0)).max(0.0))
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Disposition {
    default: u8,
    forced: u8,
    attached_pic: u8,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SideData {
    side_data_type: String,
    displaymatrix: String,
    rotation: Option<f64>,
    dv_profile: Option<u8>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ProbedChapter {
    start_time: String,
    end_time: String,
    tags: Tags,
}
