//! `right-size`: how many seats are right, from a running server.

use super::remote::{self, Remote, fields, table, text};
use crate::report::{self, Forecast};
use crate::seats::{OrganizationId, Timestamp};
use crate::usage::trend::Band;
use anyhow::Context as _;
use clap::Args;
use jiff::tz::TimeZone;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Say how many seats are right, with every number of the formula
#[derive(Debug, Args)]
pub(super) struct RightSizeArguments {
    /// Whose seats
    #[arg(value_name = "ORG", default_value = "demo", value_parser = OrganizationId::parse)]
    org: OrganizationId,

    /// Your own buffer as a share of the peak, from 0 to 1 [default: measured]
    #[arg(long, value_name = "SHARE")]
    buffer: Option<f64>,

    /// One more horizon beside 6 and 12 months
    #[arg(long, value_name = "MONTHS", value_parser = clap::value_parser!(u32).range(1..=36))]
    horizon: Option<u32>,

    /// Draw the weekly peaks, the line through them and its band for 12 months as SVG
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,

    #[command(flatten)]
    remote: Remote,
}

pub(super) fn run(arguments: &RightSizeArguments) -> ExitCode {
    remote::run(async {
        let asked = [
            arguments.buffer.map(|buffer| format!("buffer={buffer}")),
            arguments.horizon.map(|months| format!("horizon_months={months}")),
        ];
        let asked: Vec<_> = asked.into_iter().flatten().collect();
        let org = &arguments.org;
        let path = format!(
            "/api/v1/organizations/{org}/advice/right-size?{}",
            asked.join("&")
        );
        let answer = arguments.remote.client()?.get(&path).await?;
        arguments.remote.show(&answer, people);
        match &arguments.plot {
            Some(file) => plot(&answer, file),
            None => Ok(()),
        }
    })
}

fn plot(advice: &Value, file: &Path) -> anyhow::Result<()> {
    let forecast = drawable(advice).context("there is no trend to draw before eight weeks are known")?;
    let drawn = report::forecast(&forecast).context("there is nothing to draw")?;
    std::fs::write(file, drawn?).with_context(|| format!("{} cannot be written", file.display()))
}

/// `None`: there is no trend.
fn drawable(advice: &Value) -> Option<Forecast> {
    let at = |time: &Value| {
        let time: jiff::Timestamp = time.as_str()?.parse().ok()?;
        Some(Timestamp(time.as_millisecond()))
    };
    let whole = |number: &Value| u32::try_from(number.as_u64()?).ok();
    let trend = &advice["trend"];
    let ends = advice["week_ends"].as_array()?.iter();
    let weeks = ends.zip(advice["weekly_peaks"].as_array()?);
    let months = trend["forecast"].as_array()?.iter().map(|month| {
        let edge = |name: &str| month[name].as_f64();
        let band = Band {
            low: edge("low")?,
            middle: edge("middle")?,
            high: edge("high")?,
        };
        Some((whole(&month["months"])?, at(&month["at"])?, band))
    });
    let zone = advice["time_zone"].as_str().map(TimeZone::get);
    Some(Forecast {
        weeks: weeks
            .map(|(end, peak)| Some((at(end)?, whole(peak)?)))
            .collect::<Option<_>>()?,
        begins: trend["begins"].as_f64()?,
        months: months.collect::<Option<_>>()?,
        seats: whole(&advice["seats"])?,
        zone: zone.and_then(Result::ok).unwrap_or(TimeZone::UTC),
    })
}

fn people(advice: &Value) -> String {
    if let Some(message) = advice["message"].as_str() {
        return message.to_owned();
    }
    let verdict = format!(
        "{} seats, {} at the peak of {}: {}; confidence {} ({} days known, {} with refusals)",
        advice["seats"],
        percent(&advice["use_at_peak"]),
        advice["peak"],
        text(&advice["verdict"]).replace('_', "-"),
        text(&advice["confidence"]),
        advice["days_known"],
        advice["days_at_cap"],
    );
    let parts = format!(
        "buffer {} (measured {}), growth a month {} (measured {}), {} of the peak only while shifts overlap",
        percent(&advice["buffer"]["used"]),
        percent(&advice["buffer"]["measured"]),
        percent(&advice["growth_a_month"]["used"]),
        percent(&advice["growth_a_month"]["measured"]),
        advice["shift_overlap"],
    );
    let trend = advice["trend"]["forecast"].as_array().map(|months| {
        let told = months
            .iter()
            .filter(|one| one["months"] == 6 || one["months"] == 12);
        let told = told.map(|one| {
            let [middle, low, high] = ["middle", "low", "high"].map(|edge| one[edge].as_f64().unwrap_or(0.0));
            format!("{middle:.0} ({low:.0} to {high:.0}) in {} months", one["months"])
        });
        format!(
            "weekly peaks, going on as before: {}",
            told.collect::<Vec<_>>().join(", ")
        )
    });
    let all = advice["recommended"].as_array().into_iter().flatten();
    let rows = all.map(|one| fields(one, &["months", "seats", "formula"]));
    let mut lines = vec![verdict, parts];
    lines.extend(trend);
    lines.push(table(&["months", "seats", "formula"], rows));
    if advice["at_least"] == true {
        lines.push(
            "These are the least: how many more would have come when all seats were in use, nobody knows."
                .to_owned(),
        );
    }
    if advice["may_cut"] == false && advice["verdict"] == "oversized" {
        lines.push("Less than a year is known: no season speaks for fewer seats yet.".to_owned());
    }
    lines.join("\n")
}

fn percent(share: &Value) -> String {
    match share.as_f64() {
        Some(share) => format!("{:.1} %", share * 100.0),
        None => "-".to_owned(),
    }
}
