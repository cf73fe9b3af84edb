//! Whoever sees only the effects: counts the same seats, and objects to an effect that cannot be.

use crate::seats::{AttemptHash, ConnectionNumber, Effect, Record, Served, SessionId, SessionState, Waiter};
use std::time::Duration;

mod judgement;

pub(crate) use judgement::Room;

#[derive(Debug, Default)]
pub(crate) struct Witness {
    seats: Vec<Seat>,
    line: Vec<Place>,
    /// Sessions whose seat can be passed on, until when.
    offers: Vec<(SessionId, Served)>,
    /// A seat is passed on, and the next effect is who gets it.
    passes_on: Option<Seat>,
}

#[derive(Debug, Clone, Copy)]
struct Seat {
    session: SessionId,
    attempt: Option<AttemptHash>,
    seen: Served,
    over_allocation: bool,
    held: Held,
    on_call: bool,
    silent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    By(ConnectionNumber),
    Until(Served),
}

/// A place in the line, and whether it is older than the last failed commit.
#[derive(Debug, Clone, Copy)]
struct Place {
    waiter: Waiter,
    older: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) connected: u32,
    pub(crate) in_grace: u32,
    pub(crate) on_call: u32,
    pub(crate) unresponsive: u32,
    pub(crate) waiting: u32,
}

impl Witness {
    pub(crate) fn see(&mut self, effect: &Effect, now: Served) {
        match *effect {
            Effect::SeatGranted {
                record, connection, ..
            } => {
                self.line.retain(|place| place.waiter.connection != connection);
                self.passes_on = None;
                self.add(&record, now, connected(connection));
            }
            Effect::SeatRestored { .. } => panic!("what is rebuilt is no effect"),
            Effect::SeatResumed {
                session, connection, ..
            } => self.put(session, Held::By(connection)),
            Effect::SeatLost { session, until } => self.put(session, Held::Until(until)),
            Effect::SeatReleased { session, cause, .. } => {
                let handed_off = cause == crate::seats::Cause::HandedOff;
                self.passes_on = handed_off.then(|| *self.seat(session));
                self.remove(session);
            }
            Effect::SeatPurged { session, .. } => self.remove(session),
            Effect::OnCall { session, on_call } => self.seat(session).on_call = on_call,
            Effect::Responded { session, responsive } => self.seat(session).silent = !responsive,
            Effect::GracesRenewed { after, until } => {
                for seat in &mut self.seats {
                    if let Held::Until(before) = seat.held
                        && before > after
                    {
                        seat.held = Held::Until(before.max(until));
                    }
                }
            }
            Effect::LineJoined { waiter, superseded } => {
                let older = false;
                match self.place_of(superseded) {
                    Some(place) => place.waiter = waiter,
                    None => self.line.push(Place { waiter, older }),
                }
            }
            Effect::LineLeft { connection } => {
                self.line.retain(|place| place.waiter.connection != connection);
            }
            Effect::LineHeard {
                connection,
                awake_until,
            } => {
                let place = self.place_of(Some(connection));
                place.expect("who is heard waits").waiter.awake_until = awake_until;
            }
            Effect::HandoffOffered { session, until, .. } => {
                self.offers.retain(|(offered, _)| *offered != session);
                self.offers.push((session, until));
            }
            Effect::HandoffWithdrawn { session } => self.offers.retain(|(offered, _)| *offered != session),
            Effect::SecretRenewed { .. }
            | Effect::TokenSpent { .. }
            | Effect::EndingPlanned { .. }
            | Effect::EndingDue { .. }
            | Effect::Maintained(_)
            | Effect::Refused { .. }
            | Effect::WouldBeRefused
            | Effect::Allocated(_)
            | Effect::GraceSet(_) => {}
        }
    }

    /// Only these sessions are recorded. Who waits goes on waiting, but for a restart.
    pub(crate) fn begin_anew(
        &mut self,
        recorded: impl Iterator<Item = (Record, SessionState)>,
        now: Served,
        restart: bool,
    ) {
        let mut line = std::mem::take(self).line;
        line.iter_mut().for_each(|place| place.older = true);
        self.line = if restart { vec![] } else { line };
        for (record, state) in recorded {
            self.add(&record, now, state);
        }
    }

    pub(crate) fn count(&self, now: Served) -> Count {
        let mut count = Count::default();
        for seat in &self.seats {
            match seat.held {
                Held::By(_) => count.connected += 1,
                Held::Until(_) => count.in_grace += u32::from(!seat.is_over(now)),
            }
            count.on_call += u32::from(seat.on_call);
            count.unresponsive += u32::from(seat.silent);
        }
        count.waiting = u32::try_from(self.line.len()).expect("a short line");
        count
    }

    /// How much longer the seat of `session` is kept; nothing if it is held or free.
    pub(crate) fn kept_for(&self, session: SessionId, now: Served) -> Option<Duration> {
        let seat = self.seats.iter().find(|seat| seat.session == session)?;
        match seat.held {
            Held::Until(until) if until > now => Some(until.since(now)),
            Held::Until(_) | Held::By(_) => None,
        }
    }

    /// Whether `session` has a seat, held or kept.
    pub(crate) fn has(&self, session: SessionId, now: Served) -> bool {
        let mut seats = self.seats.iter();
        seats.any(|seat| seat.session == session && !seat.is_over(now))
    }

    fn add(&mut self, record: &Record, now: Served, state: SessionState) {
        let (held, on_call, silent) = match state {
            SessionState::Connected {
                connection,
                on_call,
                unresponsive,
            } => (Held::By(connection), on_call, unresponsive),
            SessionState::InGrace { until } => (Held::Until(until), false, false),
        };
        self.seats.push(Seat {
            session: record.session,
            attempt: record.attempt,
            seen: now,
            over_allocation: record.over_allocation,
            held,
            on_call,
            silent,
        });
    }

    fn remove(&mut self, session: SessionId) {
        self.seats.retain(|seat| seat.session != session);
        self.offers.retain(|(offered, _)| *offered != session);
    }

    fn put(&mut self, session: SessionId, held: Held) {
        let seat = self.seat(session);
        seat.held = held;
        seat.on_call = false;
        seat.silent = false;
    }

    fn place_of(&mut self, connection: Option<ConnectionNumber>) -> Option<&mut Place> {
        let mut line = self.line.iter_mut();
        line.find(|place| Some(place.waiter.connection) == connection)
    }

    fn seat(&mut self, session: SessionId) -> &mut Seat {
        let mut seats = self.seats.iter_mut();
        let seat = seats.find(|seat| seat.session == session);
        seat.expect("an effect speaks of a session that has a seat")
    }
}

impl Seat {
    fn is_over(&self, now: Served) -> bool {
        matches!(self.held, Held::Until(until) if until <= now)
    }
}

fn connected(connection: ConnectionNumber) -> SessionState {
    SessionState::Connected {
        connection,
        on_call: false,
        unresponsive: false,
    }
}
