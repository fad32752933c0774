//! Copying the source's picture into segments, bit for bit. ffmpeg writes a file a key frame; here they are
//! joined to the planned segments and handed over one by one.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;

use super::segments::{alongside, finished_segments, hand_over, parse_time, report};
use super::{Context, io_failed};
use crate::domain::task::{CopySpec, SegmentRange, TaskError, TaskEvent, TaskOutcome};
use crate::media::ffmpeg::{command, process};
use crate::media::presentation::names;
use crate::media::segments::{Init, read_fragment, read_init};

/// Directory of the files as ffmpeg writes them.
const PIECES: &str = "pieces";
const LOOK_EVERY: Duration = Duration::from_millis(20);

pub async fn run(spec: &CopySpec, context: &Context) -> Result<TaskOutcome, TaskError> {
    for directory in [PIECES, &spec.rendition] {
        tokio::fs::create_dir_all(context.work.join(directory))
            .await
            .map_err(|e| io_failed("creating a directory", &e))?;
    }
    let pieces = CopySpec { rendition: PIECES.to_owned(), ..spec.clone() };
    let events = context.events.clone();
    let tools = context.tools.urgent();
    let copying =
        process::ffmpeg(&tools, &context.work, command::copy(&context.source, &pieces), &context.cancel, |now| {
            report(&events, parse_time(&now.time), 0.0, spec.duration_seconds, f64::from(now.speed));
        });
    let joiner = Joiner {
        pieces: context.work.join(PIECES),
        target: context.work.join(&spec.rendition),
        spec: spec.clone(),
        events: context.events.clone(),
        init: None,
        next_piece: 0,
        open: None,
    };
    let (finished, count) = alongside(copying, move |done| joiner.watch(done)).await?;
    let range = SegmentRange { rendition: spec.rendition.clone(), first: 0, count };
    Ok(TaskOutcome::Segments { ranges: vec![range], speed: finished.speed, fallback: None })
}

/// Joins pieces; a segment is handed over when the next one begins.
struct Joiner {
    pieces: PathBuf,
    target: PathBuf,
    spec: CopySpec,
    events: mpsc::Sender<TaskEvent>,
    init: Option<Init>,
    next_piece: u32,
    /// Number of the segment that is being joined.
    open: Option<u32>,
}

impl Joiner {
    fn watch(mut self, done: &AtomicBool) -> Result<u32, TaskError> {
        loop {
            let last = done.load(Ordering::Acquire);
            for piece in finished_segments(&self.pieces)? {
                if piece == self.next_piece {
                    self.add(piece)?;
                    self.next_piece += 1;
                }
            }
            if last {
                break;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        let count = self.spec.boundaries.len() as u32;
        match self.open {
            Some(open) if open + 1 == count => self.close(open)?,
            open => {
                let made = open.map_or(0, |o| o + 1);
                return Err(TaskError::retry(
                    "segments_missing",
                    format!("copying gave {made} segments, {count} were planned"),
                ));
            }
        }
        Ok(count)
    }

    fn add(&mut self, piece: u32) -> Result<(), TaskError> {
        let path = self.pieces.join(names::segment(piece));
        let init = match &self.init {
            Some(init) => init,
            None => {
                let init_path = self.pieces.join(names::INIT);
                let init = read_init(&init_path).map_err(|e| io_failed("reading the init segment", &e))?;
                fs::rename(&init_path, self.target.join(names::INIT))
                    .map_err(|e| io_failed("moving the init segment", &e))?;
                hand_over(&self.events, format!("{}/{}", self.spec.rendition, names::INIT))?;
                self.init.insert(init)
            }
        };
        let Some(&start) = self.spec.key_frames.get(piece as usize) else {
            return Err(TaskError::retry("segments_missing", "the copy has more key frames than the source"));
        };
        let end = self.spec.key_frames.get(piece as usize + 1).copied();
        let fragment = read_fragment(&path, init, start, end).map_err(|e| io_failed("reading a piece", &e))?;
        let next = self.open.map_or(0, |open| open + 1);
        if self.spec.boundaries.get(next as usize).is_some_and(|boundary| start >= *boundary) {
            if let Some(open) = self.open {
                self.close(open)?;
            }
            self.open = Some(next);
        }
        let Some(open) = self.open else {
            return Err(TaskError::retry("segments_missing", format!("the copy begins at {start:.3} s")));
        };
        append(&self.target.join(names::segment(open)), &fragment).map_err(|e| io_failed("joining pieces", &e))?;
        fs::remove_file(&path).map_err(|e| io_failed("removing a piece", &e))
    }

    fn close(&self, number: u32) -> Result<(), TaskError> {
        hand_over(&self.events, format!("{}/{}", self.spec.rendition, names::segment(number)))
    }
}

fn append(segment: &Path, fragment: &[u8]) -> std::io::Result<()> {
    fs::File::options().create(true).append(true).open(segment)?.write_all(fragment)
}
