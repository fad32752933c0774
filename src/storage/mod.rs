//! Bytes at rest. Every object has a key (see [`keys`]) below one root; nothing outside the root is read,
//! written or deleted, because keys are made from ids only.
//!
//! Files become visible by rename, never half written. What [`Storage::promote`] stored is whole also after a power cut,
//! if it is there: that is only sure once its directory was synced ([`Storage::sync_directory`]). Functions here block:
//! call them from a blocking thread.

pub mod keys;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use keys::Key;

/// What can go wrong with stored bytes; every variant names the operation and the place.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The disk has no room.
    #[error("no space left while writing {key}")]
    Full {
        /// What was being written.
        key: String,
    },
    /// Nothing is stored under this key.
    #[error("{key} does not exist")]
    NotFound {
        /// What was asked for.
        key: String,
    },
    /// Another server uses it.
    #[error("another vlog server uses the storage {}; stop it first, or give this one another storage.path", path.display())]
    InUse {
        /// The root.
        path: PathBuf,
    },
    /// Any other failure of the file system.
    #[error("cannot {operation} {key}: {source}")]
    Io {
        /// `read`, `write`, ...
        operation: &'static str,
        /// What it was about.
        key: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl StorageError {
    fn new(operation: &'static str, key: &str, source: io::Error) -> Self {
        let key = key.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { key },
            io::ErrorKind::NotFound => Self::NotFound { key },
            _ => Self::Io { operation, key, source },
        }
    }

    /// True when room on the disk would have helped.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full { .. })
    }
}

/// An open object.
#[derive(Debug)]
pub struct StoredFile {
    /// Open for reading.
    pub file: File,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Last change.
    pub modified: SystemTime,
}

/// Where objects live.
#[derive(Debug, Clone)]
pub enum Storage {
    /// A directory of this machine.
    Local {
        /// Holds `videos/`, `uploads/`, `incoming/` and `work/`.
        root: PathBuf,
    },
}

impl Storage {
    /// Opens a local store, creating its directories (readable by the owner alone).
    pub fn local(root: &Path) -> Result<Self, StorageError> {
        let shown = root.display().to_string();
        fs::create_dir_all(root).map_err(|e| StorageError::new("create", &shown, e))?;
        let root = root.canonicalize().map_err(|e| StorageError::new("resolve", &shown, e))?;
        for directory in keys::TOP_LEVEL {
            let path = root.join(directory);
            fs::create_dir_all(&path).map_err(|e| StorageError::new("create", directory, e))?;
        }
        Ok(Self::Local { root })
    }

