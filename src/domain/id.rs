//! Row ids as newtypes, so that a task id cannot be passed where a video id is meant.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::UnknownText;

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

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new one; later ones are greater.
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownText;
            fn from_str(text: &str) -> Result<Self, UnknownText> {
                Uuid::try_parse(text).map(Self).map_err(|_| UnknownText::new($what, text))
            }
        }
    };
}

uuid_id!(
    /// A person with an account.
    UserId, "user id"
);
uuid_id!(
    /// A browser that somebody logged in with.
    SessionId, "session id"
);
uuid_id!(
    /// A key for programs.
    ApiKeyId, "API key id"
);
uuid_id!(
    /// A machine that lends its CPU.
    WorkerId, "worker id"
);
uuid_id!(
    /// An address elsewhere that is told what happens here.
    WebhookId, "webhook id"
);
