//! `completions`: what a shell needs to complete commands and flags.

use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, say};

#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// Which shell; put the output where it looks for completions
    shell: Shell,
}

pub(super) fn run(arguments: &CompletionsArguments) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Cli::command(),
        "mirabridge-seats",
        &mut script,
    );
    say(String::from_utf8_lossy(&script).trim_end());
    ExitCode::SUCCESS
}
