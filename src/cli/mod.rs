//! The command line: one file per command, each a thin call into the library.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong usage or configuration. An error is one clear sentence on standard error,
//! with the way out; never a debug dump.

mod accounts;
mod api_key;
mod client;
mod config;
mod credentials;
mod doctor;
mod jobs;
mod listen;
mod login;
mod models;
mod openapi;
mod options;
mod serve;
mod settings;
mod upload;
mod user;
mod webhooks;
mod worker;

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::ConfigError;

const FAILED: u8 = 1;
const WRONG_USAGE: u8 = 2;

const EXAMPLES: &str = "\
Examples:
  vlog serve                                start with the defaults; data goes to ./data
  vlog serve --public-port 8080             another port for viewers
  vlog serve --set transcoding.preset=slow  any key of the configuration
  vlog user create anna --role admin        somebody who may do everything
  vlog login                                log in, for uploads and jobs from here
  vlog upload holiday.mp4 --wait            upload and wait until it is ready
  vlog jobs list                            what is being made, and what failed
  vlog worker register --name garage        a key for a machine that lends its CPU
  vlog webhooks add URL --name chat         tell an address when videos are ready
  vlog models pull                          what is needed to write down what is said
  vlog config show                          what is in force, and where it comes from
  vlog settings set transcoding.preset slow change a setting while vlog runs
  vlog doctor                               what is missing here, and how to mend it

Configuration: defaults < config.toml < VLOG_ environment < flags < settings. `vlog config example` prints every key.";

/// A self-hosted video platform in one binary.
///
/// Files go in by the dashboard, the command line or a watched folder; viewers watch them in any browser, over HLS
/// and DASH, seconds after the upload.
#[derive(Debug, Parser)]
#[command(name = "vlog", version, after_help = EXAMPLES, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Arguments),
    Upload(upload::Arguments),
    Login(login::Arguments),
    User(user::Arguments),
    #[command(name = "api-key")]
    ApiKey(api_key::Arguments),
    Config(config::Arguments),
    Settings(settings::Arguments),
    Doctor(doctor::Arguments),
    Worker(worker::Arguments),
    Jobs(jobs::Arguments),
    Webhooks(webhooks::Arguments),
    Models(models::Arguments),
    Openapi(openapi::Arguments),
    #[command(hide = true)]
    Listen(listen::Arguments),
}

/// Runs the command this process was started with.
pub fn run() -> ExitCode {
    // reqwest and tokio-postgres take the process's provider; a second call would find it there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let done = match Cli::parse().command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Upload(arguments) => upload::run(&arguments),
        Command::Login(arguments) => login::run(&arguments),
        Command::User(arguments) => user::run(&arguments),
        Command::ApiKey(arguments) => api_key::run(&arguments),
        Command::Config(arguments) => config::run(&arguments),
        Command::Settings(arguments) => settings::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Worker(arguments) => worker::run(&arguments),
        Command::Jobs(arguments) => jobs::run(&arguments),
        Command::Webhooks(arguments) => webhooks::run(&arguments),
        Command::Models(arguments) => models::run(&arguments),
        Command::Openapi(arguments) => openapi::run(&arguments),
        Command::Listen(arguments) => listen::run(arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let message = format!("{error:#}");
            // Standard error may be gone; the exit code still says it.
            let _ = writeln!(std::io::stderr(), "vlog: {message}");
            ExitCode::from(if error.is::<ConfigError>() { WRONG_USAGE } else { FAILED })
        }
    }
}

/// To standard output; a reader that went away (`| head`) is no error.
fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
