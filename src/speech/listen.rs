//! `vlog listen`: sound in from an ffmpeg of its own, [`Line`]s out. A process of the server's that lives for one film.
//!
//! Nothing is held but what is being heard: the sound streams through, and waits while the model is busy.

use std::ffi::OsString;
use std::io::{Error, Read, Write};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::chunks::{Chunk, Packer};
use super::engine::{Model, Voice};
use super::pieces::{FRAME, Pieces};
use super::{Line, RATE};
use crate::media::ffmpeg::cancel::Cancel;
use crate::media::ffmpeg::process::{self, ProcessError, Tools};

/// Samples that are looked at together: about half a minute.
const BLOCK: usize = FRAME * 938;
/// The language is looked for in so many chunks from the beginning, those that are no shorter than this if there are any.
const LANGUAGE_CHUNKS: usize = 3;
const TELLING_SECONDS: f64 = 5.0;
/// Whoever started this process counts its time; this is only a number that is needed.
const NO_LIMIT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// What to listen to, and with what.
#[derive(Debug, Clone)]
pub struct Options {
    /// The model's file.
    pub model: PathBuf,
    /// The voice detector's file.
    pub voice: PathBuf,
    /// Language that is spoken; none to find out.
    pub language: Option<String>,
    /// Chunks at once, each on one core.
    pub ears: usize,
    /// Seconds of sound, for the progress.
    pub seconds: f64,
    /// Who prints the sound, and what it is told.
    pub ffmpeg: (PathBuf, Vec<OsString>),
}

/// Listens to the end and prints what it hears. Errors are for the log of whoever started this.
pub async fn run(options: Options, tools: &Tools) -> Result<(), ProcessError> {
    let (ffmpeg, args) = options.ffmpeg.clone();
    let listen = move |sound: &mut dyn Read| listen(&options, sound);
    process::read_output(tools, &ffmpeg, args, NO_LIMIT, &Cancel::new(), listen).await
}

fn listen(options: &Options, sound: &mut dyn Read) -> std::io::Result<()> {
    let model = Model::load(&options.model)
        .map_err(|error| Error::other(format!("{} is no model: {error}", options.model.display())))?;
    let voice = Voice::load(&options.voice)
        .map_err(|error| Error::other(format!("{} is no voice detector: {error}", options.voice.display())))?;
    let mut chunks = Chunks::new(sound, voice, options.seconds);
    let first = chunks.by_ref().take(LANGUAGE_CHUNKS).collect::<Result<Vec<_>, _>>()?;
    let language = language(&model, options.language.as_deref(), &first)?;
    let ears = options.ears.max(1);
    let (queue, waiting) = sync_channel::<Chunk>(ears);
    let waiting = Mutex::new(waiting);
    std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..ears).map(|_| scope.spawn(|| hear(&model, &language, &waiting, options.seconds))).collect();
        let read = feed(first, &mut chunks, queue);
        // who failed took the queue's other end with it: its reason is the telling one
        for worker in workers {
            worker.join().map_err(|_| Error::other("the model panicked"))??;
        }
        read
    })?;
    print(&Line::Done(chunks.seconds()))
}

fn feed(first: Vec<Chunk>, chunks: &mut Chunks<'_>, queue: SyncSender<Chunk>) -> std::io::Result<()> {
    for chunk in first.into_iter().map(Ok).chain(chunks) {
        queue.send(chunk?).map_err(|_| Error::other("nobody listens any more"))?;
    }
    Ok(())
}

fn hear(model: &Model, language: &str, waiting: &Mutex<Receiver<Chunk>>, seconds: f64) -> std::io::Result<()> {
    let mut ear = model.ear().map_err(Error::other)?;
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(chunk) = next else { return Ok(()) };
        let words = ear.hear(&chunk, language).map_err(Error::other)?;
        print(&Line::Words(words))?;
        print(&Line::Progress(((chunk.start_seconds() + chunk.seconds()) / seconds.max(1.0)).clamp(0.0, 1.0)))?;
    }
}

