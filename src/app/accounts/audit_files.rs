//! The audit log as files: lines of JSON for programs that collect them. What the database has is the truth. The files
//! follow it, also what other processes write there, and go on after their last line; whatever fails is tried again.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::super::{App, AppError};
use crate::db::{Conn, audit, now_ms};
use crate::domain::audit::Entry;

const NAME: &str = "audit.jsonl";
/// How often the database is asked.
const EVERY: Duration = Duration::from_secs(5);
/// PostgreSQL numbers entries before they are there for all to see: those of the last moments may still get a
/// predecessor.
const SETTLED_MS: i64 = 2000;
/// Entries read at once.
const BATCH: u32 = 500;
/// The last line is looked for in so many bytes at the end of a file.
const TAIL_BYTES: u64 = 1 << 20;

/// What becomes of the files.
#[derive(Debug, Default)]
pub struct State {
    problem: Mutex<Option<String>>,
}

impl State {
    /// Why the files do not follow at the moment.
    pub fn problem(&self) -> Option<String> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns what was noted before.
    fn note(&self, problem: Option<String>) -> Option<String> {
        std::mem::replace(&mut *self.problem.lock().unwrap_or_else(PoisonError::into_inner), problem)
    }
}

/// Follows the audit log until it is dropped. `line` makes a line of an entry, with its break.
pub async fn run(app: &App, line: fn(Entry) -> String) {
    let mut written = None;
    loop {
        if app.config().audit.enabled {
            let problem = follow(app, &mut written, now_ms() - SETTLED_MS, line).await.err();
            let problem = problem.map(|error| match error {
                AppError::Internal(source) => source.to_string(),
                other => other.to_string(),
            });
            let before = app.accounts().audit_files.note(problem.clone());
            match (before, problem) {
                (None, Some(problem)) => tracing::error!(problem, "the audit log's files do not follow the database"),
                (Some(_), None) => tracing::info!("the audit log's files follow the database again"),
                _ => {}
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Appends entries older than `before_ms` that are not in the files. `written` is the id of the last one that is; none:
/// the files are asked.
pub async fn follow(
    app: &App,
    written: &mut Option<i64>,
    before_ms: i64,
    line: fn(Entry) -> String,
) -> Result<(), AppError> {
    loop {
        let files = Files::of(app);
        let last = match written.take() {
            Some(last) => last,
            None => blocking(move || files.last_id()).await?,
        };
        let read = move |conn: &mut Conn| {
            // a new database begins at 1 again
            let last = if last > audit::newest_id(conn)? { 0 } else { last };
            Ok((last, audit::list_after(conn, last, before_ms, BATCH)?))
        };
        let (last, entries) = app.db().run(read).await?;
        let Some(newest) = entries.last().map(|entry| entry.id) else {
            *written = Some(last);
            return Ok(());
        };
        let files = Files::of(app);
        blocking(move || entries.into_iter().try_for_each(|entry| files.append(&line(entry)))).await?;
        *written = Some(newest);
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work).await.map_err(AppError::internal)?.map_err(AppError::internal)
}

struct Files {
    directory: PathBuf,
    max_bytes: u64,
    backups: u32,
}

impl Files {
    fn of(app: &App) -> Self {
        let config = app.config();
        let audit = &config.audit;
        let directory = audit.directory(&config.storage);
        Self { directory, max_bytes: audit.max_bytes.0, backups: audit.backup_count }
    }

    fn path(&self) -> PathBuf {
        self.directory.join(NAME)
    }

    fn backup(&self, number: u32) -> PathBuf {
        self.directory.join(format!("{NAME}.{number}"))
    }

    fn append(&self, line: &str) -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.directory).map_err(at(&self.directory))?;
        let path = self.path();
        let size = path.metadata().map_or(0, |file| file.len());
        if size > 0 && size + line.len() as u64 > self.max_bytes {
            self.rotate().map_err(at(&path))?;
        }
        let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path).map_err(at(&path))?;
        file.write_all(line.as_bytes()).map_err(at(&path))
    }

    fn rotate(&self) -> io::Result<()> {
        let mut number = self.backups;
        while number > 0 && remove(&self.backup(number + 1))? {
            number += 1; // fewer are kept than before
        }
        remove(&self.backup(self.backups.max(1)))?;
        for number in (1..self.backups).rev() {
            rename(&self.backup(number), &self.backup(number + 1))?;
        }
        if self.backups == 0 { remove(&self.path()).map(drop) } else { rename(&self.path(), &self.backup(1)) }
    }

    /// The id in the last line, 0 without one. A line that was cut off is taken away.
    fn last_id(&self) -> io::Result<i64> {
        for path in [self.path(), self.backup(1)] {
            let mut file = match OpenOptions::new().read(true).write(true).open(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                file => file.map_err(at(&path))?,
            };
            if let Some(id) = last_id(&mut file).map_err(at(&path))? {
                return Ok(id);
            }
        }
        Ok(0)
    }
}

fn last_id(file: &mut File) -> io::Result<Option<i64>> {
    let size = file.metadata()?.len();
    let begin = size.saturating_sub(TAIL_BYTES);
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(begin))?;
    file.take(TAIL_BYTES).read_to_end(&mut tail)?;
    let whole = tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    if whole < tail.len() {
        file.set_len(begin + whole as u64)?;
    }
    let last = tail.get(..whole.saturating_sub(1)).and_then(|lines| lines.rsplit(|byte| *byte == b'\n').next());
    let entry: Option<serde_json::Value> = last.and_then(|line| serde_json::from_slice(line).ok());
    Ok(entry.and_then(|entry| entry.get("id")?.as_i64()))
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    ignore_missing(fs::rename(from, to)).map(drop)
}

