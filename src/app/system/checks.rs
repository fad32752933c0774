//! Whether each part works, in words for the person who can mend it. Everything here blocks.

use std::fmt::Display;
use std::io::{ErrorKind, Write};
use std::net::IpAddr;
use std::path::Path;

use indicatif::HumanBytes;

use super::Disk;
use crate::auth::password::Cost;
use crate::config::Config;
use crate::db::{DbError, Facts};
use crate::jobs::PoolStatus;
use crate::media::ffmpeg::version;
use crate::speech::models;

/// Slower than this, pages and jobs feel it.
const SLOW_SECONDS: f64 = 0.25;

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It works.
    Ok,
    /// It works, but not for long or not well.
    Warning,
    /// It does not work.
    Failing,
}

impl Health {
    /// The text in the API and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failing => "failing",
        }
    }
}

/// One part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Which, such as `database`.
    pub part: String,
    /// How it is.
    pub health: Health,
    /// What was found.
    pub detail: String,
    /// What to do about it.
    pub fix: Option<String>,
}

impl Check {
    pub(super) fn ok(part: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { part: part.into(), health: Health::Ok, detail: detail.into(), fix: None }
    }

    pub(super) fn failing(part: impl Into<String>, detail: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { part: part.into(), health: Health::Failing, detail: detail.into(), fix: Some(fix.into()) }
    }

    fn warning(self) -> Self {
        Self { health: Health::Warning, ..self }
    }
}

/// What hashing a password costs, as it was measured.
pub fn passwords(cost: Result<Cost, impl Display>) -> Check {
    match cost {
        Ok(Cost { passes, takes }) => {
            let (memory, target) = (HumanBytes(Cost::MEMORY_BYTES), Cost::TARGET.as_millis());
            let takes = takes.as_millis();
            Check::ok(
                "passwords",
                format!("Argon2id, {memory}, {passes} passes: {takes} ms, meant to take {target} ms"),
            )
        }
        Err(error) => Check::failing("passwords", error.to_string(), "restart vlog, with more memory"),
    }
}

/// A database that answers.
pub fn database(facts: &Facts, latency_seconds: Option<f64>) -> Check {
    let name = if facts.kind == "sqlite" { "SQLite" } else { "PostgreSQL" };
    let detail = format!("{name} {}, {}", facts.version, HumanBytes(facts.size_bytes));
    match latency_seconds {
        Some(latency) if latency > SLOW_SECONDS => {
            let slow = format!("{detail}; it takes {:.0} ms to answer", latency * 1000.0);
            let fix = "look for what else keeps its disk or its network busy; a SQLite file belongs on a local disk";
            Check::failing("database", slow, fix).warning()
        }
        _ => Check::ok("database", detail),
    }
}

/// One that does not.
pub fn no_database(error: &DbError) -> Check {
    let fix = match error {
        DbError::Directory { .. } => "give the user that runs vlog the right to write there, or set database.url",
        _ => "start the database, or set database.url to where it is",
    };
    Check::failing("database", chain(error), fix)
}

/// What needs no server: storage, disk, ffmpeg, watched folders.
pub fn of_machine(config: &Config) -> Vec<Check> {
    let mut found = vec![storage(&config.storage.path), disk(config), ffmpeg(config), transcription(config)];
    found.extend(config.watch.folders.iter().map(|folder| watch_folder(folder)));
    found
}

/// What is said can be written down. Who wants that not is told how it would be, too: nothing fails without it.
fn transcription(config: &Config) -> Check {
    const PART: &str = "transcription";
    if !config.transcription.enabled {
        return Check::ok(PART, "is switched off (transcription.enabled)");
    }
    match models::find(config) {
        Ok(found) => Check::ok(PART, format!("listens with {}", found.model.display())),
        Err(missing) => {
            let detail = format!("nothing is written down: {}", missing.what);
            Check { fix: Some(missing.fix), ..Check::ok(PART, detail) }
        }
    }
}

