//! A generation that is being made: which segments stand on disk. `manifests` says so.
//!
//! The disk is the truth. What is kept in memory is only what was measured there, and is read again after a
//! restart. Everything here blocks.

mod manifests;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::time::{Duration, Instant};

use super::shared::Reach;
use crate::domain::id::VideoId;
use crate::domain::ladder::Codec;
use crate::domain::speech::Captions;
use crate::domain::task::SegmentRange;
use crate::domain::transcode::TranscodePlan;
use crate::media::parameter_sets;
use crate::media::presentation::{Images, names};
use crate::media::segments::{Init, Segment, read_init, read_segment};
use crate::storage::keys::{self, Key};
use crate::storage::{Storage, StorageError};

/// Segments a rendition needs before it is shown to players.
const PLAYABLE_SEGMENTS: usize = 2;
/// While many segments arrive, a manifest is written at most this often.
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
    /// It is not what was planned: players would see a gap, or another picture.
    #[error("{file} is not as it was planned: {why}")]
    Unplanned {
        /// Below the generation.
        file: String,
        /// What is wrong.
        why: String,
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
    /// Its manifests are as viewers have them until it is complete once more.
    keeps_manifests: bool,
    /// What was written down, beside it.
    captions: Option<Captions>,
    /// Pictures for the seek bar, beside it.
    images: Option<Images>,
}

#[derive(Default)]
struct Rendition {
    init: Option<Init>,
    segments: BTreeMap<u32, Segment>,
}

/// What a file turned out to be.
enum Measured {
    Init(Init),
    Segment(u32, Segment),
    /// Captions.
    Other,
}

impl Rendition {
    /// Segments from number 0 up to the first gap.
    fn playable(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter().enumerate().take_while(|(i, (number, _))| *i == **number as usize).map(|(_, (_, s))| s)
    }
}

impl Generation {
    /// Measures what a generation has on disk. What cannot be read there, because power was cut or a disk is bad, is
    /// removed: it counts as never made.
    pub fn open(storage: &Storage, video: VideoId, number: u32, plan: TranscodePlan) -> Result<Self, TakeError> {
        let mut generation = Self {
            video,
            number,
            plan,
            renditions: HashMap::new(),
            finished: HashSet::new(),
            written: HashMap::new(),
            published: false,
            keeps_manifests: false,
            captions: None,
            images: None,
        };
        let rungs = generation.plan.rungs.iter().map(|r| r.name.clone());
        let planned: Vec<String> = rungs.chain(generation.plan.audio.iter().map(|a| a.name.clone())).collect();
        for name in &planned {
            let mut files = storage.names(&generation.key(name))?;
            files.sort();
            if files.iter().any(|f| f == names::INIT) && generation.open_file(storage, name, names::INIT)? {
                for file in files.iter().filter(|f| names::segment_number(f).is_some()) {
                    generation.open_file(storage, name, file)?;
                }
            }
        }
        generation.mend_manifests(storage, &planned)?;
        Ok(generation)
    }

    /// Measures a file that is there. False when it is of no use, and gone.
    fn open_file(&mut self, storage: &Storage, rendition: &str, file: &str) -> Result<bool, TakeError> {
        let key = self.key(&format!("{rendition}/{file}"));
        match self.measure(rendition, file, &storage.path(&key)) {
            Ok(measured) => self.note(rendition, measured),
            Err(TakeError::Unreadable { source, .. }) if is_damage(&source) => {
                tracing::error!(file = %key, error = %source, "a file that was made is damaged; it is removed");
                storage.remove(&key)?;
                return Ok(false);
            }
            Err(error) => return Err(error),
        }
        Ok(true)
    }

