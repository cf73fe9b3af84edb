//! A login, judged in the contract's order: attempt, hand-off, maintenance, allocation, line.

use super::{MINUTE, Reference, connected, over, refused};
use crate::seats::{
    ConnectionNumber, Effect, Login, Outcome, Policy, Record, Refusal, Served, Session, SessionId, Timestamp,
};

impl Reference {
    pub(super) fn login(&mut self, login: Login, happened: &[Effect], effects: &mut Vec<Effect>) -> Outcome {
        if let Some(session) = self.granted_to(login, happened) {
            self.leave_the_place_of(login, effects);
            let secret = login.secret;
            self.find(session).expect("found above").record.secret = secret;
            effects.push(Effect::SecretRenewed { session, secret });
            return self.take_up(session, login.connection, effects);
        }
        if let Some(code) = login.handoff {
            return self.claim(login, code, effects);
        }
        if let Some(ends_in) = self.maintenance() {
            return refused(Refusal::Maintenance { ends_in }, login.attempt, effects);
        }
        if !self.is_open() {
            return refused(Refusal::NoAllocation, login.attempt, effects);
        }
        if let Some(place) = self.place_of(login.attempt) {
            return self.take_over(place, login, effects);
        }
        self.serve_the_line(|_| true, effects);
        if self.in_use() >= self.most() {
            return self.join_the_line(login, effects);
        }
        let over_allocation = self.in_use() >= self.limit().total;
        if over_allocation && self.allocation.policy == Policy::Observe {
            effects.push(Effect::WouldBeRefused);
        }
        let record = Record {
            session: login.session,
            secret: login.secret,
            attempt: login.attempt,
            over_allocation,
            granted_at: Timestamp(self.utc),
            ending: None,
            entry: login.entry,
        };
        self.grant(record, login.connection, effects)
    }

    /// The session that the attempt of `login` was granted less than a minute ago. After a
    /// restart there may be several, and then any will do.
    fn granted_to(&self, login: Login, happened: &[Effect]) -> Option<SessionId> {
        let seats = self.seats.iter();
        let again: Vec<_> = seats
            .filter(|seat| login.attempt.is_some() && seat.record.attempt == login.attempt)
            .filter(|seat| !over(seat, self.now) && self.now < seat.repeatable_until.as_nanos())
            .map(|seat| seat.record.session)
            .collect();
        let taken = happened.iter().find_map(|effect| match effect {
            Effect::SecretRenewed { session, .. } => Some(*session),
            _ => None,
        });
        let taken = taken.filter(|id| again.contains(id));
        taken.or(again.first().copied())
    }

    pub(super) fn grant(
        &mut self,
        record: Record,
        connection: ConnectionNumber,
        effects: &mut Vec<Effect>,
    ) -> Outcome {
        let repeatable_until = Served::from_nanos(self.now + MINUTE);
        self.seats.push(Session {
            record,
            repeatable_until,
            state: connected(connection),
            resumes: 0,
        });
        effects.push(Effect::SeatGranted {
            record,
            connection,
            repeatable_until,
        });
        Outcome::Seated {
            session: record.session,
            resumed: false,
            over_allocation: record.over_allocation,
        }
    }

    /// The session goes on with `connection`; an older one that is open is superseded. An ending
    /// that no clock counts, since the server started anew, counts from here.
    pub(super) fn take_up(
        &mut self,
        session: SessionId,
        connection: ConnectionNumber,
        effects: &mut Vec<Effect>,
    ) -> Outcome {
        let seat = self.find(session).expect("it has a seat");
        let superseded = seat.connection().filter(|older| *older != connection);
        seat.state = connected(connection);
        seat.resumes += 1;
        let record = seat.record;
        effects.push(Effect::SeatResumed {
            session,
            connection,
            superseded,
        });
        if let Some(ending) = record.ending
            && self.ends_at(session).is_none()
        {
            let until = self.end_at(session, ending.goes_on());
            effects.push(Effect::EndingDue { session, until });
        }
        Outcome::Seated {
            session,
            resumed: true,
            over_allocation: record.over_allocation,
        }
    }
}
