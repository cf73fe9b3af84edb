//! Who waits for a seat: first in, first out.

use super::command::{Entry, Login};
use super::effect::Effect;
use super::ids::{AttemptHash, ConnectionNumber, SecretHash, SessionId};
use super::moment::Served;
use std::collections::VecDeque;

/// A login that waits. It has all that its session will have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiter {
    /// The id that its session gets.
    pub session: SessionId,
    /// The hash of the secret that its widget is given.
    pub secret: SecretHash,
    /// The same for every try of one login.
    pub attempt: Option<AttemptHash>,
    /// The connection that waits.
    pub connection: ConnectionNumber,
    /// What its login came in with. Its token is good for nobody else while it waits.
    pub entry: Entry,
    /// If it is not heard until then it is passed over, and keeps its place.
    pub awake_until: Served,
}

impl Waiter {
    /// Whether it can be given a seat at `now`.
    pub fn is_awake(&self, now: Served) -> bool {
        now < self.awake_until
    }
}

impl From<Login> for Waiter {
    fn from(login: Login) -> Self {
        Self {
            session: login.session,
            secret: login.secret,
            attempt: login.attempt,
            connection: login.connection,
            entry: login.entry,
            awake_until: login.wait.unwrap_or_default(),
        }
    }
}

/// All that wait, the first one first.
#[derive(Debug, Clone, Default)]
pub(super) struct Line(VecDeque<Waiter>);

impl Line {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &Waiter> {
        self.0.iter()
    }

    /// How many stand before the one that `is_meant`, and who that is.
    pub(super) fn find(&self, is_meant: impl Fn(&Waiter) -> bool) -> Option<(usize, &Waiter)> {
        self.0.iter().enumerate().find(|(_, waiter)| is_meant(waiter))
    }

    /// Makes `effect` true.
    pub(super) fn apply(&mut self, effect: &Effect) {
        match *effect {
            Effect::LineJoined { waiter, superseded } => {
                match self
                    .0
                    .iter_mut()
                    .find(|place| Some(place.connection) == superseded)
                {
                    Some(place) => *place = waiter,
                    None => self.0.push_back(waiter),
                }
            }
            Effect::LineLeft { connection } | Effect::SeatGranted { connection, .. } => {
                self.0.retain(|waiter| waiter.connection != connection);
            }
            Effect::LineHeard {
                connection,
                awake_until,
            } => {
                if let Some(waiter) = self.0.iter_mut().find(|waiter| waiter.connection == connection) {
                    waiter.awake_until = awake_until;
                }
            }
            _ => {}
        }
    }
}
