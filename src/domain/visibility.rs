//! Who may see a video.

use serde::{Deserialize, Serialize};

use super::account::Role;
use super::error::UnknownText;
use super::id::UserId;

/// To whom a video shows itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// To everybody, in lists, too.
    #[default]
    Public,
    /// To whoever knows its address.
    Unlisted,
    /// To those it is shared with. For all others it is not there.
    Private,
}

impl Visibility {
    /// Every visibility, widest first.
    pub const ALL: [Self; 3] = [Self::Public, Self::Unlisted, Self::Private];

    /// The text stored in the database and shown in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unlisted => "unlisted",
            Self::Private => "private",
        }
    }
}

impl std::str::FromStr for Visibility {
    type Err = UnknownText;
    fn from_str(text: &str) -> Result<Self, UnknownText> {
        Self::ALL.into_iter().find(|v| v.as_str() == text).ok_or_else(|| UnknownText::new("visibility", text))
    }
}

/// An account that looks at videos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    /// The account.
    pub id: UserId,
    /// What it may do.
    pub role: Role,
}

/// Whom a private video is shared with by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedUser {
    /// The account.
    pub id: UserId,
    /// The name it logs in with.
    pub username: String,
}

/// Who may see a video. The lists are empty unless it is private.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sharing {
    /// To whom it shows itself.
    pub visibility: Visibility,
    /// Accounts, by name.
    pub users: Vec<SharedUser>,
    /// Everybody who has one of these roles, or a higher one.
    pub roles: Vec<Role>,
    /// Grows with each change.
    pub version: i64,
}

impl Sharing {
    /// True when this viewer, or somebody who is not logged in, may see it once they know its address.
    pub fn admits(&self, viewer: Option<Viewer>) -> bool {
        if self.visibility != Visibility::Private {
            return true;
        }
        viewer.is_some_and(|viewer| {
            viewer.role >= Role::Editor
                || self.users.iter().any(|user| user.id == viewer.id)
                || self.roles.iter().any(|role| viewer.role >= *role)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_video_is_for_those_it_is_shared_with() {
        let (anna, bert) = (UserId::new(), UserId::new());
        let viewer = |id| Some(Viewer { id, role: Role::Viewer });
        let editor = Some(Viewer { id: UserId::new(), role: Role::Editor });
        let shared = SharedUser { id: anna, username: "anna".to_owned() };
        let by_name = Sharing { visibility: Visibility::Private, users: vec![shared], ..Sharing::default() };
        assert!(by_name.admits(viewer(anna)) && by_name.admits(editor));
        assert!(!by_name.admits(viewer(bert)) && !by_name.admits(None));
        let by_role = Sharing { visibility: Visibility::Private, roles: vec![Role::Viewer], ..Sharing::default() };
        assert!(by_role.admits(viewer(bert)) && !by_role.admits(None));
        let nobody = Sharing { visibility: Visibility::Private, ..Sharing::default() };
        assert!(!nobody.admits(viewer(anna)) && nobody.admits(editor));
        for open in [Visibility::Public, Visibility::Unlisted] {
            assert!(Sharing { visibility: open, ..Sharing::default() }.admits(None));
        }
    }
}
