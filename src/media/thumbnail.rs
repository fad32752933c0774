//! The picture that stands for a video: of several moments the frame with most to see, or a drawing of the sound.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::ffmpeg::cancel::Cancel;
use super::ffmpeg::command::{prepare, scale};
use super::ffmpeg::input::Input;
use super::ffmpeg::process::{ProcessError, ProcessErrorKind, Tools, output};
use super::still::{Format, GREY};
use crate::domain::task::Picture;

/// Shares of the duration that are looked at.
const MOMENTS: [f64; 7] = [0.08, 0.2, 0.32, 0.44, 0.56, 0.68, 0.8];
/// Size of the small grey pictures that are judged.
const JUDGED: (u32, u32) = (160, 90);
/// Bytes of one of them.
const JUDGED_BYTES: usize = (JUDGED.0 * JUDGED.1) as usize;
/// Up to so many pixels of a frame all moments are looked at by one process: it has a decoder for each.
const TOGETHER_PIXELS: u32 = 1920 * 1088;
const TIMEOUT: Duration = Duration::from_secs(600);

const WAVEFORM_BACKGROUND: &str = "0x17171c";
const WAVEFORM_INK: &str = "0xff6b4a";

/// Where a frame is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// When it is shown; with `key_frame` the last one before that is meant.
    pub seconds: f64,
    /// True for a key frame. It is decoded alone.
    pub key_frame: bool,
}

/// What is shown.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// A frame, upright.
    Frame {
        /// The stream it is in.
        stream: u32,
        /// None: the first.
        moment: Option<Moment>,
        /// What becomes of its colours.
        picture: &'a Picture,
    },
    /// The whole of a sound.
    Waveform {
        /// The stream it is in.
        stream: u32,
    },
}

/// A file to be made of it.
#[derive(Debug)]
pub struct Still {
    /// Width and height, pixels.
    pub size: (u32, u32),
    /// What it is written in.
    pub format: &'static Format,
    /// Where to; `-` is the standard output.
    pub file: PathBuf,
}

/// Frames to choose among.
#[derive(Debug, Clone, Copy)]
pub struct Footage<'a> {
    /// The stream they are in.
    pub stream: u32,
    /// Pixels of a frame.
    pub pixels: u32,
    /// From the first to the last, seconds.
    pub duration: f64,
    /// True to choose among key frames.
    pub key_frames_only: bool,
    /// What becomes of their colours.
    pub picture: &'a Picture,
}

/// Seconds between two moments that are looked at.
pub fn between_moments(duration: f64) -> f64 {
    duration * (MOMENTS[1] - MOMENTS[0])
}

/// The moment whose frame tells most. One that cannot be read is passed over.
pub async fn best_moment(
    tools: &Tools,
    source: &Input,
    footage: Footage<'_>,
    cancel: &Cancel,
) -> Result<Moment, ProcessError> {
    let moments = MOMENTS.map(|share| Moment { seconds: footage.duration * share, key_frame: footage.key_frames_only });
    if footage.pixels <= TOGETHER_PIXELS {
        match output(tools, &tools.ffmpeg, together(source, footage, &moments), TIMEOUT, cancel).await {
            Ok(frames) if frames.len() == JUDGED_BYTES * moments.len() => {
                return Ok(best(frames.chunks(JUDGED_BYTES).zip(moments)).unwrap_or(moments[0]));
            }
            Err(error) if error.kind == ProcessErrorKind::Cancelled => return Err(error),
            _ => {} // not all of them can be read
        }
    }
    let mut frames = Vec::new();
    let mut failure = None;
    for moment in moments {
        let judged = Still { size: JUDGED, format: &GREY, file: "-".into() };
        let subject = Subject::Frame { stream: footage.stream, moment: Some(moment), picture: footage.picture };
        match output(tools, &tools.ffmpeg, command(source, subject, &[judged]), TIMEOUT, cancel).await {
            Ok(pixels) if pixels.len() == JUDGED_BYTES => frames.push((pixels, moment)),
            Ok(_) => {}
            Err(error) if error.kind == ProcessErrorKind::Cancelled => return Err(error),
            Err(error) => failure = Some(error),
        }
    }
    match (best(frames.iter().map(|(pixels, moment)| (pixels.as_slice(), *moment))), failure) {
        (None, Some(error)) => Err(error),
        (found, _) => Ok(found.unwrap_or(Moment { seconds: 0.0, key_frame: footage.key_frames_only })),
    }
}

/// The moment of the grey picture that tells most.
fn best<'a>(frames: impl Iterator<Item = (&'a [u8], Moment)>) -> Option<Moment> {
    let judged = frames.map(|(pixels, moment)| (telling(pixels), moment));
    judged.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, moment)| moment)
}

/// Makes the files. The source is decoded once for all of them.
pub async fn render(
    tools: &Tools,
    source: &Input,
    subject: Subject<'_>,
    stills: &[Still],
    cancel: &Cancel,
) -> Result<(), ProcessError> {
    output(tools, &tools.ffmpeg, command(source, subject, stills), TIMEOUT, cancel).await.map(drop)
}