/// A file can be made in the storage, and be written.
pub(super) fn storage(path: &Path) -> Check {
    let shown = path.display();
    let written =
        tempfile::NamedTempFile::new_in(path).and_then(|mut file| file.write_all(b"vlog").map(|()| drop(file)));
    match written {
        Ok(()) => Check::ok("storage", format!("{shown} can be written")),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Check::failing("storage", format!("{shown} is not there"), format!("mkdir -p {shown}, or mount it"))
        }
        Err(error) if error.kind() == ErrorKind::StorageFull => {
            Check::failing("storage", format!("{shown}: the disk is full"), "free some space")
        }
        Err(error) => Check::failing(
            "storage",
            format!("{shown} cannot be written: {}", plain(&error)),
            format!("give it to the user that runs vlog: chown -R USER {shown}"),
        ),
    }
}

fn disk(config: &Config) -> Check {
    let floor = config.storage.free_space_floor;
    match disk_of(&config.storage.path) {
        None => Check::failing("disk", "it cannot be measured", "see that storage.path is there"),
        Some(Disk { free_bytes, total_bytes }) => {
            let detail = format!("{} of {} free", HumanBytes(free_bytes), HumanBytes(total_bytes));
            if free_bytes >= floor.0 {
                return Check::ok("disk", detail);
            }
            let below = format!("{detail}, less than the floor of {floor}: uploads are refused and jobs wait");
            Check::failing("disk", below, "free some space, or lower storage.free_space_floor")
        }
    }
}

/// None when it is not there.
pub fn disk_of(path: &Path) -> Option<Disk> {
    let stat = rustix::fs::statvfs(path).ok()?;
    Some(Disk { free_bytes: stat.f_bavail * stat.f_frsize, total_bytes: stat.f_blocks * stat.f_frsize })
}

fn ffmpeg(config: &Config) -> Check {
    let (ffmpeg, ffprobe) = (&config.ffmpeg.path, &config.ffmpeg.probe_path);
    let checked = version::check(ffmpeg, ffprobe)
        .and_then(|found| version::check_encoders(ffmpeg, &config.transcoding.codecs.0).map(|()| found));
    match checked {
        Ok(found) => Check::ok("ffmpeg", format!("version {found}")),
        Err(error) => {
            // the first sentence says what is wrong, the rest what to do
            let text = error.to_string();
            let (what, fix) = text.split_once(". ").unwrap_or((&text, ""));
            Check::failing("ffmpeg", what, fix.trim_end_matches('.'))
        }
    }
}

fn watch_folder(folder: &Path) -> Check {
    let (part, shown) = (format!("watch folder {}", folder.display()), folder.display());
    match std::fs::read_dir(folder) {
        Ok(_) => Check::ok(part, "is watched"),
        Err(error) if error.kind() == ErrorKind::NotFound => Check::failing(
            part,
            "it is not there",
            format!("mkdir -p {shown}, mount it, or take it out of watch.folders"),
        ),
        Err(error) => {
            let fix = format!("let the user that runs vlog read it: setfacl -m u:USER:rwx {shown}");
            Check::failing(part, format!("it cannot be read: {}", plain(&error)), fix)
        }
    }
}

/// A pool that does not start what is due says why.
pub fn pool(pool: &PoolStatus) -> Check {
    let part = format!("pool {}", pool.name);
    match &pool.waiting {
        None => Check::ok(part, format!("{} of {} slots busy", pool.busy, pool.slots)),
        Some(reason) => {
            let fix = match reason.code {
                "storage_full" => "free some space, or lower storage.free_space_floor",
                "memory_low" => "wait, give the machine more memory, or lower transcoding.slots",
                _ => "see the log",
            };
            Check::failing(part, reason.message.clone(), fix).warning()
        }
    }
}

/// A proxy that the configuration does not know.
pub fn proxy(peer: IpAddr) -> Check {
    let peer = peer.to_canonical();
    let what = format!("{peer} hands on requests of others and is not trusted, so limits take them all for one");
    Check::failing("proxy", what, format!("set VLOG_TRUSTED_PROXIES={peer} if that is your proxy")).warning()
}

/// The files that follow the audit log.
pub fn audit_files(enabled: bool, problem: Option<String>) -> Check {
    match problem {
        _ if !enabled => Check::ok("audit files", "none are written (audit.enabled)"),
        None => Check::ok("audit files", "follow the database"),
        Some(problem) => {
            let fix = "give the user that runs vlog the right to write there, or set audit.directory; nothing is lost";
            Check::failing("audit files", problem, fix).warning()
        }
    }
}

/// What the system says, without its number.
pub(super) fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        source = cause.source();
    }
    text
}