fn language(model: &Model, set: Option<&str>, first: &[Chunk]) -> std::io::Result<String> {
    if first.is_empty() {
        return Ok(String::new()); // nobody speaks
    }
    let (code, probability) = match set {
        _ if model.is_english() => ("en".to_owned(), None),
        Some(code) => (code.to_owned(), None),
        None => {
            let telling: Vec<Chunk> = first.iter().filter(|c| c.seconds() >= TELLING_SECONDS).cloned().collect();
            let heard = if telling.is_empty() { first } else { &telling };
            let (code, probability) = model.language(heard).map_err(Error::other)?;
            (code, Some(probability))
        }
    };
    print(&Line::Language { code: code.clone(), probability })?;
    Ok(code)
}

/// One line, whole, whoever else prints.
fn print(line: &Line) -> std::io::Result<()> {
    let mut text = serde_json::to_string(line)?;
    text.push('\n');
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Chunks of speech from a stream of sound.
struct Chunks<'a> {
    sound: &'a mut dyn Read,
    voice: Voice,
    pieces: Pieces,
    packer: Packer,
    /// Samples that may still be needed, the first of them being this one of the film.
    pcm: Vec<f32>,
    pcm_from: u64,
    ready: Vec<Chunk>,
    over: bool,
    /// Samples that came.
    heard: u64,
    seconds: f64,
}

impl<'a> Chunks<'a> {
    fn new(sound: &'a mut dyn Read, voice: Voice, seconds: f64) -> Self {
        let (pieces, packer) = (Pieces::default(), Packer::default());
        let (pcm, ready) = (Vec::new(), Vec::new());
        Self { sound, voice, pieces, packer, pcm, pcm_from: 0, ready, over: false, heard: 0, seconds }
    }

    fn seconds(&self) -> f64 {
        self.heard as f64 / RATE as f64
    }

    fn read_block(&mut self) -> std::io::Result<()> {
        let mut bytes = Vec::with_capacity(BLOCK * 4);
        (&mut *self.sound).take(BLOCK as u64 * 4).read_to_end(&mut bytes)?;
        self.over = bytes.len() < BLOCK * 4;
        let sample = |bytes: &[u8]| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let block: Vec<f32> = bytes.chunks_exact(4).map(sample).collect();
        self.heard += block.len() as u64;
        let found =
            if block.is_empty() { Vec::new() } else { self.voice.probabilities(&block).map_err(Error::other)? };
        self.pcm.extend(block);
        for probability in found {
            if let Some(piece) = self.pieces.push(probability) {
                self.pack(&piece);
            }
        }
        if self.over {
            if let Some(piece) = self.pieces.finish() {
                self.pack(&piece);
            }
            self.ready.extend(self.packer.finish());
        }
        let needed = self.pieces.needed_from() * FRAME as u64;
        let gone = usize::try_from(needed.saturating_sub(self.pcm_from)).unwrap_or(usize::MAX).min(self.pcm.len());
        self.pcm.drain(..gone);
        self.pcm_from += gone as u64;
        Ok(())
    }

    fn pack(&mut self, piece: &Range<u64>) {
        let at = |frame: u64| usize::try_from(frame * FRAME as u64 - self.pcm_from).unwrap_or(usize::MAX);
        let (from, to) = (at(piece.start), at(piece.end).min(self.pcm.len()));
        if from < to {
            self.ready.extend(self.packer.add(piece.start * FRAME as u64, &self.pcm[from..to]));
        }
    }
}

impl Iterator for Chunks<'_> {
    type Item = std::io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() {
            if self.over {
                return None;
            }
            if let Err(error) = self.read_block() {
                self.over = true;
                return Some(Err(error));
            }
            if self.ready.is_empty() {
                // nobody speaks for long: that is progress, too
                let _ = print(&Line::Progress((self.seconds() / self.seconds.max(1.0)).clamp(0.0, 1.0)));
            }
        }
        Some(Ok(self.ready.remove(0)))
    }
}
