//! From a plan to the tasks that carry it out, and in which order.
//!
//! What lets a viewer start comes first. Where the top rung is a copy, it plays while the rest is encoded. Where
//! everything must be encoded, the first two segments of the lowest rung come first; then those of the others,
//! which also shows how fast this machine is: if all rungs together keep ahead of a viewer, chunks make all rungs
//! with one decode, else the lowest rung runs ahead alone.

use crate::domain::job::NewTask;
use crate::domain::ladder::Rung;
use crate::domain::media::{Analysis, MediaInfo, VideoStream};
use crate::domain::task::{AnalyseSpec, AudioSpec, CopySpec, EncodeSpec, SubtitlesSpec, TaskSpec, ThumbnailSpec};
use crate::domain::transcode::{Chunk, TranscodePlan};
use crate::media::plan;

/// Order of claiming; higher first. A new video's first steps come before the backlog of others.
mod priority {
    pub const ANALYSE: i32 = 100;
    pub const COPY: i32 = 95;
    pub const AUDIO: i32 = 92;
    pub const FIRST_CHUNK: i32 = 90;
    pub const THUMBNAIL: i32 = 85;
    pub const FIRST_CHUNK_REST: i32 = 80;
    pub const SUBTITLES: i32 = 60;
    pub const LEAD: i32 = 55;
    pub const CHUNK: i32 = 50;
}

/// All rungs together must be this much faster than real time, or the lowest runs ahead.
const COMFORTABLE_SPEED: f64 = 1.5;

/// What the encoder is told, the same for every chunk of a job.
#[derive(Debug, Clone)]
pub struct Encoder {
    /// ffmpeg's name of it.
    pub name: String,
    /// Its preset.
    pub preset: String,
}

/// The first task of every transcode.
pub fn analyse(info: &MediaInfo, segment_seconds: f64) -> NewTask {
    let spec = AnalyseSpec {
        stream_index: info.video.as_ref().map(|v| v.index),
        start_seconds: info.start_seconds,
        segment_seconds,
    };
    NewTask { spec: TaskSpec::Analyse(spec), priority: priority::ANALYSE }
}

/// What can be queued as soon as the plan is made.
pub fn first_tasks(plan: &TranscodePlan, info: &MediaInfo, analysis: &Analysis, encoder: &Encoder) -> Vec<NewTask> {
    let mut tasks = Vec::new();
    if !plan.audio.is_empty() {
        let spec = AudioSpec {
            start_seconds: info.start_seconds,
            renditions: plan.audio.clone(),
            segment_seconds: plan.segment_seconds,
            pad_to_seconds: if plan.audio_only() { 0.0 } else { plan.duration_seconds },
        };
        tasks.push(NewTask { spec: TaskSpec::Audio(spec), priority: priority::AUDIO });
    }
    if !plan.text.is_empty() {
        let spec = SubtitlesSpec { start_seconds: info.start_seconds, tracks: plan.text.clone() };
        tasks.push(NewTask { spec: TaskSpec::Subtitles(spec), priority: priority::SUBTITLES });
    }
    if let Some(spec) = thumbnail(plan, info, analysis) {
        tasks.push(NewTask { spec: TaskSpec::Thumbnail(spec), priority: priority::THUMBNAIL });
    }
    let Some(video) = info.video.as_ref().filter(|_| !plan.audio_only()) else { return tasks };
    let work = Picture { plan, info, video, analysis, encoder };
    if let Some(copied) = plan.rungs.iter().find(|r| r.copied) {
        tasks.push(work.copy(copied));
        let encoded = encoded_rungs(plan);
        let chunks = plan::chunks(plan, info, analysis);
        tasks.extend(
            chunks.into_iter().filter(|_| !encoded.is_empty()).map(|c| work.encode(c, &encoded, priority::CHUNK)),
        );
    } else if let Some(first) = plan::chunks(plan, info, analysis).into_iter().next() {
        let (rest, lowest) = plan.rungs.split_at(plan.rungs.len() - 1);
        tasks.push(work.encode(first.clone(), lowest, priority::FIRST_CHUNK));
        if !rest.is_empty() {
            tasks.push(work.encode(first, rest, priority::FIRST_CHUNK_REST));
        }
    }
    tasks
}

