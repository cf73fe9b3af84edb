//! The seats of one organization.

use super::allocation::{Allocation, Limit};
use super::command::Cause;
use super::effect::{Effect, Record};
use super::ids::{AttemptHash, ConnectionNumber, SessionId};
use super::moment::{Moment, Served};
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

mod decide;
mod rebuild;
mod spent;

pub use decide::decide;
pub use spent::MOST_SPENT_TOKENS;
use spent::SpentTokens;

/// For how long after its grant a repeated attempt gets the same session.
pub const ATTEMPT_REPEATABLE: Duration = Duration::from_secs(60);

/// The seats of one organization.
///
/// A session takes one seat from its login until it is released or purged. When its
/// connection goes, the seat stays for the grace, so that a reload does not lose it.
#[derive(Debug, Clone)]
pub struct Pool {
    allocation: Allocation,
    grace: Duration,
    sessions: HashMap<SessionId, Session>,
    /// The sessions by their attempt. After its time an attempt may be given a second one, and a
    /// restart makes both repeatable.
    attempts: BTreeSet<(AttemptHash, SessionId)>,
    /// The sessions in grace by their end. What is over and not yet purged still stands here,
    /// but counts as free everywhere.
    deadlines: BTreeSet<(Served, SessionId)>,
    /// The signed tokens that are good for no other session any more.
    spent: SpentTokens,
    on_call: u32,
    unresponsive: u32,
}

/// A session that holds a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// What is recorded of it.
    pub record: Record,
    /// Until when its attempt may be repeated.
    pub repeatable_until: Served,
    /// Whether there is a connection.
    pub state: SessionState,
    /// How often it was taken up again.
    pub resumes: u32,
}

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// A connection holds it.
    Connected {
        /// The one that counts.
        connection: ConnectionNumber,
        /// What the widget last said.
        on_call: bool,
        /// The page behind the connection does not answer.
        unresponsive: bool,
    },
    /// The connection is gone.
    InGrace {
        /// When the seat is free.
        until: Served,
    },
}

impl SessionState {
    /// A connection that has said nothing yet.
    pub(crate) fn connected(connection: ConnectionNumber) -> Self {
        Self::Connected {
            connection,
            on_call: false,
            unresponsive: false,
        }
    }
}

/// All numbers of a pool at one instant. `in_use = connected + in_grace`, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// The limit.
    pub limit: Limit,
    /// Seats with a connection.
    pub connected: u32,
    /// Seats kept for a connection that is gone.
    pub in_grace: u32,
    /// Connected, but the page does not answer.
    pub unresponsive: u32,
    /// Connected and in a call.
    pub on_call: u32,
}

impl Numbers {
    /// Seats that nobody else can have.
    pub fn in_use(&self) -> u32 {
        self.connected + self.in_grace
    }

    /// Seats that a newcomer could have within the limit.
    pub fn free(&self) -> u32 {
        self.limit.total.saturating_sub(self.in_use())
    }

    /// Seats in use above the limit.
    pub fn over_allocation(&self) -> u32 {
        self.in_use().saturating_sub(self.limit.total)
    }
}

impl Pool {
    /// An empty pool.
    pub fn new(allocation: Allocation, grace: Duration) -> Self {
        Self {
            allocation,
            grace,
            sessions: HashMap::new(),
            attempts: BTreeSet::new(),
            deadlines: BTreeSet::new(),
            spent: SpentTokens::default(),
            on_call: 0,
            unresponsive: 0,
        }
    }

    /// What the organization has.
    pub fn allocation(&self) -> &Allocation {
        &self.allocation
    }

    /// How long a seat is kept after the last proof of life.
    pub fn grace(&self) -> Duration {
        self.grace
    }

    /// All numbers at `moment`.
    pub fn numbers(&self, moment: Moment) -> Numbers {
        let over = self
            .deadlines
            .iter()
            .take_while(|(until, _)| *until <= moment.served)
            .count();
        Numbers {
            limit: self.allocation.limit(moment.utc),
            connected: count(self.sessions.len() - self.deadlines.len()),
            in_grace: count(self.deadlines.len() - over),
            unresponsive: self.unresponsive,
            on_call: self.on_call,
        }
    }

    /// An upper bound of the seats in use, found without counting what is over.
    pub fn most_in_use(&self) -> u32 {
        count(self.sessions.len())
    }

    /// The session `id`, unless its grace is over at `now`.
    pub fn session(&self, id: SessionId, now: Served) -> Option<&Session> {
        self.sessions.get(&id).filter(|session| !session.is_over(now))
    }

    /// The sessions whose grace is not over at `now`, in no order.
    pub fn sessions(&self, now: Served) -> impl Iterator<Item = &Session> {
        self.sessions
            .values()
            .filter(move |session| !session.is_over(now))
    }

    /// When the next grace is over or was over, purged or not.
    pub fn next_deadline(&self) -> Option<Served> {
        self.deadlines.first().map(|(until, _)| *until)
    }

