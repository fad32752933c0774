//! A real `vlog serve` in a process of its own: on free ports, below a test's directory, with SQLite unless told
//! otherwise. It is killed on drop, and dies with the test's process however that ends. When a test fails, what the
//! server wrote is printed.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

/// The program that is tested.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_vlog");
/// How long a start may take on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long a stop may take before the test fails.
const STOP_LIMIT: Duration = Duration::from_secs(90);
/// Lines kept of what it writes.
const LOG_LINES: usize = 2000;

pub const SECRET_KEY: &str = "a7e1a7e1a7e1a7e1a7e1a7e1a7e1a7e1a7e1a7e1a7e1a7e1a7e1a7e1a7e1a7e1";

/// A running server.
pub struct Server {
    /// Where viewers are served, without a slash at the end.
    pub public_url: String,
    /// Where the dashboard is served.
    pub admin_url: String,
    /// Where workers are served.
    pub worker_url: String,
    process: Process,
}

/// How a server ended that was asked to.
#[derive(Debug)]
pub struct Stopped {
    /// Its exit code.
    pub status: ExitStatus,
    /// From the signal to the end.
    pub took: Duration,
}

/// How a server ended that did not start.
#[derive(Debug)]
pub struct Refused {
    /// Its exit code.
    pub status: ExitStatus,
    /// All it wrote.
    pub output: String,
}

impl Server {
    /// Starts a server in `directory`: the storage is `directory/storage`, the database `directory/vlog.db`.
    /// `env` goes over these defaults, and over those for a test: loopback, free ports, no demands on the disk.
    pub fn start(directory: &Path, env: &[(String, String)]) -> Self {
        Self::try_start(directory, env).unwrap_or_else(|refused| panic!("the server did not start: {refused:?}"))
    }

    /// Like [`Server::start`], for a server that may refuse.
    pub fn try_start(directory: &Path, env: &[(String, String)]) -> Result<Self, Refused> {
        let mut process = Process::spawn(command(directory, env, &["serve"]));
        let begun = Instant::now();
        let mut urls = Vec::new();
        while urls.len() < 3 {
            match process.greeting.recv_timeout(START_LIMIT.saturating_sub(begun.elapsed())) {
                Ok(url) => urls.push(url),
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    let status = process.child.wait().unwrap();
                    return Err(Refused { status, output: process.log.settled() });
                }
                Err(mpsc::RecvTimeoutError::Timeout) => panic!("no greeting came:\n{}", process.log.text()),
            }
        }
        let [public_url, admin_url, worker_url] = urls.try_into().unwrap();
        Ok(Self { public_url, admin_url, worker_url, process })
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.process.child.id()
    }

    /// What it has written so far.
    pub fn log(&self) -> String {
        self.process.log.text()
    }

    /// Ends it as a crash would.
    pub fn kill9(mut self) {
        self.process.child.kill().unwrap();
        self.process.child.wait().unwrap();
    }

    /// Asks it to stop, and waits.
    pub fn terminate(self) -> Stopped {
        self.process.terminate()
    }

    /// Asks it to stop.
    pub fn signal_stop(&self) {
        self.process.signal_stop();
    }
}

/// A running `vlog worker`.
pub struct Worker {
    process: Process,
}

impl Worker {
    /// Starts one; `env` says where the server is, and which key to show.
    pub fn start(directory: &Path, env: &[(String, String)]) -> Self {
        Self::start_program(Path::new(PROGRAM), directory, env)
    }

    /// Starts another program than the one that is tested.
    pub fn start_program(program: &Path, directory: &Path, env: &[(String, String)]) -> Self {
        Self { process: Process::spawn(command_of(program, directory, env, &["worker"])) }
    }

    /// What it has written so far.
    pub fn log(&self) -> String {
        self.process.log.text()
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.process.child.id()
    }

    /// Ends it as a crash would.
    pub fn kill9(mut self) {
        self.process.child.kill().unwrap();
        self.process.child.wait().unwrap();
    }

    /// Asks it to stop, and waits.
    pub fn terminate(self) -> Stopped {
        self.process.terminate()
    }

    /// Waits until it ends by itself; its exit code, and what it wrote.
    pub fn ended(mut self) -> (Option<i32>, String) {
        let status = self.process.child.wait().unwrap();
        (status.code(), self.process.log.settled())
    }
}

