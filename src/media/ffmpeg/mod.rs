//! The programs ffmpeg and ffprobe: what they are told ([`command`], [`encoders`], [`device`], [`input`]: pure), how they are
//! run and ended ([`process`], `child`, [`cancel`]), and what those of this machine can do ([`version`], [`hardware`], which tries
//! every encoder by [`trial`] and explains failures by [`faults`]).

pub mod cancel;
mod child;
pub mod command;
pub mod device;
pub mod encoders;
pub mod faults;
pub mod hardware;
pub mod input;
pub mod process;
pub mod trial;
pub mod version;
