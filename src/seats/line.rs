//! Who waits for a seat: first in, first out.

use super::command::Entry;
use super::ids::{AttemptHash, ConnectionNumber, SecretHash, SessionId};
use super::moment::Served;

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