    /// Makes `effect` true. What an effect speaks of and is not here is passed over.
    pub fn apply(&mut self, effect: &Effect) {
        match *effect {
            Effect::SeatGranted {
                record,
                connection,
                repeatable_until,
            } => {
                self.spent.forget_until(record.granted_at);
                self.insert(record, repeatable_until, SessionState::connected(connection));
            }
            Effect::SeatRestored {
                record,
                repeatable_until,
                until,
            } => {
                self.insert(record, repeatable_until, SessionState::InGrace { until });
            }
            Effect::SecretRenewed { session, secret } => {
                if let Some(known) = self.sessions.get_mut(&session) {
                    known.record.secret = secret;
                }
            }
            Effect::TokenSpent { token, session } => self.spent.spend(token, session),
            Effect::SeatResumed {
                session, connection, ..
            } => {
                self.turn(session, SessionState::connected(connection));
                if let Some(known) = self.sessions.get_mut(&session) {
                    known.resumes = known.resumes.saturating_add(1);
                }
            }
            Effect::SeatLost { session, until } => self.turn(session, SessionState::InGrace { until }),
            Effect::SeatReleased { session, cause, .. } => {
                if cause == Cause::Withdrawn
                    && let Some(token) = self
                        .sessions
                        .get(&session)
                        .and_then(|session| session.record.entry.token)
                {
                    // Nobody was told of the session, so that its token is still good.
                    self.spent.take_back(token);
                }
                self.remove(session);
            }
            Effect::SeatPurged { session, .. } => self.remove(session),
            Effect::OnCall {
                session,
                on_call: now,
            } => self.mark(session, |on_call, _| *on_call = now),
            Effect::Responded { session, responsive } => {
                self.mark(session, |_, unresponsive| *unresponsive = !responsive);
            }
            Effect::Allocated(ref allocation) => self.allocation = allocation.clone(),
            Effect::GraceSet(grace) => self.grace = grace,
            Effect::GracesRenewed { after, until } => self.renew(after, until),
            Effect::Refused { .. } | Effect::WouldBeRefused => {}
        }
    }

    fn insert(&mut self, record: Record, repeatable_until: Served, state: SessionState) {
        self.remove(record.session);
        if let Some(attempt) = record.attempt {
            self.attempts.insert((attempt, record.session));
        }
        if let Some(token) = record.entry.token {
            self.spent.spend(token, record.session);
        }
        self.count_in(record.session, state);
        self.sessions.insert(
            record.session,
            Session {
                record,
                repeatable_until,
                state,
                resumes: 0,
            },
        );
    }

    fn remove(&mut self, id: SessionId) {
        let Some(session) = self.sessions.remove(&id) else {
            return;
        };
        self.count_out(id, session.state);
        if let Some(attempt) = session.record.attempt {
            self.attempts.remove(&(attempt, id));
        }
    }

    fn turn(&mut self, id: SessionId, state: SessionState) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let before = std::mem::replace(&mut session.state, state);
        self.count_out(id, before);
        self.count_in(id, state);
    }

    fn mark(&mut self, id: SessionId, change: impl FnOnce(&mut bool, &mut bool)) {
        let Some(session) = self.sessions.get(&id) else {
            return;
        };
        let mut state = session.state;
        if let SessionState::Connected {
            on_call,
            unresponsive,
            ..
        } = &mut state
        {
            change(on_call, unresponsive);
            self.turn(id, state);
        }
    }

    fn renew(&mut self, after: Served, until: Served) {
        let renewed: Vec<_> = self
            .deadlines
            .iter()
            .filter(|(deadline, _)| *deadline > after && *deadline < until)
            .map(|(_, id)| *id)
            .collect();
        for id in renewed {
            self.turn(id, SessionState::InGrace { until });
        }
    }

    fn count_in(&mut self, id: SessionId, state: SessionState) {
        match state {
            SessionState::Connected {
                on_call,
                unresponsive,
                ..
            } => {
                self.on_call += u32::from(on_call);
                self.unresponsive += u32::from(unresponsive);
            }
            SessionState::InGrace { until } => {
                self.deadlines.insert((until, id));
            }
        }
    }

    fn count_out(&mut self, id: SessionId, state: SessionState) {
        match state {
            SessionState::Connected {
                on_call,
                unresponsive,
                ..
            } => {
                self.on_call -= u32::from(on_call);
                self.unresponsive -= u32::from(unresponsive);
            }
            SessionState::InGrace { until } => {
                self.deadlines.remove(&(until, id));
            }
        }
    }
}

impl Session {
    /// Whether its grace is over at `now`, purged or not.
    pub fn is_over(&self, now: Served) -> bool {
        matches!(self.state, SessionState::InGrace { until } if until <= now)
    }

    /// The connection that holds it.
    pub fn connection(&self) -> Option<ConnectionNumber> {
        match self.state {
            SessionState::Connected { connection, .. } => Some(connection),
            SessionState::InGrace { .. } => None,
        }
    }
}

fn count(sessions: usize) -> u32 {
    u32::try_from(sessions).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
