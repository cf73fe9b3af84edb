//! How full is too full, and for how long.

use super::alarm::Alarm;
use super::hold::Hold;
use super::watch::Sight;
use crate::seats::Served;
use std::time::Duration;

/// An organization with fewer seats counts the free ones: a percent of it is less than a person.
const FEW: u32 = 20;
const MINUTE: Duration = Duration::from_secs(60);
/// No free seat for so long counts as exhausted, though nobody was refused.
const NONE_FREE: Duration = MINUTE;
/// A free seat for so long ends it.
const ONE_FREE: Duration = Duration::from_secs(300);
/// How far below its level use has to fall, in percentage points.
const BELOW: u8 = 5;

/// A share of the seats, and for how long it has to be reached and left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// From 1 to 100. At 100 no seat is free.
    pub percent: u8,
    /// How long it has to be reached before somebody is called.
    pub hold: Duration,
    /// It is left at this share and below; at 100 with a free seat.
    pub clear_percent: u8,
    /// How long it has to be left before the call is over.
    pub release: Duration,
}

impl Level {
    /// A level with its usual times: from 80 on ten minutes, from 90 on five, from 95 on two, at 100
    /// one. It is left five points below, and at 100 with one free seat for five minutes.
    pub fn new(percent: u8) -> Self {
        let percent = percent.clamp(1, 100);
        Self {
            percent,
            hold: match percent {
                ..90 => 10 * MINUTE,
                90..95 => 5 * MINUTE,
                95..100 => 2 * MINUTE,
                _ => NONE_FREE,
            },
            clear_percent: percent.saturating_sub(BELOW),
            release: if percent == 100 { ONE_FREE } else { Duration::ZERO },
        }
    }

    /// What is called out.
    pub fn alarm(self) -> Alarm {
        if self.percent == 100 {
            Alarm::Exhausted
        } else {
            Alarm::Level(self.percent)
        }
    }

    /// Under twenty seats: it is reached when no more than so many are free. One seat at least has
    /// to be in use.
    fn free_seats(self, limit: u32) -> u32 {
        let free: u32 = match self.percent {
            ..90 => 2,
            90..100 => 1,
            _ => 0,
        };
        free.min(limit.saturating_sub(1))
    }

    fn counts_seats(self, sight: &Sight) -> bool {
        self.percent == 100 || (sight.limit < FEW && self.percent >= 80)
    }

    fn is_reached(self, sight: &Sight) -> bool {
        if self.counts_seats(sight) {
            return sight.free() <= self.free_seats(sight.limit);
        }
        share(sight.in_use) >= u64::from(self.percent) * u64::from(sight.limit)
    }

    fn is_left(self, sight: &Sight) -> bool {
        if self.counts_seats(sight) {
            return sight.free() > self.free_seats(sight.limit);
        }
        share(sight.in_use) <= u64::from(self.clear_percent) * u64::from(sight.limit)
    }
}

fn share(seats: u32) -> u64 {
    100 * u64::from(seats)
}

/// A level and whether it is called out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gauge {
    pub(super) level: Level,
    pub(super) is_up: bool,
    reached: Hold,
    left: Hold,
}

impl Gauge {
    pub(super) fn new(level: Level, is_up: bool) -> Self {
        Self {
            level,
            is_up,
            reached: Hold::default(),
            left: Hold::default(),
        }
    }

    /// The same with other times.
    pub(super) fn with(self, level: Level) -> Self {
        Self { level, ..self }
    }

    /// Whether it is called out after `sight`.
    pub(super) fn see(&mut self, sight: &Sight, now: Served) -> bool {
        let level = self.level;
        if sight.limit == 0 {
            // There is nothing that could be full.
            *self = Self::new(level, false);
        } else if self.is_up {
            self.is_up = !self.left.see(level.is_left(sight), now, level.release);
            self.reached.forget();
        } else {
            let at_once = level.percent == 100 && sight.refused > 0;
            let held = self.reached.see(level.is_reached(sight), now, level.hold);
            self.is_up = held || at_once;
            self.left.forget();
        }
        self.is_up
    }

    /// What was reached so far does not count.
    pub(super) fn begin_anew(&mut self) {
        self.reached.forget();
    }
}
