//! Files of films, and the formats we publish. Knows files, not videos: nothing here reads the database or the settings.
//!
//! In the order a file meets them: [`probe`] (what is it?), [`analyse`] (every time stamp), [`plan`] (what will be made),
//! [`ffmpeg`] (making it), [`loudness`] (of sound), [`segments`] (measuring what was written), [`parameter_sets`] (two
//! encoders in one rendition), [`hls`] and [`dash`] (manifests from the measurements), [`thumbnail`] and [`sprites`], and the
//! formats they are written in ([`still`]).

pub mod analyse;
pub mod dash;
pub mod ffmpeg;
pub mod hls;
pub mod loudness;
pub mod parameter_sets;
pub mod plan;
pub mod presentation;
pub mod probe;
pub mod segments;
pub mod sprites;
pub mod still;
pub mod thumbnail;