    /// Sound and text whose tasks have succeeded.
    pub fn note_finished(&mut self, finished: HashSet<String>) {
        self.finished = finished;
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
            let (made, published) = (read(&from)?, storage.read(&key)?);
            if made != published {
                let fits = parameter_sets::fit(&published, &made);
                return if fits { Ok(()) } else { Err(TakeError::InitMismatch { rendition: rendition.to_owned() }) };
            }
        }
        // first: what is no segment must never stand where players look, nor where the next start measures
        let measured = self.measure(rendition, name, &from)?;
        if let Some(why) = self.differs(rendition, &measured) {
            return Err(TakeError::Unplanned { file: file.to_owned(), why });
        }
        if matches!(measured, Measured::Segment(number, _) if self.has(rendition, number)) && storage.exists(&key) {
            return Ok(()); // the first stays: players may have kept it
        }
        storage.promote(&from, &key)?;
        self.note(rendition, measured);
        self.grew(storage, rendition)
    }

    /// Forgets renditions that are made anew, with all their files.
    pub fn forget(&mut self, storage: &Storage, renditions: &[String]) -> Result<(), TakeError> {
        for rendition in renditions {
            self.renditions.remove(rendition);
            self.written.remove(rendition);
            storage.remove_directory(&self.key(rendition))?;
        }
        Ok(())
    }

    /// The one task that makes this rendition has succeeded.
    pub fn finish(&mut self, storage: &Storage, rendition: &str) -> Result<(), TakeError> {
        self.finished.insert(rendition.to_owned());
        self.refresh(storage, rendition)
    }

    /// A segment is measured by its init segment, which comes first.
    fn measure(&self, rendition: &str, file: &str, path: &Path) -> Result<Measured, TakeError> {
        let unreadable = |source| TakeError::Unreadable { file: format!("{rendition}/{file}"), source };
        if file == names::INIT {
            return Ok(Measured::Init(read_init(path).map_err(unreadable)?));
        }
        let Some(number) = names::segment_number(file) else { return Ok(Measured::Other) };
        let early = || unreadable(std::io::Error::other("its init segment has not come"));
        let init = self.renditions.get(rendition).and_then(|known| known.init.as_ref()).ok_or_else(early)?;
        Ok(Measured::Segment(number, read_segment(path, init).map_err(unreadable)?))
    }

    /// How an encoded file differs from the plan. Whoever made it has looked at it, too, but it may be a stranger's machine.
    fn differs(&self, rendition: &str, measured: &Measured) -> Option<String> {
        let rung = self.plan.rungs.iter().find(|rung| rung.name == rendition && !rung.copied)?;
        match measured {
            Measured::Init(init) => {
                let codecs: &[&str] = match rung.codec {
                    Codec::H264 => &["avc1."],
                    Codec::Hevc => &["hvc1.", "hev1."],
                    Codec::Av1 => &["av01."],
                };
                let fits = init.size == Some((rung.width, rung.height))
                    && codecs.iter().any(|codec| init.codecs.starts_with(codec));
                (!fits).then(|| format!("it is {} of {:?}", init.codecs, init.size))
            }
            Measured::Segment(number, segment) => {
                let init = self.renditions.get(rendition)?.init.as_ref()?;
                let seconds = |ticks: u64| ticks as f64 / f64::from(init.timescale.max(1));
                let frame = 1.0 / rung.frame_rate.max(1.0);
                let (start, end) = (seconds(segment.start), seconds(segment.start + segment.duration));
                let (planned, next) = (*number as usize, *number as usize + 1);
                let begins = self.plan.boundaries.get(planned).is_some_and(|at| (start - at).abs() <= frame / 4.0);
                // where the film ends is only known once it was decoded
                let ends = self.plan.boundaries.get(next).is_none_or(|at| (end - at).abs() <= frame);
                let fits = begins && ends && segment.starts_with_sync_sample;
                let key = if segment.starts_with_sync_sample { "" } else { ", without a key frame" };
                (!fits).then(|| format!("it is {start:.3} to {end:.3} s{key}"))
            }
            Measured::Other => None,
        }
    }

    fn note(&mut self, rendition: &str, measured: Measured) {
        let known = self.renditions.entry(rendition.to_owned()).or_default();
        match measured {
            Measured::Init(init) => known.init = Some(init),
            Measured::Segment(number, segment) => {
                known.segments.insert(number, segment);
            }
            Measured::Other => {}
        }
    }

    fn has(&self, rendition: &str, segment: u32) -> bool {
        self.renditions.get(rendition).is_some_and(|known| known.segments.contains_key(&segment))
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
    fn available_seconds(&self, rendition: &str) -> f64 {
        let Some(known) = self.renditions.get(rendition) else { return 0.0 };
        let timescale = known.init.as_ref().map_or(1, |init| init.timescale.max(1));
        known.playable().last().map_or(0.0, |s| (s.start + s.duration) as f64 / f64::from(timescale))
    }

    /// How far every rung is.
    pub fn reach(&self) -> HashMap<String, Reach> {
        let of = |name: &str| Reach { complete: self.is_complete(name), seconds: self.available_seconds(name) };
        self.plan.rungs.iter().map(|rung| (rung.name.clone(), of(&rung.name))).collect()
    }

    /// True when a player can start: two segments of one rung that every device plays, and of every sound.
    pub fn is_playable(&self) -> bool {
        let started = |name: &str| self.playable_segments(name) >= PLAYABLE_SEGMENTS || self.is_complete(name);
        let heard = self.plan.audio.iter().all(|a| started(&a.name));
        let seen = self.plan.audio_only() || self.plan.rungs_of(Codec::H264).any(|r| started(&r.name));
        heard && seen && !(self.plan.audio_only() && self.plan.audio.is_empty())
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
}

/// True when the file itself is bad, and not what stood in the way of reading it.
fn is_damage(error: &std::io::Error) -> bool {
    let system = error.raw_os_error().map(rustix::io::Errno::from_raw_os_error);
    system.is_none_or(|code| matches!(code, rustix::io::Errno::IO | rustix::io::Errno::NOENT))
}
