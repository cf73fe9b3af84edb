//! A maintenance window over time: what the clock does to it, and what is done by hand. Pure.

use crate::seats::Timestamp;

/// Told again so long before it starts, in milliseconds: a day, and 15 minutes.
const BEFORE: [i64; 2] = [24 * 3_600_000, 15 * 60_000];

/// What was done to a window by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// Nothing: it starts and ends by the clock.
    ByTheClock,
    /// The work is done and looked at; logins are taken.
    Verifying,
    /// It was over before its end.
    Completed,
    /// It did not come to be, or was broken off.
    Cancelled,
}

/// Where a window stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It is still to come.
    Scheduled,
    /// It is under way.
    InProgress,
    /// It is under way, and refuses nobody any more.
    Verifying,
    /// It is over.
    Completed,
    /// It is called off.
    Cancelled,
}

/// When a window is, and what was done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// The first instant of it.
    pub starts_at: Timestamp,
    /// The first instant after it.
    pub ends_at: Timestamp,
    /// What was done by hand.
    pub course: Course,
}

impl Plan {
    /// Where it stands at `utc`. Whatever is done by hand, it is over at its end.
    pub fn stage(&self, utc: Timestamp) -> Stage {
        match self.course {
            Course::Cancelled => Stage::Cancelled,
            Course::Completed => Stage::Completed,
            Course::ByTheClock | Course::Verifying if self.ends_at <= utc => Stage::Completed,
            Course::Verifying => Stage::Verifying,
            Course::ByTheClock if self.starts_at <= utc => Stage::InProgress,
            Course::ByTheClock => Stage::Scheduled,
        }
    }

    /// Whether it has to be told of again at `utc`, if that was last looked at after `before`.
    pub fn is_due(&self, before: Timestamp, utc: Timestamp) -> bool {
        let start = self.starts_at.0;
        let reminders = BEFORE.map(|ahead| start - ahead);
        let mut moments = reminders.into_iter().chain([start, self.ends_at.0]);
        let is_open = matches!(self.course, Course::ByTheClock | Course::Verifying);
        is_open && moments.any(|moment| before.0 < moment && moment <= utc.0)
    }
}

impl Stage {
    /// There is nothing more to come.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled)
    }

    /// Whether it may become `next` by hand.
    pub fn may_become(self, next: Course) -> bool {
        match next {
            Course::ByTheClock => false,
            Course::Verifying => self == Self::InProgress,
            Course::Completed => matches!(self, Self::InProgress | Self::Verifying),
            Course::Cancelled => !self.is_over(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn plan(course: Course) -> Plan {
        Plan {
            starts_at: Timestamp(100 * HOUR),
            ends_at: Timestamp(102 * HOUR),
            course,
        }
    }

    #[test]
    fn the_clock_starts_and_ends_it_to_the_millisecond() {
        let stage = |at: i64| plan(Course::ByTheClock).stage(Timestamp(at));
        assert_eq!(stage(100 * HOUR - 1), Stage::Scheduled);
        assert_eq!(stage(100 * HOUR), Stage::InProgress);
        assert_eq!(stage(102 * HOUR - 1), Stage::InProgress);
        assert_eq!(stage(102 * HOUR), Stage::Completed);
    }

    #[test]
    fn what_is_done_by_hand_holds_until_the_end() {
        let stage = |course, at: i64| plan(course).stage(Timestamp(at * HOUR));
        assert_eq!(stage(Course::Verifying, 101), Stage::Verifying);
        assert_eq!(stage(Course::Verifying, 102), Stage::Completed);
        assert_eq!(stage(Course::Completed, 101), Stage::Completed);
        assert_eq!(stage(Course::Cancelled, 103), Stage::Cancelled);
    }

    #[test]
    fn it_is_told_of_a_day_and_a_quarter_of_an_hour_before_at_the_start_and_at_the_end() {
        let plan = plan(Course::ByTheClock);
        let mut told = Vec::new();
        for second in 1..110 * 3600 {
            if plan.is_due(Timestamp((second - 1) * 1000), Timestamp(second * 1000)) {
                told.push(second);
            }
        }
        assert_eq!(told, [76 * 3600, 100 * 3600 - 900, 100 * 3600, 102 * 3600]);
    }

    #[test]
    fn nobody_starts_one_by_hand_and_nothing_comes_after_the_end() {
        let all = [
            Course::ByTheClock,
            Course::Verifying,
            Course::Completed,
            Course::Cancelled,
        ];
        let may = |stage: Stage| all.map(|next| stage.may_become(next));
        assert_eq!(may(Stage::Scheduled), [false, false, false, true]);
        assert_eq!(may(Stage::InProgress), [false, true, true, true]);
        assert_eq!(may(Stage::Verifying), [false, false, true, true]);
        assert_eq!(may(Stage::Completed), [false; 4]);
        assert_eq!(may(Stage::Cancelled), [false; 4]);
    }
}
