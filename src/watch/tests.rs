//! Real files in a real folder, with a list in place of the server.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::sync::{Arc, Mutex};

use tokio::task::JoinHandle;

use super::*;

const SETTLE: Duration = Duration::from_millis(300);
const RESCAN: Duration = Duration::from_millis(500);
/// Long enough for everything that is going to happen.
const QUIET: Duration = Duration::from_millis(1500);

#[derive(Clone, Default)]
struct List(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    imported: Vec<String>,
    refused: Vec<String>,
    fingerprints: HashSet<String>,
}

impl Importer for List {
    async fn import(&self, path: &Path, fingerprint: &str, _stamp: Stamp) -> Result<Imported, ImportError> {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut state = self.0.lock().unwrap();
        if name.starts_with("bad") {
            state.refused.push(name);
            return Err(ImportError { message: "this is text".into(), retry: false });
        }
        state.imported.push(format!("{name}={}", fs::read_to_string(path).unwrap()));
        state.fingerprints.insert(fingerprint.to_owned());
        Ok(Imported { video: "1".into() })
    }

    async fn already_imported(&self, fingerprint: &str) -> Result<bool, ImportError> {
        Ok(self.0.lock().unwrap().fingerprints.contains(fingerprint))
    }

    async fn remember(&self, fingerprint: &str) -> Result<(), ImportError> {
        self.0.lock().unwrap().fingerprints.insert(fingerprint.to_owned());
        Ok(())
    }
}

struct Case {
    folder: tempfile::TempDir,
    list: List,
    options: Options,
    task: Option<JoinHandle<()>>,
}

impl Case {
    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("watched").tempdir().unwrap();
        let options = Options {
            folders: vec![folder.path().to_owned()],
            settle: SETTLE,
            rescan: RESCAN,
            after_import: AfterImport::Keep,
        };
        Self { folder, list: List::default(), options, task: None }
    }

    fn start(&mut self) {
        self.stop();
        self.task = Some(tokio::spawn(run(self.options.clone(), self.list.clone())));
    }

    fn stop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    async fn imported(&self) -> Vec<String> {
        tokio::time::sleep(QUIET).await;
        let mut imported = self.list.0.lock().unwrap().imported.clone();
        imported.sort();
        imported
    }
}

impl Drop for Case {
    fn drop(&mut self) {
        self.stop();
    }
}

#[tokio::test]
async fn files_that_are_there_and_files_that_come() {
    let mut case = Case::new();
    case.write("before.mp4", "1");
    case.start();
    tokio::time::sleep(SETTLE).await;
    case.write("after.mp4", "2");
    case.write("deep/er/below.mp4", "3");
    assert_eq!(case.imported().await, ["after.mp4=2", "before.mp4=1", "below.mp4=3"]);
}

#[tokio::test]
async fn a_growing_file_is_taken_whole() {
    let mut case = Case::new();
    case.start();
    let mut file = OpenOptions::new().create(true).append(true).open(case.path("slow.mp4")).unwrap();
    for _ in 0..10 {
        file.write_all(b"x").unwrap();
        tokio::time::sleep(SETTLE / 2).await;
    }
    assert_eq!(case.imported().await, ["slow.mp4=xxxxxxxxxx"]);
}

#[tokio::test]
async fn partial_copies_wait_for_their_final_name() {
    let mut case = Case::new();
    case.start();
    for name in ["a.mp4.part", ".b.mp4.Xy12", "c.mp4~", "d.crdownload", "e.TMP", ".hidden/f.mp4", "@eaDir/g.mp4"] {
        case.write(name, "x");
    }
    case.write("empty.mp4", "");
    assert_eq!(case.imported().await, [""; 0]);
    fs::rename(case.path("a.mp4.part"), case.path("a.mp4")).unwrap();
    case.write("empty.mp4", "full");
    assert_eq!(case.imported().await, ["a.mp4=x", "empty.mp4=full"]);
}

