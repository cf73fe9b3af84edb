//! What time was served: monotonic time less the stalls of this server. Pure.
//!
//! A tick comes every 50 ms. While it is late, served time stands still 100 ms after the last
//! one, so that nobody is judged by time in which this server could not listen.

use crate::seats::Served;
use std::time::Duration;

/// How far served time runs on after a tick.
pub const REACH: Duration = Duration::from_millis(100);
/// Lateness up to here is jitter and counts as served.
pub const JITTER: Duration = Duration::from_secs(1);
/// Beyond this the other side may have given up too: everybody is heard first.
pub const LONG: Duration = Duration::from_secs(5);

/// One reading of the machine's clocks, in nanoseconds of unknown origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// `CLOCK_MONOTONIC`.
    pub monotonic: u64,
    /// `CLOCK_BOOTTIME`, which runs on while the machine sleeps.
    pub boottime: u64,
}

/// What a tick found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tick {
    /// In time, or late by mere jitter.
    OnTime,
    /// So much was taken out of every running deadline.
    Stalled(Duration),
    /// The same, and so long that everybody is heard before anybody is judged.
    LongStalled(Duration),
}

/// The sum of all stalls.
#[derive(Debug, Clone, Copy)]
pub struct ServedTime {
    last: Reading,
    /// The monotonic reading at which served time would have been zero.
    origin: u64,
    held: bool,
}

impl ServedTime {
    /// Starts at `reading`, held: served time begins with [`ServedTime::release`].
    pub fn held_at(reading: Reading) -> Self {
        Self {
            last: reading,
            origin: reading.monotonic,
            held: true,
        }
    }

    /// Judges the time since the last tick.
    pub fn tick(&mut self, reading: Reading) -> Tick {
        let monotonic = reading.monotonic.saturating_sub(self.last.monotonic);
        let boottime = reading.boottime.saturating_sub(self.last.boottime);
        self.last = reading;
        if self.held {
            self.origin += monotonic;
        }
        let late = Duration::from_nanos(monotonic.max(boottime)).saturating_sub(REACH);
        if late <= JITTER {
            return Tick::OnTime;
        }
        if !self.held {
            self.origin += monotonic.saturating_sub(nanos(REACH));
        }
        if late > LONG {
            self.held = true;
            return Tick::LongStalled(late);
        }
        Tick::Stalled(late)
    }

    /// Lets time be served again, from `reading` on: what passed since the last tick is not served.
    pub fn release(&mut self, reading: Reading) {
        if self.held {
            self.origin += reading.monotonic.saturating_sub(self.last.monotonic);
            self.last = reading;
        }
        self.held = false;
    }

    /// Whether time stands still until everybody was heard.
    pub fn is_held(&self) -> bool {
        self.held
    }

    /// The monotonic reading at which served time would have been zero, and how far served time
    /// may run until the next tick.
    pub fn origin_and_reach(&self) -> (u64, Served) {
        let now = Served::from_nanos(self.last.monotonic - self.origin);
        (self.origin, if self.held { now } else { now + REACH })
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn at(ms: u64) -> Reading {
        Reading {
            monotonic: ms * MS,
            boottime: ms * MS,
        }
    }

    fn running_at(ms: u64) -> ServedTime {
        let mut time = ServedTime::held_at(at(ms));
        time.release(at(ms));
        time
    }

    fn served_ms(time: &ServedTime) -> u64 {
        (time.last.monotonic - time.origin) / MS
    }

    #[test]
    fn jitter_under_a_second_counts_as_served() {
        let mut time = running_at(500);
        assert_eq!(time.tick(at(1500)), Tick::OnTime);
        assert_eq!(served_ms(&time), 1000);
        assert_eq!(time.origin_and_reach().1, Served::from_nanos(1100 * MS));
    }

    #[test]
    fn a_stall_is_taken_out_whole() {
        let mut time = running_at(0);
        time.tick(at(100));
        assert_eq!(time.tick(at(3200)), Tick::Stalled(Duration::from_secs(3)));
        assert_eq!(served_ms(&time), 200);
    }

    #[test]
    fn after_a_long_stall_time_stands_still_until_it_is_released() {
        let mut time = running_at(0);
        assert_eq!(time.tick(at(90_100)), Tick::LongStalled(Duration::from_secs(90)));
        assert_eq!(time.tick(at(90_400)), Tick::OnTime);
        assert_eq!(served_ms(&time), 100);
        time.release(at(90_440));
        time.tick(at(90_540));
        assert_eq!(served_ms(&time), 200);
    }

    #[test]
    fn served_time_begins_at_the_release_and_not_at_the_tick_before() {
        let mut time = ServedTime::held_at(at(0));
        time.tick(at(1000));
        time.release(at(1049));
        assert_eq!(served_ms(&time), 0);
        time.tick(at(1050));
        assert_eq!(served_ms(&time), 1);
    }

    #[test]
    fn a_machine_that_slept_was_stalled_though_monotonic_time_stood_still() {
        let mut time = running_at(0);
        let awake = Reading {
            monotonic: 100 * MS,
            boottime: 3_600_000 * MS,
        };
        assert!(matches!(time.tick(awake), Tick::LongStalled(_)));
        assert_eq!(served_ms(&time), 100);
    }
}
