//! What the days came to.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::SimulationPlan;
use crate::fleet::chart::{Chart, Level};
use crate::fleet::referee::{At, Breach};
use crate::fleet::report::FleetReport;
use crate::schedule::DAY;
use crate::seats::{Effect, Numbers, Refusal, Served, SessionId};

/// The figures of a simulation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// The most seats in use, for each head.
    pub peak_per_head: f64,
    /// The same of the middle one of all days, by their peak.
    pub middle_peak_per_head: f64,
    /// Half of the sessions were at most this long, from their grant until their seat was free.
    pub session_p50: Duration,
    /// The logins in the busiest minute of a day, as a part of that day's peak: the middle one of all days.
    pub busiest_minute: f64,
    /// The same, of all days the one with the most.
    pub busiest_minute_of_all: f64,
    /// How often the server started again.
    pub restarts: u32,
    /// Logins that were refused for want of a seat when they came, each once, however often its agent
    /// tried again.
    pub refused: u64,
    /// Agents that got a seat after they had been refused or had waited in the line.
    pub waited: u64,
    /// 95 % of them had waited no longer.
    pub wait_p95: Duration,
}

/// Counts during a simulation.
pub(super) struct Tally {
    chart: Chart,
    granted: HashMap<SessionId, Served>,
    lengths: Vec<Duration>,
    days: BTreeMap<u64, Day>,
    minute: (u64, u64),
    logins: u64,
    resumes: u64,
    refusals: u64,
    peak: u64,
    restarts: u32,
    refused: u64,
    waits: Vec<Duration>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Day {
    peak: u64,
    busiest_minute: u64,
}

impl Tally {
    pub(super) fn new(chart: Chart) -> Self {
        Self {
            chart,
            granted: HashMap::new(),
            lengths: Vec::new(),
            days: BTreeMap::new(),
            minute: (0, 0),
            logins: 0,
            resumes: 0,
            refusals: 0,
            peak: 0,
            restarts: 0,
            refused: 0,
            waits: Vec::new(),
        }
    }

    pub(super) fn found_full(&mut self, is_refused: bool) {
        self.refused += u64::from(is_refused);
    }

    pub(super) fn waited(&mut self, wait: Duration) {
        self.waits.push(wait);
    }

    pub(super) fn restarted(&mut self) {
        self.restarts += 1;
    }

    /// Takes note of `effects` and the `numbers` after them.
    pub(super) fn note(&mut self, effects: &[Effect], numbers: &Numbers, now: Served, at: At) {
        for effect in effects {
            match *effect {
                Effect::SeatGranted { record, .. } => {
                    self.granted.insert(record.session, now);
                    self.logged_in(at);
                }
                Effect::SeatResumed { .. } => self.resumes += 1,
                Effect::SeatReleased { session, .. } => self.ended(session, now),
                Effect::SeatPurged { session, due } => self.ended(session, due),
                Effect::Refused {
                    refusal:
                        Refusal::SeatsExhausted(_)
                        | Refusal::NoAllocation
                        | Refusal::Maintenance { .. }
                        | Refusal::HandoffInvalid
                        | Refusal::TokenSpent
                        | Refusal::TooManyTokens,
                    ..
                } => {
                    self.refusals += 1;
                    self.chart.refused(at);
                }
                Effect::Refused {
                    refusal: Refusal::SessionGone,
                    ..
                }
                | Effect::SeatRestored { .. }
                | Effect::SecretRenewed { .. }
                | Effect::TokenSpent { .. }
                | Effect::SeatLost { .. }
                | Effect::EndingPlanned { .. }
                | Effect::EndingDue { .. }
                | Effect::LineJoined { .. }
                | Effect::LineLeft { .. }
                | Effect::LineHeard { .. }
                | Effect::HandoffOffered { .. }
                | Effect::HandoffWithdrawn { .. }
                | Effect::Maintained(_)
                | Effect::WouldBeRefused
                | Effect::OnCall { .. }
                | Effect::Responded { .. }
                | Effect::Allocated(_)
                | Effect::GraceSet(_)
                | Effect::GracesRenewed { .. } => {}
            }
        }
        let in_use = u64::from(numbers.in_use());
        self.peak = self.peak.max(in_use);
        let day = self.day(at);
        day.peak = day.peak.max(in_use);
        let level = Level {
            in_use,
            in_grace: u64::from(numbers.in_grace),
            limit: Some(u64::from(numbers.limit.total)),
        };
        self.chart.note(at, level);
    }

    pub(super) fn report(mut self, plan: &SimulationPlan, breaches: Vec<Breach>, count: u64) -> FleetReport {
        let figures = self.figures(plan.agents);
        self.chart.finish(plan.duration);
        FleetReport {
            agents: plan.agents,
            duration: plan.duration,
            logins: self.logins,
            resumes: self.resumes,
            refusals: self.refusals,
            interruptions: 0,
            connect: None,
            login: None,
            resume: None,
            purge_lateness: None,
            peak_in_use: self.peak,
            limit: Some(u64::from(plan.seats)),
            breaches,
            breach_count: count,
            complaints: BTreeMap::new(),
            notes: vec!["simulated: the rules in virtual time, without sockets".to_owned()],
            figures: Some(figures),
            chart: self.chart,
        }
    }

    fn figures(&mut self, agents: usize) -> Figures {
        self.lengths.sort_unstable();
        self.waits.sort_unstable();
        let waited = self.waits.len();
        let wait_p95 = self.waits.get((waited * 95).div_ceil(100).saturating_sub(1));
        // A day on which only forgotten pages are open is none.
        let days: Vec<Day> = self
            .days
            .values()
            .filter(|day| day.peak * 2 >= self.peak && day.busiest_minute > 0)
            .copied()
            .collect();
        let mut peaks: Vec<u64> = days.iter().map(|day| day.peak).collect();
        peaks.sort_unstable();
        let mut busiest: Vec<f64> = days
            .iter()
            .map(|day| day.busiest_minute as f64 / day.peak as f64)
            .collect();
        busiest.sort_unstable_by(f64::total_cmp);
        Figures {
            peak_per_head: self.peak as f64 / agents as f64,
            middle_peak_per_head: middle(&peaks) as f64 / agents as f64,
            session_p50: middle(&self.lengths),
            busiest_minute: middle(&busiest),
            busiest_minute_of_all: busiest.last().copied().unwrap_or_default(),
            restarts: self.restarts,
            refused: self.refused,
            waited: waited as u64,
            wait_p95: wait_p95.copied().unwrap_or_default(),
        }
    }

    fn logged_in(&mut self, at: At) {
        self.logins += 1;
        let minute = at.as_secs() / 60;
        if self.minute.0 != minute {
            self.minute = (minute, 0);
        }
        self.minute.1 += 1;
        let logins = self.minute.1;
        let day = self.day(at);
        day.busiest_minute = day.busiest_minute.max(logins);
    }

    fn ended(&mut self, session: SessionId, at: Served) {
        if let Some(granted) = self.granted.remove(&session) {
            self.lengths.push(at.since(granted));
        }
    }

    fn day(&mut self, at: At) -> &mut Day {
        self.days.entry(at.as_secs() / DAY.as_secs()).or_default()
    }
}

fn middle<T: Copy + Default>(sorted: &[T]) -> T {
    let index = sorted.len().saturating_sub(1) / 2;
    sorted.get(index).copied().unwrap_or_default()
}
