//! `check-config`: say all that is wrong with a configuration file.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{BAD_USE, complain, say};
use crate::config::{self, Overrides, Settings};

#[derive(Debug, Args)]
pub(super) struct CheckConfigArguments {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Check as `serve --allow-open-organizations` would
    #[arg(long)]
    allow_open_organizations: bool,

    /// Check as `serve --allow-plain-admin` would
    #[arg(long)]
    allow_plain_admin: bool,

    /// Check as `serve --allow-short-grace` would
    #[arg(long)]
    allow_short_grace: bool,
}

pub(super) fn run(arguments: &CheckConfigArguments) -> ExitCode {
    let overrides = Overrides {
        config: Some(arguments.file.clone()),
        allow_open_organizations: arguments.allow_open_organizations,
        allow_plain_admin: arguments.allow_plain_admin,
        allow_short_grace: arguments.allow_short_grace,
        ..Overrides::default()
    };
    match config::load(&overrides) {
        Ok(settings) => {
            say(format!("{}: good", arguments.file.display()));
            summarize(&settings);
            ExitCode::SUCCESS
        }
        Err(problems) => {
            problems.iter().for_each(complain);
            ExitCode::from(BAD_USE)
        }
    }
}

fn summarize(settings: &Settings) {
    let server = &settings.server;
    let transport = if settings.tls.is_some() { "TLS" } else { "plain" };
    say(format!(
        "  widgets {}, admin {}, {transport}",
        server.listen, server.admin_listen
    ));
    for organization in &settings.organizations {
        let seats = organization.allocation.base;
        let increases = organization.increases.len();
        let access = if organization.is_open() {
            ", open to all who reach it"
        } else {
            ""
        };
        say(format!(
            "  {}: {seats} seats, increases: {increases}, grace {:?}{access}",
            organization.id, organization.grace
        ));
    }
    say(format!("  admin tokens: {}", settings.admin_tokens.len()));
}
