//! Whoever is concerned by a decision is told when it is recorded.

use super::authority::Registry;
use super::deliveries::{Notice, Place, SeatFromLine};
use crate::seats::{Cause, ConnectionNumber, Effect, Ending, OrganizationId, SessionId};
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Places in a line are told so often at most.
const TELL_PLACES_EVERY: Duration = Duration::from_secs(1);

/// The organizations whose waiting lines moved since their places were told.
#[derive(Default)]
pub(super) struct MovedLines(Mutex<BTreeSet<OrganizationId>>);

impl Registry {
    /// Tells the connections that `effects` concern, `own` aside, which is answered.
    pub(super) fn announce(
        self: &Arc<Self>,
        id: &OrganizationId,
        effects: &[Effect],
        own: Option<ConnectionNumber>,
    ) {
        self.metrics().count(effects);
        for effect in effects {
            match *effect {
                Effect::SeatGranted {
                    record, connection, ..
                } if Some(connection) != own => {
                    let seat = SeatFromLine {
                        presence: self.presence(id, record.session, connection),
                        over_allocation: record.over_allocation,
                    };
                    self.deliveries().post(connection, Notice::Seated(Box::new(seat)));
                    self.line_moved(id);
                }
                Effect::SeatResumed {
                    session, superseded, ..
                } => {
                    if let Some(connection) = superseded {
                        self.deliveries().post(connection, Notice::Superseded);
                    }
                    // A page that was loaded again knows of no ending.
                    self.tell_of_ending(id, session);
                }
                Effect::LineJoined { superseded, .. } => {
                    if let Some(connection) = superseded {
                        self.deliveries().post(connection, Notice::Superseded);
                    }
                    self.line_moved(id);
                }
                Effect::LineLeft { .. } => self.line_moved(id),
                Effect::SeatReleased {
                    cause,
                    connection: Some(connection),
                    ..
                } => match cause {
                    Cause::Terminated => self.deliveries().post(connection, Notice::Terminated),
                    Cause::HandedOff => self.deliveries().post(connection, Notice::HandedOff),
                    Cause::Logout | Cause::Withdrawn => {}
                },
                Effect::EndingPlanned { session, .. } => self.tell_of_ending(id, session),
                _ => {}
            }
        }
    }

    /// Tells the connection of `session` when it is going to be ended, if it is.
    fn tell_of_ending(&self, id: &OrganizationId, session: SessionId) {
        let Some(ledger) = self.ledger(id) else { return };
        let now = self.clock().served();
        let pending = {
            let pool = &ledger.lock().pool;
            let known = pool.session(session, now);
            known.and_then(|known| {
                Some((
                    known.connection()?,
                    known.record.ending?,
                    pool.ending_at(session)?,
                ))
            })
        };
        if let Some((connection, ending, until)) = pending {
            let within = match ending {
                Ending::AfterCall => None,
                Ending::Notice(_) => Some(until.since(now)),
            };
            self.deliveries().post(connection, Notice::Ending { within });
        }
    }

    /// Who waits has another place.
    pub(super) fn line_moved(&self, id: &OrganizationId) {
        self.moved_lines().0.lock().insert(id.clone());
    }

    /// Tells those who wait where they stand, when it changed, until `stop`.
    pub async fn tell_places(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(TELL_PLACES_EVERY) => {}
            }
            let moved = std::mem::take(&mut *self.moved_lines().0.lock());
            for id in moved {
                for (connection, place) in self.places(&id) {
                    self.deliveries().post(connection, Notice::Place(place));
                }
            }
        }
    }

    /// Where everybody in an organization's line stands.
    fn places(&self, id: &OrganizationId) -> Vec<(ConnectionNumber, Place)> {
        let Some(ledger) = self.ledger(id) else {
            return Vec::new();
        };
        let ledger = ledger.lock();
        let moment = self.clock().moment();
        let line: Vec<_> = ledger.pool.line().map(|waiter| waiter.connection).collect();
        (0..)
            .zip(line)
            .map(|(ahead, connection)| (connection, ledger.place(ahead, moment)))
            .collect()
    }

    /// The place of a connection that has just joined the line.
    pub fn place(&self, id: &OrganizationId, ahead: u32) -> Option<Place> {
        let ledger = self.ledger(id)?;
        let place = ledger.lock().place(ahead, self.clock().moment());
        Some(place)
    }
}
