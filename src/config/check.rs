//! Checks of single values, named in `keys.rs`, and those that need to see the whole.

use std::fmt::Display;
use std::net::IpAddr;
use std::path::Path;

use super::keys::Config;
use super::value::Refusal;

const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

/// An address only this machine reaches.
pub(super) fn loopback(address: &IpAddr) -> Result<(), Refusal> {
    if address.to_canonical().is_loopback() {
        return Ok(());
    }
    Err(Refusal::new(
        format!(
            "{address} can be reached from other machines, and this listener asks nobody for a key yet: until workers \
             have keys it binds loopback only"
        ),
        "use 127.0.0.1 or ::1, and an SSH tunnel to reach it from elsewhere",
    ))
}

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
