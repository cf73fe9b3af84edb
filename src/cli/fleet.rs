//! `fleet`: simulate agents against a running server, and judge it from outside.

mod progress;
mod summary;
pub(super) mod values;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, ValueEnum};
use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;

use super::{BAD_USE, complain, say};
use crate::config::load_scenario;
use crate::fleet::{
    AdminAccess, Days, Fleet, FleetError, FleetPlan, FleetReport, Profile, SeatUrl, SimulationPlan, simulate,
    svg,
};
use crate::schedule::{DAY, Scenario};
use crate::seats::OrganizationId;
use crate::transport::Trust;
use values::{admin_url, duration, speed};

/// Simulate agents against a running server, and judge it from outside
///
/// The agents behave like people, the referee like an auditor: the cap was never exceeded, no seat was
/// freed early or late, no session was lost, every refusal was justified. It takes the fleet for the
/// only client of the organization; with --admin-url it sees whether others are there and allows for them.
/// With --simulate there is no server: the rules run in virtual time, and an auditor counts.
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

    /// A file that describes the days of the fleet; see config/fleet.example.toml
    #[arg(long, value_name = "FILE", conflicts_with = "profile")]
    scenario: Option<PathBuf>,

    /// How much faster whole days pass, as in 12x; what is shorter than two graces runs in real time
    #[arg(long, value_parser = speed, conflicts_with = "simulate")]
    speed: Option<f64>,

    /// Run the rules in virtual time, without a server and without sockets: weeks in seconds
    #[arg(long, conflicts_with_all = ["admin_url", "token_file", "key_file"])]
    simulate: bool,

    /// The organization's seats in a simulation [default: as many as agents]
    #[arg(long, requires = "simulate", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    seats: Option<u32>,

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

    /// How long the run lasts, as in 90s, 10m or, for a simulation, 28d [default: 3m, where a few graces
    /// show most; of whole days the first one, simulated a week]
    #[arg(long, value_parser = duration)]
    duration: Option<Duration>,

    /// The same seed gives the same scripts
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Write the report as one JSON object
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Draw the seats in use, in grace and refused over the time of the run
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,

    /// The grace, if it is finer than the whole seconds that the server says
    #[arg(long, value_parser = duration)]
    grace: Option<Duration>,

    /// The server's silence limit, if it is not the default
    #[arg(long, default_value = "45s", value_parser = duration)]
    silence_limit: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ProfileName {
    /// Whole days of an office that is open on weekdays from eight to half past six
    Office,
    /// Whole days from seven to nine, Saturdays included
    Extended,
    /// Around the clock, with half an hour of overlap
    #[value(name = "24x7")]
    AroundTheClock,
    /// Agents on their own: reloads, drops, silence, logouts, crashes, lost answers, close together
    Churn,
    /// The whole fleet at once, in rounds: all come, are lost, return, are purged
    Storm,
}

impl FleetArguments {
    /// The scenario of whole days, if that is what is asked for. An error is said already.
    fn scenario(&self) -> Result<Option<Scenario>, ExitCode> {
        if let Some(file) = &self.scenario {
            return load_scenario(file).map(Some).map_err(|problems| {
                problems.iter().for_each(complain);
                ExitCode::from(BAD_USE)
            });
        }
        Ok(match self.profile {
            ProfileName::Office => Some(Scenario::office()),
            ProfileName::Extended => Some(Scenario::extended()),
            ProfileName::AroundTheClock => Some(Scenario::around_the_clock()),
            ProfileName::Churn | ProfileName::Storm => None,
        })
    }

    fn days(&self, scenario: Scenario) -> Days {
        let begin = scenario.begin.since_midnight();
        Days {
            begin: if self.simulate { Duration::ZERO } else { begin },
            speed: self.speed.unwrap_or(1.0),
            scenario: Arc::new(scenario),
        }
    }

    fn duration(&self, profile: &Profile) -> Duration {
        const SHORT: Duration = Duration::from_secs(180);
        let usual = match profile {
            Profile::Churn | Profile::Storm => SHORT,
            Profile::Days(_) if self.simulate => DAY * 7,
            Profile::Days(days) => DAY.saturating_sub(days.begin).div_f64(days.speed),
        };
        self.duration.unwrap_or(usual)
    }

