//! Running an ffmpeg that writes segments: files are checked and handed over as soon as each is finished, while
//! ffmpeg goes on.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;

use super::{Context, failed, io_failed};
use crate::domain::task::{SegmentRange, TaskError, TaskEvent, TaskOutcome};
use crate::media::ffmpeg::process::{self, Tools};
use crate::media::parameter_sets;
use crate::media::presentation::names;
use crate::media::segments::{Init, Segment, read_init, read_segment};

/// How often the work directory is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(40);

/// A rendition that ffmpeg is writing.
pub struct Expected {
    /// Its directory below the work directory.
    pub rendition: String,
    /// Number of its first segment.
    pub first: u32,
    /// How many there will be; none when that is not known (sound).
    pub count: Option<u32>,
    /// An init segment whose parameter sets are added to this rendition's.
    pub beside: Option<PathBuf>,
}

/// Looks at a finished segment (file, number, measurements) before it is handed over.
pub type Check = dyn Fn(&Path, u32, &Init, &Segment) -> Result<(), TaskError> + Send + Sync;

/// Runs ffmpeg and hands over what it writes. `start` and `duration` (seconds) turn its clock into progress.
pub async fn run(
    context: &Context,
    tools: &Tools,
    args: Vec<OsString>,
    expected: Vec<Expected>,
    check: Arc<Check>,
    (start, duration): (f64, f64),
) -> Result<TaskOutcome, TaskError> {
    for rendition in &expected {
        let directory = context.work.join(&rendition.rendition);
        tokio::fs::create_dir_all(&directory).await.map_err(|e| io_failed("creating the rendition's directory", &e))?;
    }
    let collector = Collector {
        work: context.work.clone(),
        events: context.events.clone(),
        check,
        renditions: expected.into_iter().map(Collected::new).collect(),
    };
    let events = context.events.clone();
    let encoding = process::ffmpeg(tools, &context.work, args, &context.cancel, |now| {
        report(&events, parse_time(&now.time), start, duration, f64::from(now.speed));
    });
    let (finished, ranges) = alongside(encoding, move |done| collector.watch(done)).await?;
    Ok(TaskOutcome::Segments { ranges, speed: finished.speed, fallback: None })
}

/// Runs ffmpeg beside a blocking watcher of its files. The watcher is told when ffmpeg has ended; when it finds
/// something wrong earlier, ffmpeg is killed.
pub async fn alongside<T: Send + 'static>(
    encoding: impl Future<Output = Result<process::Finished, process::ProcessError>>,
    watch: impl FnOnce(&AtomicBool) -> Result<T, TaskError> + Send + 'static,
) -> Result<(process::Finished, T), TaskError> {
    let done = Arc::new(AtomicBool::new(false));
    let flag = done.clone();
    let mut watcher = tokio::task::spawn_blocking(move || watch(&flag));
    let joined = |result: Result<Result<T, TaskError>, tokio::task::JoinError>| {
        result.unwrap_or_else(|e| Err(TaskError::retry("task_panicked", e.to_string())))
    };
    tokio::select! {
        result = encoding => {
            done.store(true, Ordering::Release);
            let watched = joined(watcher.await);
            Ok((result.map_err(failed)?, watched?))
        }
        early = &mut watcher => match joined(early) {
            Err(error) => Err(error),
            Ok(_) => Err(TaskError::retry("task_panicked", "the watcher of finished files ended before ffmpeg")),
        }
    }
}

/// Reports progress without waiting: a lost report is followed by the next.
pub fn report(events: &mpsc::Sender<TaskEvent>, time: Option<f64>, start: f64, duration: f64, speed: f64) {
    let Some(time) = time else { return };
    let fraction = if duration > 0.0 { ((time - start) / duration).clamp(0.0, 1.0) } else { 0.0 };
    let _ = events.try_send(TaskEvent::Progress { fraction, speed: (speed > 0.0).then_some(speed) });
}

