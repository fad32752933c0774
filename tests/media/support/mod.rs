//! What these tests share: the corpus, the judges of what came out, and a server of their own.

pub mod bad;
pub mod corpus;
pub mod signal;
pub mod verify;

use tempfile::TempDir;
use vlog::config::Config;
use vlog::serve::{self, Running};

/// A whole server in this process, on free ports, with a storage that goes with it.
pub struct TestServer {
    pub public_url: String,
    pub admin_url: String,
    _running: Running,
    _directory: TempDir,
}

impl TestServer {
    pub async fn start() -> TestServer {
        Self::start_with(|_| {}).await
    }

    /// With a changed configuration.
    #[expect(clippy::expect_used, reason = "a test may panic")]
    pub async fn start_with(adjust: impl FnOnce(&mut Config)) -> TestServer {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut config = Config::for_testing(directory.path());
        adjust(&mut config);
        let running = serve::start(config).await.expect("the server starts");
        TestServer {
            public_url: format!("http://{}", running.public()),
            admin_url: format!("http://{}", running.admin()),
            _running: running,
            _directory: directory,
        }
    }
}
