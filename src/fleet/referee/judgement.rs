//! The verdict over a whole run.

use std::time::Duration;

use super::breach::{Breach, Breaches, Rule};
use super::lateness;
use super::pauses::Pauses;
use super::spell::Counts;
use super::stay::Spells;
use super::{Allowances, At, Evidence, Others, RefusalNumbers, SampleNumbers, Span};

/// What the referee found.
#[derive(Debug)]
pub struct Verdict {
    /// The first of the breaches, in the order of time.
    pub breaches: Vec<Breach>,
    /// How many breaches there were.
    pub breach_count: u64,
    /// The limit as it was seen last.
    pub limit: Option<u64>,
    /// The most seats in use, as the server said or as agents certainly held.
    pub peak_in_use: u64,
    /// How long after its grace each seat could be had, where somebody asked at the right moment.
    pub purge_lateness: Vec<Duration>,
}

/// All that was seen, counted for each instant.
pub(super) struct Bench<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) spells: &'a Spells,
    pub(super) pauses: &'a Pauses,
    pub(super) allowances: &'a Allowances,
    held: Counts,
    capped: Counts,
    connected: Counts,
    in_grace: Counts,
    /// When the graces of vanished agents were over.
    dues: Vec<At>,
    others: Others,
    longest_grace: Duration,
    /// Until when a session from before the run may be in its grace.
    warm_up: At,
}

impl<'a> Bench<'a> {
    pub(super) fn new(
        evidence: &'a Evidence,
        spells: &'a Spells,
        pauses: &'a Pauses,
        allowances: &'a Allowances,
        others: Others,
        longest_grace: Duration,
    ) -> Self {
        let counts = |spells| Counts::of(spells, pauses, allowances);
        let mut dues: Vec<At> = spells
            .purges
            .iter()
            .map(|purge| purge.expiry.running.to)
            .collect();
        dues.sort_unstable();
        Self {
            evidence,
            spells,
            pauses,
            allowances,
            held: counts(&spells.held),
            capped: counts(&spells.capped),
            connected: counts(&spells.connected),
            in_grace: counts(&spells.in_grace),
            dues,
            others,
            longest_grace,
            warm_up: longest_grace.max(allowances.silence_limit) + allowances.lateness,
        }
    }

    /// Judges everything.
    pub(super) fn judge(&self, mut breaches: Breaches) -> Verdict {
        if let Some(limit) = self.limits().map(|limits| limits.1) {
            self.judge_cap(limit, &mut breaches);
        }
        for &(span, numbers) in &self.evidence.exhausted {
            self.judge_refusal(span, numbers, &mut breaches);
        }
        for (span, numbers) in &self.evidence.samples {
            self.judge_sample(*span, numbers, &mut breaches);
        }
        for (expiry, resumed) in &self.spells.late_resumes {
            let latest = expiry.latest(self.pauses, self.allowances);
            if resumed.from > latest {
                let over = resumed.from.saturating_sub(expiry.running.to).as_millis();
                let detail = format!("a session could be resumed {over} ms after its grace was over");
                breaches.add(Rule::FreedLate, resumed.to, detail);
            }
        }
        let (breaches, breach_count) = breaches.finish();
        Verdict {
            breaches,
            breach_count,
            limit: self.last_limit(),
            peak_in_use: self.peak(),
            purge_lateness: self
                .limits()
                .map_or_else(Vec::new, |limits| lateness::measure(self, limits.1)),
        }
    }

    fn judge_cap(&self, limit: u64, breaches: &mut Breaches) {
        let mut above = false;
        for &(at, count) in self.capped.certain.steps() {
            let held = u64::try_from(count).unwrap_or(0);
            if held > limit && !above {
                let connected = self.connected.certain.at(at);
                let rule = if connected > limit {
                    Rule::CapExceeded
                } else {
                    Rule::FreedEarly
                };
                let detail = format!(
                    "{held} agents held a seat, {connected} of them connected, the others within their \
                     grace; the limit is {limit}"
                );
                breaches.add(rule, at, detail);
            }
            above = held > limit;
        }
    }

    /// What the server itself says of the seats in use.
    fn judge_admission(&self, span: Span, in_use: u64, breaches: &mut Breaches) {
        let Some((_, limit)) = self.limits().filter(|_| !self.evidence.over_allocation) else {
            return;
        };
        let Some(others) = self.others(span.from) else {
            return;
        };
        if in_use > limit + others {
            let detail = format!("the server says that {in_use} seats are in use; the limit is {limit}");
            breaches.add(Rule::CapExceeded, span.to, detail);
        }
    }

