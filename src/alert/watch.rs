//! One organization under watch.

use super::alarm::{Alarm, Change, Severity};
use super::hold::Hold;
use super::level::{Gauge, Level};
use crate::seats::{Moment, Served, Timestamp};
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
/// So many refusals ...
const REFUSALS: u32 = 3;
/// ... within this time, each attempt counted once.
const REFUSALS_WITHIN: Duration = Duration::from_secs(15 * 60);
/// How long somebody waits before it is long.
const LONG_WAIT: Duration = Duration::from_secs(600);
/// Days before an increase ends: to plan for, and to act.
const DAYS_AHEAD: [u8; 2] = [7, 1];
const DAY_MS: i64 = 86_400_000;
/// A mass loss has at least so many seats in grace, and a fifth of those in use.
const MASS: u32 = 5;
const MASS_SHARE: u32 = 5;
/// It is over when less than a tenth is in grace for a minute.
const MASS_OVER_SHARE: u32 = 10;

/// What is seen of an organization at one instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sight {
    /// Seats in use, those in grace too.
    pub in_use: u32,
    /// Of these, in grace.
    pub in_grace: u32,
    /// Seats that there are.
    pub limit: u32,
    /// Refusals for want of a seat since the sight before, each attempt once.
    pub refused: u32,
    /// How long the first in line waits.
    pub longest_wait: Duration,
    /// The highest use of the last seven days.
    pub peak: u32,
    /// The increase that ends next, and the limit after it.
    pub increase_ends: Option<(Timestamp, u32)>,
}

impl Sight {
    pub(super) fn free(&self) -> u32 {
        self.limit.saturating_sub(self.in_use)
    }

    fn increase_is_needed(&self, days: u8, now: Timestamp) -> bool {
        self.increase_ends.is_some_and(|(until, limit)| {
            let ahead = until.0.saturating_sub(now.0);
            (1..=i64::from(days) * DAY_MS).contains(&ahead) && self.peak.max(self.in_use) > limit
        })
    }
}

/// What is called out about one organization, and what may be soon.
#[derive(Debug, Clone)]
pub struct Watch {
    gauges: Vec<Gauge>,
    up: BTreeSet<Alarm>,
    refusals: VecDeque<(Served, u32)>,
    mass_is_over: Hold,
}

impl Watch {
    /// Nothing is called out yet.
    pub fn new(levels: &[Level]) -> Self {
        Self {
            gauges: levels.iter().copied().map(Gauge::new).collect(),
            up: BTreeSet::new(),
            refusals: VecDeque::new(),
            mass_is_over: Hold::default(),
        }
    }

    /// Other levels. What is called out about one that is not there any more is over.
    pub fn set_levels(&mut self, levels: &[Level]) -> Vec<Change> {
        let known = std::mem::take(&mut self.gauges);
        self.gauges = levels
            .iter()
            .map(|level| {
                let same = known.iter().find(|gauge| gauge.level == *level);
                same.copied().unwrap_or_else(|| Gauge::new(*level))
            })
            .collect();
        let mut changes = Vec::new();
        for gauge in known.iter().filter(|gauge| !levels.contains(&gauge.level)) {
            self.turn(gauge.level.alarm(), false, &mut changes);
        }
        changes
    }

    /// All that is called out.
    pub fn alarms(&self) -> impl Iterator<Item = Alarm> {
        self.up.iter().copied()
    }

    /// How much the open incident hurts; `None`: there is none.
    pub fn severity(&self) -> Option<Severity> {
        self.alarms().map(Alarm::severity).max()
    }

    /// What changes with `sight`.
    pub fn see(&mut self, sight: &Sight, moment: Moment) -> Vec<Change> {
        let (now, mut changes) = (moment.served, Vec::new());
        let mass_loss = self.is_mass_loss(sight, now);
        self.turn(Alarm::MassLoss, mass_loss, &mut changes);
        for index in 0..self.gauges.len() {
            let gauge = &mut self.gauges[index];
            // Who logs in anew meanwhile holds two seats until the grace of the first is over.
            if mass_loss && !gauge.is_up {
                gauge.begin_anew();
                continue;
            }
            let (alarm, is_up) = (gauge.level.alarm(), gauge.see(sight, now));
            self.turn(alarm, is_up, &mut changes);
        }
        let refused = self.count_refusals(sight.refused, now);
        self.turn(Alarm::Refusals, refused >= REFUSALS, &mut changes);
        self.turn(Alarm::LongWait, sight.longest_wait > LONG_WAIT, &mut changes);
        for days in DAYS_AHEAD {
            let is_needed = sight.increase_is_needed(days, moment.utc);
            self.turn(Alarm::IncreaseEnds(days), is_needed, &mut changes);
        }
        changes
    }

    fn turn(&mut self, alarm: Alarm, is_up: bool, changes: &mut Vec<Change>) {
        if is_up && self.up.insert(alarm) {
            changes.push(Change::Raised(alarm));
        } else if !is_up && self.up.remove(&alarm) {
            changes.push(Change::Cleared(alarm));
        }
    }

    fn is_mass_loss(&mut self, sight: &Sight, now: Served) -> bool {
        if self.up.contains(&Alarm::MassLoss) {
            let few = sight.in_grace.saturating_mul(MASS_OVER_SHARE) < sight.in_use.max(1);
            return !self.mass_is_over.see(few, now, MINUTE);
        }
        self.mass_is_over.forget();
        sight.in_grace >= MASS && sight.in_grace.saturating_mul(MASS_SHARE) >= sight.in_use
    }

    /// Refusals within the time that counts.
    fn count_refusals(&mut self, refused: u32, now: Served) -> u32 {
        let over = |at: &(Served, u32)| now.since(at.0) >= REFUSALS_WITHIN;
        while self.refusals.front().is_some_and(over) {
            self.refusals.pop_front();
        }
        match self.refusals.back_mut() {
            _ if refused == 0 => {}
            // One entry a second at most: the queue is bounded.
            Some((at, sum)) if now.since(*at) < Duration::from_secs(1) => *sum = sum.saturating_add(refused),
            _ => self.refusals.push_back((now, refused)),
        }
        self.refusals
            .iter()
            .fold(0, |sum, (_, refused)| sum.saturating_add(*refused))
    }
}
