//! Who looks at videos, what they see, and where the files are for them.

use std::time::{SystemTime, UNIX_EPOCH};

use super::App;
use crate::auth::Caller;
use crate::domain::id::VideoId;
use crate::domain::video::{Video, VideoSummary};
use crate::domain::visibility::{Viewer, Visibility};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Sees what is published: what is for everybody, and what is shared with them if they are logged in.
    Viewer(Option<Viewer>),
    /// Sees everything.
    Admin,
}

impl Audience {
    /// Somebody on the public listener.
    pub fn of(caller: Option<&Caller>) -> Self {
        Self::Viewer(caller.map(|caller| Viewer { id: caller.user_id, role: caller.role }))
    }

    /// True when they may know of it.
    pub fn sees(self, video: &Video) -> bool {
        match self {
            Self::Admin => true,
            Self::Viewer(viewer) => {
                let published = video.published_at_ms.is_some() && video.generation.is_some();
                published && video.status.can_be_watched() && video.sharing.admits(viewer)
            }
        }
    }
}

/// Where the files of a video are for somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MediaBase {
    /// What their addresses begin with, without a slash at the end.
    pub path: String,
    /// When it leads nowhere any more, milliseconds since 1970; none: never.
    pub expires_at_ms: Option<i64>,
}

impl MediaBase {
    /// Of a video that this audience sees.
    pub fn of(app: &App, audience: Audience, video: &Video) -> Self {
        Self::at(app, audience, video.id, &video.slug, (video.sharing.visibility, video.sharing.version))
    }

    /// Of a video in a list.
    pub fn of_summary(app: &App, audience: Audience, video: &VideoSummary) -> Self {
        Self::at(app, audience, video.id, &video.slug, (video.visibility, video.sharing_version))
    }

    fn at(app: &App, audience: Audience, id: VideoId, slug: &str, (visibility, version): (Visibility, i64)) -> Self {
        let access = &app.config().access;
        if audience == Audience::Admin || !(access.private || visibility == Visibility::Private) {
            return Self { path: format!("/videos/{slug}"), expires_at_ms: None };
        }
        let (link, expires) = app.media_links().make(id, version, access.media_link_lifetime, now());
        let expires_at_ms = i64::try_from(expires).ok().map(|seconds| seconds.saturating_mul(1000));
        Self { path: format!("/videos/{slug}/s/{link}"), expires_at_ms }
    }
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
