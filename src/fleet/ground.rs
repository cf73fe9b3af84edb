//! What all agents of a run share.

use std::{
    sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use hdrhistogram::Histogram;
use parking_lot::Mutex;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{
    address::Target,
    plan::FleetPlan,
    referee::{Observation, Referee, VisitNumber},
    stopwatch::Stopwatch,
};

/// What a run counts while it goes on.
#[derive(Debug, Default)]
pub struct Tally {
    /// Agents with an open, seated connection.
    pub connected: AtomicU32,
    /// Agents whose session is in grace, as far as they know.
    pub in_grace: AtomicU32,
    /// Logins that were refused.
    pub refused: AtomicU64,
    /// Logins that were granted.
    pub logins: AtomicU64,
    /// Sessions that were resumed.
    pub resumes: AtomicU64,
    /// Connections that could not be made.
    pub unreached: AtomicU64,
}

/// Latencies in microseconds.
#[derive(Debug)]
pub(super) struct Latencies {
    pub(super) login: Histogram<u64>,
    pub(super) resume: Histogram<u64>,
}

#[derive(Debug)]
pub(super) struct Ground {
    pub(super) plan: FleetPlan,
    pub(super) target: Target,
    pub(super) stopwatch: Stopwatch,
    /// Ends the play; what agents hold is given back afterwards.
    pub(super) closing_time: CancellationToken,
    referee: Mutex<Referee>,
    pub(super) latencies: Mutex<Latencies>,
    /// The first code with which the server turned the whole fleet away.
    pub(super) turned_away: Mutex<Option<String>>,
    visits: AtomicU64,
    grace_ms: AtomicU64,
}

impl Ground {
    pub(super) fn new(plan: FleetPlan, target: Target) -> anyhow::Result<Self> {
        let latencies = Latencies {
            login: Histogram::new(3)?,
            resume: Histogram::new(3)?,
        };
        let grace = plan.grace.unwrap_or(Duration::from_secs(60));
        Ok(Self {
            target,
            stopwatch: Stopwatch::start(),
            closing_time: plan.stop.child_token(),
            referee: Mutex::default(),
            latencies: Mutex::new(latencies),
            turned_away: Mutex::default(),
            visits: AtomicU64::new(0),
            grace_ms: AtomicU64::new(u64::try_from(grace.as_millis()).unwrap_or(u64::MAX)),
            plan,
        })
    }

    pub(super) fn new_visit(&self) -> VisitNumber {
        VisitNumber(self.visits.fetch_add(1, Relaxed))
    }

    pub(super) fn observe(&self, observation: Observation) -> Duration {
        let at = self.stopwatch.read();
        self.referee.lock().observe(at, observation);
        at
    }

    pub(super) fn referee(&self) -> Referee {
        std::mem::take(&mut self.referee.lock())
    }

    /// The grace as far as it is known.
    pub(super) fn grace(&self) -> Duration {
        Duration::from_millis(self.grace_ms.load(Relaxed))
    }

    /// The true grace of a session that says `told`, which is remembered.
    pub(super) fn learn_grace(&self, told: Duration) -> Duration {
        let grace = self.plan.grace.unwrap_or(told);
        self.grace_ms
            .store(u64::try_from(grace.as_millis()).unwrap_or(u64::MAX), Relaxed);
        grace
    }

    /// Sleeps; false where the play is over before.
    pub(super) async fn pause(&self, time: Duration) -> bool {
        tokio::select! {
            () = sleep(time) => !self.over(),
            () = self.closing_time.cancelled() => false,
        }
    }

    pub(super) fn over(&self) -> bool {
        self.closing_time.is_cancelled()
    }
}