/// Makes an admin and returns an API key of theirs, for servers in this directory.
pub fn make_key(directory: &Path, env: &[(String, String)]) -> String {
    vlog(directory, env, &["user", "create", "tests", "--role", "admin"]);
    vlog(directory, env, &["api-key", "create", "tests", "--user", "tests"])
}

/// Runs a command to its end and returns what it printed.
pub fn vlog(directory: &Path, env: &[(String, String)], arguments: &[&str]) -> String {
    let output = command(directory, env, arguments).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

fn command(directory: &Path, env: &[(String, String)], arguments: &[&str]) -> Command {
    command_of(Path::new(PROGRAM), directory, env, arguments)
}

fn command_of(program: &Path, directory: &Path, env: &[(String, String)], arguments: &[&str]) -> Command {
    // killed when the thread that started it is gone, which is when the test's process is
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(program).args(arguments);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("VLOG_") {
            command.env_remove(name);
        }
    }
    command
        .current_dir(directory)
        .env("VLOG_BIND_PUBLIC", "127.0.0.1")
        .env("VLOG_PUBLIC_PORT", "0")
        .env("VLOG_ADMIN_PORT", "0")
        .env("VLOG_WORKER_API_PORT", "0")
        .env("VLOG_STORAGE_PATH", directory.join("storage"))
        .env("VLOG_STORAGE_FREE_SPACE_FLOOR", "0")
        .env("VLOG_SECRET_KEY", SECRET_KEY) // tests put other disks where the storage is
        .env("VLOG_DATABASE_URL", format!("sqlite://{}", directory.join("vlog.db").display()))
        .env("VLOG_HWACCEL_TYPE", "off") // what is compared is what software makes
        .env("VLOG_SPRITE_SHEET_AUTO_GENERATE", "false") // a job more than most tests look for
        .env("VLOG_LOG_LEVEL", "info,vlog=debug")
        .env("NO_COLOR", "1")
        .envs(env.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    command
}

struct Process {
    child: Child,
    /// Addresses, in the order they are printed; disconnected when it ends.
    greeting: mpsc::Receiver<String>,
    log: Log,
}

impl Process {
    fn spawn(mut command: Command) -> Self {
        let log = Log::default();
        let (found, greeting) = mpsc::channel();
        let (started, child) = mpsc::channel();
        let lines = log.clone();
        // this thread starts it and stays as long as it runs: the parent death signal follows the thread
        std::thread::spawn(move || {
            let mut child = command.spawn().unwrap();
            let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
            started.send(child).unwrap();
            let errors = lines.clone();
            let reader = std::thread::spawn(move || errors.follow(stderr, |_| {}));
            lines.follow(stdout, |line| {
                if let Some(at) = line.find("http://") {
                    let _ = found.send(line[at..].trim_end_matches('/').to_owned());
                }
            });
            let _ = reader.join();
        });
        Self { child: child.recv().unwrap(), greeting, log }
    }

    fn signal_stop(&self) {
        let pid = rustix::process::Pid::from_raw(self.child.id().try_into().unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    }

    fn terminate(mut self) -> Stopped {
        let begun = Instant::now();
        self.signal_stop();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Stopped { status, took: begun.elapsed() };
            }
            assert!(begun.elapsed() < STOP_LIMIT, "it does not stop");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let (Ok(Some(status)), true) = (self.child.try_wait(), std::thread::panicking()) {
            eprintln!("the server had ended already: {status}");
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- the server wrote:\n{}---", self.log.settled());
        }
    }
}

/// What a server writes, both streams in one.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn follow(&self, pipe: impl Read, mut on_line: impl FnMut(&str)) {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            on_line(&line);
            let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if lines.len() == LOG_LINES {
                lines.remove(0);
            }
            lines.push(line);
        }
    }

    fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|line| format!("{line}\n")).collect()
    }

    /// After the end: waits until nothing more comes.
    fn settled(&self) -> String {
        let mut before = self.text();
        loop {
            std::thread::sleep(Duration::from_millis(100));
            let now = self.text();
            if now == before {
                return now;
            }
            before = now;
        }
    }
}
