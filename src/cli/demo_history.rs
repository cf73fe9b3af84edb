//! `demo-history`: a data folder with the history of a simulated fleet.

use super::{complain, say};
use crate::clock::{Stopwatch, utc};
use crate::fleet::{HistoryPlan, write_history};
use crate::protocol::rfc3339;
use crate::schedule::Scenario;
use crate::seats::OrganizationId;
use anyhow::Context as _;
use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Fill a new data folder with the history of a simulated fleet, so that charts have something to show
///
/// The rules and the recorder run in virtual time. There is no session in the folder afterwards, and
/// nothing of what it shows has happened.
#[derive(Debug, Args)]
pub(super) struct DemoHistoryArguments {
    /// So many whole weeks, and the running one up to now
    #[arg(long, default_value_t = 26, value_parser = clap::value_parser!(u32).range(1..=260))]
    weeks: u32,

    /// Folder of the database; there may be no record of usage in it
    #[arg(
        long,
        value_name = "DIR",
        env = "MIRABRIDGE_SEATS_DATA_DIR",
        default_value = "data"
    )]
    data_dir: PathBuf,

    /// Whose history
    #[arg(long, default_value = "demo", value_parser = OrganizationId::parse)]
    org: OrganizationId,

    /// How many people there are
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    agents: u32,

    /// The organization's seats [default: 61 for 100 people]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    seats: Option<u32>,

    /// When they work
    #[arg(long, value_enum, default_value_t = Hours::Office)]
    profile: Hours,

    /// Where they live
    #[arg(long, default_value = "UTC", value_parser = zone)]
    time_zone: TimeZone,

    /// The same seed gives the same people
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Hours {
    /// Weekdays from eight to half past six
    Office,
    /// From seven to nine, Saturdays included
    Extended,
    /// Around the clock
    #[value(name = "24x7")]
    AroundTheClock,
}

pub(super) fn run(arguments: &DemoHistoryArguments) -> ExitCode {
    match write(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn write(arguments: &DemoHistoryArguments) -> anyhow::Result<()> {
    const GRACE: Duration = Duration::from_secs(60);
    let plan = HistoryPlan {
        folder: arguments.data_dir.clone(),
        organization: arguments.org.clone(),
        zone: arguments.time_zone.clone(),
        scenario: match arguments.profile {
            Hours::Office => Scenario::office(),
            Hours::Extended => Scenario::extended(),
            Hours::AroundTheClock => Scenario::around_the_clock(),
        },
        agents: arguments.agents as usize,
        seats: arguments
            .seats
            .unwrap_or_else(|| (arguments.agents * 61).div_ceil(100)),
        grace: GRACE,
        weeks: arguments.weeks,
        until: utc(),
        seed: arguments.seed,
    };
    let watch = Stopwatch::start();
    let report = write_history(&plan)?;
    let folder = arguments.data_dir.display();
    let database = arguments.data_dir.join("seats.db");
    let bytes = std::fs::metadata(&database)
        .with_context(|| format!("cannot read {}", database.display()))?
        .len();
    say(format_args!(
        "{folder}: {} logins of {} people on {} seats since {}, the most at once {}, {} refused; {:.1} MiB, {:.1} s",
        report.logins,
        plan.agents,
        plan.seats,
        rfc3339(plan.begin()),
        report.peak_in_use,
        report.refusals,
        bytes as f64 / 1_048_576.0,
        watch.elapsed().as_secs_f64(),
    ));
    say(format_args!(
        "look at it with: mirabridge-seats serve --data-dir {folder} --seats {}={}",
        arguments.org, plan.seats
    ));
    Ok(())
}

fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| "a time zone like Europe/Berlin".to_owned())
}
