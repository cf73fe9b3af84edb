//! The binary `mirabridge-seats`: parses the command line, runs the command, returns its code.

use std::process::ExitCode;

use clap::Parser;
use mirabridge_seats::cli::fleet;

/// Seat licences for a softphone widget.
#[derive(clap::Parser)]
enum Command {
    /// Simulate a fleet of agents against a running server, and judge the server from outside.
    Fleet(fleet::FleetArguments),
}

fn main() -> anyhow::Result<ExitCode> {
    match Command::parse() {
        Command::Fleet(arguments) => fleet::run(arguments),
    }
}
