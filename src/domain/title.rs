//! Titles and slugs: what a person typed, and what stands in a URL.

/// Longest title, in characters.
pub const TITLE_MAX_CHARS: usize = 255;
/// Longest description, in characters.
pub const DESCRIPTION_MAX_CHARS: usize = 5000;
/// Longest slug before its number, in bytes (slugs are ASCII).
const SLUG_MAX_BYTES: usize = 80;

/// A shown title from what was typed, or from the file's name when nothing was: control characters become
/// spaces, runs of space one, and at most [`TITLE_MAX_CHARS`] characters stay. Never empty.
pub fn clean_title(typed: &str, file_name: &str) -> String {
    let typed = squeeze(typed);
    let title = if typed.is_empty() { title_from_file_name(file_name) } else { typed };
    title.chars().take(TITLE_MAX_CHARS).collect::<String>().trim_end().to_owned()
}

/// Why a title or a description is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but spaces.
    #[error("A title needs at least one character.")]
    EmptyTitle,
    /// See [`TITLE_MAX_CHARS`].
    #[error("A title has at most {TITLE_MAX_CHARS} characters.")]
    LongTitle,
    /// See [`DESCRIPTION_MAX_CHARS`].
    #[error("A description has at most {DESCRIPTION_MAX_CHARS} characters.")]
    LongDescription,
}

/// A title as somebody changed it. Unlike at an upload, nothing is cut off or made up: a person is there to ask.
pub fn check_title(typed: &str) -> Result<String, TextError> {
    let title = squeeze(typed);
    match title.chars().count() {
        0 => Err(TextError::EmptyTitle),
        1..=TITLE_MAX_CHARS => Ok(title),
        _ => Err(TextError::LongTitle),
    }
}

/// A description as it is stored. PostgreSQL takes no NUL.
pub fn check_description(typed: &str) -> Result<String, TextError> {
    if typed.chars().count() > DESCRIPTION_MAX_CHARS {
        return Err(TextError::LongDescription);
    }
    Ok(typed.replace('\0', ""))
}

/// The slug of a title, ASCII `[a-z0-9-]`. A title without letters or digits gives `video`: an empty slug
/// would name the directory of all videos.
pub fn slug(title: &str) -> String {
    let mut slug = slug::slugify(title);
    slug.truncate(SLUG_MAX_BYTES);
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "video".to_owned() } else { slug.to_owned() }
}

/// The last part of whatever path a client sent as a file name, without control characters.
pub fn file_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    squeeze(last).chars().take(TITLE_MAX_CHARS).collect()
}

fn title_from_file_name(name: &str) -> String {
    let name = file_name(name);
    let stem = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && extension.len() <= 5 => stem,
        _ => name.trim_start_matches('.'),
    };
    let title = squeeze(&stem.replace('_', " "));
    if title.is_empty() { "Untitled".to_owned() } else { title }
}

fn squeeze(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_never_empty_and_never_long() {
        for (typed, file, want) in [
            ("  Summer\n2026 ", "x.mp4", "Summer 2026"),
            ("", "../../etc/My_Holiday.mp4", "My Holiday"),
            ("", ".mp4", "mp4"),
            ("", "", "Untitled"),
            ("", "a.b.mkv", "a.b"),
            ("\u{0}\u{7}", "🎉.mov", "🎉"),
        ] {
            assert_eq!(clean_title(typed, file), want, "{typed:?} {file:?}");
        }
        assert_eq!(clean_title(&"x".repeat(300), "").chars().count(), 255);
    }

    #[test]
    fn slugs_are_never_empty() {
        for (title, want) in
            [("!!!", "video"), ("", "video"), ("Ünïcode & Co", "unicode-co"), ("🎉", "tada"), ("a/../b", "a-b")]
        {
            assert_eq!(slug(title), want, "{title:?}");
        }
        assert!(slug(&"long ".repeat(100)).len() <= SLUG_MAX_BYTES);
    }
}
