//! From what a file is to what will be made of it. Pure: the same probe and analysis give the same plan, so a
//! job that is planned again after a crash is planned alike.

use crate::domain::ladder::{self, Codec, Ladder, Rung};
use crate::domain::media::{Analysis, AudioStream, Color, MediaInfo, VideoStream};
use crate::domain::task::Picture;
use crate::domain::transcode::{AudioRendition, Chunk, TextTrack, TranscodePlan};

/// A copied stream may be this much above the cap of its rung.
const COPY_RATE_MARGIN: f64 = 1.5;
/// Key frames further apart than this make seeking in a copy a nuisance.
const COPY_MAX_GOP_SECONDS: f64 = 10.0;
/// A picture that stands still for longer has decoding times far from presentation times, which trips players.
const COPY_MAX_FRAME_SECONDS: f64 = 1.0;
/// Sound that goes on for longer than this after the picture has its last frame held.
const OUTLASTED_SECONDS: f64 = 0.5;
/// A picture that starts later than this is encoded, with its first frame held from the beginning on.
const LATE_SECONDS: f64 = 0.1;
/// Segments in the first chunk: what a player needs to start.
const FIRST_CHUNK_SEGMENTS: usize = 2;
/// Frames a second that SVT-AV1 takes at most.
const AV1_MAX_FRAME_RATE: f64 = 240.0;
/// Segments of the longest chunk where nothing is known about who encodes it: a minute.
const CHUNK_SEGMENTS: usize = 10;
/// Films of this many longest chunks end in shorter and shorter ones, so that machines of all speeds end together.
const TAPERED_CHUNKS: usize = 4;
/// Rate of a 5.1 rendition, bits per second.
const SURROUND_RATE: u64 = 384_000;
/// A stereo source above this is encoded again rather than copied.
const COPY_AUDIO_MAX_RATE: u64 = 320_000;

/// What the admin lets the plan do.
#[derive(Debug, Clone)]
pub struct PlanOptions {
    /// Target segment duration, seconds.
    pub segment_seconds: f64,
    /// Copy a fitting source instead of encoding it.
    pub copy: bool,
    /// Codecs to publish; H.264 is always among them.
    pub codecs: Vec<Codec>,
    /// Sizes to publish.
    pub ladder: Ladder,
    /// Loudness that all sound is brought to, LUFS; it is never copied then.
    pub loudness_lufs: Option<f64>,
}

/// What will be made of a file.
pub fn plan(info: &MediaInfo, analysis: &Analysis, options: &PlanOptions) -> TranscodePlan {
    let mut plan = TranscodePlan {
        duration_seconds: info.duration_seconds,
        segment_seconds: options.segment_seconds,
        audio: audio_renditions(info, analysis, options),
        loudness_lufs: options.loudness_lufs,
        text: text_tracks(info),
        ..TranscodePlan::default()
    };
    let Some(video) = info.video.as_ref().filter(|_| analysis.frame_count > 0) else { return plan };
    let video_end = analysis.last_frame + 1.0 / video.frame_rate.max(1.0);
    let audio_end = info.audio.iter().map(|a| a.start_seconds + a.duration_seconds).fold(0.0, f64::max);
    // the file's own claim is an estimate for many containers; the packets are not
    let lengths_known = info.audio.iter().all(|a| a.duration_seconds > 0.0);
    plan.duration_seconds = video_end.max(if lengths_known { audio_end } else { info.duration_seconds });
    let outlasted = plan.duration_seconds - video_end > OUTLASTED_SECONDS;

    plan.closed_captions = video.closed_captions;
    plan.rungs = rungs(video, options);
    let source_codec = codec_of(video);
    let top = plan.rungs.iter_mut().find(|rung| Some(rung.codec) == source_codec);
    let copied = top.filter(|top| options.copy && !outlasted && can_be_copied(video, analysis, top));
    if let Some(top) = copied {
        top.copied = true;
        (top.width, top.height) = (video.display_width, video.display_height);
        plan.boundaries = spaced_key_frames(analysis, options.segment_seconds);
        return plan;
    }
    if analysis.variable || outlasted || analysis.first_frame > LATE_SECONDS {
        // held frames and uneven ones would make decoding times stray from presentation times
        plan.steady_rate = Some(analysis.steady_rate);
        plan.rungs.iter_mut().for_each(|rung| rung.frame_rate = analysis.steady_rate);
    }
    if outlasted {
        plan.hold_last_seconds = plan.duration_seconds - video_end;
    }
    plan.boundaries = encoded_boundaries(&plan, analysis);
    plan
}

