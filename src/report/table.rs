//! A report as a table of days, for spreadsheets.

use super::figures::{Day, Report};
use crate::seats::Timestamp;
use crate::usage::Count;
use jiff::tz::TimeZone;

const HEAD: [&str; 26] = [
    "organization",
    "name",
    "day",
    "known_s",
    "open_s",
    "peak",
    "low",
    "mean_open",
    "limit",
    "seat_hours",
    "logins",
    "logout",
    "closed",
    "lost",
    "ended",
    "handed_off",
    "withdrawn",
    "resumes",
    "over_12_h",
    "refusals",
    "would_be_refused",
    "waited",
    "waited_briefly",
    "wait_s_p95",
    "abandoned",
    "demand_peak",
];

/// A line for each day of which something is known, under a head; RFC 4180.
pub fn csv(report: &Report) -> String {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let mut put = |line: &[String]| {
        writer
            .write_record(line)
            .expect("writing to memory cannot fail, and all lines are as long");
    };
    put(&HEAD.map(str::to_owned));
    for day in &report.days {
        if let Some(line) = line(report, day) {
            put(&line);
        }
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

fn line(report: &Report, day: &Day) -> Option<[String; HEAD.len()]> {
    let row = day.row.as_ref().filter(|row| row.known_ms() > 0)?;
    let count = |count| row.counts.get(count).to_string();
    let hours = row.in_use.product_ms() as f64 / 3_600_000.0;
    let open = row.open_ms();
    Some([
        harmless(&report.subject.id),
        harmless(&report.subject.name),
        date(&report.subject.zone, day.from),
        seconds(row.known_ms()),
        seconds(open),
        row.in_use.highest().unwrap_or(0).to_string(),
        row.in_use.lowest().unwrap_or(0).to_string(),
        format!("{:.2}", row.in_use.product_ms() as f64 / open.max(1) as f64),
        row.limit.highest().unwrap_or(0).to_string(),
        format!("{hours:.3}"),
        count(Count::Logins),
        count(Count::Logouts),
        count(Count::PurgesClosed),
        count(Count::PurgesLost),
        count(Count::Terminated),
        count(Count::Handoffs),
        count(Count::Withdrawn),
        count(Count::Resumes),
        count(Count::OverTwelveHours),
        count(Count::Refusals),
        count(Count::WouldBeRefused),
        count(Count::Waited),
        count(Count::WaitedBriefly),
        row.waits
            .quantile_s(0.95)
            .map_or_else(String::new, |s| format!("{s}")),
        count(Count::Abandoned),
        row.demand.highest().unwrap_or(0).to_string(),
    ])
}

/// A text that no spreadsheet takes for a formula (OWASP, CSV injection).
fn harmless(text: &str) -> String {
    let first = text.trim_start().chars().next();
    let is_formula = first.is_some_and(|first| "=+-@\t\r\n|%＝＋－＠".contains(first))
        || text.starts_with(['\t', '\r', '\n']);
    if is_formula {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn seconds(ms: u64) -> String {
    format!("{:.3}", ms as f64 / 1000.0)
}

/// The day of `at` in `zone`.
pub(super) fn date(zone: &TimeZone, at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map(|at| at.to_zoned(zone.clone()).date().to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::test_report::{empty, office};

    #[test]
    fn a_line_for_each_day_of_which_something_is_known() {
        let text = csv(&office(9));
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.headers().unwrap().len(), HEAD.len());
        let lines: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(lines.len(), 9);
        assert_eq!((&lines[0][2], &lines[0][5]), ("2026-01-05", "31"));
        assert_eq!(csv(&empty()).lines().count(), 1);
    }

    #[test]
    fn no_text_is_a_formula() {
        let mut report = office(1);
        for name in [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "|x", "%x",
        ] {
            name.clone_into(&mut report.subject.name);
            let text = csv(&report);
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let line = reader.records().next().unwrap().unwrap();
            assert_eq!(&line[1], format!("'{name}"));
        }
        report.subject.name = "A \"quoted\", name\nof two lines".to_owned();
        let text = csv(&report);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.records().next().unwrap().unwrap()[1], *report.subject.name);
    }
}