/// ffmpeg's `00:01:02.34`; none for `N/A` and for times before the start.
pub fn parse_time(text: &str) -> Option<f64> {
    text.split(':').try_fold(0.0, |sum, part| Some(sum * 60.0 + part.parse::<f64>().ok().filter(|n| *n >= 0.0)?))
}

struct Collector {
    work: PathBuf,
    events: mpsc::Sender<TaskEvent>,
    check: Arc<Check>,
    renditions: Vec<Collected>,
}

struct Collected {
    expected: Expected,
    init: Option<Init>,
    handed_over: BTreeSet<u32>,
}

impl Collected {
    fn new(expected: Expected) -> Self {
        Self { expected, init: None, handed_over: BTreeSet::new() }
    }
}

impl Collector {
    /// Looks until ffmpeg is done, then once more.
    fn watch(mut self, done: &AtomicBool) -> Result<Vec<SegmentRange>, TaskError> {
        loop {
            let last = done.load(Ordering::Acquire);
            for rendition in &mut self.renditions {
                collect(rendition, &self.work, &self.events, &*self.check)?;
            }
            if last {
                return self.renditions.iter().map(complete).collect();
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }
}

/// Hands over what has been finished since the last look, in order.
fn collect(
    rendition: &mut Collected,
    work: &Path,
    events: &mpsc::Sender<TaskEvent>,
    check: &Check,
) -> Result<(), TaskError> {
    let name = &rendition.expected.rendition;
    let directory = work.join(name);
    for number in finished_segments(&directory)? {
        if rendition.handed_over.contains(&number) {
            continue;
        }
        let init = match &rendition.init {
            Some(init) => init,
            None => {
                let path = directory.join(names::INIT);
                if let Some(beside) = &rendition.expected.beside {
                    parameter_sets::add(&path, beside).map_err(|e| io_failed("adding parameter sets", &e))?;
                }
                let init = read_init(&path).map_err(|e| io_failed("reading an init segment", &e))?;
                hand_over(events, format!("{name}/{}", names::INIT))?;
                rendition.init.insert(init)
            }
        };
        let file = names::segment(number);
        let path = directory.join(&file);
        let segment = read_segment(&path, init).map_err(|e| io_failed("reading a segment", &e))?;
        if !segment.starts_with_sync_sample {
            return Err(TaskError::retry(
                "invalid_segment",
                format!("segment {number} does not start with a key frame"),
            ));
        }
        check(&path, number, init, &segment)?;
        rendition.handed_over.insert(number);
        hand_over(events, format!("{name}/{file}"))?;
    }
    Ok(())
}

fn complete(rendition: &Collected) -> Result<SegmentRange, TaskError> {
    let Expected { rendition: name, first, count, .. } = &rendition.expected;
    let made = rendition.handed_over.len() as u32;
    let in_order = rendition.handed_over.iter().copied().eq(*first..first + made);
    if made == 0 || !in_order || count.is_some_and(|count| count != made) {
        let wanted = count.map_or_else(|| "at least one".to_owned(), |c| c.to_string());
        return Err(TaskError::retry(
            "segments_missing",
            format!("{name}: ffmpeg wrote {made} segments, {wanted} were expected"),
        ));
    }
    Ok(SegmentRange { rendition: name.clone(), first: *first, count: made })
}

/// Numbers of the segments in a directory, ascending. ffmpeg renames a segment when it is finished.
pub fn finished_segments(directory: &Path) -> Result<Vec<u32>, TaskError> {
    let entries = std::fs::read_dir(directory).map_err(|e| io_failed("listing finished segments", &e))?;
    let mut numbers: Vec<u32> =
        entries.filter_map(|entry| names::segment_number(&entry.ok()?.file_name().to_string_lossy())).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

/// Passes a finished file on; waits while the receiver is busy.
pub fn hand_over(events: &mpsc::Sender<TaskEvent>, path: String) -> Result<(), TaskError> {
    events
        .blocking_send(TaskEvent::File(path))
        .map_err(|_| TaskError::free("cancelled", "nobody waits for the result any more"))
}
