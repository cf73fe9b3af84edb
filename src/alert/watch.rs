//! One organization under watch.

use super::alarm::{Alarm, Change, Severity};
use super::hold::Hold;
use super::increases::DAY_MS;
use super::level::{Gauge, Level};
use super::rules::Rules;
use crate::seats::{Moment, Served, Timestamp};
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
/// Days before an increase ends: to plan for, and to act.
const DAYS_AHEAD: [u8; 2] = [7, 1];
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
    /// When an increase ends without which the seats would not do.
    pub increase_ends: Option<Timestamp>,
}

impl Sight {
    pub(super) fn free(&self) -> u32 {
        self.limit.saturating_sub(self.in_use)
    }

    fn increase_ends_within(&self, days: u8, now: Timestamp) -> bool {
        self.increase_ends.is_some_and(|until| {
            let ahead = until.0.saturating_sub(now.0);
            (1..=i64::from(days) * DAY_MS).contains(&ahead)
        })
    }
}

/// What is called out about one organization, and what may be soon.
#[derive(Debug, Clone)]
pub struct Watch {
    rules: Rules,
    gauges: Vec<Gauge>,
    up: BTreeSet<Alarm>,
    refusals: VecDeque<(Served, u32)>,
    mass_is_over: Hold,
}

impl Watch {
    /// Nothing is called out yet.
    pub fn new(rules: Rules) -> Self {
        Self::going_on(rules, &[], Served::START)
    }

    /// Goes on where `alarms` were called out before `now`.
    pub fn going_on(rules: Rules, alarms: &[Alarm], now: Served) -> Self {
        let up: BTreeSet<_> = alarms.iter().copied().collect();
        let gauge = |level: &Level| Gauge::new(*level, up.contains(&level.alarm()));
        let refused = up.contains(&Alarm::Refusals).then_some((now, rules.refusals));
        Self {
            gauges: rules.levels.iter().map(gauge).collect(),
            up,
            refusals: refused.into_iter().collect(),
            mass_is_over: Hold::default(),
            rules,
        }
    }

    /// By which it goes.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Other rules. What is called out about a level that is not there any more is over at the next
    /// sight.
    pub fn set_rules(&mut self, rules: Rules) {
        let known = std::mem::take(&mut self.gauges);
        let gauge = |level: &Level| {
            let same = known.iter().find(|gauge| gauge.level.percent == level.percent);
            same.map_or_else(|| Gauge::new(*level, false), |gauge| gauge.with(*level))
        };
        self.gauges = rules.levels.iter().map(gauge).collect();
        self.rules = rules;
    }

    /// All that is called out.
    pub fn alarms(&self) -> impl Iterator<Item = Alarm> {
        self.up.iter().copied()
    }

    /// How much the open incident hurts; `None`: there is none.
    pub fn severity(&self) -> Option<Severity> {
        self.alarms().map(Alarm::severity).max()
    }

    /// Refusals that count at the moment, each attempt once.
    pub fn refused(&self) -> u32 {
        let all = self.refusals.iter();
        all.fold(0, |sum, (_, refused)| sum.saturating_add(*refused))
    }

    /// What changes with `sight`.
    pub fn see(&mut self, sight: &Sight, moment: Moment) -> Vec<Change> {
        let (now, mut changes) = (moment.served, Vec::new());
        self.drop_levels_that_are_gone(&mut changes);
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
        self.turn(Alarm::Refusals, refused >= self.rules.refusals, &mut changes);
        let waits_long = sight.longest_wait > self.rules.long_wait;
        self.turn(Alarm::LongWait, waits_long, &mut changes);
        for days in DAYS_AHEAD {
            let ends = sight.increase_ends_within(days, moment.utc);
            self.turn(Alarm::IncreaseEnds(days), ends, &mut changes);
        }
        changes
    }

    fn drop_levels_that_are_gone(&mut self, changes: &mut Vec<Change>) {
        let is_gone = |alarm: &Alarm| {
            let is_level = matches!(alarm, Alarm::Level(_) | Alarm::Exhausted);
            is_level && !self.gauges.iter().any(|gauge| gauge.level.alarm() == *alarm)
        };
        let gone: Vec<_> = self.up.iter().copied().filter(is_gone).collect();
        for alarm in gone {
            self.turn(alarm, false, changes);
        }
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
        let within = self.rules.refusals_within;
        let over = |at: &(Served, u32)| now.since(at.0) >= within;
        while self.refusals.front().is_some_and(over) {
            self.refusals.pop_front();
        }
        match self.refusals.back_mut() {
            _ if refused == 0 => {}
            // One entry a second at most: the queue is bounded.
            Some((at, sum)) if now.since(*at) < Duration::from_secs(1) => *sum = sum.saturating_add(refused),
            _ => self.refusals.push_back((now, refused)),
        }
        self.refused()
    }
}