#[tokio::test]
async fn a_rename_is_no_new_file_even_after_a_restart() {
    let mut case = Case::new();
    case.start();
    case.write("a.mp4", "1");
    assert_eq!(case.imported().await, ["a.mp4=1"]);
    fs::create_dir(case.path("sorted")).unwrap();
    fs::rename(case.path("a.mp4"), case.path("sorted/b.mp4")).unwrap();
    assert_eq!(case.imported().await, ["a.mp4=1"]);
    case.start();
    assert_eq!(case.imported().await, ["a.mp4=1"]);
}

#[tokio::test]
async fn a_rename_while_it_settles_imports_once() {
    let mut case = Case::new();
    case.start();
    case.write("IMG.mp4", "1");
    tokio::time::sleep(SETTLE / 2).await;
    fs::rename(case.path("IMG.mp4"), case.path("holiday.mp4")).unwrap();
    assert_eq!(case.imported().await, ["holiday.mp4=1"]);
}

#[tokio::test]
async fn new_content_is_a_new_video() {
    let mut case = Case::new();
    case.start();
    case.write("a.mp4", "1");
    case.imported().await;
    case.write("a.mp4", "2!");
    assert_eq!(case.imported().await, ["a.mp4=1", "a.mp4=2!"]);
}

#[tokio::test]
async fn a_refused_file_is_left_alone_until_it_changes() {
    let mut case = Case::new();
    case.start();
    case.write("bad.txt", "x");
    case.imported().await;
    assert_eq!(case.list.0.lock().unwrap().refused.len(), 1);
    case.write("bad.txt", "xx");
    case.imported().await;
    assert_eq!(case.list.0.lock().unwrap().refused.len(), 2);
}

#[tokio::test]
async fn links_and_pipes_are_not_followed() {
    let mut case = Case::new();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("secret.mp4"), "x").unwrap();
    case.start();
    std::os::unix::fs::symlink(elsewhere.path().join("secret.mp4"), case.path("link.mp4")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), case.path("folder")).unwrap();
    fs::write(elsewhere.path().join("later.mp4"), "x").unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        case.path("pipe.mp4"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    assert_eq!(case.imported().await, [""; 0]);
}

#[tokio::test]
async fn a_folder_that_comes_later_is_waited_for() {
    let mut case = Case::new();
    case.options.folders = vec![case.path("share")];
    case.start();
    tokio::time::sleep(RESCAN).await;
    case.write("share/a.mp4", "1");
    assert_eq!(case.imported().await, ["a.mp4=1"]);
}

#[tokio::test]
async fn a_watched_folder_may_be_a_link() {
    let mut case = Case::new();
    fs::create_dir(case.path("real")).unwrap();
    std::os::unix::fs::symlink(case.path("real"), case.path("link")).unwrap();
    case.options.folders = vec![case.path("./link")];
    case.options.rescan = QUIET * 10;
    case.start();
    tokio::time::sleep(SETTLE).await;
    case.write("real/a.mp4", "1");
    assert_eq!(case.imported().await, ["a.mp4=1"]);
}

#[tokio::test]
async fn taken_files_are_deleted_or_put_away() {
    let mut case = Case::new();
    case.options.after_import = AfterImport::Move;
    case.write(".imported/a.mp4", "old");
    case.write("a.mp4", "1");
    case.start();
    assert_eq!(case.imported().await, ["a.mp4=1"]);
    assert_eq!(fs::read_to_string(case.path(".imported/a.mp4")).unwrap(), "old");
    assert_eq!(fs::read_to_string(case.path(".imported/a (2).mp4")).unwrap(), "1");
    case.options.after_import = AfterImport::Delete;
    case.start();
    case.write("b.mp4", "2");
    assert_eq!(case.imported().await, ["a.mp4=1", "b.mp4=2"]);
    assert!(!case.path("a.mp4").exists() && !case.path("b.mp4").exists());
}
