//! What those do who wait, and those who pass their seat on.

use super::SECOND;
use crate::model::world::World;
use crate::seats::{AttemptHash, Command, ConnectionNumber, HandoffHash, Served};

impl World {
    /// Until when somebody who is heard now counts as awake.
    pub(super) fn awake_until(&mut self) -> Served {
        let seconds = self
            .random
            .pick(&[0, 3, 30, 30, 30, 3600])
            .expect("there are some");
        Served::from_nanos(self.now + seconds * SECOND)
    }

    /// Mostly the one whose turn it is.
    pub(super) fn be_heard_in_the_line(&mut self) {
        if let Some(connection) = self.somebody_in_line() {
            let awake_until = self.awake_until();
            self.ask(&Command::WaiterHeard {
                connection,
                awake_until,
            });
        }
    }

    pub(super) fn leave_the_line(&mut self) {
        if let Some(connection) = self.somebody_in_line() {
            self.ask(&Command::LeaveLine { connection });
        }
    }

    pub(super) fn offer_a_handoff(&mut self) {
        let Some((session, connection)) = self.some_connection() else {
            return;
        };
        let code = HandoffHash(self.fresh());
        self.codes.push(code);
        self.ask(&Command::OfferHandoff {
            session,
            connection,
            code,
        });
    }

    pub(super) fn withdraw_a_handoff(&mut self) {
        let offered: Vec<_> = self.reference.codes.iter().map(|code| code.session).collect();
        let session = self.random.pick(&offered);
        let holder = session.and_then(|id| Some((id, self.reference.get(id)?.connection()?)));
        let holder = holder.filter(|_| self.random.chance(90));
        if let Some((session, connection)) = holder.or_else(|| self.some_connection()) {
            self.ask(&Command::CancelHandoff { session, connection });
        }
    }

    /// Mostly one that can be claimed, or could be a while ago.
    pub(super) fn some_code(&mut self) -> Option<HandoffHash> {
        let open: Vec<_> = self.reference.codes.iter().map(|code| code.code).collect();
        let recent: Vec<_> = self.codes.iter().rev().take(3).copied().collect();
        match self.random.below(20) {
            0..15 => self.random.pick(&open),
            15..19 => self.random.pick(&recent),
            _ => Some(HandoffHash(self.fresh())),
        }
    }

    pub(super) fn waiting_attempt(&mut self) -> Option<AttemptHash> {
        let waiting: Vec<_> = self.reference.line.iter().map(|waiter| waiter.attempt).collect();
        self.random.pick(&waiting)?
    }

    fn somebody_in_line(&mut self) -> Option<ConnectionNumber> {
        let waiting: Vec<_> = self
            .reference
            .line
            .iter()
            .map(|waiter| waiter.connection)
            .collect();
        let head = waiting.first().copied();
        if head.is_some() && self.random.chance(40) {
            return head;
        }
        if waiting.is_empty() || self.random.chance(5) {
            return Some(self.fresh_connection());
        }
        self.random.pick(&waiting)
    }
}
