//! `vlog config`: test the configuration, show what is in force, print the documented example.

use clap::{Args, Subcommand};

use super::options::ConfigOptions;
use super::print;
use crate::config;

/// Check, show or document the configuration.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read everything as `serve` would and report every problem; exit code 2 if there is one
    Check(ConfigOptions),
    /// Print what is in force and where each value comes from; passwords are masked
    Show(ConfigOptions),
    /// Print a configuration file that documents every key
    Example,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    match &arguments.command {
        Command::Check(options) => {
            let file = options.load()?.file;
            let what = file.map_or("no file, so environment and flags".to_owned(), |file| file.display().to_string());
            print(&format!("The configuration is good ({what}).\n"))
        }
        Command::Show(options) => print(&config::show(&options.load()?)),
        Command::Example => print(&config::example()),
    }
}
