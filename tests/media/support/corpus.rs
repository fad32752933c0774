//! The corpus: a generated set of odd media files and what a viewer must see and hear of each.
//!
//! A *clip* is a recipe (`steps`), proof that the file is as odd as it says (`claims`) and what the
//! server must make of it (`expect`). Every picture has the same layout as *displayed* (see
//! [`scene`]), so one check finds a wrong matrix, range, tone map, rotation or mirror; a white flash
//! and a 1 kHz beep start at the same instant near both ends, so one check finds lost sync.
//! Generated files are kept in `target/corpus/v{hash of the recipe}/` and made again only when
//! their recipe changes. This module knows ffmpeg and files, never the server.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail, ensure};

pub mod claims;
pub mod codecs;
mod containers;
mod pictures;
pub mod scene;
mod sounds;

pub use claims::Claim;
pub use scene::Scene;

/// Raise it when the way recipes are run changes, so that every clip is made again.
const RECIPE_VERSION: u32 = 1;
/// Environment variable with a comma-separated list of clip names to restrict a run to.
pub const SELECTION_VARIABLE: &str = "VLOG_CORPUS";
/// Recipes run at once; the machine is shared.
const GENERATORS: usize = 2;

/// What the server must say about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Reaches `ready` and passes every check.
    Ready,
    /// Reaches `ready`, with at least one entry in `warnings`.
    ReadyWithWarning,
    /// Reaches `failed` with this error code.
    Rejected(&'static str),
}

/// How strictly the colour patches are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Every channel within this distance (of 255).
    Within(u8),
    /// Tone-mapped: the right channel leads clearly, the patch is neither grey nor dark.
    Hue,
    /// Not judged.
    Any,
}

/// One audio track of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sound {
    /// ISO 639-2 code, when tagged.
    pub language: Option<&'static str>,
    /// Part of the label that the server must show, when titled.
    pub title: Option<&'static str>,
    /// Channels in the source; more than two asks for a surround rendition as well.
    pub channels: u32,
}

/// What a viewer must be given.
#[derive(Debug, Clone)]
pub struct Expect {
    /// Final state.
    pub outcome: Outcome,
    /// Display size in square pixels: rotation and sample aspect applied.
    pub size: (u32, u32),
    /// Seconds from the earliest stream's start to the latest stream's end.
    pub duration: f64,
    /// Allowed difference of the duration, seconds.
    pub duration_tolerance: f64,
    /// Whether there is a picture.
    pub video: bool,
    /// Source tracks that must stay selectable, in order; the first is the default one.
    pub audio: Vec<Sound>,
    /// Languages of the text tracks, in order.
    pub text: Vec<&'static str>,
    /// Number of chapters.
    pub chapters: usize,
    /// Whether the top rung must (or must not) be the source stream itself; `None`: either.
    pub copied: Option<bool>,
    /// Judgement of the colour patches.
    pub colour: Colour,
    /// From when to when the source has a picture, seconds; outside it may be padded with anything.
    pub picture: (f64, f64),
    /// Seconds at which a flash starts, on the viewer's timeline.
    pub flashes: Vec<f64>,
    /// Seconds at which a beep starts, on the viewer's timeline.
    pub beeps: Vec<f64>,
    /// Frames per second of the top rung, where there is only one right answer.
    pub frame_rate: Option<f64>,
}

impl Expect {
    /// What follows from the scene alone: one untagged stereo track, nothing else.
    pub fn from_scene(scene: &Scene) -> Expect {
        Expect {
            outcome: Outcome::Ready,
            size: (scene.width, scene.height),
            duration: scene.seconds(),
            duration_tolerance: 0.1,
            video: true,
            audio: vec![Sound { language: None, title: None, channels: 2 }],
            text: Vec::new(),
            chapters: 0,
            copied: None,
            colour: Colour::Within(14),
            picture: (0.0, scene.seconds()),
            flashes: scene.marks(),
            beeps: scene.marks(),
            frame_rate: None,
        }
    }
}

