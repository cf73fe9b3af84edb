//! What the tests of a pool ask, short enough to read. Session, secret, attempt and connection of
//! widget `n` all have its number.

use super::*;
use crate::seats::{AttemptHash, Command, Effect, Ending, Entry, Login, Outcome, SecretHash, Timestamp};

pub(super) const GRACE: Duration = Duration::from_secs(60);
pub(super) const HOUR: u64 = 3600;

pub(super) fn at(seconds: u64) -> Moment {
    Moment {
        served: Served::from_nanos(seconds * 1_000_000_000),
        utc: Timestamp(1_700_000_000_000 + seconds as i64 * 1000),
    }
}

/// So many seats and places in line.
pub(super) fn pool(seats: u32, line: u32) -> Pool {
    let allocation = Allocation {
        line,
        ..Allocation::of(seats)
    };
    Pool::new(allocation, GRACE)
}

#[expect(clippy::needless_pass_by_value, reason = "reads better in the tests")]
pub(super) fn ask(pool: &mut Pool, command: Command, moment: Moment) -> (Outcome, Vec<Effect>) {
    let mut effects = Vec::new();
    let outcome = decide(pool, &command, moment, &mut effects);
    effects.iter().for_each(|effect| pool.apply(effect));
    (outcome, effects)
}

pub(super) fn session(n: u8) -> SessionId {
    SessionId([n; 16])
}

pub(super) fn login(n: u8) -> Login {
    Login {
        session: session(n),
        secret: SecretHash([n; 16]),
        attempt: Some(AttemptHash([n; 16])),
        connection: ConnectionNumber(n.into()),
        wait: None,
        handoff: None,
        entry: Entry::default(),
    }
}

pub(super) fn login_as(n: u8, attempt: Option<u8>) -> Command {
    Command::Login(Login {
        attempt: attempt.map(|attempt| AttemptHash([attempt; 16])),
        ..login(n)
    })
}

/// Waits, and counts as awake for an hour.
pub(super) fn waiting(n: u8) -> Command {
    Command::Login(Login {
        wait: Some(at(HOUR).served),
        ..login(n)
    })
}

pub(super) fn claim(n: u8, code: u8) -> Command {
    Command::Login(Login {
        handoff: Some(HandoffHash([code; 16])),
        ..login(n)
    })
}

pub(super) fn offer(n: u8, code: u8) -> Command {
    Command::OfferHandoff {
        session: session(n),
        connection: ConnectionNumber(n.into()),
        code: HandoffHash([code; 16]),
    }
}

pub(super) fn lost(n: u8, heard: u64) -> Command {
    Command::Lost {
        session: session(n),
        connection: ConnectionNumber(n.into()),
        heard: at(heard).served,
    }
}

pub(super) fn resume(n: u8, connection: u64) -> Command {
    Command::Resume {
        session: session(n),
        secret: SecretHash([n; 16]),
        connection: ConnectionNumber(connection),
    }
}

pub(super) fn logout(n: u8) -> Command {
    Command::Logout {
        session: session(n),
        connection: ConnectionNumber(n.into()),
    }
}

pub(super) fn end_later(n: u8, ending: Ending) -> Command {
    Command::EndLater {
        session: session(n),
        ending,
    }
}

pub(super) fn status(n: u8, on_call: bool) -> Command {
    Command::Status {
        session: session(n),
        connection: ConnectionNumber(n.into()),
        on_call,
    }
}

/// The connections that were given a seat.
pub(super) fn granted(effects: &[Effect]) -> Vec<u64> {
    let connection = |effect: &Effect| match effect {
        Effect::SeatGranted { connection, .. } => Some(connection.0),
        _ => None,
    };
    effects.iter().filter_map(connection).collect()
}
