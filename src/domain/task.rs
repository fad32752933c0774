//! The contract of a task: a self-contained spec in, an outcome out.
//!
//! A runner (a local pool slot or a worker elsewhere) sees the spec, the source's bytes and an empty work
//! directory. It knows no database, no settings and no video. Specs are stored as JSON in the queue and sent
//! to workers, so a field is only ever added, with a default.

use serde::{Deserialize, Serialize};

use super::id::WebhookId;
use super::job::TaskKind;
use super::ladder::encoder::{self, Device};
use super::ladder::{Codec, Rung};
use super::media::{Analysis, Color};
use super::transcode::{AudioRendition, Chunk, TextTrack};

/// What to do. Every variant reads the one source file of its job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TaskSpec {
    /// Read the time stamp of every video packet.
    Analyse(AnalyseSpec),
    /// Copy the video stream into segments.
    Copy(CopySpec),
    /// Encode one chunk in some or all rungs.
    Encode(EncodeSpec),
    /// Make all audio renditions.
    Audio(AudioSpec),
    /// Extract the text subtitles.
    Subtitles(SubtitlesSpec),
    /// Choose a telling frame and scale it.
    Thumbnail(ThumbnailSpec),
    /// Make the pictures of the seek bar.
    Sprites(SpritesSpec),
    /// As [`Self::Encode`], for a film that can be watched already.
    Reencode(EncodeSpec),
    /// Write down what is said.
    Transcribe(TranscribeSpec),
    /// Send a message. It reads no file and belongs to no job.
    Deliver(DeliverSpec),
}

impl TaskSpec {
    /// The pool it belongs to.
    pub fn kind(&self) -> TaskKind {
        match self {
            Self::Analyse(_) => TaskKind::Analyse,
            Self::Copy(_) => TaskKind::Copy,
            Self::Encode(_) => TaskKind::Encode,
            Self::Audio(_) => TaskKind::Audio,
            Self::Subtitles(_) => TaskKind::Subtitles,
            Self::Thumbnail(_) => TaskKind::Thumbnail,
            Self::Sprites(_) => TaskKind::Sprites,
            Self::Reencode(_) => TaskKind::Reencode,
            Self::Transcribe(_) => TaskKind::Transcribe,
            Self::Deliver(_) => TaskKind::Deliver,
        }
    }

    /// The chunk to encode, for whichever pool.
    pub fn encode(&self) -> Option<&EncodeSpec> {
        match self {
            Self::Encode(spec) | Self::Reencode(spec) => Some(spec),
            _ => None,
        }
    }

    /// The codec of the picture it makes.
    pub fn codec(&self) -> Option<Codec> {
        match self {
            Self::Copy(spec) => Some(spec.codec),
            _ => self.encode()?.rungs.first().map(|rung| rung.codec),
        }
    }

    /// The renditions it makes, or a part of; none for what makes no rendition.
    pub fn renditions(&self) -> Vec<&str> {
        match self {
            Self::Copy(spec) => vec![&spec.rendition],
            Self::Encode(spec) | Self::Reencode(spec) => spec.rungs.iter().map(|rung| rung.name.as_str()).collect(),
            Self::Audio(spec) => spec.renditions.iter().map(|rendition| rendition.name.as_str()).collect(),
            Self::Subtitles(spec) => spec.tracks.iter().map(|track| track.name.as_str()).collect(),
            Self::Analyse(_) | Self::Thumbnail(_) | Self::Sprites(_) | Self::Transcribe(_) | Self::Deliver(_) => {
                Vec::new()
            }
        }
    }

    /// ffmpeg's name of the encoder that whoever runs it must have.
    pub fn encoder(&self) -> Option<&str> {
        self.encode().map(|spec| spec.encoder.as_str())
    }

    /// How much there is to encode, pixels; none where time does not go with that.
    pub fn pixels(&self) -> Option<f64> {
        let spec = self.encode()?;
        let a_second = |rung: &Rung| f64::from(rung.width) * f64::from(rung.height) * rung.frame_rate;
        Some(spec.duration_seconds * spec.rungs.iter().map(a_second).sum::<f64>())
    }