/// The ladder in every codec, H.264 first: what every device plays comes first everywhere.
fn rungs(video: &VideoStream, options: &PlanOptions) -> Vec<Rung> {
    let codecs = &options.codecs;
    let h264 = options.ladder.rungs(video.display_width, video.display_height, video.frame_rate);
    let wanted = |codec: &Codec| match codec {
        Codec::H264 => false,
        Codec::Hevc => codecs.contains(codec),
        Codec::Av1 => codecs.contains(codec) && video.frame_rate <= AV1_MAX_FRAME_RATE,
    };
    let others = [Codec::Hevc, Codec::Av1].into_iter().filter(wanted);
    let others: Vec<Rung> = others.flat_map(|codec| ladder::in_codec(&h264, codec)).collect();
    h264.into_iter().chain(others).collect()
}

/// What the source would be if it were copied.
fn codec_of(video: &VideoStream) -> Option<Codec> {
    [Codec::H264, Codec::Hevc, Codec::Av1].into_iter().find(|codec| codec.as_str() == video.codec)
}

/// How decoded frames become upright, progressive, 8-bit BT.709. Beside a copy, frames keep their own times, so
/// that all rungs have the same.
pub fn picture(video: &VideoStream, plan: &TranscodePlan) -> Picture {
    Picture {
        deinterlace: video.interlaced,
        color: guessed(video),
        hold_first: plan.steady_rate.is_some(),
        steady_rate: plan.steady_rate,
        hold_last_seconds: plan.hold_last_seconds,
    }
}

/// The format of a source whose frames need nothing but scaling, so that a device may keep them from decoding to encoding;
/// none where a filter of the processor has to see them.
pub fn format_on_device(video: &VideoStream, plan: &TranscodePlan) -> Option<String> {
    let decoded: &[&str] = match video.codec.as_str() {
        "h264" | "mpeg2video" => &["yuv420p"],
        "hevc" | "vp9" => &["yuv420p", "yuv420p10le"],
        // ffmpeg decodes AV1 by the processor unless it is told the very decoder
        _ => &[],
    };
    let color = guessed(video);
    let plain = color.matrix == "bt709" && color.primaries == "bt709" && color.range == "tv" && !color.is_hdr();
    let upright = video.rotation_degrees == 0 && !video.mirrored && !video.interlaced;
    let stays = decoded.contains(&video.pixel_format.as_str()) && plain && upright && plan.hold_last_seconds == 0.0;
    stays.then(|| format!("{} {}", video.codec, video.pixel_format))
}

/// Untagged colour is what the size suggests: BT.601 up to SD, BT.709 above.
fn guessed(video: &VideoStream) -> Color {
    let mut color = video.color.clone();
    let rgb = video.pixel_format.starts_with("gbr")
        || video.pixel_format.contains("rgb")
        || video.pixel_format.contains("bgr")
        || video.pixel_format == "pal8";
    let high_definition = video.coded_height > 576 || video.coded_width > 1024;
    let standard = if high_definition { "bt709" } else { "smpte170m" };
    for tag in [&mut color.matrix, &mut color.primaries, &mut color.transfer] {
        if tag.is_empty() && !rgb {
            standard.clone_into(tag);
        }
    }
    if rgb {
        color.matrix = "gbr".to_owned();
        color.range = "pc".to_owned();
    }
    if color.range.is_empty() {
        color.range = "tv".to_owned();
    }
    color
}

