//! Seats over the time of a run, for a picture.

use std::time::Duration;

use super::referee::At;

/// What a run's moments are called.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Axis {
    /// By the time since the start.
    Elapsed,
    /// By the time of day: a schedule that begins here passes so many times faster.
    #[expect(missing_docs, reason = "the fields are what the text says")]
    Schedule { begin: Duration, speed: f64 },
}

/// Seats in use, in grace and refused, from the start of a run to its end.
#[derive(Debug, Clone)]
pub struct Chart {
    axis: Axis,
    bin: Duration,
    bins: Vec<Bin>,
    level: Level,
}

/// A short while: the most that there were in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bin {
    /// Seats in use.
    pub in_use: u64,
    /// Those of them without a connection.
    pub in_grace: u64,
    /// The limit, where it is known.
    pub limit: Option<u64>,
    /// Logins that were refused.
    pub refused: u64,
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Level {
    pub(super) in_use: u64,
    pub(super) in_grace: u64,
    pub(super) limit: Option<u64>,
}

impl Chart {
    /// As many as there are pixels.
    const BINS: u32 = 1000;
    const SHORTEST: Duration = Duration::from_millis(500);

    /// An empty chart for a run of about `duration`.
    pub(super) fn new(axis: Axis, duration: Duration) -> Self {
        Self {
            axis,
            bin: (duration / Self::BINS).max(Self::SHORTEST),
            bins: Vec::new(),
            level: Level::default(),
        }
    }

    /// From `at` on there are so many.
    pub(super) fn note(&mut self, at: At, level: Level) {
        let bin = self.at(at);
        bin.in_use = bin.in_use.max(level.in_use);
        bin.in_grace = bin.in_grace.max(level.in_grace);
        bin.limit = level.limit.or(bin.limit);
        self.level = level;
    }

    /// A login was refused.
    pub(super) fn refused(&mut self, at: At) {
        self.at(at).refused += 1;
    }

    /// The run was over at `at`.
    pub(super) fn finish(&mut self, at: At) {
        self.at(at.saturating_sub(Duration::from_nanos(1)));
    }

    /// What the moments are called.
    pub fn axis(&self) -> Axis {
        self.axis
    }

    /// How long a bin is.
    pub fn bin(&self) -> Duration {
        self.bin
    }

    /// All bins.
    pub fn bins(&self) -> &[Bin] {
        &self.bins
    }

    /// A limit that was told on the way.
    pub(super) fn know_limit(&mut self, limit: u64) {
        self.level.limit = Some(limit);
    }

    /// The last limit that was known.
    pub(super) fn limit(&self) -> Option<u64> {
        self.level.limit
    }

    /// The bin of `at`; those before it are there too, with the level that held.
    fn at(&mut self, at: At) -> &mut Bin {
        let Level {
            in_use,
            in_grace,
            limit,
        } = self.level;
        let index = usize::try_from(at.as_nanos() / self.bin.as_nanos()).unwrap_or(usize::MAX);
        // A moment far beyond the end is drawn at the end.
        let index = index.min(self.bins.len() + 2 * Self::BINS as usize);
        if index >= self.bins.len() {
            let bin = Bin {
                in_use,
                in_grace,
                limit,
                refused: 0,
            };
            self.bins.resize(index + 1, bin);
        }
        &mut self.bins[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bin_shows_the_most_and_the_next_one_what_was_left() {
        let mut chart = Chart::new(Axis::Elapsed, Duration::from_secs(1000));
        let level = |in_use| Level {
            in_use,
            in_grace: 0,
            limit: Some(9),
        };
        for (ms, in_use) in [(0, 1), (200, 5), (900, 2), (3500, 4)] {
            chart.note(At::from_millis(ms), level(in_use));
        }
        chart.refused(At::from_millis(3700));

        let in_use: Vec<u64> = chart.bins().iter().map(|bin| bin.in_use).collect();
        let refused: Vec<u64> = chart.bins().iter().map(|bin| bin.refused).collect();
        assert_eq!(in_use, [5, 2, 2, 4]);
        assert_eq!(refused, [0, 0, 0, 1]);
    }
}
