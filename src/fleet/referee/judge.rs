//! The judgement over the whole run, once all intervals are known.

use std::time::Duration;

use super::{
    Judgement, Referee, Rule, SILENCE_LIMIT, lateness,
    steps::{Steps, Ties},
    visit::Freed,
};

impl Referee {
    /// Says what was broken. `end` is when the last observation was made.
    pub fn judge(mut self, end: Duration) -> Judgement {
        let visits = || self.visits.values().filter(|visit| !visit.void);
        let possible = Steps::over(
            visits().map(|visit| (visit.asked, visit.possible_until)),
            Ties::BeginningsFirst,
        );
        let certain_of = |over: bool| {
            visits()
                .filter(move |visit| over || !visit.over_allocation)
                .filter_map(move |visit| {
                    Some((visit.certain_from?, Some(visit.certain_until.unwrap_or(end))))
                })
        };
        let certain = Steps::over(certain_of(true), Ties::EndsFirst);
        let paid = Steps::over(certain_of(false), Ties::EndsFirst);
        let purges = self.purges();

        if let Some((_, limit)) = self.limits {
            for (at, count) in paid.crossings(limit) {
                self.accuse(
                    Rule::CapExceeded,
                    at,
                    format!("at least {count} seats in use, the limit is {limit}"),
                );
            }
        }
        self.judge_refusals(&certain, &possible, &purges);
        self.judge_samples(&certain, &possible, &purges);

        let told = self
            .refusals
            .iter()
            .filter_map(|refusal| Some(refusal.seats?.in_use));
        let sampled = self.samples.iter().map(|(_, _, sample)| sample.in_use);
        let peak_in_use = told.chain(sampled).chain([certain.peak()]).max().unwrap_or(0);
        let purge_lateness = lateness::measure(&self);
        self.breaches.sort_by_key(|breach| breach.at);
        Judgement {
            breaches: self.breaches,
            peak_in_use,
            limit: self.limits.map(|(_, high)| high),
            purge_lateness,
        }
    }

    fn judge_refusals(&mut self, certain: &Steps, possible: &Steps, purges: &[Duration]) {
        let Some((limit, _)) = self.limits else { return };
        for refusal in std::mem::take(&mut self.refusals) {
            let (asked, at) = (refusal.asked, refusal.at);
            if possible.during(asked, at).all(|count| count < limit) {
                let most = possible.during(asked, at).max().unwrap_or(0);
                let rule = if purged_before(purges, asked) {
                    Rule::FreedLate
                } else {
                    Rule::UnjustifiedRefusal
                };
                self.accuse(
                    rule,
                    at,
                    format!("refused with at most {most} of {limit} seats in use"),
                );
            }
            if let Some(seats) = refusal.seats {
                let (low, high) = range(certain, possible, asked, at);
                if seats.in_use < low || seats.in_use > high || seats.in_grace > seats.in_use {
                    let (in_use, in_grace) = (seats.in_use, seats.in_grace);
                    let detail = format!(
                        "a refusal says {in_use} in use, {in_grace} of them in grace; it was {low} to {high}"
                    );
                    self.accuse(Rule::NumberLies, at, detail);
                }
            }
            self.refusals.push(refusal);
        }
    }

    fn judge_samples(&mut self, certain: &Steps, possible: &Steps, purges: &[Duration]) {
        for (asked, at, sample) in std::mem::take(&mut self.samples) {
            let (low, high) = range(certain, possible, asked, at);
            let in_use = sample.in_use;
            if in_use != sample.connected + sample.in_grace
                || sample.free != sample.total.saturating_sub(in_use)
            {
                self.accuse(
                    Rule::NumberLies,
                    at,
                    format!("the admin API's numbers do not add up: {sample:?}"),
                );
            }
            if in_use < low || in_use > high {
                let late = in_use > high && purged_before(purges, asked);
                let rule = if late { Rule::FreedLate } else { Rule::NumberLies };
                self.accuse(
                    rule,
                    at,
                    format!("the admin API says {in_use} in use; it was {low} to {high}"),
                );
            }
            self.samples.push((asked, at, sample));
        }
    }

    /// The ends of possible holding that a purge brings about, in order.
    fn purges(&self) -> Vec<Duration> {
        let purged = |visit: &&super::Visit| !matches!(visit.release, Some((_, Freed::Logout)));
        let visits = self.visits.values().filter(|visit| !visit.void).filter(purged);
        let mut purges: Vec<Duration> = visits.filter_map(|visit| visit.possible_until).collect();
        purges.sort_unstable();
        purges
    }
}

/// Whether a seat came free by purge not long before `at`: then a seat too many is a late purge.
fn purged_before(purges: &[Duration], at: Duration) -> bool {
    let before = purges.partition_point(|purge| *purge < at);
    before
        .checked_sub(1)
        .is_some_and(|last| at - purges[last] < SILENCE_LIMIT)
}

/// The lowest and the highest number of seats in use that can have been true in the interval.
fn range(certain: &Steps, possible: &Steps, from: Duration, until: Duration) -> (u32, u32) {
    let low = certain.during(from, until).min().unwrap_or(0);
    let high = possible.during(from, until).max().unwrap_or(0);
    (low, high)
}