/// Segments of encoded rungs begin with the first frame after each multiple of their duration.
fn encoded_boundaries(plan: &TranscodePlan, analysis: &Analysis) -> Vec<f64> {
    let Some(rate) = plan.steady_rate else { return analysis.grid.clone() };
    let end = analysis.last_frame + plan.hold_last_seconds + 0.5 / rate;
    let multiples = (0..).map(|i| (f64::from(i) * plan.segment_seconds * rate).ceil() / rate);
    multiples.take_while(|start| *start < end).collect()
}

/// The tags to write into a copy that has none, so that every player shows the same colours.
pub fn missing_color(video: &VideoStream) -> Option<Color> {
    let color = &video.color;
    let missing = color.matrix.is_empty() || color.transfer.is_empty() || color.primaries.is_empty();
    missing.then(|| guessed(video))
}

fn can_be_copied(video: &VideoStream, analysis: &Analysis, top: &Rung) -> bool {
    let profiles: &[&str] = match top.codec {
        Codec::H264 => &["Constrained Baseline", "Baseline", "Main", "High"],
        Codec::Hevc | Codec::Av1 => &["Main"],
    };
    let plain = profiles.contains(&video.profile.as_str()) && video.pixel_format == "yuv420p" && video.bit_depth == 8;
    let upright = video.rotation_degrees == 0 && !video.mirrored && !video.anamorphic && !video.interlaced;
    let even = video.coded_width.is_multiple_of(2) && video.coded_height.is_multiple_of(2);
    // within a few pixels: a source of 1920x1072 is a 1080p rung of its own size
    let cuttable = !analysis.open_gops
        && !analysis.broken_time_stamps
        && analysis.first_frame <= LATE_SECONDS
        && analysis.longest_frame <= COPY_MAX_FRAME_SECONDS
        && analysis
            .key_frames
            .first()
            .is_some_and(|first| (first - analysis.first_frame).abs() < analysis.shortest_frame / 2.0)
        && analysis.longest_gop_seconds() <= COPY_MAX_GOP_SECONDS;
    let lean = analysis.bit_rate() <= top.max_rate as f64 * COPY_RATE_MARGIN;
    plain
        && upright
        && even
        && !video.color.is_hdr()
        && cuttable
        && lean
        && video.display_height.min(video.display_width) <= short_side_limit(top)
}

/// A source larger than its highest rung (5760x3240) is never copied.
fn short_side_limit(top: &Rung) -> u32 {
    let short = top.width.min(top.height);
    short + short / 10
}

/// Key frames about a target duration apart: of the two around the target the nearer, of equals the earlier.
fn spaced_key_frames(analysis: &Analysis, target: f64) -> Vec<f64> {
    let mut boundaries: Vec<f64> = Vec::new();
    let keys = &analysis.key_frames;
    let mut at = 0;
    while let Some(&start) = keys.get(at) {
        boundaries.push(start);
        let late = (at + 1..keys.len()).find(|&i| keys[i] - start >= target - 1e-3);
        at = match late {
            // what is left is shorter than a segment, unless it reaches beyond the last key frame
            None if at + 1 < keys.len() && analysis.last_frame - start > target * 1.25 => keys.len() - 1,
            None => keys.len(),
            Some(late) if late == at + 1 => late,
            Some(late) => {
                let (over, under) = (keys[late] - start - target, target - (keys[late - 1] - start));
                if under <= over { late - 1 } else { late }
            }
        };
    }
    // a last segment of a fraction of a second is no use to anybody
    if boundaries.len() > 1 && analysis.last_frame - boundaries[boundaries.len() - 1] < target / 8.0 {
        boundaries.pop();
    }
    boundaries
}

