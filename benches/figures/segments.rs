//! Serving a published video's segments, against nginx on the same files.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::Context;
use tokio::process::Command;
use vlog::db::{Conn, Db, DbError, now_ms, videos};
use vlog::domain::video::VideoStatus;

use super::database::{new_video, renditions};
use super::load;
use super::server::{Home, Server};
use super::table::{Goal, Table, median};

const SIZES: [(&str, usize); 2] = [("200 KiB", 200 << 10), ("4 MiB", 4 << 20)];
const FILES: usize = 20;
const CONNECTIONS: [u32; 2] = [16, 256];
const ROUNDS: usize = 3;
const ROUND_SECONDS: u32 = 4;

pub async fn measure(table: &mut Table) -> anyhow::Result<()> {
    let home = Home::new()?;
    let id = publish(&home).await?;
    for (rung, (_, bytes)) in SIZES.iter().enumerate() {
        let directory = home.storage().join(format!("videos/{id}/g1/rung{rung}"));
        std::fs::create_dir_all(&directory)?;
        for number in 0..FILES {
            // bytes that do not compress, others in every file
            let content: Vec<u8> =
                (0..*bytes as u64).map(|at| (at * 2_654_435_761 + number as u64).to_be_bytes()[5]).collect();
            std::fs::write(directory.join(format!("seg_{number:05}.m4s")), content)?;
        }
    }
    let server = Server::start(&home, &[]).await?;
    let scratch = tempfile::tempdir()?;
    let nginx = Nginx::start(scratch.path(), &home.storage().join(format!("videos/{id}"))).await?;
    for (rung, (size, _)) in SIZES.iter().enumerate() {
        let paths: Vec<String> = (0..FILES).map(|n| format!("/videos/bench/g1/rung{rung}/seg_{n:05}.m4s")).collect();
        for connections in CONNECTIONS {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            for round in 0..=ROUNDS {
                // round 0 warms both up
                let seconds = if round == 0 { 1 } else { ROUND_SECONDS };
                for (address, rates) in [(&server.public, &mut ours), (&nginx.address, &mut theirs)] {
                    let found = load::ask(address, &paths, connections, seconds, scratch.path()).await?;
                    if round > 0 {
                        rates.push(found.rate);
                    }
                }
            }
            let rates = (median(ours), median(theirs));
            table.ratio(format!("segments of {size}, {connections} connections"), rates, "req/s", Goal::Least(1.0));
        }
    }
    server.stop().await
}

/// One ready video named `bench` in generation 1.
async fn publish(home: &Home) -> anyhow::Result<i64> {
    let database = home.database();
    let db = tokio::task::spawn_blocking(move || Db::open(&database, 1)).await??;
    let create = |conn: &mut Conn| -> Result<i64, DbError> {
        let video = videos::insert(conn, &new_video(0), "bench", now_ms())?;
        let renditions = renditions();
        let publication = videos::Publication { generation: 1, status: VideoStatus::Ready, renditions: &renditions };
        videos::publish(conn, video.id, &publication, now_ms())?;
        videos::set_source_dropped(conn, video.id)?;
        Ok(video.id.0)
    };
    Ok(db.write(create).await?)
}

/// nginx as one would set it up for files: sendfile, open files kept, a worker for each core.
struct Nginx {
    child: tokio::process::Child,
    address: String,
}

impl Nginx {
    async fn start(directory: &Path, files: &Path) -> anyhow::Result<Self> {
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let (at, files) = (directory.display(), files.display());
        // root workers would become another user, who may not read the files
        let user = if std::fs::metadata("/proc/self")?.uid() == 0 { "user root;" } else { "" };
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {at}/{name};"))
            .concat();
        let text = format!(
            "{user} daemon off; worker_processes auto; pid {at}/nginx.pid; error_log {at}/error.log;\n\
             events {{ worker_connections 4096; }}\n\
             http {{ access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 1000000;\n\
             open_file_cache max=1000 inactive=60s; default_type video/iso.segment; {temporary}\n\
             server {{ listen {address} backlog=1024; location /videos/bench/ {{ alias {files}/; \
             add_header Cache-Control \"public, max-age=31536000, immutable\"; }} }} }}\n"
        );
        let config = directory.join("nginx.conf");
        std::fs::write(&config, text)?;
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new("nginx");
        command
            .env("PATH", format!("{path}:/usr/sbin:/sbin"))
            .arg("-c")
            .arg(&config)
            .arg("-e")
            .arg(directory.join("error.log"));
        let child = command.spawn().context("nginx could not be started")?;
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        Ok(Self { child, address })
    }
}

impl Drop for Nginx {
    /// Killed outright, as dropping the child would do, it would leave its workers.
    fn drop(&mut self) {
        if let Some(pid) = self.child.id() {
            let _ = std::process::Command::new("kill").args(["-TERM", &pid.to_string()]).status();
        }
    }
}