/// ffmpeg's arguments for the grey pictures of all moments, one after the other.
fn together(source: &Input, footage: Footage<'_>, moments: &[Moment]) -> Vec<OsString> {
    let mut args: Vec<OsString> = ["-v", "error", "-nostdin"].map(Into::into).into();
    let (mut graph, mut parts) = (String::new(), String::new());
    for (number, moment) in moments.iter().enumerate() {
        if !moment.key_frame {
            args.extend(["-threads", "1"].map(Into::into)); // many decoders are at work already
        }
        args.extend(input_from(source, Some(*moment)));
        let shown = prepare(footage.picture, JUDGED);
        let scaled = scale(footage.picture, JUDGED, "area");
        let frame = format!("trim=end_frame=1,{shown}{scaled},setsar=1,{},setpts=0", GREY.colour);
        graph += &format!("[{number}:{}]{frame}[frame{number}];", footage.stream);
        parts += &format!("[frame{number}]");
    }
    graph += &format!("{parts}concat=n={}[frames]", moments.len());
    args.extend(["-filter_complex", &graph, "-map", "[frames]", "-fps_mode", "passthrough"].map(Into::into));
    args.extend(GREY.output.iter().map(Into::into));
    args.push("-".into());
    args
}

/// ffmpeg's arguments.
fn command(source: &Input, subject: Subject<'_>, stills: &[Still]) -> Vec<OsString> {
    let largest = stills.iter().map(|still| still.size).max().unwrap_or(JUDGED);
    let plain = Picture::default();
    let (moment, shown, picture) = match subject {
        Subject::Frame { stream, moment, picture } => {
            (moment, format!("[0:{stream}]{}", prepare(picture, largest)), picture)
        }
        Subject::Waveform { stream } => (None, waveform(stream, largest), &plain),
    };
    let mut args: Vec<OsString> = ["-v", "error", "-nostdin", "-y"].map(Into::into).into();
    args.extend(input_from(source, moment));
    let parts: String = (0..stills.len()).map(|number| format!("[shown{number}]")).collect();
    let mut graph = format!("{shown}split={}{parts}", stills.len());
    for (number, still) in stills.iter().enumerate() {
        let scaled = scale(picture, still.size, "area");
        graph += &format!(";[shown{number}]{scaled},setsar=1,{}[still{number}]", still.format.colour);
    }
    args.extend(["-filter_complex".into(), graph.into()]);
    for (number, still) in stills.iter().enumerate() {
        args.extend(["-map".into(), format!("[still{number}]").into(), "-frames:v".into(), "1".into()]);
        args.extend(still.format.output.iter().map(Into::into));
        args.push(still.file.clone().into());
    }
    args
}

/// ffmpeg's arguments for reading the source from there on.
fn input_from(source: &Input, moment: Option<Moment>) -> Vec<OsString> {
    let mut args: Vec<OsString> = source.options().into();
    if let Some(Moment { seconds, key_frame }) = moment {
        if key_frame {
            args.extend(["-threads", "1", "-skip_frame", "nokey", "-noaccurate_seek"].map(Into::into));
        }
        args.extend(["-ss".into(), format!("{seconds:.6}").into()]);
    }
    args.extend(["-i".into(), source.address()]);
    args
}

/// A drawing of a sound, BT.709 in limited range as frames are; ends with a comma.
fn waveform(stream: u32, (width, height): (u32, u32)) -> String {
    let size = format!("{width}x{height}");
    format!(
        "color=c={WAVEFORM_BACKGROUND}:s={size}[paper];\
         [0:{stream}]aformat=channel_layouts=mono,showwavespic=s={size}:colors={WAVEFORM_INK}:scale=sqrt[ink];\
         [paper][ink]overlay=format=auto,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,"
    )
}

/// How much there is to see in a grey picture: many different tones and sharp edges, and neither black nor white.
fn telling(pixels: &[u8]) -> f64 {
    let mut histogram = [0u32; 32];
    for &p in pixels {
        histogram[usize::from(p >> 3)] += 1;
    }
    let total = pixels.len() as f64;
    let entropy: f64 = histogram.iter().filter(|&&n| n > 0).map(|&n| f64::from(n) / total).map(|p| -p * p.log2()).sum();
    let width = JUDGED.0 as usize;
    let edges: f64 =
        pixels.chunks_exact(width).flat_map(|row| row.windows(2)).map(|p| f64::from(p[0].abs_diff(p[1]))).sum::<f64>()
            / total;
    let mean = pixels.iter().map(|&p| f64::from(p)).sum::<f64>() / total;
    let exposure = if (30.0..=225.0).contains(&mean) { 0.0 } else { -3.0 };
    entropy + (1.0 + edges).ln() + exposure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detailed_picture_tells_more_than_a_flat_one() {
        let size = (JUDGED.0 * JUDGED.1) as usize;
        let black = vec![0u8; size];
        let grey = vec![128u8; size];
        let detailed: Vec<u8> = (0..size).map(|i| ((i * 37) % 256) as u8).collect();
        assert!(telling(&black) < telling(&grey));
        assert!(telling(&grey) < telling(&detailed));
    }
}
