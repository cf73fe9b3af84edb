//! `show-config`: what `serve` would use with the same flags, and where each value came from.

use std::process::ExitCode;

use clap::ArgMatches;
use clap::Args;

use super::serve::ServeArguments;
use super::{BAD_USE, complain, say};
use crate::config::{self, Overrides};

/// Show what `serve` would use with the same flags, and where each value came from
///
/// Flags win over the environment, the environment over the file, the file over defaults. Nothing is
/// started and no secret is shown.
#[derive(Debug, Args)]
pub(super) struct ShowConfigArguments {
    #[command(flatten)]
    serve: ServeArguments,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl ShowConfigArguments {
    /// What cannot be told from the values alone.
    pub(super) fn settle(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.serve.settle(matches)
    }
}

pub(super) fn run(arguments: ShowConfigArguments) -> ExitCode {
    let overrides = Overrides::from(arguments.serve);
    let lines = match config::load(&overrides) {
        Ok(settings) => config::describe(&settings),
        Err(problems) => {
            problems.iter().for_each(complain);
            return ExitCode::from(BAD_USE);
        }
    };
    if arguments.json {
        let settings: serde_json::Map<_, _> = lines
            .into_iter()
            .map(|line| {
                let shown = serde_json::json!({ "value": line.value, "source": line.source.to_string() });
                (line.name, shown)
            })
            .collect();
        say(serde_json::Value::from(settings));
        return ExitCode::SUCCESS;
    }
    let setting = |line: &config::Line| format!("{} = {}", line.name, line.value);
    let width = lines
        .iter()
        .map(|line| setting(line).chars().count())
        .max()
        .unwrap_or(0)
        .min(64);
    for line in &lines {
        say(format_args!("{:width$}  # {}", setting(line), line.source));
    }
    ExitCode::SUCCESS
}
