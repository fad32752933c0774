//! The manifests of a generation, for HLS and for DASH: how they grow with what is made, and how they end. They name what was
//! measured, and what stands beside it: captions, pictures of the seek bar.

use std::time::{Instant, SystemTime};

use super::{Generation, PLAYABLE_SEGMENTS, TakeError, WRITE_EVERY};
use crate::app::pipeline::summary;
use crate::domain::ladder::{Codec, Rung};
use crate::domain::speech::Captions;
use crate::domain::transcode::{AudioRendition, TextTrack};
use crate::domain::video::RenditionSummary;
use crate::media::presentation::{AudioTrack, Images, Media, Presentation, VideoTrack, names};
use crate::media::{dash, hls};
use crate::storage::{Storage, keys};

impl Generation {
    /// What stands beside it: manifests that are written from now on name this, and nothing else. Pictures are named when it
    /// is complete.
    pub fn set_beside(&mut self, captions: Option<Captions>, images: Option<Images>) {
        (self.captions, self.images) = (captions, images);
    }

    /// Brings the manifests that name what stands beside it up to date. It must be complete.
    pub fn show_beside(&mut self, storage: &Storage) -> Result<(), TakeError> {
        let presentation = self.presentation(true);
        self.write_images(storage, &presentation)?;
        storage.write(&self.key(names::MPD), dash::manifest(&presentation).as_bytes())?;
        self.write_master(storage, true)?;
        storage.sync(&self.key(names::MPD))?;
        storage.sync(&self.key(names::MASTER))?;
        if presentation.images.is_none() {
            storage.remove(&self.key(names::IMAGES))?;
        }
        Ok(())
    }

    /// Before the playlist that names it.
    fn write_images(&self, storage: &Storage, presentation: &Presentation) -> Result<(), TakeError> {
        let Some(images) = &presentation.images else { return Ok(()) };
        let key = self.key(names::IMAGES);
        storage.write(&key, hls::images(images, presentation.duration_seconds()).as_bytes())?;
        Ok(storage.sync(&key)?)
    }

    /// Writes those anew that a power cut left empty, or that were never written.
    pub(super) fn mend_manifests(&mut self, storage: &Storage, renditions: &[String]) -> Result<(), TakeError> {
        for name in renditions {
            if !self.is_manifest(storage, &format!("{name}/{}", names::PLAYLIST), b"#EXTM3U") {
                self.write_playlist(storage, name)?;
            }
        }
        let none = self.renditions.is_empty();
        if !none && !self.is_manifest(storage, names::MASTER, b"#EXTM3U") {
            self.write_master(storage, false)?;
        }
        if !none && !self.is_manifest(storage, names::MPD, b"<?xml") {
            self.write_mpd(storage)?;
        }
        Ok(())
    }

    fn is_manifest(&self, storage: &Storage, file: &str, start: &[u8]) -> bool {
        storage.read(&self.key(file)).is_ok_and(|text| text.starts_with(start))
    }

    /// A rendition has one segment more.
    pub(super) fn grew(&mut self, storage: &Storage, rendition: &str) -> Result<(), TakeError> {
        let early = self.playable_segments(rendition) <= PLAYABLE_SEGMENTS;
        if early || self.is_due(rendition) {
            self.write_playlist(storage, rendition)?;
        }
        if early {
            self.write_master(storage, false)?;
        }
        if early || self.is_due(names::MPD) {
            self.write_mpd(storage)?;
        }
        Ok(())
    }

    fn is_due(&self, name: &str) -> bool {
        self.written.get(name).is_none_or(|at| at.elapsed() >= WRITE_EVERY)
    }

    /// Nothing that viewers see changes: they have it whole, and only what it did without is made now; or the job has ended.
    pub fn keep_manifests(&mut self) {
        self.published = true;
        self.keeps_manifests = true;
    }

    /// Brings the manifests up to date with a rendition whatever the hurry.
    pub fn refresh(&mut self, storage: &Storage, rendition: &str) -> Result<(), TakeError> {
        self.write_playlist(storage, rendition)?;
        self.write_master(storage, false)?;
        self.write_mpd(storage)
    }

    fn media(&self, rendition: &str) -> Media {
        let Some(known) = self.renditions.get(rendition) else { return Media::default() };
        let Some(init) = &known.init else { return Media::default() };
        Media { codecs: init.codecs.clone(), timescale: init.timescale, segments: known.playable().copied().collect() }
    }

