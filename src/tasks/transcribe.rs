//! Writing down what is said: `vlog listen` hears, and its words become captions.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Error, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::{ADDED, Context, io_failed};
use crate::domain::speech::Word;
use crate::domain::task::{TaskError, TaskEvent, TaskOutcome, TranscribeSpec};
use crate::media::ffmpeg::command;
use crate::media::ffmpeg::process::{self, ProcessError, ProcessErrorKind};
use crate::speech::{Line, cues, files};

/// What listens, and how much it may take.
#[derive(Debug, Clone)]
pub struct Listening {
    /// This program.
    pub program: PathBuf,
    /// The model's file.
    pub model: PathBuf,
    /// The voice detector's file.
    pub voice: PathBuf,
    /// Cores it may keep busy.
    pub ears: u32,
    /// How long it may take.
    pub timeout: Duration,
}

/// What was heard so far.
#[derive(Default)]
struct Heard {
    language: Option<(String, Option<f64>)>,
    words: Vec<Word>,
    seconds: Option<f64>,
}

pub async fn run(spec: &TranscribeSpec, context: &Context) -> Result<TaskOutcome, TaskError> {
    let Some(listening) = &context.listening else {
        let message = "There is no model to listen with: vlog models pull. Then try again.";
        return Err(TaskError::abort("model_missing", message));
    };
    let (events, total) = (context.events.clone(), spec.duration_seconds);
    let read = move |out: &mut dyn Read| hear(out, &events, total);
    let limits = (listening.timeout, Some(context.tools.stall));
    let args = arguments(spec, context, listening);
    let heard = process::watch_output(&context.tools, &listening.program, args, limits, &context.cancel, read);
    let Heard { language, mut words, seconds } = heard.await.map_err(failed)?;
    let Some(seconds) = seconds else {
        return Err(TaskError::retry("listening_failed", "What listens ended without a word about it."));
    };
    // the stretches come in any order
    words.sort_by(|a, b| a.start.total_cmp(&b.start));
    let added = context.work.join(ADDED);
    for (name, bytes) in files::of(&words, spec.duration_seconds) {
        write(&added, name, bytes).await?;
    }
    let (language, probability) = language.map_or((None, None), |(code, probability)| (Some(code), probability));
    let (count, text) = (cues::word_count(&words), cues::transcript(&words));
    Ok(TaskOutcome::Transcript { language, probability, words: count, seconds, text })
}

async fn write(directory: &Path, name: &str, bytes: Vec<u8>) -> Result<(), TaskError> {
    let write = async {
        tokio::fs::create_dir_all(directory).await?;
        tokio::fs::write(directory.join(name), bytes).await
    };
    write.await.map_err(|error| io_failed("writing what was heard", &error))
}

fn arguments(spec: &TranscribeSpec, context: &Context, listening: &Listening) -> Vec<OsString> {
    let mut args: Vec<OsString> = vec!["listen".into(), "--model".into(), listening.model.clone().into()];
    args.extend(["--voice".into(), listening.voice.clone().into()]);
    args.extend(["--ears".into(), listening.ears.to_string().into()]);
    args.extend(["--seconds".into(), spec.duration_seconds.to_string().into()]);
    if let Some(language) = &spec.language {
        args.extend(["--language".into(), language.into()]);
    }
    args.extend(["--ffmpeg".into(), context.tools.ffmpeg.clone().into(), "--".into()]);
    args.extend(command::speech(&context.source, spec));
    args
}

fn hear(out: &mut dyn Read, events: &mpsc::Sender<TaskEvent>, total: f64) -> std::io::Result<Heard> {
    let (mut heard, begun, mut far) = (Heard::default(), Instant::now(), 0.0);
    for line in BufReader::new(out).lines() {
        match serde_json::from_str(&line?).map_err(Error::other)? {
            Line::Language { code, probability } => heard.language = Some((code, probability)),
            Line::Words(words) => heard.words.extend(words),
            Line::Done(seconds) => heard.seconds = Some(seconds),
            Line::Progress(fraction) if fraction > far => {
                far = fraction;
                let speed = fraction * total / begun.elapsed().as_secs_f64().max(0.001);
                // who is busy misses a report
                let _ = events.try_send(TaskEvent::Progress { fraction, speed: Some(speed) });
            }
            Line::Progress(_) => {}
        }
    }
    Ok(heard)
}

/// What the end of the process means for the task.
fn failed(error: ProcessError) -> TaskError {
    let message = format!("Listening {}", error);
    let base = match &error.kind {
        ProcessErrorKind::Killed(_) => TaskError::machine("listening_killed", message),
        ProcessErrorKind::Suspended => TaskError::machine("listening_suspended", message),
        ProcessErrorKind::Stalled => TaskError::retry("listening_stalled", message),
        ProcessErrorKind::TimedOut => TaskError::abort(
            "listening_timed_out",
            "Listening took longer than transcription.timeout allows: allow more, or take a smaller model.",
        ),
        ProcessErrorKind::CpuLimit => TaskError::abort("listening_cpu_limit", message),
        ProcessErrorKind::Cancelled => TaskError::free("cancelled", message),
        _ => TaskError::retry("listening_failed", message),
    };
    TaskError {
        command: Some(error.command).filter(|command| !command.is_empty()),
        stderr: Some(error.stderr).filter(|text| !text.is_empty()),
        ..base
    }
}
