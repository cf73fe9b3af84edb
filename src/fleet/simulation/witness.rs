//! Who watches a simulation, and by which calendar it passes.

use jiff::tz::TimeZone;

use crate::fleet::referee::At;
use crate::seats::{Effect, Moment, Pool, Timestamp};

/// Sees what happens to the pool of a simulated server.
pub trait Witness {
    /// These effects come, and `pool` does not show them yet.
    fn before(&mut self, effects: &[Effect], pool: &Pool, moment: Moment);
    /// They are applied.
    fn after(&mut self, effects: &[Effect], pool: &Pool, moment: Moment);
    /// The server is gone, or the simulation is over.
    fn down(&mut self, pool: &Pool, moment: Moment);
    /// It is there again; its pool is empty.
    fn up(&mut self, pool: &Pool, moment: Moment);
}

/// Sees nothing.
pub(super) struct Nobody;

impl Witness for Nobody {
    fn before(&mut self, _: &[Effect], _: &Pool, _: Moment) {}
    fn after(&mut self, _: &[Effect], _: &Pool, _: Moment) {}
    fn down(&mut self, _: &Pool, _: Moment) {}
    fn up(&mut self, _: &Pool, _: Moment) {}
}

/// Which instant a moment of the simulation is. Its people go by the clock on the wall.
pub(super) struct Calendar {
    begin: Timestamp,
    zone: TimeZone,
    /// The offset of the zone at the beginning, in milliseconds.
    offset_ms: i64,
    /// The hour that was asked for last, with its offset.
    hour: (i64, i64),
    latest: Timestamp,
}

impl Calendar {
    const HOUR_MS: i64 = 3_600_000;

    pub(super) fn new(begin: Timestamp, zone: TimeZone) -> Self {
        let offset_ms = offset_ms(&zone, begin);
        Self {
            begin,
            zone,
            offset_ms,
            hour: (i64::MIN, offset_ms),
            latest: begin,
        }
    }

    /// Where the clock is set back or forth, no instant comes before an earlier one.
    pub(super) fn instant(&mut self, at: At) -> Timestamp {
        let plain = self.begin.0 + i64::try_from(at.as_millis()).unwrap_or(i64::MAX / 4);
        let hour = plain.div_euclid(Self::HOUR_MS);
        if self.hour.0 != hour {
            self.hour = (hour, offset_ms(&self.zone, Timestamp(plain)));
        }
        self.latest = self.latest.max(Timestamp(plain - self.hour.1 + self.offset_ms));
        self.latest
    }
}

impl Default for Calendar {
    fn default() -> Self {
        /// A Monday's midnight.
        const BEGIN: Timestamp = Timestamp(1_767_571_200_000);
        Self::new(BEGIN, TimeZone::UTC)
    }
}

fn offset_ms(zone: &TimeZone, at: Timestamp) -> i64 {
    jiff::Timestamp::from_millisecond(at.0).map_or(0, |at| i64::from(zone.to_offset(at).seconds()) * 1000)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn people_come_at_eight_on_the_wall_also_when_the_clock_was_set() {
        let at = |text: &str| Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let mut calendar = Calendar::new(at("2026-03-22T23:00:00Z"), berlin);
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        assert_eq!(calendar.instant(hours(8)), at("2026-03-23T07:00:00Z"));
        assert_eq!(calendar.instant(hours(7 * 24 + 8)), at("2026-03-30T06:00:00Z"));
        assert_eq!(calendar.instant(hours(0)), at("2026-03-30T06:00:00Z"));
    }
}
