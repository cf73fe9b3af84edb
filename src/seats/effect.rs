//! What happened: the one source for the store, the history, the feed, the alerts and the metrics.

use super::allocation::Allocation;
use super::command::{Cause, Entry, OneTimeToken, Refusal};
use super::ending::Ending;
use super::ids::{AttemptHash, ConnectionNumber, HandoffHash, SecretHash, SessionId};
use super::line::Waiter;
use super::maintenance::Window;
use super::moment::{Served, Timestamp};
use std::time::Duration;

/// All that is ever recorded of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Its random id.
    pub session: SessionId,
    /// The keyed hash of its secret.
    pub secret: SecretHash,
    /// The keyed hash of the attempt that it answers.
    pub attempt: Option<AttemptHash>,
    /// Above the limit, by policy.
    pub over_allocation: bool,
    /// When it took its seat.
    pub granted_at: Timestamp,
    /// What its login came in with.
    pub entry: Entry,
    /// How it is to end, by an administrator's decision.
    pub ending: Option<Ending>,
}

/// A fact about one pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// A session took a seat.
    SeatGranted {
        /// What is recorded of it.
        record: Record,
        /// The connection that holds it.
        connection: ConnectionNumber,
        /// Until when the same attempt gets this session.
        repeatable_until: Served,
    },
    /// A recorded session was taken over from the store, in grace.
    SeatRestored {
        /// What was recorded of it.
        record: Record,
        /// Until when the same attempt gets this session.
        repeatable_until: Served,
        /// When its seat is free.
        until: Served,
    },
    /// A repeated attempt got its session again, with a new secret.
    SecretRenewed {
        /// Which session.
        session: SessionId,
        /// The hash of the new secret; the old one is void.
        secret: SecretHash,
    },
    /// A repeated attempt came with another token than the grant.
    TokenSpent {
        /// Which token.
        token: OneTimeToken,
        /// The session that it is good for.
        session: SessionId,
    },
    /// A session has a new connection.
    SeatResumed {
        /// Which session.
        session: SessionId,
        /// The connection that holds it.
        connection: ConnectionNumber,
        /// The one that held it until here, if it was open.
        superseded: Option<ConnectionNumber>,
    },
    /// A connection is gone; the seat is kept for the grace.
    SeatLost {
        /// Which session.
        session: SessionId,
        /// When its seat is free.
        until: Served,
    },
    /// A session ended on purpose.
    SeatReleased {
        /// Which session.
        session: SessionId,
        /// Why.
        cause: Cause,
        /// The connection that held it.
        connection: Option<ConnectionNumber>,
    },
    /// A session ended because its grace was over.
    SeatPurged {
        /// Which session.
        session: SessionId,
        /// When its grace was over.
        due: Served,
    },
    /// A session is going to be ended.
    EndingPlanned {
        /// Which session.
        session: SessionId,
        /// How.
        ending: Ending,
        /// When at the latest.
        until: Served,
    },
    /// A planned ending has another time: its call is over, or its session is taken up again
    /// after a restart.
    EndingDue {
        /// Which session.
        session: SessionId,
        /// When at the latest.
        until: Served,
    },
    /// A login waits for a seat.
    LineJoined {
        /// Who.
        waiter: Waiter,
        /// The older connection of the same attempt, whose place it takes.
        superseded: Option<ConnectionNumber>,
    },
    /// A connection is not in the line any more.
    LineLeft {
        /// Which.
        connection: ConnectionNumber,
    },
    /// A connection in the line was heard.
    LineHeard {
        /// Which.
        connection: ConnectionNumber,
        /// Until when it counts as awake.
        awake_until: Served,
    },
    /// A seat can be passed on with a code.
    HandoffOffered {
        /// The session that holds it.
        session: SessionId,
        /// The hash of the code.
        code: HandoffHash,
        /// Until when.
        until: Served,
    },
    /// A seat cannot be passed on any more.
    HandoffWithdrawn {
        /// The session that holds it.
        session: SessionId,
    },
    /// Other maintenance windows.
    Maintained(Vec<Window>),
    /// A login or a resume got no seat.
    Refused {
        /// Why.
        refusal: Refusal,
        /// The attempt that was refused.
        attempt: Option<AttemptHash>,
    },
    /// A login was seated that a strict limit would have refused.
    WouldBeRefused,
    /// The agent is in a call, or no more.
    OnCall {
        /// Which session.
        session: SessionId,
        /// In a call.
        on_call: bool,
    },
    /// The page answers, or no more.
    Responded {
        /// Which session.
        session: SessionId,
        /// It answers.
        responsive: bool,
    },
    /// Another allocation.
    Allocated(Allocation),
    /// Another grace.
    GraceSet(Duration),
    /// Sessions whose grace was not over keep their seats at least until then.
    GracesRenewed {
        /// Graces that were over here stay over.
        after: Served,
        /// Until when.
        until: Served,
    },
}

/// What an effect does to what is recorded of its pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordChange {
    /// A session is recorded.
    Added(Record),
    /// A session has another secret.
    Renewed(SessionId, SecretHash),
    /// A session is going to be ended.
    Ending(SessionId, Ending),
    /// Nothing is recorded of a session any more.
    Removed(SessionId),
}

impl Effect {
    /// Whether a widget may only be told once this is recorded: it moves a seat or voids a secret.
    pub fn is_durable(&self) -> bool {
        self.record_change().is_some()
    }

    /// What it does to the record.
    pub fn record_change(&self) -> Option<RecordChange> {
        match *self {
            Self::SeatGranted { record, .. } => Some(RecordChange::Added(record)),
            Self::SecretRenewed { session, secret } => Some(RecordChange::Renewed(session, secret)),
            Self::EndingPlanned { session, ending, .. } => Some(RecordChange::Ending(session, ending)),
            Self::SeatReleased { session, .. } | Self::SeatPurged { session, .. } => {
                Some(RecordChange::Removed(session))
            }
            Self::SeatResumed { .. }
            | Self::TokenSpent { .. }
            | Self::SeatRestored { .. }
            | Self::SeatLost { .. }
            | Self::EndingDue { .. }
            | Self::LineJoined { .. }
            | Self::LineLeft { .. }
            | Self::LineHeard { .. }
            | Self::HandoffOffered { .. }
            | Self::HandoffWithdrawn { .. }
            | Self::Maintained(_)
            | Self::Refused { .. }
            | Self::WouldBeRefused
            | Self::OnCall { .. }
            | Self::Responded { .. }
            | Self::Allocated(_)
            | Self::GraceSet(_)
            | Self::GracesRenewed { .. } => None,
        }
    }
}
