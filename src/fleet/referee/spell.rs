//! Times at which something was certainly so, and at which it was possibly so.

use std::time::Duration;

use super::pauses::Pauses;
use super::step_count::StepCount;
use super::{Allowances, At, Grace, Loss, Span};

/// A time for which a seat was held, a connection counted, or a grace ran.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spell {
    /// It was so at each instant of this.
    certain: Option<Span>,
    /// It may have been so from here on.
    possible_from: At,
    possible_until: Until,
}

/// When a spell ended at the latest.
#[derive(Debug, Clone, Copy)]
pub(super) enum Until {
    /// At this instant.
    Known(At),
    /// When a time was over that pauses of the server may have made longer, but before `known`.
    Expired { expiry: Expiry, known: At },
}

/// A time that runs from a loss.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expiry {
    /// From the earliest moment of the loss to the latest regular end.
    pub(super) running: Span,
    /// How long it runs when it begins again.
    pub(super) grace: Duration,
}

impl Expiry {
    /// Of the seat of a session that was lost.
    pub(super) fn of_seat(lost: Span, how: Loss, grace: Grace, allowances: &Allowances) -> Self {
        let wait = match how {
            Loss::Silence => grace.most.max(allowances.silence_limit),
            Loss::CloseFrame(_) | Loss::Dropped | Loss::Broken => grace.most,
        };
        Self {
            running: Span::new(lost.from, lost.to + wait),
            grace: wait,
        }
    }

    /// Of the server's belief that a connection is there.
    pub(super) fn of_connection(lost: Span, how: Loss, grace: Grace, allowances: &Allowances) -> Self {
        let wait = match how {
            Loss::Silence => allowances.silence_limit,
            Loss::CloseFrame(_) | Loss::Dropped | Loss::Broken => Duration::ZERO,
        };
        Self {
            running: Span::new(lost.from, lost.to + wait),
            grace: grace.most,
        }
    }

    /// The latest end that keeps the promise.
    pub(super) fn latest(&self, pauses: &Pauses, allowances: &Allowances) -> At {
        let late = Span::new(self.running.from, self.running.to + allowances.lateness);
        pauses.stretch(late, self.grace, allowances.lateness)
    }
}

impl Spell {
    pub(super) fn new(certain: Option<Span>, possible_from: At, possible_until: Until) -> Self {
        Self {
            certain: certain.filter(|span| span.from < span.to),
            possible_from,
            possible_until,
        }
    }

    fn possible(&self, pauses: &Pauses, allowances: &Allowances) -> Span {
        let to = match self.possible_until {
            Until::Known(at) => at,
            Until::Expired { expiry, known } => expiry.latest(pauses, allowances).min(known),
        };
        Span::new(self.possible_from, to.max(self.possible_from))
    }
}

/// How many there were at each instant: at least, and at most.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) certain: StepCount,
    pub(super) possible: StepCount,
}

impl Counts {
    pub(super) fn of(spells: &[Spell], pauses: &Pauses, allowances: &Allowances) -> Self {
        Self {
            certain: StepCount::of(spells.iter().filter_map(|spell| spell.certain), false),
            possible: StepCount::of(
                spells.iter().map(|spell| spell.possible(pauses, allowances)),
                true,
            ),
        }
    }
}
