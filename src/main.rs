//! The binary `mirabridge-seats`: parses the command line, runs the command, returns its code.

use std::process::ExitCode;

use mirabridge_seats::cli::{self, Cli};

fn main() -> ExitCode {
    match Cli::read() {
        Ok(cli) => cli::run(cli),
        Err(error) => cli::refuse(&error),
    }
}
