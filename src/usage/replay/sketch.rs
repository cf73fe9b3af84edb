//! What the draws take of the rows of a record, beside each other: all draws go through all of it.

use super::path::signed;
use crate::usage::count::Count;
use crate::usage::row::Row;

/// A row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sketch {
    pub(super) from: i64,
    pub(super) until: i64,
    /// The fewest and the most seats in use.
    pub(super) low: i64,
    pub(super) high: i64,
    /// Seats in use at its end.
    pub(super) last: i64,
    /// How many tried or stood in the line beside the seats, at most.
    pub(super) in_line: i64,
    pub(super) logins: i64,
    pub(super) ends: i64,
    pub(super) purges: i64,
    pub(super) refusals: u64,
    lengths: (u32, u32),
}

/// All rows, in the order of time.
pub(super) struct Sketches {
    pub(super) rows: Vec<Sketch>,
    /// The bucket of each session that ended, row by row.
    lengths: Vec<u8>,
}

impl Sketches {
    pub(super) fn of(rows: &[Row]) -> Self {
        let mut lengths = Vec::new();
        let rows = rows.iter().map(|row| {
            let first = lengths.len();
            for (bucket, count) in row.lengths.iter() {
                lengths.extend(std::iter::repeat_n(bucket, usize::try_from(count).unwrap_or(0)));
            }
            Sketch::of(row, (len(first), len(lengths.len())))
        });
        Self {
            rows: rows.collect(),
            lengths,
        }
    }

    /// The buckets of the sessions that ended in a row.
    pub(super) fn lengths(&self, row: &Sketch) -> &[u8] {
        &self.lengths[row.lengths.0 as usize..row.lengths.1 as usize]
    }
}

impl Sketch {
    pub(super) fn of(row: &Row, lengths: (u32, u32)) -> Self {
        let (low, high) = (row.in_use.lowest(), row.in_use.highest());
        let (low, high) = (low.unwrap_or(0), high.unwrap_or(0));
        let demand = row.demand.highest().unwrap_or(0);
        Self {
            from: row.from.0,
            until: row.until.0,
            low: low.into(),
            high: high.into(),
            last: row.last.in_use().into(),
            in_line: demand.saturating_sub(high).into(),
            logins: signed(row.counts.get(Count::Logins)),
            ends: signed(row.counts.ends()),
            purges: signed(row.counts.purges()),
            refusals: row.counts.get(Count::Refusals),
            lengths,
        }
    }
}

fn len(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
