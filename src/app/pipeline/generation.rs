//! A generation that is being made: which segments stand on disk, and the manifests that say so.
//!
//! The disk is the truth. What is kept in memory is only what was measured there, and is read again after a
//! restart. Everything here blocks.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::domain::id::VideoId;
use crate::domain::ladder::{Codec, Rung};
use crate::domain::task::SegmentRange;
use crate::domain::transcode::{TextTrack, TranscodePlan};
use crate::domain::video::{RenditionKind, RenditionSummary};
use crate::media::presentation::{AudioTrack, Media, Presentation, VideoTrack, names};
use crate::media::segments::{Init, Segment, read_init, read_segment};
use crate::media::{dash, hls};
use crate::storage::keys::{self, Key};
use crate::storage::{Storage, StorageError};

/// Segments a rendition needs before it is shown to players.
const PLAYABLE_SEGMENTS: usize = 2;
/// While many segments arrive, a playlist is written at most this often.
const WRITE_EVERY: Duration = Duration::from_millis(250);

/// Why a finished file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// It could not be stored.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// It is not what its name says.
    #[error("{file} cannot be read: {source}")]
    Unreadable {
        /// Below the generation.
        file: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Another encoder made it: players would have to start the decoder anew in the middle.
    #[error("the init segment of {rendition} differs from the one that is published")]
    InitMismatch {
        /// Which rendition.
        rendition: String,
    },
    /// A finished file is not as it was left.
    #[error("{file} is missing or not as it was made")]
    Damaged {
        /// Below the generation.
        file: String,
    },
}

/// See the module.
pub struct Generation {
    video: VideoId,
    number: u32,
    plan: TranscodePlan,
    renditions: HashMap<String, Rendition>,
    /// Sound whose task has succeeded, and text that was found.
    finished: HashSet<String>,
    written: HashMap<String, Instant>,
    /// True once the database says that it can be played.
    pub published: bool,
}

#[derive(Default)]
struct Rendition {
    init: Option<Init>,
    segments: BTreeMap<u32, Segment>,
}

impl Rendition {
    /// Segments from number 0 up to the first gap.
    fn playable(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter().enumerate().take_while(|(i, (number, _))| *i == **number as usize).map(|(_, (_, s))| s)
    }
}

impl Generation {
    /// Measures what a generation has on disk. `finished` names sound and text whose tasks have succeeded.
    pub fn open(
        storage: &Storage,
        video: VideoId,
        number: u32,
        plan: TranscodePlan,
        finished: HashSet<String>,
    ) -> Result<Self, TakeError> {
        let mut generation = Self {
            video,
            number,
            plan,
            renditions: HashMap::new(),
            finished,
            written: HashMap::new(),
            published: false,
        };
        let rungs = generation.plan.rungs.iter().map(|r| r.name.clone());
        let planned: Vec<String> = rungs.chain(generation.plan.audio.iter().map(|a| a.name.clone())).collect();
        for name in planned {
            let directory = storage.path(&generation.key(&name));
            let mut files = storage.names(&generation.key(&name))?;
            files.sort();
            if files.iter().any(|f| f == names::INIT) {
                generation.note(&name, names::INIT, &directory.join(names::INIT))?;
                for file in files.iter().filter(|f| names::segment_number(f).is_some()) {
                    generation.note(&name, file, &directory.join(file))?;
                }
            }
        }
        Ok(generation)
    }

    /// Its number.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// What it will hold when it is complete.
    pub fn plan(&self) -> &TranscodePlan {
        &self.plan
    }

    fn key(&self, path: &str) -> Key {
        keys::generated(self.video, self.number, path)
    }

    /// Takes a finished file from a work directory, and brings the playlists up to date.
    pub fn take(&mut self, storage: &Storage, work: &Path, file: &str) -> Result<(), TakeError> {
        let (from, key) = (work.join(file), self.key(file));
        let Some((rendition, name)) = file.split_once('/') else {
            return Ok(storage.promote(&from, &key)?);
        };
        if name == names::INIT && storage.exists(&key) {
            let read = |path: &Path| {
                std::fs::read(path).map_err(|source| TakeError::Unreadable { file: file.to_owned(), source })
            };
            if read(&from)? != storage.read(&key)? {
                return Err(TakeError::InitMismatch { rendition: rendition.to_owned() });
            }
        }
        storage.promote(&from, &key)?;
        self.note(rendition, name, &storage.path(&key))?;
        let count = self.playable_segments(rendition);
        let early = count <= PLAYABLE_SEGMENTS;
        if early || self.written.get(rendition).is_none_or(|at| at.elapsed() >= WRITE_EVERY) {
            self.write_playlist(storage, rendition)?;
            if early {
                self.write_master(storage, false)?;
            }
        }
        Ok(())
    }

