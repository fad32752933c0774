//! From a plan to the tasks that carry it out, and in which order.
//!
//! What lets a viewer start comes first. Where the top rung is a copy, it plays while the rest is encoded. Where
//! everything must be encoded, the first two segments of the lowest rung come first; then those of the others,
//! which also shows how fast this machine is: if all rungs together keep ahead of a viewer to the end, chunks make all
//! rungs with one decode, else the lowest rung runs ahead alone.
//!
//! All that is about H.264. Other codecs have tasks of their own, which are queued behind it: what every device plays
//! must not wait for what some play a little better.

use crate::domain::job::{Job, JobKind, NewTask, TaskKind};
use crate::domain::ladder::encoder;
use crate::domain::ladder::{Codec, Rung};
use crate::domain::media::{Analysis, MediaInfo, VideoStream};
use crate::domain::task::{AnalyseSpec, AudioSpec, CopySpec, EncodeSpec, SubtitlesSpec, TaskSpec, ThumbnailSpec};
use crate::domain::transcode::{Chunk, TranscodePlan};
use crate::media::plan;
use crate::media::thumbnail::between_moments;

/// Order of claiming; higher first. A new video's first steps come before the backlog of others. How urgent a job is
/// ([`Priority::shift`](crate::domain::job::Priority::shift)) moves its tasks within these two groups, never from one
/// to the other.
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
    pub const OTHER_CODEC: i32 = 20;
    /// What can be watched already waits for everything else.
    pub const AGAIN: i32 = -200;
}

/// All rungs together must be this much faster than a viewer needs, or the lowest runs ahead.
const COMFORT: f64 = 1.5;

