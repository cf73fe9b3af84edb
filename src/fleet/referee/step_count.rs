//! A number that changes at instants, and what it was at least and at most between two of them.

use super::{At, Span};

/// How many things there were at each instant.
#[derive(Debug, Default)]
pub(super) struct StepCount {
    /// Instants in order, with the count from there on.
    steps: Vec<(At, i64)>,
    /// The least and the greatest count of each block of steps.
    blocks: Vec<(i64, i64)>,
}

impl StepCount {
    const BLOCK: usize = 128;

    /// Counts things that were there over these spans. Where one ends at the instant at which another
    /// begins, both count if `touching`, neither otherwise.
    pub(super) fn of(spans: impl Iterator<Item = Span>, touching: bool) -> Self {
        let mut changes: Vec<(At, i64)> = spans
            .filter(|span| span.from < span.to || touching)
            .flat_map(|span| [(span.from, 1), (span.to, -1)])
            .collect();
        changes.sort_unstable_by_key(|&(at, change)| (at, if touching { -change } else { change }));
        let mut count = 0;
        let steps: Vec<(At, i64)> = changes
            .into_iter()
            .map(|(at, change)| {
                count += change;
                (at, count)
            })
            .collect();
        let blocks = steps
            .chunks(Self::BLOCK)
            .map(|block| {
                let counts = block.iter().map(|step| step.1);
                (counts.clone().min().unwrap_or(0), counts.max().unwrap_or(0))
            })
            .collect();
        Self { steps, blocks }
    }

    /// All instants at which it changed, with the count from there on.
    pub(super) fn steps(&self) -> &[(At, i64)] {
        &self.steps
    }

    /// The count at an instant, after all that changed there.
    pub(super) fn at(&self, at: At) -> u64 {
        let next = self.steps.partition_point(|step| step.0 <= at);
        let count = next.checked_sub(1).map_or(0, |last| self.steps[last].1);
        u64::try_from(count).unwrap_or(0)
    }

    /// The smallest count within the span, its ends included.
    pub(super) fn least(&self, span: Span) -> u64 {
        u64::try_from(self.range(span).0).unwrap_or(0)
    }

    /// The greatest count within the span, its ends included.
    pub(super) fn most(&self, span: Span) -> u64 {
        u64::try_from(self.range(span).1).unwrap_or(0)
    }

    fn range(&self, span: Span) -> (i64, i64) {
        let mut next = self.steps.partition_point(|step| step.0 < span.from);
        let end = self.steps.partition_point(|step| step.0 <= span.to);
        let before = next.checked_sub(1).map_or(0, |last| self.steps[last].1);
        let (mut least, mut most) = (before, before);
        while next < end {
            let whole_block = next.is_multiple_of(Self::BLOCK) && next + Self::BLOCK <= end;
            let (low, high) = if whole_block {
                self.blocks[next / Self::BLOCK]
            } else {
                (self.steps[next].1, self.steps[next].1)
            };
            least = least.min(low);
            most = most.max(high);
            next += if whole_block { Self::BLOCK } else { 1 };
        }
        (least, most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: u64, to: u64) -> Span {
        Span::new(At::from_secs(from), At::from_secs(to))
    }

    #[test]
    fn the_least_and_the_most_of_a_span_include_its_ends() {
        let count = StepCount::of([span(1, 5), span(3, 9), span(4, 6)].into_iter(), false);

        assert_eq!((count.least(span(0, 10)), count.most(span(0, 10))), (0, 3));
        assert_eq!((count.least(span(3, 4)), count.most(span(3, 4))), (1, 3));
        assert_eq!((count.least(span(7, 8)), count.most(span(7, 8))), (1, 1));
        assert_eq!(count.at(At::from_secs(4)), 3);
    }

    #[test]
    fn a_seat_that_goes_from_one_to_another_counts_once_or_twice_as_asked() {
        let held = [span(1, 5), span(5, 9)];

        assert_eq!(StepCount::of(held.into_iter(), false).most(span(0, 10)), 1);
        assert_eq!(StepCount::of(held.into_iter(), true).most(span(0, 10)), 2);
    }

    #[test]
    fn blocks_give_the_same_answer_as_single_steps() {
        let spans: Vec<Span> = (0..700).map(|n| span(n, n + 1 + n * 7 % 31)).collect();
        let count = StepCount::of(spans.iter().copied(), false);
        let slow = |wanted: Span| {
            let mut seen = vec![
                count
                    .steps
                    .iter()
                    .rfind(|step| step.0 < wanted.from)
                    .map_or(0, |step| step.1),
            ];
            seen.extend(
                count
                    .steps
                    .iter()
                    .filter(|s| s.0 >= wanted.from && s.0 <= wanted.to)
                    .map(|s| s.1),
            );
            (*seen.iter().min().unwrap(), *seen.iter().max().unwrap())
        };
        for from in (0..700).step_by(13) {
            for length in [0, 5, 90, 400] {
                assert_eq!(
                    count.range(span(from, from + length)),
                    slow(span(from, from + length))
                );
            }
        }
    }
}
