//! The report for a reader.

use std::fmt::Write;
use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};

use crate::fleet::{Figures, FleetReport, Percentiles};

/// How many breaches are shown; the JSON report has more.
const SHOWN: usize = 20;

pub(super) fn text(report: &FleetReport) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut text, report);
    text
}

fn write(text: &mut String, report: &FleetReport) -> std::fmt::Result {
    let limit = report
        .limit
        .map_or_else(|| "unknown".to_owned(), |limit| limit.to_string());
    writeln!(text, "{} agents for {}", report.agents, length(report.duration))?;
    let FleetReport {
        logins,
        resumes,
        refusals,
        peak_in_use,
        ..
    } = report;
    writeln!(text, "{logins} logins, {resumes} resumes, {refusals} refusals")?;
    writeln!(text, "at most {peak_in_use} seats in use, limit {limit}")?;
    if report.interruptions > 0 {
        writeln!(
            text,
            "{} connections broken or not taken by the server",
            report.interruptions
        )?;
    }
    for (code, count) in &report.complaints {
        writeln!(text, "{count} times: {code}")?;
    }
    for note in &report.notes {
        writeln!(text, "note: {note}")?;
    }
    if let Some(figures) = &report.figures {
        write_figures(text, figures)?;
    } else {
        writeln!(text, "\n{}\n", percentiles(report))?;
    }
    for breach in report.breaches.iter().take(SHOWN) {
        writeln!(
            text,
            "{:9.3} s  {}: {}",
            breach.at.as_secs_f64(),
            breach.rule,
            breach.detail
        )?;
    }
    let more = report.breach_count.saturating_sub(SHOWN as u64);
    if more > 0 {
        writeln!(text, "and {more} more")?;
    }
    write!(text, "verdict: {}", report.verdict())
}

fn write_figures(text: &mut String, figures: &Figures) -> std::fmt::Result {
    let Figures {
        peak_per_head,
        middle_peak_per_head,
        busiest_minute,
        busiest_minute_of_all,
        ..
    } = figures;
    writeln!(
        text,
        "peak for each agent: {middle_peak_per_head:.3} on the middle day, {peak_per_head:.3} at most"
    )?;
    writeln!(
        text,
        "busiest minute: logins of {:.1} % of the day's peak on the middle day, {:.1} % at most",
        busiest_minute * 100.0,
        busiest_minute_of_all * 100.0
    )?;
    let hours = figures.session_p50.as_secs_f64() / 3600.0;
    writeln!(text, "half of the sessions were at most {hours:.2} h long")?;
    writeln!(text, "{} restarts of the server", figures.restarts)
}

fn length(duration: Duration) -> String {
    const HOUR: f64 = 3600.0;
    let seconds = duration.as_secs_f64();
    if seconds >= 48.0 * HOUR {
        format!("{:.1} days", seconds / HOUR / 24.0)
    } else if seconds >= 2.0 * HOUR {
        format!("{:.1} hours", seconds / HOUR)
    } else {
        format!("{seconds:.1} s")
    }
}

fn percentiles(report: &FleetReport) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_header(["ms", "p50", "p99", "p99.9", "max"]);
    let mut row = |name: &str, percentiles: Option<Percentiles>| {
        let cell = |of: fn(Percentiles) -> f64| {
            percentiles.map_or_else(|| "–".to_owned(), |percentiles| format!("{:.1}", of(percentiles)))
        };
        let [p50, p99] = [cell(|of| of.p50), cell(|of| of.p99)];
        table.add_row([name.to_owned(), p50, p99, cell(|of| of.p99_9), cell(|of| of.max)]);
    };
    row("connect", report.connect);
    row("login", report.login);
    row("resume", report.resume);
    row("purge lateness", report.purge_lateness);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
