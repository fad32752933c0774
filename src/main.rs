//! The `vlog` binary: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    vlog::cli::run()
}
