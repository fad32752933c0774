//! API keys that `vlog login` got, one a server, in `vlog/credentials.json` of the user's configuration directory, for
//! its owner only. `VLOG_API_KEY` goes before it.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use anyhow::Context;

const KEY_VARIABLE: &str = "VLOG_API_KEY";

/// The key for this server, if there is one.
pub(super) fn find(server: &url::Url) -> anyhow::Result<Option<String>> {
    if let Some(key) = std::env::var(KEY_VARIABLE).ok().filter(|key| !key.trim().is_empty()) {
        return Ok(Some(key.trim().to_owned()));
    }
    kept(server)
}

/// The key that `vlog login` left for this server.
pub(super) fn kept(server: &url::Url) -> anyhow::Result<Option<String>> {
    let Some(path) = path() else { return Ok(None) };
    Ok(read(&path)?.remove(&name(server)))
}

/// Keeps a key, in place of the one before. Returns where.
pub(super) fn keep(server: &url::Url, key: &str) -> anyhow::Result<PathBuf> {
    let path = path().context("neither XDG_CONFIG_HOME nor HOME says where to keep the key")?;
    let mut keys = read(&path)?;
    keys.insert(name(server), key.to_owned());
    let directory = path.parent().context("the key has no place")?;
    std::fs::create_dir_all(directory).with_context(|| format!("{} could not be made", directory.display()))?;
    let mut file = tempfile::NamedTempFile::new_in(directory).context("the key could not be kept")?; // mode 0600
    file.write_all(serde_json::to_string_pretty(&keys)?.as_bytes()).context("the key could not be kept")?;
    file.persist(&path).with_context(|| format!("{} could not be written", path.display()))?;
    Ok(path)
}

fn read(path: &PathBuf) -> anyhow::Result<BTreeMap<String, String>> {
    match std::fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
        Ok(text) => serde_json::from_slice(&text)
            .with_context(|| format!("{} is damaged; remove it and log in again", path.display())),
    }
}

fn path() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let directory = variable("XDG_CONFIG_HOME").or_else(|| Some(variable("HOME")?.join(".config")))?;
    Some(directory.join("vlog/credentials.json"))
}

/// Servers are told apart by scheme, host, port and path.
fn name(server: &url::Url) -> String {
    server.origin().ascii_serialization() + server.path().trim_end_matches('/')
}