/// Segments of the longest chunk for whoever encodes at this speed, against real time: so many that it takes a minute
/// at most. In few steps: the same machine cuts the same film alike each time, and then its files are the same.
pub fn chunk_segments(speed: Option<f64>) -> usize {
    match speed {
        Some(speed) if speed < 0.25 => 2,
        Some(speed) if speed < 0.5 => 3,
        Some(speed) if speed < 1.0 => 5,
        _ => CHUNK_SEGMENTS,
    }
}

/// The chunks of a plan: first one short, so that playing starts at once, then longer and longer, up to `longest`
/// segments. Those of AV1 are a segment each, because ffmpeg cannot tell SVT-AV1 where a key frame belongs but by beginning
/// anew.
pub fn chunks(plan: &TranscodePlan, info: &MediaInfo, analysis: &Analysis, codec: Codec, longest: usize) -> Vec<Chunk> {
    let (shortest, longest) = if codec == Codec::Av1 { (1, 1) } else { (FIRST_CHUNK_SEGMENTS, longest) };
    let boundaries = &plan.boundaries;
    let quarter_frame = 0.25 * plan.steady_rate.map_or(analysis.shortest_frame, |rate| 1.0 / rate);
    let rates = plan.rungs.iter().map(|rung| rung.frame_rate);
    let longest_frame = match plan.steady_rate {
        Some(rate) => rates.fold(rate, f64::min).recip(),
        None => rates.map(f64::recip).fold(analysis.longest_frame, f64::max),
    };
    let film_end = analysis.last_frame + plan.hold_last_seconds;
    let mut chunks = Vec::new();
    let (mut first, mut length) = (0, shortest);
    let tapered = longest > shortest && boundaries.len() >= TAPERED_CHUNKS * longest;
    while first < boundaries.len() {
        let left = boundaries.len() - first;
        if tapered && left < 2 * longest {
            length = length.min(left.div_ceil(2).max(shortest));
        }
        let mut end = (first + length).min(boundaries.len());
        // no stub at the end: it would cost a start of ffmpeg for a few frames
        if boundaries.len() - end < shortest {
            end = boundaries.len();
        }
        chunks.push(Chunk {
            index: chunks.len() as u32,
            first_segment: first as u32,
            starts: boundaries[first..end].to_vec(),
            end: boundaries.get(end).copied(),
            last_frame: Some(boundaries.get(end).map_or(film_end, |end| end - longest_frame) - longest_frame / 2.0),
            quarter_frame,
            seek: (first > 0).then(|| seek_point(info, analysis, boundaries[first])).flatten(),
        });
        first = end;
        length = (length * 2).min(longest);
    }
    chunks
}

/// Seconds of picture in a chunk.
pub fn chunk_seconds(chunk: &Chunk, plan: &TranscodePlan) -> f64 {
    chunk.end.unwrap_or(plan.duration_seconds) - chunk.start()
}

/// Where a decoder must start so that the frame at `start` comes out whole. Containers with an index are hit
/// exactly; in the others a seek may land late, so it aims one key frame further back.
fn seek_point(info: &MediaInfo, analysis: &Analysis, start: f64) -> Option<f64> {
    let indexed = info.container.starts_with("mov,") || info.container.starts_with("matroska");
    let usable = analysis.key_frames.partition_point(|&k| k <= start + analysis.shortest_frame / 2.0);
    let back = if indexed { 1 } else { 3 };
    let key = *analysis.key_frames.get(usable.checked_sub(back)?)?;
    // aim a little behind the key frame: rounding must not make it the one before
    let aim = key + analysis.shortest_frame / 4.0;
    (key > 0.0).then_some(if indexed { aim } else { (key - 0.5).max(0.0) })
}

