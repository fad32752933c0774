//! A disk that fills up: a small file system of its own where the storage is.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::rig::Rig;

/// A tmpfs, unmounted on drop.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Over a rig's storage. None where mounting is not allowed; says so.
    pub fn mount(rig: &Rig, size_bytes: u64) -> Option<Self> {
        Self::mount_at(&rig.storage, size_bytes)
    }

    /// The same over any directory.
    pub fn mount_at(directory: &Path, size_bytes: u64) -> Option<Self> {
        std::fs::create_dir_all(directory).unwrap();
        let size = format!("size={size_bytes}");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(directory).output();
        let refused = match mount {
            Ok(output) if output.status.success() => return Some(Self(directory.to_owned())),
            Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
            Err(error) => error.to_string(),
        };
        eprintln!("SKIPPED: a full disk cannot be tried out without the right to mount a tmpfs: {refused}");
        None
    }

    /// Takes up space until `bytes` are left.
    pub fn fill_up_to(&self, bytes: u64) -> Filler {
        let path = self.0.join("filler");
        let file = std::fs::File::create(&path).unwrap();
        loop {
            let stat = rustix::fs::statvfs(&self.0).unwrap();
            let Some(taken) = (stat.f_bavail * stat.f_frsize).checked_sub(bytes).filter(|taken| *taken > 0) else {
                break;
            };
            match rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, taken) {
                Ok(()) => break,
                // somebody wrote meanwhile, and a tmpfs then takes nothing at all
                Err(error) => assert_eq!(error, rustix::io::Errno::NOSPC),
            }
        }
        Filler(path)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Gives the space back on drop.
pub struct Filler(PathBuf);

impl Drop for Filler {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