    /// The one task that makes this rendition has succeeded.
    pub fn finish(&mut self, storage: &Storage, rendition: &str) -> Result<(), TakeError> {
        self.finished.insert(rendition.to_owned());
        self.refresh(storage, rendition)
    }

    /// Brings a rendition's playlists up to date whatever the hurry.
    pub fn refresh(&mut self, storage: &Storage, rendition: &str) -> Result<(), TakeError> {
        self.write_playlist(storage, rendition)?;
        self.write_master(storage, false)
    }

    fn note(&mut self, rendition: &str, file: &str, path: &Path) -> Result<(), TakeError> {
        let unreadable = |source| TakeError::Unreadable { file: format!("{rendition}/{file}"), source };
        let known = self.renditions.entry(rendition.to_owned()).or_default();
        if file == names::INIT {
            known.init = Some(read_init(path).map_err(unreadable)?);
        } else if let (Some(number), Some(init)) = (names::segment_number(file), &known.init) {
            let segment = read_segment(path, init).map_err(unreadable)?;
            known.segments.insert(number, segment);
        }
        Ok(())
    }

    fn playable_segments(&self, rendition: &str) -> usize {
        self.renditions.get(rendition).map_or(0, |r| r.playable().count())
    }

    /// True when the rendition's last segment is there.
    pub fn is_complete(&self, rendition: &str) -> bool {
        self.finished.contains(rendition)
            || (self.is_rung(rendition) && self.playable_segments(rendition) >= self.plan.segment_count())
    }

    fn is_rung(&self, rendition: &str) -> bool {
        self.plan.rungs.iter().any(|r| r.name == rendition)
    }

    /// Seconds from the beginning that can be played of a rendition.
    pub fn available_seconds(&self, rendition: &str) -> f64 {
        self.media(rendition).end_seconds()
    }

    /// True when a player can start: two segments of one rung that every device plays, and of every sound.
    pub fn is_playable(&self) -> bool {
        let started = |name: &str| self.playable_segments(name) >= PLAYABLE_SEGMENTS || self.is_complete(name);
        let heard = self.plan.audio.iter().all(|a| started(&a.name));
        let seen = self.plan.audio_only() || self.plan.rungs_of(Codec::H264).any(|r| started(&r.name));
        heard && seen && !(self.plan.audio_only() && self.plan.audio.is_empty())
    }

    fn media(&self, rendition: &str) -> Media {
        let Some(known) = self.renditions.get(rendition) else { return Media::default() };
        let Some(init) = &known.init else { return Media::default() };
        Media { codecs: init.codecs.clone(), timescale: init.timescale, segments: known.playable().copied().collect() }
    }

    fn presentation(&self, complete: bool) -> Presentation {
        let video = |rung: &Rung| VideoTrack { rung: rung.clone(), media: self.media(&rung.name) };
        let whole = |rung: &&Rung| complete && self.is_complete(&rung.name);
        let audio = |r: &crate::domain::transcode::AudioRendition| AudioTrack {
            rendition: r.clone(),
            media: self.media(&r.name),
        };
        Presentation {
            prefix: format!("g{}/", self.number),
            // players settle for one codec when they begin: one that is not all there yet would leave them waiting,
            // and what could not be made at all is left out for good
            video: self.plan.rungs.iter().filter(|r| r.codec == Codec::H264 || whole(r)).map(video).collect(),
            audio: self.plan.audio.iter().map(audio).collect(),
            text: self.text().cloned().collect(),
            closed_captions: self.plan.closed_captions,
            complete,
            segment_seconds: self.plan.segment_seconds,
        }
    }

    fn text(&self) -> impl Iterator<Item = &TextTrack> {
        self.plan.text.iter().filter(|t| self.finished.contains(&t.name))
    }

    /// The longest segment that is planned. Sound is cut at the target duration, give or take a frame.
    fn longest_seconds(&self, rendition: &str) -> f64 {
        if !self.is_rung(rendition) {
            return self.plan.segment_seconds;
        }
        let ends = self.plan.boundaries.iter().skip(1).copied().chain([self.plan.duration_seconds]);
        self.plan.boundaries.iter().zip(ends).map(|(start, end)| end - start).fold(0.0, f64::max)
    }