/// True when there was something.
fn remove(path: &Path) -> io::Result<bool> {
    ignore_missing(fs::remove_file(path))
}

fn ignore_missing(done: io::Result<()>) -> io::Result<bool> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        other => other.map(|()| true),
    }
}

fn at(path: &Path) -> impl Fn(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn files(directory: &Path, max_bytes: u64, backups: u32) -> Files {
        Files { directory: directory.join("new/audit"), max_bytes, backups }
    }

    fn line(id: i64) -> String {
        format!("{{\"id\":{id}}}\n")
    }

    fn names(files: &Files) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(&files.directory).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn files_grow_so_far_and_so_many_are_kept() {
        let directory = tempfile::tempdir().unwrap();
        let few = files(directory.path(), 20, 2);
        for id in 1..=9 {
            few.append(&line(id)).unwrap(); // two lines fit
        }
        assert_eq!(names(&few), ["audit.jsonl", "audit.jsonl.1", "audit.jsonl.2"]);
        assert_eq!(fs::read_to_string(few.path()).unwrap(), line(9));
        assert_eq!(fs::read_to_string(few.backup(1)).unwrap(), line(7) + &line(8));
        assert_eq!(fs::read_to_string(few.backup(2)).unwrap(), line(5) + &line(6));
        assert_eq!(few.last_id().unwrap(), 9);

        let fewer = Files { backups: 1, ..few };
        (10..=11).for_each(|id| fewer.append(&line(id)).unwrap());
        assert_eq!(names(&fewer), ["audit.jsonl", "audit.jsonl.1"]);
        let none = Files { backups: 0, ..fewer };
        (12..=14).for_each(|id| none.append(&line(id)).unwrap());
        assert_eq!(names(&none), ["audit.jsonl"]);
        assert_eq!(
            fs::metadata(none.path()).unwrap().permissions(),
            std::os::unix::fs::PermissionsExt::from_mode(0o100_600)
        );
    }

    #[test]
    fn what_was_cut_off_is_written_again() {
        let directory = tempfile::tempdir().unwrap();
        let files = files(directory.path(), 1000, 1);
        assert_eq!(files.last_id().unwrap(), 0);
        files.append(&line(1)).unwrap();
        files.append("{\"id\":2,\"ac").unwrap();
        assert_eq!(files.last_id().unwrap(), 1);
        files.append(&line(2)).unwrap();
        assert_eq!(fs::read_to_string(files.path()).unwrap(), line(1) + &line(2));
        fs::write(files.path(), "").unwrap();
        fs::write(files.backup(1), line(7)).unwrap();
        assert_eq!(files.last_id().unwrap(), 7);
    }
}
