//! The binary `mirabridge-seats`: parses the command line, runs the command, returns its code.

use std::process::ExitCode;

use mimalloc::MiMalloc;
use mirabridge_seats::cli::{self, Cli};

/// A fifth fewer bytes for each seat than with the system's, whose blocks at multiples of 128 bytes waste
/// much of their neighbours (`docs/benchmarks.md`).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    match Cli::read() {
        Ok(cli) => cli::run(cli),
        Err(error) => cli::refuse(&error),
    }
}