    /// True when the video is worth publishing even if this task fails; its failure becomes a warning.
    pub fn is_optional(&self) -> bool {
        let beside_h264 = self.codec().is_some_and(|codec| codec != Codec::H264);
        beside_h264 || matches!(self, Self::Subtitles(_) | Self::Thumbnail(_))
    }
}

/// See [`TaskSpec::Analyse`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnalyseSpec {
    /// The video stream; none for audio-only files, whose analysis is empty.
    pub stream_index: Option<u32>,
    /// The file's own time stamp of output time 0, seconds.
    pub start_seconds: f64,
    /// Target segment duration, seconds.
    pub segment_seconds: f64,
}

/// See [`TaskSpec::Copy`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CopySpec {
    /// The file's own time stamp of output time 0, seconds.
    pub start_seconds: f64,
    /// The video stream.
    pub stream_index: u32,
    /// The rendition it becomes.
    pub rendition: String,
    /// Presentation time of every key frame, seconds.
    pub key_frames: Vec<f64>,
    /// Those key frames that begin a segment, seconds.
    pub boundaries: Vec<f64>,
    /// Codec of the stream.
    #[serde(default = "h264")]
    pub codec: Codec,
    /// Colour to write into a stream that says nothing about it; none leaves it as it is, bit for bit.
    pub color: Option<Color>,
    /// Seconds of picture, for progress.
    pub duration_seconds: f64,
}

/// What was copied before there were other codecs.
fn h264() -> Codec {
    Codec::H264
}

/// See [`TaskSpec::Encode`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EncodeSpec {
    /// The file's own time stamp of output time 0, seconds.
    pub start_seconds: f64,
    /// The video stream.
    pub stream_index: u32,
    /// The stretch to encode.
    pub chunk: Chunk,
    /// Seconds of picture in the chunk, for progress.
    pub duration_seconds: f64,
    /// Renditions to make, highest first, all of one codec.
    pub rungs: Vec<Rung>,
    /// How the decoded picture becomes upright, progressive, 8-bit BT.709.
    pub picture: Picture,
    /// Encoder of every rung, by ffmpeg's name; fixed when the job is planned, because init segments must match.
    pub encoder: String,
    /// Encoder preset.
    pub preset: String,
    /// Format of the source (`h264 yuv420p`) when its frames need nothing but scaling, so that they may stay on the device
    /// that decodes and encodes them.
    #[serde(default)]
    pub frames_on_device: Option<String>,
    /// True where software stands in for hardware: what it makes must fit the init segment of what hardware made.
    #[serde(default)]
    pub beside_hardware: bool,
}

impl EncodeSpec {
    /// The hardware it is meant for; none for software.
    pub fn hardware(&self) -> Option<Device> {
        encoder::hardware(&self.encoder)
    }

    /// The same chunk in software, as a part of the same rendition: none of what hardware made has to be made again. Only
    /// H.264 can be mixed like that, see `media::parameter_sets`.
    pub fn beside(&self) -> Option<Self> {
        let (device, codec) = encoder::find(&self.encoder)?;
        let mixable = device != Device::Software && codec == Codec::H264;
        mixable.then(|| Self { encoder: codec.encoder().to_owned(), beside_hardware: true, ..self.clone() })
    }

    /// The segments it makes.
    pub fn ranges(&self) -> Vec<SegmentRange> {
        let (first, count) = (self.chunk.first_segment, self.chunk.starts.len() as u32);
        self.rungs.iter().map(|rung| SegmentRange { rendition: rung.name.clone(), first, count }).collect()
    }
}

/// What must happen to a decoded frame before it is scaled.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// Remove interlacing.
    pub deinterlace: bool,
    /// Colour of the source, with guesses filled in for what was untagged.
    pub color: Color,
    /// Show the first frame from time 0 on, when it comes later.
    pub hold_first: bool,
    /// Frames a second to bring an uneven stream to; none keeps every frame's own time.
    pub steady_rate: Option<f64>,
    /// Seconds to hold the last frame.
    pub hold_last_seconds: f64,
}

