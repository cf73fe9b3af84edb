//! Logins that were sent: what an answer that nobody read may have taken.

use std::collections::HashMap;
use std::time::Duration;

use crate::seats::SessionId;

use super::spell::{Expiry, Spell, Until};
use super::stay::Spells;
use super::{Allowances, At, Attempt, Grace, Loss, Span};

/// The attempts that are open, or whose session may still be there.
#[derive(Default)]
pub(super) struct Attempts {
    open: HashMap<Attempt, Attempted>,
    /// The longest grace that a grant told.
    grace: Option<Grace>,
}

/// What is known of an attempt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempted {
    /// The first login that may have taken a seat.
    pub(super) first_sent: At,
    /// The session that it was answered by.
    pub(super) session: Option<SessionId>,
    /// A connection was cut off with a login on it.
    pub(super) was_cut_off: bool,
    cut_off_at: At,
}

impl Attempts {
    pub(super) fn sent(&mut self, attempt: Attempt, at: At) {
        self.open.entry(attempt).or_insert(Attempted {
            first_sent: at,
            session: None,
            was_cut_off: false,
            cut_off_at: At::ZERO,
        });
    }

    /// Gives the session that the attempt has already, if it has one.
    pub(super) fn unanswered(&mut self, attempt: Attempt, at: At) -> Option<SessionId> {
        let attempted = self.open.get_mut(&attempt)?;
        attempted.was_cut_off = true;
        attempted.cut_off_at = at;
        attempted.session
    }

    /// Remembers the session, and gives what was known before.
    pub(super) fn granted(
        &mut self,
        attempt: Attempt,
        session: SessionId,
        span: Span,
        grace: Grace,
    ) -> Attempted {
        if self.longest_grace() < grace.most {
            self.grace = Some(grace);
        }
        let fresh = Attempted {
            first_sent: span.from,
            session: None,
            was_cut_off: false,
            cut_off_at: At::ZERO,
        };
        let attempted = self.open.entry(attempt).or_insert(fresh);
        let before = *attempted;
        attempted.session = Some(session);
        before
    }

    /// The longest grace that a grant told; zero before the first.
    pub(super) fn longest_grace(&self) -> Duration {
        self.grace.map_or(Duration::ZERO, |grace| grace.most)
    }

    pub(super) fn session(&self, attempt: Attempt) -> Option<SessionId> {
        self.open.get(&attempt)?.session
    }

    /// A refusal settles the login that it answers, but not an older one that was cut off: the server may
    /// read that one later.
    pub(super) fn refused(&mut self, attempt: Attempt, spells: &mut Spells, allowances: &Allowances) {
        if let Some(attempted) = self.open.remove(&attempt)
            && attempted.was_cut_off
            && attempted.session.is_none()
        {
            self.maybe(&attempted, At::MAX, spells, allowances);
        }
    }

    pub(super) fn forget(&mut self, attempt: Attempt) {
        self.open.remove(&attempt);
    }

    pub(super) fn cut_off(&mut self, at: At, spells: &mut Spells, allowances: &Allowances) {
        let open = std::mem::take(&mut self.open);
        for attempted in open.values().filter(|attempted| attempted.session.is_none()) {
            let cut_off_at = if attempted.was_cut_off {
                attempted.cut_off_at
            } else {
                at
            };
            self.maybe(
                &Attempted {
                    cut_off_at,
                    ..*attempted
                },
                at,
                spells,
                allowances,
            );
        }
    }

    /// A seat that the server may have granted to somebody who was gone.
    fn maybe(&self, attempted: &Attempted, known: At, spells: &mut Spells, allowances: &Allowances) {
        let from = attempted.first_sent;
        let lost = Span::new(from, attempted.cut_off_at);
        let grace = self.grace.unwrap_or(Grace::exactly(allowances.silence_limit));
        let until = |expiry| Until::Expired { expiry, known };
        let seat = until(Expiry::of_seat(lost, Loss::Dropped, grace, allowances));
        let connection = until(Expiry::of_connection(lost, Loss::Dropped, grace, allowances));
        spells.held.push(Spell::new(None, from, seat));
        spells.in_grace.push(Spell::new(None, from, seat));
        spells.connected.push(Spell::new(None, from, connection));
    }
}
