//! The checks for a server that does not run, or for one that does, from outside. They change nothing.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::Path;

use super::Encoder;
use super::checks::{self, Check};
use crate::auth::password::Cost;
use crate::config::Config;
use crate::db::Db;
use crate::domain::ladder::encoder::Device;
use crate::media::ffmpeg::hardware::{self, Wanted};
use crate::media::ffmpeg::process::Tools;
use crate::storage::Storage;

/// Looks at everything that a server with this configuration needs. Blocks.
pub fn examine(config: &Config) -> Vec<Check> {
    let mut found = vec![database(config)];
    let new = !config.storage.path.exists();
    found.extend(checks::of_machine(config).into_iter().map(|check| match check.part.as_str() {
        "storage" if new => to_be_made("storage", &config.storage.path),
        "disk" if new => Check::ok("disk", "measured once the storage is there"),
        _ => check,
    }));
    found.push(checks::passwords(Cost::measure()));
    found.extend(listeners(config));
    found
}

/// Tries every encoder.
pub async fn encoders(config: &Config) -> Vec<Encoder> {
    hardware::table(&Tools::of(config), &Device::ALL, &Wanted::of(config)).await
}

fn database(config: &Config) -> Check {
    match Db::look(config.database.url.as_str()) {
        Err(error) => checks::no_database(&error),
        Ok(None) => to_be_made("database", Path::new(config.database.url.as_str().trim_start_matches("sqlite://"))),
        Ok(Some(facts)) if !facts.pending.is_empty() => {
            let count = facts.pending.len();
            Check::ok(
                "database",
                format!("{}; {count} migrations at the next start", checks::database(&facts, None).detail),
            )
        }
        Ok(Some(facts)) => checks::database(&facts, None),
    }
}

/// What is not there is made at the first start, if that may be.
fn to_be_made(part: &str, path: &Path) -> Check {
    let shown = path.display();
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let there = path.ancestors().skip(1).find(|above| above.exists()).unwrap_or(Path::new("/"));
    match rustix::fs::access(there, rustix::fs::Access::WRITE_OK) {
        Ok(()) => Check::ok(part, format!("{shown} is made at the first start")),
        Err(error) => Check::failing(
            part,
            format!("{shown} cannot be made: {}: {}", there.display(), checks::plain(&error.into())),
            format!("make it for the user that runs vlog: install -d -o USER {shown}"),
        ),
    }
}

/// The ports are free, or a vlog has them.
fn listeners(config: &Config) -> Vec<Check> {
    let http = &config.http;
    let runs = Storage::is_in_use(&config.storage.path);
    let one = |name: &str, key: &str, ip: IpAddr, port: u16| {
        let (part, address) = (format!("{name} listener"), SocketAddr::new(ip, port));
        match TcpListener::bind(address) {
            Ok(_) if runs => Check::failing(
                part,
                format!("a server runs on this storage, but not at {address}"),
                "give the doctor the configuration of the server: --config, the same environment",
            ),
            Ok(_) => Check::ok(part, format!("{address} is free")),
            Err(_) if runs => Check::ok(part, format!("{address} is the running server's")),
            Err(error) => Check::failing(
                part,
                format!("cannot listen at {address}: {}", checks::plain(&error)),
                format!("stop what has the port (ss -ltnp 'sport = :{port}'), or set {key}"),
            ),
        }
    };
    vec![
        one("public", "http.public_port", http.bind_public, http.public_port),
        one("admin", "http.admin_port", http.bind_admin, http.admin_port),
        one("worker", "http.worker_api_port", http.bind_worker, http.worker_api_port),
    ]
}