/// True when this task's success decides how the rest is encoded: it made the first chunk of the highest rung.
pub fn decides_the_rest(spec: &TaskSpec, plan: &TranscodePlan) -> bool {
    let TaskSpec::Encode(spec) = spec else { return false };
    let top = plan.rungs.first();
    spec.chunk.index == 0
        && top.is_some_and(|top| !top.copied && spec.rungs.first().is_some_and(|r| r.name == top.name))
}

/// The chunks after the first. `speed` is how fast the higher rungs of the first chunk went, against real time.
pub fn further_tasks(
    plan: &TranscodePlan,
    info: &MediaInfo,
    analysis: &Analysis,
    encoder: &Encoder,
    speed: Option<f64>,
) -> Vec<NewTask> {
    let Some(video) = info.video.as_ref() else { return Vec::new() };
    let work = Picture { plan, info, video, analysis, encoder };
    let chunks: Vec<Chunk> = plan::chunks(plan, info, analysis).into_iter().skip(1).collect();
    let (rest, lowest) = plan.rungs.split_at(plan.rungs.len() - 1);
    if rest.is_empty() || speed.is_none_or(|s| s >= COMFORTABLE_SPEED) {
        return chunks.into_iter().map(|c| work.encode(c, &plan.rungs, priority::CHUNK)).collect();
    }
    let lead = chunks.iter().map(|c| work.encode(c.clone(), lowest, priority::LEAD));
    let follow = chunks.iter().map(|c| work.encode(c.clone(), rest, priority::CHUNK));
    lead.chain(follow).collect()
}

fn encoded_rungs(plan: &TranscodePlan) -> Vec<Rung> {
    plan.rungs.iter().filter(|r| !r.copied).cloned().collect()
}

fn thumbnail(plan: &TranscodePlan, info: &MediaInfo, analysis: &Analysis) -> Option<ThumbnailSpec> {
    let blank = ThumbnailSpec {
        stream_index: None,
        sound_index: None,
        artwork: false,
        duration_seconds: plan.duration_seconds,
        width: 1280,
        height: 720,
        picture: crate::domain::task::Picture::default(),
    };
    match (&info.video, info.artwork, info.audio.first()) {
        (Some(v), _, _) if !plan.audio_only() => Some(ThumbnailSpec {
            stream_index: Some(v.index),
            duration_seconds: (analysis.last_frame - analysis.first_frame).max(0.0),
            width: v.display_width,
            height: v.display_height,
            picture: plan::picture(v, plan),
            ..blank
        }),
        // covers are square as a rule
        (_, Some(index), _) => {
            Some(ThumbnailSpec { stream_index: Some(index), artwork: true, width: 1280, height: 1280, ..blank })
        }
        (_, None, Some(sound)) => Some(ThumbnailSpec { sound_index: Some(sound.index), ..blank }),
        _ => None,
    }
}

/// What all tasks about the picture share.
struct Picture<'a> {
    plan: &'a TranscodePlan,
    info: &'a MediaInfo,
    video: &'a VideoStream,
    analysis: &'a Analysis,
    encoder: &'a Encoder,
}

impl Picture<'_> {
    fn copy(&self, rung: &Rung) -> NewTask {
        let spec = CopySpec {
            start_seconds: self.info.start_seconds,
            stream_index: self.video.index,
            rendition: rung.name.clone(),
            key_frames: self.analysis.key_frames.clone(),
            boundaries: self.plan.boundaries.clone(),
            color: plan::missing_color(self.video),
            duration_seconds: self.plan.duration_seconds,
        };
        NewTask { spec: TaskSpec::Copy(spec), priority: priority::COPY }
    }

    fn encode(&self, chunk: Chunk, rungs: &[Rung], priority: i32) -> NewTask {
        let spec = EncodeSpec {
            start_seconds: self.info.start_seconds,
            stream_index: self.video.index,
            duration_seconds: plan::chunk_seconds(&chunk, self.plan),
            chunk,
            rungs: rungs.to_vec(),
            picture: plan::picture(self.video, self.plan),
            encoder: self.encoder.name.clone(),
            preset: self.encoder.preset.clone(),
        };
        NewTask { spec: TaskSpec::Encode(spec), priority }
    }
}
