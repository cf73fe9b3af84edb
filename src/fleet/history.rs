//! A history that was not lived here: a simulated fleet's days, in the record of usage.
//!
//! The simulation's effects go through the recorder and the packing that a server's go through, in
//! virtual time.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::profile::{Days, Profile};
use super::report::FleetReport;
use super::simulation::{SimulationPlan, Witness, simulate_before};
use crate::schedule::Scenario;
use crate::seats::{Effect, Moment, OrganizationId, Pool, Timestamp};
use crate::store::{Filling, NotFilled, UsageAdditions};
use crate::usage::{Gap, OnRecord, Recorder, Timeline, Today, start_of_day, weekly_place};

const DAY_MS: i64 = 24 * 3_600_000;

/// Whose history, and of which days.
#[derive(Debug, Clone)]
pub struct HistoryPlan {
    /// The data folder.
    pub folder: PathBuf,
    /// The organization.
    pub organization: OrganizationId,
    /// By which its people live and its days are cut.
    pub zone: TimeZone,
    /// What the people do.
    pub scenario: Scenario,
    /// How many there are.
    pub agents: usize,
    /// The organization's seats.
    pub seats: u32,
    /// Its grace.
    pub grace: Duration,
    /// So many whole weeks, and what there is of the running one.
    pub weeks: u32,
    /// The end.
    pub until: Timestamp,
    /// The same seed gives the same history.
    pub seed: u64,
}

impl HistoryPlan {
    /// The midnight of the Monday on which it begins.
    pub fn begin(&self) -> Timestamp {
        let (weekday, _) = weekly_place(&self.zone, self.until);
        let days = i64::from(self.weeks) * 7 + i64::try_from(weekday).unwrap_or(0);
        start_of_day(&self.zone, self.until, -days)
    }
}

/// Lives the history and records it.
pub fn write_history(plan: &HistoryPlan) -> Result<FleetReport, NotFilled> {
    let (report, scribe) = live(plan)?;
    scribe.close()?;
    Ok(report)
}

fn live(plan: &HistoryPlan) -> Result<(FleetReport, Scribe), NotFilled> {
    /// After so long without a frame a connection is given up, unless a server is told otherwise.
    const SILENCE_LIMIT: Duration = Duration::from_secs(45);
    let filling = Filling::open(&plan.folder, plan.organization.clone())?;
    let begin = plan.begin();
    let simulation = SimulationPlan {
        profile: Profile::Days(Days {
            begin: Duration::ZERO,
            speed: 1.0,
            scenario: Arc::new(plan.scenario.clone()),
        }),
        agents: plan.agents,
        seats: plan.seats,
        line: 0,
        grace: plan.grace,
        silence_limit: SILENCE_LIMIT,
        duration: Duration::from_millis(u64::try_from(plan.until.0 - begin.0).unwrap_or(0)),
        seed: plan.seed,
    };
    let mut scribe = Scribe::new(filling, &plan.zone, begin);
    let report = simulate_before(&simulation, begin, plan.zone.clone(), &mut scribe);
    Ok((report, scribe))
}

/// Takes down what it sees.
struct Scribe {
    recorder: Option<Recorder>,
    today: Today,
    zone: TimeZone,
    begin: Timestamp,
    timeline: Timeline,
    /// The gaps of the servers before this one.
    earlier: Vec<Gap>,
    gaps: Arc<Vec<Gap>>,
    written: Option<Timestamp>,
    /// How far the machine's clock is set wrong, in milliseconds.
    clock_off_ms: i64,
    filling: Filling,
    failed: Option<NotFilled>,
}

impl Scribe {
    fn new(filling: Filling, zone: &TimeZone, begin: Timestamp) -> Self {
        Self {
            recorder: None,
            today: Today::new(zone.clone()),
            zone: zone.clone(),
            begin,
            timeline: Timeline::start(0, begin, None),
            earlier: Vec::new(),
            gaps: Arc::default(),
            written: None,
            clock_off_ms: 0,
            filling,
            failed: None,
        }
    }

    fn close(self) -> Result<(), NotFilled> {
        match self.failed {
            Some(failed) => Err(failed),
            None => Ok(self.filling.close()?),
        }
    }

    /// Both clocks as the machine shows them.
    fn clocks(&self, utc: Timestamp) -> (u64, Timestamp) {
        let nanos = u64::try_from(utc.0 - self.begin.0).unwrap_or(0) * 1_000_000;
        (nanos, Timestamp(utc.0 + self.clock_off_ms))
    }

    fn on_record(&mut self, moment: Moment) -> OnRecord {
        let (nanos, utc) = self.clocks(moment.utc);
        let utc = self.timeline.place(nanos, utc);
        let gaps = self.timeline.gaps();
        if self.earlier.len() + gaps.len() != self.gaps.len() {
            self.gaps = Arc::new(self.earlier.iter().chain(gaps.iter()).copied().collect());
        }
        OnRecord {
            moment: Moment { utc, ..moment },
            gaps: Arc::clone(&self.gaps),
        }
    }

    fn write(&mut self, reached: Timestamp) {
        let Some(recorder) = &mut self.recorder else {
            return;
        };
        let (additions, _) = recorder.take();
        self.written = Some(reached);
        let usage = UsageAdditions {
            additions,
            reached: Some(reached),
            gaps: Arc::clone(&self.gaps),
            zone: Some(self.zone.clone()),
        };
        if self.failed.is_none() {
            self.failed = self.filling.add(&usage).err();
        }
    }
}

impl Witness for Scribe {
    fn before(&mut self, effects: &[Effect], pool: &Pool, moment: Moment) {
        let now = self.on_record(moment);
        if let Some(recorder) = &mut self.recorder {
            recorder.note(effects, pool, &now);
        }
    }

    fn after(&mut self, effects: &[Effect], pool: &Pool, moment: Moment) {
        let now = self.on_record(moment);
        let refusals = self.today.note(effects, pool, now.moment);
        if let Some(recorder) = &mut self.recorder {
            recorder.note_refusals(refusals, &now);
        }
        let utc = now.moment.utc;
        if utc.0 - self.written.unwrap_or(self.begin).0 >= DAY_MS {
            self.write(utc);
        }
    }

    fn down(&mut self, pool: &Pool, moment: Moment) {
        let now = self.on_record(moment);
        if let Some(recorder) = &mut self.recorder {
            recorder.advance(pool, &now);
        }
        self.write(now.moment.utc);
        self.recorder = None;
    }

    fn up(&mut self, pool: &Pool, moment: Moment) {
        self.earlier = self.gaps.to_vec();
        let (nanos, utc) = self.clocks(moment.utc);
        self.timeline = Timeline::start(nanos, utc, self.written);
        let now = self.on_record(moment);
        self.recorder = Some(Recorder::begin(pool, &now));
    }
}

#[cfg(test)]
mod quiet_tests;
#[cfg(test)]
mod replay_tests;
#[cfg(test)]
mod tests;
