//! A real PostgreSQL server for one test process, and a fresh database on it for each test.
//!
//! The server lives in a temporary directory on a free port and does not outlive the process, however that
//! ends: a shell holds the read end of a pipe, and when the process is gone it stops the server and removes
//! the directory. PostgreSQL refuses to run as root, so there it runs as the user `postgres`.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

/// How long the first start may take on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(90);

/// `$1` binaries, `$2` directory, `$3` port.
const SCRIPT: &str = r#"
trap '' INT TERM HUP
"$1/initdb" -D "$2/data" -U postgres -A trust -N --no-locale -E UTF8 >"$2/initdb.log" 2>&1 || exit 1
"$1/postgres" -D "$2/data" -p "$3" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 \
    >"$2/server.log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -QUIT $server; wait $server
rm -rf "$2"
"#;

struct Server {
    port: u16,
    /// Its stdin is the pipe that keeps the server alive.
    _shell: Mutex<Child>,
}

/// The URL of a new, empty database.
pub fn new_database() -> String {
    static SERVER: OnceLock<Server> = OnceLock::new();
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let port = SERVER.get_or_init(start).port;
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    execute(port, &format!("CREATE DATABASE {name}")).unwrap();
    format!("postgres://postgres@127.0.0.1:{port}/{name}")
}

fn start() -> Server {
    let binaries = find_binaries();
    let directory = tempfile::Builder::new().prefix("vlog-postgres-").tempdir().unwrap().keep();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let root = rustix::process::geteuid().is_root();
    let mut command = if root {
        assert!(Command::new("chown").arg("postgres").arg(&directory).status().unwrap().success());
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "sh"]);
        command
    } else {
        Command::new("sh")
    };
    command.arg("-c").arg(SCRIPT).arg("postgres").arg(binaries).arg(&directory).arg(port.to_string());
    let mut shell = command.current_dir("/").stdin(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while let Err(error) = execute(port, "SELECT 1") {
        let ended = shell.try_wait().unwrap();
        let log = |name: &str| std::fs::read_to_string(directory.join(name)).unwrap_or_default();
        assert!(
            ended.is_none() && begun.elapsed() < START_LIMIT,
            "PostgreSQL did not start: {error}\n{}\n{}",
            log("initdb.log"),
            log("server.log")
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    Server { port, _shell: Mutex::new(shell) }
}

/// Runs one statement on the server's own database. On a thread of its own: the caller may be async.
fn execute(port: u16, sql: &str) -> Result<(), String> {
    let sql = sql.to_owned();
    let work = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
            let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
            tokio::spawn(connection);
            client.batch_execute(&sql).await
        })
    });
    work.join().unwrap().map_err(|error| error.to_string())
}

/// The directory of the newest `initdb`: in `PATH`, or where Debian puts it.
fn find_binaries() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        let mut versions: Vec<PathBuf> = versions.map(|version| version.unwrap().path().join("bin")).collect();
        versions.sort();
        places.extend(versions.into_iter().rev());
    }
    let found = places.into_iter().find(|place| place.join("initdb").exists() && place.join("postgres").exists());
    found.expect("PostgreSQL is not installed; `make test` installs it")
}
