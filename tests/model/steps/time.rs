//! Time passes, stands still for this server, or is turned.

use super::SECOND;
use crate::model::reference::until;
use crate::model::world::World;
use crate::seats::Command;

impl World {
    pub(super) fn pass_time(&mut self) {
        let before = self.now;
        match self.random.below(100) {
            0..30 => {}
            30..55 => self.now += self.random.below(SECOND),
            55..72 => self.now += self.random.below(6 * SECOND),
            72..79 => self.now += self.random.below(40 * SECOND),
            79..82 => self.pass_to_a_date(),
            82..88 if !self.reference.line.is_empty() => self.pass_to_a_date(),
            82 => self.now += self.random.below(100 * SECOND),
            _ => self.pass_to_a_deadline(),
        }
        let milliseconds = self.now / 1_000_000 - before / 1_000_000;
        self.utc += i64::try_from(milliseconds).expect("a short time");
    }

    /// Exactly to the end of a grace, an attempt or whatever else has one, a nanosecond off, or
    /// within its last second.
    fn pass_to_a_deadline(&mut self) {
        let now = self.now;
        let seats = &self.reference.seats;
        let mut ends: Vec<u64> = match self.random.below(10) {
            0 => seats
                .iter()
                .map(|seat| seat.repeatable_until.as_nanos())
                .collect(),
            1 | 2 => self.reference.endings.iter().map(|(_, end)| *end).collect(),
            3..6 => self.reference.codes.iter().map(|code| code.until).collect(),
            6 => {
                let line = self.reference.line.iter();
                line.map(|waiter| waiter.awake_until.as_nanos()).collect()
            }
            _ => seats.iter().filter_map(until).collect(),
        };
        ends.retain(|end| *end > now);
        if ends.is_empty() {
            ends.extend(seats.iter().filter_map(until).filter(|end| *end > now));
        }
        let Some(deadline) = self.random.pick(&ends) else {
            return;
        };
        let target = match self.random.below(7) {
            0 => deadline,
            1 => deadline + 1,
            2 | 3 => deadline - 1,
            4 => deadline.saturating_sub(SECOND),
            _ => deadline.saturating_sub(1 + self.random.below(SECOND)),
        };
        self.now = now.max(target);
    }

    /// To what the calendar brings next, or a millisecond off.
    fn pass_to_a_date(&mut self) {
        let dates = self.dates();
        let next = dates.into_iter().filter(|date| *date > self.utc).min();
        let offset = self.random.below(3);
        if let Some(left) = next.and_then(|date| u64::try_from(date - self.utc).ok()) {
            self.now += (left + offset).saturating_sub(1) * 1_000_000;
        }
    }

    /// All instants at which the calendar changes something.
    fn dates(&self) -> Vec<i64> {
        let allocation = &self.reference.allocation;
        let mut dates: Vec<_> = allocation.ends.iter().map(|end| end.0).collect();
        for increase in &allocation.increases {
            dates.extend([increase.from.0, increase.until.0]);
        }
        for window in &self.reference.windows {
            dates.extend([window.from.0, window.until.0]);
        }
        dates
    }

    /// The calendar goes on and served time does not; after a long stall the graces begin anew.
    pub(super) fn stall(&mut self) {
        self.utc += i64::try_from(1_000 + self.random.below(60_000)).expect("a short time");
        if self.random.chance(70) {
            let at_least = self.time_for_all_to_return();
            self.tally.graces_renewed += u64::from(self.reference.in_grace() > 0);
            self.ask(&Command::RenewGraces { at_least });
        }
    }

    pub(super) fn turn_the_clock(&mut self) {
        let ends = self.dates();
        let offset = i64::try_from(self.random.below(7_200_000)).expect("a short time");
        self.utc = match self.random.pick(&ends) {
            Some(end) if self.random.chance(70) => end + offset % 3 - 1,
            _ => self.utc + offset - 3_600_000,
        };
        self.compare();
    }
}
