//! The seats of one organization.

use super::allocation::{Allocation, Limit};
use super::effect::Record;
use super::ids::{AttemptHash, ConnectionNumber, HandoffHash, SessionId};
use super::line::{Line, Waiter};
use super::maintenance::Window;
use super::moment::{Moment, Served, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::time::Duration;

mod apply;
mod decide;
mod rebuild;
mod spent;

pub use decide::decide;
pub use spent::MOST_SPENT_TOKENS;
use spent::SpentTokens;

/// For how long after its grant a repeated attempt gets the same session.
pub const ATTEMPT_REPEATABLE: Duration = Duration::from_secs(60);
/// For how long a hand-off code can be claimed.
pub const HANDOFF_CLAIMABLE: Duration = Duration::from_secs(60);
/// While somebody waits, the pool is looked at so often: the calendar may free a seat.
const LOOK_AT_THE_LINE: Duration = Duration::from_millis(500);

/// The seats of one organization.
///
/// A session takes one seat from its login until it is released or purged. When its
/// connection goes, the seat stays for the grace, so that a reload does not lose it.
#[derive(Debug, Clone)]
pub struct Pool {
    allocation: Allocation,
    grace: Duration,
    /// In the order of their ids, so that a listing goes on where it let go of the lock.
    sessions: BTreeMap<SessionId, Session>,
    /// The sessions by their attempt. After its time an attempt may be given a second one, and a
    /// restart makes both repeatable.
    attempts: BTreeSet<(AttemptHash, SessionId)>,
    /// The sessions in grace by their end. What is over and not yet purged still stands here,
    /// but counts as free everywhere.
    deadlines: BTreeSet<(Served, SessionId)>,
    /// The sessions that are going to be ended, by when.
    endings: BTreeSet<(Served, SessionId)>,
    ending_at: HashMap<SessionId, Served>,
    line: Line,
    handoffs: BTreeMap<HandoffHash, (SessionId, Served)>,
    handoff_of: HashMap<SessionId, HandoffHash>,
    windows: Vec<Window>,
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
    /// In the waiting line.
    pub waiting: u32,
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
            sessions: BTreeMap::new(),
            attempts: BTreeSet::new(),
            deadlines: BTreeSet::new(),
            endings: BTreeSet::new(),
            ending_at: HashMap::new(),
            line: Line::default(),
            handoffs: BTreeMap::new(),
            handoff_of: HashMap::new(),
            windows: Vec::new(),
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
            waiting: count(self.line.iter().len()),
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

    /// The sessions with a later id than `after`, in the order of their ids, those whose grace is
    /// over included.
    pub fn sessions_after(&self, after: Option<SessionId>) -> impl Iterator<Item = &Session> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.sessions
            .range((start, Bound::Unbounded))
            .map(|(_, session)| session)
    }

    /// The sessions whose grace is not over at `now`, in no order.
    pub fn sessions(&self, now: Served) -> impl Iterator<Item = &Session> {
        self.sessions
            .values()
            .filter(move |session| !session.is_over(now))
    }

    /// The ends of the graces that are not over at `now`, the first one first.
    pub fn deadlines(&self, now: Served) -> impl Iterator<Item = Served> {
        let running = self.deadlines.iter().map(|(until, _)| *until);
        running.skip_while(move |until| *until <= now)
    }

    /// The graces that ended after `after` and up to `until`, purged or not, the first one first.
    pub fn ends_of_grace(&self, after: Served, until: Served) -> impl Iterator<Item = Served> {
        let from = (after + Duration::from_nanos(1), SessionId([0; 16]));
        let to = (until.max(after) + Duration::from_nanos(1), SessionId([0; 16]));
        self.deadlines.range(from..to).map(|(until, _)| *until)
    }

    /// When a session took its seat, also where its grace is over.
    pub fn granted_at(&self, id: SessionId) -> Option<Timestamp> {
        self.sessions.get(&id).map(|session| session.record.granted_at)
    }

    /// Who waits for a seat, the first one first.
    pub fn line(&self) -> impl ExactSizeIterator<Item = &Waiter> {
        self.line.iter()
    }

    /// When a session is going to be ended, if it is.
    pub fn ending_at(&self, session: SessionId) -> Option<Served> {
        self.ending_at.get(&session).copied()
    }

    /// The maintenance windows that refuse new logins.
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// When something is due, or was due and is not done: a grace is over, a session is to be
    /// ended, somebody waits and the calendar may have freed a seat.
    pub fn next_due(&self, now: Served) -> Option<Served> {
        let grace = self.deadlines.first().map(|(until, _)| *until);
        let ending = self.endings.first().map(|(until, _)| *until);
        let line = (!self.line.is_empty()).then(|| now + LOOK_AT_THE_LINE);
        [grace, ending, line].into_iter().flatten().min()
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
mod ending_tests;
#[cfg(test)]
mod handoff_tests;
#[cfg(test)]
mod line_tests;
#[cfg(test)]
mod test_commands;
#[cfg(test)]
mod tests;
