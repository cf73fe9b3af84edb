//! `right-size`: how many seats are right, from a running server.

use super::remote::{self, Remote, fields, table, text};
use crate::seats::OrganizationId;
use clap::Args;
use serde_json::Value;
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
        Ok(())
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
    let all = advice["recommended"].as_array().into_iter().flatten();
    let rows = all.map(|one| fields(one, &["months", "seats", "formula"]));
    let mut lines = vec![verdict, parts, table(&["months", "seats", "formula"], rows)];
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
