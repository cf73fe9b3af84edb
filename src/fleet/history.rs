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
use crate::usage::{Gap, GapReason, OnRecord, Recorder, Today, start_of_day, weekly_place};

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
        grace: plan.grace,
        silence_limit: SILENCE_LIMIT,
        duration: Duration::from_millis(u64::try_from(plan.until.0 - begin.0).unwrap_or(0)),
        seed: plan.seed,
    };
    let mut scribe = Scribe {
        recorder: None,
        today: Today::new(plan.zone.clone()),
        zone: plan.zone.clone(),
        gaps: Arc::default(),
        down_since: None,
        written: begin,
        filling,
        failed: None,
    };
    let report = simulate_before(&simulation, begin, plan.zone.clone(), &mut scribe);
    match scribe.failed {
        Some(failed) => Err(failed),
        None => {
            scribe.filling.close()?;
            Ok(report)
        }
    }
}

/// Takes down what it sees.
struct Scribe {
    recorder: Option<Recorder>,
    today: Today,
    zone: TimeZone,
    gaps: Arc<Vec<Gap>>,
    down_since: Option<Timestamp>,
    written: Timestamp,
    filling: Filling,
    failed: Option<NotFilled>,
}

impl Scribe {
    fn on_record(&self, moment: Moment) -> OnRecord {
        OnRecord {
            moment,
            gaps: Arc::clone(&self.gaps),
        }
    }

    fn write(&mut self, reached: Timestamp) {
        let Some(recorder) = &mut self.recorder else {
            return;
        };
        let (additions, _) = recorder.take();
        self.written = reached;
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
        let refusals = self.today.note(effects, pool, moment);
        if let Some(recorder) = &mut self.recorder {
            recorder.note_refusals(refusals, &now);
        }
        if moment.utc.0 - self.written.0 >= DAY_MS {
            self.write(moment.utc);
        }
    }

    fn down(&mut self, pool: &Pool, moment: Moment) {
        let now = self.on_record(moment);
        if let Some(recorder) = &mut self.recorder {
            recorder.advance(pool, &now);
        }
        self.write(moment.utc);
        self.recorder = None;
        self.down_since = Some(moment.utc);
    }

    fn up(&mut self, pool: &Pool, moment: Moment) {
        if let Some(from) = self.down_since.take().filter(|from| *from < moment.utc) {
            Arc::make_mut(&mut self.gaps).push(Gap {
                from,
                until: moment.utc,
                reason: GapReason::ServerDown,
            });
        }
        self.recorder = Some(Recorder::begin(pool, &self.on_record(moment)));
    }
}