    fn presentation(&self, complete: bool) -> Presentation {
        let video = |rung: &Rung| VideoTrack { rung: rung.clone(), media: self.media(&rung.name) };
        let whole = |rung: &&Rung| complete && self.is_complete(&rung.name);
        let audio = |r: &AudioRendition| AudioTrack { rendition: r.clone(), media: self.media(&r.name) };
        Presentation {
            prefix: format!("g{}/", self.number),
            // players settle for one codec when they begin: one that is not all there yet would leave them waiting,
            // and what could not be made at all is left out for good
            video: self.plan.rungs.iter().filter(|r| r.codec == Codec::H264 || whole(r)).map(video).collect(),
            audio: self.plan.audio.iter().map(audio).collect(),
            text: self.text().cloned().collect(),
            captions: self.captions.clone(),
            images: self.images.clone().filter(|_| complete),
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

    /// One that grows is there from when it can be played, for it lists no sound that has not begun.
    fn write_mpd(&mut self, storage: &Storage) -> Result<(), TakeError> {
        if !self.keeps_manifests && self.is_playable() {
            let mut presentation = self.presentation(false);
            // other than in HLS: players of DASH take what is listed for there, and our own knows what is to come
            presentation.video.retain(|v| !v.media.segments.is_empty());
            let text = dash::growing(&presentation, SystemTime::now());
            storage.write(&self.key(names::MPD), text.as_bytes())?;
            self.written.insert(names::MPD.to_owned(), Instant::now());
        }
        Ok(())
    }

    fn write_playlist(&mut self, storage: &Storage, rendition: &str) -> Result<(), TakeError> {
        let media = self.media(rendition);
        if !media.segments.is_empty() && !self.keeps_manifests {
            // none ends before all do: beside a list that has ended, players take a growing one for ended, too
            let text = hls::media(&media, false, self.longest_seconds(rendition));
            storage.write(&self.key(&format!("{rendition}/{}", names::PLAYLIST)), text.as_bytes())?;
            self.written.insert(rendition.to_owned(), Instant::now());
        }
        Ok(())
    }

    fn write_master(&self, storage: &Storage, complete: bool) -> Result<(), TakeError> {
        if self.keeps_manifests && !complete {
            return Ok(());
        }
        let mut presentation = self.presentation(complete);
        if !complete {
            // their playlists would have to grow with the others: players get them at the end
            presentation.text.clear();
        }
        let text = hls::master(&presentation);
        Ok(storage.write(&self.key(names::MASTER), text.as_bytes())?)
    }

    /// Writes every manifest as it stays, for good: the source may go next. Writing twice changes nothing.
    pub fn complete(&mut self, storage: &Storage) -> Result<(), TakeError> {
        let presentation = self.presentation(true);
        self.write_ended(storage, &presentation)?;
        self.write_images(storage, &presentation)?;
        // whether it is offered is decided when it is asked for
        storage.write(&self.key(names::MPD), dash::manifest(&presentation).as_bytes())?;
        self.write_master(storage, true)?;
        storage.sync(&self.key(names::MPD))?;
        storage.sync(&self.key(names::MASTER))?;
        Ok(storage.sync_directory(&keys::generation(self.video, self.number))?)
    }

    /// Tells players that what is there is all, and that no more comes: they get what reaches as far as the farthest picture
    /// and the shortest sound. Gives what that is; none when that is nothing, or all as it stays.
    pub fn end(&mut self, storage: &Storage) -> Result<Option<Vec<RenditionSummary>>, TakeError> {
        if self.keeps_manifests || !self.is_playable() {
            return Ok(None);
        }
        let mut presentation = self.presentation(true);
        presentation.images = None; // of the whole film
        let seen = presentation.video.iter().map(|v| v.media.end_seconds()).fold(0.0, f64::max);
        let heard = presentation.audio.iter().map(|a| a.media.end_seconds()).fold(f64::INFINITY, f64::min);
        let end = if presentation.video.is_empty() { heard } else { heard.min(seen) };
        presentation.video.iter_mut().for_each(|v| v.media.cut(end));
        presentation.audio.iter_mut().for_each(|a| a.media.cut(end));
        // also for those who watch a rung that is offered no longer
        self.write_ended(storage, &presentation)?;
        presentation.video.retain(|v| v.media.end_seconds() > end - presentation.segment_seconds / 2.0);
        storage.write(&self.key(names::MPD), dash::manifest(&presentation).as_bytes())?;
        storage.write(&self.key(names::MASTER), hls::master(&presentation).as_bytes())?;
        self.keeps_manifests = true;
        Ok(Some(summary::of(&presentation)))
    }

    fn write_ended(&self, storage: &Storage, presentation: &Presentation) -> Result<(), TakeError> {
        let duration = presentation.duration_seconds();
        let media = presentation.video.iter().map(|v| (&v.rung.name, &v.media));
        let media = media.chain(presentation.audio.iter().map(|a| (&a.rendition.name, &a.media)));
        let media = media.map(|(name, media)| (name, hls::media(media, true, self.longest_seconds(name))));
        let text = presentation.text.iter().map(|track| (&track.name, hls::captions(duration)));
        for (name, text) in media.chain(text) {
            let key = self.key(&format!("{name}/{}", names::PLAYLIST));
            storage.write(&key, text.as_bytes())?;
            storage.sync(&key)?;
            storage.sync_directory(&self.key(name))?;
        }
        Ok(())
    }

    /// Seconds a viewer can watch.
    pub fn duration_seconds(&self) -> f64 {
        self.presentation(true).duration_seconds()
    }

    /// What the database keeps about the renditions.
    pub fn summary(&self) -> Vec<RenditionSummary> {
        summary::of(&self.presentation(true))
    }
}
