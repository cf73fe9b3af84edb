//! What an agent does while it is connected.

use std::time::Duration;

use super::super::connection::{Connection, Heard};
use super::super::profile::Goodbye;
use super::super::referee::{Loss, Observation};
use super::super::wire::Said;
use super::{Agent, Seat, State};

impl Agent {
    /// Stays connected for `duration` if the server lets it.
    pub(super) async fn stay(&mut self, duration: Duration) {
        let end = tokio::time::sleep(duration);
        tokio::pin!(end);
        loop {
            let State::Seated { connection, .. } = &mut self.state else {
                return;
            };
            let heard = tokio::select! {
                () = &mut end => return,
                () = self.world.stop.cancelled() => return,
                heard = connection.hear() => heard,
            };
            match heard {
                Heard::Said(Said::Ended { reason }, at) => {
                    let State::Seated { seat, connection } = self.take_state() else {
                        return;
                    };
                    let superseded = reason == "superseded";
                    self.world.observe(Observation::Ended {
                        session: seat.session,
                        at,
                        superseded,
                    });
                    return self.hear_close(connection, &reason).await;
                }
                Heard::Said(Said::Error { code, closes }, _) => {
                    self.world.ledger.lock().complain(&code);
                    if closes && let State::Seated { seat, connection } = self.take_state() {
                        self.broken(seat, &connection);
                        return self.hear_close(connection, &code).await;
                    }
                }
                Heard::Said(..) => {}
                Heard::Closed(..) | Heard::Broken(_) => {
                    if let State::Seated { seat, connection } = self.take_state() {
                        self.broken(seat, &connection);
                    }
                    return;
                }
            }
        }
    }

    fn broken(&mut self, mut seat: Seat, connection: &Connection) {
        let (span, how) = self.world.broken(connection.last_sent(), self.world.now());
        self.observe_lost(seat.session, span, how);
        self.world.ledger.lock().interrupted();
        seat.proof = span.from;
        self.change_to(State::Lost { seat });
    }

    /// Resumes on a second connection while the first one is open, as a duplicated tab does.
    pub(super) async fn resume_beside(&mut self, goodbye: Goodbye) {
        if !matches!(self.state, State::Seated { .. }) {
            return;
        }
        let Some(second) = self.world.connect().await else {
            return;
        };
        let State::Seated {
            mut seat,
            connection: first,
        } = self.take_state()
        else {
            return;
        };
        seat.proof = first.last_sent();
        match self.resume_on(second, seat).await {
            Ok((seat, connection)) => {
                self.change_to(State::Seated { seat, connection });
                match goodbye {
                    Goodbye::Heard => self.hear_superseded(first).await,
                    Goodbye::Dropped => drop(first),
                    Goodbye::Said => {
                        first.close(1001).await;
                    }
                }
            }
            Err(Some(seat)) => {
                self.observe_lost(seat.session, first.finish(), Loss::Dropped);
                self.change_to(State::Lost { seat });
            }
            Err(None) => self.change_to(State::Away),
        }
    }

    /// The old connection is told that another one has taken its place.
    async fn hear_superseded(&self, mut old: Connection) {
        loop {
            match old.hear_within(Duration::from_secs(5)).await {
                Heard::Said(Said::Ended { reason }, _) => return self.hear_close(old, &reason).await,
                Heard::Said(..) => {}
                Heard::Closed(_, at) | Heard::Broken(at) => {
                    return self.world.observe(Observation::NotSuperseded { at });
                }
            }
        }
    }
}
