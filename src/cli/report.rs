//! `report`: how an organization's seats were used, from a running server.

mod fetch;
mod people;

use super::fleet::values::admin_url;
use super::fleet::{secret, trust};
use super::{complain, say};
use crate::clock::utc;
use crate::protocol::rfc3339;
use crate::seats::{OrganizationId, Timestamp};
use anyhow::Context as _;
use clap::Args;
use fetch::{Source, fetch};
use hyper::Uri;
use std::path::PathBuf;
use std::process::ExitCode;

/// Report how an organization's seats were used: peaks, seats that are enough, refusals, sessions
///
/// In whole days of the organization's time zone; the running one counts up to now.
#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    /// Whose usage
    #[arg(value_name = "ORG", default_value = "demo", value_parser = OrganizationId::parse)]
    org: OrganizationId,

    /// From when: 2026-11-01, 2026-11-01T08:00:00Z, or so long ago as in 90d [default: 27 days before]
    #[arg(long, value_parser = moment)]
    from: Option<Timestamp>,

    /// Until when [default: now]
    #[arg(long, value_parser = moment)]
    to: Option<Timestamp>,

    /// The admin listener: http://HOST:PORT or https://…
    #[arg(
        long,
        value_name = "URL",
        env = "MIRABRIDGE_SEATS_URL",
        default_value = "http://127.0.0.1:7381",
        value_parser = admin_url
    )]
    url: Uri,

    /// A file with a token of the admin API
    #[arg(
        long,
        value_name = "FILE",
        env = "MIRABRIDGE_SEATS_TOKEN_FILE",
        default_value = "data/admin-token"
    )]
    token_file: PathBuf,

    /// The authorities whose certificates count for https://
    #[arg(
        long,
        value_name = "FILE",
        default_value = "/etc/ssl/certs/ca-certificates.crt"
    )]
    ca_file: PathBuf,

    /// Print JSON for programs
    #[arg(long, conflicts_with = "csv")]
    json: bool,

    /// Print a line for each day, for spreadsheets
    #[arg(long)]
    csv: bool,

    /// Write the page with the pictures, to look at or to print
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

pub(super) fn run(arguments: &ReportArguments) -> ExitCode {
    match report(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn report(arguments: &ReportArguments) -> anyhow::Result<()> {
    let token = secret(&arguments.token_file)
        .context("the first start of a server writes a token and logs where; `--token-file` names another")?;
    let is_encrypted = arguments.url.scheme_str() == Some("https");
    let source = Source {
        url: arguments.url.clone(),
        token,
        trust: is_encrypted.then(|| trust(&arguments.ca_file)).transpose()?,
    };
    let path = path(arguments);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let get = |kind| runtime.block_on(fetch(&source, &path, kind));
    if let Some(file) = &arguments.html {
        let page = get("text/html")?;
        std::fs::write(file, page).with_context(|| format!("cannot write {}", file.display()))?;
        if !arguments.json && !arguments.csv {
            say(format_args!("{}: written", file.display()));
            return Ok(());
        }
    }
    if arguments.csv {
        say(get("text/csv")?.trim_end());
    } else {
        let answer = get("application/json")?;
        if arguments.json {
            say(answer.trim_end());
        } else {
            let told = serde_json::from_str(&answer).context("the answer is no report")?;
            say(people::text(&told));
        }
    }
    Ok(())
}

fn path(arguments: &ReportArguments) -> String {
    let mut path = format!("/api/v1/organizations/{}/report", arguments.org);
    let bounds = [("from", arguments.from), ("to", arguments.to)];
    let mut mark = '?';
    for (name, at) in bounds.into_iter().filter_map(|(name, at)| Some((name, at?))) {
        path.push_str(&format!("{mark}{name}={}", rfc3339(at)));
        mark = '&';
    }
    path
}

/// A date, a time, or so many days ago.
fn moment(text: &str) -> Result<Timestamp, String> {
    const DAY_MS: i64 = 24 * 3_600_000;
    const WANTED: &str =
        "a date such as 2026-11-01, a time such as 2026-11-01T08:00:00Z, or 90d for so long ago";
    if let Some(days) = text.strip_suffix('d') {
        let days: u32 = days.parse().map_err(|_| WANTED.to_owned())?;
        return Ok(Timestamp((utc().0 - i64::from(days) * DAY_MS).max(0)));
    }
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Ok(Timestamp(time.as_millisecond()));
    }
    let date: jiff::civil::Date = text.parse().map_err(|_| WANTED.to_owned())?;
    let noon = date.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC);
    // Noon: the same day in nearly every time zone.
    noon.map(|noon| Timestamp(noon.timestamp().as_millisecond()))
        .map_err(|_| WANTED.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_date_a_time_or_so_long_ago() {
        assert_eq!(moment("2026-11-01"), moment("2026-11-01T12:00:00Z"));
        assert_eq!(
            moment("2026-11-01T08:00:00+02:00"),
            moment("2026-11-01T06:00:00Z")
        );
        assert!(moment("90d").unwrap() < moment("1d").unwrap());
        for wrong in ["", "d", "soon", "2026-13-01", "-3d"] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }
}
