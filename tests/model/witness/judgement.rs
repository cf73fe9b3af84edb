//! What the witness objects to.

use super::{Held, Seat, Witness};
use crate::seats::{AttemptHash, Cause, ConnectionNumber, Effect, Record, Served};
use std::time::Duration;

/// The seats that there are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    pub(crate) limit: u32,
    /// Those above the limit included.
    pub(crate) most: u32,
}

const MINUTE: Duration = Duration::from_secs(60);

impl Witness {
    /// Objects if `effect` cannot follow on what was seen.
    pub(crate) fn judge(&mut self, effect: &Effect, now: Served, room: Room) {
        let granted = matches!(effect, Effect::SeatGranted { .. });
        assert!(
            self.passes_on.is_none() || granted,
            "a seat is passed on to nobody"
        );
        match *effect {
            Effect::SeatGranted {
                ref record,
                connection,
                ..
            } => self.judge_grant(record, connection, now, room),
            Effect::SeatResumed {
                session,
                connection,
                superseded,
            } => {
                let seat = self.seat(session);
                assert!(!seat.is_over(now), "a session is resumed whose grace is over");
                let older = match seat.held {
                    Held::By(older) if older != connection => Some(older),
                    Held::By(_) | Held::Until(_) => None,
                };
                assert_eq!(superseded, older, "the open connection is superseded");
            }
            Effect::SeatLost { session, until } => {
                assert!(until >= now, "a grace ends before it was found out");
                assert!(matches!(self.seat(session).held, Held::By(_)), "lost twice");
            }
            Effect::SeatReleased { session, cause, .. } => {
                assert!(!self.seat(session).is_over(now), "released after its grace");
                let mut offers = self.offers.iter();
                let offered = offers.any(|(offered, until)| *offered == session && now < *until);
                assert!(offered || cause != Cause::HandedOff, "passed on without a code");
            }
            Effect::SeatPurged { session, due } => {
                assert!(due <= now, "purged before its grace was over");
                assert_eq!(self.seat(session).held, Held::Until(due), "purged when due");
            }
            Effect::LineJoined { waiter, superseded } => {
                let other = |place: &&super::Place| Some(place.waiter.connection) != superseded;
                let mut others = self.line.iter().filter(other);
                let twin =
                    others.any(|place| waiter.attempt.is_some() && place.waiter.attempt == waiter.attempt);
                assert!(!twin, "two places for one attempt");
                let place = self.place_of(superseded);
                let same = place.is_none_or(|place| place.waiter.attempt == waiter.attempt);
                assert!(same, "a place is taken over by another attempt");
            }
            Effect::LineLeft { connection } => {
                assert!(self.place_of(Some(connection)).is_some(), "left without a place");
            }
            _ => {}
        }
    }

    fn judge_grant(&self, record: &Record, connection: ConnectionNumber, now: Served, room: Room) {
        let known = self.seats.iter().any(|seat| seat.session == record.session);
        assert!(!known, "a session is granted once");
        // Who waited longer than the sessions are known that a failed commit left is another login.
        let place = self
            .line
            .iter()
            .position(|place| place.waiter.connection == connection);
        if place.is_none_or(|place| !self.line[place].older) {
            let mut twins = self.seats.iter();
            let twin = twins.any(|seat| seat.answers(record.attempt, now));
            assert!(!twin, "two sessions for one attempt");
        }
        let waits = |attempt| {
            self.line
                .iter()
                .any(|place| place.waiter.attempt == Some(attempt))
        };
        let still_waits = place.is_none() && record.attempt.is_some_and(waits);
        assert!(!still_waits, "who has a seat still waits for one");

        if let Some(older) = self.passes_on {
            assert_eq!(record.over_allocation, older.over_allocation, "inherited");
            return;
        }
        let mut before = self.line[..place.unwrap_or(self.line.len())].iter();
        let overtaken = before.any(|place| now < place.waiter.awake_until);
        assert!(!overtaken, "who was awake in the line is overtaken");
        let held = u32::try_from(self.seats.len()).expect("a small pool");
        assert!(held < room.most, "granted above the most");
        let is_above = held >= room.limit;
        assert_eq!(record.over_allocation, is_above, "over the allocation");
        let cleared = self.seats.iter().all(|seat| !seat.is_over(now));
        assert!(cleared || !is_above, "a seat is given that is not purged");
    }
}

impl Seat {
    /// Whether a login with `attempt` has to get this session.
    fn answers(&self, attempt: Option<AttemptHash>, now: Served) -> bool {
        let recent = now.since(self.seen) < MINUTE;
        recent && attempt.is_some() && self.attempt == attempt && !self.is_over(now)
    }
}
