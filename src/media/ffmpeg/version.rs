//! Is there an ffmpeg, is it new enough, and has it the encoders that are asked for?

use std::path::Path;

use ffmpeg_sidecar::version::ffmpeg_version_with_path;

use crate::domain::ladder::Codec;

/// The oldest ffmpeg whose options and muxers do what the commands here rely on.
const OLDEST: (u32, u32) = (5, 1);

/// Why ffmpeg cannot be used, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    /// It did not start.
    #[error("{program} was not found. Install it (Debian and Ubuntu: apt install ffmpeg) or set {key} to where it is.")]
    Missing {
        /// What was looked for.
        program: String,
        /// The configuration key.
        key: &'static str,
    },
    /// It was built without an encoder.
    #[error(
        "{program} has no encoder {encoder}. Install an ffmpeg that was built with it, or take {codec:?} out of \
             transcoding.codecs."
    )]
    NoEncoder {
        /// What was asked.
        program: String,
        /// ffmpeg's name of the encoder.
        encoder: &'static str,
        /// As in the configuration.
        codec: &'static str,
    },
    /// It is too old.
    #[error("ffmpeg {found} is too old; vlog needs 5.1 or newer. Upgrade it, or set ffmpeg.path to a newer one.")]
    TooOld {
        /// What it said.
        found: String,
    },
}

/// Checks both programs; returns ffmpeg's version text.
pub fn check(ffmpeg: &Path, ffprobe: &Path) -> Result<String, VersionError> {
    let (found, probe) = std::thread::scope(|scope| {
        let probe = scope.spawn(|| std::process::Command::new(ffprobe).arg("-version").output().ok());
        (ffmpeg_version_with_path(ffmpeg), probe.join().ok().flatten())
    });
    let found = found.map_err(|_| missing(ffmpeg))?;
    if !probe.is_some_and(|output| output.status.success()) {
        return Err(VersionError::Missing { program: ffprobe.display().to_string(), key: "ffmpeg.probe_path" });
    }
    if is_too_old(&found) { Err(VersionError::TooOld { found }) } else { Ok(found) }
}

/// Checks that there is an encoder for every codec beside H.264, which every build has.
pub fn check_encoders(ffmpeg: &Path, codecs: &[Codec]) -> Result<(), VersionError> {
    let others: Vec<Codec> = codecs.iter().copied().filter(|codec| *codec != Codec::H264).collect();
    if others.is_empty() {
        return Ok(());
    }
    let list = encoder_list(ffmpeg).map_err(|_| missing(ffmpeg))?;
    let absent = others.into_iter().find(|codec| !has_encoder(&list, codec.encoder()));
    absent.map_or(Ok(()), |codec| {
        let program = ffmpeg.display().to_string();
        Err(VersionError::NoEncoder { program, encoder: codec.encoder(), codec: codec.as_str() })
    })
}

/// The version that ffmpeg or ffprobe says it has.
pub fn of(program: &Path) -> Option<String> {
    let output = std::process::Command::new(program).arg("-version").output().ok()?;
    // "ffprobe version 5.1.6-0+deb12u1 Copyright (c) ..."
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace().nth(2).map(str::to_owned)
}

/// The encoders of ours that this ffmpeg has, by its names of them.
pub fn encoders(ffmpeg: &Path) -> Result<Vec<String>, VersionError> {
    let list = encoder_list(ffmpeg).map_err(|_| missing(ffmpeg))?;
    let known = Codec::ALL.map(Codec::encoder);
    Ok(known.into_iter().filter(|name| has_encoder(&list, name)).map(str::to_owned).collect())
}

fn missing(ffmpeg: &Path) -> VersionError {
    VersionError::Missing { program: ffmpeg.display().to_string(), key: "ffmpeg.path" }
}

/// The encoders of this ffmpeg, as it lists them.
pub fn encoder_list(ffmpeg: &Path) -> std::io::Result<String> {
    let output = std::process::Command::new(ffmpeg).args(["-hide_banner", "-encoders"]).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A line is ` V....D libx265   libx265 H.265 / HEVC (codec hevc)`.
pub(super) fn has_encoder(list: &str, name: &str) -> bool {
    list.lines().any(|line| line.split_whitespace().nth(1) == Some(name))
}

/// Versions of builds from the source repository (`N-110000-g...`, `git-...`) have no number; they are newer.
fn is_too_old(version: &str) -> bool {
    let digits = version.trim_start_matches(['n', 'v']);
    let mut numbers = digits.split(|c: char| !c.is_ascii_digit()).map_while(|n| n.parse::<u32>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), minor) => (major, minor.unwrap_or(0)) < OLDEST,
        (None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoders_are_found_by_their_whole_name() {
        let list = " V....D libx265              libx265 H.265 / HEVC (codec hevc)\n V..... libsvtav1x  not it\n";
        assert!(has_encoder(list, "libx265"));
        assert!(!has_encoder(list, "libsvtav1"));
    }

    #[test]
    fn versions_are_compared_by_number() {
        for (version, old) in [
            ("5.1.9-0+deb12u1", false),
            ("5.1", false),
            ("5.0.3", true),
            ("4.4.2-0ubuntu0.22.04.1", true),
            ("7.0", false),
            ("n6.1", false),
            ("10.2", false),
            ("N-110000-g1234567", false),
            ("2023-01-18-git-ba36e6ed52", false),
        ] {
            assert_eq!(is_too_old(version), old, "{version}");
        }
    }
}
