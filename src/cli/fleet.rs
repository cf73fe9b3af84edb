//! `fleet`: simulate agents against a running server, and judge it from outside.

mod progress;
mod summary;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, ValueEnum};
use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;

use super::{BAD_USE, complain, say};
use crate::fleet::{AdminAccess, Fleet, FleetError, FleetPlan, Profile, SeatUrl};
use crate::seats::OrganizationId;
use crate::transport::Trust;

/// Simulate agents against a running server, and judge it from outside
///
/// The agents behave like people, the referee like an auditor: the cap was never exceeded, no seat was
/// freed early or late, no session was lost, every refusal was justified. It takes the fleet for the
/// only client of the organization; with --admin-url it sees whether others are there and allows for them.
/// Exit code: 0 no breach, 1 a breach or a failure, 2 wrong use.
#[derive(Debug, Args)]
pub(super) struct FleetArguments {
    /// The server's widget endpoint
    #[arg(long, default_value = "ws://127.0.0.1:7380/v1/seat")]
    url: SeatUrl,

    /// The organization that the agents log in to
    #[arg(long, default_value = "demo", value_parser = OrganizationId::parse)]
    org: OrganizationId,

    /// How many agents; more than there are seats is fine
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    agents: u32,

    /// What the agents do
    #[arg(long, value_enum, default_value_t = ProfileName::Churn)]
    profile: ProfileName,

    /// The admin listener, so that the referee sees the numbers too: http://HOST:PORT or https://…
    #[arg(long, value_name = "URL", requires = "token_file", value_parser = admin_url)]
    admin_url: Option<hyper::Uri>,

    /// A file with a token that may read the organization
    #[arg(long, value_name = "FILE", requires = "admin_url")]
    token_file: Option<PathBuf>,

    /// A file with the organization's widget key, if it demands one
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,

    /// The authorities whose certificates count for wss:// and https://
    #[arg(
        long,
        value_name = "FILE",
        default_value = "/etc/ssl/certs/ca-certificates.crt"
    )]
    ca_file: PathBuf,

    /// How long the run lasts; a few graces show most
    #[arg(long, default_value = "3m", value_parser = duration)]
    duration: Duration,

    /// The same seed gives the same scripts
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Write the report as one JSON object
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// The grace, if it is finer than the whole seconds that the server says
    #[arg(long, value_parser = duration)]
    grace: Option<Duration>,

    /// The server's silence limit, if it is not the default
    #[arg(long, default_value = "45s", value_parser = duration)]
    silence_limit: Duration,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ProfileName {
    /// Agents on their own: reloads, drops, silence, logouts, crashes, lost answers, close together
    Churn,
    /// The whole fleet at once, in rounds: all come, are lost, return, are purged
    Storm,
}

/// Runs the fleet and prints what it came to.
pub(super) fn run(arguments: FleetArguments) -> anyhow::Result<ExitCode> {
    let admin = match (&arguments.admin_url, &arguments.token_file) {
        (Some(url), Some(file)) => Some(AdminAccess {
            url: url.clone(),
            token: secret(file)?,
        }),
        (None, _) | (_, None) => None,
    };
    let url = if is_encrypted(&arguments) {
        arguments.url.clone().trusting(trust(&arguments.ca_file)?)
    } else {
        arguments.url.clone()
    };
    let plan = FleetPlan {
        url,
        organization: arguments.org,
        key: arguments.key_file.as_deref().map(secret).transpose()?,
        agents: usize::try_from(arguments.agents)?,
        profile: match arguments.profile {
            ProfileName::Churn => Profile::Churn,
            ProfileName::Storm => Profile::Storm,
        },
        duration: arguments.duration,
        seed: arguments.seed,
        grace: arguments.grace,
        silence_limit: arguments.silence_limit,
        admin,
    };
    let fleet = Fleet::new(plan);
    let gauges = fleet.gauges();
    let report = Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let over = CancellationToken::new();
        let shown = tokio::spawn(progress::show(gauges, arguments.duration, over.clone()));
        let interrupted = async {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let report = Box::pin(fleet.run(interrupted)).await;
        over.cancel();
        let _ = shown.await;
        report
    });
    let report = match report {
        Err(error @ FleetError::Descriptors { .. }) => {
            complain(error);
            return Ok(ExitCode::from(BAD_USE));
        }
        report => report?,
    };
    say(summary::text(&report));
    if let Some(file) = &arguments.json {
        let text = format!("{}\n", report.to_json());
        std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(if report.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn is_encrypted(arguments: &FleetArguments) -> bool {
    let admin = arguments.admin_url.as_ref().and_then(hyper::Uri::scheme_str);
    arguments.url.to_string().starts_with("wss:") || admin == Some("https")
}

fn trust(file: &Path) -> anyhow::Result<Trust> {
    let pem = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    Trust::read(&pem).with_context(|| file.display().to_string())
}

/// The first line of a file.
fn secret(file: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let line = text.lines().next().unwrap_or_default().trim();
    anyhow::ensure!(!line.is_empty(), "{} is empty", file.display());
    Ok(line.to_owned())
}

fn duration(text: &str) -> Result<Duration, String> {
    let duration: jiff::SignedDuration = text.parse().map_err(|error: jiff::Error| error.to_string())?;
    let duration = Duration::try_from(duration)
        .ok()
        .filter(|duration| !duration.is_zero());
    duration.ok_or_else(|| "a time such as 90s or 10m is wanted".to_owned())
}

fn admin_url(text: &str) -> Result<hyper::Uri, String> {
    let url: hyper::Uri = text.parse().map_err(|_| "no URL".to_owned())?;
    let is_http = matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some();
    if is_http {
        Ok(url)
    } else {
        Err("a URL such as http://127.0.0.1:7381 is wanted".to_owned())
    }
}
