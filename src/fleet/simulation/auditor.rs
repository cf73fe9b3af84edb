//! Counts what the effects say, with rules of its own: it knows what was asked, the limit and the grace,
//! and neither the pool nor how it decides.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use crate::fleet::referee::{At, Breach, Breaches, Rule};
use crate::seats::{Command, Effect, Numbers, Refusal, Served, SessionId};

/// Sees every effect, and objects to what breaks a promise.
pub(super) struct Auditor {
    limit: u64,
    grace: Duration,
    seats: HashMap<SessionId, Seat>,
    /// The seats that are kept, by the end of their grace.
    kept: BTreeSet<(Served, SessionId)>,
    restart: bool,
    breaches: Breaches,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seat {
    Connected,
    Kept(Served),
}

impl Auditor {
    pub(super) fn new(limit: u64, grace: Duration) -> Self {
        Self {
            limit,
            grace,
            seats: HashMap::new(),
            kept: BTreeSet::new(),
            restart: false,
            breaches: Breaches::default(),
        }
    }

    /// What follows is a start: each session must be there again.
    pub(super) fn restarted(&mut self) {
        self.restart = true;
    }

    /// Judges what `command` came to; without one, a start. `numbers` are those after it.
    pub(super) fn judge(
        &mut self,
        command: Option<&Command>,
        effects: &[Effect],
        numbers: &Numbers,
        now: Served,
        at: At,
    ) {
        if std::mem::take(&mut self.restart) {
            let mut here = BTreeSet::new();
            for effect in effects {
                if let Effect::SeatRestored { record, .. } = effect {
                    here.insert(record.session);
                }
            }
            let lost = |(id, seat): (&SessionId, &Seat)| !seat.is_over(now) && !here.contains(id);
            if self.seats.iter().any(lost) {
                self.object(Rule::SessionLost, at, "a start did not bring a session back");
            }
            self.seats.clear();
            self.kept.clear();
        }
        for effect in effects {
            self.see(effect, command, now, at);
        }
        let (connected, in_grace) = (u64::from(numbers.connected), u64::from(numbers.in_grace));
        if (connected, in_grace) != (self.connected(), self.in_grace(now)) {
            let detail = format!(
                "{connected} seats are said to be connected and {in_grace} in grace; the effects say {} and {}",
                self.connected(),
                self.in_grace(now)
            );
            self.breaches.add(Rule::NumberLies, at, detail);
        }
    }

    pub(super) fn finish(self) -> (Vec<Breach>, u64) {
        self.breaches.finish()
    }

    fn see(&mut self, effect: &Effect, command: Option<&Command>, now: Served, at: At) {
        match *effect {
            Effect::SeatGranted { record, .. } => {
                if self.put(record.session, Some(Seat::Connected)).is_some() {
                    self.object(Rule::SharedSession, at, "a session was granted twice");
                }
                if self.in_use(now) > self.limit {
                    self.object(Rule::CapExceeded, at, "a seat was granted above the limit");
                }
            }
            Effect::SeatRestored { record, until, .. } => {
                if until < now + self.grace {
                    self.object(Rule::FreedEarly, at, "a start gave less than a grace");
                }
                self.put(record.session, Some(Seat::Kept(until)));
            }
            Effect::SeatResumed { session, .. } => match self.put(session, Some(Seat::Connected)) {
                None => self.object(Rule::SecondSeat, at, "a session was resumed that is not there"),
                Some(seat) if seat.is_over(now) => {
                    self.object(Rule::FreedLate, at, "a session was resumed after its grace");
                }
                Some(_) => {}
            },
            Effect::SeatLost { session, until } => self.lost(session, until, command, now, at),
            Effect::SeatReleased { session, .. } => {
                let asked =
                    matches!(command, Some(Command::Logout { session: asked, .. }) if *asked == session);
                let before = self.put(session, None);
                if !asked || before != Some(Seat::Connected) {
                    self.object(
                        Rule::SessionLost,
                        at,
                        "a session was released that did not log out",
                    );
                }
            }
            Effect::SeatPurged { session, .. } => match self.put(session, None) {
                Some(Seat::Kept(until)) if until <= now => {}
                Some(Seat::Kept(_)) => self.object(Rule::FreedEarly, at, "a seat was freed in its grace"),
                Some(Seat::Connected) => {
                    self.object(Rule::SessionLost, at, "a seat was freed that is connected");
                }
                None => self.object(Rule::SessionLost, at, "a seat was freed that is not held"),
            },
            Effect::Refused { refusal, .. } => self.refused(refusal, command, now, at),
            Effect::SecretRenewed { .. }
            | Effect::TokenSpent { .. }
            | Effect::EndingPlanned { .. }
            | Effect::EndingDue { .. }
            | Effect::LineJoined { .. }
            | Effect::LineLeft { .. }
            | Effect::LineHeard { .. }
            | Effect::HandoffOffered { .. }
            | Effect::HandoffWithdrawn { .. }
            | Effect::Maintained(_)
            | Effect::WouldBeRefused
            | Effect::OnCall { .. }
            | Effect::Responded { .. }
            | Effect::Allocated(_)
            | Effect::GraceSet(_)
            | Effect::GracesRenewed { .. } => {}
        }
    }

