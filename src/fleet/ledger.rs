//! What is measured and counted during a run.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hdrhistogram::Histogram;

use super::agent::Situation;
use super::chart::{Chart, Level};
use super::referee::{At, Observation, Referee};

/// Everything that agents report, under one lock.
pub(super) struct Ledger {
    pub(super) referee: Referee,
    pub(super) logins: Latencies,
    pub(super) resumes: Latencies,
    pub(super) connects: Latencies,
    pub(super) refusals: u64,
    pub(super) chart: Chart,
    /// Connections that the server broke, or did not take.
    pub(super) interruptions: u64,
    /// Refusals and errors other than those of a full organization, by their code.
    pub(super) complaints: BTreeMap<String, u64>,
}

impl Ledger {
    pub(super) fn new(referee: Referee, chart: Chart) -> Self {
        Self {
            referee,
            logins: Latencies::new(),
            resumes: Latencies::new(),
            connects: Latencies::new(),
            refusals: 0,
            chart,
            interruptions: 0,
            complaints: BTreeMap::new(),
        }
    }

    pub(super) fn observe(&mut self, observation: Observation) {
        self.draw(&observation);
        self.referee.observe(observation);
    }

    /// Draws what agents see themselves, where no administrator looks on.
    pub(super) fn draw_gauges(&mut self, at: At, gauges: &Gauges) {
        let in_grace = gauges.in_grace();
        let level = Level {
            in_use: gauges.connected() + in_grace,
            in_grace,
            limit: self.chart.limit(),
        };
        self.chart.note(at, level);
    }

    fn draw(&mut self, observation: &Observation) {
        if let Observation::Sample { span, numbers } = *observation {
            let level = Level {
                in_use: numbers.in_use,
                in_grace: numbers.in_grace,
                limit: Some(numbers.limit),
            };
            self.chart.note(span.to, level);
        }
        if let Observation::Refused { span, numbers, .. } = *observation {
            self.chart.refused(span.to);
            if let Some(numbers) = numbers {
                self.chart.know_limit(numbers.limit);
            }
        }
    }

    pub(super) fn interrupted(&mut self) {
        self.interruptions += 1;
        self.referee.observe(Observation::Interrupted);
    }

    /// Counts a code that is no daily matter. A server that makes codes up fills no memory.
    pub(super) fn complain(&mut self, code: &str) {
        const MOST: usize = 32;
        if self.complaints.len() < MOST || self.complaints.contains_key(code) {
            *self.complaints.entry(code.to_owned()).or_default() += 1;
        }
    }
}

/// How long something took.
pub(super) struct Latencies(Histogram<u64>);

impl Latencies {
    const LONGEST_US: u64 = 600_000_000;

    pub(super) fn new() -> Self {
        Self(Histogram::new_with_bounds(1, Self::LONGEST_US, 3).expect("the bounds are valid"))
    }

    pub(super) fn record(&mut self, latency: Duration) {
        let microseconds = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.0.saturating_record(microseconds.max(1));
    }

    pub(super) fn count(&self) -> u64 {
        self.0.len()
    }

    pub(super) fn percentiles(&self) -> Option<Percentiles> {
        if self.0.is_empty() {
            return None;
        }
        let at = |quantile| self.0.value_at_quantile(quantile) as f64 / 1000.0;
        Some(Percentiles {
            p50: at(0.5),
            p99: at(0.99),
            p99_9: at(0.999),
            max: self.0.max() as f64 / 1000.0,
        })
    }
}

/// Percentiles of a time, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Percentiles {
    /// Half were at most this.
    pub p50: f64,
    /// 99 of 100.
    pub p99: f64,
    /// 999 of 1,000.
    pub p99_9: f64,
    /// The longest.
    pub max: f64,
}

/// How many agents are how, as they see it themselves.
#[derive(Debug, Default)]
pub struct Gauges {
    connected: AtomicU64,
    in_grace: AtomicU64,
    refused: AtomicU64,
}

impl Gauges {
    /// Agents with a seat and a connection.
    pub fn connected(&self) -> u64 {
        self.connected.load(Ordering::Relaxed)
    }

    /// Agents that have lost their connection and not yet given their session up.
    pub fn in_grace(&self) -> u64 {
        self.in_grace.load(Ordering::Relaxed)
    }

    /// Agents that were refused and have not got a seat since.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    pub(super) fn moved(&self, from: Situation, to: Situation) {
        if from == to {
            return;
        }
        if let Some(gauge) = self.of(to) {
            gauge.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(gauge) = self.of(from) {
            gauge.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn of(&self, situation: Situation) -> Option<&AtomicU64> {
        match situation {
            Situation::Away | Situation::Unanswered => None,
            Situation::Refused => Some(&self.refused),
            Situation::Seated => Some(&self.connected),
            Situation::Lost | Situation::Silent => Some(&self.in_grace),
        }
    }
}