fn audio_renditions(info: &MediaInfo, analysis: &Analysis, options: &PlanOptions) -> Vec<AudioRendition> {
    let default = info.audio.iter().position(|a| a.default).unwrap_or(0);
    let short_side = info.video.as_ref().map_or(0, |v| v.display_width.min(v.display_height));
    let mut renditions = Vec::new();
    let mut order: Vec<usize> = (0..info.audio.len()).collect();
    order.sort_by_key(|&i| i != default);
    for (position, &i) in order.iter().enumerate() {
        let source = &info.audio[i];
        let label = unique_label(audio_label(source, position), &renditions);
        // where an edit list hides pictures, it hides sound as well
        let copy = options.loudness_lufs.is_none() && copyable_audio(source, info) && !analysis.broken_time_stamps;
        let rate = if info.video.is_none() { 192_000 } else { ladder::audio_rate(short_side) };
        let stereo = AudioRendition {
            name: format!("audio-{}", renditions.len()),
            stream_index: source.index,
            language: source.language.clone(),
            label: label.clone(),
            channels: source.channels.min(2),
            default: position == 0,
            encode_rate: (!(copy && source.channels <= 2)).then_some(rate),
        };
        renditions.push(stereo);
        if source.channels >= 6 {
            renditions.push(AudioRendition {
                name: format!("audio-{}", renditions.len()),
                stream_index: source.index,
                language: source.language.clone(),
                label: format!("{label} 5.1"),
                channels: 6,
                default: position == 0,
                encode_rate: (!(copy && source.channels == 6)).then_some(SURROUND_RATE),
            });
        }
    }
    renditions
}

/// AAC-LC at an ordinary rate that begins with the file can be published as it is.
fn copyable_audio(audio: &AudioStream, info: &MediaInfo) -> bool {
    // Matroska's milliseconds are too coarse for sound: frames of 21.3 ms would drift
    let exact = info.container.starts_with("mov,");
    let end = audio.start_seconds + audio.duration_seconds;
    // sound that ends early would leave players waiting; encoding fills it with silence
    let reaches_the_end = info.video.is_none() || info.duration_seconds - end < 0.3;
    audio.codec == "aac"
        && audio.profile == "LC"
        && exact
        && (32_000..=48_000).contains(&audio.sample_rate)
        && (-0.2..0.001).contains(&audio.start_seconds)
        && audio.bit_rate <= COPY_AUDIO_MAX_RATE
        && audio.duration_seconds > 0.0
        && reaches_the_end
}

fn audio_label(audio: &AudioStream, position: usize) -> String {
    audio
        .title
        .clone()
        .or_else(|| audio.language.as_deref().map(language_name))
        .unwrap_or_else(|| if position == 0 { "Default".to_owned() } else { format!("Track {}", position + 1) })
}

/// HLS wants different names within a group.
fn unique_label(label: String, taken: &[AudioRendition]) -> String {
    let count = taken.iter().filter(|r| r.label == label || r.label.starts_with(&format!("{label} ("))).count();
    if count == 0 { label } else { format!("{label} ({})", count + 1) }
}

fn text_tracks(info: &MediaInfo) -> Vec<TextTrack> {
    let mut tracks: Vec<TextTrack> = Vec::new();
    for source in info.subtitles.iter().filter(|s| s.is_text) {
        let name = source.title.clone().or_else(|| source.language.as_deref().map(language_name));
        let mut label = name.unwrap_or_else(|| format!("Subtitles {}", tracks.len() + 1));
        let same = tracks.iter().filter(|t| t.label == label || t.label.starts_with(&format!("{label} ("))).count();
        if same > 0 {
            label = format!("{label} ({})", same + 1);
        }
        tracks.push(TextTrack {
            name: format!("text-{}", tracks.len()),
            stream_index: source.index,
            language: source.language.clone(),
            label,
            default: source.default && !tracks.iter().any(|t| t.default),
            forced: source.forced,
        });
    }
    tracks
}

