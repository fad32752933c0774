//! `http.base_path`: where on its site vlog lives.

use super::super::value::{Given, Kind, Refusal, Shape, Value};

/// Empty, or a path such as `/video`: with a slash at its beginning and none at its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BasePath(String);

impl BasePath {
    /// What addresses begin with; empty for the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for BasePath {
    const KIND: Kind = Kind::Text;
    /// What it says of a part keeps `.` and `..` out.
    const SHAPE: Option<Shape> = Some(Shape {
        pattern: r"\/?(?:(?:(?:\.{0,2}[A-Za-z0-9_~\-]|\.{3})[A-Za-z0-9._~\-]*)(?:\/|$))*",
        examples: &["/video", "/films/of-ours"],
    });

    fn read(given: &Given) -> Result<Self, Refusal> {
        let fix = "write a path such as \"/video\", or leave it empty for the root of the site";
        let Given::Text(text) = given else {
            return Err(Refusal::new("a list stands where one value is wanted", fix));
        };
        let path = text.trim().trim_matches('/');
        if path.is_empty() {
            return Ok(Self::default());
        }
        // what needs no escape in a URL, a cookie's path or a page
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
        let good = |part: &str| !matches!(part, "" | "." | "..") && part.bytes().all(plain);
        if !path.split('/').all(good) {
            return Err(Refusal::new(format!("{text:?} is no plain path"), fix));
        }
        Ok(Self(format!("/{path}")))
    }

    fn show(&self) -> String {
        self.0.show()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_for_every_way_to_write_it() {
        let read = |text: &str| BasePath::read(&Given::Text(text.to_owned())).map(|path| path.0);
        for (text, path) in [("", ""), ("/", ""), ("video", "/video"), ("/video/", "/video"), (" /a/b.c ", "/a/b.c")] {
            assert_eq!(read(text).as_deref(), Ok(path), "{text:?}");
        }
        for text in ["/a//b", "/..", "a/./b", "/a b", "/ä", "/a?b", "/a#b", "/a;b", "/a\"b", "https://example.org/a"] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }
}