    fn lost(&mut self, session: SessionId, until: Served, command: Option<&Command>, now: Served, at: At) {
        if let Some(Command::Lost { heard, .. }) = command {
            // The later of the end of the grace and the discovery.
            let due = (*heard + self.grace).max(now);
            if until < due {
                self.object(Rule::FreedEarly, at, "a grace is shorter than it should be");
            } else if until > due {
                self.object(Rule::FreedLate, at, "a grace is longer than it should be");
            }
        }
        if self.put(session, Some(Seat::Kept(until))) != Some(Seat::Connected) {
            self.object(Rule::SessionLost, at, "a session was lost that is not connected");
        }
    }

    fn refused(&mut self, refusal: Refusal, command: Option<&Command>, now: Served, at: At) {
        match refusal {
            Refusal::SeatsExhausted(full) => {
                if self.in_use(now) < self.limit {
                    self.object(
                        Rule::UnjustifiedRefusal,
                        at,
                        "a login was refused while a seat was free",
                    );
                }
                let told = (u64::from(full.in_use), u64::from(full.in_grace));
                if told != (self.in_use(now), self.in_grace(now)) {
                    self.object(Rule::NumberLies, at, "a refusal tells wrong numbers");
                }
            }
            Refusal::NoAllocation
            | Refusal::Maintenance { .. }
            | Refusal::HandoffInvalid
            | Refusal::TokenSpent
            | Refusal::TooManyTokens => {
                self.object(
                    Rule::UnjustifiedRefusal,
                    at,
                    "a login was refused for a reason that there is not",
                );
            }
            Refusal::SessionGone => {
                if let Some(Command::Resume { session, .. }) = command
                    && self.seats.get(session).is_some_and(|seat| !seat.is_over(now))
                {
                    self.object(Rule::SessionLost, at, "a session was refused that is there");
                }
            }
        }
    }

    /// Puts a seat in place of what was known of it.
    fn put(&mut self, session: SessionId, seat: Option<Seat>) -> Option<Seat> {
        let before = match seat {
            Some(seat) => self.seats.insert(session, seat),
            None => self.seats.remove(&session),
        };
        if let Some(Seat::Kept(until)) = before {
            self.kept.remove(&(until, session));
        }
        if let Some(Seat::Kept(until)) = seat {
            self.kept.insert((until, session));
        }
        before
    }

    fn connected(&self) -> u64 {
        (self.seats.len() - self.kept.len()) as u64
    }

    fn in_grace(&self, now: Served) -> u64 {
        let over = self.kept.iter().take_while(|(until, _)| *until <= now).count();
        (self.kept.len() - over) as u64
    }

    fn in_use(&self, now: Served) -> u64 {
        self.connected() + self.in_grace(now)
    }

    fn object(&mut self, rule: Rule, at: At, detail: &str) {
        self.breaches.add(rule, at, detail.to_owned());
    }
}

impl Seat {
    fn is_over(&self, now: Served) -> bool {
        matches!(self, Self::Kept(until) if *until <= now)
    }
}

#[cfg(test)]
mod tests;
