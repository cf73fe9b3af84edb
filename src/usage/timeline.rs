//! The time line of the record: monotonic time anchored to UTC.
//!
//! A step of UTC by more than a second begins a new anchor. Forward leaves a gap; backward holds
//! the record until UTC has come past what is recorded, so that no second is counted twice.

use crate::seats::Timestamp;
use std::sync::Arc;

/// A step of UTC up to here is none.
const STEP_MS: i64 = 1000;

/// Why nothing is known of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapReason {
    /// No server ran.
    ServerDown,
    /// The clock was set forward, or the machine slept.
    ClockSetForward,
}

/// A time of which nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
    /// Why.
    pub reason: GapReason,
}

/// How many milliseconds of a stretch are in no gap. `gaps` do not overlap.
pub fn known_ms(from: Timestamp, until: Timestamp, gaps: &[Gap]) -> u64 {
    let unknown: i64 = gaps
        .iter()
        .map(|gap| (gap.until.min(until).0 - gap.from.max(from).0).max(0))
        .sum();
    u64::try_from(until.0 - from.0 - unknown).unwrap_or(0)
}

/// Places moments in the record.
#[derive(Debug)]
pub struct Timeline {
    anchor_nanos: u64,
    anchor: Timestamp,
    /// No moment is placed before it.
    reached: Timestamp,
    gaps: Arc<Vec<Gap>>,
}

impl Timeline {
    /// Begins at a reading of both clocks. `recorded` is how far an earlier server came.
    pub fn start(nanos: u64, utc: Timestamp, recorded: Option<Timestamp>) -> Self {
        let reached = recorded.map_or(utc, |recorded| recorded.max(utc));
        let gap = recorded.filter(|recorded| *recorded < utc).map(|from| Gap {
            from,
            until: utc,
            reason: GapReason::ServerDown,
        });
        Self {
            anchor_nanos: nanos,
            anchor: utc,
            reached,
            gaps: Arc::new(gap.into_iter().collect()),
        }
    }

    /// The place of a reading of both clocks: never before an earlier one.
    pub fn place(&mut self, nanos: u64, utc: Timestamp) -> Timestamp {
        let passed = nanos.saturating_sub(self.anchor_nanos) / 1_000_000;
        let due = Timestamp(self.anchor.0 + i64::try_from(passed).unwrap_or(i64::MAX / 4));
        self.reached = self.reached.max(due);
        if (utc.0 - due.0).abs() > STEP_MS {
            self.anchor_nanos = nanos;
            self.anchor = utc;
            if utc > self.reached {
                let gap = Gap {
                    from: self.reached,
                    until: utc,
                    reason: GapReason::ClockSetForward,
                };
                Arc::make_mut(&mut self.gaps).push(gap);
                self.reached = utc;
            }
        }
        self.reached
    }

    /// The gaps of this server's time, the one before its start included.
    pub fn gaps(&self) -> &Arc<Vec<Gap>> {
        &self.gaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: u64 = 1_000_000_000;

    fn gaps(line: &Timeline) -> Vec<(i64, i64)> {
        line.gaps().iter().map(|gap| (gap.from.0, gap.until.0)).collect()
    }

    #[test]
    fn small_steps_of_utc_are_none() {
        let mut line = Timeline::start(0, Timestamp(10_000), None);
        assert_eq!(line.place(5 * S, Timestamp(15_900)).0, 15_000);
        assert_eq!(line.place(6 * S, Timestamp(15_100)).0, 16_000);
        assert!(line.gaps().is_empty());
    }

    #[test]
    fn a_step_forward_leaves_a_gap() {
        let mut line = Timeline::start(0, Timestamp(10_000), None);
        assert_eq!(line.place(5 * S, Timestamp(3_615_000)).0, 3_615_000);
        assert_eq!(gaps(&line), [(15_000, 3_615_000)]);
        assert_eq!(line.place(6 * S, Timestamp(3_616_000)).0, 3_616_000);
    }

    #[test]
    fn a_step_backward_counts_no_second_twice() {
        let mut line = Timeline::start(0, Timestamp(100_000), None);
        assert_eq!(line.place(5 * S, Timestamp(45_000)).0, 105_000);
        assert_eq!(line.place(64 * S, Timestamp(104_000)).0, 105_000);
        assert_eq!(line.place(66 * S, Timestamp(106_000)).0, 106_000);
        assert!(line.gaps().is_empty());
    }

    #[test]
    fn the_time_between_two_servers_is_a_gap_or_is_held() {
        let line = Timeline::start(7, Timestamp(9_000), Some(Timestamp(4_000)));
        assert_eq!(gaps(&line), [(4_000, 9_000)]);
        let mut line = Timeline::start(0, Timestamp(9_000), Some(Timestamp(12_000)));
        assert_eq!(line.place(2 * S, Timestamp(11_000)).0, 12_000);
        assert_eq!(line.place(4 * S, Timestamp(13_000)).0, 13_000);
        assert!(line.gaps().is_empty());
    }

    #[test]
    fn known_time_is_what_lies_in_no_gap() {
        let gap = |from, until| Gap {
            from: Timestamp(from),
            until: Timestamp(until),
            reason: GapReason::ServerDown,
        };
        let gaps = [gap(0, 10), gap(20, 30), gap(90, 200)];
        assert_eq!(known_ms(Timestamp(5), Timestamp(100), &gaps), 95 - 5 - 10 - 10);
        assert_eq!(known_ms(Timestamp(22), Timestamp(28), &gaps), 0);
    }
}
