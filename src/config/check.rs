//! Checks of single values, named in `keys.rs`, and those that need to see the whole.

use std::fmt::Display;
use std::net::IpAddr;
use std::path::Path;

use super::access::SecretText;
use super::keys::Config;
use super::value::{Refusal, Shape};

const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

/// What [`http_url`] takes.
pub(super) const HTTP_URL: Shape = Shape {
    pattern: r"(?:https?:\/\/[^\s?#]+)?",
    examples: &["https://video.example.org", "https://example.org/video"],
};
/// What [`device`] takes.
pub(super) const DEVICE: Shape =
    Shape { pattern: r"[0-9]*|\/dev\/[A-Za-z0-9.\/_\-]*", examples: &["/dev/dri/renderD128", "1"] };

/// Empty, or the http(s) address of a site.
pub(super) fn http_url(text: &str) -> Result<(), Refusal> {
    let fix = "write the whole address, such as \"https://video.example.org\", or leave it empty";
    if text.is_empty() {
        return Ok(());
    }
    let url = url::Url::parse(text).map_err(|error| Refusal::new(format!("{text:?} is no address: {error}"), fix))?;
    if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || url.fragment().is_some() {
        return Err(Refusal::new(format!("{text:?} is not the http address of a site"), fix));
    }
    Ok(())
}

/// Empty, or where messages can be sent to. What it is may be a key, so it is not told.
pub(super) fn receiver_url(SecretText(text): &SecretText) -> Result<(), Refusal> {
    let sendable = |url: url::Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    if text.is_empty() || url::Url::parse(text).is_ok_and(sendable) {
        return Ok(());
    }
    let fix = "write the whole address, such as \"https://chat.example.org/hooks/...\", or leave it empty";
    Err(Refusal::new("this is no http address", fix))
}

/// Empty, or where files can be fetched from.
pub(super) fn mirror(text: &str) -> Result<(), Refusal> {
    if text.is_empty() || url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "file")) {
        return Ok(());
    }
    let fix = "write \"https://...\" or \"file:///...\", or leave it empty";
    Err(Refusal::new(format!("{text:?} is no place to fetch files from"), fix))
}

/// Empty, or a domain in ASCII.
pub(super) fn domain(text: &str) -> Result<(), Refusal> {
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !label.starts_with('-')
    };
    if text.is_empty() || (text.split('.').all(is_label) && text.parse::<IpAddr>().is_err()) {
        return Ok(());
    }
    let fix = "write a name such as \"example.org\", without scheme and port; others than ASCII as xn--...";
    Err(Refusal::new(format!("{text:?} is no domain"), fix))
}

/// Empty, a number, or a file in `/dev`.
pub(super) fn device(text: &str) -> Result<(), Refusal> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-".contains(&b);
    let a_file = text.starts_with("/dev/") && text.bytes().all(plain);
    if a_file || text.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    let fix = "write a file such as \"/dev/dri/renderD128\", or the number of a card, such as \"1\"";
    Err(Refusal::new(format!("{text:?} is no device"), fix))
}

/// Empty, or a name that a header may have (RFC 9110, section 5.6.2).
pub(super) fn header_name(text: &str) -> Result<(), Refusal> {
    if text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)) {
        return Ok(());
    }
    Err(Refusal::new(format!("{text:?} is not the name of a header"), "write a name such as \"Remote-User\""))
}

/// `level` or `target=level`, parted by commas. A mistyped level would otherwise be taken for a target and
/// silence everything else.
pub(super) fn log_filter(text: &str) -> Result<(), Refusal> {
    for part in text.split(',').map(str::trim) {
        let level = part.rsplit_once('=').map_or(part, |(_, level)| level);
        if !LEVELS.contains(&level.to_ascii_lowercase().as_str()) {
            return Err(Refusal::new(
                format!("{level:?} is no log level"),
                format!("use one of {}, or a list such as \"info,vlog::jobs=debug\"", LEVELS.join(", ")),
            ));
        }
    }
    Ok(())
}

/// A path that names something.
pub(super) fn not_empty(path: &Path) -> Result<(), Refusal> {
    if path.as_os_str().is_empty() {
        return Err(Refusal::new("the path is empty", "write a path, or remove the key to use the default"));
    }
    Ok(())
}

/// What no single key shows. Each finding names the key to blame.
pub(super) fn whole(config: &Config) -> Vec<(&'static str, Refusal)> {
    let mut found = Vec::new();
    let ports = [
        ("http.public_port", config.http.public_port),
        ("http.admin_port", config.http.admin_port),
        ("http.worker_api_port", config.http.worker_api_port),
    ];
    for (later, (key, port)) in ports.iter().enumerate() {
        if let Some((other, _)) = ports[..later].iter().find(|(_, taken)| *port != 0 && taken == port) {
            found.push((*key, refuse_shared(port, other)));
        }
    }
    if !config.accounts.trusted_header.is_empty() && config.accounts.trusted_header_networks.is_empty() {
        let refusal = Refusal::new(
            "no proxy is named that may send the header, so nobody could log in by it",
            "name the proxy's address, such as [\"127.0.0.1\"]; nobody else may reach vlog from there",
        );
        found.push(("accounts.trusted_header_networks", refusal));
    }
    for folder in &config.watch.folders {
        if nested(folder, &config.storage.path) {
            found.push((
                "watch.folders",
                Refusal::new(
                    format!("{} and storage.path {} overlap", folder.display(), config.storage.path.display()),
                    "watch a folder outside the storage: vlog would import its own files",
                ),
            ));
        }
    }
    found
}

fn refuse_shared(port: &impl Display, other: &str) -> Refusal {
    Refusal::new(format!("port {port} is taken by {other}"), "give each listener a port of its own")
}

fn nested(one: &Path, other: &Path) -> bool {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    // `absolute` keeps no `.` parts, and links are followed where the folder is there already.
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| absolute(path));
    let (one, other) = (real(one), real(other));
    one.starts_with(&other) || other.starts_with(&one)
}
