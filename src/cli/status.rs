//! `status`: the organizations with their live numbers.

use super::remote::{self, Client, Remote, fields, table};
use super::{Clear, say};
use crate::seats::OrganizationId;
use clap::Args;
use http_body_util::BodyExt as _;
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::ExitCode;

const COLUMNS: [&str; 10] = [
    "organization",
    "in use",
    "limit",
    "free",
    "connected",
    "in grace",
    "on call",
    "waiting",
    "refused (1 h)",
    "peak today",
];

#[derive(Debug, Args)]
pub(super) struct StatusArguments {
    /// This organization alone
    #[arg(value_name = "ORG", value_parser = OrganizationId::parse)]
    org: Option<OrganizationId>,

    /// Go on and show every change
    #[arg(long)]
    watch: bool,

    #[command(flatten)]
    remote: Remote,
}

pub(super) fn run(arguments: &StatusArguments) -> ExitCode {
    remote::run(async {
        let client = arguments.remote.client()?;
        if arguments.watch {
            return watch(arguments, &client).await;
        }
        let all = match &arguments.org {
            Some(org) => {
                let one = client.get(&format!("/api/v1/organizations/{org}")).await?;
                Value::Array(vec![one])
            }
            None => client.list("/api/v1/organizations").await?,
        };
        arguments
            .remote
            .show(&all, |all| shown(all.as_array().into_iter().flatten()));
        Ok(())
    })
}

fn shown<'a>(organizations: impl Iterator<Item = &'a Value>) -> String {
    let rows = organizations.map(|one| {
        let mut row = fields(one, &["id", "in_use"]);
        row.push(one["limit"]["total"].clone());
        let numbers = [
            "free",
            "connected",
            "in_grace",
            "on_call",
            "waiting",
            "refused_last_hour",
        ];
        row.extend(fields(one, &numbers));
        row.push(one["peak_today"]["seats"].clone());
        row
    });
    table(&COLUMNS, rows)
}

/// Shows each event of the live feed until it ends.
async fn watch(arguments: &StatusArguments, client: &Client) -> anyhow::Result<()> {
    let org = arguments.org.as_ref();
    let query = org.map(|org| format!("?org={org}")).unwrap_or_default();
    let mut feed = client.feed(&format!("/api/v1/live{query}")).await?;
    let (mut rest, mut kind, mut known) = (Vec::new(), String::new(), BTreeMap::new());
    while let Some(frame) = feed.frame().await {
        let Ok(bytes) = frame?.into_data() else { continue };
        rest.extend_from_slice(&bytes);
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = rest.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            match line.trim_end().split_once(": ") {
                Some(("event", word)) => word.clone_into(&mut kind),
                Some(("data", data)) => tell(arguments, &kind, data, &mut known),
                Some(_) | None => {}
            }
        }
    }
    anyhow::bail!("the server ended the feed; it is going down, or the token was revoked")
}

fn tell(arguments: &StatusArguments, kind: &str, data: &str, known: &mut BTreeMap<String, Value>) {
    if arguments.remote.json {
        return say(data);
    }
    if kind == "stale" {
        return say("the numbers cannot be trusted at the moment");
    }
    if kind == "snapshot" {
        known.clear();
    }
    let data: Value = serde_json::from_str(data).unwrap_or_default();
    for one in data["organizations"].as_array().into_iter().flatten() {
        known.insert(remote::text(&one["id"]), one.clone());
    }
    say(Clear);
    say(shown(known.values()));
}
