//! `increase`: temporary seats.

use super::remote::{self, Remote, fields, moment, table, text};
use crate::seats::OrganizationId;
use clap::{Args, Subcommand};
use hyper::Method;
use serde_json::{Value, json};
use std::process::ExitCode;

const COLUMNS: [&str; 6] = ["id", "seats", "from", "until", "state", "reason"];

#[derive(Debug, Subcommand)]
pub(super) enum IncreaseCommand {
    /// Show the increases of an organization
    List(ListArguments),
    /// Add seats for a time; an admin's run at once within the organization's self-service
    Add(AddArguments),
    /// Make an increase run that waits for an operator
    Confirm(OneArguments),
    /// End an increase, or take back one that does not run yet
    Remove(OneArguments),
}

#[derive(Debug, Args)]
pub(super) struct ListArguments {
    #[arg(value_name = "ORG", value_parser = OrganizationId::parse)]
    org: OrganizationId,

    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
pub(super) struct AddArguments {
    #[arg(value_name = "ORG", value_parser = OrganizationId::parse)]
    org: OrganizationId,

    /// How many
    #[arg(long)]
    seats: u32,

    /// From when: now, +2h or 2026-11-27T06:00:00Z
    #[arg(long, value_name = "TIME", default_value = "now", value_parser = moment)]
    from: String,

    /// Until when: +4h or 2026-11-30T22:00:00Z
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: String,

    /// What for
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
pub(super) struct OneArguments {
    #[arg(value_name = "ORG", value_parser = OrganizationId::parse)]
    org: OrganizationId,

    /// The id, as `increase list` shows it
    #[arg(value_name = "ID")]
    id: uuid::Uuid,

    #[command(flatten)]
    remote: Remote,
}

pub(super) fn run(command: &IncreaseCommand) -> ExitCode {
    remote::run(async {
        let folder = |org: &OrganizationId| format!("/api/v1/organizations/{org}/increases");
        match command {
            IncreaseCommand::List(ListArguments { org, remote }) => {
                let all = remote.client()?.list(&folder(org)).await?;
                remote.show(&all, |all| shown(all.as_array().into_iter().flatten()));
            }
            IncreaseCommand::Add(arguments) => {
                let body = json!({
                    "seats": arguments.seats, "from": arguments.from,
                    "until": arguments.until, "reason": arguments.reason,
                });
                let client = arguments.remote.client()?;
                let made = client
                    .ask(Method::POST, &folder(&arguments.org), Some(&body))
                    .await?;
                arguments.remote.show(&made, added);
            }
            IncreaseCommand::Confirm(OneArguments { org, id, remote }) => {
                let path = format!("{}/{id}/confirm", folder(org));
                let confirmed = remote.client()?.ask(Method::POST, &path, None).await?;
                remote.show(&confirmed, |one| shown([one].into_iter()));
            }
            IncreaseCommand::Remove(OneArguments { org, id, remote }) => {
                let path = format!("{}/{id}", folder(org));
                let removed = remote.client()?.ask(Method::DELETE, &path, None).await?;
                remote.show(&removed, |_| "removed".to_owned());
            }
        }
        Ok(())
    })
}

fn shown<'a>(increases: impl Iterator<Item = &'a Value>) -> String {
    table(&COLUMNS, increases.map(|one| fields(one, &COLUMNS)))
}

fn added(made: &Value) -> String {
    let shown = shown([made].into_iter());
    match text(&made["state"]).as_str() {
        "requested" => format!("{shown}\nit is more than self-service; an operator has to confirm it"),
        _ => shown,
    }
}
