//! The waiting line: first in first out, bounded; a freed seat goes to its head before any
//! newcomer can take it; a waiter that was not heard is passed over and keeps its place.

use super::{Reference, refused};
use crate::seats::{
    AttemptHash, Command, ConnectionNumber, Effect, Login, Outcome, Record, Refusal, Timestamp, Waiter,
};

impl Reference {
    /// Gives free seats to those who are awake, in their order, as long as `is_given`. In
    /// maintenance nobody is served.
    pub(super) fn serve_the_line(
        &mut self,
        is_given: impl Fn(ConnectionNumber) -> bool,
        effects: &mut Vec<Effect>,
    ) -> usize {
        let mut served = 0;
        while self.maintenance().is_none() && self.is_open() && self.in_use() < self.most() {
            let awake = |waiter: &&Waiter| self.now < waiter.awake_until.as_nanos();
            let Some(head) = self.line.iter().find(awake).copied() else {
                break;
            };
            if !is_given(head.connection) {
                break;
            }
            self.leave(head.connection);
            let record = Record {
                session: head.session,
                secret: head.secret,
                attempt: head.attempt,
                over_allocation: self.in_use() >= self.limit().total,
                granted_at: Timestamp(self.utc),
                ending: None,
                entry: head.entry,
            };
            self.grant(record, head.connection, effects);
            served += 1;
        }
        served
    }

    pub(super) fn join_the_line(&mut self, login: Login, effects: &mut Vec<Effect>) -> Outcome {
        let ahead = self.waiting();
        let Some(awake_until) = login.wait.filter(|_| ahead < self.allocation.line) else {
            let refusal = Refusal::SeatsExhausted(self.full());
            return refused(refusal, login.attempt, effects);
        };
        let waiter = Waiter {
            awake_until,
            ..waiter(login)
        };
        self.line.push(waiter);
        effects.push(Effect::LineJoined {
            waiter,
            superseded: None,
        });
        Outcome::Waiting { ahead }
    }

    pub(super) fn place_of(&self, attempt: Option<AttemptHash>) -> Option<usize> {
        let mut line = self.line.iter();
        line.position(|waiter| attempt.is_some() && waiter.attempt == attempt)
    }

    /// In the line the same attempt takes over its place, and it may be its turn.
    pub(super) fn take_over(&mut self, place: usize, login: Login, effects: &mut Vec<Effect>) -> Outcome {
        self.put_in_place(place, login, effects);
        self.serve_the_line(|_| true, effects);
        let mut line = self.line.iter();
        if let Some(ahead) = line.position(|waiter| waiter.connection == login.connection) {
            let ahead = u32::try_from(ahead).expect("a short line");
            return Outcome::Waiting { ahead };
        }
        let seat = self.get(login.session).expect("it was its turn");
        Outcome::Seated {
            session: login.session,
            resumed: false,
            over_allocation: seat.record.over_allocation,
        }
    }

    /// Whoever has a seat does not wait for a second one with the same attempt.
    pub(super) fn leave_the_place_of(&mut self, login: Login, effects: &mut Vec<Effect>) {
        if let Some(place) = self.place_of(login.attempt) {
            let connection = login.connection;
            self.put_in_place(place, login, effects);
            self.leave(connection);
            effects.push(Effect::LineLeft { connection });
        }
    }

    /// What waiters do.
    pub(super) fn wait(&mut self, command: &Command, effects: &mut Vec<Effect>) -> Outcome {
        match *command {
            Command::LeaveLine { connection } => {
                if self.leave(connection) {
                    effects.push(Effect::LineLeft { connection });
                }
            }
            Command::WaiterHeard {
                connection,
                awake_until,
            } => {
                let mut line = self.line.iter_mut();
                if let Some(waiter) = line.find(|waiter| waiter.connection == connection) {
                    waiter.awake_until = awake_until;
                    effects.push(Effect::LineHeard {
                        connection,
                        awake_until,
                    });
                }
            }
            _ => unreachable!("no waiter does this"),
        }
        Outcome::Done
    }

    fn put_in_place(&mut self, place: usize, login: Login, effects: &mut Vec<Effect>) {
        let older = self.line[place];
        let waiter = Waiter {
            awake_until: login.wait.unwrap_or(older.awake_until),
            ..waiter(login)
        };
        self.line[place] = waiter;
        effects.push(Effect::LineJoined {
            waiter,
            superseded: Some(older.connection),
        });
    }

    fn leave(&mut self, connection: ConnectionNumber) -> bool {
        let before = self.line.len();
        self.line.retain(|waiter| waiter.connection != connection);
        self.line.len() < before
    }
}

fn waiter(login: Login) -> Waiter {
    Waiter {
        session: login.session,
        secret: login.secret,
        attempt: login.attempt,
        connection: login.connection,
        entry: login.entry,
        awake_until: crate::seats::Served::START,
    }
}
