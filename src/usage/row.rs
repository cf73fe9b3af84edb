//! All figures of one stretch of the record. Rows add up: a quarter of an hour is the sum of its
//! minutes, a day that of its quarters.

use super::count::Counts;
use super::histogram::Histogram;
use super::levels::Levels;
use super::timeline::{Gap, known_ms};
use crate::seats::Timestamp;

/// How a pool stands at an instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Seats with a connection.
    pub connected: u32,
    /// Seats kept for a connection that is gone.
    pub in_grace: u32,
    /// Attempts that try for a seat.
    pub trying: u32,
    /// The limit.
    pub limit: u32,
}

impl Standing {
    /// Seats that nobody else can have.
    pub fn in_use(&self) -> u32 {
        self.connected + self.in_grace
    }

    /// Seats that would be in use if everybody who tries had one.
    pub fn demand(&self) -> u32 {
        self.in_use().saturating_add(self.trying)
    }
}

/// What happened in a stretch. From its end on the pool stands as it does there, until the next
/// row begins or a gap: a time in which nothing changes has no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The first instant that is counted here.
    pub from: Timestamp,
    /// The first instant that is not.
    pub until: Timestamp,
    /// Time by seats in use.
    pub in_use: Levels,
    /// Time by seats in grace, which are in use too.
    pub in_grace: Levels,
    /// Time by demand: seats in use and attempts that try.
    pub demand: Levels,
    /// Time by limit.
    pub limit: Levels,
    /// What happened how often.
    pub counts: Counts,
    /// How long those waited who got a seat in the end.
    pub waits: Histogram,
    /// How long the sessions were that ended.
    pub lengths: Histogram,
    /// How the pool stands at the end.
    pub last: Standing,
}

impl Row {
    /// An empty row where the pool stands like this.
    pub fn at(from: Timestamp, last: Standing) -> Self {
        Self {
            from,
            until: from,
            in_use: Levels::default(),
            in_grace: Levels::default(),
            demand: Levels::default(),
            limit: Levels::default(),
            counts: Counts::default(),
            waits: Histogram::default(),
            lengths: Histogram::default(),
            last,
        }
    }

    /// The pool goes on standing as it does, until `until`.
    pub fn stand_until(&mut self, until: Timestamp, gaps: &[Gap]) {
        if until <= self.until {
            return;
        }
        let ms = known_ms(self.until, until, gaps);
        self.until = until;
        if ms > 0 {
            self.note(ms);
        }
    }

    /// The pool stands differently from here on.
    pub fn change(&mut self, standing: Standing) {
        if standing != self.last {
            self.last = standing;
            self.note(0);
        }
    }

    /// Adds a later row. Between the two the pool stood as at the end of this one.
    pub fn join(&mut self, later: &Self, gaps: &[Gap]) {
        self.stand_until(later.from, gaps);
        self.in_use.add(&later.in_use);
        self.in_grace.add(&later.in_grace);
        self.demand.add(&later.demand);
        self.limit.add(&later.limit);
        self.counts.add_all(&later.counts);
        self.waits.add(&later.waits);
        self.lengths.add(&later.lengths);
        self.until = self.until.max(later.until);
        self.last = later.last;
    }

    /// Milliseconds of which something is known.
    pub fn known_ms(&self) -> u64 {
        self.in_use.total_ms()
    }

    /// Milliseconds with at least one seat in use.
    pub fn open_ms(&self) -> u64 {
        let open = self.in_use.iter().filter(|(seats, _)| *seats > 0);
        open.map(|(_, ms)| ms).sum()
    }

    fn note(&mut self, ms: u64) {
        self.in_use.stand(self.last.in_use(), ms);
        self.in_grace.stand(self.last.in_grace, ms);
        self.demand.stand(self.last.demand(), ms);
        self.limit.stand(self.last.limit, ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Count;

    fn standing(connected: u32) -> Standing {
        Standing {
            connected,
            limit: 9,
            ..Standing::default()
        }
    }

    #[test]
    fn rows_that_are_joined_count_what_lies_between_them() {
        let mut first = Row::at(Timestamp(0), standing(1));
        first.stand_until(Timestamp(10), &[]);
        first.change(standing(2));
        first.counts.add(Count::Logins, 1);
        let mut later = Row::at(Timestamp(60), standing(2));
        later.stand_until(Timestamp(65), &[]);
        later.change(standing(1));

        first.join(&later, &[]);

        assert_eq!(first.in_use, Levels::of(vec![(1, 10), (2, 55)]).unwrap());
        assert_eq!((first.until, first.last), (Timestamp(65), standing(1)));
        assert_eq!(first.known_ms(), 65);
    }
}
