//! `fleet`: simulates agents against a running server and says whether it kept its promises.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the command line talks to its user"
)]

mod progress;
mod summary;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use tokio_util::sync::CancellationToken;

use crate::fleet::{self, AdminAccess, FleetPlan, Profile, Verdict};

/// What wrong use exits with.
const WRONG_USE: u8 = 2;

/// Simulate a fleet of agents against a running server, and judge the server from outside.
///
/// The fleet assumes that it is alone in its organization: seats that others hold look like a
/// server's mistake.
#[derive(Debug, clap::Args)]
pub(super) struct FleetArguments {
    /// The widget endpoint.
    #[arg(long, default_value = "ws://127.0.0.1:7380/v1/seat", value_name = "URL")]
    url: String,
    /// The organization, which nobody else uses meanwhile.
    #[arg(long, default_value = "demo")]
    org: String,
    /// How many agents; more than seats is normal.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    agents: u32,
    /// How the agents behave.
    #[arg(long, value_enum, default_value_t)]
    profile: Profile,
    /// The admin API, to compare its numbers with what the clients see.
    #[arg(long, value_name = "URL", requires = "token_file")]
    admin_url: Option<String>,
    /// A file whose first line is a token for the admin API.
    #[arg(long, value_name = "FILE", requires = "admin_url")]
    token_file: Option<PathBuf>,
    /// A file whose first line is the widget key.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// For how long, such as 90s, 10m or 1h.
    #[arg(long, default_value = "60s", value_parser = duration)]
    duration: Duration,
    /// What the agents' choices are drawn from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write the report as JSON to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// The true grace, if it is finer than the whole seconds on the wire, such as 500ms.
    #[arg(long, value_parser = duration)]
    grace: Option<Duration>,
}

/// Runs the fleet. 0: no breach; 1: a breach, or it could not run; 2: wrong use.
pub(super) fn run(arguments: FleetArguments) -> anyhow::Result<ExitCode> {
    if let Err(error) = fleet::make_room(arguments.agents as usize) {
        eprintln!("error: {error}");
        return Ok(ExitCode::from(WRONG_USE));
    }
    let json = arguments.json.clone();
    let plan = match plan(arguments) {
        Ok(plan) => plan,
        Err(error) => {
            eprintln!("error: {error:#}");
            return Ok(ExitCode::from(WRONG_USE));
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let report = runtime.block_on(async {
        let (stop, watched) = (plan.stop.clone(), CancellationToken::new());
        let interrupt = tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                stop.cancel();
            }
        });
        let progress = tokio::spawn(progress::show(
            Arc::clone(&plan.tally),
            plan.duration,
            watched.clone(),
        ));
        let report = fleet::run(plan).await;
        watched.cancel();
        interrupt.abort();
        let _ = progress.await;
        report
    })?;
    print!("{}", summary::text(&report));
    if let Some(file) = json {
        let text = serde_json::to_string(&report)? + "\n";
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(match report.verdict {
        Verdict::Ok => ExitCode::SUCCESS,
        Verdict::Breach => ExitCode::FAILURE,
    })
}

fn plan(arguments: FleetArguments) -> anyhow::Result<FleetPlan> {
    let mut plan = FleetPlan::new(arguments.url);
    anyhow::ensure!(
        plan.url.starts_with("ws://"),
        "{}: the fleet speaks ws:// only",
        plan.url
    );
    plan.organization = arguments.org;
    plan.agents = arguments.agents as usize;
    plan.profile = arguments.profile;
    plan.duration = arguments.duration;
    plan.seed = arguments.seed;
    plan.grace = arguments.grace;
    plan.key = arguments.key_file.as_deref().map(first_line).transpose()?;
    plan.admin = match (arguments.admin_url, arguments.token_file) {
        (Some(url), Some(file)) => Some(AdminAccess {
            url,
            token: first_line(&file)?,
        }),
        (_, _) => None,
    };
    Ok(plan)
}

fn first_line(file: &Path) -> anyhow::Result<String> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let line = text.lines().next().unwrap_or_default().trim();
    anyhow::ensure!(!line.is_empty(), "{} is empty", file.display());
    Ok(line.to_owned())
}

fn duration(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration = text.parse().map_err(|error: jiff::Error| error.to_string())?;
    Duration::try_from(span)
        .ok()
        .filter(|time| !time.is_zero())
        .ok_or_else(|| "has to be above zero".into())
}
