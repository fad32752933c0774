//! Is there an ffmpeg, and is it new enough?

use std::path::Path;

use ffmpeg_sidecar::version::ffmpeg_version_with_path;

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
    let found =
        found.map_err(|_| VersionError::Missing { program: ffmpeg.display().to_string(), key: "ffmpeg.path" })?;
    if !probe.is_some_and(|output| output.status.success()) {
        return Err(VersionError::Missing { program: ffprobe.display().to_string(), key: "ffmpeg.probe_path" });
    }
    if is_too_old(&found) { Err(VersionError::TooOld { found }) } else { Ok(found) }
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