    /// Makes sure that no other server uses this store: each would take the other's running work for a crash's
    /// remains. Holds until the returned file is closed, also by a crash.
    pub fn lock(&self) -> Result<File, StorageError> {
        let Self::Local { root } = self;
        let lock = || {
            let file = File::options().create(true).truncate(false).write(true).open(root.join(".lock"))?;
            rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive)?;
            Ok(file)
        };
        lock().map_err(|e: io::Error| match e.kind() {
            io::ErrorKind::WouldBlock => StorageError::InUse { path: root.clone() },
            _ => StorageError::new("lock", "the storage", e),
        })
    }

    /// True when a server uses the store at this root. Changes nothing.
    pub fn is_in_use(root: &Path) -> bool {
        let Ok(file) = File::open(root.join(".lock")) else { return false };
        rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockShared).is_err()
    }

    /// Where an object is, or would be, on this machine's disk.
    pub fn path(&self, key: &Key) -> PathBuf {
        match self {
            Self::Local { root } => root.join(key.as_str()),
        }
    }

    /// Opens an object for reading.
    pub fn open(&self, key: &Key) -> Result<StoredFile, StorageError> {
        let open = || {
            let file = File::open(self.path(key))?;
            let metadata = file.metadata()?;
            if !metadata.is_file() {
                return Err(io::ErrorKind::NotFound.into());
            }
            Ok(StoredFile { file, size_bytes: metadata.len(), modified: metadata.modified()? })
        };
        open().map_err(|e| StorageError::new("read", key.as_str(), e))
    }

    /// Reads a small object whole.
    pub fn read(&self, key: &Key) -> Result<Vec<u8>, StorageError> {
        fs::read(self.path(key)).map_err(|e| StorageError::new("read", key.as_str(), e))
    }

    /// True when something is stored under the key.
    pub fn exists(&self, key: &Key) -> bool {
        self.path(key).exists()
    }

    /// Writes a small object; readers see the old one or the new one, never a part. After a power cut it may be empty
    /// unless it was synced ([`Self::sync`]).
    pub fn write(&self, key: &Key, bytes: &[u8]) -> Result<(), StorageError> {
        let path = self.path(key);
        let temporary = path.with_extension("writing");
        let write = || {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            let mut file = File::create(&temporary)?;
            file.write_all(bytes)?;
            fs::rename(&temporary, &path)
        };
        write().map_err(|e| {
            let _ = fs::remove_file(&temporary);
            StorageError::new("write", key.as_str(), e)
        })
    }

    /// Moves a finished file of the same file system to its key, once its content is on the disk.
    pub fn promote(&self, from: &Path, key: &Key) -> Result<(), StorageError> {
        let path = self.path(key);
        let promote = || {
            File::open(from)?.sync_data()?;
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::rename(from, &path)
        };
        promote().map_err(|e| StorageError::new("store", key.as_str(), e))
    }

    /// Returns when the content of an object is on the disk.
    pub fn sync(&self, key: &Key) -> Result<(), StorageError> {
        let sync = || File::open(self.path(key))?.sync_all();
        sync().map_err(|e| StorageError::new("sync", key.as_str(), e))
    }

    /// Returns when a power cut loses none of the names in a directory any more; one that is not there is no error.
    pub fn sync_directory(&self, key: &Key) -> Result<(), StorageError> {
        let Self::Local { root } = self;
        let path = self.path(key);
        let mut upwards = path.ancestors().take_while(|path| path.starts_with(root));
        let sync = |path: &Path| ignore_missing(File::open(path).and_then(|directory| directory.sync_all()));
        upwards.try_for_each(sync).map_err(|e| StorageError::new("sync", key.as_str(), e))
    }

    /// Gives an object or a directory another key, which nothing has.
    pub fn rename(&self, from: &Key, to: &Key) -> Result<(), StorageError> {
        let path = self.path(to);
        let rename = || {
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::rename(self.path(from), &path)
        };
        rename().map_err(|e| StorageError::new("move", from.as_str(), e))
    }

    /// Removes an object; one that is not there is no error.
    pub fn remove(&self, key: &Key) -> Result<(), StorageError> {
        ignore_missing(fs::remove_file(self.path(key))).map_err(|e| StorageError::new("remove", key.as_str(), e))
    }

    /// Removes a directory and all that is in it; one that is not there is no error.
    pub fn remove_directory(&self, key: &Key) -> Result<(), StorageError> {
        ignore_missing(fs::remove_dir_all(self.path(key))).map_err(|e| StorageError::new("remove", key.as_str(), e))
    }

    /// Creates a directory, emptied if it was there.
    pub fn fresh_directory(&self, key: &Key) -> Result<PathBuf, StorageError> {
        self.remove_directory(key)?;
        let path = self.path(key);
        fs::create_dir_all(&path).map_err(|e| StorageError::new("create", key.as_str(), e))?;
        Ok(path)
    }

    /// Names directly below a directory, in no order; none when it is not there.
    pub fn names(&self, key: &Key) -> Result<Vec<String>, StorageError> {
        let list = || -> io::Result<Vec<String>> {
            fs::read_dir(self.path(key))?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
        };
        match list() {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            other => other.map_err(|e| StorageError::new("list", key.as_str(), e)),
        }
    }

    /// Bytes that may still be written, for users other than root.
    pub fn free_bytes(&self) -> Result<u64, StorageError> {
        let Self::Local { root } = self;
        let stat = rustix::fs::statvfs(root).map_err(|e| StorageError::new("measure", "the storage", e.into()))?;
        Ok(stat.f_bavail * stat.f_frsize)
    }
}

fn ignore_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
