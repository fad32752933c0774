//! The server's own program, for workers that are told to take it.

use std::fs::File;
use std::io::{self, Read};

use ring::digest;

use crate::app::{App, AppError};
use crate::domain::worker::TARGET;

/// What this process runs, also when another file has taken its place since.
const OWN: &str = "/proc/self/exe";
const BLOCK_BYTES: usize = 1 << 20;

/// A program to run.
pub struct Program {
    /// Open for reading.
    pub file: File,
    /// Bytes.
    pub size: u64,
    /// SHA-256, in hexadecimal.
    pub sha256: String,
}

/// The server's program, for a worker that runs programs of this platform; without one, whatever it is.
pub async fn program(app: &App, target: Option<&str>) -> Result<Program, AppError> {
    if let Some(other) = target.filter(|target| *target != TARGET) {
        let message = format!("The server's program is for {TARGET}, not for {other}; update this worker by hand.");
        return Err(AppError::conflict("program_other_target", message));
    }
    let sha256 = app
        .workers()
        .program
        .get_or_try_init(|| async { tokio::task::spawn_blocking(hash).await.map_err(io::Error::other)? });
    let sha256 = sha256.await.map_err(AppError::internal)?.clone();
    let open = tokio::task::spawn_blocking(|| {
        let file = File::open(OWN)?;
        let size = file.metadata()?.len();
        Ok::<_, io::Error>((file, size))
    });
    let (file, size) = open.await.map_err(AppError::internal)?.map_err(AppError::internal)?;
    Ok(Program { file, size, sha256 })
}

fn hash() -> io::Result<String> {
    let (mut file, mut hash) = (File::open(OWN)?, digest::Context::new(&digest::SHA256));
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hex::encode(hash.finish())),
            count => hash.update(&block[..count]),
        }
    }
}
