//! Whoever sees only the effects: counts the same seats, and objects to an effect that cannot be.

use crate::seats::{AttemptHash, ConnectionNumber, Effect, Record, Served, SessionId};
use std::time::Duration;

#[derive(Debug, Default)]
pub(crate) struct Witness {
    seats: Vec<Seat>,
}

#[derive(Debug)]
struct Seat {
    session: SessionId,
    attempt: Option<AttemptHash>,
    seen: Served,
    place: Place,
    on_call: bool,
    silent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Held(ConnectionNumber),
    Kept(Served),
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) connected: u32,
    pub(crate) in_grace: u32,
    pub(crate) on_call: u32,
    pub(crate) unresponsive: u32,
}

impl Witness {
    pub(crate) fn see(&mut self, effect: &Effect, now: Served) {
        match *effect {
            Effect::SeatGranted {
                record, connection, ..
            } => self.add(&record, now, Place::Held(connection)),
            Effect::SeatRestored { record, until, .. } => self.add(&record, now, Place::Kept(until)),
            Effect::SeatResumed {
                session, connection, ..
            } => self.put(session, Place::Held(connection)),
            Effect::SeatLost { session, until } => self.put(session, Place::Kept(until)),
            Effect::SeatReleased { session, .. } | Effect::SeatPurged { session, .. } => {
                self.seats.retain(|seat| seat.session != session);
            }
            Effect::OnCall { session, on_call } => self.seat(session).on_call = on_call,
            Effect::Responded { session, responsive } => self.seat(session).silent = !responsive,
            Effect::GracesRenewed { after, until } => {
                for seat in &mut self.seats {
                    if let Place::Kept(before) = seat.place
                        && before > after
                    {
                        seat.place = Place::Kept(before.max(until));
                    }
                }
            }
            Effect::SecretRenewed { .. }
            | Effect::TokenSpent { .. }
            | Effect::Refused { .. }
            | Effect::WouldBeRefused
            | Effect::Allocated(_)
            | Effect::GraceSet(_) => {}
        }
    }

    /// Objects if `effect` cannot follow on what was seen.
    pub(crate) fn judge(&mut self, effect: &Effect, now: Served) {
        match *effect {
            Effect::SeatGranted { record, .. } => {
                let known = self.seats.iter().any(|seat| seat.session == record.session);
                assert!(!known, "a session is granted once");
                let recent = |seat: &&Seat| now.since(seat.seen) < Duration::from_secs(60);
                let same = |seat: &&Seat| record.attempt.is_some() && seat.attempt == record.attempt;
                let twin = self.seats.iter().filter(recent).find(same);
                assert!(
                    twin.is_none_or(|seat| seat.is_over(now)),
                    "two sessions for one attempt"
                );
            }
            Effect::SeatResumed {
                session,
                connection,
                superseded,
            } => {
                let seat = self.seat(session);
                assert!(!seat.is_over(now), "a session is resumed whose grace is over");
                let older = match seat.place {
                    Place::Held(older) if older != connection => Some(older),
                    Place::Held(_) | Place::Kept(_) => None,
                };
                assert_eq!(superseded, older, "the open connection is superseded");
            }
            Effect::SeatLost { session, until } => {
                assert!(until >= now, "a grace ends before it was found out");
                assert!(matches!(self.seat(session).place, Place::Held(_)), "lost twice");
            }
            Effect::SeatReleased { session, .. } => {
                assert!(!self.seat(session).is_over(now), "released after its grace");
            }
            Effect::SeatPurged { session, due } => {
                assert!(due <= now, "purged before its grace was over");
                assert_eq!(self.seat(session).place, Place::Kept(due), "purged when due");
            }
            _ => {}
        }
    }

    pub(crate) fn count(&self, now: Served) -> Count {
        let mut count = Count::default();
        for seat in &self.seats {
            match seat.place {
                Place::Held(_) => count.connected += 1,
                Place::Kept(_) => count.in_grace += u32::from(!seat.is_over(now)),
            }
            count.on_call += u32::from(seat.on_call);
            count.unresponsive += u32::from(seat.silent);
        }
        count
    }

    /// How much longer the seat of `session` is kept; nothing if it is held or free.
    pub(crate) fn kept_for(&self, session: SessionId, now: Served) -> Option<Duration> {
        let seat = self.seats.iter().find(|seat| seat.session == session)?;
        match seat.place {
            Place::Kept(until) if until > now => Some(until.since(now)),
            Place::Kept(_) | Place::Held(_) => None,
        }
    }

    /// Whether `session` has a seat, held or kept.
    pub(crate) fn has(&self, session: SessionId, now: Served) -> bool {
        let mut seats = self.seats.iter();
        seats.any(|seat| seat.session == session && !seat.is_over(now))
    }

    fn add(&mut self, record: &Record, now: Served, place: Place) {
        self.seats.push(Seat {
            session: record.session,
            attempt: record.attempt,
            seen: now,
            place,
            on_call: false,
            silent: false,
        });
    }

    fn put(&mut self, session: SessionId, place: Place) {
        let seat = self.seat(session);
        seat.place = place;
        seat.on_call = false;
        seat.silent = false;
    }

    fn seat(&mut self, session: SessionId) -> &mut Seat {
        let mut seats = self.seats.iter_mut();
        let seat = seats.find(|seat| seat.session == session);
        seat.expect("an effect speaks of a session that has a seat")
    }
}

impl Seat {
    fn is_over(&self, now: Served) -> bool {
        matches!(self.place, Place::Kept(until) if until <= now)
    }
}
