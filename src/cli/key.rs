//! `key`: make widget keys.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use zeroize::Zeroizing;

use super::{complain, say};
use crate::credential::{HashedToken, widget_key};
use crate::seats::OrganizationId;

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Make a widget key: it is shown once, only its hash goes into the configuration
    New(NewKeyArguments),
}

#[derive(Debug, Args)]
pub(super) struct NewKeyArguments {
    /// The organization that the key is for
    #[arg(long, value_name = "ORG", value_parser = OrganizationId::parse)]
    org: OrganizationId,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &KeyCommand) -> ExitCode {
    match command {
        KeyCommand::New(arguments) => new_key(arguments),
    }
}

fn new_key(arguments: &NewKeyArguments) -> ExitCode {
    let mut random = Zeroizing::new([0; 32]);
    if let Err(error) = getrandom::fill(&mut *random) {
        complain(format!("the system gives no random numbers: {error}"));
        return ExitCode::FAILURE;
    }
    let key = Zeroizing::new(widget_key(*random));
    let hash = HashedToken::of(&key).to_string();
    let org = arguments.org.as_str();
    if arguments.json {
        say(serde_json::json!({ "org": org, "key": *key, "hash": hash }));
    } else {
        say(format!("Widget key of {org}, shown this once:\n\n  {}\n", *key));
        say(format!(
            "In the configuration, under the [[organization]] with id = \"{org}\":\n\n  keys = [\"{hash}\"]"
        ));
    }
    ExitCode::SUCCESS
}
