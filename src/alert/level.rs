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
/// How far below its level use has to fall, in percentage points. From 95 on it clears at 90.
const BELOW: u8 = 5;

/// A share of the seats, in percent from 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level(u8);

impl Level {
    /// `percent` is brought into 1 to 100.
    pub fn new(percent: u8) -> Self {
        Self(percent.clamp(1, 100))
    }

    /// How long it has to be reached before somebody is called.
    pub fn hold(self) -> Duration {
        match self.0 {
            ..90 => 10 * MINUTE,
            90..95 => 5 * MINUTE,
            95..100 => 2 * MINUTE,
            _ => NONE_FREE,
        }
    }

    /// How long it has to be left before the call is over.
    pub fn release(self) -> Duration {
        if self.0 == 100 { ONE_FREE } else { Duration::ZERO }
    }

    /// What is called out.
    pub fn alarm(self) -> Alarm {
        if self.0 == 100 {
            Alarm::Exhausted
        } else {
            Alarm::Level(self.0)
        }
    }

    /// Under twenty seats: it is reached when no more than so many are free.
    fn free_seats(self) -> u32 {
        match self.0 {
            ..90 => 2,
            90..100 => 1,
            _ => 0,
        }
    }

    fn counts_seats(self, sight: &Sight) -> bool {
        self.0 == 100 || (sight.limit < FEW && self.0 >= 80)
    }

    fn is_reached(self, sight: &Sight) -> bool {
        if self.counts_seats(sight) {
            return sight.free() <= self.free_seats();
        }
        share(sight.in_use) >= u64::from(self.0) * u64::from(sight.limit)
    }

    fn is_left(self, sight: &Sight) -> bool {
        if self.counts_seats(sight) {
            return sight.free() > self.free_seats();
        }
        share(sight.in_use) <= u64::from(self.0.saturating_sub(BELOW)) * u64::from(sight.limit)
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
    pub(super) fn new(level: Level) -> Self {
        Self {
            level,
            is_up: false,
            reached: Hold::default(),
            left: Hold::default(),
        }
    }

    /// Whether it is called out after `sight`.
    pub(super) fn see(&mut self, sight: &Sight, now: Served) -> bool {
        let level = self.level;
        if self.is_up {
            let is_over = self.left.see(level.is_left(sight), now, level.release());
            self.is_up = !is_over;
            self.reached.forget();
        } else {
            let at_once = level.0 == 100 && sight.refused > 0;
            let held = self.reached.see(level.is_reached(sight), now, level.hold());
            self.is_up = sight.limit > 0 && (held || at_once);
            self.left.forget();
        }
        self.is_up
    }

    /// What was reached so far does not count.
    pub(super) fn begin_anew(&mut self) {
        self.reached.forget();
    }
}
