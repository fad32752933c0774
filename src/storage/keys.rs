//! Every object path, one function each. Parts are ids, numbers and names this program chose; a name that
//! came in through a URL passes [`Key::published`], which lets nothing but plain names through.

use uuid::Uuid;

use crate::domain::id::{TaskId, VideoId};
use crate::domain::job::JobKind;

/// Directories that always exist below the root.
pub const TOP_LEVEL: [&str; 4] = ["videos", "uploads", "incoming", "work"];

/// The path of an object below the storage root.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key(String);

impl Key {
    /// The path, with `/` between its parts.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A file of a published generation, from the path a client asked for below it (`720p/seg_00003.m4s`).
    /// None unless it is at most two plain names of letters, digits, `.`, `_` and `-`.
    pub fn published(video: VideoId, generation: u32, path: &str) -> Option<Self> {
        Self::plain(path).then(|| Self(format!("videos/{video}/g{generation}/{path}")))
    }

    /// A file of an addition, likewise.
    pub fn added(video: VideoId, kind: JobKind, number: u32, path: &str) -> Option<Self> {
        Self::plain(path).then(|| below(&addition(video, kind, number), path))
    }

    fn plain(path: &str) -> bool {
        let plain = |name: &str| {
            !name.is_empty()
                && !name.starts_with('.')
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
        };
        let parts = path.split('/').count();
        parts <= 2 && path.split('/').all(plain)
    }

    /// A file of published captions, from the path a client asked for (`captions/1700000000/captions.vtt`).
    pub fn captions(video: VideoId, path: &str) -> Option<Self> {
        let (digits, file) = path.strip_prefix("captions/")?.split_once('/')?;
        let number: u32 = digits.parse().ok()?;
        let known = matches!(file, "captions.vtt" | "stream.m3u8") && number.to_string() == digits;
        known.then(|| below(&addition(video, JobKind::Transcription, number), file))
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The directories of all videos.
pub fn videos() -> Key {
    Key("videos".to_owned())
}

/// An entry of a directory, by a name that was read from it.
pub fn below(directory: &Key, name: &str) -> Key {
    Key(format!("{directory}/{name}"))
}

/// Everything made for a video.
pub fn video(video: VideoId) -> Key {
    Key(format!("videos/{video}"))
}

/// One generation of a video.
pub fn generation(video: VideoId, generation: u32) -> Key {
    Key(format!("videos/{video}/g{generation}"))
}

/// A file in a generation, by its path below it; `path` is a name this program made.
pub fn generated(video: VideoId, generation: u32, path: &str) -> Key {
    Key(format!("videos/{video}/g{generation}/{path}"))
}

/// Everything of one kind that was added to a video beside its generations.
pub fn additions(video: VideoId, kind: JobKind) -> Key {
    Key(format!("videos/{video}/{}", kind.as_str()))
}

/// The files of one addition.
pub fn addition(video: VideoId, kind: JobKind, number: u32) -> Key {
    Key(format!("videos/{video}/{}/{number}", kind.as_str()))
}

/// A new key for an uploaded file.
pub fn new_source() -> Key {
    Key(format!("uploads/{}", Uuid::now_v7()))
}

/// The key of an uploaded file, as a video row holds it.
pub fn source(stored: &str) -> Key {
    Key(stored.to_owned())
}

/// All uploaded files.
pub fn sources() -> Key {
    Key("uploads".to_owned())
}

/// A file that is still being received.
pub fn new_incoming() -> Key {
    Key(format!("incoming/{}", Uuid::now_v7()))
}

/// All files that are being received.
pub fn incoming() -> Key {
    Key("incoming".to_owned())
}

/// The scratch directory of one attempt at a task; `lease` is the attempt's fencing token.
pub fn work(task: TaskId, lease: &str) -> Key {
    Key(format!("work/{task}-{lease}"))
}

/// What no row names, by when that was noticed.
pub fn lost() -> Key {
    Key("lost".to_owned())
}

/// Where something goes that no row names. `since` is the name of a directory in [`lost`].
pub fn set_aside(since: &str, key: &Key) -> Key {
    Key(format!("lost/{since}/{key}"))
}

/// All scratch directories.
pub fn all_work() -> Key {
    Key("work".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_paths_are_plain_names() {
        let key = |path| Key::published(VideoId(7), 2, path).map(|k| k.0);
        assert_eq!(key("720p/seg_00003.m4s").as_deref(), Some("videos/7/g2/720p/seg_00003.m4s"));
        assert_eq!(key("master.m3u8").as_deref(), Some("videos/7/g2/master.m3u8"));
        for bad in ["", "..", "../x", "a/../../b", "a/b/c", "/etc/passwd", "a//b", ".hidden", "a\0b", "a%2fb", "a b"] {
            assert_eq!(key(bad), None, "{bad:?}");
        }
    }
}
