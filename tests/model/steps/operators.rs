//! What those do who run the server, and the server itself.

use crate::model::allocations;
use crate::model::world::World;
use crate::seats::{Cause, Command, Effect, Ending, Session, SessionId, SessionState, Timestamp, Window};

impl World {
    pub(super) fn end(&mut self) {
        let unanswered = self.recorder.unanswered();
        let withdrawn = self.random.pick(&unanswered);
        let (session, cause) = match withdrawn.filter(|_| self.random.chance(50)) {
            Some(session) => (Some(session), Cause::Withdrawn),
            None => (self.some_session(), Cause::Terminated),
        };
        if let Some(session) = session {
            self.tally.ended_with_an_unanswered_grant += u64::from(unanswered.contains(&session));
            self.ask(&Command::End { session, cause });
        }
    }

    pub(super) fn end_later(&mut self) {
        let Some(session) = self.session_to_end() else {
            return;
        };
        let connection = self.reference.get(session).and_then(Session::connection);
        if let Some(connection) = connection.filter(|_| self.random.chance(60)) {
            let on_call = true;
            self.ask(&Command::Status {
                session,
                connection,
                on_call,
            });
        }
        let ending = match self.random.pick(&[0, 1, 5, 30, 120, 3600]) {
            Some(seconds) if self.random.chance(50) => Ending::Notice(seconds),
            _ => Ending::AfterCall,
        };
        self.ask(&Command::EndLater { session, ending });
    }

    /// A session is to be ended, or a seat is free and somebody waits for it.
    pub(super) fn somebody_should_sweep(&self) -> bool {
        let (now, room) = (self.now, self.reference.in_use() < self.reference.most());
        let due = self.reference.endings.iter().any(|(_, end)| *end <= now);
        let mut line = self.reference.line.iter();
        due || room && line.any(|waiter| now < waiter.awake_until.as_nanos())
    }

    pub(super) fn sweep(&mut self) {
        let most = self.random.pick(&[0, 1, 2, 300]).expect("there are some");
        let (_, effects) = self.ask(&Command::Sweep { most });
        let purged = effects.iter().filter(|e| matches!(e, Effect::SeatPurged { .. }));
        self.tally.swept += u64::try_from(purged.count()).expect("few");
    }

    pub(super) fn allocate(&mut self) {
        // Often a step up or down, now and then none at all.
        let seats = match self.random.below(20) {
            0 => 0,
            1..10 => 1 + self.random.below(8),
            10..15 => u64::from(self.reference.allocation.base) + 1,
            _ => u64::from(self.reference.allocation.base.saturating_sub(1).max(1)),
        };
        let mut allocation = allocations::allocation(&mut self.random, seats.min(8), self.utc);
        if !self.reference.line.is_empty() && self.random.chance(40) {
            allocation =
                allocations::with_an_increase(&mut self.random, &self.reference.allocation, self.utc);
        }
        self.ask(&Command::Allocate(allocation));
        let in_use = self.reference.in_use();
        self.tally.over_after_a_lowered_limit += u64::from(in_use > self.reference.limit().total);
    }

    pub(super) fn change_grace(&mut self) {
        let grace = allocations::grace(&mut self.random);
        self.ask(&Command::SetGrace(grace));
    }

    /// Mostly a window that begins or runs about now.
    pub(super) fn maintain(&mut self) {
        let somebody_waits = !self.reference.line.is_empty();
        let windows = match self.random.below(10) {
            _ if somebody_waits && self.random.chance(50) => vec![Window {
                from: Timestamp(self.utc),
                until: Timestamp(self.utc + 20_000),
            }],
            0..4 => vec![],
            4..9 => vec![allocations::window(&mut self.random, self.utc)],
            _ => vec![
                allocations::window(&mut self.random, self.utc),
                allocations::window(&mut self.random, self.utc),
            ],
        };
        self.ask(&Command::Maintain(windows));
    }

    /// Often one that is in a call.
    fn session_to_end(&mut self) -> Option<SessionId> {
        let seats = self.reference.seats.iter();
        let on_call = |state| matches!(state, SessionState::Connected { on_call: true, .. });
        let calls = seats.filter(|seat| on_call(seat.state));
        let calls: Vec<_> = calls.map(|seat| seat.record.session).collect();
        if self.random.chance(60) && !calls.is_empty() {
            return self.random.pick(&calls);
        }
        self.some_session()
    }
}