/// See [`TaskSpec::Audio`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AudioSpec {
    /// The file's own time stamp of output time 0, seconds.
    pub start_seconds: f64,
    /// What to make.
    pub renditions: Vec<AudioRendition>,
    /// Target segment duration, seconds.
    pub segment_seconds: f64,
    /// Encoded renditions are filled with silence up to this time, so that sound and picture end together.
    pub pad_to_seconds: f64,
    /// Loudness that encoded renditions are brought to, LUFS; none leaves them as loud as they are.
    #[serde(default)]
    pub loudness_lufs: Option<f64>,
}

/// See [`TaskSpec::Subtitles`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubtitlesSpec {
    /// The file's own time stamp of output time 0, seconds.
    pub start_seconds: f64,
    /// What to make.
    pub tracks: Vec<TextTrack>,
}

/// See [`TaskSpec::Thumbnail`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThumbnailSpec {
    /// The video stream or the cover picture; none for sound without a cover.
    pub stream_index: Option<u32>,
    /// The sound to draw where there is no picture.
    #[serde(default)]
    pub sound_index: Option<u32>,
    /// True when the stream is a single cover picture.
    pub artwork: bool,
    /// Seconds of picture.
    pub duration_seconds: f64,
    /// True where key frames are so close that each moment looked at has one of its own: nothing else is decoded then.
    #[serde(default)]
    pub key_frames_only: bool,
    /// Display size of the source, pixels.
    pub width: u32,
    /// Display size of the source, pixels.
    pub height: u32,
    /// How the frame becomes 8-bit BT.709.
    pub picture: Picture,
}

/// See [`TaskSpec::Sprites`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpritesSpec {
    /// The file's own time stamp of output time 0, seconds.
    pub start_seconds: f64,
    /// The video stream.
    pub stream_index: u32,
    /// Seconds that the seek bar spans.
    pub duration_seconds: f64,
    /// Seconds between two pictures; farther apart where key frames are rare.
    pub interval_seconds: u32,
    /// Size of a picture, pixels.
    pub width: u32,
    /// Size of a picture, pixels.
    pub height: u32,
    /// How a frame becomes 8-bit BT.709.
    pub picture: Picture,
}

/// Seek bar pictures: tiles on numbered sheets, left to right and top to bottom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpriteSheets {
    /// Seconds between two pictures.
    pub interval_seconds: u32,
    /// Pictures in all.
    pub count: u32,
    /// Pictures in a row.
    pub columns: u32,
    /// Rows on a sheet.
    pub rows: u32,
    /// Size of a picture, pixels.
    pub width: u32,
    /// Size of a picture, pixels.
    pub height: u32,
}

impl SpriteSheets {
    /// Pictures on a full sheet.
    pub fn per_sheet(&self) -> u32 {
        (self.columns * self.rows).max(1)
    }

    /// Sheets there are.
    pub fn sheets(&self) -> u32 {
        self.count.div_ceil(self.per_sheet())
    }
}

/// See [`TaskSpec::Transcribe`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TranscribeSpec {
    /// The file's own time stamp of output time 0, seconds.
    pub start_seconds: f64,
    /// The sound to listen to.
    pub stream_index: u32,
    /// Seconds of sound.
    pub duration_seconds: f64,
    /// Language that is spoken; none to find out.
    #[serde(default)]
    pub language: Option<String>,
}

/// See [`TaskSpec::Deliver`]. The task's id is that of the message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeliverSpec {
    /// To whom.
    pub webhook_id: WebhookId,
}