    fn write_playlist(&mut self, storage: &Storage, rendition: &str) -> Result<(), TakeError> {
        let media = self.media(rendition);
        if !media.segments.is_empty() {
            // none ends before all do: beside a list that has ended, players take a growing one for ended, too
            let text = hls::media(&media, false, self.longest_seconds(rendition));
            storage.write(&self.key(&format!("{rendition}/{}", names::PLAYLIST)), text.as_bytes())?;
            self.written.insert(rendition.to_owned(), Instant::now());
        }
        Ok(())
    }

    fn write_master(&self, storage: &Storage, complete: bool) -> Result<(), TakeError> {
        let text = hls::master(&self.presentation(complete));
        Ok(storage.write(&self.key(names::MASTER), text.as_bytes())?)
    }

    /// Every segment that the job's tasks made must stand on disk as it was measured: manifests that name others
    /// would be published for good.
    pub fn check(&self, storage: &Storage, made: &[SegmentRange]) -> Result<(), TakeError> {
        for range in made {
            let known = self.renditions.get(&range.rendition).map(|r| &r.segments);
            for number in range.first..range.first + range.count {
                let file = format!("{}/{}", range.rendition, names::segment(number));
                let on_disk = std::fs::metadata(storage.path(&self.key(&file))).ok().map(|m| m.len());
                let measured = known.and_then(|k| k.get(&number)).map(|segment| segment.size_bytes);
                if measured.is_none() || measured != on_disk {
                    return Err(TakeError::Damaged { file });
                }
            }
        }
        Ok(())
    }

    /// Writes every manifest as it stays. Writing twice changes nothing.
    pub fn complete(&mut self, storage: &Storage) -> Result<(), TakeError> {
        let presentation = self.presentation(true);
        let duration = presentation.duration_seconds();
        let media = presentation.video.iter().map(|v| (&v.rung.name, &v.media));
        for (name, media) in media.chain(presentation.audio.iter().map(|a| (&a.rendition.name, &a.media))) {
            let text = hls::media(media, true, self.longest_seconds(name));
            storage.write(&self.key(&format!("{name}/{}", names::PLAYLIST)), text.as_bytes())?;
        }
        for track in &presentation.text {
            let text = hls::captions(duration);
            storage.write(&self.key(&format!("{}/{}", track.name, names::PLAYLIST)), text.as_bytes())?;
        }
        // whether it is offered is decided when it is asked for
        storage.write(&self.key(names::MPD), dash::manifest(&presentation).as_bytes())?;
        self.write_master(storage, true)
    }

    /// Seconds a viewer can watch.
    pub fn duration_seconds(&self) -> f64 {
        self.presentation(true).duration_seconds()
    }

    /// What the database keeps about the renditions.
    pub fn summary(&self) -> Vec<RenditionSummary> {
        let presentation = self.presentation(true);
        let measured = |media: &Media, blank: RenditionSummary| RenditionSummary {
            codecs: media.codecs.clone(),
            bandwidth: media.peak_bits(),
            average_bandwidth: media.average_bits(),
            segment_count: media.segments.len() as u32,
            duration_seconds: media.end_seconds(),
            size_bytes: media.size_bytes(),
            ..blank
        };
        let video = presentation.video.iter().map(|v| {
            let rung = &v.rung;
            measured(
                &v.media,
                RenditionSummary {
                    codec: rung.codec.as_str().to_owned(),
                    width: rung.width,
                    height: rung.height,
                    frame_rate: rung.frame_rate,
                    copied: rung.copied,
                    ..blank(RenditionKind::Video, &rung.name, &rung.name)
                },
            )
        });
        let audio = presentation.audio.iter().map(|a| {
            let r = &a.rendition;
            measured(
                &a.media,
                RenditionSummary {
                    codec: "aac".to_owned(),
                    language: r.language.clone(),
                    channels: r.channels,
                    default: r.default,
                    copied: r.encode_rate.is_none(),
                    ..blank(RenditionKind::Audio, &r.name, &r.label)
                },
            )
        });
        let text = presentation.text.iter().map(|t| RenditionSummary {
            codec: "webvtt".to_owned(),
            language: t.language.clone(),
            default: t.default,
            ..blank(RenditionKind::Text, &t.name, &t.label)
        });
        video.chain(audio).chain(text).collect()
    }
}

fn blank(kind: RenditionKind, name: &str, label: &str) -> RenditionSummary {
    RenditionSummary {
        kind,
        name: name.to_owned(),
        codec: String::new(),
        codecs: String::new(),
        width: 0,
        height: 0,
        frame_rate: 0.0,
        bandwidth: 0,
        average_bandwidth: 0,
        language: None,
        label: label.to_owned(),
        channels: 0,
        default: false,
        copied: false,
        segment_count: 0,
        duration_seconds: 0.0,
        size_bytes: 0,
    }
}
