//! `sessions` and `end`: who holds a seat, and its end.

use super::fleet::values::duration;
use super::remote::{self, Client, Remote, fields, table, text};
use super::say;
use crate::seats::OrganizationId;
use anyhow::{bail, ensure};
use clap::{Args, ValueEnum};
use hyper::Method;
use serde_json::{Value, json};
use std::process::ExitCode;
use std::time::Duration;

#[derive(Debug, Args)]
pub(super) struct SessionsArguments {
    /// Whose sessions
    #[arg(value_name = "ORG", value_parser = OrganizationId::parse)]
    org: OrganizationId,

    #[command(flatten)]
    filter: Filter,

    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
pub(super) struct EndArguments {
    /// Whose sessions
    #[arg(value_name = "ORG", value_parser = OrganizationId::parse)]
    org: OrganizationId,

    /// The id of a session, or its first characters
    #[arg(
        value_name = "SESSION",
        required_unless_present = "all",
        conflicts_with_all = ["all", "state", "min_age"]
    )]
    session: Option<String>,

    /// All sessions that match
    #[arg(long, requires = "expect")]
    all: bool,

    /// How many match, as `sessions` counts them: another number ends nothing
    #[arg(long, value_name = "N", requires = "all")]
    expect: Option<u64>,

    #[command(flatten)]
    filter: Filter,

    /// After the call that the agent is in, at most 30 minutes later
    #[arg(long, conflicts_with = "notice")]
    after_call: bool,

    /// After so long, which the agent is told
    #[arg(long, value_name = "TIME", value_parser = duration)]
    notice: Option<Duration>,

    /// Why, for the audit log; no names of people
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
struct Filter {
    /// Those in this state
    #[arg(long, value_enum)]
    state: Option<StateName>,

    /// Those at least so old
    #[arg(long, value_name = "TIME", value_parser = duration)]
    min_age: Option<Duration>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StateName {
    Connected,
    Unresponsive,
    InGrace,
    OnCall,
}

impl StateName {
    fn word(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Unresponsive => "unresponsive",
            Self::InGrace => "in_grace",
            Self::OnCall => "on_call",
        }
    }
}

impl Filter {
    fn query(&self) -> String {
        let state = self.state.map(|state| format!("&state={}", state.word()));
        let age = self.min_age.map(|age| format!("&min_age_s={}", age.as_secs()));
        format!(
            "?sort=since{}{}",
            state.unwrap_or_default(),
            age.unwrap_or_default()
        )
    }
}

pub(super) fn run(arguments: &SessionsArguments) -> ExitCode {
    remote::run(async {
        let client = arguments.remote.client()?;
        let all = sessions(&client, &arguments.org, &arguments.filter.query()).await?;
        arguments.remote.show(&all, |all| {
            let names = [
                "short_id",
                "state",
                "since",
                "duration_s",
                "on_call",
                "resumes",
                "grace_left_s",
            ];
            let all = all.as_array().into_iter().flatten();
            let shown = table(&names, all.clone().map(|one| fields(one, &names)));
            format!("{shown}\n{} sessions", all.count())
        });
        Ok(())
    })
}

pub(super) fn end(arguments: &EndArguments) -> ExitCode {
    remote::run(async {
        let client = arguments.remote.client()?;
        let mut body = json!({"mode": "now"});
        if arguments.after_call {
            body["mode"] = "after_call".into();
        }
        if let Some(notice) = arguments.notice {
            body["mode"] = "notice".into();
            body["notice_s"] = notice.as_secs().into();
        }
        if let Some(reason) = &arguments.reason {
            body["reason"] = reason.as_str().into();
        }
        let folder = format!("/api/v1/organizations/{}/sessions", arguments.org);
        let path = match &arguments.session {
            Some(session) => {
                let session = find(&client, &arguments.org, session).await?;
                format!("{folder}/{session}/end")
            }
            None => {
                body["expect"] = arguments.expect.into();
                if let Some(state) = arguments.filter.state {
                    body["state"] = state.word().into();
                }
                body["min_age_s"] = arguments.filter.min_age.unwrap_or_default().as_secs().into();
                format!("{folder}/end")
            }
        };
        let done = client.ask(Method::POST, &path, Some(&body)).await?;
        arguments
            .remote
            .show(&done, |done| match text(&done["count"]).as_str() {
                "1" => "1 session ends".to_owned(),
                many => format!("{many} sessions end"),
            });
        Ok(())
    })
}

async fn sessions(client: &Client, org: &OrganizationId, query: &str) -> anyhow::Result<Value> {
    Ok(client
        .list(&format!("/api/v1/organizations/{org}/sessions{query}"))
        .await?)
}

/// The whole id of the one session that begins like this.
async fn find(client: &Client, org: &OrganizationId, start: &str) -> anyhow::Result<String> {
    let start = start.to_ascii_lowercase();
    ensure!(
        !start.is_empty(),
        "a session has an id; `sessions {org}` shows them"
    );
    if uuid::Uuid::parse_str(&start).is_ok() {
        return Ok(start);
    }
    let all = sessions(client, org, "?sort=id").await?;
    let ids = all.as_array().into_iter().flatten().map(|one| text(&one["id"]));
    let fitting: Vec<_> = ids.filter(|id| id.starts_with(&start)).collect();
    match fitting.as_slice() {
        [one] => Ok(one.clone()),
        [] => bail!("no session of {org} begins with {start}; `sessions {org}` shows them"),
        many => {
            say(many.join("\n"));
            bail!("{} sessions begin with {start}; write more of it", many.len())
        }
    }
}
