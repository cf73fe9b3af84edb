//! Sessions for administrators, copied in pieces: a login never waits for more than one of them.

use super::authority::Registry;
use crate::seats::{OrganizationId, Session, SessionId, SessionState, Timestamp};
use std::time::Duration;

/// The most sessions that are looked at while a pool is locked.
const A_PIECE: usize = 1000;

/// What is shown of a session.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SessionView {
    /// Its id.
    pub session: SessionId,
    /// When it took its seat.
    pub granted_at: Timestamp,
    /// Whether there is a connection.
    pub standing: Standing,
    /// Connected, and in a call.
    pub on_call: bool,
    /// How often it was taken up again.
    pub resumes: u32,
}

/// Whether a session's widget is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Connected,
    /// It is, but its page does not answer.
    Unresponsive,
    /// It is gone; the seat is kept for so long.
    InGrace(Duration),
}

/// Some sessions of an organization, in the order of their ids.
pub struct Piece {
    /// Those whose grace is not over.
    pub sessions: Vec<SessionView>,
    /// Where the next piece begins; `None` after the last one.
    pub next: Option<SessionId>,
    /// When this was so.
    pub utc: Timestamp,
}

impl Registry {
    /// The sessions of an organization that follow `after`, a bounded number of them.
    pub fn sessions(&self, id: &OrganizationId, after: Option<SessionId>) -> Option<Piece> {
        let ledger = self.ledger(id)?;
        let mut sessions = Vec::with_capacity(A_PIECE);
        let ledger = ledger.lock();
        let moment = self.clock().moment();
        let (mut seen, mut last) = (0, None);
        for session in ledger.pool.sessions_after(after).take(A_PIECE) {
            (seen, last) = (seen + 1, Some(session.record.session));
            if !session.is_over(moment.served) {
                sessions.push(SessionView::of(session, |until| until.since(moment.served)));
            }
        }
        drop(ledger);
        Some(Piece {
            sessions,
            next: last.filter(|_| seen == A_PIECE),
            utc: moment.utc,
        })
    }
}

impl SessionView {
    fn of(session: &Session, left: impl Fn(crate::seats::Served) -> Duration) -> Self {
        let (standing, on_call) = match session.state {
            SessionState::Connected {
                on_call,
                unresponsive: false,
                ..
            } => (Standing::Connected, on_call),
            SessionState::Connected {
                on_call,
                unresponsive: true,
                ..
            } => (Standing::Unresponsive, on_call),
            SessionState::InGrace { until } => (Standing::InGrace(left(until)), false),
        };
        Self {
            session: session.record.session,
            granted_at: session.record.granted_at,
            standing,
            on_call,
            resumes: session.resumes,
        }
    }
}
