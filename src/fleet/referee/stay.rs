//! One session as its agent sees it, from the grant to its end.

use super::spell::{Expiry, Spell, Until};
use super::{Allowances, At, Attempt, Grace, Loss, Span};

/// A session that holds a seat, or may hold one.
pub(super) struct Stay {
    pub(super) attempt: Attempt,
    /// The login that it was granted to.
    pub(super) granted: Span,
    pub(super) grace: Grace,
    pub(super) over_allocation: bool,
    /// It was resumed while its older connection was open.
    pub(super) superseded: bool,
    /// A login with its attempt was cut off: a late copy of it can supersede this one.
    pub(super) contested: bool,
    /// The first login that may have taken the seat.
    possible_from: At,
    /// A logout was sent: from here on the seat is not certain.
    leaving: Option<At>,
    connection: Connection,
}

#[derive(Debug, Clone, Copy)]
enum Connection {
    Open { since: Span },
    Lost { proof: Span, how: Loss },
}

/// The spells that are over.
#[derive(Default)]
pub(super) struct Spells {
    pub(super) held: Vec<Spell>,
    /// Those of `held` that the limit bounds.
    pub(super) capped: Vec<Spell>,
    pub(super) connected: Vec<Spell>,
    pub(super) in_grace: Vec<Spell>,
    /// Seats that were left to their grace.
    pub(super) purges: Vec<Purge>,
    /// Sessions that were resumed, though they may have been due.
    pub(super) late_resumes: Vec<(Expiry, Span)>,
}

/// A seat that was left to its grace.
#[derive(Debug, Clone, Copy)]
pub(super) struct Purge {
    pub(super) expiry: Expiry,
    /// The server cannot know the moment of a silent loss as exactly as the agent.
    pub(super) silent: bool,
}

impl Stay {
    pub(super) fn new(
        attempt: Attempt,
        possible_from: At,
        granted: Span,
        grace: Grace,
        over_allocation: bool,
    ) -> Self {
        Self {
            attempt,
            granted,
            grace,
            over_allocation,
            superseded: false,
            contested: false,
            possible_from,
            leaving: None,
            connection: Connection::Open { since: granted },
        }
    }

    /// A resume, or a repetition of its login, was answered by this session.
    pub(super) fn resumed(&mut self, span: Span, spells: &mut Spells, allowances: &Allowances) {
        match self.connection {
            Connection::Open { .. } => self.superseded = true,
            Connection::Lost { proof, how } => {
                spells
                    .in_grace
                    .push(Spell::new(None, proof.from, Until::Known(span.to)));
                let expiry = Expiry::of_seat(proof, how, self.grace, allowances);
                if span.from > expiry.running.to {
                    spells.late_resumes.push((expiry, span));
                }
                self.superseded = false;
                self.connection = Connection::Open { since: span };
            }
        }
    }

    pub(super) fn lost(&mut self, span: Span, how: Loss, spells: &mut Spells, allowances: &Allowances) {
        match self.connection {
            Connection::Open { since } => {
                let certain = match how {
                    Loss::Broken => None,
                    Loss::CloseFrame(_) | Loss::Dropped | Loss::Silence => {
                        Some(Span::new(since.to, self.certain_end(span.from)))
                    }
                };
                let expiry = Expiry::of_connection(span, how, self.grace, allowances);
                let until = Until::Expired {
                    expiry,
                    known: At::MAX,
                };
                spells.connected.push(Spell::new(certain, since.from, until));
                self.connection = Connection::Lost { proof: span, how };
            }
            Connection::Lost { proof, how } => {
                // A later sign of life of a session that was lost: the grace may count from it.
                let proof = Span::new(proof.from, proof.to.max(span.to));
                self.connection = Connection::Lost { proof, how };
            }
        }
    }

    pub(super) fn leaving(&mut self, at: At) {
        self.leaving.get_or_insert(at);
    }

    /// Until when its seat is certainly held, if the last sign of life before now was at `proof`.
    pub(super) fn certain_until(&self, proof: At) -> At {
        let proof = match self.connection {
            Connection::Open { .. } => proof,
            Connection::Lost { proof, .. } => proof.from,
        };
        self.certain_end(proof + self.grace.least)
    }

    /// When and how its connection was lost, if it is.
    pub(super) fn loss(&self) -> Option<(Span, Loss)> {
        match self.connection {
            Connection::Open { .. } => None,
            Connection::Lost { proof, how } => Some((proof, how)),
        }
    }

    /// The server released it, and has said so at `at`.
    pub(super) fn released(self, at: At, spells: &mut Spells, allowances: &Allowances) {
        let certain_to = self.leaving.unwrap_or(self.granted.to);
        self.finish(certain_to, at, spells, allowances);
    }

    /// It was certainly gone at `at`, in time or not.
    pub(super) fn gone(self, in_time: bool, at: At, spells: &mut Spells, allowances: &Allowances) {
        let certain_to = match self.connection {
            Connection::Lost { proof, .. } if in_time => proof.from + self.grace.least,
            Connection::Lost { proof, .. } => proof.from,
            Connection::Open { since } => since.to,
        };
        self.finish(certain_to.min(at), at, spells, allowances);
    }

    /// The run is over at `at`, the session perhaps not.
    pub(super) fn cut_off(self, at: At, spells: &mut Spells, allowances: &Allowances) {
        let certain_to = match self.connection {
            Connection::Lost { proof, .. } => (proof.from + self.grace.least).min(at),
            Connection::Open { .. } => at,
        };
        self.finish(certain_to, at, spells, allowances);
    }

    fn finish(self, certain_to: At, known: At, spells: &mut Spells, allowances: &Allowances) {
        let certain_to = self.certain_end(certain_to);
        let until = match self.connection {
            Connection::Open { since } => {
                let certain = Span::new(since.to, certain_to);
                spells
                    .connected
                    .push(Spell::new(Some(certain), since.from, Until::Known(known)));
                Until::Known(known)
            }
            Connection::Lost { proof, how } => {
                let expiry = Expiry::of_seat(proof, how, self.grace, allowances);
                spells.purges.push(Purge {
                    expiry,
                    silent: how == Loss::Silence,
                });
                let until = Until::Expired { expiry, known };
                spells.in_grace.push(Spell::new(None, proof.from, until));
                until
            }
        };
        let held = Spell::new(
            Some(Span::new(self.granted.to, certain_to)),
            self.possible_from,
            until,
        );
        spells.held.push(held);
        if !self.over_allocation {
            spells.capped.push(held);
        }
    }

    fn certain_end(&self, end: At) -> At {
        self.leaving.map_or(end, |leaving| leaving.min(end))
    }
}
