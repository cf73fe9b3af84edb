//! The end of a run for a person to read.

use std::fmt::Write;

use crate::fleet::{FleetReport, Percentiles, Verdict};

/// How many breaches are written out; the JSON report has more.
const SHOWN: usize = 20;

/// The summary, several lines.
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
    writeln!(text, "{} agents for {:.1} s", report.agents, report.duration_s)?;
    writeln!(
        text,
        "logins {}, resumes {}, refusals {}",
        report.logins, report.resumes, report.refusals
    )?;
    writeln!(text, "peak in use {}, limit {limit}", report.peak_in_use)?;
    writeln!(
        text,
        "{:16}{:>10}{:>10}{:>10}{:>10}",
        "ms", "p50", "p99", "p99.9", "max"
    )?;
    row(text, "login", &report.login_ms)?;
    row(text, "resume", &report.resume_ms)?;
    row(text, "purge lateness", &report.purge_lateness_ms)?;
    for breach in report.breaches.iter().take(SHOWN) {
        writeln!(
            text,
            "{:10.3} s  {:?}: {}",
            breach.at.as_secs_f64(),
            breach.rule,
            breach.detail
        )?;
    }
    match report.verdict {
        Verdict::Ok => writeln!(text, "verdict: ok"),
        Verdict::Breach if report.breaches.len() > SHOWN => {
            writeln!(
                text,
                "… and {} more\nverdict: breach",
                report.breaches.len() - SHOWN
            )
        }
        Verdict::Breach => writeln!(text, "verdict: breach"),
    }
}

fn row(text: &mut String, name: &str, measured: &Percentiles) -> std::fmt::Result {
    write!(text, "{name:16}")?;
    for value in [measured.p50, measured.p99, measured.p99_9, measured.max] {
        match value {
            Some(value) => write!(text, "{value:10.1}")?,
            None => write!(text, "{:>10}", "–")?,
        }
    }
    writeln!(text)
}
