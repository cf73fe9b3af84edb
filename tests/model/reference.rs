//! The contract, as plainly as it can be written down: a list of seats and a line, searched from
//! the start. Times are bare numbers: nanoseconds that were served, milliseconds of the calendar.

use crate::seats::{
    Allocation, Command, ConnectionNumber, Effect, HandoffHash, Outcome, Refusal, Session, SessionId,
    SessionState, Waiter, Window,
};

const MINUTE: u64 = 60_000_000_000;

#[derive(Debug, Clone)]
pub(crate) struct Reference {
    pub(crate) seats: Vec<Session>,
    pub(crate) line: Vec<Waiter>,
    /// Which sessions are going to be ended, and when at the latest.
    pub(crate) endings: Vec<(SessionId, u64)>,
    pub(crate) codes: Vec<Code>,
    pub(crate) windows: Vec<Window>,
    pub(crate) allocation: Allocation,
    pub(crate) grace: u64,
    now: u64,
    utc: i64,
}

/// A hand-off code that was not withdrawn and not claimed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Code {
    pub(crate) code: HandoffHash,
    pub(crate) session: SessionId,
    pub(crate) until: u64,
}

impl Reference {
    pub(crate) fn new(allocation: Allocation, grace: u64) -> Self {
        Self {
            seats: Vec::new(),
            line: Vec::new(),
            endings: Vec::new(),
            codes: Vec::new(),
            windows: Vec::new(),
            allocation,
            grace,
            now: 0,
            utc: 0,
        }
    }

    /// What is asked, and what really happened: the contract leaves open which of the free
    /// seats is cleared away first. Returns the answer and all effects but the purges.
    pub(crate) fn ask(
        &mut self,
        command: &Command,
        clocks: (u64, i64),
        happened: &[Effect],
    ) -> (Outcome, Vec<Effect>) {
        self.look_at_the_clocks(clocks);
        let now = self.now;
        let over = self.seats.iter().filter(|seat| over(seat, now)).count();
        let waiting = !self.line.is_empty();
        let purged = self.clear(happened);
        let mut effects = Vec::new();
        let outcome = match *command {
            Command::Login(login) => self.login(login, happened, &mut effects),
            Command::Sweep { most } => {
                let most_over = most.min(over);
                let more = waiting && purged > most_over;
                assert!(
                    purged == most_over || more,
                    "a sweep clears what is over, at most so many, and what the line needs"
                );
                let ended = self.end_what_is_due(most, happened, &mut effects);
                let served = self.serve_the_line(|_| true, &mut effects);
                Outcome::Swept(most_over + ended + served)
            }
            _ => {
                let outcome = self.other(command, &mut effects);
                // Who frees a seat gives it to the line; when else it is served is left open.
                let frees = outcome == Outcome::Released;
                let is_granted = |connection| frees || was_granted(happened, connection);
                self.serve_the_line(is_granted, &mut effects);
                assert!(purged == 0 || waiting, "purged for nobody");
                outcome
            }
        };
        (outcome, effects)
    }

    fn clear(&mut self, happened: &[Effect]) -> usize {
        let before = self.seats.len();
        for effect in happened {
            if let Effect::SeatPurged { session, .. } = *effect {
                let seat = self.get(session);
                assert!(seat.is_some_and(|seat| over(seat, self.now)), "purged too early");
                self.remove(session);
            }
        }
        before - self.seats.len()
    }

    /// Nothing of a session is left behind.
    fn remove(&mut self, session: SessionId) {
        self.seats.retain(|seat| seat.record.session != session);
        self.endings.retain(|(ending, _)| *ending != session);
        self.codes.retain(|code| code.session != session);
    }

    pub(crate) fn look_at_the_clocks(&mut self, (now, utc): (u64, i64)) {
        (self.now, self.utc) = (now, utc);
    }

    pub(crate) fn get(&self, session: SessionId) -> Option<&Session> {
        self.seats.iter().find(|seat| seat.record.session == session)
    }

    fn find(&mut self, session: SessionId) -> Option<&mut Session> {
        let now = self.now;
        let mut seats = self.seats.iter_mut().filter(|seat| !over(seat, now));
        seats.find(|seat| seat.record.session == session)
    }

    fn held(&mut self, session: SessionId, connection: ConnectionNumber) -> Option<&mut Session> {
        let seat = self.find(session)?;
        (seat.connection() == Some(connection)).then_some(seat)
    }
}

mod endings;
mod handoff;
mod line;
mod login;
mod numbers;
mod orders;
mod rebuild;

pub(crate) fn until(seat: &Session) -> Option<u64> {
    match seat.state {
        SessionState::InGrace { until } => Some(until.as_nanos()),
        SessionState::Connected { .. } => None,
    }
}

fn over(seat: &Session, now: u64) -> bool {
    until(seat).is_some_and(|until| until <= now)
}

fn was_granted(happened: &[Effect], to: ConnectionNumber) -> bool {
    let granted =
        |effect: &Effect| matches!(effect, Effect::SeatGranted { connection, .. } if *connection == to);
    happened.iter().any(granted)
}

fn connected(connection: ConnectionNumber) -> SessionState {
    SessionState::Connected {
        connection,
        on_call: false,
        unresponsive: false,
    }
}

fn refused(
    refusal: Refusal,
    attempt: Option<crate::seats::AttemptHash>,
    effects: &mut Vec<Effect>,
) -> Outcome {
    effects.push(Effect::Refused { refusal, attempt });
    Outcome::Refused(refusal)
}