/// English names of the languages files are most often tagged with; others keep their code.
fn language_name(code: &str) -> String {
    const NAMES: [(&str, &str, &str); 24] = [
        ("eng", "en", "English"),
        ("deu", "de", "German"),
        ("ger", "de", "German"),
        ("fra", "fr", "French"),
        ("fre", "fr", "French"),
        ("spa", "es", "Spanish"),
        ("ita", "it", "Italian"),
        ("por", "pt", "Portuguese"),
        ("nld", "nl", "Dutch"),
        ("dut", "nl", "Dutch"),
        ("swe", "sv", "Swedish"),
        ("nor", "no", "Norwegian"),
        ("dan", "da", "Danish"),
        ("fin", "fi", "Finnish"),
        ("pol", "pl", "Polish"),
        ("ces", "cs", "Czech"),
        ("rus", "ru", "Russian"),
        ("ukr", "uk", "Ukrainian"),
        ("tur", "tr", "Turkish"),
        ("ara", "ar", "Arabic"),
        ("hin", "hi", "Hindi"),
        ("zho", "zh", "Chinese"),
        ("jpn", "ja", "Japanese"),
        ("kor", "ko", "Korean"),
    ];
    let found = NAMES.iter().find(|(three, two, _)| *three == code || *two == code);
    found.map_or_else(|| code.to_owned(), |(_, _, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn analysis(keys: &[f64], end: f64) -> Analysis {
        Analysis {
            key_frames: keys.to_vec(),
            last_frame: end,
            shortest_frame: 0.04,
            frame_count: 10,
            ..Analysis::default()
        }
    }

    #[test]
    fn key_frames_are_chosen_near_the_target() {
        let every = |step: f64, n: usize| (0..n).map(|i| i as f64 * step).collect::<Vec<_>>();
        assert_eq!(spaced_key_frames(&analysis(&every(2.0, 10), 19.9), 6.0), [0.0, 6.0, 12.0, 18.0]);
        assert_eq!(spaced_key_frames(&analysis(&every(4.0, 5), 19.9), 6.0), [0.0, 4.0, 8.0, 12.0, 16.0]);
        assert_eq!(spaced_key_frames(&analysis(&every(9.0, 3), 26.9), 6.0), [0.0, 9.0, 18.0]);
        assert_eq!(spaced_key_frames(&analysis(&[0.0, 5.0, 6.5, 12.1], 12.2), 6.0), [0.0, 6.5], "no stub at the end");
    }

    #[test]
    fn chunks_cover_every_segment_once() {
        for (segments, longest) in (1..60).flat_map(|n| [(n, 2), (n, 10), (n, 20)]) {
            let boundaries: Vec<f64> = (0..segments).map(|i| f64::from(i) * 6.0).collect();
            let plan =
                TranscodePlan { boundaries, duration_seconds: f64::from(segments) * 6.0, ..TranscodePlan::default() };
            let every = |codec| chunks(&plan, &MediaInfo::default(), &analysis(&[0.0], 10.0), codec, longest);
            assert!(every(Codec::Av1).iter().all(|chunk| chunk.starts.len() == 1));
            assert_eq!(every(Codec::Av1).len(), segments as usize);
            let chunks = every(Codec::Hevc);
            let mut next = 0;
            for chunk in &chunks {
                assert_eq!(chunk.first_segment, next);
                assert_eq!(chunk.start(), f64::from(next) * 6.0);
                next += chunk.starts.len() as u32;
                assert_eq!(chunk.end, (next < segments as u32).then(|| f64::from(next) * 6.0));
            }
            assert_eq!(next, segments as u32);
            assert!(chunks[0].starts.len() <= 3 && chunks[0].trim_start().is_none());
            assert!(chunks.iter().all(|chunk| chunk.starts.len() <= longest + 1));
            let last = chunks.last().map_or(0, |chunk| chunk.starts.len());
            assert!((segments as usize) < 4 * longest || last <= 3, "{last} segments are the last of {segments}");
        }
    }
}
