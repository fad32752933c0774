//! Row ids as newtypes, so that a task id cannot be passed where a video id is meant.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A video, the thing viewers watch. Names its directory in storage.
    VideoId
);
id!(
    /// A job: what a person asked for ("transcode video 12").
    JobId
);
id!(
    /// A task: what one pool slot or one worker runs.
    TaskId
);
