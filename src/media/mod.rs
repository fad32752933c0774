//! ffmpeg and ffprobe, and the file formats we publish. Knows files, not videos: nothing here reads the
//! database or the settings.
//!
//! In the order a file meets them: [`probe`] (what is it?), [`analyse`] (every time stamp), [`plan`] (what will
//! be made), [`command`] and [`encoders`] (the ffmpeg arguments, pure), [`process`] (running them), [`loudness`] (of sound), [`segments`] (measuring what
//! was written), [`hls`] and [`dash`] (manifests from the measurements), [`thumbnail`].

pub mod analyse;
pub mod cancel;
pub mod command;
pub mod dash;
pub mod encoders;
pub mod hls;
pub mod loudness;
pub mod plan;
pub mod presentation;
pub mod probe;
pub mod process;
pub mod segments;
pub mod thumbnail;
pub mod version;