    /// The title of a picture.
    fn title(&self) -> String {
        let name = match (&self.scenario, self.profile) {
            (Some(file), _) => file
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            (None, ProfileName::Churn) => "churn".to_owned(),
            (None, ProfileName::Storm) => "storm".to_owned(),
            (None, ProfileName::Office) => "office".to_owned(),
            (None, ProfileName::Extended) => "extended".to_owned(),
            (None, ProfileName::AroundTheClock) => "24x7".to_owned(),
        };
        let how = if self.simulate { ", simulated" } else { "" };
        format!("{name}: {} agents{how}, seed {}", self.agents, self.seed)
    }
}

/// Runs the fleet and prints what it came to.
pub(super) fn run(arguments: FleetArguments) -> anyhow::Result<ExitCode> {
    let profile = match arguments.scenario() {
        Ok(Some(scenario)) => Profile::Days(arguments.days(scenario)),
        Ok(None) if arguments.profile == ProfileName::Storm => Profile::Storm,
        Ok(None) => Profile::Churn,
        Err(code) => return Ok(code),
    };
    if arguments.speed.is_some() && !matches!(profile, Profile::Days(_)) {
        complain("error: --speed is for whole days: --profile office, extended or 24x7, or --scenario");
        return Ok(ExitCode::from(BAD_USE));
    }
    if let Some(note) = profile.note() {
        complain(format_args!("note: {note}"));
    }
    let (json, plot, title) = (arguments.json.clone(), arguments.plot.clone(), arguments.title());
    let report = if arguments.simulate {
        simulated(&arguments, profile)
    } else {
        match against_a_server(arguments, profile)? {
            Err(error @ FleetError::Descriptors { .. }) => {
                complain(error);
                return Ok(ExitCode::from(BAD_USE));
            }
            report => report?,
        }
    };
    say(summary::text(&report));
    if let Some(file) = &json {
        write(file, &format!("{}\n", report.to_json()))?;
    }
    if let Some(file) = &plot {
        write(file, &svg(&report.chart, &title)?)?;
    }
    Ok(if report.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn simulated(arguments: &FleetArguments, profile: Profile) -> FleetReport {
    const USUAL_GRACE: Duration = Duration::from_secs(60);
    simulate(&SimulationPlan {
        duration: arguments.duration(&profile),
        profile,
        agents: arguments.agents as usize,
        seats: arguments.seats.unwrap_or(arguments.agents),
        line: 0,
        grace: arguments.grace.unwrap_or(USUAL_GRACE),
        silence_limit: arguments.silence_limit,
        seed: arguments.seed,
    })
}

fn against_a_server(
    arguments: FleetArguments,
    profile: Profile,
) -> anyhow::Result<Result<FleetReport, FleetError>> {
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
    let duration = arguments.duration(&profile);
    let plan = FleetPlan {
        url,
        organization: arguments.org,
        key: arguments.key_file.as_deref().map(secret).transpose()?,
        agents: usize::try_from(arguments.agents)?,
        profile,
        duration,
        seed: arguments.seed,
        grace: arguments.grace,
        silence_limit: arguments.silence_limit,
        admin,
    };
    let fleet = Fleet::new(plan);
    let gauges = fleet.gauges();
    let report = Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let over = CancellationToken::new();
        let shown = tokio::spawn(progress::show(gauges, duration, over.clone()));
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
    Ok(report)
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

fn is_encrypted(arguments: &FleetArguments) -> bool {
    let admin = arguments.admin_url.as_ref().and_then(hyper::Uri::scheme_str);
    arguments.url.to_string().starts_with("wss:") || admin == Some("https")
}

pub(super) fn trust(file: &Path) -> anyhow::Result<Trust> {
    let pem = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    Trust::read(&pem).with_context(|| file.display().to_string())
}

/// The first line of a file.
pub(super) fn secret(file: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let line = text.lines().next().unwrap_or_default().trim();
    anyhow::ensure!(!line.is_empty(), "{} is empty", file.display());
    Ok(line.to_owned())
}