/// What encoders are told, and how much at once.
#[derive(Debug, Clone)]
pub struct Effort {
    /// Speed against size, as configured.
    pub preset: String,
    /// Segments of the longest chunk.
    pub chunk_segments: usize,
    /// Hardware that was to make H.264 failed at its beginning: software goes on with what is there.
    pub beside_hardware: bool,
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

/// A task as a job of this kind has it: what is encoded again has a pool of its own, and waits for all that is new.
pub fn of_job(job: &Job, task: NewTask) -> NewTask {
    if job.kind != JobKind::Reencode {
        return task;
    }
    let spec = match task.spec {
        TaskSpec::Encode(spec) => TaskSpec::Reencode(spec),
        other => other,
    };
    NewTask { spec, priority: task.priority + priority::AGAIN }
}

/// What to encode, for the pool of this kind.
pub fn encode_as(kind: TaskKind, spec: EncodeSpec) -> TaskSpec {
    if kind == TaskKind::Reencode { TaskSpec::Reencode(spec) } else { TaskSpec::Encode(spec) }
}

/// What can be queued as soon as the plan is made.
pub fn first_tasks(plan: &TranscodePlan, info: &MediaInfo, analysis: &Analysis, effort: &Effort) -> Vec<NewTask> {
    let mut tasks = Vec::new();
    if !plan.audio.is_empty() {
        let spec = AudioSpec {
            start_seconds: info.start_seconds,
            renditions: plan.audio.clone(),
            segment_seconds: plan.segment_seconds,
            pad_to_seconds: if plan.audio_only() { 0.0 } else { plan.duration_seconds },
            loudness_lufs: plan.loudness_lufs,
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
    let work = Picture { plan, info, video, analysis, effort };
    tasks.extend(plan.rungs.iter().filter(|rung| rung.copied).map(|rung| work.copy(rung)));
    let h264: Vec<Rung> = plan.rungs_of(Codec::H264).cloned().collect();
    if h264.iter().any(|rung| rung.copied) {
        tasks.extend(work.encode_all(Codec::H264, priority::CHUNK));
        tasks.extend(work.other_codecs());
    } else if let Some(first) = work.chunks(Codec::H264).into_iter().next() {
        let (rest, lowest) = h264.split_at(h264.len() - 1);
        tasks.push(work.encode(first.clone(), lowest, priority::FIRST_CHUNK));
        if !rest.is_empty() {
            tasks.push(work.encode(first, rest, priority::FIRST_CHUNK_REST));
        }
    }
    tasks
}

/// True when this task's success decides how the rest is encoded: it made the first chunk of the highest rung.
pub fn decides_the_rest(spec: &TaskSpec, plan: &TranscodePlan) -> bool {
    let Some(spec) = spec.encode() else { return false };
    let top = plan.rungs_of(Codec::H264).next();
    spec.chunk.index == 0
        && top.is_some_and(|top| !top.copied && spec.rungs.first().is_some_and(|r| r.name == top.name))
}

/// The chunks after the first, and the other codecs. `speed` is how fast the higher rungs of the first chunk went,
/// against real time.
pub fn further_tasks(
    plan: &TranscodePlan,
    info: &MediaInfo,
    analysis: &Analysis,
    effort: &Effort,
    speed: Option<f64>,
) -> Vec<NewTask> {
    let Some(video) = info.video.as_ref() else { return Vec::new() };
    let work = Picture { plan, info, video, analysis, effort };
    let mut chunks = work.chunks(Codec::H264);
    let ahead = chunks.first().map_or(0.0, |first| plan::chunk_seconds(first, plan));
    let chunks = chunks.split_off(chunks.len().min(1));
    let h264: Vec<Rung> = plan.rungs_of(Codec::H264).cloned().collect();
    let (rest, lowest) = h264.split_at(h264.len() - 1);
    let mut tasks: Vec<NewTask> =
        if rest.is_empty() || speed.is_none_or(|speed| is_comfortable(speed, ahead, plan.duration_seconds)) {
            chunks.into_iter().map(|c| work.encode(c, &h264, priority::CHUNK)).collect()
        } else {
            let lead = chunks.iter().map(|c| work.encode(c.clone(), lowest, priority::LEAD));
            let follow = chunks.iter().map(|c| work.encode(c.clone(), rest, priority::CHUNK));
            lead.chain(follow).collect()
        };
    tasks.extend(work.other_codecs());
    tasks
}

/// True when a viewer who begins now, with `ahead` seconds made, will not come to where nothing is made yet. The shorter
/// the film, the slower its making may be: it ends before they are there.
fn is_comfortable(speed: f64, ahead: f64, duration: f64) -> bool {
    speed >= COMFORT * (1.0 - ahead / duration)
}

fn thumbnail(plan: &TranscodePlan, info: &MediaInfo, analysis: &Analysis) -> Option<ThumbnailSpec> {
    let blank = ThumbnailSpec {
        stream_index: None,
        sound_index: None,
        artwork: false,
        duration_seconds: plan.duration_seconds,
        key_frames_only: false,
        width: 1280,
        height: 720,
        picture: crate::domain::task::Picture::default(),
    };
    let duration_seconds = (analysis.last_frame - analysis.first_frame).max(0.0);
    match (&info.video, info.artwork, info.audio.first()) {
        (Some(v), _, _) if !plan.audio_only() => Some(ThumbnailSpec {
            stream_index: Some(v.index),
            duration_seconds,
            key_frames_only: analysis.longest_gop_seconds() <= between_moments(duration_seconds),
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
    effort: &'a Effort,
}

impl Picture<'_> {
    fn chunks(&self, codec: Codec) -> Vec<Chunk> {
        plan::chunks(self.plan, self.info, self.analysis, codec, self.effort.chunk_segments)
    }

    /// Every chunk in all rungs of a codec that are not copied.
    fn encode_all(&self, codec: Codec, priority: i32) -> Vec<NewTask> {
        let rungs: Vec<Rung> = self.plan.rungs_of(codec).filter(|rung| !rung.copied).cloned().collect();
        if rungs.is_empty() {
            return Vec::new();
        }
        // an SVT-AV1 of 4K takes gigabytes: one at a time, though each decodes
        let together = if codec == Codec::Av1 { 1 } else { rungs.len() };
        let chunks = self.chunks(codec);
        let groups = rungs.chunks(together);
        groups.flat_map(|rungs| chunks.iter().map(|chunk| self.encode(chunk.clone(), rungs, priority))).collect()
    }

    fn other_codecs(&self) -> Vec<NewTask> {
        [Codec::Hevc, Codec::Av1].into_iter().flat_map(|codec| self.encode_all(codec, priority::OTHER_CODEC)).collect()
    }

    fn copy(&self, rung: &Rung) -> NewTask {
        let spec = CopySpec {
            start_seconds: self.info.start_seconds,
            stream_index: self.video.index,
            rendition: rung.name.clone(),
            key_frames: self.analysis.key_frames.clone(),
            boundaries: self.plan.boundaries.clone(),
            codec: rung.codec,
            color: plan::missing_color(self.video),
            duration_seconds: self.plan.duration_seconds,
        };
        NewTask { spec: TaskSpec::Copy(spec), priority: priority::COPY }
    }

    fn encode(&self, chunk: Chunk, rungs: &[Rung], priority: i32) -> NewTask {
        let encoder = self.plan.encoder(rungs.first().map_or(Codec::H264, |rung| rung.codec));
        let hardware = encoder::hardware(encoder).is_some();
        let spec = EncodeSpec {
            start_seconds: self.info.start_seconds,
            stream_index: self.video.index,
            duration_seconds: plan::chunk_seconds(&chunk, self.plan),
            chunk,
            rungs: rungs.to_vec(),
            picture: plan::picture(self.video, self.plan),
            encoder: encoder.to_owned(),
            preset: self.effort.preset.clone(),
            frames_on_device: plan::format_on_device(self.video, self.plan).filter(|_| hardware),
            beside_hardware: false,
        };
        let spec = spec.beside().filter(|_| self.effort.beside_hardware).unwrap_or(spec);
        NewTask { spec: TaskSpec::Encode(spec), priority }
    }
}

#[cfg(test)]
mod tests {
    use super::priority::*;
    use super::{is_comfortable, thumbnail};
    use crate::domain::job::Priority::{High, Low, Normal};
    use crate::domain::ladder;
    use crate::domain::media::{Analysis, MediaInfo, VideoStream};
    use crate::domain::transcode::TranscodePlan;

    #[test]
    fn the_longer_a_film_the_faster_its_making_must_be() {
        for (speed, duration, comfortable) in
            [(1.4, 3600.0, false), (1.5, 3600.0, true), (0.8, 30.0, false), (0.9, 30.0, true), (0.1, 12.0, true)]
        {
            assert_eq!(is_comfortable(speed, 12.0, duration), comfortable, "{speed} for {duration} s");
        }
    }

    #[test]
    fn how_urgent_a_job_is_orders_the_backlog_and_no_first_chunk_waits_for_it() {
        for (more, less) in [(High, Normal), (Normal, Low)] {
            assert!(CHUNK + more.shift() > LEAD + less.shift());
            assert!(OTHER_CODEC + more.shift() > OTHER_CODEC + less.shift());
        }
        let backlog = [SUBTITLES, LEAD, CHUNK, OTHER_CODEC].map(|number| number + High.shift());
        let first = [ANALYSE, COPY, AUDIO, FIRST_CHUNK, FIRST_CHUNK_REST].map(|number| number + Low.shift());
        assert!(backlog.iter().max() < first.iter().min(), "{backlog:?} {first:?}");
        assert!(ANALYSE + AGAIN + High.shift() < OTHER_CODEC + Low.shift(), "new videos come before old ones");
        assert!(CHUNK + Low.shift() > OTHER_CODEC + High.shift(), "what every device plays comes first");
    }

    #[test]
    fn a_thumbnail_is_a_key_frame_where_each_moment_has_its_own() {
        let info = MediaInfo { video: Some(VideoStream::default()), ..MediaInfo::default() };
        let plan = TranscodePlan { rungs: ladder::rungs(640, 360, 25.0), ..TranscodePlan::default() };
        for (every, wanted) in [(2.0, true), (10.0, true), (15.0, false), (100.0, false)] {
            let key_frames = (0..).map(|n| f64::from(n) * every).take_while(|at| *at < 100.0).collect();
            let analysis = Analysis { key_frames, last_frame: 100.0, ..Analysis::default() };
            let spec = thumbnail(&plan, &info, &analysis);
            assert_eq!(spec.map(|spec| spec.key_frames_only), Some(wanted), "a key frame every {every} of 100 s");
        }
    }
}
