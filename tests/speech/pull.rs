//! Fetching models from a real HTTP server that may break off, lie, or be slow.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sha2_of::sha256;
use vlog::domain::speech::ModelFile;
use vlog::speech::pull::{PullError, pull};

/// Sends the first so many bytes of what is asked for, and breaks off.
struct Mirror {
    url: String,
    /// What was asked for: the `Range` of each request.
    asked: Arc<Mutex<Vec<Option<u64>>>>,
}

mod sha2_of {
    /// In hexadecimal.
    pub fn sha256(bytes: &[u8]) -> String {
        let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
        digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Mirror {
    /// `most` bytes an answer, then a rest of `pause`, then it breaks off.
    fn new(content: Vec<u8>, most: usize, pause: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Option<u64>>>> = Arc::default();
        let log = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut stream = stream;
                let head = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
                let head: Vec<String> = head.take_while(|line| !line.is_empty()).collect();
                let range =
                    head.iter().find_map(|line| line.to_lowercase().strip_prefix("range: bytes=").map(str::to_owned));
                let from = range.map(|range| range.trim_end_matches('-').parse::<usize>().unwrap());
                log.lock().unwrap().push(from.map(|from| from as u64));
                let rest = &content[from.unwrap_or(0).min(content.len())..];
                let status = match from {
                    Some(from) if from >= content.len() => "416 Range Not Satisfiable\r\n".to_owned(),
                    Some(from) => format!(
                        "206 Partial\r\ncontent-range: bytes {from}-{}/{}\r\n",
                        content.len() - 1,
                        content.len()
                    ),
                    None => "200 OK\r\n".to_owned(),
                };
                let _ = write!(stream, "HTTP/1.1 {status}content-length: {}\r\nconnection: close\r\n\r\n", rest.len());
                let _ = stream.write_all(&rest[..rest.len().min(most)]);
                let _ = stream.flush();
                std::thread::sleep(if rest.len() > most { pause } else { Duration::ZERO });
            }
        });
        Self { url, asked }
    }
}

fn file(sha256: String) -> &'static ModelFile {
    let sha256 = Box::leak(sha256.into_boxed_str());
    Box::leak(Box::new(ModelFile {
        name: "test",
        file: "ggml-test.bin",
        megabytes: 1,
        sha256,
        hub: "http://127.0.0.1:1",
    }))
}

fn content() -> Vec<u8> {
    (0..700_000_u32).map(|i| (i * 7 % 251) as u8).collect()
}

async fn fetch(file: &'static ModelFile, directory: &Path, url: &str) -> Result<(), PullError> {
    pull(file, directory, Some(url), |_, _| {}).await.map(|_| ())
}

fn setup() -> tempfile::TempDir {
    let _ = rustls::crypto::ring::default_provider().install_default(); // again is no harm
    tempfile::tempdir().unwrap()
}

#[tokio::test]
async fn what_breaks_off_goes_on_and_is_whole_at_the_end() {
    let directory = setup();
    let (mirror, file) = (Mirror::new(content(), 300_000, Duration::ZERO), file(sha256(&content())));
    for _ in 0..2 {
        assert!(matches!(fetch(file, directory.path(), &mirror.url).await, Err(PullError::Network { .. })));
        assert!(!directory.path().join(file.file).exists());
    }
    fetch(file, directory.path(), &mirror.url).await.unwrap();
    assert_eq!(std::fs::read(directory.path().join(file.file)).unwrap(), content());
    let asked = mirror.asked.lock().unwrap().clone();
    assert!(asked[0].is_none() && asked[1].is_some_and(|from| from > 0) && asked[2] > asked[1], "{asked:?}");
    fetch(file, directory.path(), &mirror.url).await.unwrap();
    assert_eq!(mirror.asked.lock().unwrap().len(), 3, "what is there is not fetched again");
    assert!(!directory.path().join("ggml-test.bin.part").exists());
}

#[tokio::test]
async fn another_file_than_the_known_one_is_not_kept() {
    let directory = setup();
    let (mirror, file) = (Mirror::new(content(), usize::MAX, Duration::ZERO), file(sha256(b"something else")));
    assert!(matches!(fetch(file, directory.path(), &mirror.url).await, Err(PullError::Hash { .. })));
    let names: Vec<_> = std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, [".lock"]);
    let large = Mirror::new(vec![0; 4_000_000], usize::MAX, Duration::ZERO);
    assert!(matches!(fetch(file, directory.path(), &large.url).await, Err(PullError::TooLarge { .. })));
    let missing = fetch(file, directory.path(), "http://127.0.0.1:1").await.unwrap_err();
    assert!(missing.to_string().contains("http://127.0.0.1:1/ggml-test.bin"), "{missing}");
}

#[tokio::test]
async fn who_stops_loses_nothing_and_two_are_one_too_many() {
    let directory = setup();
    let (mirror, file) = (Mirror::new(content(), 400_000, Duration::from_secs(3600)), file(sha256(&content())));
    let path = directory.path().to_owned();
    let (url, began) = (mirror.url.clone(), Arc::new(tokio::sync::Notify::new()));
    let told = began.clone();
    let running = tokio::spawn(async move {
        let progress = |there: u64, _| {
            if there >= 400_000 {
                told.notify_one();
            }
        };
        pull(file, &path, Some(&url), progress).await.map(|_| ())
    });
    tokio::time::timeout(Duration::from_secs(60), began.notified()).await.unwrap();
    assert!(matches!(fetch(file, directory.path(), &mirror.url).await, Err(PullError::Locked(_))));
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    let whole = Mirror::new(content(), usize::MAX, Duration::ZERO);
    fetch(file, directory.path(), &whole.url).await.unwrap();
    assert_eq!(*whole.asked.lock().unwrap(), [Some(400_000)]);
    // from a place on disk
    let (disk, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(disk.path().join(file.file), content()).unwrap();
    fetch(file, other.path(), &format!("file://{}", disk.path().display())).await.unwrap();
    assert!(other.path().join(file.file).exists());
}
