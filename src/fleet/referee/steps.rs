//! A count that changes in steps over time, asked about stretches of time.

use std::time::Duration;

/// Which of two changes at the same instant is counted first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ties {
    /// Ends first: the count is never too high.
    EndsFirst,
    /// Beginnings first: the count is never too low.
    BeginningsFirst,
}

/// How many intervals cover each instant.
#[derive(Debug)]
pub(super) struct Steps {
    /// The change's time and the count after it, in order of time.
    changes: Vec<(Duration, u32)>,
}

impl Steps {
    /// Counts `intervals`; an end of `None` never comes.
    pub(super) fn over(intervals: impl Iterator<Item = (Duration, Option<Duration>)>, ties: Ties) -> Self {
        let mut edges: Vec<(Duration, bool)> = Vec::new();
        for (from, until) in intervals.filter(|(from, until)| until.is_none_or(|until| *from <= until)) {
            edges.push((from, true));
            edges.extend(until.map(|until| (until, false)));
        }
        edges.sort_by_key(|(at, begins)| (*at, *begins == (ties == Ties::EndsFirst)));
        let mut count: u32 = 0;
        let changes = edges.into_iter().map(|(at, begins)| {
            // An empty interval whose end sorts first must not take the count below zero for good.
            count = if begins {
                count.wrapping_add(1)
            } else {
                count.wrapping_sub(1)
            };
            (at, if count > u32::MAX / 2 { 0 } else { count })
        });
        Self {
            changes: changes.collect(),
        }
    }

    /// The counts that held at any instant from `from` to `until`, in order of time.
    pub(super) fn during(&self, from: Duration, until: Duration) -> impl Iterator<Item = u32> + '_ {
        let first = self.changes.partition_point(|(at, _)| *at < from);
        let before = first.checked_sub(1).map_or(0, |index| self.changes[index].1);
        let after = self.changes[first..]
            .iter()
            .take_while(move |(at, _)| *at <= until)
            .map(|(_, count)| *count);
        std::iter::once(before).chain(after)
    }

    /// The highest count, whenever it was.
    pub(super) fn peak(&self) -> u32 {
        self.changes.iter().map(|(_, count)| *count).max().unwrap_or(0)
    }

    /// Where the count rose above `bound`: the time and the count.
    pub(super) fn crossings(&self, bound: u32) -> impl Iterator<Item = (Duration, u32)> + '_ {
        let mut above = false;
        self.changes.iter().copied().filter(move |(_, count)| {
            let crossed = *count > bound && !above;
            above = *count > bound;
            crossed
        })
    }
}
