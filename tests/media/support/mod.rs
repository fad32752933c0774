//! What these tests share: the corpus, the judges of what came out, and a server of their own.

pub mod bad;
pub mod corpus;
pub mod signal;
pub mod verify;

use tempfile::TempDir;
use vlog::app::accounts::api_keys::{self, NewApiKey};
use vlog::app::accounts::users::{self, NewUser};
use vlog::app::{App, AppError};
use vlog::config::Config;
use vlog::domain::account::Role;
use vlog::domain::audit::Actor;
use vlog::serve::{self, Running};

/// A whole server in this process, on free ports, with a storage that goes with it.
pub struct TestServer {
    pub public_url: String,
    pub admin_url: String,
    /// An admin's API key.
    pub key: String,
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
        let key = admin_key(&running.app).await.expect("an API key");
        TestServer {
            key,
            public_url: format!("http://{}", running.public()),
            admin_url: format!("http://{}", running.admin()),
            _running: running,
            _directory: directory,
        }
    }
}

async fn admin_key(app: &App) -> Result<String, AppError> {
    let (username, role) = ("tests".to_owned(), Role::Admin);
    let new = NewUser { username, display_name: String::new(), role, password: None };
    let user = users::create(app, &Actor::cli(), new).await?;
    let new = NewApiKey { name: "tests".to_owned(), role, expires_at_ms: None };
    Ok(api_keys::create_for(app, &Actor::cli(), &user, new).await?.1)
}