/// What a task made. Files stand in the work directory, or were handed over one by one while it ran.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TaskOutcome {
    /// Of [`TaskSpec::Analyse`].
    Analysis(Analysis),
    /// Of [`TaskSpec::Copy`], [`TaskSpec::Encode`] and [`TaskSpec::Audio`].
    Segments {
        /// Which segments of which renditions.
        ranges: Vec<SegmentRange>,
        /// Against real time.
        speed: Option<f64>,
        /// Why software made it although hardware was to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fallback: Option<String>,
    },
    /// Of [`TaskSpec::Subtitles`]: names of the tracks that had any text.
    Text {
        /// Track names.
        tracks: Vec<String>,
    },
    /// Of [`TaskSpec::Thumbnail`].
    Thumbnail {
        /// Widths made, pixels; each as `thumbnail-{width}.jpg` and `.webp`.
        widths: Vec<u32>,
        /// A tiny picture as a `data:` URL.
        placeholder: Option<String>,
    },
    /// Of [`TaskSpec::Sprites`]: `sheet-000.jpg` and so on, and `sprites.vtt`, which says where on them what is.
    Sprites(SpriteSheets),
    /// Of [`TaskSpec::Transcribe`]: its words, and captions made of them, stand in the work directory.
    Transcript {
        /// ISO 639 code; none where nobody speaks.
        language: Option<String>,
        /// How sure that is, 0 to 1; none where it was set.
        probability: Option<f64>,
        /// How many words.
        words: u64,
        /// Seconds of sound.
        seconds: f64,
        /// All that is said.
        text: String,
    },
    /// Of [`TaskSpec::Deliver`]: the message was taken.
    Delivered,
}

impl TaskOutcome {
    /// The segments it speaks of.
    pub fn ranges(&self) -> &[SegmentRange] {
        if let Self::Segments { ranges, .. } = self { ranges } else { &[] }
    }
}

/// A run of finished segments of one rendition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentRange {
    /// Rendition name.
    pub rendition: String,
    /// Number of the first segment.
    pub first: u32,
    /// How many.
    pub count: u32,
}

/// What a running task reports.
#[derive(Debug, Clone, PartialEq)]
pub enum TaskEvent {
    /// Share done and speed against real time.
    Progress {
        /// 0 to 1.
        fraction: f64,
        /// 1.0 = as fast as it plays.
        speed: Option<f64>,
    },
    /// A finished file, by its path below the work directory (`720p/seg_00003.m4s`), which may be taken away.
    File(String),
}

/// Why a task did not make it, decided where it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskError {
    /// Whether another try may help.
    pub retry: Retry,
    /// Stable code, e.g. `ffmpeg_failed`.
    pub code: &'static str,
    /// For people: what failed and why.
    pub message: String,
    /// The command that was run, shortened.
    pub command: Option<String>,
    /// Last lines of ffmpeg's error output.
    pub stderr: Option<String>,
}

/// Whether another try may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Yes, and it counts as an attempt.
    Later,
    /// Yes, and it counts for less: the machine seems at fault and not the file, see [`Task::machine_faults`].
    ///
    /// [`Task::machine_faults`]: super::job::Task::machine_faults
    Machine,
    /// Yes, and it does not count: the circumstances were at fault (disk full, shutting down).
    Free,
    /// No: the same input will fail the same way.
    Never,
}

impl TaskError {
    /// Another try cannot help.
    pub fn abort(code: &'static str, message: impl Into<String>) -> Self {
        Self { retry: Retry::Never, code, message: message.into(), command: None, stderr: None }
    }

    /// Another try may help.
    pub fn retry(code: &'static str, message: impl Into<String>) -> Self {
        Self { retry: Retry::Later, ..Self::abort(code, message) }
    }

    /// Another try may help; the machine seems at fault.
    pub fn machine(code: &'static str, message: impl Into<String>) -> Self {
        Self { retry: Retry::Machine, ..Self::abort(code, message) }
    }

    /// Another try may help, and this one does not count.
    pub fn free(code: &'static str, message: impl Into<String>) -> Self {
        Self { retry: Retry::Free, ..Self::abort(code, message) }
    }
}

impl std::fmt::Display for TaskError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for TaskError {}
