//! The web pages: embedded files (read from disk in debug builds), and pages filled with their first data.
//!
//! `static/` holds files whose names change with their content, with `.br` and `.gz` beside each; `pages/`
//! holds pages with two marks: one in the head for title and links, one for the page's data as JSON.

use std::borrow::Cow;
use std::fmt::Write;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets/dist"]
#[allow_missing = true]
struct Dist;

const HEAD_MARK: &str = "<!--vlog:head-->";
const DATA_MARK: &str = "id=\"page-data\">{}</script>";
/// Characters of a description that links show.
const DESCRIPTION_CHARS: usize = 200;

/// A file of `static/`, as it goes over the wire.
pub struct Asset {
    /// The bytes.
    pub bytes: Cow<'static, [u8]>,
    /// `br` or `gzip` when they are compressed.
    pub encoding: Option<&'static str>,
    /// Media type.
    pub kind: &'static str,
}

/// What stands in a page's head.
#[derive(Debug, Default)]
pub struct Head {
    /// Title of the window and of shared links.
    pub title: String,
    /// One or two sentences.
    pub description: String,
    /// The page's one address, with scheme and host; none when nobody but its reader shall be told of it.
    pub canonical: Option<String>,
    /// False: search engines shall leave it out, although it may be passed on.
    pub indexed: bool,
    /// The video it shows.
    pub video: Option<HeadVideo>,
}

/// Open Graph's view of a video; addresses with scheme and host.
#[derive(Debug, Default)]
pub struct HeadVideo {
    /// A picture.
    pub image: Option<String>,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Seconds.
    pub duration_seconds: f64,
    /// HLS master playlist.
    pub stream: Option<String>,
    /// ISO 8601.
    pub published_at: Option<String>,
}

/// A hashed file in the best form the client takes.
pub fn asset(name: &str, accept_encoding: &str) -> Option<Asset> {
    if name.contains(['/', '\\']) || name.starts_with('.') || name.ends_with(".br") || name.ends_with(".gz") {
        return None;
    }
    let kind = kind(name)?;
    for (encoding, suffix) in [("br", "br"), ("gzip", "gz")] {
        if accepts(accept_encoding, encoding)
            && let Some(file) = Dist::get(&format!("static/{name}.{suffix}"))
        {
            return Some(Asset { bytes: file.data, encoding: Some(encoding), kind });
        }
    }
    Some(Asset { bytes: Dist::get(&format!("static/{name}"))?.data, encoding: None, kind })
}

/// The icon.
pub fn favicon() -> Option<Asset> {
    let bytes = Dist::get("pages/favicon.svg")?.data;
    Some(Asset { bytes, encoding: None, kind: "image/svg+xml" })
}

/// A page with its head and its data filled in.
pub fn page(name: &str, head: &Head, data: &impl serde::Serialize) -> String {
    let Some(file) = Dist::get(&format!("pages/{name}.html")) else {
        return "<!doctype html><title>vlog</title><h1>The web pages are not built</h1>\
                <p>Run <code>make assets</code>, then build again. The API works."
            .to_owned();
    };
    let html = String::from_utf8_lossy(&file.data);
    let json = script_json(&serde_json::to_string(data).unwrap_or_else(|_| "{}".to_owned()));
    html.replacen(HEAD_MARK, &head_html(head), 1).replacen(DATA_MARK, &format!("id=\"page-data\">{json}</script>"), 1)
}

/// JSON that may stand in a script element: nothing in it can end the element or begin a comment.
fn script_json(json: &str) -> String {
    // `<`, `>` and `&` occur within strings only, where an escape means the same
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

fn head_html(head: &Head) -> String {
    let mut html = format!("<title>{}</title>", escape(&head.title));
    let description = shortened(&head.description);
    meta(&mut html, "name", "description", &description);
    if !head.indexed {
        meta(&mut html, "name", "robots", "noindex");
    }
    let Some(address) = &head.canonical else { return html };
    let _ = write!(html, "<link rel=\"canonical\" href=\"{}\">", escape(address));
    meta(&mut html, "property", "og:site_name", "vlog");
    meta(&mut html, "property", "og:title", &head.title);
    meta(&mut html, "property", "og:description", &description);
    meta(&mut html, "property", "og:url", address);
    let Some(video) = &head.video else {
        meta(&mut html, "property", "og:type", "website");
        return html;
    };
    meta(&mut html, "property", "og:type", "video.other");
    if let Some(image) = &video.image {
        meta(&mut html, "property", "og:image", image);
        meta(&mut html, "name", "twitter:card", "summary_large_image");
    }
    if let Some(stream) = &video.stream {
        meta(&mut html, "property", "og:video", stream);
        meta(&mut html, "property", "og:video:type", "application/vnd.apple.mpegurl");
        if video.width > 0 {
            meta(&mut html, "property", "og:video:width", &video.width.to_string());
            meta(&mut html, "property", "og:video:height", &video.height.to_string());
        }
    }
    if video.duration_seconds > 0.0 {
        meta(&mut html, "property", "video:duration", &video.duration_seconds.round().to_string());
    }
    if let Some(time) = &video.published_at {
        meta(&mut html, "property", "video:release_date", time);
    }
    html
}

fn meta(html: &mut String, attribute: &str, name: &str, content: &str) {
    if !content.is_empty() {
        let _ = write!(html, "<meta {attribute}=\"{name}\" content=\"{}\">", escape(content));
    }
}

fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= DESCRIPTION_CHARS {
        return line;
    }
    let cut: String = line.chars().take(DESCRIPTION_CHARS).collect();
    format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse::<f32>().is_ok_and(|q| q <= 0.0));
        name.trim().eq_ignore_ascii_case(encoding) && !refused
    })
}

fn kind(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" | "map" => "application/json",
        "woff2" => "font/woff2",
        "png" => "image/png",
        "webp" => "image/webp",
        "wasm" => "application/wasm",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
    fn nothing_ends_the_script_element() {
        let json = serde_json::to_string(&["</script><!--<script>", "a&b\u{2028}"]).unwrap();
        let safe = script_json(&json);
        assert!(!safe.contains(['<', '>', '&', '\u{2028}']), "{safe}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&safe).unwrap()[0], "</script><!--<script>");
    }

    #[test]
    fn heads_are_escaped() {
        let head =
            Head { title: "<b>\"Tom\" & Jerry".to_owned(), canonical: Some("http://x/".into()), ..Head::default() };
        let html = head_html(&head);
        assert!(html.starts_with("<title>&lt;b&gt;&quot;Tom&quot; &amp; Jerry</title>"), "{html}");
        assert!(html.contains("og:type\" content=\"website"));
        assert!(head_html(&Head::default()).contains("noindex"));
    }

    #[test]
    fn encodings() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("GZIP;q=0.5", "gzip"));
        assert!(!accepts("br;q=0, gzip", "br"));
        assert!(!accepts("", "br"));
    }

    #[test]
    fn only_plain_names_are_assets() {
        for name in ["../pages/index.html", "", ".env", "x.js.br", "x.html", "a/b.js", "x"] {
            assert!(asset(name, "").is_none(), "{name}");
        }
    }
}