    fn judge_refusal(&self, span: Span, numbers: Option<RefusalNumbers>, breaches: &mut Breaches) {
        let possible = self.possibly_held(span);
        let limit = numbers
            .map(|numbers| numbers.limit)
            .or(self.limits().map(|limits| limits.0));
        if let (Some(limit), Some(possible)) = (limit, possible)
            && possible < limit
        {
            let (rule, why) = if self.overdue(span.from, limit - possible) {
                (Rule::FreedLate, "others are overdue")
            } else {
                (Rule::UnjustifiedRefusal, "none is overdue")
            };
            let detail = format!(
                "a login was refused though at most {possible} of {limit} seats could be in use; {why}"
            );
            breaches.add(rule, span.to, detail);
        }
        let Some(numbers) = numbers else { return };
        self.judge_admission(span, numbers.in_use, breaches);
        let mut lie = |detail| breaches.add(Rule::NumberLies, span.to, detail);
        if numbers.in_use < numbers.limit || numbers.in_grace > numbers.in_use {
            lie(format!(
                "a refusal says that {} of {} seats are in use, {} of them in grace",
                numbers.in_use, numbers.limit, numbers.in_grace
            ));
        }
        if let Some((least, most)) = self.sampled_limits()
            && !(least..=most).contains(&numbers.limit)
        {
            lie(format!(
                "a refusal says the limit is {}, the organization {most}",
                numbers.limit
            ));
        }
        let certain = self.held.certain.least(span);
        if numbers.in_use < certain {
            lie(format!(
                "a refusal says {} seats are in use, {certain} are",
                numbers.in_use
            ));
        }
        if let Some(possible) = possible.filter(|&possible| numbers.in_use > possible.max(numbers.limit)) {
            lie(format!(
                "a refusal says {} seats are in use, at most {possible} can be",
                numbers.in_use
            ));
        }
        if let Some(possible) = self
            .possible(&self.in_grace, span)
            .filter(|&most| numbers.in_grace > most)
        {
            lie(format!(
                "a refusal says {} seats are in grace, at most {possible} can be",
                numbers.in_grace
            ));
        }
    }

    fn judge_sample(&self, span: Span, numbers: &SampleNumbers, breaches: &mut Breaches) {
        let SampleNumbers {
            limit,
            in_use,
            connected,
            in_grace,
            free,
        } = *numbers;
        let mut say = |rule, detail| breaches.add(rule, span.to, detail);
        if in_use != connected + in_grace {
            let detail = format!("{in_use} in use is not {connected} connected and {in_grace} in grace");
            say(Rule::NumberLies, detail);
        }
        if free != limit.saturating_sub(in_use) {
            say(
                Rule::NumberLies,
                format!("{free} free is not {limit} less {in_use} in use"),
            );
        }
        for (name, said, counts) in [
            ("in use", in_use, &self.held),
            ("connected", connected, &self.connected),
        ] {
            let certain = counts.certain.least(span);
            if said < certain {
                say(
                    Rule::NumberLies,
                    format!("{said} seats are said to be {name}, {certain} are"),
                );
            }
        }
        for (name, said, counts) in [
            ("in use", in_use, &self.held),
            ("connected", connected, &self.connected),
            ("in grace", in_grace, &self.in_grace),
        ] {
            if let Some(possible) = self.possible(counts, span).filter(|&possible| said > possible) {
                let late = name != "connected" && self.overdue(span.from, said - possible);
                let rule = if late { Rule::FreedLate } else { Rule::NumberLies };
                say(
                    rule,
                    format!("{said} seats are said to be {name}, at most {possible} can be"),
                );
            }
        }
    }

    fn possibly_held(&self, span: Span) -> Option<u64> {
        self.possible(&self.held, span)
    }

    /// The most that there can have been, those of others included; `None` where that is unknown.
    fn possible(&self, counts: &Counts, span: Span) -> Option<u64> {
        Some(counts.possible.most(span) + self.others(span.from)?)
    }

    /// How many seats others may hold.
    pub(super) fn others(&self, at: At) -> Option<u64> {
        match self.others {
            Others::Seen { connected, in_grace } if at <= self.warm_up => Some(connected + in_grace),
            Others::Seen { connected, .. } => Some(connected),
            Others::Unknown => (at > self.warm_up).then_some(0),
        }
    }

    /// Whether so many graces of vanished agents were over shortly before.
    fn overdue(&self, at: At, seats: u64) -> bool {
        let shortly = (self.longest_grace + self.allowances.lateness) * 2;
        let due = self.dues.partition_point(|&due| due < at);
        let shortly_due = due - self.dues.partition_point(|&due| due < at.saturating_sub(shortly));
        u64::try_from(shortly_due).is_ok_and(|due| due >= seats)
    }

    fn sampled_limits(&self) -> Option<(u64, u64)> {
        least_and_most(self.evidence.samples.iter().map(|sample| sample.1.limit))
    }

    /// The lowest and the highest limit that was seen.
    fn limits(&self) -> Option<(u64, u64)> {
        self.sampled_limits().or_else(|| {
            let told = self.evidence.exhausted.iter().filter_map(|refusal| refusal.1);
            least_and_most(told.map(|numbers| numbers.limit))
        })
    }

    fn last_limit(&self) -> Option<u64> {
        let told = || self.evidence.exhausted.iter().rev().find_map(|refusal| refusal.1);
        let sampled = self.evidence.samples.last().map(|sample| sample.1.limit);
        sampled.or_else(|| told().map(|numbers| numbers.limit))
    }

    fn peak(&self) -> u64 {
        let sampled = self.evidence.samples.iter().map(|sample| sample.1.in_use);
        let told = self
            .evidence
            .exhausted
            .iter()
            .filter_map(|refusal| refusal.1)
            .map(|told| told.in_use);
        let held = self
            .held
            .certain
            .steps()
            .iter()
            .map(|step| u64::try_from(step.1).unwrap_or(0));
        sampled.chain(told).chain(held).max().unwrap_or(0)
    }
}

fn least_and_most(values: impl Iterator<Item = u64> + Clone) -> Option<(u64, u64)> {
    Some((values.clone().min()?, values.max()?))
}
