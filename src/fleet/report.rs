//! The outcome of a run, as `--json` writes it.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use super::referee::Breach;

/// What a run measured, and the verdict.
#[derive(Clone, Debug, Serialize)]
pub struct FleetReport {
    /// How many agents took part.
    pub agents: usize,
    /// How long it took, seconds.
    pub duration_s: f64,
    /// Logins granted.
    pub logins: u64,
    /// Sessions resumed.
    pub resumes: u64,
    /// Logins refused.
    pub refusals: u64,
    /// From sending `login` to `seated`.
    pub login_ms: Percentiles,
    /// From sending `resume` to `seated`.
    pub resume_ms: Percentiles,
    /// From the end of a grace until somebody who polled had the seat.
    pub purge_lateness_ms: Percentiles,
    /// The most seats in use that were seen or told.
    pub peak_in_use: u32,
    /// The limit, where it was told.
    pub limit: Option<u32>,
    /// What the referee accuses the server of, the first hundred.
    pub breaches: Vec<Breach>,
    /// The verdict.
    pub verdict: Verdict,
}

/// Whether anything was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing.
    Ok,
    /// Something.
    Breach,
}

/// Milliseconds; nothing where there were no samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Percentiles {
    /// Half were at most this.
    pub p50: Option<f64>,
    /// 99 % were at most this.
    pub p99: Option<f64>,
    /// 99.9 % were at most this.
    pub p99_9: Option<f64>,
    /// The largest.
    pub max: Option<f64>,
}

impl Percentiles {
    /// Of latencies in microseconds.
    pub(super) fn of(latencies: &Histogram<u64>) -> Self {
        let ms = |micros: u64| (!latencies.is_empty()).then_some(micros as f64 / 1000.0);
        Self {
            p50: ms(latencies.value_at_quantile(0.5)),
            p99: ms(latencies.value_at_quantile(0.99)),
            p99_9: ms(latencies.value_at_quantile(0.999)),
            max: ms(latencies.max()),
        }
    }

    /// Of single durations.
    pub(super) fn of_all(durations: &[Duration]) -> anyhow::Result<Self> {
        let mut histogram = Histogram::new(3)?;
        for duration in durations {
            histogram.record(u64::try_from(duration.as_micros())?)?;
        }
        Ok(Self::of(&histogram))
    }
}
