//! The command line. Nothing else prints.

mod backup;
mod check_config;
mod completions;
mod demo_history;
mod fleet;
mod increase;
mod key;
mod maintenance;
mod remote;
mod report;
mod right_size;
mod serve;
mod sessions;
mod show_config;
mod status;
mod token;

use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

/// Wrong use or a bad configuration.
const BAD_USE: u8 = 2;

/// Seat licences for a softphone widget: one connected widget, one seat.
#[derive(Debug, Parser)]
#[command(name = "mirabridge-seats", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server; without any flag, a demo on this machine
    Serve(Box<serve::ServeArguments>),
    /// Say all that is wrong with a configuration file, without starting anything
    CheckConfig(check_config::CheckConfigArguments),
    /// Show what `serve` would use with the same flags, and where each value came from
    ShowConfig(Box<show_config::ShowConfigArguments>),
    /// Copy the store without its live sessions, also while the server runs
    Backup(backup::BackupArguments),
    /// Simulate agents against a running server, and judge it from outside
    Fleet(Box<fleet::FleetArguments>),
    /// Show the organizations of a running server with their live numbers
    Status(status::StatusArguments),
    /// Show who holds a seat of an organization
    Sessions(sessions::SessionsArguments),
    /// End sessions: now, after the call or with a notice
    End(Box<sessions::EndArguments>),
    /// Temporary seats
    #[command(subcommand)]
    Increase(increase::IncreaseCommand),
    /// Windows in which new logins may be refused
    #[command(subcommand)]
    Maintenance(Box<maintenance::MaintenanceCommand>),
    /// Fill a new data folder with the history of a simulated fleet
    DemoHistory(demo_history::DemoHistoryArguments),
    /// Report how an organization's seats were used
    Report(report::ReportArguments),
    /// Say how many seats are right, with every number of the formula
    RightSize(right_size::RightSizeArguments),
    /// Make widget keys
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Make tokens for administrators, and signed tokens for a login
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Print the completions of a shell
    Completions(completions::CompletionsArguments),
}

impl Cli {
    /// Reads the command line and the environment. Help, version and wrong use end up in the
    /// error, which prints itself.
    pub fn read() -> Result<Self, clap::Error> {
        let matches = Self::command().try_get_matches()?;
        let mut cli = Self::from_arg_matches(&matches)?;
        match (&mut cli.command, matches.subcommand()) {
            (Command::Serve(arguments), Some((_, matches))) => arguments.settle(matches)?,
            (Command::ShowConfig(arguments), Some((_, matches))) => arguments.settle(matches)?,
            _ => {}
        }
        Ok(cli)
    }
}

/// Runs the command and returns its exit code: 0 done, 1 failed, 2 wrong use or a bad
/// configuration.
pub fn run(cli: Cli) -> ExitCode {
    match cli.command {
        Command::Serve(arguments) => serve::run(*arguments),
        Command::ShowConfig(arguments) => show_config::run(*arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::CheckConfig(arguments) => check_config::run(&arguments),
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Fleet(arguments) => fleet::run(*arguments).unwrap_or_else(|error| {
            complain(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }),
        Command::Status(arguments) => status::run(&arguments),
        Command::Sessions(arguments) => sessions::run(&arguments),
        Command::End(arguments) => sessions::end(&arguments),
        Command::Increase(command) => increase::run(&command),
        Command::Maintenance(command) => maintenance::run(&command),
        Command::DemoHistory(arguments) => demo_history::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::RightSize(arguments) => right_size::run(&arguments),
        Command::Key(command) => key::run(&command),
        Command::Token(command) => token::run(&command),
    }
}

/// Prints help, version or what is wrong with the command line, and returns its exit code.
pub fn refuse(error: &clap::Error) -> ExitCode {
    // A closed pipe is no reason to fail in another way.
    let _ = error.print();
    if error.use_stderr() {
        ExitCode::from(BAD_USE)
    } else {
        ExitCode::SUCCESS
    }
}

/// Prints a line. A reader that has gone is no reason to fail.
fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// An empty screen where somebody watches, and nothing else.
struct Clear;

impl Display for Clear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if std::io::stdout().is_terminal() {
            f.write_str("\x1b[2J\x1b[H")?;
        }
        Ok(())
    }
}

/// Prints a line about what is wrong.
fn complain(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
