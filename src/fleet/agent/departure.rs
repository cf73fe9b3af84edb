//! How an agent loses its connection, or gives its seat back.

use std::time::Duration;

use super::super::connection::{Connection, Heard};
use super::super::referee::{Loss, Observation, Span};
use super::super::wire::{self, Said};
use super::{Agent, State};
use crate::seats::SessionId;

impl Agent {
    /// Closes with a close frame and without a logout, as a reload or a closed tab does.
    pub(super) async fn close(&mut self, code: u16) {
        if !matches!(self.state, State::Seated { .. }) {
            return;
        }
        let State::Seated { mut seat, connection } = self.take_state() else {
            return;
        };
        let span = connection.close(code).await;
        self.observe_lost(seat.session, span, Loss::CloseFrame(code));
        seat.proof = span.from;
        self.change_to(State::Lost { seat });
    }

    /// The connection ends without a word.
    pub(super) fn part(&mut self, end: fn(Connection) -> Span) {
        if !matches!(self.state, State::Seated { .. }) {
            return;
        }
        let State::Seated { mut seat, connection } = self.take_state() else {
            return;
        };
        let span = end(connection);
        self.observe_lost(seat.session, span, Loss::Dropped);
        seat.proof = span.from;
        self.change_to(State::Lost { seat });
    }

    /// Neither reads nor writes any more, and keeps the socket.
    pub(super) fn fall_silent(&mut self) {
        if !matches!(self.state, State::Seated { .. }) {
            return;
        }
        let State::Seated { mut seat, connection } = self.take_state() else {
            return;
        };
        let span = Span::new(connection.last_sent(), self.world.now());
        self.observe_lost(seat.session, span, Loss::Silence);
        seat.proof = span.from;
        self.change_to(State::Silent { seat, connection });
    }

    /// Logs out and waits for the answer.
    pub(super) async fn logout(&mut self) {
        if !matches!(self.state, State::Seated { .. }) {
            return;
        }
        let State::Seated { seat, mut connection } = self.take_state() else {
            return;
        };
        let session = seat.session;
        self.world.observe(Observation::LogoutSent {
            session,
            at: self.world.now(),
        });
        let (Ok(sent) | Err(sent)) = connection.say(wire::LOGOUT).await;
        loop {
            match connection.hear_within(Duration::from_secs(10)).await {
                Heard::Said(Said::Ended { reason }, at) => {
                    let span = Span::new(sent.from, at);
                    self.world.observe(Observation::LoggedOut { session, span });
                    return self.hear_close(connection, &reason).await;
                }
                Heard::Said(..) => {}
                Heard::Closed(_, at) | Heard::Broken(at) => {
                    self.observe_lost(session, Span::new(sent.from, at), Loss::Broken);
                    return self.world.ledger.lock().interrupted();
                }
            }
        }
    }

    /// Gives the session, or the wish for one, up without a word: nobody will come back for it.
    pub(super) fn forget(&mut self) {
        if !matches!(self.state, State::Seated { .. }) {
            self.change_to(State::Away);
        }
    }

    pub(super) fn observe_lost(&self, session: SessionId, span: Span, how: Loss) {
        self.world.observe(Observation::Lost { session, span, how });
    }
}
