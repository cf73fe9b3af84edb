//! `maintenance`: windows in which new logins may be refused.

use super::remote::{self, Remote, fields, moment, table};
use crate::seats::OrganizationId;
use clap::{Args, Subcommand};
use hyper::Method;
use serde_json::{Value, json};
use std::process::ExitCode;

const ALL: &str = "/api/v1/maintenance";
const COLUMNS: [&str; 7] = [
    "id",
    "title",
    "starts_at",
    "ends_at",
    "new_logins",
    "state",
    "organizations",
];

#[derive(Debug, Subcommand)]
pub(super) enum MaintenanceCommand {
    /// Show the windows
    List(ListArguments),
    /// Plan a window; it begins and ends by itself
    Add(AddArguments),
    /// Say that the work is done and looked at: logins are taken
    Verify(OneArguments),
    /// Say that it is over before its end
    Complete(OneArguments),
    /// Call it off
    Cancel(OneArguments),
}

#[derive(Debug, Args)]
pub(super) struct ListArguments {
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
pub(super) struct AddArguments {
    /// What it is
    #[arg(long)]
    title: String,

    /// From when: now, +2h or 2026-11-27T02:00:00Z
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from: String,

    /// Until when: +4h or 2026-11-27T04:00:00Z
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: String,

    /// Take new logins all the same
    #[arg(long)]
    allow_logins: bool,

    /// What agents read
    #[arg(long)]
    message: Option<String>,

    /// For this organization, repeatable [default: all]
    #[arg(long, value_name = "ORG", value_parser = OrganizationId::parse)]
    org: Vec<OrganizationId>,

    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
pub(super) struct OneArguments {
    /// The id, as `maintenance list` shows it
    #[arg(value_name = "ID")]
    id: uuid::Uuid,

    #[command(flatten)]
    remote: Remote,
}

pub(super) fn run(command: &MaintenanceCommand) -> ExitCode {
    remote::run(async {
        match command {
            MaintenanceCommand::List(ListArguments { remote }) => {
                let all = remote.client()?.list(ALL).await?;
                remote.show(&all, |all| shown(all.as_array().into_iter().flatten()));
                Ok(())
            }
            MaintenanceCommand::Add(arguments) => add(arguments).await,
            MaintenanceCommand::Verify(one) => become_(one, "verifying").await,
            MaintenanceCommand::Complete(one) => become_(one, "completed").await,
            MaintenanceCommand::Cancel(one) => become_(one, "cancelled").await,
        }
    })
}

async fn add(arguments: &AddArguments) -> anyhow::Result<()> {
    let named: Vec<_> = arguments.org.iter().map(OrganizationId::as_str).collect();
    let body = json!({
        "title": arguments.title, "starts_at": arguments.from, "ends_at": arguments.until,
        "new_logins": if arguments.allow_logins { "allowed" } else { "refused" },
        "message": arguments.message,
        "organizations": if named.is_empty() { Value::Null } else { named.into() },
    });
    let client = arguments.remote.client()?;
    let made = client.ask(Method::POST, ALL, Some(&body)).await?;
    arguments.remote.show(&made, |made| shown([made].into_iter()));
    Ok(())
}

async fn become_(OneArguments { id, remote }: &OneArguments, state: &str) -> anyhow::Result<()> {
    let (client, path) = (remote.client()?, format!("{ALL}/{id}"));
    let body = json!({ "state": state });
    let changed = client.ask(Method::PATCH, &path, Some(&body)).await?;
    remote.show(&changed, |one| shown([one].into_iter()));
    Ok(())
}

fn shown<'a>(windows: impl Iterator<Item = &'a Value>) -> String {
    table(&COLUMNS, windows.map(|one| fields(one, &COLUMNS)))
}
