//! What a run came to.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::chart::Chart;
use super::ledger::{Latencies, Ledger, Percentiles};
use super::referee::{At, Breach};
use super::simulation::Figures;

/// The result of a run.
#[derive(Debug)]
pub struct FleetReport {
    /// How many agents there were.
    pub agents: usize,
    /// How long the run was.
    pub duration: Duration,
    /// Granted logins.
    pub logins: u64,
    /// Resumes that gave the session back.
    pub resumes: u64,
    /// Refused logins, those of agents that ask again and again included.
    pub refusals: u64,
    /// Connections that the server broke, or did not take.
    pub interruptions: u64,
    /// From the start of a TCP connection to the end of the WebSocket handshake.
    pub connect: Option<Percentiles>,
    /// From a login that is sent to its `seated` that is read, on an open connection.
    pub login: Option<Percentiles>,
    /// The same for a resume.
    pub resume: Option<Percentiles>,
    /// How long after the end of its grace a vanished agent's seat could be had, where that was seen.
    pub purge_lateness: Option<Percentiles>,
    /// The most seats in use, as the server said or as agents certainly held.
    pub peak_in_use: u64,
    /// The organization's limit, if the server told it.
    pub limit: Option<u64>,
    /// The first of the breaches.
    pub breaches: Vec<Breach>,
    /// How many there were.
    pub breach_count: u64,
    /// Codes and failures that are no daily matter, with their number.
    pub complaints: BTreeMap<String, u64>,
    /// What the reader should know of how it was judged.
    pub notes: Vec<String>,
    /// What the days came to, of a simulation.
    pub figures: Option<Figures>,
    /// Seats over the time of the run.
    pub chart: Chart,
}

impl FleetReport {
    pub(super) fn new(mut ledger: Ledger, agents: usize, end: At, notes: Vec<String>) -> Self {
        ledger.chart.finish(end);
        let verdict = ledger.referee.finish(end);
        let mut lateness = Latencies::new();
        for late in verdict.purge_lateness {
            lateness.record(late);
        }
        Self {
            agents,
            duration: end,
            logins: ledger.logins.count(),
            resumes: ledger.resumes.count(),
            refusals: ledger.refusals,
            interruptions: ledger.interruptions,
            connect: ledger.connects.percentiles(),
            login: ledger.logins.percentiles(),
            resume: ledger.resumes.percentiles(),
            purge_lateness: lateness.percentiles(),
            peak_in_use: verdict.peak_in_use,
            limit: verdict.limit,
            breaches: verdict.breaches,
            breach_count: verdict.breach_count,
            complaints: ledger.complaints,
            notes,
            figures: None,
            chart: ledger.chart,
        }
    }

    /// Whether the referee found nothing.
    pub fn is_ok(&self) -> bool {
        self.breach_count == 0
    }

    /// `ok` or `breach`.
    pub fn verdict(&self) -> &'static str {
        if self.is_ok() { "ok" } else { "breach" }
    }

    /// The report for programs. Times are in the unit of their name, with parts.
    pub fn to_json(&self) -> Value {
        let breaches: Vec<Value> = self
            .breaches
            .iter()
            .map(|breach| {
                let at = seconds(breach.at);
                json!({"rule": breach.rule.to_string(), "at": at, "detail": breach.detail})
            })
            .collect();
        let mut report = json!({
            "agents": self.agents,
            "duration_s": seconds(self.duration),
            "logins": self.logins,
            "resumes": self.resumes,
            "refusals": self.refusals,
            "login_ms": percentiles(self.login),
            "resume_ms": percentiles(self.resume),
            "purge_lateness_ms": percentiles(self.purge_lateness),
            "peak_in_use": self.peak_in_use,
            "limit": self.limit,
            "breaches": breaches,
            "verdict": self.verdict(),
        });
        if let Some(figures) = self.figures {
            report["simulation"] = json!({
                "peak_per_head": figures.peak_per_head,
                "middle_peak_per_head": figures.middle_peak_per_head,
                "session_p50_s": seconds(figures.session_p50),
                "busiest_minute_share": figures.busiest_minute,
                "busiest_minute_share_max": figures.busiest_minute_of_all,
                "restarts": figures.restarts,
                "refused": figures.refused,
                "waited": figures.waited,
                "wait_p95_s": seconds(figures.wait_p95),
            });
        }
        report
    }
}

/// Seconds with three places.
fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1000.0).round() / 1000.0
}

fn percentiles(percentiles: Option<Percentiles>) -> Value {
    let value = |of: fn(Percentiles) -> f64| percentiles.map(of);
    json!({
        "p50": value(|percentiles| percentiles.p50),
        "p99": value(|percentiles| percentiles.p99),
        "p99_9": value(|percentiles| percentiles.p99_9),
        "max": value(|percentiles| percentiles.max),
    })
}