/// One step of a recipe; all steps of a clip run in one scratch directory.
#[derive(Debug, Clone)]
pub enum Step {
    /// Run ffmpeg with these arguments.
    Ffmpeg(Vec<String>),
    /// Write a small text file (subtitles, chapters).
    Write(&'static str, String),
    /// Set the display matrix (a, b, c, d) and translation of the first video track of an MP4.
    Matrix(&'static str, scene::Orientation),
}

/// A file of the corpus.
#[derive(Debug, Clone)]
pub struct Clip {
    /// Unique, kebab case.
    pub name: &'static str,
    /// Extension of the file, without the dot.
    pub extension: &'static str,
    /// The recipe; its last step leaves `out.{extension}`.
    pub steps: Vec<Step>,
    /// Proof of the oddity.
    pub claims: Vec<Claim>,
    /// What the server must make of it.
    pub expect: Expect,
    /// The markers are not checked in the source itself (ffmpeg's own player view differs).
    pub skip_source_markers: bool,
}

impl Clip {
    /// A clip with the given recipe and what its scene implies.
    pub fn new(name: &'static str, extension: &'static str, scene: &Scene, steps: Vec<Step>) -> Clip {
        let expect = Expect::from_scene(scene);
        Clip { name, extension, steps, claims: Vec::new(), expect, skip_source_markers: false }
    }

    /// Adds proof.
    pub fn claims(mut self, claims: impl IntoIterator<Item = Claim>) -> Clip {
        self.claims.extend(claims);
        self
    }

    /// Adjusts the expectation.
    pub fn expect(mut self, adjust: impl FnOnce(&mut Expect)) -> Clip {
        adjust(&mut self.expect);
        self
    }

    /// Leaves the markers in the source unchecked.
    pub fn without_source_markers(mut self) -> Clip {
        self.skip_source_markers = true;
        self
    }

    /// File name as uploaded.
    pub fn file_name(&self) -> String {
        format!("{}.{}", self.name, self.extension)
    }
}

/// Every clip.
pub fn all() -> Vec<Clip> {
    let mut all = pictures::clips();
    all.extend(sounds::clips());
    all.extend(containers::clips());
    all
}

/// Every clip, or those named in `VLOG_CORPUS`.
pub fn clips() -> Vec<Clip> {
    let mut all = all();
    match std::env::var(SELECTION_VARIABLE) {
        Ok(names) if !names.trim().is_empty() => {
            let wanted: Vec<&str> = names.split(',').map(str::trim).collect();
            all.retain(|clip| wanted.contains(&clip.name));
            all
        }
        _ => all,
    }
}

/// Where generated files are kept.
pub fn cache_directory() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"), PathBuf::from);
    target.join("corpus")
}

/// Makes every clip that is not there yet, two at a time; returns the paths in the same order.
pub fn generate(clips: &[Clip]) -> Result<Vec<PathBuf>> {
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..GENERATORS {
            scope.spawn(|| {
                while let Some(clip) = clips.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(error) = clip_file(clip)
                        && let Ok(mut failures) = failures.lock()
                    {
                        failures.push(format!("{}: {error:#}", clip.name));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap_or_default();
    ensure!(failures.is_empty(), "the corpus could not be made:\n{}", failures.join("\n"));
    clips.iter().map(clip_file).collect()
}

/// The clip's file, made now when it is missing.
pub fn clip_file(clip: &Clip) -> Result<PathBuf> {
    cached(&clip.file_name(), clip.extension, &clip.steps)
}

/// Runs `steps` unless the file they make is in the cache already.
pub fn cached(file_name: &str, extension: &str, steps: &[Step]) -> Result<PathBuf> {
    let recipe = format!("{RECIPE_VERSION} {extension} {steps:?}");
    let directory = cache_directory().join(format!("v{:016x}", fnv1a(recipe.as_bytes())));
    let path = directory.join(file_name);
    if path.is_file() {
        return Ok(path);
    }
    std::fs::create_dir_all(&directory).context("creating the corpus directory")?;
    let scratch = tempfile::tempdir_in(cache_directory()).context("creating a scratch directory")?;
    for step in steps {
        run_step(step, scratch.path())?;
    }
    let made = scratch.path().join(format!("out.{extension}"));
    std::fs::rename(&made, &path).with_context(|| format!("keeping {}", made.display()))?;
    Ok(path)
}

fn run_step(step: &Step, directory: &Path) -> Result<()> {
    match step {
        Step::Write(name, text) => {
            std::fs::write(directory.join(name), text).with_context(|| format!("writing {name}"))
        }
        Step::Matrix(name, orientation) => {
            let path = directory.join(name);
            let mut bytes = std::fs::read(&path).with_context(|| format!("reading {name}"))?;
            scene::set_display_matrix(&mut bytes, *orientation)?;
            std::fs::write(&path, bytes).with_context(|| format!("writing {name}"))
        }
        Step::Ffmpeg(arguments) => run_ffmpeg(arguments, directory),
    }
}

fn run_ffmpeg(arguments: &[String], directory: &Path) -> Result<()> {
    let output = Command::new("nice")
        .args(["-n", "10", "timeout", "-k", "2", "90", "ffmpeg", "-v", "error", "-nostdin", "-y"])
        .args(arguments)
        .current_dir(directory)
        .output()
        .context("starting ffmpeg")?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        bail!("ffmpeg {} failed: {}", arguments.join(" "), text.trim());
    }
    Ok(())
}

/// FNV-1a: stable across toolchains, which the standard hasher does not promise.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Splits a command line fragment at blanks; nothing in the recipes needs quoting.
pub fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
