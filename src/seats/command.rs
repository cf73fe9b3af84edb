//! What can be asked of a pool, and what it answers.

use super::allocation::{Allocation, Limit};
use super::ending::Ending;
use super::ids::{AttemptHash, ConnectionNumber, HandoffHash, SecretHash, SessionId, TokenHash};
use super::maintenance::Window;
use super::moment::{Served, Timestamp};
use std::time::Duration;

/// Something that is asked of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Take a seat, or take the session up again that the same attempt was already given.
    Login(Login),
    /// Take a session up again.
    Resume {
        /// Which.
        session: SessionId,
        /// The proof that it is the caller's.
        secret: SecretHash,
        /// The connection that holds it from here on.
        connection: ConnectionNumber,
    },
    /// The widget gives its seat back.
    Logout {
        /// Which session.
        session: SessionId,
        /// The connection that asks; an older one than the session's has no say.
        connection: ConnectionNumber,
    },
    /// The connection of a session is gone.
    Lost {
        /// Which session.
        session: SessionId,
        /// Which connection; an older one than the session's has no say.
        connection: ConnectionNumber,
        /// The last proof of life.
        heard: Served,
    },
    /// A session ends by somebody's decision.
    End {
        /// Which.
        session: SessionId,
        /// Why.
        cause: Cause,
    },
    /// A session ends a while after somebody's decision: at once where it is in grace, or not in
    /// the call that was to be waited for.
    EndLater {
        /// Which.
        session: SessionId,
        /// When.
        ending: Ending,
    },
    /// A connection leaves the waiting line, if it is in it.
    LeaveLine {
        /// Which.
        connection: ConnectionNumber,
    },
    /// A connection in the waiting line was heard.
    WaiterHeard {
        /// Which.
        connection: ConnectionNumber,
        /// Until when it counts as awake.
        awake_until: Served,
    },
    /// The holder of a session asks for a code that passes its seat on.
    OfferHandoff {
        /// Which session.
        session: SessionId,
        /// The connection that asks.
        connection: ConnectionNumber,
        /// The hash of the code.
        code: HandoffHash,
    },
    /// The holder of a session withdraws its code.
    CancelHandoff {
        /// Which session.
        session: SessionId,
        /// The connection that asks.
        connection: ConnectionNumber,
    },
    /// The maintenance windows that refuse new logins, from here on these.
    Maintain(Vec<Window>),
    /// What the widget says about its agent.
    Status {
        /// Which session.
        session: SessionId,
        /// The connection that says so.
        connection: ConnectionNumber,
        /// In a call.
        on_call: bool,
    },
    /// Whether the page behind a connection still answers.
    Responsive {
        /// Which session.
        session: SessionId,
        /// Which connection.
        connection: ConnectionNumber,
        /// It does.
        responsive: bool,
    },
    /// Do what is due: free what is over, end what has to end, give free seats to the line; at
    /// most so many of each.
    Sweep {
        /// How many.
        most: usize,
    },
    /// Another allocation from here on. Ends nobody.
    Allocate(Allocation),
    /// Another grace, for losses from here on.
    SetGrace(Duration),
    /// The server could not be reached for a while: every grace begins anew, at least so long.
    RenewGraces {
        /// The shortest time that each session gets.
        at_least: Duration,
    },
}

/// A login. Ids and secrets are made outside, so that the rules have no randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Login {
    /// The id that a new session gets.
    pub session: SessionId,
    /// The hash of the secret that is given to the widget.
    pub secret: SecretHash,
    /// The same for every try of one login.
    pub attempt: Option<AttemptHash>,
    /// The connection that asks.
    pub connection: ConnectionNumber,
    /// What it came in with.
    pub entry: Entry,
    /// Stays in line where no seat is free: until when it then counts as awake.
    pub wait: Option<Served>,
    /// The hash of a hand-off code: takes the seat of the session that offered it.
    pub handoff: Option<HandoffHash>,
}

/// What a login came in with, as far as it matters after the grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Entry {
    /// A signed token, which is good for one session.
    pub token: Option<OneTimeToken>,
    /// No page was named, so that none has to be named at a resume.
    pub without_origin: bool,
}

/// A signed token, as it is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneTimeToken {
    /// Which.
    pub hash: TokenHash,
    /// Nobody takes it after this, in whole seconds.
    pub until: Timestamp,
}

/// Why a session was released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The widget logged out.
    Logout,
    /// An administrator or the end of the organization.
    Terminated,
    /// The next agent claimed the seat with a hand-off code.
    HandedOff,
    /// What was granted could not be answered in time and is taken back.
    Withdrawn,
}

/// What a command came to. A refusal is a normal answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The session is the caller's.
    Seated {
        /// Its id.
        session: SessionId,
        /// It was there before.
        resumed: bool,
        /// It is above the allocation.
        over_allocation: bool,
    },
    /// No seat yet; the connection is in line, this many before it.
    Waiting {
        /// Those before it.
        ahead: u32,
    },
    /// No seat.
    Refused(Refusal),
    /// The session is released.
    Released,
    /// Noted, or there was nothing to do.
    Done,
    /// So many things were due and are done.
    Swept(usize),
}

/// Why there is no seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// All are in use.
    SeatsExhausted(Full),
    /// Suspended, expired or without seats.
    NoAllocation,
    /// No new logins for so long.
    Maintenance {
        /// The rest of the window.
        ends_in: Duration,
    },
    /// Not a code of this organization that can be claimed.
    HandoffInvalid,
    /// Wrong secret, unknown or purged session: one answer for all.
    SessionGone,
    /// The token was good for another session.
    TokenSpent,
    /// More tokens were used in a short time than are remembered.
    TooManyTokens,
}

/// The numbers of a full pool, all of one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full {
    /// The limit.
    pub limit: Limit,
    /// Connected and in grace.
    pub in_use: u32,
    /// In grace.
    pub in_grace: u32,
    /// In the waiting line.
    pub waiting: u32,
    /// How long until the first grace is over, if no one comes back.
    pub next_release: Option<Duration>,
}
