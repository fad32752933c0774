//! Kinds of values that only some keys have, a file each: how they are written, read and refused.

pub mod access;
pub mod base_path;
pub mod codecs;
pub mod factor;
pub mod ladder;
pub mod loudness;
pub mod pool_names;
pub mod rate_limit;
pub mod redis_url;
pub mod schedule;
pub mod speech;
pub mod tagline;
