//! How late seats became free: seen from outside only where somebody asked at the right moment.
//!
//! At full use each grant proves that one more seat was given back, and each refusal proves that no more
//! were: what logouts do not explain, purges do. Seats come due in an order that is known, so the *n*-th
//! purge that is proven is taken for the *n*-th that was due. A lateness is the first proof less the due
//! moment: it includes the time until somebody asked, so it is never too small by that.

use std::time::Duration;

use super::judgement::Bench;
use super::{At, Span};

/// The lateness of each purge whose moment is known closely enough.
pub(super) fn measure(bench: &Bench<'_>, limit: u64) -> Vec<Duration> {
    let mut dues: Vec<(At, bool)> = bench
        .spells
        .purges
        .iter()
        .map(|purge| {
            let expiry = purge.expiry;
            (
                bench.pauses.stretch(expiry.running, expiry.grace, Duration::ZERO),
                purge.silent,
            )
        })
        .collect();
    dues.sort_unstable();
    let asked = Asked::new(bench, limit);
    [Duration::from_millis(100), Duration::from_millis(300)]
        .into_iter()
        .map(|resolution| asked.lateness(&dues, resolution))
        .find(|lateness| !lateness.is_empty())
        .unwrap_or_default()
}

/// What the answers prove about the number of purges.
struct Asked {
    /// From this moment on there were at least so many. Both grow.
    at_least: Vec<(At, i64)>,
    /// Until this moment there were at most so many. Both grow.
    at_most: Vec<(At, i64)>,
}

impl Asked {
    fn new(bench: &Bench<'_>, limit: u64) -> Self {
        let tally = Tally::new(&bench.evidence.grants, &bench.evidence.releases);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut at_least = Vec::new();
        let mut at_most = Vec::new();
        for grant in &bench.evidence.grants {
            at_least.push((grant.to, tally.fewest_kept(Span::new(grant.to, grant.to)) - limit));
        }
        for &(span, _) in &bench.evidence.exhausted {
            let others = bench
                .others(span.from)
                .and_then(|others| i64::try_from(others).ok());
            if let Some(others) = others {
                at_most.push((span.from, tally.most_kept(span) - limit + others));
            }
        }
        for (span, numbers) in &bench.evidence.samples {
            let in_use = i64::try_from(numbers.in_use).unwrap_or(i64::MAX);
            at_least.push((span.to, tally.fewest_kept(*span) - in_use));
            let others = bench
                .others(span.from)
                .and_then(|others| i64::try_from(others).ok());
            at_most.push((span.from, tally.most_kept(*span) - in_use + others.unwrap_or(0)));
        }
        at_least.sort_unstable();
        at_most.sort_unstable();
        let mut proven = i64::MIN;
        for (_, purges) in &mut at_least {
            proven = proven.max(*purges);
            *purges = proven;
        }
        let mut bound = i64::MAX;
        for (_, purges) in at_most.iter_mut().rev() {
            bound = bound.min(*purges);
            *purges = bound;
        }
        Self { at_least, at_most }
    }

    fn lateness(&self, dues: &[(At, bool)], resolution: Duration) -> Vec<Duration> {
        let purges = (1_i64..).zip(dues);
        let seen = purges
            .filter(|(_, (_, silent))| !silent)
            .filter_map(|(number, &(due, _))| {
                let free = self.at_least.partition_point(|proof| proof.1 < number);
                let free = self.at_least.get(free)?.0;
                let held = self.at_most.partition_point(|proof| proof.1 < number);
                let held = held.checked_sub(1).map_or(At::ZERO, |last| self.at_most[last].0);
                let unknown = free.saturating_sub(held.max(due));
                (unknown <= resolution).then(|| free.saturating_sub(due))
            });
        seen.collect()
    }
}

/// Grants less releases: the seats that purges would have to give back.
struct Tally {
    granted: Bounds,
    released: Bounds,
}

struct Bounds {
    from: Vec<At>,
    to: Vec<At>,
}

impl Bounds {
    fn new(spans: &[Span]) -> Self {
        let mut from: Vec<At> = spans.iter().map(|span| span.from).collect();
        let mut to: Vec<At> = spans.iter().map(|span| span.to).collect();
        from.sort_unstable();
        to.sort_unstable();
        Self { from, to }
    }

    fn begun(&self, at: At) -> i64 {
        i64::try_from(self.from.partition_point(|&from| from <= at)).unwrap_or(i64::MAX)
    }

    fn done(&self, at: At) -> i64 {
        i64::try_from(self.to.partition_point(|&to| to <= at)).unwrap_or(i64::MAX)
    }
}

impl Tally {
    fn new(grants: &[Span], releases: &[Span]) -> Self {
        Self {
            granted: Bounds::new(grants),
            released: Bounds::new(releases),
        }
    }

    fn fewest_kept(&self, span: Span) -> i64 {
        self.granted.done(span.from) - self.released.begun(span.to)
    }

    fn most_kept(&self, span: Span) -> i64 {
        self.granted.begun(span.to) - self.released.done(span.from)
    }
}
