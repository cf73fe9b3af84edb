//! What agents saw, with the moments between which it happened.

use std::time::Duration;

use crate::seats::SessionId;

/// A moment of the run: how long after its start.
pub type At = Duration;

/// Something happened not before `from` and not after `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Read before the act: a message is sent after it.
    pub from: At,
    /// Read after the act: an answer was received before it.
    pub to: At,
}

impl Span {
    /// Between `from` and `to`.
    pub const fn new(from: At, to: At) -> Self {
        Self { from, to }
    }
}

/// The random number of a login attempt.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Attempt(pub u128);

/// The grace of a session, as exactly as it is known: the wire rounds it up to whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grace {
    /// It is at least this long.
    pub least: Duration,
    /// It is at most this long.
    pub most: Duration,
}

impl Grace {
    /// Graces below this may have parts of a second, which the wire does not show.
    const WHOLE_SECONDS_FROM: Duration = Duration::from_secs(5);

    /// A grace that is known exactly.
    pub const fn exactly(grace: Duration) -> Self {
        Self {
            least: grace,
            most: grace,
        }
    }

    /// What `grace_s` on the wire says.
    pub fn from_wire(grace_s: u64) -> Self {
        let most = Duration::from_secs(grace_s);
        let least = if most < Self::WHOLE_SECONDS_FROM {
            most.saturating_sub(Duration::from_millis(999))
        } else {
            most
        };
        Self { least, most }
    }
}

/// How a connection ended without its session being released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The agent sent a close frame with this code.
    CloseFrame(u16),
    /// The agent's end was closed or reset without a word.
    Dropped,
    /// The agent stopped to read and to write, and kept the socket.
    Silence,
    /// The server, or what lies between, broke it.
    Broken,
}

/// The numbers of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusalNumbers {
    /// The seats that may be in use.
    pub limit: u64,
    /// Those in use.
    pub in_use: u64,
    /// Those of them whose connection is lost.
    pub in_grace: u64,
}

/// The numbers of an organization as an administrator sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleNumbers {
    /// The seats that may be in use.
    pub limit: u64,
    /// Those in use.
    pub in_use: u64,
    /// Those of them with a connection.
    pub connected: u64,
    /// Those of them whose connection is lost.
    pub in_grace: u64,
    /// Those not in use.
    pub free: u64,
}

/// What a refusal was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalCode {
    /// No seat is free.
    SeatsExhausted,
    /// No such session.
    SessionGone,
    /// Anything else: maintenance, overload, no allocation.
    Other,
}

/// One thing that an agent or the administrator's view showed.
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "the fields are what their types say")]
pub enum Observation {
    /// A login is about to be sent.
    LoginSent { attempt: Attempt, at: At },
    /// Its connection is gone, and no answer was read.
    LoginUnanswered { attempt: Attempt, at: At },
    /// A login was answered by a seat.
    Granted {
        attempt: Attempt,
        session: SessionId,
        span: Span,
        grace: Grace,
        over_allocation: bool,
    },
    /// A login was refused.
    Refused {
        attempt: Attempt,
        span: Span,
        code: RefusalCode,
        numbers: Option<RefusalNumbers>,
    },
    /// A resume of `asked` was answered by `session`.
    Resumed {
        asked: SessionId,
        session: SessionId,
        span: Span,
    },
    /// A resume was refused; the agent's last sign of life before it was sent at `proof`.
    ResumeRefused {
        session: SessionId,
        proof: At,
        span: Span,
        code: RefusalCode,
    },
    /// A connection ended. The span holds the session's last proof of life.
    Lost {
        session: SessionId,
        span: Span,
        how: Loss,
    },
    /// A logout is about to be sent.
    LogoutSent { session: SessionId, at: At },
    /// It was answered.
    LoggedOut { session: SessionId, span: Span },
    /// The server ended the session without being asked to; `superseded` by another connection.
    Ended {
        session: SessionId,
        at: At,
        superseded: bool,
    },
    /// An old connection of a session that was resumed beside it has heard nothing of it.
    NotSuperseded { at: At },
    /// A connection was closed with a code that does not fit what was said before.
    ClosedWrongly {
        said: &'static str,
        expected: u16,
        code: u16,
        at: At,
    },
    /// The administrator's view of the organization.
    Sample { span: Span, numbers: SampleNumbers },
    /// The server broke a connection or did not take one.
    Interrupted,
}
