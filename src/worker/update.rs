//! Taking the server's program in place of our own. Everything that can go wrong goes wrong before the old one is
//! replaced: the new one is whole, what the server says it is, and runs here.

use std::ffi::OsString;
use std::fs::{File, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bytes::Bytes;
use ring::digest::{Context, SHA256};
use tempfile::NamedTempFile;

use super::client::{Client, persist};

/// Bytes fetched at once.
const BLOCK_BYTES: u64 = 8 << 20;
/// Larger programs are none of ours, bytes.
const PROGRAM_MAX_BYTES: u64 = 1 << 30;
const EXECUTABLE: u32 = 0o755;

/// The file of our own program, and what it was started with.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
}

impl Program {
    /// Of this process. To be asked before the file may be replaced.
    pub fn own() -> std::io::Result<Self> {
        Ok(Self { path: std::env::current_exe()?, arguments: std::env::args_os().skip(1).collect() })
    }

    /// Begins anew, in the same process; comes back only when that fails.
    pub fn begin_anew(&self) -> std::io::Error {
        Command::new(&self.path).args(&self.arguments).exec()
    }

    /// Puts the server's program in the place of ours. False: it is the same. The error is for an admin.
    pub async fn replace(&self, client: &Client) -> Result<bool, String> {
        if !client.is_private() {
            return Err(
                "The server is reached over plain http, where others could send another program: use https, or \
                        update this machine by hand."
                    .to_owned(),
            );
        }
        let file = self.beside()?;
        let (size, sha256) = client.program_size().await.map_err(|error| error.to_string())?;
        if size > PROGRAM_MAX_BYTES {
            return Err(format!("The server's program has {size} bytes, which is too much."));
        }
        let own = self.path.clone();
        if blocking(move || hash_of(&own).map_err(|e| e.to_string())).await? == sha256 {
            return Ok(false);
        }
        let (file, found) = fetch(client, file, size).await?;
        if found != sha256 {
            return Err(format!("What came is not the server's program: its SHA-256 is {found}, not {sha256}."));
        }
        let path = self.path.clone();
        blocking(move || put_in_place(file, &path)).await?;
        Ok(true)
    }

    /// A new file beside our own: only there can it take the place in one step.
    fn beside(&self) -> Result<NamedTempFile, String> {
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        tempfile::Builder::new()
            .prefix(".vlog-update-")
            .tempfile_in(folder)
            .map_err(|error| format!("{} cannot be written ({error}): update this machine by hand.", folder.display()))
    }
}

async fn fetch(client: &Client, mut file: NamedTempFile, size: u64) -> Result<(NamedTempFile, String), String> {
    let (mut hash, mut at) = (Context::new(&SHA256), 0);
    while at < size {
        let end = (at + BLOCK_BYTES).min(size);
        let fetched = persist("reading the server's program", || client.program(at, end)).await;
        let block: Bytes = fetched.map_err(|error| error.to_string())?;
        let write = move || {
            file.write_all(&block).map_err(|error| format!("writing the program: {error}"))?;
            hash.update(&block);
            Ok((file, hash))
        };
        (file, hash) = blocking(write).await?;
        at = end;
    }
    Ok((file, hex::encode(hash.finish())))
}

/// Lets the new program say its version before it takes the place of the old one: one that does not run here must not.
fn put_in_place(file: NamedTempFile, path: &Path) -> Result<(), String> {
    let failed = |what: &str, error: std::io::Error| format!("{what}: {error}");
    file.as_file()
        .set_permissions(Permissions::from_mode(EXECUTABLE))
        .map_err(|e| failed("making it executable", e))?;
    file.as_file().sync_all().map_err(|e| failed("writing the program", e))?;
    let file = file.into_temp_path(); // a file that is open for writing cannot be run
    let tried = Command::new(&file).arg("--version").stdin(Stdio::null()).output();
    match tried {
        Ok(output) if output.status.success() => {}
        Ok(output) => return Err(format!("The new program does not run here ({}).", output.status)),
        Err(error) => return Err(failed("The new program does not run here", error)),
    }
    file.persist(path).map_err(|e| failed("putting the program in its place", e.error))
}

fn hash_of(path: &Path) -> std::io::Result<String> {
    let (mut file, mut hash, mut block) = (File::open(path)?, Context::new(&SHA256), vec![0; 1 << 20]);
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hex::encode(hash.finish())),
            count => hash.update(&block[..count]),
        }
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, String> {
    tokio::task::spawn_blocking(work).await.map_err(|error| error.to_string())?
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::config::Config;
    use crate::worker::meter::Meter;

    #[tokio::test]
    async fn no_program_is_taken_over_plain_http_from_elsewhere() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let config = |server: &str| {
            let mut config = Config::default().worker;
            config.server = server.to_owned();
            config
        };
        let client = |server: &str| Client::new(&config(server), "key".to_owned(), Meter::default()).unwrap();
        for (server, private) in [
            ("http://10.0.0.5:9002", false),
            ("http://workers.example.org", false),
            ("https://workers.example.org", true),
            ("http://127.0.0.1:9002", true),
        ] {
            assert_eq!(client(server).is_private(), private, "{server}");
        }
        let refused = Program::own().unwrap().replace(&client("http://10.0.0.5:9002")).await;
        assert!(refused.is_err_and(|text| text.contains("use https")));
    }
}
